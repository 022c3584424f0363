-- Money that comes in: payment pages of runs, what the payment provider tells
-- us, and the effects that this has, each of them once.
--
-- Amounts are minor units of their currency.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- A payment page for one quote of one run. The row is there before the provider
-- is asked, and its key makes that question safe to repeat.
CREATE TABLE checkout (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	checkout_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL REFERENCES account,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	run_id text NOT NULL,
	title text NOT NULL,
	scope_hash text NOT NULL, -- of the quote that is paid for
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
	provider text NOT NULL CHECK (provider IN ('stripe', 'local')),
	livemode boolean NOT NULL,
	idem_key text NOT NULL UNIQUE,
	return_url text NOT NULL,
	state text NOT NULL DEFAULT 'intent'
		CHECK (state IN ('intent', 'open', 'pending', 'failed', 'expired', 'paid')),
	session_id text UNIQUE,
	url text,
	payment_intent text,
	refund text NOT NULL DEFAULT 'none' CHECK (refund IN ('none', 'due', 'asked', 'done')),
	refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
	dispute text NOT NULL DEFAULT 'none' CHECK (dispute IN ('none', 'open', 'won', 'lost')),
	note text NOT NULL DEFAULT '', -- for operators
	attempts int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	due_at timestamptz NOT NULL, -- when a pass looks at it again
	paid_at timestamptz,
	CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
	CHECK (state <> 'open' OR (session_id IS NOT NULL AND url IS NOT NULL))
);
CREATE UNIQUE INDEX checkout_live ON checkout (run) WHERE state IN ('intent', 'open');
CREATE INDEX checkout_run ON checkout (run);
CREATE INDEX checkout_payment ON checkout (payment_intent);
CREATE INDEX checkout_intent ON checkout (due_at) WHERE state = 'intent' OR refund = 'due';
CREATE INDEX checkout_kept ON checkout (run) WHERE state = 'paid' AND refund = 'none';
CREATE INDEX checkout_dispute ON checkout (account_id) WHERE dispute IN ('open', 'lost');

-- A visitor who becomes a customer keeps it.
INSERT INTO account_row VALUES ('checkout');

-- What the provider has sent, as it came: written before it is acknowledged.
CREATE TABLE stripe_event (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	event_id text NOT NULL UNIQUE CHECK (length(event_id) BETWEEN 1 AND 255),
	type text NOT NULL CHECK (length(type) BETWEEN 1 AND 255),
	livemode boolean NOT NULL,
	created timestamptz NOT NULL,
	body text NOT NULL CHECK (octet_length(body) <= 1048576),
	state text NOT NULL DEFAULT 'new'
		CHECK (state IN ('new', 'waiting', 'done', 'ignored', 'refused', 'failed')),
	waits_for text,
	note text NOT NULL DEFAULT '',
	attempts int NOT NULL DEFAULT 0,
	received_at timestamptz NOT NULL,
	due_at timestamptz NOT NULL,
	processed_at timestamptz
);
CREATE INDEX stripe_event_due ON stripe_event (due_at, id) WHERE state IN ('new', 'waiting');
CREATE INDEX stripe_event_waits ON stripe_event (waits_for) WHERE state = 'waiting';

-- An effect on a subject happens once, however many events speak of it.
CREATE TABLE billing_effect (
	subject text NOT NULL,
	effect text NOT NULL,
	event bigint NOT NULL REFERENCES stripe_event,
	at timestamptz NOT NULL,
	PRIMARY KEY (subject, effect)
);

-- The only thing that the hook's role can do: put a verified event into the
-- inbox. False when it is there already.
CREATE FUNCTION stripe_receive(p_event text, p_type text, p_live boolean, p_created timestamptz,
	p_body text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	INSERT INTO stripe_event (event_id, type, livemode, created, body, received_at, due_at)
	VALUES (p_event, p_type, p_live, p_created, p_body, p_at, p_at) ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM pg_notify('bus_work', 'billing');
	RETURN true;
END $$;

-- The page of the local provider is opened by its unguessable name alone.
CREATE FUNCTION checkout_local(p_id text, OUT run_id text, OUT title text, OUT amount bigint,
	OUT currency text, OUT return_url text, OUT state text, OUT session_id text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT c.run_id, c.title, c.amount, c.currency, c.return_url, c.state, c.session_id
	FROM checkout c WHERE c.checkout_id = p_id AND c.provider = 'local';
END;

-- Back into the inbox; what has had its effect has it no second time.
CREATE FUNCTION stripe_replay(p_event text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	UPDATE stripe_event SET state = 'new', due_at = p_at, attempts = 0, note = '', waits_for = NULL,
		received_at = p_at WHERE event_id = p_event;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM pg_notify('bus_work', 'billing');
	RETURN true;
END $$;

---------------------------------------------------------------- entitlement

-- An account's limits as meters, tightest first. What is reserved counts.
CREATE FUNCTION billing_usage(p_account bigint, p_at timestamptz,
	OUT item json, OUT exceeded boolean, OUT tightest double precision)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('feature', 'llm:proxy', 'meter_event_name', 'bus_llm_micro',
			'window', l.period, 'used', u.used, 'limit', l.hard_limit,
			'remaining', greatest(l.hard_limit - u.used, 0), 'exceeded', u.used >= l.hard_limit,
			'resets_at', public_time(period_end(l.period, period_start(l.period, p_at)))),
		u.used >= l.hard_limit, u.used / greatest(l.hard_limit, 1)::double precision
	FROM account a JOIN plan_limit l ON l.plan = a.plan AND l.scope = 'account'
		LEFT JOIN budget b ON b.scope = 'account' AND b.subject = a.id::text
			AND b.period = l.period AND b.starts = period_start(l.period, p_at)
		CROSS JOIN LATERAL (SELECT coalesce(b.posted + b.reserved, 0) AS used) u
	WHERE a.id = p_account ORDER BY 3 DESC, l.period;
END;

-- The cheapest word for "another plan would do": one that has the feature and
-- allows more than the present one.
CREATE FUNCTION billing_better(p_plan text, p_feature text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT p.id FROM plan p JOIN plan_limit l ON l.plan = p.id AND l.scope = 'account'
	WHERE p.id <> coalesce(p_plan, '') AND (p_feature IS NULL OR p_feature = ANY (p.features))
	GROUP BY p.id
	HAVING max(l.hard_limit) > coalesce((SELECT max(hard_limit) FROM plan_limit
		WHERE plan = p_plan AND scope = 'account'), 0)
	ORDER BY max(l.hard_limit), p.id LIMIT 1;
END;

-- May this account use that feature, and if not, why and what would help? The
-- scope "llm:proxy" is the feature "chat"; NULL asks for no feature at all.
CREATE FUNCTION billing_decide(p_account bigint, p_scope text, p_at timestamptz) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	a record;
	full_one json;
	wanted text := CASE p_scope WHEN 'llm:proxy' THEN 'chat' ELSE p_scope END;
	why text;
BEGIN
	SELECT acc.id, acc.plan, acc.disabled, p.features,
		EXISTS (SELECT FROM checkout c WHERE c.account_id = acc.id AND c.dispute IN ('open', 'lost')) AS disputed
	INTO a FROM account acc LEFT JOIN plan p ON p.id = acc.plan WHERE acc.id = p_account;
	IF a.id IS NOT NULL AND NOT a.disabled THEN
		SELECT u.item INTO full_one FROM billing_usage(a.id, p_at) u WHERE u.exceeded LIMIT 1;
	END IF;
	why := CASE WHEN a.disabled THEN 'operator_disabled' WHEN a.disputed THEN 'payment_disputed'
		WHEN a.plan IS NULL OR (wanted IS NOT NULL AND NOT wanted = ANY (a.features)) THEN 'billing_required'
		WHEN full_one IS NOT NULL THEN 'quota_exceeded' END;
	IF why IS NULL THEN
		RETURN json_build_object('allowed', true, 'reason', 'billing_active', 'plan_id', a.plan);
	END IF;
	RETURN json_strip_nulls(json_build_object('allowed', false, 'reason', why,
		'command', CASE WHEN why IN ('billing_required', 'quota_exceeded') THEN 'bus billing setup' END,
		'plan_id', a.plan,
		'recommended_plan', CASE WHEN why IN ('billing_required', 'quota_exceeded')
			THEN billing_better(a.plan, wanted) END,
		'usage', CASE why WHEN 'quota_exceeded' THEN full_one END));
END $$;

-- The same as a summary for portals. An account that is not there has no billing.
CREATE FUNCTION billing_status(p_account bigint, p_name text, p_at timestamptz) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	d json := billing_decide(p_account, NULL, p_at);
	a record;
BEGIN
	SELECT acc.plan, acc.disabled, p.features, p.doc INTO a
	FROM account acc LEFT JOIN plan p ON p.id = acc.plan WHERE acc.id = p_account;
	RETURN json_build_object('account_id', p_name,
		'status', CASE WHEN a.disabled THEN 'canceled' WHEN a.plan IS NULL THEN 'missing'
			WHEN d->>'reason' = 'payment_disputed' THEN 'past_due' ELSE 'active' END,
		'provider', CASE WHEN a.plan IS NULL THEN NULL ELSE 'operator' END,
		'plan_id', a.plan, 'features', CASE WHEN a.disabled THEN '[]'::json
			ELSE coalesce(array_to_json(a.features), '[]'::json) END,
		'trial', a.plan IS NOT DISTINCT FROM 'visitor',
		'operator_disabled', coalesce(a.disabled, false),
		'blocked', NOT (d->>'allowed')::boolean, 'blocked_reason', CASE d->>'allowed' WHEN 'false' THEN d->>'reason' END,
		'usage', (SELECT coalesce(json_agg(u.item ORDER BY u.tightest DESC), '[]'::json)
			FROM billing_usage(p_account, p_at) u),
		'setup_required', coalesce(d->>'reason' = 'billing_required', false),
		'upgrade_required', coalesce(d->>'reason' = 'quota_exceeded', false),
		'next_action', CASE d->>'reason' WHEN 'billing_required' THEN 'setup_billing'
			WHEN 'quota_exceeded' THEN 'upgrade_plan' END,
		'command', d->>'command', 'recommended_plan', d->>'recommended_plan');
END $$;

-- Whom support answers: a name and a status, and nothing about money.
CREATE FUNCTION billing_support(p_account bigint) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('support_id', 'sup_' || left(encode(sha256(convert_to('support ' || a.id, 'UTF8')), 'hex'), 24),
		'status', CASE WHEN NOT a.disabled AND coalesce(p.doc->'support'->>'level', 'none') <> 'none'
			THEN 'active' ELSE 'none' END)
	FROM (SELECT p_account AS id) w LEFT JOIN account a ON a.id = w.id LEFT JOIN plan p ON p.id = a.plan;
END;

REVOKE ALL ON FUNCTION billing_usage, billing_better, billing_decide, billing_status, billing_support
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION billing_status TO bus_fast, bus_operator;
GRANT EXECUTE ON FUNCTION billing_decide TO bus_slow, bus_operator, bus_reaper;
GRANT EXECUTE ON FUNCTION billing_support TO bus_operator;

REVOKE ALL ON FUNCTION stripe_receive, checkout_local, stripe_replay FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stripe_receive TO bus_hook;
GRANT EXECUTE ON FUNCTION checkout_local TO bus_slow;
GRANT EXECUTE ON FUNCTION stripe_replay TO bus_operator;

ALTER TABLE checkout ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON checkout TO bus_slow
	USING (account_id = bus_account()) WITH CHECK (account_id = bus_account());
CREATE POLICY machinery ON checkout TO bus_operator, bus_reaper USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON checkout TO bus_slow;
GRANT UPDATE (state, session_id, url, note, attempts, due_at) ON checkout TO bus_slow;
GRANT SELECT, UPDATE ON checkout, stripe_event TO bus_reaper;
GRANT SELECT, INSERT ON billing_effect TO bus_reaper;
GRANT SELECT ON checkout, stripe_event, billing_effect TO bus_operator;

-- verify

SELECT bool_and(relrowsecurity) FROM pg_class WHERE oid = 'bus.checkout'::regclass;
SELECT NOT has_table_privilege('bus_hook', 'bus.stripe_event', 'SELECT');

-- rollback

DELETE FROM bus.account_row WHERE name = 'checkout';
DROP FUNCTION bus.stripe_receive, bus.checkout_local, bus.stripe_replay, bus.billing_status,
	bus.billing_support, bus.billing_decide, bus.billing_better, bus.billing_usage;
DROP TABLE bus.billing_effect, bus.stripe_event, bus.checkout;
