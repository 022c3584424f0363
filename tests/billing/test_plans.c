#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "plan/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a plans file or a catalog may not say: each row changes one place of a good
 * one, and is refused with the reason. */

static const char plans[] =
	"{\"version\":\"1\",\"plans\":["
	"{\"id\":\"free\",\"name\":\"Free\",\"features\":[\"chat\"],\"support\":{\"level\":\"none\"},"
	"\"limits\":[{\"scope\":\"account\",\"period\":\"day\",\"micro\":7}]},"
	"{\"id\":\"pro\",\"name\":\"Pro\",\"features\":[],\"support\":{\"level\":\"priority\",\"window\":"
	"{\"days\":[\"mon\",\"sun\"],\"from\":\"00:00\",\"to\":\"24:00\"}},\"trial_days\":730,"
	"\"prices\":[{\"currency\":\"eur\",\"unit_amount\":2900,\"interval\":\"month\"},"
	"{\"currency\":\"eur\",\"unit_amount\":100000000,\"interval\":\"year\"}],"
	"\"clamp\":true,\"limits\":[{\"scope\":\"run\",\"period\":\"total\",\"micro\":0},"
	"{\"scope\":\"account\",\"period\":\"total\",\"micro\":8},{\"scope\":\"run\",\"period\":\"week\",\"micro\":1000000000000000}]}],"
	"\"limits\":[{\"scope\":\"installation\",\"period\":\"month\",\"micro\":9},"
	"{\"scope\":\"backend\",\"subject\":\"a\",\"period\":\"hour\",\"micro\":3},"
	"{\"scope\":\"backend\",\"subject\":\"b\",\"period\":\"hour\",\"micro\":3}]}";

static const char catalog[] =
	"{\"products\":[{\"id\":\"prod_1\",\"name\":\"BusDK\"}],\"meters\":[{\"name\":\"bus_llm_micro\",\"unit\":\"micro\"}],"
	"\"plans\":[{\"id\":\"pro\",\"product_id\":\"prod_1\",\"features\":[\"llm:proxy\"],"
	"\"prices\":[{\"currency\":\"usd\",\"unit_amount\":1,\"interval\":\"day\"}],"
	"\"quotas\":[{\"feature\":\"llm:proxy\",\"meter_event_name\":\"" PLAN_METER "\",\"window\":\"day\",\"limit\":1},"
	"{\"feature\":\"llm:proxy\",\"meter_event_name\":\"" PLAN_METER "\",\"window\":\"month\",\"limit\":5}]}]}";

struct row {
	const char *find, *put, *why;
};

static const struct row plan_rows[] = {
	{"{\"version\"", "{\"versions\"", "an unknown member"}, {plans, "[]", "not an object"},
	{plans, "{", NULL}, {"\"1\"", "\"\"", "a version"},
	{"\"1\"", "\"12345678901234567890123456789012345678901\"", "a version"},
	{plans, "{\"version\":\"1\",\"plans\":0,\"limits\":[]}", "a list of plans"},
	{"\"free\"", "\"\"", "plans[0]: an id"}, {"\"free\"", "\"Free\"", "plans[0]: an id"},
	{"\"free\"", "\"-free\"", "plans[0]: an id"}, {"\"free\"", "\"7free\"", "plans[0]: an id"},
	{"\"free\"", "\"pro\"", "plans[1]: an id that is there already"},
	{"\"Free\"", "7", "a name"},
	{"\"Free\"", "\"123456789012345678901234567890123456789012345678901234567890123456789012345678901\"", "a name"},
	{"[\"chat\"]", "\"chat\"", "a list of features"}, {"[\"chat\"]", "[\"\"]", "a feature is a word"},
	{"[\"chat\"]", "[7]", "a feature is a word"}, {"[\"chat\"]", "[\"a b\"]", "a feature is a word"},
	{"{\"level\":\"none\"}", "{}", "a level of support"}, {"\"none\"", "\"much\"", "a level of support"},
	{"\"level\":\"none\"", "\"level\":\"none\",\"hours\":1", "an unknown member"},
	{"\"priority\"", "\"none\"", "a support window without support"},
	{"\"days\":[\"mon\",\"sun\"]", "\"days\":[]", "list of days"}, {"\"days\":[\"mon\",\"sun\"]", "\"days\":\"mon\"", "list of days"},
	{"\"sun\"", "\"Sun\"", "mon to sun"}, {"\"sun\"", "7", "mon to sun"}, {"\"sun\"", "\"mon\"", "twice"},
	{"\"days\":", "\"zone\":\"UTC\",\"days\":", "an unknown member"}, {"\"24:00\"", "\"24:01\"", "HH:MM"},
	{"\"24:00\"", "\"00:00\"", "to a later one"}, {"\"24:00\"", "\"9:00\"", "HH:MM"}, {"\"24:00\"", "\"09:60\"", "HH:MM"},
	{"\"24:00\"", "\"0a:00\"", "HH:MM"}, {"\"24:00\"", "\"09-30\"", "HH:MM"}, {"\"00:00\"", "1", "HH:MM"},
	{"{\"days\":[\"mon\",\"sun\"],\"from\":\"00:00\",\"to\":\"24:00\"}", "7", "not an object"},
	{"730", "731", "a trial"}, {"730", "-1", "a trial"}, {"730", "\"7\"", "a trial"},
	{plans, "{\"version\":\"1\",\"limits\":[],\"plans\":[{\"id\":\"a\",\"name\":\"A\",\"features\":[],"
	 "\"support\":{\"level\":\"none\"},\"prices\":{},\"limits\":[]}]}", "a list of prices"}, {"\"prices\":[", "\"prices\":[7,", "not an object"},
	{"\"eur\"", "\"euro\"", "a price's currency"}, {"\"eur\"", "\"EUR\"", "a price's currency"},
	{"\"month\"},", "\"minute\"},", "a price's currency or interval"},
	{"\"year\"", "\"month\"", "two prices for the same interval"},
	{"2900", "0", "a price is a whole number"}, {"2900", "29.5", "a price is a whole number"},
	{"100000000,", "100000001,", "a price is a whole number"},
	{"[{\"scope\":\"account\",\"period\":\"day\",\"micro\":7}]", "[]", "limits: one of the account"},
	{"\"account\"", "\"run\"", "limits: one of the account"}, {"true", "1", "clamp: true or false"},
	{"\"account\"", "\"installation\"", "a limit's scope or period"}, {"\"account\"", "7", "a limit's scope or period"},
	{"\"day\"", "\"year\"", "a limit's scope or period"}, {"\"micro\":7", "\"micro\":-1", "micro-units"},
	{"\"micro\":7", "\"micro\":1.5", "micro-units"}, {"\"micro\":7", "\"macro\":7", "an unknown member"},
	{"1000000000000000", "1000000000000001", "micro-units"}, {"\"week\"", "\"total\"", "the same limit twice"},
	{"\"subject\":\"b\"", "\"subject\":\"a\"", "the same limit twice"},
	{"\"subject\":\"b\",", "", "and no other, has a subject"},
	{"\"micro\":9", "\"micro\":9,\"subject\":\"a\"", "and no other, has a subject"},
	{plans, "{\"version\":\"1\",\"plans\":[{}],\"limits\":7}", "a list of limits"},
};

static const struct row catalog_rows[] = {
	{"\"products\"", "\"product\"", "an unknown member"}, {catalog, "7", "not an object"}, {catalog, "", NULL},
	{catalog, "{\"products\":[],\"meters\":[],\"plans\":[]}", "lists of products, meters and plans"},
	{"\"prod_1\",\"name\"", "\"prod 1\",\"name\"", "a product's id or name"},
	{"\"prod_1\",\"name\"", "\"prod_1\",\"title\"", "an unknown member"},
	{"\"unit\"", "\"units\"", "an unknown member"},
	{"\"product_id\":\"prod_1\"", "\"product_id\":\"prod_2\"", "a product that is in the list"},
	{"\"llm:proxy\"]", "\"LLM\"]", "a feature is a word"}, {"\"usd\"", "7", "a price's currency"},
	{"{\"feature\":\"llm:proxy\"", "{\"feature\":\"chat\"", "a meter that is not measured"},
	{"\"" PLAN_METER "\",\"window\"", "\"tokens\",\"window\"", "a meter that is not measured"},
	{"\"window\":\"day\"", "\"window\":\"decade\"", "a quota's window"},
	{"\"window\":\"month\"", "\"window\":\"day\"", "the same quota twice"},
	{"\"limit\":1", "\"limit\":0", "micro-units above 0"}, {"\"limit\":1", "\"limit\":\"1\"", "micro-units above 0"},
	{"\"limit\":1", "\"limits\":1", "an unknown member"}, {catalog, "{\"products\":[{\"id\":\"p\",\"name\":\"P\"}],\"meters\":[],\"plans\":[{\"id\":\"a\",\"product_id\":\"p\","
	 "\"features\":[],\"prices\":[],\"quotas\":[]}]}", "would allow everything"},
};

typedef int check_fn(struct arena *a, const char *text, size_t n, struct err *e);

static void refuses(check_fn *check_text, const char *good, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(1u << 20);
		const char *at = rows[i].find == good ? good : strstr(good, rows[i].find), *text;
		struct err e = {0};

		assert_non_null(at);
		text = arena_printf(a, "%.*s%s%s", (int)(at - good), good, rows[i].put, at + strlen(rows[i].find));
		if (check_text(a, text, strlen(text), &e) == 0 ||
		    (rows[i].why != NULL && strstr(e.detail, rows[i].why) == NULL))
			fail_msg("row %zu, %s: %s", i, rows[i].put, e.id ? e.detail : "accepted");
		assert_int_equal(e.id == E_INVALID, rows[i].why != NULL);
		arena_free(a);
	}
}

static void test_what_plans_may_not_say(void **state)
{
	(void)state;
	refuses(plan_check, plans, plan_rows, COUNT(plan_rows));
}

static void test_what_a_catalog_may_not_say(void **state)
{
	(void)state;
	refuses(plan_catalog_check, catalog, catalog_rows, COUNT(catalog_rows));
}

static bool anything(const char *id)
{
	return id != NULL;
}

static bool is_a(const char *id)
{
	return strcmp(id, "a") == 0;
}

static void test_the_good_ones_pass(void **state)
{
	struct arena *a = arena_new(1u << 20);
	struct err e = {0};

	(void)state;
	assert_int_equal(plan_check(a, plans, strlen(plans), &e), 0);
	assert_int_equal(plan_check_backends(a, plans, strlen(plans), anything, &e), 0);
	assert_int_equal(plan_check_backends(a, plans, strlen(plans), is_a, &e), -1);
	assert_non_null(strstr(e.detail, "no backend b"));
	assert_int_equal(plan_catalog_check(a, catalog, strlen(catalog), &e), 0);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_good_ones_pass), cmocka_unit_test(test_what_plans_may_not_say),
		cmocka_unit_test(test_what_a_catalog_may_not_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
