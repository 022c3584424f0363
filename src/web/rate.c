#include "config.h"

#include "web/shared.h"
#include "web/web_int.h"

#include <string.h>

/*
 * Token buckets. The high 32 bits hold the tokens in 1/65536, the low 32 bits
 * the second of the last refill; one compare-and-swap takes a token.
 */
static const struct {
	double per_second;
	double burst;
} rates[RATE_COUNT] = {
	[RATE_WRITE] = {2, 60},      /* messages, approvals: by session */
	[RATE_CREATE] = {0.2, 20},   /* new conversations: by network */
	[RATE_AUTH] = {0.5, 30},     /* signing in: by network */
	[RATE_STREAM] = {5, 100},    /* opening streams and polls: by session */
	[RATE_CALL] = {50, 500},     /* calls of models: by credential */
	[RATE_EXPORT] = {0.01, 3},   /* everything about an account: by session */
};

#define DAY 86400

static uint64_t hash(enum rate rate, const char *who)
{
	uint64_t h = 1469598103934665603u + rate;

	for (; *who; who++)
		h = (h ^ (unsigned char)*who) * 1099511628211u;
	return h;
}

bool rate_take(struct shared *s, enum rate rate, const char *who, int64_t percent, int64_t now,
	       struct rate_left *ret)
{
	_Atomic uint64_t *state = &s->buckets[hash(rate, who) % SHARED_BUCKETS].state;
	double size = rates[rate].burst * (double)percent / 100;
	double burst = size < 1 ? 1 : size; /* less would be never */
	double speed = rates[rate].per_second * (double)percent / 100;
	uint64_t was = atomic_load(state), next;
	uint32_t second = (uint32_t)(now / CLOCK_S);

	*ret = (struct rate_left){.limit = (int64_t)size, .remaining = (int64_t)size};
	if (size <= 0)
		return true;
	ret->limit = ret->remaining = (int64_t)burst;
	do {
		double tokens = (double)(was >> 32) / 65536;
		int64_t age = (int64_t)second - (uint32_t)was;

		/* Another process may have taken one later than we read the clock: the
		 * bucket keeps its time then, and gets nothing. */
		if (age < 0 && age > -DAY)
			age = 0;
		if (was == 0 || age < 0 || age > DAY)
			tokens = burst;
		else
			tokens = tokens + (double)age * speed < burst ? tokens + (double)age * speed
								      : burst;
		if (tokens < 1) {
			ret->wait_s = (int)((1 - tokens) / speed) + 1;
			ret->remaining = 0;
			ret->reset_s = (int64_t)((burst - tokens) / speed) + 1;
			return false;
		}
		ret->remaining = (int64_t)tokens - 1;
		ret->reset_s = (int64_t)((burst - tokens + 1) / speed) + 1;
		if (tokens - 1 > 65535)
			return true;
		next = (uint64_t)((tokens - 1) * 65536) << 32 |
		       (age == 0 ? (uint32_t)was : second);
	} while (!atomic_compare_exchange_weak(state, &was, next));
	return true;
}
