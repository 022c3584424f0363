-- No row while an operator has stopped new runs.
-- name: run_sql_create
INSERT INTO run (run_id, account_id, artifact_wish, created_at, updated_at)
SELECT $1, $2::bigint, $3, $4::timestamptz, $4::timestamptz FROM kill_switch WHERE level < 1
RETURNING id;

-- name: run_sql_work
INSERT INTO run_work (run, due_at) VALUES ($1::bigint, $2::timestamptz);

-- Whoever is to change a run takes it here first. The account is NULL for operators.
-- name: run_sql_lock
SELECT id, account_id, run_id, phase, artifact_wish, artifact_type, scope_hash,
	scope_approved_at IS NOT NULL, payment
FROM run WHERE run_id = $1 AND ($2::bigint IS NULL OR account_id = $2::bigint)
FOR NO KEY UPDATE;

-- name: run_sql_lock_id
SELECT id, account_id, run_id, phase, artifact_wish, artifact_type, scope_hash,
	scope_approved_at IS NOT NULL, payment
FROM run WHERE id = $1::bigint FOR NO KEY UPDATE;

-- name: run_sql_advance
WITH said AS MATERIALIZED (
	SELECT set_config('bus.event', $3, true), set_config('bus.actor', $5, true)
)
UPDATE run SET phase = $4, updated_at = $6::timestamptz FROM said
WHERE id = $1::bigint AND phase = $2
RETURNING pg_notify('bus_work', $4);

-- name: run_sql_message
WITH r AS (
	UPDATE run SET last_message_id = last_message_id + 1, updated_at = $6::timestamptz
	WHERE id = $1::bigint RETURNING id, account_id, last_message_id
), m AS (
	INSERT INTO message (run, seq, message_id, account_id, author, text, queued, at)
	SELECT id, last_message_id, $2, account_id, $3, $4, $5::boolean, $6::timestamptz FROM r
	RETURNING message_id, author, text, queued, at
)
SELECT row_to_json(p) FROM (
	SELECT message_id, author, text, queued, public_time(at) AS at FROM m) p;

-- name: run_sql_said
SELECT count(*), coalesce(sum(octet_length(text)), 0) FROM message
WHERE run = $1::bigint AND author = 'visitor';

-- The newest 64 KiB of a visitor's words and the first message. Of what we said
-- further back the last character tells whether it was a question.
-- name: run_sql_conversation
SELECT author = 'visitor', CASE WHEN newer < 65536 OR seq = 1 THEN text
	WHEN author = 'visitor' THEN '' ELSE right(text, 1) END
FROM (
	SELECT seq, author, text, coalesce(sum(octet_length(text)) FILTER (WHERE author = 'visitor')
		OVER (ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS newer
	FROM message WHERE run = $1::bigint) m
ORDER BY seq;

-- name: run_sql_open
UPDATE run SET question = $2, blocked = $3::json, decision = coalesce($4::json, decision),
	scope = NULL, scope_hash = NULL, scope_approved_at = NULL, artifact_type = NULL,
	updated_at = $5::timestamptz
WHERE id = $1::bigint;

-- name: run_sql_quote
WITH w AS (
	UPDATE run_work SET spec = $6::json, platforms = string_to_array($7, ' ')
	WHERE run = $1::bigint RETURNING run
)
UPDATE run SET artifact_type = $2, scope = $3::json, scope_hash = $4, scope_approved_at = NULL,
	question = NULL, blocked = NULL, decision = $5::json, payment = 'none',
	updated_at = $8::timestamptz
WHERE id = (SELECT run FROM w);

-- name: run_sql_scope_approved
UPDATE run SET scope_approved_at = $2::timestamptz, updated_at = $2::timestamptz,
	needs_contact = $3::boolean
WHERE id = $1::bigint AND scope_approved_at IS NULL;

-- name: run_sql_payment
UPDATE run SET payment = $2, updated_at = $3::timestamptz WHERE id = $1::bigint;

-- name: run_sql_kept
SELECT EXISTS (SELECT FROM checkout WHERE run = $1::bigint AND state = 'paid' AND refund = 'none');

-- name: run_sql_sale
SELECT scope->>'title', (scope->'price'->>'amount')::bigint, scope->'price'->>'currency'
FROM run WHERE id = $1::bigint;

-- name: run_sql_authorized
UPDATE run_work SET approved_by = $2, authorized_at = $3::timestamptz, ended_at = NULL,
	deadline_at = $3::timestamptz + make_interval(secs => $4::bigint)
WHERE run = $1::bigint;

-- name: run_sql_public
SELECT doc FROM run_public WHERE run_id = $1 AND ($2::bigint IS NULL OR account_id = $2::bigint);

-- ---- reads that are rows
--
-- The caller is found first, and is the row-level key for what is read in the
-- same statement: a sub-select in the output is evaluated for each row of
-- "who", so never before the key is set.

-- This one is asked most: a CASE keeps the same order without a level of its own.
-- name: run_sql_read_one
SELECT who.account_id, CASE WHEN set_config('bus.account', who.account_id::text, true) IS NOT NULL THEN (
	SELECT doc FROM run_public p WHERE p.run_id = $2 AND p.account_id = who.account_id) END
FROM session who WHERE who.token_hash = decode($1, 'hex') AND who.expires_at > now();

-- For a caller that is known by its subject.
-- name: run_sql_read_one_program
SELECT who.account_id, CASE WHEN set_config('bus.account', who.account_id::text, true) IS NOT NULL THEN (
	SELECT doc FROM run_public p WHERE p.run_id = $2 AND p.account_id = who.account_id) END
FROM caller(NULL, $1) who;

-- name: run_sql_read_list
SELECT who.account_id, (
	WITH page AS (
		SELECT run, run_id, doc FROM run_public p
		WHERE p.account_id = who.account_id AND ($3::text IS NULL OR p.run < (
			SELECT c.run FROM run_public c
			WHERE c.run_id = $3 AND c.account_id = who.account_id))
		ORDER BY run DESC LIMIT coalesce($2::int, 20) + 1
	), kept AS (SELECT * FROM page ORDER BY run DESC LIMIT coalesce($2::int, 20))
	SELECT row_to_json(p) FROM (SELECT coalesce(
			(SELECT json_agg(doc::json ORDER BY run DESC) FROM kept), '[]'::json) AS items,
		CASE WHEN (SELECT count(*) FROM page) > coalesce($2::int, 20)
			THEN (SELECT run_id FROM kept ORDER BY run LIMIT 1) END AS next_cursor) p)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $4)
) who;

-- name: run_sql_read_messages
SELECT who.account_id, (SELECT (
	WITH page AS (
		SELECT * FROM message m WHERE m.run = r.id AND m.seq > coalesce($4::int, 0)
		ORDER BY seq LIMIT coalesce($3::int, 100) + 1
	), kept AS (SELECT * FROM page ORDER BY seq LIMIT coalesce($3::int, 100))
	SELECT row_to_json(p) FROM (SELECT coalesce((SELECT json_agg(row_to_json(m) ORDER BY seq)
			FROM kept k CROSS JOIN LATERAL (SELECT k.message_id, k.author, k.text, k.queued,
				public_time(k.at) AS at) m), '[]'::json) AS items,
		CASE WHEN (SELECT count(*) FROM page) > coalesce($3::int, 100)
			THEN (SELECT max(seq)::text FROM kept) END AS next_cursor) p)
	FROM run r WHERE r.run_id = $2 AND r.account_id = who.account_id)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $5)
) who;

-- ---- leases

-- Locks are always taken on the run first. Whoever is locked already is being
-- changed by somebody else and is left alone.
-- name: run_sql_candidate
SELECT r.id FROM run r JOIN run_work w ON w.run = r.id
WHERE w.phase IN ($1, $2) AND w.due_at <= $3::timestamptz AND EXISTS (SELECT FROM kill_switch WHERE level < 3)
	AND (w.lease_until IS NULL OR w.lease_until < $3::timestamptz)
ORDER BY w.due_at LIMIT 1 FOR NO KEY UPDATE OF r, w SKIP LOCKED;

-- name: run_sql_lease
UPDATE run_work SET holder = $2, epoch = epoch + 1, attempts = attempts + 1,
	lease_until = $3::timestamptz + make_interval(secs => $4::bigint)
WHERE run = $1::bigint
RETURNING epoch, attempts, spec, array_to_string(platforms, ' '), repairs;

-- name: run_sql_holder
SELECT holder IS NOT NULL FROM run_work WHERE run = $1::bigint;

-- name: run_sql_branch
SELECT branch, head_commit FROM repo_branch WHERE run = $1::bigint;

-- name: run_sql_hold
SELECT 1 FROM run r JOIN run_work w ON w.run = r.id
WHERE r.id = $1::bigint AND w.epoch = $2::bigint FOR NO KEY UPDATE OF r, w;

-- name: run_sql_beat
UPDATE run_work SET lease_until = $3::timestamptz + make_interval(secs => $4::bigint)
WHERE run = $1::bigint AND epoch = $2::bigint AND (deadline_at IS NULL OR deadline_at > $3::timestamptz);

-- name: run_sql_release
UPDATE run_work SET holder = NULL, lease_until = NULL, epoch = epoch + 1,
	due_at = $3::timestamptz + make_interval(secs => $4::bigint)
WHERE run = $1::bigint AND epoch = $2::bigint;

-- name: run_sql_repaired
UPDATE run_work SET repairs = repairs + 1 WHERE run = $1::bigint;

-- name: run_sql_evidence
INSERT INTO evidence (run, kind, text, at) VALUES ($1::bigint, $2, left($3, 1048576), $4::timestamptz);

-- ---- passes

-- Whoever is locked is being changed by somebody else: next time.
-- name: run_sql_silent
SELECT id, account_id, run_id, phase, artifact_wish, artifact_type, scope_hash,
	scope_approved_at IS NOT NULL, payment
FROM run WHERE phase IN ('drafting', 'quoted')
	AND updated_at < $1::timestamptz - make_interval(secs => $2::bigint)
ORDER BY updated_at LIMIT $3::int FOR NO KEY UPDATE SKIP LOCKED;

-- name: run_sql_overdue
SELECT r.id, r.account_id, r.run_id, r.phase, r.artifact_wish, r.artifact_type, r.scope_hash,
	r.scope_approved_at IS NOT NULL, r.payment
FROM run r JOIN run_work w ON w.run = r.id
WHERE w.phase IN ('authorized', 'repo_ready', 'worker_running', 'artifact_pending')
	AND w.deadline_at < $1::timestamptz
LIMIT $2::int FOR NO KEY UPDATE OF r, w SKIP LOCKED;

-- What is being built, oldest first, while an operator has stopped that.
-- name: run_sql_running
SELECT r.id, r.account_id, r.run_id, r.phase, r.artifact_wish, r.artifact_type, r.scope_hash,
	r.scope_approved_at IS NOT NULL, r.payment
FROM run r JOIN run_work w ON w.run = r.id CROSS JOIN kill_switch k
WHERE w.phase IN ('authorized', 'repo_ready', 'worker_running', 'artifact_pending') AND k.level >= 3
ORDER BY r.id LIMIT $1::int FOR NO KEY UPDATE OF r, w SKIP LOCKED;

-- name: run_sql_kill_reason
SELECT reason FROM kill_switch;

-- ---- operators

-- name: run_sql_operator_list
SELECT true, json_build_object('items', coalesce(json_agg(j ORDER BY id DESC), '[]'::json),
	'next_cursor', NULL) FROM (
	SELECT r.id, json_build_object('run_id', r.run_id, 'phase', r.phase,
		'title', r.scope->>'title', 'artifact_type', r.artifact_type, 'payment', r.payment,
		'scope_approved', r.scope_approved_at IS NOT NULL, 'attempts', w.attempts,
		'holder', w.holder, 'status_message', r.status_message,
		'created_at', public_time(r.created_at), 'updated_at', public_time(r.updated_at)) j
	FROM run r JOIN run_work w ON w.run = r.id
	WHERE $1::text IS NULL OR r.phase = $1
	ORDER BY r.id DESC LIMIT coalesce($2::int, 50)) s;

-- name: run_sql_operator_show
SELECT true, (SELECT json_build_object('run', p.doc::json,
	'internal', json_build_object('account_id', r.account_id, 'spec', w.spec,
		'platforms', w.platforms, 'repairs', w.repairs, 'approved_by', w.approved_by,
		'authorized_at', public_time(w.authorized_at), 'deadline_at', public_time(w.deadline_at),
		'holder', w.holder, 'epoch', w.epoch, 'lease_until', public_time(w.lease_until),
		'attempts', w.attempts,
		'task_ref', t.task_ref, 'task_status', t.status,
		'branch', b.branch, 'base_commit', b.base_commit, 'head_commit', b.head_commit,
		'worktree', b.worktree),
	'workers', (SELECT coalesce(json_agg(json_build_object('worker_id', k.worker_id,
		'status', k.status, 'host', k.host, 'epoch', k.epoch,
		'started_at', public_time(k.started_at), 'ended_at', public_time(k.ended_at),
		'reason', k.reason) ORDER BY k.epoch), '[]'::json) FROM worker k WHERE k.run = r.id),
	'history', (SELECT coalesce(json_agg(json_build_object('from', h.from_phase,
		'event', h.event, 'to', h.to_phase, 'actor', h.actor, 'at', public_time(h.at))
		ORDER BY h.step), '[]'::json) FROM run_history h WHERE h.run = r.id),
	'verifications', (SELECT coalesce(json_agg(json_build_object('ok', v.ok, 'code', v.code,
		'at', public_time(v.at), 'report', v.report) ORDER BY v.id), '[]'::json)
		FROM verification v WHERE v.run = r.id),
	'evidence', (SELECT coalesce(json_agg(json_build_object('kind', e.kind,
		'at', public_time(e.at), 'text', e.text) ORDER BY e.id), '[]'::json)
		FROM evidence e WHERE e.run = r.id))
	FROM run r JOIN run_work w ON w.run = r.id JOIN run_public p ON p.run = r.id
	LEFT JOIN task t ON t.run = r.id LEFT JOIN repo_branch b ON b.run = r.id
	WHERE r.run_id = $1);

-- name: run_sql_operator_events
SELECT true, (SELECT json_build_object('events',
	(SELECT coalesce(json_agg(e.doc::json ORDER BY e.seq), '[]'::json) FROM event e WHERE e.run = r.id),
	'last_id', r.last_event_id) FROM run r WHERE r.run_id = $1);
