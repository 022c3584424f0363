-- name: repo_sql_insert
INSERT INTO repo_branch (run, branch, base_commit, worktree, created_at)
VALUES ($1::bigint, $2, $3, $4, $5::timestamptz)
ON CONFLICT (run) DO UPDATE SET worktree_gone_at = NULL, branch_gone_at = NULL, head_commit = NULL;

-- name: repo_sql_head
UPDATE repo_branch SET head_commit = $2 WHERE run = $1::bigint;

-- name: repo_sql_row
SELECT base_commit, branch FROM repo_branch WHERE run = $1::bigint;

-- Runs that have ended long enough ago for their worktree or branch to go. A
-- result that nobody fetches is an end as well: its files are in the store. Those of
-- who has left go at once.
-- name: repo_sql_prunable
SELECT b.run, r.run_id, b.branch,
	a.closed_at IS NOT NULL OR e.at < $1::timestamptz - make_interval(secs => $3::bigint)
FROM repo_branch b JOIN run r ON r.id = b.run JOIN account a ON a.id = r.account_id JOIN run_work w ON w.run = b.run
JOIN run_state s ON s.phase = r.phase, coalesce(w.ended_at, r.updated_at) e(at)
WHERE (s.terminal OR r.phase = 'artifact_ready') AND ((b.worktree_gone_at IS NULL
		AND (a.closed_at IS NOT NULL OR e.at < $1::timestamptz - make_interval(secs => $2::bigint)))
	OR (b.branch_gone_at IS NULL
		AND (a.closed_at IS NOT NULL OR e.at < $1::timestamptz - make_interval(secs => $3::bigint))))
ORDER BY e.at LIMIT 1 FOR UPDATE OF b SKIP LOCKED;

-- name: repo_sql_pruned
UPDATE repo_branch SET worktree_gone_at = coalesce(worktree_gone_at, $2::timestamptz),
	branch_gone_at = CASE WHEN $3::boolean THEN $2::timestamptz ELSE branch_gone_at END
WHERE run = $1::bigint;
