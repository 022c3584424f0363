#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/log.h"
#include "port/file.h"
#include "reap/reap_int.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 65536

struct job_run {
	struct job j;
	struct child child;
	bool running, given_up, done;
	struct buf lines, log;
	size_t out_bytes;
	int64_t began, wall_end, heard, next_beat, next_disk; /* monotonic */
};

/* The job's own functions, each in a unit of its own. */
static int call_beat(struct work *w, void *ctx)
{
	struct job_run *j = ctx;

	return j->j.pass->job->beat(w, &j->j);
}

static int call_claim(struct work *w, void *ctx)
{
	struct job_run *j = ctx;

	return j->j.pass->job->claim(w, &j->j);
}

static void log_job(const struct job_run *j, enum log_level level, const char *what,
		    const struct err *e)
{
	char stage[24], ms[24];

	log_put(level, what, "pass", j->j.pass->name, "stage", log_num(stage, j->j.stage), "ms",
		log_num(ms, (clock_mono() - j->began) / CLOCK_MS), "code",
		e ? err_row(e->id)->code : NULL, "detail", e ? e->detail : NULL, NULL);
}

/* Something said no. A lost lease needs no report: somebody else has it. */
static void give_up(struct reaper *r, struct job_run *j, const struct err *why)
{
	struct err said = *why;
	struct work w;

	if (j->given_up)
		return;
	j->given_up = true;
	if (j->running)
		child_kill(&j->child); /* its end is still to come */
	else
		j->done = true;
	log_job(j, said.id == E_STALE ? LOG_INFO : LOG_WARN,
		said.id == E_STALE ? "job_stale" : "job_failed", &said);
	if (said.id == E_STALE)
		return;
	reap_work(r, &w, j->j.pass->name);
	j->j.pass->job->failed(&w, &j->j, &said);
	work_rollback(&w);
	if (w.err.id != E_NONE && w.err.id != E_STALE)
		log_job(j, LOG_ERROR, "job_failure_not_kept", &w.err);
}

/* Start what comes next; goes on until a child runs or the job is finished. */
static void advance(struct reaper *r, struct job_run *j)
{
	struct sandbox s = {0};
	struct work w;
	int rc;

	reap_work(r, &w, j->j.pass->name);
	rc = j->j.pass->job->next(&w, &j->j, &s);
	if (rc > 0)
		rc = sandbox_start(&s, &j->child, &w.err) < 0 ? -1 : 1;
	work_rollback(&w);
	if (rc < 0) {
		give_up(r, j, &w.err);
	} else if (rc == 0) {
		j->done = true;
		log_job(j, LOG_INFO, "job_done", NULL);
	} else {
		j->running = true;
		j->wall_end = clock_mono() + r->conf.build_wall_s * CLOCK_S;
		j->next_disk = 0;
		j->heard = clock_mono();
		j->out_bytes = 0;
		buf_init(&j->lines, j->j.a, LINE_MAX_BYTES);
		buf_init(&j->log, j->j.a, (size_t)r->conf.build_out_kb * 1024);
		fault_point("job.child_started");
	}
}

int job_claim(struct reaper *r, const struct pass *p)
{
	struct job_run *j = calloc(1, sizeof(*j));
	struct work w;
	int rc;

	check(j != NULL && r->jobs_n < JOBS_MAX);
	j->j.pass = p;
	j->j.a = arena_new(512u << 20);
	j->j.run = j;
	j->j.log = "";
	j->began = clock_mono();
	reap_work(r, &w, p->name);
	rc = reap_unit(&w, call_claim, j);
	if (rc <= 0) {
		if (rc < 0)
			log_job(j, LOG_WARN, "claim_failed", &w.err);
		job_free(j);
		return rc;
	}
	j->next_beat = j->began + r->conf.lease_s * CLOCK_S / 3;
	r->jobs[r->jobs_n++] = j;
	advance(r, j);
	return 1;
}

/* Whole lines go to the room, at the child's end also one that was not ended. */
static int give_lines(struct reaper *r, struct job_run *j, struct work *w)
{
	char *p = j->lines.p, *nl;
	int rc = 0;

	while (rc == 0 && p != NULL && (nl = strchr(p, '\n')) != NULL) {
		*nl = '\0';
		reap_work(r, w, j->j.pass->name);
		rc = j->j.pass->job->line(w, &j->j, p);
		work_rollback(w);
		p = nl + 1;
	}
	if (p != NULL && rc == 0) {
		j->lines.n -= (size_t)(p - j->lines.p);
		memmove(j->lines.p, p, j->lines.n + 1);
	}
	return rc;
}

/* 1 there may be more, 0 the pipe is empty or at its end, -1 too much or refused. */
static int take_output(struct reaper *r, struct job_run *j, int *fd, struct buf *to, struct work *w)
{
	char chunk[8192];
	ssize_t n = *fd < 0 ? -1 : read(*fd, chunk, sizeof(chunk));

	if (n == 0) { /* or it would be readable for ever */
		close(*fd);
		*fd = -1;
	}
	if (n <= 0)
		return 0;
	j->out_bytes += (size_t)n;
	j->heard = clock_mono();
	if (j->out_bytes > (size_t)r->conf.build_out_kb * 1024)
		j->j.over_output = true;
	else
		buf_put(to, chunk, (size_t)n);
	if (j->j.over_output || to->over || memchr(chunk, '\0', (size_t)n) != NULL)
		return err_set(&w->err, E_INVALID, "child: more output than it may have, or a NUL in it");
	return to == &j->lines && give_lines(r, j, w) < 0 ? -1 : 1;
}

static int drain(struct reaper *r, struct job_run *j, int *fd, struct buf *to, struct work *w)
{
	int rc;

	do
		rc = take_output(r, j, fd, to, w);
	while (rc > 0);
	return rc;
}

static void collect(struct reaper *r, struct job_run *j)
{
	struct work w;

	reap_work(r, &w, j->j.pass->name);
	if (drain(r, j, &j->child.out, &j->lines, &w) < 0 ||
	    drain(r, j, &j->child.err, &j->log, &w) < 0)
		give_up(r, j, &w.err);
}

static void on_end(struct reaper *r, struct job_run *j)
{
	struct work w;
	int status, rc;

	collect(r, j);
	if (!child_ended(&j->child, &status))
		return;
	j->running = false;
	if (j->lines.n > 0)
		buf_putc(&j->lines, '\n');
	reap_work(r, &w, j->j.pass->name);
	if (j->lines.n > 0 && give_lines(r, j, &w) < 0)
		give_up(r, j, &w.err);
	j->j.log = buf_str(&j->log);
	fault_point("job.child_ended");
	if (j->given_up) {
		j->done = true;
		return;
	}
	reap_work(r, &w, j->j.pass->name);
	rc = j->j.pass->job->ended(&w, &j->j, status);
	work_rollback(&w);
	if (rc < 0)
		give_up(r, j, &w.err);
	else
		advance(r, j);
}

void job_poll(struct reaper *r, struct job_run *j, short out, short err, short end)
{
	if (j->running && (out || err))
		collect(r, j);
	if (j->running && end)
		on_end(r, j);
}

static void check_limits(struct reaper *r, struct job_run *j)
{
	int64_t now = clock_mono(), max = r->conf.build_disk_mb << 20;

	if (!j->j.timed_out && (now > j->wall_end || (j->j.quiet_s > 0 &&
						      now > j->heard + j->j.quiet_s * CLOCK_S))) {
		j->j.timed_out = true;
		child_kill(&j->child);
	}
	if (j->j.disk == NULL || now < j->next_disk || j->j.over_disk)
		return;
	j->next_disk = now + CLOCK_S / 2;
	if (file_usage(j->j.disk, max) > max) {
		j->j.over_disk = true;
		child_kill(&j->child);
	}
}

/* `hint`: something has moved; look at once whether the lease still stands. */
void job_tick(struct reaper *r, struct job_run *j, bool hint)
{
	struct work w;

	if (j->running)
		check_limits(r, j);
	if (!j->running || (!hint && clock_mono() < j->next_beat))
		return;
	j->next_beat = clock_mono() + r->conf.lease_s * CLOCK_S / 3;
	reap_work(r, &w, j->j.pass->name);
	if (reap_unit(&w, call_beat, j) < 0 && w.err.id != E_UNAVAILABLE)
		give_up(r, j, &w.err);
}

int job_fds(const struct job_run *j, int fds[3])
{
	fds[0] = j->running ? j->child.out : -1;
	fds[1] = j->running ? j->child.err : -1;
	fds[2] = j->running ? j->child.pidfd : -1;
	return j->running;
}

bool job_done(const struct job_run *j)
{
	return j->done;
}

void job_abort(struct reaper *r, struct job_run *j)
{
	struct err why = {0};

	err_set(&why, E_UNAVAILABLE, "the reaper is stopping");
	give_up(r, j, &why);
}

void job_free(struct job_run *j)
{
	arena_free(j->j.a);
	free(j);
}
