#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/conf.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(8u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static void whole_numbers(void **state)
{
	static const char *const bad[] = {"", " 5", "5 ", "+5", "05", "-0", "--5", "5.0", "0x5", "5e1",
					  "9223372036854775808", "-9223372036854775809",
					  "99999999999999999999999", "-", "٥"};
	int64_t v = 77;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (str_int(bad[i], INT64_MIN, INT64_MAX, &v))
			print_error("taken: '%s'\n", bad[i]);
		assert_false(str_int(bad[i], INT64_MIN, INT64_MAX, &v));
	}
	assert_int_equal(v, 77);
	assert_true(str_int("9223372036854775807", INT64_MIN, INT64_MAX, &v));
	assert_true(v == INT64_MAX);
	assert_true(str_int("-9223372036854775808", INT64_MIN, INT64_MAX, &v));
	assert_true(v == INT64_MIN);
	assert_true(str_int("0", 0, 0, &v));
	assert_false(str_int("10", 0, 9, &v));
}

static void heads_and_tails(void **state)
{
	static const char text[] = "text";

	(void)state;
	assert_false(str_int(NULL, 0, 9, &(int64_t){0}));
	assert_true(str_eq(text, text) && str_eq("a", (char[]){'a', 0}) && str_eq(NULL, NULL));
	assert_false(str_eq("a", "b") || str_eq("a", NULL) || str_eq(NULL, "a"));
	assert_true(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("ab", "abc"));
	assert_true(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("bc", "abc") &&
		    !str_ends("abc", "ab"));
}

static void utf8(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		bool good;
	} rows[] = {
		{"", 0, true}, {"a\tb\r\n", 5, true}, {"\xc3\xa9", 2, true}, {"\xf0\x9f\x98\x80", 4, true},
		{"\xf4\x8f\xbf\xbf", 4, true}, {"\xef\xbf\xbf", 3, true},
		{"\xf4\x90\x80\x80", 4, false}, /* above U+10FFFF */
		{"\xed\xa0\x80", 3, false},     /* surrogate */
		{"\xc0\xaf", 2, false}, {"\xe0\x80\xaf", 3, false}, {"\xf0\x80\x80\xaf", 4, false},
		{"\xc3", 1, false}, {"\xe2\x82", 2, false}, {"\xf0\x9f\x98", 3, false},
		{"\x80", 1, false}, {"\xff", 1, false}, {"a\0b", 3, false}, {"\x01", 1, false},
		{"\x1b[31m", 5, false}, {"\x7f", 1, false}, {"\xe0\xa0\x80", 3, true},
		{"\xed\x9f\xbf", 3, true}, {"\xf0\x90\x80\x80", 4, true}, {"\xf5\x80\x80\x80", 4, false},
		{"\xe2\x82\x28", 3, false}, {"\xc3\x28", 2, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (str_utf8(rows[i].p, rows[i].n) != rows[i].good)
			print_error("row %zu\n", i);
		assert_int_equal(str_utf8(rows[i].p, rows[i].n), rows[i].good);
	}
	assert_int_equal(str_chars("aé😀"), 3);
}

/* RFC 4648 section 10, and what must not be read. */
static void encodings(void **state)
{
	static const struct {
		const char *plain, *base64, *base32;
	} rows[] = {
		{"", "", ""}, {"f", "Zg==", "my"}, {"fo", "Zm8=", "mzxq"}, {"foo", "Zm9v", "mzxw6"},
		{"foob", "Zm9vYg==", "mzxw6yq"}, {"fooba", "Zm9vYmE=", "mzxw6ytb"},
		{"foobar", "Zm9vYmFy", "mzxw6ytboi"},
	};
	static const char *const bad[] = {"Z", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "=", "Zm 9v",
					  "Zm9v\n", "Zm9v!", "Zg==="};
	unsigned char to[16];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].plain);

		assert_string_equal(str_base64(a, rows[i].plain, n, false), rows[i].base64);
		assert_string_equal(str_base32(a, rows[i].plain, n), rows[i].base32);
		assert_int_equal(str_unbase64(rows[i].base64, strlen(rows[i].base64), to, sizeof(to)), n);
		assert_memory_equal(to, rows[i].plain, n);
		memset(to, 0, sizeof(to));
		assert_int_equal(str_unbase32(rows[i].base32, to, sizeof(to)), n);
		assert_memory_equal(to, rows[i].plain, n);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (str_unbase64(bad[i], strlen(bad[i]), to, sizeof(to)) != -1)
			print_error("taken: '%s'\n", bad[i]);
		assert_int_equal(str_unbase64(bad[i], strlen(bad[i]), to, sizeof(to)), -1);
	}
	assert_int_equal(str_unbase32("MZXW6YQ=", to, sizeof(to)), 4);
	assert_memory_equal(to, "foob", 4);
	for (const char *const *p = (const char *const[]){"m", "mzx", "mz1", "mz xw", "mz=xw", "mr", "mzxw6ytb\n",
							   "my{", "my_", "my8", "my@", NULL}; *p; p++)
		assert_int_equal(str_unbase32(*p, to, sizeof(to)), -1);
	assert_int_equal(str_unbase32("mzxw6ytboi", to, 5), -1);
	assert_string_equal(str_base64(a, "f", 1, true), "Zg");
	assert_string_equal(str_base64(a, "\xfb\xff\xfe", 3, false), "+//+");
	assert_string_equal(str_base64(a, "\xfb\xff\xfe", 3, true), "-__-");
	assert_int_equal(str_unbase64("-__-", 4, to, sizeof(to)), 3);
	assert_int_equal(str_unbase64("Zm9vYmFyZm9v", 12, to, 6), -1);
	assert_string_equal(str_hex(a, "\x00\xff\x1a", 3), "00ff1a");
	assert_int_equal(str_unhex("00ff1a", to, sizeof(to)), 3);
	assert_int_equal(str_unhex("00f", to, sizeof(to)), -1);
	assert_int_equal(str_unhex("0g", to, sizeof(to)), -1);
	assert_int_equal(str_unhex("00FF", to, sizeof(to)), 2);
	assert_int_equal(str_unhex("0000", to, 1), -1);
	assert_int_equal(str_unhex("g0", to, 2), -1);
	assert_int_equal(str_unhex("0G", to, 2), -1);
	assert_int_equal(str_unhex("@0", to, 2), -1);
	assert_int_equal(str_unhex("/0", to, 2), -1);
	assert_int_equal(str_unbase64("AZaz09+/", 8, to, sizeof(to)), 6);
	assert_int_equal(str_unbase64("{{{{", 4, to, sizeof(to)), -1);
}

static void percent(void **state)
{
	static const char *const bad[] = {"%", "%4", "%zz", "%00", "a%", "%ff", "%c3%28", "%+1"};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_null(str_unpercent(a, bad[i], strlen(bad[i]), false));
	assert_string_equal(str_unpercent(a, "a%2Fb%2fc+d", 11, false), "a/b/c+d");
	assert_string_equal(str_unpercent(a, "a+b%2B", 6, true), "a b+");
	assert_string_equal(str_unpercent(a, "%252e", 5, false), "%2e");
	assert_true(str_only("abc", "abc", 1, 3));
	assert_false(str_only("abcd", "abcd", 1, 3));
	assert_false(str_only("", "abc", 1, 3));
	assert_false(str_only("abx", "abc", 1, 3));
}

/* ---- conf */

static int parse(const char *text, struct conf *c, struct err *e)
{
	memset(e, 0, sizeof(*e));
	return conf_parse(a, "t", text, c, e);
}

static void a_setting_is_taken_or_named(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"nothing = 1", "t:1: no such setting"}, {"\n# x\nvar", "t:3: expected name = value"},
		{"var = a\nvar = b", "t:2: given twice"}, {"drain_s = 0", "whole number"},
		{"drain_s = 301", "whole number"}, {"drain_s = 5s", "whole number"},
		{"drain_s =", "whole number"}, {"= 5", "no such setting"}, {"\xff = 1", "not UTF-8"},
		{"DRAIN_S = 5", "no such setting"},
	};
	struct conf c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(parse(bad[i].text, &c, &e), -1);
		if (strstr(e.detail, bad[i].why) == NULL)
			print_error("%s\n", e.detail);
		assert_non_null(strstr(e.detail, bad[i].why));
	}
	assert_int_equal(parse("  var\t=  /srv/bus \r\n\n #c\ndrain_s=7", &c, &e), 0);
	assert_string_equal(c.var, "/srv/bus");
	assert_int_equal(c.drain_s, 7);
	assert_string_equal(c.run, "/srv/bus/run");
	assert_string_equal(c.db_host, "/srv/bus/run");
	assert_string_equal(c.store, "/srv/bus/store");
	assert_int_equal(parse("run = /run/b\nvar = x = y", &c, &e), 0);
	assert_string_equal(c.var, "x = y");
	assert_string_equal(c.db_host, "/run/b");
}

static void a_secret_may_come_from_the_service_manager(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(parse("stripe_key = $credentials/stripe", &c, &e), 0);
	assert_string_equal(c.stripe_key, "$credentials/stripe");
	setenv("CREDENTIALS_DIRECTORY", "/run/credentials/bus", 1);
	assert_int_equal(parse("stripe_key = $credentials/stripe\ncatalog = /$credentials/c", &c, &e), 0);
	assert_string_equal(c.stripe_key, "/run/credentials/bus/stripe");
	assert_string_equal(c.catalog, "/$credentials/c");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void every_row_stands_by_its_default(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	assert_int_equal(parse("", &c, &e), 0);
	for (size_t i = 0; i < conf_row_count; i++) {
		assert_true(strlen(conf_rows[i].doc) > 5);
		if (conf_rows[i].is_int)
			assert_true(conf_rows[i].min <= conf_rows[i].max);
		if (conf_rows[i].flags & C_SECRET)
			assert_string_equal(conf_show(a, &c, &conf_rows[i]), "unset");
	}
}

static void a_file_is_bounded(void **state)
{
	char path[] = "/tmp/bus-conf-XXXXXX";
	struct err e = {0};
	struct conf c;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(conf_read(a, "/nowhere/bus.conf", &c, &e), -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	assert_int_equal(write(fd, "var = a\0b", 9), 9);
	err_clear(&e);
	assert_int_equal(conf_read(a, path, &c, &e), -1);
	for (int i = 0; i < 4096; i++)
		assert_int_equal(write(fd, "# and more and more and more and more and more and more and more\n", 64), 64);
	err_clear(&e);
	assert_int_equal(conf_read(a, path, &c, &e), -1);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(whole_numbers), T(heads_and_tails), T(utf8), T(encodings), T(percent), T(a_setting_is_taken_or_named),
		T(a_secret_may_come_from_the_service_manager), T(a_file_is_bounded),
		T(every_row_stands_by_its_default), T(a_file_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
