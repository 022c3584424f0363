#include "config.h"

#include "model/model_request_int.h"
#include "base/check.h"

#include <string.h>

/* A part stands two levels below its message, or four in the answer of a tool;
 * what is deeper is none, and is not read again level by level. */
#define DEPTH 8

enum { PART_IMAGE = 1, PART_AUDIO = 2, PART_HIDDEN = 4 };

/* Members, and values of `type`, by which a part shows itself. */
static const struct {
	const char *name;
	unsigned part;
} parts[] = {
	{"image_url", PART_IMAGE},       {"input_image", PART_IMAGE},
	{"image", PART_IMAGE},           {"computer_screenshot", PART_IMAGE},
	{"input_audio", PART_AUDIO},     {"file", PART_HIDDEN},
	{"audio", PART_AUDIO | PART_HIDDEN},     /* an earlier answer's, by its id */
	{"audio_url", PART_AUDIO | PART_HIDDEN},
	{"input_file", PART_HIDDEN},     {"file_id", PART_HIDDEN},
	{"file_url", PART_HIDDEN},       {"video_url", PART_HIDDEN},
	{"input_video", PART_HIDDEN},    {"video", PART_HIDDEN},
	{"item_reference", PART_HIDDEN},
};

/* Where an object stands tells what its type may be. */
enum place { ANYWHERE, ITEM, PART };

/* Types of items and of parts that are all there is of them. What is of none of these
 * and of none above may be a name for anything. */
static const char *const items[] = {
	"message", "reasoning", "compaction", "additional_tools",
	"function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
	"local_shell_call", "local_shell_call_output", "apply_patch_call", "apply_patch_call_output",
	"computer_call", "computer_call_output", "tool_search_call", "tool_search_output",
	"web_search_call"};
static const char *const texts[] = {
	"text", "input_text", "output_text", "refusal", "summary_text", "reasoning_text",
	"thinking", "redacted_thinking"};
static const char *const lists[] = {"content", "output", "summary"}; /* of parts */

/* Tools of which the client makes the answer; all others run at the provider. */
static const char *const ours[] = {"function",    "custom",      "local_shell",
				   "apply_patch", "computer",    "computer_use_preview",
				   "namespace"};

static bool is_one(struct model_span name, const char *const *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (model_span_is(name, of[i]))
			return true;
	return false;
}

bool model_request_provider_tool(struct model_span tool)
{
	struct model_span type, v;
	size_t types = model_span_get(tool, "type", &type);

	if (types > 1)
		return true; /* upstream may read the other one */
	/* Without a type it is the old form of a function, or else a tool's own name. */
	if (types == 0)
		return model_span_get(tool, "function", &v) + model_span_get(tool, "name", &v) == 0;
	if (model_span_is(type, "tool_search"))
		return model_span_get(tool, "execution", &v) != 1 || !model_span_is(v, "client");
	return !is_one(type, ours, COUNT(ours));
}

bool model_request_tools(struct model_span tools)
{
	struct model_walk w;
	struct model_span tool;

	model_walk_start(&w, tools);
	while (model_walk_item(&w, &tool))
		if (model_request_provider_tool(tool))
			return true;
	return false;
}

static unsigned part_of(struct model_span name)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (model_span_is(name, parts[i].name))
			return parts[i].part;
	return 0;
}

/* Is that all there can be of it, to a type at such a place? */
static bool plain(struct model_span name, enum place place)
{
	return place == ANYWHERE || (place == ITEM && is_one(name, items, COUNT(items))) ||
	       (place == PART && is_one(name, texts, COUNT(texts)));
}

/* The bytes of a picture that stands in its part, and is no text to anybody. */
static size_t inline_bytes(struct model_span image_url)
{
	static const char scheme[] = "\"data:image/";
	struct model_span url = image_url;

	if (model_span_kind(image_url) == '{')
		model_span_get(image_url, "url", &url);
	return url.n > sizeof(scheme) && memcmp(url.p, scheme, sizeof(scheme) - 1) == 0 ? url.n : 0;
}

static void look(struct model_span v, int depth, enum place place, struct model_ask *ask);

static void look_object(struct model_span v, int depth, enum place place, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span key, value;
	bool image = false, typed = false, strange = false, unknown = false;

	model_walk_start(&w, v);
	while (model_walk_member(&w, &key, &value)) {
		bool type = model_span_is(key, "type");
		struct model_span name = type ? value : key;
		unsigned part = part_of(name);

		if (model_span_kind(value) == 'n')
			continue;
		typed = typed || type;
		if (part == 0 && !plain(name, place))
			*(type ? &strange : &unknown) = true;
		image = image || part & PART_IMAGE;
		if (place == PART && model_span_is(key, "image_url"))
			ask->image_bytes += (int64_t)inline_bytes(value);
		ask->audio = ask->audio || part & PART_AUDIO;
		ask->hidden_input = ask->hidden_input || part & PART_HIDDEN;
		/* What a schema of a tool calls its properties is no content. */
		if (!model_span_is(key, "tools"))
			look(value, depth + 1, is_one(key, lists, COUNT(lists)) ? PART : ANYWHERE, ask);
		else if (model_request_tools(value))
			ask->provider_tools = true;
	}
	ask->images += image;
	ask->hidden_input = ask->hidden_input || strange || (place == PART && !typed && unknown);
}

/* `place` is that of an object, or of those in a list. */
static void look(struct model_span v, int depth, enum place place, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span item;

	if (depth > DEPTH)
		return;
	if (model_span_kind(v) == '{')
		look_object(v, depth, place, ask);
	model_walk_start(&w, v);
	while (model_walk_item(&w, &item))
		look(item, depth + 1, place, ask);
}

bool model_request_content(struct model_span list, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span item;
	bool any = false;

	model_walk_start(&w, list);
	while (model_walk_item(&w, &item)) {
		any = true;
		look(item, 1, ITEM, ask);
	}
	return any;
}
