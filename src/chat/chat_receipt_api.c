#include "config.h"

#include "base/check.h"
#include "decide/decide.h"
#include "usage/usage.h"
#include "web/web.h"

/* The receipt of a call, or of a run, to its owner: signed, so that it can be shown
 * to somebody who trusts only the key. */
static int show(struct req *r)
{
	const char *json;
	int rc = usage_receipt(&r->w, r->arg[0], &json);

	if (rc > 0)
		json = decide_sign(r->w.a, json);
	else if (rc == 0)
		rc = decide_find(&r->w, r->arg[0], &json);
	if (rc <= 0)
		return rc < 0 ? -1 : fail(&r->w, E_NOT_FOUND, "no receipt of that name, or not the caller's");
	return reply_json(r, 200, json);
}

static const struct field fields[] = {
	{"receipt_id", F_TOKEN, F_REQUIRED},
	{"decided_at", F_TIME, F_REQUIRED},
	{"settled_at", F_TIME, 0, .doc = "of a call: when it ended"},
	{"handled_as", F_TOKEN, F_REQUIRED, .doc = "chat, run or blocked"},
	{"state", F_TOKEN, 0, .doc = "of a call: reserved, posted, released or estimated"},
	{"model", F_TEXT, 0}, {"usage_id", F_TOKEN, 0}, {"price_version", F_TEXT, 0},
	{"asked", F_ANY, 0, .doc = "interface, stream, max_tokens"},
	{"answered", F_ANY, 0, .doc = "backend_class, fallbacks and why, clamped, max_tokens, attempts"},
	{"run_id", F_TOKEN, 0}, {"chat_id", F_TOKEN, 0}, {"task_id", F_TOKEN, 0},
	{"lease_epoch", F_INT, 0, .doc = "of the run's holder that the call was made for"},
	{"tokens", F_ANY, 0, .doc = "by class, each counted in one"},
	{"reserved", F_ANY, F_REQUIRED}, {"charged", F_ANY, 0},
	{"signature", F_TEXT, F_REQUIRED, .doc = "compact JWS over all that stands before it"},
};
static const struct shape receipt = {"Receipt", fields, COUNT(fields), 0};

const struct route chat_receipt_routes[] = {
	{.id = "receipt.show", .method = METHOD_GET, .pattern = "/api/v1/receipts/{receipt_id}",
	 .pool = POOL_FAST, .audience = AUD_API, .scope = "usage:read", .reply = &receipt,
	 .reply_status = 200, .handle = show,
	 .summary = "What a call was, how it was answered and what it cost, signed",
	 .proof = "tests/stack/receipts.sh"},
	{0},
};
