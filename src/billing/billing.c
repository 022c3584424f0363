#include "config.h"

#include "base/fault.h"
#include "base/id.h"
#include "base/str.h"
#include "billing/billing_int.h"
#include "identity/identity.h"
#include "run/run_pay.h"

#include <string.h>

#define LAST_MINUTES (10 * 60 * CLOCK_S)
#define TURNS 3

/* ---- payment pages of runs */

/* The row that says what is asked; one that is there and fits is taken again.
 * 1: another page of the run is in the way. */
static int intend(struct work *w, const char *run_id, const char *back,
		  struct billing_page_row *ret)
{
	struct run_sale s;
	int rc;

	if (run_for_sale(w, run_id, &s) < 0 || identity_need_standing(w, s.run.account) < 0)
		return -1;
	if (identity_need_second(w, s.run.account, s.amount) < 0)
		return -1;
	rc = billing_store_live(w, s.run.id, ret);
	if (rc < 0)
		return -1;
	if (rc > 0 && str_eq(ret->scope_hash, s.run.scope_hash) && ret->amount == s.amount &&
	    str_eq(ret->provider, w->conf->billing_provider) &&
	    ret->livemode == (bool)w->conf->stripe_live && !ret->closing &&
	    ret->expires_at > w->now + LAST_MINUTES)
		return 0;
	if (rc > 0)
		return 1;
	*ret = (struct billing_page_row){
		.run = s.run.id, .run_id = s.run.run_id, .title = s.title,
		.checkout_id = id_new(w->a, BILLING_CHECKOUT_PREFIX), .scope_hash = s.run.scope_hash,
		.amount = s.amount, .currency = s.currency, .provider = w->conf->billing_provider,
		.livemode = w->conf->stripe_live, .return_url = back};
	return billing_store_insert(w, ret, s.run.account);
}

int billing_checkout(struct work *w, const char *run_id, const char *return_url,
		     struct billing_page *ret)
{
	struct billing_page_row c;
	const char *back;
	int rc = 1;

	*ret = (struct billing_page){0};
	if (str_eq(w->conf->billing_provider, "manual"))
		return work_begin(w, NULL) < 0 || run_ask_approval(w, run_id) < 0 ||
		       work_commit(w, NULL) < 0 ? -1 : 0;
	back = arena_printf(w->a, "%s/?run=%s", w->conf->public_url, run_id);
	if (billing_return_to(w, return_url, back, &back) < 0)
		return -1;
	for (int turn = 0; rc > 0 && turn < TURNS; turn++) {
		if (work_begin(w, NULL) < 0 || (rc = intend(w, run_id, back, &c)) < 0 || work_commit(w, NULL) < 0)
			return -1;
		/* Two pages could both be paid: the other one is closed first. */
		if (rc > 0 && billing_page_close(w, &c, BILLING_REPLACED) < 0)
			return -1;
	}
	if (rc > 0)
		return fail(w, E_CONFLICT, "%s: pages of one run open at the same time", run_id);
	fault_point("billing.intended");
	if (str_eq(c.state, "intent") && billing_page_open(w, &c) < 0)
		return -1;
	*ret = (struct billing_page){c.provider, c.url, c.expires_at};
	return 0;
}

/* The pass: given an open transaction, leaves one. */
int billing_refund(struct work *w, int batch)
{
	struct billing_page_row c;
	int rc = billing_store_refund_due(w, &c);
	const char *why = NULL;

	(void)batch;
	if (rc <= 0 || work_commit(w, NULL) < 0)
		return rc <= 0 ? rc : -1;
	rc = str_eq(c.provider, "local") ? billing_local_refund(w, &c)
					 : billing_call_refund(w, &c, &why);
	fault_point("billing.refunding");
	err_clear(&w->err); /* the row says when to ask again */
	if (work_begin(w, NULL) < 0)
		return -1;
	/* The event that follows says that it is done. */
	if (rc >= 0 && billing_store_asked(w, c.id, why) < 0)
		return -1;
	return 1;
}
