#include "config.h"

#include "spec/spec.h"
#include "base/check.h"
#include "port/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One spec of each kind, by which the refusals below are made. */
static const char calculator[] =
	"{\"version\":1,\"kind\":\"calculator\",\"slug\":\"sum\",\"title\":\"Sum\","
	"\"summary\":\"Adds.\",\"inputs\":["
	"{\"name\":\"a\",\"label\":\"A\",\"type\":\"number\",\"default\":\"1.5\","
	"\"min\":0,\"max\":9},"
	"{\"name\":\"b\",\"label\":\"B\",\"type\":\"choice\",\"choices\":[\"x\",\"y\"]},"
	"{\"name\":\"d\",\"label\":\"D\",\"type\":\"date\",\"default\":\"today\"},"
	"{\"name\":\"t\",\"label\":\"T\",\"type\":\"line\"}],"
	"\"outputs\":[{\"name\":\"c\",\"label\":\"C\",\"expr\":\"a + b\",\"format\":\"number\","
	"\"digits\":2},{\"name\":\"e\",\"label\":\"E\",\"expr\":\"c + days(d, d)\","
	"\"format\":\"money\",\"digits\":2}]}";
static const char converter[] =
	"{\"version\":1,\"kind\":\"converter\",\"slug\":\"len\",\"title\":\"L\",\"summary\":\"S\","
	"\"units\":[{\"name\":\"m\",\"label\":\"M\",\"symbol\":\"m\",\"scale\":1,\"offset\":0},"
	"{\"name\":\"km\",\"label\":\"K\",\"symbol\":\"km\",\"scale\":1000,\"offset\":0}],"
	"\"from\":\"m\",\"to\":\"km\"}";
static const char checklist[] =
	"{\"version\":1,\"kind\":\"checklist\",\"slug\":\"abc\",\"title\":\"L\",\"summary\":\"S\","
	"\"items\":[\"One\",\"Two\"]}";
static const char counter[] =
	"{\"version\":1,\"kind\":\"counter\",\"slug\":\"abc\",\"title\":\"L\",\"summary\":\"S\","
	"\"counters\":[{\"label\":\"A\",\"start\":0,\"step\":1,\"min\":0,\"max\":9}]}";
static const char timer[] =
	"{\"version\":1,\"kind\":\"timer\",\"slug\":\"abc\",\"title\":\"L\",\"summary\":\"S\","
	"\"timers\":[{\"label\":\"A\",\"seconds\":60},{\"label\":\"B\",\"seconds\":10}],"
	"\"rounds\":2}";
static const char form[] =
	"{\"version\":1,\"kind\":\"form\",\"slug\":\"abc\",\"title\":\"L\",\"summary\":\"S\","
	"\"inputs\":[{\"name\":\"a\",\"label\":\"A\",\"type\":\"longtext\",\"default\":\"x\\ny\"}],"
	"\"text\":\"Dear {a},\\nbye.\"}";
static const char text[] =
	"{\"version\":1,\"kind\":\"text\",\"slug\":\"abc\",\"title\":\"L\",\"summary\":\"S\","
	"\"operations\":[\"upper\",\"count\"]}";

/* `json` with the first `from` replaced by `to`. */
static const char *replace(struct arena *a, const char *json, const char *from, const char *to)
{
	const char *at = strstr(json, from);

	if (at == NULL)
		fail_msg("%s does not hold %s", json, from);
	return arena_printf(a, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
}

static void assert_taken(struct arena *a, const char *json)
{
	struct spec s;
	struct err e = {0};

	if (spec_read(a, json, strlen(json), &s, &e) != 0)
		fail_msg("%s: %s", e.detail, json);
	assert_string_equal(spec_write(a, &s), json);
}

static void test_read_takes_what_write_wrote(void **state)
{
	const char *const all[] = {calculator, converter, checklist, counter, timer, form, text};
	struct arena *a = arena_new(8 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		assert_taken(a, all[i]);
	arena_free(a);
}

/* The examples of template/SPEC.md are whole, one for each kind, and in the
 * written order. */
static void test_read_takes_the_examples_of_the_document(void **state)
{
	struct arena *a = arena_new(8 << 20);
	struct err e = {0};
	const char *dir = getenv("srcdir");
	const char *at = file_read(a, arena_printf(a, "%s/template/SPEC.md", dir ? dir : "."),
				   1 << 20, NULL, &e);
	bool seen[SPEC_KINDS] = {false};

	(void)state;
	assert_non_null(at);
	while ((at = strstr(at, "```json\n")) != NULL) {
		const char *json = arena_strndup(a, at + 8, strcspn(at + 8, "\n"));
		struct spec s;

		assert_taken(a, json);
		spec_read(a, json, strlen(json), &s, &e);
		seen[s.kind] = true;
		at += 8;
	}
	for (size_t i = 0; i < SPEC_KINDS; i++)
		if (!seen[i])
			fail_msg("no example of a %s", spec_kind_names[i]);
	arena_free(a);
}

static void test_write_keeps_each_number(void **state)
{
	static const double rows[] = {
		1, 0.1, 1.0 / 3, 5.0 / 9, 0.3048, 1e-30, 4.9406564584124654e-5, 123456789.123456789,
		1e15, 999999999999999.9, 0.1 + 0.2, 1609.344, 6.0221407599999999e14,
	};
	struct arena *a = arena_new(8 << 20);
	struct spec s, again;
	struct err e = {0};

	(void)state;
	assert_int_equal(spec_read(a, converter, strlen(converter), &s, &e), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *json;

		s.units[1].scale = rows[i];
		s.units[1].offset = -rows[i];
		json = spec_write(a, &s);
		assert_int_equal(spec_read(a, json, strlen(json), &again, &e), 0);
		assert_true(again.units[1].scale == rows[i] && again.units[1].offset == -rows[i]);
	}
	s.units[1].scale = 0.1;
	assert_non_null(strstr(spec_write(a, &s), "\"scale\":0.1,"));
	s.units[1].scale = 1e15;
	assert_non_null(strstr(spec_write(a, &s), "\"scale\":1e+15,"));
	arena_free(a);
}

static const struct refusal {
	const char *json, *from, *to, *field, *code;
} refusals[] = {
	{calculator, "\"version\":1", "\"version\":2", "version", "not_one_of"},
	{calculator, "\"version\":1,", "", "version", "required"},
	{calculator, "\"kind\":\"calculator\"", "\"kind\":\"game\"", "kind", "not_one_of"},
	{calculator, "\"kind\":\"calculator\",", "", "kind", "required"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"Sum\"", "slug", "not_a_slug"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"a--b\"", "slug", "not_a_slug"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"-ab\"", "slug", "not_a_slug"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"../x\"", "slug", "not_a_slug"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"ab\"", "slug", "too_short"},
	{calculator, "\"slug\":\"sum\"", "\"slug\":\"nul\"", "slug", "reserved"},
	{calculator, "\"title\":\"Sum\"", "\"title\":\"\"", "title", "required"},
	{calculator, "\"title\":\"Sum\"", "\"title\":\" \"", "title", "blank"},
	{calculator, "\"title\":\"Sum\"", "\"title\":7", "title", "not_text"},
	{calculator, "\"title\":\"Sum\"", "\"title\":\"a\\nb\"", "title", "not_plain_text"},
	{calculator, "\"title\":\"Sum\"", "\"title\":\"a\\u202eb\"", "title", "not_plain_text"},
	{calculator, "\"title\":\"Sum\"", "\"title\":\"a\\u0085b\"", "title", "not_plain_text"},
	{calculator, "\"title\":\"Sum\"", "\"more\":1,\"title\":\"Sum\"", "more", "unknown"},
	{calculator, "\"inputs\":[", "\"inputs\":{},\"x\":[", "inputs", "not_a_list"},
	{calculator, "\"inputs\":[", "\"inputs\":[7,", "inputs[0].", "not_an_object"},
	{calculator, "\"name\":\"a\"", "\"name\":\"A\"", "inputs[0].name", "not_a_name"},
	{calculator, "\"name\":\"a\"", "\"name\":\"min\"", "inputs[0].name", "reserved"},
	{calculator, "\"name\":\"b\"", "\"name\":\"a\"", "inputs[1].name", "duplicate"},
	{calculator, "\"name\":\"c\"", "\"name\":\"a\"", "outputs[0].name", "duplicate"},
	{calculator, "\"label\":\"A\",", "", "inputs[0].label", "required"},
	{calculator, "\"type\":\"number\"", "\"type\":\"secret\"", "inputs[0].type", "not_one_of"},
	{calculator, "\"default\":\"1.5\"", "\"default\":\"1,5\"", "inputs[0].default",
	 "not_of_this_type"},
	{calculator, "\"default\":\"1.5\"", "\"default\":\"9.5\"", "inputs[0].default",
	 "not_of_this_type"},
	{calculator, "\"default\":\"1.5\"", "\"default\":1.5", "inputs[0].default", "not_text"},
	{calculator, "\"type\":\"number\"", "\"type\":\"integer\"", "inputs[0].default",
	 "not_of_this_type"},
	{calculator, "\"min\":0,\"max\":9", "\"min\":9,\"max\":0", "inputs[0].min", "out_of_order"},
	{calculator, "\"min\":0", "\"min\":\"0\"", "inputs[0].min", "not_a_number"},
	{calculator, "\"min\":0", "\"min\":-1e16", "inputs[0].min", "out_of_range"},
	{calculator, "\"min\":0", "\"required\":1", "inputs[0].required", "not_a_boolean"},
	{calculator, "\"type\":\"line\"", "\"type\":\"line\",\"max\":3", "inputs[3].min",
	 "not_of_this_type"},
	{calculator, "[\"x\",\"y\"]", "[\"x\"]", "inputs[1].choices", "not_of_this_type"},
	{calculator, "[\"x\",\"y\"]", "[\"x\",\"x\"]", "inputs[1].choices", "not_of_this_type"},
	{calculator, "[\"x\",\"y\"]", "[\"x\",7]", "inputs[1].choices", "not_text"},
	{calculator, "\"type\":\"choice\"", "\"type\":\"line\"", "inputs[1].choices",
	 "not_of_this_type"},
	{calculator, "\"default\":\"today\"", "\"default\":\"2026-02-29\"", "inputs[2].default",
	 "not_of_this_type"},
	{calculator, "\"default\":\"today\"", "\"default\":\"2026-13-01\"", "inputs[2].default",
	 "not_of_this_type"},
	{calculator, "a + b", "a + z", "outputs[0].expr", "unknown_name"},
	{calculator, "a + b", "a + c", "outputs[0].expr", "unknown_name"},
	{calculator, "a + b", "a + e", "outputs[0].expr", "unknown_name"},
	{calculator, "a + b", "a +", "outputs[0].expr", "bad_expression"},
	{calculator, "a + b", "a + t", "outputs[0].expr", "text_as_number"},
	{calculator, "a + b", "a + d", "outputs[0].expr", "date_as_number"},
	{calculator, "days(d, d)", "days(d, a)", "outputs[1].expr", "not_a_date"},
	{calculator, "days(d, d)", "days(d, 1 + 2)", "outputs[1].expr", "not_a_date"},
	{calculator, "\"format\":\"money\"", "\"format\":\"euro\"", "outputs[1].format",
	 "not_one_of"},
	{calculator, "\"digits\":2", "\"digits\":11", "outputs[0].digits", "out_of_range"},
	{calculator, "\"digits\":2", "\"digits\":1.5", "outputs[0].digits", "not_an_integer"},
	{form, "\"kind\":\"form\"", "\"kind\":\"calculator\"", "outputs", "required"},
	{calculator, "\"kind\":\"calculator\"", "\"kind\":\"form\"", "text", "required"},
	{converter, "\"name\":\"km\"", "\"name\":\"m\"", "units[1].name", "duplicate"},
	{converter, "\"scale\":1000", "\"scale\":0", "units[1].scale", "out_of_range"},
	{converter, "\"scale\":1000", "\"scale\":-1", "units[1].scale", "out_of_range"},
	{converter, "\"from\":\"m\"", "\"from\":\"mm\"", "from", "unknown_name"},
	{converter, ",\"to\":\"km\"", "", "to", "required"},
	{converter, "\"to\":\"km\"", "\"to\":\"km\",\"rounds\":1", "rounds", "not_of_this_kind"},
	{checklist, "\"One\"", "\"\"", "items", "required"},
	{checklist, "\"One\"", "\"a\\tb\"", "items", "not_plain_text"},
	{checklist, "[\"One\",\"Two\"]", "[]", "items", "required"},
	{checklist, "\"items\"", "\"text\":\"x\",\"items\"", "text", "not_of_this_kind"},
	{counter, "\"start\":0", "\"start\":10", "counters[0].start", "out_of_range"},
	{counter, "\"min\":0", "\"min\":1", "counters[0].start", "out_of_range"},
	{counter, "\"step\":1", "\"step\":0", "counters[0].step", "out_of_range"},
	{counter, "\"max\":9", "\"max\":9000000000000000000", "counters[0].max", "out_of_range"},
	{timer, "\"seconds\":60", "\"seconds\":0", "timers[0].seconds", "out_of_range"},
	{timer, "\"seconds\":60", "\"seconds\":-1", "timers[0].seconds", "out_of_range"},
	{timer, "\"seconds\":60", "\"seconds\":360000", "timers[0].seconds", "out_of_range"},
	{timer, "\"rounds\":2", "\"rounds\":101", "rounds", "out_of_range"},
	{timer, ",\"rounds\":2", "", "rounds", "required"},
	{form, "{a}", "{b}", "text", "unknown_name"},
	{form, "{a}", "{a", "text", "unknown_name"},
	{form, "{a}", "a}", "text", "unknown_name"},
	{form, "{a}", "{{a}}", "text", "unknown_name"},
	{form, "{a}", "{}", "text", "unknown_name"},
	{form, "\"type\":\"longtext\"", "\"type\":\"line\"", "inputs[0].default",
	 "not_of_this_type"},
	{text, "\"upper\"", "\"rm -rf\"", "operations", "not_one_of"},
	{text, "\"upper\"", "\"count\"", "operations", "duplicate"},
};

static void test_read_refuses_what_breaks_a_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct arena *a = arena_new(8 << 20);
		const char *json = replace(a, r->json, r->from, r->to);
		struct spec s;
		struct err e = {0};

		assert_taken(a, r->json);
		if (spec_read(a, json, strlen(json), &s, &e) == 0)
			fail_msg("taken: %s", json);
		assert_int_equal(e.id, E_INVALID);
		if (strcmp(e.fields[0].name, r->field) != 0 ||
		    strcmp(e.fields[0].code, r->code) != 0)
			fail_msg("%s, not %s: %s", e.detail, r->field, r->code);
		arena_free(a);
	}
}

static void test_read_refuses_what_is_no_spec(void **state)
{
	static const char *const rows[] = {
		"", " ", "null", "7", "\"x\"", "[]", "{}", "{\"version\":1}", "{\"version\":1",
		"{\"version\":1,\"version\":1}", "{\"kind\":\"text\",}", "\xff", "{\"\\u0000\":1}",
		"{\"version\":1e999}", "{\"version\":99999999999999999999}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = arena_new(8 << 20);
		struct spec s;
		struct err e = {0};

		assert_int_equal(spec_read(a, rows[i], strlen(rows[i]), &s, &e), -1);
		assert_int_equal(e.id, E_INVALID);
		arena_free(a);
	}
}

/* A list of `n` copies of `piece`. */
static const char *many(struct arena *a, const char *piece, size_t n)
{
	struct buf b;

	buf_init(&b, a, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", piece);
	return buf_str(&b);
}

static const char *letters(struct arena *a, const char *piece, size_t n)
{
	struct buf b;

	buf_init(&b, a, 1 << 20);
	while (n-- > 0)
		buf_puts(&b, piece);
	return buf_str(&b);
}

static bool taken(struct arena *a, const char *json)
{
	struct spec s;
	struct err e = {0};

	return spec_read(a, json, strlen(json), &s, &e) == 0;
}

static void test_read_bounds_lengths_and_counts(void **state)
{
	struct arena *a = arena_new(32 << 20);
	const char *timer_item = "{\"label\":\"A\",\"seconds\":60}";
	const char *two = "{\"label\":\"A\",\"seconds\":60},{\"label\":\"B\",\"seconds\":10}";

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		bool fits = over == 0;
		/* Characters count, not bytes. */
		const char *title = arena_printf(a, "\"%s\"", letters(a, "ä", 80 + over));

		assert_true(taken(a, replace(a, checklist, "\"L\"", title)) == fits);
		assert_true(taken(a, replace(a, checklist, "One", letters(a, "€", 200 + over))) ==
			    fits);
		assert_true(taken(a, replace(a, checklist, "\"One\",\"Two\"",
					     many(a, "\"x\"", 100 + over))) == fits);
		assert_true(taken(a, replace(a, checklist, "abc", letters(a, "a", 40 + over))) ==
			    fits);
		assert_true(taken(a, replace(a, timer, two, many(a, timer_item, 12 + over))) ==
			    fits);
		assert_true(taken(a, replace(a, form, "Dear {a}",
					     letters(a, "x", 3994 + over))) == fits);
		assert_true(taken(a, replace(a, calculator, "\"name\":\"t\"",
					     arena_printf(a, "\"name\":\"%s\"",
							  letters(a, "t", 32 + over)))) == fits);
	}
	assert_false(taken(a, replace(a, checklist, "\"S\"",
				      arena_printf(a, "\"S\"%s", letters(a, " ", SPEC_JSON_MAX)))));
	arena_free(a);
}

static void test_read_defaults_what_is_left_out(void **state)
{
	struct arena *a = arena_new(8 << 20);
	struct spec s;
	struct err e = {0};

	(void)state;
	assert_int_equal(spec_read(a, calculator, strlen(calculator), &s, &e), 0);
	assert_string_equal(s.inputs[0].unit, "");
	assert_string_equal(s.inputs[3].dflt, "");
	assert_string_equal(s.from, "");
	assert_string_equal(s.text, "");
	assert_false(s.inputs[0].required);
	assert_true(s.inputs[0].has_max && !s.inputs[1].has_max);
	assert_true(s.inputs[0].max == 9);
	assert_int_equal(s.rounds, 0);
	arena_free(a);
}

static void test_char_steps_over_plain_text_only(void **state)
{
	static const struct {
		const char *p;
		size_t len;
	} rows[] = {
		{"a", 1},          {"\n", 1},             {"\t", 1},
		{"\r", 0},         {"\x1b", 0},           {"\x7f", 0},
		{"ä", 2},          {"€", 3},              {"\xf0\x9f\x98\x80", 4},
		{"\xc3", 0},       {"\x80", 0},           {"\xff", 0},
		{"\xc2\x85", 0},   {"\xe2\x80\xae", 0},   {"\xe2\x81\xa6", 0},
		{"\xe2\x80\xa8", 0}, {"\xef\xbb\xbf", 0}, {"\xf3\xa0\x81\x81", 0},
		{"", 0},           {"\xe2\x80\x8d", 3},   {"\xed\xa0\x80", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (spec_char(rows[i].p, strlen(rows[i].p)) != rows[i].len)
			fail_msg("row %zu: %zu", i, spec_char(rows[i].p, strlen(rows[i].p)));
}

static void test_check_takes_a_spec_without_the_unused(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct spec s = {.kind = SPEC_TEXT, .slug = "tool", .title = "T", .summary = "S",
			 .operations_n = 1, .operations = {"trim"}};
	struct err e = {0};

	(void)state;
	assert_int_equal(spec_check(a, &s, &e), 0);
	s.operations[0] = NULL;
	assert_int_equal(spec_check(a, &s, &e), -1);
	err_clear(&e);
	s.operations[0] = "trim";
	s.operations_n = 99;
	assert_int_equal(spec_check(a, &s, &e), -1);
	err_clear(&e);
	s.operations_n = 1;
	s.kind = SPEC_KINDS;
	assert_int_equal(spec_check(a, &s, &e), -1);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_takes_what_write_wrote),
		cmocka_unit_test(test_read_takes_the_examples_of_the_document),
		cmocka_unit_test(test_write_keeps_each_number),
		cmocka_unit_test(test_read_refuses_what_breaks_a_rule),
		cmocka_unit_test(test_read_refuses_what_is_no_spec),
		cmocka_unit_test(test_read_bounds_lengths_and_counts),
		cmocka_unit_test(test_read_defaults_what_is_left_out),
		cmocka_unit_test(test_char_steps_over_plain_text_only),
		cmocka_unit_test(test_check_takes_a_spec_without_the_unused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
