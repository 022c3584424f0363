#include "config.h"

#include "base/check.h"
#include "base/fault.h"
#include "base/log.h"
#include "port/fcgi.h"
#include "web/loop_int.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/*
 * The loop polls the listening socket together with the connections it keeps
 * open. All requests found ready in one round go to the database in one
 * pipeline: reads with their whole statement, changes with the look-up of
 * their caller. Each read is answered as soon as its row is there, then each
 * change runs on its own.
 *
 * With batch 1 the same loop takes one request at a time: the slow pools.
 *
 * A stopping worker no longer accepts, but goes on to serve the connections it
 * has until the web server closes them (its keep-alive time is shorter than
 * our drain time). Closing a kept connection from our side could cross a
 * request on its way and lose it.
 */
#define HINT_LATE (20 * CLOCK_MS) /* it waits no longer, whatever else there is */

struct loop {
	struct web *web;
	struct pg *pg;
	int ep, stop_fd;
	size_t batch;
	struct req *reqs; /* as many as batch */
	bool fresh[BATCH_MAX]; /* on a connection that is not watched yet */
	size_t n;         /* of this round */
	size_t open;      /* connections */
	int64_t served;
	bool stopping;
	int64_t deadline; /* monotonic, once stopping */
	const struct pg_stmt *hint;
	int64_t hint_at; /* monotonic: since when it waits */
	struct fcgi *spare;
};

bool loop_stopping(int stop_fd)
{
	struct signalfd_siginfo info;

	return read(stop_fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

static void watch(struct loop *l, int fd, uint32_t events, void *who)
{
	struct epoll_event ev = {.events = events, .data.ptr = who};

	check(epoll_ctl(l->ep, EPOLL_CTL_ADD, fd, &ev) == 0);
}

static void drop(struct loop *l, struct fcgi *f)
{
	fcgi_free(f);
	l->open--;
}

/* A request has arrived on f; it takes part in this round. */
static void enter(struct loop *l, struct fcgi *f, bool fresh)
{
	struct req *r = &l->reqs[l->n];

	l->fresh[l->n++] = fresh;

	exchange_init(r, l->web, l->pg, f);
	exchange_enter(r);
}

/* A kept connection is readable: a request, or its end. libfcgi looks at the
 * listening socket when the connection has ended, so its descriptor may be
 * another one afterwards. */
static void on_connection(struct loop *l, struct fcgi *f)
{
	int was = fcgi_fd(f), rc = fcgi_accept(f);

	if (rc != 0) {
		drop(l, f);
		return;
	}
	enter(l, f, fcgi_fd(f) != was);
}

static void on_listen(struct loop *l)
{
	while (l->n < l->batch) {
		struct fcgi *f = l->spare ? l->spare : fcgi_new(l->web->listen_fd);
		int rc = fcgi_accept(f);

		l->spare = NULL;
		if (rc == 0) {
			l->open++;
			enter(l, f, true);
			continue;
		}
		if (fcgi_fd(f) < 0)
			l->spare = f;
		else
			fcgi_free(f);
		return;
	}
}

static void finish(struct loop *l, struct req *r, const struct pg_call *c)
{
	exchange_finish(r, c);
	l->served++;
	if (r->hint != NULL && l->hint == NULL) {
		l->hint = r->hint;
		l->hint_at = clock_mono();
	}
	/* A part that looks like a whole would be worse than a cut. */
	if ((r->begun && r->w.err.id != E_NONE) || !fcgi_finish(r->f))
		drop(l, r->f);
	else if (l->fresh[r - l->reqs]) /* not before: most connections of a slow pool end here */
		watch(l, fcgi_fd(r->f), EPOLLIN | EPOLLRDHUP, r->f);
}

struct round {
	struct loop *l;
	struct pg_call calls[BATCH_MAX];
	struct req *who[BATCH_MAX]; /* whose call it is */
	bool answered[BATCH_MAX];   /* of the requests */
};

/* A read is answered while the database works on the next one, unless its
 * answer needs the database too: the operator's second factor. */
static void on_outcome(void *arg, size_t i)
{
	struct round *d = arg;
	struct req *r = d->who[i];

	if (r->route->read == NULL || second_wanted(r))
		return;
	d->answered[r - d->l->reqs] = true;
	finish(d->l, r, &d->calls[i]);
}

static void run_round(struct loop *l)
{
	struct round d; /* its calls are large, and most of them unused */
	struct pg_call *of[BATCH_MAX] = {NULL};
	const char *args[BATCH_MAX][8];
	size_t n = 0;

	d.l = l;
	memset(d.answered, 0, sizeof(d.answered));
	for (size_t i = 0; i < l->n; i++)
		if (exchange_call(&l->reqs[i], &d.calls[n], args[n])) {
			of[i] = &d.calls[n];
			d.who[n++] = &l->reqs[i];
		}
	pg_batch_each(l->pg, d.calls, n, on_outcome, &d);
	fault_point("web.after_batch");
	for (size_t i = 0; i < l->n; i++)
		if (!d.answered[i])
			finish(l, &l->reqs[i], of[i]);
}

/* Nobody waits for it, and it is no harm when it is lost. */
static void tell(struct loop *l)
{
	struct err e = {0};

	pg_exec(l->pg, l->reqs[0].w.a, l->hint, NULL, NULL, &e);
	l->hint = NULL;
}

static void begin_stop(struct loop *l)
{
	l->stopping = true;
	l->deadline = clock_mono() + l->web->conf->drain_s * CLOCK_S;
	epoll_ctl(l->ep, EPOLL_CTL_DEL, l->web->listen_fd, NULL);
}

void loop_requests(struct web *web, struct pg *pg, int stop_fd, size_t batch)
{
	struct loop l = {.web = web, .pg = pg, .stop_fd = stop_fd, .batch = batch};
	struct arena *a = arena_new(1u << 20);
	struct epoll_event ev[BATCH_MAX];
	int64_t slice = 0;

	check(batch <= BATCH_MAX);
	l.reqs = ARENA_ARRAY(a, struct req, batch);
	check((l.ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	watch(&l, stop_fd, EPOLLIN, &l.stop_fd);
	watch(&l, web->listen_fd, EPOLLIN | EPOLLEXCLUSIVE, &l);
	while (!l.stopping || (l.open > 0 && (slice = l.deadline - clock_mono()) > 0)) {
		int wait = l.hint != NULL ? 0 : l.stopping ? (int)(slice / CLOCK_MS) + 1 : -1;
		int n = epoll_wait(l.ep, ev, (int)batch, wait);

		if (l.hint != NULL && (n == 0 || clock_mono() - l.hint_at > HINT_LATE))
			tell(&l);
		l.n = 0;
		for (int i = 0; i < n; i++) {
			if (ev[i].data.ptr == &l.stop_fd) {
				if (loop_stopping(stop_fd) && !l.stopping)
					begin_stop(&l);
			} else if (ev[i].data.ptr != &l) {
				on_connection(&l, ev[i].data.ptr);
			}
		}
		for (int i = 0; i < n; i++)
			if (ev[i].data.ptr == &l && !l.stopping)
				on_listen(&l);
		if (l.n > 0)
			run_round(&l);
		if (!l.stopping && l.served >= web->conf->retire_after) {
			begin_stop(&l);
			kill(getppid(), SIGUSR1); /* a successor, please */
		}
	}
	if (l.hint != NULL)
		tell(&l);
	close(l.ep);
	for (size_t i = 0; i < batch; i++)
		arena_free(l.reqs[i].w.a);
	fcgi_free(l.spare);
	arena_free(a);
}
