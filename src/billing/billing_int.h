/* What the files of the room share. */
#pragma once
#include "base/buf.h"
#include "base/jw.h"
#include "billing/billing.h"

/* A payment page: of a run, or of a plan (then it has one). */
struct billing_page_row {
	int64_t id, account, amount, expires_at; /* microseconds */
	const char *checkout_id, *title, *currency, *provider, *idem_key, *return_url, *state, *session_id, *url;
	bool livemode, closing; /* the last: nobody is to pay on it any more */
	/* of a run */
	int64_t run, paid, refunded, refund_failed, refund_tries; /* the last but one: seconds, by the provider's clock */
	const char *run_id, *scope_hash, *payment_intent, *refund, *dispute, *paid_currency;
	/* of a plan */
	int64_t trial_days;
	const char *subject, *plan, *features, *price_id, *interval, *customer_id, *payer;
};

struct billing_inbox_row {
	int64_t id;
	const char *event_id, *body;
	int attempts;
	int64_t age_s;
};

#define BILLING_NO_EFFECT "a type without an effect here"

/* What became of an event. */
struct billing_outcome {
	const char *state, *waits_for, *note;
	int64_t again_s;
};
int billing_say(struct billing_outcome *o, const char *state, const char *note); /* 0 */

struct pg_rows;
/* The columns that all pages have; 1, or 0 without a row. */
int billing_store_take(const struct pg_rows *rows, struct billing_page_row *ret);
/* billing_store.c: 1 found, 0 not, -1 where a row is looked for */
int billing_store_receive(struct work *w, const struct billing_event *e, const char *body);
/* One that was written down with all that it said, by an earlier program. */
int billing_store_raw(struct work *w, int64_t *ret_id, const char **ret_body);
int billing_store_redacted(struct work *w, int64_t id, const char *body);
int billing_store_next(struct work *w, struct billing_inbox_row *ret);
int billing_store_savepoint(struct work *w);
int billing_store_undo(struct work *w);
int billing_store_mark(struct work *w, int64_t event, const char *state, const char *waits_for,
		       const char *note, int64_t again_s);
int billing_store_effect(struct work *w, const char *subject, const char *effect, int64_t event);
int billing_store_find(struct work *w, const struct billing_event *e,
		       struct billing_page_row *ret); /* id and run alone, no lock */
int billing_store_lock(struct work *w, int64_t id, struct billing_page_row *ret);
int billing_store_live(struct work *w, int64_t run, struct billing_page_row *ret);
/* May so much more of the meter (NULL: anything) be used? *ret: NULL when no account could
 * be called so. */
int billing_store_decide(struct work *w, const char *subject, const char *scope, const char *meter,
			 int64_t quantity, const char **ret);
int billing_store_insert(struct work *w, struct billing_page_row *c, int64_t account);
int billing_store_state(struct work *w, const struct billing_page_row *c, const char *state, const char *note);
int billing_store_opened(struct work *w, const struct billing_page_row *c, const char *session_id, const char *url);
/* Of a page of a run, 1, 0 or -1: has its customer left, is another page of the run
 * newer, is another payment of it kept? */
int billing_store_left(struct work *w, int64_t id);
int billing_store_replaced(struct work *w, int64_t id);
int billing_store_carried(struct work *w, int64_t id);
int billing_store_paid(struct work *w, int64_t id, const struct billing_event *e);
int billing_store_refunded(struct work *w, int64_t id, int64_t amount, const char *refund);
int billing_store_refund_failed(struct work *w, int64_t id, const struct billing_event *e);
int billing_store_asked(struct work *w, int64_t id, const char *why_not);
int billing_store_dispute(struct work *w, int64_t id, const char *dispute);
int billing_store_intent(struct work *w, struct billing_page_row *ret);
int billing_store_refund_due(struct work *w, struct billing_page_row *ret);
int billing_store_local(struct work *w, const char *checkout_id, struct billing_page_row *ret);
int billing_store_lift(struct work *w, const char *payment, const char *reason);
int billing_store_refund_again(struct work *w, const char *payment, const char *reason);
/* Something for an operator to look at, once for an event; account 0: nobody's. */
int billing_store_alert(struct work *w, int64_t event, const char *kind, const char *subject, int64_t account,
			const char *note);
int billing_store_alert_close(struct work *w, const char *id, const char *reason);
int billing_store_replay(struct work *w, const char *event_id);

/* billing_back.c: money that was given back, or comes back to us. 0 with the outcome, or -1 */
int billing_back_page(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
		      const struct billing_page_row *c, struct billing_outcome *o);
/* The same of a payment of a subscription; 1 when it was one, 0 or -1. */
int billing_back_payment(struct work *w, const struct billing_inbox_row *in, const struct billing_event *e,
			 struct billing_outcome *o);

/* billing_hook.c: the secrets as they are now; E_UNAVAILABLE without them */
int billing_secrets_read(struct work *w, struct billing_secrets *ret);

/* billing_keep.c: an event without anything about who pays, as JSON that reads as it
 * did; the pass that makes that of those that came before */
const char *billing_event_kept(struct arena *a, const struct json *doc);
int billing_redact(struct work *w, int batch);

/* billing_form.c: a body of application/x-www-form-urlencoded, member by member */
void billing_form(struct buf *b, const char *key, const char *value);
void billing_form_int(struct buf *b, const char *key, int64_t value);

#define BILLING_REPLACED "another page took its place"
/* billing_page.c: ask the provider for it, outside of any transaction, and write
 * its answer down; close it there. What is not closed is being paid: E_CONFLICT. */
int billing_page_open(struct work *w, struct billing_page_row *c);
int billing_page_close(struct work *w, struct billing_page_row *c, const char *why);
/* Is the event about the page that we asked for; and is it the price that was
 * shown? NULL, or why not. */
const char *billing_page_differs(const struct billing_page_row *c, const struct billing_event *e);
const char *billing_price_differs(const struct billing_page_row *c, const struct billing_event *e);
/* billing_page.c: below our own address; `asked` or (NULL) `dflt` */
int billing_return_to(struct work *w, const char *asked, const char *dflt, const char **ret);

/* billing_ask.c: the provider; no transaction is open. 0, 1 when it refused for
 * good (with the reason), or -1 with w->err: ask again, under the same key. */
struct billing_answer {
	int status;
	int64_t at_s; /* the provider's clock; 0: not told */
	const struct json *json;
	const char *why, *code; /* of a refusal */
};
int billing_ask_post(struct work *w, const char *path, const char *idem, struct buf *form,
		     struct billing_answer *ret);
int billing_ask_get(struct work *w, const char *path, struct billing_answer *ret);
int billing_ask_delete(struct work *w, const char *path, const char *idem, struct billing_answer *ret);

/* billing_call.c: the same, with what we ask */
struct billing_session {
	const char *id, *url;
};
int billing_call_session(struct work *w, const struct billing_page_row *c,
			 struct billing_session *ret, const char **ret_why);
int billing_call_expire(struct work *w, const struct billing_page_row *c);
int billing_call_refund(struct work *w, const struct billing_page_row *c, const char **ret_why);
/* billing_local.c: the provider without money, for demo and tests. It signs
 * events like the real one and sends them to our own address. */
void billing_local_session(struct work *w, const struct billing_page_row *c,
			   struct billing_session *ret);
int billing_local_pay(struct work *w, const struct billing_page_row *c, const char *type,
		      const char *status);
int billing_local_refund(struct work *w, const struct billing_page_row *c);
/* An event of that type about an object (JSON); one name is sent once. */
int billing_local_event(struct work *w, const char *name, const char *type, const char *object);

/* billing_local_page.c: its pages */
const char *billing_local_price(struct arena *a, int64_t amount, const char *currency);
void billing_local_text(struct buf *b, const char *s);
void billing_local_begin(struct buf *b, struct arena *a, const char *title);
void billing_local_sold(struct buf *b, const char *what, const char *price);
void billing_local_button(struct buf *b, const char *of, const char *id, const char *does, const char *label);
void billing_local_end(struct buf *b, const char *return_url);
