#include "config.h"

#include "worker/worker_row.h"
#include "worker/worker_sql.h"
#include "port/pg.h"

int worker_store_begin(struct work *w, const struct run_lease *l, const char *worker_id,
		       const char *profile)
{
	const char *run = arg_int(w, l->run.id);

	if (DB(w, worker_sql_lost, NULL, run, arg_now(w)) < 0)
		return -1;
	return DB(w, worker_sql_insert, NULL, worker_id, run, arg_int(w, l->epoch), profile,
		  w->actor.name, arg_now(w));
}

int worker_store_beat(struct work *w, const char *worker_id)
{
	return DB(w, worker_sql_beat, NULL, worker_id, arg_now(w));
}

int worker_store_end(struct work *w, const char *worker_id, const char *status, const char *reason)
{
	return DB(w, worker_sql_end, NULL, worker_id, status, reason, arg_now(w));
}

int worker_store_strays(struct work *w, int batch)
{
	struct pg_rows rows;

	if (DB(w, worker_sql_strays, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)rows.count;
}
