/*
 * What the files of model/ share: the catalog in memory, and the check of what
 * each member alone cannot say.
 */
#pragma once
#include "model/model.h"

struct model_catalog {
	struct arena *a;
	unsigned holders;
	size_t backends_n, models_n;
	struct model_backend *backends;
	struct model *models;
};

extern const char *const model_runtime_names[MODEL_RUNTIMES];
extern const char *const model_bound_names[MODEL_BOUNDS];
extern const char *const model_disconnect_names[MODEL_DISCONNECTS];
extern const char *const model_tools_names[MODEL_TOOLS];

/* The classes a backend or worker may call itself, as receipts name them. */
#define MODEL_BACKEND_CLASSES 8
extern const char *const model_backend_classes[MODEL_BACKEND_CLASSES];

/* Ids are unique, routes lead to backends, prices are whole and in order.
 * Ties each route to its backend. Problems are added to `e`. */
void model_check(struct model_catalog *c, struct err *e);
