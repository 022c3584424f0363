-- A seal names the key that signed it, and a support id says nothing: it was made
-- from the account's number, so that whoever counted could tell whose it is, here
-- and in every other installation.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE ledger_seal ADD kid text CHECK (length(kid) = 43);

ALTER TABLE account ADD support_id text NOT NULL
	DEFAULT 'sup_' || replace(gen_random_uuid()::text, '-', '');
CREATE UNIQUE INDEX account_support ON account (support_id);

CREATE OR REPLACE FUNCTION billing_support(p_account bigint) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('support_id', a.support_id,
		'status', CASE WHEN NOT a.disabled AND coalesce(p.doc->'support'->>'level', 'none') <> 'none'
			THEN 'active' ELSE 'none' END)
	FROM (SELECT p_account AS id) w LEFT JOIN account a ON a.id = w.id LEFT JOIN plan p ON p.id = a.plan;
END;

-- A notification holds a lock of the whole server while its transaction is written
-- to the disk, one after another: it is sent after the commit, in a transaction that
-- writes nothing (billing_sql_notify). Lost in between, the pass looks each second.
CREATE OR REPLACE FUNCTION stripe_receive(p_event text, p_type text, p_live boolean, p_created timestamptz,
	p_body text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	INSERT INTO stripe_event (event_id, type, livemode, created, body, received_at, due_at)
	VALUES (p_event, p_type, p_live, p_created, p_body, p_at, p_at) ON CONFLICT DO NOTHING;
	RETURN FOUND;
END $$;

-- verify

SELECT count(*) = 2 FROM information_schema.columns WHERE table_schema = 'bus'
	AND (table_name, column_name) IN (('ledger_seal', 'kid'), ('account', 'support_id'));

-- rollback

CREATE OR REPLACE FUNCTION bus.stripe_receive(p_event text, p_type text, p_live boolean, p_created timestamptz,
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
CREATE OR REPLACE FUNCTION bus.billing_support(p_account bigint) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT json_build_object('support_id', 'sup_' || left(encode(sha256(convert_to('support ' || a.id, 'UTF8')), 'hex'), 24),
		'status', CASE WHEN NOT a.disabled AND coalesce(p.doc->'support'->>'level', 'none') <> 'none'
			THEN 'active' ELSE 'none' END)
	FROM (SELECT p_account AS id) w LEFT JOIN bus.account a ON a.id = w.id LEFT JOIN bus.plan p ON p.id = a.plan;
END;
ALTER TABLE bus.account DROP COLUMN support_id;
ALTER TABLE bus.ledger_seal DROP COLUMN kid;
