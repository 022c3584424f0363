#include "config.h"

#include "base/check.h"
#include "web/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct route first[] = {
	{.id = "one", .method = METHOD_GET, .pattern = "/a/{x}/b/{y}"},
	{.id = "post", .method = METHOD_POST, .pattern = "/a/{x}"},
	{.id = "get", .method = METHOD_GET, .pattern = "/a/{x}"},
	{.id = "writes", .method = METHOD_POST, .pattern = "/w"},
	{.id = "again", .method = METHOD_POST, .pattern = "/{any}"},
	{0},
};
static const struct route second[] = {
	{.id = "rest", .method = METHOD_GET, .pattern = "/p/{path*}"},
	{.id = "preview", .method = METHOD_GET, .pattern = "/{path*}", .site = SITE_PREVIEW},
	{0},
};
static const struct route *const arrays[] = {first, second, NULL};
static const struct route_table table = {arrays};

static void a_path_finds_its_row(void **state)
{
	static const struct {
		enum site site;
		const char *method, *path, *want; /* a row's id, or the methods allowed, or NULL */
	} rows[] = {
		{SITE_PORTAL, "GET", "/a/1/b/2", "one"}, {SITE_PORTAL, "HEAD", "/a/1/b/2", "one"},
		{SITE_PORTAL, "POST", "/a/1", "post"}, {SITE_PORTAL, "GET", "/a/1", "get"},
		{SITE_PORTAL, "PUT", "/a/1", "POST, GET, HEAD"}, {SITE_PORTAL, "GET", "/w", "POST"},
		{SITE_PORTAL, "GET", "/a//b/2", NULL}, {SITE_PORTAL, "GET", "/a/1/", NULL},
		{SITE_PORTAL, "GET", "", NULL}, {SITE_PORTAL, "get", "/a/1/b/2", "GET, HEAD"},
		{SITE_PORTAL, "GET", "/p/", "rest"}, {SITE_PORTAL, "GET", "/p/x/y", "rest"},
		{SITE_PREVIEW, "GET", "/a/1", "preview"}, {SITE_PREVIEW, "GET", "x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct match_result m;
		enum match got = route_match(&table, rows[i].site, rows[i].method, rows[i].path,
					     strlen(rows[i].path), &m);

		if (got == MATCH_NONE)
			assert_null(rows[i].want);
		else
			assert_string_equal(got == MATCH_ROUTE ? m.route->id : m.allow, rows[i].want);
	}
}

static int until(void *ctx, const struct route *r)
{
	return strcmp(ctx, r->id) == 0 ? 5 : 0;
}

static void a_walk_stops_where_it_is_told(void **state)
{
	(void)state;
	assert_int_equal(route_each(&table, until, (char[]){"rest"}), 5);
	assert_int_equal(route_each(&table, until, (char[]){"none"}), 0);
	assert_string_equal(route_method_name(METHOD_POST), "POST");
	assert_string_equal(route_pool_name(POOL_CALL), "call");
	assert_string_equal(route_pool_role(POOL_CALL), "call");
	assert_string_equal(route_pool_role(POOL_CODE), "slow"); /* it may do no more */
	assert_string_equal(route_audience_name(AUD_API), "api");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_row), cmocka_unit_test(a_walk_stops_where_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
