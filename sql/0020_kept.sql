-- What the payment provider has sent is kept without anything about who pays: ids,
-- amounts, states and times. Events that came before this are made so by a pass.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE stripe_event ADD redacted boolean NOT NULL DEFAULT false;
CREATE INDEX stripe_event_raw ON stripe_event (id) WHERE NOT redacted;
GRANT INSERT (redacted) ON stripe_event TO bus_hook;

-- verify

SELECT has_column_privilege('bus_hook', 'bus.stripe_event', 'redacted', 'INSERT');
SELECT NOT has_table_privilege('bus_hook', 'bus.stripe_event', 'SELECT, UPDATE, DELETE');

-- rollback

DROP INDEX bus.stripe_event_raw;
ALTER TABLE bus.stripe_event DROP COLUMN redacted;
