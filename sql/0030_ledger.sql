-- What the ledger holds is sealed without exception, whatever the clocks of those who
-- wrote it said. What a proof of the limits has made is taken away again.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- Entries are numbered and written under budget_lock(): whoever sees one sees all
-- before it, so none is too young to be sealed. A number that is missing was given to
-- a transaction that failed.
CREATE OR REPLACE FUNCTION ledger_leaves(p_first bigint, p_last bigint, p_limit int, p_at timestamptz)
RETURNS TABLE (id bigint, leaf text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT e.id, encode(sha256(decode('00', 'hex') || convert_to(ledger_text(e, u.usage_id), 'UTF8')), 'hex')
	FROM ledger_entry e JOIN usage_record u ON u.id = e.usage
	WHERE e.id >= p_first AND (p_last = 0 OR e.id <= p_last)
	ORDER BY e.id LIMIT p_limit;
END;

-- The account of a proof and its plan, once its reservations are given back. It has
-- spent nothing, so nothing of it stands in the ledger.
CREATE FUNCTION proof_remove(p_subject text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	a bigint := (SELECT id FROM account WHERE subject = p_subject AND plan = p_subject AND p_subject LIKE 'proof-%');
BEGIN
	IF a IS NULL THEN
		RETURN false;
	END IF;
	PERFORM usage_settle(usage_id, 'released', 0, 0, NULL, 'a proof', p_at)
	FROM usage_record WHERE account_id = a AND state = 'reserved';
	DELETE FROM usage_record WHERE account_id = a;
	DELETE FROM budget WHERE scope = 'account' AND subject = a::text;
	DELETE FROM account WHERE id = a;
	DELETE FROM plan_limit WHERE plan = p_subject;
	DELETE FROM plan WHERE id = p_subject;
	RETURN true;
END $$;
REVOKE ALL ON FUNCTION proof_remove FROM PUBLIC;
GRANT EXECUTE ON FUNCTION proof_remove TO bus_operator;

-- verify

SELECT pg_get_functiondef('bus.ledger_leaves'::regproc) NOT LIKE '%15 s%';
SELECT has_function_privilege('bus_operator', 'bus.proof_remove(text, timestamptz)', 'EXECUTE');

-- rollback

DROP FUNCTION bus.proof_remove;
CREATE OR REPLACE FUNCTION bus.ledger_leaves(p_first bigint, p_last bigint, p_limit int, p_at timestamptz)
RETURNS TABLE (id bigint, leaf text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT e.id, encode(sha256(decode('00', 'hex') || convert_to(bus.ledger_text(e, u.usage_id), 'UTF8')), 'hex')
	FROM bus.ledger_entry e JOIN bus.usage_record u ON u.id = e.usage
	WHERE e.id >= p_first AND CASE p_last WHEN 0 THEN e.at < p_at - interval '15 s'
		ELSE e.id <= p_last END
	ORDER BY e.id LIMIT p_limit;
END;
