#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * Many followers of one run, and how long one event takes to reach them.
 *
 *   follow PORT PATH TOKEN N ROUNDS
 *
 * Opens N event streams on 127.0.0.1, prints "open N", then waits for a line
 * on standard input before each round: whoever writes it makes the event just
 * after. Prints p50, p99 and the maximum in microseconds from the time that
 * stands in the event (when the request that made it was read, in whole
 * milliseconds, so up to one too many) to its arrival at each follower. A wait
 * of more than 30 s ends it with status 1.
 */

#define MOST 20000
#define PATIENCE_MS 30000
#define QUIET_MS 500

static int fds[MOST], got[MOST], ep, n;
static long took[MOST];

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

/* The time of the first event in the text, such as "at":"2026-11-27T10:50:32.024Z". */
static long event_us(const char *text)
{
	const char *at = strstr(text, "\"at\":\"");
	struct tm t = {0};
	int ms = 0;

	if (at == NULL || sscanf(at + 6, "%d-%d-%dT%d:%d:%d.%3dZ", &t.tm_year, &t.tm_mon, &t.tm_mday,
				 &t.tm_hour, &t.tm_min, &t.tm_sec, &ms) != 7)
		return -1;
	t.tm_year -= 1900;
	t.tm_mon--;
	return timegm(&t) * 1000000L + ms * 1000L;
}

static int die(const char *what)
{
	fprintf(stderr, "follow: %s: %s\n", what, strerror(errno));
	return 1;
}

static int open_one(int i, int port, const char *request)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event ev = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

	fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&to, sizeof(to)) < 0 ||
	    write(fds[i], request, strlen(request)) < 0)
		return die("connect");
	return epoll_ctl(ep, EPOLL_CTL_ADD, fds[i], &ev);
}

/* Read until `want` followers have text with `mark` in it. */
static int gather(const char *mark, int want)
{
	struct epoll_event ev[512];
	int have = 0;

	memset(got, 0, sizeof(got));
	while (have < want) {
		int k = epoll_wait(ep, ev, 512, PATIENCE_MS);
		long at = now_us();

		if (k <= 0)
			return die("too few arrived");
		for (int j = 0; j < k; j++) {
			unsigned i = ev[j].data.u32;
			char text[16384];
			ssize_t m = read(fds[i], text, sizeof(text) - 1);

			if (m <= 0)
				return die("a follower was closed");
			text[m] = '\0';
			if (got[i] || strstr(text, mark) == NULL)
				continue;
			got[i] = 1;
			took[have++] = at - event_us(text);
		}
	}
	return 0;
}

/* One action may make several events: what is late must not count for the next. */
static void drain(void)
{
	struct epoll_event ev[512];
	char text[16384];
	int k;

	while ((k = epoll_wait(ep, ev, 512, QUIET_MS)) > 0)
		for (int j = 0; j < k; j++)
			if (read(fds[ev[j].data.u32], text, sizeof(text)) <= 0)
				exit(die("a follower was closed"));
}

static int by_size(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct rlimit most = {MOST + 64, MOST + 64};
	char request[2048], line[64];
	int rounds;

	if (argc != 6 || (n = atoi(argv[4])) < 1 || n > MOST)
		return 64;
	rounds = atoi(argv[5]);
	setrlimit(RLIMIT_NOFILE, &most);
	setvbuf(stdout, NULL, _IOLBF, 0);
	ep = epoll_create1(EPOLL_CLOEXEC);
	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
		 "Authorization: Bearer %s\r\n\r\n", argv[2], argv[3]);
	for (int i = 0; i < n; i++) {
		if (open_one(i, atoi(argv[1]), request) != 0)
			return 1;
		/* No more at once than a listening queue takes. */
		if (i % 256 == 255 && gather("id: 1\n", 256) != 0)
			return 1;
	}
	if (n % 256 && gather("id: 1\n", n % 256) != 0)
		return 1;
	drain();
	printf("open %d\n", n);
	while (rounds-- > 0 && fgets(line, sizeof(line), stdin) != NULL) {
		if (gather("id: ", n) != 0)
			return 1;
		drain();
		qsort(took, (size_t)n, sizeof(*took), by_size);
		printf("%ld %ld %ld\n", took[n / 2], took[(size_t)n * 99 / 100], took[n - 1]);
	}
	return 0;
}
