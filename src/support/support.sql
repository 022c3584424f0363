-- name: support_sql_health
SELECT (SELECT max(version) FROM schema_migration),
	coalesce(extract(epoch FROM $1::timestamptz - (SELECT max(started_at) FROM pass_log
		WHERE started_at <= $1::timestamptz + interval '1 minute'))::bigint, -1),
	extract(epoch FROM clock_timestamp() - $1::timestamptz)::bigint,
	current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery();

-- ---- the desk: an allow-list without an address, a word or an amount

-- name: support_sql_desk_account
SELECT true, (SELECT json_build_object('account_id', a.subject, 'status', coalesce(c.status, 'program'),
	'email_verified', coalesce(c.email_verified, false),
	'second_factor', EXISTS (SELECT FROM totp t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL),
	'disabled', a.disabled, 'created_at', public_time(a.created_at),
	'sessions', (SELECT count(*) FROM session s WHERE s.account_id = a.id AND s.expires_at > now()),
	'keys', (SELECT count(*) FROM api_key k WHERE k.account_id = a.id AND k.revoked_at IS NULL
		AND k.expires_at > now()),
	'support', support_record(a.id),
	'runs', (SELECT coalesce(json_agg(json_build_object('run_id', r.run_id, 'phase', r.phase,
		'updated_at', public_time(r.updated_at))), '[]'::json)
		FROM (SELECT * FROM run WHERE run.account_id = a.id ORDER BY run.id DESC LIMIT 20) r))
	FROM account a LEFT JOIN customer c ON c.account_id = a.id WHERE a.subject = $1);

-- name: support_sql_desk_run
SELECT true, (SELECT json_build_object('run_id', r.run_id, 'account_id', a.subject, 'phase', r.phase,
	'artifact_type', r.artifact_type, 'payment', r.payment, 'artifacts', r.artifacts,
	'created_at', public_time(r.created_at), 'updated_at', public_time(r.updated_at),
	'events', (SELECT coalesce(json_agg(json_build_object('id', e.seq, 'type', e.type,
		'at', public_time(e.at)) ORDER BY e.seq), '[]'::json)
		FROM (SELECT seq, type, at FROM event WHERE event.run = r.id ORDER BY seq DESC LIMIT 200) e))
	FROM run r JOIN account a ON a.id = r.account_id WHERE r.run_id = $1);

-- name: support_sql_have_table
SELECT to_regclass('bus.schema_migration') IS NOT NULL;

-- name: support_sql_applied
SELECT version, checksum FROM bus.schema_migration ORDER BY version;

-- name: support_sql_record
INSERT INTO bus.schema_migration (version, name, checksum, took_ms)
VALUES ($1::int, $2, $3, $4::int);

-- name: support_sql_forget
DELETE FROM bus.schema_migration WHERE version = $1::int;

-- name: support_sql_owner
SET LOCAL ROLE bus_owner;

-- name: support_sql_patience
SET LOCAL lock_timeout = '2s';

-- One migration at a time, whoever starts it.
-- name: support_sql_migration_lock
SELECT pg_advisory_xact_lock(hashtextextended('bus migration', 0));

-- The invariants. Each branch gives nothing while it holds.
-- name: support_sql_fsck
SELECT 'I1 history is a legal path' AS invariant, r.run_id AS subject,
	'step ' || h.step || ': ' || h.from_phase || ' ' || h.event || ' ' || h.to_phase AS detail
FROM run_history h JOIN run r ON r.id = h.run
WHERE NOT EXISTS (SELECT FROM run_edge e WHERE e.from_phase = h.from_phase AND e.event = h.event
		AND e.to_phase = h.to_phase)
	OR h.from_phase <> coalesce((SELECT p.to_phase FROM run_history p
		WHERE p.run = h.run AND p.step = h.step - 1), 'drafting')
UNION ALL
SELECT 'I1 history ends in the phase', r.run_id, r.phase || ' but history says ' || coalesce(l.to_phase, 'drafting')
FROM run r LEFT JOIN LATERAL (SELECT to_phase FROM run_history h WHERE h.run = r.id
	ORDER BY step DESC LIMIT 1) l ON true
WHERE r.phase <> coalesce(l.to_phase, 'drafting')
UNION ALL
SELECT 'I1 the queue knows the phase', r.run_id, r.phase || ' but queued as ' || w.phase
FROM run r JOIN run_work w ON w.run = r.id WHERE r.phase <> w.phase
UNION ALL
SELECT 'I2 one live worker', r.run_id, count(*) || ' workers run'
FROM worker k JOIN run r ON r.id = k.run WHERE k.status = 'running' GROUP BY r.run_id HAVING count(*) > 1
UNION ALL
SELECT 'I2 epochs only grow', r.run_id, 'worker of epoch ' || k.epoch || ', run at ' || w.epoch
FROM worker k JOIN run_work w ON w.run = k.run JOIN run r ON r.id = k.run WHERE k.epoch > w.epoch
UNION ALL
SELECT 'I2 no worker outside its phase', r.run_id, 'a worker runs in ' || r.phase
FROM worker k JOIN run r ON r.id = k.run
WHERE k.status = 'running' AND r.phase <> 'worker_running'
UNION ALL
SELECT 'I6 visible means verified', r.run_id, a.name
FROM artifact a JOIN run r ON r.id = a.run
WHERE NOT EXISTS (SELECT FROM verified_file f JOIN verification v ON v.id = f.verification
	WHERE f.verification = a.verification AND f.sha256 = a.sha256 AND v.ok AND v.run = a.run)
UNION ALL
SELECT 'I6 artifacts of one verification', r.run_id, count(DISTINCT a.verification) || ' verifications'
FROM artifact a JOIN run r ON r.id = a.run GROUP BY r.run_id HAVING count(DISTINCT a.verification) > 1
UNION ALL
SELECT 'I6 artifacts and phase', r.run_id, r.phase || ' with ' || (SELECT count(*) FROM artifact a WHERE a.run = r.id)
FROM run r JOIN account o ON o.id = r.account_id
WHERE (r.phase IN ('artifact_ready', 'delivered') AND o.closed_at IS NULL) <> EXISTS (SELECT FROM artifact a WHERE a.run = r.id)
UNION ALL
SELECT 'I6 artifacts are counted', r.run_id, 'says ' || r.artifacts
FROM run r WHERE r.artifacts <> (SELECT count(*) FROM artifact a WHERE a.run = r.id)
UNION ALL
SELECT 'I10 who became a customer has nothing', r.run_id, 'belongs to account ' || r.account_id
FROM run r JOIN account a ON a.id = r.account_id WHERE a.merged_into IS NOT NULL
UNION ALL
SELECT 'I10 who became a customer has nothing', u.usage_id, 'belongs to account ' || u.account_id
FROM usage_record u JOIN account a ON a.id = u.account_id WHERE a.merged_into IS NOT NULL
UNION ALL
SELECT 'I4 an entry is of the owner of its call', u.usage_id, 'account ' || l.account_id || ', the call''s is ' || u.account_id
FROM ledger_entry l JOIN usage_record u ON u.id = l.usage JOIN account a ON a.id = l.account_id
WHERE l.account_id <> u.account_id AND a.merged_into IS DISTINCT FROM u.account_id
UNION ALL
SELECT 'I10 of who has left no word stays', r.run_id, 'since ' || o.closed_at
FROM run r JOIN account o ON o.id = r.account_id WHERE o.closed_at IS NOT NULL AND (r.scope->>'title' <> '(deleted)'
	OR EXISTS (SELECT FROM message m WHERE m.run = r.id AND m.text <> '(deleted)')
	OR EXISTS (SELECT FROM task_message m WHERE m.run = r.id AND m.text <> '(deleted)'))
UNION ALL
SELECT 'I10 what was made is removed', sha256, 'since ' || at FROM artifact_gone WHERE at < now() - interval '1 day'
UNION ALL
SELECT 'I10 one owner of a run and its parts', r.run_id, 'messages, events or projection of another'
FROM run r WHERE EXISTS (SELECT FROM message m WHERE m.run = r.id AND m.account_id <> r.account_id)
	OR EXISTS (SELECT FROM event e WHERE e.run = r.id AND e.account_id <> r.account_id)
	OR EXISTS (SELECT FROM run_public p WHERE p.run = r.id AND p.account_id <> r.account_id)
UNION ALL
SELECT 'I9 events are gapless', r.run_id, 'last is ' || r.last_event_id || ', ' || count(e.seq) || ' kept'
FROM run r LEFT JOIN event e ON e.run = r.id GROUP BY r.id, r.run_id, r.last_event_id
HAVING count(e.seq) <> r.last_event_id OR coalesce(max(e.seq), 0) <> r.last_event_id
UNION ALL
SELECT 'I9 messages are gapless', r.run_id, 'last is ' || r.last_message_id
FROM run r LEFT JOIN message m ON m.run = r.id GROUP BY r.id, r.run_id, r.last_message_id
HAVING count(m.seq) <> r.last_message_id OR coalesce(max(m.seq), 0) <> r.last_message_id
UNION ALL
SELECT 'I9 an event says its own number', r.run_id, 'event ' || e.seq
FROM event e JOIN run r ON r.id = e.run
WHERE (e.doc::json->>'id')::int <> e.seq OR e.doc::json->>'run_id' <> r.run_id
UNION ALL
SELECT 'I10 nothing internal is public', r.run_id, 'branch or worktree in ' || p.what
FROM repo_branch b JOIN run r ON r.id = b.run CROSS JOIN LATERAL (
	SELECT 'event ' || e.seq AS what, e.doc AS text FROM event e WHERE e.run = r.id
	UNION ALL SELECT 'projection', doc FROM run_public p WHERE p.run = r.id
	UNION ALL SELECT 'receipt', c.doc::text FROM receipt c WHERE c.run = r.id
	UNION ALL SELECT 'provenance', convert_from(decode(v.envelope::json->>'payload', 'base64'), 'UTF8')
		FROM provenance v JOIN artifact a ON a.id = v.artifact WHERE a.run = r.id) p
WHERE strpos(p.text, b.branch) > 0 OR strpos(p.text, b.worktree) > 0
UNION ALL
SELECT 'I3 a budget holds its reservations', b.scope || ' ' || b.subject || ' ' || b.period,
	'says ' || b.reserved || ', calls say ' || coalesce(u.reserved, 0)
FROM budget b LEFT JOIN (SELECT unnest(budgets) AS budget, sum(reserved) AS reserved
	FROM usage_record WHERE state = 'reserved' GROUP BY 1) u ON u.budget = b.id
WHERE b.reserved <> coalesce(u.reserved, 0)
UNION ALL
SELECT 'I3 a budget holds what was posted', b.scope || ' ' || b.subject || ' ' || b.period,
	'says ' || b.posted || ', calls say ' || coalesce(u.posted, 0)
FROM budget b LEFT JOIN (SELECT unnest(budgets) AS budget, sum(posted) AS posted
	FROM usage_record WHERE state <> 'reserved' GROUP BY 1) u ON u.budget = b.id
WHERE b.posted <> coalesce(u.posted, 0)
UNION ALL
SELECT 'I3 nothing stays reserved', u.usage_id, 'since ' || u.created_at
FROM usage_record u WHERE u.state = 'reserved' AND u.expires_at < now() - interval '5 minutes'
UNION ALL
SELECT 'I11 an answer that nobody writes has ended', m.message_id, 'since ' || m.beat_at
FROM chat_message m WHERE m.state = 'answering' AND m.beat_at < now() - interval '5 minutes'
UNION ALL
SELECT 'I11 what has ended is settled', m.message_id, u.usage_id
FROM chat_message m JOIN usage_record u ON u.usage_id = m.usage_id
WHERE m.state IN ('complete', 'failed', 'interrupted') AND u.state = 'reserved'
UNION ALL
SELECT 'I4 the ledger says what was posted', u.usage_id, u.posted || ' but the ledger ' || coalesce(l.micro, 0)
FROM usage_record u LEFT JOIN (SELECT usage, sum(CASE 'customer' WHEN debit THEN micro WHEN credit THEN -micro
	ELSE 0 END) AS micro FROM ledger_entry GROUP BY usage) l ON l.usage = u.id
WHERE u.posted <> coalesce(l.micro, 0)
UNION ALL
SELECT 'approved means approved scope', r.run_id, r.phase
FROM run r WHERE r.phase IN ('authorized', 'repo_ready', 'worker_running', 'artifact_pending',
	'artifact_ready', 'delivered') AND (r.scope_approved_at IS NULL OR r.payment NOT IN ('approved', 'paid', 'refunded'))
UNION ALL
SELECT 'I5 a run is authorized once', r.run_id, count(*) || ' times'
FROM run_history h JOIN run r ON r.id = h.run WHERE h.event = 'authorize' GROUP BY r.run_id HAVING count(*) > 1
UNION ALL
SELECT 'I5 a payment has its effect once', c.checkout_id, c.state || ' with ' || count(e.subject) || ' effects'
FROM checkout c LEFT JOIN billing_effect e ON e.subject = c.checkout_id AND e.effect = 'paid'
GROUP BY c.id HAVING (c.state = 'paid')::int <> count(e.subject)
UNION ALL
SELECT 'I5 a payment moves its run or is given back', c.checkout_id, 'the run says ' || r.payment
FROM checkout c JOIN run r ON r.id = c.run
WHERE c.state = 'paid' AND c.refund = 'none' AND r.payment <> 'paid'
UNION ALL
SELECT 'I5 what is due back is given back', c.checkout_id, c.refund || ' since ' || c.refund_at || ': ' || c.note
FROM checkout c WHERE c.refund = 'refused' OR (c.refund = 'due' AND c.refund_at < now() - interval '1 day')
	OR (c.refund = 'asked' AND c.refund_at < now() - interval '3 days')
UNION ALL
SELECT 'I5 an event has its effect', e.event_id, e.type || ' failed: ' || e.note FROM stripe_event e WHERE e.state = 'failed'
UNION ALL
SELECT 'I5 an alert is looked at', l.id::text, l.kind || ' ' || l.subject || ': ' || l.note
FROM billing_alert l WHERE l.closed_at IS NULL
UNION ALL
SELECT 'I5 authorized by a payment means paid', r.run_id, 'no payment had this effect'
FROM run_history h JOIN run r ON r.id = h.run
WHERE h.event = 'authorize' AND h.actor = 'payment' AND NOT EXISTS (
	SELECT FROM billing_effect e WHERE e.subject = r.run_id AND e.effect = 'authorized')
UNION ALL
SELECT 'I5 paid means a payment', r.run_id, 'no payment page was paid' FROM run r
WHERE r.payment = 'paid' AND NOT EXISTS (SELECT FROM checkout c WHERE c.run = r.id AND c.state = 'paid')
UNION ALL
SELECT 'I5 a page of a plan has its effect once', c.checkout_id, c.state || ' with ' || count(e.subject) || ' effects'
FROM plan_checkout c LEFT JOIN billing_effect e ON e.subject = c.checkout_id AND e.effect = 'subscribed'
GROUP BY c.id HAVING (c.state = 'complete')::int <> count(e.subject)
UNION ALL
SELECT 'I5 the plan in force is one that is paid for', coalesce(a.subject, a.id::text), a.plan_sold || ' without a subscription'
FROM account a WHERE a.plan_sold IS NOT NULL AND NOT EXISTS (SELECT FROM subscription s
	WHERE s.account_id = a.id AND s.plan = a.plan_sold AND s.gives_until > now() - interval '2 hours')
UNION ALL
SELECT 'I5 what is paid for is in force', s.subscription_id, 'gives ' || s.plan || ', in force is ' || coalesce(a.plan_sold, 'none')
FROM subscription s JOIN account a ON a.id = s.account_id
WHERE s.gives_until > now() + interval '1 minute' AND a.plan_sold IS NULL
UNION ALL
SELECT 'I5 who has left is charged no more', s.subscription_id, s.status || ' since ' || a.closed_at || ': ' || s.cancel_note
FROM subscription s JOIN account a ON a.id = s.account_id
WHERE a.closed_at < now() - interval '1 day' AND NOT subscription_over(s.status)
UNION ALL
SELECT 'I5 a subscription is at our price', s.subscription_id, 'gives ' || s.plan
FROM subscription s LEFT JOIN plan_price p ON p.price_id = s.price_id
WHERE s.gives_until IS NOT NULL AND (p.price_id IS NULL OR p.plan <> s.plan OR p.livemode <> s.livemode OR p.provider <> s.provider)
UNION ALL
SELECT 'I5 what was told to a meter is what was used', m.identifier, 'told ' || m.value || ', used ' || u.posted
FROM meter_export m JOIN usage_record u ON u.id = m.usage
WHERE m.value <> u.posted OR m.identifier <> u.usage_id || CASE WHEN m.retries > 0 THEN '.' || m.retries ELSE '' END OR u.state <> 'posted';

-- name: support_sql_metrics
SELECT 'phase', phase, count(*) FROM run GROUP BY phase
UNION ALL SELECT 'waiting', '', count(*) FROM run_work
	WHERE phase IN ('authorized', 'repo_ready', 'artifact_pending') AND lease_until IS NULL
UNION ALL SELECT 'workers', '', count(*) FROM worker WHERE status = 'running'
UNION ALL SELECT 'billing', 'events_' || s, (SELECT count(*) FROM stripe_event WHERE state = s)
	FROM unnest(ARRAY['new', 'waiting', 'failed']) s
UNION ALL SELECT 'billing', 'refunds_' || s, (SELECT count(*) FROM checkout WHERE refund = s)
	FROM unnest(ARRAY['due', 'asked', 'refused']) s
UNION ALL SELECT 'billing', 'alerts_' || k, (SELECT count(*) FROM billing_alert WHERE kind = k AND closed_at IS NULL)
	FROM unnest(ARRAY['payment', 'refund', 'fraud', 'invoice', 'catalog']) k;

-- name: support_sql_idem_expire
DELETE FROM idempotency WHERE ctid IN (
	SELECT ctid FROM idempotency WHERE created_at < $1::timestamptz - interval '24 hours'
	LIMIT $2::int);

-- name: support_sql_log_prune
DELETE FROM pass_log WHERE id IN (
	SELECT id FROM pass_log WHERE started_at < $1::timestamptz - interval '2 days'
	ORDER BY id LIMIT $2::int);

-- name: support_sql_passes
SELECT true, coalesce(json_agg(json_build_object('pass', pass, 'last', public_time(last),
	'crashed', crashed, 'items', items, 'failed', failed) ORDER BY pass), '[]'::json) FROM (
	SELECT pass, max(started_at) AS last, sum(items) AS items, sum(failed) AS failed,
		count(*) FILTER (WHERE ended_at IS NULL AND started_at < now() - interval '10 minutes')
			AS crashed
	FROM pass_log WHERE started_at > now() - interval '1 day' GROUP BY pass) s;
