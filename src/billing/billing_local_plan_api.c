#include "config.h"

#include "base/str.h"
#include "billing/billing_api_int.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

/* The page of a local subscription: its buttons do what a customer, or a bank,
 * would do at a real provider. Who may open it knows its name. */

static int find(struct req *r)
{
	if (!str_eq(r->w.conf->billing_provider, "local") || !str_starts(r->arg[0], "sub_local_") ||
	    strlen(r->arg[0]) > 80)
		return fail(&r->w, E_NOT_FOUND, "no local subscription");
	return 0;
}

/* A button for each other price that is sold: whoever has a plan may change it. */
static int other_prices(struct req *r, const struct billing_subscription *s, struct buf *b)
{
	const struct billing_sold *all, *p;
	size_t n;

	if (billing_store_sold(&r->w, &all, &n) < 0)
		return -1;
	for (p = all; p < all + n; p++)
		if (p->amount != s->amount || !str_eq(p->interval, s->interval) || !str_eq(p->currency, s->currency))
			billing_local_button(b, "subscriptions", s->id,
				arena_printf(r->w.a, "change-%s-%s", p->plan, p->interval),
				arena_printf(r->w.a, "Change to %s, %s each %s", p->plan,
					billing_local_price(r->w.a, p->amount, p->currency), p->interval));
	return 0;
}

static int page(struct req *r)
{
	static const char *const buttons[][2] = {
		{"cancel", "Cancel at the end of the period"}, {"resume", "Do not cancel"},
		{"end", "End now"}, {"fail", "Let the next payment fail"}, {"pay", "Pay"},
		{"refund", "Give the last payment back"}};
	struct billing_subscription s;
	const char *doc;
	struct buf b;

	if (find(r) < 0 || billing_store_local_get(&r->w, r->arg[0], &doc) < 0)
		return -1;
	if (doc == NULL)
		return fail(&r->w, E_NOT_FOUND, "no local subscription %s", r->arg[0]);
	if (billing_subscription_read(json_parse(r->w.a, doc, strlen(doc), &r->w.err), &s, &r->w.err) < 0)
		return -1;
	billing_local_begin(&b, r->w.a, "Local test subscription");
	billing_local_sold(&b, s.status, arena_printf(r->w.a, "%s each %s", billing_local_price(r->w.a, s.amount,
								s.currency), s.interval));
	buf_puts(&b, "<div class=\"row\">\n");
	for (size_t i = 0; i < COUNT(buttons); i++)
		billing_local_button(&b, "subscriptions", s.id, buttons[i][0], buttons[i][1]);
	if (!str_eq(s.status, "canceled") && other_prices(r, &s, &b) < 0)
		return -1;
	buf_puts(&b, "</div>\n");
	billing_local_end(&b, arena_printf(r->w.a, "%s/account.html", r->w.conf->public_url));
	return billing_local_reply(r, &b);
}

static int press(struct req *r)
{
	if (find(r) < 0 || billing_local_change(&r->w, r->arg[0], r->arg[1]) < 0)
		return -1;
	reply_header(r, "Location", "%s/api/v1/local-subscriptions/%s", r->w.conf->public_url, r->arg[0]);
	return reply_empty(r, 303);
}

#define PAGES "/api/v1/local-subscriptions/{subscription_id}"

const struct route billing_local_plan_routes[] = {
	{.id = "local_subscription.page", .method = METHOD_GET, .pattern = PAGES, .pool = POOL_SLOW,
	 .audience = AUD_PUBLIC, .reply_status = 200, .handle = page, .plain = true,
	 .summary = "A subscription of the local provider: no money moves",
	 .proof = "tests/stack/billing_plans.sh", .demo_only = true},
	{.id = "local_subscription.press", .method = METHOD_POST, .pattern = PAGES "/{deed}",
	 .pool = POOL_SLOW, .audience = AUD_PUBLIC, .rate = RATE_WRITE, .reply_status = 303,
	 .handle = press, .plain = true, .unkeyed = "a browser's form has none", .summary = "cancel, resume, end, fail, pay, refund or change-PLAN-INTERVAL: change it and tell us",
	 .proof = "tests/stack/billing_plans.sh", .demo_only = true},
	{0},
};
