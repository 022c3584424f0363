#include "config.h"

#include "base/check.h"
#include "verify/verify_html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void read_page(struct arena *a, const char *html, struct verify_text *t)
{
	verify_html_read(a, html, strlen(html), t);
}

static void test_html_counts_what_is_visible(void **state)
{
	static const struct {
		const char *html, *title;
		size_t visible;
	} pages[] = {
		{"", "", 0},
		{"abc", "", 3},
		{"<p>a b</p>", "", 2},
		{"<title>T &amp; U</title>x", "T & U", 1},
		{"<TITLE lang=en>T</TITLE>", "T", 0},
		{"<title>one</title><title>two</title>", "one", 0},
		{"<script>let a = '<p>no</p>';</script>y", "", 1},
		{"<style>p{}</style>", "", 0},
		{"<!-- no --><!doctype html><?no?>z", "", 1},
		{"<script src=x>", "", 0},
		{"<!-- open", "", 0},
		{"a < b", "", 3},
		{"&lt;&#60;&#x3c;&#X3C;", "", 4},
		{"&nbsp;&nbsp;", "", 0},
		{"&unknown;", "", 9},
		{"&#0;&#999999;&#;", "", 16},
		{"<p", "", 0},
		{"<p class='a>b'>c", "", 1},
		{"<p class=\"a", "", 0},
		{"<p =x y= z>q", "", 1},
		{"<script>a</scriptx>b</script >c", "", 2},
		{"<title>open", "", 0},
		{"&#00000060;", "", 1},
		{"&#60", "", 1},
		{"&#60x", "", 2},
		{"&#X3c&#x3G;", "", 4},
		{"a &l", "", 3},
		{"a <", "", 2},
		{"a\rb\f", "", 2},
		{"<p a", "", 0},
		{"<p a ", "", 0},
		{"<p a=", "", 0},
		{"<p a=b", "", 0},
		{"<p ", "", 0},
		{"<p/", "", 0},
		{"<p\fa='x' />y", "", 1},
		{"<averylongnameofatag>y", "", 1},
		{"<title>a", "", 0},
		{"<title>a</b</title>", "a</b", 0},
		{"<template>t</template><noscript>n</noscript>v", "", 1},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(pages); i++) {
		struct verify_text *t = ARENA_NEW(a, struct verify_text);

		read_page(a, pages[i].html, t);
		if (t->visible != pages[i].visible || strcmp(t->title, pages[i].title) != 0)
			fail_msg("%s: %zu, '%s'", pages[i].html, t->visible, t->title);
		arena_reset(a);
	}
	arena_free(a);
}

static void test_html_finds_references(void **state)
{
	static const char html[] = "<html data-ready=false><base href=/x><link rel=icon "
				   "HREF='i.png'><script src = \"a.js\"></script>"
				   "<img alt=x src=b.png srcset=\"c.png 1x, d.png 2x,e.png\"><a "
				   "href=\"f&amp;g.html\">x</a>"
				   "<img srcset=\"data:image/png;base64,xx 1x, y.png "
				   "2x\"><svg><use xlink:href=\"#i\"/></svg>"
				   "<object data=o.svg></object><p src=no></p><a name=x>";
	static const struct verify_ref expected[] = {
		{"link", "i.png", false}, {"script", "a.js", false}, {"img", "b.png", false},
		{"img", "c.png", false}, {"img", "d.png", false}, {"img", "e.png", false},
		{"a", "f&g.html", true}, {"use", "#i", false}, {"object", "o.svg", false},
	};
	struct arena *a = arena_new(1 << 20);
	struct verify_text *t = ARENA_NEW(a, struct verify_text);

	(void)state;
	read_page(a, html, t);
	assert_true(t->waits);
	assert_false(t->ready);
	assert_true(t->based);
	assert_int_equal(t->refs_n, COUNT(expected));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_string_equal(t->refs[i].tag, expected[i].tag);
		assert_string_equal(t->refs[i].url, expected[i].url);
		assert_int_equal(t->refs[i].follows, expected[i].follows);
	}
	read_page(a, "<html data-ready='true'>", t);
	assert_true(t->ready && !t->waits && !t->based);
	read_page(a, "<html data-ready=later data-other=false>", t);
	assert_true(!t->ready && !t->waits);
	read_page(a, "<html data-ready=soon>", t);
	assert_true(!t->ready && !t->waits);
	read_page(a, "<img srcset=' , '><img srcset=''>", t);
	assert_int_equal(t->refs_n, 0);
	arena_free(a);
}

static void test_html_bounds_references(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct verify_text *t = ARENA_NEW(a, struct verify_text);
	struct buf b;

	(void)state;
	buf_init(&b, a, 1 << 20);
	for (int i = 0; i < VERIFY_REFS + 1; i++) {
		verify_html_read(a, b.p, b.n, t);
		assert_false(t->more_refs);
		buf_puts(&b, "<img src=x>");
	}
	verify_html_read(a, b.p, b.n, t);
	assert_true(t->more_refs);
	assert_int_equal(t->refs_n, VERIFY_REFS);
	b.n = 0;
	buf_puts(&b, "<img srcset='");
	for (int i = 0; i < VERIFY_REFS + 2; i++)
		buf_puts(&b, "x 1x, ");
	buf_puts(&b, "'>");
	verify_html_read(a, b.p, b.n, t);
	assert_true(t->more_refs);
	assert_int_equal(t->refs_n, VERIFY_REFS);
	arena_free(a);
}

/* A zero is neither a name nor a letter. */
static void test_html_survives_zeros(void **state)
{
	static const char html[] = "<title\0>a\0b</title><p\0>x<img \0src=y>";
	struct arena *a = arena_new(1 << 20);
	struct verify_text *t = ARENA_NEW(a, struct verify_text);

	(void)state;
	verify_html_read(a, html, sizeof(html) - 1, t);
	assert_string_equal(t->title, "ab");
	assert_int_equal(t->visible, 1);
	assert_int_equal(t->refs_n, 1);
	assert_string_equal(t->refs[0].url, "y");
	arena_free(a);
}

static void test_ref_is_bounded(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *name;
	char url[1200];

	(void)state;
	memset(url, 'a', sizeof(url));
	url[999] = '\0';
	assert_int_equal(verify_ref_of(a, "index.html", url, &name), VERIFY_REF_LOCAL);
	assert_string_equal(name, url);
	url[999] = 'a';
	url[1000] = '\0';
	assert_int_equal(verify_ref_of(a, "index.html", url, &name), VERIFY_REF_LOCAL);
	assert_null(name);
	for (size_t i = 0; i < 65; i++)
		memcpy(url + 2 * i, "a/", 2);
	url[129] = '\0';
	assert_int_equal(verify_ref_of(a, "index.html", url, &name), VERIFY_REF_LOCAL);
	assert_null(name);
	url[127] = '\0';
	verify_ref_of(a, "index.html", url, &name);
	assert_string_equal(name, url);
	arena_free(a);
}

static void test_ref_is_resolved(void **state)
{
	static const struct {
		const char *from, *url;
		enum verify_ref_kind kind;
		const char *name;
	} cases[] = {
		{"index.html", "a.js", VERIFY_REF_LOCAL, "a.js"},
		{"index.html", "./a.js?x#y", VERIFY_REF_LOCAL, "a.js"},
		{"d/index.html", "a.js", VERIFY_REF_LOCAL, "d/a.js"},
		{"d/index.html", "../a.js", VERIFY_REF_LOCAL, "a.js"},
		{"d/index.html", "/a.js", VERIFY_REF_LOCAL, "a.js"},
		{"d/index.html", "../../a.js", VERIFY_REF_LOCAL, NULL},
		{"d/e/index.html", "x/../../y//z.js", VERIFY_REF_LOCAL, "d/y/z.js"},
		{"index.html", "a%20b.js", VERIFY_REF_LOCAL, "a b.js"},
		{"index.html", "a%zz", VERIFY_REF_LOCAL, NULL},
		{"index.html", "a%00b", VERIFY_REF_LOCAL, NULL},
		{"index.html", " a.js \n", VERIFY_REF_LOCAL, "a.js"},
		{"index.html", "", VERIFY_REF_INLINE, NULL},
		{"index.html", "#x", VERIFY_REF_INLINE, NULL},
		{"index.html", "?x=1", VERIFY_REF_INLINE, NULL},
		{"index.html", "data:text/plain,x", VERIFY_REF_INLINE, NULL},
		{"index.html", "MAILTO:a@b", VERIFY_REF_INLINE, NULL},
		{"index.html", "javascript:x()", VERIFY_REF_INLINE, NULL},
		{"index.html", "https://example.com/x", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "//example.com/x", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "/\\example.com", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "\\\\example.com", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "ftp:x", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "a/b:c", VERIFY_REF_LOCAL, "a/b:c"},
		{"index.html", ".", VERIFY_REF_LOCAL, ""},
		{"index.html", "/", VERIFY_REF_LOCAL, ""},
		{"index.html", "a/", VERIFY_REF_LOCAL, "a"},
		{"index.html", ".a/..b/ab", VERIFY_REF_LOCAL, ".a/..b/ab"},
		{"index.html", "/a", VERIFY_REF_LOCAL, "a"},
		{"index.html", "\\/x", VERIFY_REF_FOREIGN, NULL},
		{"index.html", "\f \t#", VERIFY_REF_INLINE, NULL},
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name;
		enum verify_ref_kind kind = verify_ref_of(a, cases[i].from, cases[i].url, &name);

		if (kind != cases[i].kind || (name == NULL) != (cases[i].name == NULL) ||
		    (name != NULL && strcmp(name, cases[i].name) != 0))
			fail_msg("%s: %d %s", cases[i].url, kind, name == NULL ? "-" : name);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_counts_what_is_visible),
		cmocka_unit_test(test_html_finds_references),
		cmocka_unit_test(test_html_bounds_references),
		cmocka_unit_test(test_html_survives_zeros),
		cmocka_unit_test(test_ref_is_resolved),
		cmocka_unit_test(test_ref_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
