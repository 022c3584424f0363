-- name: decide_sql_insert
INSERT INTO receipt (receipt_id, run, account_id, doc, at)
VALUES ($1, $2::bigint, $3::bigint, $4::json, $5::timestamptz);

-- name: decide_sql_find
SELECT doc::text FROM receipt WHERE receipt_id = $1 AND account_id = $2::bigint;
