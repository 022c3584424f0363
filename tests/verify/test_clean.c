#include "config.h"

#include "tree.h"
#include "base/check.h"
#include "base/clock.h"
#include "port/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * What a real tool chain makes passes, for every platform: programs with
 * readers of archives and keys in them and a whole page embedded, and the page
 * with its program as base64 of gzip.
 */
static const char *const platforms[] = {"linux-amd64", "linux-arm64", "darwin-arm64",
					"windows-amd64"};

static char *sample(struct tree *t, const char *name, size_t *n)
{
	struct err e = {0};
	char *p = file_read(t->a, arena_printf(t->a, "%s/dist/%s", SAMPLE_DIR, name), 64u << 20, n,
			    &e);

	if (p == NULL)
		fail_msg("sample: %s", e.detail);
	return p;
}

static void put_source(struct tree *t, const char *name)
{
	struct err e = {0};
	size_t n;
	char *p =
		file_read(t->a, arena_printf(t->a, "%s/%s", SAMPLE_SOURCE, name), 1u << 20, &n, &e);

	assert_non_null(p);
	tree_put(t, name, p, n);
}

static void open_sample(struct tree *t)
{
	static const char *const files[] = {"go.mod", "main.go", "main_js.go", "calc/calc.go",
					    "public/page.html", "build.sh"};

	tree_open(t);
	for (size_t i = 0; i < COUNT(files); i++)
		put_source(t, files[i]);
	t->job.needles_n = 4;
	t->job.needles[0] = (struct verify_needle){"tree", t->root};
	t->job.needles[1] = (struct verify_needle){"build folder", SAMPLE_DIR};
	t->job.needles[2] = (struct verify_needle){"branch", "build/20261120/run_abcdefghij234567"};
	t->job.needles[3] = (struct verify_needle){"host", "db.internal.example"};
}

static void add_page(struct tree *t)
{
	size_t n;
	char *p = sample(t, "index.html", &n);

	tree_put(t, "dist/index.html", p, n);
	tree_row(t, "web", "index.html", "dist/index.html", NULL, "index.html");
}

static void add_program(struct tree *t, const char *platform)
{
	bool windows = strcmp(platform, "windows-amd64") == 0;
	const char *name = arena_printf(t->a, "tool-%s%s", platform, windows ? ".exe" : "");
	const char *path = arena_printf(t->a, "dist/%s", name);
	size_t n;
	char *p = sample(t, name, &n);

	tree_put(t, path, p, n);
	tree_row(t, "binary", name, path, platform, NULL);
}

static void assert_accepted(const struct verify_report *r, size_t results)
{
	for (size_t i = 0; i < r->checks_n; i++)
		if (!r->checks[i].ok || getenv("VERIFY_SHOW") != NULL)
			print_message("%s: %s\n", r->checks[i].name, r->checks[i].detail);
	assert_string_equal(verify_code_name(r->code), "ok");
	assert_int_equal(r->manifest.n, results);
}

static void test_scan_accepts_programs_and_page(void **state)
{
	struct verify_report r;
	struct tree t;
	int64_t from;

	(void)state;
	open_sample(&t);
	t.job.artifact_type = "both";
	for (size_t i = 0; i < 4; i++) {
		t.job.platforms[t.job.platforms_n++] = platforms[i];
		add_program(&t, platforms[i]);
	}
	add_page(&t);
	from = clock_mono();
	tree_scan(&t, &r);
	print_message("five results in %d ms\n", (int)((clock_mono() - from) / 1000));
	assert_accepted(&r, 5);
	assert_string_equal(r.manifest.entries[4].mime, "text/html; charset=utf-8");
	assert_string_equal(r.manifest.entries[0].mime, "application/octet-stream");
	tree_close(&t);
}

static void test_scan_accepts_page_alone(void **state)
{
	struct verify_report r;
	struct tree t;

	(void)state;
	open_sample(&t);
	add_page(&t);
	tree_scan(&t, &r);
	assert_accepted(&r, 1);
	tree_close(&t);
}

static void test_scan_accepts_wasm_beside_page(void **state)
{
	struct verify_report r;
	struct tree t;
	size_t n;
	char *p;

	(void)state;
	open_sample(&t);
	p = sample(&t, "app.wasm", &n);
	tree_put(&t, "dist/app.wasm", p, n);
	tree_web(&t, tree_page(&t, ""), strlen(tree_page(&t, "")));
	tree_row(&t, "web", "bin/app.wasm", "dist/app.wasm", NULL, NULL);
	tree_scan(&t, &r);
	assert_accepted(&r, 2);
	assert_string_equal(r.manifest.entries[1].mime, "application/wasm");
	tree_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_accepts_programs_and_page),
		cmocka_unit_test(test_scan_accepts_page_alone),
		cmocka_unit_test(test_scan_accepts_wasm_beside_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
