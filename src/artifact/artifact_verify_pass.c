#include "config.h"

#include "artifact/artifact_verify_pass.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"
#include "repo/repo.h"
#include "worker/worker.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SECOND "/elsewhere/second"

int artifact_verify_says_no(struct work *w, struct verifying *v, enum verify_code code,
		      const char *reason)
{
	v->report.code = code;
	v->report.reason = arena_strdup(v->a, reason);
	return fail(w, E_INVALID, "%s: %.300s", verify_code_name(code), reason);
}

/* A check of ours beside those of the scan. */
static void note(struct verifying *v, const char *name, const char *detail)
{
	struct verify_check *c = &v->report.checks[v->report.checks_n];

	if (v->report.checks_n == COUNT(v->report.checks))
		return;
	v->report.checks_n++;
	*c = (struct verify_check){name, true, arena_strdup(v->a, detail)};
}

static void limits(const struct conf *c, struct sandbox *s)
{
	s->limits = (struct limits){.cpu_s = c->build_cpu_s, .mem_mb = c->build_mem_mb,
				    .procs = c->build_procs, .file_mb = c->build_file_mb};
}

/* What must not be in any result: the places and names of this machine. */
static void needles(struct work *w, struct verifying *v, struct verify_job *job)
{
	static char host[100];
	const struct verify_needle list[] = {
		{"worktree", v->tree},
		{"second worktree", repo_second_tree(w->a, w->conf, v->lease.run.run_id)},
		{"repository", w->conf->repo},
		{"state", w->conf->var},
		{"compiler cache", w->conf->go_cache},
		{"branch", v->lease.run.branch},
		{"host", gethostname(host, sizeof(host) - 1) == 0 ? host : ""},
	};

	for (size_t i = 0; i < COUNT(list); i++)
		if (list[i].text != NULL && strlen(list[i].text) >= 6)
			job->needles[job->needles_n++] = list[i];
}

static void words(struct work *w, const char *text, const char **to, size_t max, size_t *ret_n)
{
	while (*text && *ret_n < max) {
		size_t n = strcspn(text, " ");

		to[(*ret_n)++] = arena_strndup(w->a, text, n);
		text += n + (text[n] == ' ');
	}
}

static void verify_child_of(struct work *w, struct verifying *v, const struct verify_job *job,
			    struct sandbox *s)
{
	static const char *const argv[] = {"/bus/self", "verify", NULL};
	static const char *const env[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", "LC_ALL=C", NULL};

	s->argv = argv;
	s->env = env;
	s->cwd = "/tmp";
	s->self = sandbox_beside(w->a, "bus-reaper");
	s->input = verify_job_write(w->a, job);
	s->input_len = strlen(s->input);
	s->tmp_mb = 256;
	limits(w->conf, s);
	sandbox_bind(s, v->tree, "/tree", false);
	v->answer = NULL;
}

int artifact_verify_scan(struct work *w, struct job *j, struct verifying *v, struct sandbox *s)
{
	struct verify_job job = {.mode = "scan", .tree = "/tree", .manifest = "dist/manifest.json",
				 .artifact_type = v->lease.run.artifact_type, .browser = ""};
	struct worker_profile p;

	v->a = j->a;
	/* The worker's own steps must have ended well; its log says how each did. */
	if (v->build_log == NULL || strstr(v->build_log, "step ") == NULL ||
	    strstr(v->build_log, " signal ") != NULL || strstr(v->build_log, "panic:") != NULL)
		return artifact_verify_says_no(w, v, VERIFY_LOGS, "the build log does not show a clean end");
	if (worker_profile(w->a, w->conf, v->base, &p, &w->err) < 0)
		return -1;
	words(w, v->lease.run.platforms, job.platforms, COUNT(job.platforms), &job.platforms_n);
	for (size_t i = 0; i < p.public_n; i++)
		job.public[job.public_n++] = p.public[i];
	needles(w, v, &job);
	verify_child_of(w, v, &job, s);
	return 1;
}

static bool has_kind(const struct verifying *v, const char *kind)
{
	for (size_t i = 0; i < v->report.manifest.n; i++)
		if (str_eq(v->report.manifest.entries[i].kind, kind))
			return true;
	return false;
}

int artifact_verify_page(struct work *w, struct job *j, struct verifying *v, struct sandbox *s)
{
	struct verify_job job = {.mode = "page", .tree = "/tree", .manifest = "dist/manifest.json",
				 .artifact_type = v->lease.run.artifact_type,
				 .browser = w->conf->browser};

	(void)j;
	if (!has_kind(v, "web"))
		return 0;
	words(w, v->lease.run.platforms, job.platforms, COUNT(job.platforms), &job.platforms_n);
	verify_child_of(w, v, &job, s);
	if (*w->conf->browser == '\0')
		return 1;
	s->limits.mem_mb = 0; /* a browser reserves far more addresses than it uses */
	if (file_exists("/etc/chromium.d")) /* Debian's start script reads it */
		sandbox_bind(s, "/etc/chromium.d", "/etc/chromium.d", false);
	return 1;
}

/* The platform of this host, as a manifest says it. */
static const char *host_platform(struct arena *a)
{
	struct utsname u;

	if (uname(&u) < 0)
		return "";
	return arena_printf(a, "linux-%s", strcmp(u.machine, "x86_64") == 0    ? "amd64"
					   : strcmp(u.machine, "aarch64") == 0 ? "arm64"
									       : u.machine);
}

/* A program for this host is started with nothing but itself in sight. One for
 * another was checked by its format only, and the report says so. */
int artifact_verify_program(struct work *w, struct verifying *v, const char *option, struct sandbox *s)
{
	static const char *const env[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", NULL};
	const char *host = host_platform(w->a), **argv = ARENA_ARRAY(w->a, const char *, 3);

	for (size_t i = 0; i < v->report.manifest.n; i++) {
		const struct verify_entry *e = &v->report.manifest.entries[i];

		if (!str_eq(e->kind, "binary") || !str_eq(e->platform, host))
			continue;
		argv[0] = "/artifact/program";
		argv[1] = option;
		s->argv = argv;
		s->env = env;
		s->cwd = "/tmp";
		s->tmp_mb = 16;
		limits(w->conf, s);
		s->limits.cpu_s = 10;
		sandbox_bind(s, arena_printf(w->a, "%s/%s", v->tree, e->path), "/artifact/program", false);
		v->said = 0;
		return 1;
	}
	return 0;
}

int artifact_verify_report(struct work *w, struct verifying *v, int status, const char *log)
{
	struct arena *a = v->a;
	struct verify_report r = {0};

	if (status != 0 || v->answer == NULL)
		return artifact_verify_says_no(w, v, VERIFY_BROKEN,
					 arena_printf(w->a, "verifier ended with %s: %.200s",
						      spawn_status_text(w->a, status), log));
	if (verify_report_read(a, v->answer, strlen(v->answer), &r, &w->err) < 0)
		return artifact_verify_says_no(w, v, VERIFY_BROKEN, "the verifier's report is not one");
	if (v->report.checks_n == 0) { /* the scan: its manifest is the one that counts */
		v->report = r;
	} else {
		for (size_t i = 0; i < r.checks_n; i++)
			if (r.checks[i].ok)
				note(v, r.checks[i].name, r.checks[i].detail);
		v->report.code = r.code;
		v->report.reason = r.reason;
	}
	if (v->report.code != VERIFY_OK)
		return artifact_verify_says_no(w, v, v->report.code, v->report.reason ? v->report.reason : "");
	return 0;
}

int artifact_verify_ran(struct work *w, struct verifying *v, int status, const char *log)
{
	if (status != 0 || v->said == 0)
		return artifact_verify_says_no(w, v, VERIFY_SMOKE_RUN,
					 arena_printf(w->a, "the program ended with %s and said %zu bytes: %.200s",
						      spawn_status_text(w->a, status), v->said, log));
	note(v, "program", arena_printf(w->a, "started, said %zu bytes", v->said));
	return 0;
}

int artifact_verify_rebuild(struct work *w, struct job *j, struct verifying *v, struct sandbox *s)
{
	const char *tree = repo_second_tree(w->a, w->conf, v->lease.run.run_id);
	struct worker_profile p;

	if (repo_second(w->a, w->conf, v->lease.run.run_id, v->lease.run.head, &w->err) < 0 ||
	    worker_profile(w->a, w->conf, v->base, &p, &w->err) < 0)
		return -1;
	j->disk = arena_strdup(j->a, tree);
	worker_sandbox(w->a, w->conf, tree, SECOND,
		       worker_assignment(w->a, &v->lease.run, "second", &p, NULL), false, s);
	return 1;
}

/* Every delivered file of the second build must have the bytes of the first. */
int artifact_verify_compare(struct work *w, struct verifying *v, int status, const char *log)
{
	const char *tree = repo_second_tree(w->a, w->conf, v->lease.run.run_id);
	struct err ignored = {0};

	if (status != 0)
		return artifact_verify_says_no(w, v, VERIFY_REPRODUCE,
					 arena_printf(w->a, "second build: %s: %.200s",
						      spawn_status_text(w->a, status), log));
	for (size_t i = 0; i < v->report.manifest.n; i++) {
		const struct verify_entry *e = &v->report.manifest.entries[i];
		struct arena *a = arena_new(VERIFY_FILE_MAX + (1 << 20));
		size_t n;
		char *bytes = file_read(a, arena_printf(a, "%s/%s", tree, e->path), VERIFY_FILE_MAX, &n,
					&ignored);
		bool same = bytes != NULL && str_eq(crypto_sha256_hex(a, bytes, n), e->sha256);

		arena_free(a);
		if (!same)
			return artifact_verify_says_no(w, v, VERIFY_REPRODUCE,
						 arena_printf(w->a, "%s differs in a second build", e->name));
	}
	v->rebuilt = true;
	note(v, "reproducible", "a second build in another folder gave the same bytes");
	file_remove_tree(tree, &ignored); /* git forgets it with the run's own worktree */
	return 0;
}
