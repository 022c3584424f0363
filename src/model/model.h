/*
 * Model: the catalog of backends and models, read from one JSON file.
 *
 *   {"backends": [{"id": "main", "kind": "openai_api", "url": "https://…/v1",
 *                  "key_file": "/etc/bus/main.key", "priority": 10, …}],
 *    "models":   [{"id": "small", "backend_class": "openai_api", …,
 *                  "routes": [{"backend": "main", "model": "x-1", "usage": "openai"}],
 *                  "prices": [{"version": "2026-11", "from": "2026-11-01T00:00:00Z",
 *                              "input": 150000, "output": 600000, …}]}]}
 *
 * Everything is checked when it is read: an unknown member, a price that is
 * missing, negative or absurd, a route to nowhere. What cannot be priced is
 * not sold. Secrets are named by file and never stand in the catalog.
 *
 * The room is pure: no database, no HTTP. Further headers: model_usage.h,
 * model_price.h, model_request.h, model_sse.h, model_watch.h, model_span.h,
 * model_probe.h.
 */
#pragma once
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/jw.h"
#include "model/model_usage.h"

#include <stdint.h>

#define MODEL_BACKENDS 256
#define MODEL_MODELS 256
#define MODEL_ROUTES 8
#define MODEL_PRICES 64
#define MODEL_CAPABILITIES 32
#define MODEL_RATE_MAX INT64_C(1000000000000)
#define MODEL_TIER_USUAL "default" /* as a service_tier: none */
#define MODEL_FILE_MAX (4u * 1024 * 1024)

enum model_kind {
	MODEL_OPENAI_API,    /* an OpenAI-compatible endpoint over https */
	MODEL_LOCAL_RUNTIME, /* the same in our own network; http is allowed */
	MODEL_STATIC,        /* deterministic answers made here; no address */
	MODEL_KINDS
};

/* Which program it is, where that is in our own network. */
enum model_runtime {
	MODEL_RUNTIME_OTHER, MODEL_RUNTIME_LLAMA_CPP, MODEL_RUNTIME_OLLAMA, MODEL_RUNTIME_VLLM, MODEL_RUNTIMES
};

/* What a chat completion calls its bound: max_completion_tokens, or max_tokens as before.
 * The usual one is the new name, and in our own network the old one. */
enum model_bound { MODEL_BOUND_USUAL, MODEL_BOUND_NEW, MODEL_BOUND_OLD, MODEL_BOUNDS };

/* The client has left: close the upstream to save money, or read on for the usage. */
enum model_disconnect { MODEL_CUT, MODEL_DRAIN, MODEL_DISCONNECTS };

/* Tools that the provider runs, in lists of tools: reserved for, or left out. */
enum model_tools { MODEL_TOOLS_SOLD, MODEL_TOOLS_DROPPED, MODEL_TOOLS };

/* What a model is offered for; bits 1 << use. */
enum model_use {
	MODEL_USE_CHAT, MODEL_USE_CODE, MODEL_USE_TOOLS, MODEL_USE_LONG_CONTEXT,
	MODEL_USE_FALLBACK, MODEL_USES
};

extern const char *const model_kind_names[MODEL_KINDS];
extern const char *const model_use_names[MODEL_USES];

struct model_backend {
	const char *id; /* [a-z0-9][a-z0-9._-]*, at most 64 */
	enum model_kind kind;
	enum model_runtime runtime; /* of MODEL_LOCAL_RUNTIME */
	const char *url;      /* without a slash at the end; "" for static */
	const char *key_file; /* absolute path of the bearer secret, "$credentials/name", or "" */
	int64_t priority;     /* the lower is asked first, after the order of routes */
	int64_t connect_ms, idle_ms, max_parallel;
	enum model_disconnect on_disconnect;
	enum model_bound bound;
};

/* Micro-units per million tokens; per unit for MODEL_TOOL_UNIT; -1: not sold. */
struct model_rates {
	const char *version;
	int64_t from; /* microseconds since 1970 */
	int64_t rate[MODEL_CLASSES];
	const char *tier; /* the service_tier they are for; "": every other, and none */
};

struct model_route {
	const char *backend_id;
	const struct model_backend *backend;
	const char *model; /* the upstream's name */
	enum model_vendor usage;
};

struct model {
	const char *id; /* the public name; 1 to 128 of A-Z a-z 0-9 . _ : / - */
	const char *backend_class, *plan_feature, *owned_by;
	size_t capabilities_n, routes_n, prices_n, costs_n;
	const char **capabilities;
	unsigned uses;            /* 1 << enum model_use */
	int64_t context_tokens;   /* request and answer together */
	int64_t max_output_tokens; /* 0: no answer of tokens (embeddings) */
	int64_t image_tokens;     /* worst case of one image; 0: takes none */
	enum model_tools provider_tools;
	int64_t template_tokens;  /* what a provider may add to a prompt by itself */
	struct model_route *routes; /* in order of fallback */
	struct model_rates *prices; /* oldest first */
	struct model_rates *costs;  /* what we pay; may be none */
};

struct model_catalog;

/* Read a catalog. NULL: E_INVALID names what is wrong, each with its place, as
 * far as struct err holds ("models[3].prices[0].input": "negative"). The
 * catalog has an arena of its own and one holder, the caller. */
struct model_catalog *model_read(const char *text, size_t n, struct err *e);

/* model_read() and make it the current one; the old one stays when it fails. */
int model_parse(const char *text, size_t n, struct err *e);

/* The same from the file of the setting `models`; at start and on HUP. */
int model_load(const struct conf *c, struct err *e);

/* One more holder of the current catalog, or NULL when there is none. What is
 * found in it stays valid until model_release(), across any reload. */
struct model_catalog *model_hold(void);
void model_release(struct model_catalog *c); /* NULL is allowed */

/* In the current catalog: valid until the next reload. NULL: not found. */
const struct model *model_find(const char *name);
/* In a catalog that is held. */
const struct model *model_find_in(const struct model_catalog *c, const char *name);
const struct model_backend *model_backend_in(const struct model_catalog *c, const char *id);

/* Call fn for each, in the order of the file; stops at the first that returns
 * other than 0 and returns that. NULL stands for the current catalog. */
int model_each(const struct model_catalog *c, int (*fn)(void *ctx, const struct model *), void *ctx);
int model_each_backend(const struct model_catalog *c,
		       int (*fn)(void *ctx, const struct model_backend *), void *ctx);

/* The prices (or costs) that hold at a time for a service_tier (NULL or "": the usual
 * one); NULL: none yet, or none for that tier. */
const struct model_rates *model_price_at(const struct model *m, const char *tier, int64_t now);
const struct model_rates *model_cost_at(const struct model *m, const char *tier, int64_t now);

/* The model as /v1/models shows it. `reason` is a sentence for customers why
 * it cannot be used now, or NULL; a model without a price at `now` says so. */
void model_public(struct jw *j, const struct model *m, int64_t now, const char *reason);
