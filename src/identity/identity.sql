-- name: identity_sql_lookup
SELECT account_id FROM session
WHERE token_hash = decode($1, 'hex') AND expires_at > now();

-- name: identity_sql_new
SELECT visitor_new(decode($1, 'hex'), $2::timestamptz, $3::timestamptz);

-- name: identity_sql_expire
DELETE FROM session WHERE token_hash IN (
	SELECT token_hash FROM session WHERE expires_at < $1::timestamptz LIMIT $2::int);

-- name: identity_sql_caller
SELECT account_of($1, $2);

-- name: identity_sql_auth
SELECT auth_account($1, $2, $3);

-- name: identity_sql_code
SELECT nullif(outcome, 'ok'), (extract(epoch FROM again) * 1000000)::bigint
FROM code_new($1, $2, $3, $4, $5::boolean, $6, $7, $8, $9::timestamptz, $10::timestamptz, $11::int,
	$12::int, $13::int, $14::int);

-- name: identity_sql_try
SELECT code_id, hash, tries_left FROM code_try($1, $2, $3::timestamptz);

-- name: identity_sql_enter
SELECT outcome, account, identity, status, moved FROM customer_enter($1, $2, $3, $4::bigint, $5, $6, $7,
	$8, $9::timestamptz, $10::timestamptz, $11::boolean);

-- name: identity_sql_register
SELECT customer_register($1, $2, $3::timestamptz);

-- name: identity_sql_self
SELECT c.identity_id, c.email, c.status, c.email_verified, s.session_id,
	(extract(epoch FROM s.expires_at) * 1000000)::bigint
FROM customer c JOIN session_public s ON s.account_id = c.account_id
WHERE c.account_id = bus_account() AND (s.token_hash = decode($1, 'hex') OR s.session_id = $2);

-- name: identity_sql_end
SELECT session_end($1, $2);

-- name: identity_sql_close
SELECT customer_close($1, $2::timestamptz);

-- name: identity_sql_decide
SELECT known, identity FROM customer_decide($1, $2, $3, $4, $5::timestamptz);

-- name: identity_sql_key_count
SELECT count(*) FROM api_key WHERE account_id = bus_account() AND revoked_at IS NULL
	AND expires_at > $1::timestamptz;

-- name: identity_sql_key_add
INSERT INTO api_key (key_id, account_id, name, scope, hash, created_at, expires_at)
VALUES ($1, bus_account(), $2, $3, decode($4, 'hex'), $5::timestamptz, $6::timestamptz);

-- name: identity_sql_key_revoke
UPDATE api_key SET revoked_at = coalesce(revoked_at, $2::timestamptz)
WHERE key_id = $1 AND account_id = bus_account();

-- name: identity_sql_export
SELECT place, doc FROM account_export($1, $2::bigint);

-- name: identity_sql_totp_begin
SELECT totp_begin($1, $2::timestamptz);

-- name: identity_sql_totp_try
SELECT sealed, last_step, confirmed, tries, (extract(epoch FROM again) * 1000000)::bigint
FROM totp_try($1::timestamptz) WHERE sealed IS NOT NULL;

-- name: identity_sql_totp_recover
SELECT totp_recover($1, $2::timestamptz);

-- name: identity_sql_totp_shown
SELECT totp_shown($1::bigint, $2, $3, $4::timestamptz, $5::timestamptz, $6::text[]);

-- name: identity_sql_totp_end
SELECT totp_end();

-- name: identity_sql_second
SELECT has, shown FROM second_factor($1::bigint, $2, $3::timestamptz);

-- name: identity_sql_fresh
SELECT session_fresh($1, $2, $3::timestamptz, $4::timestamptz);

-- name: identity_sql_owns
SELECT true FROM run_public WHERE run_id = $1 AND account_id = bus_account();

-- name: identity_sql_own_address
SELECT EXISTS (SELECT FROM customer WHERE account_id = bus_account() AND email = $1 AND email_verified);

-- name: identity_sql_address
SELECT email FROM customer WHERE account_id = $1::bigint AND email_verified;

-- name: identity_sql_barred
SELECT account_barred($1::bigint);

-- name: identity_sql_switch
SELECT account_switch($1, $2::boolean, $3, $4, $5::timestamptz);

-- name: identity_sql_audit
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(p)), '[]'::json)) FROM (
	SELECT public_time(u.at) AS at, u.what, coalesce(a.subject, 'visitor ' || a.id) AS account, u.by, u.reason
	FROM account_audit u JOIN account a ON a.id = u.account_id
	ORDER BY u.id DESC LIMIT coalesce($1::int, 100)) p;

-- name: identity_sql_mail
INSERT INTO mail (mail_id, kind, sealed, due_at, expires_at, created_at)
VALUES ($1, 'notice', decode($2, 'hex'), $3::timestamptz, $3::timestamptz + interval '3 days', $3::timestamptz);

-- name: identity_sql_contact
SELECT EXISTS (SELECT FROM customer WHERE account_id = $1::bigint AND email_verified);

-- ---- reads that are rows: the caller is found first (see run.sql)

-- name: identity_sql_read_status
SELECT who.id, (SELECT json_build_object('identity_id', c.identity_id, 'status', c.status,
		'email_verified', c.email_verified, 'second_factor',
		EXISTS (SELECT FROM totp t WHERE t.account_id = who.id AND t.confirmed_at IS NOT NULL))
	FROM customer c WHERE c.account_id = who.id)
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM auth_account($1, $2, $3) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: identity_sql_read_me
SELECT who.id, (SELECT json_build_object('identity_id', c.identity_id, 'audience', 'ai.hg.fi/auth',
		'scope', '', 'email', c.email)
	FROM customer c WHERE c.account_id = who.id)
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM auth_account($1, $2, $3) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: identity_sql_read_sessions
SELECT who.id, (SELECT json_build_object('items', coalesce(json_agg(json_build_object(
		'session_id', s.session_id, 'agent', s.agent, 'created_at', public_time(s.created_at),
		'expires_at', public_time(s.expires_at),
		'current', coalesce(s.token_hash = decode($1, 'hex'), s.session_id = $3, false))
		ORDER BY s.created_at DESC), '[]'::json), 'next_cursor', NULL)
	FROM session_public s WHERE s.account_id = who.id)
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM auth_account($1, $2, $3) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: identity_sql_read_keys
SELECT who.id, (SELECT json_build_object('items', coalesce(json_agg(json_build_object(
		'key_id', k.key_id, 'name', k.name, 'scope', k.scope, 'created_at', public_time(k.created_at),
		'expires_at', public_time(k.expires_at), 'revoked_at', public_time(k.revoked_at))
		ORDER BY k.created_at DESC), '[]'::json), 'next_cursor', NULL)
	FROM (SELECT * FROM (SELECT key_id, account_id, name, scope, created_at, expires_at, revoked_at
		FROM api_key) v WHERE v.account_id = who.id ORDER BY v.created_at DESC LIMIT 200) k)
FROM (SELECT a.id, set_config('bus.account', a.id::text, true)
	FROM auth_account($1, $2, $3) AS a(id) WHERE a.id IS NOT NULL OFFSET 0) who;

-- name: identity_sql_waitlist
SELECT true, json_build_object('items', coalesce(json_agg(row_to_json(p)), '[]'::json),
	'next_cursor', NULL) FROM (
	SELECT c.email, c.email_verified, c.status, c.identity_id, public_time(c.registered_at) AS registered_at,
		public_time(c.verified_at) AS verified_at, public_time(c.decided_at) AS decided_at, c.decided_by
	FROM customer c WHERE $1::text IS NULL OR c.status = $1
	ORDER BY c.registered_at LIMIT coalesce($2::int, 100)) p;

-- ---- passes

-- name: identity_sql_mail_claim
UPDATE mail SET attempts = attempts + 1,
	due_at = $1::timestamptz + make_interval(secs => 15 * 4 ^ attempts)
WHERE id = (SELECT id FROM mail WHERE sealed IS NOT NULL AND due_at <= $1::timestamptz
		AND expires_at > $1::timestamptz
	ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, attempts, mail_id, encode(sealed, 'hex'), (extract(epoch FROM created_at) * 1000000)::bigint;

-- The number of the attempt is its fence: somebody else may have taken it since.
-- name: identity_sql_mail_done
UPDATE mail SET reason = coalesce($3, ''), sealed = CASE WHEN $3::text IS NULL OR $4::boolean THEN NULL ELSE sealed END,
	sent_at = CASE WHEN $3::text IS NULL THEN $5::timestamptz END,
	failed_at = CASE WHEN $3::text IS NOT NULL AND $4::boolean THEN $5::timestamptz END
WHERE id = $1::bigint AND attempts = $2::int AND sealed IS NOT NULL;

-- name: identity_sql_mail_late
UPDATE mail SET sealed = NULL, failed_at = $1::timestamptz, reason = 'too late'
WHERE id IN (SELECT id FROM mail WHERE sealed IS NOT NULL AND expires_at <= $1::timestamptz LIMIT $2::int);

-- name: identity_sql_mail_forget
DELETE FROM mail WHERE id IN (
	SELECT id FROM mail WHERE created_at < $1::timestamptz - interval '30 days' AND sealed IS NULL LIMIT $2::int);

-- name: identity_sql_forget
SELECT customer_forget($1::timestamptz, $2::int);

-- name: identity_sql_code_forget
DELETE FROM code WHERE code_id IN (
	SELECT code_id FROM code WHERE created_at < $1::timestamptz - interval '25 hours' LIMIT $2::int);
