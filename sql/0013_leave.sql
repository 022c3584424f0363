-- Who leaves is charged no more: the subscriptions of an account that was closed
-- are ended at the provider, its open payment pages are closed there. When it was
-- closed is the word for it; the passes that read subscriptions and complete
-- payment pages act by it, so that whatever turns up later is ended too.
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

REVOKE ALL ON FUNCTION subscription_over, billing_leave, billing_left FROM PUBLIC;
GRANT EXECUTE ON FUNCTION subscription_over TO bus_operator;
GRANT EXECUTE ON FUNCTION local_subscription_put TO bus_reaper;

-- verify

SELECT count(*) = 1 FROM pg_trigger WHERE tgname = 'billing_left';
SELECT NOT has_function_privilege('bus_slow', 'bus.billing_leave(bigint,timestamptz)', 'EXECUTE');

-- rollback

REVOKE EXECUTE ON FUNCTION bus.local_subscription_put FROM bus_reaper;
DROP TRIGGER billing_left ON bus.customer;
DROP FUNCTION bus.billing_left, bus.billing_leave, bus.subscription_over;
DROP INDEX bus.plan_checkout_intent;
CREATE INDEX plan_checkout_intent ON bus.plan_checkout (due_at) WHERE state = 'intent';
ALTER TABLE bus.plan_checkout DROP COLUMN closing;
ALTER TABLE bus.subscription DROP COLUMN cancel_note;
ALTER TABLE bus.account DROP COLUMN closed_at;
