#pragma once
#include "task/task.h"

int task_store_open(struct work *w, int64_t run, const char *ref, const char **ret_ref);
int task_store_say(struct work *w, int64_t run, const char *author, const char *text);
int task_store_status(struct work *w, int64_t run, const char *status);
int task_store_repair(struct work *w, int64_t run, const char **ret_text);
