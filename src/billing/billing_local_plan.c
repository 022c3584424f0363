#include "config.h"

#include "base/id.h"
#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

/*
 * The local provider's subscriptions: kept in the shape in which the real one
 * tells them, so that all that reads them is the same.
 */

#define DOC_MAX 16384
#define DAY_S 86400

static int64_t next(const char *interval, int64_t from)
{
	static const struct {
		const char *name;
		int days;
	} all[] = {{"day", 1}, {"week", 7}, {"month", 30}, {"year", 365}};

	for (size_t i = 0; i < COUNT(all); i++)
		if (str_eq(all[i].name, interval))
			return from + (int64_t)all[i].days * DAY_S;
	return from;
}

static void optional(struct jw *j, const char *key, int64_t t)
{
	jw_key(j, key);
	if (t > 0)
		jw_int(j, t);
	else
		jw_null(j);
}

static const char *write_doc(struct arena *a, const struct billing_subscription *s, const char *metadata)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, DOC_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "id", s->id);
	jw_kstr(&j, "object", "subscription");
	jw_kstr(&j, "status", s->status);
	jw_kstr(&j, "customer", s->customer);
	jw_kbool(&j, "livemode", false);
	jw_kbool(&j, "cancel_at_period_end", s->cancel_at_period_end);
	optional(&j, "trial_end", s->trial_end);
	optional(&j, "ended_at", s->ended_at);
	jw_key(&j, "metadata");
	jw_raw(&j, metadata);
	jw_key(&j, "items");
	jw_raw(&j, arena_printf(a, "{\"data\":[{\"quantity\":1,\"current_period_start\":%lld,"
		"\"current_period_end\":%lld,\"price\":{\"id\":\"%s\",\"unit_amount\":%lld,\"currency\":\"%s\","
		"\"recurring\":{\"interval\":\"%s\"}}}]}", (long long)s->period_start,
		(long long)s->period_end, s->price_id, (long long)s->amount, s->currency, s->interval));
	jw_key(&j, "latest_invoice");
	jw_raw(&j, arena_printf(a, "{\"id\":\"%s\",\"status\":\"%s\",\"currency\":\"%s\",\"amount_paid\":%lld,"
		"\"payments\":{\"data\":[{\"payment\":{\"payment_intent\":\"pi_%s\"}}]}}", s->invoice_id,
		s->invoice_status, s->currency, (long long)s->invoice_paid, s->invoice_id));
	jw_end_object(&j);
	check(!b.over);
	return buf_str(&b);
}

int billing_local_subscribe(struct work *w, const struct billing_page_row *c, const char *type,
			    const char *status)
{
	const char *tail = c->checkout_id + strlen(BILLING_PLAN_PREFIX);
	int64_t now = w->now / CLOCK_S;
	bool paid = str_eq(status, "paid"), trial = c->trial_days > 0;
	struct billing_subscription s = {
		.id = arena_printf(w->a, "sub_local_%s", tail), .customer = arena_printf(w->a, "cus_local_%s", tail),
		.status = trial ? "trialing" : "active", .price_id = c->price_id, .currency = c->currency,
		.interval = c->interval, .amount = c->amount, .invoice_status = "paid",
		.invoice_id = arena_printf(w->a, "in_local_%s", tail), .invoice_paid = trial ? 0 : c->amount,
		.period_start = now,
		.period_end = trial ? now + c->trial_days * DAY_S : next(c->interval, now),
		.trial_end = trial ? now + c->trial_days * DAY_S : 0};
	const char *metadata, *old;
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, DOC_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "bus_checkout_id", c->checkout_id);
	jw_kstr(&j, "bus_account_id", c->subject);
	jw_end_object(&j);
	metadata = arena_strdup(w->a, buf_str(&b));
	if (paid && (billing_store_local_get(w, s.id, &old) < 0 ||
		     (old == NULL && billing_store_local_put(w, s.id, write_doc(w->a, &s, metadata)) < 0)))
		return -1;
	buf_init(&b, w->a, DOC_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "id", c->session_id);
	jw_kstr(&j, "object", "checkout.session");
	jw_kstr(&j, "mode", "subscription");
	jw_kstr(&j, "payment_status", trial && paid ? "no_payment_required" : status);
	jw_kint(&j, "amount_total", trial ? 0 : c->amount);
	jw_kstr(&j, "currency", c->currency);
	jw_kstr(&j, "customer", paid ? s.customer : NULL);
	jw_kstr(&j, "subscription", paid ? s.id : NULL);
	jw_key(&j, "metadata");
	jw_raw(&j, metadata);
	jw_end_object(&j);
	return billing_local_event(w, c->checkout_id, type, buf_str(&b));
}

/* "change-PLAN-INTERVAL": another price from now on. */
static int change(struct work *w, struct billing_subscription *s, const char *name)
{
	const char *plan = name + strlen("change-"), *interval = strrchr(plan, '-');
	struct billing_wish wish = {0};
	struct billing_page_row offer;
	int rc;

	if (interval == NULL)
		return 0;
	wish.plan = arena_strndup(w->a, plan, (size_t)(interval - plan));
	wish.interval = interval + 1;
	rc = billing_store_offer(w, &wish, NULL, &offer);
	if (rc <= 0 || str_eq(offer.price_id, s->price_id))
		return rc < 0 ? -1 : 0;
	s->price_id = offer.price_id;
	s->amount = offer.amount;
	s->currency = offer.currency;
	s->interval = offer.interval;
	return 1;
}

/* What a button does to the subscription, and the event that tells it; NULL for
 * one that does not apply. */
static const char *deed(struct work *w, struct billing_subscription *s, const char *name)
{
	int64_t now = w->now / CLOCK_S;

	if (str_eq(s->status, "canceled"))
		return NULL;
	if (str_eq(name, "cancel") || str_eq(name, "resume")) {
		s->cancel_at_period_end = str_eq(name, "cancel");
		return "customer.subscription.updated";
	}
	if (str_eq(name, "end")) {
		s->status = "canceled";
		s->ended_at = now;
		return "customer.subscription.deleted";
	}
	if (str_eq(name, "fail")) { /* the next period begins, and its payment does not arrive */
		s->status = "past_due";
		s->invoice_status = "open";
		s->invoice_id = id_new(w->a, "in_local_");
		s->invoice_paid = 0;
		s->period_start = now;
		s->period_end = next(s->interval, now);
		return "invoice.payment_failed";
	}
	if (str_eq(name, "pay")) {
		if (!str_eq(s->status, "past_due")) {
			s->period_start = now;
			s->period_end = next(s->interval, now);
			s->invoice_id = id_new(w->a, "in_local_");
		}
		s->status = "active";
		s->invoice_paid = s->amount;
		s->invoice_status = "paid";
		s->trial_end = 0;
		return "invoice.paid";
	}
	if (str_starts(name, "change-"))
		return change(w, s, name) > 0 ? "customer.subscription.updated" : NULL;
	return str_eq(name, "refund") && s->invoice_paid > 0 ? "charge.refunded" : NULL;
}

/* What the event is about. */
static const char *object_of(struct work *w, const struct billing_subscription *s, const char *type,
			     const char *doc, const char *metadata)
{
	if (str_starts(type, "customer."))
		return doc;
	if (str_starts(type, "charge."))
		return arena_printf(w->a, "{\"id\":\"ch_%s\",\"object\":\"charge\",\"payment_intent\":\"pi_%s\","
			"\"amount_refunded\":%lld,\"refunded\":true,\"currency\":\"%s\"}", s->invoice_id,
			s->invoice_id, (long long)s->invoice_paid, s->currency);
	return arena_printf(w->a, "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\","
		"\"status\":\"%s\",\"parent\":{\"type\":\"subscription_details\",\"subscription_details\":"
		"{\"subscription\":\"%s\",\"metadata\":%s}}}", s->invoice_id, s->customer,
		s->invoice_status, s->id, metadata);
}

int billing_local_change(struct work *w, const char *subscription_id, const char *name)
{
	const char *doc, *type, *metadata;
	struct billing_subscription s;
	const struct json *j;

	if (billing_store_local_get(w, subscription_id, &doc) < 0)
		return -1;
	j = doc != NULL ? json_parse(w->a, doc, strlen(doc), &w->err) : NULL;
	if (j == NULL)
		return fail(w, E_NOT_FOUND, "no local subscription %.80s", subscription_id);
	if (billing_subscription_read(j, &s, &w->err) < 0)
		return -1;
	if (s.invoice_id == NULL) /* written before invoices had names */
		s.invoice_id = arena_printf(w->a, "in_%s", s.id);
	type = deed(w, &s, name);
	if (type == NULL && w->err.id != E_NONE)
		return -1;
	if (type == NULL)
		return fail(w, E_CONFLICT, "%s: no %.20s of one that is %s", s.id, name, s.status);
	metadata = json_print(w->a, json_get(j, "metadata"));
	doc = write_doc(w->a, &s, metadata);
	if (billing_store_local_put(w, s.id, doc) < 0)
		return -1;
	return billing_local_event(w, id_new(w->a, ""), type, object_of(w, &s, type, doc, metadata));
}
