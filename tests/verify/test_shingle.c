#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "verify/verify_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The parts of the search for source: words, literals, windows. */

/* ---- words ---- */

struct seen {
	size_t n, at[16];
	const void *arg[16];
};

static void note(void *ctx, const struct verify_word *word, size_t at)
{
	struct seen *s = ctx;

	assert_true(s->n < COUNT(s->at));
	s->at[s->n] = at;
	s->arg[s->n++] = word->arg;
}

static size_t count_words(const struct verify_words *w, const char *text, size_t n, struct seen *s)
{
	unsigned char *exact = memcpy(malloc(n + !n), text, n);

	memset(s, 0, sizeof(*s));
	verify_words_scan(w, exact, n, note, s);
	free(exact);
	return s->n;
}

static void test_words_are_found_everywhere(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct verify_words *w = verify_words_new(a);
	struct seen s;

	(void)state;
	verify_words_add(w, "Abc", 3, true, 0, "fold");
	verify_words_add(w, "aBc", 3, false, 0, "exact");
	verify_words_add(w, "abcd", 4, true, 0, "long");
	verify_words_add(w, "\0\1\2", 3, false, 0, "zero");
	assert_int_equal(count_words(w, "", 0, &s), 0);
	assert_int_equal(count_words(w, "ab", 2, &s), 0);
	assert_int_equal(count_words(w, "abc", 3, &s), 1);
	assert_int_equal(count_words(w, "aBc", 3, &s), 2);
	assert_int_equal(count_words(w, "xABCD", 5, &s), 2);
	assert_int_equal(s.at[0], 1);
	assert_int_equal(count_words(w, "abcabcabc", 9, &s), 3);
	assert_int_equal(s.at[2], 6);
	assert_int_equal(count_words(w, "x\0\1\2", 4, &s), 1);
	assert_string_equal(s.arg[0], "zero");
	assert_int_equal(count_words(w, "abcabxabd", 9, &s), 1);
	arena_free(a);
}

static void add_short_word(void)
{
	verify_words_add(verify_words_new(arena_new(1 << 20)), "ab", 2, false, 0, NULL);
}

static void test_words_are_not_too_short(void **state)
{
	(void)state;
	assert_true(tree_aborts(add_short_word));
}

/* ---- literals ---- */

static const struct {
	const char *path, *source, *mask; /* x: literal */
} literals[] = {
	{"a.go", "x := \"ab\" + 'c'", ".....xxxx...xxx"},
	{"a.go", "x := `a\nb\\` + y", ".....xxxxxx...."},
	{"a.go", "s := \"a\\\"b\" // \"no\"\n\"z\"", ".....xxxxxx.........xxx"},
	{"a.go", "/* \"no\" */ \"y\" /* \"", "...........xxx....."},
	{"a.go", "x := \"open\ny := \"z\"", "................xxx"},
	{"a.go", "x := \"ab\\", "........."},
	{"a.go", "// only", "......."},
	{"a.js", "f(`a\\`b`, 'x')", "..xxxxxx..xxx."},
	{"a.c", "char c = '\\''; // '", ".........xxxx......"},
	{"a.py", "x = 'a' # 'no'\n\"b\"", "....xxx........xxx"},
	{"a.json", "{\"a\":\"b//c\"}", ".xxx.xxxxxx."},
	{"a.sql", "-- 'no'\n'y'", "........xxx"},
	{"a.md", "a \"quote\" here", ".............."},
	{"noextension", "\"a\"", "..."},
	{"a.", "\"a\"", "..."},
	{"dir.go/file", "\"a\"", "..."},
	{"a.gox", "\"a\"", "..."},
	{"a.g", "\"a\"", "..."},
	{"a.go", "/*", ".."},
	{"a.go", "'", "."},
};

static void test_literals_are_marked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(literals); i++) {
		size_t n = strlen(literals[i].source);
		unsigned char *p = memcpy(malloc(n), literals[i].source, n), *mask = malloc(n);

		assert_int_equal(strlen(literals[i].mask), n);
		verify_literals(literals[i].path, p, n, mask);
		for (size_t k = 0; k < n; k++)
			if (mask[k] != (literals[i].mask[k] == 'x'))
				fail_msg("%s at %zu", literals[i].source, k);
		free(p);
		free(mask);
	}
}

/* No quote of any language, though the list of them ends with it. */
static void test_a_nul_opens_no_literal(void **state)
{
	unsigned char mask[5];

	(void)state;
	verify_literals("a.go", (const unsigned char *)"\0 \"b\"", 5, mask);
	assert_memory_equal(mask, "\0\0\1\1\1", 5);
}

/* ---- windows ---- */

static long scan(struct verify_shingles *s, const char *text, const char **path)
{
	return verify_shingles_scan(s, (const unsigned char *)text, strlen(text), path);
}

static void add(struct verify_shingles *s, const char *path, const char *text)
{
	verify_shingles_add(s, path, (const unsigned char *)text, strlen(text));
}

static void allow(struct verify_shingles *s, const char *path, const char *text, bool public)
{
	verify_shingles_allow(s, path, (const unsigned char *)text, strlen(text), public);
}

static void test_shingles_find_copies(void **state)
{
	struct arena *a = arena_new(16u << 20);
	struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
	size_t files, windows;
	const char *path;

	(void)state;
	assert_int_equal(scan(s, tree_source, &path), -1);
	add(s, "calc.go", tree_source);
	add(s, "again.go", tree_source);
	verify_shingles_count(s, &files, &windows);
	assert_int_equal(files, 2);
	assert_true(windows > 20 && windows < strlen(tree_source) / 8);
	assert_int_equal(scan(s, tree_notes, &path), -1);
	assert_true(scan(s, tree_source, &path) > 0);
	assert_string_equal(path, "calc.go");
	arena_free(a);
}

/* Words on both sides of a control byte are no text together. */
static void test_shingles_end_at_control_bytes(void **state)
{
	struct arena *a = arena_new(16u << 20);
	struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
	char *apart = arena_strdup(a, tree_source);
	size_t files, windows;

	(void)state;
	for (size_t i = 9; i < strlen(apart); i += 10)
		apart[i] = '\1';
	add(s, "apart.go", apart);
	verify_shingles_count(s, &files, &windows);
	assert_int_equal(windows, 0);
	arena_free(a);
}

static void test_shingles_allow_what_is_public(void **state)
{
	struct arena *a = arena_new(16u << 20);
	struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
	const char *path;

	(void)state;
	add(s, "calc.go", tree_source);
	allow(s, "public.go", tree_source, true);
	assert_int_equal(scan(s, tree_source, &path), -1);
	arena_free(a);
}

/* A comment that repeats what a literal says does not make the literal a leak. */
static void test_shingles_allow_what_literals_say(void **state)
{
	static const char said[] =
		"Usage: tool with a long list of words that explain how to use it, and "
		"some more of them so that the text is longer than a few windows, which "
		"takes quite some words to write down in full.";
	struct arena *a = arena_new(16u << 20);
	const char *source = arena_printf(a, "// %s\nvar usage = \"%s\"\n", said, said), *path;
	struct verify_shingles *s = verify_shingles_new(a, strlen(source));

	(void)state;
	add(s, "main.go", source);
	assert_true(scan(s, said, &path) > 0);
	s = verify_shingles_new(a, strlen(source));
	add(s, "main.go", source);
	allow(s, "main.go", source, false);
	assert_int_equal(scan(s, said, &path), -1);
	arena_free(a);
}

static void test_shingles_see_through_spellings(void **state)
{
	static const char *const wraps[] = {"", "c", "e", "j", "p", "x"};
	struct arena *a = arena_new(64u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(wraps); i++) {
		struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
		struct bytes b = forge_wrap(a, forge_text(tree_source), wraps[i]);
		const char *path;

		add(s, "calc.go", tree_source);
		assert_true(verify_shingles_scan(s, b.p, b.n, &path) > 0);
	}
	arena_free(a);
}

/* Any hundred and fifty characters of code in a row are found, wherever they
 * begin. */
static void test_shingles_find_any_part(void **state)
{
	struct arena *a = arena_new(64u << 20);
	const char *code = strstr(tree_source, "func Compound");

	(void)state;
	for (size_t at = 0; at + 150 <= strlen(code); at += 7) {
		struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
		const char *path;

		add(s, "calc.go", tree_source);
		assert_true(scan(s, arena_strndup(a, code + at, 150), &path) > 0);
	}
	arena_free(a);
}

/* An index that was made for less holds what it has room for. */
static void test_shingles_do_not_overflow(void **state)
{
	struct arena *a = arena_new(16u << 20);
	struct verify_shingles *s = verify_shingles_new(a, 1);
	size_t files, windows;
	struct buf b;

	(void)state;
	buf_init(&b, a, 1 << 20);
	for (unsigned i = 0; b.n < 20000; i++)
		buf_printf(&b, "line%ux%u;", i, i * 2654435761u);
	add(s, "a.txt", buf_str(&b));
	verify_shingles_count(s, &files, &windows);
	assert_int_equal(windows, 512);
	arena_free(a);
}

static void test_shingles_survive_broken_spellings(void **state)
{
	static const char *const texts[] = {"100%", "a & b", "&l", "x\\", "x\\x4", "x\\xzz12",
					    "x\\u00", "x\\u00zz", "x\\u0141", "%zz", "%4", "%01",
					    "%0a%20", "x\\n\\q"};
	struct arena *a = arena_new(16u << 20);
	struct verify_shingles *s = verify_shingles_new(a, strlen(tree_source));
	const char *path;

	(void)state;
	add(s, "calc.go", tree_source);
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(scan(s, arena_printf(a, "%080d%s", 0, texts[i]), &path), -1);
		assert_true(scan(s, arena_printf(a, "%s\n%s", texts[i], tree_source), &path) > 0);
	}
	arena_free(a);
}

static void test_source_needs_a_tree(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct verify_job job = {.tree = "/nonexistent"};
	struct verify_shingles *s;
	struct err e = {0};

	(void)state;
	assert_int_equal(verify_source_read(a, &job, "dist", &s, &e), -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_found_everywhere),
		cmocka_unit_test(test_words_are_not_too_short),
		cmocka_unit_test(test_literals_are_marked),
		cmocka_unit_test(test_a_nul_opens_no_literal),
		cmocka_unit_test(test_shingles_end_at_control_bytes),
		cmocka_unit_test(test_shingles_find_copies),
		cmocka_unit_test(test_shingles_allow_what_is_public),
		cmocka_unit_test(test_shingles_allow_what_literals_say),
		cmocka_unit_test(test_shingles_see_through_spellings),
		cmocka_unit_test(test_shingles_find_any_part),
		cmocka_unit_test(test_shingles_do_not_overflow),
		cmocka_unit_test(test_shingles_survive_broken_spellings),
		cmocka_unit_test(test_source_needs_a_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
