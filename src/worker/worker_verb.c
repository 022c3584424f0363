#include "config.h"

#include "cli/cli.h"
#include "port/file.h"
#include "port/sandbox.h"
#include "port/spawn.h"
#include "repo/repo.h"
#include "worker/worker.h"

#include <string.h>
#include <unistd.h>

/* `bus repo sync`: the template into its repository, and the standard library
 * compiled once into the cache that builds may only read. */

static const char sample_spec[] =
	"{\"version\":1,\"kind\":\"counter\",\"slug\":\"warm-up\",\"title\":\"Warm up\","
	"\"summary\":\"Compiles the library once.\",\"counters\":[{\"label\":\"Count\",\"start\":0,"
	"\"step\":1,\"min\":0,\"max\":9}]}";

static int warm(struct cli *c, const char *commit, const char *platforms)
{
	const struct run r = {.run_id = "warm", .branch = "-", .artifact_type = "both",
			      .platforms = platforms, .spec = sample_spec};
	const char *tree = repo_second_tree(c->w.a, &c->conf, "warm");
	struct worker_profile p;
	struct sandbox s;
	struct child child;
	char said[4096];
	int err, status;
	ssize_t n;

	if (repo_second(c->w.a, &c->conf, "warm", commit, &c->w.err) < 0 ||
	    worker_profile(c->w.a, &c->conf, commit, &p, &c->w.err) < 0)
		return -1;
	worker_sandbox(c->w.a, &c->conf, tree, "/work",
		       worker_assignment(c->w.a, &r, "-", &p, NULL), true, &s);
	if (sandbox_start(&s, &child, &c->w.err) < 0)
		return -1;
	err = dup(child.err);
	status = child_wait(&child, 600 * CLOCK_S);
	n = read(err, said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(err);
	if (status != 0)
		return fail(&c->w, E_UNAVAILABLE, "the template does not build: %s", said);
	return file_remove_tree(tree, &c->w.err);
}

static int repo_sync(struct cli *c)
{
	const char *commit, *platforms = "linux-amd64";

	if (cli_option(c, "all") != NULL)
		platforms = "linux-amd64 linux-arm64 darwin-arm64 windows-amd64";
	if (spawn_become(c->conf.user, &c->w.err) < 0) /* the trees are its */
		return -1;
	cli_progress("template repository");
	if (repo_setup(c->w.a, &c->conf, &c->w.err) < 0 ||
	    (commit = repo_stable(c->w.a, &c->conf, &c->w.err)) == NULL)
		return -1;
	cli_progress("compiling the standard library for %s", platforms);
	if (warm(c, commit, platforms) < 0)
		return -1;
	cli_progress_end();
	cli_out("stable is %s\n", commit);
	return 0;
}

static const struct cli_opt sync_options[] = {
	{"all", NULL, "compile the library for every platform"}, {0}};

const struct verb worker_verbs[] = {
	{.name = "repo sync", .options = sync_options, .run = repo_sync,
	 .doc = "bring the template repository and the compiler's cache up to date"},
	{0},
};
