#include "config.h"

#include "bin/tables.h"

/* The only list of background passes. A room adds its array here. */
extern const struct pass identity_passes[], run_passes[], repo_passes[], worker_passes[],
	artifact_passes[], chat_passes[], chat_probe_passes[], usage_passes[], usage_seal_passes[], billing_passes[],
	support_passes[];

const struct pass *const bus_passes[] = {
	repo_passes, worker_passes, artifact_passes, run_passes, identity_passes,
	chat_passes, chat_probe_passes, usage_passes, usage_seal_passes, billing_passes, support_passes, NULL};
