#include "config.h"

#include "intake/intake_formula.h"
#include "base/check.h"

#include <string.h>

static bool take_currency(struct formula *f)
{
	static const char *const words[] = {"euro", "euros", "eur",    "€",    "dollar", "dollars",
					    "usd",  "$",     "cents",  "cent", "gbp",	 "£",
					    "sek",  "chf",   "francs", "kr",   "bucks"};

	for (size_t i = 0; i < COUNT(words); i++)
		if (intake_formula_take(f, words[i]))
			return true;
	return false;
}

/* What an amount is for: "30% tax", "22 percent VAT on top". */
void intake_formula_skip_name(struct formula *f)
{
	size_t end = intake_formula_name_end(f, f->at);

	if (end > f->at && end - f->at < 3 && !intake_is(f->t, end, "("))
		f->at = end;
	if (intake_formula_is(f, "on") && intake_is(f->t, f->at + 1, "top"))
		f->at += 2;
}

/* "15 euros travel", "20 euro fee", "10 euros for shipping". */
static void skip_purpose(struct formula *f)
{
	size_t from = f->at;

	if (intake_formula_is(f, "per") || intake_formula_is(f, "each") ||
	    intake_formula_is(f, "every") || intake_formula_is(f, "of"))
		return;
	f->at += intake_formula_is(f, "for");
	intake_formula_skip_name(f);
	if (f->at == from + 1 && intake_is(f->t, from, "for"))
		f->at = from;
}

bool intake_formula_is_money(const struct formula *f)
{
	return (intake_formula_is(f, "€") || intake_formula_is(f, "$") ||
		intake_formula_is(f, "£")) &&
	       f->at + 1 < f->t->n && f->t->tokens[f->at + 1].kind == INTAKE_NUMBER;
}

struct formula_part intake_formula_number(struct formula *f)
{
	bool money = intake_formula_is_money(f);
	const struct intake_token *k = &f->t->tokens[f->at + money];
	const char *text = intake_number(f->t->a, k->number);
	struct formula_part x = intake_formula_atom(text, text);

	f->at += 1 + money;
	x.money = take_currency(f) || money;
	if (x.money && !intake_formula_is(f, "a") && !intake_formula_is(f, "an") &&
	    !intake_formula_is(f, "/"))
		skip_purpose(f);
	return text == NULL ? (struct formula_part){.expr = NULL} : x;
}

/* One hour, but many hours: "25 per hour" asks for the number of hours. */
static const char *plural(struct arena *a, const char *label)
{
	size_t n = strlen(label);

	if (n < 4 || label[n - 1] == 's' ||
	    strspn(label + 1, "abcdefghijklmnopqrstuvwxyz ") != n - 1)
		return label;
	return strcasecmp(label, "person") == 0 ? "People" : arena_printf(a, "%ss", label);
}

struct formula_part intake_formula_counted(struct formula *f)
{
	size_t from, end;
	struct formula_part x;
	int i;

	while (f->at < f->t->n && intake_at(f->t, SIGN_LIGHT, f->at))
		f->at++;
	from = f->at;
	for (end = from; end < intake_formula_name_end(f, from) && !intake_is(f->t, end, "per");)
		end++;
	if (end == from && end < f->t->n && f->t->tokens[end].kind == INTAKE_WORD)
		end++; /* "per window" is no system to run on */
	if (end == from ||
	    (i = intake_formula_symbol(f, plural(f->t->a, intake_words(f->t, from, end, 40)))) < 0)
		return (struct formula_part){.expr = NULL};
	f->at = end;
	x = intake_formula_atom(f->symbols[i].name, intake_lower(f->t->a, f->symbols[i].label));
	x.uses = 1u << i;
	return x;
}

bool intake_formula_is_rate(const struct formula *f, bool money)
{
	static const char *const words[] = {"a", "an", "each", "every", "/"};

	for (size_t i = 0; money && i < COUNT(words); i++)
		if (intake_formula_is(f, words[i]) && f->at + 1 < f->t->n &&
		    f->t->tokens[f->at + 1].kind == INTAKE_WORD)
			return true;
	return intake_formula_is(f, "per");
}
