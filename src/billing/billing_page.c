#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"

#include <string.h>

/*
 * What payment pages of runs and of plans have in common: the row says what is
 * asked, then the provider is asked under the key of the row, then its answer is
 * written down. A pass asks again where a crash came in between.
 */

#define LAST_HOURS (2 * 3600 * CLOCK_S) /* the provider wants to keep it open for some time */

/* Only back to us: a page that sends people elsewhere is no use to anybody else. */
int billing_return_to(struct work *w, const char *asked, const char *dflt, const char **ret)
{
	size_t n = strlen(w->conf->public_url);

	*ret = asked ? asked : dflt;
	if (strncmp(*ret, w->conf->public_url, n) != 0 || ((*ret)[n] != '/' && (*ret)[n] != '\0'))
		return fail_field(w, "return_url", "not_ours");
	return 0;
}

int billing_page_open(struct work *w, struct billing_page_row *c)
{
	struct billing_session s = {0};
	const char *why = NULL;
	int refused = 0;

	if (str_eq(c->provider, "local"))
		billing_local_session(w, c, &s);
	else
		refused = billing_call_session(w, c, &s, &why);
	fault_point(c->plan ? "billing.plan_called" : "billing.called");
	if (refused < 0 || work_begin(w, NULL) < 0)
		return -1;
	if ((refused ? billing_store_state(w, c, "failed", why) : billing_store_opened(w, c, s.id, s.url)) < 0 ||
	    work_commit(w, NULL) < 0)
		return -1;
	c->url = s.url;
	c->session_id = s.id;
	return refused ? fail(w, E_RESOURCE, "the provider refuses a payment page: %.200s", why) : 0;
}

int billing_page_close(struct work *w, struct billing_page_row *c, const char *why)
{
	int rc = 0;

	/* Another provider than the present one cannot be asked. */
	if (c->expires_at > w->now && str_eq(c->provider, "stripe") &&
	    str_eq(c->provider, w->conf->billing_provider)) {
		if (str_eq(c->state, "intent") && billing_page_open(w, c) < 0)
			return -1;
		rc = billing_call_expire(w, c);
	}
	fault_point(c->plan ? "billing.plan_closed" : "billing.closed");
	if (rc < 0)
		return -1;
	if (rc > 0)
		return fail(w, E_CONFLICT, "%s: the open page is not closed: it is being paid", c->checkout_id);
	return work_begin(w, NULL) < 0 || billing_store_state(w, c, "expired", why) < 0 ||
	       work_commit(w, NULL) < 0 ? -1 : 0;
}

const char *billing_page_differs(const struct billing_page_row *c, const struct billing_event *e)
{
	if (e->livemode != c->livemode)
		return "another mode";
	if (!str_eq(e->mode, c->plan ? "subscription" : "payment"))
		return "another kind of payment";
	return c->session_id != NULL && !str_eq(c->session_id, e->object) ? "another session" : NULL;
}

const char *billing_price_differs(const struct billing_page_row *c, const struct billing_event *e)
{
	if (e->amount != c->amount && (e->amount != 0 || c->trial_days == 0))
		return "another amount than was shown";
	return str_eq(e->currency, c->currency) ? NULL : "another currency than was shown";
}

/* ---- passes: each is given an open transaction and leaves one */

static int complete(struct work *w, int (*next)(struct work *w, struct billing_page_row *ret))
{
	struct billing_page_row c;
	int rc = next(w, &c);

	if (rc <= 0)
		return rc;
	if (str_eq(c.state, "intent") &&
	    (c.expires_at < w->now + LAST_HOURS || !str_eq(c.provider, w->conf->billing_provider)))
		return billing_store_state(w, &c, "expired", "nobody answered in time") < 0 ? -1 : 1;
	if (work_commit(w, NULL) < 0)
		return -1;
	if ((c.closing ? billing_page_close(w, &c, c.plan ? "its customer has left" : "of no use to its run any more")
		       : billing_page_open(w, &c)) < 0) {
		work_rollback(w);
		err_clear(&w->err); /* the row says when to ask again */
	}
	return work_begin(w, NULL) < 0 ? -1 : 1;
}

int billing_complete(struct work *w, int batch)
{
	(void)batch;
	return complete(w, billing_store_intent);
}

int billing_plan_complete(struct work *w, int batch)
{
	(void)batch;
	return complete(w, billing_store_plan_intent);
}
