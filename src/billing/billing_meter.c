#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"

/*
 * Usage to the provider's meter. What was settled is written down as due, then
 * told under the name of the call: however often it is told, the provider counts
 * it once, as long as it remembers the name. That is a day; an answer that has
 * stayed out for longer is an operator's matter and is not asked for again. What is
 * refused because our clock is ahead of the provider's waits until it is not.
 */

#define FORM_MAX 4096
#define KNOWN_S (23 * 3600) /* a name is known for 24 hours at least */
#define OLD_S (34 * 86400)  /* nothing older than 35 days is taken */
#define AHEAD_S 290         /* nor what is more than five minutes ahead */
#define WAIT_MAX_S 3600

static int tell(struct work *w, const struct billing_export *x, const char **ret_why, int64_t *ret_ahead)
{
	struct billing_answer an;
	struct buf f;
	int rc;

	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "event_name", x->meter);
	billing_form(&f, "identifier", x->identifier);
	billing_form_int(&f, "timestamp", x->happened_s);
	billing_form(&f, "payload[stripe_customer_id]", x->customer_id);
	billing_form_int(&f, "payload[value]", x->value);
	/* Each attempt has a key of its own: under one key an answer of 500 would be
	 * given again for a day. That it counts once is the identifier's matter. */
	rc = billing_ask_post(w, "/v1/billing/meter_events",
			      arena_printf(w->a, "meter:%s:%lld", x->identifier, (long long)x->attempt), &f, &an);
	*ret_why = an.why;
	*ret_ahead = rc > 0 && an.at_s > 0 ? x->happened_s - an.at_s - AHEAD_S : 0;
	/* Told before, and the answer was lost. */
	if (rc > 0 && str_eq(an.code, "duplicate_meter_event"))
		return 0;
	return rc;
}

/* Why it is not told any more, or NULL. */
static const char *too_late(const struct work *w, const struct billing_export *x)
{
	int64_t now_s = w->now / CLOCK_S;

	if (x->first_s > 0 && now_s - x->first_s > KNOWN_S)
		return "unknown";
	return now_s - x->happened_s > OLD_S ? "too_old" : NULL;
}

/* Nothing was counted of it: asked again it has the time of one that was never asked. */
static int later(struct work *w, const struct billing_export *x, int64_t ahead)
{
	return billing_store_export_again(w, x->usage, ahead < WAIT_MAX_S ? ahead : WAIT_MAX_S,
		arena_printf(w->a, "refused as of the future: the provider's clock is %lld s behind ours then",
			     (long long)(ahead + AHEAD_S)));
}

static int one(struct work *w)
{
	struct billing_export x;
	const char *why = NULL, *late;
	int64_t ahead = 0;
	int rc = billing_store_export_due(w, &x);

	if (rc <= 0)
		return rc;
	late = too_late(w, &x);
	if (late != NULL)
		return billing_store_exported(w, &x, late, "no answer in time") < 0 ? -1 : 1;
	if (work_commit(w, NULL) < 0)
		return -1;
	rc = str_eq(x.provider, "local") ? 0 : tell(w, &x, &why, &ahead);
	fault_point("billing.metered");
	err_clear(&w->err); /* the row says when to tell it again */
	if (work_begin(w, NULL) < 0)
		return -1;
	if (rc > 0 && ahead > 0)
		return later(w, &x, ahead) < 0 ? -1 : 1;
	if (rc >= 0 && billing_store_exported(w, &x, rc > 0 ? "refused" : "sent", why) < 0)
		return -1;
	return 1;
}

int billing_meter(struct work *w, int batch)
{
	int rc = 1, n = 0;

	if (str_eq(w->conf->billing_provider, "manual"))
		return 0;
	if (billing_store_collect(w) < 0)
		return -1;
	while (n < batch && (rc = one(w)) > 0)
		n++;
	return rc < 0 ? -1 : n;
}
