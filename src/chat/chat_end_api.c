#include "config.h"

#include "chat/chat_api_int.h"
#include "base/jw.h"
#include "port/json.h"

#include <string.h>

/*
 * How a call ends, and what it is settled at. What has left may have been worked
 * for until upstream itself says that it was not: it never counts as nothing, and
 * is not asked for a second time out of the same reserve.
 */

void chat_call_ended(struct chat *c, const char *outcome)
{
	if (c->at != NULL) {
		chat_backend_end(c->at);
		c->attempt[c->attempts - 1].ended = clock_now();
		c->attempt[c->attempts - 1].outcome = outcome;
	}
	if (c->dispatched != 0)
		c->elsewhere += clock_mono() - c->dispatched;
	c->at = NULL;
	c->dispatched = 0;
}

static void ends_as(struct chat *c, enum usage_state how, const char *outcome, const char *reason)
{
	int64_t micro, cost;

	c->end = how != USAGE_RELEASED && chat_counted(c, &micro, &cost) ? USAGE_POSTED : how;
	c->reason = reason;
	chat_call_ended(c, outcome);
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

void chat_answered(struct relay *x, const char *text, size_t n)
{
	struct chat *c = relay_state(x);

	if (relay_req(x)->idem != NULL && n <= CHAT_KEPT_MAX && !c->kept.over)
		c->sealed = req_seal(relay_req(x), text, n);
	else if (relay_req(x)->idem != NULL && !relay_streaming(x))
		reply_header(relay_req(x), "Idempotency-Kept", "false");
	ends_as(c, USAGE_ESTIMATED, "answered", model_watch_counted(&c->watch) ? "" : "no usage of all of it was said");
	relay_end(x);
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

static void failed(struct relay *x, enum err_id id, enum usage_state how, const char *why)
{
	struct req *r = relay_req(x);
	struct chat *c = relay_state(x);

	fail(&r->w, id, "%s: %s", chat_route(c)->backend->id, why);
	ends_as(c, how, err_row(id)->code, why);
	if (relay_streaming(x))
		error_event(x);
	relay_end(x);
}

void chat_give_up(struct relay *x, enum err_id id, const char *why)
{
	struct chat *c = relay_state(x);

	if (id == E_RATE && c->retry_after != NULL)
		reply_header(relay_req(x), "Retry-After", "%s", c->retry_after);
	failed(x, id, USAGE_RELEASED, why);
}

void chat_lost(struct relay *x, const char *why)
{
	failed(x, E_UNFINISHED, USAGE_ESTIMATED, why);
}

void chat_refused(struct relay *x)
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
