-- name: task_sql_open
WITH t AS (
	INSERT INTO task (run, task_ref, status, created_at)
	VALUES ($1::bigint, $2, 'open', $3::timestamptz)
	ON CONFLICT (run) DO UPDATE SET status = 'open' RETURNING task_ref
)
SELECT task_ref FROM t;

-- name: task_sql_say
INSERT INTO task_message (run, seq, author, text, at)
SELECT $1::bigint, coalesce(max(seq), 0) + 1, $2, left($3, 65536), $4::timestamptz
FROM task_message WHERE run = $1::bigint;

-- name: task_sql_status
UPDATE task SET status = $2 WHERE run = $1::bigint;

-- name: task_sql_repair
SELECT text FROM task_message WHERE run = $1::bigint AND author = 'verifier'
ORDER BY seq DESC LIMIT 1;
