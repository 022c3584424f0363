#include "config.h"

#include "port/pg_int.h"
#include "base/check.h"
#include "base/fault.h"

#include <string.h>

/*
 * A batch is sent whole before anything is read. That cannot deadlock: 64
 * statements with their parameters are far smaller than a socket buffer.
 * Every call is followed by a sync of its own, so that a failing statement
 * ends only its own implicit transaction.
 */

static int send_call(struct pg *p, const struct pg_call *c, bool *ret_prepares)
{
	const struct pg_stmt *s = c->stmt;

	*ret_prepares = p->prepare && !pg_int_prepared(p, s, true);
	if (*ret_prepares && !PQsendPrepare(p->conn, s->name, s->text, s->params, NULL))
		return -1;
	if (!(p->prepare
		      ? PQsendQueryPrepared(p->conn, s->name, s->params, c->args, NULL, NULL, 0)
		      : PQsendQueryParams(p->conn, s->text, s->params, NULL, c->args, NULL, NULL,
					  0)))
		return -1;
	return PQpipelineSync(p->conn) ? 0 : -1;
}

/* The result of one command; NULL ends it. An aborted command (its PREPARE
 * failed before it) keeps the first error. */
static int take_command(struct pg *p, struct pg_call *c, struct pg_rows *ret)
{
	PGresult *r, *first = PQgetResult(p->conn);
	int rc;

	if (first == NULL)
		return err_set(&c->err, E_UNAVAILABLE, "%s: connection lost", c->stmt->name);
	rc = pg_int_take(p, c->a, c->stmt, first, ret, &c->err);
	while ((r = PQgetResult(p->conn)) != NULL)
		PQclear(r);
	return rc;
}

static void take_call(struct pg *p, struct pg_call *c, bool prepares)
{
	PGresult *sync;

	c->rc = prepares ? take_command(p, c, NULL) : 0;
	if (c->rc < 0) {
		pg_int_forget(p);
		if (PQstatus(p->conn) == CONNECTION_OK)
			take_command(p, c, NULL); /* the call itself, aborted */
	} else {
		c->rc = take_command(p, c, &c->rows);
	}
	if (PQstatus(p->conn) != CONNECTION_OK)
		return;
	sync = PQgetResult(p->conn);
	check(sync == NULL || PQresultStatus(sync) == PGRES_PIPELINE_SYNC ||
	      PQstatus(p->conn) != CONNECTION_OK);
	PQclear(sync);
}

static void fail_from(struct pg *p, struct pg_call *calls, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++) {
		calls[i].rc = -1;
		err_set(&calls[i].err, E_UNAVAILABLE, "%s: %s", calls[i].stmt->name,
			p->conn ? PQerrorMessage(p->conn) : "no connection");
	}
}

void pg_batch(struct pg *p, struct pg_call *calls, size_t n)
{
	bool prepares[PG_BATCH_MAX];
	size_t sent = 0;
	struct err e = {0};

	check(n <= PG_BATCH_MAX);
	if (n == 0)
		return;
	if (fault_fails("pg.batch") || pg_ready(p, &e) < 0 || !PQenterPipelineMode(p->conn)) {
		fail_from(p, calls, 0, n);
		return;
	}
	while (sent < n && send_call(p, &calls[sent], &prepares[sent]) == 0)
		sent++;
	if (PQflush(p->conn) != 0)
		sent = 0;
	for (size_t i = 0; i < sent; i++) {
		if (PQstatus(p->conn) != CONNECTION_OK) {
			fail_from(p, calls, i, n);
			break;
		}
		take_call(p, &calls[i], prepares[i]);
	}
	if (sent < n)
		fail_from(p, calls, sent, n);
	if (sent < n || PQstatus(p->conn) != CONNECTION_OK || !PQexitPipelineMode(p->conn)) {
		PQfinish(p->conn); /* in an unknown state: the next call opens a new one */
		p->conn = NULL;
		pg_int_forget(p);
	}
}
