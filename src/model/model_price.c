#include "config.h"

#include "model/model_price.h"

#define MILLION 1000000

/* Millionths of a micro-unit: nothing is lost before the one rounding. The
 * largest product is 1e9 answers of 1e9 tokens at 1e12 in 1e4 rounds: 1e34 of
 * the 1e38 there are. */
__extension__ typedef __int128 wide;

static int round_up(wide sum, int64_t *micro, struct err *e)
{
	wide whole = (sum + MILLION - 1) / MILLION;

	if (whole > INT64_MAX)
		return err_set(e, E_INVALID, "price: the amount is beyond 64 bits");
	*micro = (int64_t)whole;
	return 0;
}

int model_cost(const struct model_rates *r, const struct model_usage *u, int64_t *micro,
	       struct err *e)
{
	wide sum = 0;

	for (int i = 0; i < MODEL_CLASSES; i++) {
		if (u->of[i] < 0 || u->of[i] > MODEL_COUNT_MAX)
			return err_set(e, E_INVALID, "price: no count of %s", model_class_names[i]);
		if (u->of[i] > 0 && r->rate[i] < 0)
			return err_set(e, E_RESOURCE, "price %s: none for %s", r->version,
				       model_class_names[i]);
		if (u->of[i] > 0)
			sum += (wide)u->of[i] * r->rate[i] * (i == MODEL_TOOL_UNIT ? MILLION : 1);
	}
	return round_up(sum, micro, e);
}

/* The parts of a worst case: fixed + per_token * max_tokens. */
struct worst {
	wide fixed, per_token;
	int64_t limit; /* of max_tokens */
};

static int64_t least_one(int64_t n)
{
	return n > 1 ? n : 1;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int bounded(const struct model_ask *ask, struct err *e)
{
	const int64_t counts[] = {ask->body_bytes, ask->images, ask->prompts, ask->choices,
				  ask->max_tokens, ask->prediction_bytes};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i] < 0 || counts[i] > MODEL_COUNT_MAX)
			return err_set(e, E_INVALID, "price: a request of %lld",
				       (long long)counts[i]);
	if (ask->image_bytes < 0 || ask->image_bytes > ask->body_bytes)
		return err_set(e, E_INVALID, "price: pictures of %lld", (long long)ask->image_bytes);
	if (ask->max_tool_calls < 0 || ask->max_tool_calls > MODEL_TOOL_CALLS)
		return err_field(e, "max_tool_calls", "out_of_range");
	if ((wide)least_one(ask->prompts) * least_one(ask->choices) > MODEL_COUNT_MAX)
		return err_field(e, "n", "out_of_range");
	return 0;
}

/* The dearest rate of the classes in a mask; -1: one of them has none. */
static int64_t dearest(const struct model_rates *r, unsigned classes)
{
	int64_t most = 0;

	for (int i = 0; i < MODEL_CLASSES; i++) {
		if (!(classes & 1u << i))
			continue;
		if (r->rate[i] < 0)
			return -1;
		if (r->rate[i] > most)
			most = r->rate[i];
	}
	return most;
}

static unsigned priced(const struct model_rates *r, unsigned class)
{
	return r->rate[class] >= 0 ? 1u << class : 0;
}

static int work_out(const struct model *m, const struct model_rates *r,
		    const struct model_ask *ask, struct worst *ret, struct err *e)
{
	unsigned in = 1u << MODEL_INPUT | 1u << MODEL_CACHED_INPUT | 1u << MODEL_CACHE_WRITE;
	unsigned out = 1u << MODEL_OUTPUT | 1u << MODEL_REASONING;
	int64_t prompts = least_one(ask->prompts), rounds = 1, in_rate, out_rate, tool_rate = 0;
	wide tokens, room = (wide)prompts * m->context_tokens;

	if (bounded(ask, e) < 0)
		return -1;
	if (ask->images > 0 && m->image_tokens <= 0)
		return err_field(e, "images", "not_supported");
	if (!ask->no_answer && m->max_output_tokens == 0)
		return err_field(e, "model", "not_supported");
	if (ask->provider_tools && ask->max_tool_calls == 0)
		return err_field(e, "max_tool_calls", "required");
	if (ask->provider_tools) {
		rounds += ask->max_tool_calls;
		tool_rate = r->rate[MODEL_TOOL_UNIT];
	}
	if (ask->images > 0)
		in |= 1u << MODEL_IMAGE;
	if (ask->hidden_input || ask->provider_tools)
		in |= priced(r, MODEL_IMAGE) | priced(r, MODEL_AUDIO);
	if (ask->provider_tools)
		out |= priced(r, MODEL_IMAGE);
	if (ask->image_output)
		out |= 1u << MODEL_IMAGE;
	if (ask->audio) {
		in |= 1u << MODEL_AUDIO;
		out |= 1u << MODEL_AUDIO;
	}
	in_rate = dearest(r, in);
	out_rate = dearest(r, out);
	if (in_rate < 0 || out_rate < 0 || tool_rate < 0)
		return err_set(e, E_RESOURCE, "price %s: none for what %s can use", r->version, m->id);
	tokens = (wide)ask->body_bytes - ask->image_bytes + (wide)ask->images * m->image_tokens +
		 (wide)prompts * m->template_tokens;
	if (tokens > room || ask->hidden_input || ask->provider_tools)
		tokens = room;
	ret->limit = ask->no_answer ? 0 : m->max_output_tokens;
	if (ask->max_tokens > 0)
		ret->limit = least(ret->limit, ask->max_tokens);
	/* A round reads the answers of those before it, within the context. */
	ret->fixed = tokens * in_rate * rounds + (wide)(rounds - 1) * tool_rate * MILLION;
	ret->per_token = (wide)prompts * least_one(ask->choices) * out_rate * rounds;
	ret->fixed += ret->per_token * ask->prediction_bytes;
	return 0;
}

int64_t model_most(const struct model *m, const struct model_ask *ask)
{
	wide each = ask->max_tokens > 0 ? least(ask->max_tokens, m->max_output_tokens) : m->max_output_tokens;
	wide most = each * least_one(ask->prompts) * (ask->provider_tools ? 1 + ask->max_tool_calls : 1);

	if (ask->echo)
		most += ask->body_bytes;
	most *= least_one(ask->choices);
	return most > INT64_MAX ? INT64_MAX : (int64_t)most;
}

int model_worst(const struct model *m, const struct model_rates *r, const struct model_ask *ask,
		int64_t *micro, struct err *e)
{
	struct worst w;

	if (work_out(m, r, ask, &w, e) < 0)
		return -1;
	return round_up(w.fixed + w.per_token * w.limit, micro, e);
}

int model_fit(const struct model *m, const struct model_rates *r, const struct model_ask *ask,
	      int64_t budget, int64_t *max_tokens, struct err *e)
{
	struct worst w;
	wide left;

	if (work_out(m, r, ask, &w, e) < 0)
		return -1;
	/* Rounded up, a sum is at most `budget` when it is at most this before. */
	left = (wide)budget * MILLION - w.fixed;
	if (w.limit == 0)
		*max_tokens = left < 0 ? -1 : 0;
	else if (left < 0)
		*max_tokens = 0;
	else if (w.per_token == 0 || left / w.per_token >= w.limit)
		*max_tokens = w.limit;
	else
		*max_tokens = (int64_t)(left / w.per_token);
	return 0;
}
