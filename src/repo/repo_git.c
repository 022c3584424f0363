#include "config.h"

#include "base/str.h"
#include "port/file.h"
#include "port/spawn.h"
#include "repo/repo.h"

#include <string.h>
#include <unistd.h>

#define GIT_TIMEOUT (60 * CLOCK_S)
#define GIT_OUT_MAX (1u << 20)
#define GIT_ARGS 12

static const char *git_dir(struct arena *a, const struct conf *c)
{
	return arena_printf(a, "%s/template.git", c->repo);
}

const char *repo_tree(struct arena *a, const struct conf *c, const char *run_id)
{
	return arena_printf(a, "%s/trees/%s", c->repo, run_id);
}

const char *repo_second_tree(struct arena *a, const struct conf *c, const char *run_id)
{
	return arena_printf(a, "%s/again/%s", c->repo, run_id);
}

struct git {
	struct arena *a;
	const struct conf *c;
	const char *tree;  /* GIT_WORK_TREE, or NULL */
	const char *admin; /* GIT_DIR, or NULL for the bare repository */
	const char *index; /* GIT_INDEX_FILE, or NULL */
	struct err *e;
};

/* Run git with arguments that end at NULL; its output without the last line
 * break, or NULL. */
static const char *git(const struct git *g, const char *const *args)
{
	/* Configuration given here wins over all files; the files are not read. */
	static const char *const fixed[] = {
		"git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false",
		"-c", "core.attributesFile=/dev/null", "-c", "gc.auto=0", "-c", "core.autocrlf=false",
	};
	const char *argv[COUNT(fixed) + GIT_ARGS + 1], *env[16];
	struct spawn_result r;
	size_t n = COUNT(fixed), v = 0;

	memcpy(argv, fixed, sizeof(fixed));
	while (*args != NULL)
		argv[n++] = *args++;
	argv[n] = NULL;
	env[v++] = "PATH=/usr/local/bin:/usr/bin:/bin";
	env[v++] = "HOME=/nonexistent";
	env[v++] = "LC_ALL=C";
	env[v++] = "GIT_CONFIG_NOSYSTEM=1";
	env[v++] = "GIT_CONFIG_GLOBAL=/dev/null";
	env[v++] = "GIT_TERMINAL_PROMPT=0";
	env[v++] = "GIT_AUTHOR_NAME=busdk";
	env[v++] = "GIT_AUTHOR_EMAIL=builder@localhost";
	env[v++] = "GIT_COMMITTER_NAME=busdk";
	env[v++] = "GIT_COMMITTER_EMAIL=builder@localhost";
	env[v++] = arena_printf(g->a, "GIT_DIR=%s", g->admin ? g->admin : git_dir(g->a, g->c));
	if (g->tree != NULL)
		env[v++] = arena_printf(g->a, "GIT_WORK_TREE=%s", g->tree);
	if (g->index != NULL)
		env[v++] = arena_printf(g->a, "GIT_INDEX_FILE=%s", g->index);
	env[v] = NULL;
	if (spawn_run(g->a, &(struct spawn){.argv = argv, .env = env, .cwd = g->c->repo}, GIT_TIMEOUT,
		      GIT_OUT_MAX, &r, g->e) < 0)
		return NULL;
	if (r.status != 0) {
		err_set(g->e, E_INTERNAL, "git %s: %s: %s", argv[COUNT(fixed)],
			spawn_status_text(g->a, r.status), r.err);
		return NULL;
	}
	if (r.out_len >= GIT_OUT_MAX) { /* the rest was thrown away */
		err_set(g->e, E_INTERNAL, "git %s: more than %u bytes", argv[COUNT(fixed)],
			GIT_OUT_MAX - 1);
		return NULL;
	}
	while (r.out_len > 0 && r.out[r.out_len - 1] == '\n')
		r.out[--r.out_len] = '\0';
	return r.out;
}

#define TREES_OF_A_RUN 3 /* its own, its second, and room for one left by a crash */

/* More arguments than GIT_ARGS do not compile. */
#define GIT(g, ...) git((g), (const char *const[GIT_ARGS + 1]){__VA_ARGS__, NULL})

/* A commit of a tree's present content, on top of `parent` ("" for none) unless
 * it is the same content. */
static const char *commit_tree(const struct git *g, const char *parent, const char *message)
{
	const char *tree, *old;

	if (GIT(g, "add", "-A", ".") == NULL || (tree = GIT(g, "write-tree")) == NULL)
		return NULL;
	if (*parent == '\0')
		return GIT(g, "commit-tree", "-m", message, tree);
	old = GIT(g, "rev-parse", arena_printf(g->a, "%s^{tree}", parent));
	if (old == NULL || strcmp(old, tree) == 0)
		return old == NULL ? NULL : parent;
	return GIT(g, "commit-tree", "-p", parent, "-m", message, tree);
}

/* The template as it is now, committed. The index is this process's own: one that
 * was killed leaves a lock. */
static const char *commit_template(struct git g, const char *parent)
{
	const char *commit, *lock;

	g.tree = g.c->template;
	g.index = arena_printf(g.a, "%s/template.%d.index", g.c->repo, (int)getpid());
	lock = arena_printf(g.a, "%s.lock", g.index);
	unlink(lock);
	commit = commit_tree(&g, parent, "Template");
	unlink(g.index);
	return commit;
}

int repo_setup(struct arena *a, const struct conf *c, struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};
	const char *commit, *stable;

	if (file_mkdirs(c->repo, 0700, e) < 0 ||
	    file_mkdirs(arena_printf(a, "%s/trees", c->repo), 0700, e) < 0 ||
	    file_mkdirs(arena_printf(a, "%s/again", c->repo), 0700, e) < 0)
		return -1;
	/* Changes nothing in a repository, and completes one that is half made. */
	if (GIT(&g, "init", "-q", "--bare", "--initial-branch=stable", git_dir(a, c)) == NULL ||
	    (stable = GIT(&g, "for-each-ref", "--format=%(objectname)", "refs/heads/stable")) == NULL ||
	    (commit = commit_template(g, stable)) == NULL)
		return -1;
	return GIT(&g, "update-ref", "refs/heads/stable", commit) ? 0 : -1;
}

const char *repo_stable(struct arena *a, const struct conf *c, struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};

	return GIT(&g, "rev-parse", "refs/heads/stable");
}

/* Does git's entry belong to the worktree at `path`, or to none? */
static bool entry_of(const struct git *g, const char *entry, const char *path)
{
	struct err unread = {0};
	const char *link = file_read(g->a, arena_printf(g->a, "%s/gitdir", entry), 4096, NULL, &unread);
	size_t n = strlen(path);

	return link == NULL || (strncmp(link, path, n) == 0 && strncmp(link + n, "/.git", 5) == 0);
}

/* Drop a worktree and what git remembers of it. By hand: a process that was
 * killed while it added one leaves an entry that is locked or half written,
 * which `git worktree prune` lets stand and which holds the branch. Git names
 * an entry like the folder, with a number when the name is taken. */
static int drop_tree(const struct git *g, const char *path)
{
	const char *name = strrchr(path, '/') + 1, *dir = git_dir(g->a, g->c), *entry;

	if (file_remove_tree(path, g->e) < 0)
		return -1;
	for (int i = 0; i < TREES_OF_A_RUN; i++) {
		entry = i == 0 ? arena_printf(g->a, "%s/worktrees/%s", dir, name)
			       : arena_printf(g->a, "%s/worktrees/%s%d", dir, name, i);
		if (entry_of(g, entry, path) && file_remove_tree(entry, g->e) < 0)
			return -1;
	}
	return 0;
}

int repo_checkout(struct arena *a, const struct conf *c, const char *run_id, const char *branch,
		  const char *base, const char **ret_base, struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};
	const char *path = repo_tree(a, c, run_id);

	if (drop_tree(&g, path) < 0)
		return -1;
	*ret_base = *base ? base : GIT(&g, "rev-parse", "refs/heads/stable");
	if (*ret_base == NULL)
		return -1;
	return GIT(&g, "worktree", "add", "-q", "-f", "-B", branch, path, *ret_base) ? 0 : -1;
}

/* What git itself would follow out of the tree. */
static int refuse_nested(void *ctx, const char *path, bool special)
{
	const char *at = strstr(path, ".git");

	(void)special;
	if (at == NULL || (at != path && at[-1] != '/') || strcmp(path, ".git") == 0)
		return 0;
	if (at[4] != '\0' && at[4] != '/')
		return 0;
	return err_set(ctx, E_INVALID, "a repository inside the worktree: %.100s", path);
}

int repo_commit(struct arena *a, const struct conf *c, const char *run_id, const char *message,
		const char **ret_commit, struct err *e)
{
	const char *tree = repo_tree(a, c, run_id);
	struct git g = {.a = a, .c = c, .e = e, .tree = tree,
			.admin = arena_printf(a, "%s/worktrees/%s", git_dir(a, c), run_id)};
	const char *head, *branch;

	if (file_walk(tree, 20000, refuse_nested, e, e) != 0)
		return -1;
	if ((head = GIT(&g, "rev-parse", "HEAD")) == NULL ||
	    (branch = GIT(&g, "symbolic-ref", "HEAD")) == NULL ||
	    (*ret_commit = commit_tree(&g, head, message)) == NULL)
		return -1;
	return GIT(&g, "update-ref", branch, *ret_commit, head) ? 0 : -1;
}

int repo_second(struct arena *a, const struct conf *c, const char *run_id, const char *commit,
		struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};
	const char *path = repo_second_tree(a, c, run_id);

	if (drop_tree(&g, path) < 0)
		return -1;
	return GIT(&g, "worktree", "add", "-q", "-f", "--detach", path, commit) ? 0 : -1;
}

int repo_forget(struct arena *a, const struct conf *c, const char *run_id, const char *branch,
		struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};

	if (drop_tree(&g, repo_tree(a, c, run_id)) < 0 ||
	    drop_tree(&g, repo_second_tree(a, c, run_id)) < 0)
		return -1;
	if (branch == NULL)
		return 0;
	return GIT(&g, "update-ref", "-d", arena_printf(a, "refs/heads/%s", branch)) ? 0 : -1;
}

const char *repo_template_file(struct arena *a, const struct conf *c, const char *commit,
			       const char *path, struct err *e)
{
	struct git g = {.a = a, .c = c, .e = e};

	return GIT(&g, "cat-file", "blob", arena_printf(a, "%s:%s", commit, path));
}
