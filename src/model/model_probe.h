/*
 * Model probe: does a runtime of our own live, and which models does it offer?
 *
 * llama.cpp and vLLM tell their health at an address of its own and list their
 * models at /v1/models; Ollama lists what is installed at /api/tags, and that it
 * answers is its health. Any other runtime is asked for /v1/models alone.
 */
#pragma once
#include "model/model.h"

#define MODEL_PROBE_BYTES (1u << 20) /* of an answer, at most */
#define MODEL_PROBE_MODELS 500       /* in one list, at most */

enum model_probe_state {
	MODEL_PROBE_OK,
	MODEL_PROBE_UNREACHABLE, /* no connection */
	MODEL_PROBE_SILENT,      /* a connection, and no answer in time */
	MODEL_PROBE_LOADING,     /* it says that its model is being loaded */
	MODEL_PROBE_FAILING,     /* it says that it cannot answer */
	MODEL_PROBE_REFUSED,     /* it does not take our key */
	MODEL_PROBE_NONSENSE,    /* something else lives at that address */
	MODEL_PROBE_STATES
};

extern const char *const model_probe_names[MODEL_PROBE_STATES]; /* "ok", "unreachable", … */

/* A sentence for customers, or NULL when all is well. */
const char *model_probe_sentence(const char *name);

/* The addresses to be asked. *ret_health is NULL where the list alone tells. */
void model_probe_urls(struct arena *a, const struct model_backend *b, const char **ret_health,
		      const char **ret_models);

/* What a status of HTTP says of the runtime. */
enum model_probe_state model_probe_status(enum model_runtime r, int status);

/* The names in a list of models, in `a`. -1: it is no such list (E_INVALID). A name
 * that is no text, empty, longer than 200 bytes or has control characters is left out,
 * and so is what is beyond MODEL_PROBE_MODELS. */
int model_probe_list(struct arena *a, enum model_runtime r, const char *text, size_t n,
		     const char ***ret, size_t *ret_n, struct err *e);
