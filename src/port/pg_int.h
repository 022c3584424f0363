/* What pg*.c share. */
#pragma once
#include "port/pg.h"

#include <libpq-fe.h>

#define PG_PREPARED_MAX 256

struct pg {
	PGconn *conn;
	char *conninfo;
	bool prepare;
	int64_t next_try;                               /* monotonic */
	PostgresPollingStatusType opening; /* pg_send.c: what the attempt waits for; 0: there is none */
	int64_t patience, limit; /* us of silence: as configured, with this connection's statements; 0: any */
	const struct pg_stmt *prepared[PG_PREPARED_MAX]; /* open hash set */
	/* pg_send.c: the call under way, what follows it, and the results that are to come */
	struct pg_call *sent, later, disk, timeout;
	struct pg_step {
		struct pg_call *of;
		bool prepares;
	} steps[8];
	size_t steps_n, at;
	int syncs; /* that are to come */
	int64_t sent_at; /* monotonic */
	bool durable;
};

/* Has `s` been prepared on this connection? If not, and `add`, it is from now on. */
bool pg_int_prepared(struct pg *p, const struct pg_stmt *s, bool add);
void pg_int_forget(struct pg *p);

/* Close the connection: the next call opens a new one. */
void pg_int_drop(struct pg *p);

/* Before an attempt to open a connection: close what there was, or -1 with
 * E_UNAVAILABLE when it is too soon. Then how the one that began then (monotonic) has
 * ended: for as long as one took that has failed, there is no other. */
int pg_int_may_open(struct pg *p, struct err *e);
void pg_int_opened(struct pg *p, int64_t began, bool ok);

/* Of a connection that is new: false when it cannot be used. */
bool pg_int_set_up(struct pg *p);

/* The server ends a statement at the timeout of our role; so long it may take. */
void pg_int_learn(struct pg *p, const char *timeout_ms);

/* Everything to the server; -1 when the connection is gone. The next result, as
 * PQgetResult(). Both drop a connection whose server says nothing for too long. */
int pg_int_flush(struct pg *p);
PGresult *pg_int_result(struct pg *p);

/* Why a connection has failed. */
const char *pg_int_why(const struct pg *p);

/* Into the pipeline: prepare it when asked to, and execute it. */
int pg_int_send(struct pg *p, const struct pg_call *c, bool prepares);

/* Take a result: rows into `ret`, or the error into `e`. */
int pg_int_take(struct pg *p, struct arena *a, const struct pg_stmt *s, PGresult *r,
		struct pg_rows *ret, struct err *e);
