#include "config.h"

#include "intake/intake_known.h"
#include "intake/intake_lexicon.h"
#include "intake/intake_units.h"
#include "base/check.h"
#include "tests/intake/talk.h"
#include "tests/spec/eval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VALUES 40

struct values {
	struct eval_value rows[VALUES];
	double unit[VALUES]; /* one in the last digit given */
	size_t n;
};

/* "a=1.5 born=2000-02-29" */
static void read_values(struct arena *a, const char *p, struct values *ret)
{
	ret->n = 0;
	for (p += strspn(p, " \t"); *p != '\0' && *p != '\n'; p += strspn(p, " ")) {
		size_t name = strcspn(p, "="), len = strcspn(p, " \n");
		char *text = arena_strndup(a, p + name + 1, len - name - 1), *dash, *point;

		dash = strchr(text + 1, '-');
		if (dash != NULL)
			text = arena_printf(a, "%.4s%.2s%.2s", text, text + 5, text + 8);
		point = strchr(text, '.');
		check(ret->n < VALUES);
		ret->unit[ret->n] = point == NULL ? 1 : pow(10, -(double)strlen(point + 1));
		ret->rows[ret->n++] =
			(struct eval_value){arena_strndup(a, p, name), strtod(text, NULL)};
		p += len;
	}
}

static const char *next_line(struct arena *a, const char **at)
{
	size_t n = strcspn(*at, "\n");
	const char *line = arena_strndup(a, *at, n);

	*at += n + ((*at)[n] == '\n');
	return line + strspn(line, "\t");
}

/* Work the outputs out in their order, each into the values. */
static void compute(struct arena *a, const struct spec *s, struct values *v)
{
	for (size_t i = 0; i < s->outputs_n; i++) {
		struct err e = {0};
		const struct spec_expr *x = spec_expr_parse(a, s->outputs[i].expr, &e);

		assert_non_null(x);
		v->rows[v->n] = (struct eval_value){s->outputs[i].name, eval(x, v->rows, v->n)};
		v->n++;
	}
}

static double value_of(const struct values *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->rows[i].name, name) == 0)
			return v->rows[i].value;
	return NAN;
}

static int check_results(const struct values *given, const struct values *wanted, const char *title)
{
	int bad = 0;

	for (size_t i = 0; i < wanted->n; i++) {
		double is = value_of(given, wanted->rows[i].name), half = wanted->unit[i] * 0.5001;

		if (wanted->unit[i] >= 1)
			half = 1e-6;
		if (!(fabs(is - wanted->rows[i].value) <= half)) {
			print_error("%s: %s is %.10g, not %.10g\n", title, wanted->rows[i].name, is,
				    wanted->rows[i].value);
			bad++;
		}
	}
	return bad;
}

static bool inputs_complete(const struct spec *s, const struct values *v)
{
	for (size_t i = 0; i < s->inputs_n; i++)
		if (isnan(value_of(v, s->inputs[i].name)))
			return false;
	return true;
}

/* One example: is the tool found by these words, and does it compute so? */
static int check_example(struct arena *a, const char *title, const char **at)
{
	struct intake_message message = {true, next_line(a, at)};
	struct intake in = {.messages = &message, .messages_n = 1};
	struct values given, wanted;

	read_values(a, next_line(a, at), &given);
	read_values(a, next_line(a, at), &wanted);
	intake_think(a, &in);
	if (in.verdict != INTAKE_READY || strcmp(in.spec.title, title) != 0) {
		print_error("\"%s\" is not understood as %s but %s\n", message.text, title,
			    in.verdict == INTAKE_READY ? in.spec.title : "nothing");
		return 1;
	}
	if (!inputs_complete(&in.spec, &given) || wanted.n == 0) {
		print_error("%s: not all values are given\n", title);
		return 1;
	}
	compute(a, &in.spec, &given);
	return check_results(&given, &wanted, title);
}

static void test_each_known_calculator_computes_its_examples(void **state)
{
	struct arena *file = arena_new(16 << 20);
	const char *at = talk_open(file, "examples.txt"), *text = at;
	int bad = 0, examples = 0;

	(void)state;
	while (*at != '\0') {
		const char *title = next_line(file, &at);
		struct arena *a;

		if (*title == '\0' || *title == '#')
			continue;
		a = arena_new(16 << 20);
		bad += check_example(a, title, &at);
		arena_free(a);
		examples++;
	}
	for (size_t i = 0; intake_known(i) != NULL; i++)
		if (strstr(text, arena_printf(file, "\n\n%s\n", intake_known(i)->title)) == NULL) {
			print_error("no example of the %s\n", intake_known(i)->title);
			bad++;
		}
	assert_int_equal(bad, 0);
	assert_true(examples >= 90);
	arena_free(file);
}

static void test_each_known_calculator_is_a_spec(void **state)
{
	(void)state;
	for (size_t i = 0; intake_known(i) != NULL; i++) {
		const struct intake_known *k = intake_known(i);
		struct arena *a = arena_new(1 << 20);
		struct spec s = {.kind = SPEC_CALCULATOR,
				 .slug = "tool",
				 .title = k->title,
				 .summary = k->summary};
		struct err e = {0};

		while (k->inputs[s.inputs_n].name != NULL)
			s.inputs[s.inputs_n] = k->inputs[s.inputs_n], s.inputs_n++;
		while (k->outputs[s.outputs_n].name != NULL)
			s.outputs[s.outputs_n] = k->outputs[s.outputs_n], s.outputs_n++;
		if (spec_check(a, &s, &e) != 0)
			fail_msg("%s: %s", k->title, e.detail);
		arena_free(a);
	}
}

static double convert(const char *from, const char *to, double x)
{
	const struct spec_unit *a = NULL, *b = NULL;

	for (const struct intake_quantity *q = intake_quantities; q->phrases != NULL; q++)
		for (const struct intake_unit *u = q->units; u->phrases != NULL; u++) {
			a = strcmp(u->unit.name, from) == 0 ? &u->unit : a;
			b = strcmp(u->unit.name, to) == 0 ? &u->unit : b;
		}
	check(a != NULL && b != NULL);
	return (x * a->scale + a->offset - b->offset) / b->scale;
}

static const struct {
	const char *from, *to;
	double x, y;
} conversions[] = {
	{"mile", "kilometer", 1, 1.609344},
	{"inch", "centimeter", 1, 2.54},
	{"foot", "inch", 1, 12},
	{"yard", "foot", 1, 3},
	{"mile", "foot", 1, 5280},
	{"nautical_mile", "meter", 1, 1852},
	{"pound", "kilogram", 1, 0.45359237},
	{"pound", "ounce", 1, 16},
	{"stone", "pound", 1, 14},
	{"short_ton", "pound", 1, 2000},
	{"long_ton", "pound", 1, 2240},
	{"carat", "gram", 1, 0.2},
	{"celsius", "fahrenheit", 100, 212},
	{"fahrenheit", "celsius", -40, -40},
	{"celsius", "kelvin", 0, 273.15},
	{"kelvin", "rankine", 100, 180},
	{"gallon", "cubic_inch", 1, 231},
	{"gallon", "quart", 1, 4},
	{"quart", "pint", 1, 2},
	{"pint", "cup", 1, 2},
	{"cup", "fluid_ounce", 1, 8},
	{"fluid_ounce", "tablespoon", 1, 2},
	{"tablespoon", "teaspoon", 1, 3},
	{"uk_gallon", "liter", 1, 4.54609},
	{"uk_gallon", "uk_pint", 1, 8},
	{"barrel", "gallon", 1, 42},
	{"cubic_foot", "cubic_inch", 1, 1728},
	{"acre", "square_yard", 1, 4840},
	{"square_mile", "acre", 1, 640},
	{"square_foot", "square_inch", 1, 144},
	{"hectare", "square_meter", 1, 10000},
	{"mph", "kmh", 1, 1.609344},
	{"knot", "kmh", 1, 1.852},
	{"mps", "kmh", 1, 3.6},
	{"week", "hour", 1, 168},
	{"year", "month", 1, 12},
	{"year", "day", 1, 365.2425},
	{"byte", "bit", 1, 8},
	{"gigabyte", "megabyte", 1, 1000},
	{"gibibyte", "mebibyte", 1, 1024},
	{"kilocalorie", "kilojoule", 1, 4.184},
	{"kilowatt_hour", "megajoule", 1, 3.6},
	{"watt_hour", "joule", 1, 3600},
	{"bar", "kilopascal", 1, 100},
	{"atmosphere", "pascal", 1, 101325},
	{"atmosphere", "torr", 1, 760},
	{"psi", "pascal", 1, 6894.757293168361},
	{"horsepower", "watt", 1, 745.69987158227022},
	{"metric_horsepower", "watt", 1, 735.49875},
	{"turn", "degree", 1, 360},
	{"degree", "arcminute", 1, 60},
	{"degree", "arcsecond", 1, 3600},
	{"gradian", "degree", 100, 90},
	{"radian", "degree", 3.141592653589793, 180},
};

static void test_units_convert_by_their_definitions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(conversions); i++) {
		double y = convert(conversions[i].from, conversions[i].to, conversions[i].x);

		if (fabs(y - conversions[i].y) > 1e-9 * (1 + fabs(conversions[i].y)))
			fail_msg("%g %s are %.15g %s, not %.15g", conversions[i].x,
				 conversions[i].from, y, conversions[i].to, conversions[i].y);
	}
}

/* A phrase that stands twice in a row would count twice. */
static void test_no_phrase_stands_twice(void **state)
{
	struct arena *a = arena_new(4 << 20);
	const struct intake_lexicon *lex = intake_lexicon_new(a);

	(void)state;
	for (size_t r = 0; r < lex->rows_n; r++)
		for (size_t i = 0; i < lex->rows[r].n; i++)
			for (size_t k = 0; k < i; k++) {
				const struct lex_phrase *p = &lex->phrases[lex->rows[r].first + i];
				const struct lex_phrase *q = &lex->phrases[lex->rows[r].first + k];

				if (p->n == q->n && p->plural == q->plural &&
				    memcmp(p->ids, q->ids, sizeof(p->ids)) == 0)
					fail_msg("row %zu: a phrase with %s", r,
						 lex->words[p->ids[0] - 1].stem);
			}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_known_calculator_is_a_spec),
		cmocka_unit_test(test_each_known_calculator_computes_its_examples),
		cmocka_unit_test(test_units_convert_by_their_definitions),
		cmocka_unit_test(test_no_phrase_stands_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
