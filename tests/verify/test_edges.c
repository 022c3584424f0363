#include "config.h"

#include "forge.h"
#include "base/check.h"
#include "verify/verify_leak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The detectors at their edges: files of just a few bytes, and archives with
 * one byte changed. */

#define B(bytes) bytes, sizeof(bytes) - 1

static const struct verify_job job = {.needles_n = 1, .needles = {{"short", "q9z7"}}};

static unsigned row_of(const char *check)
{
	unsigned row = 0;

	while (row < verify_detectors_n && strcmp(verify_detectors[row].name, check) != 0)
		row++;
	assert_true(row < verify_detectors_n);
	return row;
}

/* What a detector says of a file of these bytes; any detector for "ok". */
static const char *finding(struct arena *a, const char *check, struct bytes b)
{
	struct verify_leak *l = verify_leak_new(a, &job, NULL);
	unsigned char *exact = memcpy(malloc(b.n + !b.n), b.p, b.n);

	verify_leak_file(l, "file", exact, b.n);
	free(exact);
	if (strcmp(check, "ok") != 0)
		return l->found[row_of(check)];
	for (size_t i = 0; i < verify_detectors_n; i++)
		if (l->found[i] != NULL)
			return l->found[i];
	return NULL;
}

static const struct {
	const char *what, *check, *wrap, *text;
	size_t n;
} edges[] = {
#include "edges.def"
};

static void test_detectors_keep_their_edges(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(edges); i++) {
		struct arena *a = arena_new(1u << 30);
		struct bytes b = {(const unsigned char *)edges[i].text, edges[i].n};
		const char *found = finding(a, edges[i].check, forge_wrap(a, b, edges[i].wrap));

		if ((found == NULL) != (strcmp(edges[i].check, "ok") == 0)) {
			print_message("%s: %s, not %s\n", edges[i].what,
				      found == NULL ? "nothing" : found, edges[i].check);
			wrong++;
		}
		arena_free(a);
	}
	assert_int_equal(wrong, 0);
}

/* ---- archives ---- */

#define Z8 "\0\0\0\0\0\0\0\0"
#define Z32 Z8 Z8 Z8 Z8
#define ZIP "PK\3\4\24\0\0\0\10\0" Z8 Z8 "\1\0\0\0aPK\1\2"
#define ZIP_ROW "PK\1\2\24\3\24\0\0\0\10\0" Z8 Z8 "\1\0\0\0\0\0" Z8 "\0\0\0\0aPK\5\6"
#define XZ "\3757zXZ\0\0\4\346\326\264\106"
#define ZSTD "\050\265\057\375\4\130\61\0\0hello\nZZZZ"
#define ZSTD_RLE "\050\265\057\375\0\0\52\0\0x\51\0\0abcde"
#define ZSTD_ONE "\050\265\057\375\40\5\51\0\0abcde"
#define ZSTD_BIG "\050\265\057\375\200\0\5\0\0\0\51\0\0abcde"
#define BZIP2 "BZh91AY&SY\116\354\350\66"
#define SEVEN "7z\274\257\047\034\0\4\215\233\325\017" Z8 Z8 "\0\0\0\0"
#define RAR4 "Rar!\032\7\0\317\220\163\0\0\15\0" Z8
#define CAB "MSCF\0\0\0\0\44\0\0\0\0\0\0\0\54\0\0\0\0\0\0\0\3\1\1\0\1\0\0\0\0\0\0\0"
#define CPIO "070701" "00000001" "000081a4" "000003e8" "000003e8" "00000001" "656e0a1c" \
	"00000005" "00000000" "00000000" "00000000" "00000000" "00000002" "00000000" "na"
#define AR "!<arch>\ndebian-binary   1400000000  0     0     100644  4         `\n"
#define PACK "PACK\0\0\0\2\0\0\0\3xxxxxxxxxxxxxxxxxxxx"
#define BUNDLE "# v2 git bundle\n0a1 refs/heads/main and some more of it, and some"
#define LZIP "LZIP\1\14" Z8 Z8 "\0\0\0\0"
#define LZ4 "\4\42\115\30\100\100\0\5\0\0\0hello"
#define LZ4_SIZED "\4\42\115\30\111\100" Z8 "\0\0\0\0\0\5\0\0\0hello"
#define CUT (-1) /* the value is a length */

static const struct {
	const char *base;
	size_t n;
	int at, value;
	bool found;
} bent[] = {
	{B(ZIP), 5, 0, true}, {B(ZIP), 4, 64, false}, {B(ZIP), 9, 1, false},
	{B(ZIP), 26, 0, false}, {B(ZIP), 27, 8, false}, {B(ZIP), 26, 9, false},
	{B(ZIP), 30, 1, false}, {B(ZIP), 28, 5, false}, {B(ZIP), 31, 'X', false},
	{B(ZIP), 33, 5, false}, {B(ZIP), 34, 5, false}, {B(ZIP), 34, 0, false},
	{B(ZIP), 34, 1, true}, {B(ZIP), CUT, 29, false},
	{B(ZIP_ROW), 7, 0, true}, {B(ZIP_ROW), 6, 64, false}, {B(ZIP_ROW), 11, 1, false},
	{B(ZIP_ROW), 28, 0, false}, {B(ZIP_ROW), 30, 9, false}, {B(ZIP_ROW), CUT, 45, false},
	{B(XZ), 6, 0, true}, {B(XZ), 7, 5, false}, {B(XZ), CUT, 11, false},
	{B(ZSTD), 7, 1, false}, {B(ZSTD), 4, 12, false}, {B(ZSTD), CUT, 8, false},
	{B(ZSTD), 4, 4, true}, {B(ZSTD), 6, 0x37, false}, {B(ZSTD), 8, 0x80, false},
	{B(ZSTD), 6, 0x81, false}, {B(ZSTD), 6, 1, false}, {B(ZSTD_RLE), 4, 0, true},
	{B(ZSTD_RLE), CUT, 12, false},
	{B(ZSTD_RLE), 10, 1, false}, {B(ZSTD_ONE), 4, 0x20, true}, {B(ZSTD_BIG), 5, 0, true},
	{B(BZIP2), 3, '1', true}, {B(BZIP2), 3, '0', false}, {B(BZIP2), 3, ':', false},
	{B(BZIP2), 4, '2', false}, {B(BZIP2), CUT, 13, false},
	{B(SEVEN), 6, 0, true}, {B(SEVEN), 6, 1, false}, {B(SEVEN), 8, 1, false},
	{B(SEVEN), CUT, 31, false},
	{B(RAR4), 6, 0, true}, {B(RAR4), 9, 0x74, false}, {B(RAR4), 12, 14, false},
	{B(RAR4), CUT, 19, false}, {B(RAR4), 6, 2, false}, {B(RAR4), 6, 1, false},
	{B(CAB), 24, 3, true}, {B(CAB), 8, 255, false}, {B(CAB), 24, 2, false},
	{B(CAB), 25, 2, false}, {B(CAB), CUT, 35, false},
	{B(AR), 66, '`', true}, {B(AR), 66, '\'', false}, {B(AR), 67, 'x', false},
	{B(AR), CUT, 67, false},
	{B(CPIO), 6, 'f', true}, {B(CPIO), 100, 'g', false}, {B(CPIO), CUT, 111, false},
	{B(PACK), 7, 2, true}, {B(PACK), 7, 3, true}, {B(PACK), 7, 4, false},
	{B(PACK), 11, 0, false}, {B(PACK), 11, 32, false}, {B(PACK), CUT, 31, false},
	{B(BUNDLE), 3, '2', true}, {B(BUNDLE), 3, '3', true}, {B(BUNDLE), 3, '4', false},
	{B(BUNDLE), 5, 'G', false}, {B(BUNDLE), 16, '-', true}, {B(BUNDLE), 16, '@', true},
	{B(BUNDLE), 16, 'x', false}, {B(BUNDLE), 17, 'x', false}, {B(BUNDLE), 18, 'x', false},
	{B(BUNDLE), CUT, 59, false},
	{B(LZIP), 5, 12, true}, {B(LZIP), 4, 2, false}, {B(LZIP), 5, 11, false},
	{B(LZIP), 5, 30, false}, {B(LZIP), CUT, 25, false},
	{B(LZ4), 5, 0x40, true}, {B(LZ4), 4, 0, false}, {B(LZ4), 4, 0x42, false},
	{B(LZ4), 5, 0x41, false}, {B(LZ4), 5, 0x30, false}, {B(LZ4), 7, 0, false},
	{B(LZ4), 7, 6, false}, {B(LZ4), CUT, 10, false}, {B(LZ4), 4, 0x49, false},
	{B(LZ4_SIZED), 4, 0x49, true}, {B("xustar"), 0, 'x', false},
};

/* RAR 5: a header of one byte with its checksum. */
static void rar5(unsigned char *p, size_t n, unsigned size)
{
	uint32_t crc;

	memset(p, 0, n);
	memcpy(p, "Rar!\032\7\1\0", 8);
	p[12] = (unsigned char)size;
	crc = verify_crc32(p + 12, size < n - 12 ? size + 1 : 1);
	for (int i = 0; i < 4; i++)
		p[8 + i] = (unsigned char)(crc >> 8 * i);
}

static void test_archives_are_held_against_their_headers(void **state)
{
	static const struct {
		unsigned size, at, value;
		bool found;
	} rars[] = {{5, 7, 0, true}, {5, 7, 1, false}, {128, 7, 0, false}, {60, 7, 0, false},
		    {5, 8, 0, false}};
	struct arena *a = arena_new(1u << 30);
	unsigned char rar[32];
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bent); i++) {
		unsigned char *p = arena_alloc(a, bent[i].n);
		size_t n = bent[i].at == CUT ? (size_t)bent[i].value : bent[i].n;

		memcpy(p, bent[i].base, bent[i].n);
		if (bent[i].at != CUT)
			p[bent[i].at] = (unsigned char)bent[i].value;
		if ((finding(a, "archives", (struct bytes){p, n}) != NULL) == bent[i].found)
			continue;
		print_message("[%zu] %.2s, %d %d\n", i, bent[i].base, bent[i].at, bent[i].value);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < COUNT(rars); i++) {
		rar5(rar, sizeof(rar), rars[i].size);
		rar[rars[i].at] = (unsigned char)(rars[i].at == 8 ? rar[8] + 1u : rars[i].value);
		assert_int_equal(finding(a, "archives", (struct bytes){rar, sizeof(rar)}) != NULL,
				 rars[i].found);
	}
	arena_free(a);
}

static void test_archives_without_an_end_are_let_pass(void **state)
{
	struct arena *a = arena_new(1u << 30);
	struct bytes tar = forge_tar(a, "x", forge_text("y"), false);
	unsigned char *p = arena_alloc(a, 3 * 5000);

	(void)state;
	memcpy(p, "\050\265\057\375\0\0", 6); /* blocks of nothing, and no last one */
	assert_null(finding(a, "archives", (struct bytes){p, 3 * 5000}));
	assert_non_null(finding(a, "archives", tar));
	assert_null(finding(a, "archives", (struct bytes){tar.p, 511}));
	((unsigned char *)(uintptr_t)tar.p)[154] = '9'; /* no octal digit: behind the number */
	assert_non_null(finding(a, "archives", tar));
	tar = forge_elf(a, 62, forge_text("x"), "");
	assert_null(finding(a, "tails", forge_join(a, tar, (struct bytes){p + 6, 9000})));
	p = arena_alloc(a, 65537);
	assert_null(finding(a, "tails", forge_join(a, tar, (struct bytes){p, 65536})));
	assert_non_null(finding(a, "tails", forge_join(a, tar, (struct bytes){p, 65537})));
	arena_free(a);
}

/* ---- bounds ---- */

static void test_opening_stops_at_its_bound(void **state)
{
	static const char text[] = "A text of several words, so long that its letters make a run; "
				   "and then a few words more, to be sure of that.";
	static const struct {
		const char *wrap;
		bool text, twice; /* opened as letters first */
	} cases[] = {{"b", true, false}, {"db", true, true}, {"n", true, false}, {"w", false, false}};
	struct arena *a = arena_new(1u << 30);
	unsigned row = row_of("encodings");

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct verify_leak *l = verify_leak_new(a, &job, NULL);
		struct bytes b = forge_wrap(a, forge_text(text), cases[i].wrap);
		struct verify_layer y = {.how = "file", .p = b.p, .n = b.n, .text = cases[i].text,
					 .served = cases[i].text};

		l->opened = VERIFY_OPEN_MAX;
		if (cases[i].twice)
			l->opened -= forge_wrap(a, forge_text(text), "d").n;
		verify_detectors[row].whole(l, row, &y);
		assert_non_null(l->found[row]);
		assert_non_null(strstr(l->found[row], "more is packed inside than can be checked"));
	}
	arena_free(a);
}

static void test_first_finding_is_kept(void **state)
{
	struct verify_layer y = {.how = "file", .p = (const unsigned char *)"abc", .n = 3};
	struct arena *a = arena_new(1u << 20);
	struct verify_leak *l = verify_leak_new(a, &job, NULL);

	(void)state;
	verify_leak_found(l, 0, &y, 1, 2, "one");
	verify_leak_found(l, 0, &y, 0, 0, "two");
	assert_string_equal(l->found[0], "file: offset 1: source_map: one: \"bc\"");
	arena_free(a);
}

/* More layers than there can be: the outermost are left out. */
static void test_place_is_bounded(void **state)
{
	struct verify_layer y[VERIFY_DEPTH + 3] = {{.how = "file"}};
	struct arena *a = arena_new(1u << 20);
	struct verify_leak *l = verify_leak_new(a, &job, NULL);

	(void)state;
	for (size_t i = 1; i < COUNT(y); i++)
		y[i] = (struct verify_layer){.up = &y[i - 1], .how = "gzip", .at = i};
	verify_leak_found(l, 0, &y[COUNT(y) - 1], 0, 0, "x");
	assert_string_equal(l->found[0], "gzip > gzip at 3 > gzip at 4 > gzip at 5 > gzip at 6 > "
					 "gzip at 7: offset 0: source_map: x");
	arena_free(a);
}

static void test_known_kinds(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		const char *kind;
	} cases[] = {
		{B("hello"), "text"}, {B("\377hello"), NULL}, {B("x\234"), NULL},
		{B("x\234\1\2\3\4\5\6"), "zlib"}, {B("x\235\1\2\3\4\5\6"), NULL},
		{B("x\273\1\2\3\4\5\6"), NULL}, {B("\37\213\10" Z8 Z8), "gzip"},
		{B("\37\213\10\0\0\0\0\0\0\0"), NULL}, {B("\37\213\7" Z8 Z8), NULL},
		{B("RIFF\4\0\0\0WAVE"), "riff"}, {B("\0asm\1\0\0\0"), "wasm"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *kind = verify_leak_known((const unsigned char *)cases[i].p, cases[i].n);

		if (cases[i].kind == NULL)
			assert_null(kind);
		else
			assert_string_equal(kind, cases[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detectors_keep_their_edges),
		cmocka_unit_test(test_archives_are_held_against_their_headers),
		cmocka_unit_test(test_archives_without_an_end_are_let_pass),
		cmocka_unit_test(test_opening_stops_at_its_bound),
		cmocka_unit_test(test_first_finding_is_kept),
		cmocka_unit_test(test_place_is_bounded),
		cmocka_unit_test(test_known_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
