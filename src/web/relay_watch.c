#include "config.h"

#include "base/log.h"
#include "web/relay_int.h"

/* What a room wants to know of the database while calls come and go; asked on a line
 * (relay_line.c) like all else. */

#define INTERVAL (5 * CLOCK_S)

static int find(void *ctx, const struct route *r)
{
	const struct relay_row **ret = ctx;

	if (r->relay != NULL && r->relay->watch != NULL)
		*ret = r->relay;
	return *ret != NULL;
}

void relay_watch(struct relays *s, bool hinted)
{
	int64_t now = clock_mono();

	if (s->watcher == NULL && route_each(s->web->routes, find, &s->watcher) == 0)
		return;
	if (now < s->watch_at && !hinted)
		return;
	s->watch_at = now + INTERVAL;
	s->watch_due = true;
}

void relay_watched(struct relays *s, const struct pg_call *c)
{
	if (c->rc == 0)
		s->watcher->watched(&c->rows);
	else
		log_put(LOG_WARN, "watch", "detail", c->err.detail, NULL);
}
