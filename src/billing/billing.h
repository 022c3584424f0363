/*
 * Billing: money for runs. A payment page is opened for exactly the quote that
 * was approved; what the provider says about it arrives as signed events, and
 * each has its effect once, in whatever order and however often they come.
 *
 * An event is verified over its raw bytes, written down without who pays, and
 * acknowledged; a pass reads the inbox and moves the run in the same transaction. Calls to the
 * provider follow a row that says what is asked, under a key that follows from
 * the row, so that a crash in between is completed later.
 */
#pragma once
#include "work/work.h"

#define BILLING_SECRETS_MAX 8
#define BILLING_BODY_MAX (1u << 20)
#define BILLING_CHECKOUT_PREFIX "chk_"
#define BILLING_PLAN_PREFIX "chp_" /* of a page for a plan */

/* Secrets that sign events; during a rotation there are several. */
struct billing_secrets {
	const char *one[BILLING_SECRETS_MAX];
	size_t n;
};

/* One secret on each line of `text`. -1 (E_INVALID) for none, too many, or one
 * of less than 16 characters or another kind. */
int billing_secrets_parse(struct arena *a, const char *text, struct billing_secrets *ret,
			  struct err *e);

enum billing_signed { BILLING_SIGNED, BILLING_MALFORMED, BILLING_FORGED, BILLING_OLD, BILLING_FUTURE };

/* Is the body signed with one of the secrets, at a time within `tolerance_s`
 * seconds of `now_s`? `header` is the text of Stripe-Signature. The comparison
 * takes the same time wherever they differ. */
enum billing_signed billing_verify(struct arena *a, const char *header, const void *body, size_t n,
				   const struct billing_secrets *secrets, int64_t now_s,
				   int64_t tolerance_s);

/* The header for a body, as the local provider and tests make it. */
const char *billing_sign(struct arena *a, const char *secret, int64_t t, const void *body, size_t n);

enum billing_kind {
	BILLING_OTHER, /* kept, without an effect */
	BILLING_SESSION_COMPLETED, BILLING_SESSION_PAID, BILLING_SESSION_FAILED,
	BILLING_SESSION_EXPIRED, BILLING_REFUND, BILLING_DISPUTE_OPEN, BILLING_DISPUTE_CLOSED,
	BILLING_REFUND_TOLD, BILLING_FRAUD, BILLING_CATALOG, /* one refund; a warning; a product or price */
	BILLING_SUBSCRIPTION, /* a subscription, or its invoice, has changed */
	BILLING_CUSTOMER_GONE, BILLING_METER_REPORT
};

/* What we read of an event; absent texts are NULL, absent amounts -1. */
struct json;
struct billing_event {
	const struct json *doc; /* all of it */
	const char *id, *type;
	int64_t created; /* seconds */
	bool livemode;
	enum billing_kind kind;
	const char *object;      /* name of the session, charge or dispute */
	const char *checkout_id; /* ours, from the metadata */
	const char *plan_page;   /* the same of a page for a plan */
	const char *customer, *subscription, *account; /* the last is the subject of ours */
	const char *payment_intent, *payment_status, *status, *mode, *currency;
	const char *reason, *link; /* of a failure or a warning; where a customer confirms */
	int64_t again, trial_end, attempt, owed; /* of an invoice or a subscription; seconds, or -1 */
	int64_t amount; /* total of a session, refunded of a charge; minor units */
};

/* Read an event. -1: E_BAD_REQUEST, not an event or its frame is not in order. */
int billing_event_read(struct arena *a, const char *text, size_t n, struct billing_event *ret,
		       struct err *e);

/* Are provider, mode and key in order? Once per process; E_INVALID says what. */
int billing_load(const struct conf *c, struct err *e);

/* What the provider has sent: verified, read, written down. *ret_new is false
 * for what was there already. E_BAD_REQUEST when it is not ours; E_UNAVAILABLE
 * when it should be sent again. */
int billing_receive(struct work *w, const char *header, const char *body, size_t n, bool *ret_new);

/* Where a customer pays. */
struct billing_page {
	const char *provider; /* NULL: a person was asked to approve */
	const char *url;
	int64_t expires_at;
};

/* Open (or find) the payment page of a run's approved quote; makes transactions
 * of its own. E_CONFLICT when there is nothing to pay, E_BILLING for an account
 * that is disabled or has a payment in dispute, E_UNAVAILABLE when the provider
 * does not answer: the next call or a pass goes on from there. */
int billing_checkout(struct work *w, const char *run_id, const char *return_url,
		     struct billing_page *ret);

/* What is wished for; each may be NULL. */
struct billing_wish {
	const char *plan, *feature, *interval, *return_url;
};

/* Open (or find) the acting account's payment page for a plan; like
 * billing_checkout(). Without a plan it is the cheapest other one (with that
 * feature). E_CONTACT for a visitor, E_DISABLED, E_DISPUTED, E_NOT_FOUND when no
 * such plan is sold, E_CONFLICT for who has a subscription, or is paying. */
int billing_subscribe(struct work *w, const struct billing_wish *wish, struct billing_page *ret);

/* Where the acting account changes or ends its subscription, and how it pays.
 * E_BILLING for who has never had one, E_SECOND for who has a second factor and has
 * not just shown it. */
int billing_portal(struct work *w, const char *return_url, struct billing_page *ret);

/* A subscription as the provider tells it; absent texts are NULL, absent times 0.
 * Times are seconds since 1970. */
#define BILLING_PAYMENTS_MAX 8
struct billing_subscription {
	const char *id, *customer, *status, *price_id, *currency, *interval;
	const char *invoice_id, *invoice_status, *invoice_currency; /* of the latest invoice */
	const char *payment[BILLING_PAYMENTS_MAX]; /* of the latest invoice */
	size_t payments;
	int64_t amount, quantity, items; /* minor units of one */
	int64_t invoice_paid;
	int64_t period_start, period_end, trial_end, ended_at;
	bool livemode, cancel_at_period_end;
	bool refunded; /* all that was paid for its period; known here, not told by it */
};

/* -1: E_UPSTREAM, not a subscription. */
int billing_subscription_read(const struct json *j, struct billing_subscription *ret, struct err *e);

/* A price that we sell, or have sold; NULL members: unknown. */
struct billing_price {
	const char *plan, *currency, *interval;
	int64_t amount;
};

/* Until when (seconds; 0: not at all) its plan is in force: a period that is paid
 * for and the grace after it, or the grace of one that is not. Returns why it
 * gives nothing although it should, or NULL. */
const char *billing_subscription_gives(const struct billing_subscription *s, const struct billing_price *p,
				       bool livemode, int64_t now_s, int64_t grace_s, int64_t *ret_until);

/* Passes: subscriptions to be read again; pages for plans without an answer;
 * usage to the provider's meter. */
int billing_subscriptions(struct work *w, int batch);
int billing_plan_complete(struct work *w, int batch);
int billing_meter(struct work *w, int batch);

/* Passes: the inbox; unanswered questions; money to be given back. */
int billing_inbox(struct work *w, int batch);
int billing_complete(struct work *w, int batch);
int billing_refund(struct work *w, int batch);
