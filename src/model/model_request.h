/*
 * Model request: a client's body, read as far as a gateway must know it, and
 * sent on with the few members changed that must change.
 *
 * What is not named here (tools, images, members of tomorrow) goes through as
 * it stands in the text. The same member twice is refused at the top and in
 * stream_options, since the upstream might take the other one; so is a name that
 * some upstream would take for a known one. Members that lift the bound or change
 * the price are refused by name.
 */
#pragma once
#include "model/model_price.h"
#include "model/model_span.h"

enum model_api {
	MODEL_API_CHAT,        /* /v1/chat/completions */
	MODEL_API_RESPONSES,   /* /v1/responses */
	MODEL_API_COMPLETIONS, /* /v1/completions */
	MODEL_API_EMBEDDINGS,  /* /v1/embeddings */
	MODEL_APIS
};

extern const char *const model_api_paths[MODEL_APIS]; /* below /v1 */

#define MODEL_MEMBERS 200 /* at the top of a body */

struct model_request {
	enum model_api api;
	const char *model; /* as the client calls it */
	bool stream;
	bool include_usage; /* the client wants the usage in the stream */
	bool store;         /* the provider is to keep the answer */
	const char *service_tier; /* or NULL; may change what the provider charges */
	bool provider_tools; /* its list of tools has some that the provider runs; `ask` does not say so */
	struct model_ask ask;     /* what it can need, for model_worst() */

	/* Where things stand in the text, for model_request_write(). */
	const char *text;
	size_t n;
	struct model_span object, model_at, options_at, usage_at, max_at, other_max_at, calls_at, tier_at,
		tools_at, metadata_at;
};

/*
 * Read a body, which must stay where it is as long as `ret` is used. `a` keeps
 * the model's name. E_BAD_REQUEST: not a JSON object. E_INVALID names the
 * parameter: required, not_text, not_a_boolean, not_an_integer, out_of_range,
 * not_a_list, not_an_object, empty, twice, too_many, misspelt, not_supported.
 */
int model_request_read(struct arena *a, enum model_api api, const char *body, size_t n,
		       struct model_request *ret, struct err *e);

struct model_rewrite {
	const char *model;      /* the upstream's name */
	int64_t max_tokens;     /* the bound that was reserved for; 0: as the client said */
	bool old_max;           /* chat calls the bound max_tokens, not max_completion_tokens */
	int64_t max_tool_calls; /* responses only; 0: as the client said */
	bool drop_tools;        /* of the list, those that the provider runs */
	bool usual_tier;        /* where the client asks for another service_tier: it is not sold */
};

/*
 * The body for the upstream, in `a`, NUL-terminated: the model renamed, usage
 * asked for in streams of chat and completions, the bounds set. Embeddings
 * have no bounds. What a client tells of itself (client_metadata: names of folders,
 * of the installation) does not go on. All else is byte for byte the client's.
 */
const char *model_request_write(struct arena *a, const struct model_request *r,
				const struct model_rewrite *w, size_t *ret_n);
