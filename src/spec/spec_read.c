#include "config.h"

#include "spec/spec_int.h"
#include "base/str.h"
#include "port/json.h"

#include <math.h>
#include <string.h>

/* One object being read: the spec (list is NULL) or the i-th of a list. */
struct reading {
	struct arena *a;
	const struct spec_object *of;
	void *to;
	struct err *e;
	const char *list;
	size_t i;
};

static int wrong(const struct reading *r, const char *name, const char *code)
{
	return spec_wrong(r->e, r->list, r->i, name, code);
}

static const struct spec_member *find(const struct spec_object *of, const char *name)
{
	for (const struct spec_member *m = of->members; m->name != NULL; m++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* A text ends at a NUL that was written as an escape; what stands before it is
 * checked like any other. */
static const char *take_text(struct arena *a, const struct json *v)
{
	return json_kind(v) == JSON_TEXT ? arena_strdup(a, json_text(v, "")) : NULL;
}

static const char *read_enum(void *to, const struct spec_member *m, const struct json *v)
{
	for (int i = 0; i <= m->max; i++)
		if (str_eq(json_text(v, NULL), m->names[i])) {
			*SPEC_AT(to, m->at, int) = i;
			return NULL;
		}
	return "not_one_of";
}

static const char *read_whole(void *to, const struct spec_member *m, const struct json *v)
{
	int64_t n = json_int(v, 0);

	if (json_kind(v) != JSON_INT)
		return "not_an_integer";
	if (n < m->min || n > m->max)
		return "out_of_range";
	if (m->type == SPEC_M_SMALL)
		*SPEC_AT(to, m->at, int) = (int)n;
	else
		*SPEC_AT(to, m->at, int64_t) = n;
	return NULL;
}

static const char *read_texts(struct reading *r, const struct spec_member *m, const struct json *v)
{
	const char **texts = SPEC_AT(r->to, m->at, const char *);

	if (json_kind(v) != JSON_ARRAY)
		return "not_a_list";
	if (json_count(v) > (size_t)m->max)
		return "too_many";
	for (size_t i = 0; i < json_count(v); i++)
		if ((texts[i] = take_text(r->a, json_at(v, i))) == NULL)
			return "not_text";
	*SPEC_AT(r->to, m->side, size_t) = json_count(v);
	return NULL;
}

static const char *read_scalar(struct reading *r, const struct spec_member *m,
			       const struct json *v)
{
	switch (m->type) {
	case SPEC_M_TEXT:
	case SPEC_M_LINES:
	case SPEC_M_NAME:
		*SPEC_AT(r->to, m->at, const char *) = take_text(r->a, v);
		return json_kind(v) == JSON_TEXT ? NULL : "not_text";
	case SPEC_M_ENUM:
		return read_enum(r->to, m, v);
	case SPEC_M_LIMIT:
		*SPEC_AT(r->to, m->side, bool) = true;
		*SPEC_AT(r->to, m->at, double) = json_real(v, 0);
		return isnan(json_real(v, NAN)) ? "not_a_number" : NULL;
	case SPEC_M_REAL:
		*SPEC_AT(r->to, m->at, double) = json_real(v, 0);
		return isnan(json_real(v, NAN)) ? "not_a_number" : NULL;
	case SPEC_M_SMALL:
	case SPEC_M_INT:
		return read_whole(r->to, m, v);
	case SPEC_M_BOOL:
		*SPEC_AT(r->to, m->at, bool) = json_flag(v, false);
		return json_kind(v) == JSON_BOOL ? NULL : "not_a_boolean";
	case SPEC_M_TEXTS:
		return read_texts(r, m, v);
	case SPEC_M_LIST:
	default:
		return "not_a_list";
	}
}

static int read_member(void *ctx, const char *key, const struct json *v);

/* Members that are not there read as "", 0 or none. */
static void read_object(struct reading *r, const struct json *j)
{
	if (json_kind(j) != JSON_OBJECT) {
		wrong(r, r->list == NULL ? "spec" : "", "not_an_object");
		return;
	}
	json_each(j, read_member, r);
	for (const struct spec_member *m = r->of->members; m->name != NULL; m++) {
		if (json_get(j, m->name) != NULL)
			continue;
		if (!m->optional)
			wrong(r, m->name, "required");
		if (m->type == SPEC_M_TEXT || m->type == SPEC_M_LINES)
			*SPEC_AT(r->to, m->at, const char *) = "";
	}
}

/* Only the top object has lists of objects, so this goes one level down. */
static const char *read_list(struct reading *r, const struct spec_member *m, const struct json *v)
{
	size_t n = json_count(v);

	if (json_kind(v) != JSON_ARRAY)
		return "not_a_list";
	if (n > (size_t)m->max)
		return "too_many";
	for (size_t i = 0; i < n; i++) {
		void *to = SPEC_AT(r->to, m->at, char) + i * m->of->size;
		struct reading item = {r->a, m->of, to, r->e, m->name, i};

		read_object(&item, json_at(v, i));
	}
	*SPEC_AT(r->to, m->side, size_t) = n;
	return NULL;
}

static int read_member(void *ctx, const char *key, const struct json *v)
{
	struct reading *r = ctx;
	const struct spec_member *m = find(r->of, key);
	const char *why;

	if (m == NULL && r->of == &spec_object_top && strcmp(key, "version") == 0)
		why = json_kind(v) == JSON_INT && json_int(v, 0) == 1 ? NULL : "not_one_of";
	else if (m == NULL)
		why = "unknown";
	else if (m->type == SPEC_M_LIST)
		why = read_list(r, m, v);
	else
		why = read_scalar(r, m, v);
	if (why != NULL)
		wrong(r, key, why);
	return 0;
}

int spec_read(struct arena *a, const char *json, size_t n, struct spec *ret, struct err *e)
{
	struct reading r = {a, &spec_object_top, ret, e, NULL, 0};
	struct err parse = {0};
	const struct json *j;

	memset(ret, 0, sizeof(*ret));
	if (n > SPEC_JSON_MAX)
		return err_field(e, "spec", "too_long");
	if ((j = json_parse(a, json, n, &parse)) == NULL)
		return err_set(e, E_INVALID, "spec: %s", parse.detail);
	read_object(&r, j);
	if (json_get(j, "version") == NULL)
		wrong(&r, "version", "required");
	return e->id != E_NONE ? -1 : spec_check(a, ret, e);
}
