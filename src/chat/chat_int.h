/* What the files of the room share. */
#pragma once
#include "base/buf.h"
#include "model/model_price.h"
#include "model/model_request.h"
#include "model/model_sse.h"
#include "model/model_watch.h"
#include "usage/usage.h"

struct chat_backend;

/* One call of a model on its way. */
struct chat {
	const struct model *model;
	const struct model_rates *price, *cost; /* pinned; cost may be NULL */
	struct model_request q;
	int64_t asked_max;  /* what the client said, 0: nothing */
	int64_t max_tokens; /* what was reserved for, and is said upstream */
	int64_t reserved;   /* micro-units */
	const char *usage_id; /* once it is reserved */

	size_t route; /* of model->routes, and how often another was taken */
	struct chat_backend *at; /* while a call is under way there */
	int status;              /* of upstream; 0 while there is none */
	int64_t dispatched;      /* monotonic; 0: nothing has left */
	struct model_sse sse;
	struct model_watch watch;
	struct buf answer; /* one that is not streamed, or an error */
	bool head_ok, told; /* something of it has reached the client */
	size_t bytes;       /* of data passed on */

	/* For a repeated key: the answer as the client got it, sealed at the end. */
	struct buf kept;
	const char *sealed;

	enum usage_state end;
	const char *reason;
};

/* chat.c: what a call has used, in micro-units: what it costs the customer (the
 * reserve, when that is not known) and us. True when it is known. */
bool chat_counted(const struct chat *c, int64_t *ret_micro, int64_t *ret_cost);
const char *chat_tokens_json(struct arena *a, const struct chat *c);

/* chat_static.c: the built-in answer, as JSON or as events one after the other. */
const char *chat_static_answer(struct arena *a, const struct chat *c, const char *id);
const char *chat_static_stream(struct arena *a, const struct chat *c, const char *id);

/* chat_backend.c: what this process knows of each backend. */
struct chat_backend *chat_backend(const struct model_backend *b);
bool chat_backend_usable(struct chat_backend *s, const struct model_backend *b, int64_t mono);
void chat_backend_begin(struct chat_backend *s);
void chat_backend_end(struct chat_backend *s);
void chat_backend_note(struct chat_backend *s, bool ok, int64_t mono);
/* The bearer secret from the backend's file, or NULL; -1 when it cannot be read. */
int chat_backend_key(struct chat_backend *s, const struct model_backend *b, const char **ret,
		     struct err *e);
