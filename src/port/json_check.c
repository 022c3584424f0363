#include "config.h"

#include "port/json.h"
#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A recursive descent over RFC 8259; depth and size are bounded. */
struct scan {
	const char *p, *end;
	long members, values;
	int depth;
};

static bool value(struct scan *s);

static void blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool eat(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool word(struct scan *s, const char *w)
{
	size_t n = strlen(w);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > from;
}

/* json-c would take what is beyond 64 bits for the nearest end, and what is
 * beyond a double for infinity. No number of ours is longer than 32 characters. */
static bool fits(const char *p, size_t n, bool whole)
{
	char text[33];
	int64_t v;

	if (n >= sizeof(text))
		return false;
	memcpy(text, p, n);
	text[n] = '\0';
	if (whole)
		return str_int(text, INT64_MIN, INT64_MAX, &v) || strcmp(text, "-0") == 0;
	return isfinite(strtod(text, NULL));
}

static bool number(struct scan *s)
{
	const char *from = s->p;
	bool whole = true;

	eat(s, '-');
	if (!eat(s, '0') && !digits(s))
		return false;
	if (eat(s, '.')) {
		whole = false;
		if (!digits(s))
			return false;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		whole = false;
		if (!eat(s, '+'))
			eat(s, '-');
		if (!digits(s))
			return false;
	}
	return fits(from, (size_t)(s->p - from), whole);
}

/* The four digits of \uXXXX, or -1. */
static long unit(struct scan *s)
{
	unsigned char two[2];
	char hex[5] = {0};

	if (s->end - s->p < 4)
		return -1;
	memcpy(hex, s->p, 4);
	if (str_unhex(hex, two, sizeof(two)) != 2)
		return -1;
	s->p += 4;
	return two[0] << 8 | two[1];
}

/* After a backslash. NUL and lone surrogates have no place in PostgreSQL text. */
static bool escape(struct scan *s)
{
	long u;

	if (s->p == s->end)
		return false;
	if (*s->p != 'u')
		return strchr("\"\\/bfnrt", *s->p++) != NULL && s->p[-1] != '\0';
	s->p++;
	u = unit(s);
	if (u <= 0 || (u >= 0xdc00 && u <= 0xdfff))
		return false;
	if (u < 0xd800 || u > 0xdfff)
		return true;
	if (!word(s, "\\u"))
		return false;
	u = unit(s);
	return u >= 0xdc00 && u <= 0xdfff;
}

static bool string(struct scan *s)
{
	const char *plain;

	if (!eat(s, '"'))
		return false;
	plain = s->p;
	for (;;) {
		if (s->p == s->end || (unsigned char)*s->p < 0x20)
			return false;
		if (*s->p != '"' && *s->p != '\\') {
			s->p++;
			continue;
		}
		if (!str_utf8(plain, (size_t)(s->p - plain)))
			return false;
		if (*s->p++ == '"')
			return true;
		if (!escape(s))
			return false;
		plain = s->p;
	}
}

static bool object(struct scan *s)
{
	blanks(s);
	if (eat(s, '}'))
		return true;
	do {
		blanks(s);
		if (!string(s))
			return false;
		blanks(s);
		if (!eat(s, ':') || !value(s))
			return false;
		s->members++;
	} while (eat(s, ','));
	return eat(s, '}');
}

static bool array(struct scan *s)
{
	blanks(s);
	if (eat(s, ']'))
		return true;
	do {
		if (!value(s))
			return false;
	} while (eat(s, ','));
	return eat(s, ']');
}

static bool value(struct scan *s)
{
	bool ok;

	blanks(s);
	if (s->p == s->end || ++s->values > JSON_MEMBERS || ++s->depth > JSON_DEPTH)
		return false;
	if (eat(s, '{'))
		ok = object(s);
	else if (eat(s, '['))
		ok = array(s);
	else if (*s->p == '"')
		ok = string(s);
	else
		ok = word(s, "true") || word(s, "false") || word(s, "null") || number(s);
	s->depth--;
	blanks(s);
	return ok;
}

long json_check(const char *text, size_t n, size_t *ret_at)
{
	struct scan s = {.p = text, .end = text + n};
	bool ok = value(&s) && s.p == s.end;

	*ret_at = (size_t)(s.p - text);
	return ok ? s.members : -1;
}
