#include "config.h"

#include "port/json.h"
#include "base/check.h"
#include "base/str.h"

#include <json_object.h>
#include <json_tokener.h>
#include <linkhash.h>
#include <math.h>
#include <string.h>

/* struct json is json-c's json_object; nothing outside this file knows. */
static json_object *in(const struct json *j)
{
	json_object *o;

	memcpy(&o, &j, sizeof(o));
	return o;
}

static const struct json *out(json_object *o)
{
	return (const struct json *)o;
}

static void put_object(void *o)
{
	json_object_put(o);
}

static long count_members(json_object *o)
{
	long n = 0;

	if (json_object_is_type(o, json_type_object)) {
		json_object_object_foreach(o, key, v) {
			(void)key;
			n += 1 + count_members(v);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
	}
	return n;
}

const struct json *json_parse(struct arena *a, const char *text, size_t n, struct err *e)
{
	struct json_tokener *t;
	json_object *o;
	size_t at;
	long members = json_check(text, n, &at);
	bool whole;

	if (members < 0) {
		err_set(e, E_BAD_REQUEST, "json: not valid at byte %zu of %zu", at, n);
		return NULL;
	}
	check((t = json_tokener_new_ex(JSON_DEPTH + 1)) != NULL);
	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(t, arena_strndup(a, text, n), (int)n + 1);
	whole = json_tokener_get_error(t) == json_tokener_success;
	json_tokener_free(t);
	if (o != NULL)
		arena_defer(a, put_object, o);
	if (!whole) {
		err_set(e, E_BAD_REQUEST, "json: refused by the parser");
		return NULL;
	}
	if (count_members(o) != members) {
		err_set(e, E_BAD_REQUEST, "json: a key stands twice in one object");
		return NULL;
	}
	if (o == NULL) {
		err_set(e, E_BAD_REQUEST, "json: null");
		return NULL;
	}
	return out(o);
}

enum json_kind json_kind(const struct json *j)
{
	switch (json_object_get_type(in(j))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INT;
	case json_type_double:
		return JSON_REAL;
	case json_type_string:
		return JSON_TEXT;
	case json_type_array:
		return JSON_ARRAY;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
	default:
		return JSON_NULL;
	}
}

const struct json *json_get(const struct json *object, const char *key)
{
	json_object *v = NULL;

	if (json_kind(object) == JSON_OBJECT)
		json_object_object_get_ex(in(object), key, &v);
	return out(v);
}

size_t json_count(const struct json *array)
{
	return json_kind(array) == JSON_ARRAY ? json_object_array_length(in(array)) : 0;
}

const struct json *json_at(const struct json *array, size_t i)
{
	return i < json_count(array) ? out(json_object_array_get_idx(in(array), i)) : NULL;
}

const char *json_text(const struct json *j, const char *dflt)
{
	return json_kind(j) == JSON_TEXT ? json_object_get_string(in(j)) : dflt;
}

int64_t json_int(const struct json *j, int64_t dflt)
{
	return json_kind(j) == JSON_INT ? json_object_get_int64(in(j)) : dflt;
}

double json_real(const struct json *j, double dflt)
{
	double v = dflt;

	if (json_kind(j) == JSON_REAL || json_kind(j) == JSON_INT)
		v = json_object_get_double(in(j));
	return isfinite(v) ? v : dflt;
}

bool json_flag(const struct json *j, bool dflt)
{
	return json_kind(j) == JSON_BOOL ? json_object_get_boolean(in(j)) : dflt;
}

const char *json_get_text(const struct json *object, const char *key, const char *dflt)
{
	return json_text(json_get(object, key), dflt);
}

int64_t json_get_int(const struct json *object, const char *key, int64_t dflt)
{
	return json_int(json_get(object, key), dflt);
}

int json_each(const struct json *object, int (*fn)(void *ctx, const char *key, const struct json *),
	      void *ctx)
{
	if (json_kind(object) != JSON_OBJECT)
		return 0;
	json_object_object_foreach(in(object), key, v) {
		int rc = fn(ctx, key, out(v));

		if (rc != 0)
			return rc;
	}
	return 0;
}

const char *json_print(struct arena *a, const struct json *j)
{
	return arena_strdup(a, json_object_to_json_string_ext(
				       in(j), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

struct reading {
	struct arena *a;
	const struct shape *shape;
	void *to;
	struct err *e;
};

static int read_member(void *ctx, const char *key, const struct json *v)
{
	struct reading *r = ctx;
	const struct field *f = shape_find(r->shape, key);
	const char *why = NULL;

	if (f == NULL) {
		err_field(r->e, key, "unknown");
		return 0;
	}
	if (json_kind(v) == JSON_NULL && f->flags & (F_NULLABLE | F_REQUIRED))
		return 0; /* a required one is named below */
	if (f->type == F_INT) {
		why = json_kind(v) != JSON_INT ? "not_an_integer" : shape_int_problem(f, json_int(v, 0));
		*SHAPE_AT(r->to, f, int64_t) = json_int(v, 0);
	} else if (f->type == F_BOOL) {
		why = json_kind(v) != JSON_BOOL ? "not_a_boolean" : NULL;
		*SHAPE_AT(r->to, f, bool) = json_flag(v, false);
	} else if (f->type == F_ANY) {
		*SHAPE_AT(r->to, f, const struct json *) = v;
	} else if (json_kind(v) != JSON_TEXT) {
		why = "not_text";
	} else {
		why = shape_text_problem(f, json_text(v, ""),
					 (size_t)json_object_get_string_len(in(v)));
		*SHAPE_AT(r->to, f, const char *) = arena_strdup(r->a, json_text(v, ""));
	}
	if (why != NULL)
		err_field(r->e, f->name, why);
	return 0;
}

int json_fill(struct arena *a, const struct json *j, const struct shape *s, void *to,
	      struct err *e)
{
	struct reading r = {a, s, to, e};

	if (json_kind(j) != JSON_OBJECT)
		return err_set(e, E_BAD_REQUEST, "json: an object is expected");
	json_each(j, read_member, &r);
	for (size_t i = 0; i < s->count; i++)
		if (s->fields[i].flags & F_REQUIRED && json_get(j, s->fields[i].name) == NULL)
			err_field(e, s->fields[i].name, "required");
	return e->id == E_NONE ? 0 : -1;
}

int json_read(struct arena *a, const char *text, size_t n, const struct shape *s, void *to,
	      struct err *e)
{
	const struct json *j = json_parse(a, text, n, e);

	return j == NULL ? -1 : json_fill(a, j, s, to, e);
}
