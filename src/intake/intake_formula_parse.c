#include "config.h"

#include "intake/intake_formula.h"
#include "base/check.h"

#include <string.h>

#define DEPTH_MAX 12
#define NAME_WORDS 4
#define EXPR_MAX 380

static const struct formula_part nothing = {.expr = NULL};

/* Operators as they are written; the longest that fits is taken. */
static const struct {
	const char *words[2];
	char op;
} operators[] = {
	{{"multiplied", "by"}, '*'}, {{"multiplied", "with"}, '*'}, {{"divided", "by"}, '/'},
	{{"added", "to"}, '+'},      {{"times", NULL}, '*'},        {{"x", NULL}, '*'},
	{{"*", NULL}, '*'},          {{"×", NULL}, '*'},            {{"·", NULL}, '*'},
	{{"over", NULL}, '/'},       {{"/", NULL}, '/'},            {{"÷", NULL}, '/'},
	{{"plus", NULL}, '+'},       {{"+", NULL}, '+'},            {{"minus", NULL}, '-'},
	{{"less", NULL}, '-'},       {{"-", NULL}, '-'},
};

static bool is(const struct formula *f, const char *word)
{
	return intake_is(f->t, f->at, word);
}

static bool take(struct formula *f, const char *word)
{
	bool there = is(f, word);

	f->at += there;
	return there;
}

/* A hyphen inside a word was dropped when the message was cut up. */
static bool after_hyphen(const struct formula *f, size_t i)
{
	static const char *const heads[] = {"pre", "non", "post", "sub", "re", "after", "half"};
	const struct intake_token *k = &f->t->tokens[i];

	if (!f->symbolic || i == 0 || !k->joined || f->t->raw[k->at - 1] != '-' ||
	    f->t->raw[f->t->tokens[i - 1].at] == '-')
		return false;
	for (size_t h = 0; h < COUNT(heads); h++)
		if (intake_is(f->t, i - 1, heads[h]))
			return false;
	return true;
}

/* "x" is a sign between two values, or a name: 2x, x squared. */
static bool is_sign_x(const struct formula *f)
{
	const struct intake_token *k = &f->t->tokens[f->at];
	bool after_number = f->at > 0 && k->joined &&
			    f->t->tokens[f->at - 1].kind == INTAKE_NUMBER;

	return !after_number && f->at + 1 < f->t->n &&
	       (k[1].kind == INTAKE_NUMBER || intake_is(f->t, f->at + 1, "(") ||
		(k[1].kind == INTAKE_WORD && !intake_is(f->t, f->at + 1, "squared") &&
		 !intake_at(f->t, SIGN_STOP, f->at + 1)));
}

static char operator_at(const struct formula *f, size_t *ret_len)
{
	*ret_len = 0;
	if (f->at < f->t->n && f->at > 0 && after_hyphen(f, f->at))
		return '-';
	if (is(f, "x") && !is_sign_x(f))
		return '\0';
	for (size_t i = 0; i < COUNT(operators); i++) {
		const char *second = operators[i].words[1];

		if (!is(f, operators[i].words[0]) ||
		    (second != NULL && !intake_is(f->t, f->at + 1, second)))
			continue;
		if (operators[i].op == '-' && intake_is(f->t, f->at + 1, "than"))
			continue;
		*ret_len = second == NULL ? 1 : 2;
		return operators[i].op;
	}
	return '\0';
}

/* Words that end a name although they are no operators. */
static bool ends_name(const struct formula *f, size_t i)
{
	static const char *const words[] = {
		"squared", "cubed", "percent", "equals", "is", "multiply", "divide", "subtract",
		"where", "multiplying", "dividing", "adding", "subtracting", "root",
		"multiplies", "divides", "adds", "subtracts", "takes", "take", "deduct",
	};
	size_t len;
	struct formula here = {.t = f->t, .at = i, .symbolic = f->symbolic};

	if (i >= f->t->n || (operator_at(&here, &len) != '\0' && len > 0))
		return true;
	for (size_t k = 0; k < COUNT(words); k++)
		if (intake_is(f->t, i, words[k]))
			return true;
	return intake_at(f->t, SIGN_STOP, i) > 0 || intake_at(f->t, SIGN_LIGHT, i) > 0;
}

/* "of" and small numbers may stand inside a name: number of people, grade 1. */
static size_t name_end(const struct formula *f, size_t from)
{
	const struct intake_text *t = f->t;
	size_t end = from;

	while (end < t->n && end - from < NAME_WORDS) {
		bool word = t->tokens[end].kind == INTAKE_WORD && !ends_name(f, end);
		bool number = t->tokens[end].kind == INTAKE_NUMBER && end > from &&
			      t->tokens[end].number < 100 && t->tokens[end].len < 3;

		if (end > from && after_hyphen(f, end))
			break;
		if (intake_is(t, end, "of") && end > from && end + 1 < t->n &&
		    t->tokens[end + 1].kind == INTAKE_WORD && !ends_name(f, end + 1))
			word = true;
		if (!word && !number)
			break;
		end++;
	}
	return end;
}

size_t formula_name_before(const struct formula *f, size_t end)
{
	const struct intake_text *t = f->t;
	size_t from = end;

	while (from > 0 && end - from < NAME_WORDS) {
		const struct intake_token *k = &t->tokens[from - 1];
		bool inner = intake_is(t, from - 1, "of") && from < end && from > 1 &&
			     t->tokens[from - 2].kind == INTAKE_WORD && !ends_name(f, from - 2);

		if (k->kind != INTAKE_WORD || (ends_name(f, from - 1) && !inner))
			break;
		from--;
	}
	return from;
}

/* Prices and price are the same thing to a visitor. */
static bool same_name(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t less = n < m ? n : m;

	return strncmp(a, b, less) == 0 && (n == m || (n + m == 2 * less + 1 &&
	       less > 2 && (n > m ? a : b)[less] == 's'));
}

int formula_symbol(struct formula *f, const char *label)
{
	const char *name = intake_identifier(f->t->a, label);
	struct formula_symbol *s;

	for (size_t i = 0; i < f->symbols_n; i++)
		if (same_name(f->symbols[i].name, name))
			return (int)i;
	if (f->symbols_n == FORMULA_SYMBOLS || *label == '\0')
		return -1;
	s = &f->symbols[f->symbols_n];
	*s = (struct formula_symbol){.name = name, .label = label, .dflt = ""};
	return (int)f->symbols_n++;
}

struct formula_part formula_atom(const char *expr, const char *shown)
{
	return (struct formula_part){.expr = expr, .shown = shown, .level = 4};
}

static const char *wrap(const struct formula *f, const char *text, bool needed)
{
	return needed ? arena_printf(f->t->a, "(%s)", text) : text;
}

struct formula_part formula_join(const struct formula *f, struct formula_part l, char op,
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
	struct formula_part p = formula_join(f, x, '/', formula_atom("100", "100"));

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

	if (x.expr == NULL || !take(f, ")"))
		return nothing;
	x.percent = false;
	return x;
}

/* round(x, 2), max(a, b): the functions of the grammar in their own spelling. */
static struct formula_part function(struct formula *f, const char *name)
{
	struct formula_part x = parse_sum(f);

	while (x.expr != NULL && take(f, ",")) {
		struct formula_part y = parse_sum(f);

		if (y.expr == NULL || strlen(x.expr) > EXPR_MAX)
			return nothing;
		x.expr = arena_printf(f->t->a, "%s, %s", x.expr, y.expr);
		x.shown = arena_printf(f->t->a, "%s, %s", x.shown, y.shown);
		x.uses |= y.uses;
	}
	return x.expr != NULL && take(f, ")") ? call(f, name, x) : nothing;
}

static struct formula_part name(struct formula *f)
{
	size_t from = f->at, end = name_end(f, from);
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
	if (strcasecmp(label, "pi") == 0)
		return formula_atom("3.141592653589793", "π");
	if ((i = formula_symbol(f, label)) < 0)
		return nothing;
	x = formula_atom(f->symbols[i].name, intake_lower(f->t->a, f->symbols[i].label));
	x.uses = 1u << i;
	return x;
}

static struct formula_part number(struct formula *f)
{
	const struct intake_token *k = &f->t->tokens[f->at++];
	const char *text = intake_number(f->t->a, k->number);

	return text == NULL ? nothing : formula_atom(text, text);
}

static struct formula_part square_root(struct formula *f)
{
	bool open;

	take(f, "of");
	while (intake_at(f->t, SIGN_LIGHT, f->at))
		f->at++;
	open = take(f, "(");
	return call(f, "sqrt", open ? bracket(f) : formula_operand(f));
}

static struct formula_part parse_atom(struct formula *f)
{
	const struct intake_text *t = f->t;

	while (f->at < t->n && intake_at(t, SIGN_LIGHT, f->at))
		f->at++;
	if (f->at >= t->n)
		return nothing;
	if (take(f, "("))
		return bracket(f);
	if (take(f, "√") || (is(f, "square") && intake_is(t, f->at + 1, "root") && (f->at += 2)))
		return square_root(f);
	if (take(f, "π"))
		return formula_atom("3.141592653589793", "π");
	if (t->tokens[f->at].has_number)
		return number(f);
	return t->tokens[f->at].kind == INTAKE_WORD ? name(f) : nothing;
}

/* "24%" and "24 percent of the price". */
static struct formula_part percent(struct formula *f, struct formula_part x)
{
	for (size_t i = 0; i < f->symbols_n; i++)
		if (x.level == 4 && x.uses == 1u << i)
			f->symbols[i].percent = true;
	x = hundredth(f, x);
	if (take(f, "of"))
		return formula_join(f, x, '*', formula_operand(f));
	x.percent = true;
	return x;
}

struct formula_part formula_operand(struct formula *f)
{
	struct formula_part x = nothing;

	if (++f->depth <= DEPTH_MAX)
		x = parse_atom(f);
	if (x.expr != NULL && (take(f, "squared") || take(f, "²")))
		x = formula_join(f, x, '^', formula_atom("2", "2"));
	else if (x.expr != NULL && (take(f, "cubed") || take(f, "³")))
		x = formula_join(f, x, '^', formula_atom("3", "3"));
	else if (x.expr != NULL && take(f, "^"))
		x = formula_join(f, x, '^', formula_operand(f));
	else if (x.expr != NULL && (take(f, "%") || take(f, "percent")))
		x = percent(f, x);
	f->depth--;
	return x;
}

/* 2x: a number right before a name. */
static bool adjacent(const struct formula *f)
{
	const struct intake_text *t = f->t;

	return f->at > 0 && f->at < t->n && t->tokens[f->at].kind == INTAKE_WORD &&
	       t->tokens[f->at].joined && t->tokens[f->at - 1].kind == INTAKE_NUMBER &&
	       !after_hyphen(f, f->at);
}

static struct formula_part parse_term(struct formula *f)
{
	struct formula_part x = formula_operand(f);

	while (x.expr != NULL) {
		size_t before = f->at, len;
		char op = adjacent(f) && f->symbolic ? '*' : operator_at(f, &len);
		struct formula_part y;

		if (op != '*' && op != '/')
			break;
		f->at += adjacent(f) && f->symbolic ? 0 : len;
		y = formula_operand(f);
		if (y.expr == NULL) {
			f->at = before;
			break;
		}
		x = formula_join(f, x, op, y);
	}
	return x;
}

/* "price + 24%" means 24% of what stands before. */
static struct formula_part add_percent(struct formula *f, struct formula_part x, char op,
				       struct formula_part y)
{
	y.percent = false;
	return formula_join(f, x, '*', formula_join(f, formula_atom("1", "1"), op, y));
}

static struct formula_part parse_sum(struct formula *f)
{
	bool minus = f->at < f->t->n && take(f, "-");
	struct formula_part x = parse_term(f);

	if (minus)
		x = formula_join(f, formula_atom("0", "0"), '-', x);
	while (x.expr != NULL) {
		size_t before = f->at, len;
		char op = operator_at(f, &len);
		struct formula_part y;

		if (op != '+' && op != '-')
			break;
		f->at += len;
		y = parse_term(f);
		if (y.expr == NULL) {
			f->at = before;
			break;
		}
		x = y.percent ? add_percent(f, x, op, y) : formula_join(f, x, op, y);
	}
	return x;
}

struct formula_part formula_parse(struct formula *f)
{
	f->depth = 0;
	return parse_sum(f);
}
