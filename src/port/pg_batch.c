#include "config.h"

#include "port/pg_int.h"
#include "base/check.h"
#include "base/fault.h"

#include <string.h>

/* A batch is sent whole, and what is answered meanwhile kept by libpq. */

int pg_int_send(struct pg *p, const struct pg_call *c, bool prepares)
{
	const struct pg_stmt *s = c->stmt;

	if (prepares && !PQsendPrepare(p->conn, s->name, s->text, s->params, NULL))
		return -1;
	if (p->prepare)
		return PQsendQueryPrepared(p->conn, s->name, s->params, c->args, NULL, NULL, 0) ? 0 : -1;
	return PQsendQueryParams(p->conn, s->text, s->params, NULL, c->args, NULL, NULL, 0) ? 0 : -1;
}

/* The result of one command and the NULL behind it. 1 when the command was
 * passed over because one before it had failed. */
static int take_command(struct pg *p, struct pg_call *c, struct pg_rows *ret)
{
	PGresult *r = pg_int_result(p);
	bool aborted = PQresultStatus(r) == PGRES_PIPELINE_ABORTED;
	int rc;

	if (r == NULL)
		return err_set(&c->err, E_UNAVAILABLE, "%s: %s", c->stmt->name, pg_int_why(p));
	if (aborted)
		PQclear(r);
	rc = aborted ? 1 : pg_int_take(p, c->a, c->stmt, r, ret, &c->err);
	while ((r = pg_int_result(p)) != NULL)
		PQclear(r);
	return rc;
}

/* 0, -1 failed, 1 passed over. What was passed over was not prepared either. */
static int take_call(struct pg *p, struct pg_call *c, bool prepares)
{
	int rc = prepares ? take_command(p, c, NULL) : 0;

	if (rc == 0 && prepares)
		pg_int_prepared(p, c->stmt, true);
	if (rc == 0)
		return take_command(p, c, &c->rows);
	if (PQstatus(p->conn) == CONNECTION_OK) {
		struct pg_call ignored = {.stmt = c->stmt, .a = c->a};

		take_command(p, &ignored, NULL);
	}
	return rc;
}

static void fail_all(struct pg *p, struct pg_call *calls, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++) {
		calls[i].rc = -1;
		err_set(&calls[i].err, E_UNAVAILABLE, "%s: %s", calls[i].stmt->name,
			pg_int_why(p));
	}
}

/* Must this one be prepared, and is it the first of its kind among them? */
static bool must_prepare(struct pg *p, const struct pg_call *calls, size_t i)
{
	bool must = p->prepare && !pg_int_prepared(p, calls[i].stmt, false);

	for (size_t k = 0; must && k < i; k++)
		must = calls[k].stmt != calls[i].stmt;
	return must;
}

/* Send all, take all. How many were answered, before one failed or at all. */
static size_t run(struct pg *p, struct pg_call *calls, size_t n)
{
	bool prepares[PG_BATCH_MAX];
	size_t sent = 0, done = 0;
	int rc = 0;

	for (; sent < n; sent++) {
		prepares[sent] = must_prepare(p, calls, sent);
		if (pg_int_send(p, &calls[sent], prepares[sent]) < 0)
			break;
	}
	if (sent < n || !PQpipelineSync(p->conn) || pg_int_flush(p) < 0) {
		fail_all(p, calls, 0, n);
		return n;
	}
	for (size_t i = 0; i < n; i++) {
		int got = PQstatus(p->conn) == CONNECTION_OK ? take_call(p, &calls[i], prepares[i]) : 1;

		if (rc == 0) {
			calls[i].rc = rc = got < 0 ? -1 : 0;
			done += got <= 0;
		}
	}
	if (PQstatus(p->conn) == CONNECTION_OK)
		PQclear(pg_int_result(p)); /* the sync */
	return done;
}

void pg_batch(struct pg *p, enum pg_batch_kind kind, struct pg_call *calls, size_t n)
{
	struct err e = {0};
	size_t done = 0;

	check(n <= PG_BATCH_MAX);
	if (n == 0)
		return;
	if (fault_fails("pg.batch") || pg_ready(p, &e) < 0 || !PQenterPipelineMode(p->conn)) {
		fail_all(p, calls, 0, n);
		return;
	}
	/* Each turn answers at least one call: the one that failed. */
	do
		done += run(p, calls + done, n - done);
	while (kind == PG_INDEPENDENT && done < n && PQstatus(p->conn) == CONNECTION_OK);
	fail_all(p, calls, done, n);
	if (PQstatus(p->conn) != CONNECTION_OK || !PQexitPipelineMode(p->conn)) {
		pg_int_drop(p); /* in an unknown state */
	}
}
