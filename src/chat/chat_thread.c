#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "chat/chat_int.h"
#include "port/json.h"

#include <string.h>

/*
 * The rules of an answer that is kept: what of a stream is text, what a model is
 * asked, and what is written down of it. No database and no HTTP here.
 */

#define REQUEST_MAX (256u << 10)
#define RECORD_MAX (4u << 20) /* a text whose every byte must be escaped */

const char *chat_thread_piece(struct arena *a, const char *event, size_t n)
{
	struct err ignored = {0};
	const struct json *choice =
		json_at(json_get(json_parse(a, event, n, &ignored), "choices"), 0);
	const struct json *delta = json_get(choice, "delta");
	const char *text = json_get_text(delta, "content", NULL);

	return text ? text : json_get_text(delta, "refusal", NULL);
}

const char *chat_thread_request(struct arena *a, const char *model, const char *history,
				const char *text, size_t *ret_n)
{
	size_t end = strlen(history);
	struct buf b;
	struct jw j;

	buf_init(&b, a, REQUEST_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "model", model);
	jw_kbool(&j, "stream", true);
	jw_key(&j, "messages");
	jw_array(&j);
	/* An array of ours, without its brackets. */
	while (end > 0 && history[end - 1] != ']')
		end--;
	if (end > 2)
		jw_raw(&j, arena_strndup(a, history + 1, end - 2));
	if (text != NULL) {
		jw_object(&j);
		jw_kstr(&j, "role", "user");
		jw_kstr(&j, "content", text);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	jw_end_object(&j);
	*ret_n = b.n;
	return b.over ? NULL : buf_str(&b);
}

static void record(struct jw *j, struct buf *b, struct arena *a, const struct chat_thread *t)
{
	buf_init(b, a, RECORD_MAX);
	jw_init(j, b);
	jw_object(j);
	jw_kstr(j, "message_id", t->answer_id);
	jw_kint(j, "from", (int64_t)t->from);
	jw_kstr(j, "piece", t->piece.n > 0 ? t->piece.p : "");
}

void chat_thread_stored(struct chat_thread *t)
{
	struct buf *b = &t->piece;
	char next;

	if (t->storing == 0)
		return;
	next = b->p[t->storing];
	b->p[t->storing] = '\0';
	t->from += str_chars(b->p);
	b->p[t->storing] = next;
	b->n -= t->storing;
	memmove(b->p, b->p + t->storing, b->n + 1);
	t->storing = 0;
}

const char *chat_thread_end(struct arena *a, const struct chat_thread *t, const char *settlement,
			    const struct err *e)
{
	const char *ended = t->ended ? t->ended : e->id == E_NONE ? "complete" : "failed";
	struct buf b;
	struct jw j;

	record(&j, &b, a, t);
	jw_kstr(&j, "ended", ended);
	jw_kstr(&j, "error", e->id != E_NONE && strcmp(ended, "stopped") != 0 ? err_row(e->id)->code : NULL);
	jw_end_object(&j);
	return arena_printf(a, "%.*s,%s", (int)strlen(settlement) - 1, settlement, buf_str(&b) + 1);
}

const char *chat_thread_save(struct arena *a, const struct chat_thread *t, int n, int64_t now)
{
	char at[25];
	struct buf b;
	struct jw j;

	record(&j, &b, a, t);
	jw_kint(&j, "n", n);
	jw_kstr(&j, "at", clock_text(now, at));
	jw_kstr(&j, "ended", t->over ? t->ended : NULL);
	jw_end_object(&j);
	return buf_str(&b);
}
