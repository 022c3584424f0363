#include "config.h"

#include "web/route.h"

#include <stdio.h>
#include <string.h>

static const char *const methods[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

const char *route_method_name(enum method m)
{
	return methods[m];
}

const char *route_pool_name(enum pool p)
{
	static const char *const names[POOL_COUNT] = {"fast", "slow", "stream", "call", "operator",
						       "hook", "code"};

	return names[p];
}

/* Whoever tries codes does what the slow pool may. */
const char *route_pool_role(enum pool p)
{
	return route_pool_name(p == POOL_CODE ? POOL_SLOW : p);
}

const char *route_audience_name(enum audience a)
{
	static const char *const names[AUD_COUNT] = {"public", "open", "customer", "api", "auth", "token", "operator",
						       "internal"};

	return names[a];
}

/* Does the path fit the pattern? Fills the arguments. */
static bool fits(const char *pat, const char *p, const char *end, struct match_result *m)
{
	m->args_n = 0;
	while (*pat) {
		const char *from = p;

		if (*pat != '{') {
			if (p == end || *p++ != *pat++)
				return false;
			continue;
		}
		pat = strchr(pat, '}') + 1;
		while (p < end && (pat[-2] == '*' || *p != '/'))
			p++;
		if (p == from && pat[-2] != '*')
			return false;
		m->args[m->args_n].p = from;
		m->args[m->args_n++].n = (size_t)(p - from);
	}
	return p == end;
}

static void allow(struct match_result *m, enum method method)
{
	const char *name = method == METHOD_GET ? "GET, HEAD" : methods[method];
	size_t n = strlen(m->allow);

	if (strstr(m->allow, name) == NULL)
		snprintf(m->allow + n, sizeof(m->allow) - n, "%s%s", n ? ", " : "", name);
}

enum match route_match(const struct route_table *t, enum site site, const char *method,
		       const char *path, size_t n, struct match_result *ret)
{
	const char *want = strcmp(method, "HEAD") == 0 ? "GET" : method;

	ret->allow[0] = '\0';
	for (const struct route *const *array = t->arrays; *array != NULL; array++)
		for (const struct route *r = *array; r->id != NULL; r++) {
			if (r->site != site || !fits(r->pattern, path, path + n, ret))
				continue;
			if (strcmp(methods[r->method], want) == 0) {
				ret->route = r;
				return MATCH_ROUTE;
			}
			allow(ret, r->method);
		}
	return ret->allow[0] ? MATCH_METHOD : MATCH_NONE;
}

int route_each(const struct route_table *t, int (*fn)(void *ctx, const struct route *), void *ctx)
{
	for (const struct route *const *array = t->arrays; *array != NULL; array++)
		for (const struct route *r = *array; r->id != NULL; r++) {
			int rc = fn(ctx, r);

			if (rc != 0)
				return rc;
		}
	return 0;
}
