#include "config.h"

#include "decide/decide_int.h"
#include "decide/decide_sql.h"
#include "port/pg.h"

int decide_store_insert(struct work *w, const char *receipt_id, int64_t run, int64_t account,
			const char *doc)
{
	return DB(w, decide_sql_insert, NULL, receipt_id, arg_int(w, run), arg_int(w, account), doc,
		  arg_now(w));
}

int decide_store_find(struct work *w, const char *receipt_id, const char **ret_doc)
{
	struct pg_rows rows;

	if (DB(w, decide_sql_find, &rows, receipt_id, arg_int(w, w->actor.account)) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret_doc = pg_text(&rows, 0, 0);
	return 1;
}
