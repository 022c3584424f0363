#include "config.h"

#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "billing/billing_sql.h"
#include "port/pg.h"

int billing_store_subscriber(struct work *w, struct billing_subscriber *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_subscriber, &rows, w->conf->billing_provider,
	       arg_bool(w->conf->stripe_live), arg_now(w)) < 0)
		return -1;
	*ret = (struct billing_subscriber){
		.subject = pg_text(&rows, 0, 0), .plan = pg_text(&rows, 0, 1), .barred = pg_text(&rows, 0, 2),
		.subscribed = pg_bool(&rows, 0, 3), .customer_id = pg_text(&rows, 0, 4),
		.subscription_id = pg_text(&rows, 0, 5)};
	return 0;
}

int billing_store_offer(struct work *w, const struct billing_wish *wish, const char *has,
			struct billing_page_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_offer, &rows, wish->plan, wish->feature, wish->interval,
	       w->conf->billing_provider, arg_bool(w->conf->stripe_live), has, arg_now(w), ret->payer) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret = (struct billing_page_row){
		.payer = ret->payer, .plan = pg_text(&rows, 0, 0), .title = pg_text(&rows, 0, 1), .price_id = pg_text(&rows, 0, 2),
		.amount = pg_int(&rows, 0, 3), .currency = pg_text(&rows, 0, 4),
		.interval = pg_text(&rows, 0, 5), .trial_days = pg_int(&rows, 0, 6),
		.features = pg_text(&rows, 0, 7)};
	return 1;
}

static int take(const struct pg_rows *rows, struct billing_page_row *ret)
{
	if (billing_store_take(rows, ret) == 0)
		return 0;
	ret->account = pg_int(rows, 0, 13);
	ret->subject = pg_text(rows, 0, 14);
	ret->plan = pg_text(rows, 0, 15);
	ret->features = pg_text(rows, 0, 16);
	ret->price_id = pg_text(rows, 0, 17);
	ret->interval = pg_text(rows, 0, 18);
	ret->customer_id = pg_text(rows, 0, 19);
	ret->trial_days = pg_int(rows, 0, 20);
	ret->closing = pg_bool(rows, 0, 21);
	return 1;
}

int billing_store_plan_live(struct work *w, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_plan_live, &rows) < 0 ? -1 : take(&rows, ret);
}

int billing_store_plan_lock(struct work *w, const char *checkout_id, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_plan_lock, &rows, checkout_id) < 0 ? -1 : take(&rows, ret);
}

int billing_store_plan_intent(struct work *w, struct billing_page_row *ret)
{
	struct pg_rows rows;

	return DB(w, billing_sql_plan_intent, &rows, arg_now(w)) < 0 ? -1 : take(&rows, ret);
}

int billing_store_plan_insert(struct work *w, struct billing_page_row *c)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_plan_insert, &rows, c->checkout_id, c->subject, c->plan, c->title, c->features,
	       c->price_id, c->currency, c->interval, c->customer_id, c->provider, c->return_url,
	       arg_int(w, c->amount), arg_int(w, c->trial_days), arg_bool(c->livemode), arg_now(w), c->payer) < 0)
		return -1;
	c->id = pg_int(&rows, 0, 0);
	c->idem_key = pg_text(&rows, 0, 1);
	c->expires_at = pg_int(&rows, 0, 2);
	c->state = "intent";
	return 0;
}

int billing_store_link(struct work *w, const struct billing_page_row *c, const char *customer_id)
{
	return DB(w, billing_sql_link, NULL, arg_int(w, c->account), c->provider, arg_bool(c->livemode),
		  customer_id, arg_now(w));
}

int billing_store_unlink(struct work *w, const char *customer_id)
{
	return DB(w, billing_sql_unlink, NULL, customer_id, w->conf->billing_provider);
}

int billing_store_hint(struct work *w, const struct billing_event *e)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_hint, &rows, e->subscription, e->plan_page, e->customer, e->account,
	       w->conf->billing_provider, arg_bool(e->livemode), arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0);
}

int billing_store_payment_dispute(struct work *w, const char *payment_intent, const char *dispute)
{
	struct pg_rows rows;

	return DB(w, billing_sql_payment_dispute, &rows, payment_intent, dispute) < 0 ? -1 : (int)rows.count;
}

int billing_store_payment_refund(struct work *w, const struct billing_event *e, bool failed, bool *ret_ours)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_payment_refund, &rows, e->payment_intent, arg_int(w, e->amount), e->currency,
	       arg_bool(e->livemode), arg_int(w, e->created), arg_bool(failed), arg_now(w)) < 0)
		return -1;
	*ret_ours = pg_bool(&rows, 0, 0);
	return pg_text(&rows, 0, 0) != NULL;
}

static int owner(struct work *w, const struct pg_stmt *stmt, const char *name, int64_t *ret)
{
	struct pg_rows rows;

	if (pg_exec(w->pg, w->a, stmt, &name, &rows, &w->err) < 0)
		return -1;
	*ret = rows.n > 0 ? pg_int(&rows, 0, 0) : 0;
	return rows.n;
}

int billing_store_payment_of(struct work *w, const char *payment_intent, int64_t *ret_account)
{
	return owner(w, &billing_sql_payment_of, payment_intent, ret_account);
}

int billing_store_subscription_of(struct work *w, const char *subscription_id, int64_t *ret_account)
{
	return owner(w, &billing_sql_subscription_of, subscription_id, ret_account);
}

int billing_store_drift(struct work *w, int64_t event, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_drift, &rows, arg_int(w, event)) < 0)
		return -1;
	*ret = rows.n > 0 ? pg_text(&rows, 0, 0) : NULL;
	return 0;
}

int billing_store_due(struct work *w, struct billing_due *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_due, &rows, arg_now(w)) < 0)
		return -1;
	if (rows.n == 1)
		*ret = (struct billing_due){
			.id = pg_int(&rows, 0, 0), .account = pg_int(&rows, 0, 1),
			.wanted = pg_int(&rows, 0, 2), .claim = pg_int(&rows, 0, 3),
			.subscription_id = pg_text(&rows, 0, 4), .provider = pg_text(&rows, 0, 5),
			.livemode = pg_bool(&rows, 0, 6), .left = pg_bool(&rows, 0, 7)};
	return rows.n;
}

int billing_store_price(struct work *w, const char *price_id, struct billing_price *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_price, &rows, price_id) < 0)
		return -1;
	if (rows.n == 1)
		*ret = (struct billing_price){
			.plan = pg_text(&rows, 0, 0), .currency = pg_text(&rows, 0, 1),
			.interval = pg_text(&rows, 0, 2), .amount = pg_int(&rows, 0, 3)};
	return rows.n;
}

int billing_store_read(struct work *w, const struct billing_due *d, const struct billing_subscription *s,
		       const char *plan, int64_t until_s, int64_t due_s, const char *problem)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_read, &rows, arg_int(w, d->id), arg_int(w, d->claim), s->status, s->customer, plan,
	       s->price_id, arg_bool(s->cancel_at_period_end), arg_int(w, s->period_start),
	       arg_int(w, s->period_end), arg_int(w, s->trial_end), arg_int(w, s->ended_at),
	       s->invoice_status, arg_int(w, until_s), problem, arg_int(w, d->wanted), arg_now(w),
	       arg_int(w, due_s), arg_bool(s->refunded)) < 0)
		return -1;
	return (int)rows.count;
}

int billing_store_seen(struct work *w, const struct billing_due *d, struct billing_subscription *s)
{
	struct pg_rows rows;
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, BILLING_PAYMENTS_MAX * 2048);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < s->payments; i++)
		jw_str(&j, s->payment[i]);
	jw_end_array(&j);
	if (DB(w, billing_sql_seen, &rows, arg_int(w, d->id), arg_int(w, d->account), arg_int(w, s->period_start),
	       s->invoice_id, arg_int(w, s->invoice_paid), s->invoice_currency, buf_str(&b), arg_now(w)) < 0)
		return -1;
	s->refunded = pg_bool(&rows, 0, 0);
	return 0;
}

int billing_store_not_cancelled(struct work *w, const struct billing_due *d, const char *why)
{
	return DB(w, billing_sql_not_cancelled, NULL, arg_int(w, d->id), why);
}

int billing_store_follow(struct work *w, int64_t account)
{
	return DB(w, billing_sql_follow, NULL, arg_int(w, account), arg_now(w));
}

int billing_store_local_plan(struct work *w, const char *checkout_id, struct billing_page_row *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_local_plan, &rows, checkout_id) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "no local payment page %.60s", checkout_id);
	*ret = (struct billing_page_row){
		.checkout_id = checkout_id, .title = pg_text(&rows, 0, 0), .amount = pg_int(&rows, 0, 1),
		.currency = pg_text(&rows, 0, 2), .interval = pg_text(&rows, 0, 3),
		.return_url = pg_text(&rows, 0, 4), .state = pg_text(&rows, 0, 5),
		.session_id = pg_text(&rows, 0, 6), .subject = pg_text(&rows, 0, 7),
		.price_id = pg_text(&rows, 0, 8), .trial_days = pg_int(&rows, 0, 9)};
	return 0;
}

int billing_store_local_get(struct work *w, const char *subscription_id, const char **ret_doc)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_local_get, &rows, subscription_id) < 0)
		return -1;
	*ret_doc = pg_text(&rows, 0, 0);
	return 0;
}

int billing_store_local_put(struct work *w, const char *subscription_id, const char *doc)
{
	return DB(w, billing_sql_local_put, NULL, subscription_id, doc);
}
