/* The doors of a room on a real database, without a web server: a request is asked
 * in an open transaction as the hallway does it. Behind tests/web/asked.h; needs
 * tests/lib/database.sh. */
#pragma once
#include "base/log.h"
#include "port/crypto.h"

#include <stdlib.h>

static struct pg *door, *admin;
static struct arena *a; /* of the tests; that of a request is r.w.a */
static int64_t now;     /* moves with each request */

/* What the administrator reads, or changes behind everybody's back. */
static const char *sql(const char *text)
{
	const struct pg_stmt s = {"sql", text, 0};
	struct err e = {0};
	struct pg_rows rows;

	if (pg_exec(admin, a, &s, NULL, &rows, &e) < 0)
		fail_msg("%s", e.detail);
	return rows.n ? pg_text(&rows, 0, 0) : NULL;
}

static inline const char *hash_of(const char *token)
{
	return crypto_sha256_hex(a, token, strlen(token));
}

/* A request for a route, by nobody; then its transaction; then its status, with
 * all that it has changed when that went well. */
static inline void door_opens(const struct route *route)
{
	begin(route);
	r.w.pg = door;
	r.w.now = now += CLOCK_MS;
	r.w.trace = "test";
	r.w.actor.name = "nobody";
}

static inline void door_begins(void)
{
	if (work_begin(&r.w, NULL) < 0)
		fail_msg("%s", r.w.err.detail);
}

static inline int door_ends(int rc)
{
	if (rc < 0) {
		work_rollback(&r.w);
		return err_row(r.w.err.id)->status;
	}
	if (work_commit(&r.w, NULL) < 0)
		fail_msg("%s", r.w.err.detail);
	return r.status;
}

/* Nothing of a test before it, which may have failed. */
static inline void door_reset(void)
{
	if (r.w.open)
		work_rollback(&r.w);
	ask_nothing();
}

static int door_setup(const char *role)
{
	const char *dir = getenv("BUS_VAR");
	struct err e = {0};

	log_init("test", LOG_ERROR);
	a = arena_new(64u << 20);
	if (dir == NULL || conf_read(a, arena_printf(a, "%s/etc/bus.conf", dir), &conf, &e) < 0) {
		print_error("%s\n", dir ? e.detail : "BUS_VAR is not set");
		return -1;
	}
	door = pg_new(&conf, role, false);
	admin = pg_new(&conf, "admin", false);
	now = clock_now();
	return 0;
}

static int door_teardown(void **state)
{
	(void)state;
	pg_free(door);
	pg_free(admin);
	arena_free(r.w.a);
	arena_free(a);
	return 0;
}
