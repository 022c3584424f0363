#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/clock.h"
#include "port/file.h"

#include <string.h>

const char *const model_kind_names[MODEL_KINDS] = {"openai_api", "local_runtime", "static"};
const char *const model_runtime_names[MODEL_RUNTIMES] = {"other", "llama.cpp", "ollama", "vllm"};
const char *const model_bound_names[MODEL_BOUNDS] = {"usual", "max_completion_tokens", "max_tokens"};
const char *const model_disconnect_names[MODEL_DISCONNECTS] = {"cut", "drain"};
const char *const model_tools_names[MODEL_TOOLS] = {"sold", "dropped"};
const char *const model_use_names[MODEL_USES] = {"chat", "code", "tools", "long_context",
						 "fallback"};
const char *const model_backend_classes[MODEL_BACKEND_CLASSES] = {
	"openai_api", "codex_worker", "local_runtime", "container_runtime",
	"vm_runtime", "upcloud_gpu",  "template_builder", "static"};

/* Configuration: read-only but for the swap at a reload. */
static struct model_catalog *current;

int model_parse(const char *text, size_t n, struct err *e)
{
	struct model_catalog *c = model_read(text, n, e), *old = current;

	if (c == NULL)
		return -1;
	current = c;
	model_release(old);
	return 0;
}

int model_load(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new(MODEL_FILE_MAX + (1u << 20));
	size_t n;
	char *text = file_read(a, c->models, MODEL_FILE_MAX, &n, e);
	int rc = text == NULL ? -1 : model_parse(text, n, e);

	arena_free(a);
	return rc;
}

struct model_catalog *model_hold(void)
{
	if (current != NULL)
		current->holders++;
	return current;
}

void model_release(struct model_catalog *c)
{
	if (c == NULL)
		return;
	check(c->holders > 0);
	if (--c->holders == 0)
		arena_free(c->a); /* c itself lives in it */
}

const struct model *model_find_in(const struct model_catalog *c, const char *name)
{
	for (size_t i = 0; c != NULL && i < c->models_n; i++)
		if (strcmp(c->models[i].id, name) == 0)
			return &c->models[i];
	return NULL;
}

const struct model *model_find(const char *name)
{
	return model_find_in(current, name);
}

const struct model_backend *model_backend_in(const struct model_catalog *c, const char *id)
{
	for (size_t i = 0; c != NULL && i < c->backends_n; i++)
		if (strcmp(c->backends[i].id, id) == 0)
			return &c->backends[i];
	return NULL;
}

int model_each(const struct model_catalog *c, int (*fn)(void *ctx, const struct model *), void *ctx)
{
	int rc = 0;

	if (c == NULL)
		c = current;
	for (size_t i = 0; c != NULL && i < c->models_n && rc == 0; i++)
		rc = fn(ctx, &c->models[i]);
	return rc;
}

int model_each_backend(const struct model_catalog *c,
		       int (*fn)(void *ctx, const struct model_backend *), void *ctx)
{
	int rc = 0;

	if (c == NULL)
		c = current;
	for (size_t i = 0; c != NULL && i < c->backends_n && rc == 0; i++)
		rc = fn(ctx, &c->backends[i]);
	return rc;
}

static const struct model_rates *at(const struct model_rates *rates, size_t n, const char *tier,
				    int64_t now)
{
	while (n > 0 && (rates[n - 1].from > now || strcmp(rates[n - 1].tier, tier ? tier : "") != 0))
		n--;
	return n > 0 ? &rates[n - 1] : NULL;
}

const struct model_rates *model_price_at(const struct model *m, const char *tier, int64_t now)
{
	return at(m->prices, m->prices_n, tier, now);
}

const struct model_rates *model_cost_at(const struct model *m, const char *tier, int64_t now)
{
	return at(m->costs, m->costs_n, tier, now);
}

void model_public(struct jw *j, const struct model *m, int64_t now, const char *reason)
{
	if (reason == NULL && model_price_at(m, NULL, now) == NULL)
		reason = "This model is not for sale yet.";
	jw_object(j);
	jw_kstr(j, "id", m->id);
	jw_kstr(j, "object", "model");
	jw_kint(j, "created", m->prices[0].from / CLOCK_S);
	jw_kstr(j, "owned_by", *m->owned_by != '\0' ? m->owned_by : "bus");
	jw_key(j, "bus");
	jw_object(j);
	jw_kstr(j, "backend_class", m->backend_class);
	jw_key(j, "capabilities");
	jw_array(j);
	for (size_t i = 0; i < m->capabilities_n; i++)
		jw_str(j, m->capabilities[i]);
	jw_end_array(j);
	jw_key(j, "uses");
	jw_array(j);
	for (int i = 0; i < MODEL_USES; i++)
		if (m->uses & 1u << i)
			jw_str(j, model_use_names[i]);
	jw_end_array(j);
	jw_kstr(j, "plan_feature", m->plan_feature);
	jw_kstr(j, "availability", reason == NULL ? "available" : "unavailable");
	if (reason != NULL)
		jw_kstr(j, "unavailable_reason", reason);
	jw_end_object(j);
	jw_end_object(j);
}
