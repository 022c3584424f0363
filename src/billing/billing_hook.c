#include "config.h"

#include "base/fault.h"
#include "billing/billing_int.h"
#include "port/file.h"

/* What the provider sends: verified over its raw bytes, and written down without who pays. */

#define SECRET_FILE_MAX 4096

int billing_secrets_read(struct work *w, struct billing_secrets *ret)
{
	/* Read each time: a rotation is seen at once. */
	const char *text = file_read(w->a, w->conf->stripe_webhook_secret, SECRET_FILE_MAX, NULL, &w->err);

	if (text == NULL || billing_secrets_parse(w->a, text, ret, &w->err) < 0) {
		const char *why = arena_strdup(w->a, w->err.detail);

		err_clear(&w->err);
		return fail(w, E_UNAVAILABLE, "%s", why);
	}
	return 0;
}

int billing_receive(struct work *w, const char *header, const char *body, size_t n, bool *ret_new)
{
	static const char *const why[] = {
		[BILLING_MALFORMED] = "no signature", [BILLING_FORGED] = "a signature that is not ours",
		[BILLING_OLD] = "an old signature", [BILLING_FUTURE] = "a signature of the future"};
	struct billing_secrets secrets;
	enum billing_signed is;
	struct billing_event e;
	int rc;

	if (billing_secrets_read(w, &secrets) < 0)
		return -1;
	is = billing_verify(w->a, header, body, n, &secrets, w->now / CLOCK_S,
			    w->conf->stripe_tolerance_s);
	if (is != BILLING_SIGNED)
		return fail(w, E_BAD_REQUEST, "event: %s", why[is]);
	if (billing_event_read(w->a, body, n, &e, &w->err) < 0)
		return -1;
	if (e.livemode != (bool)w->conf->stripe_live)
		return fail(w, E_BAD_REQUEST, "event %.80s is of the other mode", e.id);
	rc = billing_store_receive(w, &e, billing_event_kept(w->a, e.doc));
	fault_point("billing.received");
	*ret_new = rc > 0;
	return rc < 0 ? -1 : 0;
}
