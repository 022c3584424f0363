#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/log.h"
#include "web/relay_int.h"

#include <sys/epoll.h>

/*
 * What relays say to the database. The loop does not wait for it: statements
 * travel on a few lines, connections with one statement under way at most, and
 * what comes up while all are taken goes together with the next. So the busier
 * it is, the more of them share a statement and a flush of the disk.
 */

#define UNSURE 5 /* how often it is looked for what may have been reserved */

/* ---- queues */

static void push(struct relay_queue *q, struct relay *x)
{
	x->behind = NULL;
	*(q->first ? &q->last->behind : &q->first) = x;
	q->last = x;
}

static void push_front(struct relay_queue *q, struct relay *x)
{
	x->behind = q->first;
	if (q->first == NULL)
		q->last = x;
	q->first = x;
}

static struct relay *pop(struct relay_queue *q)
{
	struct relay *x = q->first;

	if (x != NULL)
		q->first = x->behind;
	return x;
}

void relay_ask(struct relay *x, const struct relay_step *step, const char *what)
{
	x->asking = true;
	x->step = step;
	x->says = what;
	push(&x->in->to_ask, x);
}

void relay_to_settle(struct relay *x)
{
	x->says = NULL;
	if (!x->saving)
		push(&x->in->to_settle, x);
}

void relay_finished(struct relay *x)
{
	if (x->finished)
		return;
	x->finished = true;
	if (x->settled)
		push(&x->in->over, x);
}

struct relay *relay_next_over(struct relays *s)
{
	return pop(&s->over);
}

/* ---- answers */

static void settled(struct relay *x)
{
	x->settled = true;
	if (x->finished)
		push(&x->in->over, x);
}

/* One that does not reach the database is tried again each second for as long as
 * the process lives; what that takes to the grave, the reaper settles at the
 * reserve. A statement whose answer was lost may still be on its way to be done:
 * what it may have reserved is asked for some more times. */
static void on_settled(struct relay *x, const struct pg_call *c)
{
	bool again = c->rc < 0 ? c->err.id == E_UNAVAILABLE
			       : x->unsure > 0 && pg_int(&c->rows, 0, 0) == 0 && --x->unsure > 0;

	if (c->rc < 0)
		log_put(again ? LOG_WARN : LOG_ERROR, "settle", "id", x->r.w.trace, "detail", c->err.detail,
			NULL);
	if (!again) {
		settled(x);
		return;
	}
	x->settle_at = clock_mono() + CLOCK_S;
	push(&x->in->to_settle_again, x);
}

/* What a step has done may not be known, and its client may have left meanwhile:
 * then nothing leaves, and what may have been reserved is given back. */
static void on_answered(struct relay *x, const struct pg_call *c, int row)
{
	const struct relay_step *of = x->step;
	struct work *w = &x->r.w;

	x->asking = false;
	fault_point("relay.admitted");
	if (c->rc < 0)
		fail(w, c->err.id, "%s", c->err.detail);
	else if (row >= c->rows.n)
		fail(w, E_INTERNAL, "%s: no row for it", c->stmt->name);
	else if ((x->gone && !of->stays) || x->in->ending)
		fail(w, E_UNAVAILABLE, "nobody waits for it any more");
	if (w->err.id == E_NONE) {
		if (of->answered(x, &c->rows, row) < 0)
			relay_end(x);
		return;
	}
	if (of->undo != NULL && (c->unsure || (c->rc == 0 && row < c->rows.n))) {
		of->undo(x, c->unsure ? NULL : &c->rows, row);
		x->alone = c->unsure;
		x->unsure = c->unsure ? UNSURE : 0;
	}
	relay_end(x);
}

/* When what several had to say has failed, none of it has happened, and each is
 * tried alone. */
static void on_answer(struct relays *s, struct relay_line *l)
{
	bool apart = l->c.rc < 0 && l->c.err.id != E_UNAVAILABLE && l->n > 1 && l->kind != LINE_SAVES;

	if (l->kind == LINE_SAVES)
		relay_saved(l->of, l->n, &l->c);
	else if (l->kind == LINE_WATCHES)
		relay_watched(s, &l->c);
	for (size_t i = l->n; apart && i-- > 0;) {
		l->of[i]->alone = true;
		push_front(l->kind == LINE_SETTLES ? &s->to_settle : &s->to_ask, l->of[i]);
	}
	for (size_t i = 0; !apart && i < l->n; i++)
		if (l->kind == LINE_SETTLES)
			on_settled(l->of[i], &l->c);
		else if (l->kind == LINE_ASKS)
			on_answered(l->of[i], &l->c, (int)i);
	arena_free(l->a);
	l->a = NULL;
}

/* ---- lines */

static const struct pg_stmt *stmt_of(const struct relay *x, enum relay_line_kind kind)
{
	return kind == LINE_SETTLES ? *x->r.route->relay->settle_all : *x->step->all;
}

/* The next of the queue that has something to say, or NULL. */
static struct relay *head(struct relay_queue *q)
{
	struct relay *x;

	while ((x = q->first) != NULL && x->says == NULL) {
		if (x->state != NULL)
			x->says = x->r.route->relay->settle(x);
		if (x->says == NULL)
			settled(pop(q));
	}
	return x;
}

/* Those at the head of the queue that one statement serves. */
static void fill(struct relay_line *l, struct relay_queue *q, struct buf *b)
{
	struct relay *x;

	while (l->n < PG_BATCH_MAX && (x = head(q)) != NULL) {
		if (l->n > 0 && (x->alone || l->of[0]->alone || stmt_of(x, l->kind) != l->c.stmt))
			break;
		l->c.stmt = stmt_of(x, l->kind);
		buf_printf(b, "%c%s", l->n ? ',' : '[', x->says);
		l->of[l->n++] = pop(q);
	}
	buf_putc(b, ']');
}

static void listen_to(struct relays *s, struct relay_line *l, bool writes)
{
	struct epoll_event ev = {.events = EPOLLIN | (writes ? EPOLLOUT : 0u), .data.ptr = l};
	int fd = pg_fd(l->pg);

	if (epoll_ctl(s->ep, EPOLL_CTL_MOD, fd, &ev) < 0) /* a connection that is new */
		check(epoll_ctl(s->ep, EPOLL_CTL_ADD, fd, &ev) == 0);
}

static void go_on(struct relays *s, struct relay_line *l)
{
	enum pg_wait waits = pg_sent(l->pg);

	if (l->a == NULL)
		return; /* idle */
	if (waits == PG_DONE)
		on_answer(s, l);
	else
		listen_to(s, l, waits == PG_WRITE);
}

static void say(struct relays *s, struct relay_line *l, enum relay_line_kind kind)
{
	struct buf b;

	l->kind = kind;
	l->a = arena_new(RELAY_ARENA);
	l->c = (struct pg_call){.a = l->a, .args = l->args};
	buf_init(&b, l->a, RELAY_ARENA / 2);
	l->n = 0;
	if (kind == LINE_WATCHES)
		l->c.stmt = *s->watcher->watch, s->watch_due = false;
	else if (kind == LINE_SAVES)
		relay_saves_fill(s, l, &b);
	else
		fill(l, kind == LINE_SETTLES ? &s->to_settle : &s->to_ask, &b);
	if (l->c.stmt == NULL) {
		arena_free(l->a);
		l->a = NULL;
		return;
	}
	l->args[0] = buf_str(&b);
	if (kind == LINE_SETTLES)
		fault_point("relay.before_settle");
	if (b.over)
		l->c.rc = err_set(&l->c.err, E_INTERNAL, "too much to say at once");
	else
		pg_send(l->pg, &l->c, kind != LINE_WATCHES);
	if (l->c.rc < 0)
		on_answer(s, l);
	else
		go_on(s, l);
}

/* The next line: one whose connection stands before one that is to be opened. One for
 * which it is too soon only when there is no other whose turn will come. */
static struct relay_line *free_line(struct relays *s)
{
	struct relay_line *best = NULL;
	bool busy = false;

	for (struct relay_line *l = s->lines; l < s->lines + RELAY_LINES; l++)
		if (l->a != NULL)
			busy = true;
		else if (best == NULL || pg_chance(l->pg) > pg_chance(best->pg))
			best = l;
	return best != NULL && busy && pg_chance(best->pg) == PG_TOO_SOON ? NULL : best;
}

static bool what_next(struct relays *s, enum relay_line_kind *ret)
{
	*ret = s->to_ask.first != NULL ? LINE_ASKS : head(&s->to_settle) != NULL ? LINE_SETTLES
	       : s->save_due ? LINE_SAVES : LINE_WATCHES;
	return *ret != LINE_WATCHES || s->watch_due;
}

void relay_lines_run(struct relays *s)
{
	enum relay_line_kind kind;
	struct relay_line *l;

	while (what_next(s, &kind) && (l = free_line(s)) != NULL)
		say(s, l, kind);
}

bool relay_line_ready(struct relays *s, void *who)
{
	struct relay_line *l = s->lines;

	while (l < s->lines + RELAY_LINES && l != who)
		l++;
	if (l == s->lines + RELAY_LINES)
		return false;
	go_on(s, l);
	return true;
}

void relay_lines_tick(struct relays *s, int64_t now)
{
	while (s->to_settle_again.first != NULL && s->to_settle_again.first->settle_at <= now)
		push(&s->to_settle, pop(&s->to_settle_again));
	for (struct relay_line *l = s->lines; l < s->lines + RELAY_LINES; l++)
		if (l->a != NULL)
			go_on(s, l); /* or gives up, when the database says nothing */
}

void relay_lines_open(struct relays *s)
{
	struct err ignored = {0};

	for (size_t i = 0; i < RELAY_LINES; i++) {
		s->lines[i].pg = pg_new(s->web->conf, route_pool_name(POOL_CALL), false);
		pg_ready(s->lines[i].pg, &ignored);
	}
}

void relay_lines_close(struct relays *s)
{
	for (size_t i = 0; i < RELAY_LINES; i++) {
		struct relay_line *l = &s->lines[i];

		if (l->a != NULL)
			arena_free(l->a);
		pg_free(l->pg);
	}
}
