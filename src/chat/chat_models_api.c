#include "config.h"

#include "base/check.h"
#include "chat/chat_store.h"
#include "model/model_probe.h"
#include "web/web.h"

/* What is offered now: the catalog, and what the last probes have found of runtimes
 * of our own. */

struct listing {
	struct jw j;
	int64_t now;
	bool talk; /* only what is offered for conversations */
	const struct chat_route_state *routes; /* of all models, in their order */
	size_t at;
};

static const char *why_not(const struct chat_route_state *r)
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
	if (!l->talk || m->uses & 1u << MODEL_USE_CHAT)
		model_public(&l->j, m, l->now, reason);
	return 0;
}

static int models(struct req *r)
{
	struct listing l = {.now = r->w.now, .talk = r->route->audience == AUD_PUBLIC};
	struct buf b;

	if (chat_store_routes(&r->w, &l.routes) < 0)
		return -1;
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

static const struct shape opaque = {"OpenAI", NULL, 0, 0};

const struct route chat_model_routes[] = {
	{.id = "v1.models", .method = METHOD_GET, .pattern = "/v1/models", .pool = POOL_FAST,
	 .audience = AUD_API, .scope = "llm:proxy", .reply = &opaque, .reply_status = 200,
	 .handle = models, .summary = "Models there are, with what they are good for",
	 .proof = "tests/stack/runtimes.sh"},
	{.id = "chat.models", .method = METHOD_GET, .pattern = "/api/v1/models", .pool = POOL_FAST,
	 .audience = AUD_PUBLIC, .reply = &opaque, .reply_status = 200, .handle = models, .plain = true,
	 .summary = "What a conversation can be had with: the portal's choice of models",
	 .proof = "tests/stack/chats.sh"},
	{0},
};
