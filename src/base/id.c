#include "config.h"

#include "base/id.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>
#include <sys/random.h>

static const char id_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void id_random(void *p, size_t n)
{
	unsigned char *to = p;

	while (n) {
		size_t step = n < 256 ? n : 256; /* never cut short by a signal */

		check(getrandom(to, step, 0) == (ssize_t)step);
		to += step;
		n -= step;
	}
}

static char *random_name(struct arena *a, const char *prefix, size_t bytes)
{
	unsigned char raw[32];

	check(bytes <= sizeof(raw));
	id_random(raw, bytes);
	return arena_printf(a, "%s%s", prefix, str_base32(a, raw, bytes));
}

char *id_new(struct arena *a, const char *prefix)
{
	return random_name(a, prefix, 20);
}

char *id_secret(struct arena *a, const char *prefix)
{
	return random_name(a, prefix, 32);
}

bool id_valid(const char *s, const char *prefix)
{
	return s != NULL && str_starts(s, prefix) &&
	       str_only(s + strlen(prefix), id_alphabet, ID_CHARS, ID_CHARS);
}
