#include "config.h"

#include "web/shared.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define NOON (INT64_C(1800000000) * CLOCK_S)

static struct shared *s;

static int setup(void **state)
{
	(void)state;
	s = shared_new();
	return 0;
}

static int taken(enum rate rate, int64_t percent, int64_t now, int tries)
{
	struct rate_left left;
	int n = 0;

	while (tries-- > 0)
		n += rate_take(s, rate, "who", percent, now, &left);
	return n;
}

static void a_bucket_empties_and_fills(void **state)
{
	struct rate_left left;

	(void)state;
	assert_int_equal(taken(RATE_CREATE, 100, NOON, 50), 20);
	assert_false(rate_take(s, RATE_CREATE, "who", 100, NOON, &left));
	assert_int_equal(left.limit, 20);
	assert_int_equal(left.remaining, 0);
	assert_int_equal(left.wait_s, 6);
	assert_int_equal(left.reset_s, 101);
	assert_true(rate_take(s, RATE_CREATE, "other", 100, NOON, &left));
	assert_int_equal(left.remaining, 19);
	assert_int_equal(left.reset_s, 6);
	assert_int_equal(taken(RATE_CREATE, 100, NOON + 10 * CLOCK_S, 50), 2);
	assert_int_equal(taken(RATE_CREATE, 100, NOON + 90000 * CLOCK_S, 50), 20);
	assert_int_equal(taken(RATE_CREATE, 100, NOON + 91000 * CLOCK_S, 50), 20);
}

/* Two processes read the clock on both sides of a second: no new bucket. */
static void a_second_that_goes_back_gives_nothing(void **state)
{
	(void)state;
	assert_int_equal(taken(RATE_WRITE, 100, NOON, 100), 60);
	assert_int_equal(taken(RATE_WRITE, 100, NOON - CLOCK_S, 100), 0);
	assert_int_equal(taken(RATE_WRITE, 100, NOON + CLOCK_S, 1), 1);
	assert_int_equal(taken(RATE_WRITE, 100, NOON, 100), 1);
	assert_int_equal(taken(RATE_WRITE, 100, NOON + CLOCK_S, 100), 0);
	assert_int_equal(taken(RATE_WRITE, 100, NOON - 100000 * CLOCK_S, 100), 60); /* the clock was set */
}

/* Another process is quicker, exactly between our look at the bucket and our
 * swap: the swap is the first write, and until then the memory takes none. */
static void another_is_quicker(int number)
{
	struct rate_left left;

	(void)number;
	mprotect(s, sizeof(*s), PROT_READ | PROT_WRITE);
	rate_take(s, RATE_CREATE, "who", 100, NOON, &left);
}

static bool take_late(struct rate_left *ret)
{
	const struct sigaction quicker = {.sa_handler = another_is_quicker};
	struct sigaction before;
	bool got;

	assert_int_equal(sigaction(SIGSEGV, &quicker, &before), 0);
	assert_int_equal(mprotect(s, sizeof(*s), PROT_READ), 0);
	got = rate_take(s, RATE_CREATE, "who", 100, NOON, ret);
	assert_int_equal(sigaction(SIGSEGV, &before, NULL), 0);
	return got;
}

static void a_token_is_taken_once(void **state)
{
	struct rate_left left;

	(void)state;
	assert_int_equal(taken(RATE_CREATE, 100, NOON, 17), 17);
	assert_true(take_late(&left)); /* two of three are gone now */
	assert_int_equal(left.remaining, 1);
	assert_false(take_late(&left)); /* and the other has the last */
}

static void sizes(void **state)
{
	(void)state;
	assert_int_equal(taken(RATE_NONE, 100, NOON, 100), 100);
	assert_int_equal(taken(RATE_CREATE, 0, NOON, 100), 100);
	assert_int_equal(taken(RATE_CREATE, 1, NOON, 100), 1); /* less than one is one */
	assert_int_equal(taken(RATE_CALL, 1000000, NOON, 100), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_bucket_empties_and_fills, setup),
		cmocka_unit_test_setup(a_second_that_goes_back_gives_nothing, setup),
		cmocka_unit_test_setup(a_token_is_taken_once, setup),
		cmocka_unit_test_setup(sizes, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
