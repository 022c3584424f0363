/*
 * A small evaluator of expressions, for tests: it says what template/SPEC.md
 * says. A date is the number yyyymmdd.
 */
#pragma once
#include "spec/spec.h"

struct eval_value {
	const char *name;
	double value;
};

/* The value of `x`; NAN for a name that is not among the values. */
double eval(const struct spec_expr *x, const struct eval_value *values, size_t n);
