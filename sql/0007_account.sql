-- What a customer can do about the own account: take everything along, see how
-- many tries a code has left; and what others can no longer do to it.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

---------------------------------------------------------------- export

-- All that is kept about the acting account, part by part and page by page: rows
-- with their place and their JSON, those after `p_after`, a megabyte of text or
-- one row. What is in a row is an allow-list; hashes and secrets are in none.
CREATE FUNCTION account_export(p_part text, p_after bigint, OUT place bigint, OUT doc text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	me bigint := bus_account();
	bytes bigint := 0;
	c refcursor;
BEGIN
	CASE p_part
	WHEN 'account' THEN OPEN c FOR
		SELECT a.id, json_build_object('kind', a.kind, 'plan', a.plan, 'created_at', public_time(a.created_at))
		FROM account a WHERE a.id = me AND p_after = 0;
	WHEN 'contact' THEN OPEN c FOR
		SELECT u.account_id, json_build_object('identity_id', u.identity_id, 'email', u.email,
			'email_verified', u.email_verified, 'status', u.status,
			'registered_at', public_time(u.registered_at), 'verified_at', public_time(u.verified_at),
			'decided_at', public_time(u.decided_at),
			'second_factor', EXISTS (SELECT FROM totp t WHERE t.account_id = me AND t.confirmed_at IS NOT NULL))
		FROM customer u WHERE u.account_id = me AND p_after = 0;
	WHEN 'sessions' THEN OPEN c FOR
		SELECT s.n, json_build_object('session_id', s.session_id, 'agent', s.agent,
			'created_at', public_time(s.created_at), 'expires_at', public_time(s.expires_at))
		FROM (SELECT s.*, row_number() OVER (ORDER BY created_at, session_id) AS n FROM session s
			WHERE account_id = me AND expires_at > now()) s
		WHERE s.n > p_after ORDER BY s.n;
	WHEN 'keys' THEN OPEN c FOR
		SELECT k.n, json_build_object('key_id', k.key_id, 'name', k.name, 'scope', k.scope,
			'created_at', public_time(k.created_at), 'expires_at', public_time(k.expires_at),
			'revoked_at', public_time(k.revoked_at))
		FROM (SELECT k.*, row_number() OVER (ORDER BY created_at, key_id) AS n FROM api_key k
			WHERE account_id = me) k
		WHERE k.n > p_after ORDER BY k.n;
	WHEN 'runs' THEN OPEN c FOR
		SELECT p.run, p.doc FROM run_public p WHERE p.account_id = me AND p.run > p_after ORDER BY p.run;
	WHEN 'run_messages' THEN OPEN c FOR -- a place is the run's number and the message's
		SELECT r.id << 24 | m.seq, json_build_object('run_id', r.run_id, 'message_id', m.message_id,
			'author', m.author, 'text', m.text, 'at', public_time(m.at))
		FROM run r JOIN message m ON m.run = r.id
		WHERE r.account_id = me AND r.id >= p_after >> 24
			AND (m.run, m.seq) > (p_after >> 24, (p_after & 16777215)::int) ORDER BY m.run, m.seq;
	WHEN 'conversations' THEN OPEN c FOR
		SELECT t.id, chat_public(t) FROM chat t
		WHERE t.account_id = me AND NOT t.deleted AND t.id > p_after ORDER BY t.id;
	WHEN 'conversation_messages' THEN OPEN c FOR
		SELECT t.id << 24 | m.seq, chat_message_public(m, true)::jsonb || jsonb_build_object('chat_id', t.chat_id)
		FROM chat t JOIN chat_message m ON m.chat = t.id
		WHERE t.account_id = me AND NOT t.deleted AND t.id >= p_after >> 24
			AND (m.chat, m.seq) > (p_after >> 24, (p_after & 16777215)::int) ORDER BY m.chat, m.seq;
	WHEN 'usage' THEN OPEN c FOR
		SELECT u.id, u.doc FROM usage_public u WHERE u.account_id = me AND u.id > p_after ORDER BY u.id;
	WHEN 'checkouts' THEN OPEN c FOR
		SELECT k.id, json_build_object('checkout_id', k.checkout_id, 'run_id', k.run_id, 'title', k.title,
			'amount', k.amount, 'currency', k.currency, 'provider', k.provider, 'state', k.state,
			'refunded', k.refunded, 'created_at', public_time(k.created_at),
			'paid_at', public_time(k.paid_at))
		FROM checkout k WHERE k.account_id = me AND k.id > p_after ORDER BY k.id;
	END CASE;
	LOOP
		FETCH c INTO place, doc;
		EXIT WHEN NOT FOUND OR bytes > 1048576;
		bytes := bytes + octet_length(doc);
		RETURN NEXT;
	END LOOP;
	CLOSE c;
END $$;

---------------------------------------------------------------- codes

-- As before, and how many tries are left.
DROP FUNCTION code_try;
CREATE FUNCTION code_try(p_address text, p_session text, p_at timestamptz,
	OUT code_id text, OUT hash text, OUT tries_left int)
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE code SET tries = tries + 1
	WHERE code.code_id = (SELECT c.code_id FROM code c WHERE c.address = decode(p_address, 'hex')
			AND c.session_hash IS NOT DISTINCT FROM decode(p_session, 'hex')
		ORDER BY c.created_at DESC, c.code_id LIMIT 1)
		AND tries < 5 AND used_at IS NULL AND expires_at > p_at
	RETURNING code.code_id, encode(code.hash, 'hex'), 5 - code.tries;
END;

-- Strangers and browsers that have proved the address before are counted apart:
-- whoever asks for somebody else's codes does not use up the owner's. All limits
-- but that of a network and an address together; the rest is as it was.
ALTER TABLE code ADD COLUMN known boolean NOT NULL DEFAULT false;
DROP FUNCTION code_new;
CREATE FUNCTION code_new(p_id text, p_address text, p_session text, p_network text, p_known boolean,
	p_hash text, p_mail_id text, p_mail text, p_at timestamptz, p_until timestamptz, p_address_day int,
	p_both_day int, p_network_hour int, p_hour int, OUT outcome text, OUT again timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(7262003);
	SELECT l.name, l.again INTO outcome, again FROM (
		SELECT 'address' AS name, min(created_at) + interval '1 day' AS again, count(*) >= p_address_day AS over
		FROM (SELECT created_at FROM code WHERE address = decode(p_address, 'hex') AND known = p_known
			AND created_at > p_at - interval '1 day' ORDER BY created_at DESC LIMIT p_address_day) a
		UNION ALL
		SELECT 'network and address', min(created_at) + interval '1 day', count(*) >= p_both_day
		FROM (SELECT created_at FROM code WHERE address = decode(p_address, 'hex') AND known = p_known
			AND network = p_network
			AND created_at > p_at - interval '1 day' ORDER BY created_at DESC LIMIT p_both_day) b
		UNION ALL
		SELECT 'network', min(created_at) + interval '1 hour', count(*) >= p_network_hour
		FROM (SELECT created_at FROM code WHERE network = p_network AND known = p_known
			AND created_at > p_at - interval '1 hour' ORDER BY created_at DESC LIMIT p_network_hour) n
		UNION ALL
		SELECT 'installation', min(created_at) + interval '1 hour', count(*) >= p_hour
		FROM (SELECT created_at FROM code WHERE known = p_known AND created_at > p_at - interval '1 hour'
			ORDER BY created_at DESC LIMIT p_hour) i) l
	WHERE l.over ORDER BY l.again DESC LIMIT 1;
	IF outcome IS NOT NULL THEN
		RETURN;
	END IF;
	outcome := 'ok';
	INSERT INTO code (code_id, address, session_hash, network, known, hash, created_at, expires_at)
	VALUES (p_id, decode(p_address, 'hex'), decode(p_session, 'hex'), p_network, p_known,
		decode(p_hash, 'hex'), p_at, p_until);
	INSERT INTO mail (mail_id, kind, sealed, due_at, expires_at, created_at)
	VALUES (p_mail_id, 'code', decode(p_mail, 'hex'), p_at, p_until, p_at);
END $$;

---------------------------------------------------------------- registrations

-- Addresses that nobody has confirmed are not kept. Whoever is just confirming
-- one holds its lock (customer_register) and is left alone.
CREATE FUNCTION customer_forget(p_before timestamptz, p_limit int) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	DELETE FROM account a USING (
		SELECT c.account_id FROM customer c
		WHERE NOT c.email_verified AND c.registered_at < p_before
			AND pg_try_advisory_xact_lock(hashtextextended('customer ' || c.email, 0))
			AND NOT EXISTS (SELECT FROM run r WHERE r.account_id = c.account_id)
			AND NOT EXISTS (SELECT FROM usage_record u WHERE u.account_id = c.account_id)
		ORDER BY c.registered_at LIMIT p_limit FOR UPDATE SKIP LOCKED) gone
	WHERE a.id = gone.account_id RETURNING a.id;
END;
CREATE INDEX customer_unverified ON customer (registered_at) WHERE NOT email_verified;

---------------------------------------------------------------- tokens of a session

-- Whose calls a program makes: by a key ("key:" and its hash), by the session that
-- its token was given to ("sid:" and its name), which may have ended, or by a name.
CREATE OR REPLACE FUNCTION account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM api_key
	WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
		AND revoked_at IS NULL AND expires_at > now()
	UNION ALL SELECT account_id FROM session
	WHERE session_id = CASE WHEN p_subject LIKE 'sid:%' THEN substr(p_subject, 5) END AND expires_at > now()
	UNION ALL SELECT id FROM account
	WHERE p_subject NOT LIKE 'key:%' AND p_subject NOT LIKE 'sid:%' AND subject = p_subject;
END;

---------------------------------------------------------------- the second factor

-- The key that a customer's authenticator shares with us, sealed under a key that
-- is not in here. It counts once it was confirmed by a password made with it.
CREATE TABLE totp (
	account_id bigint PRIMARY KEY REFERENCES customer ON DELETE CASCADE,
	sealed bytea NOT NULL,
	last_step bigint NOT NULL DEFAULT -1, -- each time step is good once
	tries int NOT NULL DEFAULT 0,
	tries_from timestamptz NOT NULL,
	created_at timestamptz NOT NULL,
	confirmed_at timestamptz
);
CREATE TABLE totp_recovery (
	account_id bigint NOT NULL REFERENCES totp ON DELETE CASCADE,
	hash bytea NOT NULL CHECK (length(hash) = 32),
	used_at timestamptz,
	PRIMARY KEY (account_id, hash)
);
-- Until when a session counts as one that has shown it.
ALTER TABLE session ADD COLUMN second_until timestamptz;

-- A key for the acting account; one that was confirmed stays. Is it the new one?
CREATE FUNCTION totp_begin(p_sealed text, p_at timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH made AS (
		INSERT INTO totp (account_id, sealed, tries_from, created_at)
		VALUES (bus_account(), decode(p_sealed, 'hex'), p_at, p_at)
		ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at
		WHERE totp.confirmed_at IS NULL RETURNING 1)
	SELECT EXISTS (SELECT FROM made);
END;

-- One try, counted before it is known whether it was right: five in ten minutes.
-- The row is held to the end of the transaction, so that a step is looked at by
-- one at a time. No row: there is no key.
CREATE FUNCTION totp_try(p_at timestamptz, OUT sealed text, OUT last_step bigint, OUT confirmed boolean,
	OUT tries int, OUT again timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE totp t SET
		tries = CASE WHEN t.tries_from <= p_at - interval '10 minutes' THEN 1 ELSE least(t.tries + 1, 6) END,
		tries_from = CASE WHEN t.tries_from <= p_at - interval '10 minutes' THEN p_at ELSE t.tries_from END
	WHERE t.account_id = bus_account()
	RETURNING encode(t.sealed, 'hex'), t.last_step, t.confirmed_at IS NOT NULL, t.tries,
		t.tries_from + interval '10 minutes';
END;

-- A recovery code: good once.
CREATE FUNCTION totp_recover(p_hash text, p_at timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH used AS (UPDATE totp_recovery SET used_at = p_at WHERE account_id = bus_account()
		AND hash = decode(p_hash, 'hex') AND used_at IS NULL RETURNING 1)
	SELECT EXISTS (SELECT FROM used);
END;

-- It was right: the step is used, the session counts for a while. The first time
-- confirms the key and keeps the recovery codes.
CREATE FUNCTION totp_shown(p_step bigint, p_session text, p_sid text, p_at timestamptz,
	p_until timestamptz, p_hashes text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	me bigint := bus_account();
BEGIN
	UPDATE totp SET last_step = greatest(last_step, p_step), tries = 0,
		confirmed_at = coalesce(confirmed_at, p_at) WHERE account_id = me;
	INSERT INTO totp_recovery (account_id, hash) SELECT me, decode(h, 'hex') FROM unnest(p_hashes) h;
	UPDATE session SET second_until = p_until WHERE account_id = me
		AND (token_hash = decode(p_session, 'hex') OR session_id = p_sid);
END $$;

CREATE FUNCTION totp_end() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	DELETE FROM totp WHERE account_id = bus_account();
	UPDATE session SET second_until = NULL WHERE account_id = bus_account();
END;

-- Has the account a second factor, and has this session shown it lately?
CREATE FUNCTION second_factor(p_account bigint, p_session text, p_at timestamptz,
	OUT has boolean, OUT shown boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM totp WHERE account_id = p_account AND confirmed_at IS NOT NULL),
		EXISTS (SELECT FROM session WHERE account_id = p_account
			AND token_hash = decode(p_session, 'hex') AND second_until > p_at);
END;

---------------------------------------------------------------- rights

REVOKE ALL ON FUNCTION account_export, code_try, code_new, customer_forget, totp_begin, totp_try, totp_recover,
	totp_shown, totp_end, second_factor FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_export, code_try, code_new, totp_begin, totp_try, totp_recover, totp_shown,
	totp_end, second_factor TO bus_slow;
-- Others see whether there is one, and nothing of the key.
ALTER TABLE totp ENABLE ROW LEVEL SECURITY;
ALTER TABLE totp_recovery ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON totp FOR SELECT TO bus_fast, bus_slow USING (account_id = bus_account());
CREATE POLICY machinery ON totp FOR SELECT TO bus_operator USING (true);
GRANT SELECT (account_id, confirmed_at) ON totp TO bus_fast, bus_slow, bus_operator;
GRANT EXECUTE ON FUNCTION customer_forget TO bus_reaper;
-- The support desk counts them.
GRANT SELECT (account_id, expires_at) ON session TO bus_operator;
GRANT SELECT (account_id, expires_at, revoked_at) ON api_key TO bus_operator;

-- verify

SELECT has_function_privilege('bus_slow', 'bus.account_export(text,bigint)', 'EXECUTE');
SELECT NOT has_function_privilege('bus_fast', 'bus.account_export(text,bigint)', 'EXECUTE');
SELECT NOT has_column_privilege('bus_slow', 'bus.totp', 'sealed', 'SELECT');
SELECT bool_and(relrowsecurity) FROM pg_class WHERE oid IN ('bus.totp'::regclass, 'bus.totp_recovery'::regclass);

-- rollback

REVOKE SELECT (account_id, expires_at) ON bus.session FROM bus_operator;
REVOKE SELECT (account_id, expires_at, revoked_at) ON bus.api_key FROM bus_operator;
DROP FUNCTION bus.second_factor, bus.totp_end, bus.totp_shown, bus.totp_recover, bus.totp_try, bus.totp_begin;
ALTER TABLE bus.session DROP COLUMN second_until;
DROP TABLE bus.totp_recovery, bus.totp;
DROP FUNCTION bus.code_try, bus.code_new, bus.customer_forget, bus.account_export;
DROP INDEX bus.customer_unverified;
ALTER TABLE bus.code DROP COLUMN known;
CREATE FUNCTION bus.code_new(p_id text, p_address text, p_session text, p_network text, p_hash text,
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
CREATE FUNCTION bus.code_try(p_address text, p_session text, p_at timestamptz,
	OUT code_id text, OUT hash text)
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE bus.code SET tries = tries + 1
	WHERE code.code_id = (SELECT c.code_id FROM bus.code c WHERE c.address = decode(p_address, 'hex')
			AND c.session_hash IS NOT DISTINCT FROM decode(p_session, 'hex')
		ORDER BY c.created_at DESC, c.code_id LIMIT 1)
		AND tries < 5 AND used_at IS NULL AND expires_at > p_at
	RETURNING code.code_id, encode(code.hash, 'hex');
END;
REVOKE ALL ON FUNCTION bus.code_try, bus.code_new FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bus.code_try, bus.code_new TO bus_slow;
CREATE OR REPLACE FUNCTION bus.account_by(p_subject text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	SELECT account_id FROM bus.api_key
	WHERE hash = CASE WHEN p_subject ~ '^key:[0-9a-f]{64}$' THEN decode(substr(p_subject, 5), 'hex') END
		AND revoked_at IS NULL AND expires_at > now()
	UNION ALL SELECT id FROM bus.account WHERE p_subject NOT LIKE 'key:%' AND subject = p_subject;
END;
