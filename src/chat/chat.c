#include "config.h"

#include "chat/chat_int.h"
#include "base/check.h"
#include "base/jw.h"
#include "chat/chat_store.h"

#define FEW 16 /* pieces: half a character may be one, or a mark that is no token */

bool chat_counted(const struct chat *c, int64_t *ret_micro, int64_t *ret_cost)
{
	struct err ignored = {0};

	*ret_micro = c->reserved;
	*ret_cost = 0;
	if (!model_watch_counted(&c->watch) ||
	    model_cost(c->price, &c->watch.usage, ret_micro, &ignored) < 0) {
		*ret_micro = c->reserved;
		return false;
	}
	if (c->cost != NULL)
		model_cost(c->cost, &c->watch.usage, ret_cost, &ignored);
	return true;
}

bool chat_beyond(const struct chat *c)
{
	struct err ignored = {0};
	int64_t micro = 0;

	if (c->watch.has_usage)
		model_cost(c->price, &c->watch.usage, &micro, &ignored);
	return micro > c->reserved || model_watch_tokens(&c->watch) - FEW > c->most;
}

const char *chat_tokens_json(struct arena *a, const struct chat *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, 1024);
	jw_init(&j, &b);
	jw_object(&j);
	for (size_t i = 0; i < MODEL_CLASSES; i++)
		if (c->watch.usage.of[i] != 0)
			jw_kint(&j, model_class_names[i], c->watch.usage.of[i]);
	jw_end_object(&j);
	return buf_str(&b);
}

bool chat_clamped(const struct chat *c)
{
	int64_t most = c->model->max_output_tokens;

	return c->max_tokens < (c->asked_max > 0 && c->asked_max < most ? c->asked_max : most);
}

const char *chat_asked_json(struct arena *a, const struct chat *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, 1024);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "interface", model_api_paths[c->q.api]);
	jw_kbool(&j, "stream", c->q.stream);
	if (c->asked_max > 0)
		jw_kint(&j, "max_tokens", c->asked_max);
	if (c->q.service_tier != NULL)
		jw_kstr(&j, "service_tier", c->q.service_tier);
	jw_end_object(&j);
	return buf_str(&b);
}

static void put_attempts(struct jw *j, const struct chat *c)
{
	char at[25];

	jw_key(j, "attempts");
	jw_array(j);
	for (const struct chat_attempt *t = c->attempt; t < c->attempt + c->attempts; t++) {
		jw_object(j);
		jw_kstr(j, "backend_class", model_kind_names[t->kind]);
		jw_kstr(j, "began_at", clock_text(t->began, at));
		jw_kstr(j, "ended_at", clock_text(t->ended, at));
		jw_kint(j, "ms", (t->ended - t->began) / CLOCK_MS);
		jw_kstr(j, "outcome", t->outcome);
		jw_end_object(j);
	}
	jw_end_array(j);
}

const char *chat_answered_json(struct arena *a, const struct chat *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "backend_class", model_kind_names[c->model->routes[c->route].backend->kind]);
	jw_kint(&j, "fallbacks", (int64_t)chat_fallbacks(c));
	if (chat_fallbacks(c) > 0)
		jw_kstr(&j, "fallback_reason", err_row(c->fell)->code);
	jw_kbool(&j, "clamped", chat_clamped(c));
	jw_kint(&j, "max_tokens", c->max_tokens);
	if (c->q.service_tier != NULL)
		jw_kstr(&j, "service_tier", c->usual_tier ? MODEL_TIER_USUAL : c->q.service_tier);
	put_attempts(&j, c);
	jw_end_object(&j);
	return buf_str(&b);
}

struct routing {
	struct jw j;
	size_t all;
};

static int put_routes(void *ctx, const struct model *m)
{
	struct routing *r = ctx;

	for (size_t i = 0; i < m->routes_n; i++, r->all++) {
		const struct model_route *at = &m->routes[i];

		if (at->backend->kind != MODEL_LOCAL_RUNTIME)
			continue;
		jw_object(&r->j);
		jw_kint(&r->j, "n", (int64_t)r->all);
		jw_kstr(&r->j, "backend", at->backend_id);
		jw_kstr(&r->j, "model", at->model);
		/* llama.cpp has one model, whatever that is called. */
		jw_kbool(&r->j, "listed", at->backend->runtime != MODEL_RUNTIME_LLAMA_CPP);
		jw_kstr(&r->j, "sold_as", m->id);
		jw_end_object(&r->j);
	}
	return 0;
}

const char *chat_routes_json(struct arena *a, size_t *ret_all)
{
	struct routing r = {.all = 0};
	struct buf b;

	buf_init(&b, a, 4u << 20);
	jw_init(&r.j, &b);
	jw_array(&r.j);
	model_each(NULL, put_routes, &r);
	jw_end_array(&r.j);
	check(!b.over);
	if (ret_all != NULL)
		*ret_all = r.all;
	return buf_str(&b);
}
