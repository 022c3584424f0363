#include "config.h"

#include "chat/chat_int.h"
#include "base/clock.h"

/*
 * What this process has seen of each backend lately. It may be lost at any
 * time: a fresh process finds out by itself.
 */

#define BACKENDS 256
#define FAILURES 5
#define OPEN_FOR (10 * CLOCK_S)

static struct {
	int failures;
	int64_t open_until;
	int64_t parallel;
} seen[BACKENDS];

/* After the pause one call is let through; it closes or opens the circuit. */
bool chat_breaker_open(size_t backend, int64_t mono)
{
	if (seen[backend].failures < FAILURES)
		return false;
	if (mono < seen[backend].open_until)
		return true;
	seen[backend].open_until = mono + OPEN_FOR;
	return false;
}

void chat_breaker_note(size_t backend, bool ok, int64_t mono)
{
	if (ok) {
		seen[backend].failures = 0;
		return;
	}
	if (++seen[backend].failures >= FAILURES)
		seen[backend].open_until = mono + OPEN_FOR;
}

int64_t chat_parallel(size_t backend, int by)
{
	return seen[backend].parallel += by;
}
