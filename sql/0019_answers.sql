-- What the call worker says of conversations, so that it need not wait for any of it:
-- many messages at once, and pieces of answers that tell where they begin. One whose
-- storing was not heard of, because its connection broke, is sent again, alone or with
-- more behind it; what of it is there already changes nothing.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- What is replaced here stays under another name, for the way back.
ALTER FUNCTION chat_save_all RENAME TO chat_save_all_5;
ALTER FUNCTION chat_settle_all RENAME TO chat_settle_all_5;
REVOKE ALL ON FUNCTION chat_save_all_5, chat_settle_all_5 FROM bus_call;

-- Many messages with their answers and reservations, answered in their order. Their
-- chats are locked before any budget is.
CREATE FUNCTION chat_post_all(p json)
RETURNS TABLE (outcome text, account bigint, scope text, period text, remaining bigint,
	resets timestamptz, doc json)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	q record;
BEGIN
	PERFORM FROM chat WHERE chat_id IN (SELECT s.chat FROM json_to_recordset(p) AS s(chat text))
	ORDER BY id FOR NO KEY UPDATE;
	FOR q IN SELECT * FROM ROWS FROM (json_to_recordset(p) AS (session text, chat text, seen int,
			message text, text text, answer text, request text, usage_id text, model text,
			backend text, feature text, price text, micro bigint, at timestamptz,
			until timestamptz, asked json)) WITH ORDINALITY ORDER BY ordinality LOOP
		RETURN QUERY SELECT * FROM chat_post(q.session, q.chat, q.seen, q.message, q.text, q.answer,
			q.request, q.usage_id, q.model, q.backend, q.feature, q.price, q.micro, q.at,
			q.until, q.asked);
	END LOOP;
END $$;

-- What of a piece that begins behind p_from characters is new to a text that has
-- p_chars of them; NULL: there is a hole between them. A piece from a program that
-- does not tell yet follows what is there.
CREATE FUNCTION chat_rest(p_piece text, p_from int, p_chars int) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN p_from IS NULL THEN p_piece
		WHEN p_from <= p_chars THEN substr(p_piece, p_chars - p_from + 1) END;

-- As in 0005. 'gone' is also what is left of an answer of which something is missing.
CREATE FUNCTION chat_save_all(p json) RETURNS TABLE (n int, word text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = bus, pg_temp AS $$
DECLARE
	r record;
	m chat_message;
	rest text;
BEGIN
	FOR r IN SELECT s.*, q.chat FROM json_to_recordset(p) AS s(n int, message_id text, "from" int,
			piece text, ended text, at timestamptz)
		LEFT JOIN chat_message q ON q.message_id = s.message_id ORDER BY q.chat LOOP
		PERFORM FROM chat WHERE id = r.chat FOR NO KEY UPDATE;
		m := NULL;
		SELECT * INTO m FROM chat_message q WHERE q.message_id = r.message_id;
		rest := chat_rest(r.piece, r."from", m.chars);
		n := r.n;
		word := CASE WHEN m.state IS DISTINCT FROM 'answering' OR rest IS NULL THEN 'gone'
			WHEN m.stop_asked THEN 'stop' ELSE 'ok' END;
		IF word <> 'gone' THEN
			PERFORM chat_piece(m, rest, r.at);
		END IF;
		IF word <> 'gone' AND r.ended IS NOT NULL THEN
			PERFORM chat_end(m, r.ended, NULL, r.at);
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;

-- As in 0005, and: what is settled is the call that writes the answer. One that was
-- sent twice has but one name for its answer, and may have two for its calls.
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
	FOR r IN SELECT * FROM json_to_recordset(p) AS s(usage_id text, message_id text, "from" int,
			piece text, ended text, error text, at timestamptz) LOOP
		m := NULL;
		SELECT * INTO m FROM chat_message q WHERE q.message_id = r.message_id
			AND q.usage_id = r.usage_id AND q.state = 'answering';
		CONTINUE WHEN m.chat IS NULL;
		PERFORM chat_piece(m, coalesce(chat_rest(r.piece, r."from", m.chars), ''), r.at);
		PERFORM chat_end(m, r.ended, r.error, r.at);
	END LOOP;
	RETURN settled;
END $$;

REVOKE ALL ON FUNCTION chat_post_all, chat_rest, chat_save_all, chat_settle_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat_post_all, chat_save_all, chat_settle_all TO bus_call;

-- verify

SELECT has_function_privilege('bus_call', 'bus.chat_post_all(json)', 'EXECUTE');
SELECT NOT has_function_privilege('bus_fast', 'bus.chat_post_all(json)', 'EXECUTE');
SELECT bus.chat_rest('abc', 2, 4) = 'c' AND bus.chat_rest('abc', 2, 9) = '' AND bus.chat_rest('abc', 3, 2) IS NULL;

-- rollback

DROP FUNCTION bus.chat_post_all, bus.chat_save_all, bus.chat_settle_all, bus.chat_rest;
ALTER FUNCTION bus.chat_save_all_5 RENAME TO chat_save_all;
ALTER FUNCTION bus.chat_settle_all_5 RENAME TO chat_settle_all;
GRANT EXECUTE ON FUNCTION bus.chat_save_all, bus.chat_settle_all TO bus_call;
