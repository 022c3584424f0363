/*
 * Shared: memory that every process of one host's bus-fcgi sees.
 *
 * Only what may be lost lives here: rate buckets, hints about runs that have
 * news, a copy of the operator's switch, counters. It is made by the master
 * before it forks.
 */
#pragma once
#include <stdatomic.h>
#include <stdint.h>

#define SHARED_BUCKETS 8192
#define SHARED_HINTS 8192

struct shared {
	/* Token buckets by hash of (class, caller). A collision shares a bucket. */
	struct bucket {
		_Atomic uint64_t state; /* tokens × 2^-16 in the high half, seconds in the low */
	} buckets[SHARED_BUCKETS];

	/* Subjects with news, oldest overwritten first. A reader that was lapped
	 * looks at everything it follows. */
	_Atomic uint64_t hints_n;
	_Atomic int64_t hints[SHARED_HINTS];

	/* The operator's switch (enum kill_level) as the listener last read it. */
	_Atomic int kill_level;

	_Atomic uint64_t requests, errors, streams, streams_refused;
};

struct shared *shared_new(void);

/* Note that subject (a run's number) has news. */
void shared_hint(struct shared *s, int64_t subject);

/* The next hint after *at, 0 when there is none, -1 when some were missed
 * (*at then stands at the end). */
int64_t shared_next(struct shared *s, uint64_t *at);
