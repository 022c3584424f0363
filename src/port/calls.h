/*
 * Calls: many HTTP calls at once in one event loop (libcurl's multi interface).
 *
 * A struct calls has one descriptor to poll, and a time to be called by;
 * calls_run() does what is ready and tells each call's owner by callbacks. Connections are kept and used again.
 * No redirect is followed, headers are bounded, certificates are verified,
 * nothing is decoded. Nothing here blocks.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct calls;
struct call;

#define CALL_HEAD_MAX 65536 /* bytes of headers in one answer */

struct call_want {
	const char *url;            /* http or https */
	const char *const *headers; /* NULL-terminated "Name: value"; copied */
	const void *body;           /* of a POST; must outlive the call. NULL: a GET */
	size_t body_len;
	int64_t connect_us; /* until the connection stands */
	int64_t idle_us;    /* longest silence of the other side; seen within a quarter second */
	int64_t total_us;   /* longest life; 0: no limit */
};

enum call_end {
	CALL_DONE,    /* the answer is whole */
	CALL_REFUSED, /* nothing was asked: no connection, or not a byte of the request left */
	CALL_TIMEOUT, /* too long silent, or too long at all */
	CALL_BROKEN   /* cut, malformed, too large a head */
};

/* What the owner is told. `ctx` is its own. call_stop() may be called from any
 * of them. */
struct call_on {
	/* The head is there: status, content type and Retry-After ("" when absent). */
	void (*head)(void *ctx, int status, const char *type, const char *retry_after);
	/* A piece of the body, 16 KiB at most. False: not taken; it comes again after
	 * call_resume(). */
	bool (*data)(void *ctx, const char *p, size_t n);
	/* The last there is to say; the call is gone afterwards. */
	void (*end)(void *ctx, enum call_end how, const char *detail);
};

struct calls *calls_new(void);
void calls_free(struct calls *c);

/* calls_run() has work when its descriptor is readable, and after calls_wait_ms()
 * milliseconds, which are at most `most`. */
int calls_fd(const struct calls *c);
int calls_wait_ms(const struct calls *c, int most);
void calls_run(struct calls *c);

/* Begin; the request leaves with the next calls_run(). */
struct call *call_start(struct calls *c, const struct call_want *want, const struct call_on *on,
			void *ctx);

/* Go on after a piece was not taken. */
void call_resume(struct call *k);

/* Give it up: the connection is closed, nothing more is told. */
void call_stop(struct call *k);
