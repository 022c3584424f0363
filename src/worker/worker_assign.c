#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "port/json.h"
#include "port/sandbox.h"
#include "repo/repo.h"
#include "worker/worker.h"

#include <string.h>

#define ASSIGNMENT_MAX (256u << 10)

int worker_profile(struct arena *a, const struct conf *c, const char *commit,
		   struct worker_profile *ret, struct err *e)
{
	const struct json *j, *list;

	memset(ret, 0, sizeof(*ret));
	ret->json = repo_template_file(a, c, commit, "build.json", e);
	if (ret->json == NULL || (j = json_parse(a, ret->json, strlen(ret->json), e)) == NULL)
		return -1;
	list = json_get(j, "public");
	for (size_t i = 0; i < json_count(list) && ret->public_n < COUNT(ret->public); i++)
		ret->public[ret->public_n++] = json_text(json_at(list, i), "");
	ret->manifest = "dist/manifest.json";
	return 0;
}

static void words(struct jw *j, const char *key, const char *text)
{
	jw_key(j, key);
	jw_array(j);
	while (*text) {
		size_t n = strcspn(text, " ");

		buf_puts(j->b, j->more[j->depth] ? ",\"" : "\"");
		buf_put(j->b, text, n);
		buf_putc(j->b, '"');
		j->more[j->depth] = true;
		text += n + (text[n] == ' ');
	}
	jw_end_array(j);
}

const char *worker_assignment(struct arena *a, const struct run *r, const char *task_ref,
			      const struct worker_profile *p, const char *repair)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, ASSIGNMENT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kint(&j, "version", 1);
	jw_kstr(&j, "run_id", r->run_id);
	jw_kstr(&j, "task_ref", task_ref);
	jw_kstr(&j, "branch", r->branch);
	jw_kstr(&j, "artifact_type", r->artifact_type);
	words(&j, "platforms", r->platforms);
	jw_key(&j, "spec");
	jw_raw(&j, r->spec);
	jw_key(&j, "build");
	jw_raw(&j, p->json);
	jw_kstr(&j, "manifest", p->manifest);
	jw_kstr(&j, "source_rule", "No source code leaves the worktree: not in a result, not in a line.");
	jw_kstr(&j, "progress", "writing, compiling, packing");
	jw_kstr(&j, "repair", repair);
	jw_end_object(&j);
	return buf_str(&b);
}

void worker_sandbox(struct arena *a, const struct conf *c, const char *tree, const char *inside,
		    const char *assignment, bool warm, struct sandbox *ret)
{
	static const char *const argv[] = {"/bus/self", "worker", NULL};
	/* Go indexes each package whose files are older than two seconds, and takes
	 * it for broken when the index can be written to no cache: a build that had
	 * to wait would fail. Without the index it is 40 ms slower. */
	static const char *const env[] = {"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin",
					  "HOME=/tmp", "LC_ALL=C", "GODEBUG=goindex=0", NULL};

	memset(ret, 0, sizeof(*ret));
	ret->argv = argv;
	ret->env = env;
	ret->cwd = inside;
	ret->input = assignment;
	ret->input_len = strlen(assignment);
	ret->self = sandbox_beside(a, "bus-reaper");
	ret->tmp_mb = c->build_disk_mb;
	ret->limits = (struct limits){.cpu_s = c->build_cpu_s, .mem_mb = c->build_mem_mb,
				      .procs = c->build_procs, .file_mb = c->build_file_mb};
	sandbox_bind(ret, tree, inside, true);
	/* Only we fill the cache, from the template; builds of customers read it. */
	sandbox_bind(ret, c->go_cache, "/cache", warm);
}
