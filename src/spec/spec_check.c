#include "config.h"

#include "spec/spec_int.h"
#include "base/check.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int spec_wrong(struct err *e, const char *list, size_t i, const char *name, const char *code)
{
	char where[80];

	if (list == NULL)
		return err_field(e, name, code);
	snprintf(where, sizeof(where), "%s[%zu].%s", list, i, name);
	return err_field(e, where, code);
}

/* Ranges of characters that change how other text looks, or are no text. */
static bool hidden(unsigned c)
{
	static const unsigned ranges[][2] = {
		{0x80, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200b},   {0x200e, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},
		{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff},
	};

	for (size_t i = 0; i < COUNT(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

size_t spec_char(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = n == 0 ? 0 : p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	unsigned c;

	if (len == 0 || len > n || p[0] == '\r' || !str_utf8(s, len))
		return 0;
	c = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3f);
	return hidden(c) ? 0 : len;
}

static const char *text_problem(const char *s, const struct spec_member *m, size_t max)
{
	size_t chars = 0;

	if (s == NULL || *s == '\0')
		return m->min > 0 ? "required" : NULL;
	if (s[strspn(s, " \t\n")] == '\0')
		return "blank";
	for (size_t len; *s != '\0'; s += len, chars++) {
		len = spec_char(s, strnlen(s, 4));
		if (len == 0 || ((*s == '\n' || *s == '\t') && m->type != SPEC_M_LINES))
			return "not_plain_text";
	}
	return chars < (size_t)m->min ? "too_short" : chars > max ? "too_long" : NULL;
}

static const char *texts_problem(const void *object, const struct spec_member *m)
{
	const struct spec_member one = {.type = SPEC_M_TEXT, .min = 1};
	size_t n = *SPEC_IN(object, m->side, size_t);

	if (n > (size_t)m->max)
		return "too_many";
	for (size_t i = 0; i < n; i++) {
		const char *text = SPEC_IN(object, m->at, const char *)[i];
		const char *why = text_problem(text, &one, m->chars);

		if (why != NULL)
			return why;
	}
	return NULL;
}

static const char *real_problem(double v, const struct spec_member *m)
{
	return isfinite(v) && fabs(v) <= (double)m->max ? NULL : "out_of_range";
}

static const char *whole_problem(int64_t v, const struct spec_member *m)
{
	return v >= m->min && v <= m->max ? NULL : "out_of_range";
}

static const char *value_problem(const void *object, const struct spec_member *m)
{
	const char *s;

	switch (m->type) {
	case SPEC_M_TEXT:
	case SPEC_M_LINES:
		return text_problem(*SPEC_IN(object, m->at, const char *), m, (size_t)m->max);
	case SPEC_M_NAME:
		s = *SPEC_IN(object, m->at, const char *);
		return s != NULL && spec_is_name(s) ? NULL : "not_a_name";
	case SPEC_M_ENUM:
	case SPEC_M_SMALL:
		return whole_problem(*SPEC_IN(object, m->at, int), m);
	case SPEC_M_INT:
		return whole_problem(*SPEC_IN(object, m->at, int64_t), m);
	case SPEC_M_REAL:
	case SPEC_M_LIMIT:
		return real_problem(*SPEC_IN(object, m->at, double), m);
	case SPEC_M_TEXTS:
		return texts_problem(object, m);
	case SPEC_M_BOOL:
		return NULL;
	case SPEC_M_LIST:
	default:
		return *SPEC_IN(object, m->side, size_t) <= (size_t)m->max ? NULL : "too_many";
	}
}

static void check_members(const void *object, const struct spec_object *of, const char *list,
			  size_t i, struct err *e)
{
	for (const struct spec_member *m = of->members; m->name != NULL; m++) {
		const char *why = value_problem(object, m);

		if (why != NULL)
			spec_wrong(e, list, i, m->name, why);
	}
}

static void check_lists(const struct spec *s, struct err *e)
{
	for (const struct spec_member *m = spec_object_top.members; m->name != NULL; m++) {
		if (m->type != SPEC_M_LIST)
			continue;
		for (size_t i = 0; i < *SPEC_IN(s, m->side, size_t); i++)
			check_members(SPEC_IN(s, m->at, char) + i * m->of->size, m->of, m->name, i,
				      e);
	}
}

static const struct spec_member *top_member(const char *name)
{
	const struct spec_member *m = spec_object_top.members;

	while (strcmp(m->name, name) != 0)
		m++;
	return m;
}

/* Each kind has the members that are its own, and no other. */
static void check_belongs(const struct spec *s, struct err *e)
{
	for (const struct spec_belongs *b = spec_belongs; b->member != NULL; b++) {
		bool set = spec_is_set(s, top_member(b->member)), needed = b->needs >> s->kind & 1;

		if (needed && !set)
			err_field(e, b->member, "required");
		else if (set && !needed && !(b->may >> s->kind & 1))
			err_field(e, b->member, "not_of_this_kind");
	}
}

int spec_check(struct arena *a, const struct spec *s, struct err *e)
{
	check_members(s, &spec_object_top, NULL, 0, e);
	if (e->id == E_NONE)
		check_lists(s, e);
	if (e->id == E_NONE)
		check_belongs(s, e);
	if (e->id == E_NONE)
		spec_check_rules(s, e);
	if (e->id == E_NONE)
		spec_check_exprs(a, s, e);
	return e->id == E_NONE ? 0 : -1;
}
