/*
 * Repo: the template repository and one branch per run.
 *
 * A bare repository of ours holds the template on the branch `stable`. Each
 * run gets `build/{YYYYMMDD}/{run_id}` from there and a worktree of its own.
 * Nothing of a worktree is ever executed by us: git runs with its repository
 * named explicitly, without hooks, attributes filters or any configuration but
 * our own, so that what a worker writes into `.git` or `.gitconfig` is data.
 *
 * Pruning policy: the worktree of a run that has ended goes after
 * worktree_keep_s, its branch after branch_keep_s. Evidence stays with the run.
 */
#pragma once
#include "run/run.h"
#include "work/work.h"

/* Make the bare repository, or bring `stable` up to the template folder. */
int repo_setup(struct arena *a, const struct conf *c, struct err *e);

/* The commit that `stable` stands at. */
const char *repo_stable(struct arena *a, const struct conf *c, struct err *e);

/* Paths of a run's worktree and of a second checkout for comparison. */
const char *repo_tree(struct arena *a, const struct conf *c, const char *run_id);
const char *repo_second_tree(struct arena *a, const struct conf *c, const char *run_id);

/* A clean worktree on the run's branch; an old one is replaced, the branch is
 * set back to `base` ("" picks stable, and returns what it is). */
int repo_checkout(struct arena *a, const struct conf *c, const char *run_id, const char *branch,
		  const char *base, const char **ret_base, struct err *e);

/* Commit everything the worker left; the commit. Refuses nested repositories. */
int repo_commit(struct arena *a, const struct conf *c, const char *run_id, const char *message,
		const char **ret_commit, struct err *e);

/* A second, detached checkout of a commit in another folder. */
int repo_second(struct arena *a, const struct conf *c, const char *run_id, const char *commit,
		struct err *e);

/* Remove worktrees of a run; with `branch` the branch too. */
int repo_forget(struct arena *a, const struct conf *c, const char *run_id, const char *branch,
		struct err *e);

/* A file of the template as it is on `stable`. */
const char *repo_template_file(struct arena *a, const struct conf *c, const char *commit,
			       const char *path, struct err *e);

/* Rows: what belongs to a run. */
int repo_row_head(struct work *w, int64_t run, const char *commit);
int repo_row_base(struct work *w, int64_t run, const char **ret_base, const char **ret_branch);
