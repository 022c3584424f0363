#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_known.h"
#include "intake/intake_named.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define READY 10 /* points that make a wish sure */
#define ANSWER 5 /* the same in an answer to "what should it calculate?" */
#define BONUS 4  /* for a word such as "calculate" beside a weak phrase */

static const struct intake_known *const themes[] = {
	intake_known_price,  intake_known_work,  intake_known_finance,
	intake_known_travel, intake_known_home,  intake_known_shape,
	intake_known_health, intake_known_study, intake_known_tech,
};

const struct intake_known *intake_known(size_t i)
{
	for (size_t theme = 0; theme < COUNT(themes); theme++)
		for (const struct intake_known *k = themes[theme]; k->phrases != NULL; k++)
			if (i-- == 0)
				return k;
	return NULL;
}

const char *intake_known_phrases(size_t row)
{
	const struct intake_known *k = intake_known(row);

	return k == NULL ? NULL : k->phrases;
}

static void copy_row(const struct intake_known *k, struct spec *s)
{
	s->kind = SPEC_CALCULATOR;
	s->title = k->title;
	s->summary = k->summary;
	for (size_t i = 0; k->inputs[i].name != NULL; i++)
		s->inputs[s->inputs_n++] = k->inputs[i];
	for (size_t i = 0; k->outputs[i].name != NULL; i++)
		s->outputs[s->outputs_n++] = k->outputs[i];
}

/* What was said beside the name of the tool: values, a tax on top of it; what
 * has no place is said. Did any of it change the tool? */
static bool set_details(const struct intake_text *t, struct intake_wish *w)
{
	const char *unused;
	struct intake_tax tax;
	bool any = intake_set_values(t, &w->spec, &unused) > 0;

	if (intake_named_tax(t, &tax) && !intake_has_tax(&w->spec)) {
		if (intake_add_tax(t, &tax, w))
			any = true;
		else
			intake_leave_out(
				w, arena_printf(t->a, "No %s on top of it: the result is no price.",
						intake_lower(t->a, tax.label)));
	}
	if (unused != NULL && w->score > 0)
		intake_leave_out(
			w, arena_printf(t->a,
					"No field took what you said about %s: type it in where it "
					"belongs.",
					unused));
	return any;
}

static bool matches(const struct intake_text *t, int needed, size_t *ret_row, int *ret_score)
{
	*ret_row = intake_best(t, INTAKE_KNOWN, ret_score);
	if (*ret_score > 0 && intake_has(t, SIGN_CALCULATE))
		*ret_score += BONUS;
	return *ret_score >= needed;
}

/* What the tax goes on top of: "loan calculator" of "… with 24% VAT on top". */
static const struct intake_text *before_tax(const struct intake_text *t)
{
	struct intake_tax tax;
	struct intake_list rest = {.to = t->n};

	if (!intake_named_tax(t, &tax) || !intake_is(t, t->n - 1, "top"))
		return t;
	rest.from = tax.number;
	return intake_text_new(t->a, t->lex, intake_without_list(t, &rest));
}

bool intake_try_known(const struct intake_text *t, struct intake_wish *w)
{
	bool asked = w->open == INTAKE_OPEN_FORMULA || w->open == INTAKE_OPEN_ANY;
	int score, needed = asked ? ANSWER : READY;
	struct intake_list list;
	const char *lacking = NULL;
	size_t row;

	if (!matches(before_tax(t), needed, &row, &score) && !matches(t, needed, &row, &score))
		return false;
	copy_row(intake_known(row), &w->spec);
	if (intake_named_list(t, &list) && (lacking = intake_lacking(t, &list, &w->spec)) != NULL) {
		const char *head = intake_without_list(t, &list);

		/* The inputs that are listed do not name a tool that lacks one of them. */
		if (!matches(intake_text_new(t->a, t->lex, head), READY, &row, &score))
			return false;
		w->spec = (struct spec){0};
		copy_row(intake_known(row), &w->spec);
		lacking = intake_lacking(t, &list, &w->spec);
	}
	w->open = INTAKE_OPEN_NOTHING;
	w->known = intake_known(row);
	w->score = score < READY ? READY : score;
	if (w->known->note != NULL)
		w->features[w->features_n++] = w->known->note;
	if (lacking != NULL)
		intake_leave_out(
			w, arena_printf(t->a, "It has no field of its own for: %s.", lacking));
	set_details(t, w);
	return true;
}

/* A calculator of nothing in particular. */
bool intake_try_calculator(const struct intake_text *t, struct intake_wish *w)
{
	if (!intake_has(t, SIGN_CALCULATOR) && !intake_at(t, SIGN_CALCULATE, 0) &&
	    !(intake_has(t, SIGN_CALCULATE) && w->open == INTAKE_OPEN_ANY))
		return false;
	w->spec.kind = SPEC_CALCULATOR;
	w->score = READY;
	w->open = INTAKE_OPEN_FORMULA;
	return true;
}

bool intake_change_calculator(const struct intake_text *t, struct intake_wish *w)
{
	return w->open == INTAKE_OPEN_NOTHING && (w->known != NULL || intake_is_on_top(t)) &&
	       set_details(t, w);
}

void intake_settle_calculator(struct arena *a, struct intake_wish *w)
{
	const struct intake_known *k = intake_known_shape;

	(void)a;
	while (strcmp(k->title, "Two-number calculator") != 0)
		k++;
	w->known = k;
	copy_row(k, &w->spec);
	w->assumed[w->assumed_n++] =
		"Because you did not say what it should calculate, it does the "
		"four basic operations on two numbers.";
}
