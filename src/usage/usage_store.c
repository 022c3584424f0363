#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "base/jw.h"
#include "base/str.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"

#include <string.h>

const struct pg_stmt *const usage_reserve_all = &usage_sql_reserve_all;

const char *usage_asked(struct work *w, const struct usage_ask *ask, const char **ret_id)
{
	char at[25], until[25];
	struct buf b;
	struct jw j;

	*ret_id = ask->keyed_id ? ask->keyed_id : id_new(w->a, USAGE_ID_PREFIX);
	buf_init(&b, w->a, 16u << 10);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "usage_id", *ret_id);
	jw_kstr(&j, "session", ask->session_hash);
	jw_kstr(&j, "subject", ask->subject);
	jw_kstr(&j, "run", ask->run_id);
	jw_kstr(&j, "chat", ask->chat_id);
	jw_kstr(&j, "model", ask->model);
	jw_kstr(&j, "backend", ask->backend);
	jw_kstr(&j, "feature", ask->feature);
	jw_kstr(&j, "price", ask->price_version);
	jw_kint(&j, "micro", ask->micro);
	jw_kstr(&j, "at", clock_text(w->now, at));
	jw_kstr(&j, "until", clock_text(ask->until_us, until));
	jw_kstr(&j, "hash", ask->request_hash);
	if (ask->lease_epoch != 0)
		jw_kint(&j, "epoch", ask->lease_epoch);
	jw_key(&j, "asked");
	jw_raw(&j, ask->asked ? ask->asked : "null");
	jw_end_object(&j);
	return buf_str(&b);
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
	jw_key(&j, "answered");
	jw_raw(&j, answer && answer->answered ? answer->answered : "null");
	jw_kstr(&j, "served", answer ? answer->served : NULL);
	jw_end_object(&j);
	return buf_str(&b);
}

int usage_reserve(struct work *w, const struct usage_ask *ask, struct usage_grant *ret)
{
	struct pg_rows rows;
	const char *id, *one = usage_asked(w, ask, &id);

	if (DB(w, usage_sql_reserve_all, &rows, arena_printf(w->a, "[%s]", one)) < 0)
		return -1;
	check(rows.n == 1);
	return usage_granted(w, &rows, 0, id, ret);
}

int usage_receipt(struct work *w, const char *receipt_id, const char **ret_json)
{
	struct pg_rows rows;

	if (!str_starts(receipt_id, USAGE_RECEIPT_PREFIX))
		return 0;
	if (DB(w, usage_sql_receipt, &rows,
	       arena_printf(w->a, USAGE_ID_PREFIX "%s", receipt_id + strlen(USAGE_RECEIPT_PREFIX)),
	       arg_int(w, w->actor.account)) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret_json = pg_text(&rows, 0, 0);
	return 1;
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

int usage_store_feed(struct work *w, const struct usage_page *p, const char **ret_items, bool *ret_more,
		     const char **ret_cursor)
{
	struct pg_rows rows;

	if (DB(w, usage_sql_feed, &rows, arg_time(w, p->before), p->after ? arg_time(w, p->after) : NULL,
	       arg_int(w, p->after_id), arg_int(w, p->after ? 0 : (p->page - 1) * p->size),
	       arg_int(w, p->size)) < 0)
		return -1;
	*ret_items = pg_text(&rows, 0, 0);
	*ret_more = pg_bool(&rows, 0, 1);
	*ret_cursor = pg_text(&rows, 0, 2);
	return 0;
}

int usage_store_collected(struct work *w, const struct usage_page *p, int64_t *ret_n)
{
	struct pg_rows rows;

	if (DB(w, usage_sql_collected, &rows, arg_time(w, p->before), arg_int(w, (p->page - 1) * p->size),
	       arg_int(w, p->size), arg_now(w)) < 0)
		return -1;
	*ret_n = pg_int(&rows, 0, 0);
	return 0;
}

int usage_store_event(struct work *w, const struct usage_event *ev)
{
	struct pg_rows rows;
	const char *word;

	if (DB(w, usage_sql_event_put, &rows, ev->event_id, ev->event_type, ev->account_id, ev->source,
	       ev->data, ev->occurred_at ? arg_time(w, ev->occurred_at) : NULL) < 0)
		return -1;
	word = pg_text(&rows, 0, 0);
	if (str_eq(word, "other"))
		return fail(w, E_CONFLICT, "event %.128s was something else", ev->event_id);
	return str_eq(word, "ok");
}
