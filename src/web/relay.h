/*
 * Relay: a request that waits for somebody else's answer.
 *
 * The call pool is one evented process. A relayed request is admitted by a
 * statement or more, one after the other (all that wait share one round trip),
 * then calls out, and what comes back is passed on as it arrives, as a stream or
 * as one answer. When it has ended, a last statement settles it. Nothing blocks
 * on a client's socket: one that reads slowly stops its own upstream and nobody
 * else. Nor is the database waited for: a request has no connection of its own
 * here, and says what it has to say by the statements of its row.
 *
 * A room says what happens by a row of functions. They are called in the order
 * begin, answered…, {head, data…, end}…, settle; `left` at any time after the
 * last answered. After a function has called relay_end() only settle follows.
 */
#pragma once
#include "port/calls.h"
#include "web/web.h"

struct relay;

enum relay_why {
	RELAY_LEFT,     /* the client has gone away */
	RELAY_STOPPING, /* the process must stop */
	RELAY_KILLED    /* an operator has stopped all calls */
};

/* A step of the admission: what the database is asked, and what its answer means. */
struct relay_step {
	/* What each has to say goes to `all` as one array with those of its round,
	 * answered by a row for each. */
	const struct pg_stmt *const *all; /* $1: the array */

	/* It was answered by this row, which is gone afterwards: refuse with -1 after
	 * fail(), ask more with relay_ask(), or begin the call. */
	int (*answered)(struct relay *x, const struct pg_rows *rows, int row);

	/* It may have happened, and is not wanted any more: see to it that `settle`
	 * gives it back. `rows` is NULL when the answer was lost. May be NULL. */
	void (*undo)(struct relay *x, const struct pg_rows *rows, int row);

	/* What it does is wanted also when its client has left meanwhile. */
	bool stays;
};

struct relay_row {
	size_t state; /* bytes of the room's own, zeroed */

	/* The request was read and its caller's credential is well formed. What the
	 * database is asked in the first step, as JSON in the request's arena; NULL after
	 * fail(). */
	const char *(*begin)(struct relay *x);
	struct relay_step first;

	/* From upstream, as in port/calls.h. */
	void (*head)(struct relay *x, int status, const char *type, const char *retry_after);
	bool (*data)(struct relay *x, const char *p, size_t n);
	void (*end)(struct relay *x, enum call_end how, const char *detail);

	/* About ten times a second, for what must not wait for upstream. */
	void (*tick)(struct relay *x, int64_t mono);

	/* It is not to go on as it was. With RELAY_LEFT the client is gone and nothing
	 * can be written any more: end it now, or go on to the end of the call. With the
	 * others it must end now, and a client that is there is told. */
	void (*left)(struct relay *x, enum relay_why why);

	/* What is to be settled, as JSON in the request's arena; NULL: nothing. Those of
	 * a round go to `settle_all` as one array, again with the next round when the
	 * database could not be reached. */
	const char *(*settle)(struct relay *x);
	const struct pg_stmt *const *settle_all; /* $1: the array; answers how many it found */

	/* Of a call that goes on without its client, about ten times a second: what is
	 * to be kept now, as JSON in `a` that names itself by the number n; NULL:
	 * nothing. All of them go to `save_all` as one array, which answers with rows
	 * of n and a word. `saved` gets the word, also when the call has ended meanwhile;
	 * NULL when the database was not reached: the same comes again. It is settled
	 * after that. All three may be NULL. */
	const char *(*save)(struct relay *x, struct arena *a, int n);
	const struct pg_stmt *const *save_all;
	void (*saved)(struct relay *x, const char *word);

	/* Whether or not calls are open: a statement without parameters whose rows the
	 * room wants to know every few seconds, and as soon as a hint says that they
	 * have changed. One row of the program has it; both may be NULL. */
	const struct pg_stmt *const *watch;
	void (*watched)(const struct pg_rows *rows);
};

struct req *relay_req(struct relay *x);
void *relay_state(struct relay *x);

/* From `answered`: it is not admitted before the database has answered this too, JSON
 * in the request's arena. */
void relay_ask(struct relay *x, const struct relay_step *step, const char *what);

/* Call out; one call at a time. `want->body` must live as long as the request. */
void relay_call(struct relay *x, const struct call_want *want);
void relay_call_stop(struct relay *x); /* nothing when there is none */

/* The answer begins now and has no length: its head leaves at once. */
void relay_stream(struct relay *x, int status, const char *type);
bool relay_streaming(const struct relay *x);

/* A piece of it. False: the client is behind; what was given is kept, but give
 * no more until it has caught up. Nothing when the client is gone. */
bool relay_write(struct relay *x, const char *p, size_t n);
bool relay_behind(const struct relay *x);

/* The answer is whole: end the stream, or send what reply_json() or fail() has
 * left in the request. */
void relay_end(struct relay *x);

/* The client gets what reply_json() has left in the request, and is done; the
 * call goes on without it: what is written from here on goes nowhere, and `left`
 * is only called when the process must stop. */
void relay_detach(struct relay *x);

/* Whose it is, once the database has said. -1: E_RATE, that account has as many open
 * here as one may have. */
int relay_owner(struct relay *x, int64_t account);

bool relay_gone(const struct relay *x);  /* has the client left? */
bool relay_ended(const struct relay *x); /* was relay_end() called? */

/* Has an operator stopped all calls? None may begin then; those that are open are
 * told by `left` as soon as the switch is moved. */
bool relay_killed(const struct relay *x);
