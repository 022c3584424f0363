#include "config.h"

#include "chat/chat_api_int.h"
#include "base/check.h"
#include "base/fault.h"
#include "base/str.h"
#include "chat/chat_store.h"
#include "port/crypto.h"

#include <string.h>

/*
 * The chat gateway: OpenAI's interface in front of backends that the
 * installation chooses. What a call may cost is reserved before it leaves
 * (usage.h) and settled from what upstream says was used.
 */

#define BODY_MAX (2u << 20)
#define TOOL_CALLS 8

/* ---- to upstream */

#define GRACE (100 * CLOCK_S) /* to be settled in */

int64_t chat_until(const struct req *r)
{
	return r->w.now + r->w.conf->call_life_s * CLOCK_S + GRACE;
}

static void answer_static(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *id = c->usage_id + strlen(USAGE_ID_PREFIX), *text;
	struct err e = {0};

	c->head_ok = true;
	if (!c->q.stream) {
		text = chat_static_answer(r->w.a, c, id);
		buf_init(&c->answer, r->w.a, CHAT_ANSWER_MAX);
		buf_puts(&c->answer, text);
		chat_answer_whole(x);
		return;
	}
	text = chat_static_stream(r->w.a, c, id);
	chat_start_stream(x);
	model_sse_feed(&c->sse, text, strlen(text), chat_on_event, x, &e);
	chat_stream_whole(x);
}

static int call_out(struct relay *x, const struct model_backend *b)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	int64_t life = chat_until(r) - GRACE - clock_now(); /* all routes share it */
	const char *headers[4] = {"Content-Type: application/json",
				  c->q.stream ? "Accept: text/event-stream" : "Accept: application/json"};
	struct call_want want = {.headers = headers, .connect_us = b->connect_ms * CLOCK_MS,
				 .idle_us = b->idle_ms * CLOCK_MS, .total_us = life > CLOCK_MS ? life : CLOCK_MS};
	const struct model_rewrite rewrite = {
		.model = chat_route(c)->model, .max_tokens = c->max_tokens,
		.max_tool_calls = c->q.ask.max_tool_calls, .old_max = b->bound == MODEL_BOUND_USUAL ? b->kind == MODEL_LOCAL_RUNTIME : b->bound == MODEL_BOUND_OLD,
		.drop_tools = c->model->provider_tools == MODEL_TOOLS_DROPPED, .usual_tier = c->usual_tier};
	struct err e = {0};
	const char *key;

	if (chat_backend_key(c->at, b, &key, &e) < 0)
		return fail(&r->w, E_RESOURCE, "%s", e.detail);
	if (key != NULL)
		headers[2] = arena_printf(r->w.a, "Authorization: Bearer %s", key);
	want.url = arena_printf(r->w.a, "%s%s", b->url, model_api_paths[c->q.api]);
	want.body = model_request_write(r->w.a, &c->q, &rewrite, &want.body_len);
	relay_call(x, &want);
	return 0;
}

void chat_dispatch(struct relay *x, enum err_id id, const char *why)
{
	struct chat *c = relay_state(x);
	const struct model_backend *b;

	if (relay_killed(x)) {
		chat_give_up(x, E_UNAVAILABLE, "an operator has stopped all calls");
		return;
	}
	if (!chat_next_route(c, clock_mono())) {
		chat_give_up(x, id, why);
		return;
	}
	b = chat_route(c)->backend;
	c->at = chat_backend(b);
	chat_backend_begin(c->at);
	check(c->attempts < COUNT(c->attempt));
	c->attempt[c->attempts++] = (struct chat_attempt){.kind = b->kind, .began = clock_now()};
	c->dispatched = clock_mono();
	/* An event may hold the whole request again, escaped by another hand. */
	model_sse_init(&c->sse, relay_req(x)->w.a, MODEL_SSE_MAX + 4 * c->q.n);
	model_watch_init(&c->watch, c->q.api, chat_route(c)->usage);
	fault_point("chat.before_call");
	if (b->kind == MODEL_STATIC)
		answer_static(x);
	else if (call_out(x, b) < 0)
		chat_give_up(x, E_RESOURCE, "its key cannot be read");
}

/* ---- admission */

static int describe(struct relay *x, struct usage_ask *ask)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *run = req_param(r, "HTTP_X_BUS_RUN_ID"), *epoch = req_param(r, "HTTP_X_BUS_LEASE_EPOCH");

	*ask = (struct usage_ask){
		.session_hash = r->token_hash, .subject = r->token_hash ? NULL : r->subject,
		.run_id = run && *run ? run : NULL, .asked = chat_asked_json(r->w.a, c),
		.model = c->model->id,
		.backend = chat_backends(r->w.a, c->model), .feature = c->model->plan_feature,
		.price_version = c->price->version, .micro = c->reserved,
		.until_us = chat_until(r)};
	if (r->idem != NULL) {
		ask->keyed_id = req_keyed_id(r, USAGE_ID_PREFIX);
		ask->request_hash = crypto_sha256_hex(r->w.a, r->body, r->body_len);
	}
	if (epoch == NULL || *epoch == '\0')
		return 0;
	if (ask->run_id == NULL)
		return fail_field(&r->w, "x-bus-run-id", "required");
	if (!str_int(epoch, 1, INT64_MAX, &ask->lease_epoch))
		return fail_field(&r->w, "x-bus-lease-epoch", "not_an_integer");
	return 0;
}

/* Reserve for an answer of so many tokens at most. */
int chat_set_limit(struct chat *c, struct req *r, int64_t max_tokens)
{
	c->max_tokens = c->q.ask.max_tokens = max_tokens;
	c->most = model_most(c->model, &c->q.ask);
	return model_worst(c->model, c->price, &c->q.ask, &c->reserved, &r->w.err);
}

static void release(void *catalog)
{
	model_release(catalog);
}

int chat_find_model(struct chat *c, struct req *r, const char *name)
{
	struct model_catalog *catalog = model_hold();

	if (catalog != NULL) {
		arena_defer(r->w.a, release, catalog);
		c->model = model_find_in(catalog, name);
	}
	if (c->model == NULL)
		return fail(&r->w, E_MODEL, "model %.100s", name);
	/* A tier that nobody has put a price on is served as the usual one. */
	c->price = model_price_at(c->model, c->q.service_tier, r->w.now);
	c->usual_tier = c->price == NULL;
	if (c->usual_tier)
		c->price = model_price_at(c->model, NULL, r->w.now);
	c->cost = model_cost_at(c->model, c->usual_tier ? NULL : c->q.service_tier, r->w.now);
	if (c->cost == NULL)
		c->cost = model_cost_at(c->model, NULL, r->w.now);
	return c->price ? 0 : fail(&r->w, E_MODEL, "%s has no price yet", c->model->id);
}

static const char *begin(struct relay *x)
{
	static const char *const ids[MODEL_APIS] = {"v1.chat", "v1.responses", "v1.completions",
						    "v1.embeddings"};
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	enum model_api api = MODEL_API_CHAT;
	struct usage_ask ask;
	int64_t most;

	while (strcmp(ids[api], r->route->id) != 0)
		api++;
	if (model_request_read(r->w.a, api, r->body, r->body_len, &c->q, &r->w.err) < 0 ||
	    chat_find_model(c, r, c->q.model) < 0)
		return NULL;
	if (c->q.provider_tools && c->model->provider_tools == MODEL_TOOLS_SOLD)
		c->q.ask.provider_tools = true;
	/* Tools that the provider runs by itself need a bound, or none can be reserved. */
	if (c->q.ask.provider_tools && c->q.ask.max_tool_calls == 0)
		c->q.ask.max_tool_calls = TOOL_CALLS;
	c->asked_max = c->q.ask.max_tokens;
	most = c->model->max_output_tokens;
	if (chat_set_limit(c, r, c->asked_max > 0 && c->asked_max < most ? c->asked_max : most) < 0)
		return NULL;
	if (describe(x, &ask) < 0)
		return NULL;
	return usage_asked(&r->w, &ask, &c->reason); /* its name, until it is admitted */
}

/* The caller would rather have a shorter answer than none, or the plan for those who
 * say nothing. */
static bool may_clamp(struct req *r, const struct usage_grant *g)
{
	const char *says = req_param(r, "HTTP_X_BUS_CLAMP");

	return says != NULL && *says != '\0' ? str_eq(says, "allow") : g->clamp;
}

/* What is asked for the shorter one, or NULL. */
static const char *clamp(struct relay *x, const struct usage_grant *g)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct err ignored = {0};
	struct usage_ask ask;
	int64_t fits = 0;

	if (r->w.err.id != E_QUOTA || !may_clamp(r, g) ||
	    model_fit(c->model, c->price, &c->q.ask, g->remaining, &fits, &ignored) < 0 || fits < 1)
		return NULL;
	err_clear(&r->w.err);
	if (chat_set_limit(c, r, fits) < 0 || describe(x, &ask) < 0)
		return NULL;
	return usage_asked(&r->w, &ask, &c->reason);
}

/* The same key again: the answer that the first call got, and no charge. */
static int replay(struct relay *x, const struct usage_grant *g)
{
	struct req *r = relay_req(x);
	size_t n;
	char *text = req_open(r, g->answer, &n);

	if (text == NULL)
		return fail(&r->w, E_INTERNAL, "a stored answer does not open");
	reply_header(r, "Idempotency-Replayed", "true");
	if (g->answer_stream) {
		relay_stream(x, 200, "text/event-stream");
		relay_write(x, text, n);
	} else {
		reply_json(r, 200, text);
	}
	relay_end(x);
	return 0;
}

void chat_tell_names(struct req *r, const char *usage_id)
{
	reply_header(r, "x-bus-usage-id", "%s", usage_id);
	reply_header(r, "x-bus-receipt-id", USAGE_RECEIPT_PREFIX "%s", usage_id + strlen(USAGE_ID_PREFIX));
}

/* What is left of the tightest limit, and how many tokens of an answer it pays for
 * (OpenAI's names; an input's where there is no answer of tokens). */
static void tell_left(struct req *r, const struct chat *c, const struct usage_grant *g)
{
	int64_t rate = c->price->rate[c->model->max_output_tokens > 0 ? MODEL_OUTPUT : MODEL_INPUT];
	double tokens = rate > 0 ? (double)g->remaining * 1e6 / (double)rate : 0;

	reply_header(r, "x-bus-remaining-micro", "%lld", (long long)g->remaining);
	if (rate > 0)
		reply_header(r, "x-ratelimit-remaining-tokens", "%lld", (long long)(tokens < 9e18 ? tokens : 9e18));
	if (g->resets > r->w.now)
		reply_header(r, "x-ratelimit-reset-tokens", "%llds",
			     (long long)((g->resets - r->w.now + CLOCK_S - 1) / CLOCK_S));
}

static int refuse(struct req *r, const struct chat *c, const struct usage_grant *g)
{
	if (r->w.err.id == E_QUOTA) {
		reply_header(r, "x-bus-limit", "%s %s", g->scope, g->period);
		tell_left(r, c, g);
	}
	return -1;
}

static int begin_call(struct relay *x, const struct usage_grant *g)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	c->reason = NULL;
	chat_tell_names(r, g->usage_id);
	if (g->answer != NULL)
		return replay(x, g);
	c->usage_id = g->usage_id;
	if (relay_owner(x, g->account) < 0) {
		c->end = USAGE_RELEASED;
		c->reason = "too many at once";
		return -1;
	}
	buf_init(&c->kept, r->w.a, CHAT_KEPT_MAX);
	tell_left(r, c, g);
	fault_point("chat.reserved");
	chat_dispatch(x, E_RESOURCE, "every backend is failing or full");
	return 0;
}

static int clamped(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct usage_grant g;

	return usage_granted(&r->w, rows, row, c->reason, &g) < 0 ? refuse(r, c, &g) : begin_call(x, &g);
}

/* Nothing has left. A key that came before may be that of a call under way, whose
 * reservation is not ours to give back. */
static void undo(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct err ignored = r->w.err;
	struct usage_grant g = {0};
	bool ours = rows != NULL ? usage_granted(&r->w, rows, row, c->reason, &g) == 0 && g.answer == NULL
				 : r->idem == NULL;

	r->w.err = ignored;
	c->usage_id = ours ? c->reason : NULL;
	c->end = USAGE_RELEASED;
	c->reason = "it never left";
}

static const struct relay_step shorter = {&usage_reserve_all, clamped, undo};

static int admitted(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct usage_grant g;
	const char *less;

	if (usage_granted(&r->w, rows, row, c->reason, &g) == 0)
		return begin_call(x, &g);
	less = clamp(x, &g);
	if (less == NULL)
		return refuse(r, c, &g);
	relay_ask(x, &shorter, less);
	return 0;
}

static const struct relay_row calls = {.state = sizeof(struct chat), .begin = begin,
				       .first = {&usage_reserve_all, admitted, undo}, .head = chat_head, .data = chat_data,
				       .end = chat_end, .tick = chat_tick, .left = chat_left,
				       .settle = chat_settle, .settle_all = &usage_settle_all,
				       .watch = &chat_down_all, .watched = chat_store_down};
static const struct shape opaque = {"OpenAI", NULL, 0, 0};

#define CALL .method = METHOD_POST, .pool = POOL_CALL, .audience = AUD_API, .scope = "llm:proxy", \
	.rate = RATE_CALL, .body_max = BODY_MAX, .raw = true, .relay = &calls, .reply = &opaque, \
	.reply_status = 200, .proof = "tests/stack/chat.sh"

const struct route chat_routes[] = {
	{.id = "v1.chat", .pattern = "/v1/chat/completions", CALL,
	 .summary = "A chat completion, streamed or not"},
	{.id = "v1.responses", .pattern = "/v1/responses", CALL,
	 .summary = "A response of the Responses API, streamed or not"},
	{.id = "v1.completions", .pattern = "/v1/completions", CALL,
	 .summary = "A text completion, streamed or not"},
	{.id = "v1.embeddings", .pattern = "/v1/embeddings", CALL, .summary = "Embeddings of a text"},
	{0},
};
