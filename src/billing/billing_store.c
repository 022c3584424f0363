#include "config.h"

#include "billing/billing_int.h"
#include "billing/billing_sql.h"
#include "port/pg.h"

int billing_store_receive(struct work *w, const struct billing_event *e, const char *body)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_receive, &rows, e->id, e->type, arg_bool(e->livemode),
	       arg_int(w, e->created), body, arg_now(w),
	       e->kind == BILLING_OTHER ? BILLING_NO_EFFECT : NULL) < 0)
		return -1;
	return (int)rows.count;
}

int billing_store_replay(struct work *w, const char *event_id)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_replay, &rows, event_id, arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0);
}

int billing_store_lift(struct work *w, const char *payment, const char *reason)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_lift, &rows, payment, w->actor.name, reason, arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0);
}

int billing_store_raw(struct work *w, int64_t *ret_id, const char **ret_body)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_raw, &rows) < 0)
		return -1;
	if (rows.n == 1) {
		*ret_id = pg_int(&rows, 0, 0);
		*ret_body = pg_text(&rows, 0, 1);
	}
	return rows.n;
}

int billing_store_redacted(struct work *w, int64_t id, const char *body)
{
	return DB(w, billing_sql_redacted, NULL, arg_int(w, id), body);
}

int billing_store_refund_again(struct work *w, const char *payment, const char *reason)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_refund_again, &rows, payment, w->actor.name, reason, arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0);
}

int billing_store_alert(struct work *w, int64_t event, const char *kind, const char *subject, int64_t account,
			const char *note)
{
	return DB(w, billing_sql_alert, NULL, arg_int(w, event), kind, subject, arg_int(w, account), note,
		  arg_now(w));
}

int billing_store_alert_close(struct work *w, const char *id, const char *reason)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_alert_close, &rows, id, w->actor.name, reason, arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0);
}

int billing_store_next(struct work *w, struct billing_inbox_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_next, &rows, arg_now(w)) < 0)
		return -1;
	if (rows.n == 1)
		*ret = (struct billing_inbox_row){
			.id = pg_int(&rows, 0, 0), .event_id = pg_text(&rows, 0, 1),
			.body = pg_text(&rows, 0, 2), .attempts = (int)pg_int(&rows, 0, 3),
			.age_s = pg_int(&rows, 0, 4)};
	return rows.n;
}

int billing_store_savepoint(struct work *w)
{
	return DB(w, billing_sql_savepoint, NULL);
}

int billing_store_undo(struct work *w)
{
	return DB(w, billing_sql_undo, NULL);
}

int billing_store_mark(struct work *w, int64_t event, const char *state, const char *waits_for,
		       const char *note, int64_t again_s)
{
	return DB(w, billing_sql_mark, NULL, arg_int(w, event), state, waits_for, note ? note : "",
		  arg_now(w), arg_int(w, again_s));
}

int billing_store_effect(struct work *w, const char *subject, const char *effect, int64_t event)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_effect, &rows, subject, effect, arg_int(w, event), arg_now(w)) < 0)
		return -1;
	return (int)rows.count;
}

int billing_store_take(const struct pg_rows *rows, struct billing_page_row *ret)
{
	if (rows->n == 0)
		return 0;
	*ret = (struct billing_page_row){
		.id = pg_int(rows, 0, 0), .checkout_id = pg_text(rows, 0, 1), .title = pg_text(rows, 0, 2),
		.currency = pg_text(rows, 0, 3), .provider = pg_text(rows, 0, 4),
		.idem_key = pg_text(rows, 0, 5), .return_url = pg_text(rows, 0, 6),
		.state = pg_text(rows, 0, 7), .session_id = pg_text(rows, 0, 8), .url = pg_text(rows, 0, 9),
		.amount = pg_int(rows, 0, 10), .expires_at = pg_int(rows, 0, 11),
		.livemode = pg_bool(rows, 0, 12),
	};
	return 1;
}

static int take(const struct pg_rows *rows, struct billing_page_row *ret)
{
	if (billing_store_take(rows, ret) == 0)
		return 0;
	ret->run = pg_int(rows, 0, 13);
	ret->run_id = pg_text(rows, 0, 14);
	ret->scope_hash = pg_text(rows, 0, 15);
	ret->payment_intent = pg_text(rows, 0, 16);
	ret->refund = pg_text(rows, 0, 17);
	ret->dispute = pg_text(rows, 0, 18);
	ret->refunded = pg_int(rows, 0, 19);
	ret->closing = pg_bool(rows, 0, 20);
	ret->paid = pg_int(rows, 0, 21);
	ret->paid_currency = pg_text(rows, 0, 22);
	ret->refund_failed = pg_int(rows, 0, 23);
	ret->refund_tries = pg_int(rows, 0, 24);
	ret->account = pg_int(rows, 0, 25);
	return 1;
}

int billing_store_find(struct work *w, const struct billing_event *e,
		       struct billing_page_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_find, &rows, e->checkout_id, e->payment_intent) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	ret->id = pg_int(&rows, 0, 0);
	ret->run = pg_int(&rows, 0, 1);
	return 1;
}

int billing_store_lock(struct work *w, int64_t id, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_lock, &rows, arg_int(w, id)) < 0 ? -1 : take(&rows, ret);
}

int billing_store_live(struct work *w, int64_t run, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_live, &rows, arg_int(w, run)) < 0 ? -1 : take(&rows, ret);
}

int billing_store_decide(struct work *w, const char *subject, const char *scope, const char *meter,
			 int64_t quantity, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_decide, &rows, subject, scope, arg_now(w), meter, arg_int(w, quantity)) < 0)
		return -1;
	*ret = pg_text(&rows, 0, 0);
	return 0;
}

int billing_store_insert(struct work *w, struct billing_page_row *c, int64_t account)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_insert, &rows, c->checkout_id, arg_int(w, account), arg_int(w, c->run),
	       c->run_id, c->title, c->scope_hash, arg_int(w, c->amount), c->currency, c->provider,
	       arg_bool(c->livemode), c->return_url, arg_now(w)) < 0)
		return -1;
	c->id = pg_int(&rows, 0, 0);
	c->idem_key = pg_text(&rows, 0, 1);
	c->expires_at = pg_int(&rows, 0, 2);
	c->state = "intent";
	return 0;
}

int billing_store_state(struct work *w, const struct billing_page_row *c, const char *state, const char *note)
{
	return c->plan != NULL ? DB(w, billing_sql_plan_state, NULL, arg_int(w, c->id), state, note)
			       : DB(w, billing_sql_state, NULL, arg_int(w, c->id), state, note);
}

int billing_store_opened(struct work *w, const struct billing_page_row *c, const char *session_id, const char *url)
{
	return c->plan != NULL ? DB(w, billing_sql_plan_opened, NULL, arg_int(w, c->id), session_id, url)
			       : DB(w, billing_sql_opened, NULL, arg_int(w, c->id), session_id, url);
}

static int is_so(struct work *w, const struct pg_stmt *stmt, int64_t id)
{
	const char *const args[] = {arg_int(w, id)};
	struct pg_rows rows;

	return pg_exec(w->pg, w->a, stmt, args, &rows, &w->err) < 0 ? -1 : pg_bool(&rows, 0, 0);
}

int billing_store_left(struct work *w, int64_t id)
{
	return is_so(w, &billing_sql_left, id);
}

int billing_store_replaced(struct work *w, int64_t id)
{
	return is_so(w, &billing_sql_replaced, id);
}

int billing_store_carried(struct work *w, int64_t id)
{
	return is_so(w, &billing_sql_carried, id);
}

int billing_store_paid(struct work *w, int64_t id, const struct billing_event *e)
{
	if (DB(w, billing_sql_paid, NULL, arg_int(w, id), e->object, e->payment_intent, arg_now(w),
	       arg_int(w, e->amount), e->currency) < 0)
		return -1;
	return e->payment_intent == NULL ? 0
					 : DB(w, billing_sql_wake, NULL, e->payment_intent, arg_now(w));
}

int billing_store_refunded(struct work *w, int64_t id, int64_t amount, const char *refund)
{
	return DB(w, billing_sql_refunded, NULL, arg_int(w, id), arg_int(w, amount), refund, arg_now(w));
}

int billing_store_refund_failed(struct work *w, int64_t id, const struct billing_event *e)
{
	return DB(w, billing_sql_refund_failed, NULL, arg_int(w, id), arg_int(w, e->amount), arg_int(w, e->created),
		  e->reason ? e->reason : "no reason told", arg_now(w));
}

int billing_store_asked(struct work *w, int64_t id, const char *why_not)
{
	return DB(w, billing_sql_asked, NULL, arg_int(w, id), why_not, arg_now(w));
}

int billing_store_dispute(struct work *w, int64_t id, const char *dispute)
{
	return DB(w, billing_sql_dispute, NULL, arg_int(w, id), dispute);
}

int billing_store_intent(struct work *w, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_useless, NULL, arg_now(w)) < 0 ||
	       DB(w, billing_sql_intent, &rows, arg_now(w)) < 0 ? -1 : take(&rows, ret);
}

int billing_store_refund_due(struct work *w, struct billing_page_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_give_back, NULL, arg_now(w)) < 0 ||
	    DB(w, billing_sql_refund_due, &rows, arg_now(w)) < 0)
		return -1;
	return take(&rows, ret);
}

int billing_store_local(struct work *w, const char *checkout_id, struct billing_page_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_local, &rows, checkout_id) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "no local payment page %.60s", checkout_id);
	*ret = (struct billing_page_row){
		.checkout_id = checkout_id, .run_id = pg_text(&rows, 0, 0),
		.title = pg_text(&rows, 0, 1), .amount = pg_int(&rows, 0, 2),
		.currency = pg_text(&rows, 0, 3), .return_url = pg_text(&rows, 0, 4),
		.state = pg_text(&rows, 0, 5), .session_id = pg_text(&rows, 0, 6)};
	return 0;
}
