#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "port/file.h"
#include "port/spawn.h"
#include "support/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * One parent for all parts. PostgreSQL is executed directly, not by pg_ctl: a
 * postmaster that belongs to process 1 stays a zombie after a kill, and its
 * restart is refused for as long. What ends is started again, later each time
 * it ends young. The reaper ends each minute by itself, as under cron.
 */

enum part { PART_POSTGRES, PART_FCGI, PART_REAPER, PART_NGINX, PART_WARM, PARTS };

struct running {
	const char *name, *argv[10];
	int stop_signal;
	pid_t pid;
	int64_t born, backoff, next;
	bool wanted, once;
};

struct supervisor {
	struct stack *s;
	struct running parts[PARTS];
	bool stopping;
	sigset_t watched;
};

static const char *pid_path(const struct stack *s)
{
	return arena_printf(s->a, "%s/stack.pid", s->conf->run);
}

pid_t stack_running(const struct stack *s)
{
	int fd = open(pid_path(s), O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	pid_t pid = 0;

	if (fd < 0)
		return 0;
	/* The supervisor holds the lock for as long as it lives. */
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && read(fd, text, sizeof(text) - 1) > 0)
		pid = (pid_t)strtol(text, NULL, 10);
	close(fd);
	return pid;
}

static int take_pid(const struct stack *s)
{
	int fd = open(pid_path(s), O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(s->e, E_CONFLICT, "another stack runs here");
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", getpid()) < 0)
		return err_set(s->e, E_UNAVAILABLE, "%s: %s", pid_path(s), strerror(errno));
	return 0; /* stays open: the lock is the sign of life */
}

static void start(struct supervisor *v, struct running *p)
{
	sigset_t none;
	int log;

	p->born = clock_mono();
	p->pid = fork();
	if (p->pid != 0)
		return;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Not SIGKILL: nginx would leave its workers behind, and the port with them. */
	prctl(PR_SET_PDEATHSIG, p->stop_signal);
	setpgid(0, 0);
	log = open(arena_printf(v->s->a, "%s/log/%s.log", v->s->conf->var, p->name),
		   O_WRONLY | O_APPEND | O_CREAT, 0644);
	if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(126);
	if (chdir(v->s->conf->var) < 0)
		_exit(126);
	execvp(p->argv[0], (char *const *)(uintptr_t)p->argv);
	_exit(127);
}

static void stop_part(struct supervisor *v, enum part i, int64_t patience)
{
	struct running *p = &v->parts[i];
	int64_t end = clock_mono() + patience;
	const struct timespec tick = {0, 20 * 1000 * 1000};

	p->wanted = false;
	if (p->pid > 0)
		kill(p->pid, p->stop_signal);
	while (p->pid > 0) {
		if (waitpid(p->pid, NULL, WNOHANG) != 0)
			p->pid = 0;
		else if (clock_mono() > end)
			kill(p->pid, SIGKILL), end = INT64_MAX;
		else
			nanosleep(&tick, NULL);
	}
}

static void reap(struct supervisor *v)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (enum part i = 0; i < PARTS; i++) {
			struct running *p = &v->parts[i];
			bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
			char st[24];

			if (p->pid != pid)
				continue;
			p->pid = 0;
			kill(-pid, p->stop_signal); /* nginx is outlived by its workers, which hold the port */
			p->wanted = p->wanted && !p->once;
			if (clean || clock_mono() - p->born > 5 * CLOCK_S)
				p->backoff = clean && i == PART_REAPER ? 0 : CLOCK_S / 20;
			else
				p->backoff = p->backoff < 5 * CLOCK_S ? p->backoff * 2 + CLOCK_S / 10
								      : p->backoff;
			p->next = clock_mono() + p->backoff;
			if (!clean && p->wanted)
				log_put(LOG_ERROR, "part_ended", "part", p->name, "status",
					log_num(st, status), NULL);
		}
}

static void tend(struct supervisor *v)
{
	for (enum part i = 0; i < PARTS; i++) {
		struct running *p = &v->parts[i];

		if (p->wanted && p->pid <= 0 && clock_mono() >= p->next)
			start(v, p);
	}
}

static int helper(struct stack *s, const char *const *argv, int64_t timeout, char **ret_out)
{
	const char *env[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C",
			     arena_printf(s->a, "HOME=%s", s->conf->var), NULL};
	struct spawn_result r;

	if (spawn_run(s->a, &(struct spawn){.argv = argv, .env = env}, timeout, 1u << 20, &r, s->e) < 0)
		return -1;
	if (r.status != 0)
		return err_set(s->e, E_UNAVAILABLE, "%s %s: %s: %.200s", argv[0], argv[1] ? argv[1] : "",
			       spawn_status_text(s->a, r.status), r.err);
	if (ret_out != NULL)
		*ret_out = r.out;
	return 0;
}

/* Until PostgreSQL answers, or has ended. */
static int wait_for_database(struct supervisor *v)
{
	struct stack *s = v->s;
	const char *const argv[] = {arena_printf(s->a, "%s/pg_isready", s->pg_bin), "-q", "-h",
				    s->conf->run, "-p",
				    arena_printf(s->a, "%lld", (long long)s->conf->db_direct_port), "-U",
				    "bus_admin", "-d", "postgres", NULL};
	int64_t end = clock_mono() + 120 * CLOCK_S;
	const struct timespec tick = {0, 50 * 1000 * 1000};

	while (clock_mono() < end) {
		struct err e = {0};
		struct stack quiet = *s;

		quiet.e = &e;
		if (helper(&quiet, argv, 10 * CLOCK_S, NULL) == 0)
			return 0;
		nanosleep(&tick, NULL);
		reap(v);
		tend(v);
	}
	return err_set(s->e, E_UNAVAILABLE, "PostgreSQL does not answer: see log/postgres.log");
}

static int make_schema(struct stack *s)
{
	const char *port = arena_printf(s->a, "%lld", (long long)s->conf->db_direct_port);
	const char *const create[] = {
		arena_printf(s->a, "%s/createdb", s->pg_bin), "-h", s->conf->run, "-p", port, "-U",
		"bus_admin", "--maintenance-db=postgres", s->conf->db_name, NULL};
	const char *const migrate[] = {arena_printf(s->a, "%s/bus", s->bin), "db", "migrate",
				       "--config", s->conf_path, NULL};

	if (helper(s, create, 60 * CLOCK_S, NULL) < 0) {
		if (strstr(s->e->detail, "already exists") == NULL)
			return -1;
		err_clear(s->e);
	}
	return helper(s, migrate, 120 * CLOCK_S, NULL);
}

/* The plans of the file, an account that may call models, and its token for
 * whoever may read it. */
static int make_demo(struct stack *s)
{
	const char *bus = arena_printf(s->a, "%s/bus", s->bin);
	const char *path = arena_printf(s->a, "%s/demo.token", s->conf->var);
	const char *const put[] = {bus, "plan", "put", s->conf->plans, "--config", s->conf_path, NULL};
	const char *const assign[] = {bus, "plan", "assign", "demo", "demo", "--config", s->conf_path,
				      NULL};
	const char *const issue[] = {bus, "token", "issue", "--subject", "demo", "--ttl", "365d",
				     "--config", s->conf_path, NULL};
	char *token;

	if (*s->conf->plans == '\0')
		return 0;
	if (helper(s, put, 30 * CLOCK_S, NULL) < 0)
		return -1;
	if (file_exists(path))
		return 0;
	if (helper(s, assign, 30 * CLOCK_S, NULL) < 0 || helper(s, issue, 30 * CLOCK_S, &token) < 0)
		return -1;
	return file_write(path, token, strlen(token), 0600, s->e);
}

/* The web server's configuration: a frame of ours around what the routes say. */
static int make_nginx(struct stack *s)
{
	const char *argv[] = {arena_printf(s->a, "%s/bus", s->bin), "routes", "--nginx", "--config",
			      s->conf_path, NULL};
	const char *dir = arena_printf(s->a, "%s/nginx", s->conf->var);
	/* A follower holds two: the browser's and ours. One process may have them all. */
	long long most = 2 * (long long)(s->conf->stream_max * s->conf->stream_processes) + 1024;
	struct rlimit files;
	char *servers;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < (rlim_t)most + 64)
		most = (long long)files.rlim_max - 64; /* no process of ours may have more */
	if (helper(s, argv, 30 * CLOCK_S, &servers) < 0)
		return -1;
	return file_update(
		arena_printf(s->a, "%s/etc/nginx.conf", s->conf->var),
		arena_printf(s->a,
			     "worker_processes auto;\ndaemon off;\npid %s/nginx.pid;\n"
			     "error_log stderr warn;\npcre_jit on;\nworker_rlimit_nofile %lld;\n"
			     "events {\n\tworker_connections %lld;\n}\nhttp {\n"
			     "types {\n\ttext/html html;\n\ttext/css css;\n\ttext/javascript js mjs;\n"
			     "\tapplication/json json;\n\timage/svg+xml svg;\n\timage/png png;\n"
			     "\timage/x-icon ico;\n\tapplication/wasm wasm;\n\ttext/plain txt;\n}\n"
			     "charset utf-8;\nsendfile on;\naccess_log off;\n"
			     "client_body_temp_path %s/body;\nfastcgi_temp_path %s/fastcgi;\n"
			     "proxy_temp_path %s/proxy;\nuwsgi_temp_path %s/uwsgi;\n"
			     "scgi_temp_path %s/scgi;\n%s}\n",
			     s->conf->run, most + 64, most, dir, dir, dir, dir, dir, servers),
		0644, s->e);
}

static void define_parts(struct supervisor *v)
{
	struct stack *s = v->s;
	const char *nginx = file_exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";

	v->parts[PART_POSTGRES] = (struct running){
		.name = "postgres", .stop_signal = SIGINT,
		.argv = {arena_printf(s->a, "%s/postgres", s->pg_bin), "-D",
			 arena_printf(s->a, "%s/pg", s->conf->var), NULL}};
	v->parts[PART_FCGI] = (struct running){
		.name = "bus-fcgi", .stop_signal = SIGTERM,
		.argv = {arena_printf(s->a, "%s/bus-fcgi", s->bin), s->conf_path, NULL}};
	v->parts[PART_REAPER] = (struct running){
		.name = "bus-reaper", .stop_signal = SIGTERM,
		.argv = {arena_printf(s->a, "%s/bus-reaper", s->bin), s->conf_path, NULL}};
	v->parts[PART_NGINX] = (struct running){
		.name = "nginx", .stop_signal = SIGQUIT,
		.argv = {nginx, "-e", "stderr", "-p", arena_printf(s->a, "%s/nginx", s->conf->var), "-c",
			 arena_printf(s->a, "%s/etc/nginx.conf", s->conf->var), NULL}};
	/* The library for the other platforms, beside everything else. */
	v->parts[PART_WARM] = (struct running){
		.name = "warm", .stop_signal = SIGTERM, .once = true,
		.argv = {"nice", "-n", "19", arena_printf(s->a, "%s/bus", s->bin), "repo", "sync", "--all",
			 arena_printf(s->a, "--config=%s", s->conf_path), NULL}};
}

static int bring_up(struct supervisor *v, int say_fd)
{
	struct stack *s = v->s;
	const char *sync[] = {arena_printf(s->a, "%s/bus", s->bin), "repo", "sync", "--config",
			      s->conf_path, NULL};
	const char *test[] = {sync[0], "config", "test", "--config", s->conf_path, NULL};

	dprintf(say_fd, "starting PostgreSQL\n");
	v->parts[PART_POSTGRES].wanted = true;
	tend(v);
	if (wait_for_database(v) < 0)
		return -1;
	dprintf(say_fd, "migrating the database\n");
	if (make_schema(s) < 0 || make_demo(s) < 0)
		return -1;
	dprintf(say_fd, "preparing the template and the compiler's cache (once: half a minute)\n");
	if (helper(s, sync, 600 * CLOCK_S, NULL) < 0)
		return -1;
	dprintf(say_fd, "starting the application and the web server\n");
	if (helper(s, test, 30 * CLOCK_S, NULL) < 0 || make_nginx(s) < 0)
		return -1;
	for (enum part i = PART_FCGI; i < PARTS; i++)
		v->parts[i].wanted = true;
	tend(v);
	return 0;
}

static void bring_down(struct supervisor *v)
{
	stop_part(v, PART_WARM, CLOCK_S);
	stop_part(v, PART_NGINX, 5 * CLOCK_S);
	stop_part(v, PART_FCGI, (v->s->conf->drain_s + 2) * CLOCK_S);
	/* Twice: the first asks it to take nothing new, the second to stop now. */
	if (v->parts[PART_REAPER].pid > 0)
		kill(v->parts[PART_REAPER].pid, SIGTERM);
	stop_part(v, PART_REAPER, 10 * CLOCK_S);
	stop_part(v, PART_POSTGRES, 30 * CLOCK_S);
}

static void on_signal(struct supervisor *v, int sig)
{
	if (sig == SIGTERM || sig == SIGINT)
		v->stopping = true;
	if (sig != SIGHUP)
		return;
	if (v->parts[PART_FCGI].pid > 0)
		kill(v->parts[PART_FCGI].pid, SIGHUP);
	if (make_nginx(v->s) == 0 && v->parts[PART_NGINX].pid > 0)
		kill(v->parts[PART_NGINX].pid, SIGHUP);
}

int stack_supervise(struct stack *s, int say_fd)
{
	struct supervisor v = {.s = s};
	const struct timespec tick = {0, 200 * 1000 * 1000};

	log_init("bus-stack", LOG_INFO);
	sigemptyset(&v.watched);
	sigaddset(&v.watched, SIGCHLD);
	sigaddset(&v.watched, SIGTERM);
	sigaddset(&v.watched, SIGINT);
	sigaddset(&v.watched, SIGHUP);
	sigprocmask(SIG_BLOCK, &v.watched, NULL);
	if (take_pid(s) == 0) {
		define_parts(&v);
		if (bring_up(&v, say_fd) == 0) {
			dprintf(say_fd, "up\n");
			close(say_fd);
			say_fd = -1;
			log_put(LOG_INFO, "up", NULL);
		}
	}
	if (s->e->id != E_NONE) {
		dprintf(say_fd, "failed: %s\n", s->e->detail);
		v.stopping = true;
	}
	while (!v.stopping) {
		on_signal(&v, sigtimedwait(&v.watched, NULL, &tick));
		reap(&v);
		tend(&v);
	}
	bring_down(&v);
	log_put(LOG_INFO, "down", NULL);
	return s->e->id == E_NONE ? 0 : 69;
}
