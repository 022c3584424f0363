#include "config.h"

#include "spec/spec_int.h"
#include "base/str.h"

#include <string.h>

/* What a name in an expression stands for. */
struct scope {
	const struct spec *s;
	size_t outputs; /* how many stand before */
};

static const struct spec_input *find_input(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->inputs_n; i++)
		if (strcmp(s->inputs[i].name, name) == 0)
			return &s->inputs[i];
	return NULL;
}

static const char *name_problem(const struct scope *scope, const char *name, bool as_date)
{
	const struct spec_input *in = find_input(scope->s, name);

	if (in != NULL && in->type == SPEC_DATE)
		return as_date ? NULL : "date_as_number";
	if (as_date)
		return "not_a_date";
	if (in != NULL)
		return in->type == SPEC_LINE || in->type == SPEC_LONGTEXT ? "text_as_number" : NULL;
	for (size_t i = 0; i < scope->outputs; i++)
		if (strcmp(scope->s->outputs[i].name, name) == 0)
			return NULL;
	return "unknown_name";
}

static bool takes_dates(const struct spec_expr *x)
{
	return x->op == SPEC_OP_CALL && (str_eq(x->name, "days") || str_eq(x->name, "months") ||
					 str_eq(x->name, "years"));
}

/* The tree is at most 20 deep: the parser sees to it. */
static const char *problem(const struct scope *scope, const struct spec_expr *x, bool as_date)
{
	if (x->op == SPEC_OP_NAME)
		return name_problem(scope, x->name, as_date);
	if (as_date)
		return "not_a_date";
	for (size_t i = 0; i < x->args_n; i++) {
		const char *why = problem(scope, x->args[i], takes_dates(x));

		if (why != NULL)
			return why;
	}
	return NULL;
}

void spec_check_exprs(struct arena *a, const struct spec *s, struct err *e)
{
	for (size_t i = 0; i < s->outputs_n; i++) {
		const struct scope scope = {s, i};
		struct err parse = {0};
		const struct spec_expr *x = spec_expr_parse(a, s->outputs[i].expr, &parse);
		const char *why = x == NULL ? "bad_expression" : problem(&scope, x, false);

		if (why != NULL)
			spec_wrong(e, "outputs", i, "expr", why);
	}
}
