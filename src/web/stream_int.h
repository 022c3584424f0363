/*
 * What the files of the stream worker share.
 *
 * A channel is one subject (a run) that somebody follows. Its followers are in
 * step with it (they have all it has) or behind (their socket was full); one
 * query serves all that are in step, one that is behind reads for itself.
 */
#pragma once
#include "web/loop_int.h"

#define STREAM_ROWS "64" /* events in one read: they fit an empty socket */

/* Behind the last event there is to come. A stream that ends without it has broken
 * off or lived its time, and a web server may well end both alike. */
#define STREAM_END "event: end\ndata: {}\n\n"

struct channel;

struct follower {
	struct follower *next, *prev; /* in the channel */
	struct channel *ch;
	struct fcgi *f;
	struct req *poll; /* a held long poll; NULL for a stream */
	int64_t sent;     /* number of the last event it has */
	int64_t end;      /* monotonic: when it is closed or answered */
	int64_t stuck;    /* monotonic: since when it takes nothing; 0 */
	bool behind, gone;
};

struct channel {
	struct channel *next; /* in its bucket */
	struct channel *next_dirty;
	const struct follow *follow;
	int64_t account, subject;
	int64_t seq; /* what followers in step have */
	struct follower *first;
	bool dirty;
};

#define CHANNEL_BUCKETS 16384

struct streams {
	struct web *web;
	struct pg *pg;
	int ep;
	struct channel *buckets[CHANNEL_BUCKETS];
	struct channel *dirty;
	size_t open; /* followers */
	int64_t next_beat;
	struct follower *graveyard; /* freed after the epoll batch */
	struct arena *a;            /* of one read and its frames */
	char *beat;
};

/* stream_channel.c */
struct channel *channel_of(struct streams *s, const struct follow *how, int64_t account,
			   int64_t subject, int64_t seq);
void channel_dirty(struct streams *s, struct channel *ch);
void channel_each(struct streams *s, void (*fn)(struct streams *s, struct channel *ch));
void channel_flush(struct streams *s); /* read and deliver what dirty channels have */
void follower_add(struct streams *s, struct channel *ch, struct follower *fo);
void follower_drop(struct streams *s, struct follower *fo, bool gone);
void follower_bury(struct streams *s);
void follower_writable(struct streams *s, struct follower *fo);
bool follower_write(struct streams *s, struct follower *fo, const char *p, size_t n);

/* stream_open.c */
void stream_accept(struct streams *s);
bool stream_poll_answer(struct streams *s, struct follower *fo, bool timeout);
