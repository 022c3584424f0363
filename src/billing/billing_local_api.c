#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "web/web.h"

/*
 * The page of the local provider: it says that no money moves, and its buttons
 * send the events that a real provider would send. Only with billing_provider =
 * local; who may open it knows its name.
 */

struct local_page {
	const char *id, *what, *price, *state, *return_url;
	struct billing_checkout_row run;
	struct billing_plan_row plan;
	bool is_plan;
};

static int find(struct req *r, struct local_page *p)
{
	*p = (struct local_page){.id = r->arg[0], .is_plan = id_valid(r->arg[0], BILLING_PLAN_PREFIX)};
	if (!str_eq(r->w.conf->billing_provider, "local") ||
	    (!p->is_plan && !id_valid(p->id, BILLING_CHECKOUT_PREFIX)))
		return fail(&r->w, E_NOT_FOUND, "no local payment page");
	if (p->is_plan ? billing_store_local_plan(&r->w, p->id, &p->plan) < 0
		       : billing_store_local(&r->w, p->id, &p->run) < 0)
		return -1;
	p->what = p->is_plan ? p->plan.title : p->run.title;
	p->state = p->is_plan ? p->plan.state : p->run.state;
	p->return_url = p->is_plan ? p->plan.return_url : p->run.return_url;
	p->price = p->is_plan ? billing_local_price(r->w.a, p->plan.amount, p->plan.currency)
			      : billing_local_price(r->w.a, p->run.amount, p->run.currency);
	if (p->is_plan)
		p->price = arena_printf(r->w.a, "%s each %s", p->price, p->plan.interval);
	return 0;
}

static int page(struct req *r)
{
	struct local_page p;
	struct buf b;

	if (find(r, &p) < 0)
		return -1;
	billing_local_begin(&b, r->w.a, "Local test payment");
	buf_puts(&b, "<p>");
	billing_local_text(&b, p.what);
	buf_puts(&b, ": ");
	billing_local_text(&b, p.price);
	buf_puts(&b, "</p>\n");
	if (str_eq(p.state, "open") || str_eq(p.state, "pending")) {
		billing_local_button(&b, "payments", p.id, "pay", "Pay with test money");
		billing_local_button(&b, "payments", p.id, "expire", "Leave without paying");
	} else {
		buf_puts(&b, "<p>This page is closed.</p>\n");
	}
	billing_local_end(&b, p.return_url);
	return reply_text(r, 200, "text/html; charset=utf-8", buf_str(&b));
}

static int press(struct req *r)
{
	static const struct {
		const char *outcome, *type, *status;
	} ways[] = {
		{"pay", "checkout.session.completed", "paid"},
		{"expire", "checkout.session.expired", "unpaid"},
	};
	struct local_page p;

	if (find(r, &p) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(ways); i++) {
		if (!str_eq(r->arg[1], ways[i].outcome))
			continue;
		if (p.is_plan ? billing_local_subscribe(&r->w, &p.plan, ways[i].type, ways[i].status) < 0
			      : billing_local_pay(&r->w, &p.run, ways[i].type, ways[i].status) < 0)
			return -1;
		reply_header(r, "Location", "%s", p.return_url);
		return reply_empty(r, 303);
	}
	return fail(&r->w, E_NOT_FOUND, "no such button");
}

#define PAGES "/api/v1/local-payments/{checkout_id}"

const struct route billing_local_routes[] = {
	{.id = "local_payment.page", .method = METHOD_GET, .pattern = PAGES, .pool = POOL_SLOW,
	 .audience = AUD_PUBLIC, .reply_status = 200, .handle = page, .plain = true,
	 .summary = "The payment page of the local provider: no money moves",
	 .proof = "tests/stack/billing.sh", .demo_only = true},
	{.id = "local_payment.press", .method = METHOD_POST, .pattern = PAGES "/{outcome}",
	 .pool = POOL_SLOW, .audience = AUD_PUBLIC, .rate = RATE_WRITE, .reply_status = 303,
	 .handle = press, .plain = true, .summary = "pay or expire: send the event that this would cause",
	 .proof = "tests/stack/billing.sh", .demo_only = true},
	{0},
};
