#include "config.h"

#include "billing/billing_plan_int.h"
#include "billing/billing_sql.h"
#include "port/json.h"
#include "web/web.h"

#include <stddef.h>
#include <string.h>

/* What an account may use, why not, and what would help. */

struct usage_in {
	const char *meter;
	int64_t quantity;
};
static const char *const meters[] = {BILLING_METER, NULL};
static const struct field usage_fields[] = {
	{"meter_event_name", F_ENUM, F_REQUIRED, .values = meters, .offset = offsetof(struct usage_in, meter)},
	{"quantity", F_INT, F_REQUIRED, 0, INT64_MAX, .offset = offsetof(struct usage_in, quantity)},
};
static const struct shape usage_shape = {"EntitlementUsage", usage_fields, COUNT(usage_fields),
					 sizeof(struct usage_in)};

struct check_in {
	const char *account_id, *scope;
	const struct json *usage;
};
static const struct field check_fields[] = {
	{"account_id", F_TOKEN, F_REQUIRED, 1, 200, .offset = offsetof(struct check_in, account_id)},
	{"scope", F_TOKEN, F_REQUIRED, 1, 100, .offset = offsetof(struct check_in, scope),
	 .doc = "a plan's feature, or llm:proxy"},
	{"usage", F_ANY, F_NULLABLE, .offset = offsetof(struct check_in, usage),
	 .doc = "meter_event_name and quantity: may so much more be used?"},
};
static const struct shape check_shape = {"EntitlementCheck", check_fields, COUNT(check_fields),
					 sizeof(struct check_in)};
static const struct field decision_fields[] = {
	{"allowed", F_BOOL, F_REQUIRED},
	{"reason", F_TEXT, F_REQUIRED, .doc = "billing_active, billing_required, quota_exceeded, "
					     "operator_disabled or payment_disputed"},
	{"command", F_TEXT, 0}, {"plan_id", F_TEXT, F_NULLABLE}, {"recommended_plan", F_TEXT, 0},
	{"usage", F_ANY, 0, .doc = "the limit that is reached"},
};
static const struct shape decision = {"Entitlement", decision_fields, COUNT(decision_fields), 0};
static const struct field status_fields[] = {
	{"account_id", F_TEXT, F_REQUIRED | F_NULLABLE},
	{"status", F_TEXT, F_REQUIRED, .doc = "missing, incomplete, active, past_due or canceled"},
	{"provider", F_TEXT, F_REQUIRED | F_NULLABLE}, {"plan_id", F_TEXT, F_REQUIRED | F_NULLABLE},
	{"features", F_LIST, F_REQUIRED}, {"trial", F_BOOL, F_REQUIRED},
	{"operator_disabled", F_BOOL, F_REQUIRED}, {"blocked", F_BOOL, F_REQUIRED},
	{"blocked_reason", F_TEXT, F_REQUIRED | F_NULLABLE}, {"usage", F_ANY, F_REQUIRED},
	{"setup_required", F_BOOL, F_REQUIRED}, {"upgrade_required", F_BOOL, F_REQUIRED},
	{"next_action", F_TEXT, F_REQUIRED | F_NULLABLE}, {"command", F_TEXT, F_REQUIRED | F_NULLABLE},
	{"recommended_plan", F_TEXT, F_REQUIRED | F_NULLABLE},
	{"subscription", F_ANY, F_REQUIRED | F_NULLABLE,
	 .doc = "status of the provider, plan_id, current_period_end, trial_ends_at, ended_at, "
					     "refunded: what was paid for the period was given back"},
	{"subscription_inactive", F_BOOL, F_REQUIRED}, {"past_due", F_BOOL, F_REQUIRED},
	{"cancel_at_period_end", F_BOOL, F_REQUIRED},
	{"support", F_ANY, F_REQUIRED, .doc = "support_id and status: active or none; to the customer also level, window (days, from, to of UTC) and open"},
};
static const struct shape status = {"BillingStatus", status_fields, COUNT(status_fields), 0};
static const struct field support_fields[] = {{"support_id", F_TEXT, F_REQUIRED | F_NULLABLE},
					      {"status", F_TEXT, F_REQUIRED, .doc = "active or none"}};
static const struct shape support = {"SupportEntitlement", support_fields, COUNT(support_fields), 0};

static const struct read read_status = {&billing_sql_read_status, {BIND_TOKEN, BIND_SUBJECT}, NULL};
static int named(struct req *r, const char *doc);
static const struct read status_of = {&billing_sql_status_of, {BIND_ARG0}, .answer = named};
static const struct read support_of = {&billing_sql_support_of, {BIND_ARG0}, NULL};

/* An account that is not there has no billing; a name that no account could have is
 * a mistake. */
static int not_an_account(struct req *r)
{
	return fail(&r->w, E_BAD_REQUEST, "neither a UUID nor the name of an account");
}

static int named(struct req *r, const char *doc)
{
	return strcmp(doc, "null") == 0 ? not_an_account(r) : reply_json(r, 200, doc);
}

static int entitlement(struct req *r)
{
	const struct check_in *in = r->in;
	struct usage_in usage = {0};
	const char *json;

	if (json_kind(in->usage) != JSON_NULL &&
	    json_fill(r->w.a, in->usage, &usage_shape, &usage, &r->w.err) < 0)
		return -1;
	if (billing_store_decide(&r->w, in->account_id, in->scope, usage.meter, usage.quantity, &json) < 0)
		return -1;
	return json != NULL ? reply_json(r, 200, json) : not_an_account(r);
}

#define OPERATOR .pool = POOL_OPERATOR, .audience = AUD_OPERATOR, .proof = "tests/stack/billing.sh"
#define INTERNAL "/api/internal/billing"

const struct route billing_status_routes[] = {
	{.id = "billing.status", .method = METHOD_GET, .pattern = "/api/v1/billing/status",
	 .pool = POOL_FAST, .audience = AUD_API, .scope = "billing:read", .reply = &status,
	 .reply_status = 200, .read = &read_status,
	 .summary = "Own plan, what is left of it, and what blocks", .proof = "tests/stack/billing.sh"},
	{.id = "operator.billing_status", .method = METHOD_GET,
	 .pattern = INTERNAL "/accounts/{account_id}/status", OPERATOR, .scope = "billing:read", .reply = &status,
	 .reply_status = 200, .read = &status_of, .summary = "The same of any program's account"},
	{.id = "operator.support", .method = METHOD_GET,
	 .pattern = INTERNAL "/accounts/{account_id}/support", OPERATOR, .reply = &support,
	 .reply_status = 200, .read = &support_of, .summary = "Is support due? Without a word of money"},
	{.id = "operator.entitlement", .method = METHOD_POST, .pattern = INTERNAL "/entitlement-check",
	 OPERATOR, .scope = "billing:entitlement:check", .body_max = 4096, .input = &check_shape, .reply = &decision, .reply_status = 200,
	 .handle = entitlement, .summary = "May this account use that? If not, why, and what would help"},
	{0},
};
