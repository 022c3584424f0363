#include "config.h"

#include "base/check.h"
#include "base/log.h"
#include "port/fcgi.h"
#include "web/shared.h"
#include "web/stream_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/*
 * The stream worker: thousands of requests kept open in one loop. It is woken
 * by an eventfd when the listener has put hints into shared memory; with every
 * hint lost it still looks at each channel once a beat.
 */

#define EVENTS_MAX 512
#define BEAT_BYTES 1024 /* small signs of life get stuck in buffers on the way */

static void add_fd(struct streams *s, int fd, uint32_t events, void *who)
{
	struct epoll_event ev = {.events = events, .data.ptr = who};

	check(epoll_ctl(s->ep, EPOLL_CTL_ADD, fd, &ev) == 0);
}

/* Subjects with news; a lapped reader looks at all it has. */
static void take_hints(struct streams *s, uint64_t *at)
{
	uint64_t count;
	int64_t subject;

	if (read(s->web->wake_fd, &count, sizeof(count)) < 0)
		return;
	while ((subject = shared_next(s->web->shared, at)) != 0) {
		if (subject < 0) {
			channel_each(s, channel_dirty);
			continue;
		}
		for (struct channel *ch = s->buckets[(uint64_t)subject % CHANNEL_BUCKETS]; ch != NULL;
		     ch = ch->next)
			if (ch->subject == subject)
				channel_dirty(s, ch);
	}
}

static void beat_channel(struct streams *s, struct channel *ch)
{
	int64_t now = clock_mono();

	for (struct follower *fo = ch->first, *next; fo != NULL; fo = next) {
		next = fo->next;
		if (fo->poll == NULL && now >= fo->end)
			follower_drop(s, fo, false);
		else if (fo->poll == NULL)
			follower_write(s, fo, s->beat, strlen(s->beat));
	}
	channel_dirty(s, ch);
}

static void expire_polls(struct streams *s, struct channel *ch)
{
	int64_t now = clock_mono();

	for (struct follower *fo = ch->first, *next; fo != NULL; fo = next) {
		next = fo->next;
		if (fo->poll != NULL && now >= fo->end && stream_poll_answer(s, fo, true))
			follower_drop(s, fo, false);
	}
}

static void end_channel(struct streams *s, struct channel *ch)
{
	while (ch->first != NULL) {
		struct follower *fo = ch->first;

		if (fo->poll != NULL)
			stream_poll_answer(s, fo, true);
		follower_drop(s, fo, false);
	}
}

static char *new_beat(void)
{
	char *beat = malloc(BEAT_BYTES + 1);

	check(beat != NULL);
	memset(beat, ' ', BEAT_BYTES);
	beat[0] = ':';
	beat[BEAT_BYTES - 2] = beat[BEAT_BYTES - 1] = '\n';
	beat[BEAT_BYTES] = '\0';
	return beat;
}

static void on_event(struct streams *s, const struct epoll_event *ev, uint64_t *hints_at)
{
	struct follower *fo = ev->data.ptr;

	if (fo == NULL)
		stream_accept(s);
	else if (ev->data.ptr == s)
		take_hints(s, hints_at);
	else if (fo->gone)
		return;
	else if (ev->events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
		follower_drop(s, fo, true);
	else if (ev->events & EPOLLOUT)
		follower_writable(s, fo);
}

void loop_streams(struct web *web, struct pg *pg, int stop_fd)
{
	struct streams *s = calloc(1, sizeof(*s));
	struct epoll_event ev[EVENTS_MAX];
	uint64_t hints_at = atomic_load(&web->shared->hints_n);
	int64_t tick = clock_mono();
	bool stop = false;

	check(s != NULL && (s->ep = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	s->web = web;
	s->pg = pg;
	s->a = arena_new(64u << 20);
	s->beat = new_beat();
	s->next_beat = tick + web->conf->stream_beat_s * CLOCK_S;
	add_fd(s, web->listen_fd, EPOLLIN | EPOLLEXCLUSIVE, NULL);
	add_fd(s, web->wake_fd, EPOLLIN, s);
	add_fd(s, stop_fd, EPOLLIN, &stop);
	while (!stop) {
		int n = epoll_wait(s->ep, ev, EVENTS_MAX, 500);

		for (int i = 0; i < n; i++)
			if (ev[i].data.ptr == &stop)
				stop = loop_stopping(stop_fd);
			else
				on_event(s, &ev[i], &hints_at);
		if (clock_mono() >= tick) {
			tick = clock_mono() + CLOCK_S / 2;
			channel_each(s, expire_polls);
		}
		if (clock_mono() >= s->next_beat) {
			s->next_beat = clock_mono() + web->conf->stream_beat_s * CLOCK_S;
			channel_each(s, beat_channel);
		}
		channel_flush(s);
		follower_bury(s);
	}
	/* Browsers come back to another worker with the last event they have. */
	channel_each(s, end_channel);
	follower_bury(s);
	close(s->ep);
	arena_free(s->a);
	free(s->beat);
	free(s);
}
