#include "config.h"

#include "identity/identity_int.h"
#include "identity/identity_sql.h"
#include "port/pg.h"

int identity_store_totp_begin(struct work *w, const char *sealed, bool *ret_new)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_totp_begin, &rows, sealed, arg_now(w)) < 0)
		return -1;
	*ret_new = pg_bool(&rows, 0, 0);
	return 0;
}

int identity_store_totp_try(struct work *w, struct identity_totp_row *ret)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_totp_try, &rows, arg_now(w)) < 0)
		return -1;
	*ret = (struct identity_totp_row){0};
	if (rows.n > 0)
		*ret = (struct identity_totp_row){
			.sealed = pg_text(&rows, 0, 0),
			.last_step = pg_int(&rows, 0, 1),
			.confirmed = pg_bool(&rows, 0, 2),
			.tries = pg_int(&rows, 0, 3),
			.again = pg_int(&rows, 0, 4),
		};
	return 0;
}

int identity_store_totp_recover(struct work *w, const char *hash, bool *ret_good)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_totp_recover, &rows, hash, arg_now(w)) < 0)
		return -1;
	*ret_good = pg_bool(&rows, 0, 0);
	return 0;
}

int identity_store_totp_shown(struct work *w, int64_t step, const char *sid, const char *hashes)
{
	return DB(w, identity_sql_totp_shown, NULL, arg_int(w, step), w->actor.session, sid, arg_now(w),
		  arg_time(w, w->now + w->conf->totp_fresh_s * CLOCK_S), hashes);
}

int identity_totp_end(struct work *w)
{
	return DB(w, identity_sql_totp_end, NULL);
}

int identity_store_second(struct work *w, int64_t account, bool *ret_has, bool *ret_shown)
{
	struct pg_rows rows;

	if (DB(w, identity_sql_second, &rows, arg_int(w, account), w->actor.session, arg_now(w)) < 0)
		return -1;
	*ret_has = pg_bool(&rows, 0, 0);
	*ret_shown = pg_bool(&rows, 0, 1);
	return 0;
}
