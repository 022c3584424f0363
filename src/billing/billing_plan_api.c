#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_api_int.h"
#include "billing/billing_sql.h"

#include <stddef.h>
#include <string.h>

/* Subscribing, and changing it; names and shapes are BusDK's. */

static const char *const intervals[] = {"day", "week", "month", "year", NULL};
static const struct field wish_fields[] = {
	{"plan_id", F_TOKEN, F_NULLABLE, 1, 40, .offset = offsetof(struct billing_wish, plan),
	 .doc = "without one: the cheapest other plan"},
	{"feature", F_TOKEN, F_NULLABLE, 1, 100, .offset = offsetof(struct billing_wish, feature),
	 .doc = "that the plan must have"},
	{"interval", F_ENUM, F_NULLABLE, .values = intervals, .offset = offsetof(struct billing_wish, interval)},
	{"return_url", F_TOKEN, F_NULLABLE, 1, 2000, .offset = offsetof(struct billing_wish, return_url),
	 .doc = "where the page returns to; below our own address"},
};
static const struct shape wish = {"CheckoutSession", wish_fields, COUNT(wish_fields), sizeof(struct billing_wish)};
static const struct field back_fields[] = {
	{"return_url", F_TOKEN, F_NULLABLE, 1, 2000, .offset = offsetof(struct billing_wish, return_url)}};
static const struct shape back = {"PortalSession", back_fields, COUNT(back_fields), sizeof(struct billing_wish)};
static const struct field page_fields[] = {
	{"url", F_TEXT, F_REQUIRED}, {"provider", F_TEXT, F_REQUIRED, .doc = "stripe, or local: no money moves"},
	{"expires_at", F_TIME, 0}};
static const struct shape page_shape = {"BillingPage", page_fields, COUNT(page_fields), 0};

int billing_api_page(struct req *r, int status, const struct billing_page *page)
{
	char at[25];
	struct buf b;
	struct jw j;

	buf_init(&b, r->w.a, 16384);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "url", page->url);
	jw_kstr(&j, "provider", page->provider);
	if (page->expires_at > 0)
		jw_kstr(&j, "expires_at", clock_text(page->expires_at, at));
	jw_end_object(&j);
	return reply_json(r, status, buf_str(&b));
}

/* Like the checkout of a run: the provider is asked between two transactions. */
static int checkout(struct req *r)
{
	const struct billing_wish *in = r->in;
	struct billing_wish w = *in;
	struct billing_page page;

	if (w.feature != NULL && strcmp(w.feature, "llm:proxy") == 0)
		w.feature = "chat";
	return billing_subscribe(&r->w, &w, &page) < 0 ? -1 : billing_api_page(r, 200, &page);
}

static int portal(struct req *r)
{
	const struct billing_wish *in = r->in;
	struct billing_page page;

	return billing_portal(&r->w, in->return_url, &page) < 0 ? -1 : billing_api_page(r, 200, &page);
}

static const struct field offers_fields[] = {
	{"items", F_LIST, F_REQUIRED, .doc = "plan_id, name, features, trial_days, support, prices "
					     "(amount, currency, interval), limits (period, hard_limit, unit)"}};
static const struct shape offers = {"BillingOffers", offers_fields, COUNT(offers_fields), 0};

static const char *seller(struct req *r)
{
	const struct conf *conf = r->w.conf;

	return str_eq(conf->billing_provider, "stripe") && conf->stripe_live ? "stripe live" : conf->billing_provider;
}
static const struct read read_offers = {&billing_sql_offers, {BIND_MADE}, .made = seller};

#define PAGE .method = METHOD_POST, .pool = POOL_SLOW, .audience = AUD_API, .rate = RATE_WRITE, \
	.body_max = 4096, .reply = &page_shape, .reply_status = 200, .plain = true, \
	.proof = "tests/stack/billing_plans.sh"

const struct route billing_plan_routes[] = {
	{.id = "billing.catalog", .method = METHOD_GET, .pattern = "/api/v1/billing/catalog", .pool = POOL_FAST,
	 .audience = AUD_PUBLIC, .reply = &offers, .reply_status = 200, .read = &read_offers,
	 .summary = "Plans that can be subscribed to, with prices and limits", .proof = "tests/stack/billing_plans.sh"},
	{.id = "billing.checkout", .pattern = "/api/v1/billing/checkout-session", .scope = "billing:setup", PAGE,
	 .input = &wish, .handle = checkout, .summary = "Open the payment page of a plan"},
	{.id = "billing.portal", .pattern = "/api/v1/billing/portal-session", .scope = "billing:read", PAGE,
	 .input = &back, .handle = portal, .summary = "Where the own subscription is changed or ended"},
	{0},
};
