#include "config.h"

#include "web/web_int.h"
#include "web/web_sql.h"

/*
 * The operators' token is one for all of them and lies in a file; beside it each
 * has the authenticator. A password is shown in X-Bus-Totp with any request and
 * counts for a while, on every host: what was used is in the database.
 */

#define TRIES 5 /* in ten minutes: operator_second_try() */

static int is_shown(struct req *r)
{
	struct pg_rows rows;

	if (DB(&r->w, web_sql_second_shown, &rows, arg_now(&r->w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0) ? 0 : fail(&r->w, E_SECOND, "an operator without X-Bus-Totp");
}

static int show(struct req *r, const char *text)
{
	int64_t until = r->w.now + r->web->conf->totp_fresh_s * CLOCK_S, step, again;
	struct pg_rows rows;

	if (DB(&r->w, web_sql_second_try, &rows, arg_now(&r->w)) < 0)
		return -1;
	again = pg_int(&rows, 0, 2);
	if (pg_int(&rows, 0, 1) > TRIES) {
		reply_header(r, "Retry-After", "%lld",
			     (long long)(again > r->w.now ? (again - r->w.now) / CLOCK_S + 1 : 1));
		return fail(&r->w, E_RATE, "tries of the operators' second factor");
	}
	step = otp_step(r->web->operator_key, r->web->operator_key_n, text, r->w.now / CLOCK_S,
			pg_int(&rows, 0, 0));
	if (step >= 0 && DB(&r->w, web_sql_second_use, &rows, arg_int(&r->w, step), arg_time(&r->w, until)) < 0)
		return -1;
	return step >= 0 && pg_bool(&rows, 0, 0) ? 0 : fail(&r->w, E_CODE, "the operators' second factor");
}

/* A service that has its own token for the inside shows none. */
bool second_wanted(const struct req *r)
{
	return (r->route->audience == AUD_OPERATOR && r->claims == NULL) ||
	       (r->route->audience == AUD_AUTH && r->w.actor.kind == ACTOR_OPERATOR);
}

int second_check(struct req *r)
{
	const char *text = req_param(r, "HTTP_X_BUS_TOTP");

	if (r->route->unattended)
		return 0;
	if (r->web->operator_key_n == 0)
		return !r->web->conf->operator_totp_required
			       ? 0 : fail(&r->w, E_SECOND, "operator_totp names no key: bus auth operator makes one");
	return text == NULL ? is_shown(r) : show(r, text);
}
