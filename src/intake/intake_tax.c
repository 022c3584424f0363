#include "config.h"

#include "intake/intake_named.h"
#include "base/check.h"

#include <string.h>

static const char *tax_word(const struct intake_text *t, size_t i)
{
	static const char *const words[][2] = {
		{"vat", "VAT"},	  {"tax", "Tax"},  {"gst", "GST"},
		{"taxes", "Tax"}, {"moms", "VAT"}, {"mwst", "VAT"},
	};

	for (size_t k = 0; k < COUNT(words); k++)
		if (intake_is(t, i, words[k][0]) ||
		    (intake_is(t, i, "sales") && intake_is(t, i + 1, words[k][0])))
			return words[k][1];
	return NULL;
}

/* "22% VAT", "22 percent of VAT", "VAT 22%", "VAT of 22 percent". */
bool intake_named_tax(const struct intake_text *t, struct intake_tax *ret)
{
	for (size_t i = 0; i + 1 < t->n; i++) {
		if (t->tokens[i].kind != INTAKE_NUMBER ||
		    !(intake_is(t, i + 1, "%") || intake_is(t, i + 1, "percent")))
			continue;
		ret->number = i;
		ret->label = tax_word(t, i + 2 + intake_is(t, i + 2, "of"));
		for (size_t k = i; ret->label == NULL && k-- > 0 && i - k < 3;)
			ret->label = tax_word(t, k);
		if (ret->label != NULL)
			return true;
	}
	return false;
}

bool intake_is_on_top(const struct intake_text *t)
{
	static const char *const heads[] = {"with",	 "plus",    "add",  "and",
					    "including", "include", "then", "also"};
	struct intake_tax tax;

	if (!intake_named_tax(t, &tax) || intake_has(t, SIGN_CALCULATOR))
		return false;
	for (size_t i = 0; i + 1 < t->n; i++)
		if (intake_is(t, i, "on") && intake_is(t, i + 1, "top"))
			return true;
	for (size_t k = 0; k < COUNT(heads); k++)
		if (intake_is(t, 0, heads[k]))
			return true;
	return false;
}

bool intake_has_tax(const struct spec *s)
{
	for (size_t i = 0; i < s->inputs_n; i++)
		if (intake_has_word(s->inputs[i].label, "tax", 3) ||
		    intake_has_word(s->inputs[i].label, "VAT", 3) ||
		    intake_has_word(s->inputs[i].label, "GST", 3))
			return true;
	return false;
}

/* The result that is paid in the end: what follows from it holds the tax, too. */
static struct spec_output *paid(struct spec *s)
{
	static const char *const names[] = {"total",  "final", "due",	"pay",
					    "result", "cost",  "price", "gross"};
	struct spec_output *only = NULL;
	size_t money = 0;

	for (size_t k = 0; k < COUNT(names); k++)
		for (size_t i = 0; i < s->outputs_n; i++)
			if (strcmp(s->outputs[i].name, names[k]) == 0 &&
			    s->outputs[i].format == SPEC_AS_MONEY)
				return &s->outputs[i];
	for (size_t i = 0; i < s->outputs_n; i++)
		if (s->outputs[i].format == SPEC_AS_MONEY ||
		    strcmp(s->outputs[i].name, "result") == 0) {
			only = &s->outputs[i];
			money++;
		}
	return money == 1 ? only : NULL;
}

bool intake_add_tax(const struct intake_text *t, const struct intake_tax *tax,
		    struct intake_wish *w)
{
	struct spec *s = &w->spec;
	struct spec_output *out = paid(s);
	const char *rate = intake_number(t->a, t->tokens[tax->number].number);

	if (out == NULL || s->inputs_n == SPEC_INPUTS || strlen(out->expr) > 380 ||
	    t->tokens[tax->number].number > 100)
		return false;
	s->inputs[s->inputs_n++] = (struct spec_input){.name = "added_tax",
						       .label = tax->label,
						       .unit = "%",
						       .dflt = rate,
						       .type = SPEC_NUMBER,
						       .required = true,
						       .has_min = true,
						       .has_max = true,
						       .min = 0,
						       .max = 100};
	out->expr = arena_printf(t->a, "(%s) * (1 + added_tax / 100)", out->expr);
	if (w->features_n < COUNT(w->features))
		w->features[w->features_n++] = arena_printf(
			t->a, "Adds %s, at first %s%%, to this: %s.",
			intake_lower(t->a, tax->label), rate, intake_lower(t->a, out->label));
	out->label = arena_printf(t->a, "%s with %s", out->label, intake_lower(t->a, tax->label));
	return true;
}
