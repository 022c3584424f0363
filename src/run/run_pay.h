/*
 * Run pay: what money does to a run.
 *
 * A payment is the second door to the transition that an operator's approval
 * opens; the run is locked in both, so exactly one of them moves it.
 */
#pragma once
#include "run/run.h"

struct run_sale {
	struct run run;
	const char *title, *currency;
	int64_t amount; /* minor units */
};

/* Lock a run whose scope is approved and not paid for. E_CONFLICT otherwise. */
int run_for_sale(struct work *w, const char *run_id, struct run_sale *ret);

/* Lock a run before anything that hangs on it. */
int run_lock(struct work *w, int64_t run);

enum run_paid {
	RUN_PAID_STARTS,  /* this payment has moved it */
	RUN_PAID_STARTED, /* an operator was first; now it is paid for too */
	RUN_PAID_UNUSABLE /* it has ended, changed, or is paid for: give it back */
};

/* The quote of that hash is paid for. */
int run_paid(struct work *w, int64_t run, const char *scope_hash, enum run_paid *ret);

/* A payment has come to nothing: say so. `waited`: the run waited for that one. */
int run_unpaid(struct work *w, int64_t run, bool waited, enum event_id say, enum event_id late);

/* What was to be given back was not. `undone`: the run says that it was. */
int run_refund_failed(struct work *w, int64_t run, bool undone);

/* A payment is on its way ("pending") or did not arrive ("none"). Says nothing
 * when the run does not wait for one. */
int run_payment_news(struct work *w, int64_t run, const char *payment, enum event_id say);

/* The money was given back: work that goes on by it is stopped. */
int run_refunded(struct work *w, int64_t run);
