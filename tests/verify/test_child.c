#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "base/clock.h"
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

/* The child in its sandbox, and the page in a browser. */

#define HEAD "<!doctype html><html><head><title>A page</title>"

static const char plain_page[] = HEAD "</head><body><p>Hello there</p></body></html>";
static const char broken_page[] = HEAD "<script src=missing.js></script><p>Hello";

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

/* ---- the child ---- */

/* Read what a child writes until it ends; what it complains of goes to the log. */
static char *output_of(struct arena *a, struct child *c, int64_t us, int *ret_status)
{
	int64_t end = clock_mono() + us;
	int out = dup(c->out), err = dup(c->err);
	char said[500] = "";
	struct buf b;

	buf_init(&b, a, 1 << 20);
	for (;;) {
		struct pollfd at = {out, POLLIN, 0};
		char chunk[4096];
		ssize_t n;

		if (clock_mono() > end || poll(&at, 1, (int)((end - clock_mono()) / 1000)) <= 0)
			break;
		n = read(out, chunk, sizeof(chunk));
		if (n <= 0)
			break;
		buf_put(&b, chunk, (size_t)n);
	}
	close(out);
	*ret_status = child_wait(c, CLOCK_S);
	if (read(err, said, sizeof(said) - 1) > 0)
		print_message("child: %s\n", said);
	close(err);
	return arena_strdup(a, buf_str(&b));
}

/* The job in a sandbox, as the supervisor runs it: the tree read-only. */
static void run_in_sandbox(struct tree *t, struct verify_report *r, int64_t us)
{
	static const char *const argv[] = {"/bus/self", NULL};
	/* the leak check of a sanitized build needs ptrace, which the sandbox denies */
	static const char *const env[] = {"LANG=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", NULL};
	struct verify_job inside = t->job;
	struct sandbox s = {.argv = argv, .env = env, .cwd = "/tmp", .tmp_mb = 512};
	struct err e = {0};
	struct child c;
	char *text;
	int status;

	tree_manifest(t);
	inside.tree = "/tree";
	s.input = verify_job_write(t->a, &inside);
	s.input_len = strlen(s.input);
	s.self = CHILD;
	sandbox_bind(&s, t->root, "/tree", false);
	check(chmod(t->root, 0755) == 0);
	if (sandbox_start(&s, &c, &e) < 0)
		fail_msg("%s", e.detail);
	text = output_of(t->a, &c, us, &status);
	if (status != 0)
		fail_msg("the child: %s", spawn_status_text(t->a, status));
	if (verify_report_read(t->a, text, strlen(text), r, &e) < 0)
		fail_msg("%s: %s", e.detail, text);
}

static void test_child_scans_in_the_sandbox(void **state)
{
	struct verify_report r;
	struct tree t;
	const char *page;

	(void)state;
	tree_open(&t);
	page = tree_page(&t, "");
	tree_web(&t, page, strlen(page));
	run_in_sandbox(&t, &r, 20 * CLOCK_S);
	if (r.code != VERIFY_OK)
		fail_msg("%s", r.reason);
	assert_string_equal(r.manifest.entries[0].name, "index.html");
	tree_close(&t);
	tree_open(&t);
	page = tree_page(&t, "<!-- /home/anna/tool -->");
	tree_web(&t, page, strlen(page));
	run_in_sandbox(&t, &r, 20 * CLOCK_S);
	assert_int_equal(r.code, VERIFY_LEAK_PATH);
	assert_non_null(strstr(r.reason, "/home/anna/tool"));
	tree_close(&t);
}

static void test_child_opens_the_page_in_the_sandbox(void **state)
{
	struct verify_report r;
	struct tree t;

	(void)state;
	page_job(&t, plain_page);
	run_in_sandbox(&t, &r, 20 * CLOCK_S);
	if (r.code != VERIFY_OK)
		fail_msg("%s", r.reason);
	tree_close(&t);
	page_job(&t, broken_page);
	run_in_sandbox(&t, &r, 20 * CLOCK_S);
	assert_int_equal(r.code, VERIFY_SMOKE_PAGE);
	tree_close(&t);
}

static void test_child_refuses_a_bad_job(void **state)
{
	static const char *const jobs[] = {"", "{}", "{\"mode\":\"scan\"}"};
	static const char *const argv[] = {CHILD, NULL}, *const env[] = {NULL};
	struct arena *a = arena_new(16u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(jobs); i++) {
		struct spawn_result r;
		struct err e = {0};

		assert_int_equal(spawn_run(a,
					   &(struct spawn){.argv = argv,
							   .env = env,
							   .input = jobs[i],
							   .input_len = strlen(jobs[i])},
					   10 * CLOCK_S, 4096, &r, &e),
				 0);
		assert_true(WIFEXITED(r.status));
		assert_int_equal(WEXITSTATUS(r.status), EX_DATAERR);
		assert_int_equal(r.out_len, 0);
	}
	arena_free(a);
}

/* ---- the browser ---- */

static const char *browser(void)
{
	static const char *const known[] = {"/usr/lib/chromium/chromium", "/usr/bin/chromium"};

	for (size_t i = 0; i < COUNT(known); i++)
		if (access(known[i], X_OK) == 0)
			return known[i];
	return NULL;
}

static const struct {
	const char *page, *check;
} rendered[] = {
	{HEAD "<p>One</p><script>document.body.append('and two')</script>", NULL},
	{"<!doctype html><html data-ready=false><title>T</title><p>One</p><script>\n"
	 "setTimeout(() => document.documentElement.setAttribute('data-ready', 'true'), "
	 "500)</script>",
	 NULL},
	{"<!doctype html><html data-ready=false><title>T</title><p>Never</p><script>throw "
	 "1</script>",
	 "browser"},
	{HEAD "<p>Gone</p><script>document.body.textContent = ''</script>", "browser"},
};

static void test_page_is_rendered(void **state)
{
	(void)state;
	if (browser() == NULL)
		skip();
	for (size_t i = 0; i < COUNT(rendered); i++) {
		struct verify_report r;
		struct tree t;

		page_job(&t, rendered[i].page);
		t.job.browser = browser();
		run_page(&t, &r);
		if ((r.code == VERIFY_OK) != (rendered[i].check == NULL))
			fail_msg("[%zu] %s: %s", i, verify_code_name(r.code), r.reason);
		print_message("browser: %s\n", tree_check(&r, "browser")->detail);
		if (rendered[i].check != NULL)
			assert_false(tree_check(&r, rendered[i].check)->ok);
		tree_close(&t);
	}
}

static void test_page_with_webassembly_becomes_ready_in_the_sandbox(void **state)
{
	struct verify_report r;
	struct err e = {0};
	struct tree t;
	size_t n;
	char *p;

	(void)state;
	if (browser() == NULL)
		skip();
	tree_open(&t);
	t.job.mode = "page";
	t.job.browser = browser();
	p = file_read(t.a, SAMPLE_DIR "/dist/index.html", 64u << 20, &n, &e);
	assert_non_null(p);
	tree_web(&t, p, n);
	run_in_sandbox(&t, &r, 90 * CLOCK_S);
	if (r.code != VERIFY_OK)
		fail_msg("%s", r.reason);
	print_message("browser: %s\n", tree_check(&r, "browser")->detail);
	assert_non_null(strstr(tree_check(&r, "browser")->detail, "ready"));
	tree_close(&t);
}

static void test_page_says_when_there_is_no_browser(void **state)
{
	struct verify_report r;
	struct tree t;

	(void)state;
	page_job(&t, plain_page);
	t.job.browser = "/nonexistent/browser";
	run_page(&t, &r);
	assert_int_equal(r.code, VERIFY_BROKEN);
	tree_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_scans_in_the_sandbox),
		cmocka_unit_test(test_child_opens_the_page_in_the_sandbox),
		cmocka_unit_test(test_child_refuses_a_bad_job),
		cmocka_unit_test(test_page_is_rendered),
		cmocka_unit_test(test_page_with_webassembly_becomes_ready_in_the_sandbox),
		cmocka_unit_test(test_page_says_when_there_is_no_browser),
	};

	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
