-- The sentence that was last told is the run's status; NULL leaves it alone.
-- name: event_sql_append
WITH r AS (
	UPDATE run SET last_event_id = last_event_id + 1, updated_at = $5::timestamptz,
		status_message = coalesce($6, status_message)
	WHERE id = $1::bigint
	RETURNING id, run_id, account_id, last_event_id
), e AS (
	INSERT INTO event (run, seq, account_id, type, doc, final, at)
	SELECT id, last_event_id, account_id, $2,
		'{"id":' || last_event_id || ',"run_id":"' || run_id || '",' || $3, $4::boolean,
		$5::timestamptz
	FROM r RETURNING run, seq
)
SELECT seq, pg_notify('bus_run', run::text) FROM e;

-- Who follows, what, and the first events after the one they have. What is
-- read depends on "who" in each step, so that the row-level key is set before.
-- name: event_sql_open
SELECT who.account_id, r.run_id, r.id, r.last_event_id, r.terminal, e.seq, e.type, e.doc
FROM (
	SELECT account_id, set_config('bus.account', account_id::text, true) FROM caller($1, $6)
) who
LEFT JOIN LATERAL (
	SELECT run.run_id, run.id, run.last_event_id, s.terminal
	FROM run JOIN run_state s ON s.phase = run.phase
	WHERE run.run_id = $2 AND run.account_id = who.account_id OFFSET 0) r ON true
LEFT JOIN LATERAL (
	SELECT seq, type, doc FROM event
	WHERE run = r.id AND seq > $3::int AND $5::timestamptz IS NOT NULL
	ORDER BY seq LIMIT $4::int) e ON true
ORDER BY e.seq;

-- A row without a number says that the run is not the account's any more.
-- name: event_sql_more
SELECT e.seq, e.type, e.doc, e.final
FROM (SELECT set_config('bus.account', $1, true)::bigint AS account_id OFFSET 0) who
CROSS JOIN LATERAL (
	(SELECT seq, type, doc, final FROM event
	WHERE run = $2::bigint AND account_id = who.account_id AND seq > $3::int
	ORDER BY seq LIMIT $4::int)
	UNION ALL SELECT NULL, NULL, NULL, true
	WHERE NOT EXISTS (SELECT FROM run WHERE id = $2::bigint AND account_id = who.account_id)) e
ORDER BY e.seq;
