#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/fcgi.h"
#include "port/file.h"
#include "port/otp.h"
#include "web/loop_int.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
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
	int rc;

	*web = (struct web){.conf = k->conf, .routes = k->app->routes, .session = k->app->session,
			    .caller = k->app->caller, .auth = k->app->auth,
			    .pool = k->pool, .shared = k->shared, .wake_fd = k->wake_fd,
			    .listen_fd = k->listen_fd,
			    .secure = str_starts(k->conf->public_url, "https://")};
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
	pg = pg_new(k->conf, route_pool_role(k->pool), false);
	pg_ready(pg, &e); /* warm; a database that is away is met again by the first request */
	if (k->kind == WORKER_STREAMS)
		loop_streams(&web, pg, stop_fd);
	else if (k->kind == WORKER_CALLS)
		loop_relays(&web, pg, stop_fd);
	else
		loop_requests(&web, pg, stop_fd, k->pool == POOL_FAST ? BATCH_MAX : 1);
	pg_free(pg);
	_exit(0);
}
