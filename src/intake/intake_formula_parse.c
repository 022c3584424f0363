#include "config.h"

#include "intake/intake_formula.h"

#include <string.h>

#define DEPTH_MAX 12
#define EXPR_MAX 380

static const struct formula_part nothing = {.expr = NULL};

struct formula_part intake_formula_atom(const char *expr, const char *shown)
{
	return (struct formula_part){.expr = expr, .shown = shown, .level = 4};
}

static const char *wrap(const struct formula *f, const char *text, bool needed)
{
	return needed ? arena_printf(f->t->a, "(%s)", text) : text;
}

struct formula_part intake_formula_join(const struct formula *f, struct formula_part l, char op,
					struct formula_part r)
{
	int level = op == '+' || op == '-' ? 1 : op == '^' ? 3 : 2;
	bool wrap_l = l.level < level || (op == '^' && l.level == 3);
	bool wrap_r = r.level < level || (r.level == level && op != '+' && op != '*');
	const char *sign = op == '*' ? "×" : op == '/' ? "÷" : op == '-' ? "−" : NULL;
	char text[2] = {op, '\0'};
	struct formula_part x = {.level = level, .uses = l.uses | r.uses, .ops = l.ops + r.ops + 1};

	if (l.expr == NULL || r.expr == NULL || strlen(l.expr) + strlen(r.expr) > EXPR_MAX)
		return nothing;
	x.expr = arena_printf(f->t->a, "%s %c %s", wrap(f, l.expr, wrap_l), op,
			      wrap(f, r.expr, wrap_r));
	x.shown = arena_printf(f->t->a, "%s %s %s", wrap(f, l.shown, wrap_l),
			       sign == NULL ? text : sign, wrap(f, r.shown, wrap_r));
	return x;
}

static struct formula_part hundredth(const struct formula *f, struct formula_part x)
{
	struct formula_part p = intake_formula_join(f, x, '/', intake_formula_atom("100", "100"));

	p.ops = x.ops;
	p.shown = arena_printf(f->t->a, "%s%%", x.shown);
	return p;
}

static struct formula_part parse_sum(struct formula *f);

static struct formula_part call(const struct formula *f, const char *name, struct formula_part x)
{
	if (x.expr == NULL)
		return nothing;
	x.expr = arena_printf(f->t->a, "%s(%s)", name, x.expr);
	x.shown = arena_printf(f->t->a, "%s(%s)", name, x.shown);
	x.level = 4;
	x.ops++;
	return x;
}

static struct formula_part bracket(struct formula *f)
{
	struct formula_part x = parse_sum(f);

	if (x.expr == NULL || !intake_formula_take(f, ")"))
		return nothing;
	x.percent = false;
	return x;
}

/* round(x, 2), max(a, b): the functions of the grammar in their own spelling. */
static struct formula_part function(struct formula *f, const char *name)
{
	struct formula_part x = parse_sum(f);

	while (x.expr != NULL && intake_formula_take(f, ",")) {
		struct formula_part y = parse_sum(f);

		if (y.expr == NULL || strlen(x.expr) > EXPR_MAX)
			return nothing;
		x.expr = arena_printf(f->t->a, "%s, %s", x.expr, y.expr);
		x.shown = arena_printf(f->t->a, "%s, %s", x.shown, y.shown);
		x.uses |= y.uses;
	}
	return x.expr != NULL && intake_formula_take(f, ")") ? call(f, name, x) : nothing;
}

/* "base fee 50": a field that holds 50 at first. */
static struct formula_part named_number(struct formula *f, size_t from, size_t end)
{
	int i = intake_formula_symbol(f, intake_words(f->t, from, end, 40));
	struct formula_part x;

	if (i < 0)
		return nothing;
	f->symbols[i].dflt = intake_number(f->t->a, f->t->tokens[end].number);
	x = intake_formula_atom(f->symbols[i].name, intake_lower(f->t->a, f->symbols[i].label));
	x.uses = 1u << i;
	return x;
}

static struct formula_part name(struct formula *f)
{
	size_t from = f->at, end = intake_formula_name_end(f, from);
	const char *label = intake_words(f->t, from, end, 40);
	struct formula_part x;
	int i;

	if (end == from)
		return nothing;
	if (end - from == 1 && spec_is_function(intake_lower(f->t->a, label)) &&
	    intake_is(f->t, end, "(")) {
		f->at = end + 1;
		return function(f, intake_lower(f->t->a, label));
	}
	f->at = end;
	if (end - from > 1 && f->t->tokens[end - 1].number >= 10)
		return named_number(f, from, end - 1);
	if (strcasecmp(label, "pi") == 0)
		return intake_formula_atom("3.141592653589793", "π");
	if ((i = intake_formula_symbol(f, label)) < 0)
		return nothing;
	x = intake_formula_atom(f->symbols[i].name, intake_lower(f->t->a, f->symbols[i].label));
	x.uses = 1u << i;
	return x;
}

static struct formula_part square_root(struct formula *f)
{
	bool open;

	intake_formula_take(f, "of");
	while (intake_at(f->t, SIGN_LIGHT, f->at))
		f->at++;
	open = intake_formula_take(f, "(");
	return call(f, "sqrt", open ? bracket(f) : intake_formula_operand(f));
}

static struct formula_part cube_root(struct formula *f)
{
	struct formula_part third = intake_formula_atom("(1 / 3)", "⅓");

	intake_formula_take(f, "of");
	return intake_formula_join(f, intake_formula_operand(f), '^', third);
}

static struct formula_part parse_atom(struct formula *f)
{
	const struct intake_text *t = f->t;

	while (f->at < t->n && intake_at(t, SIGN_LIGHT, f->at) &&
	       !intake_formula_is_variable(f, f->at))
		f->at++;
	if (f->at >= t->n)
		return nothing;
	if (intake_formula_take(f, "("))
		return bracket(f);
	if (intake_formula_is(f, "cube") && intake_is(t, f->at + 1, "root") && (f->at += 2))
		return cube_root(f);
	if (intake_formula_take(f, "√") ||
	    (intake_formula_is(f, "square") && intake_is(t, f->at + 1, "root") && (f->at += 2)))
		return square_root(f);
	if (intake_formula_take(f, "π"))
		return intake_formula_atom("3.141592653589793", "π");
	if (t->tokens[f->at].has_number || intake_formula_is_money(f))
		return intake_formula_number(f);
	return t->tokens[f->at].kind == INTAKE_WORD ? name(f) : nothing;
}

/* "discount percent / 100": the visitor divides by hundred himself. */
static bool is_divided_by_hundred(const struct formula *f)
{
	const struct intake_text *t = f->t;
	size_t i = f->at + (intake_formula_is(f, "/") || intake_formula_is(f, "÷") ? 1
			    : intake_formula_is(f, "divided")			   ? 2
										   : 0);

	return i > f->at && i < t->n && t->tokens[i].kind == INTAKE_NUMBER &&
	       t->tokens[i].number == 100;
}

/* "24%" and "24 percent of the price". */
static struct formula_part percent(struct formula *f, struct formula_part x)
{
	for (size_t i = 0; i < f->symbols_n; i++)
		if (x.level == 4 && x.uses == 1u << i)
			f->symbols[i].percent = true;
	if (is_divided_by_hundred(f))
		return x;
	x = hundredth(f, x);
	if (intake_formula_take(f, "of"))
		return intake_formula_join(f, x, '*', intake_formula_operand(f));
	if (x.uses == 0)
		intake_formula_skip_name(f);
	x.percent = true;
	return x;
}

struct formula_part intake_formula_operand(struct formula *f)
{
	struct formula_part x = nothing;

	if (++f->depth <= DEPTH_MAX)
		x = parse_atom(f);
	if (x.expr != NULL && (intake_formula_take(f, "squared") || intake_formula_take(f, "²")))
		x = intake_formula_join(f, x, '^', intake_formula_atom("2", "2"));
	else if (x.expr != NULL && (intake_formula_take(f, "cubed") || intake_formula_take(f, "³")))
		x = intake_formula_join(f, x, '^', intake_formula_atom("3", "3"));
	else if (x.expr != NULL && intake_formula_take(f, "^"))
		x = intake_formula_join(f, x, '^', intake_formula_operand(f));
	else if (x.expr != NULL &&
		 (intake_formula_take(f, "%") || intake_formula_take(f, "percent")))
		x = percent(f, x);
	f->depth--;
	return x;
}

/* 2x: a number right before a name. */
static bool adjacent(const struct formula *f)
{
	const struct intake_text *t = f->t;
	size_t len;

	return f->symbolic && f->at > 0 && f->at < t->n && t->tokens[f->at].kind == INTAKE_WORD &&
	       t->tokens[f->at].joined && t->tokens[f->at - 1].kind == INTAKE_NUMBER &&
	       intake_formula_operator(f, &len) == '\0';
}

static struct formula_part parse_term(struct formula *f)
{
	struct formula_part x = intake_formula_operand(f);

	x.rate = x.level == 4 && x.uses == 0;

	while (x.expr != NULL) {
		size_t before = f->at, len;
		bool next = adjacent(f);
		char op = intake_formula_operator(f, &len);
		struct formula_part y;

		bool rate = x.rate && intake_formula_is_rate(f, x.money);

		if (next || rate) {
			op = '*'; /* 2x, 2.5 per km */
			len = rate;
		}
		if (op != '*' && op != '/')
			break;
		f->at += len;
		y = rate ? intake_formula_counted(f) : intake_formula_operand(f);
		if (y.expr == NULL) {
			f->at = before;
			break;
		}
		x = intake_formula_join(f, x, op, y);
		x.rate = rate; /* per person per night */
	}
	return x;
}

/* "price + 24%" means 24% of what stands before. */
static struct formula_part add_percent(struct formula *f, struct formula_part x, char op,
				       struct formula_part y)
{
	y.percent = false;
	return intake_formula_join(f, x, '*',
				   intake_formula_join(f, intake_formula_atom("1", "1"), op, y));
}

static struct formula_part parse_sum(struct formula *f)
{
	bool minus = f->at < f->t->n && intake_formula_take(f, "-");
	struct formula_part x = parse_term(f);

	if (minus) {
		x = intake_formula_join(f, intake_formula_atom("0", "0"), '-', x);
		x.ops--; /* a sign alone, as before an item of a list, is no formula */
	}
	while (x.expr != NULL) {
		size_t before = f->at, len;
		char op = intake_formula_operator(f, &len);
		struct formula_part y;

		if (op != '+' && op != '-')
			break;
		f->at += len;
		y = parse_term(f);
		if (y.expr == NULL) {
			f->at = before;
			break;
		}
		x = y.percent ? add_percent(f, x, op, y) : intake_formula_join(f, x, op, y);
	}
	return x;
}

struct formula_part intake_formula_parse(struct formula *f)
{
	f->depth = 0;
	return parse_sum(f);
}
