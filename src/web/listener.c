#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "web/loop_int.h"
#include "web/shared.h"
#include "web/web_sql.h"

#include <poll.h>
#include <unistd.h>

/*
 * One process per host listens for the database's hints, writes them into
 * shared memory and wakes the stream workers; when an operator moves the switch it
 * reads that and wakes the call workers, also when a local runtime comes or goes. Every LISTEN connection makes
 * every commit slower, so there is one. Hints may be lost: while there is no
 * connection the workers are woken once a second with "something was missed".
 */

/* Numbers of both kinds share the ring: one that is meant for the other is a look
 * for nothing. */
static const struct pg_stmt listen_stmts[] = {{"listen_run", "LISTEN bus_run", 0},
					      {"listen_chat", "LISTEN bus_chat", 0},
					      {"listen_kill", "LISTEN bus_kill", 0},
					      {"listen_health", "LISTEN bus_health", 0}};

static void wake(const int *fds)
{
	const uint64_t one = 1;

	for (; *fds >= 0; fds++)
		if (write(*fds, &one, sizeof(one)) < 0)
			continue; /* the counter is full: it is awake */
}

/* Tell readers that they were lapped. */
static void missed(struct shared *s, const struct wakes *wakes)
{
	atomic_fetch_add(&s->hints_n, SHARED_HINTS + 1);
	wake(wakes->streams);
}

/* Where the switch stands. Call workers are woken, whatever the hint was about. */
static bool read_switch(struct pg *pg, struct arena *a, struct shared *s, const struct wakes *wakes)
{
	struct pg_rows rows;
	struct err e = {0};
	bool ok = pg_exec(pg, a, &web_sql_kill_level, NULL, &rows, &e) == 0 && rows.n == 1;
	int level = ok ? (int)pg_int(&rows, 0, 0) : 0;

	if (ok)
		atomic_store(&s->kill_level, level);
	else
		log_put(LOG_WARN, "listener", "detail", e.detail, NULL);
	wake(wakes->calls);
	arena_reset(a);
	return ok;
}

static bool take_all(struct pg *pg, struct arena *a, struct shared *s, const struct wakes *wakes)
{
	char payload[32];
	int64_t subject;
	bool any, news = false, moved = false;
	int rc;

	while ((rc = pg_notice(pg, payload, sizeof(payload), &any)) == 0 && any)
		if (str_int(payload, 1, INT64_MAX, &subject)) {
			shared_hint(s, subject);
			news = true;
		} else {
			moved = true;
		}
	if (news)
		wake(wakes->streams);
	return rc == 0 && (!moved || read_switch(pg, a, s, wakes));
}

static bool begin(struct pg *pg, struct arena *a, struct shared *s, const struct wakes *wakes)
{
	struct err e = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(listen_stmts) / sizeof(listen_stmts[0]); i++)
		ok = pg_exec(pg, a, &listen_stmts[i], NULL, NULL, &e) == 0;
	if (!ok)
		log_put(LOG_WARN, "listener", "detail", e.detail, NULL);
	arena_reset(a);
	return ok && read_switch(pg, a, s, wakes);
}

void loop_listener(const struct conf *c, struct shared *shared, const struct wakes *wakes,
		   int stop_fd)
{
	struct pg *pg = pg_new(c, "stream", true);
	struct arena *a = arena_new(1u << 20);
	bool on = false;

	for (;;) {
		struct pollfd at[] = {{stop_fd, POLLIN, 0}, {-1, POLLIN, 0}};

		if (!on && (on = begin(pg, a, shared, wakes)))
			missed(shared, wakes); /* whatever came before we listened */
		at[1].fd = on ? pg_fd(pg) : -1;
		poll(at, 2, on ? 30000 : 1000);
		if (at[0].revents && loop_stopping(stop_fd))
			break;
		if (on)
			on = take_all(pg, a, shared, wakes);
		if (!on)
			missed(shared, wakes);
	}
	pg_free(pg);
	arena_free(a);
}
