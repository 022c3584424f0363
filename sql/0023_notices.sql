-- A refund that fails afterwards is taken back from what was given back; the catalog
-- at the provider is held against ours when it says that it has changed; a customer is
-- written to about a payment that needs them.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE subscription_payment ADD refund_failed bigint NOT NULL DEFAULT 0; -- when, by the provider's clock

-- So much of a payment was given back: it only grows, but for what failed since; an
-- older word than a failure changes nothing. The subscription is read again. NULL: not
-- a payment of one; false: of another mode or currency.
DROP FUNCTION subscription_refund;
CREATE FUNCTION subscription_refund(p_payment text, p_amount bigint, p_currency text, p_live boolean,
	p_created bigint, p_failed boolean, p_at timestamptz) RETURNS boolean
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
	UPDATE subscription_payment SET refunded_at = p_at,
		refunded = CASE WHEN p_failed THEN greatest(refunded - p_amount, 0) ELSE p_amount END,
		refund_failed = CASE WHEN p_failed THEN greatest(refund_failed, p_created) ELSE refund_failed END
	WHERE payment_intent = p_payment AND (p_failed OR (refunded < p_amount AND p_created > refund_failed));
	IF FOUND THEN
		UPDATE subscription SET wanted = wanted + 1, due_at = least(due_at, p_at), attempts = 0 WHERE id = x.id;
	END IF;
	RETURN true;
END $$;

-- What an event says of a product or a price that is sold here, where it is not what
-- we know; NULL: all is well.
CREATE FUNCTION catalog_drift(p_event bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT p.lookup_key || CASE WHEN e.type LIKE '%.deleted' THEN ' was deleted'
		WHEN e.o->>'active' = 'false' THEN ' is not active'
		WHEN e.type LIKE 'product.%' THEN NULL
		WHEN e.o->>'lookup_key' IS DISTINCT FROM p.lookup_key THEN ' has another lookup key'
		WHEN (e.o->>'unit_amount', e.o->>'currency', e.o->'recurring'->>'interval')
			IS DISTINCT FROM (p.amount::text, p.currency, p.interval) THEN ' has another price'
		END || ' at the provider'
	FROM (SELECT type, livemode, body::jsonb->'data'->'object' AS o FROM stripe_event WHERE id = p_event) e
		JOIN plan_price p ON p.active AND p.livemode = e.livemode AND p.provider = 'stripe'
			AND e.o->>'id' = CASE WHEN e.type LIKE 'product.%' THEN 'bus_prod_' || p.plan ELSE p.price_id END
	ORDER BY 1 NULLS LAST LIMIT 1;
END;

ALTER TABLE mail DROP CONSTRAINT mail_kind_check, ADD CONSTRAINT mail_kind_check CHECK (kind IN ('code', 'notice'));
GRANT INSERT (mail_id, kind, sealed, due_at, expires_at, created_at) ON mail TO bus_reaper;
GRANT SELECT (email) ON customer TO bus_reaper; -- whom it writes to; it opens their mail anyhow

REVOKE ALL ON FUNCTION subscription_refund, catalog_drift FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subscription_refund, catalog_drift TO bus_reaper;

-- verify

SELECT has_column_privilege('bus_reaper', 'bus.customer', 'email', 'SELECT');
SELECT NOT has_table_privilege('bus_slow', 'bus.mail', 'INSERT');

-- rollback

REVOKE SELECT (email) ON bus.customer FROM bus_reaper;
REVOKE INSERT (mail_id, kind, sealed, due_at, expires_at, created_at) ON bus.mail FROM bus_reaper;
DELETE FROM bus.mail WHERE kind = 'notice';
ALTER TABLE bus.mail DROP CONSTRAINT mail_kind_check, ADD CONSTRAINT mail_kind_check CHECK (kind IN ('code'));
DROP FUNCTION bus.catalog_drift, bus.subscription_refund;
CREATE FUNCTION bus.subscription_refund(p_payment text, p_amount bigint, p_currency text, p_live boolean,
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
REVOKE ALL ON FUNCTION bus.subscription_refund FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.subscription_refund TO bus_reaper;
ALTER TABLE bus.subscription_payment DROP COLUMN refund_failed;
