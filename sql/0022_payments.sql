-- A payment page that is of no use to its run any more is closed at the provider:
-- two pages of one run could both be paid. A trial is had once, by the account and
-- by the address: of that a keyed hash stays when the account goes.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE checkout ADD closing boolean NOT NULL DEFAULT false;
GRANT UPDATE (closing) ON checkout TO bus_slow;
DROP INDEX checkout_intent;
CREATE INDEX checkout_intent ON checkout (due_at) WHERE state = 'intent' OR closing;
CREATE INDEX checkout_refund ON checkout (due_at) WHERE refund = 'due';

---------------------------------------------------------------- trials

ALTER TABLE plan_checkout ADD payer bytea CHECK (length(payer) = 32);
CREATE INDEX plan_checkout_payer ON plan_checkout (payer) WHERE state = 'complete';

-- Has the acting account, or whoever had this address, subscribed before?
CREATE FUNCTION trial_had(p_payer bytea) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM subscription WHERE account_id = bus_account())
		OR EXISTS (SELECT FROM plan_checkout WHERE state = 'complete' AND account_id = bus_account())
		OR EXISTS (SELECT FROM plan_checkout WHERE state = 'complete' AND payer = p_payer);
END $$;
REVOKE ALL ON FUNCTION trial_had FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trial_had TO bus_slow;

-- verify

SELECT count(*) = 2 FROM pg_indexes WHERE schemaname = 'bus' AND indexname IN ('checkout_intent', 'checkout_refund');

SELECT has_function_privilege('bus_slow', 'bus.trial_had(bytea)', 'EXECUTE');

-- rollback

DROP FUNCTION bus.trial_had;
DROP INDEX bus.plan_checkout_payer;
ALTER TABLE bus.plan_checkout DROP COLUMN payer;
DROP INDEX bus.checkout_refund, bus.checkout_intent;
CREATE INDEX checkout_intent ON bus.checkout (due_at) WHERE state = 'intent' OR refund = 'due';
ALTER TABLE bus.checkout DROP COLUMN closing;
