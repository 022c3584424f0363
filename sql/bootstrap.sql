-- Before the migrations: the login roles, one for each program and pool, and
-- the list of what was migrated. Run by `bus db migrate` as the administrator;
-- may be run again at any time. bus_owner owns everything and never logs in.
DO $$
DECLARE r text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bus_owner') THEN
		CREATE ROLE bus_owner NOLOGIN;
	END IF;
	FOREACH r IN ARRAY ARRAY['bus_fast', 'bus_slow', 'bus_stream', 'bus_call', 'bus_hook', 'bus_operator', 'bus_reaper'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) THEN
			EXECUTE format('CREATE ROLE %I LOGIN', r);
		END IF;
		EXECUTE format('ALTER ROLE %I SET search_path = bus, pg_temp', r);
		EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', r);
		EXECUTE format('ALTER ROLE %I SET timezone = ''UTC''', r);
	END LOOP;
END $$;
-- A short handler that waits is a short handler that blocks its loop.
ALTER ROLE bus_fast SET statement_timeout = '1s';
ALTER ROLE bus_fast SET lock_timeout = '250ms';
ALTER ROLE bus_slow SET statement_timeout = '15s';
ALTER ROLE bus_slow SET lock_timeout = '2s';
ALTER ROLE bus_stream SET statement_timeout = '2s';
ALTER ROLE bus_stream SET lock_timeout = '250ms';
ALTER ROLE bus_call SET statement_timeout = '2s';
ALTER ROLE bus_call SET lock_timeout = '1s';
-- A settlement that a crash of the database loses is made again, at the reserve;
-- usage_reserve() waits for the disk by itself.
ALTER ROLE bus_call SET synchronous_commit = off;
ALTER ROLE bus_hook SET statement_timeout = '5s';
ALTER ROLE bus_hook SET lock_timeout = '2s';
ALTER ROLE bus_hook SET jit = off;
ALTER ROLE bus_operator SET statement_timeout = '30s';
ALTER ROLE bus_operator SET lock_timeout = '2s';
ALTER ROLE bus_reaper SET statement_timeout = '30s';
ALTER ROLE bus_reaper SET lock_timeout = '2s';
-- Reads by key gain nothing from the just-in-time compiler or parallel plans.
ALTER ROLE bus_fast SET jit = off;
ALTER ROLE bus_stream SET jit = off;
ALTER ROLE bus_call SET jit = off;
ALTER ROLE bus_fast SET plan_cache_mode = 'force_generic_plan';
ALTER ROLE bus_stream SET plan_cache_mode = 'force_generic_plan';
ALTER ROLE bus_call SET plan_cache_mode = 'force_generic_plan';
ALTER ROLE bus_reaper SET jit = off;

CREATE SCHEMA IF NOT EXISTS bus AUTHORIZATION bus_owner;
GRANT USAGE ON SCHEMA bus TO bus_fast, bus_slow, bus_stream, bus_call, bus_hook, bus_operator, bus_reaper;
CREATE TABLE IF NOT EXISTS bus.schema_migration (
	version int PRIMARY KEY,
	name text NOT NULL,
	checksum text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now(),
	took_ms int NOT NULL DEFAULT 0
);
ALTER TABLE bus.schema_migration OWNER TO bus_owner;
GRANT SELECT ON bus.schema_migration TO bus_fast, bus_slow, bus_stream, bus_call, bus_hook, bus_operator, bus_reaper;
