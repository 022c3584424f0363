#include "config.h"

#include "tree.h"
#include "base/check.h"
#include "base/str.h"
#include "verify/verify_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Names, codes, and the two texts that go into a child and come out of it. */

static void test_name_problem_knows_portable_names(void **state)
{
	static const struct {
		const char *name;
		bool web, fine;
	} names[] = {
		{"index.html", true, true},
		{"a/b/c.js", true, true},
		{"a/b", false, false},
		{"tool", false, true},
		{"tool-1.2.exe", false, true},
		{"", true, false},
		{"/a", true, false},
		{"a/", true, false},
		{"a//b", true, false},
		{".", true, false},
		{"..", true, false},
		{"a/../b", true, false},
		{".a", true, false},
		{"a/.b", true, false},
		{"...", true, false},
		{"a.", true, false},
		{"a ", true, false},
		{" a", true, false},
		{"-a", true, false},
		{"a\\b", true, false},
		{"a\tb", true, false},
		{"a*b", true, false},
		{"a|b", true, false},
		{"con", true, false},
		{"CON.html", true, false},
		{"com1.x.y", true, false},
		{"con .txt", true, false},
		{"lpt9", false, false},
		{"com", false, true},
		{"com10", false, true},
		{"conx", false, true},
		{"a/b/c/d/e/f/g/h", true, true},
		{"a/b/c/d/e/f/g/h/i", true, false},
		{"main.go", true, false},
		{"a/main.c", true, false},
		{"go", false, true},
		{"x.map", true, false},
		{"012345678901234567890123456789012345678901234567890123456789012345678901234567890"
		 "1234567890123456789",
		 true, true},
		{"012345678901234567890123456789012345678901234567890123456789012345678901234567890"
		 "12345678901234567890",
		 true, false},
	};
	char longest[260];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if ((verify_name_problem(names[i].name, names[i].web) == NULL) != names[i].fine)
			fail_msg("%s", names[i].name);
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = i % 60 == 59 ? '/' : 'a';
	longest[238] = '\0';
	assert_null(verify_name_problem(longest, true));
	longest[238] = 'a';
	longest[250] = '\0';
	assert_non_null(verify_name_problem(longest, true));
}

static void test_name_leak_looks_at_every_part(void **state)
{
	static const struct {
		const char *name;
		enum verify_code code; /* VERIFY_OK: no leak */
	} names[] = {
		{"a/b.txt", VERIFY_OK},
		{".well-known/a.txt", VERIFY_OK},
		{"..", VERIFY_OK},
		{".", VERIFY_OK},
		{"", VERIFY_OK},
		{"a/.x", VERIFY_LEAK_FILE},
		{"a/main.go", VERIFY_LEAK_FILE},
		{".git/a.txt", VERIFY_LEAK_FILE},
		{".GIT/a.txt", VERIFY_LEAK_FILE},
		{"git/a.txt", VERIFY_OK},
		{"a.js.MAP", VERIFY_LEAK_MAP},
		{".go", VERIFY_LEAK_FILE},
		{"Makefile/a.txt", VERIFY_OK},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		enum verify_code code;

		if (verify_name_leak(names[i].name, &code) == NULL)
			code = VERIFY_OK;
		if (code != names[i].code)
			fail_msg("%s: %s", names[i].name, verify_code_name(code));
	}
}

static void test_below_knows_whole_parts(void **state)
{
	static const char *const prefixes[] = {"", "/", "pub/", "web/page.html"};

	(void)state;
	assert_true(verify_below("pub/a.js", prefixes, 4));
	assert_true(verify_below("pub", prefixes, 4));
	assert_true(verify_below("web/page.html", prefixes, 4));
	assert_false(verify_below("public/a.js", prefixes, 4));
	assert_false(verify_below("web/page.html2", prefixes, 4));
	assert_false(verify_below("a.js", prefixes, 4));
	assert_false(verify_below("", prefixes, 4));
}

static void test_mime_is_an_allow_list(void **state)
{
	(void)state;
	assert_string_equal(verify_mime("a/index.html"), "text/html; charset=utf-8");
	assert_string_equal(verify_mime("X.JS"), "text/javascript; charset=utf-8");
	assert_string_equal(verify_mime("a.wasm"), "application/wasm");
	assert_null(verify_mime("a.php"));
	assert_null(verify_mime("html"));
	assert_null(verify_mime(".html"));
	assert_null(verify_mime(""));
}

static void test_codes_have_names_and_sentences(void **state)
{
	(void)state;
	for (int c = 0; c < VERIFY_CODES; c++) {
		assert_int_equal(verify_code_of(verify_code_name((enum verify_code)c)), c);
		assert_true(strlen(verify_code_sentence((enum verify_code)c)) > 10);
	}
	assert_int_equal(verify_code_of("no such"), VERIFY_BROKEN);
	assert_string_equal(verify_code_name(VERIFY_CODES), "broken");
	assert_string_equal(verify_code_sentence((enum verify_code) - 1),
			    "The result could not be checked.");
}

/* ---- job ---- */

static const struct verify_job job = {
	.mode = "page",
	.tree = "/tree",
	.manifest = "dist/m.json",
	.artifact_type = "both",
	.platforms_n = 2,
	.platforms = {"linux-amd64", "darwin-arm64"},
	.public_n = 1,
	.public = {"public/"},
	.needles_n = 2,
	.needles = {{"branch", "build/1/\"x\"\n"}, {"host", "db.internal"}},
	.browser = "/usr/bin/chromium",
};

static void test_job_survives_the_way(void **state)
{
	struct arena *a = arena_new(8u << 20);
	const char *text = verify_job_write(a, &job);
	struct verify_job back, plain = job;
	struct err e = {0};

	(void)state;
	plain.browser = NULL;
	assert_int_equal(verify_job_read(a, verify_job_write(a, &plain),
					 strlen(verify_job_write(a, &plain)), &back, &e), 0);
	assert_string_equal(back.browser, "");
	assert_int_equal(verify_job_read(a, text, strlen(text), &back, &e), 0);
	assert_string_equal(verify_job_write(a, &back), text);
	assert_string_equal(back.needles[0].text, job.needles[0].text);
	assert_int_equal(back.platforms_n, 2);
	arena_free(a);
}

static void test_job_is_refused_when_bent(void **state)
{
	static const struct {
		const char *from, *to;
	} bends[] = {
		{"\"page\"", "\"run\""},
		{"\"page\"", "7"},
		{"\"/tree\"", "\"\""},
		{"\"both\"", "\"all\""},
		{"\"dist/m.json\"", "null"},
		{"\"linux-amd64\"", "\"linux-mips\""},
		{"\"linux-amd64\"", "7"},
		{"[\"public/\"]", "\"public/\""},
		{"[\"public/\"]", "[\"\"]"},
		{"\"db.internal\"", "\"db\""},
		{"\"host\"", "\"\""},
		{"\"db.internal\"", "7"},
		{"\"/usr/bin/chromium\"", "null"},
		{"{\"mode\"", "[\"mode\""},
		{"\"needles\":[", "\"needles\":7,\"x\":["},
		{"\"/tree\"", "\"a\\u0001b\""},
		{"\"needles\":[", "\"needles\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
				  "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"},
		{"\"platforms\":[",
		 "\"platforms\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","},
	};
	struct arena *a = arena_new(8u << 20);
	const char *text = verify_job_write(a, &job);

	(void)state;
	for (size_t i = 0; i < COUNT(bends); i++) {
		const char *at = strstr(text, bends[i].from);
		const char *bent = arena_printf(a, "%.*s%s%s", (int)(at - text), text, bends[i].to,
						at + strlen(bends[i].from));
		struct verify_job back;
		struct err e = {0};

		if (verify_job_read(a, bent, strlen(bent), &back, &e) == 0)
			fail_msg("accepted: %s", bent);
		assert_int_equal(e.id, E_INVALID);
	}
	arena_free(a);
}

/* ---- report ---- */

static const struct verify_report report = {
	.code = VERIFY_OK,
	.reason = "",
	.checks_n = 2,
	.checks = {{"manifest", true, "2 results"}, {"files", true, ""}},
	.manifest = {.n = 2,
		     .entries = {{.artifact_id = "a",
				  .kind = "web",
				  .name = "index.html",
				  .path = "dist/index.html",
				  .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef012345"
					    "6789abcdef",
				  .size = 9,
				  .platform = "",
				  .entrypoint = "index.html",
				  .mime = "text/html; charset=utf-8"},
				 {.artifact_id = "b",
				  .kind = "binary",
				  .name = "tool",
				  .path = "dist/tool",
				  .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef012345"
					    "6789abcdef",
				  .size = 9,
				  .platform = "linux-amd64",
				  .entrypoint = "",
				  .mime = "application/octet-stream"}}},
};

static void test_report_survives_the_way(void **state)
{
	struct arena *a = arena_new(8u << 20);
	struct verify_report bad = {.code = VERIFY_LEAK_PATH, .reason = "a: \"b\"", .checks_n = 1,
				    .checks = {{"paths", false, "x"}}}, back;
	const char *text = verify_report_write(a, &report);
	struct err e = {0};

	(void)state;
	assert_int_equal(verify_report_read(a, text, strlen(text), &back, &e), 0);
	assert_string_equal(verify_report_write(a, &back), text);
	text = verify_report_write(a, &bad);
	assert_int_equal(verify_report_read(a, text, strlen(text), &back, &e), 0);
	assert_int_equal(back.code, VERIFY_LEAK_PATH);
	assert_string_equal(back.reason, "a: \"b\"");
	arena_free(a);
}

static void test_report_is_refused_when_bent(void **state)
{
	static const struct {
		const char *from, *to;
	} bends[] = {
		{"\"ok\",", "\"leak_path\","},
		{"\"ok\",", "7,"},
		{"\"ok\",", "\"never heard\","},
		{"\"web\"", "\"archive\""},
		{"\"web\"", "\"log\""},
		{"\"index.html\"", "\"main.go\""},
		{"\"index.html\"", "\"../x.html\""},
		{"text/html", "text/plain"},
		{"application/oc", "text/oc"},
		{"\"linux-amd64\"", "\"\""},
		{"\"dist/tool\"", "\"/etc/passwd\""},
		{"\"artifacts\":[", "\"artifacts\":7,\"x\":["},
		{"\"checks\":[", "\"checks\":7,\"x\":["},
		{"\"ok\":true", "\"ok\":false"},
		{"\"ok\":true", "\"ok\":1"},
		{"\"manifest\"", "\"\""},
		{"\"2 results\"", "7"},
		{"\"reason\":\"\"", "\"reason\":7"},
		{"{\"code\"", "[\"code\""},
		{"0123456789abcdef0123", "0123456789ABCDEF0123"},
		{"\"size_bytes\":9", "\"size_bytes\":\"9\""},
		{"\"mime\":\"text/html; charset=utf-8\"", "\"source_included\":false"},
	};
	struct arena *a = arena_new(8u << 20);
	const char *text = verify_report_write(a, &report);
	struct verify_report back, empty = report;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(bends); i++) {
		const char *at = strstr(text, bends[i].from);
		const char *bent = arena_printf(a, "%.*s%s%s", (int)(at - text), text, bends[i].to,
						at + strlen(bends[i].from));

		err_clear(&e);
		if (verify_report_read(a, bent, strlen(bent), &back, &e) == 0)
			fail_msg("accepted: %s", bent);
		assert_int_equal(e.id, E_INVALID);
	}
	empty.manifest.n = 0;
	text = verify_report_write(a, &empty);
	assert_int_equal(verify_report_read(a, text, strlen(text), &back, &e), -1);
	empty = report;
	empty.checks_n = 0;
	text = verify_report_write(a, &empty);
	assert_int_equal(verify_report_read(a, text, strlen(text), &back, &e), -1);
	arena_free(a);
}

static void test_report_bounds_its_lists(void **state)
{
	struct arena *a = arena_new(8u << 20);
	struct verify_report back;
	struct err e = {0};
	struct buf b;

	(void)state;
	buf_init(&b, a, 1 << 20);
	buf_puts(&b, "{\"code\":\"file\",\"reason\":\"x\",\"artifacts\":[],\"checks\":[");
	for (int i = 0; i < 49; i++)
		buf_printf(&b, "%s{\"name\":\"n\",\"ok\":false,\"detail\":\"\"}", i ? "," : "");
	buf_puts(&b, "]}");
	assert_int_equal(verify_report_read(a, b.p, b.n, &back, &e), -1);
	assert_non_null(strstr(e.detail, "checks"));
	arena_free(a);
}

/* ---- bounds ---- */

static char *long_text(struct arena *a, size_t n)
{
	return memset(arena_alloc(a, n + 1), 'a', n);
}

static void test_job_bounds_its_texts(void **state)
{
	struct arena *a = arena_new(8u << 20);

	(void)state;
	for (size_t n = 400; n <= 401; n++) {
		struct verify_job j = {.mode = "scan", .tree = long_text(a, n), .manifest = "m",
				       .artifact_type = "web"}, ret;
		const char *text = verify_job_write(a, &j);
		struct err e = {0};

		assert_int_equal(verify_job_read(a, text, strlen(text), &ret, &e) == 0, n == 400);
	}
	arena_free(a);
}

static void write_huge_job(void)
{
	struct arena *a = arena_new(8u << 20);

	verify_job_write(a, &(struct verify_job){.mode = "scan", .manifest = "m",
		.artifact_type = "web", .tree = long_text(a, 1u << 20)});
}

static void write_huge_report(void)
{
	struct arena *a = arena_new(16u << 20);

	verify_report_write(a, &(struct verify_report){.reason = long_text(a, 1u << 20)});
}

static void test_nothing_is_written_cut_short(void **state)
{
	(void)state;
	assert_true(tree_aborts(write_huge_job));
	assert_true(tree_aborts(write_huge_report));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_problem_knows_portable_names),
		cmocka_unit_test(test_name_leak_looks_at_every_part),
		cmocka_unit_test(test_below_knows_whole_parts),
		cmocka_unit_test(test_mime_is_an_allow_list),
		cmocka_unit_test(test_codes_have_names_and_sentences),
		cmocka_unit_test(test_job_survives_the_way),
		cmocka_unit_test(test_job_is_refused_when_bent),
		cmocka_unit_test(test_report_survives_the_way),
		cmocka_unit_test(test_report_is_refused_when_bent),
		cmocka_unit_test(test_report_bounds_its_lists),
		cmocka_unit_test(test_job_bounds_its_texts),
		cmocka_unit_test(test_nothing_is_written_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
