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
		  struct billing_page_row *ret)
{
	struct billing_subscriber who;
	struct billing_page_row offer = {0};
	int rc;

	if (may_pay(w, &who) < 0)
		return -1;
	if (who.subscribed)
		return fail(w, E_CONFLICT, "%s has a subscription: the portal changes it", who.subject);
	if (identity_payer(w, w->actor.account, &offer.payer) < 0)
		return -1;
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
	if (rc > 0 && str_eq(ret->price_id, offer.price_id) && ret->trial_days == offer.trial_days &&
	    ret->expires_at > w->now + LAST_MINUTES)
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

int billing_subscribe(struct work *w, const struct billing_wish *wish, struct billing_page *ret)
{
	struct billing_page_row c;
	const char *back;
	int rc = 1;

	*ret = (struct billing_page){0};
	if (billing_return_to(w, wish->return_url, w->conf->public_url, &back) < 0)
		return -1;
	for (int turn = 0; rc > 0 && turn < TURNS; turn++) {
		if (work_begin(w, NULL) < 0 || (rc = intend(w, wish, back, &c)) < 0 || work_commit(w, NULL) < 0)
			return -1;
		/* Two pages could both be paid: the other one is closed first. */
		if (rc > 0 && billing_page_close(w, &c, BILLING_REPLACED) < 0)
			return -1;
	}
	if (rc > 0)
		return fail(w, E_CONFLICT, "%s: pages of one account open at the same time", c.checkout_id);
	fault_point("billing.plan_intended");
	if (str_eq(c.state, "intent") && billing_page_open(w, &c) < 0)
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
	/* Means of payment are changed there. */
	if (billing_return_to(w, return_url, w->conf->public_url, &back) < 0 || work_begin(w, NULL) < 0 ||
	    may_pay(w, &who) < 0 || identity_need_shown(w, w->actor.account) < 0 || work_commit(w, NULL) < 0)
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
