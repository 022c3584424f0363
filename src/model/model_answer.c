#include "config.h"

#include "model/model_watch.h"
#include "base/jw.h"

const char *model_answer_write(struct arena *a, const char *text, size_t n, const char *model,
			       bool hide_usage, size_t *ret_n)
{
	struct model_edit edits[3];
	struct model_span object, response, v;
	struct buf name;
	size_t k = 0, at;

	*ret_n = n;
	if (!model_span_check(text, n, &at))
		return text;
	object = model_span_of(text, n);
	buf_init(&name, a, 4096);
	jw_escape(&name, model);
	model_span_get(object, "response", &response);
	if (model_span_get(object, "model", &v) > 0 && model_span_kind(v) == '"')
		edits[k++] = (struct model_edit){v, buf_str(&name)};
	if (model_span_get(response, "model", &v) > 0 && model_span_kind(v) == '"')
		edits[k++] = (struct model_edit){v, buf_str(&name)};
	if (hide_usage && model_span_get(object, "usage", &v) > 0)
		edits[k++] = (struct model_edit){v, "null"};
	return k == 0 ? text : model_splice(a, text, n, edits, k, ret_n);
}

#define EDITS_MAX 300 /* choices, calls of tools: more than any answer has */

struct edits {
	struct arena *a;
	struct model_edit of[EDITS_MAX];
	size_t n;
};

static void edit(struct edits *e, struct model_span at, const char *text)
{
	if (e->n < EDITS_MAX)
		e->of[e->n++] = (struct model_edit){at, text};
}

/* The message is the only delta of its choice, and its calls are numbered. */
static void edit_choice(struct edits *e, struct model_span choice)
{
	struct model_span key, message, calls, call;
	struct model_walk w;
	int n = 0;

	model_walk_start(&w, choice);
	do
		if (!model_walk_member(&w, &key, &message))
			return;
	while (!model_span_is(key, "message"));
	edit(e, key, "\"delta\"");
	model_span_get(message, "tool_calls", &calls);
	model_walk_start(&w, calls);
	while (model_walk_item(&w, &call)) {
		struct model_walk first;

		model_walk_start(&first, call);
		if (model_walk_member(&first, &key, &message))
			edit(e, (struct model_span){call.p + 1, 0}, arena_printf(e->a, "\"index\":%d,", n));
		n++;
	}
}

static void wrap_response(struct arena *a, struct model_span object, struct model_event *ret)
{
	struct model_span status;
	struct model_edit around[2] = {{{object.p, 0}, NULL}, {{object.p + object.n, 0}, "}"}};

	model_span_get(object, "status", &status);
	ret->type = model_span_is(status, "incomplete") ? "response.incomplete" : "response.completed";
	around[0].text = arena_printf(a, "{\"type\":\"%s\",\"response\":", ret->type);
	ret->data = model_splice(a, object.p, object.n, around, 2, &ret->n);
}

void model_answer_event(struct arena *a, enum model_api api, const char *text, size_t n,
			struct model_event *ret)
{
	struct edits *e = ARENA_NEW(a, struct edits);
	struct model_span object = model_span_of(text, n), v;
	struct model_walk w;

	*ret = (struct model_event){"", text, n};
	if (api == MODEL_API_RESPONSES)
		wrap_response(a, object, ret);
	if (api != MODEL_API_CHAT)
		return;
	e->a = a;
	if (model_span_get(object, "object", &v) > 0)
		edit(e, v, "\"chat.completion.chunk\"");
	model_span_get(object, "choices", &v);
	model_walk_start(&w, v);
	while (model_walk_item(&w, &v))
		edit_choice(e, v);
	ret->data = model_splice(a, text, n, e->of, e->n, &ret->n);
}
