#include "config.h"

#include "artifact/artifact_int.h"
#include "artifact/artifact_sql.h"
#include "base/id.h"
#include "port/pg.h"

int artifact_store_verification(struct work *w, const struct run_lease *l,
				const struct verify_report *report, int64_t *ret_id)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_verification, &rows, arg_int(w, l->run.id), arg_int(w, l->epoch),
	       arg_bool(report->code == VERIFY_OK),
	       report->code == VERIFY_OK ? "ok" : verify_code_name(report->code),
	       verify_report_write(w->a, report), arg_now(w)) < 0)
		return -1;
	*ret_id = pg_int(&rows, 0, 0);
	return 0;
}

int artifact_store_verified(struct work *w, int64_t verification, const char *sha256)
{
	return DB(w, artifact_sql_verified, NULL, arg_int(w, verification), sha256);
}

int artifact_store_insert(struct work *w, const struct run *r, int64_t verification,
			  const struct verify_entry *e, bool reproducible, int64_t *ret_id)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_insert, &rows, id_new(w->a, "art_"), arg_int(w, r->id),
	       arg_int(w, r->account), arg_int(w, verification), e->kind, e->name, e->sha256,
	       arg_int(w, e->size), e->platform, e->entrypoint, e->mime, arg_bool(reproducible),
	       arg_now(w)) < 0)
		return -1;
	*ret_id = pg_int(&rows, 0, 0);
	return 0;
}

int artifact_store_hold(struct work *w, const char *sha256)
{
	return DB(w, artifact_sql_hold, NULL, sha256);
}

int artifact_store_gone(struct work *w, const char **ret_sha256, bool *ret_shared)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_gone, &rows) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret_sha256 = pg_text(&rows, 0, 0);
	if (DB(w, artifact_sql_shared, &rows, *ret_sha256) < 0)
		return -1;
	*ret_shared = pg_bool(&rows, 0, 0);
	return 1;
}

int artifact_store_forgotten(struct work *w, const char *sha256)
{
	return DB(w, artifact_sql_forgotten, NULL, sha256);
}

int artifact_store_provenance(struct work *w, const struct run *r, int64_t artifact,
			      const char *envelope)
{
	return DB(w, artifact_sql_provenance, NULL, arg_int(w, artifact), arg_int(w, r->account),
		  envelope);
}

int artifact_store_count(struct work *w, int64_t run)
{
	return DB(w, artifact_sql_count, NULL, arg_int(w, run));
}

int artifact_store_context(struct work *w, int64_t run, struct artifact_context *ret)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_context, &rows, arg_int(w, run)) < 0)
		return -1;
	*ret = (struct artifact_context){pg_text(&rows, 0, 0), pg_text(&rows, 0, 1),
					 pg_text(&rows, 0, 2), pg_int(&rows, 0, 3)};
	return 0;
}

int artifact_store_find(struct work *w, const char *run_id, const char *artifact_id,
			struct artifact_row *ret)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_find, &rows, run_id, artifact_id, arg_int(w, w->actor.account)) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "artifact %.60s", artifact_id);
	if (pg_text(&rows, 0, 8) != NULL)
		return fail(w, err_find(pg_text(&rows, 0, 8)), "artifact %.60s is held back", artifact_id);
	*ret = (struct artifact_row){
		.id = pg_int(&rows, 0, 0), .run = pg_int(&rows, 0, 1), .kind = pg_text(&rows, 0, 2),
		.name = pg_text(&rows, 0, 3), .sha256 = pg_text(&rows, 0, 4),
		.size = pg_int(&rows, 0, 5), .mime = pg_text(&rows, 0, 6),
		.entrypoint = pg_text(&rows, 0, 7)};
	return 0;
}

int artifact_store_preview_new(struct work *w, const char *host, const struct artifact_row *row,
			       const char *ticket_hash, int64_t until)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_new, &rows, host, arg_int(w, row->run), arg_int(w, w->actor.account),
	       arg_int(w, row->id), ticket_hash, arg_time(w, until)) < 0)
		return -1;
	return rows.count == 1 ? 0 : fail(w, E_UNAVAILABLE, "an operator has everything taken down");
}

int artifact_store_preview_find(struct work *w, const char *host, struct artifact_preview *ret)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_find, &rows, host, arg_now(w)) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "no preview at this host");
	*ret = (struct artifact_preview){
		.artifact = pg_int(&rows, 0, 0), .run = pg_int(&rows, 0, 1),
		.ticket_hash = pg_text(&rows, 0, 3), .ticket_open = pg_bool(&rows, 0, 4),
		.cookie_hash = pg_text(&rows, 0, 5), .open = pg_bool(&rows, 0, 6)};
	return 0;
}

int artifact_store_preview_use(struct work *w, const char *host, const char *cookie_hash,
			       int64_t until)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_use, &rows, host, cookie_hash, arg_time(w, until)) < 0)
		return -1;
	return (int)rows.count;
}

int artifact_store_preview_file(struct work *w, const struct artifact_preview *p, const char *name,
				const char **ret_sha256, const char **ret_mime)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_file, &rows, arg_int(w, p->run), arg_int(w, p->artifact), name) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret_sha256 = pg_text(&rows, 0, 0);
	*ret_mime = pg_text(&rows, 0, 1);
	return 1;
}

int artifact_store_preview_close(struct work *w, int batch)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_close, &rows, arg_int(w, batch)) < 0)
		return -1;
	return (int)rows.count;
}

int artifact_store_preview_expire(struct work *w, int batch)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_preview_expire, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)rows.count;
}

int artifact_store_build_log(struct work *w, int64_t run, const char **ret)
{
	struct pg_rows rows;

	if (DB(w, artifact_sql_build_log, &rows, arg_int(w, run)) < 0)
		return -1;
	*ret = rows.n ? pg_text(&rows, 0, 0) : NULL;
	return 0;
}
