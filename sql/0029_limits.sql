-- Limits that hold whichever way a call goes. Each backend it may go to is reserved
-- with, and the one that served it is charged. A plan that does not limit its account
-- allows nothing. A key whose first call was given back may be used again.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- The backends a call may go to are named together, a blank between two.
CREATE OR REPLACE FUNCTION limits_of(p_plan text, p_account bigint, p_run bigint, p_backend text, p_at timestamptz,
	OUT scope text, OUT subject text, OUT period text, OUT starts timestamptz, OUT hard_limit bigint)
RETURNS SETOF record LANGUAGE sql STABLE -- without settings of its own it is a part of its caller's plan
BEGIN ATOMIC
	SELECT l.scope, CASE l.scope WHEN 'account' THEN p_account::text WHEN 'run' THEN p_run::text
		ELSE l.subject END, l.period, period_start(l.period, p_at), l.hard_limit
	FROM plan_limit l
	WHERE (l.plan = p_plan AND (l.scope <> 'run' OR p_run IS NOT NULL))
		OR (l.plan IS NULL AND (l.scope <> 'backend' OR l.subject = ANY (string_to_array(p_backend, ' '))));
END;

-- Which call of its key it is, from 0 on. Those before it were given back; they keep
-- their rows under names of their own.
ALTER TABLE usage_record ADD COLUMN try int NOT NULL DEFAULT 0;

-- Functions of earlier migrations, changed in places. Whatever else has been changed
-- in them since stays.
DO $$
DECLARE
	d text;
	e text;
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		-- nothing is left where nothing limits the account
		['usage_reserve', 'min(b.hard_limit - b.reserved - b.posted), bool_and',
			'CASE WHEN bool_or(l.scope = ''account'') THEN min(b.hard_limit - b.reserved - b.posted) END, bool_and'],
		['usage_reserve_all', 'g.backend, g.micro, b.id,', 'g.backend, g.micro, l.scope, b.id,'],
		['usage_reserve_all', 'HAVING bool_and(coalesce(t.left_over >= 0, false))',
			'HAVING bool_and(coalesce(t.left_over >= 0, false)) AND bool_or(l.scope = ''account'')'],
		-- the first of the backends is the one that it is meant for
		['usage_reserve', 'p_model, p_backend, p_price', 'p_model, split_part(p_backend, '' '', 1), p_price'],
		['usage_reserve_all', 'chat, model, backend, price, micro',
			'chat, model, split_part(backend, '' '', 1), price, micro'],
		-- only those budgets stay with a call that are charged for it
		['usage_settle_all', '), u AS (', '), h AS MATERIALIZED (
		SELECT s.*, o.budgets AS held FROM s JOIN usage_record o ON o.usage_id = s.usage_id AND o.state = ''reserved''
			AND (o.try = 0 OR o.created_at <= s.at) -- not one of the try before
	), x AS MATERIALIZED (
		SELECT id, subject FROM budget WHERE scope = ''backend'' AND id IN (SELECT unnest(held) FROM h)
	), u AS ('],
		['usage_settle_all', 'served = s.served
		FROM s WHERE', 'served = s.served,
			budgets = ARRAY(SELECT i FROM unnest(s.held) i
				WHERE NOT EXISTS (SELECT FROM x WHERE x.id = i AND x.subject <> s.served))
		FROM h s WHERE'],
		['usage_settle_all', 'r.budgets, s.at, s.answer', 'r.budgets, s.held, s.at, s.answer'],
		['usage_settle_all', 'sum(u.posted) AS posted
		FROM u, unnest(u.budgets) AS budget', 'coalesce(sum(u.posted) FILTER (WHERE budget = ANY (u.budgets)), 0) AS posted
		FROM u, unnest(u.held) AS budget'],
		-- of two calls with a key one looks after the other
		['usage_reserve', 'SELECT u.account_id = a.id AND', 'PERFORM budget_lock();
		SELECT u.account_id = a.id AND'],
		['usage_reserve', 'IF FOUND THEN', 'IF FOUND AND (first.same IS NOT TRUE OR first.state <> ''released'') THEN'],
		['usage_reserve', 'first record;', 'first record;
	nth int;'],
		['usage_reserve', 'UPDATE budget SET reserved = reserved + p_micro', 'IF p_hash IS NOT NULL THEN
		UPDATE usage_record SET usage_id = usage_id || ''.'' || try + 1 WHERE usage_id = p_usage RETURNING try + 1 INTO nth;
	END IF;
	UPDATE budget SET reserved = reserved + p_micro'],
		['usage_reserve', 'lease_epoch, asked, task_id)', 'lease_epoch, asked, task_id, try)'],
		['usage_reserve', '(SELECT task_ref FROM task WHERE run = run_no))',
			'(SELECT task_ref FROM task WHERE run = run_no), coalesce(nth, 0))'],
		-- a plan may say that a shorter answer is better than none
		['usage_reserve', 'WHEN remaining IS NULL THEN ''no_plan'' ELSE ''quota'' END',
			'WHEN remaining IS NULL THEN ''no_plan''
			WHEN (SELECT doc->>''clamp'' = ''true'' FROM plan p WHERE p.id = a.plan) THEN ''clamp'' ELSE ''quota'' END'],
		-- a plan that the file does not name any more stays as it was
		['plan_put', 'DELETE FROM plan_limit;', 'DELETE FROM plan_limit WHERE plan IS NULL
		OR plan IN (SELECT j->>''id'' FROM json_array_elements(p_doc->''plans'') j);']]
	LOOP
		d := pg_get_functiondef(('bus.' || c[1])::regproc);
		e := replace(d, c[2], c[3]);
		IF d = e THEN
			RAISE EXCEPTION '% is not as it was: %', c[1], c[2];
		END IF;
		EXECUTE e;
	END LOOP;
END $$;

-- As in 0015; the events of each call of a key have names of their own.
ALTER VIEW usage_feed_doc RENAME TO usage_feed_doc_15;
REVOKE ALL ON usage_feed_doc_15 FROM bus_operator;
CREATE VIEW usage_feed_doc WITH (security_invoker = true) AS
SELECT u.id AS usage, l.seq, json_build_object('id', u.id * 64 + l.seq,
	'event_id', u.usage_id || CASE WHEN u.try > 0 AND u.usage_id NOT LIKE '%.%' THEN '.' || u.try + 1 ELSE '' END
		|| CASE WHEN l.seq < 61 THEN ':' || l.type || coalesce(':' || l.attempt, '')
		WHEN l.seq = 61 THEN ':' || l.type ELSE '' END,
	'occurred_at', public_time(l.at), 'account_id', c.identity_id, 'event_type', l.type,
	'data', json_strip_nulls(json_build_object('usage_id', u.usage_id, 'receipt_id', receipt_of(u.usage_id),
		'subject', a.subject, 'model', u.model, 'run_id', u.run_id, 'chat_id', u.chat_id, 'task_id', u.task_id,
		'attempt', l.attempt, 'backend_class', l.class, 'outcome', l.outcome, 'duration_ms', l.ms,
		'interface', CASE l.seq WHEN 0 THEN u.asked->>'interface' END,
		'tokens', CASE l.seq WHEN 62 THEN u.tokens END,
		'total_tokens', CASE l.seq WHEN 62 THEN (SELECT sum(t.value::bigint)
			FROM json_each_text(u.tokens) t WHERE t.key <> 'tool_unit') END,
		'quantity', CASE l.seq WHEN 62 THEN u.posted END, 'unit', CASE l.seq WHEN 62 THEN 'micro' END,
		'price_version', u.price_version))) AS doc
FROM usage_record u CROSS JOIN LATERAL usage_life(u.created_at, u.settled_at, u.state, u.reason, u.answered->'attempts') l
	JOIN account a ON a.id = u.account_id LEFT JOIN customer c ON c.account_id = a.id
UNION ALL
SELECT id, 63, json_build_object('id', id * 64 + 63, 'event_id', event_id, 'occurred_at', public_time(occurred_at),
	'account_id', account_id, 'event_type', event_type, 'data', data::json)
FROM usage_event;
GRANT SELECT ON usage_feed_doc TO bus_operator;

-- verify

SELECT bool_and(prosrc LIKE '%split_part(%backend%') FROM pg_proc
WHERE oid IN ('bus.usage_reserve'::regproc, 'bus.usage_reserve_all'::regproc);
SELECT prosrc LIKE '%s.held%' FROM pg_proc WHERE oid = 'bus.usage_settle_all'::regproc;
SELECT prosrc LIKE '%plan IS NULL%' FROM pg_proc WHERE oid = 'bus.plan_put'::regproc;

-- rollback

DO $$
DECLARE
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		['plan_put', 'DELETE FROM plan_limit WHERE plan IS NULL
		OR plan IN (SELECT j->>''id'' FROM json_array_elements(p_doc->''plans'') j);',
			'DELETE FROM plan_limit;'],
		['usage_reserve', 'WHEN remaining IS NULL THEN ''no_plan''
			WHEN (SELECT doc->>''clamp'' = ''true'' FROM plan p WHERE p.id = a.plan) THEN ''clamp'' ELSE ''quota'' END',
			'WHEN remaining IS NULL THEN ''no_plan'' ELSE ''quota'' END'],
		['usage_reserve', '(SELECT task_ref FROM task WHERE run = run_no), coalesce(nth, 0))',
			'(SELECT task_ref FROM task WHERE run = run_no))'],
		['usage_reserve', 'lease_epoch, asked, task_id, try)',
			'lease_epoch, asked, task_id)'],
		['usage_reserve', 'IF p_hash IS NOT NULL THEN
		UPDATE usage_record SET usage_id = usage_id || ''.'' || try + 1 WHERE usage_id = p_usage RETURNING try + 1 INTO nth;
	END IF;
	UPDATE budget SET reserved = reserved + p_micro',
			'UPDATE budget SET reserved = reserved + p_micro'],
		['usage_reserve', 'first record;
	nth int;',
			'first record;'],
		['usage_reserve', 'IF FOUND AND (first.same IS NOT TRUE OR first.state <> ''released'') THEN',
			'IF FOUND THEN'],
		['usage_reserve', 'PERFORM budget_lock();
		SELECT u.account_id = a.id AND',
			'SELECT u.account_id = a.id AND'],
		['usage_settle_all', 'coalesce(sum(u.posted) FILTER (WHERE budget = ANY (u.budgets)), 0) AS posted
		FROM u, unnest(u.held) AS budget',
			'sum(u.posted) AS posted
		FROM u, unnest(u.budgets) AS budget'],
		['usage_settle_all', 'r.budgets, s.held, s.at, s.answer',
			'r.budgets, s.at, s.answer'],
		['usage_settle_all', 'served = s.served,
			budgets = ARRAY(SELECT i FROM unnest(s.held) i
				WHERE NOT EXISTS (SELECT FROM x WHERE x.id = i AND x.subject <> s.served))
		FROM h s WHERE',
			'served = s.served
		FROM s WHERE'],
		['usage_settle_all', '), h AS MATERIALIZED (
		SELECT s.*, o.budgets AS held FROM s JOIN usage_record o ON o.usage_id = s.usage_id AND o.state = ''reserved''
			AND (o.try = 0 OR o.created_at <= s.at) -- not one of the try before
	), x AS MATERIALIZED (
		SELECT id, subject FROM budget WHERE scope = ''backend'' AND id IN (SELECT unnest(held) FROM h)
	), u AS (',
			'), u AS ('],
		['usage_reserve_all', 'chat, model, split_part(backend, '' '', 1), price, micro',
			'chat, model, backend, price, micro'],
		['usage_reserve', 'p_model, split_part(p_backend, '' '', 1), p_price',
			'p_model, p_backend, p_price'],
		['usage_reserve_all', 'HAVING bool_and(coalesce(t.left_over >= 0, false)) AND bool_or(l.scope = ''account'')',
			'HAVING bool_and(coalesce(t.left_over >= 0, false))'],
		['usage_reserve_all', 'g.backend, g.micro, l.scope, b.id,',
			'g.backend, g.micro, b.id,'],
		['usage_reserve', 'CASE WHEN bool_or(l.scope = ''account'') THEN min(b.hard_limit - b.reserved - b.posted) END, bool_and',
			'min(b.hard_limit - b.reserved - b.posted), bool_and']]
	LOOP
		EXECUTE replace(pg_get_functiondef(('bus.' || c[1])::regproc), c[2], c[3]);
	END LOOP;
END $$;
CREATE OR REPLACE FUNCTION bus.limits_of(p_plan text, p_account bigint, p_run bigint, p_backend text, p_at timestamptz,
	OUT scope text, OUT subject text, OUT period text, OUT starts timestamptz, OUT hard_limit bigint)
RETURNS SETOF record LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT l.scope, CASE l.scope WHEN 'account' THEN p_account::text WHEN 'run' THEN p_run::text
		ELSE l.subject END, l.period, bus.period_start(l.period, p_at), l.hard_limit
	FROM bus.plan_limit l
	WHERE (l.plan = p_plan AND (l.scope <> 'run' OR p_run IS NOT NULL))
		OR (l.plan IS NULL AND (l.scope <> 'backend' OR l.subject = p_backend));
END;
DROP VIEW bus.usage_feed_doc;
ALTER VIEW bus.usage_feed_doc_15 RENAME TO usage_feed_doc;
GRANT SELECT ON bus.usage_feed_doc TO bus_operator;
ALTER TABLE bus.usage_record DROP COLUMN try;
