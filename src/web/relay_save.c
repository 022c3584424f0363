#include "config.h"

#include "base/check.h"
#include "base/log.h"
#include "web/relay_int.h"

/* What is kept while a call goes on without its client. */

/* The next of them from `x` on, as far as one statement holds; returns the first
 * that is left. */
static struct relay *to_save(struct relay *x, struct arena *a, struct buf *b, struct relay **of,
			     size_t *ret_n)
{
	size_t n = 0;

	for (; x != NULL && n < PG_BATCH_MAX && b->n < RELAY_ARENA / 2; x = x->next) {
		const struct relay_row *row = x->r.route ? x->r.route->relay : NULL;
		const char *what = NULL;

		if (x->ended || x->state == NULL || !x->detached || row->save == NULL ||
		    (n > 0 && row->save_all != of[0]->r.route->relay->save_all))
			continue;
		if ((what = row->save(x, a, (int)n)) == NULL)
			continue;
		buf_printf(b, "%c%s", n ? ',' : '[', what);
		of[n++] = x;
	}
	buf_putc(b, ']');
	*ret_n = n;
	return x;
}

static void save_some(struct relays *s, struct arena *a, const char *what, struct relay **of, size_t n)
{
	const char *args[1] = {what};
	struct pg_call c = {.stmt = *of[0]->r.route->relay->save_all, .args = args, .a = a};

	pg_batch(s->pg, PG_SEQUENCE, &c, 1);
	if (c.rc < 0)
		log_put(LOG_WARN, "save", "detail", c.err.detail, NULL);
	for (int i = 0; c.rc == 0 && i < c.rows.n; i++) {
		int64_t at = pg_int(&c.rows, i, 0);

		check(at >= 0 && at < (int64_t)n);
		of[at]->r.route->relay->saved(of[at], pg_text(&c.rows, i, 1));
	}
	for (size_t i = 0; c.rc < 0 && i < n; i++)
		of[i]->r.route->relay->saved(of[i], NULL);
}

void relay_save_all(struct relays *s)
{
	struct relay *of[PG_BATCH_MAX], *x = s->first;
	size_t n;

	while (x != NULL) {
		struct arena *a = arena_new(RELAY_ARENA * 2);
		struct buf b;

		buf_init(&b, a, RELAY_ARENA);
		x = to_save(x, a, &b, of, &n);
		if (n > 0)
			save_some(s, a, buf_str(&b), of, n);
		arena_free(a);
	}
}
