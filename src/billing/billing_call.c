#include "config.h"

#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

#define FORM_MAX 16384
#define REFERENCE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

#define SESSIONS "/v1/checkout/sessions"

static int take_session(const struct billing_answer *an, bool livemode, struct billing_session *ret,
			const char **ret_why)
{
	ret->id = json_get_text(an->json, "id", "");
	ret->url = json_get_text(an->json, "url", "");
	if (*ret->id == '\0' || strlen(ret->id) > 255 || strlen(ret->url) > 4096 ||
	    !str_starts(ret->url, "http"))
		*ret_why = "a session without a name or an address";
	else if (json_flag(json_get(an->json, "livemode"), !livemode) != livemode)
		*ret_why = "a session of the other mode";
	else
		return 0;
	return 1;
}

static void run_form(struct buf *f, const struct billing_page_row *c)
{
	billing_form(f, "client_reference_id", c->checkout_id);
	billing_form(f, "metadata[bus_checkout_id]", c->checkout_id);
	billing_form(f, "metadata[run_id]", c->run_id);
	billing_form(f, "payment_intent_data[metadata][bus_checkout_id]", c->checkout_id);
	billing_form(f, "payment_intent_data[metadata][run_id]", c->run_id);
}

static void plan_form(struct work *w, struct buf *f, const struct billing_page_row *c)
{
	static const char *const to[] = {"metadata", "subscription_data[metadata]"};

	billing_form(f, "client_reference_id", str_only(c->subject, REFERENCE, 1, 200) ? c->subject
										       : c->checkout_id);
	if (c->customer_id != NULL)
		billing_form(f, "customer", c->customer_id);
	for (size_t i = 0; i < COUNT(to); i++) {
		billing_form(f, arena_printf(w->a, "%s[bus_checkout_id]", to[i]), c->checkout_id);
		billing_form(f, arena_printf(w->a, "%s[bus_account_id]", to[i]), c->subject);
		billing_form(f, arena_printf(w->a, "%s[bus_plan]", to[i]), c->plan);
		billing_form(f, arena_printf(w->a, "%s[bus_features]", to[i]), c->features);
	}
	if (c->trial_days > 0)
		billing_form_int(f, "subscription_data[trial_period_days]", c->trial_days);
}

int billing_call_session(struct work *w, const struct billing_page_row *c, struct billing_session *ret,
			 const char **ret_why)
{
	struct billing_answer an;
	struct buf f;
	int rc;

	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "mode", c->plan ? "subscription" : "payment");
	billing_form(&f, "line_items[0][quantity]", "1");
	if (c->plan != NULL) {
		billing_form(&f, "line_items[0][price]", c->price_id);
	} else {
		billing_form(&f, "line_items[0][price_data][currency]", c->currency);
		billing_form_int(&f, "line_items[0][price_data][unit_amount]", c->amount);
		billing_form(&f, "line_items[0][price_data][product_data][name]", c->title);
	}
	billing_form(&f, "success_url", c->return_url);
	billing_form(&f, "cancel_url", c->return_url);
	if (c->plan != NULL)
		plan_form(w, &f, c);
	else
		run_form(&f, c);
	billing_form_int(&f, "expires_at", c->expires_at / CLOCK_S);
	rc = billing_ask_post(w, SESSIONS, c->idem_key, &f, &an);
	*ret_why = an.why;
	return rc != 0 ? rc : take_session(&an, c->livemode, ret, ret_why);
}

int billing_call_refund(struct work *w, const struct billing_page_row *c, const char **ret_why)
{
	struct billing_answer an;
	struct buf f;
	int rc;

	if (c->payment_intent == NULL) {
		*ret_why = "the payment has no name";
		return 1;
	}
	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "payment_intent", c->payment_intent);
	billing_form(&f, "metadata[bus_checkout_id]", c->checkout_id);
	billing_form(&f, "metadata[run_id]", c->run_id);
	/* What was refused is asked for again under another key. */
	rc = billing_ask_post(w, "/v1/refunds", c->refund_tries == 0 ? arena_printf(w->a, "refund:%s", c->checkout_id)
			      : arena_printf(w->a, "refund:%s:%lld", c->checkout_id, (long long)c->refund_tries), &f, &an);
	if (rc > 0 && str_eq(an.code, "charge_already_refunded"))
		return 0; /* somebody was first; the event says so */
	*ret_why = an.why;
	return rc;
}

int billing_call_expire(struct work *w, const struct billing_page_row *c)
{
	struct billing_answer an;
	struct buf f;
	int rc;

	buf_init(&f, w->a, 16);
	rc = billing_ask_post(w, arena_printf(w->a, SESSIONS "/%s/expire", c->session_id),
			      arena_printf(w->a, "expire:%s", c->checkout_id), &f, &an);
	return rc > 0 && str_eq(an.code, "resource_missing") ? 0 : rc; /* nobody can pay there */
}

int billing_call_portal(struct work *w, const char *customer_id, const char *return_url, const char *nonce,
			const char **ret_url, const char **ret_why)
{
	struct billing_answer an;
	struct buf f;
	int rc;

	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "customer", customer_id);
	billing_form(&f, "return_url", return_url);
	rc = billing_ask_post(w, "/v1/billing_portal/sessions", arena_printf(w->a, "portal:%s", nonce), &f, &an);
	*ret_why = an.why;
	if (rc != 0)
		return rc;
	*ret_url = json_get_text(an.json, "url", "");
	*ret_why = "a portal without an address";
	return strlen(*ret_url) > 4096 || !str_starts(*ret_url, "http");
}

/* Without a last invoice, and nothing is given back: what was paid for is used up or lost. */
int billing_call_cancel(struct work *w, const char *id, struct billing_answer *ret)
{
	return billing_ask_delete(w, arena_printf(w->a, "/v1/subscriptions/%s", id),
				  arena_printf(w->a, "cancel:%s", id), ret);
}

int billing_call_event(struct work *w, const char *event_id, struct billing_answer *ret)
{
	return billing_ask_get(w, arena_printf(w->a, "/v2/core/events/%s", event_id), ret);
}

int billing_call_subscription(struct work *w, const char *id, struct billing_answer *ret)
{
	return billing_ask_get(w, arena_printf(w->a, "/v1/subscriptions/%s?expand[0]=latest_invoice"
						     "&expand[1]=latest_invoice.payments", id), ret);
}
