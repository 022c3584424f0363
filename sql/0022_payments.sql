-- A payment page that is of no use to its run any more is closed at the provider:
-- two pages of one run could both be paid. A trial is had once, by the account and
-- by the address: of that a keyed hash stays when the account goes. What was paid is
-- remembered even when it is not what was asked for, and goes back; what the provider
-- does not give back, and what an operator has to look at, is listed until somebody
-- has.
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

---------------------------------------------------------------- what was paid, and goes back

ALTER TABLE checkout ADD paid bigint, ADD paid_currency text CHECK (length(paid_currency) <= 255), -- NULL: as asked
	ADD refund_at timestamptz, -- when it became what it is
	ADD refund_failed bigint NOT NULL DEFAULT 0, -- when the provider failed last, by its clock
	ADD refund_tries int NOT NULL DEFAULT 0, -- by operators
	DROP CONSTRAINT checkout_refund_check,
	ADD CONSTRAINT checkout_refund_check CHECK (refund IN ('none', 'due', 'asked', 'refused', 'done'));
UPDATE checkout SET refund = 'refused' WHERE refund = 'asked' AND note LIKE 'refund refused: %';
UPDATE checkout SET refund_at = due_at WHERE refund <> 'none';

-- An operator has it asked for again, under another key. False: nothing of that
-- name was refused.
CREATE FUNCTION refund_again(p_payment text, p_by text, p_reason text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	WITH a AS (
		UPDATE checkout SET refund = 'due', refund_at = p_at, due_at = p_at, refund_tries = refund_tries + 1
		WHERE refund = 'refused' AND (payment_intent = p_payment OR checkout_id = p_payment)
		RETURNING coalesce(payment_intent, checkout_id) AS subject, account_id)
	INSERT INTO billing_audit (at, by, what, subject, account_id, reason)
	SELECT p_at, p_by, 'refund asked for again', subject, account_id, p_reason FROM a;
	RETURN FOUND;
END $$;

---------------------------------------------------------------- alerts

-- What an event has told that an operator has to look at, once each.
CREATE TABLE billing_alert (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	event bigint NOT NULL UNIQUE REFERENCES stripe_event,
	kind text NOT NULL CHECK (kind IN ('payment', 'refund', 'fraud', 'invoice', 'catalog')),
	subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255), -- the provider's name of it
	account_id bigint REFERENCES account,
	note text NOT NULL CHECK (length(note) <= 500),
	at timestamptz NOT NULL,
	closed_at timestamptz
);
CREATE INDEX billing_alert_open ON billing_alert (id) WHERE closed_at IS NULL;

CREATE FUNCTION alert_close(p_id bigint, p_by text, p_reason text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	WITH a AS (UPDATE billing_alert SET closed_at = p_at WHERE id = p_id AND closed_at IS NULL RETURNING *)
	INSERT INTO billing_audit (at, by, what, subject, account_id, reason)
	SELECT p_at, p_by, 'alert about ' || kind || ' closed', subject, coalesce(account_id, 0), p_reason FROM a;
	RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION refund_again, alert_close FROM PUBLIC;
GRANT EXECUTE ON FUNCTION refund_again, alert_close TO bus_operator;
GRANT SELECT ON billing_alert TO bus_operator;
GRANT SELECT, INSERT ON billing_alert TO bus_reaper;

-- verify

SELECT count(*) = 2 FROM pg_indexes WHERE schemaname = 'bus' AND indexname IN ('checkout_intent', 'checkout_refund');

SELECT has_function_privilege('bus_slow', 'bus.trial_had(bytea)', 'EXECUTE');
SELECT NOT has_table_privilege('bus_operator', 'bus.billing_alert', 'UPDATE');

-- rollback

DROP FUNCTION bus.alert_close, bus.refund_again;
DROP TABLE bus.billing_alert;
UPDATE bus.checkout SET refund = 'asked' WHERE refund = 'refused';
ALTER TABLE bus.checkout DROP CONSTRAINT checkout_refund_check,
	ADD CONSTRAINT checkout_refund_check CHECK (refund IN ('none', 'due', 'asked', 'done')),
	DROP COLUMN paid, DROP COLUMN paid_currency, DROP COLUMN refund_at, DROP COLUMN refund_failed,
	DROP COLUMN refund_tries;
DROP FUNCTION bus.trial_had;
DROP INDEX bus.plan_checkout_payer;
ALTER TABLE bus.plan_checkout DROP COLUMN payer;
DROP INDEX bus.checkout_refund, bus.checkout_intent;
CREATE INDEX checkout_intent ON bus.checkout (due_at) WHERE state = 'intent' OR refund = 'due';
ALTER TABLE bus.checkout DROP COLUMN closing;
