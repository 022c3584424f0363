#include "config.h"

#include "billing/billing_plan_int.h"
#include "billing/billing_sql.h"
#include "port/pg.h"

int billing_store_sold(struct work *w, const struct billing_sold **ret, size_t *ret_n)
{
	struct billing_sold *all;
	struct pg_rows rows;

	if (DB(w, billing_sql_sold, &rows) < 0)
		return -1;
	all = arena_alloc(w->a, ((size_t)rows.n + 1) * sizeof(*all));
	for (int i = 0; i < rows.n; i++)
		all[i] = (struct billing_sold){
			.plan = pg_text(&rows, i, 0), .name = pg_text(&rows, i, 1),
			.product = pg_text(&rows, i, 2), .lookup_key = pg_text(&rows, i, 3),
			.currency = pg_text(&rows, i, 4), .interval = pg_text(&rows, i, 5),
			.amount = pg_int(&rows, i, 6)};
	*ret = all;
	*ret_n = (size_t)rows.n;
	return 0;
}

int billing_store_unsold(struct work *w, const char *const **ret, size_t *ret_n)
{
	struct pg_rows rows;
	const char **all;

	if (DB(w, billing_sql_unsold, &rows, w->conf->billing_provider, arg_bool(w->conf->stripe_live)) < 0)
		return -1;
	all = arena_alloc(w->a, ((size_t)rows.n + 1) * sizeof(*all));
	for (int i = 0; i < rows.n; i++)
		all[i] = pg_text(&rows, i, 0);
	*ret = all;
	*ret_n = (size_t)rows.n;
	return 0;
}

int billing_store_price_put(struct work *w, const char *price_id, const struct billing_sold *p)
{
	return DB(w, billing_sql_price_put, NULL, price_id, w->conf->billing_provider,
		  arg_bool(w->conf->stripe_live), p->plan, p->lookup_key, p->currency, arg_int(w, p->amount),
		  p->interval, arg_now(w));
}

int billing_store_price_off(struct work *w, const char *price_id)
{
	return DB(w, billing_sql_price_off, NULL, price_id);
}

int billing_store_catalog_put(struct work *w, const char *doc, const char *version, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_catalog_put, &rows, doc, version) < 0)
		return -1;
	*ret = pg_text(&rows, 0, 0);
	return 0;
}

int billing_store_collect(struct work *w)
{
	return DB(w, billing_sql_collect, NULL, w->conf->billing_provider, arg_bool(w->conf->stripe_live),
		  BILLING_METER, arg_now(w));
}

int billing_store_export_due(struct work *w, struct billing_export *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_export_due, &rows, arg_now(w), w->conf->billing_provider,
	       arg_bool(w->conf->stripe_live)) < 0)
		return -1;
	if (rows.n == 1)
		*ret = (struct billing_export){
			.usage = pg_int(&rows, 0, 0), .identifier = pg_text(&rows, 0, 1),
			.provider = pg_text(&rows, 0, 2), .customer_id = pg_text(&rows, 0, 3),
			.meter = pg_text(&rows, 0, 4), .value = pg_int(&rows, 0, 5),
			.happened_s = pg_int(&rows, 0, 6), .first_s = pg_int(&rows, 0, 7),
			.attempt = pg_int(&rows, 0, 8)};
	return rows.n;
}

int billing_store_exported(struct work *w, const struct billing_export *x, const char *state, const char *note)
{
	return DB(w, billing_sql_exported, NULL, arg_int(w, x->usage), state, note, arg_now(w), x->identifier);
}

int billing_store_export_again(struct work *w, int64_t usage, int64_t wait_s, const char *note)
{
	return DB(w, billing_sql_export_again, NULL, arg_int(w, usage), arg_now(w), arg_int(w, wait_s), note);
}

int billing_store_report_due(struct work *w, struct billing_report *ret)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_report_due, &rows, arg_now(w)) < 0)
		return -1;
	if (rows.n == 1)
		*ret = (struct billing_report){.id = pg_int(&rows, 0, 0), .event_id = pg_text(&rows, 0, 1),
					       .livemode = pg_bool(&rows, 0, 2), .age_s = pg_int(&rows, 0, 3)};
	return rows.n;
}

int billing_store_export_failed(struct work *w, const struct billing_report *r, const char *identifier,
				const char *code, const char *why)
{
	struct pg_rows rows;

	if (DB(w, billing_sql_export_failed, &rows, identifier, code, why, arg_bool(r->livemode), arg_now(w)) < 0)
		return -1;
	return (int)rows.count;
}

int billing_store_proof(struct work *w, const char *name, int64_t micro)
{
	return DB(w, billing_sql_proof_plan, NULL, name, arg_int(w, micro)) < 0 ||
	       DB(w, billing_sql_proof_account_new, NULL, name, arg_now(w)) < 0 ? -1 : 0;
}

int billing_store_proof_end(struct work *w, const char *name)
{
	return DB(w, billing_sql_proof_end, NULL, name);
}

int billing_store_text(struct work *w, const struct pg_stmt *stmt, const char *arg, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, *stmt, &rows, arg) < 0)
		return -1;
	*ret = rows.n > 0 ? pg_text(&rows, 0, 0) : NULL;
	return 0;
}
