-- name: billing_sql_receive
SELECT stripe_receive($1, $2, $3::boolean, to_timestamp($4::bigint), $5, $6::timestamptz);

-- name: billing_sql_notify
SELECT pg_notify('bus_work', 'billing');

-- name: billing_sql_replay
SELECT stripe_replay($1, $2::timestamptz);

-- ---- the inbox

-- name: billing_sql_next
SELECT id, event_id, body, attempts, extract(epoch FROM $1::timestamptz - received_at)::bigint
FROM stripe_event WHERE state IN ('new', 'waiting') AND due_at <= $1::timestamptz
ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;

-- An effect that fails is undone without the row that says so.
-- name: billing_sql_savepoint
SAVEPOINT effect;

-- name: billing_sql_undo
ROLLBACK TO SAVEPOINT effect;

-- name: billing_sql_mark
UPDATE stripe_event SET state = $2, waits_for = $3, note = left($4, 500), attempts = attempts + 1,
	processed_at = $5::timestamptz, due_at = $5::timestamptz + make_interval(secs => $6::bigint)
WHERE id = $1::bigint;

-- What has waited for this payment to be known.
-- name: billing_sql_wake
UPDATE stripe_event SET state = 'new', due_at = $2::timestamptz
WHERE state = 'waiting' AND waits_for = $1;

-- name: billing_sql_effect
INSERT INTO billing_effect (subject, effect, event, at)
VALUES ($1, $2, $3::bigint, $4::timestamptz) ON CONFLICT DO NOTHING;

-- ---- payment pages

-- name: billing_sql_find
SELECT id, run FROM checkout WHERE checkout_id = $1 OR payment_intent = $2
ORDER BY checkout_id = $1 DESC NULLS LAST, id LIMIT 1;

-- The first columns are those of a struct billing_checkout_row, everywhere.
-- name: billing_sql_lock
SELECT id, run, checkout_id, run_id, title, scope_hash, currency, provider, idem_key, return_url,
	state, session_id, url, payment_intent, refund, dispute, amount, refunded,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode
FROM checkout WHERE id = $1::bigint FOR NO KEY UPDATE;

-- name: billing_sql_live
SELECT id, run, checkout_id, run_id, title, scope_hash, currency, provider, idem_key, return_url,
	state, session_id, url, payment_intent, refund, dispute, amount, refunded,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode
FROM checkout WHERE run = $1::bigint AND state IN ('intent', 'open') FOR NO KEY UPDATE;

-- A build is bought by itself: no plan is needed for it, but nobody may be
-- disabled or have a payment in dispute.
-- name: billing_sql_barred
SELECT billing_decide($1::bigint, NULL, $2::timestamptz)->>'reason' IN ('operator_disabled', 'payment_disputed');

-- name: billing_sql_insert
INSERT INTO checkout (checkout_id, account_id, run, run_id, title, scope_hash, amount, currency,
	provider, livemode, idem_key, return_url, created_at, expires_at, due_at)
SELECT $1, $2::bigint, $3::bigint, $4, $5, $6, $7::bigint, $8, $9, $10::boolean,
	'checkout:' || $4::text || ':' || left($6, 16) || ':' || (SELECT count(*) FROM checkout WHERE run = $3::bigint),
	$11, $12::timestamptz, $12::timestamptz + interval '23 hours', $12::timestamptz + interval '30 seconds'
RETURNING id, idem_key, (extract(epoch FROM expires_at) * 1000000)::bigint;

-- What is paid stays paid.
-- name: billing_sql_state
UPDATE checkout SET state = $2, note = left($3, 500), url = NULL
WHERE id = $1::bigint AND state <> 'paid';

-- name: billing_sql_opened
UPDATE checkout SET state = 'open', session_id = $2, url = $3
WHERE id = $1::bigint AND state = 'intent';

-- name: billing_sql_paid
UPDATE checkout SET state = 'paid', paid_at = $4::timestamptz, url = NULL,
	session_id = coalesce(session_id, $2), payment_intent = coalesce($3, payment_intent)
WHERE id = $1::bigint;

-- name: billing_sql_refunded
UPDATE checkout SET refunded = greatest(refunded, $2::bigint), refund = coalesce($3, refund),
	due_at = $4::timestamptz
WHERE id = $1::bigint;

-- A refusal is an operator's matter.
-- name: billing_sql_asked
UPDATE checkout SET refund = 'asked', note = CASE WHEN $2::text IS NULL THEN note
	ELSE left('refund refused: ' || $2, 500) END
WHERE id = $1::bigint AND refund = 'due';

-- name: billing_sql_dispute
UPDATE checkout SET dispute = $2 WHERE id = $1::bigint AND (dispute = 'none' OR $2 <> 'open');

-- ---- passes

-- name: billing_sql_intent
UPDATE checkout SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(60 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM checkout WHERE state = 'intent' AND due_at <= $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, run, checkout_id, run_id, title, scope_hash, currency, provider, idem_key, return_url,
	state, session_id, url, payment_intent, refund, dispute, amount, refunded,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode;

-- Paid for a run that ended without a result: an operator has some minutes to
-- take it up again, then the money goes back.
-- name: billing_sql_give_back
UPDATE checkout c SET refund = 'due', due_at = $1::timestamptz FROM run_work w
WHERE c.state = 'paid' AND c.refund = 'none' AND w.run = c.run AND w.phase IN ('failed', 'cancelled')
	AND w.ended_at < $1::timestamptz - interval '5 minutes';

-- name: billing_sql_refund_due
UPDATE checkout SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(60 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM checkout WHERE refund = 'due' AND due_at <= $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, run, checkout_id, run_id, title, scope_hash, currency, provider, idem_key, return_url,
	state, session_id, url, payment_intent, refund, dispute, amount, refunded,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode;

-- ---- the local provider's page

-- name: billing_sql_local
SELECT run_id, title, amount, currency, return_url, state, session_id FROM checkout_local($1);

-- ---- entitlement

-- name: billing_sql_read_status
SELECT who.id, billing_status(who.id, $2, now())
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM account_of($1, $2) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: billing_sql_status_of
SELECT true, billing_status((SELECT id FROM account WHERE subject = $1), $1, now());

-- name: billing_sql_support_of
SELECT true, billing_support((SELECT id FROM account WHERE subject = $1));

-- name: billing_sql_decide
SELECT billing_decide((SELECT id FROM account WHERE subject = $1), $2, $3::timestamptz);

-- ---- operators: who paid is not shown

-- name: billing_sql_events
SELECT true, json_build_object('items', coalesce(json_agg(j ORDER BY id DESC), '[]'::json)) FROM (
	SELECT id, json_build_object('event', event_id, 'type', type, 'state', state, 'attempts', attempts,
		'received', public_time(received_at), 'note', note) j
	FROM stripe_event WHERE $1::text IS NULL OR state = $1 ORDER BY id DESC LIMIT 200) s;

-- name: billing_sql_event
SELECT true, (SELECT json_build_object('event', event_id, 'type', type, 'livemode', livemode,
	'created', public_time(created), 'received', public_time(received_at), 'state', state,
	'waits_for', waits_for, 'attempts', attempts, 'note', note,
	'effects', (SELECT coalesce(json_agg(subject || ' ' || effect), '[]'::json) FROM billing_effect f
		WHERE f.event = e.id),
	'body', body::jsonb #- '{data,object,customer_details}' #- '{data,object,customer_email}'
		#- '{data,object,billing_details}' #- '{data,object,receipt_email}')
	FROM stripe_event e WHERE event_id = $1);
