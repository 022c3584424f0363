/*
 * Ready calculators: what ordinary people ask for. One row is one tool; its
 * phrases say when it is meant (ten points or more, see intake_calc.c).
 */
#pragma once
#include "intake/intake_int.h"

struct intake_known {
	const char *phrases, *title, *summary;
	const char *note; /* a feature of its own: the formula, a rule; or NULL */
	const struct spec_input *inputs;   /* ends with KNOWN_END */
	const struct spec_output *outputs; /* ends with KNOWN_END */
};

/* The themes; each table ends with a row without phrases. */
extern const struct intake_known intake_known_price[], intake_known_work[],
	intake_known_finance[], intake_known_travel[], intake_known_home[], intake_known_shape[],
	intake_known_health[], intake_known_study[], intake_known_tech[];

/* Row i of all themes, or NULL past the end. */
const struct intake_known *intake_known(size_t i);

#define KNOWN_IN (const struct spec_input[])
#define KNOWN_OUT (const struct spec_output[])
#define KNOWN_END {.name = NULL}

/* name, label, unit, what it holds at first, bounds */
#define REAL(n, l, u, d, lo, hi) \
	{n, l, u, d, SPEC_NUMBER, true, true, true, lo, hi, 0, {NULL}}
#define WHOLE(n, l, u, d, lo, hi) \
	{n, l, u, d, SPEC_INTEGER, true, true, true, lo, hi, 0, {NULL}}
#define DAY(n, l, d) {n, l, "", d, SPEC_DATE, true, false, false, 0, 0, 0, {NULL}}
#define PICK(n, l, d, count, ...) \
	{n, l, "", d, SPEC_CHOICE, true, false, false, 0, 0, count, {__VA_ARGS__}}

/* name, label, unit, expression, decimals */
#define PLAIN(n, l, u, x, digits) {n, l, u, x, SPEC_AS_NUMBER, digits}
#define COUNTED(n, l, u, x) {n, l, u, x, SPEC_AS_INTEGER, 0}
#define MONEY(n, l, x) {n, l, "", x, SPEC_AS_MONEY, 2}
#define PERCENT(n, l, x) {n, l, "", x, SPEC_AS_PERCENT, 2}
#define LASTING(n, l, x) {n, l, "", x, SPEC_AS_DURATION, 0}
