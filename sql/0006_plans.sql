-- Plans that are sold: prices as the provider knows them, payment pages for
-- plans, subscriptions and the plan that they give, usage that is exported to
-- the provider's meters. A payment in dispute stops calls of models too.
--
-- Amounts are minor units of their currency; metered usage is micro-units.
-- Locks are taken in the order subscription, budgets, account.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- what is sold

-- A price never changes: another one takes its lookup key. The old ones stay,
-- for those who have subscribed to them.
CREATE TABLE plan_price (
	price_id text PRIMARY KEY CHECK (length(price_id) BETWEEN 1 AND 255),
	provider text NOT NULL CHECK (provider IN ('stripe', 'local')),
	livemode boolean NOT NULL,
	plan text NOT NULL REFERENCES plan,
	lookup_key text NOT NULL CHECK (length(lookup_key) BETWEEN 1 AND 200),
	currency text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
	amount bigint NOT NULL CHECK (amount > 0),
	interval text NOT NULL CHECK (interval IN ('day', 'week', 'month', 'year')),
	active boolean NOT NULL DEFAULT true,
	at timestamptz NOT NULL
);
CREATE UNIQUE INDEX plan_price_active ON plan_price (provider, livemode, lookup_key) WHERE active;

-- The prices that the plans name, cheapest first.
CREATE VIEW plan_sold AS
SELECT p.id AS plan, p.doc->>'name' AS name, p.features, x.currency, x.unit_amount AS amount, x.interval,
	'bus_' || p.id || '_' || x.interval || '_' || x.currency AS lookup_key,
	'bus_prod_' || p.id AS product, coalesce((p.doc->>'trial_days')::int, 0) AS trial_days
FROM plan p CROSS JOIN LATERAL json_to_recordset(coalesce(p.doc->'prices', '[]'))
	AS x(currency text, unit_amount bigint, interval text);

---------------------------------------------------------------- who pays

CREATE TABLE billing_customer (
	account_id bigint NOT NULL REFERENCES account,
	provider text NOT NULL CHECK (provider IN ('stripe', 'local')),
	livemode boolean NOT NULL,
	customer_id text NOT NULL CHECK (length(customer_id) BETWEEN 1 AND 255),
	linked_at timestamptz NOT NULL, -- usage is exported from then on
	metered_at timestamptz NOT NULL, -- the newest settlement that was collected
	looked_at timestamptz NOT NULL, -- who was looked at longest ago comes first
	PRIMARY KEY (account_id, provider, livemode),
	UNIQUE (provider, livemode, customer_id)
);

-- A payment page for a plan: the row is there before the provider is asked.
CREATE TABLE plan_checkout (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	checkout_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL REFERENCES account,
	subject text NOT NULL, -- the account's public name
	plan text NOT NULL REFERENCES plan,
	title text NOT NULL,
	features text NOT NULL,
	price_id text NOT NULL REFERENCES plan_price,
	amount bigint NOT NULL CHECK (amount > 0),
	currency text NOT NULL,
	interval text NOT NULL,
	trial_days int NOT NULL CHECK (trial_days BETWEEN 0 AND 730),
	customer_id text,
	provider text NOT NULL CHECK (provider IN ('stripe', 'local')),
	livemode boolean NOT NULL,
	idem_key text NOT NULL UNIQUE,
	return_url text NOT NULL,
	state text NOT NULL DEFAULT 'intent' CHECK (state IN ('intent', 'open', 'failed', 'expired', 'complete')),
	session_id text UNIQUE,
	url text,
	note text NOT NULL DEFAULT '',
	attempts int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	due_at timestamptz NOT NULL,
	CHECK (state <> 'open' OR (session_id IS NOT NULL AND url IS NOT NULL))
);
CREATE UNIQUE INDEX plan_checkout_live ON plan_checkout (account_id) WHERE state IN ('intent', 'open');
CREATE INDEX plan_checkout_account ON plan_checkout (account_id);
CREATE INDEX plan_checkout_intent ON plan_checkout (due_at) WHERE state = 'intent';

-- A subscription as it was last read from the provider. An event is only a hint
-- that it has changed: it raises `wanted`, and a pass reads the object. `claim`
-- tells the answer to the last question from answers that come late.
CREATE TABLE subscription (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	subscription_id text NOT NULL UNIQUE CHECK (length(subscription_id) BETWEEN 1 AND 255),
	account_id bigint NOT NULL REFERENCES account,
	provider text NOT NULL CHECK (provider IN ('stripe', 'local')),
	livemode boolean NOT NULL,
	customer_id text,
	price_id text REFERENCES plan_price,
	plan text REFERENCES plan,
	status text NOT NULL DEFAULT 'unknown' CHECK (length(status) <= 40),
	cancel_at_period_end boolean NOT NULL DEFAULT false,
	period_start timestamptz,
	period_end timestamptz,
	trial_end timestamptz,
	ended_at timestamptz,
	invoice_status text,
	gives_until timestamptz, -- its plan is in force until then; NULL: it is not
	problem text NOT NULL DEFAULT '', -- why it gives nothing; for operators
	wanted bigint NOT NULL DEFAULT 1,
	seen bigint NOT NULL DEFAULT 0,
	claim bigint NOT NULL DEFAULT 0,
	attempts int NOT NULL DEFAULT 0,
	due_at timestamptz NOT NULL,
	read_at timestamptz,
	created_at timestamptz NOT NULL,
	CHECK (gives_until IS NULL OR (plan IS NOT NULL AND problem = ''))
);
CREATE INDEX subscription_account ON subscription (account_id);
CREATE INDEX subscription_due ON subscription (due_at);

-- Payments of subscriptions, by the name under which a dispute speaks of them.
CREATE TABLE subscription_payment (
	payment_intent text PRIMARY KEY,
	subscription bigint NOT NULL REFERENCES subscription,
	account_id bigint NOT NULL REFERENCES account,
	dispute text NOT NULL DEFAULT 'none' CHECK (dispute IN ('none', 'open', 'won', 'lost', 'lifted'))
);
CREATE INDEX subscription_payment_dispute ON subscription_payment (account_id) WHERE dispute IN ('open', 'lost');

-- The local provider's own books: what its pages change, and the pass reads.
CREATE TABLE local_subscription (
	subscription_id text PRIMARY KEY,
	doc jsonb NOT NULL
);

-- What the account has by a subscription, and what it had without.
ALTER TABLE account ADD COLUMN plan_sold text REFERENCES plan, ADD COLUMN plan_own text REFERENCES plan;

-- What an operator did about money.
CREATE TABLE billing_audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL,
	by text NOT NULL,
	what text NOT NULL,
	subject text NOT NULL,
	account_id bigint NOT NULL,
	reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500)
);

---------------------------------------------------------------- disputes

ALTER TABLE checkout DROP CONSTRAINT checkout_dispute_check,
	ADD CONSTRAINT checkout_dispute_check CHECK (dispute IN ('none', 'open', 'won', 'lost', 'lifted'));

CREATE FUNCTION account_disputed(p_account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM checkout WHERE account_id = p_account AND dispute IN ('open', 'lost'))
		OR EXISTS (SELECT FROM subscription_payment WHERE account_id = p_account AND dispute IN ('open', 'lost'));
END;

-- Functions of earlier migrations, with one condition more. Whatever else has
-- been changed in them since stays.
DO $$
DECLARE
	d text;
	e text;
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		['usage_reserve_all', 'WHERE NOT acc.disabled AND', 'WHERE NOT acc.disabled AND NOT account_disputed(acc.id) AND'],
		['usage_reserve', 'WHEN NOT a.may', 'WHEN account_disputed(a.id) THEN ''disputed'' WHEN NOT a.may'],
		['billing_decide', 'EXISTS (SELECT FROM checkout c WHERE c.account_id = acc.id AND c.dispute IN (''open'', ''lost''))',
			'account_disputed(acc.id)']]
	LOOP
		d := pg_get_functiondef(('bus.' || c[1])::regproc);
		e := replace(d, c[2], c[3]);
		IF d = e THEN
			RAISE EXCEPTION '% is not as it was', c[1];
		END IF;
		EXECUTE e;
	END LOOP;
END $$;

-- A lost dispute is forgiven. False: there is none of that name.
CREATE FUNCTION dispute_lift(p_payment text, p_by text, p_reason text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	WITH a AS (
		UPDATE checkout SET dispute = 'lifted' WHERE dispute = 'lost'
			AND (payment_intent = p_payment OR checkout_id = p_payment)
		RETURNING coalesce(payment_intent, checkout_id) AS subject, account_id
	), b AS (
		UPDATE subscription_payment SET dispute = 'lifted' WHERE dispute = 'lost' AND payment_intent = p_payment
		RETURNING payment_intent, account_id
	)
	INSERT INTO billing_audit (at, by, what, subject, account_id, reason)
	SELECT p_at, p_by, 'lost dispute lifted', u.subject, u.account_id, p_reason
	FROM (SELECT * FROM a UNION ALL SELECT * FROM b) u;
	RETURN FOUND;
END $$;

---------------------------------------------------------------- the plan in force

-- Budgets of the present periods follow the account's plan, but never below
-- what was spent of them.
CREATE FUNCTION budget_follow(p_account bigint, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT budget_lock();
	UPDATE budget b SET hard_limit = greatest(l.hard_limit, b.reserved + b.posted)
	FROM account a JOIN plan_limit l ON l.plan = a.plan
	WHERE a.id = p_account AND b.scope = l.scope AND b.period = l.period
		AND b.starts = period_start(b.period, p_at) AND b.hard_limit <> l.hard_limit
		AND CASE l.scope WHEN 'account' THEN b.subject = a.id::text
			ELSE b.subject IN (SELECT r.id::text FROM run r WHERE r.account_id = a.id) END;
END;

CREATE OR REPLACE FUNCTION account_put(p_subject text, p_plan text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM budget_lock();
	INSERT INTO account (kind, subject, plan, created_at) VALUES ('service', p_subject, p_plan, p_at)
	ON CONFLICT (subject) DO UPDATE SET plan = excluded.plan, disabled = false RETURNING id INTO n;
	PERFORM budget_follow(n, p_at);
	RETURN n;
END $$;

-- The plan that the subscriptions of an account give, or its own one again.
-- What an operator has assigned meanwhile is its own from then on.
CREATE FUNCTION billing_follow(p_account bigint, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	a record;
	sold text;
	own text;
BEGIN
	PERFORM budget_lock();
	SELECT plan, plan_sold, plan_own INTO a FROM account WHERE id = p_account FOR NO KEY UPDATE;
	SELECT s.plan INTO sold FROM subscription s
	WHERE s.account_id = p_account AND s.gives_until > p_at
	ORDER BY (SELECT max(hard_limit) FROM plan_limit l WHERE l.plan = s.plan) DESC NULLS LAST, s.id LIMIT 1;
	own := CASE WHEN a.plan IS DISTINCT FROM a.plan_sold THEN a.plan ELSE a.plan_own END;
	IF sold IS DISTINCT FROM a.plan_sold OR (sold IS NOT NULL AND a.plan IS DISTINCT FROM sold) THEN
		UPDATE account SET plan = coalesce(sold, own), plan_sold = sold,
			plan_own = CASE WHEN sold IS NOT NULL THEN own END
		WHERE id = p_account;
		PERFORM budget_follow(p_account, p_at);
	END IF;
	RETURN coalesce(sold, own);
END $$;

-- The acting account as one that may subscribe; locked, so that two requests
-- at once open one page. No subject: nobody is signed in.
CREATE FUNCTION subscriber(p_provider text, p_live boolean, p_at timestamptz, OUT subject text, OUT plan text,
	OUT barred text, OUT subscribed boolean, OUT customer_id text, OUT subscription_id text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
BEGIN
	SELECT a.subject, a.plan, CASE WHEN a.disabled THEN 'operator_disabled'
		WHEN account_disputed(a.id) THEN 'payment_disputed' END
	INTO subject, plan, barred
	FROM account a WHERE a.id = bus_account() AND a.kind <> 'visitor' FOR NO KEY UPDATE;
	subscribed := EXISTS (SELECT FROM subscription s WHERE s.account_id = bus_account() AND s.provider = p_provider
		AND s.livemode = p_live AND s.status NOT IN ('canceled', 'incomplete', 'incomplete_expired', 'missing'));
	SELECT c.customer_id INTO customer_id FROM billing_customer c
	WHERE c.account_id = bus_account() AND c.provider = p_provider AND c.livemode = p_live;
	SELECT s.subscription_id INTO subscription_id FROM subscription s
	WHERE s.account_id = bus_account() AND s.provider = p_provider AND s.livemode = p_live
	ORDER BY s.gives_until > p_at DESC NULLS LAST, s.id DESC LIMIT 1;
END $$;

-- Something has changed about a subscription: it is to be read again. Whose it
-- is follows from the subscription, the payment page, the customer or the
-- account that it names. False: nobody's of ours.
CREATE FUNCTION subscription_hint(p_subscription text, p_page text, p_customer text, p_subject text,
	p_provider text, p_live boolean, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	whose bigint;
BEGIN
	UPDATE subscription SET wanted = wanted + 1, due_at = least(due_at, p_at), attempts = 0
	WHERE subscription_id = p_subscription;
	IF FOUND THEN
		RETURN true;
	END IF;
	whose := coalesce((SELECT account_id FROM plan_checkout WHERE checkout_id = p_page),
		(SELECT account_id FROM billing_customer WHERE provider = p_provider AND livemode = p_live
			AND customer_id = p_customer),
		(SELECT id FROM account WHERE subject = p_subject));
	IF whose IS NULL THEN
		RETURN false;
	END IF;
	INSERT INTO subscription (subscription_id, account_id, provider, livemode, customer_id, due_at, created_at)
	VALUES (p_subscription, whose, coalesce((SELECT provider FROM plan_checkout WHERE checkout_id = p_page), p_provider), p_live, p_customer, p_at, p_at)
	ON CONFLICT (subscription_id) DO UPDATE SET wanted = subscription.wanted + 1, due_at = least(subscription.due_at, p_at);
	UPDATE stripe_event SET state = 'new', due_at = p_at WHERE state = 'waiting' AND waits_for = p_subscription;
	RETURN true;
END $$;

-- The price of a plan at this provider, as the catalog says it now. The local
-- provider knows every price. No row: it is not sold, or not synchronized.
CREATE FUNCTION plan_price_of(p_plan text, p_feature text, p_interval text, p_provider text, p_live boolean,
	p_more_than text, p_at timestamptz, OUT plan text, OUT title text, OUT price_id text, OUT amount bigint,
	OUT currency text, OUT "interval" text, OUT trial_days int, OUT features text)
RETURNS SETOF record LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
DECLARE
	s record;
BEGIN
	SELECT v.* INTO s FROM plan_sold v
	WHERE (p_plan IS NULL OR v.plan = p_plan) AND (p_interval IS NULL OR v.interval = p_interval)
		AND (p_feature IS NULL OR p_feature = ANY (v.features)) AND (p_plan IS NOT NULL OR v.plan IS DISTINCT FROM p_more_than)
	ORDER BY v.amount, v.lookup_key LIMIT 1;
	IF s.plan IS NULL THEN
		RETURN;
	END IF;
	IF p_provider = 'local' THEN
		PERFORM price_put('price_local_' || s.lookup_key || '_' || s.amount, 'local', false, s.plan, s.lookup_key,
			s.currency, s.amount, s.interval, p_at);
	END IF;
	RETURN QUERY SELECT s.plan, s.name, p.price_id, p.amount, p.currency, p.interval, s.trial_days,
		array_to_string(s.features, ',')
	FROM plan_price p
	WHERE p.provider = p_provider AND p.livemode = p_live AND p.lookup_key = s.lookup_key AND p.active
		AND p.amount = s.amount AND p.plan = s.plan;
	IF NOT FOUND THEN
		RETURN QUERY SELECT s.plan, s.name, NULL::text, s.amount, s.currency, s.interval, s.trial_days,
			array_to_string(s.features, ',');
	END IF;
END $$;

-- The provider has this price under that lookup key.
CREATE FUNCTION price_put(p_id text, p_provider text, p_live boolean, p_plan text, p_key text, p_currency text,
	p_amount bigint, p_interval text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	UPDATE plan_price SET active = false
	WHERE provider = p_provider AND livemode = p_live AND lookup_key = p_key AND active AND price_id <> p_id;
	INSERT INTO plan_price VALUES (p_id, p_provider, p_live, p_plan, p_key, p_currency, p_amount, p_interval, true, p_at)
	ON CONFLICT (price_id) DO UPDATE SET active = true WHERE NOT plan_price.active;
END $$;

---------------------------------------------------------------- meters

-- Usage that goes to the provider's meter, each once under its own name. The
-- provider knows a name again for a day: an answer that stays out longer is
-- not asked for again.
CREATE TABLE meter_export (
	usage bigint PRIMARY KEY REFERENCES usage_record,
	identifier text NOT NULL UNIQUE,
	account_id bigint NOT NULL,
	provider text NOT NULL,
	livemode boolean NOT NULL,
	customer_id text NOT NULL,
	meter text NOT NULL,
	value bigint NOT NULL CHECK (value > 0),
	happened_at timestamptz NOT NULL,
	state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'refused', 'unknown', 'too_old')),
	first_at timestamptz, -- of the first question
	attempts int NOT NULL DEFAULT 0,
	due_at timestamptz NOT NULL,
	sent_at timestamptz,
	note text NOT NULL DEFAULT '',
	CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX meter_export_due ON meter_export (due_at) WHERE state = 'due';
CREATE INDEX usage_record_settled ON usage_record (account_id, settled_at) WHERE posted > 0;
CREATE INDEX usage_record_corrected ON usage_record (account_id) WHERE reason LIKE 'corrected by %';

-- What was settled since the last look. Estimates wait for their correction. A
-- settlement is some moments older than its commit.
CREATE FUNCTION meter_collect(p_provider text, p_live boolean, p_meter text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	WITH c AS (
		SELECT account_id, customer_id, linked_at, metered_at FROM billing_customer
		WHERE provider = p_provider AND livemode = p_live
		ORDER BY looked_at LIMIT 500 FOR NO KEY UPDATE SKIP LOCKED
	), u AS (
		SELECT r.id, r.usage_id, r.posted, r.settled_at, c.* FROM c JOIN usage_record r
			ON r.account_id = c.account_id AND r.posted > 0 AND r.settled_at >= c.metered_at - interval '10 minutes'
		WHERE r.state = 'posted' AND r.settled_at >= c.linked_at
		UNION SELECT r.id, r.usage_id, r.posted, r.settled_at, c.* FROM c JOIN usage_record r
			ON r.account_id = c.account_id AND r.reason LIKE 'corrected by %' AND r.posted > 0
		WHERE r.state = 'posted' AND r.settled_at >= c.linked_at
	), kept AS (
		INSERT INTO meter_export (usage, identifier, account_id, provider, livemode, customer_id, meter, value,
			happened_at, due_at)
		SELECT u.id, u.usage_id, u.account_id, p_provider, p_live, u.customer_id, p_meter, u.posted, u.settled_at, p_at
		FROM u ON CONFLICT DO NOTHING RETURNING 1
	), looked AS (
		UPDATE billing_customer b SET looked_at = p_at, metered_at = greatest(b.metered_at,
			(SELECT max(u.settled_at) FROM u WHERE u.account_id = c.account_id)) FROM c
		WHERE b.account_id = c.account_id AND b.provider = p_provider AND b.livemode = p_live
	) SELECT count(*) INTO n FROM kept;
	RETURN n;
END $$;

---------------------------------------------------------------- what it says to customers and programs

ALTER FUNCTION billing_status RENAME TO billing_status_plan;

-- The summary with what the subscription adds to it. Of several the one that
-- gives a plan speaks, else the newest.
CREATE FUNCTION billing_status(p_account bigint, p_name text, p_at timestamptz) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	j jsonb := billing_status_plan(p_account, p_name, p_at)::jsonb;
	s record;
	gives boolean;
	owed boolean;
BEGIN
	SELECT * INTO s FROM subscription x WHERE x.account_id = p_account
	ORDER BY coalesce(x.gives_until > p_at, false) DESC, x.id DESC LIMIT 1;
	gives := coalesce(s.gives_until > p_at, false);
	owed := coalesce(s.status IN ('past_due', 'unpaid', 'incomplete'), false);
	RETURN j || jsonb_build_object(
		'status', CASE WHEN (j->>'operator_disabled')::boolean OR j->>'blocked_reason' = 'payment_disputed'
				OR s.id IS NULL OR s.problem <> '' THEN j->>'status'
			WHEN s.status IN ('past_due', 'unpaid') THEN 'past_due' WHEN s.status = 'incomplete' THEN 'incomplete'
			WHEN s.status = 'paused' THEN 'past_due'
			WHEN NOT gives AND s.ended_at IS NOT NULL AND j->>'plan_id' IS NULL THEN 'canceled' ELSE j->>'status' END,
		'provider', CASE WHEN gives THEN s.provider ELSE j->>'provider' END,
		'trial', CASE WHEN gives THEN s.status = 'trialing' ELSE (j->>'trial')::boolean END,
		'past_due', coalesce(s.status IN ('past_due', 'unpaid'), false),
		'subscription_inactive', s.id IS NOT NULL AND NOT gives,
		'cancel_at_period_end', coalesce(gives AND s.cancel_at_period_end, false),
		'subscription', CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('status', s.status, 'plan_id', s.plan,
			'cancel_at_period_end', s.cancel_at_period_end, 'current_period_end', public_time(s.period_end),
			'trial_ends_at', public_time(s.trial_end), 'ended_at', public_time(s.ended_at)) END,
		'next_action', CASE WHEN owed THEN 'update_payment' ELSE j->>'next_action' END,
		'command', CASE WHEN owed THEN 'bus billing portal' ELSE j->>'command' END);
END $$;

-- The catalog as BusDK publishes it.
CREATE FUNCTION billing_catalog() RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object(
		'products', (SELECT coalesce(json_agg(json_build_object('id', 'bus_prod_' || id, 'name', doc->>'name') ORDER BY id), '[]'::json) FROM plan),
		'meters', json_build_array(json_build_object('name', 'bus_llm_micro', 'unit', 'micro')),
		'plans', (SELECT coalesce(json_agg(json_build_object('id', p.id, 'product_id', 'bus_prod_' || p.id,
			'features', p.features, 'prices', coalesce(p.doc->'prices', '[]'::json),
			'quotas', (SELECT coalesce(json_agg(json_build_object('feature', 'llm:proxy', 'meter_event_name', 'bus_llm_micro',
				'window', l.period, 'limit', l.hard_limit) ORDER BY l.hard_limit, l.period), '[]'::json)
				FROM plan_limit l WHERE l.plan = p.id AND l.scope = 'account' AND l.hard_limit > 0)) ORDER BY p.id), '[]'::json)
			FROM plan p));
END;

-- The same put into force. Plans that it does not name stay, but are sold no
-- more; limits of runs, backends and of the installation stay as they are.
CREATE FUNCTION billing_catalog_put(p json, p_version text) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM budget_lock();
	PERFORM plan_put(json_build_object('version', p_version,
		'plans', (SELECT json_agg(coalesce(o.doc::jsonb, '{}') || jsonb_build_object('id', id,
				'name', coalesce((SELECT x->>'name' FROM json_array_elements(p->'products') x
					WHERE x->>'id' = n.j->>'product_id'), o.doc->>'name', id),
				'features', coalesce(n.j->'features', o.doc->'features', '[]'),
				'support', coalesce(o.doc->'support', '{"level": "none"}'),
				'prices', coalesce(n.j->'prices', '[]'),
				'limits', (SELECT coalesce(json_agg(json_build_object('scope', scope, 'period', period, 'micro', micro)), '[]') FROM (
					SELECT l.scope, l.period, l.hard_limit AS micro FROM plan_limit l
					WHERE l.plan = id AND (n.j IS NULL OR l.scope <> 'account' OR l.hard_limit = 0)
					UNION ALL SELECT 'account', q->>'window', (q->>'limit')::bigint FROM json_array_elements(n.j->'quotas') q) m)))
			FROM (SELECT x->>'id' AS id, x AS j FROM json_array_elements(p->'plans') x) n FULL JOIN plan o USING (id)),
		'limits', (SELECT coalesce(json_agg(json_strip_nulls(json_build_object('scope', scope, 'subject', nullif(subject, ''),
			'period', period, 'micro', hard_limit))), '[]') FROM plan_limit WHERE plan IS NULL)));
	RETURN billing_catalog();
END $$;

-- ---- the local provider's books

CREATE FUNCTION local_subscription_put(p_id text, p_doc jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	INSERT INTO local_subscription VALUES (p_id, p_doc)
	ON CONFLICT (subscription_id) DO UPDATE SET doc = local_subscription.doc || excluded.doc;
END;

-- A page of it is opened by its unguessable name alone.
CREATE FUNCTION plan_checkout_local(p_id text, OUT title text, OUT amount bigint, OUT currency text,
	OUT "interval" text, OUT return_url text, OUT state text, OUT session_id text, OUT subject text,
	OUT price_id text, OUT trial_days int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT c.title, c.amount, c.currency, c.interval, c.return_url, c.state, c.session_id, c.subject,
		c.price_id, c.trial_days
	FROM plan_checkout c WHERE c.checkout_id = p_id AND c.provider = 'local';
END;

CREATE FUNCTION local_subscription_get(p_id text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT doc FROM local_subscription WHERE subscription_id = p_id;
END;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION account_disputed, dispute_lift, budget_follow, billing_follow, subscription_hint, subscriber, plan_price_of,
	price_put, meter_collect, billing_status, billing_catalog, billing_catalog_put, local_subscription_put,
	local_subscription_get, plan_checkout_local FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_disputed TO bus_slow, bus_operator, bus_reaper;
GRANT EXECUTE ON FUNCTION billing_status TO bus_fast, bus_operator;
GRANT EXECUTE ON FUNCTION plan_price_of, subscriber TO bus_slow;
GRANT EXECUTE ON FUNCTION local_subscription_put, local_subscription_get, plan_checkout_local TO bus_slow;
GRANT EXECUTE ON FUNCTION local_subscription_get, billing_follow, subscription_hint, meter_collect TO bus_reaper;
GRANT EXECUTE ON FUNCTION dispute_lift, price_put, billing_catalog, billing_catalog_put, usage_settle_all TO bus_operator;

DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['plan_checkout', 'subscription', 'billing_customer'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %I TO bus_slow
			USING (account_id = bus_account()) WITH CHECK (account_id = bus_account())', t);
		EXECUTE format('CREATE POLICY machinery ON %I TO bus_operator, bus_reaper
			USING (true) WITH CHECK (true)', t);
	END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (state, session_id, url, note, attempts, due_at) ON plan_checkout TO bus_slow;
GRANT SELECT ON subscription, billing_customer TO bus_slow;
GRANT SELECT, UPDATE ON plan_checkout, subscription, subscription_payment, meter_export TO bus_reaper;
GRANT INSERT ON subscription_payment TO bus_reaper;
GRANT SELECT, INSERT, DELETE ON billing_customer TO bus_reaper;
GRANT SELECT ON plan_price TO bus_slow, bus_reaper, bus_operator;
GRANT UPDATE (active) ON plan_price TO bus_operator;
GRANT UPDATE (doc) ON plan TO bus_operator; -- a proof takes its plan back
GRANT SELECT ON plan_sold, plan_checkout, subscription, subscription_payment, billing_customer, billing_audit,
	meter_export TO bus_operator;

-- verify

SELECT bool_and(relrowsecurity) FROM pg_class
	WHERE oid IN ('bus.plan_checkout'::regclass, 'bus.subscription'::regclass);
SELECT pg_get_functiondef('bus.usage_reserve_all'::regproc) LIKE '%account_disputed%';
SELECT pg_get_functiondef('bus.usage_reserve'::regproc) LIKE '%account_disputed%';

-- rollback

DO $$
DECLARE
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		['usage_reserve_all', ' AND NOT account_disputed(acc.id)', ''],
		['usage_reserve', 'WHEN account_disputed(a.id) THEN ''disputed'' ', ''],
		['billing_decide', 'account_disputed(acc.id)',
			'EXISTS (SELECT FROM checkout c WHERE c.account_id = acc.id AND c.dispute IN (''open'', ''lost''))']]
	LOOP
		EXECUTE replace(pg_get_functiondef(('bus.' || c[1])::regproc), c[2], c[3]);
	END LOOP;
END $$;
DROP FUNCTION bus.billing_status, bus.billing_catalog_put, bus.billing_catalog, bus.meter_collect, bus.plan_price_of,
	bus.price_put, bus.subscriber, bus.subscription_hint, bus.billing_follow, bus.budget_follow, bus.dispute_lift, bus.account_disputed,
	bus.local_subscription_put, bus.local_subscription_get, bus.plan_checkout_local;
ALTER FUNCTION bus.billing_status_plan RENAME TO billing_status;
-- Subscriptions end with the programs that know them: everybody has their own plan again.
UPDATE bus.account SET plan = plan_own WHERE plan_sold IS NOT NULL AND plan IS NOT DISTINCT FROM plan_sold;
ALTER TABLE bus.account DROP COLUMN plan_sold, DROP COLUMN plan_own;
-- Not before: what it excludes would hold on to the columns.
-- As text: a parsed body would hold on to columns that earlier migrations take away.
CREATE OR REPLACE FUNCTION bus.account_put(p_subject text, p_plan text, p_at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
	INSERT INTO account (kind, subject, plan, created_at) VALUES ('service', p_subject, p_plan, p_at)
	ON CONFLICT (subject) DO UPDATE SET plan = excluded.plan, disabled = false RETURNING id;
$$;
DROP INDEX bus.usage_record_settled, bus.usage_record_corrected;
DROP TABLE bus.meter_export, bus.billing_audit, bus.local_subscription, bus.subscription_payment, bus.subscription,
	bus.plan_checkout, bus.billing_customer;
DROP VIEW bus.plan_sold;
DROP TABLE bus.plan_price;
UPDATE bus.checkout SET dispute = 'won' WHERE dispute = 'lifted';
ALTER TABLE bus.checkout DROP CONSTRAINT checkout_dispute_check,
	ADD CONSTRAINT checkout_dispute_check CHECK (dispute IN ('none', 'open', 'won', 'lost'));
