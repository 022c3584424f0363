#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "base/jw.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"

#include <string.h>

static void call(struct work *w, struct pg_call *c, const struct pg_stmt *s,
		 const char *const *args)
{
	const char **kept = ARENA_ARRAY(w->a, const char *, (size_t)s->params);

	memcpy(kept, args, (size_t)s->params * sizeof(*args));
	*c = (struct pg_call){.stmt = s, .args = kept, .a = w->a};
}

void usage_reserve_call(struct work *w, const struct usage_ask *ask, struct pg_call *c,
			const char **ret_id)
{
	*ret_id = ask->keyed_id ? ask->keyed_id : id_new(w->a, USAGE_ID_PREFIX);
	call(w, c, &usage_sql_reserve,
	     (const char *const[]){*ret_id, ask->session_hash, ask->subject, ask->run_id, ask->chat_id,
				   ask->model, ask->backend, ask->feature, ask->price_version,
				   arg_int(w, ask->micro), arg_now(w), arg_time(w, ask->until_us),
				   ask->request_hash});
}

const struct pg_stmt *const usage_settle_all = &usage_sql_settle_all;

const char *usage_settlement(struct work *w, const char *usage_id, enum usage_state state,
			     int64_t micro, int64_t cost, const char *tokens, const char *reason,
			     const struct usage_answer *answer)
{
	static const char *const states[] = {"posted", "released", "estimated"};
	char at[25];
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, 4u << 20);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "usage_id", usage_id);
	jw_kstr(&j, "state", states[state]);
	jw_kint(&j, "micro", micro);
	jw_kint(&j, "cost", cost);
	jw_key(&j, "tokens");
	jw_raw(&j, tokens ? tokens : "null");
	jw_kstr(&j, "reason", reason);
	jw_kstr(&j, "at", clock_text(clock_now(), at));
	jw_kstr(&j, "answer", answer ? answer->sealed : NULL);
	jw_kbool(&j, "stream", answer && answer->stream);
	jw_end_object(&j);
	return buf_str(&b);
}

int usage_reserve(struct work *w, const struct usage_ask *ask, struct usage_grant *ret)
{
	struct pg_call c;
	const char *id;

	usage_reserve_call(w, ask, &c, &id);
	c.rc = pg_exec(w->pg, w->a, c.stmt, c.args, &c.rows, &c.err);
	return usage_granted(w, &c, id, ret);
}

int usage_store_forget(struct work *w, int batch)
{
	struct pg_rows rows;

	if (DB(w, usage_sql_forget, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)rows.count;
}

int usage_store_expire(struct work *w, int batch)
{
	struct pg_rows rows;

	if (DB(w, usage_sql_expire, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)pg_int(&rows, 0, 0);
}
