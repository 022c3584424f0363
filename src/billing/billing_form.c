#include "config.h"

#include "billing/billing_int.h"

#include <string.h>

static void encode(struct buf *b, const char *s, const char *free_too)
{
	static const char unreserved[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *s; s++) {
		if (strchr(unreserved, *s) != NULL || strchr(free_too, *s) != NULL)
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

void billing_form(struct buf *b, const char *key, const char *value)
{
	if (b->n > 0)
		buf_putc(b, '&');
	encode(b, key, "[]");
	buf_putc(b, '=');
	encode(b, value, "");
}

void billing_form_int(struct buf *b, const char *key, int64_t value)
{
	billing_form(b, key, arena_printf(b->a, "%lld", (long long)value));
}
