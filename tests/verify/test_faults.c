#include "config.h"

#include "faulty.h"
#include "tree.h"
#include "base/check.h"
#include "port/http.h"
#include "port/spawn.h"
#include "verify/verify_int.h"
#include "verify/verify_open.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <cmocka.h>

/* The verifier when the system, the server or the browser fails it: never
 * accepted, and the report says what it was. */

/* ---- files ---- */

static void test_file_that_cannot_be_read_is_refused(void **state)
{
	static const struct {
		const char *call;
		int error, skip;
		const char *path;
		enum verify_code code;
		const char *why;
	} cases[] = {
		{NULL, 0, 0, "src/calc.go", VERIFY_OK, ""},
		{NULL, 0, 0, "src/none", VERIFY_MISSING, ""},
		{NULL, 0, 0, "src/calc.go/none", VERIFY_FILE, ""},
		{"fstat", EIO, 0, "src/calc.go", VERIFY_FILE, ""},
		{"fstat", EIO, 1, "src/calc.go", VERIFY_FILE, "set-user-id"},
		{"fstat", -1, 1, "src/calc.go", VERIFY_CHECKSUM, "changed"}, /* it grew */
		{"fstat", 1, 1, "src/calc.go", VERIFY_CHECKSUM, "changed"},
		{"read", EIO, 0, "src/calc.go", VERIFY_CHECKSUM, "changed"},
	};
	struct tree t;
	int dir;

	(void)state;
	tree_open(&t);
	dir = open(t.root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct verify_file f;
		struct err e = {0};

		faulty_arm(cases[i].call, cases[i].error, cases[i].skip);
		assert_int_equal(verify_file_read(t.a, dir, cases[i].path, 1 << 20, &f, &e),
				 cases[i].code);
		faulty_disarm();
		if (*cases[i].why)
			assert_non_null(strstr(e.detail, cases[i].why));
	}
	close(dir);
	tree_close(&t);
}

static void test_source_that_cannot_be_read_fails_the_check(void **state)
{
	static const struct {
		const char *call;
		int error, skip;
		const char *why;
	} cases[] = {
		{"openat", EACCES, 0, "source cannot be opened"},
		{"pread", EIO, 0, "source cannot be read: "},
		{"pread", EIO, 2, "source cannot be read whole"},
		{"fstat", EIO, 0, "source cannot be read: "},
		{"fstat", 1, 0, "source cannot be read whole"},
	};
	struct tree t;

	(void)state;
	tree_open(&t);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct verify_shingles *s;
		struct err e = {0};

		faulty_arm(cases[i].call, cases[i].error, cases[i].skip);
		assert_int_equal(verify_source_read(t.a, &t.job, "dist", &s, &e), -1);
		faulty_disarm();
		assert_int_equal(e.id, E_UNAVAILABLE);
		if (strstr(e.detail, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].why, e.detail);
	}
	tree_close(&t);
}

/* ---- the child ---- */

static int as_input(struct tree *t, const char *text)
{
	tree_puts(t, "input", text);
	return open(tree_path(t, "input"), O_RDONLY | O_CLOEXEC);
}

/* verify_child() with that on its standard input and its output in a file, and
 * with a call that fails. */
static int run_child(struct tree *t, const char *input, const char *output, const char *call,
		     int error)
{
	int in = as_input(t, input), out = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int old_in = dup(0), old_out = dup(1), rc;

	fflush(stdout);
	check(in >= 0 && out >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1);
	faulty_arm(call, error, 0);
	rc = verify_child();
	faulty_disarm();
	check(dup2(old_in, 0) == 0 && dup2(old_out, 1) == 1);
	close(in);
	close(out);
	close(old_in);
	close(old_out);
	return rc;
}

static void test_child_reads_and_writes_whole(void **state)
{
	static const struct {
		const char *mode, *call;
		int error, rc;
		const char *output;
	} cases[] = {
		{"scan", NULL, 0, EX_OK, "output"},
		{"page", NULL, 0, EX_OK, "output"},
		{"scan", "read", EINTR, EX_OK, "output"},
		{"scan", "read", EIO, EX_DATAERR, "output"},
		{"scan", "write", EINTR, EX_OK, "output"},
		{"scan", "write", EIO, EX_IOERR, "output"},
		{"scan", NULL, 0, EX_IOERR, "/dev/full"},
		{"huge", NULL, 0, EX_DATAERR, "output"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *output, *job;
		struct verify_report r;
		struct err e = {0};
		char text[9000] = "";
		struct tree t;
		int fd;

		tree_open(&t);
		tree_put_page(&t);
		tree_manifest(&t);
		t.job.mode = cases[i].mode;
		job = verify_job_write(t.a, &t.job);
		if (strcmp(cases[i].mode, "huge") == 0)
			job = memset(arena_alloc(t.a, (300u << 10) + 1), ' ', 300u << 10);
		output = *cases[i].output == '/' ? cases[i].output : tree_path(&t, cases[i].output);
		assert_int_equal(run_child(&t, job, output, cases[i].call, cases[i].error),
				 cases[i].rc);
		fd = open(output, O_RDONLY | O_CLOEXEC);
		if (cases[i].rc == EX_OK) {
			assert_true(read(fd, text, sizeof(text) - 1) > 0);
			assert_int_equal(verify_report_read(t.a, text, strlen(text), &r, &e), 0);
			assert_int_equal(r.code, VERIFY_OK);
		}
		close(fd);
		tree_close(&t);
	}
}

/* ---- the page ---- */

#define PAGE "<!doctype html><html data-ready=false><title>A page</title><p>Hello"
#define READY "<html data-ready=true><title>A page</title><p>Hello"

static const struct scene {
	const char *what;
	const char *call; /* that fails with EIO */
	const struct http_answer *answer;
	const char *browser[4]; /* what it shows, run by run; "!" for none, NULL: no browser */
	int status;
	bool timed_out;
	enum verify_code code;
	const char *check, *detail;
} *scene;
static size_t shown_n;

int __real_http_do(struct arena *a, const struct http_call *call, struct http_answer *ret,
		   struct err *e);
int __wrap_http_do(struct arena *a, const struct http_call *call, struct http_answer *ret,
		   struct err *e);
int __wrap_http_do(struct arena *a, const struct http_call *call, struct http_answer *ret,
		   struct err *e)
{
	if (scene->answer == NULL)
		return __real_http_do(a, call, ret, e);
	*ret = *scene->answer;
	return ret->status < 0 ? err_set(e, E_UNAVAILABLE, "no answer") : 0;
}

int __wrap_spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
		     struct spawn_result *ret, struct err *e);
int __wrap_spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
		     struct spawn_result *ret, struct err *e)
{
	const char *shows = scene->browser[shown_n++];

	check(s->argv[0] != NULL && timeout_us > 0 && out_max > 0);
	if (strcmp(shows, "!") == 0)
		return err_set(e, E_UNAVAILABLE, "no such program");
	*ret = (struct spawn_result){.status = scene->status, .timed_out = scene->timed_out,
				     .out = arena_strdup(a, shows), .err = arena_strdup(a, "oh"),
				     .out_len = strlen(shows)};
	return 0;
}

static const struct http_answer silent = {.status = -1},
	error = {.status = 500, .type = "text/html"},
	other = {.status = 200, .type = "text/plain"}, empty = {.status = 200, .type = "text/html"};

static const struct scene scenes[] = {
	{"fine", NULL, NULL, {NULL}, 0, false, VERIFY_OK, "references", "0"},
	{"silent", NULL, &silent, {NULL}, 0, false, VERIFY_SMOKE_PAGE, "answer", "no answer"},
	{"error", NULL, &error, {NULL}, 0, false, VERIFY_SMOKE_PAGE, "answer", "status 500"},
	{"other", NULL, &other, {NULL}, 0, false, VERIFY_SMOKE_PAGE, "answer", "text/plain"},
	{"empty", NULL, &empty, {NULL}, 0, false, VERIFY_SMOKE_PAGE, "answer", "nothing in it"},
	{"no server", "listen", NULL, {NULL}, 0, false, VERIFY_BROKEN, "server", "cannot be served"},
	{"no folder", "mkdtemp", NULL, {READY}, 0, false, VERIFY_BROKEN, "browser", "no folder"},
	{"no browser", NULL, NULL, {"!"}, 0, false, VERIFY_BROKEN, "browser", "no such program"},
	{"endless", NULL, NULL, {PAGE}, 9, true, VERIFY_SMOKE_PAGE, "browser", "no end within"},
	{"broken", NULL, NULL, {PAGE}, 3 << 8, false, VERIFY_BROKEN, "browser", "exit 3: oh"},
	{"ready", NULL, NULL, {READY}, 0, false, VERIFY_OK, "browser", ", ready"},
	{"later", NULL, NULL, {PAGE, READY}, 0, false, VERIFY_OK, "browser", "at a further try"},
	{"never", NULL, NULL, {PAGE, PAGE, PAGE}, 0, false, VERIFY_SMOKE_PAGE, "browser",
	 "never became ready"},
	{"blank", NULL, NULL, {"<html data-ready=true>"}, 0, false, VERIFY_SMOKE_PAGE, "browser",
	 "shows nothing"},
};

static void test_page_reports_what_failed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenes); i++) {
		struct verify_report r;
		struct tree t;

		scene = &scenes[i];
		shown_n = 0;
		tree_open(&t);
		tree_web(&t, PAGE, strlen(PAGE));
		tree_manifest(&t);
		t.job.browser = scene->browser[0] == NULL ? NULL : "/browser";
		faulty_arm(scene->call, EIO, 0);
		verify_page(t.a, &t.job, &r);
		faulty_disarm();
		if (r.code != scene->code ||
		    tree_check(&r, scene->check)->ok != (scene->code == VERIFY_OK) ||
		    strstr(tree_check(&r, scene->check)->detail, scene->detail) == NULL)
			fail_msg("%s: %s (%s)", scene->what, verify_code_name(r.code), r.reason);
		assert_int_equal(r.manifest.n, r.code == VERIFY_OK);
		tree_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_that_cannot_be_read_is_refused),
		cmocka_unit_test(test_source_that_cannot_be_read_fails_the_check),
		cmocka_unit_test(test_page_reports_what_failed),
		cmocka_unit_test(test_child_reads_and_writes_whole),
	};

	unsetenv("http_proxy");
	scene = &scenes[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
