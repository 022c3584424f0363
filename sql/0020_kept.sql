-- What the payment provider has sent is kept without anything about who pays: ids,
-- amounts, states and times. Events that came before this are made so by a pass.
-- And what is exported has what the account has subscribed to.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE stripe_event ADD redacted boolean NOT NULL DEFAULT false;
CREATE INDEX stripe_event_raw ON stripe_event (id) WHERE NOT redacted;
GRANT INSERT (redacted) ON stripe_event TO bus_hook;

-- Two parts more; the others stay as they are.
DO $$
DECLARE
	d text := pg_get_functiondef('account_export'::regproc);
	e text := replace(d, 'END CASE', $q$WHEN 'plan_checkouts' THEN OPEN c FOR
		SELECT k.id, json_build_object('checkout_id', k.checkout_id, 'plan_id', k.plan, 'title', k.title,
			'amount', k.amount, 'currency', k.currency, 'interval', k.interval, 'trial_days', k.trial_days,
			'provider', k.provider, 'state', k.state, 'created_at', public_time(k.created_at))
		FROM plan_checkout k WHERE k.account_id = me AND k.id > p_after ORDER BY k.id;
	WHEN 'subscriptions' THEN OPEN c FOR
		SELECT s.id, json_build_object('subscription_id', s.subscription_id, 'provider', s.provider,
			'customer_id', s.customer_id, 'plan_id', s.plan, 'status', s.status,
			'cancel_at_period_end', s.cancel_at_period_end, 'created_at', public_time(s.created_at),
			'period_start', public_time(s.period_start), 'period_end', public_time(s.period_end),
			'trial_end', public_time(s.trial_end), 'ended_at', public_time(s.ended_at),
			'payments', (SELECT coalesce(json_agg(json_build_object('payment', p.payment_intent,
				'invoice_id', p.invoice_id, 'paid', i.paid, 'currency', i.currency, 'refunded', p.refunded,
				'dispute', p.dispute) ORDER BY i.period_start, p.payment_intent), '[]'::json)
				FROM subscription_payment p LEFT JOIN subscription_invoice i USING (invoice_id)
				WHERE p.subscription = s.id))
		FROM subscription s WHERE s.account_id = me AND s.id > p_after ORDER BY s.id;
	END CASE$q$);
BEGIN
	IF d = e THEN
		RAISE EXCEPTION 'account_export is not as it was';
	END IF;
	EXECUTE e;
END $$;

-- verify

SELECT pg_get_functiondef('bus.account_export'::regproc) LIKE '%plan_checkouts%subscriptions%END CASE%';

SELECT has_column_privilege('bus_hook', 'bus.stripe_event', 'redacted', 'INSERT');
SELECT NOT has_table_privilege('bus_hook', 'bus.stripe_event', 'SELECT, UPDATE, DELETE');

-- rollback

DO $$
BEGIN
	EXECUTE regexp_replace(pg_get_functiondef('bus.account_export'::regproc),
		'WHEN ''plan_checkouts''.*END CASE', 'END CASE');
END $$;
DROP INDEX bus.stripe_event_raw;
ALTER TABLE bus.stripe_event DROP COLUMN redacted;
