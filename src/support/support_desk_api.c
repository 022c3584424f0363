#include "config.h"

#include "support/support_int.h"
#include "support/support_sql.h"
#include "web/web.h"

/*
 * What a person at the support desk may read, by a token of the scope
 * support:read: how an account and a run stand. No address, no word that was
 * said, no money, nothing of how a run was built; and nothing can be changed.
 */

static const struct field account_fields[] = {
	{"account_id", F_TOKEN, F_REQUIRED, .doc = "the identity that tokens name"},
	{"status", F_TEXT, F_REQUIRED, .doc = "waitlisted, approved, rejected; or program"},
	{"email_verified", F_BOOL, F_REQUIRED}, {"second_factor", F_BOOL, F_REQUIRED},
	{"disabled", F_BOOL, F_REQUIRED}, {"created_at", F_TIME, F_REQUIRED},
	{"sessions", F_INT, F_REQUIRED}, {"keys", F_INT, F_REQUIRED, .doc = "that are good"},
	{"support", F_ANY, F_REQUIRED, .doc = "support_id and status: active or none"},
	{"runs", F_LIST, F_REQUIRED, .doc = "the newest: run_id, phase, updated_at"},
};
static const struct shape account = {"SupportAccount", account_fields, COUNT(account_fields), 0};
static const struct field run_fields[] = {
	{"run_id", F_TOKEN, F_REQUIRED}, {"account_id", F_TOKEN, F_REQUIRED | F_NULLABLE},
	{"phase", F_TEXT, F_REQUIRED}, {"artifact_type", F_TEXT, F_REQUIRED | F_NULLABLE},
	{"payment", F_TEXT, F_REQUIRED, .doc = "none, pending, paid, approved or refunded; no amount"},
	{"artifacts", F_INT, F_REQUIRED}, {"created_at", F_TIME, F_REQUIRED},
	{"updated_at", F_TIME, F_REQUIRED},
	{"events", F_LIST, F_REQUIRED, .doc = "id, type and time of what the customer was told"},
};
static const struct shape run = {"SupportRun", run_fields, COUNT(run_fields), 0};

static const struct read read_account = {&support_sql_desk_account, {BIND_ARG0}, NULL};
static const struct read read_run = {&support_sql_desk_run, {BIND_ARG0}, NULL};

#define DESK(name, path, out, rd, text)                                                        \
	{.id = name, .method = METHOD_GET, .pattern = "/api/v1/support" path,                   \
	 .pool = POOL_OPERATOR, .audience = AUD_AUTH, .scope = "support:read", .reply = &out,   \
	 .reply_status = 200, .read = &rd, .summary = text, .proof = "tests/stack/identity.sh"}

const struct route support_desk_routes[] = {
	DESK("support.account", "/accounts/{account_id}", account, read_account,
	     "How an account stands, for support"),
	DESK("support.run", "/runs/{run_id}", run, read_run, "How a run stands, for support"),
	{0},
};
