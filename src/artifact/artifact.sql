-- name: artifact_sql_verification
INSERT INTO verification (run, epoch, ok, code, report, at)
VALUES ($1::bigint, $2::bigint, $3::boolean, $4, $5::json, $6::timestamptz) RETURNING id;

-- name: artifact_sql_verified
INSERT INTO verified_file (verification, sha256) VALUES ($1::bigint, $2) ON CONFLICT DO NOTHING;

-- name: artifact_sql_insert
INSERT INTO artifact (artifact_id, run, account_id, verification, kind, name, sha256, size_bytes,
	platform, entrypoint, mime, reproducible, verified_at)
VALUES ($1, $2::bigint, $3::bigint, $4::bigint, $5, $6, $7, $8::bigint, $9, $10, $11, $12::boolean,
	$13::timestamptz)
RETURNING id;

-- Who publishes a file and who removes it from the store do it one after the other:
-- it is held to the end of the transaction.
-- name: artifact_sql_hold
SELECT pg_advisory_xact_lock_shared(hashtextextended('artifact ' || $1, 0));

-- name: artifact_sql_gone
SELECT sha256 FROM artifact_gone
WHERE pg_try_advisory_xact_lock(hashtextextended('artifact ' || sha256, 0))
ORDER BY at, sha256 LIMIT 1 FOR UPDATE SKIP LOCKED;

-- A statement of its own: what was published before it was held is seen.
-- name: artifact_sql_shared
SELECT EXISTS (SELECT FROM artifact WHERE sha256 = $1);

-- name: artifact_sql_forgotten
DELETE FROM artifact_gone WHERE sha256 = $1;

-- name: artifact_sql_provenance
INSERT INTO provenance (artifact, account_id, envelope) VALUES ($1::bigint, $2::bigint, $3);

-- name: artifact_sql_count
UPDATE run SET artifacts = (SELECT count(*) FROM artifact WHERE run = $1::bigint)
WHERE id = $1::bigint;

-- name: artifact_sql_context
SELECT r.scope_hash, r.artifact_type, b.base_commit,
	(extract(epoch FROM coalesce(w.authorized_at, r.created_at)) * 1000000)::bigint
FROM run r JOIN run_work w ON w.run = r.id LEFT JOIN repo_branch b ON b.run = r.id
WHERE r.id = $1::bigint;

-- name: artifact_sql_build_log
SELECT text FROM evidence WHERE run = $1::bigint AND kind = 'build_log' ORDER BY id DESC LIMIT 1;

-- ---- reads that are rows

-- name: artifact_sql_list
SELECT who.account_id, (SELECT (
	SELECT row_to_json(p) FROM (SELECT coalesce(json_agg(artifact_public(a, r.run_id)
		ORDER BY a.id), '[]'::json) AS items, NULL AS next_cursor
		FROM artifact a WHERE a.run = r.id) p)
	FROM run r WHERE r.run_id = $2 AND r.account_id = who.account_id),
	(SELECT run_held(r.id) FROM run r WHERE r.run_id = $2 AND r.account_id = who.account_id)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $3)
) who;

-- name: artifact_sql_show
SELECT who.account_id, (SELECT artifact_public(a, r.run_id)
	FROM run r JOIN artifact a ON a.run = r.id
	WHERE r.run_id = $2 AND r.account_id = who.account_id AND a.artifact_id = $3),
	(SELECT run_held(r.id) FROM run r WHERE r.run_id = $2 AND r.account_id = who.account_id)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $4)
) who;

-- name: artifact_sql_envelope
SELECT who.account_id, (SELECT p.envelope
	FROM run r JOIN artifact a ON a.run = r.id JOIN provenance p ON p.artifact = a.id
	WHERE r.run_id = $2 AND r.account_id = who.account_id AND a.artifact_id = $3),
	(SELECT run_held(r.id) FROM run r WHERE r.run_id = $2 AND r.account_id = who.account_id)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $4)
) who;

-- ---- delivery

-- name: artifact_sql_find
SELECT a.id, a.run, a.kind, a.name, a.sha256, a.size_bytes, a.mime, a.entrypoint, run_held(a.run)
FROM artifact a JOIN run r ON r.id = a.run
WHERE r.run_id = $1 AND a.artifact_id = $2 AND a.account_id = $3::bigint;

-- No row while an operator has everything taken down.
-- name: artifact_sql_preview_new
INSERT INTO preview (host, run, account_id, artifact, ticket_hash, ticket_until, until)
SELECT $1, $2::bigint, $3::bigint, $4::bigint, decode($5, 'hex'), $6::timestamptz, $6::timestamptz
FROM kill_switch WHERE level < 4;

-- name: artifact_sql_preview_find
SELECT p.artifact, p.run, set_config('bus.preview_run', p.run::text, true), p.ticket, p.ticket_open,
	p.cookie, p.open
FROM (SELECT set_config('bus.preview_host', $1, true) AS host OFFSET 0) who
CROSS JOIN LATERAL (
	SELECT artifact, run, encode(ticket_hash, 'hex') AS ticket,
		cookie_hash IS NULL AND ticket_until > $2::timestamptz AND run_held(run) IS NULL AS ticket_open,
		encode(cookie_hash, 'hex') AS cookie, until > $2::timestamptz AND run_held(run) IS NULL AS open
	FROM preview WHERE preview.host = who.host OFFSET 0) p;

-- name: artifact_sql_preview_use
UPDATE preview SET cookie_hash = decode($2, 'hex'), until = $3::timestamptz
WHERE host = $1 AND cookie_hash IS NULL;

-- name: artifact_sql_preview_file
SELECT a.sha256, a.mime FROM artifact a
WHERE a.run = $1::bigint AND a.kind = 'web' AND ($3 = '' AND a.id = $2::bigint OR a.name = $3);

-- name: artifact_sql_preview_expire
DELETE FROM preview WHERE host IN (
	SELECT host FROM preview WHERE until < $1::timestamptz LIMIT $2::int);

-- name: artifact_sql_preview_close
DELETE FROM preview WHERE host IN (SELECT host FROM preview LIMIT $1::int);

-- ---- operators

-- name: artifact_sql_operator
SELECT true, (SELECT json_build_object('items', (
	SELECT coalesce(json_agg(json_build_object('artifact_id', a.artifact_id, 'kind', a.kind,
		'name', a.name, 'platform', a.platform, 'size_bytes', a.size_bytes,
		'sha256', a.sha256, 'reproducible', a.reproducible, 'mime', a.mime,
		'verified_at', public_time(a.verified_at), 'verification', v.report) ORDER BY a.id),
		'[]'::json)
	FROM artifact a JOIN verification v ON v.id = a.verification WHERE a.run = r.id))
	FROM run r WHERE r.run_id = $1);
