-- Who calls, and what is said about them: a customer's own runs by any credential of
-- theirs, the account by the name that tokens give it, and whether so much more may be
-- used.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- Whose runs a credential opens: of a session by the hash of its token, of a program by
-- its subject. The planner puts it into the statement that asks, so that a session costs
-- what it did.
CREATE FUNCTION caller(p_session text, p_subject text) RETURNS TABLE (account_id bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT s.account_id FROM session s
	WHERE s.token_hash = decode(p_session, 'hex') AND s.expires_at > now()
	UNION ALL SELECT a.id FROM account_of(NULL, p_subject) a(id)
	WHERE p_session IS NULL AND p_subject IS NOT NULL AND a.id IS NOT NULL;
END;
REVOKE ALL ON FUNCTION caller FROM PUBLIC;
GRANT EXECUTE ON FUNCTION caller TO bus_fast, bus_slow, bus_stream;
GRANT EXECUTE ON FUNCTION account_of TO bus_stream;

-- The account is called what its tokens call it, whoever asks and by what.
DO $$
DECLARE
	d text := pg_get_functiondef('bus.billing_status'::regproc);
	e text := replace(d, 'billing_status_plan(p_account, p_name, p_at)',
		'billing_status_plan(p_account, coalesce((SELECT subject FROM account WHERE id = p_account), CASE WHEN p_account IS NULL THEN p_name END), p_at)');
BEGIN
	IF d = e THEN
		RAISE EXCEPTION 'billing_status is not as it was';
	END IF;
	EXECUTE e;
END $$;

-- Is this how an account may be called: a UUID, or the name of one that is there?
CREATE FUNCTION account_named(p_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT p_name ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
		OR EXISTS (SELECT FROM account WHERE subject = p_name);
END;

-- As billing_decide, for so much more of a meter (NULL: for anything at all).
CREATE FUNCTION billing_check(p_account bigint, p_scope text, p_meter text, p_quantity bigint, p_at timestamptz)
RETURNS json LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	d json := billing_decide(p_account, p_scope, p_at);
	full_one json;
BEGIN
	IF NOT (d->>'allowed')::boolean OR p_meter IS NULL THEN
		RETURN d;
	END IF;
	SELECT u.item INTO full_one FROM billing_usage(p_account, p_at) u
	WHERE u.item->>'meter_event_name' = p_meter AND (u.item->>'remaining')::bigint < p_quantity
	ORDER BY (u.item->>'remaining')::bigint LIMIT 1;
	IF full_one IS NULL THEN
		RETURN d;
	END IF;
	RETURN json_strip_nulls(json_build_object('allowed', false, 'reason', 'quota_exceeded',
		'command', 'bus billing setup', 'plan_id', d->>'plan_id', 'recommended_plan',
		billing_better(d->>'plan_id', CASE p_scope WHEN 'llm:proxy' THEN 'chat' ELSE p_scope END), 'usage', full_one));
END $$;
REVOKE ALL ON FUNCTION account_named, billing_check FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_named, billing_check TO bus_operator;

-- Has the acting account signed in by this session since then, or shown its second
-- factor in it so lately that it still counts?
CREATE FUNCTION session_fresh(p_session text, p_sid text, p_since timestamptz, p_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM session WHERE account_id = bus_account()
		AND (token_hash = decode(p_session, 'hex') OR session_id = p_sid)
		AND (created_at > p_since OR second_until > p_at));
END;
REVOKE ALL ON FUNCTION session_fresh FROM PUBLIC;
GRANT EXECUTE ON FUNCTION session_fresh TO bus_fast, bus_slow;

-- A key of a request that was taken and came to nothing is free again.
GRANT DELETE ON idempotency TO bus_fast, bus_slow;

-- verify

SELECT has_function_privilege('bus_stream', 'bus.caller(text,text)', 'EXECUTE');
SELECT NOT has_function_privilege('bus_fast', 'bus.billing_check(bigint,text,text,bigint,timestamptz)', 'EXECUTE');
SELECT pg_get_functiondef('bus.billing_status'::regproc) LIKE '%SELECT subject FROM account%';

-- rollback

REVOKE DELETE ON bus.idempotency FROM bus_fast, bus_slow;
DROP FUNCTION bus.session_fresh, bus.billing_check, bus.account_named, bus.caller;
REVOKE EXECUTE ON FUNCTION bus.account_of FROM bus_stream;
DO $$
DECLARE
	d text := pg_get_functiondef('bus.billing_status'::regproc);
BEGIN
	EXECUTE replace(d, 'coalesce((SELECT subject FROM account WHERE id = p_account), CASE WHEN p_account IS NULL THEN p_name END)', 'p_name');
END $$;
