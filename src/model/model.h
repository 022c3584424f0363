/*
 * Model: what may be asked, where it is answered and what it costs.
 *
 * A file (setting `models`) lists backends and models. It is checked as a whole
 * when it is read; a model without a price, or with an absurd one, is refused:
 * what has no price cannot be sold. Prices are micro-units for a million
 * tokens, whole numbers.
 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"

#include <stdint.h>

#define MODEL_ROUTES 4
#define MODEL_PRICE_MAX INT64_C(1000000000)   /* of a million tokens: a thousand units */
#define MODEL_TOKENS_MAX INT64_C(100000000)   /* of one class in one call */

/* Disjoint classes: every token is counted in exactly one. */
enum model_class {
	MODEL_INPUT, MODEL_CACHED_INPUT, MODEL_CACHE_WRITE, MODEL_OUTPUT, MODEL_REASONING,
	MODEL_AUDIO, MODEL_CLASSES
};

struct model_tokens {
	int64_t n[MODEL_CLASSES];
};

struct model_price {
	const char *version;
	int64_t per_million[MODEL_CLASSES]; /* micro-units */
};

enum model_kind { MODEL_OPENAI_API, MODEL_LOCAL_RUNTIME, MODEL_STATIC };

/* How a vendor counts: model_usage.c. */
enum model_vendor { MODEL_BY_OPENAI, MODEL_BY_ANTHROPIC, MODEL_BY_GEMINI, MODEL_BY_XAI, MODEL_VENDORS };

struct model_backend {
	const char *id, *url; /* without a slash at the end; NULL for static */
	const char *key;      /* sent as a bearer token, or NULL */
	enum model_kind kind;
	int64_t connect_us, idle_us, max_parallel;
	bool drain; /* a client that leaves does not stop the call */
};

struct model_route {
	const struct model_backend *backend;
	size_t backend_no;
	const char *name; /* of the model there */
	enum model_vendor vendor;
};

struct model {
	const char *id, *feature; /* of the plan */
	const char *bus;          /* the public JSON of /v1/models */
	int64_t context, max_output, image_tokens;
	struct model_price price, cost; /* what is asked and what is paid */
	struct model_route routes[MODEL_ROUTES];
	size_t routes_n;
};

struct model_catalog {
	struct arena *a;
	const struct model_backend *backends;
	const struct model *models;
	size_t backends_n, models_n;
};

/* Read the installation's file, once per process; keys are read from their
 * files. Then model_catalog() gives it. */
int model_load(const struct conf *c, struct err *e);
const struct model_catalog *model_catalog(void);

/* The same from text. `keys`: read the key files too. */
int model_parse(struct arena *a, const char *text, size_t n, bool keys, struct model_catalog *ret,
		struct err *e);

const struct model *model_find(const struct model_catalog *c, const char *id); /* or NULL */

/* The answer of GET /v1/models. */
const char *model_list_json(struct arena *a, const struct model_catalog *c);

/* ---- tokens and money (model_usage.c) */

/* The classes of a provider's usage object (JSON text). -1 with the reason when
 * it contradicts itself: then nobody knows, and the reserve counts. */
int model_usage(struct arena *a, enum model_vendor vendor, const char *json, size_t n,
		struct model_tokens *ret, struct err *e);

/* What they cost in micro-units, rounded up once. */
int64_t model_cost(const struct model_price *p, const struct model_tokens *t);

/* The most a call can cost: a token has at least one byte, so a body of so many
 * bytes has at most as many input tokens; images count as the model says; all
 * of it at the dearest class. `max_tokens` 0: the model's own limit. */
int64_t model_worst(const struct model *m, size_t body_bytes, size_t images, int64_t max_tokens,
		    int64_t choices);

/* The largest max_tokens whose worst case is at most `micro`; 0 when there is none. */
int64_t model_fit(const struct model *m, size_t body_bytes, size_t images, int64_t choices,
		  int64_t micro);

/* {"input":…} with the classes that are not 0. */
const char *model_tokens_json(struct arena *a, const struct model_tokens *t);

/* ---- requests (model_request.c) */

enum model_api { MODEL_CHAT, MODEL_RESPONSES, MODEL_COMPLETIONS, MODEL_EMBEDDINGS };

struct model_request {
	const char *model;
	bool stream, wants_usage;
	int64_t max_tokens; /* 0: not said */
	int64_t choices;
	size_t images;
};

/* What the gateway must know of a body. Fills e->fields with the parameter. */
int model_request_read(struct arena *a, enum model_api api, const char *body, size_t n,
		       struct model_request *ret, struct err *e);

/* The body as it goes upstream: another model name, `max_tokens` when it is not
 * 0, usage always asked for; every other byte as it came. */
const char *model_request_write(struct arena *a, enum model_api api, const char *body, size_t n,
				const struct model_request *q, const char *name,
				int64_t max_tokens, size_t *ret_n);
