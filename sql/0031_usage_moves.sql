-- Who signs in takes the calls made before along: in the ledger's view, with their
-- proofs and receipts, and in the limits. Entries of the ledger stay as they were
-- written; whose they are is told by their calls.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- Calls that come along may be more than the plan allows. Nothing can be reserved
-- then: what is free is told from the limit alone, and this by how much the calls
-- that are there may be above it.
ALTER TABLE budget ADD COLUMN brought bigint NOT NULL DEFAULT 0 CHECK (brought >= 0),
	DROP CONSTRAINT budget_not_overspent,
	ADD CONSTRAINT budget_not_overspent CHECK (reserved + posted <= hard_limit + brought);

-- The calls of a visitor become the customer's, and count in each budget of the
-- customer's in whose period they were made, beside those that they counted in. No
-- call begins or ends meanwhile; one that was under way ends in all of them. Called
-- when the conversations have been moved: who settles a call has locked those first.
CREATE FUNCTION usage_move() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM budget_lock();
	IF NOT EXISTS (SELECT FROM usage_record WHERE account_id = NEW.id) THEN
		RETURN NULL;
	END IF;
	INSERT INTO budget (scope, subject, period, starts, hard_limit)
	SELECT 'account', a.id::text, l.period, period_start(l.period, now()), l.hard_limit
	FROM account a JOIN plan_limit l ON l.plan = a.plan AND l.scope = 'account'
	WHERE a.id = NEW.merged_into ON CONFLICT DO NOTHING;
	WITH b AS MATERIALIZED (
		SELECT id, period, starts FROM budget WHERE scope = 'account' AND subject = NEW.merged_into::text
	), moved AS (
		UPDATE usage_record u SET account_id = NEW.merged_into, budgets = u.budgets || ARRAY(
			SELECT b.id FROM b WHERE b.starts = period_start(b.period, u.created_at))
		WHERE u.account_id = NEW.id
		RETURNING u.created_at, u.settled_at, u.posted, CASE u.state WHEN 'reserved' THEN u.reserved ELSE 0 END AS reserved
	), s AS (
		SELECT b.id, sum(m.reserved)::bigint AS reserved, sum(m.posted)::bigint AS posted
		FROM b JOIN moved m ON b.starts = period_start(b.period, m.created_at) GROUP BY b.id
	), told AS ( -- the provider's meter may have been told of younger ones
		UPDATE billing_customer SET metered_at = least(metered_at,
			(SELECT min(settled_at) FROM moved WHERE settled_at >= linked_at))
		WHERE account_id = NEW.merged_into
	)
	UPDATE budget SET reserved = budget.reserved + s.reserved, posted = budget.posted + s.posted,
		brought = greatest(brought, budget.reserved + s.reserved + budget.posted + s.posted - hard_limit)
	FROM s WHERE budget.id = s.id;
	RETURN NULL;
END $$;
CREATE TRIGGER usage_move AFTER UPDATE OF merged_into ON account FOR EACH ROW
	WHEN (NEW.merged_into IS NOT NULL) EXECUTE FUNCTION usage_move();
REVOKE ALL ON FUNCTION usage_move FROM PUBLIC;

DROP POLICY tenant ON ledger_entry;
CREATE POLICY tenant ON ledger_entry TO bus_fast, bus_slow USING (EXISTS (
	SELECT FROM usage_record u WHERE u.id = ledger_entry.usage AND u.account_id = bus_account()));

-- Those who have signed in before, too.
UPDATE account SET merged_into = merged_into WHERE merged_into IS NOT NULL;

-- verify

SELECT NOT EXISTS (SELECT FROM bus.usage_record u JOIN bus.account a ON a.id = u.account_id
	WHERE a.merged_into IS NOT NULL);
SELECT count(*) = 1 FROM pg_trigger WHERE tgrelid = 'bus.account'::regclass AND tgname = 'usage_move';

-- rollback

DROP TRIGGER usage_move ON bus.account;
DROP FUNCTION bus.usage_move;
DROP POLICY tenant ON bus.ledger_entry;
CREATE POLICY tenant ON bus.ledger_entry TO bus_fast, bus_slow USING (account_id = bus.bus_account());
-- What has come along stays, and so does its place in the limits.
UPDATE bus.budget SET hard_limit = greatest(hard_limit, reserved + posted) WHERE brought > 0;
ALTER TABLE bus.budget DROP CONSTRAINT budget_not_overspent,
	ADD CONSTRAINT budget_not_overspent CHECK (reserved + posted <= hard_limit),
	DROP COLUMN brought;
