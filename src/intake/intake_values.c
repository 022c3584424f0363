#include "config.h"

#include "intake/intake_named.h"
#include "base/check.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static bool is_percent(const struct intake_text *t, size_t i)
{
	return intake_is(t, i, "%") || intake_is(t, i, "percent");
}

static bool is_number(const struct spec_input *in)
{
	return in->type == SPEC_NUMBER || in->type == SPEC_INTEGER;
}

/* A word of a field's label or name that tells it from the others. */
static bool names(const struct intake_text *t, size_t i, const struct spec_input *in)
{
	const struct intake_token *k = &t->tokens[i];
	const char *word = t->raw + k->at;

	if (k->kind != INTAKE_WORD || k->len < 3 || intake_at(t, SIGN_STOP, i) ||
	    intake_at(t, SIGN_LIGHT, i))
		return false;
	return intake_has_word(in->label, word, k->len) || intake_has_word(in->name, word, k->len);
}

/* "litres" for the l of l/100 km. */
static bool is_unit(const struct intake_text *t, size_t i, const char *unit)
{
	static const char *const words[][2] = {
		{"liter", "l"},	      {"litre", "l"},	 {"kilometer", "km"}, {"kilometre", "km"},
		{"hour", "h"},	      {"minute", "min"}, {"kilogram", "kg"},  {"kilo", "kg"},
		{"centimeter", "cm"}, {"meter", "m"},	 {"metre", "m"},      {"centimetre", "cm"},
		{"watt", "W"},
	};
	const struct intake_token *k = &t->tokens[i];
	size_t n = strcspn(unit, "/");
	const char *head = unit[n] == '\0' ? unit : arena_strndup(t->a, unit, n);

	for (size_t w = 0; w < COUNT(words); w++)
		if (intake_has_word(words[w][0], t->raw + k->at, k->len))
			return strcmp(head, words[w][1]) == 0;
	return k->kind == INTAKE_WORD && k->len >= 2 &&
	       intake_has_word(head, t->raw + k->at, k->len);
}

/* How surely the number at token i is that of a field: by its unit and the word
 * behind it, then by what stands before it, back to a comma or another number. */
static int fits(const struct intake_text *t, size_t i, const struct spec_input *in)
{
	bool percent = is_percent(t, i + 1);
	size_t next = i + 1 + percent;
	int score = 0;

	if (!is_number(in) || percent != (strcmp(in->unit, "%") == 0))
		return 0;
	score += percent;
	if (next < t->n && !intake_is(t, next + 1, "/")) {
		score += is_unit(t, next, in->unit) ? 4 : 0;
		score +=
			names(t, next + (intake_is(t, next, "per") && next + 1 < t->n), in) ? 4 : 0;
	}
	for (size_t k = i; k-- > 0 && i - k < 5;) {
		if (t->tokens[k].has_number || t->tokens[k].kind == INTAKE_BREAK ||
		    intake_is(t, k, ","))
			break;
		score += names(t, k, in) ? 2 : 0;
		/* "at 1.08" is a rate */
		score += k + 1 == i && intake_is(t, k, "at") && strcmp(in->name, "rate") == 0 ? 2
											      : 0;
	}
	return score;
}

/* The one field that fits best. Of two, "to 10 servings" is the second. */
static struct spec_input *best_field(const struct intake_text *t, size_t i, struct spec *s)
{
	struct spec_input *best = NULL, *other = NULL;
	int most = 0;

	for (size_t k = 0; k < s->inputs_n; k++) {
		int score = fits(t, i, &s->inputs[k]);

		if (score > most) {
			best = &s->inputs[k];
			other = NULL;
			most = score;
		} else if (score > 0 && score == most) {
			other = &s->inputs[k];
		}
	}
	if (other == NULL)
		return best;
	return i > 0 && intake_is(t, i - 1, "to")     ? other
	       : i > 0 && intake_is(t, i - 1, "from") ? best
						      : NULL;
}

static bool set_number(const struct intake_text *t, size_t i, struct spec_input *in)
{
	double v = t->tokens[i].number;
	const char *text = intake_number(t->a, v);

	if (text == NULL || (in->has_min && v < in->min) || (in->has_max && v > in->max) ||
	    (in->type == SPEC_INTEGER && strchr(text, '.') != NULL))
		return false;
	in->dflt = text;
	return true;
}

/* A number that says how much of something; not the 30 of 50/30/20, the 10 of
 * Windows 10, the 100 of "per 100 km". */
static bool is_value(const struct intake_text *t, size_t i)
{
	static const char *const before[] = {"per", "/",   "windows", "-",
					     "^",   "top", "number",  "version"};

	if (t->tokens[i].kind != INTAKE_NUMBER || intake_is(t, i + 1, "/") ||
	    intake_is(t, i + 1, ")"))
		return false;
	for (size_t k = 0; i > 0 && k < COUNT(before); k++)
		if (intake_is(t, i - 1, before[k]))
			return false;
	return !(i > 0 && t->tokens[i].joined && t->tokens[i - 1].kind == INTAKE_WORD);
}

/* The first amount of anything, for the only number that names no field. */
static struct spec_input *plain_field(struct spec *s)
{
	for (size_t k = 0; k < s->inputs_n; k++)
		if (s->inputs[k].type == SPEC_NUMBER)
			return *s->inputs[k].unit == '\0' ? &s->inputs[k] : NULL;
	return NULL;
}

/* The numbers without a field, as they were written; of many only the first ones. */
static const char *with_number(const struct intake_text *t, size_t i, size_t n, const char *before)
{
	const char *text = arena_strndup(t->a, t->raw + t->tokens[i].at,
					 t->tokens[i].len < 20 ? t->tokens[i].len : 20);

	if (is_percent(t, i + 1))
		text = arena_printf(t->a, "%s%%", text);
	return before == NULL ? text
	       : n < 4	      ? arena_printf(t->a, "%s, %s", before, text)
	       : n == 4	      ? arena_printf(t->a, "%s and more", before)
			      : before;
}

/* "3 roommates" are no amount of money. */
static bool counts_something(const struct intake_text *t, size_t i)
{
	static const char *const money[] = {"euro",    "euros", "eur",	  "dollar",
					    "dollars", "usd",	"pounds", "gbp"};

	for (size_t k = 0; k < COUNT(money); k++)
		if (intake_is(t, i, money[k]))
			return false;
	return i < t->n && t->tokens[i].kind == INTAKE_WORD && !intake_at(t, SIGN_STOP, i);
}

static size_t set_numbers(const struct intake_text *t, size_t skip, struct spec *s,
			  const char **ret_unused)
{
	size_t set = 0, bare = t->n, bares = 0;
	bool taken[SPEC_INPUTS] = {false};

	*ret_unused = NULL;
	for (size_t i = 0; i < t->n; i++) {
		struct spec_input *in = t->tokens[i].has_number && i != skip &&
							!(i > 0 && intake_is(t, i - 1, "per"))
						? best_field(t, i, s)
						: NULL;

		if (in != NULL && !taken[in - s->inputs] && set_number(t, i, in)) {
			taken[in - s->inputs] = true;
			set++;
		} else if (i != skip && is_value(t, i)) {
			bare = i;
			bares++;
			*ret_unused = with_number(t, i, bares, *ret_unused);
		}
	}
	if (bares == 1 && !is_percent(t, bare + 1) && !counts_something(t, bare + 1)) {
		struct spec_input *in = plain_field(s);

		if (in != NULL && !taken[in - s->inputs] && set_number(t, bare, in)) {
			*ret_unused = NULL;
			set++;
		}
	}
	return set;
}

static int month(const struct intake_text *t, size_t i)
{
	static const char *const names[] = {"january",	 "february", "march",	 "april",
					    "may",	 "june",     "july",	 "august",
					    "september", "october",  "november", "december"};

	for (size_t k = 0; k < COUNT(names); k++)
		if (intake_is(t, i, names[k]) ||
		    (i < t->n && t->tokens[i].len == 3 &&
		     strncasecmp(t->raw + t->tokens[i].at, names[k], 3) == 0))
			return (int)k + 1;
	return 0;
}

static int whole(const struct intake_text *t, size_t i, int min, int max)
{
	double v = i < t->n && t->tokens[i].kind == INTAKE_NUMBER ? t->tokens[i].number : -1;

	return v >= min && v <= max && v == (int)v ? (int)v : 0;
}

static bool is_day(int y, int m, int d)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return y > 0 && m > 0 && d > 0 && d <= days[m - 1] + (m == 2 && leap);
}

/* "24 December 2026", "December 24, 2026", "2026-12-24"; its length in tokens. */
static size_t read_date(const struct intake_text *t, size_t i, int *y, int *m, int *d)
{
	size_t at = i, th;

	if (whole(t, i, 1000, 9999) && intake_is(t, i + 1, "-") && intake_is(t, i + 3, "-")) {
		*y = whole(t, i, 1000, 9999);
		*m = whole(t, i + 2, 1, 12);
		*d = whole(t, i + 4, 1, 31);
		return is_day(*y, *m, *d) ? 5 : 0;
	}
	*m = month(t, i);
	at += *m > 0;
	*d = whole(t, at++, 1, 31);
	th = at < t->n && t->tokens[at].joined && t->tokens[at].len == 2 ? 1 : 0; /* 24th */
	at += th;
	if (*m == 0) {
		at += intake_is(t, at, "of");
		*m = month(t, at++);
	}
	at += intake_is(t, at, ",");
	*y = whole(t, at++, 1000, 9999);
	return is_day(*y, *m, *d) ? at - i : 0;
}

static size_t set_dates(const struct intake_text *t, struct spec *s)
{
	size_t set = 0, next = 0;

	for (size_t i = 0; i < t->n; i++) {
		int y, m, d;
		size_t n = read_date(t, i, &y, &m, &d);

		while (n > 0 && next < s->inputs_n && s->inputs[next].type != SPEC_DATE)
			next++;
		if (n == 0 || next == s->inputs_n)
			continue;
		s->inputs[next++].dflt = arena_printf(t->a, "%04d-%02d-%02d", y, m, d);
		set++;
		i += n - 1;
	}
	return set;
}

/* "In pounds and inches": every long word of a choice stands there. */
static bool names_choice(const struct intake_text *t, const char *choice)
{
	bool any = false;

	for (const char *p = choice; *p != '\0';) {
		size_t n = strcspn(p, " "), i = 0;
		const char *word = arena_strndup(t->a, p, n);

		p += n + (p[n] != '\0');
		if (n < 4 || strcmp(word, "With") == 0)
			continue;
		while (i < t->n &&
		       !intake_has_word(word, t->raw + t->tokens[i].at, t->tokens[i].len))
			i++;
		if (i == t->n)
			return false;
		any = any || n > 4;
	}
	return any;
}

static size_t set_choices(const struct intake_text *t, struct spec *s)
{
	size_t set = 0;

	for (size_t i = 0; i < s->inputs_n; i++)
		for (size_t k = 0; k < s->inputs[i].choices_n; k++)
			if (names_choice(t, s->inputs[i].choices[k])) {
				s->inputs[i].dflt = s->inputs[i].choices[k];
				set++;
				break;
			}
	return set;
}

size_t intake_set_values(const struct intake_text *t, struct spec *s, const char **ret_unused)
{
	size_t dates = set_dates(t, s), choices = set_choices(t, s);
	struct intake_tax tax = {.number = t->n};
	size_t skip = intake_named_tax(t, &tax) && !intake_has_tax(s) ? tax.number : t->n;
	size_t numbers = set_numbers(t, skip, s, ret_unused);

	*ret_unused = dates > 0 ? NULL : *ret_unused;
	return dates + choices + numbers;
}
