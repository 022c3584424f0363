/* A plans file, or a catalog: taken or refused with a place and a reason. */
#include "config.h"

#include "base/check.h"
#include "plan/plan.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct err e = {0};

	check(plan_check(a, (const char *)data, n, &e) == 0 || e.detail[0] != '\0');
	e = (struct err){0};
	check(plan_catalog_check(a, (const char *)data, n, &e) == 0 || e.detail[0] != '\0');
	arena_free(a);
	return 0;
}
