#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "billing/billing_api_int.h"
#include "billing/billing_plan_int.h"

/*
 * The page of the local provider: it says that no money moves, and its buttons
 * send the events that a real provider would send. Only with billing_provider =
 * local; who may open it knows its name.
 */

struct local_page {
	struct billing_page_row row;
	const char *price;
	bool is_plan;
};

static int find(struct req *r, struct local_page *p)
{
	const char *id = r->arg[0];

	p->is_plan = id_valid(id, BILLING_PLAN_PREFIX);
	if (!str_eq(r->w.conf->billing_provider, "local") ||
	    (!p->is_plan && !id_valid(id, BILLING_CHECKOUT_PREFIX)))
		return fail(&r->w, E_NOT_FOUND, "no local payment page");
	if ((p->is_plan ? billing_store_local_plan : billing_store_local)(&r->w, id, &p->row) < 0)
		return -1;
	p->price = billing_local_price(r->w.a, p->row.amount, p->row.currency);
	if (p->is_plan)
		p->price = arena_printf(r->w.a, "%s each %s", p->price, p->row.interval);
	return 0;
}

/* Nothing but the portal's own style is loaded; a button leads back below our address,
 * whichever name of it the page was opened by. */
int billing_local_reply(struct req *r, struct buf *b)
{
	reply_header(r, "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; "
		     "form-action 'self' %s; base-uri 'none'; frame-ancestors 'none'", r->w.conf->public_url);
	return reply_text(r, 200, "text/html; charset=utf-8", buf_str(b));
}

static int page(struct req *r)
{
	struct local_page p;
	struct buf b;

	if (find(r, &p) < 0)
		return -1;
	billing_local_begin(&b, r->w.a, "Local test payment");
	billing_local_sold(&b, p.row.title, p.price);
	if (str_eq(p.row.state, "open") || str_eq(p.row.state, "pending")) {
		buf_puts(&b, "<div class=\"row\">\n");
		billing_local_button(&b, "payments", p.row.checkout_id, "pay", "Pay with test money");
		billing_local_button(&b, "payments", p.row.checkout_id, "expire", "Leave without paying");
		buf_puts(&b, "</div>\n");
	} else {
		buf_puts(&b, "<p>This page is closed.</p>\n");
	}
	billing_local_end(&b, p.row.return_url);
	return billing_local_reply(r, &b);
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
		if ((p.is_plan ? billing_local_subscribe : billing_local_pay)(&r->w, &p.row, ways[i].type,
									      ways[i].status) < 0)
			return -1;
		reply_header(r, "Location", "%s", p.row.return_url);
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
	 .handle = press, .plain = true, .unkeyed = "a browser's form has none", .summary = "pay or expire: send the event that this would cause",
	 .proof = "tests/stack/billing.sh", .demo_only = true},
	{0},
};
