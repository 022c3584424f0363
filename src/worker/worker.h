/*
 * Worker: who does the work of a run, and the child that does it.
 *
 * A worker is a process of its own in the sandbox: its worktree, a toolchain
 * to read, no network, no database, no secret. It gets an assignment as JSON
 * on standard input, says where it stands by lines of JSON on standard output,
 * and ends in a manifest or a specific failure. The orchestrator holds the
 * lease, beats while it lives, and ends it when the run moves on without it.
 *
 * Lines of a worker:
 *   {"t":"progress","step":"writing|compiling|packing"}
 *   {"t":"done","manifest":"dist/manifest.json"}
 *   {"t":"beat"}                       at least each few seconds
 *   {"t":"failed","code":"build_failed","reason":"internal text"}
 */
#pragma once
#include "run/run.h"
#include "work/work.h"

/* main() of the child: does the assignment; an exit status. */
int worker_child(void);

/* The build profile of the template as it is at a commit, parsed for what the
 * orchestrator needs. */
struct worker_profile {
	const char *json;        /* the whole */
	size_t public_n;
	const char *public[16];  /* path prefixes that may appear in artifacts */
	const char *manifest;
};
int worker_profile(struct arena *a, const struct conf *c, const char *commit,
		   struct worker_profile *ret, struct err *e);

/* The assignment of a run as JSON; `repair` says what the verification found,
 * or is NULL. */
const char *worker_assignment(struct arena *a, const struct run *r, const char *task_ref,
			      const struct worker_profile *p, const char *repair);

/* Describe the sandboxed child that does an assignment in a worktree, which is
 * seen as the folder `inside`. `warm` lets it write the compiler's cache. */
struct sandbox;
void worker_sandbox(struct arena *a, const struct conf *c, const char *tree, const char *inside,
		    const char *assignment, bool warm, struct sandbox *ret);
