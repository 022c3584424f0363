#include "config.h"

#include "repo/repo_int.h"
#include "repo/repo_sql.h"
#include "port/pg.h"

int repo_store_insert(struct work *w, int64_t run, const char *branch, const char *base,
		      const char *worktree)
{
	return DB(w, repo_sql_insert, NULL, arg_int(w, run), branch, base, worktree, arg_now(w));
}

int repo_row_head(struct work *w, int64_t run, const char *commit)
{
	return DB(w, repo_sql_head, NULL, arg_int(w, run), commit);
}

int repo_row_base(struct work *w, int64_t run, const char **ret_base, const char **ret_branch)
{
	struct pg_rows rows;

	if (DB(w, repo_sql_row, &rows, arg_int(w, run)) < 0)
		return -1;
	*ret_base = rows.n ? pg_text(&rows, 0, 0) : NULL;
	*ret_branch = rows.n ? pg_text(&rows, 0, 1) : NULL;
	return 0;
}

int repo_store_prunable(struct work *w, struct repo_prunable *ret)
{
	struct pg_rows rows;

	if (DB(w, repo_sql_prunable, &rows, arg_now(w), arg_int(w, w->conf->worktree_keep_s),
	       arg_int(w, w->conf->branch_keep_s)) < 0)
		return -1;
	if (rows.n == 0)
		return 0;
	*ret = (struct repo_prunable){pg_int(&rows, 0, 0), pg_text(&rows, 0, 1), pg_text(&rows, 0, 2),
				      pg_bool(&rows, 0, 3)};
	return 1;
}

int repo_store_pruned(struct work *w, int64_t run, bool branch_too)
{
	return DB(w, repo_sql_pruned, NULL, arg_int(w, run), arg_now(w), arg_bool(branch_too));
}
