/* The small readers: settings, times, numbers, encodings. What is taken says
 * the same again when it is written. */
#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/id.h"
#include "base/str.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void encodings(struct arena *a, const char *s, size_t n)
{
	unsigned char *to = arena_alloc(a, n + 4);
	long got = str_unbase64(s, n, to, n + 4);

	if (got >= 0) {
		const char *plain = str_base64(a, to, (size_t)got, false);
		unsigned char *again = arena_alloc(a, n + 4);

		check(str_unbase64(plain, strlen(plain), again, n + 4) == got);
		check(memcmp(to, again, (size_t)got) == 0);
	}
	if ((got = str_unhex(s, to, n)) >= 0)
		check((size_t)got == strlen(s) / 2);
	if ((got = str_unbase32(s, to, n)) >= 0) {
		const char *plain = str_base32(a, to, (size_t)got);

		check(strncasecmp(plain, s, strlen(plain)) == 0);
	}
	for (int plus = 0; plus < 2; plus++) {
		const char *text = str_unpercent(a, s, n, plus);

		check(text == NULL || str_utf8(text, strlen(text)) || strpbrk(text, "\x01\x1b") || *text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	char *s = arena_strndup(a, (const char *)data, n), to[25];
	struct err e = {0};
	struct conf c;
	int64_t t, again;

	if (conf_parse(a, "f", s, &c, &e) == 0)
		for (size_t i = 0; i < conf_row_count; i++)
			check(conf_show(a, &c, &conf_rows[i]) != NULL);
	else
		check(e.id == E_INVALID && strncmp(e.detail, "f:", 2) == 0);
	if (clock_parse(s, &t) && clock_parse(clock_text(t, to), &again))
		check(t - again >= 0 && t - again < CLOCK_MS);
	if (str_int(s, INT64_MIN, INT64_MAX, &t))
		check(strcmp(arena_printf(a, "%lld", (long long)t), s) == 0);
	if (id_valid(s, "run_"))
		check(strlen(s) == 4 + ID_CHARS);
	encodings(a, s, strlen(s));
	arena_free(a);
	return 0;
}
