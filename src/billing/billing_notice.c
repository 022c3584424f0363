#include "config.h"

#include "base/clock.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "identity/identity.h"

#include <string.h>

/* What an event about a subscription has to say to somebody. */

static const char *day(struct work *w, int64_t s)
{
	char at[25];

	return arena_strndup(w->a, clock_text(s * CLOCK_S, at), 10);
}

static const char *price(struct work *w, const struct billing_event *e)
{
	return e->owed > 0 && e->currency != NULL && strlen(e->currency) == 3
		       ? arena_printf(w->a, " of %s", billing_local_price(w->a, e->owed, e->currency)) : "";
}

static const char *not_paid(struct work *w, const struct billing_event *e)
{
	return arena_printf(w->a, "The payment%s for your plan did not succeed.\n%s\n"
			    "Where you can change how you pay: %s/account.html\n", price(w, e),
			    e->again > 0 ? arena_printf(w->a, "It is tried again on %s.\n", day(w, e->again))
					 : "It is not tried again by itself.\n", w->conf->public_url);
}

static const char *to_confirm(struct work *w, const struct billing_event *e)
{
	return arena_printf(w->a, "Your bank wants you to confirm the payment%s for your plan. Do that here:\n\n%s\n",
			    price(w, e), e->link ? e->link : arena_printf(w->a, "%s/account.html", w->conf->public_url));
}

/* Said at once when a trial was made shorter: then it is over, and says nothing. */
static const char *trial_ends(struct work *w, const struct billing_event *e)
{
	if (!str_eq(e->status, "trialing") || e->trial_end <= w->now / CLOCK_S)
		return NULL;
	return arena_printf(w->a, "Your trial ends on %s. From then on your plan is charged.\n\n"
			    "Where you can change or end it: %s/account.html\n", day(w, e->trial_end), w->conf->public_url);
}

static const struct {
	const char *type, *subject; /* NULL: for an operator */
	const char *(*text)(struct work *w, const struct billing_event *e);
} news[] = {
	{"invoice.payment_failed", "A payment did not succeed", not_paid},
	{"invoice.payment_action_required", "Please confirm a payment", to_confirm},
	{"customer.subscription.trial_will_end", "Your trial ends soon", trial_ends},
	{"invoice.finalization_failed", NULL, NULL},
	{"invoice.marked_uncollectible", NULL, NULL},
	{"invoice.voided", NULL, NULL},
};

int billing_notice(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e)
{
	const char *text;
	int64_t account;
	size_t i = 0;
	int rc;

	while (i < COUNT(news) && strcmp(news[i].type, e->type) != 0)
		i++;
	if (i == COUNT(news) || (rc = billing_store_subscription_of(w, e->subscription, &account)) <= 0)
		return i == COUNT(news) ? 0 : rc;
	if (news[i].subject == NULL)
		return billing_store_alert(w, in->id, "invoice", e->object ? e->object : e->subscription, account, e->type);
	text = news[i].text(w, e);
	/* Replayed it is not sent again. */
	rc = text == NULL ? 0 : billing_store_effect(w, in->event_id, "told", in->id);
	return rc <= 0 ? rc : identity_notice(w, account, news[i].subject, text);
}
