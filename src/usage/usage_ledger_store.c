#include "config.h"

#include "base/check.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"

int usage_store_lock_seals(struct work *w)
{
	return DB(w, usage_sql_seal_lock, NULL);
}

static struct usage_seal read_seal(const struct pg_rows *r, int i)
{
	return (struct usage_seal){
		.id = pg_int(r, i, 0), .first = pg_int(r, i, 1), .last = pg_int(r, i, 2),
		.entries = pg_int(r, i, 3), .root = pg_text(r, i, 4), .previous = pg_text(r, i, 5),
		.signature = pg_text(r, i, 6), .at = pg_int(r, i, 7),
		.kid = pg_text(r, i, 8)};
}

int usage_store_seals(struct work *w, int64_t after, int limit, const struct usage_seal **ret,
		      size_t *ret_n)
{
	struct usage_seal *list;
	struct pg_rows rows;

	if (DB(w, usage_sql_seals, &rows, arg_int(w, after), arg_int(w, limit)) < 0)
		return -1;
	list = ARENA_ARRAY(w->a, struct usage_seal, (size_t)rows.n + 1);
	for (int i = 0; i < rows.n; i++)
		list[i] = read_seal(&rows, i);
	*ret = list;
	*ret_n = (size_t)rows.n;
	return 0;
}

int usage_store_last_seal(struct work *w, struct usage_seal *ret)
{
	struct pg_rows rows;

	*ret = (struct usage_seal){.root = "", .previous = ""};
	if (DB(w, usage_sql_last_seal, &rows) < 0)
		return -1;
	if (rows.n > 0)
		*ret = read_seal(&rows, 0);
	return 0;
}

int usage_store_leaves(struct work *w, int64_t first, int64_t last, int limit,
		       struct usage_leaves *ret)
{
	struct pg_rows rows;

	if (DB(w, usage_sql_leaves, &rows, arg_int(w, first), arg_int(w, last), arg_int(w, limit),
	       arg_now(w)) < 0)
		return -1;
	ret->n = (size_t)rows.n;
	ret->hex = ARENA_ARRAY(w->a, const char *, ret->n + 1);
	ret->id = ARENA_ARRAY(w->a, int64_t, ret->n + 1);
	for (int i = 0; i < rows.n; i++) {
		ret->id[i] = pg_int(&rows, i, 0);
		ret->hex[i] = pg_text(&rows, i, 1);
	}
	return 0;
}

int usage_store_add_seal(struct work *w, const struct usage_seal *s)
{
	return DB(w, usage_sql_add_seal, NULL, arg_int(w, s->id), arg_int(w, s->first),
		  arg_int(w, s->last), arg_int(w, s->entries), s->root, s->previous, s->signature,
		  arg_time(w, s->at), s->kid);
}

/* One entry, with the seal over it. */
static int prove_entry(struct work *w, int64_t id, const char *text, const char **ret)
{
	struct usage_leaves leaves;
	struct usage_seal seal;
	struct pg_rows rows;

	if (DB(w, usage_sql_seal_of, &rows, arg_int(w, id)) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_CONFLICT, "entry %lld is not sealed yet", (long long)id);
	seal = read_seal(&rows, 0);
	if (usage_store_leaves(w, seal.first, seal.last, INT32_MAX, &leaves) < 0)
		return -1;
	for (size_t i = 0; i < leaves.n; i++)
		if (leaves.id[i] == id)
			return usage_proof_json(w, &seal, &leaves, i, text, ret);
	return fail(w, E_INTERNAL, "entry %lld is not below its seal", (long long)id);
}

int usage_store_proof(struct work *w, const char *usage_id, const char **ret)
{
	const char *account =
		w->actor.kind == ACTOR_CUSTOMER ? arg_int(w, w->actor.account) : NULL;
	struct pg_rows rows;
	struct buf b;

	if (DB(w, usage_sql_entries_of, &rows, usage_id, account) < 0)
		return -1;
	if (rows.n == 0)
		return fail(w, E_NOT_FOUND, "no entry of %.60s, or not the caller's", usage_id);
	buf_init(&b, w->a, 1u << 20);
	buf_puts(&b, "{\"proofs\":[");
	for (int i = 0; i < rows.n; i++) {
		const char *one;

		if (prove_entry(w, pg_int(&rows, i, 0), pg_text(&rows, i, 1), &one) < 0)
			return -1;
		buf_printf(&b, "%s%s", i ? "," : "", one);
	}
	buf_puts(&b, "]}");
	*ret = buf_str(&b);
	return 0;
}
