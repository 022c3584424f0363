#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "base/str.h"
#include "port/file.h"
#include "verify/verify_open.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

/* The scan's own rules: manifest, names, kinds, the folder, files. */

/* ---- manifest ---- */

static void test_scan_needs_a_tree(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	t.job.tree = "/nonexistent";
	assert_true(tree_gives(&t, "broken", "manifest"));
}

static void test_scan_needs_a_manifest(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"artifacts\":[]}",
		"{\"artifacts\":{}}",
		"not JSON",
		"{\"artifacts\":[{}]}",
		"{\"version\":2,\"artifacts\":[]}",
		"{\"artifacts\":[],\"extra\":1}",
	};
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_true(tree_gives(&t, "manifest", "manifest"));
	for (size_t i = 0; i < COUNT(texts); i++) {
		tree_open(&t);
		tree_puts(&t, "dist/manifest.json", texts[i]);
		assert_true(tree_gives(&t, "manifest", "manifest"));
	}
}

static void test_scan_refuses_a_manifest_that_is_no_plain_file(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_manifest(&t);
	assert_int_equal(rename(tree_path(&t, "dist/manifest.json"), tree_path(&t, "src/m.json")),
			 0);
	assert_int_equal(symlink("../src/m.json", tree_path(&t, "dist/manifest.json")), 0);
	assert_true(tree_gives(&t, "manifest", "manifest"));
	tree_open(&t);
	tree_put_page(&t);
	assert_int_equal(mkfifo(tree_path(&t, "dist/manifest.json"), 0600), 0);
	assert_true(tree_gives(&t, "manifest", "manifest"));
	tree_open(&t);
	tree_put_page(&t);
	tree_manifest(&t);
	assert_int_equal(truncate(tree_path(&t, "dist/manifest.json"), 1 << 20), 0);
	assert_true(tree_gives(&t, "manifest", "manifest"));
	tree_open(&t);
	tree_put_page(&t);
	tree_manifest(&t);
	t.job.manifest = "../../etc/passwd";
	assert_true(tree_gives(&t, "manifest", "manifest"));
}

static void test_scan_finds_results_beside_a_manifest_at_the_root(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_manifest(&t);
	assert_int_equal(rename(tree_path(&t, "dist/manifest.json"), tree_path(&t, "m.json")), 0);
	t.job.manifest = "m.json";
	assert_true(tree_gives(&t, "ok", NULL));
}

static void test_scan_finds_results_at_the_root(void **state)
{
	const char *page;
	struct tree t;

	(void)state;
	tree_open(&t);
	page = tree_page(&t, "");
	tree_puts(&t, "page.html", page);
	tree_row(&t, "web", "index.html", "page.html", NULL, "index.html");
	tree_manifest(&t);
	assert_int_equal(rename(tree_path(&t, "dist/manifest.json"), tree_path(&t, "m.json")), 0);
	assert_int_equal(rmdir(tree_path(&t, "dist")), 0);
	t.job.manifest = "m.json";
	t.job.public[0] = "page.html";
	assert_true(tree_gives(&t, "ok", NULL));
}

/* ---- files ---- */

static void make_missing(struct tree *t)
{
	assert_int_equal(unlink(tree_path(t, "dist/app.js")), 0);
}

static void make_folder(struct tree *t)
{
	make_missing(t);
	assert_int_equal(mkdir(tree_path(t, "dist/app.js"), 0755), 0);
}

static void make_link(struct tree *t)
{
	assert_int_equal(rename(tree_path(t, "dist/app.js"), tree_path(t, "src/app.txt")), 0);
	assert_int_equal(symlink("../src/app.txt", tree_path(t, "dist/app.js")), 0);
}

static void make_link_to_system(struct tree *t)
{
	make_missing(t);
	assert_int_equal(symlink("/etc/passwd", tree_path(t, "dist/app.js")), 0);
}

static void make_hard_link(struct tree *t)
{
	assert_int_equal(link(tree_path(t, "dist/app.js"), tree_path(t, "other")), 0);
}

static void make_fifo(struct tree *t)
{
	make_missing(t);
	assert_int_equal(mkfifo(tree_path(t, "dist/app.js"), 0666), 0);
}

static void make_setuid(struct tree *t)
{
	assert_int_equal(chmod(tree_path(t, "dist/app.js"), 04755), 0);
}

static void make_setgid(struct tree *t)
{
	assert_int_equal(chmod(tree_path(t, "dist/app.js"), 02755), 0);
}

static void make_empty(struct tree *t)
{
	assert_int_equal(truncate(tree_path(t, "dist/app.js"), 0), 0);
}

static void make_huge(struct tree *t)
{
	assert_int_equal(truncate(tree_path(t, "dist/app.js"), VERIFY_FILE_MAX + 1), 0);
}

static void make_longer(struct tree *t)
{
	tree_puts(t, "dist/app.js", "let a = 1; // and more\n");
}

static void make_other(struct tree *t)
{
	tree_puts(t, "dist/app.js", "let a = 2;\n");
}

static void make_link_in_the_way(struct tree *t)
{
	assert_int_equal(rename(tree_path(t, "dist"), tree_path(t, "there")), 0);
	assert_int_equal(symlink("there", tree_path(t, "dist")), 0);
}

static const struct {
	void (*make)(struct tree *t);
	const char *code, *check;
} file_tricks[] = {
	{make_missing, "missing_file", "files"},
	{make_folder, "file", "files"},
	{make_link, "file", "folder"},
	{make_link_to_system, "file", "files"},
	{make_hard_link, "file", "files"},
	{make_fifo, "file", "files"},
	{make_setuid, "file", "files"},
	{make_setgid, "file", "files"},
	{make_empty, "file", "files"},
	{make_huge, "file", "files"},
	{make_longer, "checksum", "checksums"},
	{make_other, "checksum", "checksums"},
	{make_link_in_the_way, "manifest", "manifest"},
};

static void test_scan_refuses_tricks_with_files(void **state)
{
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(file_tricks); i++) {
		tree_open(&t);
		tree_put_page(&t);
		tree_puts(&t, "dist/app.js", "let a = 1;\n");
		tree_row(&t, "web", "app.js", "dist/app.js", NULL, NULL);
		tree_manifest(&t);
		file_tricks[i].make(&t);
		assert_true(tree_gives(&t, file_tricks[i].code, file_tricks[i].check));
	}
}

/* A file that holds less than it says, as one does that is being cut: the
 * kernel has such. */
static void test_file_that_changes_is_refused(void **state)
{
	int dir = open("/sys/kernel", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct arena *a = arena_new(1 << 20);
	struct verify_file f;
	struct err e = {0};

	(void)state;
	if (dir < 0 || faccessat(dir, "uevent_seqnum", R_OK, 0) < 0)
		skip();
	assert_int_equal(verify_file_read(a, dir, "uevent_seqnum", 1 << 16, &f, &e),
			 VERIFY_CHECKSUM);
	assert_non_null(strstr(e.detail, "changed"));
	close(dir);
	arena_free(a);
}

static void test_scan_refuses_links_among_the_results(void **state)
{
	struct verify_report r;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_manifest(&t);
	assert_int_equal(symlink("/etc", tree_path(&t, "dist/etc")), 0);
	assert_true(tree_gives(&t, "file", "folder"));
	tree_open(&t);
	tree_put_page(&t);
	tree_puts(&t, "dist/deep/extra.txt", "nobody asked for this");
	tree_puts(&t, "dist/extra.go", "package extra");
	tree_scan(&t, &r);
	assert_int_equal(r.code, VERIFY_OK);
	assert_string_equal(tree_check(&r, "folder")->detail, "2 other files stay behind");
	tree_close(&t);
}

static void test_scan_refuses_a_folder_too_deep(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_puts(
		&t,
		"dist/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/x.txt",
		"x");
	tree_manifest(&t);
	assert_true(tree_gives(&t, "file", "folder"));
}

static void test_scan_needs_to_see_all_source(void **state)
{
	struct buf b;
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	buf_init(&b, t.a, 8u << 20);
	while (b.n < 4u << 20)
		buf_printf(&b, "line %zu of something endless\n", b.n);
	for (int i = 0; i < 7; i++)
		tree_put(&t, arena_printf(t.a, "src/long%d.txt", i), b.p, b.n);
	tree_manifest(&t);
	assert_true(tree_gives(&t, "broken", "source"));
}

static void test_scan_ignores_what_is_no_source(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_put(&t, "src/blob", "\0\1\2", 3);
	tree_put(&t, "src/empty", "", 0);
	tree_puts(&t, ".git", "gitdir: /srv/repo/worktrees/x\n");
	assert_int_equal(symlink("/etc/passwd", tree_path(&t, "src/link")), 0);
	assert_int_equal(mkfifo(tree_path(&t, "src/fifo"), 0600), 0);
	tree_manifest(&t);
	assert_true(tree_gives(&t, "ok", NULL));
}

/* ---- source that may be seen ---- */

static void test_scan_lets_public_files_pass(void **state)
{
	static const char script[] = "// The part of the tool that runs in the browser.\n"
				     "export function format(value, digits) {\n\treturn "
				     "Number(value).toFixed(digits);\n}\n"
				     "export function total(rows) {\n\treturn rows.reduce((sum, "
				     "row) => sum + row.value, 0);\n}\n";
	struct tree t;

	(void)state;
	for (int public = 0; public < 2; public++) {
		tree_open(&t);
		tree_put_page(&t);
		tree_puts(&t, public ? "public/part.js" : "private/part.js", script);
		tree_puts(&t, "dist/part.js", script);
		tree_row(&t, "web", "part.js", "dist/part.js", NULL, NULL);
		tree_manifest(&t);
		assert_true(tree_gives(&t, public ? "ok" : "leak_source",
				       public ? NULL : "shingles"));
	}
}

static void test_scan_counts_pieces_in_all_files_together(void **state)
{
	const char *from = strstr(tree_source, "if rate < 0");
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	for (int i = 0; i < 2; i++) {
		const char *name = arena_printf(t.a, "part%d.txt", i), *half;

		half = arena_strndup(t.a, from + i * 110, 110);
		tree_puts(&t, arena_printf(t.a, "dist/%s", name), half);
		tree_row(&t, "web", name, arena_printf(t.a, "dist/%s", name), NULL, NULL);
	}
	tree_manifest(&t);
	assert_true(tree_gives(&t, "leak_source", "shingles"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_needs_a_tree),
		cmocka_unit_test(test_scan_needs_a_manifest),
		cmocka_unit_test(test_scan_refuses_a_manifest_that_is_no_plain_file),
		cmocka_unit_test(test_scan_finds_results_beside_a_manifest_at_the_root),
		cmocka_unit_test(test_scan_finds_results_at_the_root),
		cmocka_unit_test(test_scan_refuses_tricks_with_files),
		cmocka_unit_test(test_file_that_changes_is_refused),
		cmocka_unit_test(test_scan_refuses_links_among_the_results),
		cmocka_unit_test(test_scan_refuses_a_folder_too_deep),
		cmocka_unit_test(test_scan_needs_to_see_all_source),
		cmocka_unit_test(test_scan_ignores_what_is_no_source),
		cmocka_unit_test(test_scan_lets_public_files_pass),
		cmocka_unit_test(test_scan_counts_pieces_in_all_files_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
