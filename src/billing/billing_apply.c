#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "run/run_pay.h"

#include <string.h>

/*
 * What an event does. None of it depends on the order of arrival: a session
 * only rises (intent, open, pending, failed or expired, paid), amounts given
 * back only grow, and each effect has a row that exists once.
 */

#define WAIT_MAX_S (3 * 86400)
#define TRIES_MAX 8
#define AGAIN_MAX_S 3600
#define CATALOG_S 120

int billing_say(struct billing_outcome *o, const char *state, const char *note)
{
	o->state = state;
	o->note = note;
	return 0;
}

static int64_t later(int attempts)
{
	int64_t s = INT64_C(30) << (attempts < 8 ? attempts : 8);

	return s < AGAIN_MAX_S ? s : AGAIN_MAX_S;
}

static int rank(const char *state)
{
	static const char *const order[] = {"intent", "open", "pending", "failed", "expired", "paid"};
	int n = 0;

	while (strcmp(order[n], state) != 0)
		n++;
	return n;
}

static int goes_back(struct work *w, const struct billing_page_row *c, const char *why, struct billing_outcome *o)
{
	if (billing_store_refunded(w, c->id, 0, "due") < 0)
		return -1;
	return billing_say(o, "done", arena_printf(w->a, "%s: it is given back", why));
}

/* `differs`: why it is not what was asked for, or NULL. */
static int paid(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		const struct billing_page_row *c, const char *differs, struct billing_outcome *o)
{
	int first = billing_store_effect(w, c->checkout_id, "paid", in->id);
	enum run_paid what;
	int left;

	if (first <= 0)
		return first < 0 ? -1 : billing_say(o, "done", "was paid already");
	if (billing_store_paid(w, c->id, e) < 0)
		return -1;
	fault_point("billing.paid");
	if (c->refunded >= e->amount)
		return run_unpaid(w, c->run, strcmp(c->state, "pending") == 0, EVENT_REFUNDED,
				  EVENT_REFUNDED_LATE) < 0
			       ? -1 : billing_say(o, "done", "was given back before it was known");
	left = billing_store_left(w, c->id);
	if (left < 0)
		return -1;
	if (left > 0) /* nobody is there to have it */
		return goes_back(w, c, "its customer has left", o);
	if (differs != NULL)
		return run_unpaid(w, c->run, strcmp(c->state, "pending") == 0, EVENT_PAYMENT_UNUSED,
				  EVENT_PAYMENT_UNUSED_LATE) < 0
			       ? -1 : goes_back(w, c, differs, o);
	if (run_paid(w, c->run, c->scope_hash, &what) < 0)
		return -1;
	if (what == RUN_PAID_STARTS) {
		if (billing_store_effect(w, c->run_id, "authorized", in->id) != 1)
			return fail(w, E_INTERNAL, "%s was authorized by a payment before", c->run_id);
		return billing_say(o, "done", "the run starts");
	}
	if (what == RUN_PAID_STARTED)
		return billing_say(o, "done", "the run had been approved by hand");
	return goes_back(w, c, "of no use to the run", o);
}

/* A state below payment, when it is a rise. */
static int rises(struct work *w, const struct billing_page_row *c, const char *state,
		 const char *payment, enum event_id news, struct billing_outcome *o)
{
	int replaced = billing_store_replaced(w, c->id);

	if (replaced < 0)
		return -1;
	if (rank(state) <= rank(c->state))
		return billing_say(o, "done", "known, or overtaken");
	if (billing_store_state(w, c, state, "") < 0)
		return -1;
	/* What becomes of an old page is no news for the run. */
	if (!replaced && !c->closing && run_payment_news(w, c->run, payment, news) < 0)
		return -1;
	return billing_say(o, "done", state);
}

static int session(struct work *w, const struct billing_inbox_row *in,
		   const struct billing_event *e, const struct billing_page_row *c,
		   struct billing_outcome *o)
{
	bool has_paid = e->kind == BILLING_SESSION_PAID ||
			(e->kind == BILLING_SESSION_COMPLETED &&
			 (str_eq(e->payment_status, "paid") ||
			  str_eq(e->payment_status, "no_payment_required")));
	const char *why = billing_page_differs(c, e), *differs = has_paid ? billing_price_differs(c, e) : NULL;

	/* What cannot be given back is not taken for a payment. */
	if (why == NULL && (e->amount <= 0 || e->payment_intent == NULL))
		why = differs;
	if (why != NULL)
		return billing_say(o, "refused", why);
	if (has_paid)
		return paid(w, in, e, c, differs, o);
	if (e->kind == BILLING_SESSION_COMPLETED)
		return rises(w, c, "pending", "pending", EVENT_PAYMENT_PENDING, o);
	if (e->kind == BILLING_SESSION_FAILED)
		return rises(w, c, "failed", "none", EVENT_PAYMENT_FAILED, o);
	return rises(w, c, "expired", "none", EVENT_PAYMENT_EXPIRED, o);
}

static const char *disputed(const struct billing_event *e)
{
	return e->kind == BILLING_DISPUTE_OPEN ? "open" : str_eq(e->status, "lost") ? "lost" : "won";
}

static int dispute(struct work *w, const struct billing_event *e,
		   const struct billing_page_row *c, struct billing_outcome *o)
{
	const char *to = disputed(e);

	if (e->livemode != c->livemode)
		return billing_say(o, "refused", "another mode");
	if (billing_store_dispute(w, c->id, to) < 0)
		return -1;
	return billing_say(o, "done", to);
}

static int fraud(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		 int64_t account, struct billing_outcome *o)
{
	if (billing_store_alert(w, in->id, "fraud", e->payment_intent, account,
				e->reason ? e->reason : "early fraud warning") < 0)
		return -1;
	return billing_say(o, "done", "an operator is told");
}

/* About a payment of a subscription? 1 when it was, and what became of it. */
static int of_subscription(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
			   struct billing_outcome *o)
{
	int64_t account;
	int rc;

	if (e->kind == BILLING_REFUND || e->kind == BILLING_REFUND_TOLD)
		return billing_back_payment(w, in, e, o);
	if (e->kind == BILLING_FRAUD) {
		rc = billing_store_payment_of(w, e->payment_intent, &account);
		return rc > 0 && fraud(w, in, e, account, o) < 0 ? -1 : rc;
	}
	rc = billing_store_payment_dispute(w, e->payment_intent, disputed(e));
	if (rc > 0)
		billing_say(o, "done", "a payment of a subscription");
	return rc;
}

static int find(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		struct billing_page_row *c, struct billing_outcome *o)
{
	bool is_session = e->kind >= BILLING_SESSION_COMPLETED && e->kind <= BILLING_SESSION_EXPIRED;
	int rc = billing_store_find(w, e, c);

	if (rc > 0) /* locks are taken on the run first, everywhere */
		return run_lock(w, c->run) < 0 ? -1 : billing_store_lock(w, c->id, c);
	if (rc < 0)
		return -1;
	rc = is_session || e->payment_intent == NULL ? 0 : of_subscription(w, in, e, o);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (is_session || e->payment_intent == NULL || in->age_s > WAIT_MAX_S)
		return billing_say(o, "ignored", "not one of our payment pages");
	/* The payment it speaks of may still be on its way to us. */
	o->waits_for = e->payment_intent;
	o->again_s = later(in->attempts);
	return billing_say(o, "waiting", "for the payment it speaks of");
}

/* Money that was refused is an operator's to look at. */
static int refused(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		   const struct billing_outcome *o)
{
	if (!str_eq(o->state, "refused") || str_eq(e->payment_status, "unpaid") ||
	    e->kind == BILLING_SESSION_FAILED || e->kind == BILLING_SESSION_EXPIRED)
		return 0;
	return billing_store_alert(w, in->id, "payment", e->object ? e->object : e->id, 0, o->note);
}

/* The catalog at the provider has changed. Our own changes are known here soon. */
static int catalog(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		   struct billing_outcome *o)
{
	const char *why;

	if (e->object == NULL)
		return billing_say(o, "ignored", "without a name");
	if (billing_store_drift(w, in->id, &why) < 0)
		return -1;
	if (why == NULL)
		return billing_say(o, "done", "as it is known here");
	if (in->attempts == 0) {
		o->again_s = CATALOG_S;
		return billing_say(o, "waiting", why);
	}
	if (billing_store_alert(w, in->id, "catalog", e->object, 0, why) < 0)
		return -1;
	return billing_say(o, "done", why);
}

static int effect(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		  struct billing_outcome *o)
{
	struct billing_page_row c;
	int rc;

	if (e->kind == BILLING_OTHER)
		return billing_say(o, "ignored", BILLING_NO_EFFECT);
	if (e->kind == BILLING_CATALOG)
		return catalog(w, in, e, o);
	if (e->kind == BILLING_SUBSCRIPTION || e->kind == BILLING_CUSTOMER_GONE || e->plan_page != NULL)
		return billing_plan_event(w, in, e, o);
	rc = find(w, in, e, &c, o);
	if (rc <= 0)
		return rc;
	if (e->kind == BILLING_REFUND || e->kind == BILLING_REFUND_TOLD)
		return billing_back_page(w, in, e, &c, o);
	if (e->kind == BILLING_FRAUD)
		return fraud(w, in, e, c.account, o);
	if (e->kind == BILLING_DISPUTE_OPEN || e->kind == BILLING_DISPUTE_CLOSED)
		return dispute(w, e, &c, o);
	return session(w, in, e, &c, o);
}

static int apply(struct work *w, const struct billing_inbox_row *in, struct billing_outcome *o)
{
	struct billing_event e;

	if (billing_event_read(w->a, in->body, strlen(in->body), &e, &w->err) < 0)
		return -1;
	return effect(w, in, &e, o) < 0 || refused(w, in, &e, o) < 0 ? -1 : 0;
}

int billing_inbox(struct work *w, int batch)
{
	struct billing_inbox_row in;
	struct billing_outcome o = {0};
	int rc = billing_store_next(w, &in);

	(void)batch; /* one event is one transaction */
	if (rc <= 0)
		return rc;
	w->actor.name = "payment";
	if (billing_store_savepoint(w) < 0)
		return -1;
	if (apply(w, &in, &o) < 0) {
		if (w->err.id == E_UNAVAILABLE)
			return -1; /* the whole of it again */
		o = (struct billing_outcome){in.attempts + 1 < TRIES_MAX ? "new" : "failed", NULL,
				     arena_strdup(w->a, w->err.detail), later(in.attempts)};
		err_clear(&w->err);
		if (billing_store_undo(w) < 0)
			return -1;
	}
	fault_point("billing.applied");
	return billing_store_mark(w, in.id, o.state, o.waits_for, o.note, o.again_s) < 0 ? -1 : 1;
}
