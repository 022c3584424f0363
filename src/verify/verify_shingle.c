#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

#include <ctype.h>

/*
 * Shingles: windows of the source tree, looked for in what a customer gets.
 *
 * Both sides are read through the same eyes: blanks are dropped, letters are
 * lower-case, and the escapes of strings, addresses and pages are undone, so
 * that source comes out the same whether it lies there plainly, re-indented,
 * in a JSON string or in a page. A hash h = 2h + T[c] over 64 bits depends on
 * just the last 64 characters: that is the window, and it needs no history.
 *
 * The source is entered at every 8th character, the artifact looked up at each
 * one, so any copy of 71 characters meets a window. Windows that are mostly
 * string literals, or stand in public files too, do not count.
 */
#define WINDOW 64
#define STRIDE 8
#define CODE_MIN 16   /* characters of a window outside of literals */
#define HITS 4        /* different windows: a copy of about a hundred characters */

struct slot {
	uint64_t hash;
	const char *path; /* NULL: free */
	bool allowed, seen;
};

struct verify_shingles {
	struct arena *a;
	uint64_t table[256]; /* the same for both cases of a letter */
	struct slot *slots;
	size_t mask, files, windows, hits;
	uint64_t *filter;    /* a bit per window: most lookups end here */
	unsigned filter_shift;
};

/* A fixed scramble (splitmix64); it only has to be the same on both sides. */
static uint64_t scramble(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

struct verify_shingles *verify_shingles_new(struct arena *a, size_t bytes)
{
	struct verify_shingles *s = ARENA_NEW(a, struct verify_shingles);
	unsigned bits = 10;

	while (1ull << bits < bytes / STRIDE * 2)
		bits++;
	s->a = a;
	s->slots = ARENA_ARRAY(a, struct slot, 1ull << bits);
	s->mask = (1ull << bits) - 1;
	s->filter_shift = 64 - (bits + 5);
	s->filter = ARENA_ARRAY(a, uint64_t, (1ull << (bits + 5)) / 64);
	for (int c = 0; c < 256; c++)
		s->table[c] = scramble((uint64_t)tolower(c));
	return s;
}

void verify_shingles_count(const struct verify_shingles *s, size_t *files, size_t *windows)
{
	*files = s->files;
	*windows = s->windows;
}

static bool may_hold(const struct verify_shingles *s, uint64_t h)
{
	uint64_t bit = h >> s->filter_shift;

	return s->filter[bit / 64] >> bit % 64 & 1;
}

/* The slot of a hash, or the free one where it belongs. */
static struct slot *slot_of(const struct verify_shingles *s, uint64_t h)
{
	size_t i = (size_t)(h >> 20) & s->mask;

	while (s->slots[i].path != NULL && s->slots[i].hash != h)
		i = (i + 1) & s->mask;
	return &s->slots[i];
}

/* ---- the eyes ---- */

enum { PLAIN, BLANK, SPECIAL, BREAK };

/* Tab to carriage return and the space; controls are no text at all. */
static const unsigned char class_of[256] = {
	[0 ... 8] = BREAK, [9 ... 13] = BLANK, [14 ... 31] = BREAK, [' '] = BLANK,
	['%'] = SPECIAL, ['&'] = SPECIAL, ['\\'] = SPECIAL, [127] = BREAK,
};

static int hex_at(const unsigned char *p, size_t n, size_t at)
{
	int v = 0;

	if (n - at < 2 || !isxdigit(p[at]) || !isxdigit(p[at + 1]))
		return -1;
	for (int i = 0; i < 2; i++)
		v = v << 4 | (isdigit(p[at + i]) ? p[at + i] - '0' : (p[at + i] | 0x20) - 'a' + 10);
	return v;
}

static size_t entity(const unsigned char *p, size_t n, int *ret)
{
	static const struct {
		const char *text;
		int c;
	} known[] = {{"&lt;", '<'},   {"&gt;", '>'},    {"&amp;", '&'},
		     {"&quot;", '"'}, {"&apos;", '\''}, {"&#34;", '"'},
		     {"&#39;", '\''}, {"&#x27;", '\''}, {"&#43;", '+'}};

	for (size_t i = 0; i < COUNT(known); i++)
		if (n >= strlen(known[i].text) &&
		    memcmp(p, known[i].text, strlen(known[i].text)) == 0) {
			*ret = known[i].c;
			return strlen(known[i].text);
		}
	return 0;
}

/* One of '\\', '%', '&' at p[at]: the character meant, or -1 for none at all
 * (a line end, a lone backslash). Returns how many bytes it took. */
static size_t special(const unsigned char *p, size_t n, size_t at, int *ret)
{
	size_t head = 1, took;

	*ret = p[at];
	if (p[at] == '&')
		return (took = entity(p + at, n - at, ret)) ? took : 1;
	if (p[at] == '\\') {
		*ret = -1;
		if (n - at >= 2 && memchr("nrt", p[at + 1], 3) != NULL)
			return 2;
		if (n - at >= 4 && p[at + 1] == 'x')
			head = 2;
		else if (n - at >= 6 && memcmp(p + at + 1, "u00", 3) == 0)
			head = 4;
		else
			return 1;
	}
	took = hex_at(p, n, at + head) >= 0 ? head + 2 : 1;
	if (took == 1 || class_of[hex_at(p, n, at + head)] == BREAK)
		return 1;
	*ret = hex_at(p, n, at + head);
	if (class_of[*ret] == BLANK)
		*ret = -1;
	return took;
}

/* What is read of some bytes, character by character. */
struct eye {
	const unsigned char *p;
	size_t n, at, from; /* `from`: where the last character began */
};

enum { END = -1, GAP = -2 };

/* The next character, GAP at a control byte, END. */
static inline int look(struct eye *e)
{
	while (e->at < e->n) {
		int c = e->p[e->from = e->at];

		if (class_of[c] == PLAIN) {
			e->at++;
			return c;
		}
		if (class_of[c] == SPECIAL) {
			e->at += special(e->p, e->n, e->at, &c);
			if (c >= 0)
				return c;
			continue;
		}
		e->at++;
		if (class_of[c] == BREAK)
			return GAP;
	}
	return END;
}

/* ---- the source ---- */

struct window {
	struct verify_shingles *s;
	const char *path;
	uint64_t hash;
	size_t number;  /* of the window in its file */
	bool literal;   /* mostly */
};

/* Call fn for each window of a file. */
static void each_window(struct window *w, const unsigned char *p, size_t n,
			void (*fn)(const struct window *w))
{
	struct arena *a = arena_new(n + 4096);
	unsigned char *mask = arena_alloc(a, n + 1), last[WINDOW] = {0};
	struct eye e = {.p = p, .n = n};
	size_t len = 0, literals = 0;
	int c;

	verify_literals(w->path, p, n, mask);
	while ((c = look(&e)) != END) {
		unsigned char *oldest = &last[len % WINDOW];

		if (c == GAP) {
			memset(last, 0, sizeof(last));
			len = literals = 0;
			continue;
		}
		w->hash = (w->hash << 1) + w->s->table[c];
		literals += mask[e.from] - *oldest;
		*oldest = mask[e.from];
		if (++len < WINDOW)
			continue;
		w->number = len - WINDOW;
		w->literal = literals > WINDOW - CODE_MIN;
		fn(w);
	}
	arena_free(a);
}

static void enter(const struct window *w)
{
	struct verify_shingles *s = w->s;
	struct slot *slot;
	uint64_t bit = w->hash >> s->filter_shift;

	if (w->literal || w->number % STRIDE != 0 || s->windows > s->mask / 2)
		return;
	slot = slot_of(s, w->hash);
	if (slot->path != NULL)
		return;
	*slot = (struct slot){.hash = w->hash, .path = w->path};
	s->filter[bit / 64] |= 1ull << bit % 64;
	s->windows++;
}

static void allow(const struct window *w)
{
	struct slot *slot = slot_of(w->s, w->hash);

	if (slot->path != NULL)
		slot->allowed = true;
}

static void allow_literal(const struct window *w)
{
	if (w->literal)
		allow(w);
}

void verify_shingles_add(struct verify_shingles *s, const char *path, const unsigned char *p,
			 size_t n)
{
	struct window w = {.s = s, .path = arena_strdup(s->a, path)};

	s->files++;
	each_window(&w, p, n, enter);
}

void verify_shingles_allow(struct verify_shingles *s, const char *path, const unsigned char *p,
			   size_t n, bool public)
{
	struct window w = {.s = s, .path = path};

	each_window(&w, p, n, public ? allow : allow_literal);
}

/* ---- the artifact ---- */

/* Where the next WINDOW bytes without a control stand; the end when nowhere. In
 * a program that is seldom, and most bytes need no look. */
static size_t next_text(const struct eye *e)
{
	size_t at = e->at, i;

	while (e->n - at >= WINDOW) {
		for (i = at + WINDOW; i > at && class_of[e->p[i - 1]] != BREAK; i--)
			continue;
		if (i == at)
			return at;
		at = i;
	}
	return e->n;
}

long verify_shingles_scan(struct verify_shingles *s, const unsigned char *p, size_t n,
			  const char **ret_path)
{
	struct eye e = {.p = p, .n = n};
	size_t len = 0;
	uint64_t h = 0;
	int c;

	if (s->windows == 0)
		return -1;
	e.at = next_text(&e);
	while ((c = look(&e)) != END) {
		struct slot *slot;

		if (c == GAP) {
			e.at = next_text(&e);
			len = 0;
			continue;
		}
		h = (h << 1) + s->table[c];
		if (++len < WINDOW || !may_hold(s, h))
			continue;
		slot = slot_of(s, h);
		if (slot->path == NULL || slot->allowed || slot->seen)
			continue;
		slot->seen = true;
		if (++s->hits < HITS)
			continue;
		*ret_path = slot->path;
		return (long)e.from;
	}
	return -1;
}

void verify_shingle_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	const char *path;
	long at = l->shingles == NULL ? -1 : verify_shingles_scan(l->shingles, y->p, y->n, &path);

	if (at < 0)
		return;
	verify_leak_found(l, row, y, (size_t)at, y->n - (size_t)at < 40 ? y->n - (size_t)at : 40,
			  "pieces of %s", verify_show(l->a, path, strlen(path)));
}
