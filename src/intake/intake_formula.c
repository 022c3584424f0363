#include "config.h"

#include "intake/intake_formula.h"
#include "base/check.h"

#include <string.h>

#define EQUATIONS_MAX 12
#define TRIES_MAX 60  /* places where an equation is looked for */
#define STARTS_MAX 24 /* places where a formula without a name is looked for */

struct equation {
	int symbol;
	struct formula_part part;
	bool placed;
};

struct equations {
	struct formula f;
	struct equation rows[EQUATIONS_MAX];
	size_t n;
};

static bool sentence_ends(const struct intake_text *t, size_t i)
{
	return i >= t->n || t->tokens[i].kind == INTAKE_BREAK ||
	       (t->tokens[i].kind == INTAKE_SYMBOL &&
		strchr(".;!?", t->raw[t->tokens[i].at]) != NULL);
}

/* "It shows hours times rate" starts with the formula as well. */
static bool sentence_starts(const struct intake_text *t, size_t i)
{
	static const char *const words[] = {"it",    "and",	 "shows",     "show",
					    "gives", "computes", "calculates"};
	size_t k = 0;

	while (i > 0 && k < COUNT(words)) {
		for (k = 0; k < COUNT(words) && !intake_is(t, i - 1, words[k]); k++)
			continue;
		if (k < COUNT(words) || intake_at(t, SIGN_LIGHT, i - 1)) {
			i--;
			k = 0;
		}
	}
	return i == 0 || sentence_ends(t, i - 1) || intake_is(t, i - 1, ":") ||
	       intake_is(t, i - 1, ",");
}

static bool defined(const struct equations *q, int symbol)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->rows[i].symbol == symbol)
			return true;
	return false;
}

/* "rate = 24%": what the field holds at first. */
static void set_default(struct equations *q, int symbol, struct formula_part x, double number)
{
	struct formula_symbol *s = &q->f.symbols[symbol];
	const char *text = intake_number(q->f.t->a, number);

	s->dflt = text == NULL ? "" : text;
	s->percent = s->percent || x.percent;
}

/* The equation around the connector at token i, `len` tokens long. */
static bool read_equation(struct equations *q, size_t i, size_t len, bool sign)
{
	struct formula *f = &q->f;
	size_t symbols = f->symbols_n, from;
	struct formula_part x;
	int symbol;

	f->symbolic = sign;
	from = intake_formula_name_before(f, i);
	if (from == i || q->n == EQUATIONS_MAX)
		return false;
	symbol = intake_formula_symbol(f, intake_words(f->t, from, i, 40));
	f->at = i + len;
	x = intake_formula_tell(f);
	if (symbol < 0 || x.expr == NULL || defined(q, symbol) || x.uses >> symbol & 1) {
		f->symbols_n = symbols;
		return false;
	}
	if (x.ops == 0 && x.uses == 0 && sign) {
		set_default(q, symbol, x, f->t->tokens[i + len].number);
		return false;
	}
	if (x.ops == 0 || x.uses == 0 ||
	    (!sign && !intake_has(f->t, SIGN_CALCULATE) &&
	     !(sentence_starts(f->t, from) &&
	       (sentence_ends(f->t, f->at) || intake_at(f->t, SIGN_STOP, f->at))))) {
		f->symbols_n = symbols;
		return false;
	}
	q->rows[q->n++] = (struct equation){symbol, x, false};
	return true;
}

static bool ends_in_ing(const struct intake_text *t, size_t i)
{
	return i < t->n && t->tokens[i].len > 5 &&
	       strncmp(t->raw + t->tokens[i].at + t->tokens[i].len - 3, "ing", 3) == 0;
}

static size_t connector(const struct intake_text *t, size_t i, bool *ret_sign)
{
	static const char *const words[] = {"is", "equals", "means", "as", "be", "from", ":"};

	*ret_sign = intake_is(t, i, "=");
	if (*ret_sign)
		return 1;
	for (size_t k = 0; k < COUNT(words); k++)
		if (intake_is(t, i, words[k]))
			return intake_is(t, i + 1, "equal") ? 3 : 1;
	/* "the total by multiplying …", but not "multiply price by quantity" */
	return intake_is(t, i, "by") && ends_in_ing(t, i + 1);
}

static void read_equations(struct equations *q)
{
	size_t tries = 0;

	for (size_t i = 1; i < q->f.t->n && tries < TRIES_MAX; i++) {
		bool sign;
		size_t len = connector(q->f.t, i, &sign);

		tries += len > 0;
		if (len > 0 && read_equation(q, i, len, sign) && !sign)
			i = q->f.at - 1;
	}
}

/* The word that tells what is made: "the sum of …". */
static const char *noun_at(const struct intake_text *t, size_t i)
{
	static const char *const nouns[] = {"sum",        "total",   "average", "mean",
					    "difference", "product", "ratio"};

	for (size_t k = 0; k < COUNT(nouns); k++)
		if (intake_is(t, i, nouns[k]) &&
		    (intake_is(t, i + 1, "of") || intake_is(t, i + 1, "between")))
			return intake_label(t->a, nouns[k], strlen(nouns[k]), 20);
	return "Result";
}

/* May a formula without a name begin here? Not in the middle of a name. */
static bool may_start(const struct formula *f, size_t i)
{
	const struct intake_text *t = f->t;

	return t->tokens[i].kind != INTAKE_BREAK &&
	       (!intake_at(t, SIGN_LIGHT, i) || intake_formula_is_variable(f, i)) &&
	       (i == 0 || t->tokens[i - 1].kind != INTAKE_WORD || intake_at(t, SIGN_STOP, i - 1) ||
		intake_at(t, SIGN_LIGHT, i - 1) || intake_at(t, SIGN_CALCULATE, i - 1));
}

/* The first formula that stands by itself; `whole`: it must be all there is. */
static void read_nameless(struct equations *q, bool whole)
{
	struct formula *f = &q->f;
	size_t starts = 0;

	for (size_t i = 0; i < f->t->n && starts < STARTS_MAX; i++) {
		struct formula_part x;

		if (!may_start(f, i))
			continue;
		starts++;
		f->symbols_n = 0;
		f->at = i;
		x = intake_formula_tell(f);
		if (x.expr != NULL && x.ops > 0 && x.uses != 0) {
			int symbol = intake_formula_symbol(f, noun_at(f->t, i));
			bool all = sentence_starts(f->t, i) && sentence_ends(f->t, f->at);

			if (symbol >= 0 && !(x.uses >> symbol & 1) && (all || !whole))
				q->rows[q->n++] = (struct equation){symbol, x, false};
			return;
		}
	}
}

static bool is_money(const char *label)
{
	static const char *const words[] = {
		"price",   "cost",    "pay",    "salary", "tax",    "amount",
		"fee",     "revenue", "profit", "budget", "income", "expense",
		"earning", "wage",    "total",  "tip",    "rent",   "invoice",
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcasestr(label, words[i]) != NULL)
			return true;
	return false;
}

static void put_input(struct spec *s, const struct formula_symbol *y)
{
	s->inputs[s->inputs_n++] = (struct spec_input){
		.name = y->name,
		.label = y->label,
		.unit = y->percent ? "%" : "",
		.dflt = y->dflt,
		.type = SPEC_NUMBER,
		.required = true,
	};
}

static void put_output(struct spec *s, const struct formula_symbol *y, const char *expr)
{
	bool money = is_money(y->label);

	s->outputs[s->outputs_n++] = (struct spec_output){
		.name = y->name,
		.label = y->label,
		.unit = "",
		.expr = expr,
		.format = money ? SPEC_AS_MONEY : SPEC_AS_NUMBER,
		.digits = money ? 2 : 4,
	};
}

/* Each equation after those it uses; false when two need each other. */
static bool put_outputs(struct equations *q, struct intake_wish *w)
{
	uint32_t missing = 0;

	for (size_t i = 0; i < q->n; i++)
		missing |= 1u << q->rows[i].symbol;
	for (size_t round = 0; round < q->n; round++) {
		size_t i = 0;

		while (i < q->n && (q->rows[i].placed || q->rows[i].part.uses & missing))
			i++;
		if (i == q->n)
			return false;
		q->rows[i].placed = true;
		missing &= ~(1u << q->rows[i].symbol);
		put_output(&w->spec, &q->f.symbols[q->rows[i].symbol], q->rows[i].part.expr);
		if (w->features_n < 3)
			w->features[w->features_n++] = arena_printf(
				q->f.t->a, "Computes %s as %s.",
				intake_lower(q->f.t->a, q->f.symbols[q->rows[i].symbol].label),
				q->rows[i].part.shown);
	}
	return true;
}

static bool put_inputs(struct equations *q, struct intake_wish *w)
{
	uint32_t used = 0, made = 0;

	for (size_t i = 0; i < q->n; i++) {
		used |= q->rows[i].part.uses;
		made |= 1u << q->rows[i].symbol;
	}
	for (size_t i = 0; i < q->f.symbols_n; i++) {
		if (!(used & ~made & 1u << i))
			continue;
		if (w->spec.inputs_n == SPEC_INPUTS)
			return false;
		put_input(&w->spec, &q->f.symbols[i]);
	}
	return w->spec.inputs_n > 0;
}

static const char *title(const struct intake_text *t, const struct spec *s)
{
	const char *name = intake_title(t, SIGN_CALCULATOR, "Calculator");

	if (strcmp(name, "Calculator") != 0 || strcmp(s->outputs[0].label, "Result") == 0)
		return name;
	return arena_printf(t->a, "%s calculator", s->outputs[0].label);
}

static const char *summary(struct arena *a, const struct spec *s)
{
	struct buf b;

	buf_init(&b, a, 2000);
	buf_printf(&b, "Works out %s from ", intake_lower(a, s->outputs[0].label));
	for (size_t i = 0; i < s->inputs_n && i < 4; i++)
		buf_printf(&b, "%s%s",
			   i == 0                 ? ""
			   : i + 1 == s->inputs_n ? " and "
						  : ", ",
			   intake_lower(a, s->inputs[i].label));
	buf_puts(&b, s->inputs_n > 4 ? " and more." : ".");
	return buf_str(&b);
}

bool intake_try_formula(const struct intake_text *t, struct intake_wish *w)
{
	struct equations *q = ARENA_NEW(t->a, struct equations);
	bool answer = w->open == INTAKE_OPEN_FORMULA, whole;
	struct err e = {0};

	q->f.t = t;
	read_equations(q);
	q->f.symbolic = answer;
	if (q->n == 0)
		read_nameless(q, true);
	whole = q->n > 0;
	if (!whole && (intake_has(t, SIGN_CALCULATE) || answer))
		read_nameless(q, false);
	if (q->n == 0 || !put_outputs(q, w) || !put_inputs(q, w))
		return false;
	w->spec.kind = SPEC_CALCULATOR;
	w->spec.title = title(t, &w->spec);
	w->spec.summary = summary(t->a, &w->spec);
	w->spec.slug = "tool";
	w->score = whole ? 24 : 13;
	w->open = INTAKE_OPEN_NOTHING;
	return spec_check(t->a, &w->spec, &e) == 0;
}
