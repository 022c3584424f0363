/*
 * Reap: background passes as a table.
 *
 * A sweep does up to `batch` items in one transaction, and again while it
 * found a full batch. A job is a claimed piece of work whose stages run as
 * sandboxed children beside each other: claim under a lease, start a child,
 * read its lines, beat while it lives, judge its end, start the next.
 *
 * What costs something while it runs has a sweep with `kill`: it gives that back
 * when an operator says so (`bus kill`), within a second, and finds nothing to do
 * the next time.
 *
 * Many reapers on many hosts may run: claims skip what others have locked,
 * leases carry an epoch, and what is written with an old epoch fails.
 */
#pragma once
#include "port/sandbox.h"
#include "work/work.h"

struct job;

struct job_ops {
	/* In a transaction: claim one item into j->state. 1 claimed, 0 nothing to do, -1. */
	int (*claim)(struct work *w, struct job *j);
	/* No transaction is open. Do what leads to the next child, describe it in
	 * *s and return 1; 0 when the job is finished; -1. */
	int (*next)(struct work *w, struct job *j, struct sandbox *s);
	/* A line of the child's standard output (at most 64 KiB). -1 ends the job. */
	int (*line)(struct work *w, struct job *j, const char *line);
	/* The child of this stage has ended; stdout lines were all given. Usually
	 * raises j->stage. -1 ends the job. */
	int (*ended)(struct work *w, struct job *j, int status);
	/* In a transaction: still ours? Extends the lease. -1 ends the job. */
	int (*beat)(struct work *w, struct job *j);
	/* The job ends with w->err set (never for E_STALE): in a unit of its own,
	 * leave the item so that it is tried again or has failed. */
	void (*failed)(struct work *w, struct job *j, const struct err *why);
};

struct job {
	const struct pass *pass;
	struct arena *a;  /* lives as long as the job */
	void *state;      /* of the room, in a */
	int stage;
	const char *log;  /* standard error of the last child, bounded; NUL-terminated */
	bool timed_out, over_output, over_disk;
	int64_t quiet_s;  /* a child that says nothing for so long is hung; 0: it may */
	const char *disk; /* folder to be kept below build_disk_mb, or NULL */
	struct job_run *run; /* of the runner */
};

struct pass {
	const char *name;
	int interval_s;  /* a sweep runs at most this often in one reaper */
	int batch;
	int deadline_s;  /* of one sweep; of one stage of a job: build_wall_s */
	int (*sweep)(struct work *w, int batch); /* items done, -1 */
	const struct job_ops *job;
	enum kill_level kill; /* a sweep only while the operator's switch stands here or above */
	const char *doc;
};

struct reap_options {
	const char *conf_path;
	bool once;          /* every due pass until nothing is left, then end */
	const char *pass;   /* only this one */
	int64_t now;        /* a fixed clock, 0: the real one */
};

/* Run the passes; returns an exit status. `load` is called once. */
int reap_main(const struct reap_options *o, const struct pass *const *tables,
	      int (*load)(const struct conf *c, struct err *e));

/* "reaper@host:pid": who holds a lease. */
const char *reap_holder(void);
