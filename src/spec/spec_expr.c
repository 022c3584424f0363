#include "config.h"

#include "spec/spec_int.h"
#include "base/check.h"
#include "base/str.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 400
#define NODES_MAX 100
#define DEPTH_MAX 20
#define ARGS_MAX 8

static const struct function {
	const char *name;
	size_t min, max;
} functions[] = {
	{"min", 2, ARGS_MAX}, {"max", 2, ARGS_MAX}, {"pow", 2, 2},  {"days", 2, 2},
	{"months", 2, 2},     {"years", 2, 2},      {"if", 3, 3},   {"round", 1, 2},
	{"floor", 1, 1},      {"ceil", 1, 1},       {"abs", 1, 1},  {"sqrt", 1, 1},
	{"exp", 1, 1},        {"ln", 1, 1},         {"log10", 1, 1},
};

/* The levels of the grammar below an expression, loosest first. */
static const char *const comparisons[] = {"<=", ">=", "==", "!=", "<", ">", NULL};
static const char *const sums[] = {"+", "-", NULL};
static const char *const terms[] = {"*", "/", "%", NULL};

struct parser {
	struct arena *a;
	const char *text, *at;
	size_t nodes, depth;
	const char *why; /* the first thing that is wrong */
};

static const struct function *find_function(const char *name)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

bool spec_is_function(const char *name)
{
	return find_function(name) != NULL;
}

static struct spec_expr *fail(struct parser *p, const char *why)
{
	if (p->why == NULL)
		p->why = why;
	return NULL;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

static bool take(struct parser *p, const char *symbol)
{
	skip_blanks(p);
	if (!str_starts(p->at, symbol))
		return false;
	p->at += strlen(symbol);
	return true;
}

static const char *take_one(struct parser *p, const char *const *symbols)
{
	for (; *symbols != NULL; symbols++)
		if (take(p, *symbols))
			return *symbols;
	return NULL;
}

static struct spec_expr *node(struct parser *p, enum spec_op op, const char *name)
{
	struct spec_expr *x;

	if (++p->nodes > NODES_MAX)
		return fail(p, "more than 100 parts");
	x = ARENA_NEW(p->a, struct spec_expr);
	x->op = op;
	x->name = name;
	return x;
}

static struct spec_expr *binary(struct parser *p, const char *op, const struct spec_expr *left,
				const struct spec_expr *right)
{
	struct spec_expr *x = right == NULL ? NULL : node(p, SPEC_OP_BINARY, op);

	if (x == NULL)
		return NULL;
	x->args_n = 2;
	x->args[0] = left;
	x->args[1] = right;
	return x;
}

static struct spec_expr *parse_expr(struct parser *p);
static struct spec_expr *parse_factor(struct parser *p);

static struct spec_expr *parse_number(struct parser *p)
{
	size_t n = strspn(p->at, "0123456789.");
	const char *text = arena_strndup(p->a, p->at, n);
	struct spec_expr *x;

	if (!spec_is_number(text) || !isfinite(strtod(text, NULL)))
		return fail(p, "not a number");
	p->at += n;
	if ((x = node(p, SPEC_OP_NUMBER, NULL)) != NULL)
		x->number = strtod(text, NULL);
	return x;
}

static struct spec_expr *parse_call(struct parser *p, const char *name)
{
	const struct function *f = find_function(name);
	struct spec_expr *x;

	if (f == NULL)
		return fail(p, "no such function");
	if ((x = node(p, SPEC_OP_CALL, f->name)) == NULL)
		return NULL;
	do {
		const struct spec_expr *arg = parse_expr(p);

		if (arg == NULL)
			return NULL;
		if (x->args_n == f->max)
			return fail(p, "too many values for the function");
		x->args[x->args_n++] = arg;
	} while (take(p, ","));
	if (!take(p, ")"))
		return fail(p, "a bracket is not closed");
	return x->args_n < f->min ? fail(p, "too few values for the function") : x;
}

static struct spec_expr *parse_name(struct parser *p)
{
	size_t n = strspn(p->at, "abcdefghijklmnopqrstuvwxyz0123456789_");
	const char *name = arena_strndup(p->a, p->at, n);

	if (!spec_is_name(name))
		return fail(p, "not a name");
	p->at += n;
	return take(p, "(") ? parse_call(p, name) : node(p, SPEC_OP_NAME, name);
}

static struct spec_expr *parse_atom(struct parser *p)
{
	struct spec_expr *x;

	skip_blanks(p);
	if (*p->at >= '0' && *p->at <= '9')
		return parse_number(p);
	if (*p->at >= 'a' && *p->at <= 'z')
		return parse_name(p);
	if (!take(p, "("))
		return fail(p, "a value is missing");
	x = parse_expr(p);
	if (x != NULL && !take(p, ")"))
		return fail(p, "a bracket is not closed");
	return x;
}

static struct spec_expr *parse_power(struct parser *p)
{
	struct spec_expr *x = parse_atom(p);

	return x != NULL && take(p, "^") ? binary(p, "^", x, parse_factor(p)) : x;
}

/* Every way down leads through here, so the depth is counted here. */
static struct spec_expr *parse_factor(struct parser *p)
{
	struct spec_expr *x, *inner;

	if (++p->depth > DEPTH_MAX)
		return fail(p, "nested too deep");
	if (!take(p, "-")) {
		x = parse_power(p);
	} else if ((inner = parse_power(p)) == NULL) {
		x = NULL;
	} else if ((x = node(p, SPEC_OP_NEG, "-")) != NULL) {
		x->args_n = 1;
		x->args[0] = inner;
	}
	p->depth--;
	return x;
}

static struct spec_expr *parse_term(struct parser *p)
{
	struct spec_expr *x = parse_factor(p);
	const char *op;

	while (x != NULL && (op = take_one(p, terms)) != NULL)
		x = binary(p, op, x, parse_factor(p));
	return x;
}

static struct spec_expr *parse_sum(struct parser *p)
{
	struct spec_expr *x = parse_term(p);
	const char *op;

	while (x != NULL && (op = take_one(p, sums)) != NULL)
		x = binary(p, op, x, parse_term(p));
	return x;
}

static struct spec_expr *parse_expr(struct parser *p)
{
	struct spec_expr *x = parse_sum(p);
	const char *op = x == NULL ? NULL : take_one(p, comparisons);

	return op == NULL ? x : binary(p, op, x, parse_sum(p));
}

/* Long sums grow to the left without nesting in the text; the tree counts too. */
static bool too_deep(const struct spec_expr *x, size_t depth)
{
	if (depth > DEPTH_MAX)
		return true;
	for (size_t i = 0; i < x->args_n; i++)
		if (too_deep(x->args[i], depth + 1))
			return true;
	return false;
}

const struct spec_expr *spec_expr_parse(struct arena *a, const char *text, struct err *e)
{
	struct parser p = {.a = a, .text = text, .at = text};
	struct spec_expr *x = NULL;

	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		fail(&p, "longer than 400 characters");
	else
		x = parse_expr(&p);
	skip_blanks(&p);
	if (x != NULL && *p.at != '\0')
		x = fail(&p, "something stands after the end");
	if (x != NULL && too_deep(x, 1))
		x = fail(&p, "nested too deep");
	if (x == NULL)
		err_set(e, E_INVALID, "expression: %s at %zu", p.why, (size_t)(p.at - text));
	return x;
}

int spec_expr_names(const struct spec_expr *x, int (*fn)(void *ctx, const char *name), void *ctx)
{
	if (x->op == SPEC_OP_NAME)
		return fn(ctx, x->name);
	for (size_t i = 0; i < x->args_n; i++) {
		int rc = spec_expr_names(x->args[i], fn, ctx);

		if (rc != 0)
			return rc;
	}
	return 0;
}
