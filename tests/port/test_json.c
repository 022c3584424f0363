#include "config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "port/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/arena.h"

static const struct json *parse(const char *text)
{
	struct err e = {0};
	const struct json *j = json_parse(a, text, strlen(text), &e);

	assert_int_equal(j == NULL, e.id == E_BAD_REQUEST);
	return j;
}

static void only_rfc_8259_is_json(void **state)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[1,]", "[,1]", "{\"a\":1,}", "{'a':1}", "{a:1}", "[1 2]", "nul", "True",
		"NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1_000",
		"\"", "\"\n\"", "\"\t\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"",
		"\"\\ud800\\u0041\"", "\"\\u0000\"", "\"\xff\"", "\"\xed\xa0\x80\"", "{}{}", "{} x", "1 2",
		"[]//", "/**/1", "\xef\xbb\xbf{}", "{\"a\":1,\"a\":2}", "{\"a\":{\"b\":1,\"b\":1}}",
		"{\"a\":1,\"\\u0061\":2}", "1e999", "-1e999",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999",
		"0.00000000000000000000000000000001",
	};
	static const char *const good[] = {
		"{}", "[]", " \t\r\n{ } \n", "true", "0", "-0", "0.5", "1e5", "1E-5", "-1.5e+3",
		"9223372036854775807", "-9223372036854775808", "1e-400",
		"\"\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u00e9\\ud83d\\ude00\"", "\"é😀\"",
		"{\"\":1}", "[[],{},[{}]]", "{\"a\":{\"b\":1},\"b\":1}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (parse(bad[i]) != NULL)
			print_error("taken: %s\n", bad[i]);
		assert_null(parse(bad[i]));
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		if (parse(good[i]) == NULL)
			print_error("refused: %s\n", good[i]);
		assert_non_null(parse(good[i]));
	}
}

static void the_whole_text_is_read(void **state)
{
	struct err e = {0};

	(void)state;
	assert_null(json_parse(a, "{}\0{}", 5, &e));
	assert_int_equal(e.id, E_BAD_REQUEST);
	err_clear(&e);
	assert_non_null(json_parse(a, "{}x", 2, &e));
}

static void depth_and_size_are_bounded(void **state)
{
	struct buf b;

	(void)state;
	for (int depth = 1; depth < 200; depth++) {
		buf_init(&b, a, 4096);
		for (int i = 0; i < depth; i++)
			buf_putc(&b, '[');
		for (int i = 0; i < depth; i++)
			buf_putc(&b, ']');
		assert_int_equal(parse(buf_str(&b)) != NULL, depth <= JSON_DEPTH);
	}
	buf_init(&b, a, 1u << 20);
	buf_puts(&b, "[0");
	for (int i = 0; i < JSON_MEMBERS; i++)
		buf_puts(&b, ",0");
	buf_putc(&b, ']');
	assert_null(parse(buf_str(&b)));
}

static void values_by_kind(void **state)
{
	const struct json *j = parse("{\"t\":\"x\",\"i\":7,\"big\":9223372036854775807,\"huge\":1e300,"
				     "\"r\":1.5,\"b\":true,\"n\":null,\"l\":[1,\"two\"]}");

	(void)state;
	assert_string_equal(json_get_text(j, "t", "d"), "x");
	assert_string_equal(json_get_text(j, "i", "d"), "d");
	assert_int_equal(json_get_int(j, "i", 0), 7);
	assert_true(json_get_int(j, "big", 0) == INT64_MAX);
	assert_int_equal(json_get_int(j, "r", -3), -3);
	assert_int_equal(json_get_int(j, "t", -3), -3);
	assert_int_equal(json_get_int(j, "none", -3), -3);
	assert_true(json_flag(json_get(j, "b"), false));
	assert_int_equal(json_kind(json_get(j, "n")), JSON_NULL);
	assert_int_equal(json_kind(NULL), JSON_NULL);
	assert_int_equal(json_count(json_get(j, "l")), 2);
	assert_null(json_at(json_get(j, "l"), 2));
	assert_string_equal(json_text(json_at(json_get(j, "l"), 1), ""), "two");
	assert_int_equal(json_count(j), 0);
	assert_null(json_get(json_get(j, "l"), "t"));
	assert_string_equal(json_print(a, json_get(j, "l")), "[1,\"two\"]");
}

/* ---- shapes */

struct in {
	const char *name, *colour;
	int64_t n;
	bool flag;
};
static const char *const colours[] = {"red", "blue", NULL};
static const struct field fields[] = {
	{"name", F_TEXT, F_REQUIRED, 1, 5, .offset = offsetof(struct in, name)},
	{"colour", F_ENUM, 0, .values = colours, .offset = offsetof(struct in, colour)},
	{"n", F_INT, 0, 0, 10, .offset = offsetof(struct in, n)},
	{"flag", F_BOOL, F_NULLABLE, .offset = offsetof(struct in, flag)},
};
static const struct shape shape = {"In", fields, COUNT(fields), sizeof(struct in)};

static void a_body_is_read_by_its_shape(void **state)
{
	static const struct {
		const char *text, *field, *code;
	} bad[] = {
		{"{}", "name", "required"}, {"{\"name\":null}", "name", "required"},
		{"{\"name\":5}", "name", NULL}, {"{\"name\":\"\"}", "name", "too_short"},
		{"{\"name\":\"abcdef\"}", "name", "too_long"},
		{"{\"name\":\"a\",\"colour\":\"green\"}", "colour", "not_one_of"},
		{"{\"name\":\"a\",\"n\":11}", "n", "out_of_range"}, {"{\"name\":\"a\",\"n\":1.5}", "n", NULL},
		{"{\"name\":\"a\",\"n\":\"1\"}", "n", NULL},
		{"{\"name\":\"a\",\"n\":9223372036854775807}", "n", "out_of_range"},
		{"{\"name\":\"a\",\"flag\":0}", "flag", NULL}, {"{\"name\":\"a\",\"more\":1}", "more", "unknown"},
	};
	struct in in = {0};
	struct err e = {0};
	const char *good = "{\"name\":\"äöüßé\",\"colour\":\"red\",\"n\":10,\"flag\":null}";

	(void)state;
	assert_int_equal(json_read(a, good, strlen(good), &shape, &in, &e), 0);
	assert_string_equal(in.name, "äöüßé");
	assert_int_equal(in.n, 10);
	for (size_t i = 0; i < COUNT(bad); i++) {
		err_clear(&e);
		assert_int_equal(json_read(a, bad[i].text, strlen(bad[i].text), &shape, &in, &e), -1);
		assert_int_equal(e.id, E_INVALID);
		assert_int_equal(e.nfields, 1);
		assert_string_equal(e.fields[0].name, bad[i].field);
		if (bad[i].code != NULL)
			assert_string_equal(e.fields[0].code, bad[i].code);
	}
}

static void all_that_is_wrong_is_said_at_once(void **state)
{
	const char *text = "{\"colour\":\"x\",\"n\":-1,\"more\":1}", *list = "[]";
	struct in in = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(json_read(a, text, strlen(text), &shape, &in, &e), -1);
	assert_int_equal(e.nfields, 4);
	err_clear(&e);
	assert_int_equal(json_read(a, list, strlen(list), &shape, &in, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(only_rfc_8259_is_json), T(the_whole_text_is_read), T(depth_and_size_are_bounded),
		T(values_by_kind), T(a_body_is_read_by_its_shape),
		T(all_that_is_wrong_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
