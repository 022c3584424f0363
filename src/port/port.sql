-- What a connection asks once, for itself.

-- name: port_sql_timeout
SELECT setting FROM pg_settings WHERE name = 'statement_timeout'
