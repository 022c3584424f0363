#include "config.h"

#include "port/otp.h"
#include "web/shared.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/web/asked.h"
#include "tests/lib/door.h"

/* The operators' second factor on two hosts that share nothing but the database. */

#define HOSTS 2

static int handled;
static int handle(struct req *req)
{
	handled++;
	return reply_empty(req, 200);
}
static const struct route route = {.id = "x", .audience = AUD_OPERATOR, .handle = handle, .plain = true};
static const struct route figures = {.id = "figures", .audience = AUD_OPERATOR, .handle = handle, .plain = true,
				     .unattended = true};

int __wrap_reply_send(struct req *req);
int __wrap_reply_send(struct req *req)
{
	(void)req; /* nobody is there */
	return 0;
}

static struct host {
	struct web web;
	struct pg *pg;
} hosts[HOSTS];

/* The answer of a host to an operator's request; E_NONE: let in. */
static enum err_id asks(int host, const struct route *row, const char *password)
{
	ask("HTTP_X_BUS_TOTP", password);
	door_opens(row);
	r.web = &hosts[host].web;
	r.w.pg = hosts[host].pg;
	handled = 0;
	exchange_finish(&r, NULL);
	assert_int_equal(handled, r.w.err.id == E_NONE);
	return r.w.err.id;
}

/* The password of so many steps from now. */
static const char *password(int steps)
{
	char *to = arena_alloc(a, OTP_DIGITS + 1);

	otp_at(hosts[0].web.operator_key, hosts[0].web.operator_key_n, now / CLOCK_S / OTP_STEP_S + steps,
	       OTP_DIGITS, to);
	return to;
}

static const char *wrong(void)
{
	for (const char *const *p = (const char *const[]){"000000", "111111", "222222", "333333", NULL}; *p; p++)
		if (strcmp(*p, password(-1)) && strcmp(*p, password(0)) && strcmp(*p, password(1)))
			return *p;
	return NULL;
}

static int group_setup(void **state)
{
	(void)state;
	if (door_setup("operator") < 0)
		return -1;
	for (int i = 0; i < HOSTS; i++) {
		hosts[i].web = web;
		memcpy(hosts[i].web.operator_key, "12345678901234567890", OTP_KEY_BYTES);
		hosts[i].web.operator_key_n = OTP_KEY_BYTES;
		hosts[i].web.shared = shared_new();
		hosts[i].pg = pg_new(&conf, "operator", false);
	}
	return 0;
}

static int group_teardown(void **state)
{
	for (int i = 0; i < HOSTS; i++)
		pg_free(hosts[i].pg);
	return door_teardown(state);
}

/* A later hour, at the begin of a step, of which nothing was shown. */
static int setup(void **state)
{
	(void)state;
	door_reset();
	now += 3600 * CLOCK_S;
	now += (OTP_STEP_S - now / CLOCK_S % OTP_STEP_S) * CLOCK_S;
	return 0;
}

static void a_password_is_good_once_on_all_hosts(void **state)
{
	(void)state;
	assert_int_equal(asks(0, &route, password(0)), E_NONE);
	assert_int_equal(asks(0, &route, password(0)), E_CODE);
	assert_int_equal(asks(1, &route, password(0)), E_CODE);
	assert_int_equal(asks(1, &route, password(-1)), E_CODE); /* older than what was used */
	assert_int_equal(asks(1, &route, password(1)), E_NONE);
	assert_int_equal(asks(0, &route, password(1)), E_CODE);
	hosts[0].web.shared = shared_new(); /* a host that was started again */
	assert_int_equal(asks(0, &route, password(1)), E_CODE);
	now += OTP_STEP_S * CLOCK_S;
	assert_int_equal(asks(0, &route, password(1)), E_NONE);
}

/* Of two who have looked at the same time one is first. */
static void the_second_of_two_is_late(void **state)
{
	const char *step = arena_printf(a, "SELECT bus.operator_second_use(%lld, 'infinity')",
					(long long)(now / CLOCK_S / OTP_STEP_S));

	(void)state;
	assert_string_equal(sql(step), "t");
	assert_string_equal(sql(step), "f");
	sql("UPDATE bus.operator_second SET shown_until = '-infinity'");
}

static void it_counts_for_a_while_on_all_hosts(void **state)
{
	(void)state;
	for (int i = 0; i < HOSTS; i++) {
		assert_int_equal(asks(i, &route, NULL), E_SECOND);
		assert_int_equal(asks(i, &figures, NULL), E_NONE); /* who looks on has no person at hand */
	}
	assert_int_equal(asks(0, &route, wrong()), E_CODE);
	assert_int_equal(asks(0, &route, NULL), E_SECOND);
	assert_int_equal(asks(0, &route, password(0)), E_NONE);
	for (int i = 0; i < HOSTS; i++)
		assert_int_equal(asks(i, &route, NULL), E_NONE);
	now += conf.totp_fresh_s * CLOCK_S;
	for (int i = 0; i < HOSTS; i++)
		assert_int_equal(asks(i, &route, NULL), E_SECOND);
}

static void guesses_are_counted_on_all_hosts(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(asks(i % HOSTS, &route, wrong()), E_CODE);
	for (int i = 0; i < HOSTS; i++) {
		assert_int_equal(asks(i, &route, password(0)), E_RATE);
		assert_non_null(strstr(buf_str(&r.head_lines), "Retry-After: 6"));
	}
	now += 600 * CLOCK_S;
	assert_int_equal(asks(1, &route, password(0)), E_NONE);
	for (int i = 0; i < 5; i++) /* who was right begins anew */
		assert_int_equal(asks(i % HOSTS, &route, wrong()), E_CODE);
}

/* Without a key of an authenticator nothing is asked, and none is looked at. */
static void where_there_is_none(void **state)
{
	struct web *first = &hosts[0].web;

	(void)state;
	first->operator_key_n = 0;
	conf.operator_totp_required = 1;
	assert_int_equal(asks(0, &route, NULL), E_SECOND);
	conf.operator_totp_required = 0;
	assert_int_equal(asks(0, &route, NULL), E_NONE);
	assert_int_equal(asks(0, &route, "junk"), E_NONE);
	first->operator_key_n = OTP_KEY_BYTES;
	assert_int_equal(asks(0, &route, NULL), E_SECOND);
}

static void without_a_database_nobody_is_let_in(void **state)
{
	static struct conf away;
	struct pg *was = hosts[1].pg;

	(void)state;
	away = conf;
	away.db_host = "/nowhere";
	assert_int_equal(asks(0, &route, password(0)), E_NONE);
	hosts[1].pg = pg_new(&away, "operator", false);
	assert_int_equal(asks(1, &route, NULL), E_UNAVAILABLE);
	assert_int_equal(asks(1, &route, password(1)), E_UNAVAILABLE);
	pg_free(hosts[1].pg);
	hosts[1].pg = was;
	assert_int_equal(asks(1, &route, password(1)), E_NONE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(a_password_is_good_once_on_all_hosts), T(the_second_of_two_is_late),
		T(it_counts_for_a_while_on_all_hosts), T(guesses_are_counted_on_all_hosts),
		T(without_a_database_nobody_is_let_in), T(where_there_is_none),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
