#include "config.h"

#include "port/pg_int.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/str.h"

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

int pg_ready(struct pg *p, struct err *e)
{
	int64_t now;

	if (p->conn != NULL && PQstatus(p->conn) == CONNECTION_OK)
		return 0;
	now = clock_mono();
	if (now < p->next_try)
		return err_set(e, E_UNAVAILABLE, "database: waiting before the next attempt");
	p->next_try = now + CLOCK_S / 5;
	PQfinish(p->conn);
	pg_int_forget(p);
	p->conn = PQconnectdb(p->conninfo);
	if (PQstatus(p->conn) != CONNECTION_OK)
		return err_set(e, E_UNAVAILABLE, "database: %s", PQerrorMessage(p->conn));
	PQsetNoticeReceiver(p->conn, no_notice, NULL);
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

void pg_int_close(struct pg *p)
{
	PQfinish(p->conn);
	p->conn = NULL;
	pg_int_forget(p);
}

/* SQLSTATE to error. "BUS01" is raised by our own triggers (sql/). */
static enum err_id classify(const char *state)
{
	static const struct {
		const char *head;
		enum err_id id;
	} map[] = {
		{"BUS01", E_CONFLICT}, {"23505", E_CONFLICT},   {"23514", E_CONFLICT},
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
			text ? text : PQerrorMessage(p->conn));
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
		r = PQprepare(p->conn, s->name, s->text, s->params, NULL);
		if (pg_int_take(p, a, s, r, NULL, e) < 0)
			return -1;
		pg_int_prepared(p, s, true);
	}
	r = p->prepare ? PQexecPrepared(p->conn, s->name, s->params, args, NULL, NULL, 0)
		       : PQexecParams(p->conn, s->text, s->params, NULL, args, NULL, NULL, 0);
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
		PQclear(PQexec(p->conn, "ROLLBACK"));
}

int pg_script(struct pg *p, const char *sql, struct err *e)
{
	static const struct pg_stmt script = {"script", "", 0};

	if (pg_ready(p, e) < 0)
		return -1;
	return pg_int_take(p, NULL, &script, PQexec(p->conn, sql), NULL, e);
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
