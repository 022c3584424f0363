-- What an account may no longer do. Who was rejected calls nothing by a program;
-- who was switched off by an operator reads, exports and deletes the account and has
-- nothing else of it; what was built for a payment is given while the payment stands.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- who was rejected

-- What an operator says about an address; only a confirmed one is approved. The keys
-- of one that is rejected end for good.
CREATE OR REPLACE FUNCTION customer_decide(p_email text, p_status text, p_reason text, p_by text,
	p_at timestamptz, OUT known boolean, OUT identity text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	account bigint;
BEGIN
	SELECT true, account_id INTO known, account FROM customer WHERE email = p_email;
	UPDATE customer SET status = p_status, reason = p_reason, decided_by = p_by, decided_at = p_at
	WHERE email = p_email AND (email_verified OR p_status = 'rejected')
	RETURNING identity_id INTO identity;
	IF p_status = 'rejected' THEN
		UPDATE api_key SET revoked_at = p_at WHERE account_id = account AND revoked_at IS NULL;
	END IF;
END $$;
UPDATE api_key SET revoked_at = now() WHERE revoked_at IS NULL
	AND account_id IN (SELECT account_id FROM customer WHERE status = 'rejected');

-- Whose calls a program makes. A token that was signed before the rejection lives on,
-- but names nobody.
CREATE OR REPLACE FUNCTION account_by(p_subject text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	found_id bigint;
BEGIN
	IF p_subject LIKE 'key:%' THEN
		SELECT account_id INTO found_id FROM api_key
		WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
			AND revoked_at IS NULL AND expires_at > now();
	ELSIF p_subject LIKE 'sid:%' THEN
		SELECT account_id INTO found_id FROM session
		WHERE session_id = substr(p_subject, 5) AND expires_at > now();
	ELSE
		SELECT id INTO found_id FROM account WHERE subject = p_subject;
	END IF;
	IF EXISTS (SELECT FROM customer WHERE account_id = found_id AND status = 'rejected') THEN
		RETURN NULL;
	END IF;
	RETURN found_id;
END $$;

---------------------------------------------------------------- who was switched off

-- What an operator did about accounts.
CREATE TABLE account_audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL,
	by text NOT NULL,
	what text NOT NULL CHECK (what IN ('disabled', 'enabled')),
	account_id bigint NOT NULL REFERENCES account,
	reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX account_audit_account ON account_audit (account_id);

-- An account by the name that tokens give it, or by a run of it. NULL when there is
-- none that somebody has; else whether this has changed anything.
CREATE FUNCTION account_switch(p_name text, p_off boolean, p_by text, p_reason text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	a record;
BEGIN
	SELECT id, disabled INTO a FROM account
	WHERE closed_at IS NULL AND merged_into IS NULL
		AND (subject = p_name OR id = (SELECT account_id FROM run WHERE run_id = p_name))
	FOR NO KEY UPDATE;
	IF NOT FOUND OR a.disabled = p_off THEN
		RETURN CASE WHEN a.id IS NOT NULL THEN false END;
	END IF;
	UPDATE account SET disabled = p_off WHERE id = a.id;
	INSERT INTO account_audit (at, by, what, account_id, reason)
	VALUES (p_at, p_by, CASE WHEN p_off THEN 'disabled' ELSE 'enabled' END, a.id, p_reason);
	RETURN true;
END $$;

-- Such an account still signs in and is somebody, to a program too; one that was
-- closed is nobody. Whether it may have what it asks for is asked where that is given.
-- An operator's plan no longer switches an account on: that has a door of its own.
DO $$
DECLARE
	d text;
	e text;
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		['auth_account', '(NOT a.disabled)', '(NOT a.disabled OR a.closed_at IS NULL)'],
		['account_of', 'NOT disabled', '(NOT disabled OR closed_at IS NULL)'],
		['account_put', 'plan = excluded.plan, disabled = false', 'plan = excluded.plan'],
		['customer_enter', $q$
	IF (SELECT disabled FROM account a WHERE a.id = account) THEN
		outcome := 'disabled';
		account := NULL;
		RETURN;
	END IF;
$q$, E'\n']]
	LOOP
		d := pg_get_functiondef(('bus.' || c[1])::regproc);
		e := replace(d, c[2], c[3]);
		IF d = e THEN
			RAISE EXCEPTION '% is not as it was', c[1];
		END IF;
		EXECUTE e;
	END LOOP;
END $$;

-- It begins nothing.
CREATE OR REPLACE FUNCTION account_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
DECLARE
	a record;
BEGIN
	SELECT merged_into, disabled, closed_at INTO a FROM account WHERE id = NEW.account_id FOR SHARE;
	IF a.merged_into IS NOT NULL OR (a.disabled AND a.closed_at IS NOT NULL) THEN
		RAISE EXCEPTION 'account % has become another, or left', NEW.account_id USING ERRCODE = 'BUS01';
	ELSIF a.disabled THEN
		RAISE EXCEPTION 'account % was switched off', NEW.account_id USING ERRCODE = 'BUS02';
	END IF;
	RETURN NEW;
END $$;

-- Why nothing is sold to an account, or built for it: 'operator_disabled',
-- 'payment_disputed', or NULL.
CREATE FUNCTION account_barred(p_account bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	RETURN CASE WHEN (SELECT disabled FROM account WHERE id = p_account) THEN 'operator_disabled'
		WHEN account_disputed(p_account) THEN 'payment_disputed' END;
END $$;

---------------------------------------------------------------- what was paid for

-- Why what a run has made is not given: 'operator_disabled'; 'payment_returned' when
-- no payment of it stands: given back as a whole, or lost to a dispute;
-- 'payment_disputed' while that is open; or NULL. One payment that stands is enough,
-- and what was approved by hand needs none.
CREATE FUNCTION run_held(p_run bigint) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	r record;
BEGIN
	SELECT run.payment, a.disabled INTO r FROM run JOIN account a ON a.id = run.account_id WHERE run.id = p_run;
	IF r.disabled THEN
		RETURN 'operator_disabled';
	ELSIF r.payment NOT IN ('paid', 'refunded') THEN
		RETURN NULL;
	END IF;
	RETURN (SELECT CASE WHEN bool_or(refund <> 'done' AND dispute IN ('none', 'won', 'lifted')) THEN NULL
			WHEN bool_or(refund <> 'done' AND dispute = 'open') THEN 'payment_disputed'
			WHEN count(*) > 0 OR r.payment = 'refunded' THEN 'payment_returned' END
		FROM checkout WHERE run = p_run AND state = 'paid');
END $$;

---------------------------------------------------------------- who is known is nobody's business

-- An address, found or made, and no word about which: something is written either way,
-- so that the disk is waited for either way.
ALTER TABLE customer ADD COLUMN asked_at timestamptz;
CREATE OR REPLACE FUNCTION customer_register(p_email text, p_identity text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	id bigint;
	home text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('customer ' || p_email, 0));
	home := coalesce((SELECT p.id FROM plan p WHERE p.id = 'customer'), (SELECT p.id FROM plan p WHERE p.id = 'visitor'));
	UPDATE customer SET asked_at = p_at WHERE email = p_email RETURNING account_id INTO id;
	IF id IS NULL THEN
		INSERT INTO account (kind, subject, plan, created_at)
		VALUES ('customer', p_identity, home, p_at) RETURNING account.id INTO id;
		INSERT INTO customer (account_id, identity_id, email, registered_at, asked_at)
		VALUES (id, p_identity, p_email, p_at, p_at);
	END IF;
	RETURN id;
END $$;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION account_switch, account_barred, run_held FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_switch TO bus_operator;
GRANT EXECUTE ON FUNCTION account_barred TO bus_fast, bus_slow, bus_operator, bus_reaper;
GRANT EXECUTE ON FUNCTION run_held TO bus_fast, bus_slow, bus_operator;
GRANT SELECT ON account_audit TO bus_operator;

-- verify

SELECT has_function_privilege('bus_fast', 'bus.run_held(bigint)', 'EXECUTE');
SELECT NOT has_function_privilege('bus_fast', 'bus.account_switch(text,boolean,text,text,timestamptz)', 'EXECUTE');
SELECT NOT has_table_privilege('bus_operator', 'bus.account_audit', 'INSERT');
SELECT bool_and(pg_get_functiondef(oid) LIKE '%closed_at IS NULL%') FROM pg_proc
WHERE pronamespace = 'bus'::regnamespace AND proname IN ('auth_account', 'account_of');

-- rollback

DROP FUNCTION bus.run_held, bus.account_barred, bus.account_switch;
DROP TABLE bus.account_audit;
DO $$
DECLARE
	d text;
	c text[];
BEGIN
	FOREACH c SLICE 1 IN ARRAY ARRAY[
		['auth_account', $q$ OR (a.closed_at IS NULL)$q$, ''],
		['account_of', '(NOT disabled OR closed_at IS NULL)', 'NOT disabled'],
		['account_put', 'plan = excluded.plan', 'plan = excluded.plan, disabled = false'],
		['customer_enter', $q$account := customer_register(p_email, p_identity, p_at);
$q$, $q$account := customer_register(p_email, p_identity, p_at);
	IF (SELECT disabled FROM account a WHERE a.id = account) THEN
		outcome := 'disabled';
		account := NULL;
		RETURN;
	END IF;
$q$]]
	LOOP
		d := pg_get_functiondef(('bus.' || c[1])::regproc);
		EXECUTE replace(d, c[2], c[3]);
	END LOOP;
END $$;
CREATE OR REPLACE FUNCTION bus.account_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM FROM account WHERE id = NEW.account_id FOR SHARE;
	IF EXISTS (SELECT FROM account WHERE id = NEW.account_id AND (merged_into IS NOT NULL OR disabled)) THEN
		RAISE EXCEPTION 'account % has become another, or left', NEW.account_id USING ERRCODE = 'BUS01';
	END IF;
	RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION bus.account_by(p_subject text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	IF p_subject LIKE 'key:%' THEN
		RETURN (SELECT account_id FROM api_key
			WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
				AND revoked_at IS NULL AND expires_at > now());
	ELSIF p_subject LIKE 'sid:%' THEN
		RETURN (SELECT account_id FROM session
			WHERE session_id = substr(p_subject, 5) AND expires_at > now());
	END IF;
	RETURN (SELECT id FROM account WHERE subject = p_subject);
END $$;
CREATE OR REPLACE FUNCTION bus.customer_register(p_email text, p_identity text, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	id bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('customer ' || p_email, 0));
	SELECT account_id INTO id FROM customer WHERE email = p_email;
	IF id IS NULL THEN
		INSERT INTO account (kind, subject, plan, created_at)
		VALUES ('customer', p_identity, coalesce((SELECT p.id FROM plan p WHERE p.id = 'customer'),
			(SELECT p.id FROM plan p WHERE p.id = 'visitor')), p_at) RETURNING account.id INTO id;
		INSERT INTO customer (account_id, identity_id, email, registered_at)
		VALUES (id, p_identity, p_email, p_at);
	END IF;
	RETURN id;
END $$;
ALTER TABLE bus.customer DROP COLUMN asked_at;
CREATE OR REPLACE FUNCTION bus.customer_decide(p_email text, p_status text, p_reason text, p_by text,
	p_at timestamptz, OUT known boolean, OUT identity text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	SELECT true INTO known FROM customer WHERE email = p_email;
	UPDATE customer SET status = p_status, reason = p_reason, decided_by = p_by, decided_at = p_at
	WHERE email = p_email AND (email_verified OR p_status = 'rejected')
	RETURNING identity_id INTO identity;
END $$;
