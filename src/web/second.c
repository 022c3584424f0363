#include "config.h"

#include "port/otp.h"
#include "web/shared.h"
#include "web/web_int.h"

/*
 * The operators' token is one for all of them and lies in a file; beside it each
 * has the authenticator. A password is shown in X-Bus-Totp with any request and
 * counts for a while on this host, so that a script asks its person once.
 */

/* Each step is good once, whichever process it comes to. */
static bool use_step(struct req *r, const char *text)
{
	_Atomic int64_t *last = &r->web->shared->second_step;
	int64_t was = atomic_load(last), step;

	do {
		step = otp_step(r->web->operator_key, r->web->operator_key_n, text, r->w.now / CLOCK_S, was);
		if (step < 0)
			return false;
	} while (!atomic_compare_exchange_weak(last, &was, step));
	return true;
}

int second_check(struct req *r)
{
	const char *text = req_param(r, "HTTP_X_BUS_TOTP");
	struct shared *s = r->web->shared;
	struct rate_left left;

	if (r->web->operator_key_n == 0)
		return 0;
	if (text == NULL)
		return atomic_load(&s->second_until) > r->w.now
			       ? 0
			       : fail(&r->w, E_SECOND, "an operator without X-Bus-Totp");
	if (!rate_take(s, RATE_SECOND, "operator", 100, r->w.now, &left)) {
		reply_header(r, "Retry-After", "%d", left.wait_s);
		return fail(&r->w, E_RATE, "tries of the operators' second factor");
	}
	if (!use_step(r, text))
		return fail(&r->w, E_CODE, "the operators' second factor");
	atomic_store(&s->second_until, r->w.now + r->web->conf->totp_fresh_s * CLOCK_S);
	return 0;
}
