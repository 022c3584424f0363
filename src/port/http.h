/*
 * Http: calls to other servers (libcurl). No redirect is followed, the answer
 * is bounded, certificates are verified.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

struct http_call {
	const char *method, *url;
	const char *const *headers; /* NULL-terminated "Name: value" */
	const void *body;           /* NULL: none */
	size_t body_len;
	int64_t timeout_us;
	size_t answer_max;
	const char *resolve; /* "host:port:address", or NULL: ask the resolver */
};

struct http_answer {
	int status;
	const char *type; /* content type or "" */
	int64_t at_s;     /* the server's clock (Date), seconds since 1970; 0: it does not say */
	char *headers;    /* as received */
	char *body;
	size_t body_len;
};

/* E_UNAVAILABLE when there was no answer at all. */
int http_do(struct arena *a, const struct http_call *call, struct http_answer *ret, struct err *e);

/* The value of a header of an answer, or NULL. */
const char *http_header(struct arena *a, const struct http_answer *h, const char *name);
