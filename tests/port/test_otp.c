#include "config.h"

#include "base/check.h"
#include "port/file.h"
#include "port/otp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/arena.h"

static const char key[] = "12345678901234567890"; /* of both documents */

/* RFC 4226, appendix D. */
static void counters(void **state)
{
	static const char *const want[] = {"755224", "287082", "359152", "969429", "338314",
					   "254676", "287922", "162583", "399871", "520489"};
	char to[9];

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		otp_at(key, 20, (int64_t)i, 6, to);
		assert_string_equal(to, want[i]);
	}
}

/* RFC 6238, appendix B, the rows of SHA-1. */
static void times(void **state)
{
	static const struct {
		int64_t at;
		const char *want;
	} rows[] = {
		{59, "94287082"}, {1111111109, "07081804"}, {1111111111, "14050471"},
		{1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"},
	};
	char to[9];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		otp_at(key, 20, rows[i].at / OTP_STEP_S, 8, to);
		assert_string_equal(to, rows[i].want);
		/* The same with six digits is their end, and found again. */
		assert_int_equal(otp_step(key, 20, rows[i].want + 2, rows[i].at, -1), rows[i].at / OTP_STEP_S);
	}
}

static void one_step_of_drift_and_each_once(void **state)
{
	int64_t now = 1234567890, step = now / OTP_STEP_S;
	char to[9];

	(void)state;
	for (int64_t d = -3; d <= 3; d++) {
		bool near = d >= -1 && d <= 1;

		otp_at(key, 20, step + d, 6, to);
		assert_int_equal(otp_step(key, 20, to, now, -1), near ? step + d : -1);
		assert_int_equal(otp_step(key, 20, to, now, step + d - 1), near ? step + d : -1);
		assert_int_equal(otp_step(key, 20, to, now, step + d), -1); /* used */
		assert_int_equal(otp_step(key, 20, to, now, step + d + 1), -1); /* or older than that */
	}
}

static void what_is_no_password(void **state)
{
	static const char *const rows[] = {"", "1", "00592", "0059240", "89005924", "00592a", "      ",
					   "\xd9\xa0\xd9\xa0\xd9\xa5", "-05924"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(otp_step(key, 20, rows[i], 1234567890, -1), -1);
	assert_int_equal(otp_step(key, 20, "005924", 1234567890, -1), 1234567890 / OTP_STEP_S);
	assert_int_equal(otp_step("12345678901234567891", 20, "005924", 1234567890, -1), -1);
	assert_int_equal(otp_step(key, 20, "755224", 0, -1), 0); /* the first step has none before it */
}

static void a_key_in_a_file(void **state)
{
	static const char *const bad[] = {"", "GEZDGNBVGY3TQOJQ", "no base32 at all!", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"};
	const char *path = arena_printf(a, "/tmp/bus-otp-%d", (int)getpid()), *text;
	unsigned char is[OTP_KEY_MAX];
	struct err e = {0};
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(otp_key_read(a, path, is, &e), 0); /* there is none */
	assert_int_equal(otp_key_make(a, path, &e), 0);
	assert_int_equal(otp_key_read(a, path, is, &e), OTP_KEY_BYTES);
	text = otp_key_text(a, is, OTP_KEY_BYTES);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(otp_key_make(a, path, &e), 0); /* one that is there stays */
	assert_int_equal(otp_key_read(a, path, is, &e), OTP_KEY_BYTES);
	assert_string_equal(otp_key_text(a, is, OTP_KEY_BYTES), text);
	assert_int_equal(file_write(path, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", 33, 0600, &e), 0);
	assert_int_equal(otp_key_read(a, path, is, &e), 20);
	assert_memory_equal(is, key, 20);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(file_write(path, bad[i], strlen(bad[i]), 0600, &e), 0);
		assert_int_equal(otp_key_read(a, path, is, &e), -1);
		assert_int_equal(e.id, E_INVALID);
		err_clear(&e);
	}
	unlink(path);
	assert_string_equal(otp_uri(a, "localhost", "ann+x@example.com", "GEZD"),
			    "otpauth://totp/localhost:ann%2Bx%40example.com?secret=GEZD&issuer=localhost&digits=6&period=30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters),
		cmocka_unit_test(times),
		cmocka_unit_test(one_step_of_drift_and_each_once),
		cmocka_unit_test(what_is_no_password),
		cmocka_unit_test_setup_teardown(a_key_in_a_file, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
