/*
 * Model_sse: reads an event stream (WHATWG HTML, server-sent events) bit by bit.
 *
 * However the bytes are cut, whole events come out: with any of the three line
 * ends, comments left out, data of many lines joined. What an event may hold
 * is bounded; a longer one ends the stream.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define MODEL_EVENT_MAX (1u << 20)

struct model_sse {
	char *p; /* data of the event so far, then the line so far */
	size_t data, line, cap;
	char event[64];
	bool cr, started, over;
};

/* One event: its name ("" when it has none) and its data, NUL-terminated and
 * valid during the call. False stops the reading. */
typedef bool model_event(void *ctx, const char *event, const char *data, size_t n);

void model_sse_init(struct model_sse *s);
void model_sse_free(struct model_sse *s);

/* The next piece. False when the callback stopped it or an event was too long
 * (s->over). */
bool model_sse_feed(struct model_sse *s, const char *p, size_t n, model_event *fn, void *ctx);
