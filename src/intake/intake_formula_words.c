#include "config.h"

#include "intake/intake_formula.h"
#include "base/check.h"

#include <string.h>

#define NAME_WORDS 4

/* Operators as they are written; the longest that fits is taken. */
static const struct {
	const char *words[2];
	char op;
} operators[] = {
	{{"multiplied", "by"}, '*'}, {{"multiplied", "with"}, '*'},
	{{"divided", "by"}, '/'},    {{"added", "to"}, '+'},
	{{"times", NULL}, '*'},      {{"x", NULL}, '*'},
	{{"*", NULL}, '*'},          {{"×", NULL}, '*'},
	{{"·", NULL}, '*'},          {{"over", NULL}, '/'},
	{{"/", NULL}, '/'},          {{"÷", NULL}, '/'},
	{{"plus", NULL}, '+'},       {{"+", NULL}, '+'},
	{{"minus", NULL}, '-'},      {{"less", NULL}, '-'},
	{{"-", NULL}, '-'},
};

bool intake_formula_is(const struct formula *f, const char *word)
{
	return intake_is(f->t, f->at, word);
}

bool intake_formula_take(struct formula *f, const char *word)
{
	bool there = intake_formula_is(f, word);

	f->at += there;
	return there;
}

static bool is_letter(const struct intake_text *t, size_t i)
{
	return i < t->n && t->tokens[i].kind == INTAKE_WORD && t->tokens[i].len == 1;
}

/* A hyphen inside a word was dropped when the message was cut up. */
static bool after_hyphen(const struct formula *f, size_t i)
{
	static const char *const heads[] = {"pre", "non", "post", "sub", "re", "after", "half"};
	const struct intake_token *k = &f->t->tokens[i];

	if (i == 0 || !(f->symbolic || (is_letter(f->t, i) && is_letter(f->t, i - 1))) ||
	    !k->joined || f->t->raw[k->at - 1] != '-' || f->t->raw[f->t->tokens[i - 1].at] == '-')
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
	bool after_number = f->at > 0 && k->joined && f->t->tokens[f->at - 1].kind == INTAKE_NUMBER;

	return !after_number && f->at + 1 < f->t->n &&
	       (k[1].kind == INTAKE_NUMBER || intake_is(f->t, f->at + 1, "(") ||
		(k[1].kind == INTAKE_WORD && !intake_is(f->t, f->at + 1, "squared") &&
		 !intake_at(f->t, SIGN_STOP, f->at + 1)));
}

/* km/h and yes/no are no divisions, unless it is about signs anyway: a/b, a/(b+c). */
static bool is_slash_in_word(const struct formula *f)
{
	const struct intake_text *t = f->t;

	if (f->symbolic || !intake_formula_is(f, "/") || f->at + 1 >= t->n ||
	    !t->tokens[f->at].joined || !t->tokens[f->at + 1].joined)
		return false;
	return !intake_is(t, f->at + 1, "(") && !intake_is(t, f->at - 1, ")") &&
	       !(is_letter(t, f->at - 1) && is_letter(t, f->at + 1));
}

char intake_formula_operator(const struct formula *f, size_t *ret_len)
{
	*ret_len = 0;
	if (f->at < f->t->n && f->at > 0 && after_hyphen(f, f->at))
		return '-';
	if ((intake_formula_is(f, "x") && !is_sign_x(f)) || is_slash_in_word(f))
		return '\0';
	for (size_t i = 0; i < COUNT(operators); i++) {
		const char *second = operators[i].words[1];

		if (!intake_formula_is(f, operators[i].words[0]) ||
		    (second != NULL && !intake_is(f->t, f->at + 1, second)))
			continue;
		if (operators[i].op == '-' && intake_is(f->t, f->at + 1, "than"))
			continue;
		*ret_len = second == NULL ? 1 : 2;
		return operators[i].op;
	}
	return '\0';
}

static bool is_sign(const struct intake_text *t, size_t i)
{
	static const char *const signs[] = {"+", "-", "*", "/", "^", "=", "(",
					    ")", "×", "·", "÷", "²", "³"};

	for (size_t k = 0; k < COUNT(signs); k++)
		if (intake_is(t, i, signs[k]))
			return true;
	return false;
}

/* "a" and "i" are variables beside a sign, when no word follows that they could
 * belong to. */
bool intake_formula_is_variable(const struct formula *f, size_t i)
{
	static const char *const after[] = {"where", "with", "and",  "for",	   "then",
					    "is",    "are",  "when", "calculator", "tool"};
	const struct intake_text *t = f->t;

	if (!is_letter(t, i))
		return false;
	if (is_sign(t, i + 1))
		return true;
	if (!f->symbolic && !(i > 0 && is_sign(t, i - 1)))
		return false;
	for (size_t k = 0; k < COUNT(after); k++)
		if (intake_is(t, i + 1, after[k]))
			return i > 0 && is_sign(t, i - 1);
	return i + 1 == t->n || t->tokens[i + 1].kind != INTAKE_WORD;
}

/* Words that end a name although they are no operators. */
static bool ends_name(const struct formula *f, size_t i)
{
	static const char *const words[] = {
		"squared",     "cubed",    "percent",    "equals",      "is",       "multiply",
		"divide",      "subtract", "where",      "multiplying", "dividing", "adding",
		"subtracting", "root",     "multiplies", "divides",     "adds",     "subtracts",
		"takes",       "take",     "deduct",     "much",        "many",
	};
	size_t len;
	struct formula here = {.t = f->t, .at = i, .symbolic = f->symbolic};

	if (i >= f->t->n || (intake_formula_operator(&here, &len) != '\0' && len > 0))
		return true;
	if (intake_formula_is_variable(f, i))
		return false;
	for (size_t k = 0; k < COUNT(words); k++)
		if (intake_is(f->t, i, words[k]))
			return true;
	return intake_at(f->t, SIGN_STOP, i) > 0 || intake_at(f->t, SIGN_LIGHT, i) > 0 ||
	       intake_at(f->t, SIGN_CALCULATOR, i) > 0;
}

/* "of" and small numbers may stand inside a name: number of people, grade 1. */
size_t intake_formula_name_end(const struct formula *f, size_t from)
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

size_t intake_formula_name_before(const struct formula *f, size_t end)
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

	return strncmp(a, b, less) == 0 &&
	       (n == m || (n + m == 2 * less + 1 && less > 2 && (n > m ? a : b)[less] == 's'));
}

int intake_formula_symbol(struct formula *f, const char *label)
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
