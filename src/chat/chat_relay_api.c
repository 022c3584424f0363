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
#define SCRATCH (64u << 10) /* beside an event and what it becomes */

static const char waiting[] = ": waiting for the model\n\n";

const struct model_route *chat_route(const struct chat *c)
{
	return &c->model->routes[c->route];
}

static void add_head(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	reply_header(r, "x-bus-overhead-us", "%lld", (long long)(c->dispatched - r->started - c->elsewhere));
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
	fault_point("chat.after_head");
}

static size_t answer_max(const struct chat *c)
{
	if (!c->head_ok)
		return ERROR_BYTES;
	return c->q.api == MODEL_API_EMBEDDINGS ? CHAT_VECTORS_MAX : CHAT_ANSWER_MAX;
}

void chat_head(struct relay *x, int status, const char *type, const char *retry_after)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	(void)type;
	c->status = status;
	c->head_ok = status == 200;
	c->form = c->q.stream && c->head_ok ? CHAT_UNKNOWN : CHAT_WHOLE;
	buf_init(&c->answer, r->w.a, answer_max(c));
	c->retry_after = NULL; /* of this one it is heeded only if no other answers */
	if (status == 429 && str_only(retry_after, "0123456789", 1, 6))
		c->retry_after = arena_strdup(r->w.a, retry_after);
	if (c->head_ok && c->q.stream)
		chat_start_stream(x);
}

/* A piece of a stream, to the client and to what is kept. */
static void give(struct relay *x, const char *p, size_t n)
{
	struct chat *c = relay_state(x);

	if (relay_req(x)->idem != NULL)
		buf_put(&c->kept, p, n);
	relay_write(x, p, n);
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

/* An event, as the client is to read it. */
static int pass(struct relay *x, const struct model_event *ev, bool hide_usage)
{
	struct chat *c = relay_state(x);
	struct arena *scratch;
	const char *text;
	size_t n;

	if (c->thread != NULL)
		return chat_thread_event(x, ev);
	if (ev->data[0] != '{') { /* [DONE] */
		pass_event(x, ev->type, ev->data, ev->n);
		return 0;
	}
	scratch = arena_new(2 * ev->n + SCRATCH);
	text = model_answer_write(scratch, ev->data, ev->n, c->model->id, hide_usage, &n);
	pass_event(x, ev->type, text, n);
	arena_free(scratch);
	return 0;
}

int chat_on_event(void *ctx, const struct model_event *ev)
{
	struct relay *x = ctx;
	struct chat *c = relay_state(x);
	unsigned saw = model_watch_event(&c->watch, ev);
	bool hide = !c->q.include_usage && c->q.api != MODEL_API_RESPONSES;

	if (saw & (MODEL_SAW_ERROR | MODEL_SAW_JUNK))
		return 1;
	if ((saw & MODEL_SAW_ONLY_USAGE) && !c->q.include_usage)
		return 0;
	if ((saw & MODEL_SAW_PIECE) && chat_beyond(c))
		return 1;
	c->told = true;
	if (pass(x, ev, (saw & MODEL_SAW_USAGE) && hide) != 0)
		return 1;
	fault_point("chat.mid_stream");
	return 0;
}

/* Unless upstream says that it failed, before anything came of it, nobody knows. */
static bool said_to_fail(const struct chat *c)
{
	return c->watch.failed && !c->told && !c->watch.has_usage && c->watch.bad_usages == 0;
}

static void stream_failed(struct relay *x, bool too_long)
{
	struct chat *c = relay_state(x);
	const char *why = too_long ? "an event is too long"
			: chat_beyond(c) ? "more than was reserved for" : "an error in the stream";

	if (said_to_fail(c))
		chat_give_up(x, E_UPSTREAM, why);
	else
		chat_lost(x, why);
}

/* Asked for a stream, some answer with JSON all the same, whatever they call it: no
 * line of a stream begins with a brace. */
static enum chat_form form_of(const char *p, size_t n)
{
	size_t blank = 0;

	while (blank < n && strchr(" \t\r\n", p[blank]) != NULL)
		blank++;
	return blank == n ? CHAT_UNKNOWN : p[blank] == '{' ? CHAT_WHOLE : CHAT_EVENTS;
}

static void whole_data(struct relay *x, const char *p, size_t n)
{
	struct chat *c = relay_state(x);

	buf_put(&c->answer, p, n);
	if (c->answer.over && c->head_ok)
		chat_lost(x, "the answer is too long");
}

bool chat_data(struct relay *x, const char *p, size_t n)
{
	struct chat *c = relay_state(x);
	struct err e = {0};

	if (c->form == CHAT_UNKNOWN)
		c->form = form_of(p, n);
	if (c->form == CHAT_WHOLE)
		whole_data(x, p, n);
	else if (model_sse_feed(&c->sse, p, n, chat_on_event, x, &e) != 0)
		stream_failed(x, e.id != E_NONE);
	return true;
}

/* May another route succeed where this one did not? */
static bool retryable(int status)
{
	return status == 0 || status == 401 || status == 403 || status == 404 || status == 408 ||
	       status == 429 || status >= 500;
}

/* Nothing was done there. */
static void next_route(struct relay *x, enum err_id id, const char *why)
{
	struct chat *c = relay_state(x);

	/* It was a last resort: that it hung or was cut says nothing of the model. */
	if (chat_backend_down(chat_backend(chat_route(c)->backend)))
		id = E_RESOURCE;
	chat_call_ended(c, err_row(id)->code);
	c->fell = id;
	c->status = 0;
	c->head_ok = false;
	c->answer = (struct buf){0};
	chat_dispatch(x, id, why);
}

static void give_as_stream(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	const struct model_event done = {"", "[DONE]", 6};
	struct model_event all;
	bool responses = c->q.api == MODEL_API_RESPONSES;

	model_answer_event(r->w.a, c->q.api, buf_str(&c->answer), c->answer.n, &all);
	if (pass(x, &all, !responses && !c->q.include_usage) != 0) {
		chat_lost(x, "the answer is too long");
		return;
	}
	if (!responses)
		pass(x, &done, false);
	chat_answered(x, buf_str(&c->kept), c->kept.n);
}

void chat_answer_whole(struct relay *x)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);
	unsigned saw = model_watch_answer(&c->watch, buf_str(&c->answer), c->answer.n);
	const char *text;
	size_t n;

	if (saw & (MODEL_SAW_ERROR | MODEL_SAW_JUNK)) {
		if (said_to_fail(c))
			next_route(x, E_UPSTREAM, "200 with an error");
		else
			chat_lost(x, "200 with nonsense");
		return;
	}
	c->told = true;
	if (c->q.stream) {
		give_as_stream(x);
		return;
	}
	add_head(x);
	text = model_answer_write(r->w.a, buf_str(&c->answer), c->answer.n, c->model->id, false, &n);
	reply_json(r, 200, text);
	chat_answered(x, text, n);
}

void chat_stream_whole(struct relay *x)
{
	struct chat *c = relay_state(x);
	struct err e = {0};

	if (model_sse_end(&c->sse, chat_on_event, x, &e) != 0) {
		stream_failed(x, e.id != E_NONE);
		return;
	}
	/* A stream that ends without its last word was cut; one that has said what
	 * was used has not. */
	if (!c->watch.done && !model_watch_counted(&c->watch)) {
		chat_lost(x, "the stream was cut");
		return;
	}
	fault_point("chat.after_usage");
	chat_answered(x, buf_str(&c->kept), c->kept.n);
}

/* Upstream has refused to answer. */
static void refused(struct relay *x)
{
	struct chat *c = relay_state(x);
	const char *why = arena_printf(relay_req(x)->w.a, "status %d", c->status);

	if (retryable(c->status))
		next_route(x, c->status == 429 ? E_RATE : E_RESOURCE, why);
	else if (c->status >= 400)
		chat_refused(x);
	else
		next_route(x, E_UPSTREAM, why);
}

/* How long a backend asks to be left alone for; a second if it does not say. */
static int64_t pause_of(const struct chat *c)
{
	int64_t s = 1;

	str_int(c->retry_after, 0, 999999, &s);
	return s * CLOCK_S;
}

void chat_end(struct relay *x, enum call_end how, const char *detail)
{
	struct chat *c = relay_state(x);
	/* Who refuses our key will not take the next call either. */
	bool ok = how == CALL_DONE && c->status > 0 && c->status < 500 && c->status != 401 && c->status != 403;

	if (c->at != NULL)
		chat_backend_note(c->at, ok, c->status == 200, clock_mono());
	if (c->at != NULL && c->status == 429)
		chat_backend_rest(c->at, pause_of(c), clock_mono());
	if (how == CALL_REFUSED)
		next_route(x, E_RESOURCE, detail);
	else if (c->status >= 300)
		refused(x);
	else if (how != CALL_DONE || !c->head_ok)
		chat_lost(x, how == CALL_DONE ? "neither an answer nor an error" : detail);
	else if (c->form == CHAT_WHOLE)
		chat_answer_whole(x);
	else
		chat_stream_whole(x);
}

void chat_tick(struct relay *x, int64_t mono)
{
	struct chat *c = relay_state(x);

	/* Of an error enough is known; no call can begin where the pieces of one arrive. */
	if (c->answer.over && c->dispatched) {
		relay_call_stop(x);
		chat_end(x, CALL_DONE, "");
		return;
	}
	if (!c->q.stream || !c->dispatched || mono - c->dispatched <= HEAD_AFTER || relay_streaming(x))
		return;
	chat_start_stream(x);
	relay_write(x, waiting, sizeof(waiting) - 1); /* a head alone may wait in a buffer */
}
