#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "verify/verify_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Foreign formats: what they are, what they carry, where they end. */

typedef struct bytes forge_fn(struct arena *a, struct bytes content, const char *extra);

static struct bytes elf_amd64(struct arena *a, struct bytes content, const char *extra)
{
	return forge_elf(a, 62, content, extra);
}

static const struct {
	forge_fn *forge;
	const char *machine, *extra;
	bool debug;
} programs[] = {
	{elf_amd64, "linux-amd64", "", false},
	{elf_amd64, "linux-amd64", ".gosymtab", false},
	{elf_amd64, "linux-amd64", ".note.go.buildid", false},
	{elf_amd64, "linux-amd64", ".debug_info", true},
	{elf_amd64, "linux-amd64", ".zdebug_line", true},
	{elf_amd64, "linux-amd64", ".symtab", true},
	{elf_amd64, "linux-amd64", "(symbols)", true},
	{elf_amd64, "linux-amd64", ".gnu_debuglink", true},
	{elf_amd64, "linux-amd64", ".gnu_debugdata", true},
	{elf_amd64, "linux-amd64", ".stabstr", true},
	{forge_macho, "darwin-arm64", "", false},
	{forge_macho, "darwin-arm64", "__LINKEDIT", false},
	{forge_macho, "darwin-arm64", "__DWARF", true},
	{forge_macho, "darwin-arm64", "(stabs)", true},
	{forge_pe, "windows-amd64", "", false},
	{forge_pe, "windows-amd64", ".reloc", false},
	{forge_pe, "windows-amd64", ".debug_i", true},
	{forge_pe, "windows-amd64", ".zdebug_", true},
	{forge_pe, "windows-amd64", "/4", true},
	{forge_pe, "windows-amd64", ".symtab", true},
	{forge_pe, "windows-amd64", "(symbols)", true},
	{forge_pe, "windows-amd64", "(directory)", true},
	{forge_wasm, "wasm", "", false},
	{forge_wasm, "wasm", "producers", false},
	{forge_wasm, "wasm", "go.buildid", false},
	{forge_wasm, "wasm", "target_features", false},
	{forge_wasm, "wasm", "name", true},
	{forge_wasm, "wasm", ".debug_info", true},
	{forge_wasm, "wasm", "sourceMappingURL", true},
	{forge_wasm, "wasm", "external_debug_info", true},
	{forge_wasm, "wasm", "my.notes", true},
};

static void test_program_is_read(void **state)
{
	struct arena *a = arena_new(64u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		struct bytes b = programs[i].forge(a, forge_text("hello"), programs[i].extra);
		struct verify_program p;

		print_message("%s%s ", programs[i].machine, programs[i].extra);
		assert_true(verify_program_read(b.p, b.n, &p));
		assert_string_equal(p.machine, programs[i].machine);
		assert_int_equal(p.debug[0] != '\0', programs[i].debug);
		assert_int_equal(p.end, b.n);
	}
	print_message("\n");
	arena_free(a);
}

/* Every beginning, and every byte changed: no read past the end (the sanitizer
 * watches a block of just that size), and an end within the bytes. */
static void test_program_damaged_is_survived(void **state)
{
	static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
	struct arena *a = arena_new(64u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		struct bytes b = programs[i].forge(a, forge_text("hello"), programs[i].extra);
		struct verify_program p;

		for (size_t n = 0; n < b.n; n++) {
			unsigned char *copy = memcpy(malloc(b.n), b.p, b.n);
			unsigned char *part = memcpy(malloc(n + 1), b.p, n);

			if (verify_program_read(part, n, &p))
				assert_true(p.end <= n);
			for (size_t v = 0; v < sizeof(values); v++) {
				copy[n] = values[v];
				if (verify_program_read(copy, b.n, &p))
					assert_true(p.end <= b.n);
			}
			free(copy);
			free(part);
		}
	}
	arena_free(a);
}

static void test_media_is_read(void **state)
{
	struct arena *a = arena_new(64u << 20);
	const struct {
		const char *name;
		struct bytes b;
	} media[] = {
		{"png", forge_png(a, forge_text("hello"))},
		{"gif", forge_gif(a)},
		{"jpeg", forge_jpeg(a)},
		{"ico", forge_ico(a)},
		{"woff2", forge_woff2(a)},
		{"riff", {(const unsigned char *)"RIFF\4\0\0\0WAVE", 12}},
		{"pdf", forge_text("%PDF-1.4\n%%EOF\nmore\n%%EOF\n")},
		{"font",
		 {(const unsigned char
			   *)"\0\1\0\0\0\1\0\0\0\0\0\0glyf\0\0\0\0\0\0\0\x1c\0\0\0\4xxxx",
		  32}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(media); i++) {
		struct bytes more = forge_join(a, media[i].b, forge_text("behind"));
		size_t end;

		assert_string_equal(verify_media_read(more.p, more.n, &end), media[i].name);
		assert_int_equal(end, media[i].b.n);
		for (size_t n = 0; n < media[i].b.n; n++) {
			unsigned char *part = memcpy(malloc(n + 1), media[i].b.p, n);

			if (verify_media_read(part, n, &end) != NULL)
				assert_true(end <= n);
			free(part);
		}
	}
	arena_free(a);
}

/* ---- through the gate ---- */

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

static void test_scan_judges_programs(void **state)
{
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(programs); i++) {
		tree_open(&t);
		if (strcmp(programs[i].machine, "wasm") == 0)
			assert_true(web_fails(&t, "app.wasm",
					      forge_wasm(t.a, forge_text("x"), programs[i].extra),
					      programs[i].debug ? "debug_info" : NULL));
		else
			assert_true(program_fails(
				programs[i].machine, &t,
				programs[i].forge(t.a, forge_text("x"), programs[i].extra),
				programs[i].debug ? "debug_info" : NULL));
	}
}

static void test_scan_judges_tails(void **state)
{
	static const struct {
		const char *tail;
		size_t n;
		const char *program, *picture;
	} tails[] = {{"", 0, NULL, NULL},
		     {"\0\0\0\0\0\0\0\0\0\0", 10, NULL, NULL},
		     {"x", 1, "tails", NULL},
		     {"\0\0\0x", 4, "tails", NULL},
		     {"plain words", 11, "tails", "tails"},
		     {"\0\0\0\0\0\0\0\0x", 9, "tails", "tails"}};
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(tails); i++) {
		struct bytes tail = {(const unsigned char *)tails[i].tail, tails[i].n};

		for (size_t k = 0; k < COUNT(programs); k++) {
			if (programs[k].extra[0] != '\0' ||
			    strcmp(programs[k].machine, "wasm") == 0)
				continue;
			tree_open(&t);
			assert_true(program_fails(
				programs[k].machine, &t,
				forge_join(t.a, programs[k].forge(t.a, forge_text("x"), ""), tail),
				tails[i].program));
		}
		tree_open(&t);
		assert_true(web_fails(&t, "a.png",
				      forge_join(t.a, forge_png(t.a, forge_text("x")), tail),
				      tails[i].picture));
	}
	tree_open(&t);
	assert_true(web_fails(&t, "a.wasm", forge_join(t.a, forge_wasm(t.a, forge_text("x"), ""),
						       forge_text("\xff more")), "tails"));
	tree_open(&t);
	assert_true(web_fails(&t, "a.woff2",
			      forge_join(t.a, forge_woff2(t.a), forge_text("some words")),
			      "tails"));
	tree_open(&t);
	assert_true(web_fails(&t, "a.ico",
			      forge_join(t.a, forge_ico(t.a), forge_text("some words")), "tails"));
}

static void test_scan_judges_web_files(void **state)
{
	struct arena *a = arena_new(64u << 20);
	const struct {
		const char *name;
		struct bytes b;
		const char *check;
	} cases[] = {
		{"a.css", forge_text("p { color: red }\n"), NULL},
		{"a.svg", forge_text("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), NULL},
		{"a.json", forge_text("{\"a\":[1,2]}"), NULL},
		{"a.webmanifest", forge_text("{\"name\":\"a\"}"), NULL},
		{"a.mjs", forge_text("export const a = 1;\n"), NULL},
		{"a.html", forge_text("<p>two</p>"), NULL},
		{"a.js", forge_text("\xef\xbb\xbflet gr\xc3\xbc\xc3\x9f = '\xe2\x82\xac';"), NULL},
		{"a.png", forge_png(a, forge_text("")), NULL},
		{"a.ico", forge_ico(a), NULL},
		{"a.woff2", forge_woff2(a), NULL},
		{"a.wasm", forge_wasm(a, forge_text("x"), ""), NULL},
		{"a.js", {(const unsigned char *)"let a\0;", 7}, "formats"},
		{"a.js", forge_text("let \xff;"), "formats"},
		{"a.html", forge_wrap(a, forge_text("<p>two</p>"), "w"), "formats"},
		{"a.js", elf_amd64(a, forge_text("x"), ""), "formats"},
		{"a.txt", forge_text("%PDF-1.4\n%%EOF\n"), "formats"},
		{"a.png", forge_text("<p>no picture</p>"), "formats"},
		{"a.png", forge_gif(a), "formats"},
		{"a.ico", forge_png(a, forge_text("")), "formats"},
		{"a.woff2", forge_text("wOF2"), "formats"},
		{"a.wasm", forge_text("(module)"), "formats"},
		{"a.wasm", elf_amd64(a, forge_text("x"), ""), "formats"},
		{"a.gif", forge_gif(a), "formats"},
		{"a.xhtml", forge_text("<p/>"), "formats"},
		{"noextension", forge_text("x"), "formats"},
	};
	struct tree t;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		tree_open(&t);
		print_message("%s ", cases[i].name);
		assert_true(web_fails(&t, cases[i].name, cases[i].b, cases[i].check));
	}
	print_message("\n");
	arena_free(a);
}

static void test_scan_judges_platforms(void **state)
{
	struct tree t;

	(void)state;
	tree_open(&t);
	assert_true(
		program_fails("linux-arm64", &t, forge_elf(t.a, 183, forge_text("x"), ""), NULL));
	tree_open(&t);
	assert_true(program_fails("linux-arm64", &t, forge_elf(t.a, 62, forge_text("x"), ""),
				  "formats"));
	tree_open(&t);
	assert_true(program_fails("linux-amd64", &t, forge_elf(t.a, 40, forge_text("x"), ""),
				  "formats"));
	tree_open(&t);
	assert_true(
		program_fails("windows-amd64", &t, elf_amd64(t.a, forge_text("x"), ""), "formats"));
	tree_open(&t);
	assert_true(program_fails("linux-amd64", &t, forge_text("#!/bin/sh\nexit\n"), "formats"));
	tree_open(&t);
	assert_true(program_fails("linux-amd64", &t,
				  forge_text("MZ, said the wizard, and vanished quite so"),
				  "formats"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_program_is_read),
		cmocka_unit_test(test_program_damaged_is_survived),
		cmocka_unit_test(test_media_is_read),
		cmocka_unit_test(test_scan_judges_programs),
		cmocka_unit_test(test_scan_judges_tails),
		cmocka_unit_test(test_scan_judges_web_files),
		cmocka_unit_test(test_scan_judges_platforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
