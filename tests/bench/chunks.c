#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/*
 * Streams whose chunks carry the time at which they were sent:
 *
 *   chunks serve PORT CHUNKS EVERY_MS    an upstream that speaks OpenAI's streams
 *   chunks ask PORT STREAMS CHUNKS HEADERS_FILE MODEL
 *       so many of them at once; prints how many came whole, how many chunks, and the
 *       delay of a chunk from its sending to its coming: p50, p99 and the longest, in ms
 *
 * Both are one process and one thread, so what they themselves need is the same
 * whatever stands between them.
 */

#define STREAMS_MAX 4096
#define PACE_US 2000 /* between two new connections */

struct stream {
	int fd, chunks;
	int64_t next; /* when the next chunk leaves */
	size_t have, want; /* of the request */
	char in[8192];
	/* the client: a time that is being read */
	int digits; /* -1: outside of one */
	int64_t value;
	int done_at; /* letters of "[DONE]" that have come */
	int done;
};

static struct stream *streams[STREAMS_MAX];
static int ep;

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct stream *add(int fd)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct epoll_event ev = {.events = EPOLLIN};
	int one = 1, i = 0;

	while (i < STREAMS_MAX && streams[i] != NULL)
		i++;
	if (s == NULL || i == STREAMS_MAX)
		exit(70);
	s->fd = fd;
	s->digits = -1;
	streams[i] = ev.data.ptr = s;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	return s;
}

static void drop(struct stream *s)
{
	for (int i = 0; i < STREAMS_MAX; i++)
		if (streams[i] == s)
			streams[i] = NULL;
	close(s->fd);
	free(s);
}

/* ---- the upstream */

static void say(struct stream *s, const char *text, size_t n)
{
	if (write(s->fd, text, n) != (ssize_t)n)
		s->chunks = -1; /* nobody reads: end it */
}

static void say_chunk(struct stream *s, int all)
{
	char text[512];
	int n;

	if (s->chunks++ < all)
		n = snprintf(text, sizeof(text),
			     "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
			     "[{\"index\":0,\"delta\":{\"content\":\"@%lld@ and a word or two\"},\"finish_reason\":null}]}\n\n",
			     (long long)now_us());
	else
		n = snprintf(text, sizeof(text),
			     "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
			     "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
			     "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],"
			     "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":50,\"total_tokens\":70}}\n\ndata: [DONE]\n\n");
	say(s, text, (size_t)n);
	if (s->chunks > all)
		s->chunks = -1;
}

/* A request of a head and a body; true when it is all there. */
static int read_request(struct stream *s)
{
	ssize_t n = read(s->fd, s->in + s->have, sizeof(s->in) - 1 - s->have);
	char *end, *length;

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			drop(s);
		return 0;
	}
	s->have += (size_t)n;
	s->in[s->have] = '\0';
	if ((end = strstr(s->in, "\r\n\r\n")) == NULL)
		return 0;
	length = strcasestr(s->in, "content-length:");
	s->want = (size_t)(end + 4 - s->in) + (length ? strtoul(length + 15, NULL, 10) : 0);
	return s->have >= s->want;
}

static void serve(int listen_fd, int chunks, int64_t every)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
	struct epoll_event ev[512];

	for (;;) {
		int n = epoll_wait(ep, ev, 512, 1);
		int64_t now = now_us();

		for (int i = 0; i < n; i++) {
			struct stream *s = ev[i].data.ptr;
			int fd;

			if (s == NULL) {
				while ((fd = accept(listen_fd, NULL, NULL)) >= 0)
					add(fd);
			} else if (read_request(s)) {
				say(s, head, sizeof(head) - 1);
				s->next = now;
				s->have = 0;
			}
		}
		for (int i = 0; i < STREAMS_MAX; i++) {
			struct stream *s = streams[i];

			if (s == NULL || s->next == 0 || now < s->next)
				continue;
			say_chunk(s, chunks);
			s->next += every;
			if (s->chunks < 0)
				drop(s);
		}
	}
}

/* ---- the client */

static int *delays;
static size_t delays_n, delays_cap;

static void note(int64_t sent, int64_t now)
{
	if (delays_n == delays_cap)
		return;
	delays[delays_n++] = (int)(now - sent);
}

static void take(struct stream *s, const char *p, ssize_t n, int64_t now)
{
	static const char done[] = "[DONE]";

	for (ssize_t i = 0; i < n; i++) {
		if (p[i] == done[s->done_at])
			s->done_at++;
		else
			s->done_at = p[i] == done[0];
		if (s->done_at == sizeof(done) - 1) {
			s->done = 1;
			s->done_at = 0;
		}
		if (p[i] == '@') {
			if (s->digits > 6)
				note(s->value, now);
			s->digits = s->digits > 6 ? -1 : 0;
			s->value = 0;
		} else if (s->digits >= 0 && p[i] >= '0' && p[i] <= '9' && s->digits < 18) {
			s->value = s->value * 10 + (p[i] - '0');
			s->digits++;
		} else {
			s->digits = -1;
		}
	}
}

static int dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	return fd;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int ask(int port, int all, int chunks, const char *headers, const char *model)
{
	int begun = 0, open = 0, whole = 0, failed = 0;
	int64_t last = 0, end = now_us() + 120000000;
	struct epoll_event ev[512];
	char text[16384], in[65536], body[512];
	int body_n = snprintf(body, sizeof(body),
			      "{\"model\":\"%s\",\"stream\":true,\"max_tokens\":60,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", model);
	int n = snprintf(text, sizeof(text), "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n%s"
			 "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", headers, body_n, body);

	while ((begun < all || open > 0) && now_us() < end) {
		if (begun < all && now_us() >= last + PACE_US) {
			int fd = dial(port);

			last = now_us();
			begun++;
			if (fd < 0 || write(fd, text, (size_t)n) != n) {
				failed++;
			} else {
				add(fd);
				open++;
			}
		}
		int got = epoll_wait(ep, ev, 512, 1);
		for (int i = 0; i < got; i++) {
			struct stream *s = ev[i].data.ptr;
			ssize_t r = read(s->fd, in, sizeof(in));

			if (r > 0)
				take(s, in, r, now_us());
			if (r == 0 || (r < 0 && errno != EAGAIN) || s->done) {
				whole += s->done;
				drop(s);
				open--;
			}
		}
	}
	qsort(delays, delays_n, sizeof(*delays), compare);
	printf("%d %zu %.3f %.3f %.3f\n", whole, delays_n, delays_n ? delays[delays_n / 2] / 1000.0 : 0,
	       delays_n ? delays[delays_n * 99 / 100] / 1000.0 : 0, delays_n ? delays[delays_n - 1] / 1000.0 : 0);
	return whole == all && delays_n >= (size_t)(all * chunks) * 99 / 100 ? 0 : 1;
}

static int listen_at(int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = NULL};

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 4096) < 0)
		exit(69);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	return fd;
}

int main(int argc, char **argv)
{
	static char headers[8192];
	struct rlimit files;
	FILE *f;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	ep = epoll_create1(0);
	if (argc == 5 && strcmp(argv[1], "serve") == 0)
		serve(listen_at(atoi(argv[2])), atoi(argv[3]), (int64_t)atoi(argv[4]) * 1000);
	if (argc != 7 || strcmp(argv[1], "ask") != 0 || (f = fopen(argv[5], "r")) == NULL)
		return 64;
	headers[fread(headers, 1, sizeof(headers) - 1, f)] = '\0';
	delays_cap = (size_t)atoi(argv[3]) * (size_t)atoi(argv[4]);
	if ((delays = calloc(delays_cap, sizeof(*delays))) == NULL)
		return 70;
	return ask(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]), headers, argv[6]);
}
