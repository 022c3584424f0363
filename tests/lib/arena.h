/* An arena for each test: CMUnitTest rows take setup and teardown. Behind cmocka.h. */
#pragma once
#include "base/arena.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(64u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}
