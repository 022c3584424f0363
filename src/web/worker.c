#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/fcgi.h"
#include "port/file.h"
#include "port/otp.h"
#include "web/loop_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int read_secret(struct arena *a, const char *path, void *to32, struct err *e)
{
	size_t n;
	char *text = file_read(a, path, 4096, &n, e);

	if (text == NULL)
		return -1;
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n < 32)
		return err_set(e, E_INVALID, "%s: a secret of less than 32 bytes", path);
	crypto_sha256(text, n, to32);
	return 0;
}

/* Who may come without one is for second.c to say; a key that cannot be read opens
 * nothing. */
static int read_operator_key(struct arena *a, const char *path, struct web *web, struct err *e)
{
	int n = otp_key_read(a, path, web->operator_key, e);

	web->operator_key_n = n > 0 ? (size_t)n : 0;
	return n < 0 ? -1 : 0;
}

/* One view for each worker, made after the fork. */
static int make_web(const struct worker *k, struct web *web, struct err *e)
{
	struct arena *a = arena_new(1u << 20);
	const char *port;
	int rc;

	*web = (struct web){.conf = k->conf, .routes = k->app->routes, .session = k->app->session,
			    .caller = k->app->caller, .auth = k->app->auth,
			    .pool = k->pool, .shared = k->shared, .wake_fd = k->wake_fd,
			    .listen_fd = k->listen_fd,
			    .secure = str_starts(k->conf->public_url, "https://")};
	/* Browsers do not tell the ports of a host apart. */
	if (!web->secure && (port = strrchr(k->conf->public_url, ':')) != NULL && port[1] != '/')
		snprintf(web->cookie_tail, sizeof(web->cookie_tail), "_%.*s", (int)strspn(port + 1, "0123456789"), port + 1);
	rc = read_secret(a, k->conf->server_secret, web->secret, e);
	if (rc == 0)
		rc = read_secret(a, k->conf->token_secret, web->token_key, e);
	if (rc == 0 && k->pool == POOL_OPERATOR) {
		rc = read_secret(a, k->conf->operator_token, web->operator_hash, e);
		web->has_operator = rc == 0;
		if (rc == 0)
			rc = read_operator_key(a, k->conf->operator_totp, web, e);
	}
	arena_free(a);
	return rc;
}

#define TRY_S 10

static _Noreturn void try_all(const struct conf *c, const struct web_app *app, int say)
{
	struct err e = {0};
	struct web web;

	alarm(TRY_S);
	for (enum pool p = 0; p < POOL_COUNT; p++) {
		struct worker k = {.conf = c, .app = app, .pool = p, .listen_fd = -1, .wake_fd = -1};

		if (make_web(&k, &web, &e) < 0 ||
		    (app->on_worker != NULL && app->on_worker(c, p, &e) < 0))
			_exit(write(say, e.detail, strlen(e.detail)) < 0 ? 71 : 78);
	}
	_exit(0);
}

int worker_try(const struct conf *c, const struct web_app *app, struct err *e)
{
	char why[sizeof(e->detail)] = "";
	int say[2], status = -1;
	pid_t pid;

	if (pipe2(say, O_CLOEXEC) < 0)
		return err_set(e, E_INTERNAL, "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		try_all(c, app, say[1]);
	close(say[1]);
	if (pid > 0 && read(say[0], why, sizeof(why) - 1) >= 0)
		waitpid(pid, &status, 0);
	close(say[0]);
	if (status == 0)
		return 0;
	return err_set(e, E_INVALID, "%s", *why ? why : "what it names cannot be read in time");
}

/* SIGTERM and SIGINT come by a descriptor, so that nothing is interrupted:
 * libfcgi takes an interrupted read for the end of the stream. */
static int stop_signals(void)
{
	sigset_t all, stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Trying a code is slow on purpose. However many guess, it is these few processes
 * that are busy with it, and everybody else goes first. */
#define CODE_NICE 10

void worker_main(const struct worker *k)
{
	struct err e = {0};
	struct web web;
	struct pg *pg;
	int stop_fd = stop_signals();

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (k->pool == POOL_CODE)
		setpriority(PRIO_PROCESS, 0, CODE_NICE);
	if (k->kind == WORKER_LISTENER) {
		loop_listener(k->conf, k->shared, k->wakes, stop_fd);
		_exit(0);
	}
	if (make_web(k, &web, &e) < 0 ||
	    (k->app->on_worker != NULL && k->app->on_worker(k->conf, k->pool, &e) < 0)) {
		log_put(LOG_ERROR, "worker_start", "pool", route_pool_name(k->pool), "detail",
			e.detail, NULL);
		_exit(78);
	}
	fcgi_init();
	if (k->kind == WORKER_CALLS) {
		loop_relays(&web, stop_fd);
		_exit(0);
	}
	pg = pg_new(k->conf, route_pool_role(k->pool), false);
	pg_ready(pg, &e); /* warm; a database that is away is met again by the first request */
	if (k->kind == WORKER_STREAMS)
		loop_streams(&web, pg, stop_fd);
	else
		loop_requests(&web, pg, stop_fd, k->pool == POOL_FAST ? BATCH_MAX : 1);
	pg_free(pg);
	_exit(0);
}
