#include "config.h"

#include "base/check.h"
#include "model/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(32u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* 3 and 15 units for a million tokens, a tenth for cached input, a quarter more
 * for writing to the cache, reasoning dearer than output. */
static const struct model_price price = {
	"t", {[MODEL_INPUT] = 3000000, [MODEL_CACHED_INPUT] = 300000, [MODEL_CACHE_WRITE] = 3750000,
	      [MODEL_OUTPUT] = 15000000, [MODEL_REASONING] = 20000000}};

/* Worked out by hand, in micro-units:
 * openai     800×3 + 200×0.3 + 40×15 + 10×20                 = 3260
 * responses  the same counts under the other names            = 3260
 * anthropic  100×3 + 5000×0.3 + 40×3.75 + 7×15                = 2055
 * gemini     700×3 + 300×0.3 + 20×15 + 30×20                  = 3090
 * xai        90×3 + 10×0.3 + 5×15 + 100×20                    = 2348
 * one token  1×0.3, rounded up                                = 1 */
static const struct {
	const char *name;
	enum model_vendor vendor;
	const char *json;
	struct model_tokens want;
	int64_t micro;
} fixtures[] = {
	{"openai", MODEL_BY_OPENAI,
	 "{\"prompt_tokens\":1000,\"completion_tokens\":50,\"total_tokens\":1050,"
	 "\"prompt_tokens_details\":{\"cached_tokens\":200,\"audio_tokens\":0},"
	 "\"completion_tokens_details\":{\"reasoning_tokens\":10,\"accepted_prediction_tokens\":0}}",
	 {{800, 200, 0, 40, 10, 0}}, 3260},
	{"responses", MODEL_BY_OPENAI,
	 "{\"input_tokens\":1000,\"input_tokens_details\":{\"cached_tokens\":200},\"output_tokens\":50,"
	 "\"output_tokens_details\":{\"reasoning_tokens\":10},\"total_tokens\":1050}",
	 {{800, 200, 0, 40, 10, 0}}, 3260},
	{"anthropic", MODEL_BY_ANTHROPIC,
	 "{\"input_tokens\":100,\"cache_read_input_tokens\":5000,\"cache_creation_input_tokens\":40,"
	 "\"output_tokens\":7}",
	 {{100, 5000, 40, 7, 0, 0}}, 2055},
	{"gemini", MODEL_BY_GEMINI,
	 "{\"promptTokenCount\":1000,\"cachedContentTokenCount\":300,\"candidatesTokenCount\":20,"
	 "\"thoughtsTokenCount\":30,\"totalTokenCount\":1050}",
	 {{700, 300, 0, 20, 30, 0}}, 3090},
	{"xai", MODEL_BY_XAI,
	 "{\"prompt_tokens\":100,\"completion_tokens\":5,\"total_tokens\":205,"
	 "\"prompt_tokens_details\":{\"cached_tokens\":10},"
	 "\"completion_tokens_details\":{\"reasoning_tokens\":100}}",
	 {{90, 10, 0, 5, 100, 0}}, 2348},
	{"embedding", MODEL_BY_OPENAI, "{\"prompt_tokens\":7,\"total_tokens\":7}", {{7}}, 21},
	{"one token", MODEL_BY_OPENAI,
	 "{\"prompt_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":1},\"completion_tokens\":0}",
	 {{0, 1}}, 1},
	{"nothing", MODEL_BY_OPENAI, "{\"prompt_tokens\":0,\"completion_tokens\":0}", {{0}}, 0},
};

static void vendors_are_counted_to_the_micro_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fixtures); i++) {
		struct model_tokens t;
		struct err e = {0};

		if (model_usage(a, fixtures[i].vendor, fixtures[i].json, strlen(fixtures[i].json), &t, &e) < 0)
			fail_msg("%s: %s", fixtures[i].name, e.detail);
		if (memcmp(&t, &fixtures[i].want, sizeof(t)) != 0)
			fail_msg("%s: %s", fixtures[i].name, model_tokens_json(a, &t));
		if (model_cost(&price, &t) != fixtures[i].micro)
			fail_msg("%s: %lld", fixtures[i].name, (long long)model_cost(&price, &t));
	}
}

static void a_usage_that_contradicts_itself_is_refused(void **state)
{
	static const struct {
		enum model_vendor vendor;
		const char *json;
	} rows[] = {
		{MODEL_BY_OPENAI, ""}, {MODEL_BY_OPENAI, "[]"}, {MODEL_BY_OPENAI, "{}"},
		{MODEL_BY_OPENAI, "{\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":-1,\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":-5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":1.5,\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":\"1\",\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":true,\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":100000001,\"completion_tokens\":5}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":2}}"},
		{MODEL_BY_OPENAI, "{\"prompt_tokens\":1,\"completion_tokens\":1,"
				  "\"completion_tokens_details\":{\"reasoning_tokens\":2}}"},
		{MODEL_BY_GEMINI, "{\"promptTokenCount\":1,\"cachedContentTokenCount\":2}"},
		{MODEL_BY_ANTHROPIC, "{\"input_tokens\":1,\"cache_read_input_tokens\":-2}"},
		{MODEL_BY_XAI, "{\"input_tokens\":1}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct model_tokens t;
		struct err e = {0};

		if (model_usage(a, rows[i].vendor, rows[i].json, strlen(rows[i].json), &t, &e) == 0)
			fail_msg("taken: %s", rows[i].json);
		assert_int_equal(e.id, E_UPSTREAM);
	}
}

static struct model some_model(void)
{
	return (struct model){.context = 1000, .max_output = 100, .image_tokens = 50, .price = price};
}

/* 200 bytes and an image: at most 250 tokens at 3.75; 10 tokens out at 20. */
static void the_worst_case_is_a_bound(void **state)
{
	struct model m = some_model();

	(void)state;
	assert_int_equal(model_worst(&m, 200, 1, 10, 1), 938 + 200);
	assert_int_equal(model_worst(&m, 200, 1, 10, 3), 938 + 600);
	assert_int_equal(model_worst(&m, 200, 1, 0, 1), 938 + 2000);    /* the model's limit */
	assert_int_equal(model_worst(&m, 200, 1, 99999, 1), 938 + 2000);
	assert_int_equal(model_worst(&m, 2 << 20, 9, 10, 1), 3750 + 200); /* the context's limit */
	/* No usage within what was asked for costs more, whatever its classes. */
	for (size_t i = 0; i < MODEL_CLASSES; i++) {
		struct model_tokens t = {{0}};

		t.n[i] = i < MODEL_OUTPUT ? 200 : 10;
		assert_true(model_cost(&price, &t) <= model_worst(&m, 200, 0, 10, 1));
	}
}

static void what_fits_costs_no_more(void **state)
{
	struct model m = some_model();

	(void)state;
	for (int64_t micro = 0; micro < 4000; micro += 7) {
		int64_t fits = model_fit(&m, 200, 1, 1, micro);

		assert_in_range(fits, 0, 100);
		if (fits > 0)
			assert_true(model_worst(&m, 200, 1, fits, 1) <= micro);
		if (fits > 0 && fits < 100)
			assert_true(model_worst(&m, 200, 1, fits + 1, 1) > micro);
	}
	assert_int_equal(model_fit(&m, 200, 1, 1, 937), 0);
	assert_int_equal(model_fit(&m, 200, 1, 1, INT64_MAX), 100);
	memset(&m.price, 0, sizeof(m.price));
	assert_int_equal(model_fit(&m, 200, 1, 1, 0), 100); /* what costs nothing fits */
}

/* The largest tokens and prices there can be stay within 63 bits. */
static void nothing_overflows(void **state)
{
	struct model m = {.context = MODEL_TOKENS_MAX, .max_output = MODEL_TOKENS_MAX};
	struct model_tokens t;

	(void)state;
	for (size_t i = 0; i < MODEL_CLASSES; i++) {
		m.price.per_million[i] = MODEL_PRICE_MAX;
		t.n[i] = MODEL_TOKENS_MAX;
	}
	assert_int_equal(model_cost(&m.price, &t), MODEL_CLASSES * INT64_C(100000000000));
	assert_true(model_worst(&m, SIZE_MAX / 4, 1000, 0, 64) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vendors_are_counted_to_the_micro_unit),
		cmocka_unit_test(a_usage_that_contradicts_itself_is_refused),
		cmocka_unit_test(the_worst_case_is_a_bound),
		cmocka_unit_test(what_fits_costs_no_more),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
