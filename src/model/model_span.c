#include "config.h"

#include "model/model_span.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* Behind the string that begins at p: at the first quote with an even number of
 * backslashes before it. */
static const char *skip_string(const char *p, const char *end)
{
	const char *from = ++p;

	while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
		const char *q = p;

		while (q > from && q[-1] == '\\')
			q--;
		if ((p - q) % 2 == 0)
			return p + 1;
		from = ++p;
	}
	return end;
}

/* Behind the value that begins at p. */
static const char *skip_value(const char *p, const char *end)
{
	int depth = 0;

	do {
		if (p >= end)
			return end;
		if (*p == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		else if (depth == 0) {
			while (p < end && strchr(",]} \t\r\n", *p) == NULL)
				p++;
			return p;
		}
		p++;
	} while (depth > 0);
	return p;
}

struct model_span model_span_of(const char *p, size_t n)
{
	const char *end = p + n, *from = skip_blanks(p, end);

	return (struct model_span){from, (size_t)(skip_value(from, end) - from)};
}

char model_span_kind(struct model_span v)
{
	return v.p == NULL || v.n == 0 ? '\0' : *v.p;
}

void model_walk_start(struct model_walk *w, struct model_span v)
{
	char c = model_span_kind(v);

	if (c == '{' || c == '[')
		*w = (struct model_walk){v.p + 1, v.p + v.n - 1, c == '{' ? '}' : ']'};
	else
		*w = (struct model_walk){NULL, NULL, '\0'};
}

static bool step(struct model_walk *w, struct model_span *ret)
{
	w->p = skip_blanks(w->p, w->end);
	if (w->p >= w->end)
		return false;
	ret->p = w->p;
	w->p = skip_value(w->p, w->end);
	ret->n = (size_t)(w->p - ret->p);
	w->p = skip_blanks(w->p, w->end);
	if (w->p < w->end)
		w->p++; /* the colon or the comma */
	return true;
}

bool model_walk_member(struct model_walk *w, struct model_span *key, struct model_span *value)
{
	return w->close == '}' && step(w, key) && step(w, value);
}

bool model_walk_item(struct model_walk *w, struct model_span *value)
{
	return w->close == ']' && step(w, value);
}

size_t model_span_get(struct model_span object, const char *key, struct model_span *ret)
{
	struct model_walk w;
	struct model_span k, v;
	size_t found = 0;

	*ret = (struct model_span){NULL, 0};
	model_walk_start(&w, object);
	while (model_walk_member(&w, &k, &v))
		if (model_span_is(k, key)) {
			*ret = v;
			found++;
		}
	return found;
}

static long unit(const char *p)
{
	unsigned char two[2];
	char hex[5] = {0};

	memcpy(hex, p, 4);
	return str_unhex(hex, two, sizeof(two)) == 2 ? two[0] << 8 | two[1] : -1;
}

static size_t put_utf8(long u, char to[4])
{
	if (u < 0x80) {
		to[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		to[0] = (char)(0xc0 | u >> 6);
		to[1] = (char)(0x80 | (u & 63));
		return 2;
	}
	if (u < 0x10000) {
		to[0] = (char)(0xe0 | u >> 12);
		to[1] = (char)(0x80 | (u >> 6 & 63));
		to[2] = (char)(0x80 | (u & 63));
		return 3;
	}
	to[0] = (char)(0xf0 | u >> 18);
	to[1] = (char)(0x80 | (u >> 12 & 63));
	to[2] = (char)(0x80 | (u >> 6 & 63));
	to[3] = (char)(0x80 | (u & 63));
	return 4;
}

/* One character of a checked string, as UTF-8 bytes; 0 for NUL and for half a
 * pair. */
static size_t undo(const char **p, const char *end, char to[4])
{
	static const char from[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
	long u, low;

	if (**p != '\\') {
		to[0] = *(*p)++;
		return 1;
	}
	if ((*p)[1] != 'u') {
		to[0] = is[strchr(from, (*p)[1]) - from];
		*p += 2;
		return 1;
	}
	u = unit(*p + 2);
	*p += 6;
	if (u <= 0 || (u >= 0xdc00 && u <= 0xdfff))
		return 0;
	if (u < 0xd800 || u > 0xdfff)
		return put_utf8(u, to);
	if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0;
	low = unit(*p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*p += 6;
	return put_utf8(0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00), to);
}

bool model_span_is(struct model_span v, const char *s)
{
	size_t n = strlen(s);
	const char *p, *end;
	char to[4];

	if (model_span_kind(v) != '"' || v.n - 2 < n)
		return false;
	p = v.p + 1;
	end = v.p + v.n - 1;
	if (memchr(p, '\\', v.n - 2) == NULL)
		return v.n - 2 == n && memcmp(p, s, n) == 0;
	while (p < end) {
		size_t k = undo(&p, end, to);

		if (k == 0 || k > n || memcmp(s, to, k) != 0)
			return false;
		s += k;
		n -= k;
	}
	return n == 0;
}

const char *model_span_text(struct arena *a, struct model_span v)
{
	const char *p, *end;
	char *text, *to;

	if (model_span_kind(v) != '"')
		return NULL;
	p = v.p + 1;
	end = v.p + v.n - 1;
	/* Undone, a string is never longer; four bytes are written ahead. */
	to = text = arena_alloc(a, v.n + 4);
	while (p < end) {
		size_t k = undo(&p, end, to);

		if (k == 0)
			return NULL;
		to += k;
	}
	*to = '\0';
	return text;
}

bool model_span_copy(struct model_span v, char *to, size_t cap)
{
	const char *p, *end;
	char c[4];
	size_t n = 0, k;

	to[0] = '\0';
	if (model_span_kind(v) != '"')
		return false;
	p = v.p + 1;
	end = v.p + v.n - 1;
	while (p < end) {
		k = undo(&p, end, c);
		if (k == 0 || (k == 1 && ((unsigned char)c[0] < 0x20 || c[0] == 0x7f))) {
			k = 1;
			c[0] = ' ';
		}
		if (n + k >= cap)
			break;
		memcpy(to + n, c, k);
		n += k;
	}
	/* A character of several bytes that was not escaped may have been cut. */
	while (n > 0 && !str_utf8(to, n))
		n--;
	to[n] = '\0';
	return true;
}

bool model_span_int(struct model_span v, int64_t *ret)
{
	char text[24];

	if (v.n == 0 || v.n >= sizeof(text))
		return false;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	return str_int(text, INT64_MIN, INT64_MAX, ret);
}

const char *model_splice(struct arena *a, const char *text, size_t n, struct model_edit *edits,
			 size_t edits_n, size_t *ret_n)
{
	size_t room = n + 1;
	char *out, *to;
	const char *from = text;

	for (size_t i = 0; i < edits_n; i++) {
		struct model_edit e = edits[i];
		size_t k = i;

		room += strlen(e.text);
		for (; k > 0 && edits[k - 1].at.p > e.at.p; k--)
			edits[k] = edits[k - 1];
		edits[k] = e;
	}
	to = out = arena_alloc(a, room);
	for (size_t i = 0; i < edits_n; i++) {
		size_t keep = (size_t)(edits[i].at.p - from), put = strlen(edits[i].text);

		check(edits[i].at.p >= from && edits[i].at.p + edits[i].at.n <= text + n);
		memcpy(to, from, keep);
		memcpy(to + keep, edits[i].text, put);
		to += keep + put;
		from = edits[i].at.p + edits[i].at.n;
	}
	memcpy(to, from, (size_t)(text + n - from));
	to += text + n - from;
	*to = '\0';
	*ret_n = (size_t)(to - out);
	return out;
}
