#include "config.h"

#include "port/calls.h"
#include "base/check.h"
#include "base/clock.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#define SPARE_MAX 64
#define LOOK (CLOCK_S / 4) /* how often silence is looked for */
#define BATCH 64

struct call {
	struct calls *in;
	struct call *prev, *next; /* of the open ones; then of the finished ones, to be freed */
	CURL *easy;
	struct curl_slist *headers;
	const struct call_on *on;
	void *ctx;
	size_t head_bytes;
	char retry_after[64];
	int64_t idle_us, heard; /* its longest silence; monotonic: when there was something last */
	int64_t sent;           /* bytes of the request, when it was looked at last */
	bool told_head, paused, stopped, buried;
};

struct calls {
	CURLM *multi;
	int ep;
	bool running; /* inside libcurl: nothing may be taken from it */
	struct call *open, *finished;
	int64_t look_at; /* monotonic: for silence, while any is open */
	CURL *spare[SPARE_MAX]; /* handles are dear to make */
	size_t spare_n;
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *known)
{
	struct calls *c = ctx;
	struct epoll_event ev = {.data.fd = fd};

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(c->ep, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	ev.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	if (epoll_ctl(c->ep, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) < 0)
		epoll_ctl(c->ep, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &ev);
	curl_multi_assign(c->multi, fd, c);
	return 0;
}

/* When libcurl wants to be called, in ms; -1: not before something happens. It is
 * asked once a round: told of each change, a timer would be set for each. */
static long wanted(const struct calls *c)
{
	long ms = -1;

	curl_multi_timeout(c->multi, &ms);
	return ms;
}

struct calls *calls_new(void)
{
	struct calls *c = calloc(1, sizeof(*c));

	check(c != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	check((c->multi = curl_multi_init()) != NULL);
	check((c->ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 256L);
	return c;
}

int calls_fd(const struct calls *c)
{
	return c->ep;
}

int calls_wait_ms(const struct calls *c, int most)
{
	int64_t look = c->open == NULL ? INT64_MAX : c->look_at - clock_mono();
	long ms = wanted(c);

	if (look < most * CLOCK_MS)
		most = look < 0 ? 0 : (int)(look / CLOCK_MS) + 1;
	return ms >= 0 && ms < most ? (int)ms : most;
}

/* A header line, the status line and the empty one at the end included. */
static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct call *k = ctx;
	size_t len = size * n, skip = strlen("retry-after:");
	long status = 0;
	char *type = NULL;

	k->heard = clock_mono();
	k->head_bytes += len;
	if (k->head_bytes > CALL_HEAD_MAX)
		return 0;
	if (len > skip && strncasecmp(p, "retry-after:", skip) == 0) {
		while (skip < len && p[skip] == ' ')
			skip++;
		snprintf(k->retry_after, sizeof(k->retry_after), "%.*s",
			 (int)strcspn(p + skip, "\r\n"), p + skip);
	}
	if (p[0] != '\r' && p[0] != '\n')
		return len;
	curl_easy_getinfo(k->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || k->told_head) /* on the way, or a trailer */
		return len;
	k->told_head = true;
	curl_easy_getinfo(k->easy, CURLINFO_CONTENT_TYPE, &type);
	k->on->head(k->ctx, (int)status, type ? type : "", k->retry_after);
	return k->stopped ? 0 : len;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct call *k = ctx;
	bool taken;

	if (k->stopped)
		return 0;
	k->heard = clock_mono();
	taken = k->on->data(k->ctx, p, size * n);
	if (k->stopped)
		return 0;
	k->paused = !taken;
	return taken ? size * n : CURL_WRITEFUNC_PAUSE;
}

static void set_up(struct call *k, const struct call_want *want)
{
	CURL *e = k->easy;

	curl_easy_setopt(e, CURLOPT_URL, want->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 16384L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(want->connect_us / CLOCK_MS));
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(want->total_us / CLOCK_MS));
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, k->headers);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, k);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, k);
	curl_easy_setopt(e, CURLOPT_PRIVATE, k);
	if (want->body == NULL)
		return;
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, want->body);
	curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)want->body_len);
}

struct call *call_start(struct calls *c, const struct call_want *want, const struct call_on *on,
			void *ctx)
{
	struct call *k = calloc(1, sizeof(*k));

	check(k != NULL);
	k->in = c;
	k->on = on;
	k->ctx = ctx;
	k->idle_us = want->idle_us;
	k->heard = clock_mono();
	if ((k->next = c->open) != NULL)
		k->next->prev = k;
	else
		c->look_at = k->heard + LOOK;
	c->open = k;
	k->easy = c->spare_n > 0 ? c->spare[--c->spare_n] : curl_easy_init();
	check(k->easy != NULL);
	/* No waiting for leave to send the body. */
	check((k->headers = curl_slist_append(NULL, "Expect:")) != NULL);
	for (const char *const *h = want->headers; h != NULL && *h != NULL; h++)
		check(curl_slist_append(k->headers, *h) != NULL);
	set_up(k, want);
	check(curl_multi_add_handle(c->multi, k->easy) == CURLM_OK);
	return k;
}

static void destroy(struct call *k)
{
	struct calls *c = k->in;

	curl_multi_remove_handle(c->multi, k->easy);
	curl_slist_free_all(k->headers);
	if (c->spare_n < SPARE_MAX) {
		curl_easy_reset(k->easy);
		c->spare[c->spare_n++] = k->easy;
	} else {
		curl_easy_cleanup(k->easy);
	}
	free(k);
}

/* Once. libcurl does not let go of a handle from inside its own callbacks. */
static void bury(struct call *k)
{
	if (k->buried)
		return;
	k->buried = true;
	*(k->prev != NULL ? &k->prev->next : &k->in->open) = k->next;
	if (k->next != NULL)
		k->next->prev = k->prev;
	k->next = k->in->finished;
	k->in->finished = k;
}

static void free_finished(struct calls *c)
{
	while (c->finished != NULL) {
		struct call *k = c->finished;

		c->finished = k->next;
		destroy(k);
	}
}

void call_stop(struct call *k)
{
	struct calls *c = k->in;

	k->stopped = true;
	bury(k);
	if (!c->running)
		free_finished(c);
}

void call_resume(struct call *k)
{
	k->paused = false;
	k->heard = clock_mono();
	if (!k->stopped)
		curl_easy_pause(k->easy, CURLPAUSE_CONT);
}

static enum call_end end_of(const struct call *k, CURLcode rc)
{
	long asked = 0;

	if (rc == CURLE_OK)
		return k->told_head ? CALL_DONE : CALL_BROKEN;
	curl_easy_getinfo(k->easy, CURLINFO_REQUEST_SIZE, &asked);
	if (asked == 0)
		return CALL_REFUSED;
	return rc == CURLE_OPERATION_TIMEDOUT ? CALL_TIMEOUT : CALL_BROKEN;
}

static void end(struct call *k, enum call_end how, const char *detail)
{
	k->stopped = true;
	bury(k);
	k->on->end(k->ctx, how, detail);
}

static void take_ended(struct calls *c)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		CURLcode rc = m->data.result;
		struct call *k = NULL;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&k);
		if (!k->stopped)
			end(k, end_of(k, rc), rc ? curl_easy_strerror(rc) : "");
	}
}

/* Neither side has said anything since `k->heard`. What is sent counts; a piece
 * that was not taken is our silence; the connection has a time limit of its own. */
static bool silent(struct call *k, int64_t now)
{
	curl_off_t connected = 0, sent = 0;

	curl_easy_getinfo(k->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
	curl_easy_getinfo(k->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	if (k->paused || connected == 0 || sent != k->sent)
		k->heard = now;
	k->sent = sent;
	return now - k->heard >= k->idle_us;
}

/* libcurl has an average of whole seconds for this, which comes late and takes
 * few bytes for none. */
static void look_for_silence(struct calls *c)
{
	int64_t now = clock_mono();

	if (c->open == NULL || now < c->look_at)
		return;
	c->look_at = now + LOOK;
	for (struct call *k = c->open, *next; k != NULL; k = next) {
		next = k->next;
		if (silent(k, now))
			bury(k);
	}
	/* Told afterwards: the owner may begin and stop calls meanwhile. */
	for (struct call *k = c->finished; k != NULL; k = k->next)
		if (!k->stopped)
			end(k, CALL_TIMEOUT, "silent for too long");
}

static void act(struct calls *c, int fd, int what)
{
	int still;

	curl_multi_socket_action(c->multi, fd, what, &still);
}

void calls_run(struct calls *c)
{
	struct epoll_event ev[BATCH];
	int n = epoll_wait(c->ep, ev, BATCH, 0);

	c->running = true;
	for (int i = 0; i < n; i++) {
		unsigned e = ev[i].events;

		act(c, ev[i].data.fd, (e & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0) |
			    (e & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			    (e & EPOLLERR ? CURL_CSELECT_ERR : 0));
	}
	/* A call that was begun or resumed in here is moved on in here. */
	for (int turn = 0; turn < 4 && wanted(c) == 0; turn++) {
		act(c, CURL_SOCKET_TIMEOUT, 0);
		take_ended(c);
	}
	take_ended(c);
	look_for_silence(c);
	c->running = false;
	free_finished(c);
}

void calls_free(struct calls *c)
{
	if (c == NULL)
		return;
	while (c->open != NULL)
		bury(c->open);
	free_finished(c);
	for (size_t i = 0; i < c->spare_n; i++)
		curl_easy_cleanup(c->spare[i]);
	curl_multi_cleanup(c->multi);
	close(c->ep);
	free(c);
}
