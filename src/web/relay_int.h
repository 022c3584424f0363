/* What the files of the call worker share. */
#pragma once
#include "web/loop_int.h"
#include "web/relay.h"

#define RELAY_ARENA (32u << 20) /* a body is held as it came and as it goes out */

struct relays;

struct relay {
	struct req r;
	struct relays *in;
	struct relay *next, *prev;
	void *state;
	struct call *call;
	/* what the client's socket has not taken yet */
	char *out;
	size_t out_at, out_n, out_cap;
	int64_t beat;      /* monotonic: of the next sign of life */
	int64_t settle_at; /* monotonic: when to try again */
	bool streaming, gone, watched, paused;
	bool detached; /* the client has its answer, the call goes on */
	bool ended;    /* the room has said its last */
	bool finished; /* and the client has it, or is gone */
	bool settled;
};

struct relays {
	struct web *web;
	struct pg *pg;
	struct calls *calls;
	int ep;
	struct relay *first;
	size_t open;
	bool stopping;
	int64_t watch_at;                /* monotonic: when it looks again */
};

/* relay_client.c: the side of the client. */
void relay_flush(struct relay *x);      /* the socket has room again */
void relay_client_gone(struct relay *x);
void relay_finish(struct relay *x); /* ended and nothing left to write */
void relay_beat(struct relay *x, int64_t mono);

/* relay_save.c: each call without a client has its pieces kept. */
void relay_save_all(struct relays *s);

/* relay_watch.c: the row that watches looks, when it is time or was hinted at. */
void relay_watch(struct relays *s, bool hinted);
