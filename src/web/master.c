#include "config.h"

#include "base/check.h"
#include "base/log.h"
#include "port/fcgi.h"
#include "port/spawn.h"
#include "web/loop_int.h"
#include "web/shared.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The master owns the sockets and the shared memory, and nothing else: no
 * database, no request. It forks the workers of each pool and the listener,
 * and replaces what dies; a process that dies young waits longer before its
 * next life. On HUP it re-reads the configuration and replaces the workers one
 * by one. A worker that is due to retire says so (SIGUSR1). In both cases the
 * successor is there before the old one stops to accept.
 */

#define SLOTS_MAX 448 /* all settings at their greatest: 401 */
#define YOUNG (2 * CLOCK_S)
#define BACKOFF_MAX (10 * CLOCK_S)

struct slot {
	struct worker w;
	pid_t pid;
	int64_t born, backoff, next; /* monotonic */
	unsigned generation;
};

struct master {
	const char *conf_path;
	const struct web_app *app;
	struct arena *conf_mem;
	struct conf conf;
	struct shared *shared;
	int listen_fd[POOL_COUNT];
	struct wakes wakes;
	struct slot slots[SLOTS_MAX];
	size_t slots_n;
	unsigned generation;
	int64_t roll_next;
	size_t children; /* also those that are only finishing */
	bool stopping;
	int64_t stop_deadline;
};

static void start(struct master *m, struct slot *s)
{
	pid_t pid = fork();

	s->born = clock_mono();
	s->generation = m->generation;
	if (pid == 0)
		worker_main(&s->w);
	if (pid < 0) {
		log_put(LOG_ERROR, "fork", "detail", strerror(errno), NULL);
		s->next = s->born + CLOCK_S;
		return;
	}
	m->children++;
	s->pid = pid;
}

/* A successor takes the slot; the old process finishes what it has. */
static void succeed(struct master *m, struct slot *s)
{
	pid_t old = s->pid;

	s->pid = 0;
	start(m, s);
	kill(old, SIGTERM);
}

static struct slot *add_slot(struct master *m, enum worker_kind kind, enum pool pool)
{
	struct slot *s = &m->slots[m->slots_n++];

	check(m->slots_n <= SLOTS_MAX);
	s->w = (struct worker){.kind = kind, .pool = pool, .conf = &m->conf, .app = m->app,
			       .shared = m->shared, .listen_fd = m->listen_fd[pool],
			       .wake_fd = -1, .wakes = &m->wakes};
	return s;
}

/* An eventfd of a worker's own, which the listener knows too. */
static void add_wake(struct slot *s, int *list, size_t *n)
{
	s->w.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	check(s->w.wake_fd >= 0 && *n < WAKES_MAX - 1);
	list[(*n)++] = s->w.wake_fd;
	list[*n] = -1;
}

static void make_slots(struct master *m)
{
	const int64_t sizes[POOL_COUNT] = {
		[POOL_FAST] = m->conf.fast_processes,
		[POOL_SLOW] = m->conf.slow_processes,
		[POOL_STREAM] = m->conf.stream_processes,
		[POOL_CALL] = m->conf.call_processes,
		[POOL_OPERATOR] = m->conf.operator_processes,
		[POOL_HOOK] = m->conf.hook_processes,
		[POOL_CODE] = m->conf.code_processes,
	};
	size_t streams = 0, calls = 0;

	for (enum pool p = 0; p < POOL_COUNT; p++)
		for (int64_t i = 0; i < sizes[p]; i++) {
			enum worker_kind kind = p == POOL_STREAM ? WORKER_STREAMS
					      : p == POOL_CALL   ? WORKER_CALLS
							       : WORKER_REQUESTS;
			struct slot *s = add_slot(m, kind, p);

			if (kind == WORKER_STREAMS)
				add_wake(s, m->wakes.streams, &streams);
			else if (kind == WORKER_CALLS)
				add_wake(s, m->wakes.calls, &calls);
		}
	add_slot(m, WORKER_LISTENER, POOL_STREAM);
}

/* Replace what has died, when its time has come. */
static void tend(struct master *m)
{
	int64_t now = clock_mono();

	for (size_t i = 0; i < m->slots_n && !m->stopping; i++)
		if (m->slots[i].pid <= 0 && now >= m->slots[i].next)
			start(m, &m->slots[i]);
}

/* One worker of an older generation at a time. */
static void roll(struct master *m)
{
	int64_t now = clock_mono();

	if (m->stopping || now < m->roll_next)
		return;
	for (size_t i = 0; i < m->slots_n; i++)
		if (m->slots[i].generation != m->generation && m->slots[i].pid > 0) {
			succeed(m, &m->slots[i]);
			m->roll_next = now + CLOCK_S / 4;
			return;
		}
}

static struct slot *slot_of(struct master *m, pid_t pid)
{
	for (size_t i = 0; i < m->slots_n; i++)
		if (m->slots[i].pid == pid)
			return &m->slots[i];
	return NULL;
}

static void died(struct master *m, pid_t pid, int status)
{
	struct slot *s = slot_of(m, pid);
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	int64_t now = clock_mono();
	char p[24], st[24];

	m->children--;
	if (s == NULL)
		return; /* one that was only finishing */
	s->pid = 0;
	if (clean || now - s->born > YOUNG)
		s->backoff = 0;
	else
		s->backoff = s->backoff ? s->backoff * 2 : CLOCK_S / 10;
	if (s->backoff > BACKOFF_MAX)
		s->backoff = BACKOFF_MAX;
	s->next = now + s->backoff;
	if (!clean && !m->stopping)
		log_put(LOG_ERROR, "worker_died", "pool", route_pool_name(s->w.pool), "worker",
			log_num(p, pid), "status", log_num(st, status), NULL);
}

/* A configuration that cannot be read, or names what no worker can start with, is
 * refused; the old one stays. */
static void reload(struct master *m)
{
	struct arena *a = arena_new(4u << 20);
	struct err e = {0};
	struct conf c;

	if (conf_read(a, m->conf_path, &c, &e) < 0 || worker_try(&c, m->app, &e) < 0) {
		log_put(LOG_ERROR, "reload_refused", "detail", e.detail, NULL);
		arena_free(a);
		return;
	}
	for (size_t i = 0; i < conf_row_count; i++)
		if (!(conf_rows[i].flags & (C_RELOAD | C_SECRET)) &&
		    strcmp(conf_show(a, &c, &conf_rows[i]), conf_show(a, &m->conf, &conf_rows[i])))
			log_put(LOG_WARN, "reload_needs_restart", "setting", conf_rows[i].name, NULL);
	/* Workers of the old generation are processes of their own: they keep theirs. */
	arena_free(m->conf_mem);
	m->conf_mem = a;
	m->conf = c;
	m->generation++;
	log_init("bus-fcgi", log_level_of(c.log_level));
	log_put(LOG_INFO, "reloaded", "conf", m->conf_path, NULL);
}

static void stop(struct master *m)
{
	if (m->stopping)
		return;
	m->stopping = true;
	m->stop_deadline = clock_mono() + (m->conf.drain_s + 1) * CLOCK_S;
	for (size_t i = 0; i < m->slots_n; i++)
		if (m->slots[i].pid > 0)
			kill(m->slots[i].pid, SIGTERM);
}

static void on_signal(struct master *m, int sig, pid_t from)
{
	struct slot *s;

	if (sig == SIGHUP)
		reload(m);
	else if (sig == SIGTERM || sig == SIGINT)
		stop(m);
	else if (sig == SIGUSR1 && !m->stopping && (s = slot_of(m, from)) != NULL)
		succeed(m, s);
}

static void supervise(struct master *m, const sigset_t *watched)
{
	const struct timespec tick = {0, 100 * 1000 * 1000};

	while (!m->stopping || m->children > 0) {
		siginfo_t info;
		pid_t pid;
		int status;

		tend(m);
		roll(m);
		if (sigtimedwait(watched, &info, &tick) > 0)
			on_signal(m, info.si_signo, info.si_pid);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			died(m, pid, status);
		if (m->stopping && clock_mono() > m->stop_deadline)
			return; /* each worker ends itself by its own drain time */
	}
}

static int open_sockets(struct master *m, struct err *e)
{
	struct group *gr = *m->conf.web_group ? getgrnam(m->conf.web_group) : NULL;
	struct arena *a = arena_new(64 * 1024);
	int rc = 0;

	if (*m->conf.web_group && gr == NULL)
		rc = err_set(e, E_INVALID, "group %s does not exist", m->conf.web_group);
	for (enum pool p = 0; p < POOL_COUNT && rc == 0; p++) {
		const char *path = arena_printf(a, "%s/%s.sock", m->conf.run, route_pool_name(p));

		m->listen_fd[p] = fcgi_listen(path, gr ? gr->gr_gid : (gid_t)-1);
		if (m->listen_fd[p] < 0)
			rc = err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	}
	arena_free(a);
	return rc;
}

static int begin(struct master *m, struct err *e)
{
	struct rlimit files;

	m->conf_mem = arena_new(4u << 20);
	if (conf_read(m->conf_mem, m->conf_path, &m->conf, e) < 0)
		return -1;
	log_init("bus-fcgi", log_level_of(m->conf.log_level));
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	umask(0027);
	m->shared = shared_new();
	if (open_sockets(m, e) < 0 || spawn_become(m->conf.user, e) < 0)
		return -1;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (worker_try(&m->conf, m->app, e) < 0)
		return -1;
	make_slots(m);
	return 0;
}

int web_master(const char *conf_path, const struct web_app *app)
{
	static struct master m;
	struct err e = {0};
	sigset_t watched;

	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigaddset(&watched, SIGHUP);
	sigaddset(&watched, SIGTERM);
	sigaddset(&watched, SIGINT);
	sigaddset(&watched, SIGUSR1);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	m.conf_path = conf_path;
	m.app = app;
	log_init("bus-fcgi", LOG_INFO);
	if (begin(&m, &e) < 0) {
		log_put(LOG_ERROR, "start", "detail", e.detail, NULL);
		return 78;
	}
	log_put(LOG_INFO, "started", "conf", conf_path, NULL);
	supervise(&m, &watched);
	log_put(LOG_INFO, "stopped", NULL);
	return 0;
}
