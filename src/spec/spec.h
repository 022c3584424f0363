/*
 * Spec: the compiled-in specification of a small tool.
 *
 * What intake makes from a conversation and the template worker turns into Go:
 * typed inputs, formulas, units, items. It crosses the wall between them as
 * JSON (template/SPEC.md shows it), and every bound below is checked on the
 * way in. The room is pure: no database, no HTTP.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define SPEC_INPUTS 12
#define SPEC_OUTPUTS 12
#define SPEC_UNITS 24
#define SPEC_ITEMS 100
#define SPEC_CHOICES 16
#define SPEC_COUNTERS 12
#define SPEC_TIMERS 12
#define SPEC_OPERATIONS 16
#define SPEC_PLATFORMS 4

enum spec_kind {
	SPEC_CALCULATOR, /* inputs and computed outputs */
	SPEC_CONVERTER,  /* one quantity, many units */
	SPEC_CHECKLIST,
	SPEC_COUNTER,
	SPEC_TIMER,
	SPEC_FORM, /* inputs filled into a text */
	SPEC_TEXT, /* operations on a text */
	SPEC_KINDS
};

enum spec_type {
	SPEC_NUMBER, SPEC_INTEGER, SPEC_LINE, SPEC_LONGTEXT, SPEC_CHOICE, SPEC_YESNO, SPEC_DATE,
	SPEC_TYPES
};
enum spec_format {
	SPEC_AS_NUMBER, SPEC_AS_INTEGER, SPEC_AS_MONEY, SPEC_AS_PERCENT, SPEC_AS_DURATION,
	SPEC_FORMATS
};
enum spec_artifact { SPEC_WEB, SPEC_BINARY, SPEC_BOTH, SPEC_ARTIFACTS };

/*
 * All texts are UTF-8 in one arena, bounded as said. Names match
 * [a-z][a-z0-9_]{0,31} and are unique among inputs and outputs. An expression
 * is in the grammar at the end and uses only inputs and outputs that stand
 * before it.
 */
struct spec {
	enum spec_kind kind;
	const char *slug;    /* [a-z0-9]+(-[a-z0-9]+)*, 3 to 40: file names */
	const char *title;   /* 1 to 80 characters */
	const char *summary; /* 1 to 300 */
	size_t inputs_n, outputs_n, units_n, items_n, counters_n, timers_n, operations_n;
	struct spec_input {
		const char *name, *label, *unit, *dflt; /* label ≤ 60, unit ≤ 12, "" for none */
		enum spec_type type;
		bool required, has_min, has_max;
		double min, max;
		size_t choices_n;
		const char *choices[SPEC_CHOICES];
	} inputs[SPEC_INPUTS];
	struct spec_output {
		const char *name, *label, *unit, *expr;
		enum spec_format format;
		int digits; /* 0 to 10 */
	} outputs[SPEC_OUTPUTS];
	struct spec_unit { /* value in the base unit = x * scale + offset */
		const char *name, *label, *symbol;
		double scale, offset;
	} units[SPEC_UNITS];
	const char *from, *to; /* names of the units first shown */
	const char *items[SPEC_ITEMS];
	struct spec_counter {
		const char *label;
		int64_t start, step, min, max;
	} counters[SPEC_COUNTERS];
	struct spec_timer {
		const char *label;
		int64_t seconds; /* 0: a stopwatch */
	} timers[SPEC_TIMERS];
	int64_t rounds;   /* how often the timers run one after the other; 1 to 100 */
	const char *text; /* of a form: "Dear {name}, …"; ≤ 4000 */
	const char *operations[SPEC_OPERATIONS]; /* names of spec_operations */
};

extern const char *const spec_kind_names[SPEC_KINDS];
extern const char *const spec_type_names[SPEC_TYPES];
extern const char *const spec_format_names[SPEC_FORMATS];
extern const char *const spec_artifact_names[SPEC_ARTIFACTS];
extern const char *const spec_operations[]; /* NULL-terminated: what a text tool can do */
extern const char *const spec_platforms[];  /* NULL-terminated: "linux-amd64", … */

/* The spec as JSON, for storage and for the worker's assignment. */
const char *spec_write(struct arena *a, const struct spec *s);

/* Read it back; every bound above is checked. E_INVALID says what is wrong. */
#define SPEC_JSON_MAX (512u * 1024)
int spec_read(struct arena *a, const char *json, size_t n, struct spec *ret, struct err *e);

/* The same checks on a spec in memory; texts may be NULL for "". E_INVALID
 * names each member that is wrong ("outputs[1].expr"). `a` is for scratch. */
int spec_check(struct arena *a, const struct spec *s, struct err *e);

/* The length of the character at p, of which n bytes are there, or 0 when no
 * text of a spec may hold it: ill-formed UTF-8, controls other than tab and
 * line feed, invisible marks that reorder or hide what stands around them. */
size_t spec_char(const char *p, size_t n);

/*
 * Expressions: the formulas of a tool.
 *
 *   expr   = cond
 *   cond   = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]      1 or 0
 *   sum    = term { ("+" | "-") term }
 *   term   = factor { ("*" | "/" | "%") factor }
 *   factor = [ "-" ] power
 *   power  = atom [ "^" factor ]                                      right associative
 *   atom   = number | name | name "(" expr { "," expr } ")" | "(" expr ")"
 *
 * Functions: min max (2 to 8), pow days months years (2), if (3), round (1 or
 * 2), floor ceil abs sqrt exp ln log10 (1). days(a, b) are the whole days from
 * date a to date b, months and years the whole calendar ones; only these three
 * take dates. A choice input counts as its position (1, 2, …), yesno as 1 or 0.
 * At most 400 characters, 100 nodes and a depth of 20.
 */
enum spec_op { SPEC_OP_NUMBER, SPEC_OP_NAME, SPEC_OP_CALL, SPEC_OP_NEG, SPEC_OP_BINARY };

struct spec_expr {
	enum spec_op op;
	double number;
	const char *name; /* of a name, a function, or the operator: "+", "<=" … */
	size_t args_n;
	const struct spec_expr *args[8]; /* of a call; [0] and [1] of a binary; [0] of a negation */
};

/* Is it the name of a function? Then no input or output may be called so. */
bool spec_is_function(const char *name);

/* Parse; NULL with E_INVALID and the offset in the detail. */
const struct spec_expr *spec_expr_parse(struct arena *a, const char *text, struct err *e);

/* Call fn with each name that is used as a value; stops at other than 0. */
int spec_expr_names(const struct spec_expr *x, int (*fn)(void *ctx, const char *name), void *ctx);
