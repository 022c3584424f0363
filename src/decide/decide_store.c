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
