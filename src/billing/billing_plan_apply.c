#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"

#include <string.h>

/*
 * Events about plans. A session is held against the page that it was made for;
 * everything else is a hint to read the subscription again, so that neither
 * order nor number of events matters.
 */

#define WAIT_MAX_S (3 * 86400)
#define WAIT_S 300

static int hint(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		struct billing_outcome *o)
{
	int rc;

	if (e->subscription == NULL)
		return billing_say(o, "ignored", "not about a subscription");
	rc = billing_store_hint(w, e);
	if (rc != 0)
		return rc < 0 || billing_notice(w, in, e) < 0
			       ? -1 : billing_say(o, "done", "the subscription is read again");
	if (in->age_s > WAIT_MAX_S)
		return billing_say(o, "ignored", "not one of our subscriptions");
	o->waits_for = e->subscription;
	o->again_s = WAIT_S << (in->attempts < 6 ? in->attempts : 6);
	return billing_say(o, "waiting", "for the subscription it speaks of");
}

static int completed(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		     const struct billing_page_row *c, struct billing_outcome *o)
{
	int first;

	if (e->subscription == NULL || e->customer == NULL)
		return billing_say(o, "refused", "complete without a subscription");
	first = billing_store_effect(w, c->checkout_id, "subscribed", in->id);
	if (first <= 0)
		return first < 0 ? -1 : hint(w, in, e, o);
	if (billing_store_state(w, c, "complete", "") < 0 ||
	    billing_store_link(w, c, e->customer) < 0)
		return -1;
	fault_point("billing.subscribed");
	return hint(w, in, e, o);
}

static int session(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		   struct billing_outcome *o)
{
	struct billing_page_row c;
	const char *why;
	int rc = billing_store_plan_lock(w, e->plan_page, &c);

	if (rc <= 0)
		return rc < 0 ? -1 : billing_say(o, "ignored", "not one of our payment pages");
	why = billing_page_differs(&c, e);
	if (why == NULL && e->kind == BILLING_SESSION_COMPLETED)
		why = billing_price_differs(&c, e);
	if (why != NULL)
		return billing_say(o, "refused", why);
	if (e->kind == BILLING_SESSION_COMPLETED)
		return completed(w, in, e, &c, o);
	if (e->kind != BILLING_SESSION_EXPIRED)
		return hint(w, in, e, o);
	if (billing_store_state(w, &c, "expired", "") < 0)
		return -1;
	return billing_say(o, "done", "expired");
}

int billing_plan_event(struct work *w, const struct billing_inbox_row *in,
		       const struct billing_event *e, struct billing_outcome *o)
{
	if (e->kind == BILLING_CUSTOMER_GONE) {
		if (e->customer != NULL && billing_store_unlink(w, e->customer) < 0)
			return -1;
		return billing_say(o, "done", "the customer is forgotten");
	}
	return e->kind == BILLING_SUBSCRIPTION ? hint(w, in, e, o) : session(w, in, e, o);
}
