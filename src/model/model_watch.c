#include "config.h"

#include "model/model_watch.h"
#include "base/check.h"

#include <stdio.h>
#include <string.h>

void model_watch_init(struct model_watch *w, enum model_api api, enum model_vendor v)
{
	memset(w, 0, sizeof(*w));
	w->api = api;
	w->vendor = v;
}

static unsigned take_usage(struct model_watch *w, struct model_span object)
{
	struct model_span v;
	struct model_usage u;
	struct err e = {0};

	if (model_span_get(object, "usage", &v) == 0 || model_span_kind(v) == 'n')
		return 0;
	if (model_usage_read(w->vendor, v.p, v.n, &u, &e) == 0) {
		w->usage = u;
		w->has_usage = true;
		return MODEL_SAW_USAGE;
	}
	w->bad_usages++;
	snprintf(w->bad_usage, sizeof(w->bad_usage), "%s: %s", e.fields[0].name, e.fields[0].code);
	return MODEL_SAW_BAD_USAGE;
}

/* An error is an object, or a sentence alone. The first one is kept. */
static unsigned take_error(struct model_watch *w, struct model_span error)
{
	struct model_span v;
	char c = model_span_kind(error);

	if (c != '{' && c != '"')
		return 0;
	if (!w->failed && c == '"')
		model_span_copy(error, w->error_message, sizeof(w->error_message));
	if (!w->failed && c == '{') {
		model_span_get(error, "message", &v);
		model_span_copy(v, w->error_message, sizeof(w->error_message));
		model_span_get(error, "type", &v);
		model_span_copy(v, w->error_type, sizeof(w->error_type));
		model_span_get(error, "code", &v);
		/* Some count instead of naming. */
		if (!model_span_copy(v, w->error_code, sizeof(w->error_code)) &&
		    model_span_kind(v) != '\0' && model_span_kind(v) != 'n')
			snprintf(w->error_code, sizeof(w->error_code), "%.*s",
				 (int)(v.n < 60 ? v.n : 60), v.p);
	}
	w->failed = true;
	return MODEL_SAW_ERROR;
}

static unsigned take_choices(struct model_watch *w, struct model_span choices)
{
	struct model_walk walk;
	struct model_span choice, v;
	unsigned saw = MODEL_SAW_ONLY_USAGE;

	model_walk_start(&walk, choices);
	while (model_walk_item(&walk, &choice)) {
		saw &= ~MODEL_SAW_ONLY_USAGE;
		model_span_get(choice, "finish_reason", &v);
		if (model_span_kind(v) != '"')
			continue;
		saw |= MODEL_SAW_FINISH;
		w->finished++;
		if (model_span_is(v, "tool_calls") || model_span_is(v, "function_call"))
			w->tool_calls = true;
	}
	return saw;
}

/* A chunk or an answer of chat and completions, or of embeddings. */
static unsigned see_chunk(struct model_watch *w, struct model_span object)
{
	struct model_span v;
	unsigned saw = take_usage(w, object);

	if (model_span_get(object, "choices", &v) > 0)
		saw |= take_choices(w, v);
	/* A chunk without choices is for the usage only if it has one. */
	if (!(saw & (MODEL_SAW_USAGE | MODEL_SAW_BAD_USAGE)))
		saw &= ~MODEL_SAW_ONLY_USAGE;
	if (model_span_get(object, "error", &v) > 0)
		saw |= take_error(w, v);
	model_span_get(object, "object", &v);
	if (model_span_is(v, "error"))
		saw |= take_error(w, object);
	return saw;
}

static bool is_call(struct model_span item)
{
	struct model_span type;

	model_span_get(item, "type", &type);
	return model_span_is(type, "function_call") || model_span_is(type, "custom_tool_call") ||
	       model_span_is(type, "local_shell_call") || model_span_is(type, "computer_call") ||
	       model_span_is(type, "apply_patch_call");
}

/* A response of the Responses interface: the answer itself, or what its last
 * event holds. */
static unsigned see_response(struct model_watch *w, struct model_span response)
{
	struct model_walk walk;
	struct model_span v, item;
	unsigned saw = take_usage(w, response);

	model_span_get(response, "error", &v);
	saw |= take_error(w, v);
	model_span_get(response, "output", &v);
	model_walk_start(&walk, v);
	while (model_walk_item(&walk, &item))
		w->tool_calls = w->tool_calls || is_call(item);
	model_span_get(response, "status", &v);
	if (model_span_is(v, "completed") || model_span_is(v, "incomplete")) {
		saw |= MODEL_SAW_FINISH;
		w->finished++;
	} else if (model_span_is(v, "failed") && !w->failed) {
		w->failed = true;
		saw |= MODEL_SAW_ERROR;
	}
	return saw;
}

static unsigned see_response_event(struct model_watch *w, const struct model_event *ev,
				   struct model_span object)
{
	static const char *const last[] = {"response.completed", "response.incomplete",
					   "response.failed", "response.cancelled"};
	struct model_span type, v;
	char name[64];

	model_span_get(object, "type", &type);
	if (!model_span_copy(type, name, sizeof(name)))
		snprintf(name, sizeof(name), "%s", ev->type);
	if (strcmp(name, "error") == 0) {
		if (model_span_get(object, "error", &v) == 0 || model_span_kind(v) != '{')
			v = object;
		return take_error(w, v);
	}
	if (strcmp(name, "response.output_item.done") == 0) {
		model_span_get(object, "item", &v);
		w->tool_calls = w->tool_calls || is_call(v);
		return 0;
	}
	for (size_t i = 0; i < COUNT(last); i++) {
		if (strcmp(name, last[i]) != 0)
			continue;
		w->done = true;
		model_span_get(object, "response", &v);
		return MODEL_SAW_DONE | see_response(w, v);
	}
	/* A bare error, as gateways put it into any stream. */
	return model_span_get(object, "error", &v) > 0 ? take_error(w, v) : 0;
}

unsigned model_watch_event(struct model_watch *w, const struct model_event *ev)
{
	struct model_span object;
	size_t at;

	if (ev->n == 6 && memcmp(ev->data, "[DONE]", 6) == 0) {
		w->done = true;
		return MODEL_SAW_DONE;
	}
	if (!model_span_check(ev->data, ev->n, &at))
		return MODEL_SAW_JUNK;
	object = model_span_of(ev->data, ev->n);
	if (model_span_kind(object) != '{')
		return MODEL_SAW_JUNK;
	if (w->api == MODEL_API_RESPONSES)
		return see_response_event(w, ev, object);
	return see_chunk(w, object);
}

unsigned model_watch_answer(struct model_watch *w, const char *text, size_t n)
{
	struct model_span object;
	size_t at;

	if (!model_span_check(text, n, &at))
		return MODEL_SAW_JUNK;
	object = model_span_of(text, n);
	if (model_span_kind(object) != '{')
		return MODEL_SAW_JUNK;
	w->done = true;
	if (w->api == MODEL_API_RESPONSES)
		return see_response(w, object) | MODEL_SAW_DONE;
	return (see_chunk(w, object) | MODEL_SAW_DONE) & ~MODEL_SAW_ONLY_USAGE;
}
