/*
 * Spawn: other programs, with nothing inherited that was not named.
 *
 * A child gets its arguments as an array (never a command line), exactly the
 * environment given, descriptors 0 to 2 and at most one more, a process group
 * of its own and its limits. It dies with the process that started it, however
 * that one ends.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* 0 means no limit of ours. */
struct limits {
	int64_t cpu_s, mem_mb, procs, file_mb;
};

#define SPAWN_EXTRA_FD 9 /* the number under which `extra_fd` is seen */

struct spawn {
	const char *const *argv; /* NULL-terminated; argv[0] is searched in PATH */
	const char *const *env;  /* NULL-terminated "NAME=value" */
	const char *cwd;         /* NULL: unchanged */
	const void *input;       /* what standard input holds */
	size_t input_len;
	int extra_fd;            /* 0: none */
	bool kept;               /* a process of ours stands between: for what changes its credentials */
	struct limits limits;
};

struct child {
	pid_t pid;
	int pidfd; /* readable when it has ended */
	int out, err; /* non-blocking read ends of its output */
};

/* Start and return at once. */
int spawn_start(const struct spawn *s, struct child *ret, struct err *e);

/* End the whole process group now; the child is still to be waited for. */
void child_kill(const struct child *c);

/* Has it ended? Then `ret_status` is what wait(2) says, and all is closed. */
bool child_ended(struct child *c, int *ret_status);

/* Block until it has ended, killing it after `us` microseconds. */
int child_wait(struct child *c, int64_t us);

struct spawn_result {
	int status;      /* of wait(2) */
	bool timed_out;
	char *out, *err; /* at most out_max bytes each, NUL-terminated */
	size_t out_len;
};

/* Run to the end: a helper such as git. E_UNAVAILABLE when it cannot be
 * started; a bad exit status is not an error here. */
int spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
	      struct spawn_result *ret, struct err *e);

/* "exit 3", "signal 9": for evidence. */
const char *spawn_status_text(struct arena *a, int status);

/* Root becomes `user`, with its groups, for the rest of the process; whoever else
 * asks stays who he is, and so does root when `user` is empty. */
int spawn_become(const char *user, struct err *e);
