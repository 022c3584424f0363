-- The hallway's own: idempotency keys, the operator's switch, the operators' second factor.

-- name: web_sql_kill_level
SELECT level FROM kill_switch;

-- name: web_sql_idem_insert
INSERT INTO idempotency (principal, route, key, body_hash, created_at)
VALUES ($1, $2, $3, decode($4, 'hex'), $5::timestamptz)
ON CONFLICT DO NOTHING RETURNING 1;

-- name: web_sql_idem_find
SELECT encode(body_hash, 'hex'), status, encode(answer, 'hex') FROM idempotency
WHERE principal = $1 AND route = $2 AND key = $3;

-- Who was cut off in the middle has given its key up after two minutes: no handler
-- takes as long, and what it had begun is found again by a repeated one.
-- name: web_sql_idem_take
INSERT INTO idempotency AS i (principal, route, key, body_hash, created_at)
VALUES ($1, $2, $3, decode($4, 'hex'), $5::timestamptz)
ON CONFLICT (principal, route, key) DO UPDATE SET created_at = excluded.created_at
WHERE i.answer IS NULL AND i.body_hash = excluded.body_hash
	AND i.created_at < excluded.created_at - interval '2 minutes'
RETURNING 1;

-- name: web_sql_idem_free
DELETE FROM idempotency WHERE principal = $1 AND route = $2 AND key = $3 AND answer IS NULL;

-- name: web_sql_idem_store
UPDATE idempotency SET status = $4::int, answer = decode($5, 'hex')
WHERE principal = $1 AND route = $2 AND key = $3;

-- name: web_sql_second_shown
SELECT shown_until > $1::timestamptz FROM operator_second;

-- name: web_sql_second_try
SELECT last_step, tries, (extract(epoch FROM again) * 1000000)::bigint FROM operator_second_try($1::timestamptz);

-- name: web_sql_second_use
SELECT operator_second_use($1::bigint, $2::timestamptz);
