#include "config.h"

#include "model/model_usage.h"
#include "model/model_span.h"
#include "base/check.h"

#include <stdio.h>

const char *const model_class_names[MODEL_CLASSES] = {
	"input", "cached_input", "cache_write", "output", "reasoning", "audio", "image", "tool_unit"};
const char *const model_vendor_names[MODEL_VENDORS] = {"openai", "responses", "anthropic",
						       "gemini", "xai"};

struct reading {
	struct model_span object; /* the usage object */
	enum model_vendor vendor;
	struct model_usage *to;
	struct err *e;
};

static void wrong(struct reading *r, const char *group, const char *name, const char *code)
{
	char path[64];

	snprintf(path, sizeof(path), "usage%s%s%s%s", group == NULL ? "" : ".",
		 group == NULL ? "" : group, *name == '\0' ? "" : ".", name);
	err_field(r->e, path, code);
}

/* The member, which may stand there once; null is as good as not there. */
static bool take(struct reading *r, struct model_span object, const char *group, const char *name,
		 struct model_span *ret)
{
	if (model_span_get(object, name, ret) > 1)
		wrong(r, group, name, "twice");
	return ret->p != NULL && model_span_kind(*ret) != 'n';
}

static int64_t as_count(struct reading *r, const char *group, const char *name,
			struct model_span v)
{
	int64_t n;

	if (!model_span_int(v, &n)) {
		wrong(r, group, name, "not_an_integer");
		return 0;
	}
	if (n < 0 || n > MODEL_COUNT_MAX) {
		wrong(r, group, name, n < 0 ? "negative" : "out_of_range");
		return 0;
	}
	return n;
}

/* A count of the object itself; *ret_there may be NULL when 0 will do. */
static int64_t count(struct reading *r, const char *name, bool *ret_there)
{
	struct model_span v;
	bool there = take(r, r->object, NULL, name, &v);

	if (ret_there != NULL)
		*ret_there = there;
	return there ? as_count(r, NULL, name, v) : 0;
}

static int64_t must_count(struct reading *r, const char *name)
{
	bool there;
	int64_t n = count(r, name, &there);

	if (!there)
		wrong(r, NULL, name, "required");
	return n;
}

/* A count of an object in it, such as prompt_tokens_details. */
static int64_t detail(struct reading *r, const char *group, const char *name)
{
	struct model_span g, v;

	if (!take(r, r->object, NULL, group, &g))
		return 0;
	if (model_span_kind(g) != '{') {
		wrong(r, NULL, group, "not_an_object");
		return 0;
	}
	return take(r, g, group, name, &v) ? as_count(r, group, name, v) : 0;
}

/* What remains of a whole; its parts must not be more. Sums of a few counts
 * that are bounded by MODEL_COUNT_MAX cannot overflow. */
static int64_t rest(struct reading *r, const char *name, int64_t whole, int64_t parts)
{
	if (parts <= whole)
		return whole - parts;
	wrong(r, NULL, name, "too_many");
	return 0;
}

/*
 * OpenAI's two interfaces. prompt: cached + cache write + audio + image + the
 * rest. completion: reasoning + audio + image + the rest. Differences:
 *
 * xai     reasoning stands beside completion_tokens; the total tells, since
 *         some of its interfaces count as OpenAI's do.
 * gemini  through its OpenAI-compatible interface says nothing of thoughts,
 *         but the total holds them.
 */
static void read_openai(struct reading *r, const char *in, const char *in_group, const char *out,
			const char *out_group)
{
	int64_t *of = r->to->of;
	bool has_total, has_out;
	int64_t prompt = must_count(r, in), completion = count(r, out, &has_out);
	int64_t total = count(r, "total_tokens", &has_total);
	int64_t reasoning = detail(r, out_group, "reasoning_tokens");
	int64_t audio_in = detail(r, in_group, "audio_tokens");
	int64_t audio_out = detail(r, out_group, "audio_tokens");
	int64_t image_in = detail(r, in_group, "image_tokens");
	int64_t image_out = detail(r, out_group, "image_tokens");
	int64_t inside = reasoning, sum;

	/* Embeddings have no answer of tokens; then the total says so. */
	if (!has_out && !(has_total && total == prompt))
		wrong(r, NULL, out, "required");
	if (r->vendor == MODEL_XAI && !(has_total && total == prompt + completion))
		inside = 0;
	sum = prompt + completion + reasoning - inside;
	if (r->vendor == MODEL_GEMINI && has_total && reasoning == 0 && total > sum) {
		reasoning = total - sum;
		sum = total;
	}
	if (has_total && total != sum)
		wrong(r, NULL, "total_tokens", "not_the_sum");
	of[MODEL_CACHED_INPUT] = detail(r, in_group, "cached_tokens");
	of[MODEL_CACHE_WRITE] = detail(r, in_group, "cache_write_tokens");
	of[MODEL_INPUT] = rest(r, in, prompt,
			       of[MODEL_CACHED_INPUT] + of[MODEL_CACHE_WRITE] + audio_in + image_in);
	of[MODEL_OUTPUT] = rest(r, out, completion, inside + audio_out + image_out);
	of[MODEL_REASONING] = reasoning;
	of[MODEL_AUDIO] = audio_in + audio_out;
	of[MODEL_IMAGE] = image_in + image_out;
	if (r->vendor == MODEL_XAI)
		of[MODEL_TOOL_UNIT] = count(r, "num_sources_used", NULL);
}

/* Nothing holds anything: all four are beside each other, and thinking is
 * part of output_tokens. */
static void read_anthropic(struct reading *r)
{
	int64_t *of = r->to->of;

	of[MODEL_INPUT] = must_count(r, "input_tokens");
	of[MODEL_CACHED_INPUT] = count(r, "cache_read_input_tokens", NULL);
	of[MODEL_CACHE_WRITE] = count(r, "cache_creation_input_tokens", NULL);
	of[MODEL_OUTPUT] = must_count(r, "output_tokens");
	of[MODEL_TOOL_UNIT] = detail(r, "server_tool_use", "web_search_requests") +
			      detail(r, "server_tool_use", "web_fetch_requests");
}

/* Tokens of one modality in a list of {"modality": "AUDIO", "tokenCount": n}. */
static int64_t modality(struct reading *r, const char *list, const char *name)
{
	struct model_span l, item, m, v;
	struct model_walk w;
	int64_t sum = 0;

	if (!take(r, r->object, NULL, list, &l))
		return 0;
	if (model_span_kind(l) != '[')
		wrong(r, NULL, list, "not_a_list");
	model_walk_start(&w, l);
	while (model_walk_item(&w, &item) && sum <= MODEL_COUNT_MAX)
		if (take(r, item, list, "modality", &m) && model_span_is(m, name) &&
		    take(r, item, list, "tokenCount", &v))
			sum += as_count(r, list, "tokenCount", v);
	return sum;
}

/* Of one modality, what the prompt holds beyond its cached part. */
static int64_t fresh(struct reading *r, const char *name)
{
	return rest(r, "cacheTokensDetails", modality(r, "promptTokensDetails", name),
		    modality(r, "cacheTokensDetails", name));
}

/* promptTokenCount holds the cached part; thoughts and the prompts of tools
 * stand beside everything. */
static void read_gemini(struct reading *r)
{
	int64_t *of = r->to->of;
	bool has_total;
	int64_t prompt = must_count(r, "promptTokenCount");
	int64_t answer = count(r, "candidatesTokenCount", NULL);
	int64_t tools = count(r, "toolUsePromptTokenCount", NULL);
	int64_t total = count(r, "totalTokenCount", &has_total);
	int64_t audio = fresh(r, "AUDIO"), image = fresh(r, "IMAGE");
	int64_t audio_out = modality(r, "candidatesTokensDetails", "AUDIO");
	int64_t image_out = modality(r, "candidatesTokensDetails", "IMAGE");

	of[MODEL_CACHED_INPUT] = count(r, "cachedContentTokenCount", NULL);
	of[MODEL_REASONING] = count(r, "thoughtsTokenCount", NULL);
	of[MODEL_INPUT] = tools + rest(r, "promptTokenCount", prompt,
				       of[MODEL_CACHED_INPUT] + audio + image);
	of[MODEL_OUTPUT] = rest(r, "candidatesTokenCount", answer, audio_out + image_out);
	of[MODEL_AUDIO] = audio + audio_out;
	of[MODEL_IMAGE] = image + image_out;
	if (has_total && total != prompt + answer + tools + of[MODEL_REASONING])
		wrong(r, NULL, "totalTokenCount", "not_the_sum");
}

int model_usage_read(enum model_vendor v, const char *text, size_t n, struct model_usage *ret,
		     struct err *e)
{
	struct model_usage u = {{0}};
	struct reading r = {{NULL, 0}, v, &u, e};
	struct model_span found;
	size_t at;

	if (!model_span_check(text, n, &at))
		return err_field(e, "usage", "malformed");
	r.object = model_span_of(text, n);
	if (model_span_kind(r.object) != '{')
		return err_field(e, "usage", "not_an_object");
	if (model_span_get(r.object, "prompt_tokens", &found) > 0)
		read_openai(&r, "prompt_tokens", "prompt_tokens_details", "completion_tokens",
			    "completion_tokens_details");
	else if (v == MODEL_ANTHROPIC)
		read_anthropic(&r);
	else if (v == MODEL_GEMINI)
		read_gemini(&r);
	else
		read_openai(&r, "input_tokens", "input_tokens_details", "output_tokens",
			    "output_tokens_details");
	for (int i = 0; i < MODEL_CLASSES; i++)
		if (u.of[i] > MODEL_COUNT_MAX)
			wrong(&r, NULL, "", "out_of_range");
	if (e->id != E_NONE)
		return -1;
	*ret = u;
	return 0;
}

int64_t model_usage_tokens(const struct model_usage *u)
{
	int64_t sum = 0;

	for (int i = 0; i < MODEL_CLASSES; i++)
		if (i != MODEL_TOOL_UNIT)
			sum += u->of[i];
	return sum;
}
