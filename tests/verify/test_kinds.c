#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Results that are of the wrong kind, or have the wrong name. */

static void put_tool(struct tree *t, const char *platform)
{
	struct bytes b = forge_elf(t->a, strcmp(platform, "linux-arm64") == 0 ? 183 : 62,
				   forge_text("hello"), "");

	tree_binary(t, platform, b.p, b.n);
}

/* ---- kinds ---- */

struct kind_row {
	const char *kind, *name, *platform, *entrypoint;
};

static const struct {
	const char *type, *promised;
	struct kind_row rows[3];
	const char *code;
} kind_cases[] = {
	{"web", "", {{"web", "index.html", NULL, "index.html"}}, "ok"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"web", "two.html", NULL, "index.html"}},
	 "ok"},
	{"web", "", {{"web", "a/index.html", NULL, "a/index.html"}}, "ok"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"log", "x.log", NULL, NULL}},
	 "ok"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"evidence", "e.zip", NULL, NULL}},
	 "ok"},
	{"web", "", {{"web", "index.html", NULL, NULL}}, "missing_file"},
	{"web", "", {{"web", "index.html", NULL, "other.html"}}, "missing_file"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"web", "b.html", NULL, "b.html"}},
	 "missing_file"},
	{"web", "", {{"web", "index.txt", NULL, "index.txt"}}, "missing_file"},
	{"web", "", {{"log", "x.log", NULL, NULL}}, "missing_file"},
	{"web", "", {{"web", "index.html", "linux-amd64", "index.html"}}, "kind"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"archive", "x.txt", NULL, NULL}},
	 "kind"},
	{"web",
	 "linux-amd64",
	 {{"web", "index.html", NULL, "index.html"}, {"binary", "tool", "linux-amd64", NULL}},
	 "kind"},
	{"web",
	 "",
	 {{"web", "index.html", NULL, "index.html"}, {"web", "x.pdf", NULL, NULL}},
	 "kind"},
	{"binary", "linux-amd64", {{"binary", "tool", "linux-amd64", NULL}}, "ok"},
	{"binary", "linux-amd64", {{"binary", "tool", "linux-amd64", "tool"}}, "ok"},
	{"binary", "linux-amd64", {{"binary", "tool", "linux-amd64", "other"}}, "kind"},
	{"binary", "linux-amd64", {{"binary", "tool", NULL, NULL}}, "kind"},
	{"binary", "linux-arm64", {{"binary", "tool", "linux-amd64", NULL}}, "kind"},
	{"binary", "linux-amd64", {{"binary", "tool.exe", "linux-amd64", NULL}}, "kind"},
	{"binary", "windows-amd64", {{"binary", "tool", "windows-amd64", NULL}}, "kind"},
	{"binary",
	 "linux-arm64",
	 {{"binary", "tool", "linux-arm64", NULL}},
	 "kind"}, /* it is for amd64 */
	{"binary",
	 "linux-amd64",
	 {{"binary", "tool", "linux-amd64", NULL}, {"binary", "t2", "linux-amd64", NULL}},
	 "kind"},
	{"binary", "linux-amd64", {{"log", "x.log", NULL, NULL}}, "missing_file"},
	{"binary", "", {{"log", "x.log", NULL, NULL}}, "missing_file"},
	{"binary",
	 "linux-amd64",
	 {{"binary", "tool", "linux-amd64", NULL}, {"web", "index.html", NULL, "index.html"}},
	 "kind"},
	{"both",
	 "linux-amd64",
	 {{"binary", "tool", "linux-amd64", NULL}, {"web", "index.html", NULL, "index.html"}},
	 "ok"},
	{"both", "linux-amd64", {{"web", "index.html", NULL, "index.html"}}, "missing_file"},
	{"both", "linux-amd64", {{"binary", "tool", "linux-amd64", NULL}}, "missing_file"},
};

static void put_row(struct tree *t, const struct kind_row *r)
{
	const char *path = arena_printf(t->a, "dist/%s", r->name), *page = tree_page(t, "");
	struct bytes b = forge_elf(t->a, 62, forge_text("hello"), "");

	if (strcmp(r->kind, "binary") == 0)
		tree_put(t, path, b.p, b.n);
	else
		tree_put(t, path, page, strlen(page));
	tree_row(t, r->kind, r->name, path, r->platform, r->entrypoint);
}

static void test_scan_holds_kinds_against_the_agreement(void **state)
{
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(kind_cases); i++) {
		tree_open(&t);
		t.job.artifact_type = kind_cases[i].type;
		if (*kind_cases[i].promised)
			t.job.platforms[t.job.platforms_n++] = kind_cases[i].promised;
		for (size_t k = 0; k < 3 && kind_cases[i].rows[k].kind != NULL; k++)
			put_row(&t, &kind_cases[i].rows[k]);
		tree_manifest(&t);
		print_message("[%zu] ", i);
		assert_true(tree_gives(&t, kind_cases[i].code, NULL));
	}
	print_message("\n");
}

static void test_scan_wants_every_platform(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	put_tool(&t, "linux-amd64");
	t.job.platforms[t.job.platforms_n++] = "linux-arm64";
	tree_manifest(&t);
	assert_true(tree_gives(&t, "missing_file", "kinds"));
}

/* ---- names ---- */

static void test_scan_refuses_names(void **state)
{
	static const struct {
		const char *name, *code;
	} cases[] = {
		{"main.go", "leak_file"},
		{"Main.GO", "leak_file"},
		{"app.js.map", "leak_source_map"},
		{"go.mod", "leak_file"},
		{"go.sum", "leak_file"},
		{"Makefile", "leak_file"},
		{"makefile", "leak_file"},
		{".env", "leak_file"},
		{".gitignore", "leak_file"},
		{".git/config.txt", "leak_file"},
		{".well-known/a.txt", "name"},
		{".svn/a.txt", "leak_file"},
		{"id_rsa", "leak_file"},
		{"package.json", "leak_file"},
		{"package-lock.json", "leak_file"},
		{"x.pem", "leak_file"},
		{"app.tsx", "leak_file"},
		{"Dockerfile", "leak_file"},
		{"x.zip", "leak_file"},
		{"x.tar.gz", "leak_file"},
		{"notes.md", "leak_file"},
		{"x.swp", "leak_file"},
		{"x~", "leak_file"},
		{"node_modules/a.js", "leak_file"},
		{".github/ci.txt", "leak_file"},
		{"x.yml", "leak_file"},
		{"tsconfig.json", "leak_file"},
		{"app.pdb", "leak_file"},
		{"con.txt", "name"},
		{"a/nul", "name"},
		{"x.txt.", "name"},
		{"x .txt ", "name"},
		{"-x.txt", "name"},
		{"a:b.txt", "name"},
		{"a?.txt", "name"},
		{"a&b.txt", "name"},
		{"lib.js", "ok"},
		{"a b (1).txt", "ok"},
		{"go.txt", "ok"},
		{"console.txt", "ok"},
		{"vendor/lib.js", "ok"},
		{"data.json", "ok"},
		{"map.txt", "ok"},
	};
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		tree_open(&t);
		tree_put_page(&t);
		tree_puts(&t, "dist/x.txt", "some text\n");
		tree_row(&t, "web", cases[i].name, "dist/x.txt", NULL, NULL);
		tree_manifest(&t);
		print_message("%s ", cases[i].name);
		assert_true(tree_gives(&t, cases[i].code,
				       strcmp(cases[i].code, "ok") == 0 ? NULL : "names"));
	}
	print_message("\n");
}

static void test_scan_looks_at_the_name_in_the_tree_too(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	tree_put_page(&t);
	tree_puts(&t, "dist/main.go", "some text\n");
	tree_row(&t, "web", "read.txt", "dist/main.go", NULL, NULL);
	tree_manifest(&t);
	assert_true(tree_gives(&t, "leak_file", "names"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_holds_kinds_against_the_agreement),
		cmocka_unit_test(test_scan_wants_every_platform),
		cmocka_unit_test(test_scan_refuses_names),
		cmocka_unit_test(test_scan_looks_at_the_name_in_the_tree_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
