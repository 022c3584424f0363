/*
 * Pg: the only way to PostgreSQL (libpq).
 *
 * No function here takes SQL text: statements are the constants made from each
 * room's x.sql. Parameters are text, typed by casts in the SQL; a NULL pointer
 * is SQL NULL. Results live in the caller's arena.
 *
 * A connection may keep prepared statements (setting db_prepare); it keeps no
 * other session state, so a PgBouncer in transaction mode may stand between.
 * A broken connection is opened again by the next call, at most five times a
 * second; until then calls fail with E_UNAVAILABLE. So does a call whose server
 * is silent for longer than its statement timeout and db_wait_s: the connection is
 * given up, and what had been sent may take effect or not, as when it breaks.
 */
#pragma once
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct pg;

struct pg_stmt {
	const char *name, *text;
	int params;
};

struct pg_rows {
	int n;         /* rows returned */
	int64_t count; /* rows touched */
	void *result;
};

/* One statement of a batch. The caller fills stmt, args and a; pg_batch() the rest. */
struct pg_call {
	const struct pg_stmt *stmt;
	const char *const *args;
	struct arena *a;
	struct pg_rows rows;
	struct err err;
	int rc; /* 0, or -1 with err */
	bool unsure; /* of pg_send(): failed, and may have happened all the same */
};

#define PG_BATCH_MAX 64

/* A connection object for a login role of sql/roles.sql ("fast" is bus_fast).
 * `direct` goes past the pooler. Connects on first use. */
struct pg *pg_new(const struct conf *c, const char *role, bool direct);
void pg_free(struct pg *p);

/* One statement, one round trip. `args` holds stmt->params pointers. `ret` may
 * be NULL. -1: E_CONFLICT for a violated constraint or a lifecycle edge,
 * E_UNAVAILABLE for what a retry may cure, E_INTERNAL otherwise. */
int pg_exec(struct pg *p, struct arena *a, const struct pg_stmt *s, const char *const *args,
	    struct pg_rows *ret, struct err *e);

/*
 * Up to PG_BATCH_MAX statements in one round trip. They share one sync, because
 * the server answers each with a packet of its own and a commit.
 *
 * PG_SEQUENCE: one that fails fails those behind it (steps of a transaction).
 * PG_INDEPENDENT: one that fails spoils only its own call; those behind it are
 * sent again. Only for statements that may run twice: reads.
 */
enum pg_batch_kind { PG_SEQUENCE, PG_INDEPENDENT };
void pg_batch(struct pg *p, enum pg_batch_kind kind, struct pg_call *calls, size_t n);

/* PG_INDEPENDENT, and `done` is told of each call once, in their order, as soon
 * as its outcome is there and while the server works on those behind it. It
 * must leave the connection alone. */
void pg_batch_each(struct pg *p, struct pg_call *calls, size_t n, void (*done)(void *arg, size_t i),
		   void *arg);

/*
 * One statement that nobody waits for, nor for the connection when that does not
 * stand (but for the look-up of its host's name). `c` and its arguments must live
 * until pg_sent() says PG_DONE; the connection is busy until then, and pg_fd() may
 * be another one after each pg_sent().
 *
 * With `durable` it is a transaction that gives its locks back before the disk has it, and what
 * is then waited for is the disk, in a second transaction without locks: many
 * such statements on several connections share one flush. Done means durable.
 * A failure may leave open whether it has happened: c->unsure.
 *
 * -1: c->err says why, nothing is under way.
 */
int pg_send(struct pg *p, struct pg_call *c, bool durable);

/* Would pg_send() find a connection that stands, one that may be opened, or is it too
 * soon after an attempt that has failed? */
enum pg_chance { PG_TOO_SOON, PG_CLOSED, PG_OPEN };
enum pg_chance pg_chance(const struct pg *p);

/* Go on with it, when pg_fd() is readable (or writable, if that was asked for), and
 * now and then, for a server that says nothing for too long; c->rc, c->rows and
 * c->err are set when it is done. An idle connection that has become readable is
 * looked after as well. */
enum pg_wait { PG_DONE, PG_READ, PG_WRITE };
enum pg_wait pg_sent(struct pg *p);

/* Is a transaction block open? Closes it when the connection is to be reused. */
bool pg_in_transaction(const struct pg *p);
void pg_rollback(struct pg *p);

/* The text of a value, or NULL. Valid as long as the arena of the call. */
const char *pg_text(const struct pg_rows *r, int row, int column);
int64_t pg_int(const struct pg_rows *r, int row, int column); /* 0 for NULL */
bool pg_bool(const struct pg_rows *r, int row, int column);

/* Notifications: a descriptor to poll, and the next payload that has arrived
 * (copied to `to`, "" when there is none); -1 when the connection is gone. */
int pg_fd(const struct pg *p);
int pg_notice(struct pg *p, char *to, size_t cap, bool *ret_any);

/* Does the connection stand (connecting it when needed)? */
int pg_ready(struct pg *p, struct err *e);

/* The whole text of a migration file in one go, on a direct connection. Only
 * sql migrations come this way (`bus db`). */
int pg_script(struct pg *p, const char *sql, struct err *e);
