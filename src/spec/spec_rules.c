#include "config.h"

#include "spec/spec_int.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Names that Windows keeps for devices, with any extension. */
static const char *const devices[] = {
	"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
	"com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", NULL
};

static bool one_of(const char *s, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, s) == 0)
			return true;
	return false;
}

static void check_slug(const char *s, struct err *e)
{
	size_t n = strlen(s);

	if (!str_only(s, "abcdefghijklmnopqrstuvwxyz0123456789-", 3, 40) || s[0] == '-' ||
	    s[n - 1] == '-' || strstr(s, "--") != NULL)
		err_field(e, "slug", "not_a_slug");
	else if (one_of(s, devices))
		err_field(e, "slug", "reserved");
}

static bool is(const char *s, const char *name, size_t n)
{
	return strncmp(s, name, n) == 0 && s[n] == '\0';
}

/* Is it one of the first `inputs` inputs or `outputs` outputs? */
static bool known_name(const struct spec *s, size_t inputs, size_t outputs, const char *name,
		       size_t n)
{
	for (size_t i = 0; i < inputs; i++)
		if (is(s->inputs[i].name, name, n))
			return true;
	for (size_t i = 0; i < outputs; i++)
		if (is(s->outputs[i].name, name, n))
			return true;
	return false;
}

static void check_name(const char *list, size_t i, const char *name, bool taken, struct err *e)
{
	if (spec_is_function(name))
		spec_wrong(e, list, i, "name", "reserved");
	else if (taken)
		spec_wrong(e, list, i, "name", "duplicate");
}

/* Inputs and outputs share one name space. */
static void check_names(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->inputs_n; i++) {
		const char *name = s->inputs[i].name;

		check_name("inputs", i, name, known_name(s, i, 0, name, strlen(name)), e);
	}
	for (size_t i = 0; i < s->outputs_n; i++) {
		const char *name = s->outputs[i].name;

		check_name("outputs", i, name,
			   known_name(s, s->inputs_n, i, name, strlen(name)), e);
	}
}

static bool is_date(const char *s)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;

	if (strlen(s) != 10 || s[4] != '-' || s[7] != '-' ||
	    strspn(s, "0123456789") != 4 || strspn(s + 5, "0123456789") != 2 ||
	    strspn(s + 8, "0123456789") != 2)
		return false;
	year = atoi(s);
	month = atoi(s + 5);
	day = atoi(s + 8);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return month != 2 || day < 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

static bool default_fits(const struct spec_input *in)
{
	const char *d = in->dflt;
	double v;

	switch (in->type) {
	case SPEC_INTEGER:
	case SPEC_NUMBER:
		v = strtod(d, NULL);
		return spec_is_number(d) && (in->type == SPEC_NUMBER || strchr(d, '.') == NULL) &&
		       strlen(d) <= 32 && (!in->has_min || v >= in->min) &&
		       (!in->has_max || v <= in->max);
	case SPEC_CHOICE:
		for (size_t i = 0; i < in->choices_n; i++)
			if (strcmp(in->choices[i], d) == 0)
				return true;
		return false;
	case SPEC_YESNO:
		return strcmp(d, "yes") == 0 || strcmp(d, "no") == 0;
	case SPEC_DATE:
		return strcmp(d, "today") == 0 || is_date(d);
	case SPEC_LINE:
		return strpbrk(d, "\n\t") == NULL;
	case SPEC_LONGTEXT:
	case SPEC_TYPES:
	default:
		return true;
	}
}

static bool choices_fit(const struct spec_input *in)
{
	if (in->type != SPEC_CHOICE)
		return in->choices_n == 0;
	for (size_t i = 0; i < in->choices_n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(in->choices[i], in->choices[k]) == 0)
				return false;
	return in->choices_n >= 2;
}

static void check_inputs(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->inputs_n; i++) {
		const struct spec_input *in = &s->inputs[i];
		bool number = in->type == SPEC_NUMBER || in->type == SPEC_INTEGER;

		if ((in->has_min || in->has_max) && !number)
			spec_wrong(e, "inputs", i, "min", "not_of_this_type");
		if (in->has_min && in->has_max && in->min > in->max)
			spec_wrong(e, "inputs", i, "min", "out_of_order");
		if (!choices_fit(in))
			spec_wrong(e, "inputs", i, "choices", "not_of_this_type");
		if (in->dflt != NULL && *in->dflt != '\0' && !default_fits(in))
			spec_wrong(e, "inputs", i, "default", "not_of_this_type");
	}
}

static bool has_unit(const struct spec *s, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(s->units[i].name, name) == 0)
			return true;
	return false;
}

static void check_units(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->units_n; i++) {
		if (has_unit(s, s->units[i].name, i))
			spec_wrong(e, "units", i, "name", "duplicate");
		if (!(s->units[i].scale >= 1e-30))
			spec_wrong(e, "units", i, "scale", "out_of_range");
	}
	if (s->units_n == 1)
		err_field(e, "units", "too_few");
	if (s->units_n > 0 && !has_unit(s, s->from, s->units_n))
		err_field(e, "from", "unknown_name");
	if (s->units_n > 0 && !has_unit(s, s->to, s->units_n))
		err_field(e, "to", "unknown_name");
}

static void check_counters(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->counters_n; i++) {
		const struct spec_counter *c = &s->counters[i];

		if (c->min > c->start || c->start > c->max)
			spec_wrong(e, "counters", i, "start", "out_of_range");
	}
}

/* A stopwatch never ends, so nothing can come after it. */
static void check_timers(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->timers_n; i++)
		if (s->timers[i].seconds == 0 && (s->timers_n > 1 || s->rounds > 1))
			spec_wrong(e, "timers", i, "seconds", "out_of_range");
}

static void check_operations(const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->operations_n; i++) {
		if (!one_of(s->operations[i], spec_operations))
			err_field(e, "operations", "not_one_of");
		for (size_t k = 0; k < i; k++)
			if (strcmp(s->operations[i], s->operations[k]) == 0)
				err_field(e, "operations", "duplicate");
	}
}

/* Every brace of a form's text belongs to a placeholder. */
static void check_text(const struct spec *s, struct err *e)
{
	const char *p = s->text == NULL ? "" : s->text;

	while ((p = strpbrk(p, "{}")) != NULL) {
		size_t n = strcspn(p + 1, "{}");

		if (*p != '{' || p[1 + n] != '}' ||
		    !known_name(s, s->inputs_n, s->outputs_n, p + 1, n)) {
			err_field(e, "text", "unknown_name");
			return;
		}
		p += n + 2;
	}
}

void spec_check_rules(const struct spec *s, struct err *e)
{
	check_slug(s->slug, e);
	check_names(s, e);
	check_inputs(s, e);
	check_units(s, e);
	check_counters(s, e);
	check_timers(s, e);
	check_operations(s, e);
	check_text(s, e);
}
