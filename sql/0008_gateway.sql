-- What the gateway keeps beside a call: the switch that everybody hears, which
-- local runtimes live and what they offer, what a receipt tells, and the feed of
-- usage. A reservation that does not fit delays only those that share its limit.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- the switch

-- Whoever holds calls or builds hears of it; they read the level themselves.
CREATE FUNCTION kill_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('bus_kill', 'kill'), pg_notify('bus_work', 'kill');
	RETURN NULL;
END $$;
CREATE TRIGGER kill_tell AFTER UPDATE ON kill_switch FOR EACH ROW EXECUTE FUNCTION kill_tell();

---------------------------------------------------------------- local runtimes

-- What the last probe found. A row that is old says nothing.
CREATE TABLE backend_health (
	backend text PRIMARY KEY,
	up boolean NOT NULL,
	reason text NOT NULL, -- a code of model_probe.c
	detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 300), -- for operators
	models int, -- NULL: no list was ever read
	since timestamptz NOT NULL, -- it has been so
	checked_at timestamptz NOT NULL
);
CREATE TABLE backend_model (
	backend text NOT NULL REFERENCES backend_health ON DELETE CASCADE,
	model text NOT NULL CHECK (length(model) BETWEEN 1 AND 200),
	first_seen timestamptz NOT NULL,
	PRIMARY KEY (backend, model)
);

-- All that one round of probes has found, as [{backend, up, reason, detail,
-- models: […] or null when they are not known}]. What is not in the catalog any
-- more is forgotten.
CREATE FUNCTION backend_found(p json, p_at timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	b record;
	n int := 0;
BEGIN
	DELETE FROM backend_health WHERE backend NOT IN (
		SELECT f.backend FROM json_to_recordset(p) AS f(backend text));
	FOR b IN SELECT * FROM json_to_recordset(p) AS f(backend text, up boolean, reason text,
			detail text, models json) ORDER BY 1 LOOP
		INSERT INTO backend_health AS h (backend, up, reason, detail, since, checked_at)
		VALUES (b.backend, b.up, b.reason, left(b.detail, 300), p_at, p_at)
		ON CONFLICT (backend) DO UPDATE SET up = excluded.up, reason = excluded.reason,
			detail = excluded.detail, checked_at = excluded.checked_at,
			since = CASE WHEN h.up = excluded.up AND h.reason = excluded.reason
				THEN h.since ELSE excluded.since END;
		IF b.models IS NOT NULL THEN
			DELETE FROM backend_model WHERE backend = b.backend AND model NOT IN (
				SELECT m FROM json_array_elements_text(b.models) m);
			INSERT INTO backend_model SELECT b.backend, m, p_at
			FROM json_array_elements_text(b.models) m ON CONFLICT DO NOTHING;
			UPDATE backend_health h SET models = (SELECT count(*) FROM backend_model m
				WHERE m.backend = h.backend) WHERE backend = b.backend;
		END IF;
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;

-- Of routes [{n, backend, model, listed}] those whose runtime was probed lately: is it
-- up, why not, and does it offer the model? (`listed`: what is not in its list it does
-- not have.) Ollama calls one without a tag "latest".
CREATE FUNCTION backend_routes(p json, p_at timestamptz)
RETURNS TABLE (n int, up boolean, reason text, offered boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT r.n, h.up, h.reason, NOT r.listed OR h.models IS NULL OR EXISTS (SELECT FROM backend_model m
		WHERE m.backend = r.backend AND m.model IN (r.model, r.model || ':latest'))
	FROM json_to_recordset(p) AS r(n int, backend text, model text, listed boolean)
	JOIN backend_health h ON h.backend = r.backend
	WHERE h.checked_at > p_at - interval '90 s' ORDER BY r.n;
END;

---------------------------------------------------------------- what a call was

ALTER TABLE usage_record
	ADD COLUMN lease_epoch bigint, -- of the run's holder it was made for
	ADD COLUMN asked json,         -- what was asked, in a customer's words
	ADD COLUMN answered json,      -- how it was answered; the same
	ADD COLUMN served text,        -- the backend that answered, for operators
	ADD COLUMN collected_at timestamptz; -- taken out of the feed
CREATE INDEX usage_record_feed ON usage_record (settled_at, id)
	WHERE settled_at IS NOT NULL AND collected_at IS NULL;

-- What is replaced here stays under another name, for the way back.
ALTER FUNCTION usage_reserve_all RENAME TO usage_reserve_all_2;
ALTER FUNCTION usage_reserve RENAME TO usage_reserve_2;
ALTER FUNCTION usage_settle_all RENAME TO usage_settle_all_2;
ALTER FUNCTION chat_post RENAME TO chat_post_5;
ALTER VIEW usage_public RENAME TO usage_public_2;
REVOKE ALL ON FUNCTION usage_reserve_all_2, usage_reserve_2, usage_settle_all_2, chat_post_5
	FROM bus_call, bus_operator;
REVOKE ALL ON usage_public_2 FROM bus_fast, bus_slow, bus_operator, bus_reaper;
ALTER TYPE usage_ask ADD ATTRIBUTE epoch bigint, ADD ATTRIBUTE asked json;

-- As in 0002, and: 'stale' when the run has another holder by now.
CREATE FUNCTION usage_reserve(p_usage text, p_session text, p_subject text, p_run text,
	p_chat text, p_model text, p_backend text, p_feature text, p_price text, p_micro bigint,
	p_at timestamptz, p_until timestamptz, p_hash text, p_epoch bigint DEFAULT NULL,
	p_asked json DEFAULT NULL,
	OUT outcome text, OUT account bigint, OUT plan text, OUT scope text, OUT period text,
	OUT hard_limit bigint, OUT remaining bigint, OUT resets timestamptz, OUT answer text,
	OUT stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
DECLARE
	a record;
	run_no bigint;
	fresh boolean;
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
		SELECT r.id, p_epoch IS NULL OR EXISTS (SELECT FROM run_work w WHERE w.run = r.id
			AND w.epoch = p_epoch AND w.holder IS NOT NULL) INTO run_no, fresh
		FROM run r JOIN run_state s ON s.phase = r.phase
		WHERE r.run_id = p_run AND r.account_id = a.id AND NOT s.terminal;
	END IF;
	outcome := CASE WHEN a.level >= 2 THEN 'killed' WHEN a.id IS NULL THEN 'unknown'
		WHEN a.disabled THEN 'disabled' WHEN account_disputed(a.id) THEN 'disputed' WHEN NOT a.may THEN 'no_plan'
		WHEN p_run IS NOT NULL AND run_no IS NULL THEN 'no_run' WHEN NOT fresh THEN 'stale' END;
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
		reserved, budgets, created_at, expires_at, request_hash, lease_epoch, asked, task_id)
	VALUES (p_usage, a.id, p_run, p_chat, p_model, p_backend, p_price, p_micro, ids, p_at, p_until,
		decode(p_hash, 'hex'), p_epoch, p_asked, (SELECT task_ref FROM task WHERE run = run_no));
	outcome := 'ok';
	remaining := remaining - p_micro;
END $$;

-- Many at once, answered in their order. A limit is tight when what all of them
-- ask of it together is more than it has, or when it has no row yet. Calls that
-- touch no tight limit are reserved in one statement, each budget written once:
-- whatever becomes of the others, they fit. The others, and those that are to be
-- refused, follow one by one in their order.
CREATE FUNCTION usage_reserve_all(p json)
RETURNS TABLE (outcome text, account bigint, scope text, period text, remaining bigint,
	resets timestamptz, answer text, stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
DECLARE
	q record;
	done bigint[];
	who bigint[];
	rest bigint[];
	place int;
BEGIN
	PERFORM budget_lock();
	PERFORM set_config('synchronous_commit', 'on', true);
	WITH q AS MATERIALIZED (
		SELECT *, row_number() OVER (PARTITION BY usage_id ORDER BY ordinality) AS nth
		FROM json_populate_recordset(NULL::usage_ask, p) WITH ORDINALITY
	), c AS MATERIALIZED (
		SELECT q.*, acc.id AS account_id, acc.plan, r.id AS run_no
		FROM q JOIN account acc ON acc.id = CASE WHEN q.session IS NULL
				THEN account_by(q.subject)
				ELSE (SELECT account_id FROM session WHERE token_hash = decode(q.session, 'hex')
					AND expires_at > q.at) END
			JOIN plan ON plan.id = acc.plan AND q.feature = ANY (plan.features)
			LEFT JOIN LATERAL (SELECT run.id FROM run JOIN run_state s ON s.phase = run.phase
				WHERE run.run_id = q.run AND run.account_id = acc.id AND NOT s.terminal
					AND (q.epoch IS NULL OR EXISTS (SELECT FROM run_work w WHERE w.run = run.id
						AND w.epoch = q.epoch AND w.holder IS NOT NULL))) r ON true
		WHERE NOT acc.disabled AND NOT account_disputed(acc.id) AND (q.run IS NULL OR r.id IS NOT NULL) AND q.nth = 1
			AND (q.hash IS NULL OR NOT EXISTS (SELECT FROM usage_record u WHERE u.usage_id = q.usage_id))
			AND EXISTS (SELECT FROM kill_switch WHERE level < 2)
	), l AS MATERIALIZED (
		SELECT c.ordinality, c.micro, b.id, b.hard_limit - b.reserved - b.posted AS free
		FROM c CROSS JOIN LATERAL limits_of(c.plan, c.account_id, c.run_no, c.backend, c.at) l
			LEFT JOIN budget b ON b.scope = l.scope AND b.subject = l.subject
				AND b.period = l.period AND b.starts = l.starts
	), t AS MATERIALIZED (
		SELECT id, min(free) - sum(micro)::bigint AS left_over FROM l GROUP BY id
	), fits AS MATERIALIZED (
		SELECT l.ordinality, min(t.left_over) AS remaining
		FROM l LEFT JOIN t ON t.id = l.id
		GROUP BY l.ordinality HAVING bool_and(coalesce(t.left_over >= 0, false))
	), moved AS (
		UPDATE budget SET reserved = reserved + s.micro
		FROM (SELECT l.id, sum(l.micro)::bigint AS micro FROM l JOIN fits USING (ordinality)
			GROUP BY l.id) s
		WHERE budget.id = s.id
	), written AS (
		INSERT INTO usage_record (usage_id, account_id, run_id, chat_id, model, backend,
			price_version, reserved, budgets, created_at, expires_at, request_hash, lease_epoch, asked, task_id)
		SELECT usage_id, account_id, run, chat, model, backend, price, micro,
			ARRAY(SELECT id FROM l WHERE l.ordinality = c.ordinality), at, until,
			decode(hash, 'hex'), epoch, asked, (SELECT task_ref FROM task WHERE run = run_no)
		FROM c JOIN fits USING (ordinality)
	)
	SELECT array_agg(ordinality ORDER BY ordinality), array_agg(account_id ORDER BY ordinality),
		array_agg(fits.remaining ORDER BY ordinality) INTO done, who, rest
	FROM fits JOIN c USING (ordinality);
	IF cardinality(done) = json_array_length(p) THEN
		RETURN QUERY SELECT 'ok', d.account, NULL::text, NULL::text, d.remaining, NULL::timestamptz,
			NULL::text, NULL::boolean
		FROM unnest(who, rest) WITH ORDINALITY AS d(account, remaining, n) ORDER BY d.n;
		RETURN;
	END IF;
	FOR q IN SELECT * FROM json_populate_recordset(NULL::usage_ask, p) WITH ORDINALITY LOOP
		place := array_position(done, q.ordinality);
		IF place IS NOT NULL THEN
			outcome := 'ok'; account := who[place]; remaining := rest[place];
			scope := NULL; period := NULL; resets := NULL; answer := NULL; stream := NULL;
		ELSE
			SELECT r.outcome, r.account, r.scope, r.period, r.remaining, r.resets, r.answer, r.stream
			INTO outcome, account, scope, period, remaining, resets, answer, stream
			FROM usage_reserve(q.usage_id, q.session, q.subject, q.run, q.chat, q.model, q.backend,
				q.feature, q.price, q.micro, q.at, q.until, q.hash, q.epoch, q.asked) r;
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;

-- As in 0002, with how it was answered. When it was settled is told by the clock of
-- the database: nothing comes into the feed behind what was read of it.
CREATE FUNCTION usage_settle_all(p json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	n bigint;
BEGIN
	PERFORM budget_lock();
	WITH s AS (
		SELECT * FROM json_to_recordset(p) AS s(usage_id text, state text, micro bigint, cost bigint,
			tokens json, reason text, at timestamptz, answer text, stream boolean, answered json,
			served text)
	), u AS (
		UPDATE usage_record r SET state = s.state, cost = greatest(s.cost, 0), tokens = s.tokens,
			posted = CASE s.state WHEN 'released' THEN 0
				ELSE least(greatest(s.micro, 0), r.reserved) END,
			reason = s.reason, settled_at = clock_timestamp(), answered = s.answered, served = s.served
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

-- The receipt of a call has the call's own unguessable name.
CREATE FUNCTION receipt_of(usage_id text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN 'rcpt_' || substr(usage_id, 5);

CREATE VIEW usage_public WITH (security_invoker = true) AS
SELECT id, account_id, run_id, chat_id, state, created_at, json_build_object('usage_id', usage_id,
	'at', public_time(created_at), 'meter', 'model', 'quantity',
	CASE state WHEN 'reserved' THEN reserved ELSE posted END, 'unit', 'micro', 'state', state,
	'run_id', run_id, 'chat_id', chat_id, 'task_id', task_id, 'model', model, 'tokens', tokens,
	'receipt_id', receipt_of(usage_id)) AS doc
FROM usage_record;

CREATE VIEW usage_receipt WITH (security_invoker = true) AS
SELECT account_id, usage_id, json_strip_nulls(json_build_object('receipt_id', receipt_of(usage_id),
	'usage_id', usage_id, 'decided_at', public_time(created_at), 'handled_as', 'chat',
	'settled_at', public_time(settled_at), 'state', state, 'model', model, 'asked', asked,
	'answered', answered, 'run_id', run_id, 'chat_id', chat_id, 'task_id', task_id,
	'lease_epoch', lease_epoch, 'tokens', tokens, 'price_version', price_version,
	'reserved', json_build_object('amount', reserved, 'unit', 'micro'),
	'charged', CASE WHEN state <> 'reserved' THEN json_build_object('amount', posted, 'unit', 'micro') END)) AS doc
FROM usage_record;

---------------------------------------------------------------- the feed

-- A call that has ended is one event, named by it. What is counted is what was
-- said to be used; what failed, was left or is only estimated has a type of its own.
CREATE VIEW usage_feed WITH (security_invoker = true) AS
SELECT u.id, u.settled_at, u.account_id, json_build_object('id', u.id, 'event_id', u.usage_id,
	'occurred_at', public_time(u.settled_at), 'account_id', c.identity_id,
	'event_type', CASE WHEN u.state = 'posted' THEN 'usage_recorded'
		WHEN u.state = 'released' THEN 'request_failed'
		WHEN u.reason = 'the client left' THEN 'client_aborted' ELSE 'usage_missing' END,
	'data', json_strip_nulls(json_build_object('usage_id', u.usage_id, 'receipt_id', receipt_of(u.usage_id),
		'subject', a.subject, 'model', u.model, 'run_id', u.run_id, 'chat_id', u.chat_id,
		'task_id', u.task_id, 'tokens', u.tokens, 'total_tokens', (SELECT sum(t.value::bigint)
			FROM json_each_text(u.tokens) t WHERE t.key <> 'tool_unit'),
		'quantity', u.posted, 'unit', 'micro', 'price_version', u.price_version))) AS doc
FROM usage_record u JOIN account a ON a.id = u.account_id LEFT JOIN customer c ON c.account_id = a.id
WHERE u.settled_at IS NOT NULL AND u.collected_at IS NULL;

-- A page of it is collected: gone from the feed, and still in the ledger.
CREATE FUNCTION usage_collected(p_before timestamptz, p_skip bigint, p_limit bigint, p_at timestamptz)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH gone AS (
		UPDATE usage_record SET collected_at = p_at WHERE id IN (
			SELECT id FROM usage_record
			WHERE settled_at IS NOT NULL AND collected_at IS NULL AND settled_at < p_before
			ORDER BY settled_at, id OFFSET p_skip LIMIT p_limit FOR NO KEY UPDATE)
		RETURNING 1)
	SELECT count(*) FROM gone;
END;

---------------------------------------------------------------- conversations

-- As in 0005, with what is asked.
CREATE FUNCTION chat_post(p_session text, p_chat text, p_seen int, p_message text, p_text text,
	p_answer text, p_hash text, p_usage text, p_model text, p_backend text, p_feature text,
	p_price text, p_micro bigint, p_at timestamptz, p_until timestamptz, p_asked json,
	OUT outcome text, OUT account bigint, OUT scope text, OUT period text, OUT remaining bigint,
	OUT resets timestamptz, OUT doc json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	c chat;
	m chat_message;
	g record;
BEGIN
	SELECT h.* INTO c FROM chat h JOIN session s ON s.account_id = h.account_id
	WHERE h.chat_id = p_chat AND NOT h.deleted AND s.token_hash = decode(p_session, 'hex')
		AND s.expires_at > p_at FOR NO KEY UPDATE OF h;
	IF c.id IS NULL OR c.last_message_id <> p_seen
		OR EXISTS (SELECT FROM chat_message WHERE chat = c.id AND state = 'answering') THEN
		outcome := CASE WHEN c.id IS NULL THEN 'no_chat' ELSE 'changed' END;
		RETURN;
	END IF;
	SELECT * INTO g FROM usage_reserve(p_usage, p_session, NULL, NULL, p_chat, p_model, p_backend,
		p_feature, p_price, p_micro, p_at, p_until, NULL, NULL, p_asked);
	outcome := CASE WHEN g.outcome = 'no_plan' AND g.plan IS NULL AND EXISTS (
			SELECT FROM bus.account a WHERE a.id = c.account_id AND a.kind = 'visitor') THEN 'sign_in'
		ELSE g.outcome END;
	account := c.account_id;
	scope := g.scope;
	period := g.period;
	remaining := g.remaining;
	resets := g.resets;
	IF outcome <> 'ok' THEN
		RETURN;
	END IF;
	IF p_message IS NOT NULL THEN
		c.last_message_id := c.last_message_id + 1;
		INSERT INTO chat_message (chat, seq, message_id, account_id, author, state, text, request_hash, at)
		VALUES (c.id, c.last_message_id, p_message, c.account_id, 'visitor', 'said', p_text, p_hash, p_at)
		RETURNING * INTO m;
		PERFORM chat_tell(c.id, 'bus.chat.message.added', json_build_object(
			'message', chat_message_public(m, true)), NULL, p_at);
	ELSE
		UPDATE chat_message SET replaced = true WHERE chat = c.id AND NOT replaced
			AND seq > (SELECT max(seq) FROM chat_message WHERE chat = c.id AND author = 'visitor');
	END IF;
	c.last_message_id := c.last_message_id + 1;
	INSERT INTO chat_message (chat, seq, message_id, account_id, author, state, model, usage_id,
		request_hash, beat_at, at)
	VALUES (c.id, c.last_message_id, p_answer, c.account_id, 'assistant', 'answering', p_model, p_usage,
		p_hash, p_at, p_at)
	RETURNING * INTO m;
	UPDATE chat SET last_message_id = c.last_message_id, title = CASE title WHEN '' THEN
		coalesce(left(btrim(regexp_replace(p_text, '[[:space:]]+', ' ', 'g')), 80), '') ELSE title END
	WHERE id = c.id RETURNING title INTO c.title;
	PERFORM chat_tell(c.id, 'bus.chat.answer.started', json_build_object('again', p_message IS NULL,
		'title', c.title, 'message', chat_message_public(m, false)), NULL, p_at);
	doc := chat_posted(c, m.seq);
END $$;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION kill_tell, backend_found, backend_routes, usage_reserve, usage_reserve_all, usage_settle_all, usage_collected,
	chat_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_reserve, usage_reserve_all, usage_settle_all, chat_post TO bus_call;
GRANT EXECUTE ON FUNCTION usage_reserve, usage_reserve_all, usage_settle_all, usage_collected TO bus_operator;
GRANT EXECUTE ON FUNCTION backend_found TO bus_reaper;
GRANT EXECUTE ON FUNCTION backend_routes TO bus_fast;
GRANT SELECT ON backend_health, backend_model TO bus_operator, bus_reaper;
GRANT SELECT (price_version, settled_at, lease_epoch, asked, answered) ON usage_record TO bus_fast, bus_slow;
GRANT SELECT ON usage_public TO bus_fast, bus_slow, bus_operator, bus_reaper;
GRANT SELECT ON usage_receipt TO bus_fast, bus_slow;
GRANT SELECT ON usage_feed TO bus_operator;

-- verify

SELECT count(*) = 1 FROM pg_trigger WHERE tgrelid = 'bus.kill_switch'::regclass AND tgname = 'kill_tell';
SELECT has_function_privilege('bus_call', 'bus.usage_reserve_all(json)', 'EXECUTE');
SELECT NOT has_column_privilege('bus_fast', 'bus.usage_record', 'served', 'SELECT');

-- rollback

DROP VIEW bus.usage_feed, bus.usage_receipt, bus.usage_public;
DROP FUNCTION bus.chat_post, bus.usage_reserve_all, bus.usage_reserve, bus.usage_settle_all, bus.usage_collected,
	bus.receipt_of, bus.backend_found, bus.backend_routes;
DROP TABLE bus.backend_model, bus.backend_health;
DROP TRIGGER kill_tell ON bus.kill_switch;
DROP FUNCTION bus.kill_tell;
ALTER TYPE bus.usage_ask DROP ATTRIBUTE epoch, DROP ATTRIBUTE asked;
ALTER TABLE bus.usage_record DROP COLUMN lease_epoch, DROP COLUMN asked, DROP COLUMN answered, DROP COLUMN served,
	DROP COLUMN collected_at;
ALTER FUNCTION bus.usage_reserve_all_2 RENAME TO usage_reserve_all;
ALTER FUNCTION bus.usage_reserve_2 RENAME TO usage_reserve;
ALTER FUNCTION bus.usage_settle_all_2 RENAME TO usage_settle_all;
ALTER FUNCTION bus.chat_post_5 RENAME TO chat_post;
ALTER VIEW bus.usage_public_2 RENAME TO usage_public;
GRANT EXECUTE ON FUNCTION bus.usage_reserve, bus.usage_reserve_all, bus.usage_settle_all, bus.chat_post TO bus_call;
GRANT EXECUTE ON FUNCTION bus.usage_reserve, bus.usage_reserve_all, bus.usage_settle_all TO bus_operator;
GRANT SELECT ON bus.usage_public TO bus_fast, bus_slow, bus_operator, bus_reaper;
