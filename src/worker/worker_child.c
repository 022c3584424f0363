#include "config.h"

#include "base/clock.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"
#include "port/json.h"
#include "port/spawn.h"
#include "spec/spec.h"
#include "worker/worker.h"
#include "worker/worker_int.h"
#include "worker/worker_plan.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The template worker. It stands in its worktree, in the sandbox; the
 * assignment is all it knows. What it prints on standard error is evidence for
 * operators, its lines on standard output are read by the orchestrator.
 */

#define ASSIGNMENT_MAX (256u << 10)
#define SOURCE_MAX (1u << 20)
#define OUT_MAX (64u << 10)
#define RESULT_MAX (256u << 20)
#define AT_ONCE 2

struct child_work {
	struct arena *a;
	struct err e;
	const char *code; /* of a failure */
	const struct json *job;
	struct spec spec;
	struct plan plan;
};

static void say(const char *json)
{
	printf("%s\n", json);
	fflush(stdout);
}

static int failed(struct child_work *w, const char *code)
{
	if (w->code == NULL)
		w->code = code;
	return -1;
}

static char *read_input(struct arena *a, size_t *ret_n)
{
	char *p = arena_alloc(a, ASSIGNMENT_MAX + 1);
	ssize_t got;

	*ret_n = 0;
	while (*ret_n < ASSIGNMENT_MAX && (got = read(0, p + *ret_n, ASSIGNMENT_MAX - *ret_n)) > 0)
		*ret_n += (size_t)got;
	return p;
}

static const char *goroot(struct child_work *w)
{
	const char *const argv[] = {"go", "env", "GOROOT", NULL};
	const char *const env[] = {"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin", "HOME=/tmp",
				   "GOCACHE=/cache", "GOFLAGS=-mod=mod", NULL};
	struct spawn_result r;

	if (spawn_run(w->a, &(struct spawn){.argv = argv, .env = env}, 30 * CLOCK_S, 4096, &r, &w->e) < 0 ||
	    r.status != 0)
		return NULL;
	r.out[strcspn(r.out, "\n")] = '\0';
	return r.out;
}

static int read_assignment(struct child_work *w)
{
	const char *platforms[SPEC_PLATFORMS * 2], *spec, *root;
	const struct json *list;
	size_t n, count = 0;
	char *text = read_input(w->a, &n);

	if ((w->job = json_parse(w->a, text, n, &w->e)) == NULL)
		return failed(w, "assignment");
	spec = json_print(w->a, json_get(w->job, "spec"));
	if (spec_read(w->a, spec, strlen(spec), &w->spec, &w->e) < 0)
		return failed(w, "assignment");
	list = json_get(w->job, "platforms");
	while (count < json_count(list) && count < COUNT(platforms)) {
		platforms[count] = json_text(json_at(list, count), "");
		count++;
	}
	if ((root = goroot(w)) == NULL)
		return failed(w, "toolchain");
	if (worker_plan(w->a, json_get(w->job, "build"), json_get_text(w->job, "artifact_type", ""),
			platforms, count, w->spec.slug, root, &w->plan, &w->e) < 0)
		return failed(w, "assignment");
	return 0;
}

static int write_source(struct child_work *w)
{
	struct buf b;

	say("{\"t\":\"progress\",\"step\":\"writing\"}");
	buf_init(&b, w->a, SOURCE_MAX);
	if (worker_go(w->a, &w->spec, &b, &w->e) < 0 || b.over)
		return failed(w, "specification");
	if (file_remove_tree("dist", &w->e) < 0 || file_remove_tree("build", &w->e) < 0 ||
	    file_mkdirs("dist", 0755, &w->e) < 0 || file_mkdirs("build", 0755, &w->e) < 0 ||
	    file_write("tool/spec.go", b.p, b.n, 0644, &w->e) < 0)
		return failed(w, "worktree");
	return 0;
}

struct running {
	const struct plan_step *step;
	struct child c;
};

static int start_step(struct child_work *w, const struct plan_step *s, struct running *ret)
{
	static const char *const own[] = {"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin",
					  "HOME=/tmp", "GOCACHE=/cache", "GOPATH=/tmp/go",
					  "GOTMPDIR=/tmp", "LC_ALL=C"};
	const char *env[COUNT(own) + PLAN_ARGS + 2], *debug = getenv("GODEBUG");
	size_t n = COUNT(own);

	memcpy(env, own, sizeof(own));
	env[n++] = arena_printf(w->a, "GODEBUG=%s", debug ? debug : "");
	for (size_t i = 0; s->env[i] != NULL; i++)
		env[n++] = s->env[i];
	env[n] = NULL;
	ret->step = s;
	return spawn_start(&(struct spawn){.argv = s->argv, .env = env}, &ret->c, &w->e) < 0
		       ? failed(w, "toolchain")
		       : 0;
}

/* What a step prints is evidence, as far as it is short. */
static void drain(int fd)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (write(STDERR_FILENO, chunk, (size_t)n) < 0)
			return;
}

/* True when the step has ended; *rc tells how. */
static bool step_ended(struct child_work *w, struct running *r, int *rc)
{
	int out = r->c.out, err = r->c.err, status;

	drain(out);
	drain(err);
	if (!child_ended(&r->c, &status))
		return false;
	fprintf(stderr, "step %s %s\n", r->step->name, spawn_status_text(w->a, status));
	if (status != 0)
		*rc = failed(w, "build_failed");
	return true;
}

/* All steps of one stage, two side by side; a sign of life each second. */
static int run_stage(struct child_work *w, int64_t stage)
{
	struct running now[AT_ONCE];
	size_t next = 0, n = 0;
	int rc = 0;

	while (next < w->plan.steps_n || n > 0) {
		struct pollfd at[AT_ONCE * 3];

		while (rc == 0 && n < AT_ONCE && next < w->plan.steps_n) {
			const struct plan_step *s = &w->plan.steps[next++];

			if (s->stage == stage && (rc = start_step(w, s, &now[n])) == 0)
				n++;
		}
		if (rc != 0)
			next = w->plan.steps_n;
		for (size_t i = 0; i < n; i++) {
			at[3 * i] = (struct pollfd){now[i].c.out, POLLIN, 0};
			at[3 * i + 1] = (struct pollfd){now[i].c.err, POLLIN, 0};
			at[3 * i + 2] = (struct pollfd){now[i].c.pidfd, POLLIN, 0};
		}
		if (n > 0 && poll(at, 3 * n, 1000) == 0)
			say("{\"t\":\"beat\"}");
		for (size_t i = 0; i < n;)
			if (step_ended(w, &now[i], &rc))
				now[i] = now[--n];
			else
				i++;
	}
	return rc;
}

static int build(struct child_work *w)
{
	int64_t last = 0;

	for (size_t i = 0; i < w->plan.steps_n; i++)
		last = w->plan.steps[i].stage > last ? w->plan.steps[i].stage : last;
	say("{\"t\":\"progress\",\"step\":\"compiling\"}");
	for (int64_t stage = 1; stage <= last && stage <= PLAN_STEPS; stage++) {
		if (stage == last && stage > 1)
			say("{\"t\":\"progress\",\"step\":\"packing\"}");
		if (run_stage(w, stage) < 0)
			return -1;
	}
	return 0;
}

static int add_output(struct child_work *w, struct jw *j, const struct plan_output *o)
{
	struct arena *a = arena_new(RESULT_MAX + (1u << 20));
	size_t n;
	char *bytes = file_read(a, o->path, RESULT_MAX, &n, &w->e);
	unsigned char hash[SHA256_BYTES];

	if (bytes != NULL)
		crypto_sha256(bytes, n, hash);
	arena_free(a);
	if (bytes == NULL)
		return failed(w, "missing_result");
	jw_object(j);
	jw_kstr(j, "artifact_id", o->artifact_id);
	jw_kstr(j, "kind", o->kind);
	jw_kstr(j, "name", o->name);
	jw_kstr(j, "path", o->path);
	jw_kstr(j, "sha256", str_hex(w->a, hash, sizeof(hash)));
	jw_kint(j, "size_bytes", (int64_t)n);
	jw_kstr(j, "platform", o->platform);
	jw_kstr(j, "entrypoint", o->entrypoint);
	jw_kbool(j, "source_included", false);
	jw_end_object(j);
	return 0;
}

static int write_manifest(struct child_work *w)
{
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, 65536);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kint(&j, "version", 1);
	jw_key(&j, "artifacts");
	jw_array(&j);
	for (size_t i = 0; i < w->plan.outputs_n; i++)
		if (add_output(w, &j, &w->plan.outputs[i]) < 0)
			return -1;
	jw_end_array(&j);
	jw_end_object(&j);
	if (file_write(w->plan.manifest, b.p, b.n, 0644, &w->e) < 0)
		return failed(w, "worktree");
	return 0;
}

static void say_end(struct child_work *w, bool ok)
{
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, 8192);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "t", ok ? "done" : "failed");
	if (ok)
		jw_kstr(&j, "manifest", w->plan.manifest);
	else {
		jw_kstr(&j, "code", w->code);
		jw_kstr(&j, "reason", w->e.detail);
	}
	jw_end_object(&j);
	say(buf_str(&b));
}

int worker_child(void)
{
	struct child_work w = {.a = arena_new(64u << 20)};
	bool ok = read_assignment(&w) == 0 && write_source(&w) == 0 && build(&w) == 0 &&
		  write_manifest(&w) == 0;

	say_end(&w, ok);
	arena_free(w.a);
	return ok ? 0 : 1;
}
