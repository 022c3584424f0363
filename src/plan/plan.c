#include "config.h"

#include "base/check.h"
#include "plan/plan.h"
#include "port/file.h"
#include "port/json.h"

#include <string.h>

#define PRICE_MAX 100000000 /* a million of a currency with cents */

/* Read-only once it is loaded. */
static struct {
	char version[40], currency[4];
	int64_t web, binary, both, extra_platform;
} catalog;

static const char *const known[] = {"version", "currency", "builds", "extra_platform"};

static int check_key(void *ctx, const char *key, const struct json *v)
{
	(void)v;
	for (size_t i = 0; i < COUNT(known); i++)
		if (strcmp(known[i], key) == 0)
			return 0;
	return err_set(ctx, E_INVALID, "catalog: unknown key %.40s", key);
}

static int price(const struct json *j, const char *key, int64_t *ret, struct err *e)
{
	const struct json *v = json_get(j, key);

	*ret = json_int(v, -1);
	if (json_kind(v) != JSON_INT || *ret < 1 || *ret > PRICE_MAX)
		return err_set(e, E_INVALID, "catalog: %s is not a price from 1 to %d", key, PRICE_MAX);
	return 0;
}

int plan_parse(const char *text, size_t n, struct err *e)
{
	struct arena *a = arena_new(1u << 20);
	const struct json *j = json_parse(a, text, n, e), *builds;
	const char *version, *currency;
	int rc = -1;

	if (j == NULL || json_each(j, check_key, e) != 0)
		goto out;
	builds = json_get(j, "builds");
	version = json_get_text(j, "version", "");
	currency = json_get_text(j, "currency", "");
	if (strlen(version) < 1 || strlen(version) >= sizeof(catalog.version) ||
	    strlen(currency) != 3 || strspn(currency, "abcdefghijklmnopqrstuvwxyz") != 3) {
		err_set(e, E_INVALID, "catalog: version or currency missing or malformed");
		goto out;
	}
	if (price(builds, "web", &catalog.web, e) < 0 ||
	    price(builds, "binary", &catalog.binary, e) < 0 ||
	    price(builds, "both", &catalog.both, e) < 0 ||
	    price(j, "extra_platform", &catalog.extra_platform, e) < 0)
		goto out;
	memcpy(catalog.version, version, strlen(version) + 1);
	memcpy(catalog.currency, currency, 4);
	rc = 0;
out:
	arena_free(a);
	return rc;
}

int plan_load(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new(1u << 20);
	size_t n;
	char *text = file_read(a, c->catalog, 65536, &n, e);
	int rc = text == NULL ? -1 : plan_parse(text, n, e);

	arena_free(a);
	return rc;
}

int plan_price(const char *artifact_type, size_t platforms, struct plan_price *ret, struct err *e)
{
	const struct {
		const char *type;
		int64_t amount;
	} rows[] = {{"web", catalog.web}, {"binary", catalog.binary}, {"both", catalog.both}};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].type, artifact_type) == 0 && rows[i].amount > 0) {
			ret->amount = rows[i].amount;
			if (platforms > 1)
				ret->amount += (int64_t)(platforms - 1) * catalog.extra_platform;
			ret->currency = catalog.currency;
			ret->version = catalog.version;
			return 0;
		}
	return err_set(e, E_RESOURCE, "no price for %s", artifact_type);
}
