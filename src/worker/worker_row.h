/* Rows of workers. */
#pragma once
#include "run/run.h"

int worker_store_begin(struct work *w, const struct run_lease *l, const char *worker_id,
		       const char *profile);
int worker_store_beat(struct work *w, const char *worker_id);
int worker_store_end(struct work *w, const char *worker_id, const char *status,
		     const char *reason);
int worker_store_strays(struct work *w, int batch);
