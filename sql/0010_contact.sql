-- A run whose customer has yet to confirm an address says so: what can be done
-- next is to give one, not to pay.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE run ADD needs_contact boolean NOT NULL DEFAULT false;
GRANT UPDATE (needs_contact) ON run TO bus_fast, bus_slow;

-- Asked for where the configuration asks; given as soon as the run is a customer's
-- whose address is confirmed.
CREATE FUNCTION run_contact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
BEGIN
	NEW.needs_contact := NOT EXISTS (SELECT FROM customer
		WHERE account_id = NEW.account_id AND email_verified);
	RETURN NEW;
END $$;
CREATE TRIGGER run_contact BEFORE UPDATE ON run FOR EACH ROW
	WHEN (NEW.needs_contact) EXECUTE FUNCTION run_contact();

CREATE OR REPLACE FUNCTION next_action(r run) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN r.phase = 'drafting' THEN 'answer'
		WHEN r.phase = 'quoted' AND r.scope_approved_at IS NULL THEN 'approve_scope'
		WHEN r.phase = 'quoted' AND r.payment = 'none' AND r.needs_contact THEN 'give_contact'
		WHEN r.phase = 'quoted' AND r.payment = 'none' THEN 'pay'
		WHEN r.phase IN ('artifact_ready', 'delivered') THEN 'open_result'
		WHEN r.phase IN ('failed', 'cancelled') THEN 'none'
		ELSE 'wait' END;

-- verify

SELECT has_column_privilege('bus_slow', 'bus.run', 'needs_contact', 'UPDATE');
SELECT count(*) = 1 FROM pg_trigger WHERE tgname = 'run_contact';

-- rollback

CREATE OR REPLACE FUNCTION bus.next_action(r bus.run) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN r.phase = 'drafting' THEN 'answer'
		WHEN r.phase = 'quoted' AND r.scope_approved_at IS NULL THEN 'approve_scope'
		WHEN r.phase = 'quoted' AND r.payment = 'none' THEN 'pay'
		WHEN r.phase IN ('artifact_ready', 'delivered') THEN 'open_result'
		WHEN r.phase IN ('failed', 'cancelled') THEN 'none'
		ELSE 'wait' END;
DROP TRIGGER run_contact ON bus.run;
DROP FUNCTION bus.run_contact;
ALTER TABLE bus.run DROP COLUMN needs_contact;
