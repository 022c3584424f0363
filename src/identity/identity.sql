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
