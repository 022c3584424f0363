#include "config.h"

#include "model/model_request.h"
#include "model/model_request_int.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

const char *const model_api_paths[MODEL_APIS] = {"/chat/completions", "/responses", "/completions",
						 "/embeddings"};

#define CHAT (1u << MODEL_API_CHAT)
#define RESPONSES (1u << MODEL_API_RESPONSES)
#define COMPLETIONS (1u << MODEL_API_COMPLETIONS)
#define EMBEDDINGS (1u << MODEL_API_EMBEDDINGS)
#define ALL (CHAT | RESPONSES | COMPLETIONS | EMBEDDINGS)

struct reading {
	struct arena *a;
	struct model_request *to;
	struct err *e;
	const char *name; /* of the member that is read */
	bool needed;      /* messages or input was there */
};

typedef void take_fn(struct reading *r, struct model_span v);

static void wrong(struct reading *r, const char *code)
{
	err_field(r->e, r->name, code);
}

/* Is it this name to a reader that does not mind the case (Go's encoding/json, which
 * also takes the Kelvin sign for a k and the long s for an s)? */
static bool near(const char *name, const char *known)
{
	for (; *known != '\0'; known++) {
		bool kelvin = str_starts(name, "\xe2\x84\xaa"), long_s = str_starts(name, "\xc5\xbf");
		char c = kelvin ? 'k' : long_s ? 's' : *name >= 'A' && *name <= 'Z' ? *name + 32 : *name;

		if (c != *known)
			return false;
		name += kelvin ? 3 : long_s ? 2 : 1;
	}
	return *name == '\0';
}

static void take_flag(struct reading *r, struct model_span v, bool *ret)
{
	char c = model_span_kind(v);

	if (c != 't' && c != 'f')
		wrong(r, "not_a_boolean");
	*ret = c == 't';
}

static void take_count(struct reading *r, struct model_span v, int64_t max, int64_t *ret)
{
	if (!model_span_int(v, ret))
		wrong(r, "not_an_integer");
	else if (*ret < 1 || *ret > max)
		wrong(r, "out_of_range");
}

static void take_model(struct reading *r, struct model_span v)
{
	r->to->model_at = v;
	r->to->model = model_span_text(r->a, v);
	if (r->to->model == NULL)
		wrong(r, "not_text");
	else if (*r->to->model == '\0' || strlen(r->to->model) > 200)
		wrong(r, "out_of_range");
}

static void take_stream(struct reading *r, struct model_span v)
{
	take_flag(r, v, &r->to->stream);
}

static void take_store(struct reading *r, struct model_span v)
{
	take_flag(r, v, &r->to->store);
}

/* Its answer could never be fetched. */
static void take_background(struct reading *r, struct model_span v)
{
	bool background = false;

	take_flag(r, v, &background);
	if (background)
		wrong(r, "not_supported");
}

/* What would undo the bound that is reserved for, or the price. */
static void take_denied(struct reading *r, struct model_span v)
{
	(void)v;
	wrong(r, "not_supported");
}

#define TIER_MAX 40

static void take_tier(struct reading *r, struct model_span v)
{
	if (model_span_kind(v) == 'n')
		return;
	r->to->service_tier = model_span_text(r->a, v);
	if (r->to->service_tier == NULL)
		wrong(r, "not_text");
	else if (strlen(r->to->service_tier) > TIER_MAX)
		wrong(r, "too_long");
}

static void take_options(struct reading *r, struct model_span v)
{
	struct model_span at, key;
	struct model_walk w;

	if (model_span_kind(v) != '{') {
		wrong(r, "not_an_object");
		return;
	}
	r->name = "stream_options.include_usage";
	model_walk_start(&w, v);
	while (model_walk_member(&w, &key, &at)) {
		const char *name = model_span_text(r->a, key);

		if (name != NULL && near(name, "include_usage") && strcmp(name, "include_usage") != 0)
			wrong(r, "misspelt");
	}
	if (model_span_get(v, "include_usage", &at) > 1)
		wrong(r, "twice");
	r->to->usage_at = at;
	if (at.p != NULL && model_span_kind(at) != 'n')
		take_flag(r, at, &r->to->include_usage);
}

/* Two names of one bound: the smaller holds. */
static void take_max(struct reading *r, struct model_span v)
{
	int64_t n = 0, *max = &r->to->ask.max_tokens;

	take_count(r, v, MODEL_COUNT_MAX, &n);
	if (*max == 0 || n < *max)
		*max = n;
}

static void take_choices(struct reading *r, struct model_span v)
{
	int64_t n = 0;

	take_count(r, v, 128, &n);
	if (n > r->to->ask.choices)
		r->to->ask.choices = n;
}

static void take_calls(struct reading *r, struct model_span v)
{
	take_count(r, v, MODEL_TOOL_CALLS, &r->to->ask.max_tool_calls);
}

static void take_content(struct reading *r, struct model_span v)
{
	char c = model_span_kind(v);

	r->needed = true;
	if (c != '[' && !(c == '"' && r->to->api == MODEL_API_RESPONSES))
		wrong(r, "not_a_list");
	else if (c == '[' && !model_request_content(v, &r->to->ask) &&
		 r->to->api == MODEL_API_CHAT)
		wrong(r, "empty");
}

/* A text, or several; a list of tokens, or several. */
static void take_texts(struct reading *r, struct model_span v)
{
	struct model_walk w;
	struct model_span item;
	int64_t texts = 0;
	bool any = model_span_kind(v) == '"';

	r->needed = true;
	model_walk_start(&w, v);
	while (model_walk_item(&w, &item)) {
		texts += model_span_kind(item) == '"' || model_span_kind(item) == '[';
		any = true;
	}
	if (!any)
		wrong(r, model_span_kind(v) == '[' ? "empty" : "not_text");
	r->to->ask.prompts = texts > 0 ? texts : 1; /* or one, of tokens */
}

static void take_tools(struct reading *r, struct model_span v)
{
	if (model_span_kind(v) != '[')
		wrong(r, "not_a_list");
	else if (!model_request_tools(v))
		return;
	else if (r->to->api == MODEL_API_CHAT)
		wrong(r, "not_supported"); /* the interface has no bound for their rounds */
	else
		r->to->provider_tools = true;
}

static void take_hidden(struct reading *r, struct model_span v)
{
	(void)v;
	r->needed = r->to->ask.hidden_input = true;
}

static void take_unseen(struct reading *r, struct model_span v)
{
	(void)v;
	r->to->ask.hidden_input = true;
}

static void take_nothing(struct reading *r, struct model_span v)
{
	(void)r;
	(void)v;
}

static void take_search(struct reading *r, struct model_span v)
{
	(void)v;
	r->to->ask.provider_tools = true;
}

static void take_audio(struct reading *r, struct model_span v)
{
	(void)v;
	r->to->ask.audio = true;
}

static void take_echo(struct reading *r, struct model_span v)
{
	take_flag(r, v, &r->to->ask.echo);
}

static void take_prediction(struct reading *r, struct model_span v)
{
	r->to->ask.prediction_bytes = (int64_t)v.n;
}

static void take_modalities(struct reading *r, struct model_span v)
{
	struct model_walk w;
	struct model_span item;

	if (model_span_kind(v) != '[')
		wrong(r, "not_a_list");
	model_walk_start(&w, v);
	while (model_walk_item(&w, &item)) {
		if (model_span_is(item, "audio"))
			r->to->ask.audio = true;
		else if (model_span_is(item, "image"))
			r->to->ask.image_output = true;
	}
}

#define PLACE(member) offsetof(struct model_request, member)

/* `at`: where to keep the place of the member, null or not; 0 for nowhere. */
static const struct known {
	const char *name;
	unsigned apis;
	take_fn *take;
	size_t at;
} known[] = {
	{"model", ALL, take_model, PLACE(model_at)},
	{"stream", CHAT | RESPONSES | COMPLETIONS, take_stream, 0},
	{"stream_options", CHAT | COMPLETIONS, take_options, PLACE(options_at)},
	{"max_completion_tokens", CHAT, take_max, PLACE(max_at)},
	{"max_tokens", CHAT, take_max, PLACE(other_max_at)},
	{"max_tokens", COMPLETIONS, take_max, PLACE(max_at)},
	{"max_output_tokens", RESPONSES, take_max, PLACE(max_at)},
	{"max_tool_calls", RESPONSES, take_calls, PLACE(calls_at)},
	{"n", CHAT | COMPLETIONS, take_choices, 0},
	{"best_of", COMPLETIONS, take_choices, 0},
	{"echo", COMPLETIONS, take_echo, 0},
	{"messages", CHAT, take_content, 0},
	{"input", RESPONSES, take_content, 0},
	{"input", EMBEDDINGS, take_texts, 0},
	{"prompt", COMPLETIONS, take_texts, 0},
	{"prompt", RESPONSES, take_hidden, 0}, /* a stored template */
	{"previous_response_id", RESPONSES, take_hidden, 0},
	{"conversation", RESPONSES, take_hidden, 0},
	{"tools", CHAT | RESPONSES, take_tools, PLACE(tools_at)},
	{"client_metadata", CHAT | RESPONSES, take_nothing, PLACE(metadata_at)},
	{"web_search_options", CHAT, take_search, 0},
	{"audio", CHAT, take_audio, 0},
	{"modalities", CHAT, take_modalities, 0},
	{"prediction", CHAT, take_prediction, 0},
	{"store", CHAT | RESPONSES, take_store, 0},
	{"background", RESPONSES, take_background, 0},
	{"service_tier", ALL, take_tier, PLACE(tier_at)},
	{"cached_content", ALL, take_unseen, 0},
	/* Bounds of other interfaces, which some take instead of those above. */
	{"max_tokens", RESPONSES, take_denied, 0},
	{"max_completion_tokens", RESPONSES | COMPLETIONS, take_denied, 0},
	{"max_output_tokens", CHAT | COMPLETIONS, take_denied, 0},
	{"max_new_tokens", ALL, take_denied, 0},
	{"n_predict", ALL, take_denied, 0},
	{"num_predict", ALL, take_denied, 0},
	{"n", RESPONSES, take_denied, 0},
	{"n_cmpl", ALL, take_denied, 0},
	{"best_of", CHAT | RESPONSES, take_denied, 0},
	/* Other models, other providers, searches: at other prices. */
	{"models", ALL, take_denied, 0},
	{"route", ALL, take_denied, 0},
	{"provider", ALL, take_denied, 0},
	{"plugins", ALL, take_denied, 0},
	{"search_parameters", ALL, take_denied, 0},
	/* Programs of the client's, pictures of any size, members that are lifted out of it. */
	{"chat_template", ALL, take_denied, 0},
	{"mm_processor_kwargs", ALL, take_denied, 0},
	{"extra_body", ALL, take_denied, 0},
};

static void read_member(struct reading *r, const char *name, struct model_span v)
{
	for (size_t i = 0; i < COUNT(known); i++) {
		const struct known *k = &known[i];

		if (!near(name, k->name))
			continue;
		if (strcmp(k->name, name) != 0) {
			err_field(r->e, name, "misspelt");
			return;
		}
		if (!(k->apis & 1u << r->to->api))
			continue;
		r->name = name;
		if (k->at != 0)
			*(struct model_span *)(void *)((char *)r->to + k->at) = v;
		if (model_span_kind(v) != 'n')
			k->take(r, v);
	}
}

static void read_members(struct reading *r)
{
	const char *names[MODEL_MEMBERS];
	struct model_span key, v;
	struct model_walk w;
	size_t n = 0;

	model_walk_start(&w, r->to->object);
	while (model_walk_member(&w, &key, &v)) {
		const char *name = model_span_text(r->a, key);

		if (name == NULL || n == MODEL_MEMBERS) {
			err_field(r->e, "body", name == NULL ? "malformed" : "too_many");
			return;
		}
		for (size_t i = 0; i < n; i++)
			if (strcmp(names[i], name) == 0)
				err_field(r->e, name, "twice");
		names[n++] = name;
		read_member(r, name, v);
	}
}

int model_request_read(struct arena *a, enum model_api api, const char *body, size_t n,
		       struct model_request *ret, struct err *e)
{
	struct reading r = {a, ret, e, "body", false};
	size_t at;

	memset(ret, 0, sizeof(*ret));
	if (!model_span_check(body, n, &at))
		return err_set(e, E_BAD_REQUEST, "body: no valid JSON at byte %zu of %zu", at, n);
	ret->api = api;
	ret->text = body;
	ret->n = n;
	ret->object = model_span_of(body, n);
	ret->ask.body_bytes = (int64_t)n;
	ret->ask.no_answer = api == MODEL_API_EMBEDDINGS;
	if (model_span_kind(ret->object) != '{')
		return err_set(e, E_BAD_REQUEST, "body: not an object");
	read_members(&r);
	if (e->id == E_NONE && ret->model == NULL)
		err_field(e, "model", "required");
	if (e->id == E_NONE && !r.needed && api != MODEL_API_COMPLETIONS)
		err_field(e, api == MODEL_API_CHAT ? "messages" : "input", "required");
	return e->id == E_NONE ? 0 : -1;
}
