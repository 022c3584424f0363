#include "config.h"

#include "port/pg_int.h"
#include "port/port_sql.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/fault.h"

#include <poll.h>

#define OPEN_LIMIT (3 * CLOCK_S) /* for an attempt to connect, as in pg.c */

/*
 * What leaves in one packet when it is to be durable: the statement with `later`
 * behind it in one transaction, a sync; `disk` in another, a sync. A commit waits for its own record
 * and so for all before it; an empty transaction has no record and waits for
 * nothing, so `disk` writes one.
 *
 * A connection that does not stand is opened on the way (PQconnectPoll), and says
 * before its first statement what the timeout of our role is.
 */

static int put(struct pg *p, struct pg_call *c)
{
	bool prepares = p->prepare && !pg_int_prepared(p, c->stmt, false);

	if (prepares)
		p->steps[p->steps_n++] = (struct pg_step){c, true};
	p->steps[p->steps_n++] = (struct pg_step){c, false};
	return pg_int_send(p, c, prepares);
}

static void lost(struct pg *p, struct pg_call *c)
{
	if (c->rc == 0) { /* else the server had said what it was */
		c->rc = -1;
		c->unsure = true;
		err_set(&c->err, E_UNAVAILABLE, "%s: %s", c->stmt->name, pg_int_why(p));
	}
	pg_int_drop(p);
	p->sent = NULL;
}

static bool put_all(struct pg *p, struct pg_call *c, bool learn)
{
	if ((learn && put(p, &p->timeout) < 0) || put(p, c) < 0 || (p->durable && put(p, &p->later) < 0) ||
	    !PQpipelineSync(p->conn))
		return false;
	return !p->durable || (put(p, &p->disk) == 0 && PQpipelineSync(p->conn));
}

static void say(struct pg *p, bool learn)
{
	struct pg_call *c = p->sent;

	p->timeout = (struct pg_call){.stmt = &port_sql_timeout, .a = c->a};
	p->later = (struct pg_call){.stmt = &port_sql_later, .a = c->a};
	p->disk = (struct pg_call){.stmt = &port_sql_disk, .a = c->a};
	p->steps_n = p->at = 0;
	p->syncs = p->durable ? 2 : 1;
	p->sent_at = clock_mono();
	if (!PQenterPipelineMode(p->conn) || !put_all(p, c, learn))
		lost(p, c);
}

/* ---- a connection on the way */

static void not_opened(struct pg *p, const char *why)
{
	p->sent->rc = err_set(&p->sent->err, E_UNAVAILABLE, "database: %s", why);
	pg_int_opened(p, p->sent_at, false);
	pg_int_drop(p);
	p->sent = NULL;
}

static void begin_to_open(struct pg *p)
{
	p->sent_at = clock_mono();
	p->conn = PQconnectStart(p->conninfo);
	p->opening = PGRES_POLLING_WRITING;
	if (PQstatus(p->conn) == CONNECTION_BAD)
		not_opened(p, pg_int_why(p));
}

/* libpq may only be asked when its socket is ready for what it waits for. */
static void go_on_opening(struct pg *p)
{
	struct pollfd at = {.fd = PQsocket(p->conn),
			    .events = p->opening == PGRES_POLLING_WRITING ? POLLOUT : POLLIN};
	bool late = clock_mono() - p->sent_at >= OPEN_LIMIT;

	if (poll(&at, 1, 0) > 0)
		p->opening = PQconnectPoll(p->conn);
	if (p->opening == PGRES_POLLING_OK && pg_int_set_up(p)) {
		p->opening = 0;
		pg_int_opened(p, p->sent_at, true);
		p->limit = p->patience; /* until the server says more */
		say(p, true);
	} else if (late || (p->opening != PGRES_POLLING_READING && p->opening != PGRES_POLLING_WRITING)) {
		not_opened(p, late ? "it does not answer" : pg_int_why(p));
	}
}

/* ---- a call */

int pg_send(struct pg *p, struct pg_call *c, bool durable)
{
	bool open;

	check(p->sent == NULL);
	c->rc = 0;
	c->unsure = false;
	if (fault_fails("pg.batch"))
		return c->rc = err_set(&c->err, E_UNAVAILABLE, "%s: injected", c->stmt->name);
	open = pg_chance(p) == PG_OPEN;
	if (!open && pg_int_may_open(p, &c->err) < 0)
		return c->rc = -1;
	p->sent = c;
	p->durable = durable;
	if (open)
		say(p, false);
	else
		begin_to_open(p);
	return c->rc;
}

/* A result; none is the end of a command's. False: there are more than were asked for. */
static bool take_one(struct pg *p)
{
	PGresult *r = PQgetResult(p->conn);
	struct pg_step *step = &p->steps[p->at];
	ExecStatusType status = PQresultStatus(r);

	if (status == PGRES_PIPELINE_SYNC) {
		p->syncs--;
		PQclear(r);
		return true;
	}
	if (p->at == p->steps_n) {
		PQclear(r);
		return false;
	}
	if (r == NULL) {
		if (step->prepares && step->of->rc == 0)
			pg_int_prepared(p, step->of->stmt, true);
		else if (step->of == &p->timeout && step->of->rows.n == 1)
			pg_int_learn(p, pg_text(&step->of->rows, 0, 0));
		p->at++;
	} else if (step->of->rc < 0 || status == PGRES_PIPELINE_ABORTED) {
		step->of->rc = -1;
		PQclear(r);
	} else {
		step->of->rc = pg_int_take(p, step->of->a, step->of->stmt, r,
					   step->prepares ? NULL : &step->of->rows, &step->of->err);
	}
	return true;
}

static enum pg_wait done(struct pg *p)
{
	struct pg_call *c = p->sent;

	if (c->rc < 0 && p->timeout.rc < 0)
		c->err = p->timeout.err; /* it was not come to */
	if (c->rc == 0 && (p->later.rc < 0 || p->disk.rc < 0)) {
		c->rc = -1;
		c->unsure = true;
		err_set(&c->err, E_UNAVAILABLE, "%s: not known to be on disk: %s", c->stmt->name,
			p->later.rc < 0 ? p->later.err.detail : p->disk.err.detail);
	}
	p->sent = NULL;
	if (!PQexitPipelineMode(p->conn))
		pg_int_drop(p);
	return PG_DONE;
}

enum pg_wait pg_sent(struct pg *p)
{
	bool sane = true;
	int left;

	if (p->opening)
		go_on_opening(p);
	if (p->opening)
		return p->opening == PGRES_POLLING_WRITING ? PG_WRITE : PG_READ;
	if (p->sent == NULL) {
		if (p->conn != NULL && (!PQconsumeInput(p->conn) || PQstatus(p->conn) != CONNECTION_OK))
			pg_int_drop(p);
		return PG_DONE;
	}
	left = PQflush(p->conn);
	sane = left >= 0 && PQconsumeInput(p->conn);
	while (sane && p->syncs > 0 && !PQisBusy(p->conn))
		sane = PQstatus(p->conn) == CONNECTION_OK && take_one(p);
	if (p->syncs == 0)
		return done(p);
	if (sane && (p->limit == 0 || clock_mono() - p->sent_at < p->limit))
		return left > 0 ? PG_WRITE : PG_READ;
	lost(p, p->sent);
	return PG_DONE;
}
