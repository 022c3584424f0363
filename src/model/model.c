#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/file.h"

#include <string.h>

#define FILE_MAX (1u << 20)
#define LIST_MAX 256

static struct model_catalog loaded;

/* Where a problem is, for whoever wrote the file. */
struct place {
	struct arena *a;
	const char *list;
	size_t i;
	struct err *e;
};

static int wrong(const struct place *p, const char *key, const char *why)
{
	return err_set(p->e, E_INVALID, "models: %s[%zu].%s: %s", p->list, p->i, key, why);
}

struct keys {
	const struct place *p;
	const char *const *known;
};

static int check_key(void *ctx, const char *key, const struct json *v)
{
	struct keys *k = ctx;

	(void)v;
	for (const char *const *s = k->known; *s != NULL; s++)
		if (str_eq(*s, key))
			return 0;
	return wrong(k->p, key, "unknown");
}

static int only(const struct place *p, const struct json *j, const char *const *known)
{
	struct keys k = {p, known};

	if (json_kind(j) != JSON_OBJECT)
		return wrong(p, "", "not an object");
	return json_each(j, check_key, &k);
}

static int text(const struct place *p, const struct json *j, const char *key, const char **ret)
{
	const char *s = json_get_text(j, key, NULL);

	if (s == NULL || *s == '\0' || strlen(s) > 200 || strpbrk(s, "\r\n") != NULL)
		return wrong(p, key, "a text is needed");
	*ret = arena_strdup(p->a, s);
	return 0;
}

static int number(const struct place *p, const struct json *j, const char *key, int64_t dflt,
		  int64_t min, int64_t max, int64_t *ret)
{
	const struct json *v = json_get(j, key);

	*ret = json_int(v, dflt);
	if ((v != NULL && json_kind(v) != JSON_INT) || *ret < min || *ret > max)
		return wrong(p, key, "not a whole number within its range");
	return 0;
}

static int one_of(const struct place *p, const struct json *j, const char *key,
		  const char *const *names, size_t n, size_t dflt, size_t *ret)
{
	const char *s = json_get_text(j, key, NULL);

	*ret = dflt;
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, names[i])) {
			*ret = i;
			return 0;
		}
	return json_get(j, key) == NULL && dflt < n ? 0 : wrong(p, key, "not one of its values");
}

/* Secrets travel encrypted, or do not leave the machine. */
static bool safe_url(const char *url, enum model_kind kind)
{
	return str_starts(url, "https://") || (str_starts(url, "http://") &&
	       (kind == MODEL_LOCAL_RUNTIME || str_starts(url, "http://127.0.0.1:") ||
		str_starts(url, "http://localhost:") || str_starts(url, "http://[::1]:")));
}

static int read_key(const struct place *p, const char *path, const char **ret)
{
	size_t n;
	char *s = file_read(p->a, path, 4096, &n, p->e);

	if (s == NULL)
		return -1;
	s[strcspn(s, "\r\n")] = '\0';
	if (!str_only(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=:", 1, 2048))
		return wrong(p, "key_file", "no key in it");
	*ret = s;
	return 0;
}

static int backend(const struct place *p, const struct json *j, bool keys, struct model_backend *b)
{
	static const char *const known[] = {"id", "kind", "url", "key_file", "connect_ms", "idle_ms",
					    "max_parallel", "on_disconnect", NULL};
	static const char *const kinds[] = {"openai_api", "local_runtime", "static"};
	static const char *const leave[] = {"cut", "drain"};
	const char *key_file = json_get_text(j, "key_file", NULL);
	size_t kind, drain;
	int64_t connect, idle;

	if (only(p, j, known) != 0 || text(p, j, "id", &b->id) < 0 ||
	    one_of(p, j, "kind", kinds, COUNT(kinds), COUNT(kinds), &kind) < 0 ||
	    one_of(p, j, "on_disconnect", leave, COUNT(leave), 0, &drain) < 0 ||
	    number(p, j, "connect_ms", 3000, 1, 60000, &connect) < 0 ||
	    number(p, j, "idle_ms", 120000, 1000, 900000, &idle) < 0 ||
	    number(p, j, "max_parallel", 1000, 1, 100000, &b->max_parallel) < 0)
		return -1;
	b->kind = (enum model_kind)kind;
	b->drain = drain == 1;
	b->connect_us = connect * CLOCK_MS;
	b->idle_us = idle * CLOCK_MS;
	if (b->kind == MODEL_STATIC)
		return 0;
	if (text(p, j, "url", &b->url) < 0)
		return -1;
	if (!safe_url(b->url, b->kind) || str_ends(b->url, "/"))
		return wrong(p, "url", "https, or http to this machine, without a slash at the end");
	return key_file && keys ? read_key(p, key_file, &b->key) : 0;
}

static int price(const struct place *p, const struct json *model, const char *key, bool needed,
		 struct model_price *ret)
{
	static const char *const known[] = {"version", "input", "cached_input", "cache_write",
					    "output", "reasoning", "audio", NULL};
	const struct json *j = json_get(model, key);
	int64_t *to = ret->per_million;

	if (j == NULL)
		return needed ? wrong(p, key, "needed: what has no price cannot be sold") : 0;
	if (only(p, j, known) != 0 || text(p, j, "version", &ret->version) < 0 ||
	    number(p, j, "input", -1, 0, MODEL_PRICE_MAX, &to[MODEL_INPUT]) < 0 ||
	    number(p, j, "output", -1, 0, MODEL_PRICE_MAX, &to[MODEL_OUTPUT]) < 0)
		return -1;
	/* A class without a price of its own costs as much as what it is a part of. */
	return number(p, j, "cached_input", to[MODEL_INPUT], 0, MODEL_PRICE_MAX,
		      &to[MODEL_CACHED_INPUT]) < 0 ||
	       number(p, j, "cache_write", to[MODEL_INPUT], 0, MODEL_PRICE_MAX,
		      &to[MODEL_CACHE_WRITE]) < 0 ||
	       number(p, j, "reasoning", to[MODEL_OUTPUT], 0, MODEL_PRICE_MAX,
		      &to[MODEL_REASONING]) < 0 ||
	       number(p, j, "audio", 0, 0, MODEL_PRICE_MAX, &to[MODEL_AUDIO]) < 0 ? -1 : 0;
}

static int routes(const struct place *p, const struct json *j, const struct model_catalog *c,
		  struct model *m)
{
	static const char *const vendors[MODEL_VENDORS] = {"openai", "anthropic", "gemini", "xai"};
	const struct json *list = json_get(j, "routes");

	m->routes_n = json_count(list);
	if (m->routes_n < 1 || m->routes_n > MODEL_ROUTES)
		return wrong(p, "routes", "one to four");
	for (size_t i = 0; i < m->routes_n; i++) {
		static const char *const known[] = {"backend", "model", "usage", NULL};
		const struct json *r = json_at(list, i);
		struct model_route *to = &m->routes[i];
		const char *name;
		size_t vendor;

		if (only(p, r, known) != 0 || text(p, r, "backend", &name) < 0 ||
		    text(p, r, "model", &to->name) < 0 ||
		    one_of(p, r, "usage", vendors, COUNT(vendors), 0, &vendor) < 0)
			return -1;
		to->vendor = (enum model_vendor)vendor;
		for (size_t b = 0; b < c->backends_n; b++)
			if (str_eq(c->backends[b].id, name)) {
				to->backend = &c->backends[b];
				to->backend_no = b;
			}
		if (to->backend == NULL)
			return wrong(p, "routes", "an unknown backend");
	}
	return 0;
}

/* A list of words as it was written. */
static int words(const struct place *p, struct jw *w, const struct json *j, const char *key)
{
	const struct json *list = json_get(j, key);

	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < json_count(list); i++) {
		const char *s = json_text(json_at(list, i), NULL);

		if (s == NULL || !str_only(s, "abcdefghijklmnopqrstuvwxyz_", 1, 40))
			return wrong(p, key, "a list of words");
		jw_str(w, s);
	}
	jw_end_array(w);
	return 0;
}

static int model(const struct place *p, const struct json *j, const struct model_catalog *c,
		 struct model *m)
{
	static const char *const known[] = {
		"id", "backend_class", "capabilities", "uses", "plan_feature", "context_tokens",
		"max_output_tokens", "image_tokens", "routes", "price", "cost", NULL};
	const char *class;
	struct buf b;
	struct jw w;

	if (only(p, j, known) != 0 || text(p, j, "id", &m->id) < 0 ||
	    text(p, j, "backend_class", &class) < 0 || text(p, j, "plan_feature", &m->feature) < 0 ||
	    number(p, j, "context_tokens", 0, 1, MODEL_TOKENS_MAX, &m->context) < 0 ||
	    number(p, j, "max_output_tokens", 0, 1, MODEL_TOKENS_MAX, &m->max_output) < 0 ||
	    number(p, j, "image_tokens", 4096, 0, 1000000, &m->image_tokens) < 0 ||
	    price(p, j, "price", true, &m->price) < 0 || price(p, j, "cost", false, &m->cost) < 0 ||
	    routes(p, j, c, m) < 0)
		return -1;
	buf_init(&b, p->a, 8192);
	jw_init(&w, &b);
	jw_object(&w);
	jw_kstr(&w, "backend_class", class);
	if (words(p, &w, j, "capabilities") < 0 || words(p, &w, j, "uses") < 0)
		return -1;
	jw_kstr(&w, "plan_feature", m->feature);
	jw_kstr(&w, "availability", "available");
	jw_end_object(&w);
	m->bus = buf_str(&b);
	for (size_t i = 0; i < p->i; i++)
		if (str_eq(c->models[i].id, m->id))
			return wrong(p, "id", "there twice");
	return 0;
}

int model_parse(struct arena *a, const char *json, size_t n, bool keys, struct model_catalog *ret,
		struct err *e)
{
	const struct json *j = json_parse(a, json, n, e), *bs = json_get(j, "backends");
	const struct json *ms = json_get(j, "models");
	struct place p = {a, "backends", 0, e};
	struct model_backend *backends;
	struct model *models;

	if (j == NULL)
		return -1;
	memset(ret, 0, sizeof(*ret));
	if (json_count(bs) < 1 || json_count(bs) > LIST_MAX || json_count(ms) < 1 ||
	    json_count(ms) > LIST_MAX)
		return err_set(e, E_INVALID, "models: lists of backends and models are needed");
	ret->a = a;
	ret->backends = backends = ARENA_ARRAY(a, struct model_backend, json_count(bs));
	ret->models = models = ARENA_ARRAY(a, struct model, json_count(ms));
	for (p.i = 0; p.i < json_count(bs); p.i++) {
		if (backend(&p, json_at(bs, p.i), keys, &backends[p.i]) < 0)
			return -1;
		for (size_t i = 0; i < p.i; i++)
			if (str_eq(backends[i].id, backends[p.i].id))
				return wrong(&p, "id", "there twice");
		ret->backends_n++;
	}
	p.list = "models";
	for (p.i = 0; p.i < json_count(ms); p.i++) {
		if (model(&p, json_at(ms, p.i), ret, &models[p.i]) < 0)
			return -1;
		ret->models_n++;
	}
	return 0;
}

int model_load(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new(16u << 20);
	size_t n;
	char *json = file_read(a, c->models, FILE_MAX, &n, e);

	return json == NULL ? -1 : model_parse(a, json, n, true, &loaded, e);
}

const struct model_catalog *model_catalog(void)
{
	return &loaded;
}

const struct model *model_find(const struct model_catalog *c, const char *id)
{
	for (size_t i = 0; i < c->models_n; i++)
		if (str_eq(c->models[i].id, id))
			return &c->models[i];
	return NULL;
}

const char *model_list_json(struct arena *a, const struct model_catalog *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, 1u << 20);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "object", "list");
	jw_key(&j, "data");
	jw_array(&j);
	for (size_t i = 0; i < c->models_n; i++) {
		jw_object(&j);
		jw_kstr(&j, "id", c->models[i].id);
		jw_kstr(&j, "object", "model");
		jw_kint(&j, "created", 0);
		jw_kstr(&j, "owned_by", "busdk");
		jw_key(&j, "bus");
		jw_raw(&j, c->models[i].bus);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	jw_end_object(&j);
	return buf_str(&b);
}
