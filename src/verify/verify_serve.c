#include "config.h"

#include "verify/verify_serve.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * One poll loop, one request per connection. A browser opens connections ahead
 * and says nothing on them, so none may block another; it also breaks them off,
 * so every error of a connection is just its end.
 */
#define CLIENTS 64
#define HEAD_MAX 8192

/* What the preview host sends with every file (an opaque origin, so that files
 * of the site itself need Access-Control-Allow-Origin). */
static const char headers[] =
	"X-Content-Type-Options: nosniff\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Cache-Control: no-store\r\n"
	"Access-Control-Allow-Origin: *\r\n"
	"Cross-Origin-Resource-Policy: cross-origin\r\n"
	"Content-Security-Policy: sandbox allow-scripts allow-forms allow-modals allow-downloads; "
	"default-src 'self' data: blob: 'unsafe-inline' 'wasm-unsafe-eval'; base-uri 'none'; "
	"form-action 'self'; object-src 'none'\r\n"
	"Connection: close\r\n\r\n";

struct client {
	char head[HEAD_MAX];
	size_t got;              /* of the request */
	char answer[1024];       /* status line (a few words and a type) and headers */
	size_t answer_n, sent;   /* of headers and body together */
	const unsigned char *body;
	size_t body_n;
};

_Static_assert(sizeof(headers) + 256 <= sizeof(((struct client *)0)->answer),
	       "room for every answer");

struct server {
	const struct verify_site *files;
	size_t n;
	struct pollfd at[CLIENTS + 1]; /* the first listens */
	struct client *clients[CLIENTS + 1];
};

static void drop(struct server *s, size_t i)
{
	close(s->at[i].fd);
	s->at[i].fd = -1;
}

/* "GET /a%20b.js?x HTTP/1.1": the file, or NULL. */
static const struct verify_site *file_of(struct server *s, struct arena *a, const char *head)
{
	const char *path = strchr(head, '/'), *name;
	size_t n;

	if (path == NULL || path - head > 5)
		return NULL;
	n = strcspn(path + 1, " ?\r\n");
	name = str_unpercent(a, path + 1, n, false);
	for (size_t i = 0; name != NULL && i < s->n; i++)
		if (strcmp(s->files[i].entry->name, name) == 0)
			return &s->files[i];
	return NULL;
}

static void answer(struct server *s, struct client *c, struct pollfd *at)
{
	struct arena *a = arena_new(64 * 1024);
	bool head = str_starts(c->head, "HEAD "), get = str_starts(c->head, "GET ");
	const struct verify_site *f = head || get ? file_of(s, a, c->head) : NULL;
	const char *status = f != NULL ? "200 OK" : head || get ? "404 Not Found" :
			     "405 Method Not Allowed";

	if (f != NULL && get) {
		c->body = f->p;
		c->body_n = f->n;
	}
	snprintf(c->answer, sizeof(c->answer),
		 "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s", status,
		 f != NULL ? verify_mime(f->entry->name) : "text/plain; charset=utf-8",
		 f != NULL ? f->n : 0, headers);
	c->answer_n = strlen(c->answer);
	at->events = POLLOUT;
	arena_free(a);
}

static void read_request(struct server *s, size_t i)
{
	struct client *c = s->clients[i];
	ssize_t n = recv(s->at[i].fd, c->head + c->got, HEAD_MAX - 1 - c->got, 0);

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			drop(s, i);
		return;
	}
	c->got += (size_t)n;
	c->head[c->got] = '\0';
	if (strstr(c->head, "\r\n\r\n") != NULL)
		answer(s, c, &s->at[i]);
	else if (c->got == HEAD_MAX - 1)
		drop(s, i);
}

static void write_answer(struct server *s, size_t i)
{
	struct client *c = s->clients[i];
	bool in_head = c->sent < c->answer_n;
	const void *p = in_head ? (const void *)(c->answer + c->sent) :
				  (const void *)(c->body + (c->sent - c->answer_n));
	size_t left = in_head ? c->answer_n - c->sent : c->body_n - (c->sent - c->answer_n);
	ssize_t n = send(s->at[i].fd, p, left, MSG_NOSIGNAL);

	if (n < 0) {
		if (errno != EAGAIN)
			drop(s, i);
		return;
	}
	c->sent += (size_t)n;
	if (c->sent == c->answer_n + c->body_n) {
		shutdown(s->at[i].fd, SHUT_WR);
		drop(s, i);
	}
}

static void take_client(struct server *s)
{
	int fd = accept4(s->at[0].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	size_t i = 1;

	if (fd < 0)
		return;
	while (i <= CLIENTS && s->at[i].fd >= 0)
		i++;
	if (i > CLIENTS) {
		close(fd);
		return;
	}
	memset(s->clients[i], 0, sizeof(struct client));
	s->at[i] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static _Noreturn void serve(int listener, const struct verify_site *files, size_t n)
{
	struct arena *a = arena_new(4u << 20);
	struct server s = {.files = files, .n = n};

	for (size_t i = 0; i <= CLIENTS; i++) {
		s.at[i] = (struct pollfd){.fd = -1};
		s.clients[i] = ARENA_NEW(a, struct client);
	}
	s.at[0] = (struct pollfd){.fd = listener, .events = POLLIN};
	while (poll(s.at, CLIENTS + 1, -1) >= 0 || errno == EINTR) {
		for (size_t i = 1; i <= CLIENTS; i++) {
			if (s.at[i].fd < 0 || s.at[i].revents == 0)
				continue;
			if (s.at[i].events == POLLIN)
				read_request(&s, i);
			else
				write_answer(&s, i);
		}
		if (s.at[0].revents)
			take_client(&s);
	}
	_exit(1);
}

static int listen_here(int *ret_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&at, len) < 0 || listen(fd, CLIENTS) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0) {
		close(fd);
		return -1;
	}
	*ret_port = ntohs(at.sin_port);
	return fd;
}

pid_t verify_serve(const struct verify_site *files, size_t n, int *ret_port, struct err *e)
{
	int fd = listen_here(ret_port);
	pid_t parent = getpid(), pid = fd < 0 ? -1 : fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		serve(fd, files, n);
	}
	if (pid < 0)
		err_set(e, E_UNAVAILABLE, "the page cannot be served: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return pid;
}

void verify_serve_end(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}
