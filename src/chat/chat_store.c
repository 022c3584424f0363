#include "config.h"

#include "base/check.h"
#include "base/jw.h"
#include "base/str.h"
#include "chat/chat_int.h"
#include "chat/chat_sql.h"
#include "chat/chat_store.h"
#include "port/pg.h"

#include <string.h>

#define HISTORY_BYTES 49152 /* of a conversation goes to the model, at most */
#define POST_BYTES (256u << 10) /* a message whose every byte must be escaped, and what goes with it */

const struct pg_stmt *const chat_context_all = &chat_sql_context_all;
const struct pg_stmt *const chat_post_all = &chat_sql_post_all;
const struct pg_stmt *const chat_save_all = &chat_sql_save_all;
const struct pg_stmt *const chat_settle_all = &chat_sql_settle_all;
const struct pg_stmt *const chat_down_all = &chat_sql_down;

static const char *account(struct work *w)
{
	return arg_int(w, w->actor.account);
}

static int take_json(struct work *w, const struct pg_rows *rows, const char **ret)
{
	*ret = rows->n > 0 ? pg_text(rows, 0, 0) : NULL;
	return *ret ? 0 : fail(w, E_NOT_FOUND, "no such conversation, or not the caller's");
}

int chat_store_create(struct work *w, const char *chat_id, const char *title, const char **ret_json)
{
	struct pg_rows rows;

	if (DB(w, chat_sql_create, &rows, chat_id, account(w), title, arg_now(w)) < 0)
		return -1;
	return take_json(w, &rows, ret_json);
}

int chat_store_rename(struct work *w, const char *chat_id, const char *title, const char **ret_json)
{
	struct pg_rows rows;

	if (DB(w, chat_sql_rename, &rows, account(w), chat_id, title, arg_now(w)) < 0)
		return -1;
	return take_json(w, &rows, ret_json);
}

int chat_store_delete(struct work *w, const char *chat_id)
{
	struct pg_rows rows;

	if (DB(w, chat_sql_delete, &rows, account(w), chat_id, arg_now(w)) < 0)
		return -1;
	return pg_bool(&rows, 0, 0) ? 0 : fail(w, E_NOT_FOUND, "conversation %.60s", chat_id);
}

int chat_store_stop(struct work *w, const char *chat_id, const char **ret_json)
{
	struct pg_rows rows;

	if (DB(w, chat_sql_stop, &rows, account(w), chat_id) < 0)
		return -1;
	return take_json(w, &rows, ret_json);
}

const char *chat_store_context(struct work *w, const char *token_hash, const char *chat_id, bool again,
			       const char *answer_id, const char *hash)
{
	char at[25];
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "session", token_hash);
	jw_kstr(&j, "chat", chat_id);
	jw_kbool(&j, "again", again);
	jw_kstr(&j, "answer", answer_id);
	jw_kstr(&j, "hash", hash);
	jw_kint(&j, "bytes", HISTORY_BYTES);
	jw_kstr(&j, "at", clock_text(w->now, at));
	jw_end_object(&j);
	return buf_str(&b);
}

/* What a word of the database means to the caller. */
static int refuse(struct work *w, const char *word)
{
	static const struct {
		const char *word;
		enum err_id id;
	} refusals[] = {
		{"unknown", E_UNAUTHENTICATED}, {"sign_in", E_UNAUTHENTICATED}, {"no_chat", E_NOT_FOUND},
		{"busy", E_CONFLICT},           {"nothing", E_CONFLICT},        {"changed", E_CONFLICT},
		{"mismatch", E_IDEM_MISMATCH},  {"disabled", E_DISABLED},       {"no_plan", E_BILLING},
		{"killed", E_UNAVAILABLE},      {"quota", E_QUOTA},             {"disputed", E_DISPUTED},
		{"clamp", E_QUOTA},
	};

	for (size_t i = 0; i < COUNT(refusals); i++)
		if (str_eq(word, refusals[i].word))
			return fail(w, refusals[i].id, "conversation: %s", word);
	return fail(w, E_INTERNAL, "conversation: %s", word ? word : "nothing");
}

int chat_store_seen(struct work *w, const struct pg_rows *rows, int row, struct chat_context *ret)
{
	const char *word = pg_text(rows, row, 0), *seen = pg_text(rows, row, 1);
	const char *history = pg_text(rows, row, 2);

	*ret = (struct chat_context){seen ? arena_strdup(w->a, seen) : NULL,
				     history ? arena_strdup(w->a, history) : NULL};
	if (str_eq(word, "ok"))
		return 0;
	return str_eq(word, "again") ? 1 : refuse(w, word);
}

const char *chat_store_posting(struct work *w, const struct chat_post *p, const char **ret_usage)
{
	const char *ask = usage_asked(w, &p->ask, ret_usage);
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, POST_BYTES);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "seen", p->seen);
	jw_kstr(&j, "message", p->message_id);
	jw_kstr(&j, "text", p->text);
	jw_kstr(&j, "answer", p->answer_id);
	jw_kstr(&j, "request", p->hash);
	jw_end_object(&j);
	check(!b.over); /* the text was bounded by its shape */
	return arena_printf(w->a, "%.*s,%s", (int)strlen(ask) - 1, ask, buf_str(&b) + 1);
}

int chat_store_posted(struct work *w, const struct pg_rows *rows, int row, struct usage_grant *ret,
		      const char **ret_json)
{
	const char *word = pg_text(rows, row, 0), *doc = pg_text(rows, row, 6);

	*ret = (struct usage_grant){.account = pg_int(rows, row, 1), .scope = pg_text(rows, row, 2),
				    .period = pg_text(rows, row, 3), .remaining = pg_int(rows, row, 4),
				    .resets = pg_int(rows, row, 5)};
	*ret_json = doc ? arena_strdup(w->a, doc) : NULL;
	return str_eq(word, "ok") ? 0 : refuse(w, word);
}

static int sweep(struct work *w, const struct pg_stmt *s, int batch)
{
	struct pg_rows rows;

	if (DB(w, *s, &rows, arg_now(w), arg_int(w, batch)) < 0)
		return -1;
	return (int)pg_int(&rows, 0, 0);
}

int chat_store_expire(struct work *w, int batch)
{
	return sweep(w, &chat_sql_expire, batch);
}

int chat_store_forget(struct work *w, int batch)
{
	return sweep(w, &chat_sql_forget, batch);
}

int chat_store_found(struct work *w, const char *json)
{
	struct pg_rows rows;

	if (DB(w, chat_sql_found, &rows, json, arg_time(w, clock_now())) < 0)
		return -1;
	return (int)pg_int(&rows, 0, 0);
}

void chat_store_down(const struct pg_rows *rows)
{
	struct chat_down down[MODEL_BACKENDS];
	size_t n = 0;

	for (; n < MODEL_BACKENDS && (int)n < rows->n; n++)
		down[n] = (struct chat_down){pg_text(rows, (int)n, 0), pg_text(rows, (int)n, 1), pg_int(rows, (int)n, 2)};
	chat_backend_probed(down, n);
}
