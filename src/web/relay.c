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
 * The call worker: one loop over clients, upstreams and the database
 * (relay_line.c). A relay lives until its client has all (or is gone) and its
 * settlement is on disk.
 */

#define EVENTS_MAX 512
#define TICK (CLOCK_S / 10)
#define LAST_WORDS CLOCK_S /* for settlements, when the process must stop */

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
	x->r.w.a = arena_new(RELAY_HOLD);
	exchange_init(&x->r, s->web, NULL, f);
	ev.data.ptr = x;
	check(epoll_ctl(s->ep, EPOLL_CTL_ADD, fcgi_fd(f), &ev) == 0);
	return x;
}

/* ---- admission */

static const char *caller(const struct relay *x)
{
	return x->r.token_hash ? x->r.token_hash : x->r.subject;
}

/* Nobody may hold all the places: neither by one credential, which is known before
 * anything is asked of the database, nor by many. */
int relay_owner(struct relay *x, int64_t account)
{
	struct req *r = &x->r;
	int64_t n = 0;

	for (const struct relay *y = x->in->first; y != NULL; y = y->next)
		n += !y->ended && y->account == account;
	if (n >= r->w.conf->call_max_caller)
		return fail(&r->w, E_RATE, "%lld calls of account %lld are open", (long long)n, (long long)account);
	x->account = account;
	return 0;
}

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

static void on_listen(struct relays *s)
{
	struct relay *x;
	const char *what;

	for (int n = 0; n < PG_BATCH_MAX && (x = accept_one(s)) != NULL; n++)
		if ((what = enter(s, x)) != NULL)
			relay_ask(x, &x->r.route->relay->first, what);
}

static void on_client(struct relay *x, unsigned events)
{
	if (x->gone)
		return;
	if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) {
		relay_client_gone(x);
		if (!x->ended && !x->asking && !x->detached)
			x->r.route->relay->left(x, RELAY_LEFT);
	} else if (events & EPOLLOUT) {
		relay_flush(x);
	}
}

/* ---- the loop */

static void drop_over(struct relays *s)
{
	struct relay *x;

	while ((x = relay_next_over(s)) != NULL)
		drop(x);
}

bool relay_killed(const struct relay *x)
{
	return atomic_load(&x->in->web->shared->kill_level) >= KILL_CANCEL;
}

static void cut_all(struct relays *s, enum relay_why why)
{
	for (struct relay *x = s->first; x != NULL; x = x->next)
		if (!x->ended && !x->asking)
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
	relay_lines_tick(s, now);
	relay_watch(s, false);
	relay_saves_due(s);
	for (struct relay *x = s->first, *next; x != NULL; x = next) {
		next = x->next;
		if (!x->ended && !x->asking && x->r.route->relay->tick != NULL)
			x->r.route->relay->tick(x, now);
		relay_beat(x, now);
	}
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

static void one_round(struct relays *s, int stop_fd, int timeout_ms)
{
	struct epoll_event ev[EVENTS_MAX];
	int n = epoll_wait(s->ep, ev, EVENTS_MAX, calls_wait_ms(s->calls, timeout_ms));
	bool listen = false;

	for (int i = 0; i < n; i++) {
		void *who = ev[i].data.ptr;

		if (who == NULL)
			listen = true;
		else if (who == s)
			on_hint(s);
		else if (who == &s->stopping)
			s->stopping = loop_stopping(stop_fd) || s->stopping;
		else if (who != s->calls && !relay_line_ready(s, who))
			on_client(who, ev[i].events);
	}
	if (listen && !s->stopping)
		on_listen(s);
	calls_run(s->calls);
	relay_lines_run(s);
	drop_over(s);
}

/* Whoever is left is cut; then there is a moment for the settlements. */
static void end_all(struct relays *s, int stop_fd)
{
	int64_t until = clock_mono() + LAST_WORDS;

	s->ending = true;
	cut_all(s, RELAY_STOPPING);
	for (struct relay *x = s->first; x != NULL; x = x->next)
		if (!x->asking)
			relay_client_gone(x);
	do {
		relay_lines_tick(s, clock_mono());
		one_round(s, stop_fd, TICK / CLOCK_MS / 10);
	} while (s->open > 0 && clock_mono() < until);
}

void loop_relays(struct web *web, int stop_fd)
{
	struct relays s = {.web = web, .calls = calls_new()};
	int64_t next = 0, deadline = 0, now;

	check((s.ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	relay_lines_open(&s);
	add_fd(&s, web->listen_fd, EPOLLIN | EPOLLEXCLUSIVE, NULL);
	add_fd(&s, stop_fd, EPOLLIN, &s.stopping);
	add_fd(&s, web->wake_fd, EPOLLIN, &s);
	add_fd(&s, calls_fd(s.calls), EPOLLIN, s.calls);
	relay_watch(&s, true);
	while (!s.stopping || (s.open > 0 && clock_mono() < deadline)) {
		one_round(&s, stop_fd, s.open > 0 ? TICK / CLOCK_MS : 1000);
		now = clock_mono();
		if (s.stopping && deadline == 0) {
			deadline = now + web->conf->drain_s * CLOCK_S - 2 * LAST_WORDS;
			epoll_ctl(s.ep, EPOLL_CTL_DEL, web->listen_fd, NULL);
		}
		if (now >= next) {
			next = now + TICK;
			tick(&s, now);
		}
	}
	end_all(&s, stop_fd);
	relay_lines_close(&s);
	calls_free(s.calls);
	close(s.ep);
}
