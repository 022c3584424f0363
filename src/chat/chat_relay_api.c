#include "config.h"

#include "chat/chat_api_int.h"
#include "base/check.h"
#include "base/fault.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/json.h"

#include <stdio.h>
#include <string.h>

/*
 * From upstream to the client. A stream's head leaves with the first byte from
 * upstream, or after HEAD_AFTER without one: until then a failure is an honest
 * status, and the next route can still be tried.
 */

#define ERROR_BYTES (64u * 1024)
#define HEAD_AFTER (CLOCK_S / 4)
#define RELAY_SCRATCH (4u << 20)
#define TOKEN_BYTES 1024 /* of an event for one token, on average, at the very most */

static const char waiting[] = ": waiting for the model\n\n";

const struct model_route *chat_route(const struct chat *c)
{
	return &c->model->routes[c->route];
}

/* ---- the end: what is settled */

static void call_ended(struct chat *c, const char *outcome)
{
	if (c->at != NULL) {
		chat_backend_end(c->at);
		c->attempt[c->attempts - 1].ended = clock_now();
		c->attempt[c->attempts - 1].outcome = outcome;
	}
	c->at = NULL;
	c->dispatched = 0;
}

static void ends_as(struct chat *c, enum usage_state how, const char *outcome, const char *reason)
{
	int64_t micro, cost;

	c->end = how != USAGE_RELEASED && chat_counted(c, &micro, &cost) ? USAGE_POSTED : how;
	c->reason = reason;
	call_ended(c, outcome);
}

const char *chat_settle(struct relay *x)
{
	struct chat *c = relay_state(x);
	struct req *r = relay_req(x);
	int64_t micro, cost;
	bool known;

	if (c->usage_id == NULL)
		return NULL;
	known = chat_counted(c, &micro, &cost) && c->end != USAGE_RELEASED;
	return usage_settlement(&r->w, c->usage_id, c->end, micro, known ? cost : 0,
				known ? chat_tokens_json(r->w.a, c) : NULL, c->reason ? c->reason : "",
				&(struct usage_answer){c->sealed, c->q.stream, chat_answered_json(r->w.a, c),
						       chat_route(c)->backend->id});
}

/* The whole answer has been given: a repeated key gets the same. */
static void seal(struct relay *x, const char *text, size_t n)
{
	struct chat *c = relay_state(x);

	if (relay_req(x)->idem == NULL)
		return;
	if (n <= CHAT_KEPT_MAX && !c->kept.over)
		c->sealed = req_seal(relay_req(x), text, n);
	else if (!relay_streaming(x))
		reply_header(relay_req(x), "Idempotency-Kept", "false");
}

/* A piece of a stream, to the client and to what is kept. */
static void give(struct relay *x, const char *p, size_t n)
{
	struct chat *c = relay_state(x);

	if (relay_req(x)->idem != NULL)
		buf_put(&c->kept, p, n);
	relay_write(x, p, n);
}

static void error_event(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const char *json = reply_openai_error(r->w.a, &r->w.err, r->w.trace);
	const char *text = arena_printf(r->w.a, "%sdata: %s\n\n",
					c->q.api == MODEL_API_RESPONSES ? "event: error\n" : "", json);

	relay_write(x, text, strlen(text));
}

/* It has failed, and nothing more is tried. What the client has got of it
 * decides whether it is charged. */
void chat_give_up(struct relay *x, enum err_id id, const char *why)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	fail(&r->w, id, "%s: %s", chat_route(c)->backend->id, why);
	ends_as(c, c->told ? USAGE_ESTIMATED : USAGE_RELEASED, err_row(id)->code, why);
	if (relay_streaming(x))
		error_event(x);
	relay_end(x);
}

/* ---- from upstream */

static void add_head(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	reply_header(r, "x-bus-overhead-us", "%lld", (long long)(c->dispatched - r->started));
	if (chat_fallbacks(c) > 0)
		reply_header(r, "x-bus-fallback", "%zu", chat_fallbacks(c));
	if (c->usual_tier && !str_eq(c->q.service_tier, MODEL_TIER_USUAL))
		reply_header(r, "x-bus-service-tier", MODEL_TIER_USUAL);
	if (chat_clamped(c))
		reply_header(r, "x-bus-clamped-to", "%lld", (long long)c->max_tokens);
}

void chat_start_stream(struct relay *x)
{
	if (relay_streaming(x) || relay_gone(x))
		return;
	add_head(x);
	relay_stream(x, 200, "text/event-stream");
}

void chat_head(struct relay *x, int status, const char *type, const char *retry_after)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	(void)type;
	c->status = status;
	c->head_ok = status == 200;
	buf_init(&c->answer, r->w.a, c->head_ok && !c->q.stream ? CHAT_ANSWER_MAX : ERROR_BYTES);
	if (status == 429 && str_only(retry_after, "0123456789", 1, 6))
		reply_header(r, "Retry-After", "%s", retry_after);
	if (c->head_ok && c->q.stream)
		chat_start_stream(x);
}

/* An event in one write, as long as it is a usual one. */
static void pass_event(struct relay *x, const char *event, const char *data, size_t n)
{
	char frame[8192];
	size_t at = 0;

	if (*event)
		at = (size_t)snprintf(frame, sizeof(frame), "event: %s\n", event);
	memcpy(frame + at, "data: ", 6);
	at += 6;
	/* Line breaks in the data are blanks to JSON. */
	if (n <= sizeof(frame) - at - 2) {
		for (size_t i = 0; i < n; i++)
			frame[at++] = data[i] == '\n' ? ' ' : data[i];
		memcpy(frame + at, "\n\n", 2);
		give(x, frame, at + 2);
		return;
	}
	give(x, frame, at);
	for (const char *p = data, *end = data + n; p < end; p += *p == '\n') {
		size_t line = strcspn(p, "\n");

		give(x, p, line);
		p += line;
	}
	give(x, "\n\n", 2);
}

int chat_on_event(void *ctx, const struct model_event *ev)
{
	struct relay *x = ctx;
	struct chat *c = relay_state(x);
	unsigned saw = model_watch_event(&c->watch, ev);
	struct arena *scratch;
	const char *text;
	size_t n;

	if (saw & (MODEL_SAW_ERROR | MODEL_SAW_JUNK))
		return 1;
	if ((saw & MODEL_SAW_ONLY_USAGE) && !c->q.include_usage)
		return 0;
	c->bytes += ev->n;
	c->told = true;
	if (c->thread != NULL)
		return chat_thread_event(x, ev);
	if (saw & MODEL_SAW_DONE && ev->data[0] != '{') {
		pass_event(x, ev->type, ev->data, ev->n);
		return 0;
	}
	scratch = arena_new(RELAY_SCRATCH);
	text = model_answer_write(scratch, ev->data, ev->n, c->model->id,
				  (saw & MODEL_SAW_USAGE) && !c->q.include_usage &&
					  c->q.api != MODEL_API_RESPONSES, &n);
	pass_event(x, ev->type, text, n);
	arena_free(scratch);
	fault_point("chat.mid_stream");
	return 0;
}

/* More than was reserved for is not passed on. */
static bool beyond_reserve(const struct chat *c)
{
	return c->bytes > (size_t)(c->max_tokens * (c->q.ask.choices > 1 ? c->q.ask.choices : 1)) * TOKEN_BYTES + 65536;
}

bool chat_data(struct relay *x, const char *p, size_t n)
{
	struct chat *c = relay_state(x);
	struct err e = {0};

	if (!c->head_ok || !c->q.stream) {
		buf_put(&c->answer, p, n);
		if (c->answer.over)
			chat_give_up(x, E_UPSTREAM, "the answer is too long");
		return true;
	}
	if (model_sse_feed(&c->sse, p, n, chat_on_event, x, &e) != 0)
		chat_give_up(x, E_UPSTREAM, e.id ? "an event is too long" : "an error in the stream");
	else if (beyond_reserve(c))
		chat_give_up(x, E_UPSTREAM, "more than was reserved for");
	return true;
}

/* May another route succeed where this one did not? */
static bool retryable(int status)
{
	return status == 0 || status == 401 || status == 403 || status == 404 || status == 408 ||
	       status == 429 || status >= 500;
}

static void next_route(struct relay *x, enum err_id id, const char *why)
{
	struct chat *c = relay_state(x);

	/* It was a last resort: that it hung or was cut says nothing of the model. */
	if (chat_backend_down(chat_backend(chat_route(c)->backend)))
		id = E_RESOURCE;
	if (c->told) {
		chat_give_up(x, id, why);
		return;
	}
	call_ended(c, err_row(id)->code);
	c->fell = id;
	c->status = 0;
	c->head_ok = false;
	chat_dispatch(x, id, why);
}

/* What upstream said was wrong with the request is the caller's to read. */
static void pass_refusal(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	struct err e = {0};
	const struct json *j = json_get(json_parse(r->w.a, buf_str(&c->answer), c->answer.n, &e), "error");
	const char *said = json_get_text(j, "message", "The request was refused by the model.");
	struct buf b;
	struct jw w;

	ends_as(c, USAGE_RELEASED, "refused", "refused upstream");
	if (relay_streaming(x)) {
		fail(&r->w, E_INVALID, "refused upstream");
		error_event(x);
		relay_end(x);
		return;
	}
	buf_init(&b, r->w.a, 16384);
	jw_init(&w, &b);
	jw_object(&w);
	jw_key(&w, "error");
	jw_object(&w);
	jw_kstr(&w, "message", arena_strndup(r->w.a, said, strnlen(said, 1000)));
	jw_kstr(&w, "type", "invalid_request_error");
	jw_kstr(&w, "param", json_get_text(j, "param", NULL));
	jw_kstr(&w, "code", json_get_text(j, "code", NULL));
	jw_end_object(&w);
	jw_kstr(&w, "request_id", r->w.trace);
	jw_end_object(&w);
	reply_header(r, "x-should-retry", "false");
	reply_json(r, c->status, buf_str(&b));
	relay_end(x);
}

void chat_answer_whole(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	unsigned saw = model_watch_answer(&c->watch, buf_str(&c->answer), c->answer.n);
	const char *text;
	size_t n;

	if (saw & (MODEL_SAW_ERROR | MODEL_SAW_JUNK)) {
		next_route(x, E_UPSTREAM, "200 with an error or with nonsense");
		return;
	}
	add_head(x);
	c->told = true;
	ends_as(c, USAGE_ESTIMATED, "answered", c->watch.has_usage ? "" : "no usage was said");
	text = model_answer_write(r->w.a, buf_str(&c->answer), c->answer.n, c->model->id, false, &n);
	seal(x, text, n);
	reply_json(r, 200, text);
	relay_end(x);
}

void chat_stream_whole(struct relay *x)
{
	struct chat *c = relay_state(x);
	struct err e = {0};

	if (model_sse_end(&c->sse, chat_on_event, x, &e) != 0) {
		chat_give_up(x, E_UPSTREAM, "an error in the stream");
		return;
	}
	/* A stream that ends without its last word was cut; one that has said what
	 * was used has not. */
	if (!c->watch.done && !c->watch.has_usage) {
		chat_give_up(x, E_UPSTREAM, "the stream was cut");
		return;
	}
	fault_point("chat.after_usage");
	seal(x, buf_str(&c->kept), c->kept.n);
	ends_as(c, USAGE_ESTIMATED, "answered", c->watch.has_usage ? "" : "no usage was said");
	relay_end(x);
}

void chat_end(struct relay *x, enum call_end how, const char *detail)
{
	struct chat *c = relay_state(x);
	bool ok = how == CALL_DONE && c->status > 0 && c->status < 500;

	if (c->at != NULL)
		chat_backend_note(c->at, ok, c->status == 200, clock_mono());
	if (how == CALL_DONE && c->head_ok && c->q.stream)
		chat_stream_whole(x);
	else if (how == CALL_DONE && c->head_ok)
		chat_answer_whole(x);
	else if (c->head_ok && c->told)
		chat_give_up(x, E_UPSTREAM, detail);
	else if (how != CALL_DONE)
		next_route(x, how == CALL_REFUSED ? E_RESOURCE : E_UPSTREAM, detail);
	else if (retryable(c->status))
		next_route(x, c->status == 429 ? E_RATE : E_RESOURCE,
			   arena_printf(relay_req(x)->w.a, "status %d", c->status));
	else if (c->status >= 400)
		pass_refusal(x);
	else
		next_route(x, E_UPSTREAM, arena_printf(relay_req(x)->w.a, "status %d", c->status));
}

void chat_tick(struct relay *x, int64_t mono)
{
	struct chat *c = relay_state(x);

	if (!c->q.stream || !c->dispatched || mono - c->dispatched <= HEAD_AFTER || relay_streaming(x))
		return;
	chat_start_stream(x);
	relay_write(x, waiting, sizeof(waiting) - 1); /* a head alone may wait in a buffer */
}

void chat_left(struct relay *x, enum relay_why why)
{
	static const char *const reasons[] = {"the client left", "the process had to stop",
					      "an operator has stopped all calls"};
	struct chat *c = relay_state(x);

	/* An agent may leave once it has its work: the usage is only a moment away. */
	if (why == RELAY_LEFT && c->dispatched &&
	    (c->watch.finished > 0 || chat_route(c)->backend->on_disconnect == MODEL_DRAIN))
		return;
	if (why != RELAY_LEFT)
		fail(&relay_req(x)->w, E_UNAVAILABLE, "%s", reasons[why]);
	if (why != RELAY_LEFT && relay_streaming(x))
		error_event(x);
	relay_call_stop(x);
	ends_as(c, c->dispatched ? USAGE_ESTIMATED : USAGE_RELEASED,
		why == RELAY_LEFT ? "client_left" : "stopped", reasons[why]);
	relay_end(x);
}
