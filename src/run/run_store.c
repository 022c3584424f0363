#include "config.h"

#include "base/id.h"
#include "identity/identity.h"
#include "run/run_int.h"
#include "run/run_sql.h"
#include "port/pg.h"

int run_store_create(struct work *w, const char *run_id, const char *wish, int64_t *ret_id)
{
	struct pg_rows rows;

	if (DB(w, run_sql_create, &rows, run_id, arg_int(w, w->actor.account), wish, arg_now(w)) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_UNAVAILABLE, "new runs are stopped");
	*ret_id = pg_int(&rows, 0, 0);
	return DB(w, run_sql_work, NULL, arg_int(w, *ret_id), arg_now(w));
}

static void take_run(const struct pg_rows *rows, int row, struct run *ret)
{
	*ret = (struct run){
		.id = pg_int(rows, row, 0),
		.account = pg_int(rows, row, 1),
		.run_id = pg_text(rows, row, 2),
		.phase = run_phase_of(pg_text(rows, row, 3)),
		.artifact_wish = pg_text(rows, row, 4),
		.artifact_type = pg_text(rows, row, 5),
		.scope_hash = pg_text(rows, row, 6),
		.scope_approved = pg_bool(rows, row, 7),
		.payment = pg_text(rows, row, 8),
	};
	check(ret->phase < RUN_PHASES);
}

int run_store_lock(struct work *w, const char *run_id, struct run *ret)
{
	const char *account =
		w->actor.kind == ACTOR_CUSTOMER ? arg_int(w, w->actor.account) : NULL;
	struct pg_rows rows;

	if (DB(w, run_sql_lock, &rows, run_id, account) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "run %.60s", run_id);
	take_run(&rows, 0, ret);
	return 0;
}

int run_store_lock_id(struct work *w, int64_t id, struct run *ret)
{
	struct pg_rows rows;

	if (DB(w, run_sql_lock_id, &rows, arg_int(w, id)) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	take_run(&rows, 0, ret);
	return 1;
}

int run_store_advance(struct work *w, int64_t id, const char *from, const char *event,
		      const char *to)
{
	struct pg_rows rows;

	if (DB(w, run_sql_advance, &rows, arg_int(w, id), from, event, to, w->actor.name,
	       arg_now(w)) < 0)
		return -1;
	return rows.n;
}

int run_store_message(struct work *w, int64_t id, const char *author, const char *text, bool queued,
		      const char **ret_json)
{
	const char *message_id = id_new(w->a, "msg_");
	struct pg_rows rows;

	if (DB(w, run_sql_message, &rows, arg_int(w, id), message_id, author, text,
	       arg_bool(queued), arg_now(w)) < 0)
		return -1;
	if (ret_json != NULL)
		*ret_json = pg_text(&rows, 0, 0);
	return 0;
}

int run_store_said(struct work *w, int64_t id, int64_t *ret_messages, int64_t *ret_bytes)
{
	struct pg_rows rows;

	if (DB(w, run_sql_said, &rows, arg_int(w, id)) < 0)
		return -1;
	*ret_messages = pg_int(&rows, 0, 0);
	*ret_bytes = pg_int(&rows, 0, 1);
	return 0;
}

int run_store_conversation(struct work *w, int64_t id, const struct run_line **ret, size_t *ret_n)
{
	struct pg_rows rows;
	struct run_line *lines;

	if (DB(w, run_sql_conversation, &rows, arg_int(w, id)) < 0)
		return -1;
	lines = ARENA_ARRAY(w->a, struct run_line, (size_t)rows.n + 1);
	for (int i = 0; i < rows.n; i++) {
		lines[i].from_visitor = pg_bool(&rows, i, 0);
		lines[i].text = pg_text(&rows, i, 1);
	}
	*ret = lines;
	*ret_n = (size_t)rows.n;
	return 0;
}

int run_store_open(struct work *w, int64_t id, const char *question, const char *blocked,
		   const char *decision)
{
	return DB(w, run_sql_open, NULL, arg_int(w, id), question, blocked, decision, arg_now(w));
}

int run_store_quote(struct work *w, int64_t id, const struct run_quote *q)
{
	return DB(w, run_sql_quote, NULL, arg_int(w, id), q->artifact_type, q->scope, q->scope_hash,
		  q->decision, q->spec, q->platforms, arg_now(w));
}

int run_store_scope_approved(struct work *w, int64_t id)
{
	return DB(w, run_sql_scope_approved, NULL, arg_int(w, id), arg_now(w),
		  arg_bool(identity_asks_contact(w->conf)));
}

int run_store_payment(struct work *w, int64_t id, const char *payment)
{
	return DB(w, run_sql_payment, NULL, arg_int(w, id), payment, arg_now(w));
}

int run_store_kept(struct work *w, int64_t id)
{
	struct pg_rows rows;

	return DB(w, run_sql_kept, &rows, arg_int(w, id)) < 0 ? -1 : pg_bool(&rows, 0, 0);
}

int run_store_sale(struct work *w, int64_t id, const char **ret_title, int64_t *ret_amount,
		   const char **ret_currency)
{
	struct pg_rows rows;

	if (DB(w, run_sql_sale, &rows, arg_int(w, id)) < 0)
		return -1;
	check(rows.n == 1);
	*ret_title = pg_text(&rows, 0, 0);
	*ret_amount = pg_int(&rows, 0, 1);
	*ret_currency = pg_text(&rows, 0, 2);
	return 0;
}

int run_store_authorized(struct work *w, int64_t id)
{
	return DB(w, run_sql_authorized, NULL, arg_int(w, id), w->actor.name, arg_now(w),
		  arg_int(w, w->conf->run_deadline_s));
}

int run_store_public(struct work *w, const char *run_id, const char **ret)
{
	const char *account =
		w->actor.kind == ACTOR_CUSTOMER ? arg_int(w, w->actor.account) : NULL;
	struct pg_rows rows;

	if (DB(w, run_sql_public, &rows, run_id, account) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "run %.60s", run_id);
	*ret = pg_text(&rows, 0, 0);
	return 0;
}

int run_store_candidate(struct work *w, const char *first, const char *second, int64_t *ret_id)
{
	struct pg_rows rows;

	if (DB(w, run_sql_candidate, &rows, first, second, arg_now(w)) < 0)
		return -1;
	if (rows.n == 1)
		*ret_id = pg_int(&rows, 0, 0);
	return rows.n;
}

int run_store_lease(struct work *w, struct run_lease *l)
{
	const char *id = arg_int(w, l->run.id);
	struct pg_rows rows, branch;

	if (DB(w, run_sql_holder, &rows, id) < 0)
		return -1;
	l->resumed = pg_bool(&rows, 0, 0);
	if (DB(w, run_sql_lease, &rows, id, w->actor.name, arg_now(w), arg_int(w, w->conf->lease_s)) <
		    0 ||
	    DB(w, run_sql_branch, &branch, id) < 0)
		return -1;
	l->epoch = pg_int(&rows, 0, 0);
	l->attempts = (int)pg_int(&rows, 0, 1);
	l->run.spec = pg_text(&rows, 0, 2);
	l->run.platforms = pg_text(&rows, 0, 3);
	l->run.repairs = (int)pg_int(&rows, 0, 4);
	l->run.branch = branch.n ? pg_text(&branch, 0, 0) : NULL;
	l->run.head = branch.n ? pg_text(&branch, 0, 1) : NULL;
	return 0;
}

int run_store_hold(struct work *w, const struct run_lease *l)
{
	struct pg_rows rows;

	if (DB(w, run_sql_hold, &rows, arg_int(w, l->run.id), arg_int(w, l->epoch)) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_STALE, "lease %lld of %s", (long long)l->epoch, l->run.run_id);
	return 0;
}

int run_store_beat(struct work *w, const struct run_lease *l)
{
	struct pg_rows rows;

	if (DB(w, run_sql_beat, &rows, arg_int(w, l->run.id), arg_int(w, l->epoch), arg_now(w),
	       arg_int(w, w->conf->lease_s)) < 0)
		return -1;
	if (rows.count == 0)
		return fail(w, E_STALE, "lease %lld of %s", (long long)l->epoch, l->run.run_id);
	return 0;
}

int run_store_release(struct work *w, const struct run_lease *l, int64_t seconds)
{
	return DB(w, run_sql_release, NULL, arg_int(w, l->run.id), arg_int(w, l->epoch), arg_now(w),
		  arg_int(w, seconds));
}

int run_store_repaired(struct work *w, int64_t id)
{
	return DB(w, run_sql_repaired, NULL, arg_int(w, id));
}

int run_store_evidence(struct work *w, int64_t run, const char *kind, const char *text)
{
	return DB(w, run_sql_evidence, NULL, arg_int(w, run), kind, text, arg_now(w));
}

static int take_runs(struct work *w, const struct pg_rows *rows, struct run **ret)
{
	*ret = ARENA_ARRAY(w->a, struct run, (size_t)rows->n);
	for (int i = 0; i < rows->n; i++)
		take_run(rows, i, *ret + i);
	return rows->n;
}

int run_store_silent(struct work *w, int batch, struct run **ret)
{
	struct pg_rows rows;

	if (DB(w, run_sql_silent, &rows, arg_now(w), arg_int(w, w->conf->draft_ttl_s),
	       arg_int(w, batch)) < 0)
		return -1;
	return take_runs(w, &rows, ret);
}

int run_store_overdue(struct work *w, int batch, struct run **ret)
{
	struct pg_rows rows;

	if (DB(w, run_sql_overdue, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return take_runs(w, &rows, ret);
}

int run_store_running(struct work *w, int batch, struct run **ret)
{
	struct pg_rows rows;

	if (DB(w, run_sql_running, &rows, arg_int(w, batch)) < 0)
		return -1;
	return take_runs(w, &rows, ret);
}

int run_store_kill_reason(struct work *w, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, run_sql_kill_reason, &rows) < 0)
		return -1;
	*ret = pg_text(&rows, 0, 0);
	return 0;
}
