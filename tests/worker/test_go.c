#include "config.h"

#include "worker/worker_int.h"
#include "base/check.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *read_file(struct arena *a, const char *name)
{
	const char *srcdir = getenv("srcdir");
	const char *path = arena_printf(a, "%s/%s", srcdir == NULL ? "." : srcdir, name);
	FILE *f = fopen(path, "rb");
	char *text = arena_alloc(a, SPEC_JSON_MAX);

	if (f == NULL)
		fail_msg("cannot read %s", path);
	text[fread(text, 1, SPEC_JSON_MAX - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* The generated file, or NULL with the reason in *e. */
static const char *generate(struct arena *a, const struct spec *s, struct err *e)
{
	struct buf to;

	memset(e, 0, sizeof(*e));
	buf_init(&to, a, 1 << 20);
	return worker_go(a, s, &to, e) == 0 ? buf_str(&to) : NULL;
}

static const char *generated(struct arena *a, const struct spec *s)
{
	struct err e;
	const char *go = generate(a, s, &e);

	if (go == NULL)
		fail_msg("%s", e.detail);
	return go;
}

static void assert_refused(struct arena *a, const struct spec *s)
{
	struct err e;

	assert_null(generate(a, s, &e));
	assert_int_equal(e.id, E_INVALID);
}

static const char *of_file(struct arena *a, const char *name)
{
	const char *json = read_file(a, arena_printf(a, "tests/worker/specs/%s.json", name));
	struct err e = {0};
	struct spec s;

	if (spec_read(a, json, strlen(json), &s, &e) < 0)
		fail_msg("%s: %s %s", name, e.detail, e.fields[0].name);
	return generated(a, &s);
}

/* A calculator with one formula. */
static struct spec with_expr(const char *expr)
{
	struct spec s = {
		.kind = SPEC_CALCULATOR, .slug = "abc", .title = "T", .summary = "S",
		.inputs_n = 2, .outputs_n = 2,
		.inputs = {{.name = "a", .label = "A"}, {.name = "b", .label = "B"}},
		.outputs = {{.name = "first", .label = "F", .expr = "a"},
			    {.name = "second", .label = "S"}},
	};

	s.outputs[1].expr = expr;
	return s;
}

static const char *formula(struct arena *a, const char *expr)
{
	struct spec s = with_expr(expr);
	const char *at = strstr(generated(a, &s), "func output1(v []float64) float64 {\n\treturn ");

	assert_non_null(at);
	at = strstr(at, "return ") + strlen("return ");
	return arena_strndup(a, at, strcspn(at, "\n"));
}

static void test_formulas_become_calls(void **state)
{
	static const char *const cases[][2] = {
		{"a", "v[0]"},
		{"b + first", "engine.Add(v[1], v[2])"},
		{"a + b * 2", "engine.Add(v[0], engine.Mul(v[1], 2))"},
		{"(a + b) * 2", "engine.Mul(engine.Add(v[0], v[1]), 2)"},
		{"a - b - 1", "engine.Sub(engine.Sub(v[0], v[1]), 1)"},
		{"-a ^ 2", "engine.Neg(engine.Pow(v[0], 2))"},
		{"2 ^ -a", "engine.Pow(2, engine.Neg(v[0]))"},
		{"a % b / 0", "engine.Div(engine.Mod(v[0], v[1]), 0)"},
		{"a < b", "engine.Lt(v[0], v[1])"},
		{"a <= b", "engine.Le(v[0], v[1])"},
		{"a > b", "engine.Gt(v[0], v[1])"},
		{"a >= b", "engine.Ge(v[0], v[1])"},
		{"a == b", "engine.Eq(v[0], v[1])"},
		{"a != b", "engine.Ne(v[0], v[1])"},
		{"if(a, b, 0.1)", "engine.If(v[0], v[1], 0.1)"},
		{"min(a, b, 1, 2, 3, 4, 5, 6)", "engine.Min(v[0], v[1], 1, 2, 3, 4, 5, 6)"},
		{"max(a, b)", "engine.Max(v[0], v[1])"},
		{"round(a) + round(a, 2)", "engine.Add(engine.Round(v[0]), engine.Round(v[0], 2))"},
		{"floor(ceil(abs(a)))", "engine.Floor(engine.Ceil(engine.Abs(v[0])))"},
		{"sqrt(exp(ln(log10(a))))", "engine.Sqrt(engine.Exp(engine.Ln(engine.Log10(v[0]))))"},
		{"pow(a, b)", "engine.Pow(v[0], v[1])"},
		{"days(a, b) + months(a, b) + years(a, b)",
		 "engine.Add(engine.Add(engine.Days(v[0], v[1]), engine.Months(v[0], v[1])), "
		 "engine.Years(v[0], v[1]))"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(formula(*state, cases[i][0]), cases[i][1]);
}

static void test_bad_formulas_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "a +", "second", "unknown", "v[0]", "a; panic(1)", "a)", "os.Exit(1)", "A",
		"system(a)", "a b", "\"a\"", "a // b", "func(){}()", "1e5", "0x10",
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct spec s = with_expr(cases[i]);

		assert_refused(*state, &s);
	}
}

static void test_numbers_come_back_exactly(void **state)
{
	static const double cases[] = {
		0, 1, -1, 0.1, 1.0 / 3, 100, 1e15, 1e-30, 123456789.123456789, 5e-324, 1.7e308,
		0.5555555555555556, -273.15, 255.3722222222222,
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct spec s = {
			.kind = SPEC_CONVERTER, .slug = "abc", .title = "T", .summary = "S",
			.from = "u", .to = "u", .units_n = 1,
			.units = {{.name = "u", .label = "U", .scale = cases[i]}},
		};
		const char *at = strstr(generated(*state, &s), "Scale: ");

		assert_non_null(at);
		assert_true(strtod(at + strlen("Scale: "), NULL) == cases[i]);
		s.units[0].scale = NAN;
		assert_refused(*state, &s);
		s.units[0].scale = HUGE_VAL;
		assert_refused(*state, &s);
	}
}

/* Walks over the file: texts in quotes go to `inside` with their escapes
 * undone and a mark between two of them, all else to `outside`. Returns the
 * longest literal. */
static size_t take_apart(const char *go, struct buf *inside, struct buf *outside)
{
	size_t longest = 0;

	while (*go != '\0') {
		const char *from;

		if (*go != '"') {
			buf_putc(outside, *go++);
			continue;
		}
		for (from = ++go; *go != '"'; go++) {
			assert_true(*go != '\0' && *go != '\n');
			if (*go != '\\') {
				buf_putc(inside, *go);
				continue;
			}
			go++;
			assert_non_null(strchr("nt\"\\", *go));
			buf_putc(inside, *go == 'n' ? '\n' : *go == 't' ? '\t' : *go);
		}
		longest = (size_t)(go - from) > longest ? (size_t)(go - from) : longest;
		go++;
		if (strncmp(go, " + \"", 4) == 0) /* the same text goes on */
			go += 3;
		else if (strncmp(go, " +\n\t\"", 5) == 0)
			go += 4;
		else
			buf_putc(inside, '\1');
	}
	return longest;
}

static const char evil[] =
	"EVIL \"`\\\"` + panic(\"EVIL\") */ // \\n\\x00 \n\t </script> ${x} %s %n "
	"\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x8e\x89 'EVIL' \\";

/* Every text of every kind, as hostile as it can be. */
static struct spec hostile(void)
{
	struct spec s = {
		.kind = SPEC_FORM, .slug = evil, .title = evil, .summary = evil, .text = evil,
		.from = evil, .to = evil, .rounds = 3,
		.inputs_n = 1, .outputs_n = 1, .units_n = 1, .items_n = 2, .counters_n = 1,
		.timers_n = 1,
		.inputs = {{.name = evil, .label = evil, .unit = evil, .dflt = evil,
			    .type = SPEC_CHOICE, .choices_n = 2, .choices = {evil, evil}}},
		.outputs = {{.name = evil, .label = evil, .unit = evil, .expr = "1"}},
		.units = {{.name = evil, .label = evil, .symbol = evil, .scale = 1}},
		.items = {evil, evil},
		.counters = {{.label = evil, .step = 1}},
		.timers = {{.label = evil, .seconds = 60}},
	};

	return s;
}

static void test_texts_stay_in_quotes(void **state)
{
	struct spec s = hostile();
	const char *go = generated(*state, &s);
	struct buf inside, outside;
	size_t n = 0;

	buf_init(&inside, *state, 1 << 20);
	buf_init(&outside, *state, 1 << 20);
	assert_in_range(take_apart(go, &inside, &outside), 1, 44);
	assert_null(strstr(buf_str(&outside), "EVIL"));
	assert_null(strpbrk(buf_str(&outside), "`'\\$%<"));
	for (const char *p = buf_str(&inside); (p = strstr(p, evil)) != NULL; p += strlen(evil)) {
		assert_int_equal(p[strlen(evil)], '\1');
		n++;
	}
	assert_int_equal(n, 22);
}

static void test_texts_that_are_none_are_refused(void **state)
{
	static const char *const cases[] = {
		"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf", "a\x01", "a\rb", "\x7f",
		"\xe2\x80\xae" "abc", "\xef\xbb\xbf" "abc", "\xe2\x80\xa8",
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct spec s = with_expr("a");

		s.title = cases[i];
		assert_refused(*state, &s);
		s.title = "T";
		s.inputs[1].label = cases[i];
		assert_refused(*state, &s);
	}
}

static void test_operations_are_those_that_there_are(void **state)
{
	struct spec s = {.kind = SPEC_TEXT, .slug = "abc", .title = "T", .summary = "S"};

	for (const char *const *o = spec_operations; *o != NULL; o++) {
		s.operations_n = 1;
		s.operations[0] = *o;
		assert_non_null(strstr(generated(*state, &s), *o));
	}
	s.operations[0] = "format_disk";
	assert_refused(*state, &s);
}

static void test_each_kind_has_its_parts(void **state)
{
	static const char *const cases[][2] = {
		{"calculator", "Kind: engine.Calculator, Slug: slug, Title: title, "
			       "Summary: summary, Inputs: inputs, Outputs: outputs}\n"},
		{"converter", "Units: units, From: \"celsius\", To: \"fahrenheit\"}\n"},
		{"checklist", "Items: items}\n"},
		{"counter", "Tallies: tallies}\n"},
		{"timer", "Stages: stages, Rounds: 4}\n"},
		{"form", "Inputs: inputs, Outputs: outputs, Body: body}\n"},
		{"text", "Operations: operations}\n"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *go = of_file(*state, cases[i][0]), *at = strstr(go, cases[i][1]);

		assert_non_null(at);
		assert_string_equal(at, cases[i][1]); /* it is the end */
		assert_string_equal(go, of_file(*state, cases[i][0]));
	}
}

/* The tool that the template itself holds is what we would write. */
static void test_the_sample_of_the_template_is_generated(void **state)
{
	assert_string_equal(of_file(*state, "sample"),
			    read_file(*state, "template/tool/spec.go"));
}

static void test_a_full_buffer_is_an_error(void **state)
{
	struct spec s = with_expr("a");
	struct err e = {0};
	struct buf to;

	buf_init(&to, *state, 100);
	assert_int_equal(worker_go(*state, &s, &to, &e), -1);
	assert_int_equal(e.id, E_INVALID);
}

static int setup(void **state)
{
	*state = arena_new(64u << 20);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formulas_become_calls),
		TEST(test_bad_formulas_are_refused),
		TEST(test_numbers_come_back_exactly),
		TEST(test_texts_stay_in_quotes),
		TEST(test_texts_that_are_none_are_refused),
		TEST(test_operations_are_those_that_there_are),
		TEST(test_each_kind_has_its_parts),
		TEST(test_the_sample_of_the_template_is_generated),
		TEST(test_a_full_buffer_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
