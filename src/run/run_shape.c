#include "config.h"

#include "base/check.h"
#include "run/run_shape.h"

#define TEXT(n, f, d) {.name = n, .type = F_TEXT, .flags = f, .doc = d}
#define REQ F_REQUIRED
#define NUL (F_REQUIRED | F_NULLABLE)
#define SHAPE(name, fields) {name, fields, COUNT(fields), 0}

static const struct field price_fields[] = {
	{"amount", F_INT, REQ, .doc = "minor units"},
	TEXT("currency", REQ, "ISO 4217, lower case"),
};
static const struct shape price = SHAPE("Price", price_fields);

static const struct field scope_fields[] = {
	TEXT("title", REQ, ""),
	TEXT("summary", REQ, ""),
	{"features", F_LIST, REQ, .doc = "what it will do"},
	{"not_included", F_LIST, REQ, .doc = "what it will not do"},
	{"platforms", F_LIST, REQ, .doc = "of binaries"},
	{"price", F_OBJECT, REQ, .of = &price},
	TEXT("scope_hash", REQ, "what an approval is bound to"),
};
static const struct shape scope = SHAPE("Scope", scope_fields);

static const struct field approval_fields[] = {
	{"scope_approved_at", F_TIME, NUL},
	TEXT("payment", REQ, "none, pending, paid, approved or refunded"),
};
static const struct shape approval = SHAPE("Approval", approval_fields);

static const struct field usage_fields[] = {
	{"reserved", F_INT, REQ}, {"posted", F_INT, REQ},
	TEXT("unit", REQ, ""), {"limit", F_INT, REQ},
};
static const struct shape usage = SHAPE("RunUsage", usage_fields);

static const struct field run_fields[] = {
	TEXT("run_id", REQ, ""),
	TEXT("kind", REQ, "build"),
	TEXT("phase", REQ, "the lifecycle"),
	TEXT("status", REQ, "the customer's word for it"),
	TEXT("status_message", REQ, "the last thing that was said about it"),
	TEXT("artifact_type", NUL, "web, binary or both"),
	{"scope", F_OBJECT, NUL, .of = &scope},
	{"approval", F_OBJECT, REQ, .of = &approval},
	TEXT("question", NUL, "the one open question"),
	{"blocked", F_ANY, NUL, .doc = "why the built-in builder cannot make it"},
	TEXT("next_action", REQ, "what the customer can do now"),
	{"decision", F_ANY, NUL, .doc = "the signed receipt"},
	{"usage", F_OBJECT, REQ, .of = &usage},
	{"artifacts", F_INT, REQ, .doc = "how many are ready"},
	{"last_event_id", F_INT, REQ},
	{"created_at", F_TIME, REQ},
	{"updated_at", F_TIME, REQ},
	TEXT("session_token", 0, "only when a session was made on the way"),
};
const struct shape run_shape = SHAPE("Run", run_fields);

static const struct field message_fields[] = {
	TEXT("message_id", REQ, ""), TEXT("author", REQ, "visitor or assistant"),
	TEXT("text", REQ, ""), {"queued", F_BOOL, REQ, .doc = "came while the work went on: kept, and changes nothing"},
	{"at", F_TIME, REQ},
};
static const struct shape message = SHAPE("Message", message_fields);

static const struct field reply_fields[] = {
	{"message", F_OBJECT, REQ, .of = &message},
	{"run", F_OBJECT, REQ, .of = &run_shape},
};
const struct shape run_message_reply_shape = SHAPE("MessageReply", reply_fields);

static const struct field list_fields[] = {
	{"items", F_LIST, REQ, .of = &run_shape},
	TEXT("next_cursor", NUL, ""),
};
const struct shape run_list_shape = SHAPE("RunList", list_fields);

static const struct field messages_fields[] = {
	{"items", F_LIST, REQ, .of = &message},
	TEXT("next_cursor", NUL, ""),
};
const struct shape run_message_list_shape = SHAPE("MessageList", messages_fields);
