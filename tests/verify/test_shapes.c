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

/* Pictures, fonts and programs of unusual shapes: where they end, and what is
 * none. */

#define B(bytes) bytes, sizeof(bytes) - 1
#define GIF "GIF89a\1\0\1\0\0\0\0"
#define PNG "\211PNG\r\n\032\n"
#define Z8 "\0\0\0\0\0\0\0\0"
#define Z16 Z8 Z8
#define TABLE(at, n) "glyf\0\0\0\0\0\0\0" at "\0\0\0" n
#define IMAGE(n, at) "\20\20\0\0\1\0\40\0" n "\0\0\0" at "\0\0\0"

static const struct {
	const char *p;
	size_t n, end; /* 0: it is none */
} media[] = {
	{B(PNG "\0\0\0\1IEND....x"), 21}, {B(PNG "\0\0\0\2IEND....x"), 0},
	{B(PNG "\0\0\0\0IDAT....\0\0\0\0"), 0},
	{B(GIF ";"), 14}, {B(GIF), 0}, {B(GIF ",\0\0\0"), 0}, {B(GIF "x"), 0},
	{B(GIF "!\371\4\1"), 0}, {B(GIF "!\371\1x\0"), 0}, {B(GIF "!\371\1x\0;"), 19},
	{B(GIF "," Z8 "\200\1\2\3\4\5\6\2\2xx\0;"), 35}, {B(GIF "," Z8 "\0\2\2xx\0;"), 29},
	{B("GIF89a\1\0\1\0\200\0\0abcdef;"), 20},
	{B("\377\330\377\331"), 0}, {B("\377\330\377\340\0\2\377\331xx"), 8},
	{B("\377\330\377\340\0\2abcd"), 0}, {B("\377\330\377\332\1\2\3\4"), 0},
	{B("\377\330\377\332\1\2\377\304\0\2\377\332\1\377\0\377\320\2\377\331"), 20},
	{B("RIFF\4\0\0\0WEBP"), 12}, {B("RIFF\4\0\0\0AVI "), 0}, {B("RIFF\4\0\0\0"), 0},
	{B("RIFF\5\0\0\0WEBPx"), 0}, {B("RIFF\5\0\0\0WEBPx\0"), 14},
	{B("wOFF\0\1\0\0\0\0\0\53" Z16 Z16), 0}, {B("wOFF\0\1\0\0\0\0\0\54" Z16 Z16), 44},
	{B("wOFF\0\1\0\0\0\0\0\55" Z16 Z16), 0}, {B("wOFF\0\1\0\0\0\0\0\54"), 0},
	{B("\0\1\0\0\0\0" Z8), 0}, {B("\0\1\0\0\0\101" Z8), 0}, {B("\0\1\0\0\0\2" Z8), 0},
	{B("\0\1\0\0\0\1"), 0}, {B("\0\1\0\0\0\1\0\0\0\0\0\0" TABLE("\144", "\4")), 0},
	{B("OTTO\0\2\0\0\0\0\0\0" TABLE("\54", "\4") TABLE("\54", "\0") "abcd"), 48},
	{B("\0\0\1\0\0\0"), 0}, {B("\0\0\1\0\101\0"), 0}, {B("\0\0\1\0\2\0"), 0}, {B("\0\0\1\0\1"), 0},
	{B("\0\0\1\0\1\0" IMAGE("\4", "\25") "abcd"), 0},
	{B("\0\0\1\0\1\0" IMAGE("\5", "\26") "abcd"), 0},
	{B("\0\0\1\0\2\0" IMAGE("\4", "\46") IMAGE("\2", "\46") "abcd"), 42},
	{B("%PDF-1.4\n"), 0}, {B("%PDF-1.4\n%%EOF\r\n"), 16}, {B("%PDF-1.4\n%%EOF"), 14},
};

static void test_media_ends_where_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(media); i++) {
		unsigned char *exact = memcpy(malloc(media[i].n), media[i].p, media[i].n);
		size_t end = 0;
		const char *name = verify_media_read(exact, media[i].n, &end);

		free(exact);
		if ((name != NULL) != (media[i].end != 0) || (name != NULL && end != media[i].end))
			fail_msg("[%zu] %s, %zu", i, name == NULL ? "none" : name, end);
	}
}

/* ---- programs ---- */

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_putc(b, (char)(v & 255));
}

static void put_name(struct buf *b, const char *s, size_t width)
{
	for (size_t i = 0; i < width; i++)
		buf_putc(b, i < strlen(s) ? s[i] : '\0');
}

/* One segment with two sections; the command claims `size` bytes. */
static struct bytes macho(struct arena *a, uint32_t kind, uint32_t size, const char *segment,
			  const char *first, const char *second)
{
	struct buf b;

	buf_init(&b, a, 4096);
	put(&b, 0xfeedfacf, 4);
	put(&b, 0x0100000c, 4);
	put(&b, 0, 4);
	put(&b, 2, 4);
	put(&b, 1, 4);
	put(&b, size, 4);
	put(&b, 0, 8);
	put(&b, kind, 4);
	put(&b, size, 4);
	put_name(&b, segment, 16);
	put(&b, 0, 8 * 4);
	put(&b, 0, 8);
	put(&b, 2, 4);
	put(&b, 0, 4);
	put_name(&b, first, 80);
	put_name(&b, second, 80);
	return (struct bytes){(const unsigned char *)b.p, 32 + size};
}

#define SEGMENT 0x19
#define SYMTAB 2

static const struct {
	uint32_t kind, size;
	const char *segment, *first, *second;
	const char *debug; /* NULL: no program */
} machos[] = {
	{SEGMENT, 232, "__TEXT", "__text", "__rodata", ""},
	{SEGMENT, 232, "__TEXT", "__text", "__debug_info", "a debug section"},
	{SEGMENT, 232, "__TEXT", "__zdebug_line", "__debug_info", "a debug section"},
	{SEGMENT, 232, "__DWARF", "__debug_info", "__text", "segment __DWARF"},
	{SEGMENT, 64, "__TEXT", "", "", NULL},
	{SEGMENT, 231, "__TEXT", "", "", NULL},
	{SYMTAB, 16, "", "", "", NULL},
	{SYMTAB, 24, "", "", "", ""},
	{0x1b, 16, "", "", "", ""},
};

static void test_macho_is_read(void **state)
{
	struct arena *a = arena_new(1u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(machos); i++) {
		struct bytes b = macho(a, machos[i].kind, machos[i].size, machos[i].segment,
				       machos[i].first, machos[i].second);
		struct verify_program p;

		assert_int_equal(verify_macho_read(b.p, b.n, &p), machos[i].debug != NULL);
		if (machos[i].debug != NULL)
			assert_string_equal(p.debug, machos[i].debug);
	}
	arena_free(a);
}

static void test_elf_names_the_first_debug_section(void **state)
{
	struct arena *a = arena_new(1u << 20);
	struct bytes b = forge_elf(a, 62, forge_text("hello"), ".debug_info");
	unsigned char *p = memcpy(arena_alloc(a, b.n), b.p, b.n), *heads = p + b.n - 4 * 64;
	struct verify_program prog;

	(void)state;
	heads[64] = 20; /* .rodata is called .debug_info too, */
	heads[3 * 64 + 4] = 2; /* and a symbol table follows */
	assert_true(verify_elf_read(p, b.n, &prog));
	assert_string_equal(prog.debug, "section .debug");
	heads[64] = 255; /* a name outside of the names, */
	heads[3 * 64] = 255;
	heads[3 * 64 + 4] = 1;
	assert_true(verify_elf_read(p, b.n, &prog));
	assert_string_equal(prog.debug, "");
	p[16] = 3; /* position-independent */
	assert_true(verify_elf_read(p, b.n, &prog));
	assert_string_equal(prog.machine, "linux-amd64");
	p[16] = 1; /* an object file */
	assert_true(verify_elf_read(p, b.n, &prog));
	assert_string_equal(prog.machine, "other");
	arena_free(a);
}

static struct bytes wasm_with(struct arena *a, const void *section, size_t n, size_t zeros)
{
	struct buf b;

	buf_init(&b, a, 16384);
	buf_put(&b, "\0asm\1\0\0\0", 8);
	buf_put(&b, section, n);
	for (size_t i = 0; i < zeros; i++)
		buf_putc(&b, '\0');
	return (struct bytes){(const unsigned char *)b.p, b.n};
}

static void test_wasm_is_read(void **state)
{
	static const struct {
		const char *section;
		size_t n, zeros, end;
		const char *debug;
	} cases[] = {
		{B("\1\200\200\200\200\200"), 0, 9, ""}, /* a length without end */
		{B("\1\377\377\377\377\177"), 0, 9, ""}, /* and one too large */
		{B("\0\13\11producers"), 1, 21, ""},
		{B("\0\210\47\11producers"), 4990, 5011, "custom section 'producers'"},
		{B("\0\4\3abc"), 0, 14, "custom section 'abc'"},
		{B("\0\3\2\377\376"), 0, 13, "custom section ''"},
		{B("\0\51\50aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"), 0, 51, "custom section ''"},
		{B("\0\4\3abc\0\2\1x"), 0, 18, "custom section 'abc'"},
	};
	struct arena *a = arena_new(1u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b = wasm_with(a, cases[i].section, cases[i].n, cases[i].zeros);
		struct verify_program p;

		print_message("[%zu] ", i);
		assert_true(verify_wasm_read(b.p, b.n, &p));
		assert_string_equal(p.debug, cases[i].debug);
		if (cases[i].end != 9)
			assert_int_equal(p.end, cases[i].end);
		else
			assert_true(p.end < b.n); /* the rest is a tail */
	}
	print_message("\n");
	arena_free(a);
}

/* A program that is an archive to other readers: libmagic has its say. */
static void test_program_that_is_a_tar_too_is_refused(void **state)
{
	struct verify_report r;
	unsigned char content[600] = {0};
	unsigned sum = 0;
	struct bytes b;
	struct tree t;

	(void)state;
	tree_open(&t);
	memcpy(content + 257 - 120, "ustar", 6);
	memset(content + 148 - 120, ' ', 8);
	b = forge_elf(t.a, 62, (struct bytes){content, sizeof(content)}, "");
	for (size_t i = 0; i < 512; i++)
		sum += b.p[i];
	snprintf((char *)content + 148 - 120, 8, "%06o", sum);
	b = forge_elf(t.a, 62, (struct bytes){content, sizeof(content)}, "");
	tree_binary(&t, "linux-amd64", b.p, b.n);
	tree_scan(&t, &r);
	assert_false(tree_check(&r, "formats")->ok);
	assert_non_null(strstr(tree_check(&r, "formats")->detail, "libmagic calls it"));
	assert_false(tree_check(&r, "archives")->ok);
	tree_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_media_ends_where_it_says),
		cmocka_unit_test(test_macho_is_read),
		cmocka_unit_test(test_elf_names_the_first_debug_section),
		cmocka_unit_test(test_wasm_is_read),
		cmocka_unit_test(test_program_that_is_a_tar_too_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
