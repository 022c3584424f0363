#include "config.h"

#include "billing/billing_plan_int.h"

/* What the pages of the local provider have in common. */

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
	buf_printf(b, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
		      "content=\"width=device-width\"><title>%s</title>\n"
		      "<h1>%s</h1>\n<p><strong>No money moves here.</strong> This page stands "
		      "in for the payment provider on a demonstration stack.</p>\n", title, title);
}

void billing_local_button(struct buf *b, const char *of, const char *id, const char *does, const char *label)
{
	buf_printf(b, "<form method=\"post\" action=\"/api/v1/local-%s/%s/%s\">"
		      "<p><button>%s</button></p></form>\n", of, id, does, label);
}

void billing_local_end(struct buf *b, const char *return_url)
{
	buf_puts(b, "<p><a href=\"");
	billing_local_text(b, return_url);
	buf_puts(b, "\">Back to where you came from</a></p></html>\n");
}
