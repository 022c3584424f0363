-- What each call of a model runs, run with plans that are made once. A function in
-- SQL that may not become a part of its caller is planned anew by each statement
-- that has it; one in PL/pgSQL keeps its plans. And a plan that was made while a
-- table was small may read all of it ever after: these two never do. (What they
-- cannot but read whole, a table of one row, then counts as very dear: without the
-- last setting they would be compiled first.)
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER FUNCTION usage_reserve_all SET enable_seqscan = off;
ALTER FUNCTION usage_reserve_all SET jit = off;
ALTER FUNCTION usage_settle_all SET enable_seqscan = off;
ALTER FUNCTION usage_settle_all SET jit = off;

CREATE OR REPLACE FUNCTION budget_lock() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(7262001);
END $$;

CREATE OR REPLACE FUNCTION account_disputed(p_account bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM checkout WHERE account_id = p_account AND dispute IN ('open', 'lost'))
		OR EXISTS (SELECT FROM subscription_payment WHERE account_id = p_account AND dispute IN ('open', 'lost'));
END $$;

CREATE OR REPLACE FUNCTION account_by(p_subject text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	IF p_subject LIKE 'key:%' THEN
		RETURN (SELECT account_id FROM api_key
			WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
				AND revoked_at IS NULL AND expires_at > now());
	ELSIF p_subject LIKE 'sid:%' THEN
		RETURN (SELECT account_id FROM session
			WHERE session_id = substr(p_subject, 5) AND expires_at > now());
	END IF;
	RETURN (SELECT id FROM account WHERE subject = p_subject);
END $$;

CREATE OR REPLACE FUNCTION account_of(p_session text, p_subject text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	IF p_session IS NOT NULL THEN
		RETURN (SELECT account_id FROM session
			WHERE token_hash = decode(p_session, 'hex') AND expires_at > now());
	END IF;
	RETURN (SELECT id FROM account WHERE id = account_by(p_subject) AND NOT disabled);
END $$;

-- verify

SELECT count(*) = 4 FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE pronamespace = 'bus'::regnamespace AND lanname = 'plpgsql'
	AND proname IN ('budget_lock', 'account_disputed', 'account_by', 'account_of');
SELECT count(*) = 2 FROM pg_proc WHERE 'enable_seqscan=off' = ANY (proconfig)
	AND oid IN ('bus.usage_reserve_all(json)'::regprocedure, 'bus.usage_settle_all(json)'::regprocedure);

-- rollback

ALTER FUNCTION bus.usage_reserve_all RESET enable_seqscan;
ALTER FUNCTION bus.usage_reserve_all RESET jit;
ALTER FUNCTION bus.usage_settle_all RESET enable_seqscan;
ALTER FUNCTION bus.usage_settle_all RESET jit;
CREATE OR REPLACE FUNCTION bus.budget_lock() RETURNS void LANGUAGE sql
BEGIN ATOMIC
	SELECT pg_advisory_xact_lock(7262001);
END;
CREATE OR REPLACE FUNCTION bus.account_disputed(p_account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM bus.checkout WHERE account_id = p_account AND dispute IN ('open', 'lost'))
		OR EXISTS (SELECT FROM bus.subscription_payment WHERE account_id = p_account AND dispute IN ('open', 'lost'));
END;
CREATE OR REPLACE FUNCTION bus.account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM bus.api_key
	WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
		AND revoked_at IS NULL AND expires_at > now()
	UNION ALL SELECT account_id FROM bus.session
	WHERE session_id = CASE WHEN p_subject LIKE 'sid:%' THEN substr(p_subject, 5) END AND expires_at > now()
	UNION ALL SELECT id FROM bus.account
	WHERE p_subject NOT LIKE 'key:%' AND p_subject NOT LIKE 'sid:%' AND subject = p_subject;
END;
CREATE OR REPLACE FUNCTION bus.account_of(p_session text, p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM bus.session
	WHERE p_session IS NOT NULL AND token_hash = decode(p_session, 'hex') AND expires_at > now()
	UNION ALL SELECT id FROM bus.account
	WHERE p_session IS NULL AND id = bus.account_by(p_subject) AND NOT disabled;
END;
