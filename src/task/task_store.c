#include "config.h"

#include "task/task_int.h"
#include "task/task_sql.h"
#include "port/pg.h"

int task_store_open(struct work *w, int64_t run, const char *ref, const char **ret_ref)
{
	struct pg_rows rows;

	if (DB(w, task_sql_open, &rows, arg_int(w, run), ref, arg_now(w)) < 0)
		return -1;
	*ret_ref = pg_text(&rows, 0, 0);
	return 0;
}

int task_store_say(struct work *w, int64_t run, const char *author, const char *text)
{
	return DB(w, task_sql_say, NULL, arg_int(w, run), author, text, arg_now(w));
}

int task_store_status(struct work *w, int64_t run, const char *status)
{
	return DB(w, task_sql_status, NULL, arg_int(w, run), status);
}

int task_store_repair(struct work *w, int64_t run, const char **ret_text)
{
	struct pg_rows rows;

	if (DB(w, task_sql_repair, &rows, arg_int(w, run)) < 0)
		return -1;
	*ret_text = rows.n ? pg_text(&rows, 0, 0) : NULL;
	return 0;
}
