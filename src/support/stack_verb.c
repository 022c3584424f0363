#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/file.h"
#include "port/http.h"
#include "port/sandbox.h"
#include "repo/repo.h"
#include "support/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int open_stack(struct cli *c, struct stack *s)
{
	*s = (struct stack){.a = c->w.a, .conf = &c->conf, .conf_path = c->conf_path,
			    .bin = sandbox_beside(c->w.a, "."), .pg_bin = stack_find_pg(c->w.a),
			    .e = &c->w.err};
	if (s->pg_bin == NULL)
		return fail(&c->w, E_RESOURCE, "no PostgreSQL 14 or newer below /usr/lib/postgresql");
	return 0;
}

/* Everything below happens in the child that becomes the supervisor. */
static _Noreturn void supervisor_main(struct stack *s, int say_fd)
{
	int null = open("/dev/null", O_RDWR), log, rc;

	setsid();
	if (stack_make(s) < 0) {
		dprintf(say_fd, "failed: %s\n", s->e->detail);
		_exit(73);
	}
	log = open(arena_printf(s->a, "%s/log/stack.log", s->conf->var),
		   O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) {
		dprintf(say_fd, "failed: log: %s\n", strerror(errno));
		_exit(73);
	}
	rc = stack_supervise(s, say_fd);
	_exit(rc);
}

/* Nobody else may answer there: it would be taken for us. */
static int port_is_free(struct cli *c)
{
	const char *at = c->conf.listen, *colon = strrchr(at, ':');
	struct addrinfo want = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *found = NULL;
	char *host = arena_strndup(c->w.a, at, colon ? (size_t)(colon - at) : strlen(at));
	int fd, on = 1, rc = 0;

	host += *host == '[';
	host[strcspn(host, "]")] = '\0';
	if (colon == NULL || getaddrinfo(host, colon + 1, &want, &found) != 0)
		return fail(&c->w, E_INVALID, "listen = %s is no address and port", at);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, found->ai_addr, found->ai_addrlen) < 0)
		rc = fail(&c->w, E_CONFLICT, "listen = %s: %s; BUS_PORT chooses another port for a new stack",
			  at, strerror(errno));
	freeaddrinfo(found);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* Show the steps; the last line says how it went. */
static int watch(struct cli *c, int fd)
{
	FILE *in = fdopen(fd, "r");
	char line[512], last[512] = "failed: the supervisor ended without a word";

	while (in != NULL && fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		memcpy(last, line, sizeof(line));
		cli_progress("%s", line);
	}
	if (in != NULL)
		fclose(in);
	cli_progress_end();
	if (strcmp(last, "up") == 0)
		return 0;
	return fail(&c->w, E_UNAVAILABLE, "%s", str_starts(last, "failed: ") ? last + 8 : last);
}

static bool ready(struct cli *c, const char **ret_body)
{
	struct http_call call = {.method = "GET", .timeout_us = 2 * CLOCK_S, .answer_max = 65536,
				 .url = arena_printf(c->w.a, "http://%s/readyz", c->conf.listen)};
	struct http_answer h = {0};
	struct err e = {0};

	if (http_do(c->w.a, &call, &h, &e) < 0)
		return false;
	if (ret_body != NULL)
		*ret_body = h.body;
	return h.status == 200;
}

static int wait_ready(struct cli *c)
{
	const struct timespec tick = {0, 100 * 1000 * 1000};
	const char *body = "no answer";

	for (int i = 0; i < 600; i++) {
		if (ready(c, &body))
			return 0;
		cli_progress("waiting until everything is ready");
		nanosleep(&tick, NULL);
	}
	return fail(&c->w, E_UNAVAILABLE, "not ready: %s", body);
}

static int print_state(struct cli *c, const struct stack *s)
{
	pid_t pid = stack_running(s);
	const char *body = NULL;
	bool ok = pid > 0 && ready(c, &body);
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 65536);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "stack", pid > 0 ? "running" : "stopped");
	jw_kint(&j, "pid", pid);
	jw_kbool(&j, "ready", ok);
	jw_kstr(&j, "chat", c->conf.public_url);
	jw_kstr(&j, "previews", arena_printf(c->w.a, "http://*.%s", c->conf.preview_host));
	jw_kstr(&j, "configuration", c->conf_path);
	jw_kstr(&j, "state", c->conf.var);
	jw_key(&j, "readyz");
	jw_raw(&j, body && *body == '{' ? body : "null");
	jw_end_object(&j);
	return cli_json(c, buf_str(&b)) < 0 ? -1 : !ok;
}

static int up(struct cli *c)
{
	const char *var = getenv("BUS_VAR"), *port = getenv("BUS_PORT");
	int say[2], rc;
	struct stack s;

	if (cli_option(c, "config") == NULL &&
	    stack_make_conf(c->w.a, var ? var : "./var", port ? port : "8080", &c->conf_path,
			    &c->w.err) < 0)
		return -1;
	if (conf_read(c->w.a, c->conf_path, &c->conf, &c->w.err) < 0 || open_stack(c, &s) < 0)
		return -1;
	if (port != NULL && !str_ends(c->conf.listen, arena_printf(c->w.a, ":%s", port)))
		return fail(&c->w, E_INVALID, "%s says listen = %s; BUS_PORT is %s", c->conf_path,
			    c->conf.listen, port);
	if (stack_running(&s) == 0) {
		pid_t pid;

		if (port_is_free(c) < 0)
			return -1;
		if (pipe(say) < 0 || fcntl(say[1], F_SETFD, FD_CLOEXEC) < 0 || (pid = fork()) < 0)
			return fail(&c->w, E_UNAVAILABLE, "%s", strerror(errno));
		if (pid == 0) {
			close(say[0]);
			supervisor_main(&s, say[1]);
		}
		close(say[1]);
		if (watch(c, say[0]) < 0)
			return -1;
	}
	rc = wait_ready(c);
	cli_progress_end();
	return rc < 0 ? -1 : print_state(c, &s);
}

static int status(struct cli *c)
{
	struct stack s;

	return open_stack(c, &s) < 0 ? -1 : print_state(c, &s);
}

static int down(struct cli *c)
{
	const struct timespec tick = {0, 50 * 1000 * 1000};
	struct stack s;
	pid_t pid;

	if (open_stack(c, &s) < 0)
		return -1;
	if ((pid = stack_running(&s)) == 0) {
		cli_out("the stack is not running\n");
		return 0;
	}
	if (kill(pid, SIGTERM) < 0)
		return fail(&c->w, E_SCOPE, "pid %d: %s", pid, strerror(errno));
	for (int i = 0; i < 1500; i++) {
		if (stack_running(&s) == 0) {
			cli_progress_end();
			cli_out("stopped\n");
			return 0;
		}
		cli_progress("stopping");
		nanosleep(&tick, NULL);
	}
	return fail(&c->w, E_UNAVAILABLE, "pid %d does not end", pid);
}

const struct verb stack_verbs[] = {
	{.name = "stack up", .no_conf = true, .run = up,
	 .doc = "make and start the local stack ($BUS_VAR, $BUS_PORT)"},
	{.name = "stack status", .run = status, .doc = "what runs, where, and whether it is ready"},
	{.name = "stack down", .run = down, .doc = "stop the local stack"},
	{0},
};
