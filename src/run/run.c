#include "config.h"

#include "base/fault.h"
#include "base/id.h"
#include "base/str.h"
#include "identity/identity.h"
#include "run/run_int.h"

#include <string.h>

int run_advance(struct work *w, struct run *r, enum run_event event, enum event_id say,
		const struct event_slot *slots)
{
	const struct run_edge *edge = run_edge_find(r->phase, event);
	int moved;

	if (edge == NULL)
		return fail(w, E_CONFLICT, "%s: no edge %d from %s", r->run_id, (int)event,
			    run_states[r->phase].name);
	moved = run_store_advance(w, r->id, run_states[edge->from].name, edge->name,
				  run_states[edge->to].name);
	if (moved < 0)
		return -1;
	if (moved == 0)
		return fail(w, E_CONFLICT, "%s: somebody was first", r->run_id);
	fault_point("run.advanced");
	r->phase = edge->to;
	return event_append(w, r->id, say, slots);
}

/* How much one conversation may hold. Whoever needs more starts another. */
#define MESSAGES_MAX 200
#define BYTES_MAX    (256 * 1024)

/* Blanks in any of the forms that a keyboard makes are no message. */
static bool is_blank(const char *text)
{
	static const char *const blanks[] = {" ", "\t", "\n", "\r", "\u00a0", "\u2003", "\u200b", "\u3000"};
	size_t i;

	while (*text != '\0') {
		for (i = 0; i < COUNT(blanks) && !str_starts(text, blanks[i]); i++)
			continue;
		if (i == COUNT(blanks))
			return false;
		text += strlen(blanks[i]);
	}
	return true;
}

static int check_text(struct work *w, const char *field, const char *text)
{
	return is_blank(text) ? fail_field(w, field, "blank") : 0;
}

int run_create(struct work *w, const char *text, const char *wish, struct run *ret)
{
	*ret = (struct run){.run_id = id_new(w->a, "run_"), .account = w->actor.account,
			    .phase = RUN_DRAFTING, .artifact_wish = wish};
	if (check_text(w, "message", text) < 0 ||
	    run_store_create(w, ret->run_id, wish, &ret->id) < 0 ||
	    run_store_message(w, ret->id, "visitor", text, false, NULL) < 0 ||
	    event_append(w, ret->id, EVENT_REQUESTED, NULL) < 0)
		return -1;
	return run_talk(w, ret);
}

int run_say(struct work *w, const char *run_id, const char *text, const char **ret_message)
{
	struct run r;
	int64_t messages, bytes;
	bool queued;

	if (check_text(w, "text", text) < 0 || run_store_lock(w, run_id, &r) < 0)
		return -1;
	if (run_states[r.phase].terminal)
		return fail(w, E_CONFLICT, "%s: a message to a run that has ended", run_id);
	if (run_store_said(w, r.id, &messages, &bytes) < 0)
		return -1;
	if (messages >= MESSAGES_MAX || bytes + (int64_t)strlen(text) > BYTES_MAX)
		return fail(w, E_LONG, "%s: %lld messages, %lld bytes", run_id, (long long)messages,
			    (long long)bytes);
	queued = r.phase != RUN_DRAFTING && r.phase != RUN_QUOTED;
	if (run_store_message(w, r.id, "visitor", text, queued, ret_message) < 0)
		return -1;
	if (r.phase == RUN_ARTIFACT_READY)
		return event_note(w, r.id, EVENT_MESSAGE_LATE, NULL);
	if (queued)
		return event_append(w, r.id, EVENT_MESSAGE_QUEUED, NULL);
	if (event_append(w, r.id, EVENT_MESSAGE, NULL) < 0)
		return -1;
	return run_talk(w, &r);
}

int run_approve_scope(struct work *w, const char *run_id, const char *scope_hash)
{
	struct run r;

	if (run_store_lock(w, run_id, &r) < 0)
		return -1;
	if (r.scope_hash != NULL) {
		if (strcmp(r.scope_hash, scope_hash) != 0)
			return fail(w, E_SCOPE_CHANGED, "%s: scope is %s", run_id, r.scope_hash);
		if (r.scope_approved)
			return 0; /* said twice */
	}
	if (r.phase != RUN_QUOTED)
		return fail(w, E_CONFLICT, "%s: nothing to approve in %s", run_id,
			    run_states[r.phase].name);
	if (run_store_scope_approved(w, r.id) < 0)
		return -1;
	return event_append(w, r.id, EVENT_SCOPE_APPROVED, NULL);
}

int run_ask_approval(struct work *w, const char *run_id)
{
	struct run r;

	if (run_store_lock(w, run_id, &r) < 0)
		return -1;
	if (!r.scope_approved || r.phase != RUN_QUOTED)
		return fail(w, E_CONFLICT, "%s: the scope is not approved", run_id);
	if (strcmp(r.payment, "none") != 0)
		return 0;
	if (identity_need_contact(w, r.account) < 0 || identity_need_standing(w, r.account) < 0 ||
	    run_store_payment(w, r.id, "pending") < 0)
		return -1;
	return event_append(w, r.id, EVENT_APPROVAL_ASKED, NULL);
}

/* An operator may have a reason to build for somebody who is barred: it is kept. */
static int may_be_built(struct work *w, const struct run *r, bool force)
{
	if (identity_need_standing(w, r->account) == 0)
		return 0;
	if (!force || (w->err.id != E_DISABLED && w->err.id != E_DISPUTED))
		return -1;
	err_clear(&w->err);
	return run_evidence(w, r->id, "forced", "authorized for an account that is barred");
}

int run_authorize(struct work *w, const char *run_id, bool force)
{
	struct run r;

	if (run_store_lock(w, run_id, &r) < 0)
		return -1;
	if (r.phase != RUN_QUOTED || !r.scope_approved)
		return fail(w, E_CONFLICT, "%s is %s, scope %sapproved", run_id,
			    run_states[r.phase].name, r.scope_approved ? "" : "not ");
	if (identity_need_contact(w, r.account) < 0 || may_be_built(w, &r, force) < 0 ||
	    run_store_payment(w, r.id, "approved") < 0 ||
	    run_store_authorized(w, r.id) < 0)
		return -1;
	return run_advance(w, &r, RUN_EV_AUTHORIZE, EVENT_AUTHORIZED, NULL);
}

int run_retry(struct work *w, const char *run_id)
{
	struct run r;

	int kept;

	if (run_store_lock(w, run_id, &r) < 0 || (kept = run_store_kept(w, r.id)) < 0)
		return -1;
	/* Nobody works for money that was given back, or is on its way. */
	if (str_eq(r.payment, "refunded") || (str_eq(r.payment, "paid") && !kept))
		return fail(w, E_CONFLICT, "%s: its payment is given back", run_id);
	if (run_store_authorized(w, r.id) < 0)
		return -1;
	return run_advance(w, &r, RUN_EV_RETRY, EVENT_RETRIED, NULL);
}

int run_cancel(struct work *w, const char *run_id)
{
	struct run r;

	if (run_store_lock(w, run_id, &r) < 0)
		return -1;
	if (r.phase == RUN_CANCELLED)
		return 0;
	return run_advance(w, &r, RUN_EV_CANCEL, EVENT_CANCELLED, NULL);
}

int run_delivered(struct work *w, int64_t run)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	if (rc <= 0 || r.phase != RUN_ARTIFACT_READY)
		return rc < 0 ? -1 : 0;
	return run_advance(w, &r, RUN_EV_DELIVER, EVENT_DELIVERED, NULL);
}

int run_fail(struct work *w, struct run *r, const char *code, const char *sentence,
	     const char *evidence)
{
	const struct event_slot slots[] = {
		{.name = "reason", .word = sentence}, {.name = "code", .word = code}, {0}};

	if (run_evidence(w, r->id, "failure", evidence) < 0)
		return -1;
	return run_advance(w, r, RUN_EV_FAIL, EVENT_FAILED, slots);
}

int run_evidence(struct work *w, int64_t run, const char *kind, const char *text)
{
	return run_store_evidence(w, run, kind, str_utf8(text, strlen(text))
							? text
							: "(not text)");
}

int run_public_json(struct work *w, const char *run_id, const char **ret_json)
{
	return run_store_public(w, run_id, ret_json);
}

int run_expire(struct work *w, int batch)
{
	struct run *runs;
	int n = run_store_silent(w, batch, &runs);

	for (int i = 0; i < n; i++)
		if (run_advance(w, &runs[i], RUN_EV_EXPIRE, EVENT_EXPIRED, NULL) < 0)
			return -1;
	return n;
}

int run_overdue(struct work *w, int batch)
{
	struct run *runs;
	int n = run_store_overdue(w, batch, &runs);

	for (int i = 0; i < n; i++)
		if (run_fail(w, &runs[i], "deadline", "It took longer than it may.",
			     "absolute deadline") < 0)
			return -1;
	return n;
}

int run_stop_all(struct work *w, int batch)
{
	const char *reason;
	struct run *runs;
	int n = run_store_running(w, batch, &runs);

	if (n > 0 && run_store_kill_reason(w, &reason) < 0)
		return -1;
	for (int i = 0; i < n; i++)
		if (run_evidence(w, runs[i].id, "stopped",
				 arena_printf(w->a, "by an operator: %s", reason)) < 0 ||
		    run_advance(w, &runs[i], RUN_EV_CANCEL, EVENT_STOPPED, NULL) < 0)
			return -1;
	return n;
}
