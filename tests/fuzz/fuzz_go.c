/* Whatever spec_read() lets through can be written as Go, within bounds. */
#include "config.h"

#include "worker/worker_int.h"
#include "base/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct err e = {0};
	struct spec s;
	struct buf go;

	buf_init(&go, a, 1u << 20);
	if (n <= SPEC_JSON_MAX && spec_read(a, (const char *)data, n, &s, &e) == 0) {
		check(worker_go(a, &s, &go, &e) == 0);
		check(strlen(buf_str(&go)) == go.n);
	}
	arena_free(a);
	return 0;
}
