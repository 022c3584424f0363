#include "config.h"

#include "base/shape.h"
#include "base/id.h"
#include "base/str.h"

#include <string.h>

static bool printable(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] <= 0x20 || s[i] >= 0x7f)
			return false;
	return true;
}

static bool one_of(const char *const *values, const char *s)
{
	for (; *values != NULL; values++)
		if (strcmp(*values, s) == 0)
			return true;
	return false;
}

const char *shape_text_problem(const struct field *f, const char *s, size_t n)
{
	int64_t chars;

	if (strlen(s) != n || !str_utf8(s, n))
		return "not_utf8";
	if (f->type == F_ENUM)
		return one_of(f->values, s) ? NULL : "not_one_of";
	if (f->type == F_ID)
		return id_valid(s, f->values[0]) ? NULL : "not_an_id";
	if (f->type == F_TOKEN && !printable(s, n))
		return "not_a_token";
	chars = (int64_t)str_chars(s);
	return chars < f->min ? "too_short" : f->max && chars > f->max ? "too_long" : NULL;
}

const char *shape_int_problem(const struct field *f, int64_t v)
{
	return v < f->min || v > f->max ? "out_of_range" : NULL;
}

const struct field *shape_find(const struct shape *s, const char *name)
{
	for (size_t i = 0; s != NULL && i < s->count; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return &s->fields[i];
	return NULL;
}
