#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "identity/identity.h"
#include "run/run_int.h"
#include "run/run_pay.h"

int run_for_sale(struct work *w, const char *run_id, struct run_sale *ret)
{
	if (run_store_lock(w, run_id, &ret->run) < 0)
		return -1;
	if (ret->run.phase != RUN_QUOTED || !ret->run.scope_approved)
		return fail(w, E_CONFLICT, "%s: nothing to pay in %s", run_id,
			    run_states[ret->run.phase].name);
	if (!str_eq(ret->run.payment, "none"))
		return fail(w, E_CONFLICT, "%s: payment is %s", run_id, ret->run.payment);
	if (identity_need_contact(w, ret->run.account) < 0)
		return -1;
	return run_store_sale(w, ret->run.id, &ret->title, &ret->amount, &ret->currency);
}

int run_lock(struct work *w, int64_t run)
{
	struct run r;

	return run_store_lock_id(w, run, &r) < 0 ? -1 : 0;
}

static int say_late(struct work *w, const struct run *r, enum event_id now, enum event_id late)
{
	return event_append(w, r->id, run_states[r->phase].terminal ? late : now, NULL);
}

int run_paid(struct work *w, int64_t run, const char *scope_hash, enum run_paid *ret)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	*ret = RUN_PAID_UNUSABLE;
	if (rc <= 0)
		return rc;
	if (r.phase == RUN_QUOTED && r.scope_approved && str_eq(r.scope_hash, scope_hash)) {
		*ret = RUN_PAID_STARTS;
		if (run_store_payment(w, run, "paid") < 0 || run_store_authorized(w, run) < 0)
			return -1;
		fault_point("run.paid");
		return run_advance(w, &r, RUN_EV_AUTHORIZE, EVENT_PAID, NULL);
	}
	if (str_eq(r.payment, "approved") && str_eq(r.scope_hash, scope_hash) &&
	    r.phase != RUN_FAILED && r.phase != RUN_CANCELLED) {
		*ret = RUN_PAID_STARTED;
		return run_store_payment(w, run, "paid");
	}
	return say_late(w, &r, EVENT_PAYMENT_UNUSED, EVENT_PAYMENT_UNUSED_LATE);
}

int run_unpaid(struct work *w, int64_t run, bool waited, enum event_id say, enum event_id late)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	if (rc <= 0)
		return rc;
	if (waited && r.phase == RUN_QUOTED && run_store_payment(w, run, "none") < 0)
		return -1;
	return say_late(w, &r, say, late);
}

int run_refund_failed(struct work *w, int64_t run, bool undone)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	if (rc <= 0)
		return rc;
	if (undone && str_eq(r.payment, "refunded") && run_store_payment(w, run, "paid") < 0)
		return -1;
	return say_late(w, &r, EVENT_REFUND_FAILED, EVENT_REFUND_FAILED_LATE);
}

int run_payment_news(struct work *w, int64_t run, const char *payment, enum event_id say)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	if (rc <= 0 || r.phase != RUN_QUOTED)
		return rc < 0 ? -1 : 0;
	if (run_store_payment(w, run, payment) < 0)
		return -1;
	return event_append(w, run, say, NULL);
}

int run_refunded(struct work *w, int64_t run)
{
	struct run r;
	int rc = run_store_lock_id(w, run, &r);

	if (rc <= 0 || !str_eq(r.payment, "paid"))
		return rc < 0 ? -1 : 0;
	if (run_store_payment(w, run, "refunded") < 0 ||
	    say_late(w, &r, EVENT_REFUNDED, EVENT_REFUNDED_LATE) < 0)
		return -1;
	if (run_edge_find(r.phase, RUN_EV_CANCEL) == NULL)
		return 0;
	return run_advance(w, &r, RUN_EV_CANCEL, EVENT_CANCELLED, NULL);
}
