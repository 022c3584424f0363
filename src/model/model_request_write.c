#include "config.h"

#include "model/model_request.h"
#include "model/model_request_int.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/jw.h"

struct writing {
	struct arena *a;
	struct model_edit *edits;
	size_t edits_max;
	struct model_span dropped[3]; /* values of members that do not go on */
	size_t n, dropped_n;
	struct buf more; /* members to add at the front, each with its comma */
};

static void replace(struct writing *w, struct model_span at, const char *text)
{
	check(w->n < w->edits_max);
	w->edits[w->n++] = (struct model_edit){at, text};
}

static void ask_for_usage(struct writing *w, const struct model_request *r)
{
	if (r->usage_at.p != NULL) {
		replace(w, r->usage_at, "true");
	} else if (model_span_kind(r->options_at) == '{') {
		struct model_walk walk;
		struct model_span key, v;
		bool more;

		model_walk_start(&walk, r->options_at);
		more = model_walk_member(&walk, &key, &v);
		replace(w, (struct model_span){r->options_at.p + 1, 0},
			more ? "\"include_usage\":true," : "\"include_usage\":true");
	} else if (r->options_at.p != NULL) {
		replace(w, r->options_at, "{\"include_usage\":true}");
	} else {
		buf_puts(&w->more, "\"stream_options\":{\"include_usage\":true},");
	}
}

static void drop(struct writing *w, struct model_span value)
{
	check(w->dropped_n < COUNT(w->dropped));
	if (value.p != NULL)
		w->dropped[w->dropped_n++] = value;
}

static bool is_dropped(const struct writing *w, struct model_span value)
{
	for (size_t i = 0; i < w->dropped_n; i++)
		if (w->dropped[i].p == value.p)
			return true;
	return false;
}

static void cut(struct writing *w, const char *from, const char *to)
{
	replace(w, (struct model_span){from, (size_t)(to - from)}, "");
}

/* What does not stay goes with the comma before it, or after it at the front. */
struct cutting {
	struct writing *w;
	const char *start, *kept, *end; /* of the list; of the last that stays, that goes */
};

static void seen(struct cutting *c, const char *from, const char *to, bool stays)
{
	if (!stays) {
		c->end = to;
		return;
	}
	if (c->end != NULL)
		cut(c->w, c->kept ? c->kept : c->start, c->kept ? c->end : from);
	c->end = NULL;
	c->kept = to;
}

static void seen_all(struct cutting *c)
{
	if (c->end != NULL)
		cut(c->w, c->kept ? c->kept : c->start, c->end);
}

static void cut_dropped(struct writing *w, struct model_span object)
{
	struct cutting c = {.w = w, .start = object.p + 1};
	struct model_span key, v;
	struct model_walk walk;

	if (w->dropped_n == 0)
		return;
	model_walk_start(&walk, object);
	while (model_walk_member(&walk, &key, &v))
		seen(&c, key.p, v.p + v.n, !is_dropped(w, v));
	seen_all(&c);
}

static void cut_tools(struct writing *w, struct model_span tools)
{
	struct cutting c = {.w = w, .start = tools.p + 1};
	struct model_span tool;
	struct model_walk walk;

	model_walk_start(&walk, tools);
	while (model_walk_item(&walk, &tool))
		seen(&c, tool.p, tool.p + tool.n, !model_request_provider_tool(tool));
	seen_all(&c);
}

static size_t tools_of(const struct model_request *r)
{
	struct model_span tool;
	struct model_walk walk;
	size_t n = 0;

	model_walk_start(&walk, r->tools_at);
	while (model_walk_item(&walk, &tool))
		n++;
	return n;
}

/* One bound, by the name that the upstream knows. */
static void set_max(struct writing *w, const struct model_request *r, const struct model_rewrite *to)
{
	bool old = r->api == MODEL_API_CHAT && to->old_max;
	struct model_span at = old ? r->other_max_at : r->max_at;
	int64_t max = to->max_tokens > 0 ? to->max_tokens : r->ask.max_tokens;
	const char *text = arena_printf(w->a, "%lld", (long long)max), *name;

	if (max == 0 || r->api == MODEL_API_EMBEDDINGS)
		return;
	drop(w, old ? r->max_at : r->other_max_at);
	if (at.p != NULL) {
		replace(w, at, text);
		return;
	}
	if (r->api == MODEL_API_RESPONSES)
		name = "max_output_tokens";
	else if (r->api == MODEL_API_CHAT && !old)
		name = "max_completion_tokens";
	else
		name = "max_tokens";
	buf_printf(&w->more, "\"%s\":%s,", name, text);
}

const char *model_request_write(struct arena *a, const struct model_request *r,
				const struct model_rewrite *to, size_t *ret_n)
{
	bool cut_some = to->drop_tools && r->provider_tools;
	struct writing w = {.a = a, .edits_max = 12 + (cut_some ? tools_of(r) : 0)};
	struct buf name;

	w.edits = ARENA_ARRAY(a, struct model_edit, w.edits_max);
	buf_init(&w.more, a, 4096);
	buf_init(&name, a, 65536);
	jw_escape(&name, to->model);
	replace(&w, r->model_at, buf_str(&name));
	if (r->stream && (r->api == MODEL_API_CHAT || r->api == MODEL_API_COMPLETIONS))
		ask_for_usage(&w, r);
	set_max(&w, r, to);
	if (to->usual_tier && r->tier_at.p != NULL)
		replace(&w, r->tier_at, "\"" MODEL_TIER_USUAL "\"");
	if (to->max_tool_calls > 0 && r->api == MODEL_API_RESPONSES) {
		const char *calls = arena_printf(a, "%lld", (long long)to->max_tool_calls);

		if (r->calls_at.p != NULL)
			replace(&w, r->calls_at, calls);
		else
			buf_printf(&w.more, "\"max_tool_calls\":%s,", calls);
	}
	check(!w.more.over && !name.over);
	if (w.more.n > 0)
		replace(&w, (struct model_span){r->object.p + 1, 0}, buf_str(&w.more));
	if (cut_some)
		cut_tools(&w, r->tools_at);
	drop(&w, r->metadata_at);
	cut_dropped(&w, r->object);
	return model_splice(a, r->text, r->n, w.edits, w.n, ret_n);
}
