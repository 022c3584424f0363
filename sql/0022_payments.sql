-- A payment page that is of no use to its run any more is closed at the provider:
-- two pages of one run could both be paid.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

ALTER TABLE checkout ADD closing boolean NOT NULL DEFAULT false;
GRANT UPDATE (closing) ON checkout TO bus_slow;
DROP INDEX checkout_intent;
CREATE INDEX checkout_intent ON checkout (due_at) WHERE state = 'intent' OR closing;
CREATE INDEX checkout_refund ON checkout (due_at) WHERE refund = 'due';

-- verify

SELECT count(*) = 2 FROM pg_indexes WHERE schemaname = 'bus' AND indexname IN ('checkout_intent', 'checkout_refund');

-- rollback

DROP INDEX bus.checkout_refund, bus.checkout_intent;
CREATE INDEX checkout_intent ON bus.checkout (due_at) WHERE state = 'intent' OR refund = 'due';
ALTER TABLE bus.checkout DROP COLUMN closing;
