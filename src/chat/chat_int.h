/* What the files of the room share. */
#pragma once
#include "base/buf.h"
#include "model/model.h"
#include "model/model_sse.h"
#include "usage/usage.h"

/* One call of a model on its way. */
struct chat {
	enum model_api api;
	const struct model *model;
	struct model_request q;
	int64_t max_tokens; /* what was reserved for, and is said upstream */
	int64_t reserved;   /* micro-units */
	const char *usage_id; /* once it is reserved */

	size_t route; /* of model->routes, and how often another was taken */
	int status;   /* of upstream; 0 while there is none */
	int64_t dispatched; /* monotonic; 0: nothing has left */
	struct model_sse sse;
	struct buf answer; /* one that is not streamed, or an error */
	bool answer_any, head_ok, told; /* something of it has reached the client */
	bool done, failed;              /* the stream said that it is whole, or broken */
	size_t bytes;                   /* of data passed on */
	enum err_id upstream;           /* why the last route failed */

	bool counted; /* upstream said what was used */
	struct model_tokens tokens;
	enum usage_state end;
	const char *reason;
};

/* chat_static.c: the built-in answer, as JSON or as events one after the other. */
const char *chat_static_answer(struct arena *a, const struct chat *c, const char *id);
const char *chat_static_stream(struct arena *a, const struct chat *c, const char *id);

/* chat.c: what an event or an answer says about usage and failure. */
void chat_read_event(struct chat *c, const char *event, const char *data, size_t n);
bool chat_read_answer(struct chat *c, const char *body, size_t n); /* false: an error in disguise */
bool chat_hides(const struct chat *c, const char *data); /* asked for by us, not by the client */

/* chat_breaker.c: backends that fail are left alone for a while. */
bool chat_breaker_open(size_t backend, int64_t mono);
void chat_breaker_note(size_t backend, bool ok, int64_t mono);
int64_t chat_parallel(size_t backend, int by); /* calls under way, after adding */
