/*
 * Model sse: the event stream of an upstream, read as it arrives.
 *
 * Any split of the bytes gives the same events. Lines end with CR, LF or both;
 * comments are skipped, several data lines are joined with a line feed, a byte
 * order mark at the start is ignored. What one event may hold is bounded; the
 * room for it grows as needed and is used again for the next.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

#define MODEL_SSE_MAX (1024u * 1024)

struct model_event {
	const char *type; /* of the event line; "" when there was none */
	const char *data; /* NUL-terminated; valid during the call */
	size_t n;
};

struct model_sse {
	struct buf line, data;
	char type[64];
	bool has_data, after_cr, started, ended;
};

/* Returns 0 to go on; anything else stops the reader, which returns it. */
typedef int model_event_fn(void *ctx, const struct model_event *ev);

/* One event with its longest line must fit `max` bytes. */
void model_sse_init(struct model_sse *s, struct arena *a, size_t max);

/* -1 and E_UNAVAILABLE: an event is too long. After that, and after a stop, the
 * stream is not read on. */
int model_sse_feed(struct model_sse *s, const char *p, size_t n, model_event_fn *fn, void *ctx,
		   struct err *e);

/* The stream is over: what was not yet closed by an empty line is given to fn,
 * because the last event is the one that holds the usage. It may be cut. */
int model_sse_end(struct model_sse *s, model_event_fn *fn, void *ctx, struct err *e);
