#include "config.h"

#include "tests/spec/eval.h"

#include <math.h>
#include <string.h>

struct scope {
	const struct eval_value *values;
	size_t n;
};

static double look_up(const struct scope *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->values[i].name, name) == 0)
			return s->values[i].value;
	return NAN;
}

static double day_number(double date)
{
	long y = (long)date / 10000, m = (long)date / 100 % 100, d = (long)date % 100;

	/* The year begins in March, so that the odd day comes last. */
	y -= m <= 2;
	m = (m + 9) % 12;
	return (double)(365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d);
}

static double months(double a, double b)
{
	long from = (long)a, to = (long)b;

	if (to < from)
		return -months(b, a);
	return (double)((to / 10000 - from / 10000) * 12 + (to / 100 % 100 - from / 100 % 100) -
			(to % 100 < from % 100));
}

static double round_to(double x, double digits)
{
	double unit = pow(10, digits);

	return round(x * unit) / unit;
}

static double fold(const struct scope *s, const struct spec_expr *x, bool greatest);
static double value(const struct scope *s, const struct spec_expr *x);

static double call(const struct scope *s, const struct spec_expr *x)
{
	double a = value(s, x->args[0]), b = x->args_n > 1 ? value(s, x->args[1]) : 0;

	if (strcmp(x->name, "if") == 0)
		return value(s, x->args[a != 0 ? 1 : 2]);
	if (strcmp(x->name, "min") == 0 || strcmp(x->name, "max") == 0)
		return fold(s, x, x->name[1] == 'a');
	if (strcmp(x->name, "days") == 0)
		return day_number(b) - day_number(a);
	if (strcmp(x->name, "months") == 0)
		return months(a, b);
	if (strcmp(x->name, "years") == 0)
		return trunc(months(a, b) / 12);
	if (strcmp(x->name, "round") == 0)
		return round_to(a, b);
	return strcmp(x->name, "pow") == 0     ? pow(a, b)
	       : strcmp(x->name, "floor") == 0 ? floor(a)
	       : strcmp(x->name, "ceil") == 0  ? ceil(a)
	       : strcmp(x->name, "abs") == 0   ? fabs(a)
	       : strcmp(x->name, "sqrt") == 0  ? sqrt(a)
	       : strcmp(x->name, "exp") == 0   ? exp(a)
	       : strcmp(x->name, "ln") == 0    ? log(a)
	       : strcmp(x->name, "log10") == 0 ? log10(a)
					       : NAN;
}

static double fold(const struct scope *s, const struct spec_expr *x, bool greatest)
{
	double best = value(s, x->args[0]);

	for (size_t i = 1; i < x->args_n; i++) {
		double v = value(s, x->args[i]);

		if (greatest ? v > best : v < best)
			best = v;
	}
	return best;
}

static double binary(const char *op, double a, double b)
{
	return strcmp(op, "+") == 0    ? a + b
	       : strcmp(op, "-") == 0  ? a - b
	       : strcmp(op, "*") == 0  ? a * b
	       : strcmp(op, "/") == 0  ? a / b
	       : strcmp(op, "%") == 0  ? fmod(a, b)
	       : strcmp(op, "^") == 0  ? pow(a, b)
	       : strcmp(op, "<") == 0  ? a < b
	       : strcmp(op, "<=") == 0 ? a <= b
	       : strcmp(op, ">") == 0  ? a > b
	       : strcmp(op, ">=") == 0 ? a >= b
	       : strcmp(op, "==") == 0 ? a == b
	       : strcmp(op, "!=") == 0 ? a != b
				       : NAN;
}

static double value(const struct scope *s, const struct spec_expr *x)
{
	switch (x->op) {
	case SPEC_OP_NUMBER:
		return x->number;
	case SPEC_OP_NAME:
		return look_up(s, x->name);
	case SPEC_OP_NEG:
		return -value(s, x->args[0]);
	case SPEC_OP_BINARY:
		return binary(x->name, value(s, x->args[0]), value(s, x->args[1]));
	case SPEC_OP_CALL:
	default:
		return call(s, x);
	}
}

double eval(const struct spec_expr *x, const struct eval_value *values, size_t n)
{
	struct scope s = {values, n};

	return value(&s, x);
}
