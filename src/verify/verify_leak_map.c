#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

/*
 * Source maps: the comment that points to one, the header that does, and the
 * map itself by its keys. The bare word in a sentence or a property access in
 * a library is let pass.
 */
enum { COMMENT, HEADER_LINE, CONTENT, MAPPINGS };
static const struct mark {
	const char *text;
	int what;
} marks[] = {
	{"sourceMappingURL", COMMENT},
	{"SourceMap:", HEADER_LINE},
	{"sourcesContent", CONTENT},
	{"\"mappings", MAPPINGS},
};

void verify_map_words(struct arena *a, struct verify_words *w, unsigned row,
		      const struct verify_job *j)
{
	(void)a;
	(void)j;
	for (size_t i = 0; i < COUNT(marks); i++)
		verify_words_add(w, marks[i].text, strlen(marks[i].text), true, row, &marks[i]);
}

static size_t skip(const struct verify_layer *y, size_t at, const char *set)
{
	while (at < y->n && y->p[at] != '\0' && strchr(set, y->p[at]) != NULL)
		at++;
	return at;
}

/* "//# sourceMappingURL=", with '@' or in a block comment too */
static bool is_comment(const struct verify_layer *y, size_t at, size_t n)
{
	if (skip(y, at + n, " \t") >= y->n || y->p[skip(y, at + n, " \t")] != '=')
		return false;
	while (at && (y->p[at - 1] == ' ' || y->p[at - 1] == '\t'))
		at--;
	return at >= 3 && (y->p[at - 1] == '#' || y->p[at - 1] == '@') &&
	       (y->p[at - 2] == '/' || y->p[at - 2] == '*') && y->p[at - 3] == '/';
}

/* "SourceMap: x" or "X-SourceMap: x" at the beginning of a line */
static bool is_header(const struct verify_layer *y, size_t at, size_t n)
{
	size_t value = skip(y, at + n, " \t");

	if (at >= 2 && (y->p[at - 2] | 0x20) == 'x' && y->p[at - 1] == '-')
		at -= 2;
	return (at == 0 || y->p[at - 1] == '\n') && value > at + n && value < y->n &&
	       y->p[value] > ' ';
}

/* A key in quotes, escaped or not, with its colon and what must follow: where
 * its value begins, or 0. */
static size_t value_of(const struct verify_layer *y, size_t at, size_t n, bool quoted, char next)
{
	size_t i = at + n;

	if (quoted && (at == 0 || y->p[at - 1] != '"'))
		return 0;
	i = skip(y, i, "\\");
	if (i >= y->n || y->p[i] != '"')
		return 0;
	i = skip(y, i + 1, " \t\r\n");
	if (i >= y->n || y->p[i] != ':')
		return 0;
	i = skip(y, i + 1, " \t\r\n\\");
	return i < y->n && y->p[i] == (unsigned char)next ? i : 0;
}

/* The value of "mappings": groups of VLQ letters parted by , and ; */
static bool is_vlq(const struct verify_layer *y, size_t value)
{
	size_t from = skip(y, value, " \t\r\n\\\""), end;

	end = skip(y, from, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/,;");
	return end - from >= 8 && (memchr(y->p + from, ';', end - from) != NULL ||
				   memchr(y->p + from, ',', end - from) != NULL);
}

void verify_map_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		     const struct verify_word *word, size_t at)
{
	const struct mark *m = word->arg;
	bool hit = false;
	size_t value;

	switch (m->what) {
	case COMMENT:
		hit = is_comment(y, at, word->n);
		break;
	case HEADER_LINE:
		hit = is_header(y, at, word->n);
		break;
	case CONTENT:
		hit = value_of(y, at, word->n, true, '[') != 0;
		break;
	case MAPPINGS:
	default:
		value = value_of(y, at, word->n, false, '"');
		hit = value != 0 && is_vlq(y, value);
		break;
	}
	if (hit)
		verify_leak_found(l, row, y, at,
				  word->n + 40 < y->n - at ? word->n + 40 : y->n - at,
				  "a source map");
}
