#include "config.h"

#include "usage/usage_int.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/web/asked.h"
#include "tests/lib/door.h"

/* Reservations on a real database: each scope that a limit may have holds alone. */

#define ASK 10
#define WIDE 1000

static const struct route route = {.id = "x"};
static struct usage_grant grant; /* of the last one */

static enum err_id reserve(const char *subject, const char *run, const char *backend)
{
	struct usage_ask ask = {.subject = subject, .run_id = run, .model = "m", .backend = backend,
				.feature = "chat", .price_version = "v", .micro = ASK,
				.until_us = now + 3600 * CLOCK_S};

	door_opens(&route);
	return usage_reserve(&r.w, &ask, &grant) < 0 ? r.w.err.id : E_NONE;
}

/* The limits of the accounts' plan, of backend b1 and of the installation. */
static void limits(int account, int run, int backend, int installation)
{
	sql("DELETE FROM bus.budget");
	sql(arena_printf(a,
		"SELECT bus.plan_put('{\"version\":\"t\",\"plans\":[{\"id\":\"p\",\"name\":\"P\",\"features\":[\"chat\"],"
		"\"support\":{\"level\":\"none\"},\"limits\":[{\"scope\":\"account\",\"period\":\"day\",\"micro\":%d},"
		"{\"scope\":\"run\",\"period\":\"total\",\"micro\":%d}]}],\"limits\":[{\"scope\":\"backend\",\"subject\":\"b1\","
		"\"period\":\"day\",\"micro\":%d},{\"scope\":\"installation\",\"period\":\"day\",\"micro\":%d}]}'::json)",
		account, run, backend, installation));
	sql("SELECT bus.account_put('ann', 'p', now())");
	sql("SELECT bus.account_put('bob', 'p', now())");
}

static int group_setup(void **state)
{
	(void)state;
	if (door_setup("call") < 0)
		return -1;
	limits(WIDE, WIDE, WIDE, WIDE);
	for (const char *const *who = (const char *const[]){"ann", "bob", NULL}; *who; who++)
		sql(arena_printf(a, "INSERT INTO bus.run (run_id, account_id, created_at, updated_at) "
				    "SELECT 'run_%s', id, now(), now() FROM bus.account WHERE subject = '%s'", *who, *who));
	return 0;
}

static int setup(void **state)
{
	(void)state;
	door_reset();
	limits(WIDE, WIDE, WIDE, WIDE);
	return 0;
}

static void each_scope_holds_alone(void **state)
{
	static const struct {
		const char *scope;
		int account, run, backend, installation;
		const char *who, *of, *at; /* whom this limit does not touch; NULL: nobody */
	} rows[] = {
		{"account", 15, WIDE, WIDE, WIDE, "bob", "run_bob", "b1"},
		{"run", WIDE, 15, WIDE, WIDE, "ann", NULL, "b1"},
		{"backend", WIDE, WIDE, 15, WIDE, "ann", "run_ann", "b2"},
		{"installation", WIDE, WIDE, WIDE, 15, NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		limits(rows[i].account, rows[i].run, rows[i].backend, rows[i].installation);
		assert_int_equal(reserve("ann", "run_ann", "b1"), E_NONE);
		assert_int_equal(grant.remaining, 5);
		if (reserve("ann", "run_ann", "b1") != E_QUOTA)
			fail_msg("%s is overspent", rows[i].scope);
		assert_string_equal(grant.scope, rows[i].scope);
		assert_int_equal(grant.remaining, 5);
		/* against all of them or none */
		assert_string_equal(sql("SELECT string_agg(scope || reserved, ' ' ORDER BY scope) FROM bus.budget"),
				    "account10 backend10 installation10 run10");
		assert_int_equal(reserve(rows[i].who ? rows[i].who : "bob", rows[i].of, rows[i].at ? rows[i].at : "b2"),
				 rows[i].who ? E_NONE : E_QUOTA);
	}
}

static void what_is_not_reserved(void **state)
{
	(void)state;
	assert_int_equal(reserve("nobody", NULL, "b1"), E_UNAUTHENTICATED);
	assert_int_equal(reserve("ann", "run_bob", "b1"), E_NOT_FOUND); /* another's run pays for nothing */
	assert_int_equal(reserve("ann", "run_none", "b1"), E_NOT_FOUND);
	sql("UPDATE bus.plan SET features = '{embeddings}' WHERE id = 'p'");
	assert_int_equal(reserve("ann", NULL, "b1"), E_BILLING);
	limits(WIDE, WIDE, WIDE, WIDE);
	sql("UPDATE bus.kill_switch SET level = 2");
	assert_int_equal(reserve("ann", NULL, "b1"), E_UNAVAILABLE);
	sql("UPDATE bus.kill_switch SET level = 0");
	sql("UPDATE bus.account SET disabled = true WHERE subject = 'ann'");
	assert_int_equal(reserve("ann", NULL, "b1"), E_DISABLED);
	sql("UPDATE bus.account SET disabled = false WHERE subject = 'ann'");
	assert_string_equal(sql("SELECT coalesce(sum(reserved), 0)::text FROM bus.budget"), "0");
	assert_int_equal(reserve("ann", "run_ann", "b1"), E_NONE);
}

/* ---- where a call may go */

/* So many at once, each under a name and with that backend. */
static const char *round_of(int n, const char *backend)
{
	const char *list = "";

	for (int i = 0; i < n; i++)
		list = arena_printf(a, "%s%s{\"usage_id\":\"usg_r%lld_%d\",\"subject\":\"ann\",\"model\":\"m\","
				    "\"backend\":\"%s\",\"feature\":\"chat\",\"price\":\"v\",\"micro\":%d,"
				    "\"at\":\"2026-01-01\",\"until\":\"2026-01-02\"}",
				    list, i ? "," : "", (long long)(now += CLOCK_MS), i, backend, ASK);
	return sql(arena_printf(a, "SELECT string_agg(outcome || coalesce(' ' || scope, ''), ', ') "
				   "FROM bus.usage_reserve_all('[%s]')", list));
}

static const char *settle(const char *usage_id, const char *state, int micro, const char *served)
{
	return sql(arena_printf(a, "SELECT bus.usage_settle_all(json_build_array(json_build_object('usage_id', '%s', "
				   "'state', '%s', 'micro', %d, 'cost', 0, 'reason', '', 'at', to_timestamp(%lld), "
				   "'served', '%s')))::text", usage_id, state, micro, (long long)(now / CLOCK_S + 1), served));
}

static const char *budgets(void)
{
	return sql("SELECT string_agg(scope || ' ' || reserved || '+' || posted, ', ' ORDER BY scope) FROM bus.budget");
}

static void a_way_round_a_limit_is_none(void **state)
{
	(void)state;
	limits(WIDE, WIDE, 15, WIDE);
	assert_int_equal(reserve("ann", NULL, "b2 b1"), E_NONE);
	assert_string_equal(sql("SELECT backend FROM bus.usage_record ORDER BY id DESC LIMIT 1"), "b2");
	assert_int_equal(reserve("ann", NULL, "b3 b2 b1"), E_QUOTA);
	assert_string_equal(grant.scope, "backend");
	assert_int_equal(reserve("ann", NULL, "b2 b11"), E_NONE);
	limits(WIDE, WIDE, 45, WIDE);
	assert_string_equal(round_of(3, "b2 b1"), "ok, ok, ok");
	assert_string_equal(sql("SELECT string_agg(DISTINCT backend, ' ') FROM (SELECT backend FROM bus.usage_record ORDER BY id DESC LIMIT 3) last"), "b2");
	assert_string_equal(round_of(3, "b2 b1"), "ok, quota backend, quota backend");
}

static void who_serves_is_charged(void **state)
{
	(void)state;
	assert_int_equal(reserve("ann", NULL, "b2 b1"), E_NONE);
	assert_string_equal(budgets(), "account 10+0, backend 10+0, installation 10+0");
	assert_string_equal(settle(grant.usage_id, "posted", 7, "b2"), "1");
	assert_string_equal(budgets(), "account 0+7, backend 0+0, installation 0+7");
	assert_string_equal(settle(grant.usage_id, "posted", 7, "b1"), "0");
	assert_int_equal(reserve("ann", NULL, "b2 b1"), E_NONE);
	assert_string_equal(settle(grant.usage_id, "estimated", ASK, "b1"), "1");
	assert_string_equal(budgets(), "account 0+17, backend 0+10, installation 0+17");
	assert_string_equal(sql(arena_printf(a, "SELECT bus.usage_correct('%s', 3, 'test', now())::text", grant.usage_id)),
			    "true");
	assert_string_equal(budgets(), "account 0+10, backend 0+3, installation 0+10");
}

/* ---- plans */

#define PUT "SELECT bus.plan_put('{\"version\":\"t\",\"plans\":[{\"id\":\"%s\",\"name\":\"P\",\"features\":[\"chat\"],%s" \
	"\"support\":{\"level\":\"none\"},\"limits\":[%s]}],\"limits\":[{\"scope\":\"installation\",\"period\":\"day\",\"micro\":1000}]}'::json)"

static void put(const char *id, const char *more, const char *limits)
{
	sql(arena_printf(a, PUT, id, more, limits));
}

static void a_plan_limits_its_account(void **state)
{
	(void)state;
	put("p", "", "");
	assert_int_equal(reserve("ann", NULL, "b1"), E_BILLING);
	put("p", "", "{\"scope\":\"run\",\"period\":\"total\",\"micro\":100}");
	assert_int_equal(reserve("ann", NULL, "b1"), E_BILLING);
	assert_int_equal(reserve("ann", "run_ann", "b1"), E_BILLING);
	assert_string_equal(round_of(3, "b1"), "no_plan installation, no_plan installation, no_plan installation");
	assert_string_equal(sql("SELECT coalesce(sum(reserved), 0)::text FROM bus.budget"), "0");
}

/* Accounts are on it, whatever the file of today says. */
static void a_plan_that_is_not_named_stays(void **state)
{
	(void)state;
	limits(15, WIDE, WIDE, WIDE);
	put("q", "", "{\"scope\":\"account\",\"period\":\"day\",\"micro\":100}");
	assert_int_equal(reserve("ann", NULL, "b1"), E_NONE);
	assert_int_equal(reserve("ann", NULL, "b1"), E_QUOTA);
	assert_string_equal(grant.scope, "account");
	put("p", "", "{\"scope\":\"account\",\"period\":\"day\",\"micro\":20}");
	assert_int_equal(reserve("ann", NULL, "b1"), E_NONE);
}

static void a_plan_may_prefer_a_shorter_answer(void **state)
{
	(void)state;
	put("p", "\"clamp\":true,", "{\"scope\":\"account\",\"period\":\"day\",\"micro\":7}");
	assert_int_equal(reserve("ann", NULL, "b1"), E_QUOTA);
	assert_true(grant.clamp);
	assert_int_equal(grant.remaining, 7);
	put("p", "\"clamp\":false,", "{\"scope\":\"account\",\"period\":\"day\",\"micro\":7}");
	assert_int_equal(reserve("ann", NULL, "b1"), E_QUOTA);
	assert_false(grant.clamp);
}

/* ---- keys */

static enum err_id keyed(const char *name, const char *what)
{
	struct usage_ask ask = {.subject = "ann", .model = "m", .backend = "b1", .feature = "chat",
				.price_version = "v", .micro = ASK, .until_us = now + 3600 * CLOCK_S,
				.keyed_id = name, .request_hash = hash_of(what)};

	door_opens(&route);
	return usage_reserve(&r.w, &ask, &grant) < 0 ? r.w.err.id : E_NONE;
}

static void what_was_given_back_may_be_tried_again(void **state)
{
	(void)state;
	assert_int_equal(keyed("usg_0", "body"), E_NONE);
	assert_int_equal(keyed("usg_0", "body"), E_IDEM_BUSY);
	assert_string_equal(settle("usg_0", "released", 0, "b1"), "1");
	now += 2 * CLOCK_S;
	assert_int_equal(keyed("usg_0", "other"), E_IDEM_MISMATCH);
	assert_int_equal(keyed("usg_0", "body"), E_NONE);
	/* What is still said of the first try does not end the second. */
	now -= 2 * CLOCK_S;
	assert_string_equal(settle("usg_0", "released", 0, "b1"), "0");
	now += 2 * CLOCK_S;
	assert_int_equal(keyed("usg_0", "body"), E_IDEM_BUSY);
	assert_string_equal(budgets(), "account 10+0, backend 10+0, installation 10+0");
	assert_string_equal(settle("usg_0", "released", 0, "b1"), "1");
	now += 2 * CLOCK_S;
	assert_int_equal(keyed("usg_0", "body"), E_NONE);
	assert_string_equal(settle("usg_0", "posted", 4, "b1"), "1");
	assert_int_equal(keyed("usg_0", "body"), E_IDEM_GONE);
	assert_string_equal(sql("SELECT string_agg(usage_id || ' ' || state, ', ' ORDER BY id) FROM bus.usage_record "
				"WHERE usage_id LIKE 'usg_0%'"), "usg_0.1 released, usg_0.2 released, usg_0 posted");
	/* Collectors tell them apart. */
	assert_string_equal(sql("SELECT string_agg(doc->>'event_id', ', ' ORDER BY usage) FROM bus.usage_feed_doc "
				"WHERE doc->'data'->>'usage_id' LIKE 'usg_0%' AND seq = 62"), "usg_0.1, usg_0.2, usg_0.3");
}

/* ---- the ledger */

/* Clocks differ: an entry that seems to come from the future is sealed in its turn. */
static void no_entry_is_passed_over(void **state)
{
	const char *late, *early;
	int64_t seconds = now / CLOCK_S;

	(void)state;
	assert_int_equal(reserve("ann", NULL, "b1"), E_NONE);
	late = arena_strdup(a, grant.usage_id);
	assert_int_equal(reserve("ann", NULL, "b1"), E_NONE);
	early = arena_strdup(a, grant.usage_id);
	now += 3600 * CLOCK_S;
	settle(late, "posted", 1, "b1");
	now -= 3600 * CLOCK_S;
	settle(early, "posted", 1, "b1");
	assert_string_equal(sql(arena_printf(a,
		"SELECT string_agg((l.id - f.id)::text, ' ' ORDER BY l.id) FROM (SELECT coalesce(max(e.id), 0) AS id "
		"FROM bus.ledger_entry e JOIN bus.usage_record u ON u.id = e.usage WHERE u.usage_id NOT IN ('%s', '%s')) f, "
		"bus.ledger_leaves(f.id + 1, 0, 10, to_timestamp(%lld)) l",
		late, early, (long long)seconds + 60)), "1 2");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {T(each_scope_holds_alone), T(what_is_not_reserved),
		T(a_way_round_a_limit_is_none), T(who_serves_is_charged),
		T(a_plan_limits_its_account), T(a_plan_that_is_not_named_stays),
		T(a_plan_may_prefer_a_shorter_answer), T(what_was_given_back_may_be_tried_again), T(no_entry_is_passed_over)};

	return cmocka_run_group_tests(tests, group_setup, door_teardown);
}
