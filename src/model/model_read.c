#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/json.h"

#include <stdio.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The members of each JSON object as data. */
enum member_type {
	M_TEXT,  /* const char *; min to max bytes of `set`, or any UTF-8 when it is NULL */
	M_INT,   /* int64_t within min and max, else `dflt` */
	M_NAME,  /* an enum by names[], of which there are max; else `dflt` */
	M_CLASS, /* the name itself, one of names[] */
	M_TIME,  /* int64_t */
	M_TEXTS, /* const char **, their count at `side`, up to max of `set` */
	M_BITS,  /* unsigned: a list of names[], each once */
	M_LIST   /* pointer to an array, its count at `side`, up to max of `of` */
};

struct object;

struct member {
	const char *name;
	enum member_type type;
	bool required;
	size_t at, side;
	int64_t min, max, dflt;
	const char *set;
	const char *const *names;
	const struct object *of;
};

struct object {
	size_t size;
	const struct member *members; /* ends with a row without name */
};

struct reading {
	struct arena *a;
	const struct object *of;
	void *to;
	const char *path; /* "models[3]." or "" */
	struct err *e;
};

#define AT(object, offset, type) ((type *)(void *)((char *)(object) + (offset)))
#define TEXT(struct_, field, req, lo, hi, chars) \
	{#field, M_TEXT, req, offsetof(struct struct_, field), .min = lo, .max = hi, .set = chars}
#define INT(struct_, field, req, lo, hi, other) \
	{#field, M_INT, req, offsetof(struct struct_, field), .min = lo, .max = hi, .dflt = other}
#define RATE(text, req, class) \
	{text, M_INT, req, offsetof(struct model_rates, rate) + (class) * sizeof(int64_t), \
	 .min = 0, .max = MODEL_RATE_MAX, .dflt = -1}

static const struct member rates[] = {
	TEXT(model_rates, version, true, 1, 40, LOWER UPPER DIGIT "._-"),
	TEXT(model_rates, tier, false, 1, 20, LOWER "_-"),
	{"from", M_TIME, true, offsetof(struct model_rates, from)},
	RATE("input", true, MODEL_INPUT),
	RATE("cached_input", true, MODEL_CACHED_INPUT),
	RATE("cache_write", true, MODEL_CACHE_WRITE),
	RATE("output", true, MODEL_OUTPUT),
	RATE("reasoning", true, MODEL_REASONING),
	RATE("audio", false, MODEL_AUDIO),
	RATE("image", false, MODEL_IMAGE),
	RATE("tool_unit", false, MODEL_TOOL_UNIT),
	{NULL}};
static const struct object rates_object = {sizeof(struct model_rates), rates};

static const struct member route[] = {
	{"backend", M_TEXT, true, offsetof(struct model_route, backend_id), .min = 1, .max = 64,
	 .set = LOWER DIGIT "._-"},
	TEXT(model_route, model, true, 1, 200, NULL),
	{"usage", M_NAME, true, offsetof(struct model_route, usage), .max = MODEL_VENDORS,
	 .names = model_vendor_names},
	{NULL}};
static const struct object route_object = {sizeof(struct model_route), route};

static const struct member model[] = {
	TEXT(model, id, true, 1, 128, LOWER UPPER DIGIT "._:/-"),
	TEXT(model, owned_by, false, 1, 64, LOWER UPPER DIGIT "._-"),
	{"backend_class", M_CLASS, true, offsetof(struct model, backend_class),
	 .max = MODEL_BACKEND_CLASSES, .names = model_backend_classes},
	{"capabilities", M_TEXTS, false, offsetof(struct model, capabilities),
	 offsetof(struct model, capabilities_n), .min = 1, .max = MODEL_CAPABILITIES,
	 .set = LOWER DIGIT "._-"},
	{"uses", M_BITS, true, offsetof(struct model, uses), .max = MODEL_USES,
	 .names = model_use_names},
	{"provider_tools", M_NAME, false, offsetof(struct model, provider_tools), .max = MODEL_TOOLS,
	 .dflt = MODEL_TOOLS_SOLD, .names = model_tools_names},
	TEXT(model, plan_feature, true, 1, 64, LOWER DIGIT "._-"),
	INT(model, context_tokens, true, 1, 100000000, 0),
	INT(model, max_output_tokens, true, 0, 100000000, 0),
	INT(model, image_tokens, false, 0, 1000000, 0),
	INT(model, template_tokens, false, 0, 1000000, 1000),
	{"routes", M_LIST, true, offsetof(struct model, routes), offsetof(struct model, routes_n),
	 .max = MODEL_ROUTES, .of = &route_object},
	{"prices", M_LIST, true, offsetof(struct model, prices), offsetof(struct model, prices_n),
	 .max = MODEL_PRICES, .of = &rates_object},
	{"cost", M_LIST, false, offsetof(struct model, costs), offsetof(struct model, costs_n),
	 .max = MODEL_PRICES, .of = &rates_object},
	{NULL}};
static const struct object model_object = {sizeof(struct model), model};

static const struct member backend[] = {
	TEXT(model_backend, id, true, 1, 64, LOWER DIGIT "._-"),
	{"kind", M_NAME, true, offsetof(struct model_backend, kind), .max = MODEL_KINDS,
	 .names = model_kind_names},
	{"runtime", M_NAME, false, offsetof(struct model_backend, runtime), .max = MODEL_RUNTIMES,
	 .dflt = MODEL_RUNTIME_OTHER, .names = model_runtime_names},
	TEXT(model_backend, url, false, 1, 500, NULL),
	TEXT(model_backend, key_file, false, 1, 500, NULL),
	INT(model_backend, priority, false, 0, 1000000, 100),
	INT(model_backend, connect_ms, false, 10, 60000, 2000),
	INT(model_backend, idle_ms, false, 100, 3600000, 60000),
	INT(model_backend, max_parallel, false, 1, 100000, 64),
	{"on_disconnect", M_NAME, false, offsetof(struct model_backend, on_disconnect),
	 .max = MODEL_DISCONNECTS, .dflt = MODEL_CUT, .names = model_disconnect_names},
	{"bound", M_NAME, false, offsetof(struct model_backend, bound), .max = MODEL_BOUNDS,
	 .dflt = MODEL_BOUND_USUAL, .names = model_bound_names},
	{NULL}};
static const struct object backend_object = {sizeof(struct model_backend), backend};

static const struct member catalog[] = {
	{"backends", M_LIST, true, offsetof(struct model_catalog, backends),
	 offsetof(struct model_catalog, backends_n), .max = MODEL_BACKENDS, .of = &backend_object},
	{"models", M_LIST, true, offsetof(struct model_catalog, models),
	 offsetof(struct model_catalog, models_n), .max = MODEL_MODELS, .of = &model_object},
	{NULL}};
static const struct object catalog_object = {sizeof(struct model_catalog), catalog};

static void wrong(const struct reading *r, const char *name, const char *code)
{
	err_field(r->e, arena_printf(r->a, "%s%s", r->path, name), code);
}

static const char *text_problem(const struct member *m, const char *s)
{
	size_t n = strlen(s);

	if (n < (size_t)m->min)
		return "too_short";
	/* In a list, max bounds the list. */
	if (n > (m->type == M_TEXTS ? 40 : (size_t)m->max))
		return "too_long";
	for (const char *p = s; *p != '\0'; p++)
		if (m->set != NULL ? strchr(m->set, *p) == NULL : (unsigned char)*p < 0x20)
			return "malformed";
	return NULL;
}

static const char *read_text(struct reading *r, const struct member *m, const struct json *v,
			     const char **ret)
{
	const char *s = json_text(v, NULL);

	if (s == NULL)
		return "not_text";
	*ret = arena_strdup(r->a, s);
	return text_problem(m, s);
}

static const char *read_int(void *to, const struct member *m, const struct json *v)
{
	int64_t n = json_int(v, 0);

	if (json_kind(v) != JSON_INT)
		return "not_an_integer";
	if (n < 0)
		return "negative";
	if (n < m->min || n > m->max)
		return "out_of_range";
	*AT(to, m->at, int64_t) = n;
	return NULL;
}

static int find_name(const struct member *m, const struct json *v)
{
	for (int i = 0; i < m->max; i++)
		if (str_eq(json_text(v, NULL), m->names[i]))
			return i;
	return -1;
}

static const char *read_name(void *to, const struct member *m, const struct json *v)
{
	int i = find_name(m, v);

	if (i < 0)
		return "not_one_of";
	if (m->type == M_CLASS)
		*AT(to, m->at, const char *) = m->names[i];
	else
		*AT(to, m->at, int) = i;
	return NULL;
}

static const char *read_texts(struct reading *r, const struct member *m, const struct json *v)
{
	size_t n = json_count(v);
	const char **texts, *why;

	if (json_kind(v) != JSON_ARRAY)
		return "not_a_list";
	if (n > (size_t)m->max)
		return "too_many";
	texts = ARENA_ARRAY(r->a, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		if ((why = read_text(r, m, json_at(v, i), &texts[i])) != NULL)
			return why;
		for (size_t k = 0; k < i; k++)
			if (strcmp(texts[k], texts[i]) == 0)
				return "duplicate";
	}
	*AT(r->to, m->at, const char **) = texts;
	*AT(r->to, m->side, size_t) = n;
	return NULL;
}

static const char *read_bits(void *to, const struct member *m, const struct json *v)
{
	unsigned bits = 0;

	if (json_kind(v) != JSON_ARRAY)
		return "not_a_list";
	for (size_t i = 0; i < json_count(v); i++) {
		int bit = find_name(m, json_at(v, i));

		if (bit < 0)
			return "not_one_of";
		if (bits & 1u << bit)
			return "duplicate";
		bits |= 1u << bit;
	}
	*AT(to, m->at, unsigned) = bits;
	return NULL;
}

static void read_object(struct reading *r, const struct json *j);

/* Catalog, models, prices: three levels, bounded by the tables. */
static const char *read_list(struct reading *r, const struct member *m, const struct json *v)
{
	size_t n = json_count(v);
	char *items;

	if (json_kind(v) != JSON_ARRAY)
		return "not_a_list";
	if (n > (size_t)m->max)
		return "too_many";
	items = arena_alloc(r->a, (n + 1) * m->of->size);
	for (size_t i = 0; i < n; i++) {
		const char *path = arena_printf(r->a, "%s%s[%zu].", r->path, m->name, i);
		struct reading item = {r->a, m->of, items + i * m->of->size, path, r->e};

		read_object(&item, json_at(v, i));
	}
	*AT(r->to, m->at, void *) = items;
	*AT(r->to, m->side, size_t) = n;
	return NULL;
}

static int read_member(void *ctx, const char *key, const struct json *v)
{
	struct reading *r = ctx;
	const struct member *m = r->of->members;
	const char *why = NULL;

	while (m->name != NULL && strcmp(m->name, key) != 0)
		m++;
	if (m->name == NULL) {
		wrong(r, key, "unknown");
		return 0;
	}
	switch (m->type) {
	case M_TEXT:
		why = read_text(r, m, v, AT(r->to, m->at, const char *));
		break;
	case M_INT:
		why = read_int(r->to, m, v);
		break;
	case M_NAME:
	case M_CLASS:
		why = read_name(r->to, m, v);
		break;
	case M_TIME:
		why = clock_parse(json_text(v, ""), AT(r->to, m->at, int64_t)) ? NULL : "not_a_time";
		break;
	case M_TEXTS:
		why = read_texts(r, m, v);
		break;
	case M_BITS:
		why = read_bits(r->to, m, v);
		break;
	case M_LIST:
		why = read_list(r, m, v);
		break;
	}
	if (why != NULL)
		wrong(r, key, why);
	return 0;
}

/* What is not there reads as its default, "" or none, and so does what is wrong. */
static void read_object(struct reading *r, const struct json *j)
{
	for (const struct member *m = r->of->members; m->name != NULL; m++) {
		if (m->type == M_TEXT || m->type == M_CLASS)
			*AT(r->to, m->at, const char *) = "";
		else if (m->type == M_INT)
			*AT(r->to, m->at, int64_t) = m->dflt;
		else if (m->type == M_NAME)
			*AT(r->to, m->at, int) = (int)m->dflt;
	}
	if (json_kind(j) != JSON_OBJECT) {
		wrong(r, "", "not_an_object");
		return;
	}
	json_each(j, read_member, r);
	for (const struct member *m = r->of->members; m->name != NULL; m++)
		if (m->required && json_get(j, m->name) == NULL)
			wrong(r, m->name, "required");
}

struct model_catalog *model_read(const char *text, size_t n, struct err *e)
{
	struct arena *a = arena_new(64u << 20);
	struct model_catalog *c = ARENA_NEW(a, struct model_catalog);
	struct reading r = {a, &catalog_object, c, "", e};
	struct arena *scratch = arena_new(64u << 20);
	struct err parse = {0};
	const struct json *j = NULL;

	c->a = a;
	c->holders = 1;
	if (n > MODEL_FILE_MAX)
		err_set(e, E_INVALID, "models: more than %u bytes", MODEL_FILE_MAX);
	else if ((j = json_parse(scratch, text, n, &parse)) == NULL)
		err_set(e, E_INVALID, "models: %s", parse.detail);
	else
		read_object(&r, j);
	if (e->id == E_NONE)
		model_check(c, e);
	arena_free(scratch);
	if (e->id != E_NONE) {
		arena_free(a);
		return NULL;
	}
	return c;
}
