#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"
#include "port/pack.h"

/*
 * Bytes written as characters: base64 (both alphabets, also wrapped into lines
 * or joined strings), hexadecimal, lists of numbers and \x escapes, UTF-16.
 * A long run in served text that decodes to nothing known is a finding; in a
 * program any letters may stand side by side, so there a run is only looked
 * into. What takes a program of its own to read (rot13, base85, a cipher) is
 * beyond this: see the limit in verify.h.
 */
#define PIECE 32          /* letters in a row before a run is noticed */
#define RUN 64            /* letters in all before it is decoded */
#define SURE 1024         /* letters in served text that must mean something */
#define SPELLED 96        /* characters of a list of numbers */
#define WIDE 32           /* UTF-16 units */

enum { B64 = 1, HEX = 2, SPELL = 4, GAP = 8, UPPER = 16, LOWER = 32, DIGIT = 64 };

static const unsigned char kind[256] = {
	['0' ... '9'] = B64 | HEX | SPELL | DIGIT,
	['A' ... 'F'] = B64 | HEX | SPELL | UPPER, ['G' ... 'Z'] = B64 | UPPER,
	['a' ... 'f'] = B64 | HEX | SPELL | LOWER, ['g' ... 't'] = B64 | LOWER,
	['u'] = B64 | SPELL | LOWER, ['v'] = B64 | LOWER, ['w'] = B64 | LOWER,
	['x'] = B64 | SPELL | LOWER, ['y'] = B64 | LOWER, ['z'] = B64 | LOWER,
	['/'] = B64, ['-'] = B64, ['_'] = B64, ['+'] = B64 | GAP,
	[' '] = SPELL | GAP, ['\t'] = SPELL | GAP, ['\r'] = SPELL | GAP, ['\n'] = SPELL | GAP,
	['\\'] = SPELL | GAP, [','] = SPELL | GAP, ['%'] = SPELL, ['['] = SPELL, [']'] = SPELL,
	['"'] = GAP, ['\''] = GAP, ['`'] = GAP,
};

/* The next run of at least `min` characters of a kind at or after `at`; n when
 * there is none. Looks at one byte in `min` as long as nothing is there. */
static size_t next_run(const unsigned char *p, size_t n, size_t at, unsigned char of, size_t min,
		       size_t *ret_end)
{
	while (at + min <= n) {
		size_t i = at + min - 1, end;

		while (i > at && kind[p[i]] & of)
			i--;
		if (!(kind[p[i]] & of)) {
			at = i + 1;
			continue;
		}
		for (end = at + min; end < n && kind[p[end]] & of; end++)
			continue;
		*ret_end = end;
		return at;
	}
	return n;
}

/* Letters without what stood between them. */
struct run {
	const unsigned char *p;
	size_t n;
};

/* What may stand between two lines of letters: blanks, a line end written as
 * such, or the seam of two strings. */
struct gap {
	size_t end;
	bool blank, line, joined; /* nothing but blanks; a line end; two strings with a plus */
};

static struct gap gap_at(const unsigned char *p, size_t n, size_t at)
{
	struct gap g = {.end = at, .blank = true};

	for (; g.end < n && g.end - at < 12; g.end++) {
		unsigned char c = p[g.end];
		bool escaped = g.end > at && p[g.end - 1] == '\\' && (c == 'n' || c == 'r');

		if (!(kind[c] & GAP) && !escaped)
			break;
		g.joined |= c == '+';
		g.line |= c == '\n' || escaped;
		g.blank &= c == '\\' || c == '\n' || c == '\r' || c == ' ' || c == '\t' || escaped;
	}
	return g;
}

/* The letters of a run and of the lines that carry it on; copied only when
 * there are several pieces. The last line may be short, but then no other word
 * must look like it. Returns its end. */
static size_t gather(const unsigned char *p, size_t n, size_t at, size_t end, struct buf *to,
		     struct run *ret)
{
	*ret = (struct run){p + at, end - at};
	for (;;) {
		struct gap g = gap_at(p, n, end);
		size_t stop = g.end;
		bool last;

		while (stop < n && kind[p[stop]] & B64)
			stop++;
		last = stop - g.end < PIECE;
		if (g.end == end || stop == g.end || (last && !(g.blank && g.line) && !g.joined))
			return end;
		if (to->n == 0)
			buf_put(to, p + at, end - at);
		buf_put(to, p + g.end, stop - g.end);
		*ret = (struct run){(const unsigned char *)to->p, to->n};
		end = stop;
		if (last)
			return end;
	}
}

static size_t decode_base64(const unsigned char *p, size_t n, unsigned char *to)
{
	static const char std[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char value[256] = {['-'] = 62, ['_'] = 63};
	unsigned char *w = to;
	unsigned acc = 0, bits = 0;
	size_t i = 0;

	for (unsigned k = 0; k < 64; k++)
		value[(unsigned char)std[k]] = (unsigned char)k;
	for (; i + 4 <= n; i += 4, w += 3) {
		acc = (unsigned)value[p[i]] << 18 | (unsigned)value[p[i + 1]] << 12 |
		      (unsigned)value[p[i + 2]] << 6 | value[p[i + 3]];
		w[0] = (unsigned char)(acc >> 16);
		w[1] = (unsigned char)(acc >> 8);
		w[2] = (unsigned char)acc;
	}
	for (acc = 0; i < n; i++) {
		acc = acc << 6 | value[p[i]];
		if ((bits += 6) >= 8)
			*w++ = (unsigned char)(acc >> (bits -= 8));
	}
	return (size_t)(w - to);
}

static int hex_value(unsigned char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static size_t decode_hex(const unsigned char *p, size_t n, unsigned char *to)
{
	for (size_t i = 0; i + 2 <= n; i += 2)
		to[i / 2] = (unsigned char)(hex_value(p[i]) << 4 | hex_value(p[i + 1]));
	return n / 2;
}

/* Which kinds all letters are of, and which occur. */
static void survey(const unsigned char *p, size_t n, unsigned *all, unsigned *any)
{
	*all = 255;
	*any = 0;
	for (size_t i = 0; i < n; i++) {
		*all &= kind[p[i]];
		*any |= kind[p[i]];
	}
}

/* A deflate stream, also one that breaks off. Returns the bytes it took; 0 when it
 * holds nothing known, or not to its end. */
static size_t open_deflate(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			   size_t at, const unsigned char *p, size_t n)
{
	struct arena *a = arena_new(8ull * VERIFY_LAYER_MAX);
	struct buf b;
	size_t used;
	bool known;

	buf_init(&b, a, VERIFY_LAYER_MAX);
	used = pack_inflate(PACK_DEFLATE, p, n, &b);
	known = b.n >= RUN && verify_leak_known((const unsigned char *)b.p, b.n) != NULL;
	if (known && verify_leak_may_open(l, row, y, at, b.n))
		verify_leak_open(l, row, y, "deflate", at, (const unsigned char *)b.p, b.n, false);
	arena_free(a);
	return known ? used : 0;
}

/* Raw deflate has no mark of its own: tried only where nothing else fits. One may
 * stand behind another; what else stands behind them has not been read. */
static bool open_deflates(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			  size_t at, const unsigned char *p, size_t n)
{
	size_t from = 0, used;

	while ((used = open_deflate(l, row, y, at, p + from, n - from)) > 0 && n - from - used > 3)
		from += used;
	return used > 0;
}

struct coding {
	const char *how;
	size_t (*decode)(const unsigned char *p, size_t n, unsigned char *to);
	size_t steps; /* possible beginnings */
};

/* Decode gathered letters. A neighbour's last letters may stand in front, so
 * the other beginnings are tried when the first gives nothing known. */
static void open_run(struct verify_leak *l, unsigned row, const struct verify_layer *y, size_t at,
		     struct run run, const struct coding *c)
{
	struct arena *a = arena_new(run.n + 4096);
	unsigned char *to = arena_alloc(a, run.n);
	bool known = false;

	for (size_t step = 0; step < c->steps && !known; step++) {
		size_t n = c->decode(run.p + step, run.n - step, to);

		if (!verify_leak_may_open(l, row, y, at, n))
			break;
		known = verify_leak_known(to, n) != NULL;
		/* being known, it cannot fail for its kind, but for lying too deep */
		verify_leak_open(l, row, y, c->how, at, to, n, known && y->text);
		if (!known && y->served && step == 0)
			known = open_deflates(l, row, y, at, to, n);
	}
	arena_free(a);
	if (!known && y->served && run.n >= SURE)
		verify_leak_found(l, row, y, at, run.n,
				  "%zu letters of %s that decode to an unknown kind", run.n,
				  c->how);
}

static void look_at_run(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			size_t at, struct run run)
{
	static const struct coding hex = {"hex", decode_hex, 2},
				   base64 = {"base64", decode_base64, 4};
	unsigned all, any;

	survey(run.p, run.n, &all, &any);
	if (all & HEX && any & DIGIT)
		open_run(l, row, y, at, run, &hex);
	else if (any & LOWER && any & (UPPER | DIGIT))
		open_run(l, row, y, at, run, &base64);
}

static void find_runs(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	size_t at = 0, end = 0;

	while (l->found[row] == NULL && (at = next_run(y->p, y->n, at, B64, PIECE, &end)) < y->n) {
		struct arena *a = arena_new(8ull * y->n + (1u << 20));
		struct buf letters;
		struct run run;
		size_t from = at;

		buf_init(&letters, a, y->n);
		at = gather(y->p, y->n, at, end, &letters, &run);
		if (run.n >= RUN)
			look_at_run(l, row, y, from, run);
		arena_free(a);
	}
}

/* One number of a list: "0x70", "\x70", "%70", "\u0070" or "112". */
static bool number(const unsigned char *p, size_t n, size_t *at, int *ret)
{
	static const struct {
		const char *head;
		size_t len;
	} heads[] = {{"0x", 2}, {"\\x", 2}, {"\\u00", 4}, {"%", 1}};
	size_t i = *at, digits = 0;
	int v = 0;

	if (!(kind[p[i]] & DIGIT) && p[i] != '\\' && p[i] != '%')
		return false;
	for (size_t h = 0; h < COUNT(heads); h++) {
		if (n - i < heads[h].len + 2 || memcmp(p + i, heads[h].head, heads[h].len) != 0)
			continue;
		i += heads[h].len;
		if (!(kind[p[i]] & HEX) || !(kind[p[i + 1]] & HEX))
			return false;
		*ret = hex_value(p[i]) << 4 | hex_value(p[i + 1]);
		*at = i + 2;
		return true;
	}
	while (i < n && digits < 3 && kind[p[i]] & DIGIT) {
		v = v * 10 + (p[i++] - '0');
		digits++;
	}
	/* plain numbers need a comma between them */
	if (digits == 0 || v > 255 || (i < n && !(kind[p[i]] & GAP) && p[i] != ']'))
		return false;
	*ret = v;
	*at = i;
	return true;
}

static void find_spelled(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	size_t at = 0, end = 0;

	while (l->found[row] == NULL &&
	       (at = next_run(y->p, y->n, at, SPELL, SPELLED, &end)) < y->n) {
		struct arena *a = arena_new(8ull * (end - at) + (1u << 16));
		size_t from = at;
		struct buf b;
		int v;

		buf_init(&b, a, end - at);
		while (at < end)
			if (number(y->p, end, &at, &v))
				buf_putc(&b, (char)v);
			else
				at++;
		if (b.n >= SPELLED / 4 && verify_leak_may_open(l, row, y, from, b.n))
			verify_leak_open(l, row, y, "numbers", from, (const unsigned char *)b.p,
					 b.n, false);
		arena_free(a);
	}
}

/* A character and a zero, in either order. */
static bool wide(const unsigned char *p)
{
	unsigned char c = p[0] | p[1];

	return (p[0] == 0) != (p[1] == 0) && c < 0x7f && (c >= 0x20 || strchr("\t\r\n", c) != NULL);
}

static void find_wide(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	const unsigned char *p = y->p;
	size_t n = y->n, at = WIDE;

	/* every run of WIDE units has a unit at a multiple of WIDE */
	for (; at + 2 <= n && l->found[row] == NULL; at += WIDE) {
		size_t from = at, end = at;

		while (from >= 2 && wide(p + from - 2))
			from -= 2;
		while (end + 2 <= n && wide(p + end))
			end += 2;
		if (end - from < WIDE * 2 || !verify_leak_may_open(l, row, y, from, end - from))
			continue;
		struct arena *a = arena_new(end - from + 4096);
		unsigned char *to = arena_alloc(a, (end - from) / 2);

		for (size_t i = from; i < end; i += 2)
			to[(i - from) / 2] = p[i] | p[i + 1];
		verify_leak_open(l, row, y, "utf-16", from, to, (end - from) / 2, false);
		arena_free(a);
		at = end / WIDE * WIDE;
	}
}

void verify_encoding_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	find_runs(l, row, y);
	if (y->text)
		find_spelled(l, row, y);
	else
		find_wide(l, row, y);
}
