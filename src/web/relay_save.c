#include "config.h"

#include "base/log.h"
#include "web/relay_int.h"

/* What is kept while a call goes on without its client: its pieces, a few times a
 * second, on a line of their own (relay_line.c). A relay that is being saved is not
 * settled before that has ended, so that nothing is kept twice. */

static bool saves(const struct relay *x)
{
	return x->detached && !x->ended && !x->saving && x->r.route->relay->save != NULL;
}

void relay_saves_due(struct relays *s)
{
	for (struct relay *x = s->first; x != NULL; x = x->next)
		if (saves(x))
			x->save_due = s->save_due = true;
}

void relay_saves_fill(struct relays *s, struct relay_line *l, struct buf *b)
{
	s->save_due = false;
	for (struct relay *x = s->first; x != NULL; x = x->next) {
		const struct relay_row *row = x->r.route ? x->r.route->relay : NULL;
		const char *what;

		if (!x->save_due)
			continue;
		if (l->n == PG_BATCH_MAX || b->n > RELAY_ARENA / 4 ||
		    (l->n > 0 && *row->save_all != l->c.stmt)) {
			s->save_due = true; /* with the next */
			continue;
		}
		x->save_due = false;
		what = saves(x) ? row->save(x, l->a, (int)l->n) : NULL;
		if (what == NULL)
			continue;
		buf_printf(b, "%c%s", l->n ? ',' : '[', what);
		l->c.stmt = *row->save_all;
		x->saving = true;
		l->of[l->n++] = x;
	}
	buf_putc(b, ']');
}

void relay_saved(struct relay **of, size_t n, const struct pg_call *c)
{
	const char *words[PG_BATCH_MAX] = {NULL};

	if (c->rc < 0)
		log_put(LOG_WARN, "save", "detail", c->err.detail, NULL);
	for (int i = 0; c->rc == 0 && i < c->rows.n; i++) {
		int64_t at = pg_int(&c->rows, i, 0);

		if (at >= 0 && at < (int64_t)n)
			words[at] = pg_text(&c->rows, i, 1);
	}
	for (size_t i = 0; i < n; i++) {
		struct relay *x = of[i];

		x->saving = false;
		if (x->ended)
			relay_to_settle(x); /* that has waited */
		x->r.route->relay->saved(x, words[i]);
	}
}
