/* What the files of the room share. */
#pragma once
#include "base/buf.h"
#include "model/model_price.h"
#include "model/model_request.h"
#include "model/model_sse.h"
#include "model/model_watch.h"
#include "usage/usage.h"

struct chat_backend;
struct chat_thread;

/* A call of a backend, as receipts and the feed of usage tell of it. */
struct chat_attempt {
	enum model_kind kind;
	int64_t began, ended; /* wall clock; 0: still under way */
	const char *outcome;  /* "answered", "refused", "client_left", "stopped", or an error's code */
};

enum chat_form { CHAT_WHOLE, CHAT_EVENTS, CHAT_UNKNOWN };

/* One call of a model on its way. */
struct chat {
	const struct model *model;
	const struct model_rates *price, *cost; /* pinned; cost may be NULL */
	struct model_request q;
	bool usual_tier;    /* the service_tier that was asked for has no price here */
	int64_t asked_max;  /* what the client said, 0: nothing */
	int64_t max_tokens; /* what was reserved for, and is said upstream */
	int64_t reserved;   /* micro-units */
	int64_t most;       /* tokens of all answers that it is for */
	const char *usage_id; /* once it is reserved */

	size_t route;     /* of model->routes */
	unsigned tried;   /* bits 1 << route, this one too */
	enum err_id fell; /* why another was taken before this one; E_NONE: none was */
	struct chat_backend *at; /* while a call is under way there */
	int status;              /* of upstream; 0 while there is none */
	int64_t dispatched;      /* monotonic; 0: nothing has left */
	int64_t elsewhere;       /* microseconds that routes took which did not answer */
	const char *retry_after; /* what the last of them said, or NULL */
	struct chat_attempt attempt[MODEL_ROUTES];
	size_t attempts;
	struct model_sse sse;
	struct model_watch watch;
	enum chat_form form; /* of what comes back */
	struct buf answer; /* one that is not streamed, or an error */
	bool head_ok, told; /* something of it has reached the client */

	/* For a repeated key: the answer as the client got it, sealed at the end. */
	struct buf kept;
	const char *sealed;

	enum usage_state end;
	const char *reason;

	struct chat_thread *thread; /* of a kept conversation; NULL: the client gets it */
};

/* chat.c: what a call has used, in micro-units: what it costs the customer (the
 * reserve, when that is not known) and us. True when it is known. */
bool chat_counted(const struct chat *c, int64_t *ret_micro, int64_t *ret_cost);
const char *chat_tokens_json(struct arena *a, const struct chat *c);
bool chat_clamped(const struct chat *c); /* is less given than was asked for? */
/* Has more come of it than was reserved for? */
bool chat_beyond(const struct chat *c);
/* For the receipt, in a customer's words. */
const char *chat_asked_json(struct arena *a, const struct chat *c);
const char *chat_answered_json(struct arena *a, const struct chat *c);

/* An answer that is kept in a conversation (chat_thread.h) while it arrives. */
struct chat_thread {
	const char *answer_id; /* the message it becomes */
	const char *hash;      /* of the request, hexadecimal */
	struct buf piece;      /* what has arrived and is not stored yet */
	size_t from;           /* characters of the text before it */
	size_t storing;        /* bytes of it that are on their way to be */
	size_t bytes;          /* of all of it */
	int64_t saved_at;      /* monotonic */
	bool over;             /* it has ended; upstream is only read for the usage */
	const char *ended;     /* how, when that is not told by the error: "stopped" */
	const char *settlement; /* made once, however often it is tried */
};

/* chat_thread.c: what an event of a stream adds to the text, or NULL; the request
 * for a model, from what was said (a JSON array). */
const char *chat_thread_piece(struct arena *a, const char *event, size_t n);
const char *chat_thread_request(struct arena *a, const char *model, const char *history,
				const char *text, size_t *ret_n);
/* The members that store an end beside its settlement. */
const char *chat_thread_end(struct arena *a, const struct chat_thread *t, const char *settlement,
			    const struct err *e);
/* What is stored of it while it goes on. It says where the piece begins, so that one
 * whose storing was not heard of comes again and changes nothing. */
const char *chat_thread_save(struct arena *a, const struct chat_thread *t, int n, int64_t now);
/* What was on its way is stored. */
void chat_thread_stored(struct chat_thread *t);

/* chat_route.c: the next route to try, those whose backends are down last; false when
 * none is left. How many were passed over or have failed before the present one. */
bool chat_next_route(struct chat *c, int64_t mono);
size_t chat_fallbacks(const struct chat *c);
/* The backends of all routes, as a reservation names them. */
const char *chat_backends(struct arena *a, const struct model *m);

/* chat_static.c: the built-in answer, as JSON or as events one after the other. */
const char *chat_static_answer(struct arena *a, const struct chat *c, const char *id);
const char *chat_static_stream(struct arena *a, const struct chat *c, const char *id);

/* chat_backend.c: what this process knows of each backend. One is down when its last
 * probe has failed and no call has succeeded since. */
struct chat_down {
	const char *id, *reason;
	int64_t checked_at; /* wall clock */
};
struct chat_backend *chat_backend(const struct model_backend *b);
bool chat_backend_usable(struct chat_backend *s, const struct model_backend *b, int64_t mono);
bool chat_backend_down(const struct chat_backend *s);
/* Is it to be tried only when no other is left: down, or asking for a pause? */
bool chat_backend_last(const struct chat_backend *s, int64_t mono);
void chat_backend_rest(struct chat_backend *s, int64_t us, int64_t mono); /* it asks for one */
void chat_backend_probed(const struct chat_down *down, size_t n); /* all that are */
void chat_backend_begin(struct chat_backend *s);
void chat_backend_end(struct chat_backend *s);
/* A call has ended there: has the backend done its part, and was it an answer? */
void chat_backend_note(struct chat_backend *s, bool ok, bool answered, int64_t mono);
/* The bearer secret from the backend's file, or NULL; -1 when it cannot be read. */
int chat_backend_key(struct chat_backend *s, const struct model_backend *b, const char **ret,
		     struct err *e);
