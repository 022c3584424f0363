#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/jw.h"

#include <string.h>

/*
 * How vendors count. OpenAI's totals include their parts (cached input,
 * reasoning); Anthropic's input leaves out what was read from or written to the
 * cache; Gemini's candidates leave out the thoughts; xAI's completion leaves
 * out the reasoning. The names differ between a vendor's interfaces: the
 * alternatives stand side by side.
 */
static const struct {
	const char *in[2], *in_parts[2], *cached, *write;
	bool cached_inside;
	const char *out[2], *out_parts[2], *reasoning;
	bool reasoning_inside;
} vendors[MODEL_VENDORS] = {
	[MODEL_BY_OPENAI] = {{"prompt_tokens", "input_tokens"},
			     {"prompt_tokens_details", "input_tokens_details"}, "cached_tokens", NULL, true,
			     {"completion_tokens", "output_tokens"},
			     {"completion_tokens_details", "output_tokens_details"},
			     "reasoning_tokens", true},
	[MODEL_BY_ANTHROPIC] = {{"input_tokens"}, {NULL}, "cache_read_input_tokens",
				"cache_creation_input_tokens", false, {"output_tokens"}, {NULL}, NULL, true},
	[MODEL_BY_GEMINI] = {{"promptTokenCount"}, {NULL}, "cachedContentTokenCount", NULL, true,
			     {"candidatesTokenCount"}, {NULL}, "thoughtsTokenCount", false},
	[MODEL_BY_XAI] = {{"prompt_tokens"}, {"prompt_tokens_details"}, "cached_tokens", NULL, true,
			  {"completion_tokens"}, {"completion_tokens_details"}, "reasoning_tokens", false},
};

/* The first that is there. */
static const struct json *either(const struct json *j, const char *const names[2])
{
	const struct json *v = names[0] ? json_get(j, names[0]) : NULL;

	return v == NULL && names[1] != NULL ? json_get(j, names[1]) : v;
}

static int count(const struct json *v, int64_t dflt, int64_t *ret, struct err *e)
{
	*ret = json_int(v, dflt);
	if (json_kind(v) != JSON_INT && json_kind(v) != JSON_NULL)
		return err_set(e, E_UPSTREAM, "usage: not a whole number");
	if (*ret < 0 || *ret > MODEL_TOKENS_MAX)
		return err_set(e, E_UPSTREAM, "usage: missing, negative or absurd");
	return 0;
}

/* Take a part out of its total. */
static int part_of(int64_t *total, int64_t part, struct err *e)
{
	if (part > *total)
		return err_set(e, E_UPSTREAM, "usage: a part is larger than its total");
	*total -= part;
	return 0;
}

int model_usage(struct arena *a, enum model_vendor vendor, const char *json, size_t n,
		struct model_tokens *ret, struct err *e)
{
	const struct json *j = json_parse(a, json, n, e), *in, *out;
	const typeof(vendors[0]) *v = &vendors[vendor];
	int64_t *t = ret->n;

	memset(ret, 0, sizeof(*ret));
	err_clear(e); /* that the text was bad is upstream's fault, not the caller's */
	if (json_kind(j) != JSON_OBJECT)
		return err_set(e, E_UPSTREAM, "usage: not an object");
	in = v->in_parts[0] ? either(j, v->in_parts) : j;
	out = v->out_parts[0] ? either(j, v->out_parts) : j;
	if (count(either(j, v->in), -1, &t[MODEL_INPUT], e) < 0 ||
	    count(either(j, v->out), 0, &t[MODEL_OUTPUT], e) < 0 ||
	    count(json_get(in, v->cached), 0, &t[MODEL_CACHED_INPUT], e) < 0 ||
	    count(v->write ? json_get(in, v->write) : NULL, 0, &t[MODEL_CACHE_WRITE], e) < 0 ||
	    count(v->reasoning ? json_get(out, v->reasoning) : NULL, 0, &t[MODEL_REASONING], e) < 0)
		return -1;
	if (v->cached_inside && part_of(&t[MODEL_INPUT], t[MODEL_CACHED_INPUT], e) < 0)
		return -1;
	if (v->reasoning_inside && part_of(&t[MODEL_OUTPUT], t[MODEL_REASONING], e) < 0)
		return -1;
	return 0;
}

/* Tokens and prices are bounded so that nothing here can overflow. */
static int64_t millionth(int64_t sum)
{
	return sum / 1000000 + (sum % 1000000 != 0);
}

int64_t model_cost(const struct model_price *p, const struct model_tokens *t)
{
	int64_t sum = 0;

	for (size_t i = 0; i < MODEL_CLASSES; i++)
		sum += p->per_million[i] * t->n[i];
	return millionth(sum);
}

static int64_t dearest(const struct model_price *p, enum model_class from, enum model_class to)
{
	int64_t most = p->per_million[MODEL_AUDIO];

	for (enum model_class i = from; i <= to; i++)
		if (p->per_million[i] > most)
			most = p->per_million[i];
	return most;
}

static int64_t worst_input(const struct model *m, size_t body_bytes, size_t images)
{
	int64_t tokens = (int64_t)body_bytes + (int64_t)images * m->image_tokens;

	return (tokens < m->context ? tokens : m->context) *
	       dearest(&m->price, MODEL_INPUT, MODEL_CACHE_WRITE);
}

int64_t model_worst(const struct model *m, size_t body_bytes, size_t images, int64_t max_tokens,
		    int64_t choices)
{
	int64_t out = max_tokens > 0 && max_tokens < m->max_output ? max_tokens : m->max_output;

	return millionth(worst_input(m, body_bytes, images) +
			 out * choices * dearest(&m->price, MODEL_OUTPUT, MODEL_REASONING));
}

int64_t model_fit(const struct model *m, size_t body_bytes, size_t images, int64_t choices,
		  int64_t micro)
{
	int64_t each = choices * dearest(&m->price, MODEL_OUTPUT, MODEL_REASONING), left, n;

	if (micro > INT64_MAX / 1000000)
		micro = INT64_MAX / 1000000;
	left = micro * 1000000 - worst_input(m, body_bytes, images);
	if (left < 0)
		return 0;
	n = each > 0 ? left / each : m->max_output;
	return n < m->max_output ? n : m->max_output;
}

const char *model_tokens_json(struct arena *a, const struct model_tokens *t)
{
	static const char *const names[MODEL_CLASSES] = {"input",  "cached_input", "cache_write",
							 "output", "reasoning",    "audio"};
	struct buf b;
	struct jw j;

	buf_init(&b, a, 512);
	jw_init(&j, &b);
	jw_object(&j);
	for (size_t i = 0; i < MODEL_CLASSES; i++)
		if (t->n[i] != 0)
			jw_kint(&j, names[i], t->n[i]);
	jw_end_object(&j);
	return buf_str(&b);
}
