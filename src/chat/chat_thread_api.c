#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/str.h"
#include "chat/chat_api_int.h"
#include "chat/chat_store.h"
#include "port/crypto.h"

#include <stddef.h>
#include <string.h>

/*
 * Answers that belong to the server. A message is stored together with its
 * answer-to-be and the reservation; whoever sent it gets that and is done. The
 * call goes on in this process, what arrives is stored a few times a second, and
 * all who look at the conversation follow what is stored. Stopping is a mark on
 * the row that the next piece brings back. The way of the money is the gateway's
 * own: the same reservation, dispatch and settlement (chat_api.c).
 */

#define TEXT_MAX 8000
#define ANSWER_TOKENS 4096           /* of one answer, at most */
#define ANSWER_BYTES (512u << 10)    /* of its text */
#define QUIET (CLOCK_S / 2)          /* how long a stop may wait for a silent model */
#define SCRATCH (4u << 20)

struct say_in {
	const char *text, *model;
};
static const struct field say_fields[] = {
	{"text", F_TEXT, F_REQUIRED, 1, TEXT_MAX, .offset = offsetof(struct say_in, text)},
	{"model", F_TOKEN, F_NULLABLE, 1, 128, .offset = offsetof(struct say_in, model),
	 .doc = "one of /api/v1/models; without it the first of them"},
};
static const struct shape say_shape = {"ChatMessageCreate", say_fields, COUNT(say_fields),
				       sizeof(struct say_in)};
static const struct field retry_fields[] = {
	{"model", F_TOKEN, F_NULLABLE, 1, 128, .offset = offsetof(struct say_in, model)},
};
static const struct shape retry_shape = {"ChatRetry", retry_fields, COUNT(retry_fields),
					 sizeof(struct say_in)};
static const struct field posted_fields[] = {
	{"chat_id", F_TOKEN, F_REQUIRED},
	{"message", F_ANY, F_REQUIRED | F_NULLABLE, .doc = "as it is kept; null when answered again"},
	{"answer", F_ANY, F_REQUIRED, .doc = "the message that the answer becomes"},
};
static const struct shape posted_shape = {"ChatPosted", posted_fields, COUNT(posted_fields), 0};

/* The first in the order of the catalog, which is the operator's. */
static int first_of(void *ctx, const struct model *m)
{
	const char **name = ctx;

	return m->uses & 1u << MODEL_USE_CHAT ? (*name = m->id, 1) : 0;
}

/* The model that was asked for, or else the first. -1 after fail(). */
static int find_model(struct req *r, struct chat *c)
{
	const char *name = ((const struct say_in *)r->in)->model;

	if (name == NULL)
		model_each(NULL, first_of, (void *)&name);
	if (name == NULL)
		return fail(&r->w, E_MODEL, "no model is offered for conversations");
	if (chat_find_model(c, r, name) < 0)
		return -1;
	if (!(c->model->uses & 1u << MODEL_USE_CHAT))
		return fail(&r->w, E_MODEL, "%s is not for conversations", c->model->id);
	return 0;
}

static const char *begin(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const struct say_in *in = r->in;

	if (find_model(r, c) < 0)
		return NULL;
	c->thread = arena_alloc(r->w.a, sizeof(*c->thread));
	buf_init(&c->thread->piece, r->w.a, ANSWER_BYTES * 2);
	c->thread->answer_id = r->idem ? req_keyed_id(r, "msg_") : id_new(r->w.a, "msg_");
	c->thread->hash = crypto_sha256_hex(r->w.a, r->body, r->body_len);
	return chat_store_context(&r->w, r->token_hash, r->arg[0], in->text == NULL,
				  c->thread->answer_id, c->thread->hash);
}

/* What would be said to the model, and what that may cost at most. */
static int ask_of(struct req *r, struct chat *c, const struct chat_context *ctx)
{
	const struct say_in *in = r->in;
	int64_t most = c->model->max_output_tokens;
	const char *body;
	size_t n;

	body = chat_thread_request(r->w.a, c->model->id, ctx->history, in->text, &n);
	if (body == NULL)
		return fail(&r->w, E_TOO_LARGE, "the request for the model");
	if (model_request_read(r->w.a, MODEL_API_CHAT, body, n, &c->q, &r->w.err) < 0)
		return -1;
	return chat_set_limit(c, r, most > ANSWER_TOKENS ? ANSWER_TOKENS : most);
}

static void tell_limit(struct req *r, const struct usage_grant *g)
{
	char at[25];

	if (g->scope == NULL || g->period == NULL)
		return;
	reply_header(r, "x-bus-limit", "%s %s", g->scope, g->period);
	reply_header(r, "x-bus-remaining-micro", "%lld", (long long)g->remaining);
	if (g->resets > 0)
		reply_header(r, "x-bus-resets", "%s", clock_text(g->resets, at));
}

/* The message is there, with its answer and the reservation. */
static int posted(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct usage_grant g;
	const char *doc;

	if (chat_store_posted(&r->w, rows, row, &g, &doc) < 0) {
		if (r->w.err.id == E_QUOTA)
			tell_limit(r, &g);
		return -1;
	}
	c->usage_id = c->reason;
	c->reason = NULL;
	fault_point("chat.reserved");
	r->idem = NULL; /* the rows tell a repeated key its answer */
	buf_init(&c->kept, r->w.a, 1);
	chat_tell_names(r, c->usage_id);
	reply_header(r, "x-bus-remaining-micro", "%lld", (long long)g.remaining);
	reply_json(r, 202, doc);
	relay_detach(x);
	if (relay_owner(x, g.account) < 0)
		chat_give_up(x, E_RATE, "too many at once");
	else
		chat_dispatch(x, E_RESOURCE, "every backend is failing or full");
	return 0;
}

/* Nobody answers it: what may have been stored ends here, and costs nothing. */
static void undo(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct err why = r->w.err;
	struct usage_grant g;
	const char *doc;
	bool there = rows == NULL || chat_store_posted(&r->w, rows, row, &g, &doc) == 0;

	r->w.err = why;
	c->usage_id = there ? c->reason : NULL;
	c->end = USAGE_RELEASED;
	c->reason = "it never left";
	c->thread->ended = "interrupted";
}

/* Who has sent it may leave: the answer belongs to the server. */
static const struct relay_step posting = {&chat_post_all, posted, undo, .stays = true};

static int seen(struct relay *x, const struct pg_rows *rows, int row)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const struct say_in *in = r->in;
	struct chat_context ctx;
	struct chat_post post;
	int rc = chat_store_seen(&r->w, rows, row, &ctx);

	if (rc == 1) {
		reply_header(r, "Idempotency-Replayed", "true");
		reply_json(r, 202, ctx.history);
		relay_end(x);
		return 0;
	}
	if (rc < 0 || ask_of(r, c, &ctx) < 0)
		return -1;
	post = (struct chat_post){
		.seen = ctx.seen, .text = in->text,
		.message_id = in->text ? id_new(r->w.a, "msg_") : NULL,
		.answer_id = c->thread->answer_id, .hash = c->thread->hash,
		.ask = {.session_hash = r->token_hash, .chat_id = r->arg[0], .model = c->model->id,
			.backend = chat_backends(r->w.a, c->model), .feature = c->model->plan_feature,
			.price_version = c->price->version, .micro = c->reserved,
			.asked = chat_asked_json(r->w.a, c), .until_us = chat_until(r)}};
	relay_ask(x, &posting, chat_store_posting(&r->w, &post, &c->reason));
	return 0;
}

int chat_thread_event(struct relay *x, const struct model_event *ev)
{
	struct chat *c = relay_state(x);
	struct chat_thread *t = c->thread;
	struct arena *scratch;
	const char *text;
	bool fits;

	if (t->over)
		return 0;
	scratch = arena_new(SCRATCH + 2 * ev->n);
	text = chat_thread_piece(scratch, ev->data, ev->n);
	if (text == NULL)
		text = "";
	fits = t->bytes + strlen(text) <= ANSWER_BYTES;
	if (fits) {
		t->bytes += strlen(text);
		buf_puts(&t->piece, text);
	}
	arena_free(scratch);
	fault_point("chat.mid_stream");
	return !fits;
}

static const char *save(struct relay *x, struct arena *a, int n)
{
	struct chat *c = relay_state(x);
	struct chat_thread *t = c->thread;
	int64_t mono = clock_mono();

	if (t->answer_id == NULL || (t->piece.n == 0 && !t->over && mono - t->saved_at < QUIET))
		return NULL;
	t->saved_at = mono;
	t->storing = t->piece.n;
	return chat_thread_save(a, t, n, clock_now());
}

/* Somebody has asked for it. Where the backend is to be read to its end, only the
 * usage is of interest from here on. */
static void stop(struct relay *x)
{
	struct chat *c = relay_state(x);

	c->thread->ended = "stopped";
	chat_left(x, RELAY_LEFT);
	c->thread->over = c->dispatched != 0;
}

static void saved(struct relay *x, const char *word)
{
	struct chat *c = relay_state(x);
	struct chat_thread *t = c->thread;

	if (word == NULL)
		return; /* the database is away: the same again, and more */
	chat_thread_stored(t);
	if (t->over)
		t->answer_id = NULL; /* its end is stored */
	if (t->over || relay_ended(x))
		return;
	if (str_eq(word, "stop"))
		stop(x);
	else if (str_eq(word, "gone"))
		chat_left(x, RELAY_STOPPING);
}

static void left(struct relay *x, enum relay_why why)
{
	struct chat *c = relay_state(x);

	/* It is not called for a client that leaves. */
	if (c->thread->ended == NULL)
		c->thread->ended = "interrupted";
	chat_left(x, why);
}

static const char *settle(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct chat_thread *t = c->thread;

	if (t->settlement != NULL)
		return t->settlement;
	t->settlement = chat_settle(x);
	if (t->settlement != NULL && t->answer_id != NULL)
		t->settlement = chat_thread_end(r->w.a, t, t->settlement, &r->w.err);
	return t->settlement;
}

static const struct relay_row answers = {
	.state = sizeof(struct chat), .begin = begin, .first = {&chat_context_all, seen}, .head = chat_head, .data = chat_data, .end = chat_end,
	.tick = chat_tick, .left = left, .settle = settle,
	.settle_all = &chat_settle_all, .save = save, .save_all = &chat_save_all, .saved = saved};

#define ANSWER .method = METHOD_POST, .pool = POOL_CALL, .audience = AUD_CUSTOMER, \
	.rate = RATE_WRITE, .body_max = 65536, .relay = &answers, .reply = &posted_shape, \
	.reply_status = 202, .proof = "tests/stack/chats.sh"

const struct route chat_thread_routes[] = {
	{.id = "chat.say", .pattern = "/api/v1/chats/{chat_id}/messages", ANSWER, .input = &say_shape,
	 .summary = "Say something; the answer is written on the server and followed by its events"},
	{.id = "chat.retry", .pattern = "/api/v1/chats/{chat_id}/retry", ANSWER, .input = &retry_shape,
	 .summary = "Answer the last message again, by the same or by another model"},
	{0},
};
