/* An address as it comes from the web server: a path against patterns, and a
 * query string against its shape. */
#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "web/web_int.h"

#include <stdint.h>
#include <string.h>

static const struct field fields[] = {
	{"after", F_INT, 0, 0, 1000}, {"wait", F_INT, 0, 0, 25}, {"ticket", F_TOKEN, 0, 8, 20},
};
static const struct shape query = {"Query", fields, COUNT(fields), 0};
static const struct route rows[] = {
	{.id = "one", .method = METHOD_GET, .pattern = "/api/{run_id}/x/{artifact_id}", .query = &query},
	{.id = "two", .method = METHOD_POST, .pattern = "/api/{run_id}", .query = &query},
	{.id = "three", .method = METHOD_GET, .pattern = "/p/{path*}", .query = &query},
	{0},
};
static const struct route *const arrays[] = {rows, NULL};
static const struct route_table table = {arrays};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct req r = {.w = {.a = arena_new(16u << 20)}};
	const char *text = arena_strndup(r.w.a, (const char *)data, n);
	size_t path = strcspn(text, "?");
	struct match_result m;

	r.route = &rows[0];
	if (route_match(&table, SITE_PORTAL, "GET", text, path, &m) == MATCH_ROUTE) {
		r.route = m.route;
		for (size_t i = 0; i < m.args_n; i++)
			check(m.args[i].p >= text && m.args[i].p + m.args[i].n <= text + path);
	}
	if (query_read(&r, text + path + (text[path] == '?')) == 0) {
		for (size_t i = 0; i < query.count; i++)
			check(r.query[i] == NULL || str_utf8(r.query[i], strlen(r.query[i])));
		check(req_query_int(&r, "wait", 0) >= 0 && req_query_int(&r, "wait", 0) <= 25);
	} else {
		check(r.w.err.id == E_BAD_REQUEST || r.w.err.id == E_INVALID);
	}
	arena_free(r.w.a);
	return 0;
}
