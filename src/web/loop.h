/*
 * Loop: what a worker process does for its life, and who starts it.
 */
#pragma once
#include "web/route.h"
#include "base/conf.h"

#include <signal.h>

/* What bin/ hands to the hallway. */
struct web_app {
	const struct route_table *routes;
	const struct pg_stmt *session; /* $1: hash of a token → its account */
	const struct pg_stmt *caller;  /* $1: the same or NULL, $2: a program's subject → its account */
	const struct pg_stmt *auth;    /* the same, $3: the session in a token → a customer's account */
	int (*on_worker)(const struct conf *c, enum pool pool, struct err *e); /* in each worker, once; may be NULL */
};

/* The master: open the sockets, fork the pools, replace what dies, HUP to
 * re-read `conf_path` and roll the workers, TERM to drain. Returns an exit
 * status. */
int web_master(const char *conf_path, const struct web_app *app);
