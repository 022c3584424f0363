#include "config.h"

#include "web/shared.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/web/asked.h"

struct note {
	const char *text;
	int64_t count;
};
static const struct field note_fields[] = {
	{"text", F_TEXT, F_REQUIRED, 1, 10, .offset = offsetof(struct note, text)},
	{"count", F_INT, 0, 1, 9, .offset = offsetof(struct note, count)},
};
static const struct shape note = {"Note", note_fields, COUNT(note_fields), sizeof(struct note)};
static const struct shape nothing = {"Empty", NULL, 0, 0};

static const struct route takes_note = {.id = "note", .method = METHOD_POST, .input = &note,
					.body_max = 100};
static const struct route takes_raw = {.id = "raw", .method = METHOD_POST, .raw = true, .body_max = 20000};
static const struct route takes_nothing = {.id = "nothing", .method = METHOD_POST, .input = &nothing,
					   .body_max = 100};

static int setup(void **state)
{
	(void)state;
	ask_nothing();
	ask("CONTENT_TYPE", "application/json");
	return 0;
}

static void a_body_is_as_long_as_announced(void **state)
{
	static const struct {
		const char *length, *body;
		bool cut;
		enum err_id want;
	} rows[] = {
		{NULL, "12345", false, E_NONE}, {"", "12345", false, E_NONE}, {"5", "12345", false, E_NONE},
		{"0", "12345", false, E_NONE}, /* chunked, by some servers */
		{"5", "1234", false, E_BAD_REQUEST}, {"5", "123456", false, E_BAD_REQUEST},
		{"5", "123", true, E_BAD_REQUEST}, {NULL, "12345", true, E_BAD_REQUEST},
		{"five", "12345", false, E_BAD_REQUEST}, {"-5", "12345", false, E_BAD_REQUEST},
		{"+5", "12345", false, E_BAD_REQUEST}, {"20001", "12345", false, E_TOO_LARGE},
		{"99999999999999999999", "12345", false, E_BAD_REQUEST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ask("CONTENT_LENGTH", rows[i].length);
		body = rows[i].body;
		body_is_cut = rows[i].cut;
		if (enter(&takes_raw) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		if (rows[i].want == E_NONE)
			assert_string_equal(r.body, rows[i].body);
	}
}

static void a_long_body_is_read_in_pieces(void **state)
{
	static char text[20002];

	(void)state;
	memset(text, '7', 20000);
	body = text;
	assert_int_equal(enter(&takes_raw), E_NONE);
	assert_int_equal(r.body_len, 20000);
	assert_string_equal(r.body, text);
	text[20000] = '7';
	body = text;
	assert_int_equal(enter(&takes_raw), E_TOO_LARGE);
}

static void a_body_is_json(void **state)
{
	static const struct {
		const char *type;
		enum err_id want;
	} rows[] = {
		{"application/json", E_NONE}, {"Application/JSON", E_NONE},
		{"application/json; charset=utf-8", E_NONE}, {"application/json;charset=utf-8", E_NONE},
		{"application/jsonx", E_MEDIA_TYPE}, {"application/xml0", E_MEDIA_TYPE},
		{"text/plain", E_MEDIA_TYPE}, {"", E_MEDIA_TYPE}, {NULL, E_MEDIA_TYPE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ask("CONTENT_TYPE", rows[i].type);
		body = "{}";
		if (enter(&takes_raw) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		assert_int_equal(enter(&takes_raw), E_NONE); /* none was sent: of no type */
	}
}

static void a_body_has_the_shape_of_its_route(void **state)
{
	static const struct {
		const struct route *route;
		const char *body;
		enum err_id want;
		const char *field, *code;
	} rows[] = {
		{&takes_note, "{\"text\":\"a\",\"count\":3}", E_NONE},
		{&takes_note, "", E_INVALID, "text", "required"},
		{&takes_note, "{\"text\":\"a\",\"more\":1}", E_INVALID, "more", "unknown"},
		{&takes_note, "{\"text\":\"\"}", E_INVALID, "text", "too_short"},
		{&takes_note, "{", E_BAD_REQUEST},
		{&takes_nothing, "", E_NONE}, {&takes_nothing, "{}", E_NONE},
		{&takes_nothing, "{\"a\":1}", E_INVALID, "a", "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		body = rows[i].body;
		if (enter(rows[i].route) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		assert_refused(rows[i].field, rows[i].code);
		if (rows[i].want == E_NONE)
			assert_non_null(r.in);
	}
	body = rows[0].body;
	assert_int_equal(enter(&takes_note), E_NONE);
	assert_string_equal(((struct note *)r.in)->text, "a");
	assert_int_equal(((struct note *)r.in)->count, 3);
}

/* Nobody asked for it: neither its length nor its type is looked at. */
static void a_body_nobody_asked_for_stays_unread(void **state)
{
	static const struct route rows[] = {
		{.id = "get", .method = METHOD_GET, .input = &note, .body_max = 100},
		{.id = "none", .method = METHOD_POST},
	};

	(void)state;
	ask("CONTENT_LENGTH", "junk");
	ask("CONTENT_TYPE", "text/plain");
	for (size_t i = 0; i < COUNT(rows); i++) {
		body = "x";
		assert_int_equal(enter(&rows[i]), E_NONE);
		assert_null(r.body);
		assert_string_equal(body, "x");
	}
}

static const struct field page_fields[] = {
	{"limit", F_INT, 0, 1, 100},
	{"cursor", F_TOKEN, 0, 1, 8},
	{"q", F_TEXT, 0, 0, 8},
};
static const struct shape page = {"Page", page_fields, COUNT(page_fields), 0};
static const struct route lists = {.id = "list", .query = &page};
static const struct route lists_more = {.id = "more", .query = &page, .any_query = true};
static const struct route lists_plain = {.id = "plain"};

static void a_query_is_read_by_its_names(void **state)
{
	static const struct {
		const char *text, *limit, *cursor, *q;
	} rows[] = {
		{"", NULL, NULL, NULL}, {"&&", NULL, NULL, NULL}, {"limit=5", "5", NULL, NULL},
		{"limit=5&cursor=abc&q=", "5", "abc", ""}, {"q", NULL, NULL, ""},
		{"&cursor=a%2fb&&q=a+b%20c&", NULL, "a/b", "a b c"}, {"%71=x", NULL, NULL, "x"},
		{"q=a=b", NULL, NULL, "a=b"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(&lists);
		assert_int_equal(query_read(&r, rows[i].text), 0);
		assert_string_equal(req_query(&r, "limit") ? req_query(&r, "limit") : "-",
				    rows[i].limit ? rows[i].limit : "-");
		assert_int_equal(req_query_int(&r, "limit", 20), rows[i].limit ? 5 : 20);
		assert_string_equal(req_query(&r, "cursor") ? req_query(&r, "cursor") : "-",
				    rows[i].cursor ? rows[i].cursor : "-");
		assert_string_equal(req_query(&r, "q") ? req_query(&r, "q") : "-",
				    rows[i].q ? rows[i].q : "-");
		assert_null(req_query(&r, "other"));
	}
}

static void a_query_that_is_wrong_is_refused(void **state)
{
	static const struct {
		const struct route *route;
		const char *text;
		enum err_id want;
		const char *field, *code;
	} rows[] = {
		{&lists, "limit=x", E_INVALID, "limit", "not_an_integer"},
		{&lists, "limit=", E_INVALID, "limit", "not_an_integer"},
		{&lists, "limit=05", E_INVALID, "limit", "not_an_integer"},
		{&lists, "limit=0", E_INVALID, "limit", "out_of_range"},
		{&lists, "limit=101", E_INVALID, "limit", "out_of_range"},
		{&lists, "limit=1&limit=1", E_INVALID, "limit", "given_twice"},
		{&lists, "limit=x&cursor=a", E_INVALID, "limit", "not_an_integer"},
		{&lists, "cursor=", E_INVALID, "cursor", "too_short"},
		{&lists, "cursor=abcdefghi", E_INVALID, "cursor", "too_long"},
		{&lists, "cursor=a+b", E_INVALID, "cursor", "not_a_token"},
		{&lists, "limit=1&other=1", E_INVALID, "other", "unknown"},
		{&lists_plain, "limit=1", E_INVALID, "limit", "unknown"},
		{&lists, "=1", E_INVALID, "", "unknown"},
		{&lists, "limit=%zz", E_BAD_REQUEST}, {&lists, "%zz=1", E_BAD_REQUEST},
		{&lists, "q=%00", E_BAD_REQUEST}, {&lists, "q=%ff", E_BAD_REQUEST},
		{&lists_more, "other=%zz", E_BAD_REQUEST},
		{&lists_more, "other=1&limit=x", E_INVALID, "limit", "not_an_integer"},
		{&lists_more, "other=1&other=2&limit=1", E_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		begin(rows[i].route);
		assert_int_equal(query_read(&r, rows[i].text), rows[i].want == E_NONE ? 0 : -1);
		if (r.w.err.id != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		assert_refused(rows[i].field, rows[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(name, setup)
		T(a_body_is_as_long_as_announced), T(a_long_body_is_read_in_pieces), T(a_body_is_json),
		T(a_body_has_the_shape_of_its_route), T(a_body_nobody_asked_for_stays_unread),
		T(a_query_is_read_by_its_names), T(a_query_that_is_wrong_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
