#include "config.h"

#include "base/fault.h"
#include "base/id.h"
#include "base/str.h"
#include "port/json.h"
#include "reap/reap.h"
#include "repo/repo.h"
#include "task/task.h"
#include "worker/worker.h"
#include "worker/worker_row.h"

#include <string.h>

/* worker.run: repo_ready → worker_running → artifact_pending */

#define PROFILE "template"

enum { STAGE_BUILD, STAGE_SUBMIT };

struct build {
	struct run_lease lease;
	const char *worker_id, *task_ref, *repair, *base;
	const char *step; /* the last progress it told */
	bool done;
	const char *code, *reason; /* of a failure it told */
};

/* What may be said about a failure, by the code a worker gives. */
static const char *sentence_of(const char *code)
{
	static const struct {
		const char *code, *sentence;
	} known[] = {
		{"build_failed", "The tool could not be compiled."},
		{"specification", "The tool could not be written as specified."},
		{"missing_result", "The build did not produce what was agreed."},
		{"too_long", "The build took longer than it may."},
		{"too_much_output", "The build printed more than it may."},
		{"too_much_disk", "The build used more space than it may."},
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (str_eq(known[i].code, code))
			return known[i].sentence;
	return "The build worker could not finish.";
}

static int claim(struct work *w, struct job *j)
{
	struct build *b = ARENA_NEW(j->a, struct build);
	struct run *r = &b->lease.run;
	const char *ref, *repair = NULL, *base, *branch;
	int rc = run_claim(w, RUN_REPO_READY, RUN_EV_ASSIGN, EVENT_ASSIGNED, RUN_WORKER_RUNNING,
			   &b->lease);

	if (rc <= 0)
		return rc;
	if (b->lease.attempts > w->conf->attempts_max)
		return run_fail(w, r, "worker_lost", "The build was interrupted too often.",
				"attempts used up") < 0
			       ? -1
			       : 0;
	b->worker_id = id_new(j->a, "wrk_");
	if (worker_store_begin(w, &b->lease, b->worker_id, PROFILE) < 0 ||
	    task_open(w, r->id, &ref) < 0 || task_status(w, r->id, "assigned") < 0 ||
	    repo_row_base(w, r->id, &base, &branch) < 0 ||
	    (r->repairs > 0 && task_repair(w, r->id, &repair) < 0))
		return -1;
	b->task_ref = arena_strdup(j->a, ref);
	b->repair = arena_strdup(j->a, repair);
	b->base = arena_strdup(j->a, base);
	r->run_id = arena_strdup(j->a, r->run_id);
	r->branch = arena_strdup(j->a, branch);
	r->spec = arena_strdup(j->a, r->spec);
	r->platforms = arena_strdup(j->a, r->platforms);
	r->artifact_type = arena_strdup(j->a, r->artifact_type);
	j->state = b;
	return 1;
}

static int begin_build(struct work *w, struct job *j, struct sandbox *s)
{
	struct build *b = j->state;
	struct run *r = &b->lease.run;
	struct worker_profile p;
	const char *base, *assignment;

	/* After a lost worker or a repair: begin from the template again. */
	if ((b->lease.resumed || b->lease.attempts > 1 || r->repairs > 0) &&
	    repo_checkout(w->a, w->conf, r->run_id, r->branch, b->base, &base, &w->err) < 0)
		return -1;
	if (worker_profile(w->a, w->conf, b->base, &p, &w->err) < 0)
		return -1;
	assignment = worker_assignment(w->a, r, b->task_ref, &p, b->repair);
	if (run_hold(w, &b->lease) < 0 ||
	    task_say(w, r->id, TASK_ORCHESTRATOR, assignment) < 0 || work_commit(w, NULL) < 0)
		return -1;
	j->disk = arena_strdup(j->a, repo_tree(w->a, w->conf, r->run_id));
	j->quiet_s = w->conf->lease_s;
	worker_sandbox(w->a, w->conf, j->disk, "/work", assignment, false, s);
	return 1;
}

/* The worker is done: keep what it wrote, hand it on. */
static int submit(struct work *w, struct job *j)
{
	struct build *b = j->state;
	struct run *r = &b->lease.run;
	const char *commit;

	if (repo_commit(w->a, w->conf, r->run_id, "The tool as specified", &commit, &w->err) < 0)
		return -1;
	fault_point("worker.committed");
	if (run_hold(w, &b->lease) < 0 || repo_row_head(w, r->id, commit) < 0 ||
	    run_evidence(w, r->id, "build_log", j->log) < 0 ||
	    worker_store_end(w, b->worker_id, "done", "manifest written") < 0 ||
	    task_say(w, r->id, TASK_WORKER, "manifest written") < 0 ||
	    run_advance(w, r, RUN_EV_SUBMIT, EVENT_SUBMITTED, NULL) < 0)
		return -1;
	return work_commit(w, NULL);
}

static int next(struct work *w, struct job *j, struct sandbox *s)
{
	return j->stage == STAGE_BUILD ? begin_build(w, j, s) : submit(w, j);
}

/* Only known steps are told, each once; the text is ours. */
static int progress(struct work *w, struct build *b, const char *step)
{
	static const struct {
		const char *step;
		enum event_id say;
	} known[] = {{"writing", EVENT_WRITING}, {"compiling", EVENT_COMPILING}, {"packing", EVENT_PACKING}};

	for (size_t i = 0; i < COUNT(known); i++) {
		if (strcmp(known[i].step, step) != 0 || str_eq(b->step, known[i].step))
			continue;
		b->step = known[i].step;
		if (run_hold(w, &b->lease) < 0 ||
		    event_append(w, b->lease.run.id, known[i].say, NULL) < 0)
			return -1;
		return work_commit(w, NULL);
	}
	return 0;
}

static int line(struct work *w, struct job *j, const char *text)
{
	struct build *b = j->state;
	const struct json *m = json_parse(w->a, text, strlen(text), &w->err);
	const char *t = json_get_text(m, "t", "");

	if (m == NULL)
		return fail(w, E_INVALID, "worker: a line that is not JSON");
	if (strcmp(t, "progress") == 0)
		return progress(w, b, json_get_text(m, "step", ""));
	if (strcmp(t, "done") == 0)
		b->done = true;
	if (strcmp(t, "failed") == 0) {
		b->code = arena_strdup(j->a, json_get_text(m, "code", "worker_failed"));
		b->reason = arena_strdup(j->a, json_get_text(m, "reason", ""));
	}
	return 0;
}

static int ended(struct work *w, struct job *j, int status)
{
	struct build *b = j->state;

	if (j->timed_out || j->over_output || j->over_disk)
		b->code = j->timed_out ? "too_long" : j->over_disk ? "too_much_disk" : "too_much_output";
	if (b->code != NULL || !b->done || status != 0)
		return fail(w, E_INTERNAL, "worker ended with %s: %s %s", spawn_status_text(w->a, status),
			    b->code ? b->code : "no manifest", b->reason ? b->reason : "");
	j->stage = STAGE_SUBMIT;
	return 0;
}

static int beat(struct work *w, struct job *j)
{
	struct build *b = j->state;

	return run_beat(w, &b->lease) < 0 ? -1 : worker_store_beat(w, b->worker_id);
}

/* A failure that the worker named is final; a crash is tried again. */
static void failed(struct work *w, struct job *j, const struct err *why)
{
	struct build *b = j->state;
	struct run *r = &b->lease.run;
	bool final = b->code != NULL || b->lease.attempts >= w->conf->attempts_max;
	int rc;

	if (run_hold(w, &b->lease) < 0 || run_evidence(w, r->id, "build_log", j->log) < 0 ||
	    worker_store_end(w, b->worker_id, "failed", why->detail) < 0)
		return;
	if (why->id == E_UNAVAILABLE || !final)
		rc = run_release(w, &b->lease, why->id == E_UNAVAILABLE ? 0 : b->lease.attempts);
	else
		rc = task_status(w, r->id, "failed") < 0
			     ? -1
			     : run_fail(w, r, b->code ? b->code : "worker_failed", sentence_of(b->code),
					why->detail);
	if (rc == 0)
		work_commit(w, NULL);
}

static const struct job_ops ops = {claim, next, line, ended, beat, failed};

const struct pass worker_passes[] = {
	{.name = "worker.run", .job = &ops,
	 .doc = "a worker for what has a worktree: assignment in, manifest or failure out"},
	{.name = "worker.strays", .interval_s = 10, .batch = 100, .deadline_s = 10,
	 .sweep = worker_store_strays, .doc = "close the rows of workers whose run moved on"},
	{.name = "worker.stop", .interval_s = 1, .batch = 100, .deadline_s = 10, .kill = KILL_DESTROY,
	 .sweep = worker_store_strays, .doc = "the same at once, when an operator has everything taken down"},
	{0},
};
