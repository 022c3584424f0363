/*
 * Formulas that a visitor writes: "total = price * quantity", "area is width
 * times height", "take the price and multiply it by 1.24".
 */
#pragma once
#include "intake/intake_int.h"

#define FORMULA_SYMBOLS 24

/* A name that a formula uses or defines. */
struct formula_symbol {
	const char *name, *label, *dflt;
	bool output, percent;
};

/* A piece of an expression, in the grammar of spec.h and for people to read. */
struct formula_part {
	const char *expr, *shown; /* NULL: not understood */
	int level;                /* how tight it binds: 1 sum, 2 term, 3 power, 4 atom */
	bool percent;             /* "24%", of nothing yet */
	bool money, rate;         /* "25 euros"; "25 per hour" may go on with "per day" */
	uint32_t uses;            /* the symbols in it, 1 << index */
	int ops;
};

struct formula {
	const struct intake_text *t;
	size_t at, depth;
	bool symbolic; /* written with signs: a hyphen between words is a minus */
	struct formula_symbol symbols[FORMULA_SYMBOLS];
	size_t symbols_n;
};

/* Does the word stand at f->at; the same, and move behind it. */
bool intake_formula_is(const struct formula *f, const char *word);
bool intake_formula_take(struct formula *f, const char *word);

/* Read the longest expression at f->at and move behind it. */
struct formula_part intake_formula_parse(struct formula *f);

/* The same for what is told in words: "multiply price by quantity, then add
 * shipping", "the average of a, b and c"; also a plain expression. */
struct formula_part intake_formula_tell(struct formula *f);

struct formula_part intake_formula_join(const struct formula *f, struct formula_part l, char op,
				 struct formula_part r);
struct formula_part intake_formula_operand(struct formula *f);
struct formula_part intake_formula_atom(const char *expr, const char *shown);

/* The operator at f->at: plus, minus, star or slash; NUL when there is none. Its
 * length in tokens is 0 where a hyphen inside a word means minus. */
char intake_formula_operator(const struct formula *f, size_t *ret_len);

/* Is token i a variable such as "a" or "i", though else it is a small word? */
bool intake_formula_is_variable(const struct formula *f, size_t i);

/* The end of the name that starts at a token; the token itself when none does. */
size_t intake_formula_name_end(const struct formula *f, size_t from);

/* The name that ends before token `end`: "the total price" before "=". Returns
 * where it starts, `end` when there is none. */
size_t intake_formula_name_before(const struct formula *f, size_t end);

/* The symbol for a name; -1 when there are too many. */
int intake_formula_symbol(struct formula *f, const char *label);

/* Numbers, amounts of money ("$40", "15 euros travel") and what a rate counts:
 * "25 euros per hour" asks for a number of hours (intake_formula_rate.c). */
bool intake_formula_is_money(const struct formula *f);
struct formula_part intake_formula_number(struct formula *f);

/* Pass over what an amount is for: the name in "30% tax". */
void intake_formula_skip_name(struct formula *f);

/* Does "per hour" stand here; of money also "an hour", "each hour", "/hour"? */
bool intake_formula_is_rate(const struct formula *f, bool money);
struct formula_part intake_formula_counted(struct formula *f);
