#include "config.h"

#include "artifact/artifact_int.h"
#include "artifact/artifact_verify_pass.h"
#include "base/fault.h"
#include "base/str.h"
#include "reap/reap.h"
#include "repo/repo.h"
#include "task/task.h"
#include "worker/worker.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * artifact.verify: artifact_pending → artifact_ready, or back for repair once.
 *
 * Each stage is a child of its own in the sandbox: the scan never runs
 * anything, the page is served and opened, a program is started with --help
 * and --version with nothing but itself in sight, and a second build in
 * another folder must give the same bytes. Then the files are copied into the
 * store, hashed on the way, and published.
 */

enum { STAGE_SCAN, STAGE_PAGE, STAGE_HELP, STAGE_VERSION, STAGE_REBUILD, STAGE_PUBLISH };

static int claim(struct work *w, struct job *j)
{
	struct verifying *v = ARENA_NEW(j->a, struct verifying);
	struct run *r = &v->lease.run;
	const char *base, *branch;
	int rc = run_claim(w, RUN_ARTIFACT_PENDING, RUN_EVENTS, EVENT_SUBMITTED, RUN_ARTIFACT_PENDING,
			   &v->lease);

	if (rc <= 0)
		return rc;
	if (v->lease.attempts > w->conf->attempts_max)
		return run_fail(w, r, "verification", "The verification was interrupted too often.",
				"attempts used up") < 0
			       ? -1
			       : 0;
	if (repo_row_base(w, r->id, &base, &branch) < 0 ||
	    artifact_store_build_log(w, r->id, &v->build_log) < 0)
		return -1;
	v->build_log = arena_strdup(j->a, v->build_log);
	v->base = arena_strdup(j->a, base);
	r->run_id = arena_strdup(j->a, r->run_id);
	r->branch = arena_strdup(j->a, branch);
	r->head = arena_strdup(j->a, r->head);
	r->spec = arena_strdup(j->a, r->spec);
	r->platforms = arena_strdup(j->a, r->platforms);
	r->artifact_type = arena_strdup(j->a, r->artifact_type);
	r->scope_hash = arena_strdup(j->a, r->scope_hash);
	v->tree = arena_strdup(j->a, repo_tree(w->a, w->conf, r->run_id));
	j->state = v;
	return 1;
}

/* One public sentence, in a transaction of its own. */
static int tell(struct work *w, struct verifying *v, enum event_id say,
		const struct event_slot *slots)
{
	if (run_hold(w, &v->lease) < 0 || event_append(w, v->lease.run.id, say, slots) < 0)
		return -1;
	return work_commit(w, NULL);
}

static int store_files(struct work *w, struct verifying *v)
{
	const struct verify_manifest *m = &v->report.manifest;
	int tree = open(v->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (tree < 0)
		return fail(w, E_INTERNAL, "the worktree is gone");
	for (size_t i = 0; i < m->n && rc == 0; i++)
		if (str_eq(m->entries[i].kind, "web") || str_eq(m->entries[i].kind, "binary"))
			rc = artifact_store_add(w->a, w->conf, tree, m->entries[i].path,
						m->entries[i].sha256, m->entries[i].size, &w->err);
	close(tree);
	return rc;
}

static int publish(struct work *w, struct verifying *v)
{
	if (store_files(w, v) < 0)
		return -1;
	fault_point("artifact.before_publish");
	if (run_hold(w, &v->lease) < 0 || task_status(w, v->lease.run.id, "done") < 0 ||
	    artifact_publish(w, &v->lease, &v->report, v->rebuilt) < 0)
		return -1;
	return work_commit(w, NULL);
}

static int next(struct work *w, struct job *j, struct sandbox *s)
{
	struct verifying *v = j->state;

	/* A stage that has nothing to do is passed over. */
	for (;; j->stage++)
		switch (j->stage) {
		case STAGE_SCAN:
			return artifact_verify_scan(w, j, v, s);
		case STAGE_PAGE:
			if (artifact_verify_page(w, j, v, s))
				return 1;
			break;
		case STAGE_HELP:
		case STAGE_VERSION:
			if (artifact_verify_program(w, v, j->stage == STAGE_HELP ? "--help" : "--version", s))
				return 1;
			break;
		case STAGE_REBUILD:
			if (tell(w, v, EVENT_STARTED, NULL) < 0)
				return -1;
			return artifact_verify_rebuild(w, j, v, s);
		case STAGE_PUBLISH:
		default:
			return publish(w, v);
		}
}

static int line(struct work *w, struct job *j, const char *text)
{
	struct verifying *v = j->state;

	(void)w;
	if (j->stage == STAGE_SCAN || j->stage == STAGE_PAGE)
		v->answer = arena_strdup(j->a, text); /* the last line is the report */
	else if (j->stage == STAGE_HELP || j->stage == STAGE_VERSION)
		v->said += strlen(text);
	return 0;
}

static int ended(struct work *w, struct job *j, int status)
{
	struct verifying *v = j->state;
	struct event_slot slots[] = {{.name = "checks"}, {0}};

	if (j->timed_out || j->over_output || j->over_disk)
		return artifact_verify_says_no(w, v, VERIFY_BROKEN, "a limit of the sandbox was reached");
	switch (j->stage) {
	case STAGE_SCAN:
		if (artifact_verify_report(w, v, status, j->log) < 0)
			return -1;
		slots[0].number = (int64_t)v->report.checks_n;
		if (tell(w, v, EVENT_SCANNED, slots) < 0)
			return -1;
		break;
	case STAGE_PAGE:
		if (artifact_verify_report(w, v, status, j->log) < 0)
			return -1;
		break;
	case STAGE_HELP:
	case STAGE_VERSION:
		if (artifact_verify_ran(w, v, status, j->log) < 0)
			return -1;
		break;
	case STAGE_REBUILD:
	default:
		if (artifact_verify_compare(w, v, status, j->log) < 0 || tell(w, v, EVENT_REBUILT, NULL) < 0)
			return -1;
		break;
	}
	j->stage++;
	return 0;
}

static int beat(struct work *w, struct job *j)
{
	return run_beat(w, &((struct verifying *)j->state)->lease);
}

/* The verification said no: once it goes back to the worker with the reason. */
static int reject(struct work *w, struct verifying *v)
{
	struct run *r = &v->lease.run;
	const char *code = verify_code_name(v->report.code);
	const char *sentence = verify_code_sentence(v->report.code);
	const struct event_slot slots[] = {
		{.name = "reason", .word = sentence}, {.name = "code", .word = code}, {0}};
	const char *text = arena_printf(w->a, "%s: %s", code, v->report.reason ? v->report.reason : "");

	if (artifact_reject(w, &v->lease, &v->report) < 0 ||
	    task_say(w, r->id, TASK_VERIFIER, text) < 0)
		return -1;
	if (r->repairs > 0)
		return task_status(w, r->id, "failed") < 0 ? -1 : run_fail(w, r, code, sentence, text);
	if (run_evidence(w, r->id, "verification", text) < 0 || run_repaired(w, r->id) < 0)
		return -1;
	return run_advance(w, r, RUN_EV_REPAIR, EVENT_REPAIR, slots);
}

static void failed(struct work *w, struct job *j, const struct err *why)
{
	struct verifying *v = j->state;
	struct run *r = &v->lease.run;
	int rc;

	if (run_hold(w, &v->lease) < 0)
		return;
	if (v->report.code != VERIFY_OK)
		rc = reject(w, v);
	else if (run_evidence(w, r->id, "verification", why->detail) < 0)
		rc = -1;
	else if (why->id != E_UNAVAILABLE && v->lease.attempts >= w->conf->attempts_max)
		rc = run_fail(w, r, "verification", "The result could not be verified.", why->detail);
	else
		rc = run_release(w, &v->lease, why->id == E_UNAVAILABLE ? 0 : v->lease.attempts);
	if (rc == 0)
		work_commit(w, NULL);
}

static const struct job_ops ops = {claim, next, line, ended, beat, failed};

/* ---- artifact.forget: what was made for somebody who has left */

static int forget(struct work *w, int batch)
{
	const char *sha256;
	bool shared;
	int done = 0, rc = 0;

	while (done < batch && (rc = artifact_store_gone(w, &sha256, &shared)) > 0) {
		if ((!shared && artifact_store_remove(w->a, w->conf, sha256, &w->err) < 0) ||
		    artifact_store_forgotten(w, sha256) < 0)
			return -1;
		done++;
	}
	return rc < 0 ? -1 : done;
}

const struct pass artifact_passes[] = {
	{.name = "artifact.verify", .job = &ops,
	 .doc = "the gate: scan, smoke proof, second build; then publish, or back for repair"},
	{.name = "artifact.previews", .interval_s = 60, .batch = 500, .deadline_s = 20,
	 .sweep = artifact_store_preview_expire, .doc = "close previews whose time is over"},
	{.name = "artifact.forget", .interval_s = 60, .batch = 50, .deadline_s = 20, .sweep = forget,
	 .doc = "remove files of the store that no artifact has any more"},
	{.name = "artifact.stop", .interval_s = 1, .batch = 500, .deadline_s = 20, .kill = KILL_DESTROY,
	 .sweep = artifact_store_preview_close, .doc = "close all previews, because an operator says so"},
	{0},
};
