#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

/*
 * A subscription is what the provider says that it is when we ask. The pass asks
 * for each that an event has spoken of, and for each once a day, when a period
 * ends and when a grace does: an event that never came is no harm. One whose
 * customer has left is ended, as often as it takes: it is asked for first, so
 * that what a crash has left unwritten is not done again.
 */

#define DAY_S 86400
#define LATE_S 3600 /* after the end of a period: the invoice is being paid */
#define TIME_MAX INT64_C(99999999999)

static const char *name(const struct json *j, const char *key)
{
	const struct json *v = json_get(j, key);
	const char *s = json_kind(v) == JSON_OBJECT ? json_get_text(v, "id", NULL) : json_text(v, NULL);

	return s != NULL && *s && strlen(s) <= 255 ? s : NULL;
}

static int64_t when(const struct json *j, const char *key)
{
	int64_t t = json_get_int(j, key, 0);

	return t > 0 && t <= TIME_MAX ? t : 0;
}

static void take_invoice(const struct json *j, struct billing_subscription *ret)
{
	const struct json *list = json_get(json_get(j, "payments"), "data");
	const char *direct = name(j, "payment_intent"); /* before 2025-03-31 */

	ret->invoice_id = name(j, "id");
	ret->invoice_paid = json_get_int(j, "amount_paid", 0);
	if (ret->invoice_paid < 0)
		ret->invoice_paid = 0;
	ret->invoice_status = name(j, "status");
	ret->invoice_currency = name(j, "currency");
	if (direct != NULL)
		ret->payment[ret->payments++] = direct;
	for (size_t i = 0; i < json_count(list) && ret->payments < BILLING_PAYMENTS_MAX; i++) {
		const char *p = name(json_get(json_at(list, i), "payment"), "payment_intent");

		if (p != NULL)
			ret->payment[ret->payments++] = p;
	}
}

int billing_subscription_read(const struct json *j, struct billing_subscription *ret, struct err *e)
{
	const struct json *items = json_get(json_get(j, "items"), "data"), *item = json_at(items, 0);
	const struct json *price = json_get(item, "price");

	*ret = (struct billing_subscription){
		.id = name(j, "id"), .customer = name(j, "customer"), .status = name(j, "status"),
		.price_id = name(price, "id"), .currency = name(price, "currency"),
		.interval = name(json_get(price, "recurring"), "interval"),
		.amount = json_get_int(price, "unit_amount", -1),
		.quantity = json_get_int(item, "quantity", 1), .items = (int64_t)json_count(items),
		.period_start = when(item, "current_period_start"), .period_end = when(item, "current_period_end"),
		.trial_end = when(j, "trial_end"), .ended_at = when(j, "ended_at"),
		.livemode = json_flag(json_get(j, "livemode"), false),
		.cancel_at_period_end = json_flag(json_get(j, "cancel_at_period_end"), false) ||
					when(j, "cancel_at") > 0};
	if (!str_eq(json_get_text(j, "object", NULL), "subscription") || ret->id == NULL || ret->status == NULL ||
	    strlen(ret->status) > 40 || json_kind(json_get(j, "livemode")) != JSON_BOOL)
		return err_set(e, E_UPSTREAM, "not a subscription");
	if (ret->period_end == 0) { /* there before 2025-03-31 */
		ret->period_start = when(j, "current_period_start");
		ret->period_end = when(j, "current_period_end");
	}
	take_invoice(json_get(j, "latest_invoice"), ret);
	return 0;
}

/* Is it what we sell, at our price? */
static const char *differs(const struct billing_subscription *s, const struct billing_price *p, bool livemode)
{
	if (s->livemode != livemode)
		return "another mode";
	if (s->items != 1 || s->quantity != 1)
		return "more than one of a price";
	if (p->plan == NULL)
		return "a price that is not ours";
	if (s->amount != p->amount)
		return "another amount than the price's";
	if (!str_eq(s->currency, p->currency) ||
	    (s->invoice_currency != NULL && !str_eq(s->invoice_currency, p->currency)))
		return "another currency than the price's";
	return str_eq(s->interval, p->interval) ? NULL : "another interval than the price's";
}

const char *billing_subscription_gives(const struct billing_subscription *s, const struct billing_price *p,
				       bool livemode, int64_t now_s, int64_t grace_s, int64_t *ret_until)
{
	static const char *const nothing[] = {"incomplete", "incomplete_expired", "unpaid", "paused", "canceled"};
	int64_t until;
	const char *why;

	*ret_until = 0;
	for (size_t i = 0; i < COUNT(nothing); i++)
		if (str_eq(s->status, nothing[i]))
			return NULL;
	if (str_eq(s->status, "active") || str_eq(s->status, "trialing"))
		until = s->period_end + grace_s;
	else if (str_eq(s->status, "past_due")) /* the period that has begun is not paid */
		until = s->period_start + grace_s;
	else
		return "a status that is not known here";
	why = differs(s, p, livemode);
	if (why != NULL)
		return why;
	if (s->period_end == 0)
		return "a period without an end";
	if (s->refunded)
		return "what was paid for its period was given back";
	*ret_until = until > now_s ? until : 0;
	return NULL;
}

static bool over(const char *status)
{
	return str_eq(status, "canceled") || str_eq(status, "incomplete_expired");
}

/* When it is looked at again without being told to; 0: never. */
static int64_t again(const struct billing_subscription *s, int64_t now_s, int64_t until)
{
	int64_t at = now_s + DAY_S, ends[] = {s->period_end + LATE_S, until};

	if (over(s->status))
		return 0;
	for (size_t i = 0; i < COUNT(ends); i++)
		if (ends[i] > now_s && ends[i] < at)
			at = ends[i];
	return at;
}

static bool is_stripe(const struct billing_due *d)
{
	return str_eq(d->provider, "stripe");
}

static int ask(struct work *w, const struct billing_due *d, struct billing_answer *ret)
{
	const char *doc;

	if (is_stripe(d))
		return billing_call_subscription(w, d->subscription_id, ret);
	*ret = (struct billing_answer){0};
	if (billing_store_local_get(w, d->subscription_id, &doc) < 0)
		return -1;
	ret->code = "resource_missing";
	ret->json = doc != NULL ? json_parse(w->a, doc, strlen(doc), &w->err) : NULL;
	return ret->json == NULL;
}

/* After what ask() has said of it: 0 with what it is then, like ask(). */
static int end(struct work *w, const struct billing_due *d, struct billing_answer *an)
{
	int rc;

	if (over(json_get_text(an->json, "status", NULL)))
		return 0;
	rc = is_stripe(d) ? billing_call_cancel(w, d->subscription_id, an)
			  : billing_local_change(w, d->subscription_id, "end");
	fault_point("billing.cancelled");
	return rc != 0 || is_stripe(d) ? rc : ask(w, d, an);
}

static int apply(struct work *w, const struct billing_due *d, const struct json *j)
{
	int64_t now_s = w->now / CLOCK_S, until = 0;
	struct billing_subscription s;
	struct billing_price p = {0};
	const char *problem;

	if (billing_subscription_read(j, &s, &w->err) < 0)
		return -1;
	if (!str_eq(s.id, d->subscription_id))
		return fail(w, E_UPSTREAM, "asked for %.60s, told of %.60s", d->subscription_id, s.id);
	if (billing_store_seen(w, d, &s) < 0 || (s.price_id != NULL && billing_store_price(w, s.price_id, &p) < 0))
		return -1;
	problem = billing_subscription_gives(&s, &p, d->livemode, now_s,
					     w->conf->billing_grace_days * DAY_S, &until);
	return billing_store_read(w, d, &s, p.plan, until, again(&s, now_s, until), problem);
}

int billing_subscriptions(struct work *w, int batch)
{
	static const struct billing_subscription gone = {.status = "missing"};
	struct billing_answer an = {0};
	struct billing_due d;
	const char *why = NULL;
	int rc = billing_store_due(w, &d);

	(void)batch;
	if (rc <= 0)
		return rc;
	/* Of a provider that is not in use any more: it lapses. */
	if (!str_eq(d.provider, w->conf->billing_provider) || d.livemode != (bool)w->conf->stripe_live)
		return (d.left && billing_store_not_cancelled(w, &d, "its provider is not in use") < 0) ||
		       billing_store_follow(w, d.account) < 0 ? -1 : 1;
	if (work_commit(w, NULL) < 0)
		return -1;
	rc = ask(w, &d, &an);
	fault_point("billing.asked");
	if (rc == 0 && d.left)
		rc = end(w, &d, &an);
	if (rc != 0 && d.left)
		why = rc > 0 ? an.why : arena_strdup(w->a, w->err.detail);
	err_clear(&w->err); /* the row says when to ask again */
	if (work_begin(w, NULL) < 0 || (why != NULL && billing_store_not_cancelled(w, &d, why) < 0))
		return -1;
	if (rc == 0 && apply(w, &d, an.json) < 0) {
		if (w->err.id != E_UPSTREAM)
			return -1;
		err_clear(&w->err);
	}
	if (rc > 0 && str_eq(an.code, "resource_missing") &&
	    billing_store_read(w, &d, &gone, NULL, 0, 0, "the provider knows no such subscription") < 0)
		return -1;
	fault_point("billing.read");
	return billing_store_follow(w, d.account) < 0 ? -1 : 1;
}
