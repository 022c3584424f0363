#include "config.h"

#include "base/fault.h"
#include "base/id.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "identity/identity.h"

#include <string.h>

/* Payment pages for plans, and where a subscription is changed. */

#define LAST_MINUTES (10 * 60 * CLOCK_S)
#define TURNS 3

static bool has_provider(struct work *w)
{
	return !str_eq(w->conf->billing_provider, "manual");
}

/* Who acts, as one that may pay. */
static int may_pay(struct work *w, struct billing_subscriber *who)
{
	if (!has_provider(w))
		return fail(w, E_RESOURCE, "billing_provider is manual: an operator assigns plans");
	if (billing_store_subscriber(w, who) < 0)
		return -1;
	if (who->subject == NULL)
		return fail(w, E_CONTACT, "a visitor is nobody who could subscribe");
	if (who->barred != NULL)
		return fail(w, str_eq(who->barred, "payment_disputed") ? E_DISPUTED : E_DISABLED, "%s",
			    who->barred);
	return 0;
}

/* The row that says what is asked; one that is there and fits is taken again.
 * 1: another page of the account is in the way. */
static int intend(struct work *w, const struct billing_wish *wish, const char *back,
		  struct billing_plan_row *ret)
{
	struct billing_subscriber who;
	struct billing_plan_row offer;
	int rc;

	if (may_pay(w, &who) < 0)
		return -1;
	if (who.subscribed)
		return fail(w, E_CONFLICT, "%s has a subscription: the portal changes it", who.subject);
	rc = billing_store_offer(w, wish, who.plan, &offer);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return fail(w, E_NOT_FOUND, "no such plan is sold");
	if (offer.price_id == NULL)
		return fail(w, E_RESOURCE, "the provider does not know the price of %s: bus billing "
			    "catalog sync --apply", offer.plan);
	/* A program's token shows none: such a page is opened by a person, in the portal. */
	if (identity_need_second(w, w->actor.account, offer.amount) < 0)
		return -1;
	rc = billing_store_plan_live(w, ret);
	if (rc < 0)
		return -1;
	if (rc > 0 && str_eq(ret->price_id, offer.price_id) && ret->expires_at > w->now + LAST_MINUTES)
		return 0;
	if (rc > 0)
		return 1;
	offer.checkout_id = id_new(w->a, BILLING_PLAN_PREFIX);
	offer.subject = who.subject;
	offer.customer_id = who.customer_id;
	offer.provider = w->conf->billing_provider;
	offer.livemode = w->conf->stripe_live;
	offer.return_url = back;
	*ret = offer;
	return billing_store_plan_insert(w, ret);
}

/* Ask the provider, outside of any transaction, and write its answer down. */
static int open_page(struct work *w, struct billing_plan_row *c)
{
	struct billing_session s = {0};
	const char *why = NULL;
	int refused = 0;

	if (str_eq(c->provider, "local")) {
		s.id = arena_printf(w->a, "cs_local_%s", c->checkout_id + strlen(BILLING_PLAN_PREFIX));
		s.url = arena_printf(w->a, "%s/api/v1/local-payments/%s", w->conf->public_url, c->checkout_id);
	} else {
		refused = billing_call_plan_session(w, c, &s, &why);
	}
	fault_point("billing.plan_called");
	if (refused < 0 || work_begin(w, NULL) < 0)
		return -1;
	if ((refused ? billing_store_plan_state(w, c->id, "failed", why)
		     : billing_store_plan_opened(w, c->id, s.id, s.url)) < 0 || work_commit(w, NULL) < 0)
		return -1;
	c->url = s.url;
	c->session_id = s.id;
	return refused ? fail(w, E_RESOURCE, "the provider refuses a payment page: %.200s", why) : 0;
}

/* Two pages could both be paid: the other one is closed first, at the provider
 * too. What it does not close is being paid. */
static int close_page(struct work *w, struct billing_plan_row *c)
{
	int rc = 0;

	if (c->expires_at > w->now && str_eq(c->provider, "stripe")) {
		if (str_eq(c->state, "intent") && open_page(w, c) < 0)
			return -1;
		rc = billing_call_expire(w, c);
	}
	fault_point("billing.plan_closed");
	if (rc < 0)
		return -1;
	if (rc > 0)
		return fail(w, E_CONFLICT, "%s: the open page is not closed: it is being paid", c->checkout_id);
	return work_begin(w, NULL) < 0 ||
	       billing_store_plan_state(w, c->id, "expired", "another page took its place") < 0 ||
	       work_commit(w, NULL) < 0 ? -1 : 0;
}

int billing_subscribe(struct work *w, const struct billing_wish *wish, struct billing_page *ret)
{
	struct billing_plan_row c;
	const char *back;
	int rc = 1;

	*ret = (struct billing_page){0};
	if (billing_return_to(w, wish->return_url, w->conf->public_url, &back) < 0)
		return -1;
	for (int turn = 0; rc > 0 && turn < TURNS; turn++) {
		if (work_begin(w, NULL) < 0 || (rc = intend(w, wish, back, &c)) < 0 || work_commit(w, NULL) < 0)
			return -1;
		if (rc > 0 && close_page(w, &c) < 0)
			return -1;
	}
	if (rc > 0)
		return fail(w, E_CONFLICT, "%s: pages of one account open at the same time", c.checkout_id);
	fault_point("billing.plan_intended");
	if (str_eq(c.state, "intent") && open_page(w, &c) < 0)
		return -1;
	*ret = (struct billing_page){c.provider, c.url, c.expires_at};
	return 0;
}

int billing_portal(struct work *w, const char *return_url, struct billing_page *ret)
{
	struct billing_subscriber who;
	const char *back, *why;
	int rc;

	*ret = (struct billing_page){.provider = w->conf->billing_provider};
	if (billing_return_to(w, return_url, w->conf->public_url, &back) < 0 || work_begin(w, NULL) < 0 ||
	    may_pay(w, &who) < 0 || work_commit(w, NULL) < 0)
		return -1;
	if (who.customer_id == NULL || who.subscription_id == NULL)
		return fail(w, E_BILLING, "%s has never had a subscription", who.subject);
	if (str_eq(ret->provider, "local")) {
		ret->url = arena_printf(w->a, "%s/api/v1/local-subscriptions/%s", w->conf->public_url,
					who.subscription_id);
		return 0;
	}
	rc = billing_call_portal(w, who.customer_id, back, id_new(w->a, ""), &ret->url, &why);
	return rc > 0 ? fail(w, E_RESOURCE, "the provider refuses a portal: %.200s", why) : rc;
}

/* The pass: given an open transaction, leaves one. */
int billing_plan_complete(struct work *w, int batch)
{
	struct billing_plan_row c;
	int rc = billing_store_plan_intent(w, &c);

	(void)batch;
	if (rc <= 0)
		return rc;
	if (c.expires_at < w->now + 2 * 3600 * CLOCK_S || !str_eq(c.provider, w->conf->billing_provider))
		return billing_store_plan_state(w, c.id, "expired", "nobody answered in time") < 0 ? -1 : 1;
	if (work_commit(w, NULL) < 0)
		return -1;
	if (open_page(w, &c) < 0) {
		work_rollback(w);
		err_clear(&w->err); /* the row says when to ask again */
	}
	return work_begin(w, NULL) < 0 ? -1 : 1;
}
