/*
 * Model price: what a call costs, what it can cost at most, and how long an
 * answer may be for what is left.
 *
 * Amounts are integer micro-units of the catalog's currency. A sum over all
 * classes is made first and rounded up once, so that a call never costs less
 * than its tokens and at most one micro-unit more.
 */
#pragma once
#include "model/model.h"

/* What a call can need, as far as its request tells (model_request.h). */
struct model_ask {
	int64_t body_bytes; /* of the request as it is sent */
	int64_t images;     /* parts that are pictures */
	int64_t image_bytes; /* of the body: pictures that stand in it */
	bool audio;         /* audio goes in or is asked for */
	bool image_output;  /* pictures are asked for */
	bool hidden_input;  /* it refers to content that is not in the body: stored
			     * files, earlier answers, links that are fetched */
	bool no_answer;     /* embeddings: nothing is written */
	int64_t prompts;    /* answered separately; 0 counts as 1 */
	int64_t choices;    /* answers to each prompt; 0 counts as 1 */
	int64_t max_tokens; /* of one answer; 0: the model's limit */
	int64_t prediction_bytes; /* of a predicted answer: what of it is rejected is
				   * counted as output beside max_tokens */
	bool echo; /* an answer begins with its prompt */
	bool provider_tools; /* the provider runs tools in rounds of its own */
	int64_t max_tool_calls; /* the bound of those rounds; 0: not bounded */
#define MODEL_TOOL_CALLS 10000
};

/* The cost of a usage. E_RESOURCE: a class that was used has no price; E_INVALID:
 * a count is negative, or the amount is beyond 64 bits. Then the caller settles
 * at what was reserved. */
int model_cost(const struct model_rates *r, const struct model_usage *u, int64_t *micro,
	       struct err *e);

/*
 * An upper bound of the cost of a call, to be reserved before it is sent.
 *
 * - Input: a token stands for at least one byte, and what surrounds a message in
 *   a template is shorter than the JSON that surrounds it, so a body has no more
 *   tokens than bytes. To each prompt the provider may add the model's
 *   template_tokens (a system message of its own, how to call tools), an image
 *   is at most image_tokens, instead of its bytes where it stands in the body. No prompt is longer than the context. What is not
 *   in the body is taken as a full context.
 * - Each input token is priced at the dearest class that it can be counted in.
 * - Output: max_tokens, which bounds reasoning as well, for each choice of each
 *   prompt, at the dearest class. model_request_write() sends that bound.
 * - Tools that the provider runs repeat both for each round, of which there is
 *   one more than there are tool calls.
 *
 * The input of a prompt is counted once for all its choices, as providers do.
 *
 * E_INVALID names the parameter when there is no bound: "images" to a model
 * that takes none, "max_tool_calls" when the provider's tools have no bound,
 * "model" when an answer is asked of one that writes none.
 * E_RESOURCE when a class that can be used has no price.
 */
int model_worst(const struct model *m, const struct model_rates *r, const struct model_ask *ask,
		int64_t *micro, struct err *e);

/* How many tokens the answers of such a call may have in all; at most INT64_MAX. */
int64_t model_most(const struct model *m, const struct model_ask *ask);

/* The largest max_tokens for which model_worst() is at most `budget`, at most
 * ask->max_tokens or the model's limit; 0 when not even one token fits. Where
 * no answer is written it is 0 as well, and -1 when the call does not fit.
 * Errors as above. */
int model_fit(const struct model *m, const struct model_rates *r, const struct model_ask *ask,
	      int64_t budget, int64_t *max_tokens, struct err *e);
