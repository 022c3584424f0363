#pragma once
#include "repo/repo.h"

struct repo_prunable {
	int64_t run;
	const char *run_id, *branch;
	bool branch_too;
};

int repo_store_insert(struct work *w, int64_t run, const char *branch, const char *base,
		      const char *worktree);
int repo_store_prunable(struct work *w, struct repo_prunable *ret); /* 1, 0 or -1 */
int repo_store_pruned(struct work *w, int64_t run, bool branch_too);
