/*
 * Clock: times are int64_t microseconds since 1970 UTC, durations are
 * microseconds too. A unit of work reads the clock once (work.now).
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define CLOCK_MS INT64_C(1000)
#define CLOCK_S INT64_C(1000000)

int64_t clock_now(void);   /* wall clock */
int64_t clock_mono(void);  /* for durations: never steps */

/* RFC 3339 in UTC with milliseconds, "2026-11-20T10:12:00.000Z"; `to` holds 25
 * bytes and is returned. */
char *clock_text(int64_t us, char to[25]);

/* The reverse, with at most 6 digits of fraction; false when malformed. */
bool clock_parse(const char *s, int64_t *ret);

/* "20261120" in UTC; `to` holds 9 bytes and is returned. */
char *clock_day(int64_t us, char to[9]);
