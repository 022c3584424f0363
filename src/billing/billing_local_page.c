#include "config.h"

#include "base/str.h"
#include "billing/billing_plan_int.h"

/* What the pages of the local provider have in common: they wear what the portal wears. */

const char *billing_local_price(struct arena *a, int64_t amount, const char *currency)
{
	return arena_printf(a, "%lld.%02lld %s", (long long)(amount / 100), (long long)(amount % 100), currency);
}

void billing_local_text(struct buf *b, const char *s)
{
	for (; *s; s++) {
		const char *safe = *s == '<' ? "&lt;" : *s == '&' ? "&amp;" : *s == '"' ? "&quot;" : NULL;

		if (safe != NULL)
			buf_puts(b, safe);
		else
			buf_putc(b, *s);
	}
}

void billing_local_begin(struct buf *b, struct arena *a, const char *title)
{
	buf_init(b, a, 65536);
	buf_printf(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>busdk: %s</title>\n"
		      "<link rel=\"icon\" href=\"data:,\" type=\"image/svg+xml\">\n"
		      "<link rel=\"stylesheet\" href=\"/assets/portal.css\">\n"
		      "<link rel=\"stylesheet\" href=\"/assets/account.css\">\n</head>\n<body>\n"
		      "<main>\n<h1>%s</h1>\n<div id=\"parts\"><section class=\"card wait\">\n"
		      "<p><strong>No money moves here.</strong> This page stands "
		      "in for the payment provider on a demonstration stack.</p>\n", title, title);
}

void billing_local_sold(struct buf *b, const char *what, const char *price)
{
	buf_puts(b, "<p class=\"name\">");
	billing_local_text(b, what);
	buf_puts(b, "</p>\n<p class=\"price\">");
	billing_local_text(b, price);
	buf_puts(b, "</p>\n");
}

/* What a customer most likely came for stands out. */
void billing_local_button(struct buf *b, const char *of, const char *id, const char *does, const char *label)
{
	buf_printf(b, "<form method=\"post\" action=\"/api/v1/local-%s/%s/%s\"><button%s>%s</button></form>\n", of, id,
		   does, str_eq(does, "pay") ? " class=\"go\"" : "", label);
}

void billing_local_end(struct buf *b, const char *return_url)
{
	buf_puts(b, "</section>\n<p><a class=\"quiet\" href=\"");
	billing_local_text(b, return_url);
	buf_puts(b, "\">Back to where you came from</a></p></div>\n</main>\n</body>\n</html>\n");
}
