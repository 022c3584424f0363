#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/log.h"
#include "port/fcgi.h"
#include "web/relay_int.h"
#include "web/shared.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/*
 * The call worker: one loop over clients, upstreams and the database. What
 * arrives in one round is admitted in one round trip, what has ended in one
 * round is settled in one.
 *
 * A settlement that does not reach the database is tried again each second
 * for as long as the process lives; what it takes to the grave, the reaper
 * settles at the reserve.
 */

#define EVENTS_MAX 512
#define TICK (CLOCK_S / 10)
#define RELAY_ARENA (32u << 20) /* a body is held as it came and as it goes out */

/* ---- upstream */

static void on_head(void *ctx, int status, const char *type, const char *retry_after)
{
	struct relay *x = ctx;

	x->r.route->relay->head(x, status, type, retry_after);
}

static bool on_data(void *ctx, const char *p, size_t n)
{
	struct relay *x = ctx;

	x->paused = !x->gone && relay_behind(x);
	return !x->paused && (x->r.route->relay->data(x, p, n), true);
}

static void on_end(void *ctx, enum call_end how, const char *detail)
{
	struct relay *x = ctx;

	x->call = NULL;
	x->r.route->relay->end(x, how, detail);
}

void relay_call(struct relay *x, const struct call_want *want)
{
	static const struct call_on on = {on_head, on_data, on_end};

	check(x->call == NULL && !x->ended);
	x->paused = false;
	x->call = call_start(x->in->calls, want, &on, x);
}

void relay_call_stop(struct relay *x)
{
	if (x->call != NULL)
		call_stop(x->call);
	x->call = NULL;
}

/* ---- one relay from its request to its end */

static void drop(struct relay *x)
{
	struct relays *s = x->in;

	if (x->prev != NULL)
		x->prev->next = x->next;
	else
		s->first = x->next;
	if (x->next != NULL)
		x->next->prev = x->prev;
	s->open--;
	fcgi_free(x->r.f);
	free(x->out);
	arena_free(x->r.w.a);
	free(x);
}

static struct relay *accept_one(struct relays *s)
{
	struct fcgi *f = fcgi_new(s->web->listen_fd);
	struct epoll_event ev = {.events = EPOLLRDHUP};
	struct relay *x;

	if (fcgi_accept(f) != 0) {
		fcgi_free(f);
		return NULL;
	}
	check((x = calloc(1, sizeof(*x))) != NULL);
	x->in = s;
	x->next = s->first;
	if (s->first != NULL)
		s->first->prev = x;
	s->first = x;
	s->open++;
	x->r.w.a = arena_new(RELAY_ARENA);
	exchange_init(&x->r, s->web, s->pg, f);
	ev.data.ptr = x;
	check(epoll_ctl(s->ep, EPOLL_CTL_ADD, fcgi_fd(f), &ev) == 0);
	return x;
}

/* Does it need the database to be admitted? Else it has been answered. */
static bool enter(struct relays *s, struct relay *x, struct pg_call *c)
{
	struct req *r = &x->r;

	exchange_enter(r);
	memset(c, 0, sizeof(*c));
	c->a = r->w.a;
	if (!r->finished && (int64_t)s->open > r->w.conf->call_max)
		fail(&r->w, E_BUSY, "%zu calls are open", s->open);
	if (!r->finished && r->w.err.id == E_NONE) {
		x->state = arena_alloc(r->w.a, r->route->relay->state);
		if (r->route->relay->begin(x, c) == 0)
			return true;
	}
	relay_end(x);
	return false;
}

static void admitted(struct relay *x, const struct pg_call *c)
{
	struct req *r = &x->r;

	if (c->rc < 0)
		fail(&r->w, c->err.id, "%s", c->err.detail);
	if (r->w.err.id != E_NONE || r->route->relay->admitted(x, c) < 0)
		relay_end(x);
}

/* Statements that write share one transaction; when one fails, none has
 * happened, and each is tried alone. */
static void run_batch(struct relays *s, struct pg_call *calls, size_t n)
{
	bool failed = false;

	pg_batch(s->pg, PG_SEQUENCE, calls, n);
	for (size_t i = 0; i < n; i++)
		failed = failed || calls[i].rc < 0;
	if (!failed || n == 1)
		return;
	for (size_t i = 0; i < n; i++) {
		err_clear(&calls[i].err);
		pg_batch(s->pg, PG_SEQUENCE, &calls[i], 1);
	}
}

static void on_listen(struct relays *s)
{
	struct pg_call calls[PG_BATCH_MAX];
	struct relay *of[PG_BATCH_MAX], *x;
	size_t n = 0;

	while (n < PG_BATCH_MAX && (x = accept_one(s)) != NULL)
		if (enter(s, x, &calls[n]))
			of[n++] = x;
	run_batch(s, calls, n);
	fault_point("relay.admitted");
	for (size_t i = 0; i < n; i++)
		admitted(of[i], &calls[i]);
}

static void on_client(struct relay *x, unsigned events)
{
	if (x->gone)
		return;
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		relay_client_gone(x);
		if (!x->ended && x->state != NULL && !x->detached)
			x->r.route->relay->left(x, false);
	} else if (events & EPOLLOUT) {
		relay_flush(x);
	}
}

/* ---- settlement */

static void settled(struct relay *x, const struct pg_call *c)
{
	x->settled = c->rc == 0 || c->err.id != E_UNAVAILABLE;
	x->settle_at = clock_mono() + CLOCK_S;
	if (c->rc < 0)
		log_put(x->settled ? LOG_ERROR : LOG_WARN, "settle", "id", x->r.w.trace, "detail",
			c->err.detail, NULL);
}

/* All in one statement; when it fails, each alone. */
static void settle_some(struct relays *s, struct relay **of, const char **what, size_t n)
{
	struct arena *a = arena_new(RELAY_ARENA);
	const char *args[1];
	struct pg_call c = {.stmt = *of[0]->r.route->relay->settle_all, .args = args, .a = a};
	struct buf b;

	buf_init(&b, a, RELAY_ARENA / 2);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%c%s", i ? ',' : '[', what[i]);
	buf_putc(&b, ']');
	args[0] = buf_str(&b);
	if (b.over)
		err_set(&c.err, E_INTERNAL, "too much to settle at once"), c.rc = -1;
	else
		pg_batch(s->pg, PG_SEQUENCE, &c, 1);
	for (size_t i = 0; i < n; i++)
		if (c.rc < 0 && n > 1)
			settle_some(s, of + i, what + i, 1);
		else
			settled(of[i], &c);
	arena_free(a);
}

/* Those of a round that one statement settles; others come with the next. */
static size_t to_settle(struct relays *s, int64_t now, struct relay **of, const char **what)
{
	size_t n = 0;

	for (struct relay *x = s->first; x != NULL && n < PG_BATCH_MAX; x = x->next) {
		if (!x->ended || x->settled || now < x->settle_at ||
		    (n > 0 && x->r.route->relay->settle_all != of[0]->r.route->relay->settle_all))
			continue;
		what[n] = x->state != NULL ? x->r.route->relay->settle(x) : NULL;
		if (what[n] != NULL)
			of[n++] = x;
		else
			x->settled = true;
	}
	return n;
}

static void settle_ended(struct relays *s, int64_t now)
{
	const char *what[PG_BATCH_MAX];
	struct relay *of[PG_BATCH_MAX], *next;
	size_t n = to_settle(s, now, of, what);

	if (n > 0) {
		fault_point("relay.before_settle");
		settle_some(s, of, what, n);
	}
	for (struct relay *x = s->first; x != NULL; x = next) {
		next = x->next;
		if (x->settled && x->finished)
			drop(x);
	}
}

/* ---- what is kept while a call goes on */

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

static void save_all(struct relays *s)
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

static void tick(struct relays *s, int64_t now)
{
	save_all(s);
	for (struct relay *x = s->first, *next; x != NULL; x = next) {
		next = x->next;
		if (!x->ended && x->state != NULL && x->r.route->relay->tick != NULL)
			x->r.route->relay->tick(x, now);
		relay_beat(x, now);
	}
}

/* Whoever is left is cut. */
static void cut_all(struct relays *s)
{
	for (struct relay *x = s->first; x != NULL; x = x->next) {
		if (!x->ended)
			x->r.route->relay->left(x, true);
		relay_client_gone(x);
	}
	settle_ended(s, INT64_MAX);
}

static void add_fd(struct relays *s, int fd, uint32_t events, void *who)
{
	struct epoll_event ev = {.events = events, .data.ptr = who};

	check(epoll_ctl(s->ep, EPOLL_CTL_ADD, fd, &ev) == 0);
}

static bool one_round(struct relays *s, int stop_fd, int timeout_ms)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(s->ep, ev, EVENTS_MAX, timeout_ms);
	bool listen = false;

	for (int i = 0; i < n; i++) {
		void *who = ev[i].data.ptr;

		if (who == NULL)
			listen = true;
		else if (who == &s->stopping)
			s->stopping = loop_stopping(stop_fd) || s->stopping;
		else if (who != s->calls)
			on_client(who, ev[i].events);
	}
	if (listen && !s->stopping)
		on_listen(s);
	calls_run(s->calls);
	return n > 0;
}

void loop_relays(struct web *web, struct pg *pg, int stop_fd)
{
	struct relays s = {.web = web, .pg = pg, .calls = calls_new()};
	int64_t next = 0, deadline = 0, now;

	check((s.ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	add_fd(&s, web->listen_fd, EPOLLIN | EPOLLEXCLUSIVE, NULL);
	add_fd(&s, stop_fd, EPOLLIN, &s.stopping);
	add_fd(&s, calls_fd(s.calls), EPOLLIN, s.calls);
	while (!s.stopping || (s.open > 0 && clock_mono() < deadline)) {
		one_round(&s, stop_fd, s.open > 0 ? TICK / CLOCK_MS : 1000);
		now = clock_mono();
		settle_ended(&s, now);
		if (s.stopping && deadline == 0) {
			deadline = now + (web->conf->drain_s - 1) * CLOCK_S;
			epoll_ctl(s.ep, EPOLL_CTL_DEL, web->listen_fd, NULL);
		}
		if (now >= next) {
			next = now + TICK;
			tick(&s, now);
		}
	}
	cut_all(&s);
	calls_free(s.calls);
	close(s.ep);
}
