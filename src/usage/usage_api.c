#include "config.h"

#include "base/check.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"
#include "web/web.h"

static const struct field page_fields[] = {
	{"limit", F_INT, 0, 1, 200, .doc = "rows on a page"},
	{"cursor", F_INT, 0, 1, INT64_MAX, .doc = "next_cursor of the page before"},
	{"run_id", F_TOKEN, 0, 1, 64, .doc = "only this run's"},
	{"chat_id", F_TOKEN, 0, 1, 64, .doc = "only this conversation's"},
	{"task_id", F_TOKEN, 0, 1, 64, .doc = "only this task's"},
};
static const struct shape page = {"UsagePage", page_fields, COUNT(page_fields), 0};
static const struct field list_fields[] = {
	{"items", F_LIST, F_REQUIRED}, {"next_cursor", F_ANY, F_REQUIRED | F_NULLABLE}};
static const struct shape list = {"UsageList", list_fields, COUNT(list_fields), 0};
static const struct field summary_fields[] = {{"limits", F_LIST, F_REQUIRED}};
static const struct shape summary = {"UsageSummary", summary_fields, COUNT(summary_fields), 0};

static const struct read read_list = {
	&usage_sql_read_list,
	{BIND_TOKEN, BIND_SUBJECT, BIND_QUERY0, BIND_QUERY1, BIND_QUERY2, BIND_QUERY3, BIND_QUERY4},
	NULL};
static const struct read read_summary = {&usage_sql_read_summary, {BIND_TOKEN, BIND_SUBJECT}, NULL};

static int proof(struct req *r)
{
	const char *json;

	if (usage_store_proof(&r->w, r->arg[0], &json) < 0)
		return -1;
	return reply_json(r, 200, json);
}

static const struct field proof_fields[] = {{"proofs", F_LIST, F_REQUIRED}};
static const struct shape proof_shape = {"UsageProof", proof_fields, COUNT(proof_fields), 0};

const struct route usage_routes[] = {
	{.id = "usage.list", .method = METHOD_GET, .pattern = "/api/v1/usage", .pool = POOL_FAST,
	 .audience = AUD_API, .scope = "usage:read", .query = &page, .reply = &list,
	 .reply_status = 200, .read = &read_list, .summary = "Own calls of models and what they cost",
	 .proof = "tests/stack/chat.sh"},
	{.id = "usage.summary", .method = METHOD_GET, .pattern = "/api/v1/usage/summary",
	 .pool = POOL_FAST, .audience = AUD_API, .scope = "usage:read", .reply = &summary,
	 .reply_status = 200, .read = &read_summary, .summary = "Own limits and what is left of them",
	 .proof = "tests/stack/chat.sh"},
	{.id = "usage.proof", .method = METHOD_GET, .pattern = "/api/v1/usage/{usage_id}/proof",
	 .pool = POOL_SLOW, .audience = AUD_API, .scope = "usage:read", .reply = &proof_shape,
	 .reply_status = 200, .handle = proof,
	 .summary = "The way from a call to the signed roots of the ledger",
	 .proof = "tests/stack/chat.sh"},
	{0},
};
