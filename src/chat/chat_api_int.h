/* What the doors of the room share. */
#pragma once
#include "chat/chat_int.h"
#include "web/relay.h"

#define CHAT_ANSWER_MAX ((8u << 20) - 1)
#define CHAT_VECTORS_MAX ((16u << 20) - 1) /* an answer of embeddings */
#define CHAT_KEPT_MAX (1u << 20) /* of an answer, for a repeated key */

/* chat_api.c: the model of that name with its price (E_MODEL); a reserve for so
 * many tokens at most; the call leaves by the next route that is open, or
 * ends with that error when none is left; until when a reservation waits for its
 * settlement: longer than a call may last. */
int64_t chat_until(const struct req *r);
int chat_find_model(struct chat *c, struct req *r, const char *name);
int chat_set_limit(struct chat *c, struct req *r, int64_t max_tokens);
void chat_dispatch(struct relay *x, enum err_id id, const char *why);
/* Every answer from here on names the call and its receipt. */
void chat_tell_names(struct req *r, const char *usage_id);

/* chat_thread_api.c: an event of an answer that is kept; 1 when that is too long. */
int chat_thread_event(struct relay *x, const struct model_event *ev);

/* chat_end_api.c: how it ends. The call of a backend is over, by a word for receipts.
 * Given up: it was not done, and is not charged. Lost: it may have been done, and
 * counts as the reserve, or what was said to be used. Refused: upstream says what
 * is wrong with the request. Answered: the client has got all of `text`. */
void chat_call_ended(struct chat *c, const char *outcome);
void chat_give_up(struct relay *x, enum err_id id, const char *why);
void chat_lost(struct relay *x, const char *why);
void chat_refused(struct relay *x);
void chat_answered(struct relay *x, const char *text, size_t n);
void chat_left(struct relay *x, enum relay_why why);
const char *chat_settle(struct relay *x);

/* chat_relay_api.c: what comes back. */
const struct model_route *chat_route(const struct chat *c);
void chat_start_stream(struct relay *x);
int chat_on_event(void *relay, const struct model_event *ev);
void chat_answer_whole(struct relay *x);
void chat_stream_whole(struct relay *x);

/* The functions of the row. */
void chat_head(struct relay *x, int status, const char *type, const char *retry_after);
bool chat_data(struct relay *x, const char *p, size_t n);
void chat_end(struct relay *x, enum call_end how, const char *detail);
void chat_tick(struct relay *x, int64_t mono);
