#include "config.h"

#include "identity/identity.h"
#include "identity/identity_api_int.h"
#include "identity/identity_sql.h"

#define PROOF "tests/stack/identity.sh"

static const struct field session_fields[] = {
	{"session_token", F_TOKEN, F_REQUIRED, .doc = "shown once; also set as a cookie"},
	{"expires_at", F_TIME, F_REQUIRED, .doc = "when it ends"},
};
static const struct shape session_shape = {"Session", session_fields, COUNT(session_fields), 0};
static const struct shape nothing = {"Empty", NULL, 0, 0};

static int create(struct req *r)
{
	struct identity_session s;
	char at[25];

	if (identity_session_new(&r->w, &s) < 0)
		return -1;
	reply_session(r, s.token);
	return reply_json(r, 201,
			  arena_printf(r->w.a, "{\"session_token\":\"%s\",\"expires_at\":\"%s\"}",
				       s.token, clock_text(s.expires_at, at)));
}

static const struct field status_fields[] = {{"status", F_TEXT, F_REQUIRED}};
static const struct shape status_shape = {"Status", status_fields, COUNT(status_fields), 0};
static const struct field challenge_fields[] = {
	{"status", F_TEXT, F_REQUIRED, .doc = "sent: the same for every address"},
	{"expires_in", F_INT, F_REQUIRED, .doc = "seconds"},
	{"digits", F_INT, F_REQUIRED},
};
static const struct shape challenge_shape = {"Challenge", challenge_fields, COUNT(challenge_fields), 0};
static const struct field token_fields[] = {
	{"access_token", F_TOKEN, F_REQUIRED},
	{"token_type", F_TOKEN, F_REQUIRED},
	{"expires_in", F_INT, F_REQUIRED, .doc = "seconds"},
	{"expires_at", F_TIME, F_REQUIRED},
	{"audience", F_TOKEN, F_REQUIRED},
	{"subject", F_TOKEN, F_REQUIRED},
	{"scope", F_TEXT, F_REQUIRED},
	{"resources", F_TEXT, F_REQUIRED, .doc = "the same as scope"},
	{"identity_id", F_TOKEN, 0},
	{"email_verified", F_BOOL, 0},
	{"status", F_TEXT, 0, .doc = "waitlisted, approved or rejected"},
	{"runs_moved", F_INT, 0, .doc = "runs of the visitor that are the customer's now"},
	{"session_token", F_TOKEN, 0, .doc = "of the new session; also set as a cookie"},
	{"session_expires_at", F_TIME, 0},
};
static const struct shape token_shape = {"Token", token_fields, COUNT(token_fields), 0};
static const struct field self_fields[] = {
	{"identity_id", F_TOKEN, F_REQUIRED},
	{"status", F_TEXT, F_REQUIRED, .doc = "waitlisted, approved or rejected"},
	{"email_verified", F_BOOL, F_REQUIRED},
	{"second_factor", F_BOOL, F_REQUIRED, .doc = "one is in use"},
};
static const struct shape self_shape = {"AuthStatus", self_fields, COUNT(self_fields), 0};
static const struct field me_fields[] = {
	{"identity_id", F_TOKEN, F_REQUIRED}, {"audience", F_TOKEN, F_REQUIRED},
	{"scope", F_TEXT, F_REQUIRED}, {"email", F_TOKEN, F_REQUIRED},
};
static const struct shape me_shape = {"Me", me_fields, COUNT(me_fields), 0};
static const struct field claims_fields[] = {
	{"sub", F_TOKEN, F_REQUIRED}, {"aud", F_TOKEN, F_REQUIRED}, {"scope", F_TEXT, F_REQUIRED},
	{"iat", F_INT, F_REQUIRED}, {"exp", F_INT, F_REQUIRED},
};
static const struct shape claims_shape = {"Claims", claims_fields, COUNT(claims_fields), 0};
static const struct field key_fields[] = {
	{"key_id", F_TOKEN, F_REQUIRED}, {"key", F_TOKEN, F_REQUIRED, .doc = "shown once"},
	{"name", F_TEXT, F_REQUIRED}, {"scope", F_TEXT, F_REQUIRED}, {"expires_at", F_TIME, F_REQUIRED},
};
static const struct shape key_shape = {"Key", key_fields, COUNT(key_fields), 0};
static const struct field list_fields[] = {
	{"items", F_LIST, F_REQUIRED}, {"next_cursor", F_ANY, F_REQUIRED | F_NULLABLE}};
static const struct shape list = {"AuthList", list_fields, COUNT(list_fields), 0};
static const struct field decided_fields[] = {
	{"identity_id", F_TOKEN, F_REQUIRED}, {"status", F_TEXT, F_REQUIRED}};
static const struct shape decided = {"Decision", decided_fields, COUNT(decided_fields), 0};
static const char *const states[] = {"waitlisted", "approved", "rejected", NULL};
static const struct field filter_fields[] = {
	{"status", F_ENUM, 0, .values = states}, {"limit", F_INT, 0, 1, 500}};
static const struct shape filter = {"WaitlistFilter", filter_fields, COUNT(filter_fields), 0};

static const struct field export_fields[] = {
	{"exported_at", F_TIME, F_REQUIRED}, {"account", F_LIST, F_REQUIRED},
	{"contact", F_LIST, F_REQUIRED}, {"sessions", F_LIST, F_REQUIRED}, {"keys", F_LIST, F_REQUIRED},
	{"runs", F_LIST, F_REQUIRED}, {"run_messages", F_LIST, F_REQUIRED},
	{"conversations", F_LIST, F_REQUIRED}, {"conversation_messages", F_LIST, F_REQUIRED},
	{"usage", F_LIST, F_REQUIRED}, {"checkouts", F_LIST, F_REQUIRED},
	{"plan_checkouts", F_LIST, F_REQUIRED}, {"subscriptions", F_LIST, F_REQUIRED}, {"artifacts", F_LIST, F_REQUIRED},
};
static const struct shape export_shape = {"AccountExport", export_fields, COUNT(export_fields), 0};

#define WHO {BIND_TOKEN, BIND_SUBJECT, BIND_SID}
static const struct read read_status = {&identity_sql_read_status, WHO, NULL};
static const struct read read_me = {&identity_sql_read_me, WHO, NULL};
static const struct read read_sessions = {&identity_sql_read_sessions, WHO, NULL};
static const struct read read_keys = {&identity_sql_read_keys, WHO, NULL};
static const struct read read_waitlist = {&identity_sql_waitlist, {BIND_QUERY0, BIND_QUERY1}, NULL};

#define OPEN(name, path, in_pool, in, out, fn, text)                                            \
	{.id = name, .method = METHOD_POST, .pattern = path, .pool = in_pool,                   \
	 .audience = AUD_OPEN, .rate = RATE_AUTH, .body_max = 1024, .input = &in, .reply = &out, \
	 .reply_status = 200, .handle = fn, .summary = text, .proof = PROOF}
#define SHOW(name, path, out, rd, text)                                                         \
	{.id = name, .method = METHOD_GET, .pattern = path, .pool = POOL_FAST,                  \
	 .audience = AUD_AUTH, .reply = &out, .reply_status = 200, .read = &rd,                 \
	 .summary = text, .proof = PROOF}
#define SELF(name, path, in, max, out, status, fn, text)                                        \
	{.id = name, .method = METHOD_POST, .pattern = path, .pool = POOL_FAST,                 \
	 .audience = AUD_AUTH, .rate = RATE_WRITE, .body_max = max, .input = &in, .reply = &out, \
	 .reply_status = status, .handle = fn, .summary = text, .proof = PROOF}
#define ADMIN(name, path, in, fn, text)                                                         \
	{.id = name, .method = METHOD_POST, .pattern = path, .pool = POOL_OPERATOR,             \
	 .audience = AUD_AUTH, .scope = "waitlist:approve admin:manage", .body_max = 4096,      \
	 .input = &in, .reply = &decided, .reply_status = 200, .handle = fn, .summary = text,   \
	 .proof = PROOF}

#define SWITCH(name, deed, fn, text)                                                            \
	{.id = name, .method = METHOD_POST, .pattern = "/api/internal/accounts/{account_id}/" deed, \
	 .pool = POOL_OPERATOR, .audience = AUD_OPERATOR, .body_max = 4096,                     \
	 .input = &identity_switch_shape, .reply = &status_shape, .reply_status = 200,          \
	 .handle = fn, .summary = text, .proof = "tests/stack/rights.sh"}

const struct route identity_routes[] = {
	{.id = "session.create", .method = METHOD_POST, .pattern = "/api/v1/sessions",
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .rate = RATE_CREATE, .body_max = 64,
	 .input = &nothing, .reply = &session_shape, .reply_status = 201, .handle = create,
	 .summary = "Start an anonymous visitor session", .proof = "tests/stack/matrix.sh"},
	OPEN("auth.register", "/api/v1/auth/register", POOL_SLOW, identity_email_shape, status_shape,
	     identity_api_register, "Register an address; the answer is the same for each"),
	OPEN("auth.otp_request", "/api/v1/auth/otp/request", POOL_CODE, identity_email_shape,
	     challenge_shape, identity_api_code, "Have a one-time code sent to an address"),
	OPEN("auth.otp_verify", "/api/v1/auth/otp/verify", POOL_CODE, identity_verify_shape, token_shape,
	     identity_api_verify, "Sign in by the code; the visitor's runs come along"),
	{.id = "build_run.contact", .method = METHOD_POST,
	 .pattern = "/api/v1/build-runs/{run_id}/contact", .pool = POOL_CODE, .audience = AUD_CUSTOMER,
	 .rate = RATE_AUTH, .body_max = 1024, .input = &identity_contact_shape, .reply = &token_shape,
	 .reply_status = 200, .handle = identity_api_contact,
	 .summary = "Give an address for a run, then the code that was sent to it", .proof = PROOF},
	SHOW("auth.status", "/api/v1/auth/status", self_shape, read_status, "Own standing"),
	SHOW("auth.me", "/api/v1/auth/me", me_shape, read_me, "Who is signed in"),
	SHOW("auth.sessions", "/api/v1/auth/sessions", list, read_sessions, "Own sessions"),
	SHOW("auth.keys", "/api/v1/auth/keys", list, read_keys, "Own API keys, without the keys"),
	SELF("auth.token", "/api/v1/auth/token", identity_token_shape, 4096, token_shape, 200,
	     identity_api_token, "A token for calls of the API"),
	SELF("auth.refresh", "/api/v1/auth/token/refresh", nothing, 64, token_shape, 200,
	     identity_api_refresh, "A fresh token of the same session"),
	SELF("auth.logout", "/api/v1/auth/logout", nothing, 64, status_shape, 200, identity_api_logout,
	     "End this session"),
	SELF("auth.session_revoke", "/api/v1/auth/sessions/{session_id}/revoke", nothing, 64,
	     status_shape, 200, identity_api_end, "End one of the own sessions"),
	SELF("auth.key_create", "/api/v1/auth/keys", identity_key_shape, 4096, key_shape, 201,
	     identity_api_key_new, "A new API key; it is shown once"),
	SELF("auth.key_revoke", "/api/v1/auth/keys/{key_id}/revoke", nothing, 64, status_shape, 200,
	     identity_api_key_revoke, "End an API key"),
	{.id = "auth.delete", .method = METHOD_POST, .pattern = "/api/v1/auth/delete", .pool = POOL_CODE,
	 .audience = AUD_AUTH, .rate = RATE_AUTH, .body_max = 1024, .input = &identity_verify_shape,
	 .reply = &status_shape, .reply_status = 200, .handle = identity_api_delete,
	 .summary = "Delete the own address, sessions, keys and messages, by a fresh code", .proof = PROOF},
	{.id = "account.export", .method = METHOD_GET, .pattern = "/api/v1/account/export",
	 .pool = POOL_SLOW, .audience = AUD_AUTH, .rate = RATE_EXPORT, .reply = &export_shape,
	 .reply_status = 200, .handle = identity_api_export, .plain = true,
	 .summary = "Everything that is kept about the own account, as one document", .proof = PROOF},
	{.id = "auth.check", .method = METHOD_GET, .pattern = "/api/v1/auth/check", .pool = POOL_FAST,
	 .audience = AUD_TOKEN, .reply = &claims_shape, .reply_status = 200, .plain = true,
	 .handle = identity_api_check, .summary = "What a token of ours says", .proof = PROOF},
	{.id = "auth.waitlist", .method = METHOD_GET, .pattern = "/api/v1/auth/admin/waitlist",
	 .pool = POOL_OPERATOR, .audience = AUD_AUTH, .scope = "waitlist:read", .query = &filter,
	 .reply = &list, .reply_status = 200, .read = &read_waitlist,
	 .summary = "Customers and their standing", .proof = PROOF},
	ADMIN("auth.approve", "/api/v1/auth/admin/approve", identity_email_shape, identity_api_approve,
	      "Let a confirmed address have API tokens"),
	ADMIN("auth.reject", "/api/v1/auth/admin/reject", identity_reject_shape, identity_api_reject,
	      "Let an address have no API tokens"),
	SWITCH("operator.account_disable", "disable", identity_api_off,
	       "Switch an account off, by its name or a run of it: it reads, exports and deletes itself"),
	SWITCH("operator.account_enable", "enable", identity_api_on, "Switch an account on again"),
	{.id = "auth.internal_token", .method = METHOD_POST, .pattern = "/api/internal/auth/token",
	 .pool = POOL_OPERATOR, .audience = AUD_PUBLIC, .rate = RATE_CREATE, .body_max = 4096,
	 .input = &identity_internal_shape, .reply = &token_shape, .reply_status = 200, .plain = true,
	 .unkeyed = "the answer is a secret and is kept nowhere",
	 .handle = identity_api_internal, .summary = "A token for a service that has the internal key",
	 .proof = PROOF},
	{0},
};
