#include "config.h"

#include "spec/spec_int.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

const char *const spec_kind_names[SPEC_KINDS] = {
	[SPEC_CALCULATOR] = "calculator", [SPEC_CONVERTER] = "converter",
	[SPEC_CHECKLIST] = "checklist",   [SPEC_COUNTER] = "counter",
	[SPEC_TIMER] = "timer",           [SPEC_FORM] = "form",
	[SPEC_TEXT] = "text",
};
const char *const spec_type_names[SPEC_TYPES] = {
	[SPEC_NUMBER] = "number",     [SPEC_INTEGER] = "integer", [SPEC_LINE] = "line",
	[SPEC_LONGTEXT] = "longtext", [SPEC_CHOICE] = "choice",   [SPEC_YESNO] = "yesno",
	[SPEC_DATE] = "date",
};
const char *const spec_format_names[SPEC_FORMATS] = {
	[SPEC_AS_NUMBER] = "number",   [SPEC_AS_INTEGER] = "integer", [SPEC_AS_MONEY] = "money",
	[SPEC_AS_PERCENT] = "percent", [SPEC_AS_DURATION] = "duration",
};
const char *const spec_artifact_names[SPEC_ARTIFACTS] = {
	[SPEC_WEB] = "web", [SPEC_BINARY] = "binary", [SPEC_BOTH] = "both",
};
const char *const spec_operations[] = {
	"count", "upper", "lower", "title", "sentence", "trim", "collapse_spaces",
	"reverse_lines", "sort_lines", "dedupe_lines", "number_lines", "remove_blank_lines",
	"slug", "find_replace", "base64_encode", "base64_decode", "url_encode", "url_decode", NULL
};
const char *const spec_platforms[] = {
	"linux-amd64", "linux-arm64", "darwin-arm64", "windows-amd64", NULL
};

#define VALUE_MAX 1000000000000000 /* 1e15: whole numbers stay exact in a double */
#define COUNT_MAX 999999999999
#define SECONDS_MAX 359999 /* 99:59:59 */

/* The rows below: what is not named is 0. */
#define ROW(s, m, kind) .name = #m, .type = SPEC_M_##kind, .at = offsetof(struct s, m)
#define TEXT(s, m, lo, hi) {ROW(s, m, TEXT), .optional = lo == 0, .min = lo, .max = hi}
#define NAME(s, m) {ROW(s, m, NAME)}
#define INT(s, m, lo, hi) {ROW(s, m, INT), .min = lo, .max = hi}
#define REAL(s, m) {ROW(s, m, REAL), .max = VALUE_MAX}
#define ENUM(s, m, n, list) {ROW(s, m, ENUM), .max = (n) - 1, .names = list}
#define SIDE(s, m) .optional = true, .side = offsetof(struct s, m)
#define LIMIT(s, m, has) {ROW(s, m, LIMIT), SIDE(s, has), .max = VALUE_MAX}
#define TEXTS(s, m, n, len) {ROW(s, m, TEXTS), SIDE(s, m##_n), .max = n, .chars = len}
#define LIST(m, n, object) {ROW(spec, m, LIST), SIDE(spec, m##_n), .max = n, .of = object}
#define END {.name = NULL}

static const struct spec_member input_members[] = {
	NAME(spec_input, name),
	TEXT(spec_input, label, 1, 60),
	ENUM(spec_input, type, SPEC_TYPES, spec_type_names),
	TEXT(spec_input, unit, 0, 12),
	{.name = "default", .type = SPEC_M_LINES, .at = offsetof(struct spec_input, dflt),
	 .optional = true, .max = 200},
	{ROW(spec_input, required, BOOL), .optional = true},
	LIMIT(spec_input, min, has_min),
	LIMIT(spec_input, max, has_max),
	TEXTS(spec_input, choices, SPEC_CHOICES, 60),
	END
};
static const struct spec_member output_members[] = {
	NAME(spec_output, name),
	TEXT(spec_output, label, 1, 60),
	TEXT(spec_output, unit, 0, 12),
	TEXT(spec_output, expr, 1, 400),
	ENUM(spec_output, format, SPEC_FORMATS, spec_format_names),
	{ROW(spec_output, digits, SMALL), .max = 10},
	END
};
static const struct spec_member unit_members[] = {
	NAME(spec_unit, name),
	TEXT(spec_unit, label, 1, 60),
	TEXT(spec_unit, symbol, 0, 12),
	REAL(spec_unit, scale),
	REAL(spec_unit, offset),
	END
};
static const struct spec_member counter_members[] = {
	TEXT(spec_counter, label, 1, 60),
	INT(spec_counter, start, -COUNT_MAX, COUNT_MAX),
	INT(spec_counter, step, 1, COUNT_MAX),
	INT(spec_counter, min, -COUNT_MAX, COUNT_MAX),
	INT(spec_counter, max, -COUNT_MAX, COUNT_MAX),
	END
};
static const struct spec_member timer_members[] = {
	TEXT(spec_timer, label, 1, 60),
	INT(spec_timer, seconds, 0, SECONDS_MAX),
	END
};

static const struct spec_object input_object = {sizeof(struct spec_input), input_members};
static const struct spec_object output_object = {sizeof(struct spec_output), output_members};
static const struct spec_object unit_object = {sizeof(struct spec_unit), unit_members};
static const struct spec_object counter_object = {sizeof(struct spec_counter), counter_members};
static const struct spec_object timer_object = {sizeof(struct spec_timer), timer_members};

static const struct spec_member top_members[] = {
	ENUM(spec, kind, SPEC_KINDS, spec_kind_names),
	TEXT(spec, slug, 3, 40),
	TEXT(spec, title, 1, 80),
	TEXT(spec, summary, 1, 300),
	LIST(inputs, SPEC_INPUTS, &input_object),
	LIST(outputs, SPEC_OUTPUTS, &output_object),
	LIST(units, SPEC_UNITS, &unit_object),
	TEXT(spec, from, 0, 32),
	TEXT(spec, to, 0, 32),
	TEXTS(spec, items, SPEC_ITEMS, 200),
	LIST(counters, SPEC_COUNTERS, &counter_object),
	LIST(timers, SPEC_TIMERS, &timer_object),
	{ROW(spec, rounds, INT), .optional = true, .max = 100},
	{ROW(spec, text, LINES), .optional = true, .max = 4000},
	TEXTS(spec, operations, SPEC_OPERATIONS, 32),
	END
};
const struct spec_object spec_object_top = {sizeof(struct spec), top_members};

#define K(kind) (1u << SPEC_##kind)
const struct spec_belongs spec_belongs[] = {
	{"inputs", K(CALCULATOR) | K(FORM), 0},
	{"outputs", K(CALCULATOR), K(FORM)},
	{"units", K(CONVERTER), 0},
	{"from", K(CONVERTER), 0},
	{"to", K(CONVERTER), 0},
	{"items", K(CHECKLIST), 0},
	{"counters", K(COUNTER), 0},
	{"timers", K(TIMER), 0},
	{"rounds", K(TIMER), 0},
	{"text", K(FORM), 0},
	{"operations", K(TEXT), 0},
	{NULL, 0, 0}
};

bool spec_is_name(const char *s)
{
	return *s >= 'a' && *s <= 'z' &&
	       str_only(s, "abcdefghijklmnopqrstuvwxyz0123456789_", 1, 32);
}

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

bool spec_is_number(const char *s)
{
	s += *s == '-';
	if (digits(s) == 0)
		return false;
	s += digits(s);
	if (*s == '.') {
		if (digits(s + 1) == 0)
			return false;
		s += 1 + digits(s + 1);
	}
	return *s == '\0';
}

bool spec_is_set(const void *object, const struct spec_member *m)
{
	const char *text;

	switch (m->type) {
	case SPEC_M_TEXT:
	case SPEC_M_LINES:
	case SPEC_M_NAME:
		text = *SPEC_IN(object, m->at, const char *);
		return text != NULL && *text != '\0';
	case SPEC_M_LIMIT:
		return *SPEC_IN(object, m->side, bool);
	case SPEC_M_INT:
		return *SPEC_IN(object, m->at, int64_t) != 0;
	case SPEC_M_BOOL:
		return *SPEC_IN(object, m->at, bool);
	case SPEC_M_TEXTS:
	case SPEC_M_LIST:
		return *SPEC_IN(object, m->side, size_t) != 0;
	case SPEC_M_ENUM:
	case SPEC_M_REAL:
	case SPEC_M_SMALL:
	default:
		return true;
	}
}
