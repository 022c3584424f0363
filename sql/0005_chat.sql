-- Conversations with models that are kept for the portal. An answer belongs to
-- the server: it is stored piece by piece as it arrives, whoever looks on.
--
-- Locks are taken in the order chat, its messages, the budgets.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

CREATE TABLE chat (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	chat_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL REFERENCES account,
	title text NOT NULL DEFAULT '' CHECK (length(title) <= 200),
	last_message_id int NOT NULL DEFAULT 0 CHECK (last_message_id >= 0),
	last_event_id int NOT NULL DEFAULT 0 CHECK (last_event_id >= 0),
	deleted boolean NOT NULL DEFAULT false, -- emptied; the row itself goes a day later
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL
);
CREATE INDEX chat_account ON chat (account_id, id DESC) WHERE NOT deleted;
CREATE INDEX chat_deleted ON chat (updated_at) WHERE deleted;

-- While an answer is under way its text stands in the events alone, so that a
-- piece costs one small row and not the whole text again.
CREATE TABLE chat_message (
	chat bigint NOT NULL REFERENCES chat ON DELETE CASCADE,
	seq int NOT NULL,
	message_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL,
	author text NOT NULL CHECK (author IN ('visitor', 'assistant')),
	state text NOT NULL
		CHECK (state IN ('said', 'answering', 'complete', 'stopped', 'failed', 'interrupted')),
	text text NOT NULL DEFAULT '' CHECK (length(text) <= 1048576),
	chars int NOT NULL DEFAULT 0, -- of the answer, so far
	replaced boolean NOT NULL DEFAULT false, -- another answer was asked for
	model text,
	usage_id text,
	error text, -- a code, with 'failed' and 'interrupted'
	request_hash text, -- of the request that began it
	stop_asked boolean NOT NULL DEFAULT false,
	beat_at timestamptz, -- the last sign of life of whoever writes it
	at timestamptz NOT NULL,
	ended_at timestamptz,
	PRIMARY KEY (chat, seq),
	CHECK ((author = 'visitor') = (state = 'said')),
	CHECK ((state IN ('said', 'answering')) = (ended_at IS NULL)),
	CHECK (author = 'visitor' OR usage_id IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX chat_message_one_answer ON chat_message (chat) WHERE state = 'answering';
CREATE INDEX chat_message_open ON chat_message (beat_at) WHERE state = 'answering';

CREATE TRIGGER chat_owner BEFORE INSERT ON chat FOR EACH ROW EXECUTE FUNCTION account_owner();

-- An answer ends once, and what has ended stays as it is.
CREATE FUNCTION chat_message_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'answering' THEN
		RAISE EXCEPTION 'no way from % to %', OLD.state, NEW.state USING ERRCODE = 'BUS01';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER chat_message_guard BEFORE UPDATE OF state, text ON chat_message
	FOR EACH ROW EXECUTE FUNCTION chat_message_guard();

CREATE TABLE chat_event (
	chat bigint NOT NULL REFERENCES chat ON DELETE CASCADE,
	seq int NOT NULL,
	account_id bigint NOT NULL,
	type text NOT NULL CHECK (type LIKE 'bus.chat.%'),
	doc text NOT NULL, -- JSON in one line, ready to be sent
	piece_of int,      -- the answer that this is a piece of
	final boolean NOT NULL DEFAULT false,
	at timestamptz NOT NULL,
	PRIMARY KEY (chat, seq)
);
CREATE INDEX chat_event_pieces ON chat_event (at) WHERE piece_of IS NOT NULL;

---------------------------------------------------------------- what is shown

-- `words`: with the text, or without.
CREATE FUNCTION chat_message_public(m chat_message, words boolean) RETURNS json LANGUAGE sql STABLE
	RETURN (SELECT json_strip_nulls(row_to_json(p)) FROM (SELECT m.message_id, m.author, m.state,
		CASE WHEN NOT words THEN NULL WHEN m.state = 'answering' THEN coalesce((
			SELECT string_agg(e.doc::json #>> '{data,text}', '' ORDER BY e.seq)
			FROM chat_event e WHERE e.chat = m.chat AND e.piece_of = m.seq), '')
			ELSE m.text END AS text,
		CASE m.author WHEN 'assistant' THEN m.chars END AS chars,
		m.model, m.usage_id, m.error,
		(SELECT row_to_json(u) FROM (SELECT r.state,
			CASE r.state WHEN 'reserved' THEN r.reserved ELSE r.posted END AS quantity,
			'micro' AS unit, r.tokens FROM usage_record r WHERE r.usage_id = m.usage_id) u) AS usage,
		public_time(m.at) AS at, public_time(m.ended_at) AS ended_at) p);

CREATE FUNCTION chat_public(c chat) RETURNS json LANGUAGE sql STABLE
	RETURN (SELECT row_to_json(p) FROM (SELECT c.chat_id, c.title,
		(SELECT m.message_id FROM chat_message m WHERE m.chat = c.id AND m.state = 'answering')
			AS answering,
		c.last_event_id, public_time(c.created_at) AS created_at,
		public_time(c.updated_at) AS updated_at) p);

-- What whoever asked is told: only what stays true, so that it can be told again.
CREATE FUNCTION chat_posted(c chat, answer int) RETURNS json LANGUAGE sql STABLE
	RETURN (SELECT json_build_object('chat_id', c.chat_id,
		'message', (SELECT chat_message_public(q, true) FROM chat_message q
			WHERE q.chat = c.id AND q.seq = answer - 1 AND q.author = 'visitor'
				AND q.request_hash IS NOT DISTINCT FROM m.request_hash),
		'answer', json_build_object('message_id', m.message_id, 'author', m.author,
			'state', 'answering', 'model', m.model, 'usage_id', m.usage_id,
			'at', public_time(m.at)))
		FROM chat_message m WHERE m.chat = c.id AND m.seq = answer);

---------------------------------------------------------------- what happens

CREATE FUNCTION chat_tell(p_chat bigint, p_type text, p_data json, p_piece_of int, p_at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c record;
BEGIN
	UPDATE chat SET last_event_id = last_event_id + 1, updated_at = p_at WHERE id = p_chat
	RETURNING chat_id, account_id, last_event_id INTO c;
	INSERT INTO chat_event (chat, seq, account_id, type, doc, piece_of, final, at)
	VALUES (p_chat, c.last_event_id, c.account_id, p_type, json_build_object('id', c.last_event_id,
		'type', p_type, 'chat_id', c.chat_id, 'at', public_time(p_at), 'data', p_data)::text,
		p_piece_of, p_type = 'bus.chat.deleted', p_at);
	PERFORM pg_notify('bus_chat', p_chat::text);
END $$;

-- A piece of an answer that is under way, whose chat is locked.
CREATE FUNCTION chat_piece(m chat_message, p_text text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF p_text <> '' THEN
		PERFORM chat_tell(m.chat, 'bus.chat.answer.piece', json_build_object(
			'message_id', m.message_id, 'from', m.chars, 'text', p_text), m.seq, p_at);
	END IF;
	UPDATE chat_message SET beat_at = p_at, chars = chars + length(p_text)
	WHERE chat = m.chat AND seq = m.seq;
END $$;

CREATE FUNCTION chat_end(m chat_message, p_state text, p_error text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE chat_message SET state = p_state, error = p_error, ended_at = p_at, text = coalesce((
		SELECT string_agg(e.doc::json #>> '{data,text}', '' ORDER BY e.seq) FROM chat_event e
		WHERE e.chat = m.chat AND e.piece_of = m.seq), '')
	WHERE chat = m.chat AND seq = m.seq RETURNING * INTO m;
	PERFORM chat_tell(m.chat, 'bus.chat.answer.ended', json_build_object(
		'message', chat_message_public(m, false)), NULL, p_at);
END $$;

CREATE FUNCTION chat_rename(p_account bigint, p_chat text, p_title text, p_at timestamptz)
RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	c chat;
BEGIN
	UPDATE chat SET title = p_title, updated_at = p_at
	WHERE chat_id = p_chat AND account_id = p_account AND NOT deleted RETURNING * INTO c;
	IF c.id IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM chat_tell(c.id, 'bus.chat.renamed', json_build_object('title', p_title), NULL, p_at);
	SELECT * INTO c FROM chat WHERE id = c.id;
	RETURN chat_public(c);
END $$;

-- The words are gone at once; a last event tells all who follow. An answer under
-- way is stopped by whoever writes it, because it finds no row any more.
CREATE FUNCTION chat_delete(p_account bigint, p_chat text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	c chat;
BEGIN
	UPDATE chat SET deleted = true, title = '', updated_at = p_at
	WHERE chat_id = p_chat AND account_id = p_account AND NOT deleted RETURNING * INTO c;
	IF c.id IS NULL THEN
		RETURN false;
	END IF;
	DELETE FROM chat_message WHERE chat = c.id;
	DELETE FROM chat_event WHERE chat = c.id;
	PERFORM chat_tell(c.id, 'bus.chat.deleted', '{}', NULL, p_at);
	RETURN true;
END $$;

CREATE FUNCTION chat_stop(p_account bigint, p_chat text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
	c chat;
BEGIN
	SELECT * INTO c FROM chat WHERE chat_id = p_chat AND account_id = p_account AND NOT deleted;
	IF c.id IS NULL THEN
		RETURN NULL;
	END IF;
	UPDATE chat_message SET stop_asked = true WHERE chat = c.id AND state = 'answering';
	RETURN chat_public(c);
END $$;

---------------------------------------------------------------- the call worker

-- Whose chat is it, and what was said: the newest messages that fit into so many
-- bytes, as a model reads them. Without words (`p_retry`) the last message of the
-- visitor is answered again. outcome: 'ok', 'unknown', 'no_chat', 'busy', 'nothing'
-- (to answer), 'again' with what was told the first time, 'mismatch'.
CREATE FUNCTION chat_context(p_session text, p_chat text, p_retry boolean, p_answer text,
	p_hash text, p_bytes int, p_at timestamptz,
	OUT outcome text, OUT seen int, OUT history json)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	who bigint;
	c chat;
	m chat_message;
	upto int;
BEGIN
	SELECT account_id INTO who FROM session
	WHERE token_hash = decode(p_session, 'hex') AND expires_at > p_at;
	SELECT * INTO c FROM chat WHERE chat_id = p_chat AND account_id = who AND NOT deleted;
	SELECT * INTO m FROM chat_message WHERE message_id = p_answer;
	seen := c.last_message_id;
	SELECT max(seq) INTO upto FROM chat_message WHERE chat = c.id AND author = 'visitor';
	outcome := CASE WHEN who IS NULL THEN 'unknown' WHEN c.id IS NULL THEN 'no_chat'
		WHEN m.chat IS NOT NULL THEN CASE WHEN m.chat = c.id AND m.request_hash = p_hash
			THEN 'again' ELSE 'mismatch' END
		WHEN EXISTS (SELECT FROM chat_message WHERE chat = c.id AND state = 'answering') THEN 'busy'
		WHEN p_retry AND upto IS NULL THEN 'nothing' ELSE 'ok' END;
	IF outcome = 'again' THEN
		history := chat_posted(c, m.seq);
	ELSIF outcome = 'ok' THEN
		SELECT coalesce(json_agg(json_build_object('role', CASE h.author WHEN 'visitor' THEN 'user'
			ELSE 'assistant' END, 'content', h.text) ORDER BY h.seq), '[]'::json) INTO history
		FROM (SELECT q.seq, q.author, q.text,
				sum(octet_length(q.text) + 100) OVER (ORDER BY q.seq DESC) AS bytes
			FROM chat_message q WHERE q.chat = c.id AND NOT q.replaced AND q.text <> ''
				AND q.seq > c.last_message_id - 400
				AND (NOT p_retry OR q.seq <= upto)) h
		WHERE h.bytes <= p_bytes OR h.seq = CASE WHEN p_retry THEN upto END;
	END IF;
END $$;

-- The message and its answer, with what the answer may cost reserved by the one
-- function that reserves: both or neither. Further outcomes: 'changed', 'sign_in'
-- (a visitor to whom the installation gives nothing), and those of usage_reserve().
CREATE FUNCTION chat_post(p_session text, p_chat text, p_seen int, p_message text, p_text text,
	p_answer text, p_hash text, p_usage text, p_model text, p_backend text, p_feature text,
	p_price text, p_micro bigint, p_at timestamptz, p_until timestamptz,
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
		p_feature, p_price, p_micro, p_at, p_until, NULL);
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

-- Pieces of many answers at once. word: 'ok', 'stop' (somebody asked for it), or
-- 'gone': it has ended, or is no more, and nothing may be written of it.
CREATE FUNCTION chat_save_all(p json) RETURNS TABLE (n int, word text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	r record;
	m chat_message;
BEGIN
	FOR r IN SELECT s.*, q.chat FROM json_to_recordset(p) AS s(n int, message_id text, piece text,
			ended text, at timestamptz)
		LEFT JOIN chat_message q ON q.message_id = s.message_id ORDER BY q.chat LOOP
		PERFORM FROM chat WHERE id = r.chat FOR NO KEY UPDATE;
		m := NULL;
		SELECT * INTO m FROM chat_message q WHERE q.message_id = r.message_id;
		n := r.n;
		word := CASE WHEN m.state IS DISTINCT FROM 'answering' THEN 'gone'
			WHEN m.stop_asked THEN 'stop' ELSE 'ok' END;
		IF word <> 'gone' THEN
			PERFORM chat_piece(m, r.piece, r.at);
		END IF;
		IF word <> 'gone' AND r.ended IS NOT NULL THEN
			m.chars := m.chars + length(r.piece);
			PERFORM chat_end(m, r.ended, NULL, r.at);
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;

-- The ends of answers: what they have cost and what became of them, together.
CREATE FUNCTION chat_settle_all(p json) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	settled bigint;
	r record;
	m chat_message;
BEGIN
	PERFORM FROM chat WHERE id IN (SELECT q.chat FROM json_to_recordset(p) AS s(message_id text)
		JOIN chat_message q ON q.message_id = s.message_id) ORDER BY id FOR NO KEY UPDATE;
	settled := usage_settle_all(p);
	FOR r IN SELECT * FROM json_to_recordset(p) AS s(message_id text, piece text, ended text,
			error text, at timestamptz) LOOP
		m := NULL;
		SELECT * INTO m FROM chat_message q WHERE q.message_id = r.message_id AND q.state = 'answering';
		CONTINUE WHEN m.chat IS NULL;
		PERFORM chat_piece(m, r.piece, r.at);
		PERFORM chat_end(m, r.ended, r.error, r.at);
	END LOOP;
	RETURN settled;
END $$;

---------------------------------------------------------------- the reaper

-- Answers that nobody writes any more: the process that did is dead. What it has
-- stored stays; what it has used is not known, so it counts in full.
CREATE FUNCTION chat_expire(p_at timestamptz, p_batch int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	r record;
	m chat_message;
	done int := 0;
BEGIN
	FOR r IN SELECT q.chat, q.seq FROM chat_message q
		WHERE q.state = 'answering' AND q.beat_at < p_at - interval '15 s'
		ORDER BY q.beat_at LIMIT p_batch LOOP
		PERFORM FROM chat WHERE id = r.chat FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		m := NULL;
		SELECT * INTO m FROM chat_message q WHERE q.chat = r.chat AND q.seq = r.seq
			AND q.state = 'answering' AND q.beat_at < p_at - interval '15 s';
		CONTINUE WHEN m.chat IS NULL;
		PERFORM usage_settle(m.usage_id, 'estimated', u.reserved, 0, NULL,
			'the process that called has died', p_at)
		FROM usage_record u WHERE u.usage_id = m.usage_id;
		PERFORM chat_end(m, 'interrupted', 'unavailable', p_at);
		done := done + 1;
	END LOOP;
	RETURN done;
END $$;

-- Pieces of answers that stand as a whole, and what was deleted a day ago.
CREATE FUNCTION chat_forget(p_at timestamptz, p_batch int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	a int;
	b int;
BEGIN
	DELETE FROM chat_event WHERE (chat, seq) IN (
		SELECT e.chat, e.seq FROM chat_event e JOIN chat_message m
			ON m.chat = e.chat AND m.seq = e.piece_of AND m.state <> 'answering'
		WHERE e.piece_of IS NOT NULL AND e.at < p_at - interval '1 hour' ORDER BY e.at LIMIT p_batch);
	GET DIAGNOSTICS a = ROW_COUNT;
	DELETE FROM chat WHERE id IN (
		SELECT id FROM chat WHERE deleted AND updated_at < p_at - interval '1 day' LIMIT p_batch);
	GET DIAGNOSTICS b = ROW_COUNT;
	RETURN greatest(a, b);
END $$;

-- Who leaves takes along what was said.
CREATE FUNCTION chat_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	PERFORM chat_delete(OLD.account_id, chat_id, now()) FROM chat
	WHERE account_id = OLD.account_id AND NOT deleted;
	RETURN NULL;
END $$;
CREATE TRIGGER chat_leave AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION chat_leave();

---------------------------------------------------------------- rights

-- They go with a visitor who becomes a customer.
INSERT INTO account_row VALUES ('chat'), ('chat_message'), ('chat_event');

REVOKE ALL ON FUNCTION chat_leave, chat_message_public, chat_public, chat_posted, chat_tell, chat_piece, chat_end,
	chat_rename, chat_delete, chat_stop, chat_context, chat_post, chat_save_all, chat_settle_all,
	chat_expire, chat_forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat_message_public, chat_public, chat_tell, chat_rename, chat_delete,
	chat_stop TO bus_fast;
GRANT EXECUTE ON FUNCTION chat_context, chat_post, chat_save_all, chat_settle_all TO bus_call;
GRANT EXECUTE ON FUNCTION chat_expire, chat_forget TO bus_reaper;
DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['chat', 'chat_message', 'chat_event'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %I TO bus_fast, bus_stream
			USING (account_id = bus_account()) WITH CHECK (account_id = bus_account())', t);
		EXECUTE format('CREATE POLICY machinery ON %I FOR SELECT TO bus_operator USING (true)', t);
	END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (title, last_event_id, deleted, updated_at) ON chat TO bus_fast;
GRANT SELECT, DELETE, UPDATE (stop_asked) ON chat_message TO bus_fast;
GRANT SELECT, INSERT, DELETE ON chat_event TO bus_fast;
GRANT SELECT (id, chat_id, account_id, last_event_id, deleted) ON chat TO bus_stream;
GRANT SELECT ON chat_event TO bus_stream;
-- Operators see that there was a conversation and how it went, and no word of it.
GRANT SELECT (id, chat_id, account_id, last_message_id, last_event_id, deleted, created_at, updated_at)
	ON chat TO bus_operator;
GRANT SELECT (chat, seq, message_id, account_id, author, state, chars, replaced, model, usage_id, error,
	stop_asked, beat_at, at, ended_at) ON chat_message TO bus_operator;

-- verify

SELECT bool_and(relrowsecurity) FROM pg_class
	WHERE oid IN ('bus.chat'::regclass, 'bus.chat_message'::regclass, 'bus.chat_event'::regclass);
SELECT NOT has_table_privilege('bus_operator', 'bus.chat_event', 'SELECT');

-- rollback

DELETE FROM bus.account_row WHERE name IN ('chat', 'chat_message', 'chat_event');
DROP TRIGGER chat_leave ON bus.customer;
DROP FUNCTION bus.chat_leave, bus.chat_forget, bus.chat_expire, bus.chat_settle_all, bus.chat_save_all, bus.chat_post,
	bus.chat_context, bus.chat_stop, bus.chat_delete, bus.chat_rename, bus.chat_end, bus.chat_piece,
	bus.chat_tell, bus.chat_posted, bus.chat_public, bus.chat_message_public;
DROP TABLE bus.chat_event, bus.chat_message, bus.chat;
DROP FUNCTION bus.chat_message_guard;
