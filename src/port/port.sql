-- What a connection says for itself.

-- name: port_sql_timeout
SELECT setting FROM pg_settings WHERE name = 'statement_timeout';

-- Behind a statement that nobody waits for (pg_send.c): its transaction does not wait
-- for the disk, and one that does and has something to write.
-- name: port_sql_later
SELECT set_config('synchronous_commit', 'off', true);

-- name: port_sql_disk
SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'bus', '');
