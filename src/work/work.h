/*
 * Work: the unit of work. One HTTP request, one item of a pass, one command.
 *
 * A struct work is made at a door (web, reap, cli) and passed down. It holds
 * the arena that owns everything of the unit, the database connection, the
 * time (read once), who acts, and the first failure. Rules and stores take it
 * as their first argument; nothing below a door logs.
 *
 * One transaction per unit, opened by the door. No call to the outside is made
 * while it is open: write down the intent, commit, call, then write the result
 * in a unit of its own.
 */
#pragma once
#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "port/pg.h"

enum actor_kind {
	ACTOR_NOBODY,   /* no credential */
	ACTOR_CUSTOMER, /* a visitor's session; account is set */
	ACTOR_OPERATOR,
	ACTOR_SYSTEM    /* the reaper */
};

struct actor {
	enum actor_kind kind;
	int64_t account;  /* 0: none */
	const char *session; /* hexadecimal hash of the session's token, or NULL */
	const char *name; /* for history: "visitor", "operator", "reaper@host" */
};

/* How far an operator has stopped things; each level stops what those below it do
 * (`bus kill`). */
enum kill_level {
	KILL_NOTHING,
	KILL_NEW_RUNS,  /* no new runs */
	KILL_NEW_SPEND, /* nothing is reserved any more */
	KILL_CANCEL,    /* what runs is cut: calls and builds */
	KILL_DESTROY    /* and what they hold is given back */
};

struct work {
	struct arena *a;
	struct pg *pg;
	const struct conf *conf;
	int64_t now;
	struct actor actor;
	const char *trace; /* request id, or the name of the pass */
	struct err err;
	bool open; /* a transaction is open */
};

/* Record a failure; the detail is internal. Returns -1. */
int fail(struct work *w, enum err_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Record that an input is wrong; returns -1. */
int fail_field(struct work *w, const char *name, const char *code);

/* Begin, and tell row-level security who acts (one round trip). `more` is one
 * further statement to send along, or NULL; its rows come back in it. */
int work_begin(struct work *w, struct pg_call *more);

/* Commit; `before` is a last statement to send along, or NULL. A failure
 * means nothing was changed, or (connection lost) that it is unknown. */
int work_commit(struct work *w, struct pg_call *before);

/* Undo and forget the transaction; safe when none is open. */
void work_rollback(struct work *w);

/* A statement with its parameters (const char *, NULL for SQL NULL). */
#define DB(w, stmt, rows, ...)                                                                 \
	work_db((w), &(stmt), (rows), (const char *const[]){NULL, ##__VA_ARGS__},               \
		COUNT(((const char *const[]){NULL, ##__VA_ARGS__})) - 1)
int work_db(struct work *w, const struct pg_stmt *s, struct pg_rows *ret,
	    const char *const *null_and_args, size_t n);

/* Parameters in text form, made in the arena of the unit. */
const char *arg_int(struct work *w, int64_t v);
const char *arg_time(struct work *w, int64_t us); /* timestamptz */
const char *arg_now(struct work *w);
const char *arg_bool(bool v);

/* An internal time column ("extract(epoch …)" in microseconds) is read by pg_int(). */
