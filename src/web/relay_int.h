/* What the files of the call worker share. */
#pragma once
#include "base/buf.h"
#include "web/loop_int.h"
#include "web/relay.h"

#define RELAY_HOLD (64u << 20) /* of one call: a large answer as it came and as it goes out */
#define RELAY_ARENA (32u << 20) /* a body is held as it came and as it goes out */

struct relays;

struct relay {
	struct req r;
	struct relays *in;
	struct relay *next, *prev;
	struct relay *behind; /* in the queue in which it waits */
	const char *says;     /* to the database */
	const struct relay_step *step; /* of its admission */
	void *state;
	int64_t account; /* 0: not known yet */
	struct call *call;
	/* what the client's socket has not taken yet */
	char *out;
	size_t out_at, out_n, out_cap;
	int64_t beat;      /* monotonic: of the next sign of life */
	int64_t settle_at; /* monotonic: when to try again */
	bool streaming, gone, watched, paused;
	bool detached; /* the client has its answer, the call goes on */
	bool save_due, saving; /* what has arrived is to be kept, is being kept */
	bool asking;   /* the database has not said yet whether it is admitted */
	bool alone;    /* what it says shares no statement */
	int unsure;    /* the answer was lost: how often to look again for what it did */
	bool ended;    /* the room has said its last */
	bool finished; /* and the client has it, or is gone */
	bool settled;
};

struct relay_queue {
	struct relay *first, *last;
};

#define RELAY_LINES 3

enum relay_line_kind { LINE_ASKS, LINE_SETTLES, LINE_SAVES, LINE_WATCHES };

/* A connection with at most one statement under way. */
struct relay_line {
	enum relay_line_kind kind;
	struct pg *pg;
	struct arena *a; /* of the statement; NULL: idle */
	struct pg_call c;
	const char *args[1];
	struct relay *of[PG_BATCH_MAX]; /* whose it is */
	size_t n;
};

struct relays {
	struct web *web;
	struct relay_line lines[RELAY_LINES];
	struct calls *calls;
	int ep;
	struct relay *first;
	size_t open;
	struct relay_queue to_ask, to_settle, to_settle_again, over;
	bool save_due, watch_due, stopping, ending;
	const struct relay_row *watcher; /* the row that watches, once it was looked for */
	int64_t watch_at;                /* monotonic: when it looks again */
};

/* relay_line.c: what they say to the database. */
void relay_lines_open(struct relays *s);
void relay_lines_close(struct relays *s);
void relay_lines_run(struct relays *s); /* what waits leaves on the lines that are free */
bool relay_line_ready(struct relays *s, void *who); /* an event; false: `who` is no line */
void relay_lines_tick(struct relays *s, int64_t now);
void relay_to_settle(struct relay *x);             /* it has ended */
void relay_finished(struct relay *x);              /* and its client needs it no more */
struct relay *relay_next_over(struct relays *s);   /* settled and finished, or NULL */

/* relay_client.c: the side of the client. */
void relay_flush(struct relay *x);      /* the socket has room again */
void relay_client_gone(struct relay *x);
void relay_finish(struct relay *x); /* ended and nothing left to write */
void relay_beat(struct relay *x, int64_t mono);

/* relay_save.c: each call without a client has its pieces kept. */
void relay_saves_due(struct relays *s);
void relay_saves_fill(struct relays *s, struct relay_line *l, struct buf *b);
void relay_saved(struct relay **of, size_t n, const struct pg_call *c);

/* relay_watch.c: the row that watches looks, when it is time or was hinted at. */
void relay_watch(struct relays *s, bool hinted);
void relay_watched(struct relays *s, const struct pg_call *c);
