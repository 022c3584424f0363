#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "plan/plan.h"
#include "port/json.h"

#include <string.h>

/*
 * The plans file: {"version", "plans": [{"id", "name", "features": [],
 * "support": {"level", "window"?: {"days": [], "from", "to"}}, "prices"?:
 * [{"currency", "unit_amount", "interval"}], "trial_days"?, "clamp"?, "limits":
 * [{"scope", "period", "micro"}]}], "limits": […]}. A plan limits its account and may
 * limit each run; with "clamp" its calls get a shorter answer where the whole one does
 * not fit. The outer limits hold for a backend (by "subject") or for the whole
 * installation. A window is when support answers, in UTC; a level of none has none.
 */

#define MICRO_MAX INT64_C(1000000000000000) /* a thousand million units */
#define LIMITS_MAX 32
#define PRICES_MAX 16
#define TRIAL_MAX 730 /* days */
#define AMOUNT_MAX 100000000

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
	wrong(k->p, "an unknown member");
	return err_field(k->p->e, key, "unknown"); /* named for who sends a catalog */
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

/* What it costs to be on that plan; without a price it is not sold. */
static int prices(const struct place *p, const struct json *list, const struct json *trial)
{
	static const char *const intervals[] = {"day", "week", "month", "year", NULL};

	if (trial != NULL && (json_kind(trial) != JSON_INT || json_int(trial, -1) < 0 || json_int(trial, 0) > TRIAL_MAX))
		return wrong(p, "a trial of 0 to 730 days");
	if (list != NULL && (json_kind(list) != JSON_ARRAY || json_count(list) > PRICES_MAX))
		return wrong(p, "a list of prices");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *x = json_at(list, i), *amount = json_get(x, "unit_amount");

		if (only(p, x, "currency unit_amount interval ") != 0)
			return -1;
		if (!str_only(json_get_text(x, "currency", ""), "abcdefghijklmnopqrstuvwxyz", 3, 3) ||
		    !in(json_get_text(x, "interval", NULL), intervals))
			return wrong(p, "a price's currency or interval");
		if (json_kind(amount) != JSON_INT || json_int(amount, -1) < 1 || json_int(amount, 0) > AMOUNT_MAX)
			return wrong(p, "a price is a whole number of minor units");
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_get_text(x, "currency", ""), json_get_text(json_at(list, k), "currency", "")) &&
			    str_eq(json_get_text(x, "interval", ""), json_get_text(json_at(list, k), "interval", "")))
				return wrong(p, "two prices for the same interval");
	}
	return 0;
}

static int names(const struct place *p, const struct json *features, const char *set)
{
	if (json_kind(features) != JSON_ARRAY)
		return wrong(p, "a list of features");
	for (size_t i = 0; i < json_count(features); i++)
		if (!str_only(json_text(json_at(features, i), ""), set, 1, 40))
			return wrong(p, "a feature is a word");
	return 0;
}

static int id(const struct place *p, const struct json *j)
{
	const char *s = json_get_text(j, "id", "");

	if (!str_only(s, "abcdefghijklmnopqrstuvwxyz0123456789-", 1, 40) || *s < 'a')
		return wrong(p, "an id of small letters, digits and hyphens");
	return 0;
}

/* Minutes of "HH:MM", to "24:00"; -1 for anything else. */
static int minutes(const char *s)
{
	int h, m;

	if (s == NULL || strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
	    strspn(s + 3, "0123456789") != 2)
		return -1;
	h = (s[0] - '0') * 10 + s[1] - '0';
	m = (s[3] - '0') * 10 + s[4] - '0';
	return m > 59 || h * 60 + m > 24 * 60 ? -1 : h * 60 + m;
}

static int window(const struct place *p, const struct json *j)
{
	static const char *const week[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
	const struct json *days = json_get(j, "days");
	int from = minutes(json_get_text(j, "from", NULL)), to = minutes(json_get_text(j, "to", NULL));

	if (only(p, j, "days from to ") != 0)
		return -1;
	if (json_kind(days) != JSON_ARRAY || json_count(days) < 1)
		return wrong(p, "a support window's list of days");
	for (size_t i = 0; i < json_count(days); i++) {
		if (!in(json_text(json_at(days, i), NULL), week))
			return wrong(p, "a day of a support window: mon to sun");
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_text(json_at(days, i), ""), json_text(json_at(days, k), "")))
				return wrong(p, "a day of a support window twice");
	}
	if (from < 0 || to < 0 || from >= to)
		return wrong(p, "a support window from one HH:MM to a later one");
	return 0;
}

static int support(const struct place *p, const struct json *j)
{
	static const char *const levels[] = {"none", "community", "standard", "priority", NULL};
	const char *level = json_get_text(j, "level", NULL);
	const struct json *when = json_get(j, "window");

	if (only(p, j, "level window ") != 0)
		return -1;
	if (!in(level, levels))
		return wrong(p, "a level of support");
	if (when != NULL && str_eq(level, "none"))
		return wrong(p, "a support window without support");
	return when != NULL ? window(p, when) : 0;
}

static bool limits_account(const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_get_text(json_at(list, i), "scope", ""), "account"))
			return true;
	return false;
}

static int plan(const struct place *p, const struct json *j)
{
	static const char *const scopes[] = {"account", "run", NULL};

	if (only(p, j, "id name features support limits prices trial_days clamp ") != 0 || id(p, j) < 0)
		return -1;
	if (json_get_text(j, "name", NULL) == NULL || strlen(json_get_text(j, "name", "")) > 80)
		return wrong(p, "a name");
	if (names(p, json_get(j, "features"), "abcdefghijklmnopqrstuvwxyz_") < 0)
		return -1;
	if (support(p, json_get(j, "support")) < 0 ||
	    prices(p, json_get(j, "prices"), json_get(j, "trial_days")) < 0)
		return -1;
	if (json_get(j, "clamp") != NULL && json_kind(json_get(j, "clamp")) != JSON_BOOL)
		return wrong(p, "clamp: true or false");
	if (limits(p, json_get(j, "limits"), scopes) < 0)
		return -1;
	return limits_account(json_get(j, "limits")) ? 0 : wrong(p, "limits: one of the account; a call need not be of a run");
}

static bool has_id(const struct json *list, size_t before, const char *id)
{
	for (size_t i = 0; i < before; i++)
		if (str_eq(json_get_text(json_at(list, i), "id", ""), id))
			return true;
	return false;
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
		if (has_id(plans, i, json_get_text(json_at(plans, i), "id", "")))
			return wrong(&p, "an id that is there already");
	}
	return 0;
}

int plan_check_backends(struct arena *a, const char *text, size_t n, bool (*known)(const char *id), struct err *e)
{
	const struct json *list = json_get(json_parse(a, text, n, e), "limits");
	struct place p = {"limits", e};

	for (size_t i = 0; i < json_count(list); i++) {
		const char *id = json_get_text(json_at(list, i), "subject", NULL);

		if (id != NULL && !known(id))
			return wrong(&p, arena_printf(a, "no backend %.64s in the catalog of models", id));
	}
	return 0;
}

static int quotas(const struct place *p, const struct json *list)
{
	static const char *const windows[] = {"minute", "hour", "day", "week", "month", "total", NULL};

	if (json_kind(list) != JSON_ARRAY || json_count(list) < 1 || json_count(list) > LIMITS_MAX)
		return wrong(p, "a list of quotas: a plan without one would allow everything");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *q = json_at(list, i), *limit = json_get(q, "limit");

		if (only(p, q, "feature meter_event_name window limit ") != 0)
			return -1;
		if (!str_eq(json_get_text(q, "feature", NULL), "llm:proxy") ||
		    !str_eq(json_get_text(q, "meter_event_name", NULL), PLAN_METER))
			return wrong(p, "a meter that is not measured here");
		if (!in(json_get_text(q, "window", NULL), windows))
			return wrong(p, "a quota's window");
		if (json_kind(limit) != JSON_INT || json_int(limit, 0) < 1 || json_int(limit, 0) > MICRO_MAX)
			return wrong(p, "a limit is a whole number of micro-units above 0");
		for (size_t k = 0; k < i; k++)
			if (str_eq(json_get_text(q, "window", ""), json_get_text(json_at(list, k), "window", "")))
				return wrong(p, "the same quota twice");
	}
	return 0;
}

static int sold(const struct place *p, const struct json *j, const struct json *products)
{
	if (only(p, j, "id product_id features prices quotas ") != 0 || id(p, j) < 0 ||
	    names(p, json_get(j, "features"), "abcdefghijklmnopqrstuvwxyz_:") < 0 ||
	    prices(p, json_get(j, "prices"), NULL) < 0)
		return -1;
	if (!has_id(products, json_count(products), json_get_text(j, "product_id", "")))
		return wrong(p, "a product that is in the list of products");
	return quotas(p, json_get(j, "quotas"));
}

int plan_catalog_check(struct arena *a, const char *text, size_t n, struct err *e)
{
	const struct json *j = json_parse(a, text, n, e), *plans = json_get(j, "plans");
	const struct json *products = json_get(j, "products"), *meters = json_get(j, "meters");
	struct place p = {"the catalog", e};

	if (j == NULL || only(&p, j, "products meters plans ") != 0)
		return -1;
	if (json_count(plans) < 1 || json_count(plans) > 100 || json_count(products) > 100 || json_count(meters) > 100)
		return wrong(&p, "lists of products, meters and plans");
	for (size_t i = 0; i < json_count(products); i++)
		if (only(&p, json_at(products, i), "id name ") != 0 ||
		    !str_only(json_get_text(json_at(products, i), "id", ""), "abcdefghijklmnopqrstuvwxyz0123456789-_", 1, 60) ||
		    strlen(json_get_text(json_at(products, i), "name", "")) > 80)
			return p.e->id != E_NONE ? -1 : wrong(&p, "a product's id or name");
	for (size_t i = 0; i < json_count(meters); i++)
		if (only(&p, json_at(meters, i), "name unit ") != 0)
			return -1;
	for (size_t i = 0; i < json_count(plans); i++) {
		p.where = arena_printf(a, "plans[%zu]", i);
		if (sold(&p, json_at(plans, i), products) < 0)
			return -1;
		if (has_id(plans, i, json_get_text(json_at(plans, i), "id", "")))
			return wrong(&p, "an id that is there already");
	}
	return 0;
}
