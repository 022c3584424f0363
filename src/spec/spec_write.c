#include "config.h"

#include "spec/spec_int.h"
#include "base/check.h"
#include "base/jw.h"

#include <stdio.h>
#include <stdlib.h>

/* The shortest decimal that reads back as the same double. */
static void put_real(struct jw *j, double v)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	jw_raw(j, text);
}

static const char *text_of(const char *s)
{
	return s == NULL ? "" : s;
}

static void put_texts(struct jw *j, const char *const *texts, size_t n)
{
	jw_array(j);
	for (size_t i = 0; i < n; i++)
		jw_str(j, text_of(texts[i]));
	jw_end_array(j);
}

static void put_members(struct jw *j, const void *object, const struct spec_member *m);

static void put_list(struct jw *j, const void *first, size_t n, const struct spec_object *of)
{
	jw_array(j);
	for (size_t i = 0; i < n; i++) {
		jw_object(j);
		put_members(j, (const char *)first + i * of->size, of->members);
		jw_end_object(j);
	}
	jw_end_array(j);
}

static void put_value(struct jw *j, const void *object, const struct spec_member *m)
{
	switch (m->type) {
	case SPEC_M_TEXT:
	case SPEC_M_LINES:
	case SPEC_M_NAME:
		jw_str(j, text_of(*SPEC_IN(object, m->at, const char *)));
		break;
	case SPEC_M_ENUM:
		jw_str(j, m->names[*SPEC_IN(object, m->at, int)]);
		break;
	case SPEC_M_REAL:
	case SPEC_M_LIMIT:
		put_real(j, *SPEC_IN(object, m->at, double));
		break;
	case SPEC_M_SMALL:
		jw_int(j, *SPEC_IN(object, m->at, int));
		break;
	case SPEC_M_INT:
		jw_int(j, *SPEC_IN(object, m->at, int64_t));
		break;
	case SPEC_M_BOOL:
		jw_bool(j, *SPEC_IN(object, m->at, bool));
		break;
	case SPEC_M_TEXTS:
		put_texts(j, SPEC_IN(object, m->at, const char *),
			  *SPEC_IN(object, m->side, size_t));
		break;
	case SPEC_M_LIST:
		put_list(j, SPEC_IN(object, m->at, char), *SPEC_IN(object, m->side, size_t),
			 m->of);
		break;
	default:
		check(false);
	}
}

/* Lists stand one below the other, never deeper than the tables are. */
static void put_members(struct jw *j, const void *object, const struct spec_member *m)
{
	for (; m->name != NULL; m++) {
		if (m->optional && !spec_is_set(object, m))
			continue;
		jw_key(j, m->name);
		put_value(j, object, m);
	}
}

const char *spec_write(struct arena *a, const struct spec *s)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, SPEC_JSON_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kint(&j, "version", 1);
	put_members(&j, s, spec_object_top.members);
	jw_end_object(&j);
	check(!b.over);
	return buf_str(&b);
}
