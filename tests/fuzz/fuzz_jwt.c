/* A token from anywhere: taken only when it is signed, and never more than once
 * in another spelling. */
#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "port/jwt.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char key[32] = "0123456789abcdef0123456789abcde";
	struct arena *a = arena_new(16u << 20);
	const char *text = arena_strndup(a, (const char *)data, n);
	struct err e = {0};
	struct jwt t;

	if (jwt_verify(a, key, sizeof(key), text, "api", 1800000000 * CLOCK_S, &t, &e) == 0)
		check(t.sub[0] != '\0' && t.exp > 1800000000);
	else
		check(e.id == E_UNAUTHENTICATED);
	arena_free(a);
	return 0;
}
