#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
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

/* ---- statements of a round */

typedef void answered_fn(struct relay *x, const struct pg_call *c, int row);

/* What several relays have to say to the database, in one statement and one
 * transaction; when it fails none has happened, and each is tried alone. */
static void say_together(struct relays *s, const struct pg_stmt *stmt, struct relay **of,
			 const char **what, size_t n, answered_fn *answered)
{
	struct arena *a = arena_new(RELAY_ARENA);
	const char *args[1];
	struct pg_call c = {.stmt = stmt, .args = args, .a = a};
	struct buf b;

	buf_init(&b, a, RELAY_ARENA / 2);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%c%s", i ? ',' : '[', what[i]);
	buf_putc(&b, ']');
	args[0] = buf_str(&b);
	if (b.over)
		err_set(&c.err, E_INTERNAL, "too much to say at once"), c.rc = -1;
	else
		pg_batch(s->pg, PG_SEQUENCE, &c, 1);
	for (size_t i = 0; i < n; i++)
		if (c.rc < 0 && n > 1)
			say_together(s, stmt, of + i, what + i, 1, answered);
		else
			answered(of[i], &c, (int)i);
	arena_free(a);
}

/* ---- admission */

static const char *caller(const struct relay *x)
{
	return x->r.token_hash ? x->r.token_hash : x->r.subject;
}

/* Nobody may hold all the places. */
static int find_place(struct relays *s, struct relay *x)
{
	struct req *r = &x->r;
	int64_t n = 0;

	if ((int64_t)s->open > r->w.conf->call_max)
		return fail(&r->w, E_BUSY, "%zu calls are open", s->open);
	for (const struct relay *y = s->first; y != NULL; y = y->next)
		n += !y->ended && y->state != NULL && str_eq(caller(y), caller(x));
	if (n >= r->w.conf->call_max_caller)
		return fail(&r->w, E_RATE, "%lld of its calls are open", (long long)n);
	return 0;
}

/* What the database is to be asked before it is admitted; NULL: it has been answered. */
static const char *enter(struct relays *s, struct relay *x)
{
	struct req *r = &x->r;
	const char *ask = NULL;

	exchange_enter(r);
	if (!r->finished && r->w.err.id == E_NONE && find_place(s, x) == 0) {
		x->state = arena_alloc(r->w.a, r->route->relay->state);
		ask = r->route->relay->begin(x);
	}
	if (ask == NULL)
		relay_end(x);
	return ask;
}

static void admitted(struct relay *x, const struct pg_call *c, int row)
{
	struct req *r = &x->r;

	fault_point("relay.admitted");
	if (c->rc < 0)
		fail(&r->w, c->err.id, "%s", c->err.detail);
	else if (row >= c->rows.n)
		fail(&r->w, E_INTERNAL, "%s: no row for it", c->stmt->name);
	if (r->w.err.id != E_NONE || r->route->relay->admitted(x, &c->rows, row) < 0)
		relay_end(x);
}

/* Those that the first one's statement admits; how many are left, moved to the front. */
static size_t admit_some(struct relays *s, struct relay **of, const char **what, size_t n)
{
	const struct pg_stmt *stmt = *of[0]->r.route->relay->admit_all;
	const char *mine[PG_BATCH_MAX];
	struct relay *now[PG_BATCH_MAX];
	size_t taken = 0, left = 0;

	for (size_t i = 0; i < n; i++) {
		if (*of[i]->r.route->relay->admit_all == stmt) {
			now[taken] = of[i];
			mine[taken++] = what[i];
		} else {
			of[left] = of[i];
			what[left++] = what[i];
		}
	}
	say_together(s, stmt, now, mine, taken, admitted);
	return left;
}

static void on_listen(struct relays *s)
{
	const char *what[PG_BATCH_MAX];
	struct relay *of[PG_BATCH_MAX], *x;
	size_t n = 0;

	while (n < PG_BATCH_MAX && (x = accept_one(s)) != NULL)
		if ((what[n] = enter(s, x)) != NULL)
			of[n++] = x;
	while (n > 0)
		n = admit_some(s, of, what, n);
}

static void on_client(struct relay *x, unsigned events)
{
	if (x->gone)
		return;
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		relay_client_gone(x);
		if (!x->ended && x->state != NULL && !x->detached)
			x->r.route->relay->left(x, RELAY_LEFT);
	} else if (events & EPOLLOUT) {
		relay_flush(x);
	}
}

/* ---- settlement */

static void settled(struct relay *x, const struct pg_call *c, int row)
{
	(void)row;
	x->settled = c->rc == 0 || c->err.id != E_UNAVAILABLE;
	x->settle_at = clock_mono() + CLOCK_S;
	if (c->rc < 0)
		log_put(x->settled ? LOG_ERROR : LOG_WARN, "settle", "id", x->r.w.trace, "detail",
			c->err.detail, NULL);
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
		say_together(s, *of[0]->r.route->relay->settle_all, of, what, n, settled);
	}
	for (struct relay *x = s->first; x != NULL; x = next) {
		next = x->next;
		if (x->settled && x->finished)
			drop(x);
	}
}

bool relay_killed(const struct relay *x)
{
	return atomic_load(&x->in->web->shared->kill_level) >= KILL_CANCEL;
}

static void cut_all(struct relays *s, enum relay_why why)
{
	for (struct relay *x = s->first; x != NULL; x = x->next)
		if (!x->ended)
			x->r.route->relay->left(x, why);
}

/* A call that is admitted in this moment asks relay_killed() before it leaves. */
static void heed_switch(struct relays *s)
{
	if (atomic_load(&s->web->shared->kill_level) >= KILL_CANCEL)
		cut_all(s, RELAY_KILLED);
}

static void tick(struct relays *s, int64_t now)
{
	heed_switch(s); /* a successor of ours may have read the wake */
	relay_watch(s, false);
	relay_save_all(s);
	for (struct relay *x = s->first, *next; x != NULL; x = next) {
		next = x->next;
		if (!x->ended && x->state != NULL && x->r.route->relay->tick != NULL)
			x->r.route->relay->tick(x, now);
		relay_beat(x, now);
	}
}

/* Whoever is left is cut. */
static void end_all(struct relays *s)
{
	cut_all(s, RELAY_STOPPING);
	for (struct relay *x = s->first; x != NULL; x = x->next)
		relay_client_gone(x);
	settle_ended(s, INT64_MAX);
}

/* The operator has moved the switch, or what is watched has changed. */
static void on_hint(struct relays *s)
{
	uint64_t times;

	if (read(s->web->wake_fd, &times, sizeof(times)) > 0) {
		heed_switch(s);
		relay_watch(s, true);
	}
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
		else if (who == s)
			on_hint(s);
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
	add_fd(&s, web->wake_fd, EPOLLIN, &s);
	add_fd(&s, calls_fd(s.calls), EPOLLIN, s.calls);
	relay_watch(&s, true);
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
	end_all(&s);
	calls_free(s.calls);
	close(s.ep);
}
