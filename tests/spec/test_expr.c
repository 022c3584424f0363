#include "config.h"

#include "spec/spec.h"
#include "base/check.h"
#include "tests/spec/eval.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct eval_value values[] = {
	{"a", 2}, {"b", 3}, {"c", 5}, {"born", 20000229}, {"on", 20260228}, {"x1_y", 0.5},
};

static double calculate(const char *text)
{
	struct arena *a = arena_new(1 << 20);
	struct err e = {0};
	const struct spec_expr *x = spec_expr_parse(a, text, &e);
	double v = x == NULL ? NAN : eval(x, values, COUNT(values));

	if (x == NULL)
		print_error("%s: %s\n", text, e.detail);
	arena_free(a);
	return v;
}

static void test_parse_gives_the_value(void **state)
{
	static const struct {
		const char *text;
		double value;
	} rows[] = {
		{"1", 1},
		{" 1.5 + 2 ", 3.5},
		{"2 + 3 * 4", 14},
		{"(2 + 3) * 4", 20},
		{"10 - 4 - 3", 3},
		{"100 / 10 / 2", 5},
		{"7 % 4", 3},
		{"-7 % 4", -3},
		{"-2 ^ 2", -4},
		{"2 ^ -1", 0.5},
		{"2 ^ 3 ^ 2", 512},
		{"a*-b", -6},
		{"a * b + c", 11},
		{"x1_y * 4", 2},
		{"a < b", 1},
		{"a >= b", 0},
		{"a + 1 == b", 1},
		{"a != b", 1},
		{"(a <= b) + (b > c)", 1},
		{"if(a > b, a, b)", 3},
		{"if(0, 1 / 0, 7)", 7},
		{"min(c, a, b)", 2},
		{"max(1,2,3,4,5,6,7,8)", 8},
		{"round(2.5)", 3},
		{"round(-2.5)", -3},
		{"round(3.14159, 2)", 3.14},
		{"floor(-1.5) + ceil(1.2)", 0},
		{"abs(-3) + sqrt(16)", 7},
		{"exp(0) + ln(1) + log10(1000)", 4},
		{"pow(2, 10)", 1024},
		{"days(born, on)", 9496},
		{"months(born, on)", 311},
		{"years(born, on)", 25},
		{"years(on, born)", -25},
		{"\ta\n+\r b", 5},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (fabs(calculate(rows[i].text) - rows[i].value) > 1e-9 ||
		    isnan(calculate(rows[i].text)))
			fail_msg("%s gives %g, not %g", rows[i].text, calculate(rows[i].text),
				 rows[i].value);
}

static void test_parse_refuses_what_is_no_expression(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"+",
		"1 +",
		"* 2",
		"a b",
		"2a",
		"1..2",
		"1.",
		".5",
		"1e3",
		"A",
		"a.b",
		"_a",
		"(a",
		"a)",
		"()",
		"a + (b * 2",
		"--a",
		"+a",
		"a < b < c",
		"a = b",
		"a =< b",
		"!a",
		"a && b",
		"a;b",
		"a,b",
		"min(a)",
		"min()",
		"min a",
		"pow(a)",
		"pow(a,b,c)",
		"if(a,b)",
		"round()",
		"round(a,b,c)",
		"max(1,2,3,4,5,6,7,8,9)",
		"sin(a)",
		"eval(a)",
		"\"a\"",
		"a[0]",
		"$a",
		"a`",
		"größe",
		"a\\b",
		"a//b",
		"a /* c */",
		"a123456789012345678901234567890123",
		"min(a,)",
		"sqrt(a",
		"a^",
		"1 2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		struct err e = {0};

		if (spec_expr_parse(a, rows[i], &e) != NULL)
			fail_msg("%s was taken", rows[i]);
		assert_int_equal(e.id, E_INVALID);
		assert_true(strlen(e.detail) > 0);
		arena_free(a);
	}
}

/* `head`, then `piece` n times, then `tail`. */
static const char *repeat(struct arena *a, const char *head, const char *piece, int n,
			  const char *tail)
{
	struct buf b;

	buf_init(&b, a, 100000);
	buf_puts(&b, head);
	while (n-- > 0)
		buf_puts(&b, piece);
	buf_puts(&b, tail);
	return buf_str(&b);
}

static void test_parse_keeps_its_bounds(void **state)
{
	static const struct {
		const char *head, *piece;
		int n;
		const char *tail;
		bool taken;
	} rows[] = {
		{"a", "+a", 19, "", true},
		{"a", "+a", 20, "", false},
		{"", "(", 19, "a))))))))))))))))))))", false},
		{"", "(", 19, "a)))))))))))))))))))", true},
		{"", "(", 20, "a))))))))))))))))))))", false},
		{"a", "^a", 19, "", true},
		{"a", "^a", 20, "", false},
		{"a", " ", 399, "", true},
		{"a", " ", 400, "", false},
		{"", "(", 5000, "", false},
		{"", "abs(", 5000, "", false},
		{"", "a^-", 5000, "", false},
		{"1", "0", 398, "", false},
		{"1", "0", 300, "", true},
	};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *a = arena_new(1 << 20);
		const char *text = repeat(a, rows[i].head, rows[i].piece, rows[i].n, rows[i].tail);

		err_clear(&e);
		if ((spec_expr_parse(a, text, &e) != NULL) != rows[i].taken)
			fail_msg("row %zu: %s", i, e.detail);
		arena_free(a);
	}
}

/* max() of eight sums of six: 48 names, 40 plus, 1 call; two of them are over 100. */
static void test_parse_counts_the_parts(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *sum = "a+a+a+a+a+a";
	const char *eight = arena_printf(a, "max(%s,%s,%s,%s,%s,%s,%s,%s)", sum, sum, sum, sum, sum,
					 sum, sum, sum);
	const char *hundred = arena_printf(a, "%s+a*a*a*a*a", eight);
	struct err e = {0};

	(void)state;
	assert_non_null(spec_expr_parse(a, hundred, &e));                      /* 89 + 1 + 9 = 99 */
	assert_null(spec_expr_parse(a, arena_printf(a, "%s*a", hundred), &e)); /* 101 */
	assert_non_null(strstr(e.detail, "100 parts"));
	arena_free(a);
}

static int collect(void *ctx, const char *name)
{
	struct buf *b = ctx;

	buf_puts(b, name);
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

static void test_names_visits_values_only(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct err e = {0};
	struct buf b;

	(void)state;
	buf_init(&b, a, 1000);
	assert_int_equal(spec_expr_names(spec_expr_parse(a, "min(a, -b) + c ^ a", &e), collect, &b),
			 0);
	assert_string_equal(buf_str(&b), "abca");
	assert_int_equal(spec_expr_names(spec_expr_parse(a, "a + stop + b", &e), collect, &b), 7);
	assert_string_equal(buf_str(&b), "abcaastop");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_gives_the_value),
		cmocka_unit_test(test_parse_refuses_what_is_no_expression),
		cmocka_unit_test(test_parse_keeps_its_bounds),
		cmocka_unit_test(test_parse_counts_the_parts),
		cmocka_unit_test(test_names_visits_values_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
