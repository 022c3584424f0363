#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "decide/decide.h"
#include "intake/intake.h"
#include "plan/plan.h"
#include "port/crypto.h"
#include "run/run_int.h"

#include <string.h>

#define SCOPE_MAX 32768

static void list(struct jw *j, const char *key, const char *const *values, size_t max)
{
	jw_key(j, key);
	jw_array(j);
	for (size_t i = 0; i < max && values[i] != NULL; i++)
		jw_str(j, values[i]);
	jw_end_array(j);
}

/* What the customer approves. The hash binds the approval to exactly this. */
static const char *scope_json(struct work *w, const struct intake *in, const char *spec,
			      const struct plan_price *price, const char **ret_hash)
{
	const char *body, *bound;
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, SCOPE_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "title", in->spec.title);
	jw_kstr(&j, "summary", in->spec.summary);
	list(&j, "features", in->features, COUNT(in->features));
	list(&j, "not_included", in->not_included, COUNT(in->not_included));
	jw_key(&j, "platforms");
	jw_array(&j);
	if (in->artifact != SPEC_BINARY)
		jw_str(&j, "web");
	for (size_t i = 0; i < in->platforms_n; i++)
		jw_str(&j, in->platforms[i]);
	jw_end_array(&j);
	jw_key(&j, "price");
	jw_object(&j);
	jw_kint(&j, "amount", price->amount);
	jw_kstr(&j, "currency", price->currency);
	jw_end_object(&j);
	jw_end_object(&j);
	check(!b.over);
	body = buf_str(&b);
	bound = arena_printf(w->a, "%s\n%s\n%s\n%s", body, spec, spec_artifact_names[in->artifact],
			     price->version);
	*ret_hash = crypto_sha256_hex(w->a, bound, strlen(bound));
	return arena_printf(w->a, "%.*s,\"scope_hash\":\"%s\"}", (int)strlen(body) - 1, body,
			    *ret_hash);
}

static const char *joined(struct work *w, const char *const *words, size_t n)
{
	const char *all = "";

	for (size_t i = 0; i < n; i++)
		all = arena_printf(w->a, "%s%s%s", all, i ? " " : "", words[i]);
	return all;
}

/* What we say to the last message; the remark is no part of any scope. */
static int answer(struct work *w, const struct run *r, const char *remark, const char *text)
{
	if (remark != NULL)
		text = arena_printf(w->a, "%s%s%s", remark, *text ? " " : "", text);
	return run_store_message(w, r->id, "assistant", text, false, NULL);
}

static int quote(struct work *w, struct run *r, const struct intake *in)
{
	const struct decision d = {.backend = DECIDE_TEMPLATE_BUILDER,
				   .reason = "The built-in builder can make this kind of tool."};
	struct run_quote q = {.artifact_type = spec_artifact_names[in->artifact]};
	struct plan_price price;

	q.spec = spec_write(w->a, &in->spec);
	q.platforms = joined(w, in->platforms, in->platforms_n);
	if (plan_price(q.artifact_type, in->platforms_n, &price, &w->err) < 0)
		return -1;
	q.scope = scope_json(w, in, q.spec, &price, &q.scope_hash);
	if (r->scope_hash != NULL && strcmp(r->scope_hash, q.scope_hash) == 0) /* an approval stays */
		return answer(w, r, in->remark, in->remark ? "" : "That does not change the scope.");
	if (decide_receipt(w, r->id, r->account, &d, &q.decision) < 0 ||
	    run_store_quote(w, r->id, &q) < 0 ||
	    answer(w, r, in->remark,
		   arena_printf(w->a, "%s: here is what I will build. Please read the scope and "
				      "approve it, or tell me what to change.",
				in->spec.title)) < 0)
		return -1;
	r->scope_hash = q.scope_hash;
	r->scope_approved = false;
	if (r->phase == RUN_DRAFTING)
		return run_advance(w, r, RUN_EV_QUOTE, EVENT_QUOTE, NULL);
	return event_append(w, r->id, EVENT_QUOTE, NULL);
}

/* Why it cannot be made here, and which backend could. */
static const char *blocked_reason(struct work *w, const struct intake *in)
{
	return arena_printf(w->a, "%s A %s could make more, but none is connected here.", in->reason,
			    decide_label(DECIDE_CODEX_WORKER));
}

static const char *blocked_json(struct work *w, const struct intake *in, const char *reason)
{
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, SCOPE_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "reason", reason);
	jw_kstr(&j, "needs", in->needs);
	jw_end_object(&j);
	return buf_str(&b);
}

/* Back to (or still in) the conversation: a question, or a plain no. */
static int open_again(struct work *w, struct run *r, const struct intake *in)
{
	const struct decision no = {.blocked = true, .backend = DECIDE_TEMPLATE_BUILDER,
				    .reason = "The built-in builder makes small self-contained tools only.",
				    .blocked_reason = "needs_codex_worker"};
	bool cannot = in->verdict == INTAKE_CANNOT;
	enum event_id say = cannot ? EVENT_CANNOT : EVENT_QUESTION;
	const char *decision = NULL, *reason = cannot ? blocked_reason(w, in) : NULL;
	const char *blocked = cannot ? blocked_json(w, in, reason) : NULL;

	if (cannot && decide_receipt(w, r->id, r->account, &no, &decision) < 0)
		return -1;
	if (answer(w, r, in->remark, cannot ? reason : in->question) < 0)
		return -1;
	/* The phase first: a quoted run must have a scope. */
	if (r->phase == RUN_QUOTED) {
		if (run_advance(w, r, RUN_EV_REOPEN, say, NULL) < 0)
			return -1;
	} else if (event_append(w, r->id, say, NULL) < 0) {
		return -1;
	}
	return run_store_open(w, r->id, in->question, blocked, decision);
}

int run_talk(struct work *w, struct run *r)
{
	struct intake in = {.artifact_type = r->artifact_wish};
	struct intake_message *m;
	const struct run_line *lines;

	if (run_store_conversation(w, r->id, &lines, &in.messages_n) < 0)
		return -1;
	m = ARENA_ARRAY(w->a, struct intake_message, in.messages_n + 1);
	for (size_t i = 0; i < in.messages_n; i++)
		m[i] = (struct intake_message){lines[i].from_visitor, lines[i].text};
	in.messages = m;
	intake_think(w->a, &in);
	return in.verdict == INTAKE_READY ? quote(w, r, &in) : open_again(w, r, &in);
}
