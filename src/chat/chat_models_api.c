#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "chat/chat_sql.h"
#include "chat/chat_store.h"
#include "model/model_probe.h"
#include "port/json.h"
#include "web/web.h"

#include <string.h>

/* What is offered now: the catalog, which this process has, and what the last probes
 * have found of runtimes of our own, which the database has. */

struct route_state {
	const char *reason; /* the probe's code; NULL: it was not probed, or not lately */
	bool up, offered;
};

struct listing {
	struct jw j;
	int64_t now;
	bool talk; /* only what is offered for conversations */
	const char *only; /* one model; NULL: all */
	const struct route_state *routes; /* of all models, in their order */
	size_t at;
};

static const char *why_not(const struct route_state *r)
{
	if (r->reason == NULL)
		return NULL;
	return r->up && !r->offered ? "This model is not installed at present."
				    : model_probe_sentence(r->reason);
}

/* One route that is open is enough. */
static int list_one(void *ctx, const struct model *m)
{
	struct listing *l = ctx;
	const char *reason = why_not(&l->routes[l->at]);

	for (size_t i = 1; i < m->routes_n && reason != NULL; i++)
		if (why_not(&l->routes[l->at + i]) == NULL)
			reason = NULL;
	l->at += m->routes_n;
	if (l->only != NULL ? str_eq(m->id, l->only) : !l->talk || m->uses & 1u << MODEL_USE_CHAT)
		model_public(&l->j, m, l->now, reason);
	return 0;
}

static const char *routes_to_ask(struct req *r)
{
	return chat_routes_json(r->w.a, NULL);
}

static const struct route_state *states(struct req *r, const char *doc)
{
	struct route_state *of;
	struct err e = {0};
	const struct json *list = json_parse(r->w.a, doc, strlen(doc), &e);
	size_t all;

	chat_routes_json(r->w.a, &all);
	of = ARENA_ARRAY(r->w.a, struct route_state, all + 1);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *row = json_at(list, i);
		int64_t n = json_int(json_at(row, 0), -1);

		check(n >= 0 && (size_t)n < all);
		of[n] = (struct route_state){json_text(json_at(row, 1), NULL), json_flag(json_at(row, 2), false),
					     json_flag(json_at(row, 3), false)};
	}
	return of;
}

static int models(struct req *r, const char *doc)
{
	struct listing l = {.now = r->w.now, .talk = r->route->audience == AUD_PUBLIC, .routes = states(r, doc)};
	struct buf b;

	buf_init(&b, r->w.a, 1u << 20);
	jw_init(&l.j, &b);
	jw_object(&l.j);
	jw_kstr(&l.j, "object", "list");
	jw_key(&l.j, "data");
	jw_array(&l.j);
	model_each(NULL, list_one, &l);
	jw_end_array(&l.j);
	jw_end_object(&l.j);
	return reply_json(r, 200, buf_str(&b));
}

static int one_model(struct req *r, const char *doc)
{
	struct listing l = {.now = r->w.now, .only = r->arg[0], .routes = states(r, doc)};
	struct buf b;

	buf_init(&b, r->w.a, 1u << 16);
	jw_init(&l.j, &b);
	model_each(NULL, list_one, &l);
	return b.n > 0 ? reply_json(r, 200, buf_str(&b)) : fail(&r->w, E_MODEL, "model %.100s", l.only);
}

static const struct read read_models = {
	&chat_sql_models, {BIND_TOKEN, BIND_SUBJECT, BIND_MADE}, .made = routes_to_ask, .answer = models};
static const struct read read_model = {
	&chat_sql_models, {BIND_TOKEN, BIND_SUBJECT, BIND_MADE}, .made = routes_to_ask, .answer = one_model};
static const struct read read_public = {
	&chat_sql_models_public, {BIND_MADE}, .made = routes_to_ask, .answer = models};
static const struct shape opaque = {"OpenAI", NULL, 0, 0};

const struct route chat_model_routes[] = {
	{.id = "v1.models", .method = METHOD_GET, .pattern = "/v1/models", .pool = POOL_FAST,
	 .audience = AUD_API, .scope = "llm:proxy", .reply = &opaque, .reply_status = 200,
	 .read = &read_models, .summary = "Models there are, with what they are good for",
	 .proof = "tests/stack/runtimes.sh"},
	{.id = "v1.model", .method = METHOD_GET, .pattern = "/v1/models/{model}", .pool = POOL_FAST,
	 .audience = AUD_API, .scope = "llm:proxy", .reply = &opaque, .reply_status = 200,
	 .read = &read_model, .summary = "One model, by its name; a slash in it is written %2F",
	 .proof = "tests/stack/chat.sh"},
	{.id = "chat.models", .method = METHOD_GET, .pattern = "/api/v1/models", .pool = POOL_FAST,
	 .audience = AUD_PUBLIC, .reply = &opaque, .reply_status = 200, .read = &read_public,
	 .summary = "What a conversation can be had with: the portal's choice of models",
	 .proof = "tests/stack/chats.sh"},
	{0},
};
