#include "config.h"

#include "base/log.h"
#include "web/relay_int.h"

/* What a room wants to know of the database while calls come and go. */

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
	const struct relay_row *row = NULL;
	int64_t now = clock_mono();
	struct pg_rows rows;
	struct err e = {0};
	struct arena *a;

	if ((now < s->watch_at && !hinted) || route_each(s->web->routes, find, &row) == 0)
		return;
	s->watch_at = now + INTERVAL;
	a = arena_new(1u << 20);
	if (pg_exec(s->pg, a, *row->watch, NULL, &rows, &e) == 0)
		row->watched(&rows);
	else
		log_put(LOG_WARN, "watch", "detail", e.detail, NULL);
	arena_free(a);
}
