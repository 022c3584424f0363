#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "web/loop_int.h"
#include "web/shared.h"

#include <poll.h>
#include <unistd.h>

/*
 * One process per host listens for the database's hints, writes them into
 * shared memory and wakes the stream workers. Every LISTEN connection makes
 * every commit slower, so there is one. Hints may be lost: while there is no
 * connection the workers are woken once a second with "something was missed".
 */

/* Numbers of both kinds share the ring: one that is meant for the other is a look
 * for nothing. */
static const struct pg_stmt listen_stmts[] = {{"listen_run", "LISTEN bus_run", 0},
					      {"listen_chat", "LISTEN bus_chat", 0}};

static void wake(const int *fds)
{
	const uint64_t one = 1;

	for (; *fds >= 0; fds++)
		if (write(*fds, &one, sizeof(one)) < 0)
			continue; /* the counter is full: it is awake */
}

/* Tell readers that they were lapped. */
static void missed(struct shared *s, const int *fds)
{
	atomic_fetch_add(&s->hints_n, SHARED_HINTS + 1);
	wake(fds);
}

static bool take_all(struct pg *pg, struct shared *s, const int *fds)
{
	char payload[32];
	int64_t subject;
	bool any, news = false;
	int rc;

	while ((rc = pg_notice(pg, payload, sizeof(payload), &any)) == 0 && any)
		if (str_int(payload, 1, INT64_MAX, &subject)) {
			shared_hint(s, subject);
			news = true;
		}
	if (news)
		wake(fds);
	return rc == 0;
}

static bool begin(struct pg *pg, struct arena *a)
{
	struct err e = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(listen_stmts) / sizeof(listen_stmts[0]); i++)
		ok = pg_exec(pg, a, &listen_stmts[i], NULL, NULL, &e) == 0;

	if (!ok)
		log_put(LOG_WARN, "listener", "detail", e.detail, NULL);
	arena_reset(a);
	return ok;
}

void loop_listener(const struct conf *c, struct shared *shared, const int *wake_fds, int stop_fd)
{
	struct pg *pg = pg_new(c, "stream", true);
	struct arena *a = arena_new(1u << 20);
	bool on = false;

	for (;;) {
		struct pollfd at[] = {{stop_fd, POLLIN, 0}, {-1, POLLIN, 0}};

		if (!on && (on = begin(pg, a)))
			missed(shared, wake_fds); /* whatever came before we listened */
		at[1].fd = on ? pg_fd(pg) : -1;
		poll(at, 2, on ? 30000 : 1000);
		if (at[0].revents && loop_stopping(stop_fd))
			break;
		if (on)
			on = take_all(pg, shared, wake_fds);
		if (!on)
			missed(shared, wake_fds);
	}
	pg_free(pg);
	arena_free(a);
}
