-- The feed of usage tells the whole life of each call, and what other services
-- have to say of usage comes into it beside that. Call workers hear which local
-- runtimes are down.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- Which events of a call were collected, bit by bit; collected_at says that all were.
ALTER TABLE usage_record ADD COLUMN collected bigint NOT NULL DEFAULT 0;

-- What another service has said was used. Its name makes it one, however often it
-- is said.
CREATE TABLE usage_event (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	event_id text NOT NULL UNIQUE CHECK (length(event_id) BETWEEN 1 AND 128),
	event_type text NOT NULL CHECK (event_type IN ('request_started', 'runtime_ready', 'backend_request_started',
		'backend_request_finished', 'usage_recorded', 'usage_missing', 'request_failed', 'client_aborted',
		'container_run_requested', 'container_run_finished', 'container_run_failed', 'runtime_start_requested',
		'runtime_start_finished', 'runtime_start_failed', 'runtime_stop_requested', 'runtime_stop_finished',
		'runtime_stop_failed', 'container.run')),
	account_id uuid,
	source text NOT NULL, -- the service that said it, by its token
	data text NOT NULL CHECK (octet_length(data) <= 2048),
	occurred_at timestamptz NOT NULL,
	known_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	collected_at timestamptz
);
CREATE INDEX usage_event_feed ON usage_event (occurred_at, id) WHERE collected_at IS NULL;
DROP INDEX usage_record_feed;
CREATE INDEX usage_record_feed ON usage_record (least(created_at, settled_at))
	WHERE settled_at IS NOT NULL AND collected_at IS NULL;

-- The events of a call that has ended: it was asked for; each backend was called and
-- has ended; it was left or has failed although something is counted; and last what is
-- counted. Their times are those of the program that made the call, which may go
-- another way than the clock of the database: none is beyond the end.
CREATE FUNCTION usage_life(created timestamptz, settled timestamptz, state text, reason text, attempts json)
RETURNS TABLE (seq int, at timestamptz, type text, attempt int, class text, outcome text, ms bigint)
LANGUAGE sql STABLE -- without settings of its own it is a part of its caller's plan
BEGIN ATOMIC
	SELECT 0, least(created, settled), 'request_started', NULL::int, NULL::text, NULL::text, NULL::bigint
	UNION ALL
	SELECT (2 * t.n - 1 + e.i)::int, greatest(least(e.at, settled), least(created, settled)),
		'backend_request_' || e.word, t.n::int, t.doc->>'backend_class', e.outcome, e.ms
	FROM json_array_elements(attempts) WITH ORDINALITY AS t(doc, n)
		CROSS JOIN LATERAL (VALUES
			(0, 'started', (t.doc->>'began_at')::timestamptz, NULL::text, NULL::bigint),
			(1, 'finished', (t.doc->>'ended_at')::timestamptz, t.doc->>'outcome', (t.doc->>'ms')::bigint)
		) AS e(i, word, at, outcome, ms)
	UNION ALL
	SELECT 61, settled, CASE l.outcome WHEN 'client_left' THEN 'client_aborted' ELSE 'request_failed' END,
		NULL, NULL, l.outcome, NULL
	FROM (SELECT attempts->-1->>'outcome' AS outcome) l
	WHERE l.outcome <> 'answered' AND CASE l.outcome WHEN 'client_left' THEN state = 'posted'
		ELSE state <> 'released' END
	UNION ALL
	SELECT 62, settled, CASE WHEN state = 'posted' THEN 'usage_recorded'
			WHEN state = 'released' THEN 'request_failed'
			WHEN reason = 'the client left' THEN 'client_aborted' ELSE 'usage_missing' END,
		NULL, NULL, CASE state WHEN 'released' THEN attempts->-1->>'outcome' END, NULL;
END;

ALTER VIEW usage_feed RENAME TO usage_feed_8;
ALTER FUNCTION usage_collected RENAME TO usage_collected_8;
REVOKE ALL ON usage_feed_8 FROM bus_operator;
REVOKE ALL ON FUNCTION usage_collected_8 FROM bus_operator;

-- What was not collected yet; its events are 64 numbers to a call.
CREATE VIEW usage_feed WITH (security_invoker = true) AS
SELECT u.id * 64 + l.seq AS id, l.at, least(u.created_at, u.settled_at) AS starts, u.settled_at AS known_at
FROM usage_record u CROSS JOIN LATERAL usage_life(u.created_at, u.settled_at, u.state, u.reason, u.answered->'attempts') l
WHERE u.settled_at IS NOT NULL AND u.collected_at IS NULL AND u.collected & (1::bigint << l.seq) = 0;

-- A page of what was known before a time: a page that was read holds the same events
-- when it is deleted, because what becomes known later is not in it, whenever it
-- happened. Calls are looked at in the order in which they began, and no more of them
-- than the page needs: n calls have n events, and none before the n-th of those is in
-- a call that began after it.
CREATE FUNCTION usage_feed_page(p_before timestamptz, p_after timestamptz, p_after_id bigint, p_skip bigint,
	p_limit bigint) RETURNS TABLE (id bigint, at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = bus, pg_temp SET jit = off -- which takes seconds here
AS $$
#variable_conflict use_column
DECLARE
	reach timestamptz;
	known_from timestamptz := coalesce(p_after, '-infinity');
BEGIN
	SELECT l.at INTO reach FROM (SELECT id, created_at, settled_at, state, reason, answered, collected FROM usage_record
		WHERE settled_at IS NOT NULL AND collected_at IS NULL AND least(created_at, settled_at) < p_before
			AND settled_at < p_before AND settled_at >= known_from
		ORDER BY least(created_at, settled_at) LIMIT p_skip + p_limit) u
	CROSS JOIN LATERAL usage_life(u.created_at, u.settled_at, u.state, u.reason, u.answered->'attempts') l
	WHERE u.collected & (1::bigint << l.seq) = 0
		AND (p_after IS NULL OR (l.at, u.id * 64 + l.seq) > (p_after, p_after_id))
	ORDER BY l.at OFFSET p_skip + p_limit - 1 LIMIT 1;
	reach := coalesce(reach, p_before);
	RETURN QUERY SELECT p.id, p.at FROM (
		SELECT f.id, f.at FROM usage_feed f
		WHERE f.starts <= reach AND f.starts < p_before AND f.known_at < p_before AND f.known_at >= known_from
		UNION ALL
		SELECT e.id * 64 + 63, e.occurred_at FROM usage_event e
		WHERE e.collected_at IS NULL AND e.known_at < p_before) p
	WHERE p_after IS NULL OR (p.at, p.id) > (p_after, p_after_id)
	ORDER BY p.at, p.id OFFSET p_skip LIMIT p_limit;
END $$;

-- One of them as collectors read it. The last event of a call has the call's own name.
CREATE VIEW usage_feed_doc WITH (security_invoker = true) AS
SELECT u.id AS usage, l.seq, json_build_object('id', u.id * 64 + l.seq,
	'event_id', u.usage_id || CASE WHEN l.seq < 61 THEN ':' || l.type || coalesce(':' || l.attempt, '')
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

-- A page of it is collected: gone from the feed, and still in the ledger. One
-- collector after the other.
CREATE FUNCTION usage_collected(p_before timestamptz, p_skip bigint, p_limit bigint, p_at timestamptz)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	page bigint[];
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('bus usage feed', 0));
	SELECT array_agg(id) INTO page FROM usage_feed_page(p_before, NULL, NULL, p_skip, p_limit);
	UPDATE usage_record u SET collected = u.collected | t.bits, collected_at = CASE WHEN NOT EXISTS (
			SELECT FROM usage_life(u.created_at, u.settled_at, u.state, u.reason, u.answered->'attempts') l
			WHERE (u.collected | t.bits) & (1::bigint << l.seq) = 0) THEN p_at END
	FROM (SELECT id / 64 AS usage, bit_or(1::bigint << (id % 64)::int) AS bits FROM unnest(page) AS id
		WHERE id % 64 <> 63 GROUP BY 1) t
	WHERE u.id = t.usage;
	UPDATE usage_event SET collected_at = p_at
	WHERE id IN (SELECT id / 64 FROM unnest(page) AS id WHERE id % 64 = 63);
	RETURN coalesce(cardinality(page), 0);
END $$;

-- 'ok' the first time, 'again' when the same was said before, 'other' when that name
-- stands for something else.
CREATE FUNCTION usage_event_put(p_event text, p_type text, p_account text, p_source text, p_data text,
	p_occurred timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	INSERT INTO usage_event (event_id, event_type, account_id, source, data, occurred_at)
	VALUES (p_event, p_type, p_account::uuid, p_source, p_data, coalesce(p_occurred, clock_timestamp()))
	ON CONFLICT DO NOTHING;
	IF FOUND THEN
		RETURN 'ok';
	END IF;
	RETURN (SELECT CASE WHEN event_type = p_type AND account_id IS NOT DISTINCT FROM p_account::uuid
			AND source = p_source AND data = p_data AND occurred_at = coalesce(p_occurred, occurred_at)
		THEN 'again' ELSE 'other' END FROM usage_event WHERE event_id = p_event);
END $$;

---------------------------------------------------------------- local runtimes

-- Those whose last probe has failed; what is older says nothing. Call workers are told
-- when that changes.
CREATE FUNCTION backend_down() RETURNS TABLE (backend text, reason text, checked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT backend, reason, checked_at FROM backend_health WHERE NOT up AND checked_at > now() - interval '90 s';
END;
CREATE FUNCTION backend_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('bus_health', 'health');
	RETURN NULL;
END $$;
CREATE TRIGGER backend_new AFTER INSERT ON backend_health FOR EACH ROW WHEN (NOT NEW.up)
	EXECUTE FUNCTION backend_tell();
CREATE TRIGGER backend_changed AFTER UPDATE ON backend_health FOR EACH ROW WHEN (NEW.up <> OLD.up)
	EXECUTE FUNCTION backend_tell();
REVOKE ALL ON FUNCTION backend_down, backend_tell FROM PUBLIC;
GRANT EXECUTE ON FUNCTION backend_down TO bus_call;

---------------------------------------------------------------- windows

-- A day of a server whose zone has summer time may have 23 hours: windows are those
-- of UTC, wherever the server thinks it is.
CREATE OR REPLACE FUNCTION period_end(period text, starts timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE period WHEN 'total' THEN NULL ELSE ((date_trunc(period, starts, 'UTC') AT TIME ZONE 'UTC')
	+ ('1 ' || period)::interval) AT TIME ZONE 'UTC' END;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION usage_life, usage_feed_page, usage_collected, usage_event_put FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage_life, usage_feed_page, usage_collected, usage_event_put TO bus_operator;
ALTER TABLE usage_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY machinery ON usage_event TO bus_operator, bus_reaper USING (true);
GRANT SELECT ON usage_event, usage_feed, usage_feed_doc TO bus_operator;

-- verify

SELECT count(*) = 0 FROM bus.usage_event;
SELECT relrowsecurity FROM pg_class WHERE oid = 'bus.usage_event'::regclass;

-- rollback

CREATE OR REPLACE FUNCTION bus.period_end(period text, starts timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE period WHEN 'total' THEN NULL
	ELSE date_trunc(period, starts, 'UTC') + ('1 ' || period)::interval END;
DROP TRIGGER backend_new ON bus.backend_health;
DROP TRIGGER backend_changed ON bus.backend_health;
DROP FUNCTION bus.backend_down, bus.backend_tell;
DROP FUNCTION bus.usage_collected, bus.usage_feed_page, bus.usage_event_put;
DROP VIEW bus.usage_feed, bus.usage_feed_doc;
DROP FUNCTION bus.usage_life;
DROP TABLE bus.usage_event;
ALTER TABLE bus.usage_record DROP COLUMN collected;
DROP INDEX bus.usage_record_feed;
CREATE INDEX usage_record_feed ON bus.usage_record (settled_at, id)
	WHERE settled_at IS NOT NULL AND collected_at IS NULL;
ALTER VIEW bus.usage_feed_8 RENAME TO usage_feed;
ALTER FUNCTION bus.usage_collected_8 RENAME TO usage_collected;
GRANT SELECT ON bus.usage_feed TO bus_operator;
GRANT EXECUTE ON FUNCTION bus.usage_collected TO bus_operator;
