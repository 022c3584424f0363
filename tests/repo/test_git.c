#include "config.h"

#include "base/str.h"
#include "port/file.h"
#include "port/spawn.h"
#include "repo/repo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RUN "run_a"
#define BRANCH "build/20260101/run_a"

/* The n-th program or removal from here on fails; 0: none. */
static int spawn_fails_at, removal_fails_at;
static enum { CANNOT_START, ENDS_BADLY } spawn_fails_how;
static void (*spawn_meets)(void); /* called before it instead */
static char nothing[1], reason[] = "fatal: the disk is full";

int __real_spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
		     struct spawn_result *ret, struct err *e);
int __wrap_spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
		     struct spawn_result *ret, struct err *e);
int __wrap_spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
		     struct spawn_result *ret, struct err *e)
{
	if (spawn_fails_at == 0 || --spawn_fails_at > 0)
		return __real_spawn_run(a, s, timeout_us, out_max, ret, e);
	if (spawn_meets != NULL) {
		spawn_meets();
		return __real_spawn_run(a, s, timeout_us, out_max, ret, e);
	}
	if (spawn_fails_how == CANNOT_START)
		return err_set(e, E_UNAVAILABLE, "no process is left");
	*ret = (struct spawn_result){.status = 128 << 8, .out = nothing, .err = reason};
	return 0;
}

int __real_file_remove_tree(const char *path, struct err *e);
int __wrap_file_remove_tree(const char *path, struct err *e);
int __wrap_file_remove_tree(const char *path, struct err *e)
{
	if (removal_fails_at == 0 || --removal_fails_at > 0)
		return __real_file_remove_tree(path, e);
	return err_set(e, E_UNAVAILABLE, "%s: busy", path);
}

static struct arena *a;
static struct err e;
static struct conf conf;
static const char *root;

static const char *at(const char *path)
{
	return arena_printf(a, "%s/%s", root, path);
}

/* A file with the folders above it. */
static void put(const char *path, const char *text)
{
	char *folder = arena_strdup(a, at(path));

	*strrchr(folder, '/') = '\0';
	assert_int_equal(file_mkdirs(folder, 0755, &e), 0);
	assert_int_equal(file_write(at(path), text, strlen(text), 0644, &e), 0);
}

static const char *get(const char *path)
{
	struct err none = {0};

	return file_read(a, at(path), 1u << 20, NULL, &none);
}

/* What git says about our repository; "" when it fails. */
static const char *says(const char *verb, const char *one, const char *two)
{
	const char *argv[] = {"git", verb, one, two, NULL};
	const char *env[] = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C",
			     arena_printf(a, "GIT_DIR=%s", at("repo/template.git")), NULL};
	struct spawn_result r;

	assert_int_equal(__real_spawn_run(a, &(struct spawn){.argv = argv, .env = env}, 60 * CLOCK_S,
					  1u << 20, &r, &e),
			 0);
	if (r.status != 0)
		return "";
	while (r.out_len > 0 && r.out[r.out_len - 1] == '\n')
		r.out[--r.out_len] = '\0';
	return r.out;
}

static int setup(void **state)
{
	char *made = strdup("/tmp/bus-repo-XXXXXX");

	(void)state;
	a = arena_new(64u << 20);
	assert_non_null(mkdtemp(made));
	root = arena_strdup(a, made);
	free(made);
	memset(&e, 0, sizeof(e));
	conf = (struct conf){.repo = at("repo"), .template = at("template")};
	put("template/build.json", "{}\n");
	put("template/tool/main.go", "package main\n");
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	return 0;
}

static int teardown(void **state)
{
	struct err none = {0};

	(void)state;
	spawn_fails_at = removal_fails_at = 0;
	spawn_meets = NULL;
	__real_file_remove_tree(root, &none);
	arena_free(a);
	return 0;
}

static const char *checkout(const char *base)
{
	const char *from = NULL;

	assert_int_equal(repo_checkout(a, &conf, RUN, BRANCH, base, &from, &e), 0);
	return from;
}

static const char *commit(void)
{
	const char *made = NULL;

	if (repo_commit(a, &conf, RUN, "The tool", &made, &e) != 0)
		fail_msg("%s", e.detail);
	return made;
}

static void move_branch(void)
{
	says("update-ref", "refs/heads/" BRANCH, "stable");
}

#define REFUSED(want, call)                                                                    \
	do {                                                                                   \
		err_clear(&e);                                                                 \
		assert_int_equal(call, -1);                                                    \
		assert_int_equal(e.id, want);                                                  \
		err_clear(&e);                                                                 \
	} while (0)

/* ---- the template */

static void stable_is_the_template(void **state)
{
	const char *first = repo_stable(a, &conf, &e), *second;

	(void)state;
	assert_int_equal(strlen(first), 40);
	assert_string_equal(says("symbolic-ref", "HEAD", NULL), "refs/heads/stable");
	assert_string_equal(says("ls-files", "--with-tree=stable", NULL), "build.json\ntool/main.go");
	assert_string_equal(repo_template_file(a, &conf, first, "build.json", &e), "{}");
	assert_int_equal(repo_setup(a, &conf, &e), 0); /* nothing has changed */
	assert_string_equal(repo_stable(a, &conf, &e), first);
	put("template/build.json", "{\"go\":\"go\"}\n");
	assert_int_equal(unlink(at("template/tool/main.go")), 0);
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	second = repo_stable(a, &conf, &e);
	assert_string_equal(says("rev-parse", "stable~1", NULL), first);
	assert_string_equal(says("ls-files", "--with-tree=stable", NULL), "build.json");
	assert_string_equal(repo_template_file(a, &conf, second, "build.json", &e), "{\"go\":\"go\"}");
	assert_string_equal(repo_template_file(a, &conf, first, "build.json", &e), "{}");
	assert_null(repo_template_file(a, &conf, second, "tool/main.go", &e));
	assert_int_equal(e.id, E_INTERNAL);
}

/* An operator may tidy up: refs in one file are refs. */
static void packed_refs_keep_the_history(void **state)
{
	const char *first = repo_stable(a, &conf, &e);

	(void)state;
	says("pack-refs", "--all", NULL);
	assert_false(file_exists(at("repo/template.git/refs/heads/stable")));
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	assert_string_equal(repo_stable(a, &conf, &e), first);
	put("template/build.json", "[]\n");
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	assert_string_equal(says("rev-parse", "stable~1", NULL), first);
}

/* Whatever moment a set-up was killed in, the next one ends it. */
static void a_setup_that_was_killed_is_done_again(void **state)
{
	(void)state;
	assert_int_equal(file_remove_tree(at("repo/template.git"), &e), 0);
	put("repo/template.git/HEAD", "ref: refs/heads/stable\n");
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	put("repo/template.git/index.lock", "");
	put(arena_printf(a, "repo/template.%d.index.lock", getpid()), "");
	put("template/build.json", "[]\n");
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	assert_string_equal(repo_template_file(a, &conf, "stable", "build.json", &e), "[]");
	assert_false(file_exists(at(arena_printf(a, "repo/template.%d.index", getpid()))));
}

static void what_is_too_long_is_not_cut(void **state)
{
	char *longest = arena_alloc(a, (1u << 20) + 1);

	(void)state;
	put("template/build.json", memset(longest, 'x', 1u << 20));
	longest[(1u << 20) - 1] = '\0';
	put("template/short", longest);
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	assert_string_equal(repo_template_file(a, &conf, "stable", "short", &e), longest);
	assert_null(repo_template_file(a, &conf, "stable", "build.json", &e));
	assert_int_equal(e.id, E_INTERNAL);
}

/* ---- the worktree of a run */

static void a_checkout_is_clean_and_on_its_branch(void **state)
{
	const char *stable = repo_stable(a, &conf, &e), *made;

	(void)state;
	assert_string_equal(checkout(""), stable);
	assert_string_equal(get("repo/trees/run_a/build.json"), "{}\n");
	put("repo/trees/run_a/tool/new.go", "package main\n");
	assert_int_equal(unlink(at("repo/trees/run_a/build.json")), 0);
	made = commit();
	assert_string_equal(says("rev-parse", BRANCH, NULL), made);
	assert_string_equal(says("rev-parse", BRANCH "~1", NULL), stable);
	assert_string_equal(says("log", "--format=%an %s", made), "busdk The tool\nbusdk Template");
	assert_string_equal(says("diff", "--name-status", arena_printf(a, "%s..%s", stable, made)),
			    "D\tbuild.json\nA\ttool/new.go");
	assert_string_equal(commit(), made); /* nothing more was written */
	/* Again from the template: what was written and committed is gone. */
	put("template/build.json", "[]\n");
	assert_int_equal(repo_setup(a, &conf, &e), 0);
	assert_string_equal(checkout(stable), stable);
	assert_string_equal(says("rev-parse", BRANCH, NULL), stable);
	assert_string_equal(get("repo/trees/run_a/build.json"), "{}\n");
	assert_null(get("repo/trees/run_a/tool/new.go"));
	assert_string_equal(checkout(""), repo_stable(a, &conf, &e));
	assert_string_equal(get("repo/trees/run_a/build.json"), "[]\n");
}

static void a_second_checkout_does_not_touch_the_first(void **state)
{
	const char *made;

	(void)state;
	checkout("");
	put("repo/trees/run_a/one", "1\n");
	made = commit();
	put("repo/trees/run_a/one", "changed since\n");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(repo_second(a, &conf, RUN, made, &e), 0);
		assert_string_equal(get("repo/again/run_a/one"), "1\n");
		put("repo/again/run_a/left over", "");
	}
	assert_string_equal(get("repo/trees/run_a/one"), "changed since\n");
	assert_string_equal(says("rev-parse", arena_printf(a, "%s~1", commit()), NULL), made);
	assert_string_equal(get("repo/again/run_a/one"), "1\n");
	assert_int_equal(repo_second(a, &conf, RUN, "stable", &e), 0); /* it holds no branch */
	assert_string_equal(get("repo/template.git/worktrees/run_a1/HEAD"),
			    arena_printf(a, "%s\n", repo_stable(a, &conf, &e)));
}

/* Somebody else has taken the run over, just before the branch moves. */
static void a_commit_that_comes_second_is_refused(void **state)
{
	const char *made;

	(void)state;
	checkout("");
	put("repo/trees/run_a/one", "1\n");
	commit();
	put("repo/trees/run_a/one", "2\n");
	spawn_meets = move_branch;
	spawn_fails_at = 7;
	REFUSED(E_INTERNAL, repo_commit(a, &conf, RUN, "The tool", &made, &e));
	assert_int_equal(spawn_fails_at, 0);
	assert_string_equal(says("rev-parse", BRANCH, NULL), repo_stable(a, &conf, &e));
}

static void a_run_is_forgotten_in_two_steps(void **state)
{
	const char *made;

	(void)state;
	checkout("");
	put("repo/trees/run_a/one", "1\n");
	made = commit();
	assert_int_equal(repo_second(a, &conf, RUN, made, &e), 0);
	assert_int_equal(repo_forget(a, &conf, RUN, NULL, &e), 0);
	assert_false(file_exists(at("repo/trees/run_a")));
	assert_false(file_exists(at("repo/again/run_a")));
	assert_string_equal(says("worktree", "list", "--porcelain"),
			    arena_printf(a, "worktree %s\nbare", at("repo/template.git")));
	assert_string_equal(says("rev-parse", BRANCH, NULL), made);
	assert_int_equal(repo_forget(a, &conf, RUN, BRANCH, &e), 0);
	assert_string_equal(says("for-each-ref", "--format=%(refname)", NULL), "refs/heads/stable");
	assert_int_equal(repo_forget(a, &conf, RUN, BRANCH, &e), 0); /* after a crash */
}

/* What a process that was killed while it added a worktree leaves: entries that
 * are locked, half written, or under a second name. */
static void what_a_crash_left_does_not_hold_a_run(void **state)
{
	static const char *const names[] = {"run_a", "run_a1", "run_a2"};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		const char *entry = arena_printf(a, "repo/template.git/worktrees/%s", names[i]);

		put(arena_printf(a, "%s/locked", entry), "initializing");
		checkout("");
		assert_false(file_exists(at(arena_printf(a, "%s/locked", entry))));
		put(arena_printf(a, "%s/gitdir", entry), at("repo/trees/run_a/.git\n"));
		put(arena_printf(a, "%s/HEAD", entry), "ref: refs/heads/" BRANCH "\n");
		put(arena_printf(a, "%s/commondir", entry), "../..\n");
		checkout("");
		commit();
	}
	/* One that is another's stays, however alike the paths are. */
	put("repo/template.git/worktrees/run_a1/gitdir", at("repo/trees/run_a1/.git\n"));
	put("repo/template.git/worktrees/run_a2/gitdir", at("elsewhere/run_a/.git\n"));
	checkout("");
	assert_non_null(get("repo/template.git/worktrees/run_a1/gitdir"));
	assert_non_null(get("repo/template.git/worktrees/run_a2/gitdir"));
	/* A file where the folder should be is no obstacle. */
	assert_int_equal(repo_forget(a, &conf, RUN, NULL, &e), 0);
	put("repo/trees/run_a", "");
	checkout("");
	commit();
}

/* ---- what a worker may leave in its worktree */

static void a_repository_inside_is_refused(void **state)
{
	static const char *const nested[] = {
		"sub/.git/HEAD", "sub/.git", "a/b/c/.git", "sub/.git/x/y",
		".git/config", /* its own, made a folder */
	};
	static const char *const plain[] = {
		".gitattributes", ".gitmodules", "sub/.gitignore", "x.git", "x.git/HEAD", ".github/a",
		"sub/.gitx/HEAD", "sub/a.git", "git/HEAD", "-rf", "a b\nc", "\xc3\xa4", "HEAD",
	};
	const char *stable = repo_stable(a, &conf, &e), *made;

	(void)state;
	for (size_t i = 0; i < COUNT(nested); i++) {
		checkout("");
		if (str_starts(nested[i], ".git/"))
			assert_int_equal(unlink(at("repo/trees/run_a/.git")), 0);
		put(arena_printf(a, "repo/trees/run_a/%s", nested[i]), "x\n");
		REFUSED(E_INVALID, repo_commit(a, &conf, RUN, "The tool", &made, &e));
		assert_string_equal(says("rev-parse", BRANCH, NULL), stable);
	}
	checkout("");
	assert_int_equal(file_mkdirs(at("repo/trees/run_a/sub"), 0755, &e), 0);
	assert_int_equal(symlink(at("repo/template.git"), at("repo/trees/run_a/sub/.git")), 0);
	REFUSED(E_INVALID, repo_commit(a, &conf, RUN, "The tool", &made, &e));
	for (size_t i = 0; i < COUNT(plain); i++) {
		checkout("");
		put(arena_printf(a, "repo/trees/run_a/%s", plain[i]), "x\n");
		made = commit();
		assert_string_equal(says("show", arena_printf(a, "%s:%s", made, plain[i]), NULL), "x");
	}
	/* Names that mean the same to other systems: git refuses them itself. */
	checkout("");
	put("repo/trees/run_a/.GIT/config", "x\n");
	REFUSED(E_INTERNAL, repo_commit(a, &conf, RUN, "The tool", &made, &e));
	assert_string_equal(says("rev-parse", BRANCH, NULL), stable);
}

/* Nothing that a worker writes is run, whatever it is configured as, and no link
 * is followed. */
static void what_a_worker_writes_is_data(void **state)
{
	const char *made, *mark = arena_printf(a, "touch %s; cat", at("ran")), *settings;

	(void)state;
	settings = arena_printf(a,
				"[core]\n\thooksPath = hooks\n\tfsmonitor = %s\n[filter \"f\"]\n"
				"\tclean = %s\n\tsmudge = %s\n\trequired\n",
				mark, mark, mark);
	checkout("");
	put("repo/trees/run_a/.gitattributes", "* filter=f eol=crlf\n");
	put("repo/trees/run_a/.gitconfig", settings);
	says("config", "core.fsmonitor", mark);
	put("repo/template.git/hooks/post-checkout", arena_printf(a, "#!/bin/sh\n%s\n", mark));
	assert_int_equal(chmod(at("repo/template.git/hooks/post-checkout"), 0755), 0);
	put("repo/trees/run_a/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c touch\n");
	put("repo/trees/run_a/hooks/reference-transaction", arena_printf(a, "#!/bin/sh\n%s\n", mark));
	assert_int_equal(chmod(at("repo/trees/run_a/hooks/reference-transaction"), 0755), 0);
	put("repo/trees/run_a/.git", "gitdir: /nonexistent\n");
	put("secret", "a secret\n");
	assert_int_equal(symlink(at("secret"), at("repo/trees/run_a/link")), 0);
	assert_int_equal(symlink(root, at("repo/trees/run_a/up")), 0);
	assert_int_equal(mkfifo(at("repo/trees/run_a/fifo"), 0600), 0);
	made = commit();
	assert_int_equal(repo_second(a, &conf, RUN, made, &e), 0);
	assert_false(file_exists(at("ran")));
	assert_true(str_starts(says("ls-tree", made, "link"), "120000 blob "));
	assert_string_equal(says("show", arena_printf(a, "%s:link", made), NULL), at("secret"));
	assert_true(str_starts(says("ls-tree", made, "up"), "120000 blob "));
	assert_string_equal(says("ls-tree", made, "fifo"), "");
}

static void a_tree_is_bounded(void **state)
{
	char path[400] = "repo/trees/run_a";
	const char *made;

	(void)state;
	checkout("");
	for (int i = 0; i < 40; i++)
		strcat(path, "/d");
	put(strcat(path, "/f"), "x");
	REFUSED(E_INVALID, repo_commit(a, &conf, RUN, "The tool", &made, &e));
}

/* ---- git fails */

static int again_setup(void)
{
	return repo_setup(a, &conf, &e);
}

static int again_stable(void)
{
	return repo_stable(a, &conf, &e) ? 0 : -1;
}

static int again_checkout(void)
{
	const char *base;

	return repo_checkout(a, &conf, RUN, BRANCH, "", &base, &e);
}

static int again_commit(void)
{
	const char *made;

	return repo_commit(a, &conf, RUN, "The tool", &made, &e);
}

static int again_second(void)
{
	return repo_second(a, &conf, RUN, "stable", &e);
}

static int again_forget(void)
{
	return repo_forget(a, &conf, RUN, BRANCH, &e);
}

static int again_file(void)
{
	return repo_template_file(a, &conf, "stable", "build.json", &e) ? 0 : -1;
}

/* Each step fails once, in each way: it is told, no branch has moved, and the
 * same call succeeds when nothing fails. */
static void a_step_that_fails_moves_nothing(void **state)
{
	static const struct {
		int (*call)(void);
		int steps, removals;
	} rows[] = {
		{again_stable, 1, 0}, {again_file, 1, 0}, {again_setup, 7, 0}, {again_checkout, 2, 3},
		{again_commit, 7, 0}, {again_second, 1, 3}, {again_forget, 1, 7},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int n = 0; n < 2 * rows[i].steps + rows[i].removals; n++) {
			const char *stable, *branch;

			/* Something to do for each of them. */
			checkout("");
			assert_int_equal(repo_second(a, &conf, RUN, "stable", &e), 0);
			put("repo/trees/run_a/one", arena_printf(a, "%zu %d\n", i, n));
			put("template/one", arena_printf(a, "%zu %d\n", i, n));
			stable = says("rev-parse", "stable", NULL);
			branch = says("rev-parse", BRANCH, NULL);
			spawn_fails_how = n < rows[i].steps ? CANNOT_START : ENDS_BADLY;
			if (n < 2 * rows[i].steps)
				spawn_fails_at = n % rows[i].steps + 1;
			else
				removal_fails_at = n - 2 * rows[i].steps + 1;
			REFUSED(n < rows[i].steps || n >= 2 * rows[i].steps ? E_UNAVAILABLE : E_INTERNAL,
				rows[i].call());
			assert_int_equal(spawn_fails_at + removal_fails_at, 0);
			assert_string_equal(says("rev-parse", "stable", NULL), stable);
			assert_string_equal(says("rev-parse", BRANCH, NULL), branch);
		}
		spawn_fails_at = rows[i].steps + 1; /* there are no more of them */
		if (rows[i].call() != 0)
			fail_msg("row %zu: %s", i, e.detail);
		spawn_fails_at = 0;
	}
}

static void the_first_setup_fails_at_any_step(void **state)
{
	static const char *const folders[] = {"repo", "repo/trees", "repo/again"};
	int n = 0;

	(void)state;
	assert_int_equal(file_remove_tree(at("repo"), &e), 0);
	do {
		err_clear(&e);
		spawn_fails_at = ++n;
	} while (repo_setup(a, &conf, &e) != 0);
	assert_int_equal(n, 7); /* of six steps */
	spawn_fails_at = 0;
	assert_string_equal(says("rev-list", "--count", "stable"), "1");
	for (size_t i = 0; i < COUNT(folders); i++) {
		assert_int_equal(file_remove_tree(at("repo"), &e), 0);
		put(folders[i], "a file");
		REFUSED(E_UNAVAILABLE, repo_setup(a, &conf, &e));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(stable_is_the_template), T(packed_refs_keep_the_history),
		T(a_setup_that_was_killed_is_done_again), T(what_is_too_long_is_not_cut),
		T(a_checkout_is_clean_and_on_its_branch), T(a_second_checkout_does_not_touch_the_first),
		T(a_commit_that_comes_second_is_refused), T(a_run_is_forgotten_in_two_steps), T(what_a_crash_left_does_not_hold_a_run),
		T(a_repository_inside_is_refused), T(what_a_worker_writes_is_data), T(a_tree_is_bounded),
		T(a_step_that_fails_moves_nothing), T(the_first_setup_fails_at_any_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
