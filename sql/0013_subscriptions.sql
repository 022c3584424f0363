-- Who leaves is charged no more: the subscriptions of an account that was closed
-- are ended at the provider, its open payment pages are closed there. When it was
-- closed is the word for it; the passes that read subscriptions and complete
-- payment pages act by it, so that whatever turns up later is ended too.
--
-- What was given back counts: all that was paid for the period that runs, and the
-- plan is in force no more; a part of it, or of an earlier period, is kept.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE account ADD closed_at timestamptz;
ALTER TABLE subscription ADD cancel_note text NOT NULL DEFAULT ''; -- why it is not ended yet
ALTER TABLE plan_checkout ADD closing boolean NOT NULL DEFAULT false;
DROP INDEX plan_checkout_intent;
CREATE INDEX plan_checkout_intent ON plan_checkout (due_at) WHERE state = 'intent' OR closing;

-- Nothing more is charged once it has one of these.
CREATE FUNCTION subscription_over(p_status text) RETURNS boolean LANGUAGE sql IMMUTABLE
	RETURN p_status IN ('canceled', 'incomplete_expired', 'missing');

-- In the transaction that closes the account, which is locked by then: a
-- subscription that somebody holds is not waited for, it is read again anyhow.
CREATE FUNCTION billing_leave(p_account bigint, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE account SET closed_at = p_at WHERE id = p_account;
	UPDATE subscription SET wanted = wanted + 1, due_at = p_at, attempts = 0
	WHERE id IN (SELECT id FROM subscription WHERE account_id = p_account AND NOT subscription_over(status)
		FOR NO KEY UPDATE SKIP LOCKED);
	UPDATE plan_checkout SET closing = true, due_at = p_at, attempts = 0
	WHERE account_id = p_account AND state IN ('intent', 'open');
END;
CREATE FUNCTION billing_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM billing_leave(OLD.account_id, now());
	RETURN NULL;
END $$;
CREATE TRIGGER billing_left AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION billing_left();

-- Those who left before, too.
SELECT billing_leave(id, now()) FROM account a WHERE kind = 'customer' AND disabled AND merged_into IS NULL
	AND NOT EXISTS (SELECT FROM customer c WHERE c.account_id = a.id);

---------------------------------------------------------------- what was given back

-- Invoices, each in the period in which it was seen first; payments say which one
-- they paid.
CREATE TABLE subscription_invoice (
	invoice_id text PRIMARY KEY CHECK (length(invoice_id) BETWEEN 1 AND 255),
	subscription bigint NOT NULL REFERENCES subscription,
	period_start timestamptz NOT NULL,
	paid bigint NOT NULL CHECK (paid >= 0),
	currency text NOT NULL
);
CREATE INDEX subscription_invoice_period ON subscription_invoice (subscription, period_start);
ALTER TABLE subscription_payment ADD invoice_id text REFERENCES subscription_invoice,
	ADD refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0), ADD refunded_at timestamptz;
CREATE INDEX subscription_payment_invoice ON subscription_payment (invoice_id);
CREATE INDEX subscription_payment_refunded ON subscription_payment (refunded_at) WHERE refunded > 0;
ALTER TABLE subscription ADD refunded boolean NOT NULL DEFAULT false; -- all that was paid for its period

-- An invoice and its payments as they were read; events that waited for a payment
-- to be known have it now. Was all that was paid for this period given back?
CREATE FUNCTION subscription_seen(p_subscription bigint, p_account bigint, p_period bigint, p_invoice text,
	p_paid bigint, p_currency text, p_payments json, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	INSERT INTO subscription_invoice AS i SELECT p_invoice, p_subscription, to_timestamp(p_period), p_paid, p_currency
	WHERE p_invoice IS NOT NULL AND p_currency IS NOT NULL
	ON CONFLICT (invoice_id) DO UPDATE SET paid = greatest(i.paid, excluded.paid);
	WITH known AS (
		INSERT INTO subscription_payment (payment_intent, subscription, account_id)
		SELECT p, p_subscription, p_account FROM json_array_elements_text(p_payments) p
		ON CONFLICT DO NOTHING RETURNING payment_intent
	) UPDATE stripe_event SET state = 'new', due_at = p_at
	WHERE state = 'waiting' AND waits_for IN (SELECT payment_intent FROM known);
	UPDATE subscription_payment SET invoice_id = i.invoice_id FROM subscription_invoice i
	WHERE i.invoice_id = p_invoice AND subscription_payment.invoice_id IS NULL
		AND payment_intent IN (SELECT json_array_elements_text(p_payments));
	RETURN (SELECT coalesce(sum(i.paid) > 0 AND sum(p.back) >= sum(i.paid), false)
		FROM subscription_invoice i CROSS JOIN LATERAL (SELECT coalesce(sum(refunded), 0) AS back
			FROM subscription_payment WHERE invoice_id = i.invoice_id) p
		WHERE i.subscription = p_subscription AND i.period_start = to_timestamp(p_period));
END $$;

-- So much of a payment was given back: it only grows. The subscription is read
-- again. NULL: not a payment of one; false: of another mode or currency.
CREATE FUNCTION subscription_refund(p_payment text, p_amount bigint, p_currency text, p_live boolean,
	p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	x record;
BEGIN
	SELECT s.id, s.livemode, i.currency INTO x FROM subscription_payment p JOIN subscription s ON s.id = p.subscription
		LEFT JOIN subscription_invoice i USING (invoice_id) WHERE p.payment_intent = p_payment;
	IF x.id IS NULL OR x.livemode <> p_live OR p_amount < 0
			OR coalesce(x.currency, p_currency) IS DISTINCT FROM p_currency THEN
		RETURN CASE WHEN x.id IS NOT NULL THEN false END;
	END IF;
	UPDATE subscription_payment SET refunded = p_amount, refunded_at = p_at
	WHERE payment_intent = p_payment AND refunded < p_amount;
	IF FOUND THEN
		UPDATE subscription SET wanted = wanted + 1, due_at = least(due_at, p_at), attempts = 0 WHERE id = x.id;
	END IF;
	RETURN true;
END $$;

-- The summary says it too, and where the subscription is changed: it still runs.
DO $$
DECLARE
	c text[];
	d text := pg_get_functiondef('bus.billing_status'::regproc);
	e text;
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		[$q$'ended_at', public_time(s.ended_at))$q$, $q$'ended_at', public_time(s.ended_at), 'refunded', s.refunded)$q$],
		[$q$'command', CASE WHEN owed THEN$q$, $q$'command', CASE WHEN owed OR s.refunded THEN$q$]]
	LOOP
		e := replace(d, c[1], c[2]);
		IF d = e THEN
			RAISE EXCEPTION 'billing_status is not as it was';
		END IF;
		d := e;
	END LOOP;
	EXECUTE d;
END $$;

---------------------------------------------------------------- deliveries

-- The hook puts a verified event into the inbox by one plain statement: a function
-- costs more than the row. It still reads nothing and changes nothing.
DROP FUNCTION stripe_receive;
GRANT INSERT (event_id, type, livemode, created, body, received_at, due_at, state, note, processed_at)
	ON stripe_event TO bus_hook;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION subscription_over, billing_leave, billing_left, subscription_seen, subscription_refund
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subscription_over TO bus_operator;
GRANT EXECUTE ON FUNCTION subscription_seen, subscription_refund TO bus_reaper;
GRANT SELECT ON subscription_invoice TO bus_operator;
GRANT EXECUTE ON FUNCTION local_subscription_put TO bus_reaper;

-- verify

SELECT NOT has_table_privilege('bus_hook', 'bus.stripe_event', 'SELECT, UPDATE, DELETE');
SELECT count(*) = 1 FROM pg_trigger WHERE tgname = 'billing_left';
SELECT NOT has_function_privilege('bus_slow', 'bus.billing_leave(bigint,timestamptz)', 'EXECUTE');

-- rollback

REVOKE INSERT (event_id, type, livemode, created, body, received_at, due_at, state, note, processed_at)
	ON bus.stripe_event FROM bus_hook;
CREATE FUNCTION bus.stripe_receive(p_event text, p_type text, p_live boolean, p_created timestamptz,
	p_body text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	INSERT INTO stripe_event (event_id, type, livemode, created, body, received_at, due_at)
	VALUES (p_event, p_type, p_live, p_created, p_body, p_at, p_at) ON CONFLICT DO NOTHING;
	RETURN FOUND;
END $$;
REVOKE ALL ON FUNCTION bus.stripe_receive FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.stripe_receive TO bus_hook;
DO $$
BEGIN
	EXECUTE replace(replace(pg_get_functiondef('bus.billing_status'::regproc), $q$, 'refunded', s.refunded)$q$, ')'),
		'WHEN owed OR s.refunded THEN', 'WHEN owed THEN');
END $$;
DROP FUNCTION bus.subscription_refund, bus.subscription_seen;
ALTER TABLE bus.subscription DROP COLUMN refunded;
ALTER TABLE bus.subscription_payment DROP COLUMN invoice_id, DROP COLUMN refunded, DROP COLUMN refunded_at;
DROP TABLE bus.subscription_invoice;
REVOKE EXECUTE ON FUNCTION bus.local_subscription_put FROM bus_reaper;
DROP TRIGGER billing_left ON bus.customer;
DROP FUNCTION bus.billing_left, bus.billing_leave, bus.subscription_over;
DROP INDEX bus.plan_checkout_intent;
CREATE INDEX plan_checkout_intent ON bus.plan_checkout (due_at) WHERE state = 'intent';
ALTER TABLE bus.plan_checkout DROP COLUMN closing;
ALTER TABLE bus.subscription DROP COLUMN cancel_note;
ALTER TABLE bus.account DROP COLUMN closed_at;
