/*
 * Model usage: what a provider says a call has used, in classes that never
 * overlap.
 *
 * Providers count differently: some put cached tokens inside the prompt's and
 * some beside them, some put reasoning inside the completion's and some not.
 * Here each token is in exactly one class, so that a sum over classes is a
 * price. An object that contradicts itself is refused: the caller settles at
 * what was reserved, never at a guess that is lower.
 */
#pragma once
#include "base/err.h"

#include <stdint.h>

enum model_class {
	MODEL_INPUT,        /* fresh text of the request */
	MODEL_CACHED_INPUT, /* read from the provider's cache */
	MODEL_CACHE_WRITE,  /* written into it */
	MODEL_OUTPUT,       /* the visible answer */
	MODEL_REASONING,
	MODEL_AUDIO, /* of request and answer */
	MODEL_IMAGE, /* of request and answer, where the provider tells them apart */
	MODEL_TOOL_UNIT, /* calls of the provider's own tools: units, not tokens */
	MODEL_CLASSES
};

/* "input", "cached_input", …: as the catalog spells them. */
extern const char *const model_class_names[MODEL_CLASSES];

enum model_vendor {
	MODEL_OPENAI,    /* prompt_tokens holds cached and audio, completion_tokens reasoning */
	MODEL_RESPONSES, /* input_tokens, output_tokens, the same inclusions */
	MODEL_ANTHROPIC, /* input_tokens without cache reads and writes */
	MODEL_GEMINI,    /* usageMetadata: thoughts beside candidates */
	MODEL_XAI,       /* reasoning beside completion_tokens */
	MODEL_VENDORS
};

extern const char *const model_vendor_names[MODEL_VENDORS];

/* No call of one request uses more of any class; more is refused as absurd. */
#define MODEL_COUNT_MAX INT64_C(1000000000)

/* Counts of each class; tokens, but units for MODEL_TOOL_UNIT. */
struct model_usage {
	int64_t of[MODEL_CLASSES];
};

/*
 * Read the usage object `text` of `n` bytes. E_INVALID names the member that is wrong:
 * "usage.completion_tokens" with not_an_integer, negative, out_of_range,
 * twice, required; a part that is more than its whole is too_many, and a
 * total that is not the sum of its parts is not_the_sum. `ret` is only
 * written when all is right.
 *
 * The members decide between an OpenAI-like and the vendor's own object, since
 * every vendor offers both kinds of interface.
 */
int model_usage_read(enum model_vendor v, const char *text, size_t n, struct model_usage *ret,
		     struct err *e);

/* All tokens, without tool units; at most MODEL_CLASSES * MODEL_COUNT_MAX. */
int64_t model_usage_tokens(const struct model_usage *u);
