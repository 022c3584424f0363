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
		/* Some do not say in the usage how often their tools ran: the items tell. */
		if (w->usage.of[MODEL_TOOL_UNIT] < w->ran)
			w->usage.of[MODEL_TOOL_UNIT] = w->ran;
		w->has_usage = true;
		w->behind = w->running = false;
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

/* Something is written in it: a text, or the parts of one. */
static size_t written(struct model_span v)
{
	char c = model_span_kind(v);

	return (c == '"' || c == '[') && v.n > 2 ? v.n : 0;
}

static size_t call_written(struct model_span function)
{
	struct model_span name, arguments;

	model_span_get(function, "name", &name);
	model_span_get(function, "arguments", &arguments);
	return written(name) + written(arguments);
}

static size_t calls_written(struct model_span calls)
{
	struct model_walk walk;
	struct model_span call, v;
	size_t n = 0;

	model_walk_start(&walk, calls);
	while (model_walk_item(&walk, &call)) {
		model_span_get(call, "function", &v);
		n += call_written(v);
		model_span_get(call, "custom", &v);
		n += call_written(v);
	}
	return n;
}

static size_t delta_written(struct model_span delta)
{
	static const char *const texts[] = {"content", "refusal", "reasoning_content", "reasoning"};
	struct model_walk walk;
	struct model_span key, v;
	size_t n = 0;

	model_walk_start(&walk, delta);
	while (model_walk_member(&walk, &key, &v)) {
		for (size_t i = 0; i < COUNT(texts); i++)
			if (model_span_is(key, texts[i]))
				n += written(v);
		if (model_span_is(key, "tool_calls"))
			n += calls_written(v);
		else if (model_span_is(key, "function_call"))
			n += call_written(v);
	}
	return n;
}

static unsigned take_piece(struct model_watch *w, size_t n)
{
	if (n == 0)
		return 0;
	w->pieces++;
	w->piece_bytes += (int64_t)n;
	return MODEL_SAW_PIECE;
}

static unsigned take_choices(struct model_watch *w, struct model_span choices)
{
	struct model_walk walk;
	struct model_span choice, v;
	unsigned saw = MODEL_SAW_ONLY_USAGE;

	model_walk_start(&walk, choices);
	while (model_walk_item(&walk, &choice)) {
		saw &= ~MODEL_SAW_ONLY_USAGE;
		model_span_get(choice, w->api == MODEL_API_CHAT ? "delta" : "text", &v);
		saw |= take_piece(w, w->api == MODEL_API_CHAT ? delta_written(v) : written(v));
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

/* A call whose answer the client makes. */
static bool is_call(struct model_span item)
{
	struct model_span type, execution;

	model_span_get(item, "type", &type);
	if (model_span_is(type, "tool_search_call"))
		return model_span_get(item, "execution", &execution) > 0 && model_span_is(execution, "client");
	return model_span_is(type, "function_call") || model_span_is(type, "custom_tool_call") ||
	       model_span_is(type, "local_shell_call") || model_span_is(type, "computer_call") ||
	       model_span_is(type, "apply_patch_call");
}

/* One of a tool that the provider runs, as every other call is. */
static bool provider_ran(struct model_span item)
{
	struct model_span type;
	char name[64];
	size_t n;

	model_span_get(item, "type", &type);
	n = model_span_copy(type, name, sizeof(name)) ? strlen(name) : 0;
	return n > 5 && strcmp(name + n - 5, "_call") == 0 && !is_call(item);
}

/* A response of the Responses interface: the answer itself, or what its last
 * event holds. */
static unsigned see_response(struct model_watch *w, struct model_span response)
{
	struct model_walk walk;
	struct model_span v, item;
	unsigned saw;
	int64_t ran = 0;

	model_span_get(response, "error", &v);
	saw = take_error(w, v);
	model_span_get(response, "output", &v);
	model_walk_start(&walk, v);
	while (model_walk_item(&walk, &item)) {
		w->tool_calls = w->tool_calls || is_call(item);
		ran += provider_ran(item);
	}
	if (ran > w->ran)
		w->ran = ran;
	saw |= take_usage(w, response);
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

/* What the model writes comes in these; summaries of its thoughts are written by another. */
static const char *const deltas[] = {
	"response.output_text.delta", "response.refusal.delta", "response.reasoning_text.delta",
	"response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
	"response.mcp_call_arguments.delta", "response.code_interpreter_call_code.delta"};

/* Some send whole items, without the pieces before. */
static void see_item(struct model_watch *w, struct model_span item)
{
	struct model_span type;

	w->tool_calls = w->tool_calls || is_call(item);
	w->ran += provider_ran(item);
	model_span_get(item, "type", &type);
	if (is_call(item) || model_span_is(type, "message"))
		w->item_bytes += (int64_t)item.n;
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
		see_item(w, v);
		return 0;
	}
	for (size_t i = 0; i < COUNT(deltas); i++) {
		if (strcmp(name, deltas[i]) != 0)
			continue;
		model_span_get(object, "delta", &v);
		return take_piece(w, written(v));
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

/* Usage that text follows is not yet that of the whole. */
static unsigned weigh(struct model_watch *w, unsigned saw)
{
	bool usage = saw & MODEL_SAW_USAGE, piece = saw & MODEL_SAW_PIECE;

	if (usage)
		w->running = piece;
	else if (piece)
		w->behind = w->has_usage;
	return saw;
}

bool model_watch_counted(const struct model_watch *w)
{
	return w->has_usage && !w->behind && (w->done || !w->running);
}

int64_t model_watch_tokens(const struct model_watch *w)
{
	int64_t bytes = w->piece_bytes > w->item_bytes ? w->piece_bytes : w->item_bytes;

	return w->pieces > bytes / MODEL_TOKEN_BYTES ? w->pieces : bytes / MODEL_TOKEN_BYTES;
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
	return weigh(w, w->api == MODEL_API_RESPONSES ? see_response_event(w, ev, object)
						     : see_chunk(w, object));
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
	return (see_chunk(w, object) | MODEL_SAW_DONE) & ~(MODEL_SAW_ONLY_USAGE | MODEL_SAW_PIECE);
}
