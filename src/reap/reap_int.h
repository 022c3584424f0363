/* What the files of the runner share. */
#pragma once
#include "reap/reap.h"
#include "base/buf.h"

#define JOBS_MAX 64
#define PASSES_MAX 64
#define WORK_ARENA (64u << 20)

struct reaper {
	struct conf conf;
	struct arena *conf_mem;
	const struct reap_options *o;
	const struct pass *passes[PASSES_MAX];
	int64_t next[PASSES_MAX]; /* monotonic: when a sweep is due again */
	size_t passes_n;
	struct pg *pg, *listen;
	bool listening;
	struct arena *a; /* of the unit at hand */
	struct job_run *jobs[JOBS_MAX];
	size_t jobs_n;
	int signal_fd;
	bool stopping;   /* take nothing new */
	bool aborting;   /* end what runs */
};

/* A unit of work of this reaper. */
void reap_work(struct reaper *r, struct work *w, const char *trace);

/* One transaction around fn: 0 or more is committed and returned. */
int reap_unit(struct work *w, int (*fn)(struct work *w, void *ctx), void *ctx);

/* job.c: claim and start one; 1, 0 or -1. */
int job_claim(struct reaper *r, const struct pass *p);
void job_poll(struct reaper *r, struct job_run *j, short out, short err, short end);
void job_tick(struct reaper *r, struct job_run *j, bool hint);
int job_fds(const struct job_run *j, int fds[3]);
bool job_done(const struct job_run *j);
void job_free(struct job_run *j);
void job_abort(struct reaper *r, struct job_run *j);
