#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "billing/billing_int.h"
#include "web/web.h"

/*
 * The page of the local provider: it says that no money moves, and its buttons
 * send the events that a real provider would send. Only with billing_provider =
 * local; who may open it knows its name.
 */

static int find(struct req *r, struct billing_checkout_row *c)
{
	if (!str_eq(r->w.conf->billing_provider, "local") ||
	    !id_valid(r->arg[0], BILLING_CHECKOUT_PREFIX))
		return fail(&r->w, E_NOT_FOUND, "no local payment page");
	return billing_store_local(&r->w, r->arg[0], c);
}

static void text(struct buf *b, const char *s)
{
	for (; *s; s++) {
		const char *safe = *s == '<' ? "&lt;" : *s == '&' ? "&amp;" : *s == '"' ? "&quot;" : NULL;

		if (safe != NULL)
			buf_puts(b, safe);
		else
			buf_putc(b, *s);
	}
}

static void button(struct buf *b, const char *checkout_id, const char *outcome, const char *label)
{
	buf_printf(b, "<form method=\"post\" action=\"/api/v1/local-payments/%s/%s\">"
		      "<p><button>%s</button></p></form>\n", checkout_id, outcome, label);
}

static int page(struct req *r)
{
	struct billing_checkout_row c;
	struct buf b;

	if (find(r, &c) < 0)
		return -1;
	buf_init(&b, r->w.a, 65536);
	buf_puts(&b, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
		     "content=\"width=device-width\"><title>Local test payment</title>\n"
		     "<h1>Local test payment</h1>\n<p><strong>No money moves here.</strong> This page stands "
		     "in for the payment provider on a demonstration stack.</p>\n<p>");
	text(&b, c.title);
	buf_printf(&b, ": %lld.%02lld ", (long long)(c.amount / 100), (long long)(c.amount % 100));
	text(&b, c.currency);
	buf_puts(&b, "</p>\n");
	if (str_eq(c.state, "open") || str_eq(c.state, "pending")) {
		button(&b, c.checkout_id, "pay", "Pay with test money");
		button(&b, c.checkout_id, "expire", "Leave without paying");
	} else {
		buf_puts(&b, "<p>This page is closed.</p>\n");
	}
	buf_puts(&b, "<p><a href=\"");
	text(&b, c.return_url);
	buf_puts(&b, "\">Back to the conversation</a></p></html>\n");
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
	struct billing_checkout_row c;

	if (find(r, &c) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(ways); i++) {
		if (!str_eq(r->arg[1], ways[i].outcome))
			continue;
		if (billing_local_pay(&r->w, &c, ways[i].type, ways[i].status) < 0)
			return -1;
		reply_header(r, "Location", "%s", c.return_url);
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
