#include "config.h"

#include "event/event_int.h"
#include "event/event_sql.h"
#include "port/pg.h"

int event_store_append(struct work *w, int64_t run, const char *type, const char *members,
		       const char *text, bool final)
{
	struct pg_rows rows;

	if (DB(w, event_sql_append, &rows, arg_int(w, run), type, members, arg_bool(final),
	       arg_now(w), text) < 0)
		return -1;
	if (rows.n != 1)
		return fail(w, E_NOT_FOUND, "event %s for run %lld that is not there", type,
			    (long long)run);
	return 0;
}
