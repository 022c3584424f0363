-- The hallway's own: idempotency keys, and the operator's switch.

-- name: web_sql_kill_level
SELECT level FROM kill_switch;

-- name: web_sql_idem_insert
INSERT INTO idempotency (principal, route, key, body_hash, created_at)
VALUES ($1, $2, $3, decode($4, 'hex'), $5::timestamptz)
ON CONFLICT DO NOTHING RETURNING 1;

-- name: web_sql_idem_find
SELECT encode(body_hash, 'hex'), status, encode(answer, 'hex') FROM idempotency
WHERE principal = $1 AND route = $2 AND key = $3;

-- name: web_sql_idem_store
UPDATE idempotency SET status = $4::int, answer = decode($5, 'hex')
WHERE principal = $1 AND route = $2 AND key = $3;
