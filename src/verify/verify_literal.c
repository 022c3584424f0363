#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"
#include "base/str.h"

/*
 * Which bytes of a source file are string literals. What a program says is
 * allowed in the program, so windows that lie in literals are not held against
 * it. The quotes count as part of the literal; comments do not.
 */
struct syntax {
	const char *exts;          /* each with a blank behind */
	const char *quotes;        /* end at a line end, know backslashes */
	const char *line, *line2;  /* comments up to the line end */
	char raw;                  /* a quote that lines do not end; 0 for none */
	bool raw_escapes;          /* does a backslash mean something in it? */
	bool blocks;               /* block comments of C */
};

static const struct syntax syntaxes[] = {
	{".go ", "\"'", "//", NULL, '`', false, true},
	{".js .mjs .cjs .ts .tsx .jsx .mts .cts ", "\"'", "//", NULL, '`', true, true},
	{".c .h .cc .cpp .hpp .cs .java .kt .rs .swift .php .zig .css .scss ", "\"'", "//", NULL, 0,
	 false, true},
	{".json .webmanifest ", "\"", NULL, NULL, 0, false, false},
	{".py .sh .bash .rb .pl .mk .yml .yaml .toml .tf .env ", "\"'", "#", NULL, 0, false, false},
	{".sql .lua ", "\"'", "--", NULL, 0, false, true},
};

static const struct syntax *syntax_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t n = dot == NULL ? 0 : strlen(dot);

	for (size_t i = 0; n && i < COUNT(syntaxes); i++)
		for (const char *s = syntaxes[i].exts; *s; s += strcspn(s, " ") + 1)
			if (strncmp(s, dot, n) == 0 && s[n] == ' ')
				return &syntaxes[i];
	return NULL;
}

static bool stands(const unsigned char *p, size_t n, size_t at, const char *what)
{
	return what != NULL && n - at >= strlen(what) && memcmp(p + at, what, strlen(what)) == 0;
}

/* The end of a line; of a block comment; both after the last byte. */
static size_t line_end(const unsigned char *p, size_t n, size_t at)
{
	const unsigned char *end = memchr(p + at, '\n', n - at);

	return end == NULL ? n : (size_t)(end - p) + 1;
}

static size_t block_end(const unsigned char *p, size_t n, size_t at)
{
	const unsigned char *end = verify_find(p + at + 2, n - at - 2, "*/", 2);

	return end == NULL ? n : (size_t)(end - p) + 2;
}

/* The end of the literal whose quote stands at `at`, or `at` when it is none. */
static size_t literal_end(const struct syntax *s, const unsigned char *p, size_t n, size_t at)
{
	unsigned char quote = p[at];
	bool raw = quote == (unsigned char)s->raw;

	for (size_t i = at + 1; i < n; i++) {
		if (p[i] == quote)
			return i + 1;
		if (p[i] == '\n' && !raw)
			return at;
		if (p[i] == '\\' && (!raw || s->raw_escapes))
			i++;
	}
	return at;
}

void verify_literals(const char *path, const unsigned char *p, size_t n, unsigned char *mask)
{
	const struct syntax *s = syntax_of(path);

	memset(mask, 0, n);
	for (size_t at = 0; s != NULL && at < n;) {
		size_t end = at;

		if (stands(p, n, at, s->line)) {
			at = line_end(p, n, at);
			continue;
		}
		if (s->blocks && stands(p, n, at, "/*")) {
			at = block_end(p, n, at);
			continue;
		}
		if (p[at] != '\0' &&
		    (strchr(s->quotes, p[at]) != NULL || p[at] == (unsigned char)s->raw))
			end = literal_end(s, p, n, at);
		memset(mask + at, 1, end - at);
		at = end > at ? end : at + 1;
	}
}
