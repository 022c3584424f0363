#include "config.h"

#include "identity/identity.h"
#include "run/run.h"
#include "run/run_shape.h"
#include "run/run_sql.h"
#include "web/web.h"

#include <stddef.h>

#define TEXT_MAX 8000

static const char *const types[] = {"web", "binary", "both", NULL};

struct create_in {
	const char *message, *artifact_type;
};
static const struct field create_fields[] = {
	{"message", F_TEXT, F_REQUIRED, 1, TEXT_MAX, .offset = offsetof(struct create_in, message),
	 .doc = "what the tool should do"},
	{"artifact_type", F_ENUM, F_NULLABLE, .values = types,
	 .offset = offsetof(struct create_in, artifact_type), .doc = "a web page, a program or both"},
};
static const struct shape create_shape = {"RunCreate", create_fields, COUNT(create_fields),
					  sizeof(struct create_in)};

struct say_in {
	const char *text;
};
static const struct field say_fields[] = {
	{"text", F_TEXT, F_REQUIRED, 1, TEXT_MAX, .offset = offsetof(struct say_in, text)},
};
static const struct shape say_shape = {"MessageCreate", say_fields, COUNT(say_fields),
				       sizeof(struct say_in)};

struct approve_in {
	const char *scope_hash;
};
static const struct field approve_fields[] = {
	{"scope_hash", F_TOKEN, F_REQUIRED, 64, 64, .offset = offsetof(struct approve_in, scope_hash)},
};
static const struct shape approve_shape = {"ScopeApproval", approve_fields, COUNT(approve_fields),
					   sizeof(struct approve_in)};

static const struct shape nothing = {"Empty", NULL, 0, 0};

static const struct field page_fields[] = {
	{"limit", F_INT, 0, 1, 100, .doc = "rows on a page"},
	{"cursor", F_TOKEN, 0, 1, 64, .doc = "next_cursor of the page before"},
};
static const struct shape page = {"Page", page_fields, COUNT(page_fields), 0};
static const struct field seq_page_fields[] = {
	{"limit", F_INT, 0, 1, 200, .doc = "rows on a page"},
	{"cursor", F_INT, 0, 0, INT32_MAX, .doc = "next_cursor of the page before"},
};
static const struct shape seq_page = {"MessagePage", seq_page_fields, COUNT(seq_page_fields), 0};

/* The projection after a change. */
static int reply_run(struct req *r, int status, const char *run_id)
{
	const char *doc;

	if (run_public_json(&r->w, run_id, &doc) < 0)
		return -1;
	return reply_json(r, status, doc);
}

static int create(struct req *r)
{
	const struct create_in *in = r->in;
	struct identity_session s = {0};
	const char *doc;
	struct run run;

	if (r->w.actor.account == 0) {
		if (identity_session_new(&r->w, &s) < 0)
			return -1;
		req_becomes(r, s.account);
		reply_session(r, s.token);
	}
	if (run_create(&r->w, in->message, in->artifact_type, &run) < 0 ||
	    run_public_json(&r->w, run.run_id, &doc) < 0)
		return -1;
	if (s.token != NULL)
		doc = arena_printf(r->w.a, "{\"session_token\":\"%s\",%s", s.token, doc + 1);
	return reply_json(r, 201, doc);
}

static int say(struct req *r)
{
	const struct say_in *in = r->in;
	const char *message, *doc;

	if (run_say(&r->w, r->arg[0], in->text, &message) < 0 ||
	    run_public_json(&r->w, r->arg[0], &doc) < 0)
		return -1;
	return reply_json(r, 201,
			  arena_printf(r->w.a, "{\"message\":%s,\"run\":%s}", message, doc));
}

static int approve_scope(struct req *r)
{
	const struct approve_in *in = r->in;

	if (run_approve_scope(&r->w, r->arg[0], in->scope_hash) < 0)
		return -1;
	return reply_run(r, 200, r->arg[0]);
}

static int cancel(struct req *r)
{
	if (run_cancel(&r->w, r->arg[0]) < 0)
		return -1;
	return reply_run(r, 202, r->arg[0]);
}

struct authorize_in {
	bool force;
};
static const struct field authorize_fields[] = {
	{"force", F_BOOL, 0, .offset = offsetof(struct authorize_in, force),
	 .doc = "though the account is switched off, or has a payment in dispute"},
};
static const struct shape authorize_shape = {"Authorization", authorize_fields, COUNT(authorize_fields),
					     sizeof(struct authorize_in)};

static int approve(struct req *r)
{
	const struct authorize_in *in = r->in;

	if (run_authorize(&r->w, r->arg[0], in->force) < 0)
		return -1;
	return reply_run(r, 200, r->arg[0]);
}

static int retry(struct req *r)
{
	if (run_retry(&r->w, r->arg[0]) < 0)
		return -1;
	return reply_run(r, 200, r->arg[0]);
}

static const struct read read_one = {&run_sql_read_one, {BIND_TOKEN, BIND_ARG0},
	.program = &run_sql_read_one_program};
static const struct read read_list = {
	&run_sql_read_list, {BIND_TOKEN, BIND_QUERY0, BIND_QUERY1, BIND_SUBJECT}, NULL};
static const struct read read_messages = {
	&run_sql_read_messages, {BIND_TOKEN, BIND_ARG0, BIND_QUERY0, BIND_QUERY1, BIND_SUBJECT}, NULL};
static const struct read operator_list = {
	&run_sql_operator_list, {BIND_QUERY0, BIND_QUERY1}, NULL};
static const struct read operator_show = {&run_sql_operator_show, {BIND_ARG0}, NULL};

static const char *const phases[] = {"drafting", "quoted", "authorized", "repo_ready",
				     "worker_running", "artifact_pending", "artifact_ready",
				     "delivered", "failed", "cancelled", NULL};
static const struct field filter_fields[] = {
	{"phase", F_ENUM, 0, .values = phases}, {"limit", F_INT, 0, 1, 500},
};
static const struct shape filter = {"RunFilter", filter_fields, COUNT(filter_fields), 0};
static const struct field operator_fields[] = {
	{"run", F_OBJECT, F_REQUIRED, .of = &run_shape},
	{"internal", F_ANY, F_REQUIRED}, {"workers", F_LIST, F_REQUIRED, .of = NULL},
	{"history", F_LIST, F_REQUIRED}, {"verifications", F_LIST, F_REQUIRED},
	{"evidence", F_LIST, F_REQUIRED},
};
static const struct shape operator_run = {"OperatorRun", operator_fields, COUNT(operator_fields), 0};
static const struct field operator_list_fields[] = {
	{"items", F_LIST, F_REQUIRED}, {"next_cursor", F_ANY, F_REQUIRED | F_NULLABLE}};
static const struct shape operator_runs = {"OperatorRunList", operator_list_fields,
					   COUNT(operator_list_fields), 0};

#define READER .pool = POOL_FAST, .audience = AUD_CUSTOMER, .scope = SCOPE_BUILD_READ
#define CUSTOMER .pool = POOL_FAST, .audience = AUD_CUSTOMER, .scope = SCOPE_BUILD_WRITE
#define OPERATOR .pool = POOL_OPERATOR, .audience = AUD_OPERATOR
#define RUNS "/api/v1/build-runs"
#define INTERNAL "/api/internal/build-runs"

const struct route run_routes[] = {
	{.id = "build_run.create", .method = METHOD_POST, .pattern = RUNS, .pool = POOL_FAST,
	 .audience = AUD_OPEN, .scope = SCOPE_BUILD_WRITE, .rate = RATE_CREATE, .body_max = 65536, .input = &create_shape,
	 .reply = &run_shape, .reply_status = 201, .handle = create,
	 .summary = "Start a build run with its first message", .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.list", .method = METHOD_GET, .pattern = RUNS, READER, .query = &page,
	 .reply = &run_list_shape, .reply_status = 200, .read = &read_list,
	 .summary = "Own runs, newest first", .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.show", .method = METHOD_GET, .pattern = RUNS "/{run_id}", READER,
	 .reply = &run_shape, .reply_status = 200, .read = &read_one,
	 .summary = "One run as its customer may see it", .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.messages", .method = METHOD_GET, .pattern = RUNS "/{run_id}/messages",
	 READER, .query = &seq_page, .reply = &run_message_list_shape, .reply_status = 200,
	 .read = &read_messages, .summary = "The conversation", .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.say", .method = METHOD_POST, .pattern = RUNS "/{run_id}/messages", CUSTOMER,
	 .rate = RATE_WRITE, .body_max = 65536, .input = &say_shape,
	 .reply = &run_message_reply_shape, .reply_status = 201, .handle = say,
	 .summary = "Add a message; while the run works it is kept and changes nothing",
	 .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.approve_scope", .method = METHOD_POST,
	 .pattern = RUNS "/{run_id}/scope-approval", CUSTOMER, .rate = RATE_WRITE, .body_max = 1024,
	 .input = &approve_shape, .reply = &run_shape, .reply_status = 200, .handle = approve_scope,
	 .summary = "Approve exactly the scope that was shown", .proof = "tests/stack/matrix.sh"},
	{.id = "build_run.cancel", .method = METHOD_POST, .pattern = RUNS "/{run_id}/cancel", CUSTOMER,
	 .rate = RATE_WRITE, .body_max = 64, .input = &nothing, .reply = &run_shape,
	 .reply_status = 202, .handle = cancel, .summary = "Stop a run; nothing is charged",
	 .proof = "tests/stack/matrix.sh"},
	{.id = "operator.runs", .method = METHOD_GET, .pattern = INTERNAL, OPERATOR, .query = &filter,
	 .reply = &operator_runs, .reply_status = 200, .read = &operator_list,
	 .summary = "Runs by phase", .proof = "tests/stack/matrix.sh"},
	{.id = "operator.run", .method = METHOD_GET, .pattern = INTERNAL "/{run_id}", OPERATOR,
	 .reply = &operator_run, .reply_status = 200, .read = &operator_show,
	 .summary = "Full internal state of a run with its evidence",
	 .proof = "tests/stack/matrix.sh"},
	{.id = "operator.approve", .method = METHOD_POST, .pattern = INTERNAL "/{run_id}/approve",
	 OPERATOR, .body_max = 64, .input = &authorize_shape, .reply = &run_shape, .reply_status = 200,
	 .handle = approve, .summary = "Authorize a run by hand", .proof = "tests/stack/matrix.sh"},
	{.id = "operator.retry", .method = METHOD_POST, .pattern = INTERNAL "/{run_id}/retry", OPERATOR,
	 .body_max = 64, .input = &nothing, .reply = &run_shape, .reply_status = 200,
	 .handle = retry, .summary = "Take a failed run up again",
	 .proof = "tests/stack/matrix.sh"},
	{.id = "operator.cancel", .method = METHOD_POST, .pattern = INTERNAL "/{run_id}/cancel",
	 OPERATOR, .body_max = 64, .input = &nothing, .reply = &run_shape, .reply_status = 202,
	 .handle = cancel, .summary = "Stop a run", .proof = "tests/stack/matrix.sh"},
	{0},
};
