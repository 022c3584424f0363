/*
 * A build profile (template/build.json) made concrete: placeholders filled,
 * one step for each platform. Shared by the orchestrator, which checks it, and
 * the child, which runs it.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "port/json.h"

#define PLAN_STEPS 32
#define PLAN_ARGS 24
#define PLAN_OUTPUTS 16

struct plan {
	size_t steps_n;
	struct plan_step {
		const char *name;
		int64_t stage;
		const char *argv[PLAN_ARGS + 1]; /* NULL-terminated */
		const char *env[PLAN_ARGS + 1];  /* "NAME=value", NULL-terminated */
	} steps[PLAN_STEPS];
	size_t outputs_n;
	struct plan_output {
		const char *artifact_id, *kind, *name, *path, *platform, *entrypoint;
	} outputs[PLAN_OUTPUTS];
	const char *manifest;
};

/* Make a plan from the profile for an artifact type and platforms. */
int worker_plan(struct arena *a, const struct json *profile, const char *artifact_type,
		const char *const *platforms, size_t platforms_n, const char *slug,
		const char *goroot, struct plan *ret, struct err *e);
