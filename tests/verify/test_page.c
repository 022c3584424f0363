#include "config.h"

#include "tree.h"
#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The page test without a browser. */

static void page_job(struct tree *t, const char *page)
{
	tree_open(t);
	t->job.mode = "page";
	tree_web(t, page, strlen(page));
}

static void run_page(struct tree *t, struct verify_report *r)
{
	tree_manifest(t);
	verify_page(t->a, &t->job, r);
}

/* ---- what is asked and answered ---- */

#define HEAD "<!doctype html><html><head><title>A page</title>"

static const struct {
	const char *page, *check; /* NULL: fine */
} pages[] = {
	{HEAD "</head><body><p>Hello there</p></body></html>", NULL},
	{HEAD "<script src=app.js></script></head><p>Hello", NULL},
	{HEAD "<script src=\"./app.js?v=1\"></script></head><p>Hello <a "
	      "href=https://example.com/>there</a>",
	 NULL},
	{HEAD "<link rel=icon href=data:,><p>Hello <a href=#top>up</a> <a href=mailto:a@b>me</a>",
	 NULL},
	{"<p>Hello there", "content"},
	{"<title> </title><p>Hello", "content"},
	{HEAD "</head><body><script>document.write('Hello')</script></body>", "content"},
	{HEAD "<script src=missing.js></script><p>Hello", "references"},
	{HEAD "<p>Hello <img src=../app.js>", "references"},
	{HEAD "<p>Hello <a href=next.html>next</a>", "references"},
	{HEAD "<script src=https://cdn.example.com/x.js></script><p>Hello", "references"},
	{HEAD "<link rel=stylesheet href=//fonts.example.com/x><p>Hello", "references"},
	{HEAD "<p>Hello <img src=http://example.com/x.png>", "references"},
	{HEAD "<p>Hello <iframe src=https://example.com/></iframe>", "references"},
	{HEAD "<p>Hello <img srcset='app.js 1x, https://example.com/x 2x'>", "references"},
	{HEAD "<base href=https://example.com/><p>Hello", "references"},
};

static void test_page_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pages); i++) {
		struct verify_report r;
		struct tree t;

		page_job(&t, pages[i].page);
		tree_puts(&t, "dist/app.js", "let a = 1;\n");
		tree_row(&t, "web", "app.js", "dist/app.js", NULL, NULL);
		run_page(&t, &r);
		print_message("[%zu] ", i);
		if ((r.code == VERIFY_OK) != (pages[i].check == NULL))
			fail_msg("%s: %s (%s)", pages[i].page, verify_code_name(r.code), r.reason);
		if (pages[i].check != NULL) {
			assert_int_equal(r.code, VERIFY_SMOKE_PAGE);
			assert_false(tree_check(&r, pages[i].check)->ok);
		} else {
			assert_int_equal(r.manifest.n, 2);
		}
		tree_close(&t);
	}
	print_message("\n");
}

static void test_page_refuses_what_the_scan_would(void **state)
{
	struct verify_report r;
	struct tree t;

	(void)state;
	page_job(&t, pages[0].page);
	tree_manifest(&t);
	tree_puts(&t, "dist/index.html", HEAD "<p>Something else</p>");
	verify_page(t.a, &t.job, &r);
	assert_int_equal(r.code, VERIFY_CHECKSUM);
	tree_close(&t);
	page_job(&t, pages[0].page);
	verify_page(t.a, &t.job, &r);
	assert_int_equal(r.code, VERIFY_MANIFEST);
	t.job.tree = "/nonexistent";
	verify_page(t.a, &t.job, &r);
	assert_int_equal(r.code, VERIFY_BROKEN);
	tree_close(&t);
	page_job(&t, pages[0].page);
	tree_puts(&t, "dist/x.php", "x");
	tree_row(&t, "web", "x.php", "dist/x.php", NULL, NULL);
	run_page(&t, &r);
	assert_int_equal(r.code, VERIFY_NAME);
	tree_close(&t);
	page_job(&t, pages[0].page);
	tree_puts(&t, "dist/x.html", "x");
	tree_row(&t, "web", "con.html", "dist/x.html", NULL, NULL);
	run_page(&t, &r);
	assert_int_equal(r.code, VERIFY_NAME);
	tree_close(&t);
	page_job(&t, pages[0].page);
	t.rows.n = 0;
	tree_row(&t, "web", "index.html", "dist/index.html", NULL, NULL);
	run_page(&t, &r);
	assert_int_equal(r.code, VERIFY_MISSING);
	tree_close(&t);
}

static void test_page_in_a_folder_finds_its_files(void **state)
{
	struct verify_report r;
	struct tree t;
	const char *page = HEAD "<script src=\"../lib/a b.js\"></script><p>Hello";

	(void)state;
	tree_open(&t);
	t.job.mode = "page";
	tree_puts(&t, "dist/p/in dex.html", page);
	tree_puts(&t, "dist/lib/ab.js", "let a = 1;\n");
	tree_row(&t, "web", "p/in dex (1).html", "dist/p/in dex.html", NULL, "p/in dex (1).html");
	tree_row(&t, "web", "lib/a b.js", "dist/lib/ab.js", NULL, NULL);
	tree_row(&t, "log", "build.log", "dist/lib/ab.js", NULL, NULL);
	tree_row(&t, "binary", "tool", "dist/lib/ab.js", "linux-amd64", NULL);
	run_page(&t, &r);
	if (r.code != VERIFY_OK)
		fail_msg("%s", r.reason);
	assert_int_equal(r.manifest.n, 2);
	tree_close(&t);
}

static void test_page_with_too_many_references_is_refused(void **state)
{
	struct verify_report r;
	struct tree t;
	struct buf b;

	(void)state;
	tree_open(&t);
	buf_init(&b, t.a, 1 << 20);
	buf_puts(&b, HEAD "<p>Hello");
	for (int i = 0; i < 300; i++)
		buf_puts(&b, "<a href=#x>x</a>");
	tree_web(&t, b.p, b.n);
	run_page(&t, &r);
	assert_int_equal(r.code, VERIFY_SMOKE_PAGE);
	assert_false(tree_check(&r, "references")->ok);
	tree_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_is_read),
		cmocka_unit_test(test_page_refuses_what_the_scan_would),
		cmocka_unit_test(test_page_in_a_folder_finds_its_files),
		cmocka_unit_test(test_page_with_too_many_references_is_refused),
	};

	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
