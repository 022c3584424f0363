#include "config.h"

#include "identity/identity_int.h"
#include "identity/identity_sql.h"
#include "port/pg.h"

const struct pg_stmt *const identity_lookup = &identity_sql_lookup;
const struct pg_stmt *const identity_caller = &identity_sql_caller;

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
	struct pg_rows rows;

	if (DB(w, identity_sql_expire, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)rows.count;
}
