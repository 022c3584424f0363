#include "config.h"

#include "intake/intake_formula.h"
#include "base/check.h"

#include <string.h>

#define LIST_MAX 8
#define STEPS_MAX 8
#define NUMBERED_MAX 10

static const struct formula_part nothing = {.expr = NULL};

static bool take_one(struct formula *f, const char *const *words)
{
	for (; *words != NULL; words++)
		if (intake_formula_take(f, *words))
			return true;
	return false;
}

static const char *const multiply[] = {"multiply", "multiplies", "multiplying", "times", NULL};
static const char *const divide[] = {"divide", "divides", "dividing", NULL};
static const char *const add[] = {"add", "adds", "adding", "plus", NULL};
static const char *const subtract[] = {"subtract", "subtracts", "subtracting",
				       "deduct",   "minus",     NULL};
static const char *const by[] = {"by", "with", "and", NULL};
static const char *const grab[] = {"take", "takes", "taking", NULL};
static const char *const it[] = {"it", "that", "this", "everything", NULL};

/* "a, b and c" joined by one operator; *ret_n says how many. */
static struct formula_part list(struct formula *f, char op, int *ret_n)
{
	struct formula_part x = intake_formula_operand(f);

	for (*ret_n = 1; x.expr != NULL && *ret_n < LIST_MAX; ++*ret_n) {
		size_t before = f->at;
		struct formula_part y;
		bool more = intake_formula_take(f, ",");

		more = intake_formula_take(f, "and") || intake_formula_take(f, "to") || more;
		y = more ? intake_formula_operand(f) : nothing;
		if (y.expr == NULL) {
			f->at = before;
			break;
		}
		x = intake_formula_join(f, x, op, y);
	}
	return x;
}

/* "Five numbers" are as many fields: Number 1 and so on. */
static struct formula_part numbered(struct formula *f, char op, int *ret_n)
{
	const struct intake_text *t = f->t;
	struct formula_part x = nothing;
	size_t i = f->at;

	*ret_n = i + 1 < t->n && t->tokens[i].has_number && t->tokens[i].number <= NUMBERED_MAX
			 ? (int)t->tokens[i].number
			 : 0;
	if (*ret_n < 2 || !(intake_is(t, i + 1, "numbers") || intake_is(t, i + 1, "values")))
		return nothing;
	for (int k = 1; k <= *ret_n; k++) {
		int s = intake_formula_symbol(f, arena_printf(t->a, "Number %d", k));
		struct formula_part y;

		if (s < 0)
			return nothing;
		y = intake_formula_atom(f->symbols[s].name,
					intake_lower(t->a, f->symbols[s].label));
		y.uses = 1u << s;
		x = k == 1 ? y : intake_formula_join(f, x, op, y);
	}
	f->at = i + 2;
	return x;
}

/* What "the sum of" is followed by, joined by the operator. */
static struct formula_part members(struct formula *f, char op, int *ret_n)
{
	struct formula_part x = numbered(f, op, ret_n);

	return x.expr != NULL ? x : list(f, op, ret_n);
}

static struct formula_part at_least_two(struct formula *f, char op)
{
	int n;
	struct formula_part x = members(f, op, &n);

	return n > 1 ? x : nothing;
}

static struct formula_part average(struct formula *f)
{
	int n;
	struct formula_part x = members(f, '+', &n);
	const char *count = arena_printf(f->t->a, "%d", n);

	return n > 1 ? intake_formula_join(f, x, '/', intake_formula_atom(count, count)) : nothing;
}

static struct formula_part pair(struct formula *f, char op, const char *const *between)
{
	struct formula_part x = intake_formula_operand(f);

	if (x.expr == NULL || !take_one(f, between))
		return nothing;
	return intake_formula_join(f, x, op, intake_formula_operand(f));
}

/* "subtract a from b" is b - a. */
static struct formula_part subtraction(struct formula *f)
{
	struct formula_part x = intake_formula_operand(f);

	if (x.expr == NULL || !intake_formula_take(f, "from"))
		return nothing;
	return intake_formula_join(f, intake_formula_operand(f), '-', x);
}

static const struct {
	const char *words[2];
	char op; /* '~' for an average */
} nouns[] = {
	{{"sum", "of"}, '+'},        {{"total", "of"}, '+'},      {{"product", "of"}, '*'},
	{{"average", "of"}, '~'},    {{"mean", "of"}, '~'},       {{"ratio", "of"}, '/'},
	{{"ratio", "between"}, '/'}, {{"difference", "of"}, '-'}, {{"difference", "between"}, '-'},
};

static bool is_noun(const struct formula *f, size_t i)
{
	return intake_is(f->t, f->at, nouns[i].words[0]) &&
	       intake_is(f->t, f->at + 1, nouns[i].words[1]);
}

static struct formula_part start(struct formula *f)
{
	static const char *const over[] = {"by", "with", "through", NULL};

	while (!f->symbolic && intake_at(f->t, SIGN_LIGHT, f->at) &&
	       !intake_formula_is_variable(f, f->at))
		f->at++;
	for (size_t i = 0; i < COUNT(nouns); i++)
		if (is_noun(f, i)) {
			f->at += 2;
			return nouns[i].op == '~' ? average(f) : at_least_two(f, nouns[i].op);
		}
	if (take_one(f, multiply))
		return pair(f, '*', by);
	if (take_one(f, divide))
		return pair(f, '/', over);
	if (take_one(f, subtract))
		return subtraction(f);
	if (take_one(f, add))
		return at_least_two(f, '+');
	take_one(f, grab);
	return intake_formula_parse(f);
}

/* "(and then) multiply it by x": what is done next with the value so far. */
static struct formula_part step(struct formula *f, struct formula_part x)
{
	char op;

	while (intake_formula_take(f, ",") || intake_formula_take(f, "and") ||
	       intake_formula_take(f, "then") || intake_formula_take(f, "."))
		continue;
	op = take_one(f, multiply)   ? '*'
	     : take_one(f, divide)   ? '/'
	     : take_one(f, add)      ? '+'
	     : take_one(f, subtract) ? '-'
				     : '\0';
	if (op == '\0')
		return nothing;
	while (intake_at(f->t, SIGN_LIGHT, f->at) || intake_formula_take(f, "result"))
		f->at += intake_at(f->t, SIGN_LIGHT, f->at);
	take_one(f, it);
	if (op == '*' || op == '/')
		take_one(f, by);
	return intake_formula_join(f, x, op, intake_formula_operand(f));
}

struct formula_part intake_formula_tell(struct formula *f)
{
	struct formula_part x = start(f);

	for (int i = 0; x.expr != NULL && i < STEPS_MAX; i++) {
		size_t before = f->at;
		struct formula_part next = step(f, x);

		if (next.expr == NULL) {
			f->at = before;
			break;
		}
		x = next;
	}
	return x;
}
