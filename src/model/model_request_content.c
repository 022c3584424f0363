#include "config.h"

#include "model/model_request_int.h"
#include "base/check.h"

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

/* Tools of which the client makes the answer; all others run at the provider. */
static const char *const ours[] = {"function",    "custom",      "local_shell",
				   "apply_patch", "computer",    "computer_use_preview",
				   "namespace"};

bool model_request_tools(struct model_span tools)
{
	struct model_walk w;
	struct model_span tool, type;

	model_walk_start(&w, tools);
	while (model_walk_item(&w, &tool)) {
		bool known = false;

		/* Without a type it is the old form of a function. */
		if (model_span_get(tool, "type", &type) == 0)
			continue;
		for (size_t i = 0; i < COUNT(ours); i++)
			known = known || model_span_is(type, ours[i]);
		if (!known)
			return true;
	}
	return false;
}

static unsigned part_of(struct model_span name)
{
	for (size_t i = 0; i < COUNT(parts); i++)
		if (model_span_is(name, parts[i].name))
			return parts[i].part;
	return 0;
}

static void look(struct model_span v, int depth, struct model_ask *ask);

static void look_object(struct model_span v, int depth, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span key, value;
	bool image = false;

	model_walk_start(&w, v);
	while (model_walk_member(&w, &key, &value)) {
		unsigned part = part_of(model_span_is(key, "type") ? value : key);

		if (model_span_kind(value) == 'n')
			continue;
		image = image || part & PART_IMAGE;
		ask->audio = ask->audio || part & PART_AUDIO;
		ask->hidden_input = ask->hidden_input || part & PART_HIDDEN;
		/* What a schema of a tool calls its properties is no content. */
		if (!model_span_is(key, "tools"))
			look(value, depth + 1, ask);
		else if (model_request_tools(value))
			ask->provider_tools = true;
	}
	ask->images += image;
}

static void look(struct model_span v, int depth, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span item;

	if (depth > DEPTH)
		return;
	if (model_span_kind(v) == '{')
		look_object(v, depth, ask);
	model_walk_start(&w, v);
	while (model_walk_item(&w, &item))
		look(item, depth + 1, ask);
}

bool model_request_content(struct model_span list, struct model_ask *ask)
{
	struct model_walk w;
	struct model_span item;
	bool any = false;

	model_walk_start(&w, list);
	while (model_walk_item(&w, &item)) {
		any = true;
		look(item, 1, ask);
	}
	return any;
}
