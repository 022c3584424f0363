#include "config.h"

#include "support/support_int.h"
#include "support/support_sql.h"
#include "port/pg.h"

#include <string.h>

int support_store_health(struct work *w, struct support_health *ret)
{
	struct pg_rows rows;

	if (DB(w, support_sql_health, &rows, arg_now(w)) < 0)
		return -1;
	*ret = (struct support_health){.schema = pg_int(&rows, 0, 0), .reaper_age = pg_int(&rows, 0, 1),
				       .skew = pg_int(&rows, 0, 2), .read_only = pg_bool(&rows, 0, 3)};
	return 0;
}

int support_store_fsck(struct work *w, const struct support_finding **ret, size_t *ret_n)
{
	struct support_finding *f;
	struct pg_rows rows;

	if (DB(w, support_sql_fsck, &rows) < 0)
		return -1;
	f = ARENA_ARRAY(w->a, struct support_finding, (size_t)rows.n + 1);
	for (int i = 0; i < rows.n; i++)
		f[i] = (struct support_finding){pg_text(&rows, i, 0), pg_text(&rows, i, 1),
						pg_text(&rows, i, 2)};
	*ret = f;
	*ret_n = (size_t)rows.n;
	return 0;
}

int support_store_applied(struct work *w, const struct support_applied **ret, size_t *ret_n)
{
	struct support_applied *list;
	struct pg_rows rows;

	*ret_n = 0;
	if (DB(w, support_sql_have_table, &rows) < 0)
		return -1;
	if (!pg_bool(&rows, 0, 0))
		return 0;
	if (DB(w, support_sql_applied, &rows) < 0)
		return -1;
	list = ARENA_ARRAY(w->a, struct support_applied, (size_t)rows.n + 1);
	for (int i = 0; i < rows.n; i++)
		list[i] = (struct support_applied){(int)pg_int(&rows, i, 0), pg_text(&rows, i, 1)};
	*ret = list;
	*ret_n = (size_t)rows.n;
	return 0;
}

int support_store_record(struct work *w, const struct migration *m, const char *checksum,
			 int64_t took_ms)
{
	return DB(w, support_sql_record, NULL, arg_int(w, m->version), m->name, checksum,
		  arg_int(w, took_ms));
}

int support_store_forget(struct work *w, int version)
{
	return DB(w, support_sql_forget, NULL, arg_int(w, version));
}

int support_store_own(struct work *w)
{
	return DB(w, support_sql_patience, NULL) < 0 ? -1 : DB(w, support_sql_owner, NULL);
}

int support_store_lock(struct work *w)
{
	return DB(w, support_sql_migration_lock, NULL);
}

static void labelled(const struct pg_rows *rows, const char *kind, const char *name, struct buf *to)
{
	buf_printf(to, "# TYPE %s gauge\n", name);
	for (int i = 0; i < rows->n; i++)
		if (strcmp(pg_text(rows, i, 0), kind) == 0)
			buf_printf(to, "%s{%s=\"%s\"} %lld\n", name, strcmp(kind, "phase") == 0 ? kind : "what",
				   pg_text(rows, i, 1), (long long)pg_int(rows, i, 2));
}

int support_store_metrics(struct work *w, struct buf *to)
{
	struct pg_rows rows;

	if (DB(w, support_sql_metrics, &rows) < 0)
		return -1;
	labelled(&rows, "phase", "bus_runs", to);
	labelled(&rows, "billing", "bus_billing", to);
	for (int i = 0; i < rows.n; i++)
		if (*pg_text(&rows, i, 1) == '\0')
			buf_printf(to, "# TYPE bus_runs_%s gauge\nbus_runs_%s %lld\n",
				   pg_text(&rows, i, 0), pg_text(&rows, i, 0),
				   (long long)pg_int(&rows, i, 2));
	return 0;
}

static int expire(struct work *w, const struct pg_stmt *stmt, int batch)
{
	const char *const args[] = {arg_now(w), arg_int(w, batch)};
	struct pg_rows rows;

	if (pg_exec(w->pg, w->a, stmt, args, &rows, &w->err) < 0)
		return -1;
	return (int)rows.count;
}

int support_store_idem_expire(struct work *w, int batch)
{
	return expire(w, &support_sql_idem_expire, batch);
}

int support_store_log_prune(struct work *w, int batch)
{
	return expire(w, &support_sql_log_prune, batch);
}
