#include "config.h"

#include "model/model.h"
#include "base/check.h"
#include "base/clock.h"
#include "port/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATES                                                                           \
	"\"input\":150000,\"cached_input\":75000,\"cache_write\":187500,\"output\":600000," \
	"\"reasoning\":600000,\"image\":150000"
#define BACKEND                                                                        \
	"{\"id\":\"b1\",\"kind\":\"openai_api\",\"url\":\"https://api.example.net/v1\"," \
	"\"key_file\":\"/etc/bus/b1.key\",\"priority\":5}"
#define ROUTES "[{\"backend\":\"b1\",\"model\":\"up-1\",\"usage\":\"openai\"}]"

/* The catalog by which all refusals below are made. */
static const char good[] =
	"{\"backends\":[" BACKEND ",{\"id\":\"b2\",\"kind\":\"static\"}],"
	"\"models\":[{\"id\":\"m1\",\"backend_class\":\"openai_api\",\"capabilities\":[\"tools\"],"
	"\"uses\":[\"chat\",\"code\"],\"plan_feature\":\"chat\",\"context_tokens\":128000,"
	"\"max_output_tokens\":4096,\"image_tokens\":1500,\"routes\":" ROUTES ","
	"\"prices\":[{\"version\":\"v1\",\"from\":\"2026-01-01T00:00:00Z\"," RATES "},"
	"{\"version\":\"v2\",\"from\":\"2026-02-01T00:00:00Z\"," RATES "}]}]}";

static const char *replace(struct arena *a, const char *json, const char *from, const char *to)
{
	const char *at = strstr(json, from);

	if (at == NULL)
		fail_msg("%s does not hold %s", json, from);
	return arena_printf(a, "%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
}

static void test_good_catalog(void **state)
{
	struct err e = {0};
	struct model_catalog *c = model_read(good, strlen(good), &e);
	const struct model *m;
	int64_t jan, feb;

	(void)state;
	if (c == NULL)
		fail_msg("%s", e.detail);
	m = model_find_in(c, "m1");
	assert_non_null(m);
	assert_null(model_find_in(c, "m"));
	assert_int_equal(m->uses, 1u << MODEL_USE_CHAT | 1u << MODEL_USE_CODE);
	assert_int_equal(m->routes_n, 1);
	assert_ptr_equal(m->routes[0].backend, model_backend_in(c, "b1"));
	assert_int_equal(m->routes[0].backend->priority, 5);
	assert_int_equal(m->routes[0].backend->connect_ms, 2000);
	assert_int_equal(m->routes[0].backend->on_disconnect, MODEL_CUT);
	assert_int_equal(m->routes[0].backend->bound, MODEL_BOUND_USUAL);
	assert_int_equal(m->routes[0].usage, MODEL_OPENAI);
	assert_int_equal(m->prices[0].rate[MODEL_CACHE_WRITE], 187500);
	assert_int_equal(m->prices[0].rate[MODEL_AUDIO], -1);
	assert_true(clock_parse("2026-01-01T00:00:00Z", &jan));
	assert_true(clock_parse("2026-02-01T00:00:00Z", &feb));
	assert_null(model_price_at(m, NULL, jan - 1));
	assert_string_equal(model_price_at(m, NULL, jan)->version, "v1");
	assert_string_equal(model_price_at(m, NULL, feb - 1)->version, "v1");
	assert_string_equal(model_price_at(m, NULL, feb)->version, "v2");
	assert_null(model_cost_at(m, NULL, feb));
	model_release(c);
}

/* Each tier has prices of its own, from a time of its own. */
static void test_tiers(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *json = replace(a, good, "\"version\":\"v2\"", "\"version\":\"v2\",\"tier\":\"flex\"");
	struct err e = {0};
	struct model_catalog *c = model_read(json, strlen(json), &e);
	const struct model *m = model_find_in(c, "m1");
	int64_t jan, feb;

	(void)state;
	assert_non_null(m);
	assert_true(clock_parse("2026-01-01T00:00:00Z", &jan));
	assert_true(clock_parse("2026-02-01T00:00:00Z", &feb));
	assert_string_equal(model_price_at(m, NULL, feb)->version, "v1");
	assert_string_equal(model_price_at(m, "flex", feb)->version, "v2");
	assert_null(model_price_at(m, "flex", feb - 1));
	assert_null(model_price_at(m, "priority", feb));
	model_release(c);
	arena_free(a);
}

static void test_public(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct err e = {0};
	struct model_catalog *c = model_read(good, strlen(good), &e);
	const char *const want =
		"{\"id\":\"m1\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"bus\","
		"\"bus\":{\"backend_class\":\"openai_api\",\"capabilities\":[\"tools\"],"
		"\"uses\":[\"chat\",\"code\"],\"plan_feature\":\"chat\","
		"\"availability\":\"available\"}}";
	struct buf b;
	struct jw j;

	(void)state;
	assert_non_null(c);
	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	model_public(&j, model_find_in(c, "m1"), INT64_C(1770000000) * CLOCK_S, NULL);
	assert_string_equal(buf_str(&b), want);
	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	model_public(&j, model_find_in(c, "m1"), INT64_C(1770000000) * CLOCK_S, "Busy.");
	assert_non_null(strstr(buf_str(&b), "\"unavailable\",\"unavailable_reason\":\"Busy.\""));
	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	model_public(&j, model_find_in(c, "m1"), 0, NULL);
	assert_non_null(strstr(buf_str(&b), "not for sale"));
	/* Nothing of the backend is shown. */
	assert_null(strstr(want, "example.net"));
	model_release(c);
	arena_free(a);
}

/* One change to the good catalog, and the field and code that name it. */
static void test_refusals(void **state)
{
	static const struct {
		const char *from, *to, *field, *code;
	} cases[] = {
		{"\"backends\"", "\"more\":1,\"backends\"", "more", "unknown"},
		{"\"priority\":5", "\"secret\":\"x\"", "backends[0].secret", "unknown"},
		{"\"priority\":5", "\"priority\":-1", "backends[0].priority", "negative"},
		{"\"priority\":5", "\"priority\":1.5", "backends[0].priority", "not_an_integer"},
		{"\"priority\":5", "\"connect_ms\":0", "backends[0].connect_ms", "out_of_range"},
		{"\"priority\":5", "\"on_disconnect\":\"x\"", "backends[0].on_disconnect", "not_one_of"},
		{"\"priority\":5", "\"bound\":\"n_predict\"", "backends[0].bound", "not_one_of"},
		{"https://", "http://", "backends[0].url", "not_https"},
		{"https://", "ftp://", "backends[0].url", "not_https"},
		{"api.example.net", "u:p@example.net", "backends[0].url", "malformed"},
		{"/v1\"", "/v1?key=1\"", "backends[0].url", "malformed"},
		{"/v1\"", "/v1/\"", "backends[0].url", "malformed"},
		{"net/v1", "net:0/v1", "backends[0].url", "malformed"},
		{"net/v1", "net:99999/v1", "backends[0].url", "malformed"},
		{"https://api", "http://127.0.0.1.api", "backends[0].url", "not_https"},
		{"\"url\":\"https://api.example.net/v1\",", "", "backends[0].url", "required"},
		{"/etc/bus/b1.key", "sk-abc", "backends[0].key_file", "not_a_path"},
		{"/etc/bus/b1.key", "$credentials", "backends[0].key_file", "not_a_path"},
		{"\"kind\":\"static\"", "\"kind\":\"static\",\"url\":\"https://a\"", "backends[1].url",
		 "not_for_static"},
		{"\"id\":\"b2\"", "\"id\":\"b1\"", "backends[1].id", "duplicate"},
		{"\"id\":\"m1\",", "", "models[0].id", "required"},
		{"\"id\":\"m1\"", "\"id\":\"m 1\"", "models[0].id", "malformed"},
		{"\"plan_feature\":", "\"provider_tools\":\"x\",\"plan_feature\":", "models[0].provider_tools", "not_one_of"},
		{"\"backend_class\":\"openai_api\"", "\"backend_class\":\"x\"",
		 "models[0].backend_class", "not_one_of"},
		{"[\"chat\",\"code\"]", "[\"chat\",\"chat\"]", "models[0].uses", "duplicate"},
		{"[\"chat\",\"code\"]", "[\"dance\"]", "models[0].uses", "not_one_of"},
		{"[\"tools\"]", "[\"a\",\"a\"]", "models[0].capabilities", "duplicate"},
		{"[\"tools\"]", "[\"audio\"]", "models[0].prices[0].audio", "required"},
		{"\"max_output_tokens\":4096", "\"max_output_tokens\":128001",
		 "models[0].max_output_tokens", "more_than_context"},
		{"\"backend\":\"b1\"", "\"backend\":\"b3\"", "models[0].routes[0].backend",
		 "no_such_backend"},
		{ROUTES, "[]", "models[0].routes", "empty"},
		{ROUTES, "{}", "models[0].routes", "not_a_list"},
		{"\"usage\":\"openai\"", "\"usage\":\"magic\"", "models[0].routes[0].usage",
		 "not_one_of"},
		{"\"prices\":", "\"cost\":", "models[0].prices", "required"},
		{"\"input\":150000,", "", "models[0].prices[0].input", "required"},
		{"\"reasoning\":600000,", "", "models[0].prices[0].reasoning", "required"},
		{"\"input\":150000", "\"input\":-1", "models[0].prices[0].input", "negative"},
		{"\"input\":150000", "\"input\":null", "models[0].prices[0].input", "not_an_integer"},
		{"\"input\":150000", "\"input\":0.15", "models[0].prices[0].input", "not_an_integer"},
		{"\"input\":150000", "\"input\":\"1\"", "models[0].prices[0].input", "not_an_integer"},
		{"\"input\":150000", "\"input\":1000000000001", "models[0].prices[0].input",
		 "out_of_range"},
		{",\"image\":150000", "", "models[0].prices[0].image", "required"},
		{"\"version\":\"v2\"", "\"version\":\"v1\"", "models[0].prices[1].version",
		 "duplicate"},
		{"2026-02-01", "2026-01-01", "models[0].prices[1].from", "not_in_order"},
		{"\"version\":\"v2\"", "\"version\":\"v2\",\"tier\":\"default\"", "models[0].prices[1].tier",
		 "not_a_tier_of_its_own"},
		{"\"version\":\"v2\"", "\"version\":\"v2\",\"tier\":\"Flex\"", "models[0].prices[1].tier", "malformed"},
		{"\"version\":\"v1\"", "\"version\":\"v1\",\"tier\":\"flex\"", "models[0].prices[0].tier",
		 "a_tier_comes_first"},
		{"\"kind\":\"openai_api\"", "\"kind\":\"openai_api\",\"runtime\":\"vllm\"", "backends[0].runtime",
		 "only_for_local_runtime"},
		{"2026-02-01T00:00:00Z", "soon", "models[0].prices[1].from", "not_a_time"},
	};
	struct arena *a = arena_new(8 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *json = replace(a, good, cases[i].from, cases[i].to);
		struct err e = {0};

		assert_null(model_read(json, strlen(json), &e));
		assert_int_equal(e.id, E_INVALID);
		assert_true(e.nfields > 0);
		assert_string_equal(e.fields[0].name, cases[i].field);
		assert_string_equal(e.fields[0].code, cases[i].code);
	}
	arena_free(a);
}

static void test_all_problems_are_named(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *json = replace(a, good, "\"input\":150000", "\"input\":-3");
	struct err e = {0};

	(void)state;
	json = replace(a, json, "\"context_tokens\":128000", "\"context_tokens\":0");
	json = replace(a, json, "\"id\":\"b2\"", "\"id\":\"B2\"");
	assert_null(model_read(json, strlen(json), &e));
	assert_int_equal(e.nfields, 3);
	assert_string_equal(e.fields[0].name, "backends[1].id");
	assert_string_equal(e.fields[1].name, "models[0].context_tokens");
	assert_string_equal(e.fields[2].name, "models[0].prices[0].input");
	arena_free(a);
}

static void test_plain_http_only_at_home(void **state)
{
	static const char *const to[] = {"http://localhost:1/v1", "http://127.0.0.1/v1",
					 "http://127.1.2.3:8080/v1", "http://[::1]:9/v1"};
	struct arena *a = arena_new(1 << 20);
	const char *json;
	struct err e = {0};
	struct model_catalog *c;

	(void)state;
	for (size_t i = 0; i < COUNT(to); i++) {
		json = replace(a, good, "https://api.example.net/v1", to[i]);
		c = model_read(json, strlen(json), &e);
		assert_non_null(c);
		model_release(c);
	}
	json = replace(a, good, "https://api", "http://api");
	json = replace(a, json, "\"kind\":\"openai_api\"", "\"kind\":\"local_runtime\"");
	c = model_read(json, strlen(json), &e);
	if (c == NULL)
		fail_msg("%s", e.detail);
	model_release(c);
	arena_free(a);
}

static int count_one(void *ctx, const struct model *m)
{
	assert_non_null(m->id);
	++*(int *)ctx;
	return 0;
}

static void test_swap_keeps_what_is_held(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *other = replace(a, good, "\"id\":\"m1\"", "\"id\":\"m2\"");
	struct model_catalog *held;
	const struct model *m;
	struct err e = {0};
	int n = 0;

	(void)state;
	assert_null(model_hold());
	assert_null(model_find("m1"));
	assert_int_equal(model_parse(good, strlen(good), &e), 0);
	held = model_hold();
	m = model_find("m1");
	assert_int_equal(model_parse(other, strlen(other), &e), 0);
	assert_null(model_find("m1"));
	assert_non_null(model_find("m2"));
	assert_string_equal(m->id, "m1"); /* still there */
	model_release(held);
	/* What is wrong changes nothing. */
	assert_int_equal(model_parse("{}", 2, &e), -1);
	assert_non_null(model_find("m2"));
	assert_int_equal(model_each(NULL, count_one, &n), 0);
	assert_int_equal(n, 1);
	arena_free(a);
}

static void test_bad_json(void **state)
{
	static const char *const all[] = {"", "[]", "{", "null", "{\"backends\":1,\"models\":2}",
					  "{\"backends\":[],\"backends\":[],\"models\":[]}",
					  "{\"backends\":[1],\"models\":[null]}"};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct err e = {0};

		assert_null(model_read(all[i], strlen(all[i]), &e));
		assert_int_equal(e.id, E_INVALID);
	}
}

static void test_installed_catalog(void **state)
{
	struct arena *a = arena_new(1 << 20);
	const char *top = getenv("srcdir");
	const char *path = arena_printf(a, "%s/conf/models.json", top != NULL ? top : ".");
	struct conf conf = {.models = path};
	struct err e = {0};

	(void)state;
	if (model_load(&conf, &e) != 0)
		fail_msg("%s", e.detail);
	assert_non_null(model_find("bus-static"));
	conf.models = "/nonexistent";
	assert_int_equal(model_load(&conf, &e), -1);
	assert_non_null(model_find("bus-static"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_catalog),
		cmocka_unit_test(test_tiers),
		cmocka_unit_test(test_public),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_all_problems_are_named),
		cmocka_unit_test(test_plain_http_only_at_home),
		cmocka_unit_test(test_swap_keeps_what_is_held),
		cmocka_unit_test(test_bad_json),
		cmocka_unit_test(test_installed_catalog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
