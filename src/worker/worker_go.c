#include "config.h"

#include "worker/worker_int.h"
#include "base/check.h"
#include "base/str.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 40 /* bytes of a text in one literal */

/* Where the text goes, and the first thing that was wrong. */
struct go {
	struct arena *a;
	const struct spec *s;
	struct buf *to;
	struct err *e;
};

static const char *const kinds[SPEC_KINDS] = {
	[SPEC_CALCULATOR] = "Calculator", [SPEC_CONVERTER] = "Converter",
	[SPEC_CHECKLIST] = "Checklist",   [SPEC_COUNTER] = "Counter",
	[SPEC_TIMER] = "Timer",           [SPEC_FORM] = "Form",
	[SPEC_TEXT] = "Text",
};
static const char *const types[SPEC_TYPES] = {
	[SPEC_NUMBER] = "Number",     [SPEC_INTEGER] = "Integer", [SPEC_LINE] = "Line",
	[SPEC_LONGTEXT] = "LongText", [SPEC_CHOICE] = "Choice",   [SPEC_YESNO] = "YesNo",
	[SPEC_DATE] = "Date",
};
static const char *const formats[SPEC_FORMATS] = {
	[SPEC_AS_NUMBER] = "AsNumber",   [SPEC_AS_INTEGER] = "AsInteger",
	[SPEC_AS_MONEY] = "AsMoney",     [SPEC_AS_PERCENT] = "AsPercent",
	[SPEC_AS_DURATION] = "AsDuration",
};

/* Operators and functions of formulas and what they are called in engine/. */
static const struct {
	const char *name, *go;
} functions[] = {
	{"+", "Add"},       {"-", "Sub"},     {"*", "Mul"},     {"/", "Div"},   {"%", "Mod"},
	{"^", "Pow"},       {"<", "Lt"},      {"<=", "Le"},     {">", "Gt"},    {">=", "Ge"},
	{"==", "Eq"},       {"!=", "Ne"},     {"min", "Min"},   {"max", "Max"}, {"pow", "Pow"},
	{"days", "Days"},   {"months", "Months"}, {"years", "Years"}, {"if", "If"},
	{"round", "Round"}, {"floor", "Floor"},   {"ceil", "Ceil"},   {"abs", "Abs"},
	{"sqrt", "Sqrt"},   {"exp", "Exp"},       {"ln", "Ln"},       {"log10", "Log10"},
	{"negation", "Neg"},
};

static void wrong(struct go *g, const char *what, const char *which)
{
	if (g->e->id == E_NONE)
		err_set(g->e, E_INVALID, "%s: \"%s\"", what, which);
}

/* One character inside quotes. */
static void put_char(struct buf *to, const char *p, size_t n)
{
	if (*p == '\n')
		buf_puts(to, "\\n");
	else if (*p == '\t')
		buf_puts(to, "\\t");
	else if (*p == '"' || *p == '\\')
		buf_printf(to, "\\%c", *p);
	else
		buf_put(to, p, n);
}

/* A text as a Go expression: pieces in quotes with `joint` between them. */
static void put_pieces(struct go *g, const char *s, const char *joint)
{
	size_t start = g->to->n + 1;

	buf_putc(g->to, '"');
	for (size_t n; s != NULL && *s != '\0'; s += n) {
		n = spec_char(s, strnlen(s, 4));
		if (n == 0)
			return wrong(g, "not a text", "");
		if (g->to->n + n - start > PIECE) {
			buf_printf(g->to, "\"%s\"", joint);
			start = g->to->n;
		}
		put_char(g->to, s, n);
	}
	buf_putc(g->to, '"');
}

static void put_text(struct go *g, const char *s)
{
	put_pieces(g, s, " + ");
}

/* A number with as few digits as give the same value back. */
static void put_number(struct go *g, double v)
{
	char text[32] = "";

	if (!isfinite(v))
		wrong(g, "not a number", "");
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_puts(g->to, text);
}

/* The members of a composite: `Name: value`, left out when it says nothing. */
static void field_text(struct go *g, const char *name, const char *s)
{
	if (s == NULL || *s == '\0')
		return;
	buf_printf(g->to, ", %s: ", name);
	put_text(g, s);
}

static void field_word(struct go *g, const char *name, const char *go)
{
	buf_printf(g->to, ", %s: engine.%s", name, go);
}

static void field_number(struct go *g, const char *name, double v)
{
	buf_printf(g->to, ", %s: ", name);
	put_number(g, v);
}

static void field_int(struct go *g, const char *name, int64_t v)
{
	buf_printf(g->to, ", %s: %" PRId64, name, v);
}

/* A list that is empty is not declared. */
static bool begin(struct go *g, const char *name, const char *type, size_t n)
{
	if (n > 0)
		buf_printf(g->to, "\nvar %s = []%s{\n", name, type);
	return n > 0;
}

/* The first member of an element always stands there. */
static void element(struct go *g, const char *name, const char *s)
{
	buf_printf(g->to, "\t{%s: ", name);
	put_text(g, s);
}

static void put_input(struct go *g, const struct spec_input *in)
{
	element(g, "Name", in->name);
	field_text(g, "Label", in->label);
	field_text(g, "Unit", in->unit);
	field_word(g, "Type", types[in->type]);
	field_text(g, "Default", in->dflt);
	if (in->required)
		buf_puts(g->to, ", Required: true");
	if (in->has_min) {
		buf_puts(g->to, ", HasMin: true");
		field_number(g, "Min", in->min);
	}
	if (in->has_max) {
		buf_puts(g->to, ", HasMax: true");
		field_number(g, "Max", in->max);
	}
	for (size_t i = 0; i < in->choices_n; i++) {
		buf_puts(g->to, i == 0 ? ", Choices: []string{" : ", ");
		put_text(g, in->choices[i]);
	}
	buf_puts(g->to, in->choices_n > 0 ? "}},\n" : "},\n");
}

static void put_inputs(struct go *g)
{
	if (!begin(g, "inputs", "engine.Input", g->s->inputs_n))
		return;
	for (size_t i = 0; i < g->s->inputs_n; i++)
		put_input(g, &g->s->inputs[i]);
	buf_puts(g->to, "}\n");
}

/* Values stand in one row: the inputs, then the outputs before this one. */
static void put_value(struct go *g, const char *name, size_t outputs)
{
	const struct spec *s = g->s;

	for (size_t i = 0; i < s->inputs_n + outputs; i++) {
		const char *one = i < s->inputs_n ? s->inputs[i].name
						  : s->outputs[i - s->inputs_n].name;

		if (str_eq(one, name)) {
			buf_printf(g->to, "v[%zu]", i);
			return;
		}
	}
	wrong(g, "unknown value", name);
}

static void put_function(struct go *g, const char *name)
{
	for (size_t i = 0; i < COUNT(functions); i++)
		if (str_eq(functions[i].name, name)) {
			buf_printf(g->to, "engine.%s", functions[i].go);
			return;
		}
	wrong(g, "unknown function", name);
}

/* The parser bounds how deep a formula is. */
static void put_expr(struct go *g, const struct spec_expr *x, size_t outputs)
{
	if (x->op == SPEC_OP_NUMBER)
		return put_number(g, x->number);
	if (x->op == SPEC_OP_NAME)
		return put_value(g, x->name, outputs);
	put_function(g, x->op == SPEC_OP_NEG ? "negation" : x->name);
	for (size_t i = 0; i < x->args_n; i++) {
		buf_puts(g->to, i == 0 ? "(" : ", ");
		put_expr(g, x->args[i], outputs);
	}
	buf_putc(g->to, ')');
}

static void put_outputs(struct go *g)
{
	const struct spec *s = g->s;

	if (!begin(g, "outputs", "engine.Output", s->outputs_n))
		return;
	for (size_t i = 0; i < s->outputs_n; i++) {
		const struct spec_output *o = &s->outputs[i];

		element(g, "Name", o->name);
		field_text(g, "Label", o->label);
		field_text(g, "Unit", o->unit);
		field_word(g, "Format", formats[o->format]);
		field_int(g, "Digits", o->digits);
		buf_printf(g->to, ", Expr: output%zu},\n", i);
	}
	buf_puts(g->to, "}\n");
	for (size_t i = 0; i < s->outputs_n; i++) {
		const struct spec_expr *x = spec_expr_parse(g->a, s->outputs[i].expr, g->e);

		if (x == NULL)
			return;
		buf_printf(g->to, "\nfunc output%zu(v []float64) float64 {\n\treturn ", i);
		put_expr(g, x, i);
		buf_puts(g->to, "\n}\n");
	}
}

static void put_units(struct go *g)
{
	if (!begin(g, "units", "engine.Unit", g->s->units_n))
		return;
	for (size_t i = 0; i < g->s->units_n; i++) {
		const struct spec_unit *u = &g->s->units[i];

		element(g, "Name", u->name);
		field_text(g, "Label", u->label);
		field_text(g, "Symbol", u->symbol);
		field_number(g, "Scale", u->scale);
		field_number(g, "Offset", u->offset);
		buf_puts(g->to, "},\n");
	}
	buf_puts(g->to, "}\n");
}

static void put_counters(struct go *g)
{
	if (!begin(g, "tallies", "engine.Tally", g->s->counters_n))
		return;
	for (size_t i = 0; i < g->s->counters_n; i++) {
		const struct spec_counter *c = &g->s->counters[i];

		element(g, "Label", c->label);
		field_int(g, "Start", c->start);
		field_int(g, "Step", c->step);
		field_int(g, "Min", c->min);
		field_int(g, "Max", c->max);
		buf_puts(g->to, "},\n");
	}
	buf_puts(g->to, "}\n");
}

static void put_timers(struct go *g)
{
	if (!begin(g, "stages", "engine.Stage", g->s->timers_n))
		return;
	for (size_t i = 0; i < g->s->timers_n; i++) {
		element(g, "Label", g->s->timers[i].label);
		field_int(g, "Seconds", g->s->timers[i].seconds);
		buf_puts(g->to, "},\n");
	}
	buf_puts(g->to, "}\n");
}

static void put_list(struct go *g, const char *name, const char *const *texts, size_t n)
{
	if (!begin(g, name, "string", n))
		return;
	for (size_t i = 0; i < n; i++) {
		buf_putc(g->to, '\t');
		put_text(g, texts[i]);
		buf_puts(g->to, ",\n");
	}
	buf_puts(g->to, "}\n");
}

static void put_const(struct go *g, const char *name, const char *s)
{
	buf_printf(g->to, "\nconst %s = ", name);
	put_pieces(g, s, " +\n\t");
	buf_putc(g->to, '\n');
}

static bool known_operation(const char *name)
{
	for (const char *const *o = spec_operations; *o != NULL; o++)
		if (str_eq(*o, name))
			return true;
	return false;
}

static void put_operations(struct go *g)
{
	for (size_t i = 0; i < g->s->operations_n; i++)
		if (!known_operation(g->s->operations[i]))
			wrong(g, "unknown operation", g->s->operations[i]);
	put_list(g, "operations", g->s->operations, g->s->operations_n);
}

/* The tool itself: what was declared above, by the names of engine/types.go. */
static void put_spec(struct go *g)
{
	const struct spec *s = g->s;
	const struct {
		bool there;
		const char *member;
	} parts[] = {
		{s->inputs_n > 0, "Inputs: inputs"},
		{s->outputs_n > 0, "Outputs: outputs"},
		{s->units_n > 0, "Units: units"},
		{s->items_n > 0, "Items: items"},
		{s->counters_n > 0, "Tallies: tallies"},
		{s->timers_n > 0, "Stages: stages"},
		{s->kind == SPEC_FORM, "Body: body"},
		{s->operations_n > 0, "Operations: operations"},
	};

	buf_printf(g->to, "\nvar spec = engine.Spec{Kind: engine.%s", kinds[s->kind]);
	buf_puts(g->to, ", Slug: slug, Title: title, Summary: summary");
	for (size_t i = 0; i < COUNT(parts); i++)
		if (parts[i].there)
			buf_printf(g->to, ", %s", parts[i].member);
	field_text(g, "From", s->from);
	field_text(g, "To", s->to);
	if (s->timers_n > 0)
		field_int(g, "Rounds", s->rounds);
	buf_puts(g->to, "}\n");
}

int worker_go(struct arena *a, const struct spec *s, struct buf *to, struct err *e)
{
	struct go g = {a, s, to, e};

	buf_puts(to, "// Code generated from the specification of the tool. DO NOT EDIT.\n\n"
		     "package tool\n\nimport \"app/engine\"\n");
	put_const(&g, "slug", s->slug);
	put_const(&g, "title", s->title);
	put_const(&g, "summary", s->summary);
	put_inputs(&g);
	put_outputs(&g);
	put_units(&g);
	put_list(&g, "items", s->items, s->items_n);
	put_counters(&g);
	put_timers(&g);
	if (s->kind == SPEC_FORM)
		put_const(&g, "body", s->text);
	put_operations(&g);
	put_spec(&g);
	if (to->over)
		return err_set(e, E_INVALID, "the generated file is too long");
	return e->id == E_NONE ? 0 : -1;
}
