-- Crash accounting: a row without an end is a pass that died, or is still at it.

-- name: reap_sql_began
INSERT INTO pass_log (pass, host, started_at) VALUES ($1, $2, $3::timestamptz) RETURNING id;

-- name: reap_sql_ended
UPDATE pass_log SET ended_at = $2::timestamptz, items = $3::int, failed = $4::int
WHERE id = $1::bigint;

-- name: reap_sql_kill_level
SELECT level FROM kill_switch;

-- name: reap_sql_listen
LISTEN bus_work;
