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

/* What stands inside of results: archives, and what a page may carry. */

static struct bytes elf_amd64(struct arena *a, struct bytes content, const char *extra)
{
	return forge_elf(a, 62, content, extra);
}

static bool fails(struct tree *t, const char *check)
{
	struct verify_report r;
	bool ok;

	tree_scan(t, &r);
	ok = check == NULL ? r.code == VERIFY_OK
			   : r.code != VERIFY_OK && !tree_check(&r, check)->ok;
	if (!ok)
		print_message("%s (%s), not %s\n", verify_code_name(r.code), r.reason,
			      check == NULL ? "ok" : check);
	tree_close(t);
	return ok;
}

static bool program_fails(const char *platform, struct tree *t, struct bytes b, const char *check)
{
	tree_binary(t, platform, b.p, b.n);
	return fails(t, check);
}

static bool web_fails(struct tree *t, const char *name, struct bytes b, const char *check)
{
	const char *page = tree_page(t, "");

	tree_web(t, page, strlen(page));
	tree_put(t, "dist/file", b.p, b.n);
	tree_row(t, "web", name, "dist/file", NULL, NULL);
	return fails(t, check);
}

static void test_scan_finds_archives_anywhere(void **state)
{
	struct tree t;

	(void)state;
	for (int tar = 0; tar < 3; tar++) {
		for (int place = 0; place < 4; place++) {
			struct bytes b;

			tree_open(&t);
			b = forge_text("one file of it");
			b = tar ? forge_tar(t.a, "x/a.txt", b, tar == 2) :
			    forge_zip(t.a, "x/a.txt", b);
			if (place == 0) /* in the middle */
				assert_true(program_fails(
					"linux-amd64", &t,
					elf_amd64(t.a, forge_join(t.a, forge_text("front"), b), ""),
					"archives"));
			else if (place == 1) /* behind */
				assert_true(program_fails(
					"windows-amd64", &t,
					forge_join(t.a, forge_pe(t.a, forge_text("x"), ""), b),
					"archives"));
			else if (place == 2) /* packed */
				assert_true(program_fails("darwin-arm64", &t, forge_macho(t.a,
					    forge_wrap(t.a, b, "g"), ""), "archives"));
			else /* behind a picture */
				assert_true(web_fails(&t, "a.png", forge_join(t.a, forge_png(t.a,
					    forge_text("x")), b), "archives"));
		}
	}
}

static void test_scan_opens_what_a_page_carries(void **state)
{
	static const struct {
		int what;
		const char *wrap, *check;
	} cases[] = {
		{0, "b", NULL},           {0, "gb", NULL},         {0, "zb", NULL},
		{0, "db", NULL},          {0, "gu", NULL},         {0, "gl", NULL},
		{0, "gs", NULL},          {0, "gh", NULL},         {0, "gn", NULL},
		{1, "b", NULL},           {2, "b", NULL},          {3, "b", NULL},
		{4, "b", "encodings"},    {4, "gb", "streams"},    {5, "b", "archives"},
		{5, "gb", "archives"},    {6, "b", "archives"},    {6, "gb", "archives"},
		{7, "b", "tails"},        {8, "b", "tails"},       {9, "b", "tails"},
		{10, "gb", "debug_info"}, {10, "b", "debug_info"},
	};
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		tree_open(&t);
		/* long enough that a run of letters must mean something */
		struct bytes x = forge_text(tree_page(&t, tree_page(&t, tree_page(&t, ""))));
		struct bytes all[] = {
			forge_wasm(t.a, forge_join(t.a, x, x), ""),
			forge_png(t.a, x),
			forge_gif(t.a),
			forge_jpeg(t.a),
			elf_amd64(t.a, forge_join(t.a, x, x), ""),
			forge_zip(t.a, "a.txt", x),
			forge_tar(t.a, "a.txt", x, false),
			forge_join(t.a, forge_gif(t.a), x),
			forge_join(t.a, forge_jpeg(t.a), x),
			forge_join(t.a, forge_text("%PDF-1.4\n%%EOF\n"), forge_wrap(t.a, x, "k")),
			forge_wasm(t.a, x, "name"),
		};
		struct bytes b = forge_wrap(t.a, all[cases[i].what], cases[i].wrap);
		const char *page =
			tree_page(&t, arena_printf(t.a, "<script>\nconst x = \"%.*s\";\n</script>",
						   (int)b.n, (const char *)b.p));

		print_message("[%d %s] ", cases[i].what, cases[i].wrap);
		tree_web(&t, page, strlen(page));
		assert_true(fails(&t, cases[i].check));
	}
	print_message("\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_finds_archives_anywhere),
		cmocka_unit_test(test_scan_opens_what_a_page_carries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
