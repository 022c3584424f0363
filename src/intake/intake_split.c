#include "config.h"

#include "intake/intake_int.h"

#include <string.h>

/* What is being cut up: one slice of the cleaned message. */
struct slice {
	const char *p;
	size_t n;
};

static bool has(struct slice s, char c)
{
	return memchr(s.p, c, s.n) != NULL;
}

static size_t lines_with_text(struct slice s)
{
	size_t n = 0;
	bool text = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			text = false;
		else if (s.p[i] != ' ' && !text)
			text = true, n++;
	}
	return n;
}

/* A sentence that ends inside a line ends the list. */
static struct slice first_sentence(struct slice s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (strchr(".!?", s.p[i]) != NULL && s.p[i + 1] == ' ' &&
		    !(i > 0 && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')) {
			s.n = i;
			break;
		}
	return s;
}

/* Drop "1.", "2)", "[ ]", "- [x]", "and" before an item. */
static struct slice without_bullet(struct slice s)
{
	size_t i = strspn(s.p, " \n-*") < s.n ? strspn(s.p, " \n-*") : s.n;
	size_t digits = 0;

	while (i + digits < s.n && s.p[i + digits] >= '0' && s.p[i + digits] <= '9')
		digits++;
	if (digits > 0 && digits < 4 && i + digits < s.n && strchr(".)", s.p[i + digits]) != NULL)
		i += digits + 1;
	if (s.n - i >= 3 && s.p[i] == '[' && s.p[i + 2] == ']')
		i += 3;
	if (s.n - i >= 3 && strncmp(s.p + i, "•", 3) == 0)
		i += 3;
	while (i < s.n && s.p[i] == ' ')
		i++;
	if (s.n - i > 4 && strncasecmp(s.p + i, "and ", 4) == 0)
		i += 4;
	return (struct slice){s.p + i, s.n - i};
}

static const char *find_and(struct slice s, size_t *ret_len)
{
	static const char *const words[] = {" and ", " & ", " plus "};
	const char *best = NULL;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i]);

		for (size_t k = 0; k + n <= s.n; k++)
			if (strncasecmp(s.p + k, words[i], n) == 0 &&
			    (best == NULL || s.p + k < best)) {
				best = s.p + k;
				*ret_len = n;
			}
	}
	return best;
}

struct splitting {
	const struct intake_text *t;
	size_t token; /* the first that may belong to the next item */
	const char **items;
	size_t n, max;
	bool lines;
};

static bool says_how(const struct intake_text *t, size_t from, size_t to)
{
	static const enum intake_sign signs[] = {
		SIGN_WEB, SIGN_BINARY, SIGN_WINDOWS, SIGN_MAC, SIGN_LINUX, SIGN_ARM,
	};

	if (!intake_is_small(t, from, to))
		return false;
	for (; from < to; from++)
		for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
			if (intake_at(t, signs[i], from) || intake_is(t, from, "please"))
				return true;
	return false;
}

/* What only says how the tool is to be delivered is no item, nor part of the
 * last one: "charger, as a web page", "charger that works in the browser". */
static struct slice only_item(struct splitting *w, struct slice s)
{
	static const char *const heads[] = {"for", "as", "that", "which", "in", "on", "please"};
	const struct intake_text *t = w->t;
	size_t at = (size_t)(s.p - t->raw), from, to;

	for (from = w->token; from < t->n && t->tokens[from].at < at; from++)
		continue;
	for (to = from; to < t->n && t->tokens[to].at < at + s.n; to++)
		continue;
	w->token = to;
	if (to - from == 1 ? intake_at(t, SIGN_YES, from) > 0
	    : w->lines     ? says_how(t, from, to)
			   : intake_is_small(t, from, to))
		s.n = 0;
	for (size_t i = from + 1; i < to && i < from + 40; i++)
		for (size_t k = 0; k < sizeof(heads) / sizeof(heads[0]); k++)
			if (intake_is(t, i, heads[k]) && says_how(t, i, to)) {
				s.n = intake_is_small(t, from, i) ? 0 : t->tokens[i].at - at;
				return s;
			}
	return s;
}

static void add(struct splitting *w, struct slice s)
{
	s = without_bullet(s);
	if (w->n < w->max && s.n > 0)
		s = only_item(w, s);
	if (w->n < w->max && s.n > 0) {
		const char *label = intake_label(w->t->a, s.p, s.n, 120);

		if (*label != '\0')
			w->items[w->n++] = label;
	}
}

/* The last of a row with commas, or a row without any, may hold an "and". */
static void add_last(struct splitting *w, struct slice s)
{
	const char *at;
	size_t n = 0;

	while (w->n < w->max && (at = find_and(s, &n)) != NULL) {
		add(w, (struct slice){s.p, (size_t)(at - s.p)});
		s.n -= (size_t)(at - s.p) + n;
		s.p = at + n;
	}
	add(w, s);
}

size_t intake_split(const struct intake_text *t, size_t from, size_t to, const char **items,
		    size_t max)
{
	struct splitting w = {t, from, items, 0, max, false};
	struct slice s = {t->raw, 0};
	char mark;

	if (from >= to)
		return 0;
	s.p += t->tokens[from].at;
	s.n = t->tokens[to - 1].at + t->tokens[to - 1].len - t->tokens[from].at;
	w.lines = lines_with_text(s) > 1;
	if (!w.lines)
		s = first_sentence(s);
	mark = w.lines ? '\n' : has(s, ';') ? ';' : ',';
	while (s.n > 0 && w.n < max) {
		const char *at = memchr(s.p, mark, s.n);
		size_t len = at == NULL ? s.n : (size_t)(at - s.p);

		if (at == NULL && mark == ',')
			add_last(&w, (struct slice){s.p, len});
		else
			add(&w, (struct slice){s.p, len});
		if (at == NULL)
			break;
		s.p += len + 1;
		s.n -= len + 1;
	}
	return w.n;
}
