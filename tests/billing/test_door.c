#include "config.h"

#include "base/str.h"
#include "billing/billing_int.h"
#include "port/file.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/web/asked.h"
#include "tests/lib/door.h"

/* The webhook and what is sold, on a real database: what is not the provider's is
 * not kept, and who is not sure to be the customer spends little. */

#define OLD_SECRET "whsec_the_one_before_rotation"
#define SECRET "whsec_0123456789abcdef0123456789abcdef"
#define EVENT(id, live) "{\"id\":\"" id "\",\"object\":\"event\",\"type\":\"a.type\",\"created\":5," \
	"\"livemode\":" live ",\"data\":{\"object\":{}}}"

extern const struct route billing_routes[];
static const struct route *hook;

/* The answer to a body, signed like this at a time so many seconds from now. */
static int receives(const char *text, const char *secret, int64_t later)
{
	ask("HTTP_STRIPE_SIGNATURE",
	    secret ? billing_sign(a, secret, now / CLOCK_S + later, text, strlen(text)) : NULL);
	ask("CONTENT_TYPE", "application/json");
	body = text;
	door_opens(hook);
	if (gate_enter(&r) < 0 || body_read(&r) < 0 || hook->handle(&r) < 0)
		return err_row(r.w.err.id)->status;
	return r.status;
}

static const char *kept(const char *event)
{
	return sql(arena_printf(a, "SELECT count(*)::text FROM bus.stripe_event WHERE event_id = '%s'", event));
}

static int group_setup(void **state)
{
	struct err e = {0};

	(void)state;
	if (door_setup("hook") < 0)
		return -1;
	for (hook = billing_routes; strcmp(hook->id, "stripe.webhook") != 0;)
		hook++;
	conf.stripe_webhook_secret = arena_printf(a, "%s/webhook", getenv("BUS_VAR"));
	return file_write(conf.stripe_webhook_secret, SECRET "\n" OLD_SECRET "\n",
			  strlen(SECRET "\n" OLD_SECRET "\n"), 0600, &e);
}

static int setup(void **state)
{
	(void)state;
	door_reset();
	return 0;
}

static void an_event_is_kept_once(void **state)
{
	(void)state;
	assert_int_equal(receives(EVENT("evt_1", "false"), SECRET, 0), 200);
	assert_non_null(strstr(r.text, "\"duplicate\":false"));
	assert_int_equal(receives(EVENT("evt_1", "false"), OLD_SECRET, 1), 200);
	assert_non_null(strstr(r.text, "\"duplicate\":true"));
	assert_string_equal(kept("evt_1"), "1");
}

static void what_the_provider_did_not_send_is_not_kept(void **state)
{
	static const struct {
		const char *text, *secret;
		int64_t later;
	} rows[] = {
		{EVENT("evt_bad", "false"), NULL, 0}, {EVENT("evt_bad", "false"), "whsec_somebody_elses", 0},
		{EVENT("evt_bad", "false"), SECRET, -301}, {EVENT("evt_bad", "false"), SECRET, 301},
		{EVENT("evt_bad", "true"), SECRET, 0}, /* the other mode */
		{EVENT("evt_bad", "false") "{}", SECRET, 0}, {EVENT("evt_bad", "0"), SECRET, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (receives(rows[i].text, rows[i].secret, rows[i].later) != 400)
			fail_msg("row %zu: %d", i, r.status);
	assert_string_equal(kept("evt_bad"), "0");
	conf.stripe_live = 1;
	assert_int_equal(receives(EVENT("evt_bad", "false"), SECRET, 0), 400);
	assert_int_equal(receives(EVENT("evt_live", "true"), SECRET, 0), 200);
	conf.stripe_live = 0;
	assert_string_equal(kept("evt_bad"), "0");
}

/* A megabyte, whatever is said about its length. */
static void what_is_too_long_is_not_read(void **state)
{
	char *text = arena_alloc(a, BILLING_BODY_MAX + 2);
	size_t n = strlen(EVENT("evt_long", "false"));

	(void)state;
	memset(text, ' ', BILLING_BODY_MAX + 1);
	memcpy(text, EVENT("evt_long", "false"), n);
	text[BILLING_BODY_MAX + 1] = '\0';
	assert_int_equal(receives(text, SECRET, 0), 413);
	ask("CONTENT_LENGTH", "1048577");
	assert_int_equal(receives(text, SECRET, 0), 413);
	assert_string_equal(kept("evt_long"), "0");
	text[BILLING_BODY_MAX] = '\0';
	ask("CONTENT_LENGTH", "1048576");
	assert_int_equal(receives(text, SECRET, 0), 200);
	assert_string_equal(kept("evt_long"), "1");
}

/* A payment page sends nobody elsewhere. */
static void a_page_returns_to_us(void **state)
{
	static const struct {
		const char *asked;
		bool ok;
	} rows[] = {
		{NULL, true}, {"https://bus.example", true}, {"https://bus.example/?run=run_1", true},
		{"https://bus.example.evil.example/", false}, {"https://bus.example@evil.example/", false},
		{"https://evil.example/https://bus.example/", false}, {"http://bus.example/", false}, {"", false},
	};
	const char *was = conf.public_url, *back;

	(void)state;
	conf.public_url = "https://bus.example";
	for (size_t i = 0; i < COUNT(rows); i++) {
		door_opens(hook);
		if ((billing_return_to(&r.w, rows[i].asked, "https://bus.example/x", &back) == 0) != rows[i].ok)
			fail_msg("%s", rows[i].asked);
	}
	conf.public_url = was;
}

/* A page for a plan, by an account that has shown no second factor. */
static enum err_id subscribes(struct pg *slow, int64_t account)
{
	const struct billing_wish wish = {.plan = "pro", .interval = "month"};
	struct billing_page page;
	int rc;

	door_opens(hook);
	r.w.pg = slow;
	r.w.actor = (struct actor){.kind = ACTOR_CUSTOMER, .account = account, .name = "visitor"};
	rc = billing_subscribe(&r.w, &wish, &page);
	work_rollback(&r.w);
	return rc < 0 ? r.w.err.id : E_NONE;
}

static void a_dear_plan_wants_a_second_factor(void **state)
{
	const char *path = arena_printf(a, "%s/conf/plans.json", getenv("BUS_DATA"));
	struct pg *slow = pg_new(&conf, "slow", false);
	struct err e = {0};
	char *plans = file_read(a, path, 1u << 20, NULL, &e);
	int64_t account;

	(void)state;
	assert_non_null(plans);
	sql(arena_printf(a, "SELECT bus.plan_put($doc$%s$doc$::json)", plans));
	sql("SELECT bus.account_put('pat', NULL, now())");
	account = strtoll(sql("SELECT id::text FROM bus.account WHERE subject = 'pat'"), NULL, 10);
	conf.billing_provider = "local";
	conf.totp_required = 1;
	conf.totp_above = 2899;
	assert_int_equal(subscribes(slow, account), E_SECOND);
	assert_string_equal(sql("SELECT count(*)::text FROM bus.plan_checkout"), "0");
	conf.totp_above = 2900;
	assert_int_equal(subscribes(slow, account), E_NONE);
	conf.totp_above = 2899; /* nor is the page that is open handed out */
	assert_int_equal(subscribes(slow, account), E_SECOND);
	pg_free(slow);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(an_event_is_kept_once), T(what_the_provider_did_not_send_is_not_kept),
		T(what_is_too_long_is_not_read), T(a_page_returns_to_us),
		T(a_dear_plan_wants_a_second_factor),
	};

	return cmocka_run_group_tests(tests, group_setup, door_teardown);
}
