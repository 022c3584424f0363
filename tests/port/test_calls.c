/* Calls against a server on loopback that takes its time in different ways. */
#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "port/calls.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define IDLE CLOCK_S
#define STEP (CLOCK_S / 4)
#define BODY (16u << 20) /* far more than the sockets hold */

static int listen_fd, port;
static struct calls *calls;

struct seen {
	size_t bytes;
	bool hold, done;
	enum call_end how;
	int64_t took, at;
};

static void pause_for(int64_t us)
{
	struct timespec t = {us / CLOCK_S, us % CLOCK_S * 1000};

	nanosleep(&t, NULL);
}

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(1);
}

/* By the path: /drops one byte a step, /silent nothing after the head, /slow reads
 * the request slowly, /big answers with 256 KiB. */
static void serve(int fd)
{
	char in[65536], path[32];
	long n = read(fd, in, 4096);

	memcpy(path, in, sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	if (strstr(path, "/slow") != NULL)
		for (size_t got = (size_t)n; got < BODY; got += (size_t)n) {
			pause_for(STEP / 25);
			if ((n = read(fd, in, sizeof(in))) <= 0)
				_exit(1);
		}
	if (strstr(path, "/big") != NULL) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 262144\r\n\r\n");
		memset(in, 'x', sizeof(in));
		for (int i = 0; i < 4; i++)
			if (write(fd, in, sizeof(in)) < 0)
				_exit(1);
	} else if (strstr(path, "/drops") != NULL || strstr(path, "/silent") != NULL) {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
		for (int i = 0; i < 8; i++) {
			pause_for(strstr(path, "/silent") ? 60 * CLOCK_S : STEP);
			say(fd, "x");
		}
	} else {
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	}
	read(fd, in, 1); /* until it is closed */
	_exit(0);
}

static pid_t server(void)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	for (int fd; (fd = accept(listen_fd, NULL, NULL)) >= 0; close(fd))
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd);
		}
	_exit(0);
}

static void on_head(void *ctx, int status, const char *type, const char *retry_after)
{
	(void)ctx, (void)type, (void)retry_after;
	assert_int_equal(status, 200);
}

static bool on_data(void *ctx, const char *p, size_t n)
{
	struct seen *s = ctx;

	(void)p;
	if (s->hold)
		return false;
	s->bytes += n;
	return true;
}

static void on_end(void *ctx, enum call_end how, const char *detail)
{
	struct seen *s = ctx;

	(void)detail;
	s->how = how;
	s->done = true;
	s->took = clock_mono() - s->at;
}

static struct call *ask(struct seen *s, const char *path, size_t body_len)
{
	static const struct call_on on = {on_head, on_data, on_end};
	static char body[BODY], url[64];
	struct call_want want = {.url = url, .body = body_len ? body : NULL, .body_len = body_len,
				 .connect_us = 10 * CLOCK_S, .idle_us = IDLE};

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", port, path);
	memset(body, 'b', sizeof(body));
	s->at = clock_mono();
	return call_start(calls, &want, &on, s);
}

static void run_until(const bool *done, int64_t end)
{
	for (calls_run(calls); !*done && clock_mono() < end; calls_run(calls)) {
		struct pollfd at = {calls_fd(calls), POLLIN, 0};

		poll(&at, 1, calls_wait_ms(calls, 1000));
	}
}

static struct seen whole(const char *path, size_t body_len)
{
	struct seen s = {0};

	ask(&s, path, body_len);
	run_until(&s.done, clock_mono() + 50 * CLOCK_S);
	assert_true(s.done);
	return s;
}

static void few_bytes_are_no_silence(void **state)
{
	struct seen s = whole("drops", 0);

	(void)state;
	assert_int_equal(s.how, CALL_DONE);
	assert_int_equal(s.bytes, 8);
	assert_true(s.took > IDLE); /* else nothing was shown */
}

static void silence_is_cut_in_time(void **state)
{
	struct seen s = whole("silent", 0);

	(void)state;
	assert_int_equal(s.how, CALL_TIMEOUT);
	assert_true(s.took >= IDLE);
	assert_true(s.took < 5 * IDLE);
}

static void a_long_request_is_no_silence(void **state)
{
	struct seen s = whole("slow", BODY);

	(void)state;
	assert_int_equal(s.how, CALL_DONE);
	assert_true(s.took > IDLE);
}

/* Who reads slowly keeps his call. */
static void our_own_silence_is_none(void **state)
{
	struct seen s = {.hold = true};
	struct call *k = ask(&s, "big", 0);

	(void)state;
	run_until(&s.done, clock_mono() + 2 * IDLE);
	assert_false(s.done);
	s.hold = false;
	call_resume(k);
	run_until(&s.done, clock_mono() + 50 * CLOCK_S);
	assert_int_equal(s.how, CALL_DONE);
	assert_int_equal(s.bytes, 262144);
}

static void one_that_is_given_up_is_not_told_of(void **state)
{
	struct seen s = {0}, t;

	(void)state;
	call_stop(ask(&s, "silent", 0));
	t = whole("ok", 0);
	assert_int_equal(t.how, CALL_DONE);
	assert_false(s.done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_bytes_are_no_silence), cmocka_unit_test(silence_is_cut_in_time),
		cmocka_unit_test(a_long_request_is_no_silence), cmocka_unit_test(our_own_silence_is_none),
		cmocka_unit_test(one_that_is_given_up_is_not_told_of),
	};
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	pid_t pid;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(bind(listen_fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(listen_fd, 16) == 0 &&
	      getsockname(listen_fd, (struct sockaddr *)&at, &len) == 0);
	port = ntohs(at.sin_port);
	pid = server();
	calls = calls_new();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	calls_free(calls);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return rc;
}
