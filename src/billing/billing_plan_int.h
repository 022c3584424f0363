/* What the files of the room share about plans: pages, subscriptions, the catalog
 * and the meter. */
#pragma once
#include "billing/billing_int.h"
#include "plan/plan.h"

/* billing_call.c */
int billing_call_portal(struct work *w, const char *customer_id, const char *return_url,
			const char *nonce, const char **ret_url, const char **ret_why);
int billing_call_subscription(struct work *w, const char *id, struct billing_answer *ret);
int billing_call_cancel(struct work *w, const char *id, struct billing_answer *ret); /* at once */

/* billing_plan_apply.c: events about plans. 0 with the outcome, or -1 */
int billing_plan_event(struct work *w, const struct billing_inbox_row *in,
		       const struct billing_event *e, struct billing_outcome *o);

/* billing_notice.c: what an event about a subscription of ours has to say to its
 * customer, once, or to an operator */
int billing_notice(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e);

/* billing_plan_store.c: like billing_store.c */
struct billing_subscriber {
	const char *subject, *plan, *barred, *customer_id, *subscription_id;
	bool subscribed;
};
int billing_store_subscriber(struct work *w, struct billing_subscriber *ret);
/* What is sold for the wish to ret->payer (or NULL): plan, title, price, amount,
 * trial, which is had once; price_id NULL when the provider does not know it yet. */
int billing_store_offer(struct work *w, const struct billing_wish *wish, const char *has,
			struct billing_page_row *ret);
int billing_store_plan_live(struct work *w, struct billing_page_row *ret);
int billing_store_plan_insert(struct work *w, struct billing_page_row *c);
int billing_store_plan_intent(struct work *w, struct billing_page_row *ret);
int billing_store_plan_lock(struct work *w, const char *checkout_id, struct billing_page_row *ret);
int billing_store_link(struct work *w, const struct billing_page_row *c, const char *customer_id);
int billing_store_unlink(struct work *w, const char *customer_id);
int billing_store_hint(struct work *w, const struct billing_event *e);
int billing_store_payment_dispute(struct work *w, const char *payment_intent, const char *dispute);
/* Whose payment of a subscription, or subscription, is it? 1, 0 for nobody's, or -1. */
int billing_store_payment_of(struct work *w, const char *payment_intent, int64_t *ret_account);
int billing_store_subscription_of(struct work *w, const char *subscription_id, int64_t *ret_account);
/* So much was given back, or that failed; 1, 0 or -1. */
int billing_store_payment_refund(struct work *w, const struct billing_event *e, bool failed, bool *ret_ours);
int billing_store_drift(struct work *w, int64_t event, const char **ret); /* where the catalog differs, or NULL */

/* One that is to be read; `claim` is the number of our question. */
struct billing_due {
	int64_t id, account, wanted, claim;
	const char *subscription_id, *provider;
	bool livemode, left; /* the last: its customer has; it is to be ended */
};
int billing_store_due(struct work *w, struct billing_due *ret);
int billing_store_price(struct work *w, const char *price_id, struct billing_price *ret);
/* Its invoice and payments are known from now on; sets s->refunded. */
int billing_store_seen(struct work *w, const struct billing_due *d, struct billing_subscription *s);
/* What was read, if nobody has asked since; s->status "missing": there is none. */
int billing_store_read(struct work *w, const struct billing_due *d, const struct billing_subscription *s,
		       const char *plan, int64_t until_s, int64_t due_s, const char *problem);
int billing_store_not_cancelled(struct work *w, const struct billing_due *d, const char *why);
int billing_store_follow(struct work *w, int64_t account);

/* billing_catalog.c: what is done, or (without `apply`) would be, as a list of
 * {"object", "name", "action", "detail"} in `out` */
#define BILLING_METER PLAN_METER
struct billing_sold {
	const char *plan, *name, *product, *lookup_key, *currency, *interval;
	int64_t amount;
};
struct billing_sync {
	struct jw *out;
	bool apply;
	int changes;
};
int billing_catalog_sync(struct work *w, struct billing_sync *s);

/* Usage on its way to the provider's meter. */
struct billing_export {
	int64_t usage, value, happened_s, first_s, attempt; /* seconds; first_s 0: not told yet */
	const char *identifier, *provider, *customer_id, *meter;
};
int billing_store_collect(struct work *w);
int billing_store_export_due(struct work *w, struct billing_export *ret);
int billing_store_exported(struct work *w, const struct billing_export *x, const char *state, const char *note);
int billing_store_export_again(struct work *w, int64_t usage, int64_t wait_s, const char *note);

/* billing_report.c: what the provider says later about usage that it has taken */
struct billing_report {
	int64_t id, age_s;
	const char *event_id;
	bool livemode;
};
int billing_meter_reports(struct work *w, int batch); /* the pass */
int billing_store_report_due(struct work *w, struct billing_report *ret);
/* Of that name one of ours: 1, or 0. `why` begins with the provider's code. */
int billing_store_export_failed(struct work *w, const struct billing_report *r, const char *identifier,
				const char *code, const char *why);
int billing_call_event(struct work *w, const char *event_id, struct billing_answer *ret);

/* billing_catalog_store.c: of the proof; a plan and an account of that name */
int billing_store_proof(struct work *w, const char *name, int64_t micro);
int billing_store_proof_end(struct work *w, const char *name);
/* The one text that a statement with one parameter gives; NULL for none. */
int billing_store_text(struct work *w, const struct pg_stmt *stmt, const char *arg, const char **ret);

/* billing_catalog_store.c; by product */
int billing_store_sold(struct work *w, const struct billing_sold **ret, size_t *ret_n);
int billing_store_unsold(struct work *w, const char *const **ret, size_t *ret_n); /* prices */
int billing_store_price_put(struct work *w, const char *price_id, const struct billing_sold *p);
int billing_store_price_off(struct work *w, const char *price_id);
int billing_store_catalog_put(struct work *w, const char *doc, const char *version, const char **ret);

/* billing_local_plan.c: its books of subscriptions, and what happens to one */
int billing_local_subscribe(struct work *w, const struct billing_page_row *c, const char *type,
			    const char *status);
int billing_local_change(struct work *w, const char *subscription_id, const char *deed);
int billing_store_local_plan(struct work *w, const char *checkout_id, struct billing_page_row *ret);
int billing_store_local_get(struct work *w, const char *subscription_id, const char **ret_doc);
int billing_store_local_put(struct work *w, const char *subscription_id, const char *doc);
