/*
 * Expr: the formulas of a calculator.
 *
 *   expr   = cond
 *   cond   = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]      1 or 0
 *   sum    = term { ("+" | "-") term }
 *   term   = factor { ("*" | "/" | "%") factor }
 *   factor = [ "-" ] power
 *   power  = atom [ "^" factor ]                                      right associative
 *   atom   = number | name | name "(" expr { "," expr } ")" | "(" expr ")"
 *
 * Functions: min max (2 or more), pow days (2), if (3), round (1 or 2), floor
 * ceil abs sqrt exp ln log10 (1). days(a, b) are the whole days from date a to
 * date b. A choice input counts as its position (1, 2, …), yesno as 1 or 0.
 * At most 400 characters, 100 nodes and a depth of 20.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

enum expr_op { EXPR_NUMBER, EXPR_NAME, EXPR_CALL, EXPR_NEG, EXPR_BINARY };

struct expr {
	enum expr_op op;
	double number;
	const char *name;         /* of a name, a function, or the operator: "+", "<=" … */
	size_t args_n;
	const struct expr *args[8]; /* of a call; [0] and [1] of a binary; [0] of a negation */
};

/* Parse; NULL with E_INVALID and the offset in the detail. */
const struct expr *expr_parse(struct arena *a, const char *text, struct err *e);

/* Call fn with each name that is used as a value; stops at other than 0. */
int expr_names(const struct expr *x, int (*fn)(void *ctx, const char *name), void *ctx);
