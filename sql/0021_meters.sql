-- Usage that the provider has refused, or of which nobody knows whether it was
-- counted, can be told again. What it took first and could not count then is told
-- under another name: the first one may be known still.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE meter_export ADD taken boolean NOT NULL DEFAULT false, -- and refused afterwards
	ADD retries int NOT NULL DEFAULT 0; -- in the name, when there were any

-- By name, by state, of an account: those that may be told again, or NULL for none.
-- Nothing older than 35 days is taken.
CREATE FUNCTION meter_retry(p_identifier text, p_state text, p_account text, p_by text, p_reason text,
	p_at timestamptz) RETURNS json
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH old AS (
		SELECT m.usage, m.state, u.usage_id, a.subject
		FROM meter_export m JOIN usage_record u ON u.id = m.usage JOIN account a ON a.id = m.account_id
		WHERE m.state IN ('refused', 'unknown') AND m.happened_at > p_at - interval '34 days'
			AND (p_identifier IS NULL OR m.identifier = p_identifier) AND (p_state IS NULL OR m.state = p_state)
			AND (p_account IS NULL OR a.subject = p_account)
		FOR NO KEY UPDATE OF m
	), again AS (
		UPDATE meter_export m SET state = 'due', due_at = p_at, first_at = NULL, note = '', taken = false,
			identifier = CASE WHEN m.taken THEN o.usage_id || '.' || m.retries + 1 ELSE m.identifier END,
			retries = m.retries + m.taken::int
		FROM old o WHERE m.usage = o.usage
		RETURNING m.usage, m.identifier, m.account_id, m.value, o.subject, o.state AS was
	), kept AS (
		INSERT INTO billing_audit (at, by, what, subject, account_id, reason)
		SELECT p_at, p_by, was || ' usage is told to the meter again', identifier, account_id, p_reason FROM again
	)
	SELECT json_build_object('items', json_agg(json_build_object('identifier', identifier, 'account', subject,
		'value', value, 'was', was) ORDER BY usage))
	FROM again HAVING count(*) > 0;
END;
REVOKE ALL ON FUNCTION meter_retry FROM PUBLIC;
GRANT EXECUTE ON FUNCTION meter_retry TO bus_operator;

-- verify

SELECT has_function_privilege('bus_operator', 'bus.meter_retry(text,text,text,text,text,timestamptz)', 'EXECUTE');
SELECT NOT has_function_privilege('bus_slow', 'bus.meter_retry(text,text,text,text,text,timestamptz)', 'EXECUTE');
SELECT NOT has_table_privilege('bus_operator', 'bus.meter_export', 'UPDATE');

-- rollback

DROP FUNCTION bus.meter_retry;
ALTER TABLE bus.meter_export DROP COLUMN taken, DROP COLUMN retries;
