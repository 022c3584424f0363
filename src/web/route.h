/*
 * Route: a row is the whole truth about one address.
 *
 * The router matches it, the gate enforces it before any handler runs, and
 * OpenAPI, the route catalog and the web servers' snippets are printed from
 * it (print.h). A read is data: a statement, where its parameters come from,
 * and the projection that the database builds. Only what decides or changes
 * something has a handler. A stream is data too.
 */
#pragma once
#include "base/shape.h"
#include "port/pg.h"

struct req;
struct relay_row;

/* HEAD is a GET without a body. */
enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

/* Kinds of work; each has its processes and its socket. */
enum pool { POOL_FAST, POOL_SLOW, POOL_STREAM, POOL_CALL, POOL_OPERATOR, POOL_HOOK, POOL_CODE, POOL_COUNT };

enum audience {
	AUD_PUBLIC,   /* no credential is looked at */
	AUD_OPEN,     /* a visitor's session is used when there is one; with a scope: a program's token too */
	AUD_CUSTOMER, /* a visitor's session is needed; with a scope: or a program's token, or that of a session */
	AUD_API,      /* a program's token, or a session */
	AUD_AUTH,     /* a signed-in session or its token; with a scope: a service's token */
	AUD_TOKEN,    /* any token that we have signed */
	AUD_OPERATOR, /* the operator's token is needed; with a scope: or a service's for the inside */
	AUD_INTERNAL, /* a service's token for the inside, with the route's scope */
	AUD_COUNT
};

enum site { SITE_PORTAL, SITE_PREVIEW }; /* which host name the web server says it was */

enum rate { RATE_NONE, RATE_WRITE, RATE_CREATE, RATE_AUTH, RATE_STREAM, RATE_CALL, RATE_EXPORT, RATE_COUNT };

/* Where a parameter of a read comes from. */
enum bind { BIND_END, BIND_TOKEN, BIND_NOW, BIND_ARG0, BIND_ARG1, BIND_QUERY0, BIND_QUERY1,
	    BIND_QUERY2, BIND_QUERY3, BIND_QUERY4, BIND_SUBJECT, BIND_SID, BIND_MADE };

#define ROUTE_ARGS 2  /* {names} in a pattern */
#define ROUTE_QUERY 5 /* parameters of a query string */

/* A read. The statement gives one row: whether the caller is known (an account
 * number, anything for a public read), and the answer as JSON text. No row or
 * NULL for the first is 401, NULL for the second 404. */
struct read {
	const struct pg_stmt *stmt;
	enum bind bind[8];
	const char *type; /* NULL: application/json */
	/* For one that is half of what this process knows: a parameter that is made of
	 * it (BIND_MADE), and the answer that is made of the document. Both may be NULL;
	 * no database in either. */
	const char *(*made)(struct req *r);
	int (*answer)(struct req *r, const char *doc);
	/* The same by a program's subject, which is bound where the token is; NULL where
	 * one statement serves both. */
	const struct pg_stmt *program;
	bool held; /* a third column: the code of the error that stands in the way, or NULL */
};

/* A stream. `open` takes the token's hash, the first argument of the path and
 * the last event the caller has: like a read, then the subject's number, its
 * last event and whether that one was final; its sixth parameter is a program's
 * subject. `more` takes account, subject and last event: rows of id, type, JSON and
 * whether it is final, and one without an id when the subject is not the account's. */
struct follow {
	const struct pg_stmt *open, *more;
};

struct route {
	const char *id; /* "build_run.show": for logs, catalog, idempotency */
	enum method method;
	const char *pattern; /* "/api/v1/build-runs/{run_id}"; a last {path*} takes all the rest */
	enum pool pool;
	enum audience audience;
	enum site site;
	const char *scope; /* that a program's token must carry (one of these); NULL for none */
	enum rate rate;
	size_t body_max;            /* 0: no body is taken */
	const struct shape *input;  /* of the body */
	bool raw;                   /* the body is JSON that the room reads itself */
	const struct shape *query;  /* of the query string; all F_TEXT-like */
	bool any_query;             /* other parameters are somebody else's: ignored */
	const struct shape *reply;
	int reply_status;
	const struct read *read;
	const struct follow *follow;
	const struct relay_row *relay; /* web/relay.h */
	int (*handle)(struct req *r);
	bool plain; /* the handler needs no transaction */
	const char *unkeyed; /* why it takes no Idempotency-Key; NULL: a write takes one */
	bool signed_body; /* each body is signed by its sender: where it was sent from says nothing */
	bool unattended; /* for programs that look on: no second factor */
	const char *summary;
	const char *proof; /* the test that shows it */
	bool demo_only;
};

/* All rows of the program: NULL-terminated list of arrays that end at a row
 * without id. */
struct route_table {
	const struct route *const *arrays;
};

enum match { MATCH_NONE, MATCH_METHOD, MATCH_ROUTE };

struct match_result {
	const struct route *route;
	char allow[40]; /* with MATCH_METHOD: the methods that exist */
	struct span {
		const char *p;
		size_t n;
	} args[ROUTE_ARGS];
	size_t args_n;
};

/* Find the row for a method and a still encoded path. */
enum match route_match(const struct route_table *t, enum site site, const char *method,
		       const char *path, size_t n, struct match_result *ret);

/* Walk all rows; stops at a result other than 0. */
int route_each(const struct route_table *t, int (*fn)(void *ctx, const struct route *), void *ctx);

const char *route_method_name(enum method m);
const char *route_pool_name(enum pool p);
const char *route_pool_role(enum pool p); /* in the database: "fast" is bus_fast */
const char *route_audience_name(enum audience a);
