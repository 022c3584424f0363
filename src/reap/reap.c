#include "config.h"

#include "base/check.h"
#include "base/log.h"
#include "port/spawn.h"
#include "reap/reap_int.h"
#include "reap/reap_sql.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

const char *reap_holder(void)
{
	static char name[160];
	char host[100] = "host";

	if (*name == '\0') {
		gethostname(host, sizeof(host) - 1);
		snprintf(name, sizeof(name), "reaper@%s:%d", host, getpid());
	}
	return name;
}

/* The unit before it ends here: its arena is used again. */
void reap_work(struct reaper *r, struct work *w, const char *trace)
{
	arena_reset(r->a);
	*w = (struct work){.a = r->a, .pg = r->pg, .conf = &r->conf,
			   .now = r->o->now ? r->o->now : clock_now(), .trace = trace,
			   .actor = {.kind = ACTOR_SYSTEM, .name = reap_holder()}};
}

int reap_unit(struct work *w, int (*fn)(struct work *w, void *ctx), void *ctx)
{
	int rc = work_begin(w, NULL) < 0 ? -1 : fn(w, ctx);

	if (rc >= 0 && work_commit(w, NULL) < 0)
		rc = -1;
	work_rollback(w);
	return rc;
}

struct sweep {
	const struct pass *p;
	int done;
};

static int call_sweep(struct work *w, void *ctx)
{
	struct sweep *s = ctx;

	return s->done = s->p->sweep(w, s->p->batch);
}

static int64_t began(struct reaper *r, const struct pass *p)
{
	struct pg_rows rows;
	struct work w;

	reap_work(r, &w, p->name);
	if (DB(&w, reap_sql_began, &rows, p->name, reap_holder(), arg_now(&w)) < 0)
		return 0;
	return pg_int(&rows, 0, 0);
}

static void ended(struct reaper *r, const struct pass *p, int64_t id, int items, int failed)
{
	struct work w;

	reap_work(r, &w, p->name);
	if (DB(&w, reap_sql_ended, NULL, arg_int(&w, id), arg_now(&w), arg_int(&w, items),
	       arg_int(&w, failed)) < 0)
		log_put(LOG_WARN, "pass_log", "detail", w.err.detail, NULL);
}

/* Batches until one is not full, the deadline has come or a failure. */
static void run_sweep(struct reaper *r, const struct pass *p)
{
	int64_t end = clock_mono() + p->deadline_s * CLOCK_S, id = began(r, p);
	struct sweep s = {.p = p};
	int items = 0, rc;
	struct work w;

	do {
		reap_work(r, &w, p->name);
		rc = reap_unit(&w, call_sweep, &s);
		if (rc < 0)
			log_put(LOG_WARN, "pass_failed", "pass", p->name, "code",
				err_row(w.err.id)->code, "detail", w.err.detail, NULL);
		items += rc > 0 ? rc : 0;
	} while (rc >= p->batch && clock_mono() < end && !r->stopping);
	ended(r, p, id, items, rc < 0);
}

/* A switch that cannot be read stops nothing. */
static int kill_level(struct reaper *r)
{
	struct pg_rows rows;
	struct work w;

	reap_work(r, &w, "kill");
	return DB(&w, reap_sql_kill_level, &rows) < 0 ? KILL_NOTHING : (int)pg_int(&rows, 0, 0);
}

/* Is the switch where this pass waits for it? Read once a turn at most, and twice
 * a second however many turns there are: a second is what an operator waits. */
static bool in_force(struct reaper *r, size_t i, int *level)
{
	if (r->passes[i]->kill == KILL_NOTHING)
		return true;
	if (*level < 0)
		*level = kill_level(r);
	if (*level >= (int)r->passes[i]->kill)
		return true;
	r->next[i] = clock_mono() + CLOCK_S / 2;
	return false;
}

static void sweep_due(struct reaper *r)
{
	int level = -1;

	for (size_t i = 0; i < r->passes_n && !r->stopping; i++) {
		if (r->passes[i]->sweep == NULL || clock_mono() < r->next[i] || !in_force(r, i, &level))
			continue;
		r->next[i] = clock_mono() + r->passes[i]->interval_s * CLOCK_S;
		run_sweep(r, r->passes[i]);
	}
}

/* Claim as much as there are places for. */
static void claim_all(struct reaper *r)
{
	bool more = true;

	while (more && !r->stopping) {
		more = false;
		for (size_t i = 0; i < r->passes_n; i++)
			if (r->passes[i]->job != NULL && (int64_t)r->jobs_n < r->conf.builds_at_once &&
			    job_claim(r, r->passes[i]) > 0)
				more = true;
	}
}

static void drop_done(struct reaper *r)
{
	for (size_t i = 0; i < r->jobs_n;)
		if (job_done(r->jobs[i])) {
			job_free(r->jobs[i]);
			r->jobs[i] = r->jobs[--r->jobs_n];
		} else {
			i++;
		}
}

static bool listen_now(struct reaper *r)
{
	struct err e = {0};

	if (!r->listening && !r->o->once)
		r->listening = pg_exec(r->listen, r->a, &reap_sql_listen, NULL, NULL, &e) == 0;
	return r->listening;
}

static bool take_hints(struct reaper *r)
{
	char payload[32];
	bool any, some = false;

	while (r->listening) {
		if (pg_notice(r->listen, payload, sizeof(payload), &any) < 0)
			r->listening = false;
		if (!r->listening || !any)
			break;
		some = true;
	}
	return some;
}

static void take_signals(struct reaper *r)
{
	struct signalfd_siginfo info;

	while (read(r->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		r->aborting = r->stopping && info.ssi_signo != SIGHUP;
		r->stopping = true;
	}
}

/* Wait for a hint, a child, a signal or the next beat. */
static bool wait_for_news(struct reaper *r, int timeout_ms)
{
	struct pollfd at[2 + 3 * JOBS_MAX];
	size_t n = 2, jobs = r->jobs_n;
	int fds[3];

	at[0] = (struct pollfd){r->signal_fd, POLLIN, 0};
	at[1] = (struct pollfd){r->listening ? pg_fd(r->listen) : -1, POLLIN, 0};
	for (size_t i = 0; i < jobs; i++) {
		job_fds(r->jobs[i], fds);
		for (size_t k = 0; k < 3; k++)
			at[n++] = (struct pollfd){fds[k], POLLIN, 0};
	}
	poll(at, n, timeout_ms);
	if (at[0].revents)
		take_signals(r);
	for (size_t i = 0; i < jobs; i++)
		job_poll(r, r->jobs[i], at[2 + 3 * i].revents, at[3 + 3 * i].revents,
			 at[4 + 3 * i].revents);
	return at[1].revents && take_hints(r);
}

static void tick_jobs(struct reaper *r, bool hint)
{
	for (size_t i = 0; i < r->jobs_n; i++) {
		if (r->aborting)
			job_abort(r, r->jobs[i]);
		else
			job_tick(r, r->jobs[i], hint);
	}
	drop_done(r);
}

static void loop(struct reaper *r)
{
	int64_t end = clock_mono() + r->conf.reaper_stay_s * CLOCK_S;
	bool hint = false;

	for (;;) {
		listen_now(r);
		sweep_due(r);
		claim_all(r);
		drop_done(r);
		if (clock_mono() >= end || (r->o->once && r->jobs_n == 0))
			r->stopping = true;
		if (r->stopping && r->jobs_n == 0)
			return;
		hint = wait_for_news(r, r->jobs_n ? 200 : 1000);
		tick_jobs(r, hint);
	}
}

static void choose(struct reaper *r, const struct pass *const *tables)
{
	for (; *tables != NULL; tables++)
		for (const struct pass *p = *tables; p->name != NULL; p++)
			if (r->o->pass == NULL || strcmp(r->o->pass, p->name) == 0) {
				check(r->passes_n < PASSES_MAX);
				r->passes[r->passes_n++] = p;
			}
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int reap_main(const struct reap_options *o, const struct pass *const *tables,
	      int (*load)(const struct conf *c, struct err *e))
{
	static struct reaper r;
	struct err e = {0};

	r.o = o;
	r.conf_mem = arena_new(4u << 20);
	log_init("bus-reaper", LOG_INFO);
	if (conf_read(r.conf_mem, o->conf_path, &r.conf, &e) < 0 || spawn_become(r.conf.user, &e) < 0 ||
	    load(&r.conf, &e) < 0) {
		log_put(LOG_ERROR, "start", "detail", e.detail, NULL);
		return 78;
	}
	log_init("bus-reaper", log_level_of(r.conf.log_level));
	choose(&r, tables);
	if (r.passes_n == 0) {
		log_put(LOG_ERROR, "start", "detail", "no such pass", "pass", o->pass, NULL);
		return 64;
	}
	r.signal_fd = open_signals();
	r.a = arena_new(WORK_ARENA);
	r.pg = pg_new(&r.conf, "reaper", false);
	r.listen = pg_new(&r.conf, "reaper", true);
	if (pg_ready(r.pg, &e) < 0) {
		log_put(LOG_ERROR, "database", "detail", e.detail, NULL);
		return 69;
	}
	loop(&r);
	pg_free(r.pg);
	pg_free(r.listen);
	arena_free(r.a);
	arena_free(r.conf_mem);
	return 0;
}
