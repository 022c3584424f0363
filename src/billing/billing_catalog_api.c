#include "config.h"

#include "billing/billing_plan_int.h"
#include "billing/billing_sql.h"
#include "web/web.h"

/* The catalog as BusDK publishes it: read, and put into force as a whole. */

#define CATALOG_MAX 262144

static const struct field catalog_fields[] = {
	{"products", F_LIST, F_REQUIRED, .doc = "id, name"}, {"meters", F_LIST, F_REQUIRED, .doc = "name, unit"},
	{"plans", F_LIST, F_REQUIRED, .doc = "id, product_id, features, prices, quotas"}};
static const struct shape catalog = {"BillingCatalog", catalog_fields, COUNT(catalog_fields), 0};

static const struct read read_catalog = {&billing_sql_catalog, {BIND_END}, NULL};

static int put(struct req *r)
{
	const char *json;
	char at[25];

	if (plan_catalog_check(r->w.a, r->body, r->body_len, &r->w.err) < 0 ||
	    billing_store_catalog_put(&r->w, r->body, clock_text(r->w.now, at), &json) < 0)
		return -1;
	return reply_json(r, 200, json);
}

#define CATALOG .pattern = "/api/internal/billing/catalog", .pool = POOL_OPERATOR, .audience = AUD_OPERATOR, \
	.reply = &catalog, .reply_status = 200, .proof = "tests/stack/billing_plans.sh"

const struct route billing_catalog_routes[] = {
	{.id = "operator.catalog", .method = METHOD_GET, CATALOG, .scope = "billing:catalog:read", .read = &read_catalog,
	 .summary = "Products, meters, plans with their prices and quotas"},
	{.id = "operator.catalog_put", .method = METHOD_PUT, CATALOG, .scope = "billing:catalog:write", .body_max = CATALOG_MAX, .raw = true,
	 .handle = put, .summary = "Put a catalog into force; plans that it does not name are sold no more"},
	{0},
};
