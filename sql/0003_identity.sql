-- Who a customer is: an address that was confirmed by a code, sessions that can
-- be listed and ended, keys for programs, mail that waits to be sent.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

CREATE FUNCTION public_id(prefix text) RETURNS text LANGUAGE sql VOLATILE
	RETURN prefix || translate(left(encode(sha256(uuid_send(gen_random_uuid())
		|| uuid_send(gen_random_uuid())), 'hex'), 32), '0189', 'ghij');

---------------------------------------------------------------- customers

ALTER TABLE account DROP CONSTRAINT account_kind_check;
ALTER TABLE account ADD CHECK (kind IN ('visitor', 'service', 'customer')),
	ADD COLUMN merged_into bigint REFERENCES account; -- a visitor who became that customer

-- The address is nowhere else, and in no event. The identity is what tokens
-- name: account.subject, again here for those who may not read accounts.
CREATE TABLE customer (
	account_id bigint PRIMARY KEY REFERENCES account ON DELETE CASCADE,
	identity_id text NOT NULL UNIQUE,
	email text NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254 AND email = lower(email)),
	email_verified boolean NOT NULL DEFAULT false,
	status text NOT NULL DEFAULT 'waitlisted' CHECK (status IN ('waitlisted', 'approved', 'rejected')),
	reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
	registered_at timestamptz NOT NULL,
	verified_at timestamptz,
	decided_at timestamptz,
	decided_by text,
	CHECK (email_verified = (verified_at IS NOT NULL))
);
CREATE INDEX customer_waiting ON customer (registered_at) WHERE status = 'waitlisted';

ALTER TABLE session
	ADD COLUMN session_id text NOT NULL DEFAULT public_id('ses_') UNIQUE,
	ADD COLUMN agent text NOT NULL DEFAULT '' CHECK (length(agent) <= 120);

-- What a role that serves customers may list of sessions: those of the account
-- that the transaction named.
CREATE VIEW session_public WITH (security_barrier) AS
SELECT account_id, session_id, token_hash, agent, created_at, expires_at FROM session
WHERE account_id = bus_account() AND expires_at > now();

-- One-time codes. The address is here as a keyed hash only, the code as a slow
-- keyed hash; bound to the session that asked for it, or to none.
CREATE TABLE code (
	code_id text PRIMARY KEY,
	address bytea NOT NULL CHECK (length(address) = 32),
	session_hash bytea,
	network text NOT NULL CHECK (length(network) <= 64),
	hash bytea NOT NULL CHECK (length(hash) = 32),
	tries int NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	used_at timestamptz
);
CREATE INDEX code_address ON code (address, created_at DESC);
CREATE INDEX code_network ON code (network, created_at);
CREATE INDEX code_age ON code (created_at);

-- Mail that waits. Recipient and text are sealed, and gone once it was sent.
CREATE TABLE mail (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	mail_id text NOT NULL UNIQUE,
	kind text NOT NULL CHECK (kind IN ('code')),
	sealed bytea,
	due_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL, -- it is of no use after
	attempts int NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	sent_at timestamptz,
	failed_at timestamptz,
	reason text NOT NULL DEFAULT '',
	CHECK ((sealed IS NULL) = (sent_at IS NOT NULL OR failed_at IS NOT NULL))
);
CREATE INDEX mail_queue ON mail (due_at) WHERE sealed IS NOT NULL;
CREATE INDEX mail_age ON mail (created_at);

-- Keys of programs: shown once. What is looked up is the hash of the whole key.
CREATE TABLE api_key (
	key_id text PRIMARY KEY,
	account_id bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
	scope text NOT NULL CHECK (length(scope) BETWEEN 1 AND 500),
	hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	revoked_at timestamptz
);
CREATE INDEX api_key_account ON api_key (account_id, created_at);

-- Tables whose rows go with a visitor who becomes a customer. A later migration
-- adds its own. Usage and ledger stay where they were written.
CREATE TABLE account_row (name text PRIMARY KEY);
INSERT INTO account_row VALUES ('run'), ('run_public'), ('message'), ('event'), ('receipt'),
	('artifact'), ('provenance'), ('preview');

---------------------------------------------------------------- codes

-- A new code and the mail that brings it, or the limit that says no: 'address',
-- 'network', 'installation', with the time after which one may ask again. Who
-- asks is counted alone: two at once must not both be the last.
CREATE FUNCTION code_new(p_id text, p_address text, p_session text, p_network text, p_hash text,
	p_mail_id text, p_mail text, p_at timestamptz, p_until timestamptz, p_address_day int,
	p_network_hour int, p_hour int, OUT outcome text, OUT again timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(7262003);
	SELECT l.name, l.again INTO outcome, again FROM (
		SELECT 'address' AS name, min(created_at) + interval '1 day' AS again, count(*) >= p_address_day AS over
		FROM (SELECT created_at FROM code WHERE address = decode(p_address, 'hex')
			AND created_at > p_at - interval '1 day' ORDER BY created_at DESC LIMIT p_address_day) a
		UNION ALL
		SELECT 'network', min(created_at) + interval '1 hour', count(*) >= p_network_hour
		FROM (SELECT created_at FROM code WHERE network = p_network
			AND created_at > p_at - interval '1 hour' ORDER BY created_at DESC LIMIT p_network_hour) n
		UNION ALL
		SELECT 'installation', min(created_at) + interval '1 hour', count(*) >= p_hour
		FROM (SELECT created_at FROM code WHERE created_at > p_at - interval '1 hour'
			ORDER BY created_at DESC LIMIT p_hour) i) l
	WHERE l.over ORDER BY l.again DESC LIMIT 1;
	IF outcome IS NOT NULL THEN
		RETURN;
	END IF;
	outcome := 'ok';
	INSERT INTO code (code_id, address, session_hash, network, hash, created_at, expires_at)
	VALUES (p_id, decode(p_address, 'hex'), decode(p_session, 'hex'), p_network,
		decode(p_hash, 'hex'), p_at, p_until);
	INSERT INTO mail (mail_id, kind, sealed, due_at, expires_at, created_at)
	VALUES (p_mail_id, 'code', decode(p_mail, 'hex'), p_at, p_until, p_at);
END $$;

-- One try at the newest code of that address and session. It counts before it
-- is known whether it was right.
CREATE FUNCTION code_try(p_address text, p_session text, p_at timestamptz,
	OUT code_id text, OUT hash text)
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE code SET tries = tries + 1
	WHERE code.code_id = (SELECT c.code_id FROM code c WHERE c.address = decode(p_address, 'hex')
			AND c.session_hash IS NOT DISTINCT FROM decode(p_session, 'hex')
		ORDER BY c.created_at DESC, c.code_id LIMIT 1)
		AND tries < 5 AND used_at IS NULL AND expires_at > p_at
	RETURNING code.code_id, encode(code.hash, 'hex');
END;

---------------------------------------------------------------- from visitor to customer

-- An address, found or made. No word about which.
CREATE FUNCTION customer_register(p_email text, p_identity text, p_at timestamptz) RETURNS bigint
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

-- The right code was given. The visitor's runs become the customer's, all of the
-- visitor's sessions end, and a new session begins: whoever knew the old token
-- has nothing. outcome: 'ok', 'used', 'disabled'.
CREATE FUNCTION customer_enter(p_code text, p_email text, p_identity text, p_visitor bigint,
	p_old text, p_hash text, p_session text, p_agent text, p_at timestamptz, p_until timestamptz,
	p_approve boolean, OUT outcome text, OUT account bigint, OUT identity text, OUT status text,
	OUT moved bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
#variable_conflict use_column
DECLARE
	t text;
BEGIN
	moved := 0;
	UPDATE code SET used_at = p_at WHERE code_id = p_code AND used_at IS NULL;
	IF NOT FOUND THEN
		outcome := 'used';
		RETURN;
	END IF;
	account := customer_register(p_email, p_identity, p_at);
	IF (SELECT disabled FROM account a WHERE a.id = account) THEN
		outcome := 'disabled';
		account := NULL;
		RETURN;
	END IF;
	UPDATE customer c SET email_verified = true, verified_at = coalesce(verified_at, p_at),
		status = CASE WHEN p_approve AND c.status = 'waitlisted' THEN 'approved' ELSE c.status END,
		decided_at = CASE WHEN p_approve AND c.status = 'waitlisted' THEN p_at ELSE decided_at END,
		decided_by = CASE WHEN p_approve AND c.status = 'waitlisted' THEN 'configuration' ELSE decided_by END
	WHERE c.account_id = account RETURNING c.identity_id, c.status INTO identity, status;
	-- Nobody can begin anything for the visitor while this lasts (account_owner
	-- below). The mode lets foreign keys be checked: who settles a call has locked
	-- its chat already, which we are about to move.
	PERFORM FROM account a WHERE a.id = p_visitor AND kind = 'visitor' AND merged_into IS NULL FOR NO KEY UPDATE;
	IF FOUND THEN
		PERFORM FROM run r WHERE r.account_id = p_visitor ORDER BY r.id FOR UPDATE;
		SELECT count(*) INTO moved FROM run r WHERE r.account_id = p_visitor;
		FOR t IN SELECT name FROM account_row LOOP
			EXECUTE format('UPDATE %I SET account_id = $1 WHERE account_id = $2', t)
			USING account, p_visitor;
		END LOOP;
		UPDATE account a SET merged_into = account WHERE a.id = p_visitor;
		DELETE FROM session s WHERE s.account_id = p_visitor;
	ELSE
		DELETE FROM session s WHERE s.token_hash = decode(p_old, 'hex');
	END IF;
	INSERT INTO session (token_hash, account_id, created_at, expires_at, session_id, agent)
	VALUES (decode(p_hash, 'hex'), account, p_at, p_until, p_session, p_agent);
	PERFORM set_config('bus.account', account::text, true);
	outcome := 'ok';
END $$;

-- The acting customer leaves: address, sessions, keys and what was written go; what
-- was ordered and used stays, with nobody's name. outcome: 'ok', 'used', 'busy'
-- while something is being built.
CREATE FUNCTION customer_close(p_code text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	me bigint := bus_account();
BEGIN
	PERFORM FROM account WHERE id = me FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM run WHERE account_id = me
			AND phase IN ('authorized', 'repo_ready', 'worker_running', 'artifact_pending')) THEN
		RETURN 'busy';
	END IF;
	UPDATE code SET used_at = p_at WHERE code_id = p_code AND used_at IS NULL;
	IF NOT FOUND THEN
		RETURN 'used';
	END IF;
	UPDATE message SET text = '(deleted)' WHERE account_id = me AND author = 'visitor';
	DELETE FROM api_key WHERE account_id = me;
	DELETE FROM session WHERE account_id = me;
	DELETE FROM customer WHERE account_id = me;
	UPDATE account SET disabled = true WHERE id = me;
	RETURN 'ok';
END $$;

-- A request that was let in before the visitor became a customer, or the customer
-- left, comes too late.
CREATE FUNCTION account_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM FROM account WHERE id = NEW.account_id FOR SHARE;
	IF EXISTS (SELECT FROM account WHERE id = NEW.account_id AND (merged_into IS NOT NULL OR disabled)) THEN
		RAISE EXCEPTION 'account % has become another, or left', NEW.account_id USING ERRCODE = 'BUS01';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER run_owner BEFORE INSERT ON run FOR EACH ROW EXECUTE FUNCTION account_owner();

-- What an operator says about an address; only a confirmed one is approved.
CREATE FUNCTION customer_decide(p_email text, p_status text, p_reason text, p_by text,
	p_at timestamptz, OUT known boolean, OUT identity text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	SELECT true INTO known FROM customer WHERE email = p_email;
	UPDATE customer SET status = p_status, reason = p_reason, decided_by = p_by, decided_at = p_at
	WHERE email = p_email AND (email_verified OR p_status = 'rejected')
	RETURNING identity_id INTO identity;
END $$;

---------------------------------------------------------------- credentials

-- A signed-in session: by its token's hash, or by the name in a signed token.
CREATE FUNCTION auth_account(p_session text, p_subject text, p_sid text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT s.account_id FROM session s JOIN account a ON a.id = s.account_id
	WHERE p_session IS NOT NULL AND s.token_hash = decode(p_session, 'hex') AND s.expires_at > now()
		AND a.kind = 'customer' AND NOT a.disabled
	UNION ALL SELECT s.account_id FROM session s JOIN account a ON a.id = s.account_id
	WHERE p_session IS NULL AND s.session_id = p_sid AND s.expires_at > now()
		AND a.subject = p_subject AND a.kind = 'customer' AND NOT a.disabled;
END;

-- End a session of the account that acts: by the hash of its token or its name.
CREATE FUNCTION session_end(p_hash text, p_id text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH gone AS (DELETE FROM session WHERE account_id = bus_account()
		AND (token_hash = decode(p_hash, 'hex') OR session_id = p_id) RETURNING 1)
	SELECT count(*) FROM gone;
END;

-- Whose calls a program makes: by a key ("key:" and its hash) or by a name.
CREATE OR REPLACE FUNCTION account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM api_key
	WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
		AND revoked_at IS NULL AND expires_at > now()
	UNION ALL SELECT id FROM account WHERE p_subject NOT LIKE 'key:%' AND subject = p_subject;
END;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION customer_close, code_new, code_try, customer_register, customer_enter, customer_decide,
	auth_account, session_end FROM PUBLIC;
GRANT EXECUTE ON FUNCTION customer_close, code_new, code_try, customer_register, customer_enter TO bus_slow;
GRANT EXECUTE ON FUNCTION auth_account, session_end TO bus_fast, bus_slow, bus_operator;
GRANT EXECUTE ON FUNCTION customer_decide TO bus_operator;

DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['customer', 'api_key'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %I TO bus_fast, bus_slow
			USING (account_id = bus_account()) WITH CHECK (account_id = bus_account())', t);
		EXECUTE format('CREATE POLICY machinery ON %I TO bus_operator, bus_reaper
			USING (true) WITH CHECK (true)', t);
	END LOOP;
END $$;
GRANT SELECT (account_id, identity_id, email, email_verified, status) ON customer TO bus_fast, bus_slow;
GRANT SELECT (key_id, account_id, name, scope, created_at, expires_at, revoked_at), INSERT,
	UPDATE (revoked_at) ON api_key TO bus_fast, bus_slow;
GRANT SELECT ON session_public TO bus_fast, bus_slow;
GRANT SELECT ON customer TO bus_operator;
GRANT SELECT (account_id, email_verified) ON customer TO bus_reaper;
GRANT SELECT (code_id, created_at, expires_at), DELETE ON code TO bus_reaper;
GRANT SELECT, UPDATE (sealed, due_at, attempts, sent_at, failed_at, reason), DELETE ON mail TO bus_reaper;

-- verify

SELECT pg_get_functiondef('bus.account_by'::regproc) LIKE '%api_key%';
SELECT bool_and(relrowsecurity) FROM pg_class
	WHERE oid IN ('bus.customer'::regclass, 'bus.api_key'::regclass);
SELECT count(*) >= 8 FROM bus.account_row;

-- rollback

CREATE OR REPLACE FUNCTION bus.account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT id FROM bus.account WHERE subject = p_subject;
END;
DROP TRIGGER run_owner ON bus.run;
DROP FUNCTION bus.account_owner, bus.customer_close, bus.session_end, bus.auth_account, bus.customer_decide,
	bus.customer_enter, bus.customer_register, bus.code_try, bus.code_new;
DROP VIEW bus.session_public;
DROP TABLE bus.account_row, bus.api_key, bus.mail, bus.code, bus.customer;
ALTER TABLE bus.session DROP COLUMN session_id, DROP COLUMN agent;
-- Customers stay, as accounts of the kind that the older programs know.
UPDATE bus.account SET kind = 'service' WHERE kind = 'customer';
ALTER TABLE bus.account DROP COLUMN merged_into;
ALTER TABLE bus.account DROP CONSTRAINT account_kind_check;
ALTER TABLE bus.account ADD CHECK (kind IN ('visitor', 'service'));
DROP FUNCTION bus.public_id;
