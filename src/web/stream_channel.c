#include "config.h"

#include "base/check.h"
#include "base/log.h"
#include "port/fcgi.h"
#include "web/shared.h"
#include "web/stream_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define STUCK_MAX (60 * CLOCK_S)

struct channel *channel_of(struct streams *s, const struct follow *how, int64_t account,
			   int64_t subject, int64_t seq)
{
	struct channel **at = &s->buckets[(uint64_t)subject % CHANNEL_BUCKETS], *ch;

	for (ch = *at; ch != NULL; ch = ch->next)
		if (ch->subject == subject && ch->account == account && ch->follow == how)
			return ch;
	check((ch = calloc(1, sizeof(*ch))) != NULL);
	ch->follow = how;
	ch->account = account;
	ch->subject = subject;
	ch->seq = seq;
	ch->next = *at;
	return *at = ch;
}

static void channel_free(struct streams *s, struct channel *ch)
{
	struct channel **at = &s->buckets[(uint64_t)ch->subject % CHANNEL_BUCKETS];

	while (*at != ch)
		at = &(*at)->next;
	*at = ch->next;
	free(ch);
}

void channel_dirty(struct streams *s, struct channel *ch)
{
	if (ch->dirty)
		return;
	ch->dirty = true;
	ch->next_dirty = s->dirty;
	s->dirty = ch;
}

void channel_each(struct streams *s, void (*fn)(struct streams *s, struct channel *ch))
{
	for (size_t i = 0; i < CHANNEL_BUCKETS; i++)
		for (struct channel *ch = s->buckets[i], *next; ch != NULL; ch = next) {
			next = ch->next;
			fn(s, ch);
		}
}

/* EPOLLOUT only while there is something that waits for room. */
static void watch(struct streams *s, struct follower *fo, int op)
{
	bool wants = fo->behind || (fo->poll == NULL && fcgi_stream_pending(fo->f));
	struct epoll_event ev = {.events = EPOLLRDHUP | (wants ? EPOLLOUT : 0u), .data.ptr = fo};

	check(epoll_ctl(s->ep, op, fcgi_fd(fo->f), &ev) == 0);
}

void follower_add(struct streams *s, struct channel *ch, struct follower *fo)
{
	fo->ch = ch;
	fo->next = ch->first;
	if (ch->first != NULL)
		ch->first->prev = fo;
	ch->first = fo;
	fo->behind = fo->poll == NULL && fo->sent < ch->seq;
	s->open++;
	atomic_fetch_add_explicit(&s->web->shared->streams, 1, memory_order_relaxed);
	watch(s, fo, EPOLL_CTL_ADD);
}

void follower_drop(struct streams *s, struct follower *fo, bool gone)
{
	if (fo->gone)
		return;
	fo->gone = true;
	if (fo->poll == NULL) {
		fcgi_stream_end(fo->f, gone);
	} else {
		arena_free(fo->poll->w.a);
		free(fo->poll);
	}
	fcgi_free(fo->f);
	if (fo->prev != NULL)
		fo->prev->next = fo->next;
	else
		fo->ch->first = fo->next;
	if (fo->next != NULL)
		fo->next->prev = fo->prev;
	s->open--;
	atomic_fetch_sub_explicit(&s->web->shared->streams, 1, memory_order_relaxed);
	/* Events of this epoll batch may still name it, and a walk may stand on it:
	 * its own `next` stays as it is. */
	fo->prev = s->graveyard;
	s->graveyard = fo;
}

static void free_if_empty(struct streams *s, struct channel *ch)
{
	if (ch->first == NULL && !ch->dirty)
		channel_free(s, ch);
}

void follower_bury(struct streams *s)
{
	while (s->graveyard != NULL) {
		struct follower *fo = s->graveyard, *same = fo->prev;
		struct channel *ch = fo->ch;

		s->graveyard = fo->prev;
		free(fo);
		while (same != NULL && same->ch != ch)
			same = same->prev;
		if (same == NULL) /* the last of its channel to be buried */
			free_if_empty(s, ch);
	}
}

/* False when the follower was dropped. */
bool follower_write(struct streams *s, struct follower *fo, const char *p, size_t n)
{
	bool waits = fo->behind || fcgi_stream_pending(fo->f);
	int rc = fcgi_stream_write(fo->f, p, n);

	if (rc < 0) {
		follower_drop(s, fo, true);
		return false;
	}
	if (rc == 0 && n > 0) {
		fo->behind = true;
		if (fo->stuck == 0)
			fo->stuck = clock_mono();
		else if (clock_mono() - fo->stuck > STUCK_MAX) {
			follower_drop(s, fo, true);
			return false;
		}
	} else {
		fo->stuck = 0;
	}
	if (waits != (fo->behind || fcgi_stream_pending(fo->f)))
		watch(s, fo, EPOLL_CTL_MOD);
	return true;
}

static const char *frame(struct streams *s, const struct pg_rows *rows, int i)
{
	bool end = pg_bool(rows, i, 3) && i == rows->n - 1 && rows->n < atoi(STREAM_ROWS);

	return arena_printf(s->a, "id: %s\nevent: %s\ndata: %s\n\n%s", pg_text(rows, i, 0),
			    pg_text(rows, i, 1), pg_text(rows, i, 2), end ? STREAM_END : "");
}

/* One event to a follower that has all before it. */
static void give(struct streams *s, struct follower *fo, int64_t seq, const char *text, bool final)
{
	if (!follower_write(s, fo, text, strlen(text)) || fo->behind)
		return;
	fo->sent = seq;
	if (final)
		follower_drop(s, fo, false);
}

/* The subject belongs to another account by now (a visitor has signed in). */
static bool lost(const struct pg_rows *rows)
{
	return rows->n > 0 && pg_text(rows, rows->n - 1, 0) == NULL;
}

/* Whoever followed comes again, as who he is now, and goes on where he stood. */
static void channel_end(struct streams *s, struct channel *ch)
{
	for (struct follower *fo = ch->first, *next; fo != NULL; fo = next) {
		next = fo->next;
		if (fo->poll == NULL || stream_poll_answer(s, fo, false))
			follower_drop(s, fo, false);
	}
}

static void deliver(struct streams *s, struct channel *ch, const struct pg_rows *rows)
{
	if (lost(rows)) {
		channel_end(s, ch);
		return;
	}
	for (int i = 0; i < rows->n; i++) {
		const char *text = frame(s, rows, i);
		int64_t seq = pg_int(rows, i, 0);
		bool final = pg_bool(rows, i, 3);

		for (struct follower *fo = ch->first, *next; fo != NULL; fo = next) {
			next = fo->next;
			if (fo->poll == NULL && !fo->behind && fo->sent < seq)
				give(s, fo, seq, text, final);
		}
		ch->seq = seq;
	}
	for (struct follower *fo = ch->first, *next; rows->n > 0 && fo != NULL; fo = next) {
		next = fo->next;
		if (fo->poll != NULL && stream_poll_answer(s, fo, false))
			follower_drop(s, fo, false);
	}
}

/* `args` must outlive the call. */
static void more_call(struct streams *s, struct pg_call *c, const char **args,
		      const struct channel *ch, int64_t after)
{
	memset(c, 0, sizeof(*c));
	args[0] = arena_printf(s->a, "%lld", (long long)ch->account);
	args[1] = arena_printf(s->a, "%lld", (long long)ch->subject);
	args[2] = arena_printf(s->a, "%lld", (long long)after);
	args[3] = STREAM_ROWS;
	c->stmt = ch->follow->more;
	c->args = args;
	c->a = s->a;
}

void channel_flush(struct streams *s)
{
	struct channel *batch[PG_BATCH_MAX];
	struct pg_call calls[PG_BATCH_MAX];
	const char *args[PG_BATCH_MAX][4];

	while (s->dirty != NULL) {
		size_t n = 0;

		while (s->dirty != NULL && n < PG_BATCH_MAX) {
			struct channel *ch = s->dirty;

			s->dirty = ch->next_dirty;
			ch->dirty = false;
			if (ch->first == NULL)
				continue; /* freed when its last follower is buried */
			more_call(s, &calls[n], args[n], ch, ch->seq);
			batch[n++] = ch;
		}
		pg_batch(s->pg, PG_INDEPENDENT, calls, n);
		for (size_t i = 0; i < n; i++) {
			if (calls[i].rc < 0) {
				log_put(LOG_WARN, "stream_read", "detail", calls[i].err.detail, NULL);
				continue; /* the next beat looks again */
			}
			deliver(s, batch[i], &calls[i].rows);
			if (calls[i].rows.n == atoi(STREAM_ROWS))
				channel_dirty(s, batch[i]);
		}
		arena_reset(s->a);
	}
}

/* There is room again: go on from where this one follower stands. */
void follower_writable(struct streams *s, struct follower *fo)
{
	struct pg_call c;
	const char *args[4];

	if (!follower_write(s, fo, "", 0) || !fo->behind || fcgi_stream_pending(fo->f))
		return;
	more_call(s, &c, args, fo->ch, fo->sent);
	pg_batch(s->pg, PG_INDEPENDENT, &c, 1);
	if (c.rc == 0 && lost(&c.rows)) {
		follower_drop(s, fo, false);
		arena_reset(s->a);
		return;
	}
	fo->behind = false;
	for (int i = 0; c.rc == 0 && i < c.rows.n && !fo->behind && !fo->gone; i++)
		give(s, fo, pg_int(&c.rows, i, 0), frame(s, &c.rows, i), pg_bool(&c.rows, i, 3));
	if (!fo->gone) {
		fo->behind = fo->behind || c.rc < 0 || c.rows.n == atoi(STREAM_ROWS);
		if (!fo->behind && fo->sent > fo->ch->seq)
			channel_dirty(s, fo->ch); /* it has overtaken the others */
		watch(s, fo, EPOLL_CTL_MOD);
	}
	arena_reset(s->a);
}
