#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "plan/plan.h"
#include "port/json.h"

#include <string.h>

/*
 * The plans file: {"version", "plans": [{"id", "name", "features": [],
 * "support": {"level"}, "limits": [{"scope", "period", "micro"}]}], "limits":
 * […]}. A plan limits an account or a run; the outer limits hold for a backend
 * (by "subject") or for the whole installation.
 */

#define MICRO_MAX INT64_C(1000000000000000) /* a thousand million units */
#define LIMITS_MAX 32

struct place {
	const char *where;
	struct err *e;
};

static int wrong(const struct place *p, const char *what)
{
	return err_set(p->e, E_INVALID, "plans: %s: %s", p->where, what);
}

struct keys {
	const struct place *p;
	const char *known; /* each with a space behind it */
};

static int check_key(void *ctx, const char *key, const struct json *v)
{
	const struct keys *k = ctx;
	size_t n = strlen(key);

	(void)v;
	for (const char *s = k->known; *s; s += strcspn(s, " ") + 1)
		if (strncmp(s, key, n) == 0 && s[n] == ' ')
			return 0;
	return wrong(k->p, "an unknown member");
}

static int only(const struct place *p, const struct json *j, const char *known)
{
	struct keys k = {p, known};

	return json_kind(j) != JSON_OBJECT ? wrong(p, "not an object") : json_each(j, check_key, &k);
}

static bool in(const char *s, const char *const *names)
{
	for (; s != NULL && *names != NULL; names++)
		if (str_eq(s, *names))
			return true;
	return false;
}

static int limit(const struct place *p, const struct json *j, const char *const *scopes)
{
	static const char *const periods[] = {"minute", "hour", "day", "week", "month", "total", NULL};
	const struct json *micro = json_get(j, "micro");
	const char *scope = json_get_text(j, "scope", NULL);

	if (only(p, j, "scope period micro subject ") != 0)
		return -1;
	if (!in(scope, scopes) || !in(json_get_text(j, "period", NULL), periods))
		return wrong(p, "a limit's scope or period");
	if (str_eq(scope, "backend") != (json_get(j, "subject") != NULL))
		return wrong(p, "a backend's limit, and no other, has a subject");
	if (json_kind(micro) != JSON_INT || json_int(micro, -1) < 0 || json_int(micro, 0) > MICRO_MAX)
		return wrong(p, "a limit is a whole number of micro-units");
	return 0;
}

static int limits(const struct place *p, const struct json *list, const char *const *scopes)
{
	if (json_kind(list) != JSON_ARRAY || json_count(list) > LIMITS_MAX)
		return wrong(p, "a list of limits");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *a = json_at(list, i);

		if (limit(p, a, scopes) < 0)
			return -1;
		for (size_t k = 0; k < i; k++) {
			const struct json *b = json_at(list, k);

			if (str_eq(json_get_text(a, "scope", ""), json_get_text(b, "scope", "")) &&
			    str_eq(json_get_text(a, "period", ""), json_get_text(b, "period", "")) &&
			    str_eq(json_get_text(a, "subject", ""), json_get_text(b, "subject", "")))
				return wrong(p, "the same limit twice");
		}
	}
	return 0;
}

static int plan(const struct place *p, const struct json *j)
{
	static const char *const scopes[] = {"account", "run", NULL};
	static const char *const levels[] = {"none", "community", "standard", "priority", NULL};
	const struct json *features = json_get(j, "features");

	if (only(p, j, "id name features support limits ") != 0)
		return -1;
	if (!str_only(json_get_text(j, "id", ""), "abcdefghijklmnopqrstuvwxyz0123456789-", 1, 40) ||
	    json_get_text(j, "id", "1")[0] < 'a')
		return wrong(p, "an id of small letters, digits and hyphens");
	if (json_get_text(j, "name", NULL) == NULL || strlen(json_get_text(j, "name", "")) > 80)
		return wrong(p, "a name");
	if (json_kind(features) != JSON_ARRAY)
		return wrong(p, "a list of features");
	for (size_t i = 0; i < json_count(features); i++)
		if (!str_only(json_text(json_at(features, i), ""), "abcdefghijklmnopqrstuvwxyz_", 1, 40))
			return wrong(p, "a feature is a word");
	if (!in(json_get_text(json_get(j, "support"), "level", NULL), levels))
		return wrong(p, "a level of support");
	if (json_count(json_get(j, "limits")) == 0)
		return wrong(p, "limits: a plan without one would allow everything");
	return limits(p, json_get(j, "limits"), scopes);
}

int plan_check(struct arena *a, const char *text, size_t n, struct err *e)
{
	static const char *const scopes[] = {"backend", "installation", NULL};
	const struct json *j = json_parse(a, text, n, e), *plans = json_get(j, "plans");
	struct place p = {"the file", e};

	if (j == NULL || only(&p, j, "version plans limits ") != 0)
		return -1;
	if (strlen(json_get_text(j, "version", "")) < 1 || strlen(json_get_text(j, "version", "")) > 40)
		return wrong(&p, "a version");
	if (json_count(plans) < 1 || json_count(plans) > 100)
		return wrong(&p, "a list of plans");
	if (limits(&p, json_get(j, "limits"), scopes) < 0)
		return -1;
	for (size_t i = 0; i < json_count(plans); i++) {
		p.where = arena_printf(a, "plans[%zu]", i);
		if (plan(&p, json_at(plans, i)) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_get_text(json_at(plans, i), "id", ""),
				   json_get_text(json_at(plans, k), "id", "")))
				return wrong(&p, "an id that is there already");
	}
	return 0;
}
