/* A token from anywhere: taken only when it is signed, and never more than once
 * in another spelling. */
#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/jwt.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Is each part what its bytes are written as? */
static bool one_spelling(struct arena *a, const char *text)
{
	for (const char *p = text;; p++) {
		size_t n = strcspn(p, ".");
		unsigned char *bytes = arena_alloc(a, n + 1);
		long len = str_unbase64(p, n, bytes, n);
		const char *again = len < 0 ? "" : str_base64(a, bytes, (size_t)len, true);

		if (strlen(again) != n || memcmp(again, p, n) != 0)
			return false;
		p += n;
		if (*p == '\0')
			return true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char key[32] = "0123456789abcdef0123456789abcde";
	struct arena *a = arena_new(16u << 20);
	const char *text = arena_strndup(a, (const char *)data, n);
	struct err e = {0};
	struct jwt t;

	if (jwt_verify(a, key, sizeof(key), text, "api", 1800000000 * CLOCK_S, &t, &e) == 0)
		check(t.sub[0] != '\0' && t.exp > 1800000000 && one_spelling(a, text));
	else
		check(e.id == E_UNAUTHENTICATED);
	arena_free(a);
	return 0;
}
