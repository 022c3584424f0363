#include "config.h"

#include "chat/chat_api_int.h"
#include "base/check.h"
#include "base/fault.h"
#include "base/str.h"

#include <string.h>

/*
 * The chat gateway: OpenAI's interface in front of backends that the
 * installation chooses. What a call may cost is reserved before it leaves
 * (usage.h) and settled from what upstream says was used.
 */

#define BODY_MAX (2u << 20)
#define UNSETTLED_FOR (3600 * CLOCK_S)

/* ---- to upstream */

static void answer_static(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *id = c->usage_id + strlen(USAGE_ID_PREFIX), *text;

	c->head_ok = true;
	c->bytes = r->body_len;
	if (!c->q.stream) {
		text = chat_static_answer(r->w.a, c, id);
		buf_init(&c->answer, r->w.a, CHAT_ANSWER_MAX);
		buf_puts(&c->answer, text);
		chat_answer_whole(x);
		return;
	}
	text = chat_static_stream(r->w.a, c, id);
	chat_start_stream(x);
	model_sse_feed(&c->sse, text, strlen(text), chat_on_event, x);
	chat_stream_whole(x);
}

/* The first route whose backend is neither failing nor full. */
static bool choose(struct chat *c, int64_t now)
{
	for (; c->route < c->model->routes_n; c->route++) {
		const struct model_route *to = chat_route(c);

		if (to->backend->kind == MODEL_STATIC)
			return true;
		if (!chat_breaker_open(to->backend_no, now) &&
		    chat_parallel(to->backend_no, 0) < to->backend->max_parallel)
			return true;
	}
	c->route = c->model->routes_n - 1;
	return false;
}

void chat_dispatch(struct relay *x)
{
	static const char *const paths[] = {"/chat/completions", "/responses", "/completions",
					    "/embeddings"};
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *headers[4] = {"Content-Type: application/json",
				  c->q.stream ? "Accept: text/event-stream" : "Accept: application/json"};
	const struct model_backend *b;
	struct call_want want = {.headers = headers};

	if (!choose(c, clock_mono())) {
		chat_give_up(x, E_RESOURCE, "every backend is failing or full");
		return;
	}
	b = chat_route(c)->backend;
	c->dispatched = clock_mono();
	fault_point("chat.before_call");
	if (b->kind == MODEL_STATIC) {
		answer_static(x);
		return;
	}
	if (b->key != NULL)
		headers[2] = arena_printf(r->w.a, "Authorization: Bearer %s", b->key);
	want.url = arena_printf(r->w.a, "%s%s", b->url, paths[c->api]);
	want.body = model_request_write(r->w.a, c->api, r->body, r->body_len, &c->q,
					chat_route(c)->name,
					c->api == MODEL_EMBEDDINGS ? 0 : c->max_tokens, &want.body_len);
	want.connect_us = b->connect_us;
	want.idle_us = b->idle_us;
	chat_parallel(chat_route(c)->backend_no, 1);
	relay_call(x, &want);
}

/* ---- admission */

static void describe(struct relay *x, struct usage_ask *ask)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *run = req_param(r, "HTTP_X_BUS_RUN_ID");

	*ask = (struct usage_ask){
		.session_hash = r->token_hash, .subject = r->token_hash ? NULL : r->subject,
		.run_id = run && *run ? run : NULL, .model = c->model->id,
		.backend = c->model->routes[0].backend->id, .feature = c->model->feature,
		.price_version = c->model->price.version, .micro = c->reserved,
		.until_us = r->w.now + UNSETTLED_FOR};
}

static void set_limit(struct chat *c, const struct req *r, int64_t max_tokens)
{
	c->max_tokens = max_tokens;
	c->reserved = model_worst(c->model, r->body_len, c->q.images, max_tokens, c->q.choices);
}

static int begin(struct relay *x, struct pg_call *call)
{
	static const struct {
		const char *id;
		enum model_api api;
	} apis[] = {{"v1.chat", MODEL_CHAT}, {"v1.responses", MODEL_RESPONSES},
		    {"v1.completions", MODEL_COMPLETIONS}, {"v1.embeddings", MODEL_EMBEDDINGS}};
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct usage_ask ask;
	const char *id;
	int64_t most;

	for (size_t i = 0; i < COUNT(apis); i++)
		if (str_eq(apis[i].id, r->route->id))
			c->api = apis[i].api;
	model_sse_init(&c->sse);
	if (model_request_read(r->w.a, c->api, r->body, r->body_len, &c->q, &r->w.err) < 0)
		return -1;
	if ((c->model = model_find(model_catalog(), c->q.model)) == NULL) {
		fail(&r->w, E_MODEL, "model %.100s", c->q.model);
		return -1;
	}
	most = c->model->max_output;
	set_limit(c, r, c->q.max_tokens > 0 && c->q.max_tokens < most ? c->q.max_tokens : most);
	describe(x, &ask);
	usage_reserve_call(&r->w, &ask, call, &id);
	c->usage_id = NULL;
	c->reason = id; /* until it is admitted */
	return 0;
}

/* The caller would rather have a shorter answer than none. */
static int clamp(struct relay *x, struct usage_grant *g)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	int64_t fits = model_fit(c->model, r->body_len, c->q.images, c->q.choices, g->remaining);
	struct usage_ask ask;

	if (r->w.err.id != E_QUOTA || !str_eq(req_param(r, "HTTP_X_BUS_CLAMP"), "allow") || fits < 1)
		return -1;
	err_clear(&r->w.err);
	set_limit(c, r, fits < c->max_tokens ? fits : c->max_tokens);
	describe(x, &ask);
	return usage_reserve(&r->w, &ask, g);
}

static int admitted(struct relay *x, const struct pg_call *call)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct usage_grant g;
	const char *id = c->reason;

	c->reason = NULL;
	if (usage_granted(&r->w, call, id, &g) < 0 && clamp(x, &g) < 0) {
		if (r->w.err.id == E_QUOTA) {
			reply_header(r, "x-bus-limit", "%s %s", g.scope, g.period);
			reply_header(r, "x-bus-remaining-micro", "%lld", (long long)g.remaining);
		}
		return -1;
	}
	c->usage_id = g.usage_id;
	reply_header(r, "x-bus-remaining-micro", "%lld", (long long)g.remaining);
	fault_point("chat.reserved");
	chat_dispatch(x);
	return 0;
}

static int models(struct req *r)
{
	return reply_json(r, 200, model_list_json(r->w.a, model_catalog()));
}

static const struct relay_row calls = {.state = sizeof(struct chat), .begin = begin,
				       .admitted = admitted, .head = chat_head, .data = chat_data, .end = chat_end,
				       .tick = chat_tick, .left = chat_left, .settle = chat_settle};
static const struct shape opaque = {"OpenAI", NULL, 0, 0};

#define CALL .method = METHOD_POST, .pool = POOL_CALL, .audience = AUD_API, .scope = "llm:proxy", \
	.rate = RATE_CALL, .body_max = BODY_MAX, .raw = true, .relay = &calls, .reply = &opaque, \
	.reply_status = 200, .proof = "tests/stack/chat.sh"

const struct route chat_routes[] = {
	{.id = "v1.models", .method = METHOD_GET, .pattern = "/v1/models", .pool = POOL_FAST,
	 .audience = AUD_API, .scope = "llm:proxy", .reply = &opaque, .reply_status = 200,
	 .handle = models, .summary = "Models there are, with what they are good for",
	 .proof = "tests/stack/chat.sh"},
	{.id = "v1.chat", .pattern = "/v1/chat/completions", CALL,
	 .summary = "A chat completion, streamed or not"},
	{.id = "v1.responses", .pattern = "/v1/responses", CALL,
	 .summary = "A response of the Responses API, streamed or not"},
	{.id = "v1.completions", .pattern = "/v1/completions", CALL,
	 .summary = "A text completion, streamed or not"},
	{.id = "v1.embeddings", .pattern = "/v1/embeddings", CALL, .summary = "Embeddings of a text"},
	{0},
};
