#include "config.h"

#include "port/pg_int.h"
#include "port/port_sql.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

static void no_notice(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

/* A value of a conninfo string. */
static void put_value(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, " %s='", key);
	for (; *value; value++) {
		if (*value == '\'' || *value == '\\')
			buf_putc(b, '\\');
		buf_putc(b, *value);
	}
	buf_putc(b, '\'');
}

struct pg *pg_new(const struct conf *c, const char *role, bool direct)
{
	struct arena *a = arena_new(64 * 1024);
	struct pg *p = calloc(1, sizeof(*p));
	struct buf b;

	check(p != NULL);
	buf_init(&b, a, 32 * 1024);
	/* for TCP; a connection that only listens has no other sign of the end */
	buf_printf(&b, "keepalives_idle=30 keepalives_interval=5 keepalives_count=3 "
		   "tcp_user_timeout=%lld ", (long long)(c->db_wait_s * CLOCK_S / CLOCK_MS));
	buf_puts(&b, c->db_options);
	put_value(&b, "host", direct ? c->db_direct_host : c->db_host);
	put_value(&b, "port",
		  arena_printf(a, "%lld", (long long)(direct ? c->db_direct_port : c->db_port)));
	put_value(&b, "dbname", c->db_name);
	put_value(&b, "user", arena_printf(a, "bus_%s", role));
	put_value(&b, "application_name", arena_printf(a, "bus %s", role));
	put_value(&b, "connect_timeout", "3");
	put_value(&b, "client_encoding", "UTF8");
	check(!b.over);
	p->conninfo = strdup(buf_str(&b));
	p->prepare = direct || c->db_prepare;
	p->patience = strcmp(role, "admin") == 0 ? 0 : c->db_wait_s * CLOCK_S; /* migrations take their time */
	arena_free(a);
	return p;
}

void pg_free(struct pg *p)
{
	if (p == NULL)
		return;
	PQfinish(p->conn);
	free(p->conninfo);
	free(p);
}

void pg_int_drop(struct pg *p)
{
	PQfinish(p->conn);
	p->conn = NULL;
	p->opening = 0;
	pg_int_forget(p);
}

const char *pg_int_why(const struct pg *p)
{
	return p->conn == NULL ? "the connection was given up" : PQerrorMessage(p->conn);
}

/* Until the socket is ready, or the server was silent for too long. */
static bool await(struct pg *p, short events, int64_t end)
{
	struct pollfd at = {.fd = PQsocket(p->conn), .events = events};
	int64_t left = p->limit ? end - clock_mono() : INT64_MAX;
	int ms = left > INT_MAX ? -1 : (int)((left + CLOCK_MS - 1) / CLOCK_MS);

	if (left > 0 && (poll(&at, 1, ms) > 0 || p->limit == 0 || clock_mono() < end))
		return true;
	pg_int_drop(p);
	return false;
}

int pg_int_flush(struct pg *p)
{
	int64_t end = clock_mono() + p->limit;
	int rc;

	while ((rc = PQflush(p->conn)) > 0)
		if (!await(p, POLLIN | POLLOUT, end) || !PQconsumeInput(p->conn))
			return -1;
	return rc;
}

PGresult *pg_int_result(struct pg *p)
{
	int64_t end = clock_mono() + p->limit;

	while (PQisBusy(p->conn))
		if (!await(p, POLLIN, end) || !PQconsumeInput(p->conn))
			break;
	return PQgetResult(p->conn);
}

/* What was sent gave this: its last result. */
static PGresult *answer(struct pg *p, int sent)
{
	PGresult *last = NULL, *r;

	if (!sent || pg_int_flush(p) < 0)
		return NULL;
	while ((r = pg_int_result(p)) != NULL) {
		PQclear(last);
		last = r;
	}
	return last;
}

void pg_int_learn(struct pg *p, const char *timeout_ms)
{
	p->limit = p->patience ? p->patience + strtoll(timeout_ms, NULL, 10) * CLOCK_MS : 0;
}

static bool learn_limit(struct pg *p)
{
	PGresult *r;
	bool ok;

	p->limit = p->patience;
	if (p->limit == 0)
		return true;
	r = answer(p, PQsendQuery(p->conn, port_sql_timeout.text));
	ok = PQntuples(r) == 1;
	if (ok)
		pg_int_learn(p, PQgetvalue(r, 0, 0));
	PQclear(r);
	return ok;
}

enum pg_chance pg_chance(const struct pg *p)
{
	if (p->conn != NULL && PQstatus(p->conn) == CONNECTION_OK)
		return PG_OPEN;
	return clock_mono() < p->next_try ? PG_TOO_SOON : PG_CLOSED;
}

int pg_int_may_open(struct pg *p, struct err *e)
{
	if (pg_chance(p) == PG_TOO_SOON)
		return err_set(e, E_UNAVAILABLE, "database: waiting before the next attempt");
	pg_int_drop(p);
	return 0;
}

void pg_int_opened(struct pg *p, int64_t began, bool ok)
{
	p->next_try = CLOCK_S / 5 + (ok ? began : 2 * clock_mono() - began);
}

bool pg_int_set_up(struct pg *p)
{
	PQsetNoticeReceiver(p->conn, no_notice, NULL);
	return PQsetnonblocking(p->conn, 1) == 0;
}

int pg_ready(struct pg *p, struct err *e)
{
	int64_t began = clock_mono();
	bool ok;

	if (pg_chance(p) == PG_OPEN)
		return 0;
	if (pg_int_may_open(p, e) < 0)
		return -1;
	p->conn = PQconnectdb(p->conninfo);
	ok = pg_int_set_up(p) && learn_limit(p);
	pg_int_opened(p, began, ok);
	if (!ok)
		return err_set(e, E_UNAVAILABLE, "database: %s", pg_int_why(p));
	return 0;
}

static size_t slot_of(const struct pg_stmt *s)
{
	return ((uintptr_t)s >> 3) * 2654435761u % PG_PREPARED_MAX;
}

bool pg_int_prepared(struct pg *p, const struct pg_stmt *s, bool add)
{
	size_t i = slot_of(s);

	for (size_t tries = 0; tries < PG_PREPARED_MAX; tries++) {
		if (p->prepared[i] == s)
			return true;
		if (p->prepared[i] == NULL)
			break;
		i = (i + 1) % PG_PREPARED_MAX;
	}
	check(p->prepared[i] == NULL); /* the closed list is smaller than the table */
	if (add)
		p->prepared[i] = s;
	return false;
}

void pg_int_forget(struct pg *p)
{
	memset(p->prepared, 0, sizeof(p->prepared));
}

/* SQLSTATE to error. "BUS01" and "BUS02" are raised by our own triggers (sql/). */
static enum err_id classify(const char *state)
{
	static const struct {
		const char *head;
		enum err_id id;
	} map[] = {
		{"BUS01", E_CONFLICT}, {"BUS02", E_DISABLED},   {"23505", E_CONFLICT}, {"23514", E_CONFLICT},
		{"40001", E_UNAVAILABLE}, {"40P01", E_UNAVAILABLE}, {"55P03", E_UNAVAILABLE},
		{"57014", E_UNAVAILABLE}, {"57P", E_UNAVAILABLE}, {"08", E_UNAVAILABLE},
		{"53", E_UNAVAILABLE}, {"25006", E_UNAVAILABLE}, {"25P03", E_UNAVAILABLE},
	};

	if (state == NULL)
		return E_UNAVAILABLE; /* the connection broke */
	for (size_t i = 0; i < COUNT(map); i++)
		if (str_starts(state, map[i].head))
			return map[i].id;
	return E_INTERNAL;
}

static void clear_result(void *r)
{
	PQclear(r);
}

int pg_int_take(struct pg *p, struct arena *a, const struct pg_stmt *s, PGresult *r,
		struct pg_rows *ret, struct err *e)
{
	ExecStatusType st = PQresultStatus(r);
	const char *n;

	if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK) {
		const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
		const char *text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

		if (state != NULL && strcmp(state, "26000") == 0)
			pg_int_forget(p); /* the server lost our prepared statements */
		err_set(e, classify(state), "%s: %s %s", s->name, state ? state : "-----",
			text ? text : pg_int_why(p));
		PQclear(r);
		return -1;
	}
	if (strcmp(PQcmdStatus(r), "ROLLBACK") == 0 && strcmp(s->text, "COMMIT") == 0) {
		PQclear(r); /* a statement had failed: the server undid it all and says so here */
		return err_set(e, E_INTERNAL, "commit of a failed transaction");
	}
	if (ret == NULL) {
		PQclear(r);
		return 0;
	}
	arena_defer(a, clear_result, r);
	n = PQcmdTuples(r);
	ret->result = r;
	ret->n = PQntuples(r);
	ret->count = *n ? strtoll(n, NULL, 10) : 0;
	return 0;
}

int pg_exec(struct pg *p, struct arena *a, const struct pg_stmt *s, const char *const *args,
	    struct pg_rows *ret, struct err *e)
{
	struct pg_rows rows = {0};
	PGresult *r;

	if (fault_fails("pg.exec"))
		return err_set(e, E_UNAVAILABLE, "%s: injected", s->name);
	if (pg_ready(p, e) < 0)
		return -1;
	if (p->prepare && !pg_int_prepared(p, s, false)) {
		r = answer(p, PQsendPrepare(p->conn, s->name, s->text, s->params, NULL));
		if (pg_int_take(p, a, s, r, NULL, e) < 0)
			return -1;
		pg_int_prepared(p, s, true);
	}
	r = answer(p, p->prepare ? PQsendQueryPrepared(p->conn, s->name, s->params, args, NULL, NULL, 0)
				 : PQsendQueryParams(p->conn, s->text, s->params, NULL, args, NULL, NULL, 0));
	return pg_int_take(p, a, s, r, ret ? ret : &rows, e);
}

bool pg_in_transaction(const struct pg *p)
{
	PGTransactionStatusType t = p->conn ? PQtransactionStatus(p->conn) : PQTRANS_UNKNOWN;

	return t == PQTRANS_INTRANS || t == PQTRANS_INERROR;
}

void pg_rollback(struct pg *p)
{
	if (pg_in_transaction(p))
		PQclear(answer(p, PQsendQuery(p->conn, "ROLLBACK")));
}

int pg_script(struct pg *p, const char *sql, struct err *e)
{
	static const struct pg_stmt script = {"script", "", 0};

	if (pg_ready(p, e) < 0)
		return -1;
	return pg_int_take(p, NULL, &script, answer(p, PQsendQuery(p->conn, sql)), NULL, e);
}

const char *pg_text(const struct pg_rows *r, int row, int column)
{
	check(row < r->n && column < PQnfields(r->result));
	return PQgetisnull(r->result, row, column) ? NULL : PQgetvalue(r->result, row, column);
}

int64_t pg_int(const struct pg_rows *r, int row, int column)
{
	const char *s = pg_text(r, row, column);

	return s == NULL ? 0 : strtoll(s, NULL, 10);
}

bool pg_bool(const struct pg_rows *r, int row, int column)
{
	const char *s = pg_text(r, row, column);

	return s != NULL && *s == 't';
}

int pg_fd(const struct pg *p)
{
	return p->conn == NULL ? -1 : PQsocket(p->conn);
}

int pg_notice(struct pg *p, char *to, size_t cap, bool *ret_any)
{
	PGnotify *n;

	*ret_any = false;
	*to = '\0';
	if (p->conn == NULL || !PQconsumeInput(p->conn) || PQstatus(p->conn) != CONNECTION_OK)
		return -1;
	if ((n = PQnotifies(p->conn)) == NULL)
		return 0;
	*ret_any = true;
	if (strlen(n->extra) < cap)
		memcpy(to, n->extra, strlen(n->extra) + 1);
	PQfreemem(n);
	return 0;
}
