/*
 * Web: a request on its way in and its answer on the way out.
 *
 * What handlers see of the hallway. A handler is called with its input read
 * and checked, the caller known, a transaction open; it makes one rule call and
 * writes one view, or returns -1 after fail(). It never opens transactions,
 * never checks rights, never formats errors.
 */
#pragma once
#include "base/buf.h"
#include "web/route.h"
#include "work/work.h"

struct fcgi;
struct jwt;
struct web;

/* What a token is good for. */
#define API_AUDIENCE "ai.hg.fi/api"   /* calls of programs */
#define AUTH_AUDIENCE "ai.hg.fi/auth" /* a session, and what administers them */
#define INTERNAL_AUDIENCE "ai.hg.fi/internal" /* services among each other */
#define KEY_SUBJECT "key:" /* subject of an API key; then its name, or the hash of it all */
#define SESSION_SUBJECT "sid:" /* caller by a token that was given to a session; then its name */
#define KEY_PREFIX "bk_"   /* before the token that an API key is */

struct req {
	struct work w; /* arena, database, time, actor, error */
	const struct web *web;
	const struct route *route;
	struct fcgi *f;

	/* in */
	const char *method;
	bool head;
	const char *arg[ROUTE_ARGS];    /* of the path, decoded */
	const char *query[ROUTE_QUERY]; /* by the index in route->query; NULL: absent */
	void *in;                       /* the struct that route->input describes */
	const char *body;
	size_t body_len;
	const char *token_hash; /* hexadecimal SHA-256 of the caller's token, or NULL */
	bool by_cookie;
	const char *subject, *scope; /* of a program's token, or NULL */
	const char *sid;             /* the session that a token stands for, or NULL */
	const struct jwt *claims;    /* all of a token, or NULL */
	const char *idem, *idem_who; /* Idempotency-Key or NULL, and whose it is */
	int64_t started;  /* monotonic */

	/* out */
	int status;
	const char *type;
	struct buf head_lines;
	const char *text; /* the body, in the arena; NULL: none */
	size_t text_len;
	bool finished; /* the answer is decided */
	bool stream;   /* it has no length */
	bool begun;    /* head and pieces go out by themselves */

	/* Wakes somebody who would come later by himself: a statement without
	 * parameters, run once for all that want it when no request waits. */
	const struct pg_stmt *hint;
};

/* A header that the web server passed on ("HTTP_ACCEPT"), or NULL. */
const char *req_param(const struct req *r, const char *name);

/* A parameter of the query string by its name in route->query, or NULL. */
const char *req_query(const struct req *r, const char *name);
int64_t req_query_int(const struct req *r, const char *name, int64_t dflt);

/* The answer: status and a JSON text, which stays where it is until it is sent. */
int reply_json(struct req *r, int status, const char *json);

/* Another kind of body. */
int reply_text(struct req *r, int status, const char *type, const char *text);

/* An error as OpenAI's clients read it, in the arena. */
const char *reply_openai_error(struct arena *a, const struct err *e, const char *trace);

/* A body of pieces, for one that no arena should hold: the head goes out now and
 * nothing else may be said. The pieces are written as they come; -1 when the
 * caller has gone. A handler that fails after the head cuts the connection; nginx
 * ends the answer as if it were whole, so the body has to show where it ends. Only
 * in the slow pool: it may block. */
int reply_begin(struct req *r, int status, const char *type);
int reply_piece(struct req *r, const char *text);

/* Status without a body. */
int reply_empty(struct req *r, int status);

/* A further header; the value must not hold line breaks (they end the
 * process: values are ours or were checked). */
void reply_header(struct req *r, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Let the web server send a file of the artifact store: by its path below the
 * store. Which header that takes depends on the web server, and is said by it. */
int reply_file(struct req *r, const char *store_path, const char *type);

/* The session cookies for a new token, and the token that protects writes. */
void reply_session(struct req *r, const char *token);

/* Another cookie that scripts cannot read; and the value of one, or NULL. */
void reply_cookie(struct req *r, const char *name, const char *value, int64_t age_s);
const char *req_cookie(const struct req *r, const char *name);

/* Forget them: the session has ended. */
void reply_session_end(struct req *r);

/* A refusal that is an answer: what the handler has changed is committed. */
int reply_refusal(struct req *r, enum err_id id, const char *detail);

/* A token signed by us. */
char *req_sign(struct req *r, const struct jwt *t);

/* A key of 32 bytes for one purpose; the same in all programs that read the
 * server's secret. */
void req_secret(const struct req *r, const char *purpose, unsigned char to[32]);

/* Who is counted when nobody is known: a /24 or a /64. */
const char *req_network(struct req *r);

/* Fills in the caller from a fresh session, in the middle of a request. */
void req_becomes(struct req *r, int64_t account);

/* For a room that keeps the answers to repeated keys by itself (r->idem is set):
 * a name that follows from caller, route and key; a text sealed under them, in
 * hexadecimal; the same opened again, NULL when it was not sealed so. */
const char *req_keyed_id(struct req *r, const char *prefix);
const char *req_seal(struct req *r, const char *text, size_t n);
char *req_open(struct req *r, const char *hex, size_t *ret_n);

/* Counters of this host since the master started. */
struct web_counters {
	uint64_t requests, errors, streams, streams_refused;
};
struct web_counters web_counters(const struct req *r);
