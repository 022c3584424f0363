#include "config.h"

#include "model/model_span.h"
#include "base/str.h"

#include <stdint.h>
#include <string.h>

/* A recursive descent over RFC 8259. Unlike port/json it lets any number
 * through, since only the upstream will make something of it. */
struct scan {
	const char *p, *end;
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

static bool number(struct scan *s)
{
	eat(s, '-');
	if (!eat(s, '0') && !digits(s))
		return false;
	if (eat(s, '.') && !digits(s))
		return false;
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		if (!eat(s, '+'))
			eat(s, '-');
		return digits(s);
	}
	return true;
}

/* After a backslash. */
static bool escape(struct scan *s)
{
	if (s->p == s->end || *s->p == '\0')
		return false;
	if (*s->p != 'u')
		return strchr("\"\\/bfnrt", *s->p++) != NULL;
	if (s->end - ++s->p < 4)
		return false;
	for (int i = 0; i < 4; i++, s->p++)
		if (*s->p == '\0' || strchr("0123456789abcdefABCDEF", *s->p) == NULL)
			return false;
	return true;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The high bit of each byte that is zero; of bytes above one, perhaps, too. */
static uint64_t zeros(uint64_t w)
{
	return (w - EACH(1)) & ~w & EACH(0x80);
}

/* Eight bytes in one: is one of them a control, a quote, a backslash or beyond
 * ASCII? Text is long and is mostly none of these. */
static bool special(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return ((w & EACH(0x80)) | ((w - EACH(0x20)) & ~w & EACH(0x80)) | zeros(w ^ EACH('"')) |
		zeros(w ^ EACH('\\'))) != 0;
}

/* What is beyond ASCII, up to the next byte that is not. */
static bool wide(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && (unsigned char)*s->p >= 0x80)
		s->p++;
	return str_utf8(from, (size_t)(s->p - from));
}

/* From here to the next quote, backslash or control; false when it is no UTF-8. */
static bool plain(struct scan *s)
{
	for (;;) {
		while (s->end - s->p >= 8 && !special(s->p))
			s->p += 8;
		if (s->p == s->end || *s->p == '"' || *s->p == '\\' || (unsigned char)*s->p < 0x20)
			return true;
		if ((unsigned char)*s->p < 0x80)
			s->p++;
		else if (!wide(s))
			return false;
	}
}

static bool string(struct scan *s)
{
	if (!eat(s, '"'))
		return false;
	while (plain(s) && s->p < s->end) {
		if (eat(s, '"'))
			return true;
		if (!eat(s, '\\') || !escape(s))
			return false;
	}
	return false;
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
	if (s->p == s->end || ++s->depth > MODEL_DEPTH)
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

bool model_span_check(const char *p, size_t n, size_t *ret_at)
{
	struct scan s = {.p = p, .end = p + n};
	bool ok = value(&s) && s.p == s.end;

	*ret_at = (size_t)(s.p - p);
	return ok;
}
