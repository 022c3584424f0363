#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/conf.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static void wrong(struct err *e, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void wrong(struct err *e, const char *code, const char *fmt, ...)
{
	char path[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	err_field(e, path, code);
}

/* The host of an address is ours alone: 127.0.0.0/8, ::1 or localhost. */
static bool loopback(const char *host, size_t n)
{
	char text[64];

	if (n >= sizeof(text))
		return false;
	memcpy(text, host, n);
	text[n] = '\0';
	return strcmp(text, "localhost") == 0 || strcmp(text, "[::1]") == 0 ||
	       (str_starts(text, "127.") && strspn(text, "0123456789.") == n);
}

/* The port after the host, and the path after that. */
static bool good_tail(const char *p)
{
	int64_t port;
	char text[8] = {0};
	size_t n;

	if (*p == ':') {
		n = strspn(++p, "0123456789");
		if (n < 1 || n >= sizeof(text))
			return false;
		memcpy(text, p, n);
		if (!str_int(text, 1, 65535, &port))
			return false;
		p += n;
	}
	if (*p != '\0' && *p != '/')
		return false;
	for (; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("?#@\\\"<>%", *p) != NULL)
			return false;
	return p[-1] != '/';
}

/* A code, or NULL when the address may be called. */
static const char *url_problem(const char *url, enum model_kind kind)
{
	bool safe = str_starts(url, "https://");
	const char *host = url + (safe ? 8 : 7);
	size_t n;

	if (!safe && !str_starts(url, "http://"))
		return "not_https";
	if (*host == '[')
		n = 2 + strspn(host + 1, "0123456789abcdefABCDEF:.");
	else
		n = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
	if (n < 1 || n > 253 || (*host == '[' && (n < 4 || host[n - 1] != ']')) ||
	    !good_tail(host + n))
		return "malformed";
	if (!safe && kind != MODEL_LOCAL_RUNTIME && !loopback(host, n))
		return "not_https";
	return NULL;
}

static void check_backend(const struct model_catalog *c, size_t i, struct err *e)
{
	const struct model_backend *b = &c->backends[i];
	const char *why;

	for (size_t k = 0; k < i; k++)
		if (strcmp(c->backends[k].id, b->id) == 0)
			wrong(e, "duplicate", "backends[%zu].id", i);
	if (b->kind != MODEL_LOCAL_RUNTIME && b->runtime != MODEL_RUNTIME_OTHER)
		wrong(e, "only_for_local_runtime", "backends[%zu].runtime", i);
	if (b->kind == MODEL_STATIC) {
		if (*b->url != '\0')
			wrong(e, "not_for_static", "backends[%zu].url", i);
		if (*b->key_file != '\0')
			wrong(e, "not_for_static", "backends[%zu].key_file", i);
		return;
	}
	if (*b->url == '\0')
		wrong(e, "required", "backends[%zu].url", i);
	else if ((why = url_problem(b->url, b->kind)) != NULL)
		wrong(e, why, "backends[%zu].url", i);
	if (*b->key_file != '\0' && *b->key_file != '/' && !str_starts(b->key_file, CONF_CREDENTIALS))
		wrong(e, "not_a_path", "backends[%zu].key_file", i);
}

static void check_routes(const struct model_catalog *c, size_t i, struct err *e)
{
	struct model *m = &c->models[i];

	if (m->routes_n == 0)
		wrong(e, "empty", "models[%zu].routes", i);
	for (size_t k = 0; k < m->routes_n; k++) {
		struct model_route *r = &m->routes[k];

		r->backend = model_backend_in(c, r->backend_id);
		if (r->backend == NULL)
			wrong(e, "no_such_backend", "models[%zu].routes[%zu].backend", i, k);
		for (size_t before = 0; before < k; before++)
			if (strcmp(m->routes[before].backend_id, r->backend_id) == 0 &&
			    strcmp(m->routes[before].model, r->model) == 0)
				wrong(e, "duplicate", "models[%zu].routes[%zu]", i, k);
	}
}

static bool can(const struct model *m, const char *capability)
{
	for (size_t i = 0; i < m->capabilities_n; i++)
		if (strcmp(m->capabilities[i], capability) == 0)
			return true;
	return false;
}

static void check_rates(const struct model *m, size_t i, const char *list,
			const struct model_rates *rates, size_t n, struct err *e)
{
	for (size_t k = 0; k < n; k++) {
		const struct model_rates *r = &rates[k];

		for (size_t before = 0; before < k; before++) {
			if (strcmp(rates[before].version, r->version) == 0)
				wrong(e, "duplicate", "models[%zu].%s[%zu].version", i, list, k);
			if (strcmp(rates[before].tier, r->tier) == 0 && rates[before].from >= r->from)
				wrong(e, "not_in_order", "models[%zu].%s[%zu].from", i, list, k);
		}
		/* What is sent to upstream in place of a tier that has no price. */
		if (strcmp(r->tier, MODEL_TIER_USUAL) == 0)
			wrong(e, "not_a_tier_of_its_own", "models[%zu].%s[%zu].tier", i, list, k);
		if (m->image_tokens > 0 && r->rate[MODEL_IMAGE] < 0)
			wrong(e, "required", "models[%zu].%s[%zu].image", i, list, k);
		if (can(m, "audio") && r->rate[MODEL_AUDIO] < 0)
			wrong(e, "required", "models[%zu].%s[%zu].audio", i, list, k);
	}
}

static void check_model(const struct model_catalog *c, size_t i, struct err *e)
{
	const struct model *m = &c->models[i];

	for (size_t k = 0; k < i; k++)
		if (strcmp(c->models[k].id, m->id) == 0)
			wrong(e, "duplicate", "models[%zu].id", i);
	if (m->max_output_tokens > m->context_tokens)
		wrong(e, "more_than_context", "models[%zu].max_output_tokens", i);
	check_routes(c, i, e);
	if (m->prices_n == 0)
		wrong(e, "empty", "models[%zu].prices", i);
	else if (*m->prices[0].tier != '\0')
		wrong(e, "a_tier_comes_first", "models[%zu].prices[0].tier", i);
	check_rates(m, i, "prices", m->prices, m->prices_n, e);
	check_rates(m, i, "cost", m->costs, m->costs_n, e);
}

void model_check(struct model_catalog *c, struct err *e)
{
	for (size_t i = 0; i < c->backends_n; i++)
		check_backend(c, i, e);
	for (size_t i = 0; i < c->models_n; i++)
		check_model(c, i, e);
}
