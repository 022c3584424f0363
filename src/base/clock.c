#include "config.h"

#include "base/clock.h"

#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static struct tm broken_down(int64_t us)
{
	time_t s = (time_t)(us / CLOCK_S - (us % CLOCK_S < 0));
	struct tm t;

	gmtime_r(&s, &t);
	return t;
}

/* `n` digits of v and the byte behind them. */
static void put(char *to, int v, int n, char behind)
{
	to[n] = behind;
	for (; n > 0; v /= 10)
		to[--n] = (char)('0' + v % 10);
}

char *clock_text(int64_t us, char to[25])
{
	struct tm t = broken_down(us);
	int ms = (int)((us % CLOCK_S + CLOCK_S) % CLOCK_S / CLOCK_MS);

	put(to, t.tm_year + 1900, 4, '-');
	put(to + 5, t.tm_mon + 1, 2, '-');
	put(to + 8, t.tm_mday, 2, 'T');
	put(to + 11, t.tm_hour, 2, ':');
	put(to + 14, t.tm_min, 2, ':');
	put(to + 17, t.tm_sec, 2, '.');
	put(to + 20, ms, 3, 'Z');
	to[24] = '\0';
	return to;
}

char *clock_day(int64_t us, char to[9])
{
	struct tm t = broken_down(us);

	put(to, t.tm_year + 1900, 4, '\0');
	put(to + 4, t.tm_mon + 1, 2, '\0');
	put(to + 6, t.tm_mday, 2, '\0');
	return to;
}

/* `n` digits at *s, or -1; moves *s past them and past the byte `then`. */
static int digits(const char **s, int n, char then)
{
	int v = 0;

	for (; n > 0; n--, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	if (then && *(*s)++ != then)
		return -1;
	return v;
}

bool clock_parse(const char *s, int64_t *ret)
{
	struct tm t = {0}, back;
	int64_t frac = 0, unit = CLOCK_S;
	time_t at;

	if (strnlen(s, 28) > 27 || (t.tm_year = digits(&s, 4, '-')) < 0 ||
	    (t.tm_mon = digits(&s, 2, '-')) < 0 || (t.tm_mday = digits(&s, 2, 'T')) < 0 ||
	    (t.tm_hour = digits(&s, 2, ':')) < 0 || (t.tm_min = digits(&s, 2, ':')) < 0 ||
	    (t.tm_sec = digits(&s, 2, 0)) < 0)
		return false;
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9' && unit > 1; s++)
			frac += (*s - '0') * (unit /= 10);
		if (unit == CLOCK_S)
			return false;
	}
	if (strcmp(s, "Z") != 0)
		return false;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	back = t;
	at = timegm(&t);
	if (t.tm_mday != back.tm_mday || t.tm_mon != back.tm_mon || t.tm_hour != back.tm_hour ||
	    t.tm_min != back.tm_min || t.tm_sec != back.tm_sec)
		return false;
	*ret = (int64_t)at * CLOCK_S + frac;
	return true;
}
