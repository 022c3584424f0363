-- The operators' second factor is one for all hosts: a password that was shown on
-- one of them is used on each, and so is what was shown.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

CREATE TABLE operator_second (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	last_step bigint NOT NULL DEFAULT -1, -- each time step is good once
	tries int NOT NULL DEFAULT 0,
	tries_from timestamptz NOT NULL DEFAULT '-infinity',
	shown_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO operator_second DEFAULT VALUES;

-- One try, counted before it is known whether it was right: five in ten minutes,
-- on all hosts together. Only who has the operators' token comes so far.
CREATE FUNCTION operator_second_try(p_at timestamptz, OUT last_step bigint, OUT tries int,
	OUT again timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	UPDATE operator_second s SET
		tries = CASE WHEN s.tries_from <= p_at - interval '10 minutes' THEN 1 ELSE least(s.tries + 1, 6) END,
		tries_from = CASE WHEN s.tries_from <= p_at - interval '10 minutes' THEN p_at ELSE s.tries_from END
	RETURNING s.last_step, s.tries, s.tries_from + interval '10 minutes';
END;

-- It was right. Of two who bring the same step one is first.
CREATE FUNCTION operator_second_use(p_step bigint, p_until timestamptz) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH used AS (UPDATE operator_second SET last_step = p_step, tries = 0, shown_until = p_until
		WHERE last_step < p_step RETURNING 1)
	SELECT EXISTS (SELECT FROM used);
END;

REVOKE ALL ON FUNCTION operator_second_try, operator_second_use FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_second_try, operator_second_use TO bus_operator;
GRANT SELECT (shown_until) ON operator_second TO bus_operator;

-- verify

SELECT count(*) = 1 FROM bus.operator_second;
SELECT has_function_privilege('bus_operator', 'bus.operator_second_use(bigint,timestamptz)', 'EXECUTE');
SELECT NOT has_table_privilege('bus_operator', 'bus.operator_second', 'UPDATE');
SELECT NOT has_function_privilege('bus_slow', 'bus.operator_second_use(bigint,timestamptz)', 'EXECUTE');

-- rollback

DROP FUNCTION bus.operator_second_use, bus.operator_second_try;
DROP TABLE bus.operator_second;
