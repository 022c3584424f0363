#include "config.h"

#include "model/model_price.h"
#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Micro-units per million tokens; the tool unit by the unit. */
static const struct model_rates rates = {
	"v1", 0,
	{[MODEL_INPUT] = 2500000, [MODEL_CACHED_INPUT] = 1250000, [MODEL_CACHE_WRITE] = 3125000,
	 [MODEL_OUTPUT] = 10000000, [MODEL_REASONING] = 12000000, [MODEL_AUDIO] = 40000000,
	 [MODEL_IMAGE] = 5000000, [MODEL_TOOL_UNIT] = 10000}};

struct fixture {
	enum model_vendor vendor;
	const char *json;
	struct model_usage usage;
	int64_t micro;
};

/* What providers answer, by their documentation. */
static const struct fixture fixtures[] = {
	/* 2006 - 1920 = 86 fresh, 300 - 256 = 44 visible.
	 * 86 * 2.5 + 1920 * 1.25 + 44 * 10 + 256 * 12 = 215 + 2400 + 440 + 3072 */
	{MODEL_OPENAI,
	 "{\"prompt_tokens\":2006,\"completion_tokens\":300,\"total_tokens\":2306,"
	 "\"prompt_tokens_details\":{\"cached_tokens\":1920,\"audio_tokens\":0},"
	 "\"completion_tokens_details\":{\"reasoning_tokens\":256,\"audio_tokens\":0,"
	 "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}",
	 {{[MODEL_INPUT] = 86, [MODEL_CACHED_INPUT] = 1920, [MODEL_OUTPUT] = 44,
	   [MODEL_REASONING] = 256}},
	 6127},
	/* Audio both ways: 100 - 60 = 40 text in, 50 - 30 = 20 text out, 90 audio.
	 * 40 * 2.5 + 20 * 10 + 90 * 40 = 100 + 200 + 3600 */
	{MODEL_OPENAI,
	 "{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,"
	 "\"prompt_tokens_details\":{\"audio_tokens\":60,\"text_tokens\":40},"
	 "\"completion_tokens_details\":{\"audio_tokens\":30,\"text_tokens\":20}}",
	 {{[MODEL_INPUT] = 40, [MODEL_OUTPUT] = 20, [MODEL_AUDIO] = 90}},
	 3900},
	/* Cache writes and pictures are inside the prompt: 1000 - 400 - 300 - 85 = 215.
	 * 215 * 2.5 + 400 * 1.25 + 300 * 3.125 + 85 * 5 + 10 * 10
	 * = 537.5 + 500 + 937.5 + 425 + 100 */
	{MODEL_OPENAI,
	 "{\"prompt_tokens\":1000,\"completion_tokens\":10,\"total_tokens\":1010,"
	 "\"prompt_tokens_details\":{\"cached_tokens\":400,\"cache_write_tokens\":300,"
	 "\"image_tokens\":85}}",
	 {{[MODEL_INPUT] = 215, [MODEL_CACHED_INPUT] = 400, [MODEL_CACHE_WRITE] = 300,
	   [MODEL_IMAGE] = 85, [MODEL_OUTPUT] = 10}},
	 2500},
	/* Embeddings: 7 * 2.5 = 17.5, rounded up. */
	{MODEL_OPENAI, "{\"prompt_tokens\":7,\"total_tokens\":7}", {{[MODEL_INPUT] = 7}}, 18},
	/* Details that are null are not there: 3 * 2.5 + 1 * 10 = 17.5 */
	{MODEL_OPENAI,
	 "{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4,"
	 "\"prompt_tokens_details\":null,\"completion_tokens_details\":{\"reasoning_tokens\":null}}",
	 {{[MODEL_INPUT] = 3, [MODEL_OUTPUT] = 1}},
	 18},
	/* 800 * 2.5 + 200 * 1.25 + 40 * 10 + 10 * 12 = 2000 + 250 + 400 + 120 */
	{MODEL_RESPONSES,
	 "{\"input_tokens\":1000,\"input_tokens_details\":{\"cached_tokens\":200},"
	 "\"output_tokens\":50,\"output_tokens_details\":{\"reasoning_tokens\":10},"
	 "\"total_tokens\":1050}",
	 {{[MODEL_INPUT] = 800, [MODEL_CACHED_INPUT] = 200, [MODEL_OUTPUT] = 40,
	   [MODEL_REASONING] = 10}},
	 2770},
	/* Cache reads and writes stand beside the input.
	 * 21 * 2.5 + 4096 * 1.25 + 188 * 3.125 + 393 * 10 + 2 * 10000
	 * = 52.5 + 5120 + 587.5 + 3930 + 20000 */
	{MODEL_ANTHROPIC,
	 "{\"input_tokens\":21,\"cache_creation_input_tokens\":188,"
	 "\"cache_read_input_tokens\":4096,\"output_tokens\":393,"
	 "\"cache_creation\":{\"ephemeral_5m_input_tokens\":188},"
	 "\"server_tool_use\":{\"web_search_requests\":2},\"service_tier\":\"standard\"}",
	 {{[MODEL_INPUT] = 21, [MODEL_CACHED_INPUT] = 4096, [MODEL_CACHE_WRITE] = 188,
	   [MODEL_OUTPUT] = 393, [MODEL_TOOL_UNIT] = 2}},
	 29690},
	/* Thoughts stand beside candidates: 500 - 300 = 200 fresh.
	 * 200 * 2.5 + 300 * 1.25 + 80 * 10 + 120 * 12 = 500 + 375 + 800 + 1440 */
	{MODEL_GEMINI,
	 "{\"promptTokenCount\":500,\"candidatesTokenCount\":80,\"thoughtsTokenCount\":120,"
	 "\"cachedContentTokenCount\":300,\"totalTokenCount\":700}",
	 {{[MODEL_INPUT] = 200, [MODEL_CACHED_INPUT] = 300, [MODEL_OUTPUT] = 80,
	   [MODEL_REASONING] = 120}},
	 3115},
	/* Modalities: 1000 - 258 - 40 = 702 text, of tools 18 more.
	 * 720 * 2.5 + 40 * 40 + 258 * 5 + 5 * 10 = 1800 + 1600 + 1290 + 50 */
	{MODEL_GEMINI,
	 "{\"promptTokenCount\":1000,\"candidatesTokenCount\":5,\"toolUsePromptTokenCount\":18,"
	 "\"totalTokenCount\":1023,\"promptTokensDetails\":["
	 "{\"modality\":\"TEXT\",\"tokenCount\":702},{\"modality\":\"IMAGE\",\"tokenCount\":258},"
	 "{\"modality\":\"AUDIO\",\"tokenCount\":40}]}",
	 {{[MODEL_INPUT] = 720, [MODEL_OUTPUT] = 5, [MODEL_AUDIO] = 40, [MODEL_IMAGE] = 258}},
	 4740},
	/* Gemini's OpenAI interface: only the total knows of 60 thoughts.
	 * 10 * 2.5 + 30 * 10 + 60 * 12 = 25 + 300 + 720 */
	{MODEL_GEMINI, "{\"prompt_tokens\":10,\"completion_tokens\":30,\"total_tokens\":100}",
	 {{[MODEL_INPUT] = 10, [MODEL_OUTPUT] = 30, [MODEL_REASONING] = 60}},
	 1045},
	/* Reasoning stands beside the completion: 32 - 6 = 26 fresh.
	 * 26 * 2.5 + 6 * 1.25 + 9 * 10 + 240 * 12 + 3 * 10000
	 * = 65 + 7.5 + 90 + 2880 + 30000 = 33042.5 */
	{MODEL_XAI,
	 "{\"prompt_tokens\":32,\"completion_tokens\":9,\"total_tokens\":281,"
	 "\"prompt_tokens_details\":{\"text_tokens\":32,\"audio_tokens\":0,\"image_tokens\":0,"
	 "\"cached_tokens\":6},\"completion_tokens_details\":{\"reasoning_tokens\":240,"
	 "\"audio_tokens\":0},\"num_sources_used\":3}",
	 {{[MODEL_INPUT] = 26, [MODEL_CACHED_INPUT] = 6, [MODEL_OUTPUT] = 9,
	   [MODEL_REASONING] = 240, [MODEL_TOOL_UNIT] = 3}},
	 33043},
	/* The total says that this one counts as OpenAI does: 250 - 240 = 10 visible.
	 * 32 * 2.5 + 10 * 10 + 240 * 12 = 80 + 100 + 2880 */
	{MODEL_XAI,
	 "{\"prompt_tokens\":32,\"completion_tokens\":250,\"total_tokens\":282,"
	 "\"completion_tokens_details\":{\"reasoning_tokens\":240}}",
	 {{[MODEL_INPUT] = 32, [MODEL_OUTPUT] = 10, [MODEL_REASONING] = 240}},
	 3060},
};

static void test_vendors_to_the_micro_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fixtures); i++) {
		const struct fixture *f = &fixtures[i];
		struct model_usage u;
		struct err e = {0};
		int64_t micro;

		if (model_usage_read(f->vendor, f->json, strlen(f->json), &u, &e) != 0)
			fail_msg("%zu: %s", i, e.detail);
		for (int k = 0; k < MODEL_CLASSES; k++)
			if (u.of[k] != f->usage.of[k])
				fail_msg("%zu: %s is %lld", i, model_class_names[k],
					 (long long)u.of[k]);
		assert_int_equal(model_cost(&rates, &u, &micro, &e), 0);
		assert_int_equal(micro, f->micro);
	}
}

static void test_usage_that_contradicts_itself(void **state)
{
	static const struct {
		enum model_vendor vendor;
		const char *json, *field, *code;
	} cases[] = {
		{MODEL_OPENAI, "", "usage", "malformed"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1", "usage", "malformed"},
		{MODEL_OPENAI, "[1]", "usage", "not_an_object"},
		{MODEL_OPENAI, "null", "usage", "not_an_object"},
		{MODEL_OPENAI, "{}", "usage.input_tokens", "required"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1}", "usage.completion_tokens", "required"},
		{MODEL_OPENAI, "{\"prompt_tokens\":2,\"total_tokens\":3}", "usage.completion_tokens",
		 "required"},
		{MODEL_OPENAI, "{\"prompt_tokens\":-1,\"completion_tokens\":1}",
		 "usage.prompt_tokens", "negative"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1.0,\"completion_tokens\":1}",
		 "usage.prompt_tokens", "not_an_integer"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1e3,\"completion_tokens\":1}",
		 "usage.prompt_tokens", "not_an_integer"},
		{MODEL_OPENAI, "{\"prompt_tokens\":\"1\",\"completion_tokens\":1}",
		 "usage.prompt_tokens", "not_an_integer"},
		{MODEL_OPENAI, "{\"prompt_tokens\":99999999999999999999,\"completion_tokens\":1}",
		 "usage.prompt_tokens", "not_an_integer"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1000000001,\"completion_tokens\":1}",
		 "usage.prompt_tokens", "out_of_range"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,\"prompt_tokens\":0}",
		 "usage.prompt_tokens", "twice"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,\"prompt_\\u0074okens\":0}",
		 "usage.prompt_tokens", "twice"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":3}",
		 "usage.total_tokens", "not_the_sum"},
		{MODEL_OPENAI,
		 "{\"prompt_tokens\":10,\"completion_tokens\":1,"
		 "\"prompt_tokens_details\":{\"cached_tokens\":11}}",
		 "usage.prompt_tokens", "too_many"},
		{MODEL_OPENAI,
		 "{\"prompt_tokens\":10,\"completion_tokens\":1,"
		 "\"prompt_tokens_details\":{\"cached_tokens\":6,\"audio_tokens\":6}}",
		 "usage.prompt_tokens", "too_many"},
		{MODEL_OPENAI,
		 "{\"prompt_tokens\":10,\"completion_tokens\":5,"
		 "\"completion_tokens_details\":{\"reasoning_tokens\":6}}",
		 "usage.completion_tokens", "too_many"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,"
		 "\"prompt_tokens_details\":3}", "usage.prompt_tokens_details", "not_an_object"},
		{MODEL_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,"
		 "\"prompt_tokens_details\":{\"cached_tokens\":-2}}",
		 "usage.prompt_tokens_details.cached_tokens", "negative"},
		{MODEL_RESPONSES, "{\"input_tokens\":5}", "usage.output_tokens", "required"},
		{MODEL_ANTHROPIC, "{\"input_tokens\":5}", "usage.output_tokens", "required"},
		{MODEL_ANTHROPIC, "{\"input_tokens\":5,\"output_tokens\":true}",
		 "usage.output_tokens", "not_an_integer"},
		{MODEL_GEMINI, "{\"candidatesTokenCount\":5}", "usage.promptTokenCount", "required"},
		{MODEL_GEMINI, "{\"promptTokenCount\":5,\"cachedContentTokenCount\":6}",
		 "usage.promptTokenCount", "too_many"},
		{MODEL_GEMINI,
		 "{\"promptTokenCount\":5,\"candidatesTokenCount\":6,\"totalTokenCount\":10}",
		 "usage.totalTokenCount", "not_the_sum"},
		{MODEL_XAI,
		 "{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":9,"
		 "\"completion_tokens_details\":{\"reasoning_tokens\":4}}",
		 "usage.total_tokens", "not_the_sum"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct model_usage u = {{99}};
		struct err e = {0};

		if (model_usage_read(cases[i].vendor, cases[i].json, strlen(cases[i].json), &u, &e) !=
		    -1)
			fail_msg("%zu was taken", i);
		assert_int_equal(u.of[0], 99);
		assert_string_equal(e.fields[0].name, cases[i].field);
		assert_string_equal(e.fields[0].code, cases[i].code);
	}
}

static void test_one_rounding(void **state)
{
	/* 0.15 + 0.075 + 0.6 = 0.825: one micro-unit, not three. */
	const struct model_rates r = {
		"v", 0, {150000, 75000, 0, 600000, -1, -1, -1, INT64_C(7)}};
	struct model_usage u = {{1, 1, 0, 1, 0, 0, 0, 0}};
	struct err e = {0};
	int64_t micro;

	(void)state;
	assert_int_equal(model_cost(&r, &u, &micro, &e), 0);
	assert_int_equal(micro, 1);
	/* 1.65: two. */
	u = (struct model_usage){{2, 2, 0, 2, 0, 0, 0, 0}};
	assert_int_equal(model_cost(&r, &u, &micro, &e), 0);
	assert_int_equal(micro, 2);
	/* Exactly 33 stays 33, and a unit is a unit. */
	u = (struct model_usage){{40, 40, 5, 40, 0, 0, 0, 3}};
	assert_int_equal(model_cost(&r, &u, &micro, &e), 0);
	assert_int_equal(micro, 33 + 3 * 7);
	u = (struct model_usage){{0}};
	assert_int_equal(model_cost(&r, &u, &micro, &e), 0);
	assert_int_equal(micro, 0);
	/* No price is no zero. */
	u.of[MODEL_REASONING] = 1;
	assert_int_equal(model_cost(&r, &u, &micro, &e), -1);
	assert_int_equal(e.id, E_RESOURCE);
}

static void test_cost_is_checked(void **state)
{
	struct model_rates r = rates;
	struct model_usage u = {{0}};
	struct err e = {0};
	int64_t micro;

	(void)state;
	for (int i = 0; i < MODEL_CLASSES; i++) {
		r.rate[i] = MODEL_RATE_MAX;
		u.of[i] = i == MODEL_TOOL_UNIT ? 0 : MODEL_COUNT_MAX;
	}
	/* 7 * 1e9 * 1e12 / 1e6 still fits; */
	assert_int_equal(model_cost(&r, &u, &micro, &e), 0);
	assert_true(micro == INT64_C(7000000000000000));
	/* 1e9 units of 1e12 do not. */
	u.of[MODEL_TOOL_UNIT] = MODEL_COUNT_MAX;
	assert_int_equal(model_cost(&r, &u, &micro, &e), -1);
	assert_int_equal(e.id, E_INVALID);
	err_clear(&e);
	u = (struct model_usage){{-1}};
	assert_int_equal(model_cost(&r, &u, &micro, &e), -1);
	assert_int_equal(e.id, E_INVALID);
}

static const struct model model = {.id = "m", .context_tokens = 1000, .max_output_tokens = 200,
				   .image_tokens = 300};

static int64_t worst(const struct model_ask *ask)
{
	struct err e = {0};
	int64_t micro;

	if (model_worst(&model, &rates, ask, &micro, &e) != 0)
		fail_msg("%s", e.detail);
	return micro;
}

static void test_worst_by_hand(void **state)
{
	(void)state;
	/* 100 bytes at cache write, 50 tokens of reasoning: 312.5 + 600 */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 100, .max_tokens = 50}), 913);
	/* No bound: the model's 200: 312.5 + 2400 */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 100}), 2713);
	/* A bound beyond the model's is the model's. */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 100, .max_tokens = 900}), 2713);
	/* Three choices of 50: 312.5 + 1800 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 100, .max_tokens = 50, .choices = 3}), 2113);
	/* Never more than the context: 3125 + 600 */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 900000, .max_tokens = 50}), 3725);
	/* Two prompts, each with its context and its answers: 6250 + 1200 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 900000, .max_tokens = 50, .prompts = 2}), 7450);
	/* Pictures: 100 + 600 tokens at 5, the dearest now: 3500 + 600 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 100, .images = 2, .max_tokens = 50}), 4100);
	/* Audio at 40 both ways: 4000 + 2000 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 100, .audio = true, .max_tokens = 50}), 6000);
	/* What is not in the body may be anything, as long as the context: 40000 + 600 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 100, .hidden_input = true, .max_tokens = 50}),
		40600);
	/* A picture of 90000 bytes in the body is worth its tokens, as one behind a link. */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 90100, .images = 1, .image_bytes = 90000, .max_tokens = 50}),
			 worst(&(struct model_ask){.body_bytes = 100, .images = 1, .max_tokens = 50}));
	/* Two calls of a tool are three rounds: 3 * (40000 + 600) + 2 * 10000 */
	assert_int_equal(worst(&(struct model_ask){.body_bytes = 100, .provider_tools = true,
						   .max_tool_calls = 2, .max_tokens = 50}),
			 141800);
	/* 16 rejected tokens at 12 more: 312.5 + 600 + 192 */
	assert_int_equal(
		worst(&(struct model_ask){.body_bytes = 100, .max_tokens = 50, .prediction_bytes = 16}),
		1105);
}

/* What a stream may hold is what was reserved for. */
static void test_most_tokens(void **state)
{
	static const struct {
		struct model_ask ask;
		int64_t tokens;
	} cases[] = {
		{{.max_tokens = 50}, 50},
		{{.max_tokens = 50, .prompts = 64, .choices = 3}, 9600},
		{{.max_tokens = 50, .choices = 3, .echo = true, .body_bytes = 1000}, 3150},
		{{.max_tokens = 50, .provider_tools = true, .max_tool_calls = 2}, 150},
		{{.max_tokens = MODEL_COUNT_MAX, .prompts = 1000000, .choices = 128, .provider_tools = true,
		  .max_tool_calls = MODEL_TOOL_CALLS}, INT64_MAX},
	};
	struct model large = model;

	(void)state;
	large.max_output_tokens = 100000000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(model_most(&large, &cases[i].ask), cases[i].tokens);
	assert_int_equal(model_most(&model, &(struct model_ask){0}), model.max_output_tokens);
}

static void test_worst_holds_the_template(void **state)
{
	struct model wordy = model;
	struct model_ask ask = {.body_bytes = 100, .max_tokens = 50, .prompts = 2};
	struct err e = {0};
	int64_t micro;

	(void)state;
	/* 100 bytes and twice 80 tokens: 260 * 3.125 + 2 * 50 * 12 = 812.5 + 1200 */
	wordy.template_tokens = 80;
	assert_int_equal(model_worst(&wordy, &rates, &ask, &micro, &e), 0);
	assert_int_equal(micro, 2013);
}

static void refused(const struct model *m, const struct model_rates *r, const struct model_ask *ask,
		    enum err_id id, const char *field)
{
	struct err e = {0};
	int64_t micro;

	assert_int_equal(model_worst(m, r, ask, &micro, &e), -1);
	assert_int_equal(e.id, id);
	if (field != NULL)
		assert_string_equal(e.fields[0].name, field);
}

static void test_no_bound_no_call(void **state)
{
	struct model blind = model;
	struct model_rates part = rates;

	(void)state;
	blind.image_tokens = 0;
	refused(&blind, &rates, &(struct model_ask){.images = 1}, E_INVALID, "images");
	blind.max_output_tokens = 0;
	refused(&blind, &rates, &(struct model_ask){.body_bytes = 1}, E_INVALID, "model");
	refused(&model, &rates, &(struct model_ask){.provider_tools = true}, E_INVALID,
		"max_tool_calls");
	refused(&model, &rates, &(struct model_ask){.provider_tools = true, .max_tool_calls = 10001},
		E_INVALID, "max_tool_calls");
	refused(&model, &rates, &(struct model_ask){.body_bytes = 10, .image_bytes = 11}, E_INVALID, NULL);
	refused(&model, &rates, &(struct model_ask){.prompts = 100000000, .choices = 128}, E_INVALID,
		"n");
	refused(&model, &rates, &(struct model_ask){.body_bytes = -1}, E_INVALID, NULL);
	refused(&model, &rates, &(struct model_ask){.body_bytes = INT64_MAX}, E_INVALID, NULL);
	part.rate[MODEL_AUDIO] = part.rate[MODEL_TOOL_UNIT] = -1;
	refused(&model, &part, &(struct model_ask){.audio = true}, E_RESOURCE, NULL);
	refused(&model, &part, &(struct model_ask){.provider_tools = true, .max_tool_calls = 1},
		E_RESOURCE, NULL);
	part.rate[MODEL_REASONING] = -1;
	refused(&model, &part, &(struct model_ask){.body_bytes = 1}, E_RESOURCE, NULL);
}

static int64_t below(uint64_t *seed, int64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(*seed >> 33) % n;
}

/* A usage that a call can have never costs more than was reserved. */
static void test_worst_is_an_upper_bound(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct model_ask ask = {.body_bytes = below(&seed, 3000), .images = below(&seed, 3),
					.audio = below(&seed, 2), .choices = below(&seed, 4),
					.max_tokens = below(&seed, 300)};
		int64_t in = ask.body_bytes + ask.images * model.image_tokens, out = ask.max_tokens;
		struct model_usage u = {{0}};
		struct err e = {0};
		int64_t micro;

		if (in > model.context_tokens)
			in = model.context_tokens;
		if (out == 0 || out > model.max_output_tokens)
			out = model.max_output_tokens;
		out *= ask.choices > 0 ? ask.choices : 1;
		u.of[MODEL_CACHE_WRITE] = below(&seed, in + 1);
		in -= u.of[MODEL_CACHE_WRITE];
		u.of[ask.images > 0 ? MODEL_IMAGE : MODEL_CACHED_INPUT] = below(&seed, in + 1);
		in -= u.of[MODEL_IMAGE] + u.of[MODEL_CACHED_INPUT];
		u.of[ask.audio ? MODEL_AUDIO : MODEL_INPUT] += in;
		u.of[MODEL_REASONING] = below(&seed, out + 1);
		u.of[MODEL_OUTPUT] = out - u.of[MODEL_REASONING];
		assert_int_equal(model_cost(&rates, &u, &micro, &e), 0);
		assert_true(micro <= worst(&ask));
	}
}

static void test_fit_is_the_largest(void **state)
{
	uint64_t seed = 3;
	struct err e = {0};
	int64_t max;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct model_ask ask = {.body_bytes = below(&seed, 1500), .choices = below(&seed, 4),
					.max_tokens = below(&seed, 300)};
		int64_t budget = below(&seed, 12000), limit = ask.max_tokens;

		if (limit == 0 || limit > model.max_output_tokens)
			limit = model.max_output_tokens;
		assert_int_equal(model_fit(&model, &rates, &ask, budget, &max, &e), 0);
		assert_in_range(max, 0, limit);
		ask.max_tokens = max;
		if (max > 0)
			assert_true(worst(&ask) <= budget);
		ask.max_tokens = max + 1;
		if (max < limit)
			assert_true(worst(&ask) > budget);
	}
	/* Without output there is nothing to shorten: it fits or it does not. */
	{
		struct model embed = model;
		struct model_ask ask = {.body_bytes = 100, .no_answer = true};

		assert_int_equal(model_fit(&model, &rates, &ask, 313, &max, &e), 0);
		assert_int_equal(max, 0);
		embed.max_output_tokens = 0;
		assert_int_equal(model_fit(&embed, &rates, &ask, 313, &max, &e), 0);
		assert_int_equal(max, 0);
		assert_int_equal(model_fit(&embed, &rates, &ask, 312, &max, &e), 0);
		assert_int_equal(max, -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vendors_to_the_micro_unit),
		cmocka_unit_test(test_usage_that_contradicts_itself),
		cmocka_unit_test(test_one_rounding),
		cmocka_unit_test(test_cost_is_checked),
		cmocka_unit_test(test_worst_by_hand),
		cmocka_unit_test(test_most_tokens),
		cmocka_unit_test(test_worst_holds_the_template),
		cmocka_unit_test(test_no_bound_no_call),
		cmocka_unit_test(test_worst_is_an_upper_bound),
		cmocka_unit_test(test_fit_is_the_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
