-- Who signed in with more calls than the plan allows has nothing left.
-- name: usage_sql_reserve_all
SELECT outcome, account, scope, period, CASE WHEN remaining < 0 THEN 0 ELSE remaining END,
	(extract(epoch FROM resets) * 1000000)::bigint, answer, stream
FROM usage_reserve_all($1::json);

-- name: usage_sql_settle_all
SELECT usage_settle_all($1::json);

-- name: usage_sql_forget
DELETE FROM call_answer WHERE usage IN (
	SELECT usage FROM call_answer WHERE at < $1::timestamptz - interval '24 hours' LIMIT $2::int);

-- name: usage_sql_expire
SELECT usage_expire($1::timestamptz, $2::int);

-- name: usage_sql_correct
SELECT usage_correct($1, $2::bigint, $3, $4::timestamptz);

-- The caller's own calls, newest first. $3 is the page's size, $4 its cursor.
-- name: usage_sql_read_list
SELECT who.id, (SELECT json_build_object('items', coalesce(json_agg(p.doc ORDER BY p.id DESC), '[]'::json),
		'next_cursor', CASE WHEN count(*) = coalesce($3::int, 50) THEN min(p.id)::text END)
	FROM (SELECT u.id, u.doc FROM usage_public u
		WHERE u.account_id = who.id AND u.id < coalesce($4::bigint, 9223372036854775807)
			AND ($5::text IS NULL OR u.run_id = $5) AND ($6::text IS NULL OR u.chat_id = $6)
			AND ($7::text IS NULL OR u.doc->>'task_id' = $7)
		ORDER BY u.id DESC LIMIT coalesce($3::int, 50)) p)
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM account_of($1, $2) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: usage_sql_read_summary
SELECT who.id, (SELECT json_build_object('limits', coalesce(json_agg(json_build_object(
		'scope', b.scope, 'period', b.period, 'hard_limit', b.hard_limit, 'used', b.posted,
		'reserved', b.reserved, 'remaining', greatest(b.hard_limit - b.posted - b.reserved, 0),
		'resets_at', public_time(period_end(b.period, b.starts)), 'unit', 'micro')
		ORDER BY b.hard_limit), '[]'::json))
	FROM budget b WHERE b.scope = 'account' AND b.subject = who.id::text
		AND b.starts = period_start(b.period, now()))
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM account_of($1, $2) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- Row-level security decides whose they are.
-- name: usage_sql_receipt
SELECT doc FROM usage_receipt WHERE usage_id = $1 AND account_id = $2::bigint;

-- name: usage_sql_operator_list
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(p) ORDER BY p.id DESC), '[]'::json)) FROM (
	SELECT u.id, u.usage_id, public_time(u.created_at) AS at, coalesce(a.subject, 'visitor ' || a.id) AS account,
		u.model, coalesce(u.served, u.backend) AS backend, u.state, u.reserved, u.posted, u.cost, u.reason, u.run_id, u.tokens
	FROM usage_record u JOIN account a ON a.id = u.account_id
	WHERE ($1::text IS NULL OR u.state = $1) ORDER BY u.id DESC LIMIT coalesce($2::int, 50)) p;

-- What it cost is known where it was told what was used: the margin is that of those
-- calls, and `uncosted` the revenue of the others.
-- name: usage_sql_margin
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(p)), '[]'::json)) FROM (
	SELECT u.model, coalesce(u.served, u.backend) AS backend, count(*) AS calls, sum(u.posted) AS revenue,
		sum(u.cost) AS cost, coalesce(sum(u.posted - u.cost) FILTER (WHERE u.tokens IS NOT NULL), 0) AS margin,
		count(*) FILTER (WHERE u.state = 'estimated') AS estimated,
		coalesce(sum(u.posted) FILTER (WHERE u.tokens IS NULL), 0) AS uncosted
	FROM usage_record u WHERE u.state <> 'reserved' GROUP BY 1, 2 ORDER BY 6) p;

-- name: usage_sql_kill
UPDATE kill_switch SET level = $1::int, reason = $2, by = $3, at = $4::timestamptz;

-- name: usage_sql_kill_show
SELECT true, (SELECT json_build_object('level', (ARRAY['none', 'new-runs', 'new-spend', 'cancel', 'destroy'])[level + 1],
	'reason', reason, 'by', by, 'at', public_time(at)) FROM kill_switch);

-- What a proof may find: a limit of this name, and how it stands.
-- name: usage_sql_proof_state
SELECT b.hard_limit, b.reserved, b.posted,
	(SELECT count(*) FROM usage_record u WHERE u.account_id = a.id AND u.state = 'posted'),
	(SELECT count(*) FROM usage_record u WHERE u.account_id = a.id AND u.state = 'reserved')
FROM account a JOIN budget b ON b.scope = 'account' AND b.subject = a.id::text
WHERE a.subject = $1;

-- name: usage_sql_proof_plan
WITH p AS (
	INSERT INTO plan VALUES ($1::text, 'proof', '{proof}', json_build_object('id', $1::text))
	ON CONFLICT (id) DO NOTHING RETURNING id)
INSERT INTO plan_limit (plan, scope, period, hard_limit) SELECT id, 'account', 'total', $2::bigint FROM p;

-- name: usage_sql_proof_account
SELECT account_put($1, $1, $2::timestamptz);

-- name: usage_sql_proof_remove
SELECT proof_remove($1, $2::timestamptz);

-- name: usage_sql_seal_lock
SELECT pg_advisory_xact_lock(hashtextextended('bus ledger seal', 0));

-- name: usage_sql_seals
SELECT id, first, last, entries, root, previous, signature, (extract(epoch FROM at) * 1000000)::bigint, kid
FROM ledger_seal WHERE id > $1::bigint ORDER BY id LIMIT $2::int;

-- name: usage_sql_last_seal
SELECT id, first, last, entries, root, previous, signature, (extract(epoch FROM at) * 1000000)::bigint, kid
FROM ledger_seal ORDER BY id DESC LIMIT 1;

-- name: usage_sql_seal_of
SELECT id, first, last, entries, root, previous, signature, (extract(epoch FROM at) * 1000000)::bigint, kid
FROM ledger_seal WHERE last >= $1::bigint AND first <= $1::bigint ORDER BY last LIMIT 1;

-- name: usage_sql_leaves
SELECT id, leaf FROM ledger_leaves($1::bigint, $2::bigint, $3::int, $4::timestamptz);

-- name: usage_sql_add_seal
INSERT INTO ledger_seal (id, first, last, entries, root, previous, signature, at, kid)
VALUES ($1::bigint, $2::bigint, $3::bigint, $4::bigint, $5, $6, $7, $8::timestamptz, $9);

-- The account is NULL for operators.
-- name: usage_sql_entries_of
SELECT e.id, ledger_text(e, u.usage_id) FROM usage_record u JOIN ledger_entry e ON e.usage = u.id
WHERE u.usage_id = $1 AND ($2::bigint IS NULL OR u.account_id = $2::bigint) ORDER BY e.id;

-- A page of the feed as it was at $1: after the cursor ($2, $3) where there is one,
-- else by its number.
-- name: usage_sql_feed
WITH page AS MATERIALIZED (
	SELECT id, at FROM usage_feed_page($1::timestamptz, $2::timestamptz, $3::bigint, $4::bigint, $5::bigint + 1)
), kept AS (SELECT * FROM page ORDER BY at, id LIMIT $5::bigint),
more AS (SELECT (SELECT count(*) FROM page) > $5::bigint AS there)
SELECT coalesce((SELECT json_agg(d.doc ORDER BY k.at, k.id) FROM kept k JOIN LATERAL (SELECT doc FROM usage_feed_doc
		WHERE usage = k.id / 64 AND seq = k.id % 64 OFFSET 0) d ON true), '[]'::json), (SELECT there FROM more),
	CASE WHEN (SELECT there FROM more) THEN (SELECT (extract(epoch FROM at) * 1000000)::bigint || '-' || id
		FROM kept ORDER BY at DESC, id DESC LIMIT 1) END;

-- name: usage_sql_collected
SELECT usage_collected($1::timestamptz, $2::bigint, $3::bigint, $4::timestamptz);

-- name: usage_sql_event_put
SELECT usage_event_put($1, $2, $3, $4, $5, $6::timestamptz);
