#include "config.h"

#include "port/pg_int.h"
#include "base/check.h"
#include "base/fault.h"

#include <string.h>

/* A batch is sent whole, and what is answered meanwhile kept by libpq. */
struct batch {
	struct pg *p;
	struct pg_call *calls;
	size_t n, known; /* calls, and how many of them have their outcome */
	void (*done)(void *arg, size_t i);
	void *arg;
};

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

static void know(struct batch *b, int rc)
{
	b->calls[b->known].rc = rc;
	if (b->done != NULL)
		b->done(b->arg, b->known);
	b->known++;
}

static void fail_rest(struct batch *b)
{
	while (b->known < b->n) {
		struct pg_call *c = &b->calls[b->known];

		err_set(&c->err, E_UNAVAILABLE, "%s: %s", c->stmt->name, pg_int_why(b->p));
		know(b, -1);
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

/* Send what is not known yet, and take it: to the first that fails. */
static void run(struct batch *b)
{
	bool prepares[PG_BATCH_MAX], failed = false;
	size_t from = b->known, sent = from;
	struct pg *p = b->p;

	for (; sent < b->n; sent++) {
		prepares[sent] = must_prepare(p, b->calls + from, sent - from);
		if (pg_int_send(p, &b->calls[sent], prepares[sent]) < 0)
			break;
	}
	if (sent < b->n || !PQpipelineSync(p->conn) || pg_int_flush(p) < 0) {
		fail_rest(b);
		return;
	}
	for (size_t i = from; i < b->n && PQstatus(p->conn) == CONNECTION_OK; i++) {
		int rc = take_call(p, &b->calls[i], prepares[i]);

		if (!failed && rc <= 0)
			know(b, rc);
		failed = failed || rc != 0;
	}
	if (PQstatus(p->conn) == CONNECTION_OK)
		PQclear(pg_int_result(p)); /* the sync */
}

static void run_all(struct batch *b, enum pg_batch_kind kind)
{
	struct pg *p = b->p;
	struct err e = {0};

	check(b->n <= PG_BATCH_MAX);
	if (b->n == 0)
		return;
	if (fault_fails("pg.batch") || pg_ready(p, &e) < 0 || !PQenterPipelineMode(p->conn)) {
		fail_rest(b);
		return;
	}
	/* Each turn answers at least one call: the one that failed. */
	do
		run(b);
	while (kind == PG_INDEPENDENT && b->known < b->n && PQstatus(p->conn) == CONNECTION_OK);
	fail_rest(b);
	if (PQstatus(p->conn) != CONNECTION_OK || !PQexitPipelineMode(p->conn)) {
		pg_int_drop(p); /* in an unknown state */
	}
}

void pg_batch(struct pg *p, enum pg_batch_kind kind, struct pg_call *calls, size_t n)
{
	struct batch b = {.p = p, .calls = calls, .n = n};

	run_all(&b, kind);
}

void pg_batch_each(struct pg *p, struct pg_call *calls, size_t n, void (*done)(void *arg, size_t i),
		   void *arg)
{
	struct batch b = {.p = p, .calls = calls, .n = n, .done = done, .arg = arg};

	run_all(&b, PG_INDEPENDENT);
}
