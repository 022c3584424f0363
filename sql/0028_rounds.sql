-- Calls of one account, run and backend have the same limits: a round of calls
-- asks for them once, and for its callers once, where it asked for each call.
-- They count in the window of the latest of them. The statement for all of them
-- takes as long to begin as two calls take one by one.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

CREATE OR REPLACE FUNCTION usage_reserve_all(p json)
RETURNS TABLE (outcome text, account bigint, scope text, period text, remaining bigint,
	resets timestamptz, answer text, stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp
	SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
	q record;
	done bigint[];
	who bigint[];
	rest bigint[];
	place int;
BEGIN
	IF json_array_length(p) > 2 THEN
		PERFORM budget_lock();
		PERFORM set_config('synchronous_commit', 'on', true);
		WITH q AS MATERIALIZED (
			SELECT *, row_number() OVER (PARTITION BY usage_id ORDER BY ordinality) AS nth
			FROM json_populate_recordset(NULL::usage_ask, p) WITH ORDINALITY
		), w AS MATERIALIZED (
			SELECT who.session, who.subject, acc.id, acc.plan, plan.features
			FROM (SELECT DISTINCT session, subject FROM q) who
				JOIN account acc ON acc.id = CASE WHEN who.session IS NULL THEN account_by(who.subject)
					ELSE (SELECT account_id FROM session
						WHERE token_hash = decode(who.session, 'hex') AND expires_at > now()) END
				JOIN plan ON plan.id = acc.plan
			WHERE NOT acc.disabled AND NOT account_disputed(acc.id)
				AND EXISTS (SELECT FROM kill_switch WHERE level < 2)
		), c AS MATERIALIZED (
			SELECT q.*, w.id AS account_id, w.plan, r.id AS run_no
			FROM q JOIN w ON w.session IS NOT DISTINCT FROM q.session AND w.subject IS NOT DISTINCT FROM q.subject
				LEFT JOIN LATERAL (SELECT run.id FROM run JOIN run_state s ON s.phase = run.phase
					WHERE run.run_id = q.run AND run.account_id = w.id AND NOT s.terminal
						AND (q.epoch IS NULL OR EXISTS (SELECT FROM run_work k WHERE k.run = run.id
							AND k.epoch = q.epoch AND k.holder IS NOT NULL))) r ON true
			WHERE q.feature = ANY (w.features) AND (q.run IS NULL OR r.id IS NOT NULL) AND q.nth = 1
				AND (q.hash IS NULL OR NOT EXISTS (SELECT FROM usage_record u WHERE u.usage_id = q.usage_id))
		), g AS MATERIALIZED (
			SELECT plan, account_id, run_no, backend, max(at) AS at, sum(micro)::bigint AS micro
			FROM c GROUP BY plan, account_id, run_no, backend
		), l AS MATERIALIZED (
			SELECT g.account_id, g.run_no, g.backend, g.micro, b.id,
				b.hard_limit - b.reserved - b.posted AS free
			FROM g CROSS JOIN LATERAL limits_of(g.plan, g.account_id, g.run_no, g.backend, g.at) l
				LEFT JOIN budget b ON b.scope = l.scope AND b.subject = l.subject
					AND b.period = l.period AND b.starts = l.starts
		), t AS MATERIALIZED (
			SELECT id, min(free) - sum(micro)::bigint AS left_over FROM l GROUP BY id
		), fits AS MATERIALIZED (
			SELECT l.account_id, l.run_no, l.backend, min(t.left_over) AS remaining, array_agg(l.id) AS budgets
			FROM l LEFT JOIN t ON t.id = l.id
			GROUP BY l.account_id, l.run_no, l.backend HAVING bool_and(coalesce(t.left_over >= 0, false))
		), taken AS MATERIALIZED (
			SELECT c.*, fits.remaining, fits.budgets
			FROM c JOIN fits ON fits.account_id = c.account_id AND fits.backend IS NOT DISTINCT FROM c.backend
				AND fits.run_no IS NOT DISTINCT FROM c.run_no
		), moved AS (
			UPDATE budget SET reserved = reserved + s.micro
			FROM (SELECT id, sum(l.micro)::bigint AS micro
				FROM l JOIN fits ON fits.account_id = l.account_id AND fits.backend IS NOT DISTINCT FROM l.backend
					AND fits.run_no IS NOT DISTINCT FROM l.run_no GROUP BY id) s
			WHERE budget.id = s.id
		), written AS (
			INSERT INTO usage_record (usage_id, account_id, run_id, chat_id, model, backend,
				price_version, reserved, budgets, created_at, expires_at, request_hash, lease_epoch, asked, task_id)
			SELECT usage_id, account_id, run, chat, model, backend, price, micro, budgets, at, until,
				decode(hash, 'hex'), epoch, asked,
				CASE WHEN run_no IS NOT NULL THEN (SELECT task_ref FROM task WHERE run = run_no) END
			FROM taken
		)
		SELECT array_agg(ordinality ORDER BY ordinality), array_agg(account_id ORDER BY ordinality),
			array_agg(remaining ORDER BY ordinality) INTO done, who, rest
		FROM taken;
	END IF;
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

-- verify

SELECT prosrc LIKE '%taken AS MATERIALIZED%' AND 'enable_seqscan=off' = ANY (proconfig)
FROM pg_proc WHERE oid = 'bus.usage_reserve_all(json)'::regprocedure;

-- rollback

CREATE OR REPLACE FUNCTION bus.usage_reserve_all(p json)
RETURNS TABLE (outcome text, account bigint, scope text, period text, remaining bigint,
	resets timestamptz, answer text, stream boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp
	SET enable_seqscan = off SET jit = off AS $$
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
