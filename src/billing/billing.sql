-- What has no effect here is done with at once ($7: why).
-- name: billing_sql_receive
INSERT INTO stripe_event (event_id, type, livemode, created, body, redacted, received_at, due_at, state, note, processed_at)
VALUES ($1, $2, $3::boolean, to_timestamp($4::bigint), $5, true, $6::timestamptz, $6::timestamptz,
	CASE WHEN $7::text IS NULL THEN 'new' ELSE 'ignored' END, coalesce($7, ''),
	CASE WHEN $7::text IS NOT NULL THEN $6::timestamptz END)
ON CONFLICT DO NOTHING;

-- The inbox has something new.
-- name: billing_sql_notify
SELECT pg_notify('bus_work', 'billing');

-- name: billing_sql_replay
SELECT stripe_replay($1, $2::timestamptz);

-- name: billing_sql_raw
SELECT id, body FROM stripe_event WHERE NOT redacted ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;

-- name: billing_sql_redacted
UPDATE stripe_event SET body = $2, redacted = true WHERE id = $1::bigint;

-- ---- the inbox

-- Reports about meters have a pass of their own: they are asked for.
-- name: billing_sql_next
SELECT id, event_id, body, attempts, extract(epoch FROM $1::timestamptz - received_at)::bigint
FROM stripe_event WHERE state IN ('new', 'waiting') AND due_at <= $1::timestamptz
	AND type NOT IN ('v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found')
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

-- The columns of a page: first what pages of runs and of plans have in common.
-- name: billing_sql_lock
SELECT id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, run, run_id, scope_hash, payment_intent,
	refund, dispute, refunded, closing, coalesce(paid, amount), coalesce(paid_currency, currency), refund_failed,
	refund_tries, account_id
FROM checkout WHERE id = $1::bigint FOR NO KEY UPDATE;

-- name: billing_sql_live
SELECT id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, run, run_id, scope_hash, payment_intent,
	refund, dispute, refunded, closing, coalesce(paid, amount), coalesce(paid_currency, currency), refund_failed,
	refund_tries, account_id
FROM checkout WHERE run = $1::bigint AND state IN ('intent', 'open') FOR NO KEY UPDATE;

-- name: billing_sql_insert
INSERT INTO checkout (checkout_id, account_id, run, run_id, title, scope_hash, amount, currency,
	provider, livemode, idem_key, return_url, created_at, expires_at, due_at)
SELECT $1, $2::bigint, $3::bigint, $4, $5, $6, $7::bigint, $8, $9, $10::boolean,
	'checkout:' || $4::text || ':' || left($6, 16) || ':' || (SELECT count(*) FROM checkout WHERE run = $3::bigint),
	$11, $12::timestamptz, $12::timestamptz + interval '23 hours', $12::timestamptz + interval '30 seconds'
RETURNING id, idem_key, (extract(epoch FROM expires_at) * 1000000)::bigint;

-- What is paid stays paid.
-- name: billing_sql_state
UPDATE checkout SET state = $2, note = left($3, 500), url = NULL, closing = false
WHERE id = $1::bigint AND state <> 'paid';

-- name: billing_sql_opened
UPDATE checkout SET state = 'open', session_id = $2, url = $3
WHERE id = $1::bigint AND state = 'intent';

-- name: billing_sql_paid
UPDATE checkout SET state = 'paid', paid_at = $4::timestamptz, url = NULL, closing = false,
	session_id = coalesce(session_id, $2), payment_intent = coalesce($3, payment_intent),
	paid = $5::bigint, paid_currency = $6
WHERE id = $1::bigint;

-- name: billing_sql_refunded
UPDATE checkout SET refunded = greatest(refunded, $2::bigint), refund = coalesce($3, refund),
	due_at = $4::timestamptz, refund_at = CASE WHEN $3::text IS NULL THEN refund_at ELSE $4::timestamptz END
WHERE id = $1::bigint;

-- It is with us again. What was no refund of ours, and is not known yet, is none.
-- name: billing_sql_refund_failed
UPDATE checkout SET refunded = greatest(refunded - $2::bigint, 0), refund_failed = greatest(refund_failed, $3::bigint),
	refund = CASE WHEN refund <> 'none' THEN 'refused' ELSE refund END, refund_at = $5::timestamptz,
	note = left('refund failed: ' || $4, 500)
WHERE id = $1::bigint;

-- A refusal is an operator's matter.
-- name: billing_sql_asked
UPDATE checkout SET refund = CASE WHEN $2::text IS NULL THEN 'asked' ELSE 'refused' END,
	note = CASE WHEN $2::text IS NULL THEN note ELSE left('refund refused: ' || $2, 500) END,
	refund_at = $3::timestamptz
WHERE id = $1::bigint AND refund = 'due';

-- name: billing_sql_refund_again
SELECT refund_again($1, $2, $3, $4::timestamptz);

-- name: billing_sql_dispute
UPDATE checkout SET dispute = $2
WHERE id = $1::bigint AND dispute <> 'lifted' AND (dispute = 'none' OR $2 <> 'open');

-- Another page of the run is newer.
-- name: billing_sql_replaced
SELECT EXISTS (SELECT FROM checkout o JOIN checkout c ON c.run = o.run WHERE c.id = $1::bigint AND o.id > c.id);

-- Another payment of the run is kept: it goes on by that one.
-- name: billing_sql_carried
SELECT EXISTS (SELECT FROM checkout o JOIN checkout c ON c.run = o.run
	WHERE c.id = $1::bigint AND o.id <> c.id AND o.state = 'paid' AND o.refund = 'none');

-- name: billing_sql_left
SELECT closed_at IS NOT NULL FROM account a JOIN checkout c ON c.account_id = a.id WHERE c.id = $1::bigint;

-- ---- passes

-- What is of no use to its run any more is closed: the run was changed, goes on
-- without a payment or has ended, or its customer has left.
-- name: billing_sql_useless
UPDATE checkout SET closing = true, attempts = 0, due_at = $1::timestamptz WHERE id IN (
	SELECT c.id FROM checkout c JOIN run r ON r.id = c.run JOIN account a ON a.id = c.account_id
	WHERE c.state IN ('intent', 'open') AND NOT c.closing AND (r.phase <> 'quoted'
		OR r.scope_hash IS DISTINCT FROM c.scope_hash OR a.closed_at IS NOT NULL)
	FOR NO KEY UPDATE OF c SKIP LOCKED);

-- name: billing_sql_intent
UPDATE checkout SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(60 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM checkout
	WHERE (state = 'intent' OR closing) AND state IN ('intent', 'open') AND due_at <= $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, run, run_id, scope_hash, payment_intent,
	refund, dispute, refunded, closing, coalesce(paid, amount), coalesce(paid_currency, currency), refund_failed,
	refund_tries, account_id;

-- Paid for a run that ended without a result: an operator has some minutes to
-- take it up again, then the money goes back.
-- name: billing_sql_give_back
UPDATE checkout SET refund = 'due', refund_at = $1::timestamptz, due_at = $1::timestamptz
WHERE state = 'paid' AND refund = 'none' AND run IN (SELECT r.id FROM run r JOIN run_work w ON w.run = r.id
	WHERE w.phase IN ('failed', 'cancelled') AND w.ended_at < $1::timestamptz - interval '5 minutes'
		AND EXISTS (SELECT FROM checkout c WHERE c.run = r.id AND c.state = 'paid' AND c.refund = 'none')
	FOR NO KEY UPDATE OF r SKIP LOCKED);

-- name: billing_sql_refund_due
UPDATE checkout SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(60 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM checkout WHERE refund = 'due' AND due_at <= $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, run, run_id, scope_hash, payment_intent,
	refund, dispute, refunded, closing, coalesce(paid, amount), coalesce(paid_currency, currency), refund_failed,
	refund_tries, account_id;

-- ---- the local provider's page

-- name: billing_sql_local
SELECT run_id, title, amount, currency, return_url, state, session_id FROM checkout_local($1);

-- ---- entitlement

-- name: billing_sql_read_status
SELECT who.id, billing_status(who.id, $2, now())::jsonb || jsonb_build_object('support', billing_support(who.id))
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM account_of($1, $2) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: billing_sql_status_of
SELECT true, CASE WHEN account_named($1) THEN billing_status(a.id, $1, now())::jsonb ||
	jsonb_build_object('support', support_record(a.id)) ELSE 'null'::jsonb END
FROM (SELECT (SELECT id FROM account WHERE subject = $1) AS id) a;

-- name: billing_sql_offers
SELECT true, billing_offers($1);

-- name: billing_sql_support_of
SELECT true, support_record((SELECT id FROM account WHERE subject = $1));

-- name: billing_sql_decide
SELECT CASE WHEN account_named($1) THEN
	billing_check((SELECT id FROM account WHERE subject = $1), $2, $4, $5::bigint, $3::timestamptz) END;

-- ---- disputes

-- name: billing_sql_lift
SELECT dispute_lift($1, $2, $3, $4::timestamptz);

-- name: billing_sql_disputes
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(d)), '[]'::json)) FROM (
	SELECT coalesce(c.payment_intent, c.checkout_id) AS payment, c.dispute, c.run_id AS what,
		coalesce(a.subject, 'visitor ' || a.id) AS account
	FROM checkout c JOIN account a ON a.id = c.account_id WHERE c.dispute NOT IN ('none', 'won')
	UNION ALL SELECT p.payment_intent, p.dispute, s.subscription_id, a.subject
	FROM subscription_payment p JOIN subscription s ON s.id = p.subscription JOIN account a ON a.id = p.account_id
	WHERE p.dispute NOT IN ('none', 'won')
	ORDER BY 2, 1) d;

-- ---- what was given back

-- name: billing_sql_refunds
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(r)), '[]'::json)) FROM (
	SELECT coalesce(c.payment_intent, c.checkout_id) AS payment, c.refunded, coalesce(c.paid, c.amount) AS paid,
		coalesce(c.paid_currency, c.currency) AS currency,
		CASE WHEN c.refund <> 'none' THEN c.refund ELSE 'part' END AS state, c.run_id AS what,
		coalesce(a.subject, 'visitor ' || a.id) AS account,
		CASE WHEN c.refund = 'done' THEN '' ELSE c.note END AS note
	FROM checkout c JOIN account a ON a.id = c.account_id WHERE c.refunded > 0 OR c.refund <> 'none'
	UNION ALL SELECT p.payment_intent, p.refunded, i.paid, i.currency,
		CASE WHEN i.period_start <> s.period_start THEN 'an earlier period' WHEN s.refunded THEN 'plan ended' ELSE 'part' END,
		s.subscription_id, a.subject, ''
	FROM subscription_payment p JOIN subscription s ON s.id = p.subscription JOIN account a ON a.id = p.account_id
		LEFT JOIN subscription_invoice i USING (invoice_id)
	WHERE p.refunded > 0 ORDER BY 5, 1 LIMIT 200) r;

-- ---- what an operator has to look at

-- name: billing_sql_alert
INSERT INTO billing_alert (event, kind, subject, account_id, note, at)
VALUES ($1::bigint, $2, $3, nullif($4::bigint, 0), left($5, 500), $6::timestamptz) ON CONFLICT DO NOTHING;

-- name: billing_sql_alert_close
SELECT alert_close($1::bigint, $2, $3, $4::timestamptz);

-- name: billing_sql_alerts
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(x)), '[]'::json)) FROM (
	SELECT l.id AS alert, l.kind, l.subject, coalesce(a.subject, 'visitor ' || a.id) AS account, l.note,
		public_time(l.at) AS at, e.event_id AS event, e.type, public_time(l.closed_at) AS closed
	FROM billing_alert l JOIN stripe_event e ON e.id = l.event LEFT JOIN account a ON a.id = l.account_id
	WHERE $1::text IS NOT NULL OR l.closed_at IS NULL ORDER BY l.id DESC LIMIT 200) x;

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
	'object', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(CASE jsonb_typeof(body::jsonb #> '{data,object}')
			WHEN 'object' THEN body::jsonb #> '{data,object}' ELSE '{}' END)
		WHERE jsonb_typeof(value) NOT IN ('object', 'array') AND key IN ('id', 'object', 'status', 'mode',
			'payment_status', 'amount', 'amount_total', 'amount_due', 'amount_paid', 'amount_refunded', 'currency',
			'reason', 'failure_reason', 'fraud_type', 'refunded', 'customer', 'subscription', 'invoice',
			'latest_invoice', 'payment_intent', 'charge', 'price', 'product', 'lookup_key', 'unit_amount', 'active',
			'billing_reason', 'attempt_count', 'next_payment_attempt', 'client_reference_id', 'trial_end',
			'ended_at', 'cancel_at_period_end', 'created', 'livemode')),
	'metadata', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(CASE jsonb_typeof(body::jsonb #> '{data,object,metadata}')
			WHEN 'object' THEN body::jsonb #> '{data,object,metadata}' ELSE '{}' END)
		WHERE jsonb_typeof(value) = 'string' AND key IN ('bus_checkout_id', 'bus_account_id', 'bus_plan', 'run_id')))
	FROM stripe_event e WHERE event_id = $1);

-- ---- plans: pages

-- name: billing_sql_subscriber
SELECT subject, plan, barred, subscribed, customer_id, subscription_id
FROM subscriber($1, $2::boolean, $3::timestamptz);

-- name: billing_sql_offer
SELECT plan, title, price_id, amount, currency, interval,
	CASE WHEN trial_days > 0 AND NOT trial_had(decode($8, 'hex')) THEN trial_days ELSE 0 END, features
FROM plan_price_of($1, $2, $3, $4, $5::boolean, $6, $7::timestamptz);

-- The columns of a page, as above.
-- name: billing_sql_plan_live
SELECT id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, account_id, subject, plan, features, price_id,
	interval, customer_id, trial_days, closing
FROM plan_checkout WHERE account_id = bus_account() AND state IN ('intent', 'open') FOR NO KEY UPDATE;

-- name: billing_sql_plan_lock
SELECT id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, account_id, subject, plan, features, price_id,
	interval, customer_id, trial_days, closing
FROM plan_checkout WHERE checkout_id = $1 FOR NO KEY UPDATE;

-- name: billing_sql_plan_intent
UPDATE plan_checkout SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(60 * (attempts + 1), 3600))
WHERE id = (SELECT id FROM plan_checkout
	WHERE (state = 'intent' OR closing) AND state IN ('intent', 'open') AND due_at <= $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, checkout_id, title, currency, provider, idem_key, return_url, state, session_id, url, amount,
	(extract(epoch FROM expires_at) * 1000000)::bigint, livemode, account_id, subject, plan, features, price_id,
	interval, customer_id, trial_days, closing;

-- name: billing_sql_plan_insert
INSERT INTO plan_checkout (checkout_id, account_id, subject, plan, title, features, price_id, currency, interval,
	customer_id, provider, return_url, amount, trial_days, livemode, idem_key, created_at, expires_at, due_at, payer)
VALUES ($1, bus_account(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bigint, $13::int, $14::boolean, 'plan:' || $1,
	$15::timestamptz, $15::timestamptz + interval '23 hours', $15::timestamptz + interval '30 seconds', decode($16, 'hex'))
RETURNING id, idem_key, (extract(epoch FROM expires_at) * 1000000)::bigint;

-- name: billing_sql_plan_state
UPDATE plan_checkout SET state = $2, note = left($3, 500), url = NULL
WHERE id = $1::bigint AND state <> 'complete';

-- name: billing_sql_plan_opened
UPDATE plan_checkout SET state = 'open', session_id = $2, url = $3
WHERE id = $1::bigint AND state = 'intent';

-- Who pays for the account; the first one stays.
-- name: billing_sql_link
INSERT INTO billing_customer (account_id, provider, livemode, customer_id, linked_at, metered_at, looked_at)
VALUES ($1::bigint, $2, $3::boolean, $4, $5::timestamptz, $5::timestamptz, $5::timestamptz) ON CONFLICT DO NOTHING;

-- name: billing_sql_unlink
DELETE FROM billing_customer WHERE customer_id = $1 AND provider = $2;

-- ---- plans: subscriptions

-- name: billing_sql_hint
SELECT subscription_hint($1, $2, $3, $4, $5, $6::boolean, $7::timestamptz);

-- name: billing_sql_payment_dispute
UPDATE subscription_payment SET dispute = CASE
	WHEN dispute <> 'lifted' AND (dispute = 'none' OR $2 <> 'open') THEN $2 ELSE dispute END
WHERE payment_intent = $1;

-- name: billing_sql_payment_refund
SELECT subscription_refund($1, $2::bigint, $3, $4::boolean, $5::bigint, $6::boolean, $7::timestamptz);

-- name: billing_sql_payment_of
SELECT account_id FROM subscription_payment WHERE payment_intent = $1;

-- name: billing_sql_subscription_of
SELECT account_id FROM subscription WHERE subscription_id = $1;

-- name: billing_sql_drift
SELECT catalog_drift($1::bigint);

-- name: billing_sql_due
UPDATE subscription SET claim = claim + 1, attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(30 * (1 << least(attempts, 7)), 3600))
WHERE id = (SELECT id FROM subscription WHERE due_at <= $1::timestamptz
	ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, account_id, wanted, claim, subscription_id, provider, livemode,
	(SELECT closed_at IS NOT NULL FROM account a WHERE a.id = account_id);

-- name: billing_sql_not_cancelled
UPDATE subscription SET cancel_note = left($2, 500) WHERE id = $1::bigint;

-- Whose subscriptions give nothing although they should, or are to be ended and are not yet.
-- name: billing_sql_subscriptions
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(x)), '[]'::json)) FROM (
	SELECT s.subscription_id AS subscription, a.subject AS account, s.plan, s.status,
		public_time(s.gives_until) AS until, public_time(a.closed_at) AS left, s.attempts,
		CASE WHEN a.closed_at IS NOT NULL AND NOT subscription_over(s.status)
			THEN 'to be ended' || coalesce(': ' || nullif(s.cancel_note, ''), '') ELSE s.problem END AS problem
	FROM subscription s JOIN account a ON a.id = s.account_id
	WHERE $1::text IS NULL OR s.problem <> '' OR (a.closed_at IS NOT NULL AND NOT subscription_over(s.status))
	ORDER BY s.id DESC LIMIT 200) x;

-- name: billing_sql_price
SELECT plan, currency, interval, amount FROM plan_price WHERE price_id = $1;

-- What somebody has heard of since is not covered by this answer.
-- name: billing_sql_read
UPDATE subscription SET status = $3, customer_id = coalesce($4, customer_id), plan = $5,
	price_id = CASE WHEN $5::text IS NULL THEN NULL ELSE $6 END, cancel_at_period_end = $7::boolean,
	period_start = to_timestamp(nullif($8::bigint, 0)), period_end = to_timestamp(nullif($9::bigint, 0)),
	trial_end = to_timestamp(nullif($10::bigint, 0)), ended_at = to_timestamp(nullif($11::bigint, 0)),
	invoice_status = $12, gives_until = to_timestamp(nullif($13::bigint, 0)), problem = coalesce($14, ''),
	refunded = $18::boolean,
	seen = $15::bigint, attempts = 0, read_at = $16::timestamptz,
	due_at = CASE WHEN wanted > $15::bigint THEN $16::timestamptz
		ELSE coalesce(to_timestamp(nullif($17::bigint, 0)), 'infinity') END
WHERE id = $1::bigint AND claim = $2::bigint;

-- name: billing_sql_seen
SELECT subscription_seen($1::bigint, $2::bigint, $3::bigint, $4, $5::bigint, $6, $7::json, $8::timestamptz);

-- name: billing_sql_follow
SELECT billing_follow($1::bigint, $2::timestamptz);

-- ---- plans: the local provider

-- name: billing_sql_local_plan
SELECT title, amount, currency, interval, return_url, state, session_id, subject, price_id, trial_days
FROM plan_checkout_local($1);

-- name: billing_sql_local_get
SELECT local_subscription_get($1);

-- name: billing_sql_local_put
SELECT local_subscription_put($1, $2::jsonb);

-- ---- the catalog

-- name: billing_sql_sold
SELECT plan, name, product, lookup_key, currency, interval, amount FROM plan_sold ORDER BY product, lookup_key;

-- name: billing_sql_unsold
SELECT price_id FROM plan_price p WHERE active AND provider = $1 AND livemode = $2::boolean
	AND NOT EXISTS (SELECT FROM plan_sold s WHERE s.lookup_key = p.lookup_key) ORDER BY price_id;

-- name: billing_sql_price_put
SELECT price_put($1, $2, $3::boolean, $4, $5, $6, $7::bigint, $8, $9::timestamptz);

-- name: billing_sql_price_off
UPDATE plan_price SET active = false WHERE price_id = $1;

-- name: billing_sql_catalog
SELECT true, billing_catalog();

-- name: billing_sql_catalog_put
SELECT billing_catalog_put($1::json, $2);

-- ---- meters

-- name: billing_sql_collect
SELECT meter_collect($1, $2::boolean, $3, $4::timestamptz);

-- name: billing_sql_export_due
UPDATE meter_export SET attempts = attempts + 1, first_at = coalesce(first_at, $1::timestamptz),
	due_at = $1::timestamptz + make_interval(secs => least(30 * (1 << least(attempts, 7)), 3600))
WHERE usage = (SELECT usage FROM meter_export WHERE state = 'due' AND due_at <= $1::timestamptz
		AND provider = $2 AND livemode = $3::boolean
	ORDER BY due_at, usage LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING usage, identifier, provider, customer_id, meter, value, extract(epoch FROM happened_at)::bigint,
	CASE WHEN attempts > 1 THEN extract(epoch FROM first_at)::bigint ELSE 0 END, attempts;

-- name: billing_sql_exported
UPDATE meter_export SET state = $2, note = left(coalesce($3, ''), 500),
	sent_at = CASE $2 WHEN 'sent' THEN $4::timestamptz END
WHERE usage = $1::bigint AND state = 'due' AND identifier = $5;

-- name: billing_sql_export_again
UPDATE meter_export SET due_at = $2::timestamptz + make_interval(secs => $3::bigint), first_at = NULL,
	note = left($4, 500)
WHERE usage = $1::bigint AND state = 'due';

-- name: billing_sql_report_due
UPDATE stripe_event SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => least(30 * (1 << least(attempts, 7)), 3600))
WHERE id = (SELECT id FROM stripe_event WHERE state = 'new' AND due_at <= $1::timestamptz
		AND type IN ('v1.billing.meter.error_report_triggered', 'v1.billing.meter.no_meter_found')
	ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, event_id, livemode, extract(epoch FROM $1::timestamptz - received_at)::bigint;

-- Taken, and then not counted: told again it has another name. What was of the future
-- is told again by itself.
-- name: billing_sql_export_failed
UPDATE meter_export m SET state = CASE WHEN f.future THEN 'due' ELSE 'refused' END, taken = NOT f.future,
	identifier = CASE WHEN f.future THEN u.usage_id || '.' || m.retries + 1 ELSE m.identifier END,
	retries = m.retries + f.future::int, first_at = NULL, sent_at = NULL,
	due_at = greatest($5::timestamptz, m.happened_at) + interval '5 minutes', note = left($3, 500)
FROM usage_record u, (SELECT $2::text = 'timestamp_in_future' AS future) f
WHERE u.id = m.usage AND m.identifier = $1 AND m.livemode = $4::boolean AND m.provider = 'stripe'
	AND m.state IN ('sent', 'due', 'unknown');

-- name: billing_sql_export_retry
SELECT true, meter_retry($1, $2, $3, 'operator', $4, now());

-- name: billing_sql_exports
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(e)), '[]'::json)) FROM (
	SELECT m.identifier, a.subject AS account, m.meter, m.value, m.state, m.attempts, public_time(m.happened_at) AS at,
		public_time(m.sent_at) AS sent, m.note
	FROM meter_export m JOIN account a ON a.id = m.account_id
	WHERE $1::text IS NULL OR m.state = $1 ORDER BY m.usage DESC LIMIT 200) e;

-- ---- the proof: a plan that is dearer than any other, so that nobody else is offered it

-- name: billing_sql_proof_plan
WITH p AS (
	INSERT INTO plan VALUES ($1::text, 'proof', '{proof}', json_build_object('id', $1::text, 'name', $1::text,
		'prices', json_build_array(json_build_object('currency', 'eur', 'unit_amount', 99000000, 'interval', 'month'))))
	RETURNING id)
INSERT INTO plan_limit (plan, scope, period, hard_limit) SELECT id, 'account', 'total', $2::bigint FROM p;

-- name: billing_sql_proof_account_new
SELECT account_put($1, NULL, $2::timestamptz);

-- name: billing_sql_proof_offer
SELECT product || ' ' || lookup_key || ' ' || amount || ' ' || currency FROM plan_sold WHERE plan = $1;

-- name: billing_sql_proof_account
SELECT subject || ' is account ' || id || ', ' || coalesce(plan, 'no plan') FROM account WHERE subject = $1;

-- name: billing_sql_proof_decision
SELECT billing_decide((SELECT id FROM account WHERE subject = $1), 'proof', now())->>'reason';

-- name: billing_sql_proof_event
SELECT e.type || ' ' || e.state FROM plan_checkout c LEFT JOIN stripe_event e
	ON e.event_id = 'evt_local_' || c.checkout_id || '_checkout.session.completed' WHERE c.subject = $1;

-- name: billing_sql_proof_usage
SELECT state || ' ' || posted FROM usage_record WHERE usage_id = $1;

-- name: billing_sql_proof_export
SELECT coalesce((SELECT state || ' ' || value || ' ' || meter FROM meter_export WHERE identifier = $1), 'not yet');

-- name: billing_sql_proof_subscription
SELECT s.subscription_id FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.subject = $1;

-- name: billing_sql_proof_end
UPDATE plan SET doc = (doc::jsonb - 'prices')::json WHERE id = $1;
