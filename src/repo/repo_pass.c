#include "config.h"

#include "base/fault.h"
#include "reap/reap.h"
#include "repo/repo_int.h"
#include "task/task.h"

/* ---- repo.prepare: authorized → repo_ready */

struct prepare {
	struct run_lease lease;
	const char *branch, *base;
};

static int prepare_claim(struct work *w, struct job *j)
{
	struct prepare *p = ARENA_NEW(j->a, struct prepare);
	const char *base, *branch;
	int rc = run_claim(w, RUN_AUTHORIZED, RUN_EVENTS, EVENT_REPO_READY, RUN_AUTHORIZED, &p->lease);
	char day[9];

	if (rc <= 0 || repo_row_base(w, p->lease.run.id, &base, &branch) < 0)
		return rc < 0 ? -1 : rc;
	if (branch == NULL)
		branch = arena_printf(w->a, "build/%s/%s", clock_day(w->now, day),
				      p->lease.run.run_id);
	p->branch = arena_strdup(j->a, branch);
	p->base = arena_strdup(j->a, base ? base : "");
	p->lease.run.run_id = arena_strdup(j->a, p->lease.run.run_id);
	j->state = p;
	return 1;
}

/* All of it is done here: git takes milliseconds. */
static int prepare_next(struct work *w, struct job *j, struct sandbox *s)
{
	struct prepare *p = j->state;
	struct run *r = &p->lease.run;
	const char *base, *ref;

	(void)s;
	if (p->lease.attempts > w->conf->attempts_max)
		return fail(w, E_INTERNAL, "the workplace could not be prepared");
	if (repo_checkout(w->a, w->conf, r->run_id, p->branch, p->base, &base, &w->err) < 0)
		return -1;
	fault_point("repo.checked_out");
	if (run_hold(w, &p->lease) < 0 || task_open(w, r->id, &ref) < 0 ||
	    repo_store_insert(w, r->id, p->branch, base, repo_tree(w->a, w->conf, r->run_id)) < 0 ||
	    run_advance(w, r, RUN_EV_REPO_READY, EVENT_REPO_READY, NULL) < 0)
		return -1;
	return work_commit(w, NULL);
}

static int no_line(struct work *w, struct job *j, const char *line)
{
	(void)w;
	(void)j;
	(void)line;
	return 0;
}

static int no_end(struct work *w, struct job *j, int status)
{
	(void)w;
	(void)j;
	return status;
}

static int prepare_beat(struct work *w, struct job *j)
{
	return run_beat(w, &((struct prepare *)j->state)->lease);
}

/* Tried again when the lease ends, until the attempts are used up. */
static void prepare_failed(struct work *w, struct job *j, const struct err *why)
{
	struct prepare *p = j->state;

	if (run_hold(w, &p->lease) < 0 || run_evidence(w, p->lease.run.id, "repo", why->detail) < 0)
		return;
	if (p->lease.attempts > w->conf->attempts_max &&
	    run_fail(w, &p->lease.run, "repo", "The workplace could not be prepared.", why->detail) < 0)
		return;
	work_commit(w, NULL);
}

static const struct job_ops prepare_ops = {prepare_claim, prepare_next, no_line,
					   no_end, prepare_beat, prepare_failed};

/* ---- repo.prune */

/* The row stays locked while the files go, so that nobody else does the same;
 * after a crash it is simply done again. */
static int prune(struct work *w, int batch)
{
	struct repo_prunable p;
	int done = 0, rc = 1;

	while (done < batch && (rc = repo_store_prunable(w, &p)) > 0) {
		if (repo_forget(w->a, w->conf, p.run_id, p.branch_too ? p.branch : NULL, &w->err) < 0 ||
		    repo_store_pruned(w, p.run, p.branch_too) < 0)
			return -1;
		done++;
	}
	return rc < 0 ? -1 : done;
}

const struct pass repo_passes[] = {
	{.name = "repo.prepare", .job = &prepare_ops,
	 .doc = "a branch and a worktree for what was authorized"},
	{.name = "repo.prune", .interval_s = 60, .batch = 10, .deadline_s = 30, .sweep = prune,
	 .doc = "remove worktrees and branches of runs that ended long ago"},
	{0},
};
