#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_known.h"
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

/* "18%", "4 people", "20 years": does token i, after a number, name this field? */
static bool names_field(const struct intake_text *t, size_t i, const struct spec_input *in)
{
	size_t n;

	if (in->type != SPEC_NUMBER && in->type != SPEC_INTEGER)
		return false;
	if (strcmp(in->unit, "%") == 0)
		return intake_is(t, i, "%") || intake_is(t, i, "percent");
	n = t->tokens[i].len;
	return t->tokens[i].kind == INTAKE_WORD && !intake_is(t, i + 1, "/") &&
	       ((n >= 2 && intake_is(t, i, in->unit)) || (n >= 4 && intake_is(t, i, in->label)));
}

static struct spec_input *named_field(const struct intake_text *t, size_t i, struct spec *s)
{
	struct spec_input *found = NULL;

	for (size_t k = 0; k < s->inputs_n; k++) {
		if (!names_field(t, i, &s->inputs[k]))
			continue;
		if (found != NULL)
			return NULL;
		found = &s->inputs[k];
	}
	return found;
}

/* Numbers that the visitor gave become what the fields hold at first. */
static bool set_defaults(const struct intake_text *t, struct spec *s)
{
	bool any = false;

	for (size_t i = 0; i + 1 < t->n; i++) {
		struct spec_input *in = t->tokens[i].has_number ? named_field(t, i + 1, s) : NULL;
		double v = t->tokens[i].number;
		const char *text = in == NULL ? NULL : intake_number(t->a, v);

		if (text == NULL || v < in->min || v > in->max ||
		    (in->type == SPEC_INTEGER && strchr(text, '.') != NULL))
			continue;
		in->dflt = text;
		any = true;
	}
	return any;
}

bool intake_try_known(const struct intake_text *t, struct intake_wish *w)
{
	int score, needed = w->open == INTAKE_OPEN_FORMULA || w->open == INTAKE_OPEN_ANY ? ANSWER
											 : READY;
	size_t row = intake_best(t, INTAKE_KNOWN, &score);
	const struct intake_known *k = intake_known(row);

	if (score > 0 && intake_has(t, SIGN_CALCULATE))
		score += BONUS;
	if (score < needed)
		return false;
	w->open = INTAKE_OPEN_NOTHING;
	w->known = k;
	w->score = score < READY ? READY : score;
	copy_row(k, &w->spec);
	set_defaults(t, &w->spec);
	if (k->note != NULL)
		w->features[w->features_n++] = k->note;
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
	return w->open == INTAKE_OPEN_NOTHING && w->known != NULL && set_defaults(t, &w->spec);
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
