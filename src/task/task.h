/*
 * Task: the internal thread of a run's work: what was asked of the worker,
 * what it answered, what the verification found. Never shown to customers.
 */
#pragma once
#include "work/work.h"

enum task_author { TASK_ORCHESTRATOR, TASK_WORKER, TASK_VERIFIER, TASK_CUSTOMER, TASK_OPERATOR };

/* The thread of a run, opened when there is none yet; its reference. */
int task_open(struct work *w, int64_t run, const char **ret_ref);

/* Append to the thread (cut to 64 KiB). */
int task_say(struct work *w, int64_t run, enum task_author author, const char *text);

/* "open", "assigned", "done", "failed" or "cancelled". */
int task_status(struct work *w, int64_t run, const char *status);

/* The last thing the verifier said, or NULL: what is to be repaired. */
int task_repair(struct work *w, int64_t run, const char **ret_text);
