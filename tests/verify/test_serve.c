#include "config.h"

#include "faulty.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/http.h"
#include "verify/verify_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* The server under the page test, also when the system fails it. */

static void test_server_answers_like_the_preview_host(void **state)
{
	static const struct verify_entry entries[] = {
		{.name = "index.html", .kind = "web"}, {.name = "big.json", .kind = "web"}};
	static const struct {
		const char *method, *path;
		int status;
	} cases[] = {
		{"GET", "index.html", 200},
		{"HEAD", "index.html", 200},
		{"GET", "index.html?x=1", 200},
		{"GET", "in%64ex.html", 200},
		{"GET", "nothing", 404},
		{"GET", "", 404},
		{"GET", "%zz", 404},
		{"GET", "..%2findex.html", 404},
		{"POST", "index.html", 405},
		{"DELETE", "index.html", 405},
	};
	struct arena *a = arena_new(64u << 20);
	size_t big = 12u << 20;
	struct verify_site site[] = {
		{&entries[0], (const unsigned char *)"<p>Hello", 8},
		{&entries[1], memset(arena_alloc(a, big), ' ', big), big}};
	struct http_answer h;
	struct err e = {0};
	pid_t pid;
	int port;

	(void)state;
	pid = verify_serve(site, 2, &port, &e);
	assert_true(pid > 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *url = arena_printf(a, "http://127.0.0.1:%d/%s", port, cases[i].path);

		assert_int_equal(http_do(a,
					 &(struct http_call){.method = cases[i].method,
							     .url = url,
							     .timeout_us = 5 * CLOCK_S,
							     .answer_max = 1 << 20},
					 &h, &e),
				 0);
		assert_int_equal(h.status, cases[i].status);
		assert_string_equal(http_header(a, &h, "X-Content-Type-Options"), "nosniff");
		assert_true(str_starts(http_header(a, &h, "Content-Security-Policy"), "sandbox "));
		if (cases[i].status == 200)
			assert_string_equal(h.type, "text/html; charset=utf-8");
	}
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/big.json", port),
		.timeout_us = 10 * CLOCK_S, .answer_max = 32u << 20}, &h, &e), 0);
	assert_int_equal(h.body_len, big);
	verify_serve_end(pid);
	arena_free(a);
}

static int connect_to(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

/* Silent, endless and broken connections; then one more than there is room. */
static void test_server_lets_nobody_block_it(void **state)
{
	static const struct verify_entry entry = {.name = "a.txt", .kind = "web"};
	struct verify_site site = {&entry, (const unsigned char *)"Hello", 5};
	struct arena *a = arena_new(16u << 20);
	struct http_answer h;
	struct err e = {0};
	int port, fds[70];
	char noise[9000];
	pid_t pid;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	for (int i = 0; i < 20; i++)
		fds[i] = connect_to(port);
	memset(noise, 'x', sizeof(noise));
	for (int i = 0; i < 10; i++)
		send(fds[i], noise, sizeof(noise), MSG_NOSIGNAL);
	for (int i = 10; i < 15; i++)
		close(fds[i]);
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/a.txt", port),
		.timeout_us = 5 * CLOCK_S, .answer_max = 1 << 20}, &h, &e), 0);
	assert_string_equal(h.body, "Hello");
	for (int i = 20; i < 70; i++)
		fds[i] = connect_to(port);
	for (int i = 0; i < 70; i++)
		if (i < 10 || i >= 15)
			close(fds[i]);
	assert_int_equal(http_do(a, &(struct http_call){.method = "GET",
		.url = arena_printf(a, "http://127.0.0.1:%d/a.txt", port),
		.timeout_us = 5 * CLOCK_S, .answer_max = 1 << 20}, &h, &e), 0);
	verify_serve_end(pid);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	arena_free(a);
}

/* What comes back for such a request, sent in two pieces. */
static const char *reply(struct arena *a, int port, const char *request)
{
	size_t half = strlen(request) / 2;
	char *text = arena_alloc(a, 4096);
	int fd = connect_to(port);
	ssize_t n, got = 0;

	check(half == 0 || (send(fd, request, half, MSG_NOSIGNAL) == (ssize_t)half &&
			    send(fd, request + half, strlen(request) - half, MSG_NOSIGNAL) > 0));
	while (got < 4000 && (n = recv(fd, text + got, 4000 - (size_t)got, 0)) > 0)
		got += n;
	close(fd);
	return text;
}

static const struct verify_entry entry = {.name = "a.txt", .kind = "web"};
static const struct verify_site site = {&entry, (const unsigned char *)"Hello", 5};

static void test_server_answers_odd_requests(void **state)
{
	static const struct {
		const char *request, *status;
	} cases[] = {
		{"GET x\r\n\r\n", "HTTP/1.1 404 "},
		{"GET xxxx HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "},
		{"GET /a.txt\r\n\r\n", "HTTP/1.1 200 "},
		{"HEAD /b.txt HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "},
		{"PUT /a.txt HTTP/1.1\r\n\r\n", "HTTP/1.1 405 "},
	};
	struct arena *a = arena_new(1u << 20);
	struct err e = {0};
	pid_t pid;
	int port;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	assert_true(pid > 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(str_starts(reply(a, port, cases[i].request), cases[i].status));
	verify_serve_end(pid);
	arena_free(a);
}

/* A head comes in pieces: the first was read when somebody who came later has
 * his answer, for the server takes turns. */
static void test_server_waits_for_the_rest(void **state)
{
	static const char request[] = "GET /a.txt HTTP/1.1\r\n\r\n";
	struct arena *a = arena_new(1u << 20);
	struct err e = {0};
	char text[100] = "";
	int port, fd;
	pid_t pid;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	assert_true(pid > 0);
	fd = connect_to(port);
	assert_int_equal(send(fd, request, 10, MSG_NOSIGNAL), 10);
	assert_true(str_ends(reply(a, port, request), "Hello"));
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), -1);
	assert_true(send(fd, request + 10, strlen(request) - 10, MSG_NOSIGNAL) > 0);
	assert_true(recv(fd, text, sizeof(text) - 1, 0) > 0);
	assert_true(str_starts(text, "HTTP/1.1 200 "));
	close(fd);
	verify_serve_end(pid);
	arena_free(a);
}

/* One more than there is room for is turned away, until somebody leaves. */
static void test_server_has_room_for_so_many(void **state)
{
	static const char request[] = "GET /a.txt HTTP/1.1\r\n\r\n";
	struct arena *a = arena_new(1u << 20);
	struct err e = {0};
	int port, fds[64];
	pid_t pid;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = connect_to(port);
	assert_string_equal(reply(a, port, ""), "");
	for (size_t i = 0; i < COUNT(fds); i++)
		close(fds[i]);
	assert_true(str_ends(reply(a, port, request), "\r\n\r\nHello"));
	verify_serve_end(pid);
	arena_free(a);
}

static void test_server_outlives_failing_calls(void **state)
{
	static const struct {
		const char *call;
		int error;
		bool lost; /* the first client gets nothing */
	} cases[] = {
		{"accept4", ECONNABORTED, false}, {"recv", EAGAIN, false}, {"recv", ECONNRESET, true},
		{"send", EAGAIN, false}, {"send", EPIPE, true}, {"poll", EINTR, false},
	};
	struct arena *a = arena_new(1u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char request[] = "GET /a.txt HTTP/1.1\r\n\r\n";
		struct err e = {0};
		const char *first;
		pid_t pid;
		int port;

		faulty_arm(cases[i].call, cases[i].error, 0);
		pid = verify_serve(&site, 1, &port, &e);
		faulty_disarm();
		assert_true(pid > 0);
		first = reply(a, port, request);
		assert_int_equal(*first == '\0', cases[i].lost);
		assert_true(str_ends(reply(a, port, request), "\r\n\r\nHello"));
		verify_serve_end(pid);
	}
	arena_free(a);
}

static void test_server_that_cannot_go_on_ends(void **state)
{
	static const struct {
		const char *call;
		int error;
	} cases[] = {{"poll", ENOMEM}, {"getppid", 0}};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err e = {0};
		int port, status;
		pid_t pid;

		faulty_arm(cases[i].call, cases[i].error, 0);
		pid = verify_serve(&site, 1, &port, &e);
		faulty_disarm();
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	}
}

static void test_server_that_cannot_begin_says_so(void **state)
{
	static const char *const calls[] = {"socket", "bind", "listen", "getsockname", "fork"};

	(void)state;
	for (size_t i = 0; i < COUNT(calls); i++) {
		struct err e = {0};
		int port;

		faulty_arm(calls[i], ENOBUFS, 0);
		assert_int_equal(verify_serve(&site, 1, &port, &e), -1);
		faulty_disarm();
		assert_int_equal(e.id, E_UNAVAILABLE);
		assert_non_null(strstr(e.detail, strerror(ENOBUFS)));
	}
}

static void test_server_is_waited_for(void **state)
{
	struct err e = {0};
	pid_t pid;
	int port;

	(void)state;
	pid = verify_serve(&site, 1, &port, &e);
	faulty_arm("waitpid", EINTR, 0);
	verify_serve_end(pid);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
	pid = verify_serve(&site, 1, &port, &e);
	faulty_arm("waitpid", ECHILD, 0); /* somebody else did */
	verify_serve_end(pid);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_answers_like_the_preview_host),
		cmocka_unit_test(test_server_lets_nobody_block_it),
		cmocka_unit_test(test_server_answers_odd_requests),
		cmocka_unit_test(test_server_waits_for_the_rest),
		cmocka_unit_test(test_server_has_room_for_so_many),
		cmocka_unit_test(test_server_outlives_failing_calls),
		cmocka_unit_test(test_server_that_cannot_go_on_ends),
		cmocka_unit_test(test_server_that_cannot_begin_says_so),
		cmocka_unit_test(test_server_is_waited_for),
	};

	unsetenv("http_proxy");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
