#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/str.h"
#include "port/file.h"
#include "port/http.h"
#include "port/sandbox.h"
#include "verify/verify_serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

/* The page test without a browser, and the server under it. */

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

/* ---- the server ---- */

static void test_server_answers_like_the_preview_host(void **state)
{
	static const struct verify_entry entries[] = {
		{.name = "index.html", .kind = "web"}, {.name = "big.json", .kind = "web"}};
	static const struct {
		const char *method, *path;
		int status;
	} cases[] = {
		{"GET", "index.html", 200},
		{"HEAD", "index.html", 200},
		{"GET", "index.html?x=1", 200},
		{"GET", "in%64ex.html", 200},
		{"GET", "nothing", 404},
		{"GET", "", 404},
		{"GET", "%zz", 404},
		{"GET", "..%2findex.html", 404},
		{"POST", "index.html", 405},
		{"DELETE", "index.html", 405},
	};
	struct arena *a = arena_new(64u << 20);
	size_t big = 12u << 20;
	struct verify_site site[] = {
		{&entries[0], (const unsigned char *)"<p>Hello", 8},
		{&entries[1], memset(arena_alloc(a, big), ' ', big), big}};
	struct http_answer h;
	struct err e = {0};
	pid_t pid;
	int port;

	(void)state;
	pid = verify_serve(site, 2, &port, &e);
	assert_true(pid > 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *url = arena_printf(a, "http://127.0.0.1:%d/%s", port, cases[i].path);

		assert_int_equal(http_do(a,
					 &(struct http_call){.method = cases[i].method,
							     .url = url,
							     .timeout_us = 5 * CLOCK_S,
							     .answer_max = 1 << 20},
					 &h, &e),
				 0);
		assert_int_equal(h.status, cases[i].status);
		assert_string_equal(http_header(a, &h, "X-Content-Type-Options"), "nosniff");
		assert_true(str_starts(http_header(a, &h, "Content-Security-Policy"), "sandbox "));
		if (cases[i].status == 200)
			assert_string_equal(h.type, "text/html; charset=utf-8");
	}
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/big.json", port),
		.timeout_us = 10 * CLOCK_S, .answer_max = 32u << 20}, &h, &e), 0);
	assert_int_equal(h.body_len, big);
	verify_serve_end(pid);
	arena_free(a);
}

static int connect_to(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

/* Silent, endless and broken connections; then one more than there is room. */
static void test_server_lets_nobody_block_it(void **state)
{
	static const struct verify_entry entry = {.name = "a.txt", .kind = "web"};
	struct verify_site site = {&entry, (const unsigned char *)"Hello", 5};
	struct arena *a = arena_new(16u << 20);
	struct http_answer h;
	struct err e = {0};
	int port, fds[70];
	char noise[9000];
	pid_t pid;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	for (int i = 0; i < 20; i++)
		fds[i] = connect_to(port);
	memset(noise, 'x', sizeof(noise));
	for (int i = 0; i < 10; i++)
		send(fds[i], noise, sizeof(noise), MSG_NOSIGNAL);
	for (int i = 10; i < 15; i++)
		close(fds[i]);
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/a.txt", port),
		.timeout_us = 5 * CLOCK_S, .answer_max = 1 << 20}, &h, &e), 0);
	assert_string_equal(h.body, "Hello");
	for (int i = 20; i < 70; i++)
		fds[i] = connect_to(port);
	for (int i = 0; i < 70; i++)
		if (i < 10 || i >= 15)
			close(fds[i]);
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/a.txt", port),
		.timeout_us = 5 * CLOCK_S, .answer_max = 1 << 20}, &h, &e), 0);
	verify_serve_end(pid);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_is_read),
		cmocka_unit_test(test_page_refuses_what_the_scan_would),
		cmocka_unit_test(test_page_in_a_folder_finds_its_files),
		cmocka_unit_test(test_page_with_too_many_references_is_refused),
		cmocka_unit_test(test_server_answers_like_the_preview_host),
		cmocka_unit_test(test_server_lets_nobody_block_it),
	};

	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
