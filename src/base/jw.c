#include "config.h"

#include "base/jw.h"
#include "base/check.h"

#include <string.h>

void jw_init(struct jw *j, struct buf *b)
{
	memset(j, 0, sizeof(*j));
	j->b = b;
}

static void before_value(struct jw *j)
{
	if (!j->after_key && j->more[j->depth])
		buf_putc(j->b, ',');
	j->more[j->depth] = true;
	j->after_key = false;
}

static void enter(struct jw *j, char c)
{
	before_value(j);
	buf_putc(j->b, c);
	j->depth++;
	check(j->depth < JW_DEPTH);
	j->more[j->depth] = false;
}

static void leave(struct jw *j, char c)
{
	check(j->depth > 0);
	j->depth--;
	buf_putc(j->b, c);
}

void jw_object(struct jw *j)
{
	enter(j, '{');
}

void jw_array(struct jw *j)
{
	enter(j, '[');
}

void jw_end_object(struct jw *j)
{
	leave(j, '}');
}

void jw_end_array(struct jw *j)
{
	leave(j, ']');
}

void jw_escape(struct buf *b, const char *s)
{
	buf_putc(b, '"');
	while (*s) {
		size_t plain = 0;
		unsigned char c;

		while ((c = (unsigned char)s[plain]) >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			plain++;
		buf_put(b, s, plain);
		s += plain;
		if (c == '\0')
			break;
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_puts(b, "\\n");
		else
			buf_printf(b, "\\u%04x", c);
		s++;
	}
	buf_putc(b, '"');
}

void jw_key(struct jw *j, const char *key)
{
	before_value(j);
	jw_escape(j->b, key);
	buf_putc(j->b, ':');
	j->after_key = true;
}

void jw_str(struct jw *j, const char *s)
{
	if (s == NULL) {
		jw_null(j);
		return;
	}
	before_value(j);
	jw_escape(j->b, s);
}

void jw_int(struct jw *j, int64_t v)
{
	before_value(j);
	buf_printf(j->b, "%lld", (long long)v);
}

void jw_bool(struct jw *j, bool v)
{
	jw_raw(j, v ? "true" : "false");
}

void jw_null(struct jw *j)
{
	jw_raw(j, "null");
}

void jw_raw(struct jw *j, const char *json)
{
	before_value(j);
	buf_puts(j->b, json);
}

void jw_kstr(struct jw *j, const char *key, const char *s)
{
	jw_key(j, key);
	jw_str(j, s);
}

void jw_kint(struct jw *j, const char *key, int64_t v)
{
	jw_key(j, key);
	jw_int(j, v);
}

void jw_kbool(struct jw *j, const char *key, bool v)
{
	jw_key(j, key);
	jw_bool(j, v);
}
