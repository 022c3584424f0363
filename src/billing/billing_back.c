#include "config.h"

#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "run/run_pay.h"

#include <string.h>

/*
 * Money that goes back. A charge tells how much of it was given back in all: that
 * only grows. A refund that fails afterwards is with us again; what was told before
 * that, by the provider's clock, is overtaken then.
 */

static bool has_failed(const struct billing_event *e)
{
	return e->kind == BILLING_REFUND_TOLD &&
	       (strcmp(e->type, "refund.failed") == 0 || str_eq(e->status, "failed") || str_eq(e->status, "canceled"));
}

static bool is_done(const struct billing_event *e)
{
	return e->kind == BILLING_REFUND || str_eq(e->status, "succeeded");
}

/* Once for a refund, however many events say so: 1, then 0. */
static int fails(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e, int64_t account)
{
	int first = billing_store_effect(w, e->object, "failed", in->id);

	if (first > 0 && billing_store_alert(w, in->id, "refund", e->payment_intent ? e->payment_intent : e->object,
					     account, arena_printf(w->a, "%s failed: %s", e->object,
								   e->reason ? e->reason : "no reason told")) < 0)
		return -1;
	return first;
}

static int failed(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		  const struct billing_page_row *c, struct billing_outcome *o)
{
	bool was_due = !str_eq(c->refund, "none"), ends = str_eq(c->refund, "done");
	int first = fails(w, in, e, c->account), carried = billing_store_carried(w, c->id);

	if (first < 0 || carried < 0)
		return -1;
	if (first == 0)
		return billing_say(o, "done", "has failed already");
	if (billing_store_refund_failed(w, c->id, e) < 0)
		return -1;
	if (was_due && strcmp(c->state, "paid") == 0 && run_refund_failed(w, c->run, ends && !carried) < 0)
		return -1;
	return billing_say(o, "done", "it was not given back: an operator is told");
}

static int given(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		 const struct billing_page_row *c, struct billing_outcome *o)
{
	bool whole = e->amount >= c->paid;
	/* After a failure it may be given back once more. */
	const char *effect = c->refund_failed == 0 ? "refunded"
			   : arena_printf(w->a, "refunded after %lld", (long long)c->refund_failed);
	int first, carried;

	if (e->created <= c->refund_failed)
		return billing_say(o, "done", "overtaken");
	if (billing_store_refunded(w, c->id, e->amount, whole ? "done" : NULL) < 0)
		return -1;
	if (!whole)
		return billing_say(o, "done", "a part was given back");
	first = billing_store_effect(w, c->checkout_id, effect, in->id);
	carried = billing_store_carried(w, c->id);
	if (first < 0 || carried < 0)
		return -1;
	if (first > 0 && !carried && strcmp(c->state, "paid") == 0 && run_refunded(w, c->run) < 0)
		return -1;
	return billing_say(o, "done", first ? "given back" : "was given back already");
}

int billing_back_page(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		      const struct billing_page_row *c, struct billing_outcome *o)
{
	if (e->livemode != c->livemode || e->amount < 0 || !str_eq(e->currency, c->paid_currency) || e->object == NULL)
		return billing_say(o, "refused", "another mode or currency");
	if (has_failed(e))
		return failed(w, in, e, c, o);
	return is_done(e) ? given(w, in, e, c, o) : billing_say(o, "done", "it is on its way back");
}

int billing_back_payment(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
			 struct billing_outcome *o)
{
	int64_t account;
	bool ours = true;
	int rc = billing_store_payment_of(w, e->payment_intent, &account), first;

	if (rc <= 0 || (!has_failed(e) && !is_done(e))) {
		billing_say(o, "done", "it is on its way back");
		return rc;
	}
	if (has_failed(e)) {
		first = e->object ? fails(w, in, e, account) : 0;
		if (first <= 0) {
			billing_say(o, "done", "has failed already");
			return first < 0 ? -1 : 1;
		}
	}
	rc = billing_store_payment_refund(w, e, has_failed(e), &ours);
	if (rc > 0 && !ours)
		billing_say(o, "refused", "another mode or currency");
	else if (rc > 0)
		billing_say(o, "done", "a payment of a subscription");
	return rc;
}
