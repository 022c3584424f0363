-- What is sold is told to whoever asks, and when support answers to whom. Who leaves
-- takes along what was said and made, not only the address.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- support

-- Is it a time at which a plan's support answers? Its window has days and hours of
-- UTC; without one there are no such times, and nothing is said of them.
CREATE FUNCTION support_open(p_window json, p_at timestamptz) RETURNS boolean LANGUAGE sql STABLE
RETURN CASE WHEN p_window IS NOT NULL THEN
	EXISTS (SELECT FROM json_array_elements_text(p_window->'days') d WHERE d = to_char(p_at AT TIME ZONE 'UTC', 'dy'))
	AND (p_at AT TIME ZONE 'UTC')::time >= (p_window->>'from')::time
	AND (p_at AT TIME ZONE 'UTC')::time < (p_window->>'to')::time END;

-- Whom support answers, how well and when; nothing about money.
CREATE OR REPLACE FUNCTION billing_support(p_account bigint) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('support_id', s.support_id, 'status', CASE WHEN s.due THEN 'active' ELSE 'none' END,
		'level', CASE WHEN s.due THEN s.doc->>'level' ELSE 'none' END,
		'window', CASE WHEN s.due THEN s.doc->'window' END,
		'open', CASE WHEN s.due THEN support_open(s.doc->'window', now()) END)
	FROM (SELECT a.support_id, p.doc->'support' AS doc,
			coalesce(NOT a.disabled AND p.doc->'support'->>'level' <> 'none', false) AS due
		FROM (SELECT p_account AS id) w LEFT JOIN account a ON a.id = w.id LEFT JOIN plan p ON p.id = a.plan) s;
END;
GRANT EXECUTE ON FUNCTION billing_support TO bus_fast;

-- What an operator and support see of it: whose support and whether it is due (SE1).
CREATE FUNCTION support_record(p_account bigint) RETURNS json LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT json_build_object('support_id', s->>'support_id', 'status', s->>'status') FROM billing_support(p_account) s;
END;
REVOKE ALL ON FUNCTION support_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION support_record TO bus_operator;

---------------------------------------------------------------- what is sold

-- The plans that can be subscribed to at this provider ('stripe live' is another one
-- than 'stripe'), cheapest first. The local provider knows every price; an operator
-- alone ('manual') sells none.
CREATE FUNCTION billing_offers(p_provider text) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('items', coalesce(json_agg(o.doc ORDER BY o.cheapest, o.plan), '[]'::json)) FROM (
		SELECT s.plan, min(s.amount) AS cheapest, json_build_object('plan_id', s.plan, 'name', p.doc->>'name',
			'features', p.features, 'trial_days', min(s.trial_days), 'support', p.doc->'support',
			'prices', json_agg(json_build_object('amount', s.amount, 'currency', s.currency, 'interval', s.interval)
				ORDER BY s.amount),
			'limits', (SELECT coalesce(json_agg(json_build_object('period', l.period, 'hard_limit', l.hard_limit,
					'unit', 'micro') ORDER BY l.hard_limit, l.period), '[]'::json)
				FROM plan_limit l WHERE l.plan = s.plan AND l.scope = 'account')) AS doc
		FROM plan_sold s JOIN plan p ON p.id = s.plan
		WHERE p_provider = 'local' OR EXISTS (SELECT FROM plan_price x
			WHERE x.provider = 'stripe' AND x.livemode = (p_provider = 'stripe live') AND p_provider LIKE 'stripe%'
				AND x.lookup_key = s.lookup_key AND x.active AND x.amount = s.amount AND x.plan = s.plan)
		GROUP BY s.plan, p.id) o;
END;
REVOKE ALL ON FUNCTION billing_offers, support_open FROM PUBLIC;
GRANT EXECUTE ON FUNCTION billing_offers TO bus_fast;
GRANT SELECT ON plan_sold TO bus_slow; -- the local provider's page changes to another price

---------------------------------------------------------------- who has left

-- Files of the store that no artifact may have any more: a pass removes them.
CREATE TABLE artifact_gone (
	sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	at timestamptz NOT NULL
);
CREATE INDEX artifact_sha256 ON artifact (sha256);

-- Of who has left nothing stays that was said, described or made. Runs, payment
-- pages and their states stay for the books, with a price and without a word; what
-- was made is no artifact any more.
CREATE FUNCTION content_forget(p_account bigint, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	INSERT INTO artifact_gone SELECT DISTINCT sha256, p_at FROM artifact WHERE account_id = p_account ON CONFLICT DO NOTHING;
	DELETE FROM artifact a USING run r WHERE r.id = a.run AND r.account_id = p_account;
	UPDATE verification v SET report = '{}' FROM run r WHERE r.id = v.run AND r.account_id = p_account;
	UPDATE evidence e SET text = '(deleted)' FROM run r WHERE r.id = e.run AND r.account_id = p_account;
	UPDATE task_message m SET text = '(deleted)' FROM run r WHERE r.id = m.run AND r.account_id = p_account;
	UPDATE message SET text = '(deleted)' WHERE account_id = p_account;
	UPDATE run_work w SET spec = CASE WHEN w.spec IS NOT NULL THEN '{}'::json END
	FROM run r WHERE r.id = w.run AND r.account_id = p_account;
	UPDATE checkout SET title = '(deleted)' WHERE account_id = p_account;
	UPDATE run SET artifacts = 0, question = NULL, blocked = NULL, scope = CASE WHEN scope IS NOT NULL
			THEN json_build_object('title', '(deleted)', 'price', scope->'price', 'scope_hash', scope_hash) END
	WHERE account_id = p_account;
END;
CREATE FUNCTION content_left() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM content_forget(OLD.account_id, now());
	RETURN NULL;
END $$;
CREATE TRIGGER content_left AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION content_left();
REVOKE ALL ON FUNCTION content_forget, content_left FROM PUBLIC;
GRANT SELECT, UPDATE, DELETE ON artifact_gone TO bus_reaper;
GRANT SELECT ON artifact_gone TO bus_operator;

-- Those who left before, too.
SELECT content_forget(id, now()) FROM account WHERE closed_at IS NOT NULL;

-- One part more in what is exported; the others stay as they are.
DO $$
DECLARE
	d text := pg_get_functiondef('account_export'::regproc);
	e text := replace(d, 'END CASE', $q$WHEN 'artifacts' THEN OPEN c FOR
		SELECT a.id, artifact_public(a, r.run_id)::jsonb || jsonb_build_object('run_id', r.run_id)
		FROM artifact a JOIN run r ON r.id = a.run WHERE a.account_id = me AND a.id > p_after ORDER BY a.id;
	END CASE$q$);
BEGIN
	IF d = e THEN
		RAISE EXCEPTION 'account_export is not as it was';
	END IF;
	EXECUTE e;
END $$;

-- verify

SELECT has_function_privilege('bus_fast', 'bus.billing_offers(text)', 'EXECUTE');
SELECT bus.billing_support(NULL)->>'level' = 'none';
SELECT pg_get_functiondef('bus.account_export'::regproc) LIKE '%''artifacts''%END CASE%';
SELECT NOT EXISTS (SELECT FROM bus.run r JOIN bus.account a ON a.id = r.account_id WHERE a.closed_at IS NOT NULL AND r.artifacts > 0);

-- rollback

-- What was emptied stays empty.
DO $$
BEGIN
	EXECUTE regexp_replace(pg_get_functiondef('bus.account_export'::regproc), 'WHEN ''artifacts''.*END CASE', 'END CASE');
END $$;
DROP TRIGGER content_left ON bus.customer;
DROP FUNCTION bus.content_left, bus.content_forget;
DROP INDEX bus.artifact_sha256;
DROP TABLE bus.artifact_gone;

REVOKE SELECT ON bus.plan_sold FROM bus_slow;
DROP FUNCTION bus.billing_offers;
DROP FUNCTION bus.support_record;
REVOKE EXECUTE ON FUNCTION bus.billing_support FROM bus_fast;
CREATE OR REPLACE FUNCTION bus.billing_support(p_account bigint) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('support_id', a.support_id,
		'status', CASE WHEN NOT a.disabled AND coalesce(p.doc->'support'->>'level', 'none') <> 'none'
			THEN 'active' ELSE 'none' END)
	FROM (SELECT p_account AS id) w LEFT JOIN bus.account a ON a.id = w.id LEFT JOIN bus.plan p ON p.id = a.plan;
END;
DROP FUNCTION bus.support_open;
