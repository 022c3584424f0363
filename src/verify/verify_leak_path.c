#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"
#include "base/str.h"

#include <ctype.h>

/*
 * Internal strings that the caller named (needles), also as somebody would
 * write them by accident or lazily; and paths that look like somebody's
 * machine.
 */

/* ---- needles ---- */

#define ENCODED_MIN 8 /* shorter needles have encodings too short to mean anything */

struct needle {
	const char *label, *as;
};

static void add(struct arena *a, struct verify_words *w, unsigned row, const char *label,
		const char *as, const void *p, size_t n, bool fold)
{
	struct needle *x = ARENA_NEW(a, struct needle);

	x->label = label;
	x->as = as;
	verify_words_add(w, p, n, fold, row, x);
}

/* Zero bytes between the characters; `first` is the offset of the first one. */
static void add_wide(struct arena *a, struct verify_words *w, unsigned row,
		     const struct verify_needle *d, size_t first)
{
	size_t n = strlen(d->text);
	char *p = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++)
		p[2 * i + first] = d->text[i];
	add(a, w, row, d->label, "UTF-16", p, 2 * n - 1 + first, true);
}

/* `plain` are the signs that stay as they are, besides letters and digits; NULL
 * when those do not stay either. */
static void add_percent(struct arena *a, struct verify_words *w, unsigned row,
			const struct verify_needle *d, const char *plain)
{
	struct buf b;

	buf_init(&b, a, 4096);
	for (const char *s = d->text; *s; s++)
		if (plain != NULL && (isalnum((unsigned char)*s) || strchr(plain, *s) != NULL))
			buf_putc(&b, *s);
		else
			buf_printf(&b, "%%%02x", (unsigned char)*s);
	if (strcmp(buf_str(&b), d->text) != 0)
		add(a, w, row, d->label, "percent-encoding", b.p, b.n, true);
}

/* The letters of base64 that do not depend on what stands around. */
static void add_base64(struct arena *a, struct verify_words *w, unsigned row,
		       const struct verify_needle *d)
{
	size_t n = strlen(d->text);

	for (size_t before = 0; before < 3; before++) {
		char *raw = arena_alloc(a, n + 4), *b64;
		size_t first = (before * 8 + 5) / 6, last = (before + n) * 8 / 6;

		memcpy(raw + before, d->text, n);
		b64 = str_base64(a, raw, before + n + 2, false);
		add(a, w, row, d->label, "base64", b64 + first, last - first, false);
	}
}

/* Other ways to write a slash: JSON's "\/", Windows, Windows in a literal. */
static void add_slashes(struct arena *a, struct verify_words *w, unsigned row,
			const struct verify_needle *d, const char *slash)
{
	struct buf b;

	buf_init(&b, a, 4096);
	for (const char *s = d->text; *s; s++)
		if (*s == '/')
			buf_puts(&b, slash);
		else
			buf_putc(&b, *s);
	add(a, w, row, d->label, "other slashes", b.p, b.n, true);
}

static void add_needle(struct arena *a, struct verify_words *w, unsigned row,
		       const struct verify_needle *d)
{
	size_t n = strlen(d->text);
	char *back = arena_alloc(a, n + 1);
	const char *hex = str_hex(a, d->text, n);

	add(a, w, row, d->label, "plain text", d->text, n, true);
	add_wide(a, w, row, d, 0);
	add_wide(a, w, row, d, 1);
	add_percent(a, w, row, d, "-_.~");
	add_percent(a, w, row, d, "");
	add_percent(a, w, row, d, NULL);
	if (strchr(d->text, '/') != NULL) {
		add_slashes(a, w, row, d, "\\/");
		add_slashes(a, w, row, d, "\\");
		add_slashes(a, w, row, d, "\\\\");
	}
	add(a, w, row, d->label, "hexadecimal", hex, 2 * n, true);
	if (n < ENCODED_MIN)
		return;
	for (size_t i = 0; i < n; i++)
		back[i] = d->text[n - 1 - i];
	add(a, w, row, d->label, "reversed", back, n, true);
	add_base64(a, w, row, d);
}

void verify_needle_words(struct arena *a, struct verify_words *w, unsigned row,
			 const struct verify_job *j)
{
	for (size_t i = 0; i < j->needles_n; i++)
		add_needle(a, w, row, &j->needles[i]);
}

void verify_needle_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			const struct verify_word *word, size_t at)
{
	const struct needle *d = word->arg;

	verify_leak_found(l, row, y, at, word->n, "%s as %s", d->label, d->as);
}

/* ---- paths ---- */

/* A beginning, and how many more parts of a path make it somebody's. */
static const struct head {
	const char *text;
	int parts;
} heads[] = {
	{"/home/", 2}, {"/root/", 1}, {"/Users/", 2}, {"/var/lib/", 2}, {"/var/www/", 1},
	{"/private/var/", 2}, {"/workspace/", 2}, {"/workspaces/", 2}, {"/builds/", 2},
	{"/usr/local/go/", 1}, {"/usr/lib/go/", 1}, {"/usr/lib/go-", 2}, {"/usr/share/go/", 1},
	{"/usr/share/go-", 2}, {"/go/pkg/mod/", 1}, {"/go/src/", 1}, {"/go-build", 1},
	{"/.cache/", 2}, {":\\Users\\", 2}, {":\\\\Users\\\\", 2}, {":/Users/", 2},
};

void verify_path_words(struct arena *a, struct verify_words *w, unsigned row,
		       const struct verify_job *j)
{
	(void)a;
	(void)j;
	for (size_t i = 0; i < COUNT(heads); i++)
		verify_words_add(w, heads[i].text, strlen(heads[i].text), heads[i].text[0] == ':',
				 row, &heads[i]);
}

static bool name_char(unsigned char c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '@';
}

/* The end of `parts` names with slashes between them, or 0. */
static size_t parts_end(const struct verify_layer *y, size_t at, int parts)
{
	for (;; parts--) {
		size_t from = at;

		while (at < y->n && name_char(y->p[at]) && at - from < 64)
			at++;
		if (at == from)
			return 0;
		if (parts == 1)
			return at;
		from = at;
		while (at < y->n && (y->p[at] == '/' || y->p[at] == '\\') && at - from < 2)
			at++;
		if (at == from)
			return 0;
	}
}

/* In text a path begins where a name cannot go on; in a program any string may
 * stand directly in front. */
void verify_path_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		      const struct verify_word *word, size_t at)
{
	const struct head *h = word->arg;
	size_t end = parts_end(y, at + word->n, h->parts);

	if (end == 0 || end - at < word->n + 2)
		return;
	if (y->text && at > 0 && h->text[0] == '/' && h->text[1] != '.' &&
	    (name_char(y->p[at - 1]) || y->p[at - 1] == '}' || y->p[at - 1] == ')'))
		return;
	verify_leak_found(l, row, y, at, end - at, "a path of a machine");
}
