#pragma once
#include "decide/decide.h"

int decide_store_insert(struct work *w, const char *receipt_id, int64_t run, int64_t account,
			const char *doc);
int decide_store_find(struct work *w, const char *receipt_id, const char **ret_doc);
