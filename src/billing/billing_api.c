#include "config.h"

#include "identity/identity.h"
#include "billing/billing_api_int.h"
#include "billing/billing_sql.h"

#include <stddef.h>

struct checkout_in {
	const char *return_url;
};
static const struct field checkout_fields[] = {
	{"return_url", F_TOKEN, F_NULLABLE, 1, 2000,
	 .offset = offsetof(struct checkout_in, return_url),
	 .doc = "where the payment page returns to; below our own address"},
};
static const struct shape checkout_shape = {"Checkout", checkout_fields, COUNT(checkout_fields),
					    sizeof(struct checkout_in)};
static const struct field checkout_reply_fields[] = {
	{"approval", F_TEXT, 0, .doc = "requested: a person approves"},
	{"url", F_TEXT, 0, .doc = "the payment page"},
	{"provider", F_TEXT, 0, .doc = "stripe, or local: no money moves"},
	{"expires_at", F_TIME, 0},
};
static const struct shape checkout_reply = {"CheckoutReply", checkout_reply_fields,
					    COUNT(checkout_reply_fields), 0};
static const struct field hook_reply_fields[] = {{"received", F_BOOL, F_REQUIRED},
						 {"duplicate", F_BOOL, F_REQUIRED}};
static const struct shape hook_reply = {"HookReply", hook_reply_fields, COUNT(hook_reply_fields), 0};

/* The call to the provider stands between two transactions, so the handler
 * makes its own; repeated, it finds the page that is open. */
static int checkout(struct req *r)
{
	const struct checkout_in *in = r->in;
	struct billing_page page;

	if (billing_checkout(&r->w, r->arg[0], in->return_url, &page) < 0)
		return -1;
	if (page.provider == NULL)
		return reply_json(r, 201, "{\"approval\":\"requested\"}");
	return billing_api_page(r, 201, &page);
}

static int hook(struct req *r)
{
	bool is_new;

	if (billing_receive(&r->w, req_param(r, "HTTP_STRIPE_SIGNATURE"), r->body, r->body_len,
			    &is_new) < 0)
		return -1;
	if (is_new)
		r->hint = &billing_sql_notify;
	return reply_json(r, 200, is_new ? "{\"received\":true,\"duplicate\":false}"
					 : "{\"received\":true,\"duplicate\":true}");
}

const struct route billing_routes[] = {
	{.id = "build_run.checkout", .method = METHOD_POST,
	 .pattern = "/api/v1/build-runs/{run_id}/checkout", .pool = POOL_SLOW,
	 .audience = AUD_CUSTOMER, .scope = SCOPE_BUILD_WRITE, .rate = RATE_WRITE, .body_max = 4096, .input = &checkout_shape,
	 .reply = &checkout_reply, .reply_status = 201, .handle = checkout, .plain = true,
	 .summary = "Open the payment page of the approved scope, or ask a person to approve",
	 .proof = "tests/stack/billing.sh"},
	{.id = "stripe.webhook", .method = METHOD_POST, .pattern = "/api/internal/stripe/webhook",
	 .pool = POOL_HOOK, .audience = AUD_PUBLIC, .body_max = BILLING_BODY_MAX, .raw = true,
	 .signed_body = true, .unkeyed = "an event has a name of its own",
	 .reply = &hook_reply, .reply_status = 200, .handle = hook, .plain = true,
	 .summary = "Signed events of the payment provider, written down before they are acknowledged",
	 .proof = "tests/stack/billing.sh"},
	{0},
};
