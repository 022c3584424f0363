-- name: worker_sql_lost
UPDATE worker SET status = 'lost', ended_at = $2::timestamptz, reason = 'its holder was lost'
WHERE run = $1::bigint AND status = 'running';

-- name: worker_sql_insert
INSERT INTO worker (worker_id, run, epoch, profile, status, host, started_at, heartbeat_at)
VALUES ($1, $2::bigint, $3::bigint, $4, 'running', $5, $6::timestamptz, $6::timestamptz);

-- name: worker_sql_beat
UPDATE worker SET heartbeat_at = $2::timestamptz WHERE worker_id = $1 AND status = 'running';

-- name: worker_sql_end
UPDATE worker SET status = $2, reason = $3, ended_at = $4::timestamptz
WHERE worker_id = $1 AND status = 'running';

-- A worker whose run has moved on without it (cancelled, failed, claimed anew).
-- name: worker_sql_strays
UPDATE worker k SET status = 'stopped', ended_at = $1::timestamptz, reason = 'the run moved on'
FROM run_work w WHERE w.run = k.run AND k.status = 'running' AND k.epoch <> w.epoch
	AND k.worker_id IN (SELECT worker_id FROM worker WHERE status = 'running' LIMIT $2::int);
