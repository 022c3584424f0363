-- What may be spent and what was: plans with limits, budgets that cannot be
-- overspent, a row for each call of a model before it is made, and a ledger.
--
-- Amounts are micro-units (a millionth of the currency), whole numbers only.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- plans

CREATE TABLE plan (
	id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9-]{0,39}$'),
	version text NOT NULL,
	features text[] NOT NULL,
	doc json NOT NULL
);

-- What a plan allows ('account' and 'run'), and what everybody together may
-- spend ('backend' by its name, 'installation'; these have no plan).
CREATE TABLE plan_limit (
	plan text REFERENCES plan ON DELETE CASCADE,
	scope text NOT NULL CHECK (scope IN ('run', 'account', 'backend', 'installation')),
	subject text NOT NULL DEFAULT '',
	period text NOT NULL CHECK (period IN ('minute', 'hour', 'day', 'week', 'month', 'total')),
	hard_limit bigint NOT NULL CHECK (hard_limit >= 0),
	CHECK ((plan IS NULL) = (scope IN ('backend', 'installation')))
);
CREATE UNIQUE INDEX plan_limit_one ON plan_limit (coalesce(plan, ''), scope, subject, period);

ALTER TABLE account DROP CONSTRAINT account_kind_check;
ALTER TABLE account ADD CHECK (kind IN ('visitor', 'service')),
	ADD COLUMN subject text UNIQUE CHECK (length(subject) BETWEEN 1 AND 200),
	ADD COLUMN plan text REFERENCES plan,
	ADD COLUMN disabled boolean NOT NULL DEFAULT false;

-- What is not to happen at all, whoever asks. One row.
CREATE TABLE kill_switch (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	level int NOT NULL DEFAULT 0 CHECK (level BETWEEN 0 AND 4),
	reason text NOT NULL DEFAULT '',
	by text NOT NULL DEFAULT '',
	at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO kill_switch DEFAULT VALUES;

---------------------------------------------------------------- budgets

-- One limit in one period. The constraint is the last wall: whatever the code
-- above it does, nothing is spent beyond it.
CREATE TABLE budget (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	scope text NOT NULL,
	subject text NOT NULL, -- account or run number, backend, or ''
	period text NOT NULL,
	starts timestamptz NOT NULL,
	hard_limit bigint NOT NULL CHECK (hard_limit >= 0),
	reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
	posted bigint NOT NULL DEFAULT 0 CHECK (posted >= 0),
	CONSTRAINT budget_not_overspent CHECK (reserved + posted <= hard_limit),
	UNIQUE (scope, subject, period, starts)
) WITH (fillfactor = 50); -- updates in place

CREATE TABLE usage_record (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	usage_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL REFERENCES account,
	run_id text, chat_id text, task_id text,
	model text NOT NULL,
	backend text NOT NULL,
	price_version text NOT NULL,
	state text NOT NULL DEFAULT 'reserved'
		CHECK (state IN ('reserved', 'posted', 'released', 'estimated')),
	reserved bigint NOT NULL CHECK (reserved >= 0),
	posted bigint NOT NULL DEFAULT 0 CHECK (posted BETWEEN 0 AND reserved),
	-- What it costs us is nobody else's business: no customer's role may read it.
	cost bigint NOT NULL DEFAULT 0 CHECK (cost >= 0),
	tokens json,
	reason text NOT NULL DEFAULT '', -- why it ended as it did
	budgets bigint[] NOT NULL,
	request_hash bytea, -- of a call that carried an Idempotency-Key
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	settled_at timestamptz,
	CHECK ((state = 'reserved') = (settled_at IS NULL))
);
CREATE INDEX usage_record_open ON usage_record (expires_at) WHERE settled_at IS NULL;
-- The answer to a call that carried an Idempotency-Key, sealed, for a day.
CREATE TABLE call_answer (
	usage bigint PRIMARY KEY REFERENCES usage_record ON DELETE CASCADE,
	stream boolean NOT NULL,
	sealed bytea NOT NULL,
	at timestamptz NOT NULL
);
CREATE INDEX call_answer_age ON call_answer (at);
CREATE INDEX usage_record_account ON usage_record (account_id, id DESC);

-- Double entry: each row takes from one book what it gives to another, so the
-- books always add up to nothing. Only ever added to.
CREATE TABLE ledger_entry (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	debit text NOT NULL,  -- "customer", "revenue", "correction"
	credit text NOT NULL,
	account_id bigint NOT NULL,
	usage bigint NOT NULL REFERENCES usage_record,
	micro bigint NOT NULL CHECK (micro > 0),
	at timestamptz NOT NULL,
	CHECK (debit <> credit)
);
CREATE INDEX ledger_entry_usage ON ledger_entry (usage);

-- Batches of the ledger that are closed: a Merkle tree (RFC 6962) over each,
-- signed, and chained to the one before.
CREATE TABLE ledger_seal (
	id bigint PRIMARY KEY CHECK (id > 0),
	first bigint NOT NULL,
	last bigint NOT NULL CHECK (last >= first),
	entries bigint NOT NULL CHECK (entries > 0),
	root text NOT NULL CHECK (root ~ '^[0-9a-f]{64}$'),
	previous text NOT NULL UNIQUE CHECK (previous ~ '^[0-9a-f]{64}$'),
	signature text NOT NULL,
	at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ledger_seal_last ON ledger_seal (last);

-- An entry as it is sealed. The name of the call is unguessable, so its hash
-- tells nobody else anything.
CREATE FUNCTION ledger_text(e ledger_entry, usage_id text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN e.id || '|' || usage_id || '|' || e.debit || '|' || e.credit || '|' || e.micro || '|'
	|| (extract(epoch FROM e.at) * 1000000)::bigint;

-- Entries whose transaction may still be under way are not sealed yet.
CREATE FUNCTION ledger_leaves(p_first bigint, p_last bigint, p_limit int, p_at timestamptz)
RETURNS TABLE (id bigint, leaf text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT e.id, encode(sha256(decode('00', 'hex') || convert_to(ledger_text(e, u.usage_id), 'UTF8')), 'hex')
	FROM ledger_entry e JOIN usage_record u ON u.id = e.usage
	WHERE e.id >= p_first AND CASE p_last WHEN 0 THEN e.at < p_at - interval '15 s'
		ELSE e.id <= p_last END
	ORDER BY e.id LIMIT p_limit;
END;

CREATE FUNCTION period_start(period text, at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE period WHEN 'total' THEN timestamptz '1970-01-01Z' ELSE date_trunc(period, at, 'UTC') END;

CREATE FUNCTION period_end(period text, starts timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE period WHEN 'total' THEN NULL
	ELSE date_trunc(period, starts, 'UTC') + ('1 ' || period)::interval END;

-- The limits that hold for a call, each with the budget of its present period.
CREATE FUNCTION limits_of(p_plan text, p_account bigint, p_run bigint, p_backend text, p_at timestamptz,
	OUT scope text, OUT subject text, OUT period text, OUT starts timestamptz, OUT hard_limit bigint)
RETURNS SETOF record LANGUAGE sql STABLE -- without settings of its own it is a part of its caller's plan
BEGIN ATOMIC
	SELECT l.scope, CASE l.scope WHEN 'account' THEN p_account::text WHEN 'run' THEN p_run::text
		ELSE l.subject END, l.period, period_start(l.period, p_at), l.hard_limit
	FROM plan_limit l
	WHERE (l.plan = p_plan AND (l.scope <> 'run' OR p_run IS NOT NULL))
		OR (l.plan IS NULL AND (l.scope <> 'backend' OR l.subject = p_backend));
END;

-- Whoever moves budgets does it alone. Calls of many accounts share one
-- transaction, so no order of rows would keep two of them from waiting for each
-- other; and they meet at the installation's limit anyway.
CREATE FUNCTION budget_lock() RETURNS void LANGUAGE sql
BEGIN ATOMIC
	SELECT pg_advisory_xact_lock(7262001);
END;

-- Whose calls a program makes, by the name in its token.
CREATE FUNCTION account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT id FROM account WHERE subject = p_subject;
END;

-- Reserve `micro` against every limit that applies, or against none.
-- outcome: 'ok', 'unknown' (no such caller), 'disabled', 'killed', 'no_plan',
-- 'no_run', 'quota' (with the limit that said no, what is left and when it
-- begins anew). A call with a key comes under the same name again: 'again' with
-- the sealed answer, 'busy' while the first is under way, 'mismatch' with another
-- body, 'gone' when its answer was not kept.
CREATE FUNCTION usage_reserve(p_usage text, p_session text, p_subject text, p_run text,
	p_chat text, p_model text, p_backend text, p_feature text, p_price text, p_micro bigint,
	p_at timestamptz, p_until timestamptz, p_hash text,
	OUT outcome text, OUT account bigint, OUT plan text, OUT scope text, OUT period text,
	OUT hard_limit bigint, OUT remaining bigint, OUT resets timestamptz, OUT answer text,
	OUT stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
DECLARE
	a record;
	run_no bigint;
	ids bigint[];
	whole boolean;
	worst record;
	first record;
BEGIN
	SELECT acc.id, acc.plan, acc.disabled, k.level, coalesce(p_feature = ANY (p.features), false) AS may
	INTO a
	FROM kill_switch k LEFT JOIN account acc ON acc.id = CASE WHEN p_session IS NULL
			THEN account_by(p_subject)
			ELSE (SELECT account_id FROM session WHERE token_hash = decode(p_session, 'hex')
				AND expires_at > p_at) END
		LEFT JOIN plan p ON p.id = acc.plan;
	account := a.id;
	plan := a.plan;
	IF p_hash IS NOT NULL AND a.id IS NOT NULL THEN
		SELECT u.account_id = a.id AND u.request_hash = decode(p_hash, 'hex') AS same, u.state,
			c.stream, encode(c.sealed, 'hex') AS sealed INTO first
		FROM usage_record u LEFT JOIN call_answer c ON c.usage = u.id WHERE u.usage_id = p_usage;
		IF FOUND THEN
			outcome := CASE WHEN first.same IS NOT TRUE THEN 'mismatch'
				WHEN first.sealed IS NOT NULL THEN 'again'
				WHEN first.state = 'reserved' THEN 'busy' ELSE 'gone' END;
			answer := CASE outcome WHEN 'again' THEN first.sealed END;
			stream := first.stream;
			RETURN;
		END IF;
	END IF;
	IF p_run IS NOT NULL THEN
		SELECT r.id INTO run_no FROM run r JOIN run_state s ON s.phase = r.phase
		WHERE r.run_id = p_run AND r.account_id = a.id AND NOT s.terminal;
	END IF;
	outcome := CASE WHEN a.level >= 2 THEN 'killed' WHEN a.id IS NULL THEN 'unknown'
		WHEN a.disabled THEN 'disabled' WHEN NOT a.may THEN 'no_plan'
		WHEN p_run IS NOT NULL AND run_no IS NULL THEN 'no_run' END;
	IF outcome IS NOT NULL THEN
		RETURN;
	END IF;
	PERFORM budget_lock();
	FOR turn IN 1..2 LOOP
		SELECT array_agg(b.id), min(b.hard_limit - b.reserved - b.posted), bool_and(b.id IS NOT NULL)
		INTO ids, remaining, whole
		FROM limits_of(a.plan, a.id, run_no, p_backend, p_at) l LEFT JOIN budget b
			ON b.scope = l.scope AND b.subject = l.subject AND b.period = l.period
			AND b.starts = l.starts;
		EXIT WHEN turn = 2 OR whole IS NOT FALSE;
		INSERT INTO budget (scope, subject, period, starts, hard_limit)
		SELECT * FROM limits_of(a.plan, a.id, run_no, p_backend, p_at) ON CONFLICT DO NOTHING;
	END LOOP;
	-- A plan that limits nothing allows nothing.
	IF remaining IS NULL OR remaining < p_micro THEN
		outcome := CASE WHEN remaining IS NULL THEN 'no_plan' ELSE 'quota' END;
		SELECT * INTO worst FROM budget b WHERE b.id = ANY (ids)
		ORDER BY b.hard_limit - b.reserved - b.posted, b.id LIMIT 1;
		scope := worst.scope;
		period := worst.period;
		hard_limit := worst.hard_limit;
		resets := period_end(worst.period, worst.starts);
		RETURN;
	END IF;
	PERFORM set_config('synchronous_commit', 'on', true);
	UPDATE budget SET reserved = reserved + p_micro WHERE id = ANY (ids);
	INSERT INTO usage_record (usage_id, account_id, run_id, chat_id, model, backend, price_version,
		reserved, budgets, created_at, expires_at, request_hash)
	VALUES (p_usage, a.id, p_run, p_chat, p_model, p_backend, p_price, p_micro, ids, p_at, p_until,
		decode(p_hash, 'hex'));
	outcome := 'ok';
	remaining := remaining - p_micro;
END $$;

CREATE TYPE usage_ask AS (usage_id text, session text, subject text, run text, chat text, model text,
	backend text, feature text, price text, micro bigint, at timestamptz, until timestamptz, hash text);

-- Many at once, answered in their order. When all of them fit, each budget is
-- written once, however many calls share it; otherwise one after the other.
CREATE FUNCTION usage_reserve_all(p json)
RETURNS TABLE (outcome text, account bigint, scope text, period text, remaining bigint,
	resets timestamptz, answer text, stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
BEGIN
	PERFORM budget_lock();
	PERFORM set_config('synchronous_commit', 'on', true);
	RETURN QUERY WITH q AS MATERIALIZED (
		SELECT * FROM json_populate_recordset(NULL::usage_ask, p) WITH ORDINALITY
	), c AS MATERIALIZED (
		SELECT q.*, acc.id AS account_id, acc.plan, r.id AS run_no
		FROM q JOIN account acc ON acc.id = CASE WHEN q.session IS NULL
				THEN account_by(q.subject)
				ELSE (SELECT account_id FROM session WHERE token_hash = decode(q.session, 'hex')
					AND expires_at > q.at) END
			JOIN plan ON plan.id = acc.plan AND q.feature = ANY (plan.features)
			LEFT JOIN LATERAL (SELECT run.id FROM run JOIN run_state s ON s.phase = run.phase
				WHERE run.run_id = q.run AND run.account_id = acc.id AND NOT s.terminal) r ON true
		WHERE NOT acc.disabled AND (q.run IS NULL OR r.id IS NOT NULL)
			AND (q.hash IS NULL OR NOT EXISTS (SELECT FROM usage_record u WHERE u.usage_id = q.usage_id))
			AND EXISTS (SELECT FROM kill_switch WHERE level < 2)
	), l AS MATERIALIZED (
		SELECT c.ordinality, c.micro, b.id, b.hard_limit - b.reserved - b.posted AS free
		FROM c CROSS JOIN LATERAL limits_of(c.plan, c.account_id, c.run_no, c.backend, c.at) l
			LEFT JOIN budget b ON b.scope = l.scope AND b.subject = l.subject
				AND b.period = l.period AND b.starts = l.starts
	), t AS MATERIALIZED (
		SELECT id, sum(micro)::bigint AS micro, min(free) AS free FROM l GROUP BY id
	), fits AS MATERIALIZED (
		SELECT bool_and(id IS NOT NULL AND micro <= free)
			AND (SELECT count(DISTINCT ordinality) FROM l) = (SELECT count(*) FROM q) AS all FROM t
	), moved AS (
		UPDATE budget SET reserved = reserved + t.micro FROM t, fits
		WHERE fits.all AND budget.id = t.id
	), written AS (
		INSERT INTO usage_record (usage_id, account_id, run_id, chat_id, model, backend,
			price_version, reserved, budgets, created_at, expires_at, request_hash)
		SELECT usage_id, account_id, run, chat, model, backend, price, micro,
			ARRAY(SELECT id FROM l WHERE l.ordinality = c.ordinality), at, until, decode(hash, 'hex')
		FROM c, fits WHERE fits.all
	)
	SELECT 'ok', account_id, NULL::text, NULL::text, (SELECT min(t.free - t.micro) FROM l JOIN t
		USING (id) WHERE l.ordinality = c.ordinality), NULL::timestamptz, NULL::text, NULL::boolean
	FROM c, fits WHERE fits.all ORDER BY ordinality;
	IF FOUND THEN
		RETURN;
	END IF;
	RETURN QUERY SELECT r.outcome, r.account, r.scope, r.period, r.remaining, r.resets, r.answer, r.stream
	FROM json_populate_recordset(NULL::usage_ask, p) WITH ORDINALITY q CROSS JOIN LATERAL
		usage_reserve(q.usage_id, q.session, q.subject, q.run, q.chat, q.model, q.backend, q.feature,
			q.price, q.micro, q.at, q.until, q.hash) r
	ORDER BY q.ordinality;
END $$;

-- The end of a reservation: what was used of it, never more than it. Once; a
-- second call changes nothing and gives false.
CREATE FUNCTION usage_settle(p_usage text, p_state text, p_micro bigint, p_cost bigint,
	p_tokens json, p_reason text, p_at timestamptz, p_answer text DEFAULT NULL,
	p_stream boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	u record;
BEGIN
	PERFORM budget_lock();
	UPDATE usage_record SET state = p_state, cost = greatest(p_cost, 0), tokens = p_tokens,
		posted = CASE p_state WHEN 'released' THEN 0 ELSE least(greatest(p_micro, 0), reserved) END,
		reason = p_reason, settled_at = p_at
	WHERE usage_id = p_usage AND state = 'reserved'
	RETURNING id, account_id, reserved, posted, budgets INTO u;
	IF u.id IS NULL THEN
		RETURN false;
	END IF;
	UPDATE budget SET reserved = budget.reserved - u.reserved, posted = budget.posted + u.posted
	WHERE id = ANY (u.budgets);
	IF u.posted > 0 THEN
		INSERT INTO ledger_entry (debit, credit, account_id, usage, micro, at)
		VALUES ('customer', 'revenue', u.account_id, u.id, u.posted, p_at);
	END IF;
	IF p_answer IS NOT NULL THEN
		INSERT INTO call_answer VALUES (u.id, p_stream, decode(p_answer, 'hex'), p_at);
	END IF;
	RETURN true;
END $$;

-- Many at once: each budget is written once, however many calls share it.
CREATE FUNCTION usage_settle_all(p json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM budget_lock();
	WITH s AS (
		SELECT * FROM json_to_recordset(p) AS s(usage_id text, state text, micro bigint, cost bigint,
			tokens json, reason text, at timestamptz, answer text, stream boolean)
	), u AS (
		UPDATE usage_record r SET state = s.state, cost = greatest(s.cost, 0), tokens = s.tokens,
			posted = CASE s.state WHEN 'released' THEN 0
				ELSE least(greatest(s.micro, 0), r.reserved) END,
			reason = s.reason, settled_at = s.at
		FROM s WHERE r.usage_id = s.usage_id AND r.state = 'reserved'
		RETURNING r.id, r.account_id, r.reserved, r.posted, r.budgets, s.at, s.answer, s.stream
	), b AS (
		SELECT budget, sum(u.reserved) AS reserved, sum(u.posted) AS posted
		FROM u, unnest(u.budgets) AS budget GROUP BY budget
	), moved AS (
		UPDATE budget SET reserved = budget.reserved - b.reserved, posted = budget.posted + b.posted
		FROM b WHERE budget.id = b.budget
	), written AS (
		INSERT INTO ledger_entry (debit, credit, account_id, usage, micro, at)
		SELECT 'customer', 'revenue', account_id, id, posted, at FROM u WHERE posted > 0
	), kept AS (
		INSERT INTO call_answer SELECT id, stream, decode(answer, 'hex'), at FROM u
		WHERE answer IS NOT NULL
	) SELECT count(*) INTO n FROM u;
	RETURN n;
END $$;

-- An estimate is corrected downwards; the limits hold whatever is said here.
CREATE FUNCTION usage_correct(p_usage text, p_micro bigint, p_by text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	u record;
	d bigint;
BEGIN
	PERFORM budget_lock();
	SELECT * INTO u FROM usage_record WHERE usage_id = p_usage AND state = 'estimated'
	FOR NO KEY UPDATE;
	IF u.id IS NULL OR p_micro < 0 OR p_micro > u.posted THEN
		RETURN false;
	END IF;
	d := u.posted - p_micro;
	UPDATE usage_record SET state = 'posted', posted = p_micro, reason = 'corrected by ' || p_by
	WHERE id = u.id;
	UPDATE budget SET posted = posted - d WHERE id = ANY (u.budgets);
	IF d > 0 THEN
		INSERT INTO ledger_entry (debit, credit, account_id, usage, micro, at)
		VALUES ('correction', 'customer', u.account_id, u.id, d, p_at);
	END IF;
	RETURN true;
END $$;

-- Reservations that nobody has ended: what became of the call is not known, so
-- it counts in full until somebody corrects it.
CREATE FUNCTION usage_expire(p_at timestamptz, p_batch int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	u record;
	n int := 0;
BEGIN
	FOR u IN SELECT usage_id, reserved FROM usage_record
		WHERE settled_at IS NULL AND expires_at <= p_at
		ORDER BY expires_at LIMIT p_batch FOR NO KEY UPDATE SKIP LOCKED LOOP
		n := n + usage_settle(u.usage_id, 'estimated', u.reserved, 0, NULL,
			'not settled in time', p_at)::int;
	END LOOP;
	RETURN n;
END $$;

-- A plan of the catalog as it is now. Budgets of the present period follow, but
-- never below what was spent of them.
CREATE FUNCTION plan_put(p_doc json) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	p json;
	n int := 0;
BEGIN
	PERFORM budget_lock();
	DELETE FROM plan_limit;
	FOR p IN SELECT json_array_elements(p_doc->'plans') LOOP
		INSERT INTO plan VALUES (p->>'id', p_doc->>'version',
			ARRAY(SELECT json_array_elements_text(p->'features')), p)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, features = excluded.features,
			doc = excluded.doc;
		INSERT INTO plan_limit (plan, scope, period, hard_limit)
		SELECT p->>'id', l->>'scope', l->>'period', (l->>'micro')::bigint
		FROM json_array_elements(p->'limits') l;
		n := n + 1;
	END LOOP;
	INSERT INTO plan_limit (plan, scope, subject, period, hard_limit)
	SELECT NULL, l->>'scope', coalesce(l->>'subject', ''), l->>'period', (l->>'micro')::bigint
	FROM json_array_elements(p_doc->'limits') l;
	UPDATE budget b SET hard_limit = greatest(l.hard_limit, b.reserved + b.posted)
	FROM plan_limit l
	WHERE b.scope = l.scope AND b.period = l.period AND CASE l.scope
		WHEN 'account' THEN EXISTS (SELECT FROM account a WHERE a.id::text = b.subject AND a.plan = l.plan)
		WHEN 'run' THEN EXISTS (SELECT FROM run r JOIN account a ON a.id = r.account_id
			WHERE r.id::text = b.subject AND a.plan = l.plan)
		ELSE b.subject = l.subject END
		AND b.starts = period_start(b.period, now()) AND b.hard_limit <> l.hard_limit;
	RETURN n;
END $$;

-- A program's account; the plan of one that is there is replaced.
CREATE FUNCTION account_put(p_subject text, p_plan text, p_at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	INSERT INTO account (kind, subject, plan, created_at) VALUES ('service', p_subject, p_plan, p_at)
	ON CONFLICT (subject) DO UPDATE SET plan = excluded.plan, disabled = false RETURNING id;
END;

-- Visitors begin on the plan of that name, when there is one.
CREATE OR REPLACE FUNCTION visitor_new(hash bytea, at timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH a AS (INSERT INTO account (kind, created_at, plan)
		VALUES ('visitor', at, (SELECT id FROM plan WHERE id = 'visitor')) RETURNING id),
	s AS (INSERT INTO session SELECT hash, a.id, at, until FROM a RETURNING account_id)
	SELECT set_config('bus.account', account_id::text, true)::bigint FROM s;
END;

-- Whose credential is it: a session's hash or a program's subject?
CREATE FUNCTION account_of(p_session text, p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM session
	WHERE p_session IS NOT NULL AND token_hash = decode(p_session, 'hex') AND expires_at > now()
	UNION ALL SELECT id FROM account
	WHERE p_session IS NULL AND id = account_by(p_subject) AND NOT disabled;
END;

-- What a customer may see of a call.
CREATE VIEW usage_public WITH (security_invoker = true) AS
SELECT id, account_id, run_id, chat_id, state, created_at, json_build_object('usage_id', usage_id,
	'at', public_time(created_at), 'meter', 'model', 'quantity',
	CASE state WHEN 'reserved' THEN reserved ELSE posted END, 'unit', 'micro', 'state', state,
	'run_id', run_id, 'chat_id', chat_id, 'task_id', task_id, 'model', model, 'tokens', tokens) AS doc
FROM usage_record;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION usage_reserve_all, usage_settle_all, budget_lock, ledger_leaves, limits_of, account_of, account_by, usage_reserve,
	usage_settle, usage_correct, usage_expire, plan_put, account_put
	FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_reserve, usage_reserve_all, usage_settle, usage_settle_all TO bus_call;
GRANT EXECUTE ON FUNCTION usage_reserve, usage_reserve_all, usage_settle, usage_correct, plan_put,
	account_put TO bus_operator;
GRANT EXECUTE ON FUNCTION usage_expire TO bus_reaper;
GRANT SELECT, DELETE ON call_answer TO bus_reaper;
GRANT EXECUTE ON FUNCTION account_of TO bus_fast, bus_slow;
GRANT EXECUTE ON FUNCTION ledger_leaves TO bus_slow, bus_operator, bus_reaper;
GRANT SELECT ON ledger_entry, ledger_seal TO bus_slow;
GRANT SELECT ON ledger_seal TO bus_operator, bus_reaper;
GRANT INSERT ON ledger_seal TO bus_reaper;
GRANT UPDATE (level, reason, by, at) ON kill_switch TO bus_operator;
-- A proof makes a plan of its own.
GRANT INSERT ON plan, plan_limit TO bus_operator;
DO $$
DECLARE t text;
BEGIN
	ALTER TABLE budget ENABLE ROW LEVEL SECURITY;
	CREATE POLICY tenant ON budget TO bus_fast, bus_slow
		USING (scope = 'account' AND subject = bus_account()::text);
	CREATE POLICY machinery ON budget TO bus_operator, bus_reaper USING (true);
	FOREACH t IN ARRAY ARRAY['usage_record', 'ledger_entry'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %I TO bus_fast, bus_slow
			USING (account_id = bus_account())', t);
		EXECUTE format('CREATE POLICY machinery ON %I TO bus_operator, bus_reaper USING (true)', t);
	END LOOP;
END $$;
GRANT SELECT (id, usage_id, account_id, run_id, chat_id, task_id, model, state, reserved, posted,
	tokens, created_at) ON usage_record TO bus_fast, bus_slow;
GRANT SELECT ON usage_public TO bus_fast, bus_slow;
GRANT SELECT ON budget, plan_limit, plan TO bus_fast, bus_slow;
GRANT SELECT (one, level) ON kill_switch TO bus_fast, bus_slow, bus_stream;
GRANT SELECT ON plan, plan_limit, kill_switch, budget, usage_record, ledger_entry,
	usage_public TO bus_operator, bus_reaper;

-- verify

SELECT level = 0 FROM bus.kill_switch;
SELECT bool_and(relrowsecurity) FROM pg_class
	WHERE oid IN ('bus.usage_record'::regclass, 'bus.ledger_entry'::regclass);

-- rollback

DROP VIEW bus.usage_public;
DROP FUNCTION bus.usage_reserve_all, bus.usage_reserve, bus.usage_settle, bus.usage_settle_all, bus.usage_correct, bus.usage_expire,
	bus.plan_put, bus.account_put, bus.account_of, bus.account_by, bus.limits_of, bus.budget_lock, bus.period_start, bus.period_end;
DROP FUNCTION bus.ledger_leaves, bus.ledger_text;
DROP TYPE bus.usage_ask;
DROP TABLE bus.ledger_seal, bus.ledger_entry, bus.call_answer, bus.usage_record, bus.budget, bus.kill_switch,
	bus.plan_limit;
CREATE OR REPLACE FUNCTION bus.visitor_new(hash bytea, at timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH a AS (INSERT INTO bus.account (kind, created_at) VALUES ('visitor', at) RETURNING id),
	s AS (INSERT INTO bus.session SELECT hash, a.id, at, until FROM a RETURNING account_id)
	SELECT set_config('bus.account', account_id::text, true)::bigint FROM s;
END;
DELETE FROM bus.account WHERE kind = 'service';
ALTER TABLE bus.account DROP COLUMN subject, DROP COLUMN plan, DROP COLUMN disabled;
ALTER TABLE bus.account DROP CONSTRAINT account_kind_check;
ALTER TABLE bus.account ADD CHECK (kind IN ('visitor'));
DROP TABLE bus.plan;
