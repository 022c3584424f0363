#include "config.h"

#include "base/str.h"
#include "identity/identity_int.h"
#include "identity/identity_sql.h"
#include "port/pg.h"

const struct pg_stmt *const identity_lookup = &identity_sql_lookup;
const struct pg_stmt *const identity_caller = &identity_sql_caller;
const struct pg_stmt *const identity_auth = &identity_sql_auth;

int identity_store_new(struct work *w, const char *token_hash, int64_t expires_at,
		       int64_t *ret_account)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_new, &rows, token_hash, arg_now(w), arg_time(w, expires_at)) < 0)
		return -1;
	*ret_account = pg_int(&rows, 0, 0);
	return 0;
}

int identity_store_expire(struct work *w, int batch)
{
	struct pg_rows gone[5];
	int most = 0;

	if (DB(w, identity_sql_expire, &gone[0], arg_now(w), arg_int(w, batch)) < 0 ||
	    DB(w, identity_sql_code_forget, &gone[1], arg_now(w), arg_int(w, batch)) < 0 ||
	    DB(w, identity_sql_mail_late, &gone[2], arg_now(w), arg_int(w, batch)) < 0 ||
	    DB(w, identity_sql_mail_forget, &gone[3], arg_now(w), arg_int(w, batch)) < 0 ||
	    DB(w, identity_sql_forget, &gone[4],
	       arg_time(w, w->now - w->conf->unverified_ttl_s * CLOCK_S), arg_int(w, batch)) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(gone); i++)
		most = gone[i].count > most ? (int)gone[i].count : most;
	return most; /* a full batch of any kind: once more */
}

int identity_store_code(struct work *w, const struct identity_code_row *row, const char **ret_limit,
			int64_t *ret_again)
{
	const struct conf *c = w->conf;
	struct pg_rows rows;

	if (DB(w, identity_sql_code, &rows, row->code_id, row->address, row->session_hash, row->network,
	       arg_bool(row->known), row->hash, row->mail_id, row->mail, arg_now(w),
	       arg_time(w, w->now + c->code_ttl_s * CLOCK_S), arg_int(w, c->code_address_day),
	       arg_int(w, c->code_both_day), arg_int(w, c->code_network_hour), arg_int(w, c->code_hour)) < 0)
		return -1;
	*ret_limit = pg_text(&rows, 0, 0);
	*ret_again = pg_int(&rows, 0, 1);
	return 0;
}

int identity_store_try(struct work *w, const char *address, const char *session_hash,
		       const char **ret_id, const char **ret_hash, int64_t *ret_left)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_try, &rows, address, session_hash, arg_now(w)) < 0)
		return -1;
	*ret_id = rows.n ? pg_text(&rows, 0, 0) : NULL;
	*ret_hash = rows.n ? pg_text(&rows, 0, 1) : NULL;
	*ret_left = rows.n ? pg_int(&rows, 0, 2) : 0;
	return 0;
}

int identity_store_enter(struct work *w, struct identity_entry *e, const char *identity_id,
			 const char *token_hash)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_enter, &rows, e->code_id, e->email, identity_id,
	       e->visitor ? arg_int(w, e->visitor) : NULL, e->old_hash, token_hash, e->session_id,
	       e->agent, arg_now(w), arg_time(w, e->expires_at),
	       arg_bool(str_eq(w->conf->waitlist, "auto"))) < 0)
		return -1;
	if (!str_eq(pg_text(&rows, 0, 0), "ok"))
		return 1;
	e->account = pg_int(&rows, 0, 1);
	e->identity_id = pg_text(&rows, 0, 2);
	e->status = pg_text(&rows, 0, 3);
	e->moved = pg_int(&rows, 0, 4);
	return 0;
}

int identity_store_register(struct work *w, const char *email, const char *identity_id)
{
	return DB(w, identity_sql_register, NULL, email, identity_id, arg_now(w));
}

int identity_self(struct work *w, const char *session_hash, const char *sid,
		  struct identity_self *ret)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_self, &rows, session_hash, sid) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_UNAUTHENTICATED, "the session has ended");
	*ret = (struct identity_self){
		.identity_id = pg_text(&rows, 0, 0),
		.email = pg_text(&rows, 0, 1),
		.status = pg_text(&rows, 0, 2),
		.verified = pg_bool(&rows, 0, 3),
		.session_id = pg_text(&rows, 0, 4),
		.session_ends = pg_int(&rows, 0, 5),
	};
	return 0;
}

int identity_session_end(struct work *w, const char *session_hash, const char *sid)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_end, &rows, session_hash, sid) < 0)
		return -1;
	return pg_int(&rows, 0, 0) > 0 ? 0 : fail(w, E_NOT_FOUND, "no such session of the caller's");
}

int identity_close(struct work *w, const char *code_id)
{
	struct pg_rows rows;
	const char *outcome;

	if (DB(w, identity_sql_close, &rows, code_id, arg_now(w)) < 0)
		return -1;
	outcome = pg_text(&rows, 0, 0);
	if (str_eq(outcome, "busy"))
		return fail(w, E_CONFLICT, "a run is under way");
	return str_eq(outcome, "used");
}

int identity_decide(struct work *w, const char *email, const char *status, const char *reason,
		    const char **ret_identity)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_decide, &rows, email, status, reason, w->actor.name, arg_now(w)) < 0)
		return -1;
	if (!pg_bool(&rows, 0, 0))
		return fail(w, E_NOT_FOUND, "nobody of that address");
	if ((*ret_identity = pg_text(&rows, 0, 1)) == NULL)
		return fail(w, E_CONFLICT, "the address was never confirmed");
	return 0;
}

const char *const identity_export_parts[] = {
	"account", "contact", "sessions", "keys", "runs", "run_messages", "conversations",
	"conversation_messages", "usage", "checkouts", "plan_checkouts", "subscriptions", "artifacts", NULL};

int identity_export(struct work *w, const char *part, int64_t *at, struct pg_rows *ret)
{
	if (DB(w, identity_sql_export, ret, part, arg_int(w, *at)) < 0)
		return -1;
	if (ret->n > 0)
		*at = pg_int(ret, ret->n - 1, 0);
	return ret->n;
}

int identity_owns(struct work *w, const char *run_id)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_owns, &rows, run_id) < 0)
		return -1;
	return rows.n > 0 ? 0 : fail(w, E_NOT_FOUND, "run %.60s", run_id);
}

int identity_store_address(struct work *w, int64_t account, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_address, &rows, arg_int(w, account)) < 0)
		return -1;
	*ret = rows.n > 0 ? pg_text(&rows, 0, 0) : NULL;
	return 0;
}

int identity_store_mail(struct work *w, const char *mail_id, const char *sealed)
{
	return DB(w, identity_sql_mail, NULL, mail_id, sealed, arg_now(w));
}

int identity_is_own(struct work *w, const char *email, bool *ret)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_own_address, &rows, email) < 0)
		return -1;
	*ret = pg_bool(&rows, 0, 0);
	return 0;
}

bool identity_asks_contact(const struct conf *c)
{
	return c->contact_required == 1 ||
	       (c->contact_required == 2 && !str_eq(c->billing_provider, "manual"));
}

int identity_need_contact(struct work *w, int64_t account)
{
	struct pg_rows rows;

	if (!identity_asks_contact(w->conf))
		return 0;
	if (DB(w, identity_sql_contact, &rows, arg_int(w, account)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0) ? 0 : fail(w, E_CONTACT, "account %lld", (long long)account);
}

int identity_need_standing(struct work *w, int64_t account)
{
	struct pg_rows rows;
	const char *why;

	if (DB(w, identity_sql_barred, &rows, arg_int(w, account)) < 0)
		return -1;
	why = pg_text(&rows, 0, 0);
	return why == NULL ? 0 : fail(w, err_find(why), "account %lld", (long long)account);
}

int identity_switch(struct work *w, const char *name, bool off, const char *reason, bool *ret_changed)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_switch, &rows, name, arg_bool(off), w->actor.name, reason, arg_now(w)) < 0)
		return -1;
	if (pg_text(&rows, 0, 0) == NULL)
		return fail(w, E_NOT_FOUND, "nobody has an account %.100s", name);
	*ret_changed = pg_bool(&rows, 0, 0);
	return 0;
}

int identity_need_fresh(struct work *w, const char *session_hash, const char *sid)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_fresh, &rows, session_hash, sid,
	       arg_time(w, w->now - w->conf->totp_fresh_s * CLOCK_S), arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0) ? 0 : fail(w, E_FRESH, "signed in long ago");
}

int identity_key_add(struct work *w, const char *key_id, const char *name, const char *scope,
		     const char *hash, int64_t expires_at)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_key_count, &rows, arg_now(w)) < 0)
		return -1;
	if (pg_int(&rows, 0, 0) >= w->conf->api_keys_max)
		return fail(w, E_CONFLICT, "too many live keys");
	return DB(w, identity_sql_key_add, NULL, key_id, name, scope, hash, arg_now(w),
		  arg_time(w, expires_at));
}

int identity_key_revoke(struct work *w, const char *key_id)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_key_revoke, &rows, key_id, arg_now(w)) < 0)
		return -1;
	return rows.count > 0 ? 0 : fail(w, E_NOT_FOUND, "no such key of the caller's");
}

int identity_store_mail_claim(struct work *w, struct identity_mail *ret)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_mail_claim, &rows, arg_now(w)) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret = (struct identity_mail){
		.id = pg_int(&rows, 0, 0),
		.attempts = pg_int(&rows, 0, 1),
		.mail_id = pg_text(&rows, 0, 2),
		.sealed = pg_text(&rows, 0, 3),
		.created_at = pg_int(&rows, 0, 4),
	};
	return 1;
}

int identity_store_mail_done(struct work *w, const struct identity_mail *m, const char *failed,
			     bool give_up)
{
	return DB(w, identity_sql_mail_done, NULL, arg_int(w, m->id), arg_int(w, m->attempts), failed,
		  arg_bool(give_up), arg_now(w));
}
