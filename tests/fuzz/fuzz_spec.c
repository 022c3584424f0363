/* What is read as a spec is written and read again to the same bytes. */
#include "config.h"

#include "spec/spec.h"
#include "base/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct spec s, again;
	struct err e = {0};

	if (spec_read(a, (const char *)data, n, &s, &e) == 0) {
		const char *json = spec_write(a, &s);

		check(spec_read(a, json, strlen(json), &again, &e) == 0);
		check(strcmp(json, spec_write(a, &again)) == 0);
	} else {
		check(e.id == E_INVALID);
	}
	arena_free(a);
	return 0;
}
