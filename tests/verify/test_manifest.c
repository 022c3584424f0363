#include "config.h"

#include "tree.h"
#include "base/check.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The manifest: what is read, and what is refused with which reason. */

#define SHA "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\""
#define ROW(id, kind, name, path, rest) \
	"{\"artifact_id\":\"" id "\",\"kind\":\"" kind "\",\"name\":\"" name "\",\"path\":\"" path \
	"\",\"sha256\":" SHA ",\"size_bytes\":7,\"source_included\":false" rest "}"
#define LIST(rows) "{\"artifacts\":[" rows "]}"
#define GOOD ROW("a", "web", "index.html", "dist/index.html", ",\"entrypoint\":\"index.html\"")

static const struct {
	const char *text, *why; /* NULL: fine; else a part of the reason */
} manifests[] = {
	{LIST(GOOD), NULL},
	{"{\"version\":1,\"artifacts\":[" GOOD "]}", NULL},
	{LIST(GOOD "," ROW("b-2", "log", "build.log", "dist/build.log", "")), NULL},
	{LIST(ROW("a", "binary", "t", "dist/t",
		  ",\"platform\":\"linux-amd64\",\"entrypoint\":null")),
	 NULL},
	{LIST(ROW("a", "binary", "t", "dist/t", ",\"platform\":null")), NULL},
	{LIST(ROW("a", "web", "a b", "x", "")), NULL},
	{"{\"version\":0,\"artifacts\":[" GOOD "]}", "version"},
	{"{\"version\":\"1\",\"artifacts\":[" GOOD "]}", "version"},
	{"{\"artifacts\":[" GOOD "],\"more\":1}", "version"},
	{"[" GOOD "]", "an object"},
	{"7", "an object"},
	{"{\"artifacts\":7}", "a list"},
	{"{\"version\":1}", "a list"},
	{LIST(""), "none"},
	{LIST("7"), "row 0"},
	{LIST("null"), "row 0"},
	{LIST(GOOD "," GOOD), "twice"},
	{LIST(GOOD "," ROW("b", "web", "INDEX.html", "dist/x", "")), "clashes"},
	{LIST(GOOD "," ROW("b", "web", "Index.HTML/x", "dist/x", "")), "clashes"},
	{LIST(ROW("b", "web", "a/b/c", "dist/x", "") "," ROW("c", "web", "A/B", "dist/y", "")),
	 "clashes"},
	{LIST(ROW("b", "web", "a/b", "dist/x", "") "," ROW("c", "web", "a/bc", "dist/y", "")),
	 NULL},
	{LIST(ROW("b", "web", "a/bc", "dist/x", "") "," ROW("c", "web", "a/b", "dist/y", "")),
	 NULL},
	{LIST(GOOD) " ", NULL},
	{LIST(GOOD) "x", "not valid"},
	{"\xff", "not valid"},
	{LIST(ROW("a", "web", "x", "dist/x", ",\"kind\":\"log\"")), "twice"},
	{LIST(ROW("a", "web", "x", "dist/x", ",\"owner\":\"me\"")), "owner (unknown)"},
	{LIST(ROW("a", "code", "x", "dist/x", "")), "kind (not_one_of)"},
	{LIST(ROW("", "web", "x", "dist/x", "")), "artifact_id (too_short)"},
	{LIST(ROW("A", "web", "x", "dist/x", "")), "artifact_id"},
	{LIST(ROW("-a", "web", "x", "dist/x", "")), "artifact_id"},
	{LIST(ROW("a_b", "web", "x", "dist/x", "")), "artifact_id"},
	{LIST(ROW("a123456789a123456789a123456789a123456789a", "web", "x", "dist/x", "")),
	 "artifact_id (too_long)"},
	{LIST(ROW("a", "web", "", "dist/x", "")), "name (too_short)"},
	{LIST(ROW("a", "web", "a\\u0007b", "dist/x", "")), "name (not_utf8)"},
	{LIST(ROW("a", "web", "a\\nb", "dist/x", "")), "name: only"},
	{LIST(ROW("a", "web", "a\\u202eb", "dist/x", "")), "name: only"},
	{LIST(ROW("a", "web", "a\\u0000b", "dist/x", "")), "not valid"},
	{LIST(ROW("a", "web", "gr\xc3\xbc\xc3\x9f", "dist/x", "")), "name: only"},
	{LIST(ROW("a", "web", "x", "/etc/passwd", "")), "absolute"},
	{LIST(ROW("a", "web", "x", "../x", "")), "another folder"},
	{LIST(ROW("a", "web", "x", "dist/../../x", "")), "another folder"},
	{LIST(ROW("a", "web", "x", "dist/./x", "")), "another folder"},
	{LIST(ROW("a", "web", "x", "dist//x", "")), "empty part"},
	{LIST(ROW("a", "web", "x", "dist/", "")), "empty part"},
	{LIST(ROW("a", "web", "x", "dist\\\\x", "")), "no path needs"},
	{LIST(ROW("a", "web", "x", "dist/\\u200b", "")), "no path needs"},
	{LIST(ROW("a", "web", "x", "dist/...", "")), NULL},
	{LIST(ROW("a", "web", "x", "dist/.x", "")), NULL},
	{LIST(ROW("a", "web", "x", "dist/x", ",\"platform\":\"plan9-386\"")), "platform"},
	{LIST(ROW("a", "web", "x", "dist/x", ",\"platform\":7")), "platform (not_text)"},
	{LIST(ROW("a", "web", "x", "dist/x", ",\"entrypoint\":\"\\u00e4\"")), "entrypoint"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\"}]}", "required"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":" SHA ",\"size_bytes\":7,\"source_included\":true}]}",
	 "must be false"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":" SHA ",\"size_bytes\":7,\"source_included\":0}]}",
	 "source_included (not_a_boolean)"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":" SHA ",\"size_bytes\":-1,\"source_included\":false}]}",
	 "size_bytes (out_of_range)"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":" SHA ",\"size_bytes\":18446744073709551616,\"source_included\":false}]}",
	 "not valid"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":" SHA ",\"size_bytes\":9223372036854775807,\"source_included\":false}]}",
	 "size_bytes"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":\"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef\",\"size_"
	 "bytes\":7,\"source_included\":false}]}",
	 "sha256: 64"},
	{"{\"artifacts\":[{\"artifact_id\":\"a\",\"kind\":\"web\",\"name\":\"x\",\"path\":\"x\","
	 "\"sha256\":\"01\",\"size_bytes\":7,\"source_included\":false}]}",
	 "sha256 (too_short)"},
};

static void test_manifest_is_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(manifests); i++) {
		struct arena *a = arena_new(8u << 20);
		struct verify_manifest m;
		struct err e = {0};
		int rc = verify_manifest_read(a, manifests[i].text, strlen(manifests[i].text), &m,
					      &e);

		if ((rc == 0) != (manifests[i].why == NULL) ||
		    (rc < 0 && strstr(e.detail, manifests[i].why) == NULL))
			fail_msg("%s: %d, %s", manifests[i].text, rc, e.detail);
		if (rc < 0)
			assert_int_equal(e.id, E_INVALID);
		arena_free(a);
	}
}

static void test_manifest_fills_every_field(void **state)
{
	static const char text[] =
		LIST(ROW("a-1", "binary", "t", "dist/t", ",\"platform\":\"linux-arm64\""));
	struct arena *a = arena_new(8u << 20);
	struct verify_manifest m;
	struct err e = {0};

	(void)state;
	assert_int_equal(verify_manifest_read(a, text, strlen(text), &m, &e), 0);
	assert_int_equal(m.n, 1);
	assert_string_equal(m.entries[0].artifact_id, "a-1");
	assert_string_equal(m.entries[0].kind, "binary");
	assert_string_equal(m.entries[0].name, "t");
	assert_string_equal(m.entries[0].path, "dist/t");
	assert_string_equal(m.entries[0].platform, "linux-arm64");
	assert_string_equal(m.entries[0].entrypoint, "");
	assert_string_equal(m.entries[0].mime, "");
	assert_int_equal(m.entries[0].size, 7);
	arena_free(a);
}

static void test_manifest_is_bounded(void **state)
{
	struct arena *a = arena_new(8u << 20);
	struct verify_manifest m;
	struct err e = {0};
	struct buf b;

	(void)state;
	for (int rows = VERIFY_ENTRIES; rows <= VERIFY_ENTRIES + 1; rows++) {
		buf_init(&b, a, 1 << 20);
		buf_puts(&b, "{\"artifacts\":[");
		for (int i = 0; i < rows; i++)
			buf_printf(&b,
				   "%s{\"artifact_id\":\"a%d\",\"kind\":\"web\",\"name\":\"n%d\","
				   "\"path\":\"x\","
				   "\"sha256\":" SHA ",\"size_bytes\":7,\"source_included\":false}",
				   i ? "," : "", i, i);
		buf_puts(&b, "]}");
		err_clear(&e);
		assert_int_equal(verify_manifest_read(a, b.p, b.n, &m, &e) == 0,
				 rows == VERIFY_ENTRIES);
	}
	buf_init(&b, a, 1 << 20);
	buf_puts(&b, LIST(GOOD));
	while (b.n < 200 * 1024)
		buf_putc(&b, ' ');
	err_clear(&e);
	assert_int_equal(verify_manifest_read(a, b.p, b.n, &m, &e), -1);
	assert_non_null(strstr(e.detail, "more than"));
	arena_free(a);
}

/* Any one byte changed: refused, or still within the rules. */
static void test_manifest_changed_anywhere_keeps_the_rules(void **state)
{
	static const char text[] =
		LIST(GOOD "," ROW("b", "binary", "t", "dist/t", ",\"platform\":\"linux-amd64\""));
	static const char bytes[] = "\"\\,:{}[]/.\n\t 0aA-_~\x7f\x80\xff";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (size_t k = 0; k < sizeof(bytes); k++) {
			struct arena *a = arena_new(8u << 20);
			char *copy = arena_strdup(a, text);
			struct verify_manifest m;
			struct err e = {0};

			copy[i] = bytes[k];
			if (verify_manifest_read(a, copy, sizeof(text) - 1, &m, &e) < 0)
				assert_int_equal(e.id, E_INVALID);
			else
				for (size_t r = 0; r < m.n; r++) {
					assert_null(strstr(m.entries[r].path, "/../"));
					assert_int_not_equal(m.entries[r].path[0], '/');
				}
			arena_free(a);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_manifest_is_read_or_refused),
		cmocka_unit_test(test_manifest_fills_every_field),
		cmocka_unit_test(test_manifest_is_bounded),
		cmocka_unit_test(test_manifest_changed_anywhere_keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
