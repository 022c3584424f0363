-- Conversations that are kept: rows of customers, and the doors of the call worker.

-- name: chat_sql_create
INSERT INTO chat (chat_id, account_id, title, created_at, updated_at)
VALUES ($1, $2::bigint, coalesce($3, ''), $4::timestamptz, $4::timestamptz)
RETURNING chat_public(chat);

-- name: chat_sql_rename
SELECT chat_rename($1::bigint, $2, $3, $4::timestamptz);

-- name: chat_sql_delete
SELECT chat_delete($1::bigint, $2, $3::timestamptz);

-- name: chat_sql_stop
SELECT chat_stop($1::bigint, $2);

-- name: chat_sql_read_list
SELECT who.account_id, (
	WITH page AS (
		SELECT c.id, c.chat_id, chat_public(c) AS doc FROM chat c
		WHERE c.account_id = who.account_id AND NOT c.deleted AND ($3::text IS NULL OR c.id < (
			SELECT l.id FROM chat l WHERE l.chat_id = $3 AND l.account_id = who.account_id))
		ORDER BY c.id DESC LIMIT coalesce($2::int, 20) + 1
	), kept AS (SELECT * FROM page ORDER BY id DESC LIMIT coalesce($2::int, 20))
	SELECT row_to_json(p) FROM (SELECT coalesce(
			(SELECT json_agg(doc ORDER BY id DESC) FROM kept), '[]'::json) AS items,
		CASE WHEN (SELECT count(*) FROM page) > coalesce($2::int, 20)
			THEN (SELECT chat_id FROM kept ORDER BY id LIMIT 1) END AS next_cursor) p)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM session
	WHERE token_hash = decode($1, 'hex') AND expires_at > now()
) who;

-- name: chat_sql_read_one
SELECT who.account_id, (SELECT (
	WITH page AS (
		SELECT m.seq, chat_message_public(m, true) AS doc FROM chat_message m
		WHERE m.chat = c.id AND m.seq > coalesce($4::int, 0) AND NOT m.replaced
		ORDER BY m.seq LIMIT coalesce($3::int, 100) + 1
	), kept AS (SELECT * FROM page ORDER BY seq LIMIT coalesce($3::int, 100))
	SELECT json_build_object('chat', chat_public(c),
		'items', coalesce((SELECT json_agg(doc ORDER BY seq) FROM kept), '[]'::json),
		'next_cursor', CASE WHEN (SELECT count(*) FROM page) > coalesce($3::int, 100)
			THEN (SELECT max(seq)::text FROM kept) END))
	FROM chat c WHERE c.chat_id = $2 AND c.account_id = who.account_id AND NOT c.deleted)
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM session
	WHERE token_hash = decode($1, 'hex') AND expires_at > now()
) who;

-- name: chat_sql_open
SELECT who.account_id, c.chat_id, c.id, c.last_event_id, false, e.seq, e.type, e.doc
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM session
	WHERE token_hash = decode($1, 'hex') AND expires_at > now()
) who
LEFT JOIN LATERAL (
	SELECT chat.chat_id, chat.id, chat.last_event_id FROM chat
	WHERE chat.chat_id = $2 AND chat.account_id = who.account_id AND NOT chat.deleted OFFSET 0) c ON true
LEFT JOIN LATERAL (
	SELECT seq, type, doc FROM chat_event
	WHERE chat = c.id AND seq > $3::int AND $5::timestamptz IS NOT NULL
	ORDER BY seq LIMIT $4::int) e ON true
ORDER BY e.seq;

-- A row without a number says that the conversation is not the account's any more.
-- name: chat_sql_more
SELECT e.seq, e.type, e.doc, e.final
FROM (SELECT set_config('bus.account', $1, true)::bigint AS account_id OFFSET 0) who
CROSS JOIN LATERAL (
	(SELECT seq, type, doc, final FROM chat_event
	WHERE chat = $2::bigint AND account_id = who.account_id AND seq > $3::int
	ORDER BY seq LIMIT $4::int)
	UNION ALL SELECT NULL, NULL, NULL, true
	WHERE NOT EXISTS (SELECT FROM chat WHERE id = $2::bigint AND account_id = who.account_id)) e
ORDER BY e.seq;

-- name: chat_sql_context_all
SELECT c.outcome, c.seen, c.history
FROM ROWS FROM (json_to_recordset($1::json) AS (session text, chat text, again boolean, answer text,
	hash text, bytes int, at timestamptz)) WITH ORDINALITY AS q
CROSS JOIN LATERAL chat_context(q.session, q.chat, q.again, q.answer, q.hash, q.bytes, q.at) c
ORDER BY q.ordinality;

-- name: chat_sql_post_all
SELECT outcome, account, scope, period, CASE WHEN remaining < 0 THEN 0 ELSE remaining END, (extract(epoch FROM resets) * 1000000)::bigint, doc
FROM chat_post_all($1::json);

-- name: chat_sql_save_all
SELECT n, word FROM chat_save_all($1::json);

-- name: chat_sql_settle_all
SELECT chat_settle_all($1::json);

-- name: chat_sql_expire
SELECT chat_expire($1::timestamptz, $2::int);

-- name: chat_sql_forget
SELECT chat_forget($1::timestamptz, $2::int);

-- name: chat_sql_found
SELECT backend_found($1::json, $2::timestamptz);

-- Of the routes in $3 those that were probed: [n, reason, is it up, has it the model].
-- name: chat_sql_models
SELECT who.id, (SELECT coalesce(json_agg(json_build_array(b.n, b.reason, b.up, b.offered)), '[]'::json)
	FROM backend_routes($3::json, now()) b)
FROM account_of($1, $2) AS who(id);

-- name: chat_sql_models_public
SELECT true, (SELECT coalesce(json_agg(json_build_array(b.n, b.reason, b.up, b.offered)), '[]'::json)
	FROM backend_routes($1::json, now()) b);

-- name: chat_sql_backends
SELECT true, json_build_object('items', coalesce(json_agg(json_build_object('backend', backend, 'up', up,
	'reason', reason, 'models', models, 'since', public_time(since),
	'checked_at', public_time(checked_at), 'detail', detail) ORDER BY backend), '[]'::json)) FROM backend_health;

-- name: chat_sql_discovered
SELECT true, json_build_object('items', coalesce(json_agg(json_build_object('backend', m.backend,
	'model', m.model, 'sold_as', (SELECT string_agg(r.sold_as, ' ') FROM json_to_recordset($1::json)
		AS r(backend text, model text, sold_as text)
		WHERE r.backend = m.backend AND m.model IN (r.model, r.model || ':latest')),
	'first_seen', public_time(m.first_seen)) ORDER BY m.backend, m.model), '[]'::json)) FROM backend_model m;

-- name: chat_sql_down
SELECT backend, reason, (extract(epoch FROM checked_at) * 1000000)::bigint FROM backend_down();
