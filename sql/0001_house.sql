-- The house: sessions, runs and their lifecycle, the conversation, events,
-- the work behind a run, what was verified and what may be delivered.
--
-- forward

SET LOCAL search_path = bus, pg_temp;

-- Who acts, set by each transaction (and by each read in its own statement):
-- the key of every row-level policy. NULL when nobody is.
CREATE FUNCTION bus_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
	RETURN nullif(current_setting('bus.account', true), '')::bigint;

---------------------------------------------------------------- identity

CREATE TABLE account (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (kind IN ('visitor')),
	created_at timestamptz NOT NULL
);

CREATE TABLE session (
	token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
	account_id bigint NOT NULL REFERENCES account ON DELETE CASCADE,
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

-- A new visitor and the session that is the only key to it.
CREATE FUNCTION visitor_new(hash bytea, at timestamptz, until timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = bus, pg_temp
BEGIN ATOMIC
	WITH a AS (INSERT INTO account (kind, created_at) VALUES ('visitor', at) RETURNING id),
	s AS (INSERT INTO session SELECT hash, a.id, at, until FROM a RETURNING account_id)
	SELECT set_config('bus.account', account_id::text, true)::bigint FROM s;
END;
REVOKE ALL ON FUNCTION visitor_new FROM PUBLIC;

CREATE TABLE idempotency (
	principal text NOT NULL,    -- account number, or '-' for nobody
	route text NOT NULL,
	key text NOT NULL CHECK (length(key) <= 255),
	body_hash bytea NOT NULL,
	status int,                 -- NULL while the first request is under way
	answer bytea,               -- sealed: it may hold a token
	created_at timestamptz NOT NULL,
	PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

---------------------------------------------------------------- lifecycle

CREATE TABLE run_state (
	phase text PRIMARY KEY,
	status text NOT NULL,
	terminal boolean NOT NULL
);
CREATE TABLE run_edge (
	from_phase text NOT NULL REFERENCES run_state,
	event text NOT NULL,
	to_phase text NOT NULL REFERENCES run_state,
	PRIMARY KEY (from_phase, event)
);

---------------------------------------------------------------- run

-- What a customer may know of a run, and nothing else.
CREATE TABLE run (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL REFERENCES account,
	kind text NOT NULL DEFAULT 'build' CHECK (kind IN ('build')),
	phase text NOT NULL DEFAULT 'drafting' REFERENCES run_state,
	artifact_wish text CHECK (artifact_wish IN ('web', 'binary', 'both')),
	artifact_type text CHECK (artifact_type IN ('web', 'binary', 'both')),
	scope json,
	scope_hash text,
	scope_approved_at timestamptz,
	payment text NOT NULL DEFAULT 'none'
		CHECK (payment IN ('none', 'pending', 'paid', 'approved', 'refunded')),
	question text,
	blocked json,
	decision json,
	status_message text NOT NULL DEFAULT '',
	artifacts int NOT NULL DEFAULT 0 CHECK (artifacts >= 0),
	last_event_id int NOT NULL DEFAULT 0 CHECK (last_event_id >= 0),
	last_message_id int NOT NULL DEFAULT 0 CHECK (last_message_id >= 0),
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	CHECK (phase IN ('drafting', 'cancelled', 'failed') OR scope IS NOT NULL),
	CHECK (phase IN ('drafting', 'quoted', 'cancelled', 'failed')
		OR (scope_approved_at IS NOT NULL AND payment IN ('paid', 'approved', 'refunded')))
);
CREATE INDEX run_account ON run (account_id, id DESC);
CREATE INDEX run_stale ON run (updated_at) WHERE phase IN ('drafting', 'quoted');

-- What only the machinery may know. The web roles write it blindly.
CREATE TABLE run_work (
	run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	spec json,
	platforms text[] NOT NULL DEFAULT '{}',
	repairs int NOT NULL DEFAULT 0,
	approved_by text,
	authorized_at timestamptz,
	deadline_at timestamptz,
	ended_at timestamptz,
	phase text NOT NULL DEFAULT 'drafting', -- kept by a trigger, for the queue below
	due_at timestamptz NOT NULL,
	holder text,
	epoch bigint NOT NULL DEFAULT 0,
	lease_until timestamptz,
	attempts int NOT NULL DEFAULT 0
);
-- The queue: only what waits for the reaper is in it.
CREATE INDEX run_work_queue ON run_work (phase, due_at)
	WHERE phase IN ('authorized', 'repo_ready', 'worker_running', 'artifact_pending');

-- A fencing token only ever grows.
CREATE FUNCTION run_work_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.epoch < OLD.epoch THEN
		RAISE EXCEPTION 'lease epoch of run % would shrink', OLD.run USING ERRCODE = 'BUS01';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER run_work_guard BEFORE UPDATE OF epoch ON run_work
	FOR EACH ROW EXECUTE FUNCTION run_work_guard();

CREATE TABLE run_history (
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	step int NOT NULL,
	from_phase text NOT NULL,
	event text NOT NULL,
	to_phase text NOT NULL,
	actor text NOT NULL,
	at timestamptz NOT NULL,
	PRIMARY KEY (run, step),
	FOREIGN KEY (from_phase, event) REFERENCES run_edge (from_phase, event)
);

-- The same edges as in C hold here: no other move of phase is possible, and
-- each leaves its line of history. The event is named by the mover.
CREATE FUNCTION run_guard() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
DECLARE
	ev text := nullif(current_setting('bus.event', true), '');
	ended boolean;
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NEW.phase <> 'drafting' THEN
			RAISE EXCEPTION 'a run begins as drafting' USING ERRCODE = 'BUS01';
		END IF;
		RETURN NEW;
	END IF;
	IF NEW.phase = OLD.phase THEN
		RETURN NEW;
	END IF;
	IF NOT EXISTS (SELECT FROM run_edge WHERE from_phase = OLD.phase AND event = ev
			AND to_phase = NEW.phase) THEN
		RAISE EXCEPTION 'no edge from % to % by %', OLD.phase, NEW.phase, ev
			USING ERRCODE = 'BUS01';
	END IF;
	INSERT INTO run_history
	SELECT NEW.id, coalesce(max(step), 0) + 1, OLD.phase, ev, NEW.phase,
		coalesce(nullif(current_setting('bus.actor', true), ''), session_user), NEW.updated_at
	FROM run_history WHERE run = NEW.id;
	SELECT terminal INTO ended FROM run_state WHERE phase = NEW.phase;
	-- A new phase starts a new piece of work: the old lease is void.
	UPDATE run_work SET phase = NEW.phase, due_at = NEW.updated_at, attempts = 0,
		epoch = epoch + 1, holder = NULL, lease_until = NULL,
		ended_at = CASE WHEN ended THEN NEW.updated_at ELSE ended_at END
	WHERE run = NEW.id;
	RETURN NEW;
END $$;
CREATE TRIGGER run_guard BEFORE INSERT OR UPDATE OF phase ON run
	FOR EACH ROW EXECUTE FUNCTION run_guard();

-- The projection that reads are answered from: made here once for each change,
-- from an allow-list, so that a read is one index look-up.
CREATE TABLE run_public (
	run_id text PRIMARY KEY,
	account_id bigint NOT NULL,
	run bigint NOT NULL UNIQUE REFERENCES run ON DELETE CASCADE,
	doc text NOT NULL
);
CREATE INDEX run_public_account ON run_public (account_id, run DESC);

CREATE FUNCTION public_time(t timestamptz) RETURNS text LANGUAGE sql STABLE
	RETURN to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

CREATE FUNCTION next_action(r run) RETURNS text LANGUAGE sql IMMUTABLE
	RETURN CASE
		WHEN r.phase = 'drafting' THEN 'answer'
		WHEN r.phase = 'quoted' AND r.scope_approved_at IS NULL THEN 'approve_scope'
		WHEN r.phase = 'quoted' AND r.payment = 'none' THEN 'pay'
		WHEN r.phase IN ('artifact_ready', 'delivered') THEN 'open_result'
		WHEN r.phase IN ('failed', 'cancelled') THEN 'none'
		ELSE 'wait' END;

CREATE FUNCTION run_project() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = bus, pg_temp AS $$
DECLARE d text;
BEGIN
	SELECT row_to_json(p) INTO d FROM (SELECT
		NEW.run_id, NEW.kind, NEW.phase,
		CASE WHEN NEW.phase = 'drafting' AND NEW.blocked IS NOT NULL
			THEN 'blocked_by_resource' ELSE s.status END AS status,
		NEW.status_message, NEW.artifact_type, NEW.scope,
		(SELECT row_to_json(a) FROM (SELECT public_time(NEW.scope_approved_at)
			AS scope_approved_at, NEW.payment) a) AS approval,
		NEW.question, NEW.blocked, next_action(NEW) AS next_action, NEW.decision,
		(SELECT row_to_json(u) FROM (SELECT
			(NEW.payment IN ('paid', 'approved') AND NOT s.terminal
				AND NEW.phase <> 'artifact_ready')::int AS reserved,
			(NEW.phase IN ('artifact_ready', 'delivered'))::int AS posted,
			'build' AS unit, 1 AS "limit") u) AS usage,
		NEW.artifacts, NEW.last_event_id,
		public_time(NEW.created_at) AS created_at, public_time(NEW.updated_at) AS updated_at
		FROM run_state s WHERE s.phase = NEW.phase) p;
	INSERT INTO run_public VALUES (NEW.run_id, NEW.account_id, NEW.id, d)
	ON CONFLICT (run_id) DO UPDATE SET doc = excluded.doc, account_id = excluded.account_id;
	RETURN NULL;
END $$;
CREATE TRIGGER run_project AFTER INSERT OR UPDATE ON run
	FOR EACH ROW EXECUTE FUNCTION run_project();

---------------------------------------------------------------- conversation and events

CREATE TABLE message (
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	seq int NOT NULL,
	message_id text NOT NULL UNIQUE,
	account_id bigint NOT NULL,
	author text NOT NULL CHECK (author IN ('visitor', 'assistant')),
	text text NOT NULL CHECK (length(text) BETWEEN 1 AND 8000),
	queued boolean NOT NULL DEFAULT false,
	at timestamptz NOT NULL,
	PRIMARY KEY (run, seq)
);

-- Public events: the text comes from a catalog, numbers are gapless per run.
CREATE TABLE event (
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	seq int NOT NULL,
	account_id bigint NOT NULL,
	type text NOT NULL CHECK (type LIKE 'bus.%'),
	doc text NOT NULL, -- JSON, ready to be sent
	final boolean NOT NULL DEFAULT false, -- nothing follows
	at timestamptz NOT NULL,
	PRIMARY KEY (run, seq)
);

CREATE TABLE receipt (
	receipt_id text PRIMARY KEY,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	account_id bigint NOT NULL,
	doc json NOT NULL,
	at timestamptz NOT NULL
);
CREATE INDEX receipt_run ON receipt (run);

---------------------------------------------------------------- the work behind a run (internal)

CREATE TABLE task (
	run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	task_ref text NOT NULL UNIQUE,
	status text NOT NULL CHECK (status IN ('open', 'assigned', 'done', 'failed', 'cancelled')),
	created_at timestamptz NOT NULL
);
CREATE TABLE task_message (
	run bigint NOT NULL REFERENCES task ON DELETE CASCADE,
	seq int NOT NULL,
	author text NOT NULL CHECK (author IN ('orchestrator', 'worker', 'verifier', 'customer', 'operator')),
	text text NOT NULL CHECK (length(text) <= 65536),
	at timestamptz NOT NULL,
	PRIMARY KEY (run, seq)
);

CREATE TABLE worker (
	worker_id text PRIMARY KEY,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	epoch bigint NOT NULL,
	profile text NOT NULL,
	status text NOT NULL CHECK (status IN ('running', 'done', 'failed', 'lost', 'stopped')),
	host text NOT NULL,
	started_at timestamptz NOT NULL,
	heartbeat_at timestamptz NOT NULL,
	ended_at timestamptz,
	reason text,
	UNIQUE (run, epoch)
);
-- However many reapers there are: a run has one live worker.
CREATE UNIQUE INDEX worker_live ON worker (run) WHERE status = 'running';

CREATE TABLE repo_branch (
	run bigint PRIMARY KEY REFERENCES run ON DELETE CASCADE,
	branch text NOT NULL UNIQUE,
	base_commit text NOT NULL,
	head_commit text,
	worktree text NOT NULL UNIQUE,
	created_at timestamptz NOT NULL,
	worktree_gone_at timestamptz,
	branch_gone_at timestamptz
);

-- Raw evidence: logs, reports, internal reasons. For operators only.
CREATE TABLE evidence (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	kind text NOT NULL,
	text text NOT NULL CHECK (length(text) <= 1048576),
	at timestamptz NOT NULL
);
CREATE INDEX evidence_run ON evidence (run, id);

---------------------------------------------------------------- verification and delivery

CREATE TABLE verification (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	epoch bigint NOT NULL,
	ok boolean NOT NULL,
	code text NOT NULL,
	report json NOT NULL,
	at timestamptz NOT NULL,
	UNIQUE (run, epoch)
);
CREATE TABLE verified_file (
	verification bigint NOT NULL REFERENCES verification ON DELETE CASCADE,
	sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (verification, sha256)
);

-- Nothing is visible to a customer without a verification of the same bytes.
CREATE TABLE artifact (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	artifact_id text NOT NULL UNIQUE,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	account_id bigint NOT NULL,
	verification bigint NOT NULL,
	kind text NOT NULL CHECK (kind IN ('web', 'binary', 'archive')),
	name text NOT NULL,
	sha256 text NOT NULL,
	size_bytes bigint NOT NULL CHECK (size_bytes > 0),
	platform text NOT NULL DEFAULT '',
	entrypoint text NOT NULL DEFAULT '',
	mime text NOT NULL,
	reproducible boolean NOT NULL,
	source_included boolean NOT NULL DEFAULT false CHECK (NOT source_included),
	verified_at timestamptz NOT NULL,
	UNIQUE (run, name),
	FOREIGN KEY (verification, sha256) REFERENCES verified_file (verification, sha256)
);

-- The allow-list of what a customer reads about an artifact.
CREATE FUNCTION artifact_public(a artifact, run_id text) RETURNS json LANGUAGE sql STABLE
	RETURN (SELECT row_to_json(p) FROM (SELECT a.artifact_id, a.kind, a.name, a.sha256,
		a.size_bytes, a.platform, a.entrypoint, public_time(a.verified_at) AS verified_at,
		'/api/v1/build-runs/' || run_id || '/artifacts/' || a.artifact_id || '/download'
			AS download_url,
		a.kind = 'web' AND a.entrypoint <> '' AS preview_available,
		a.reproducible, a.source_included) p);

CREATE TABLE provenance (
	artifact bigint PRIMARY KEY REFERENCES artifact ON DELETE CASCADE,
	account_id bigint NOT NULL,
	envelope text NOT NULL
);

-- A preview: an unguessable host, opened once by a ticket, kept by a cookie.
CREATE TABLE preview (
	host text PRIMARY KEY,
	run bigint NOT NULL REFERENCES run ON DELETE CASCADE,
	account_id bigint NOT NULL,
	artifact bigint NOT NULL REFERENCES artifact ON DELETE CASCADE,
	ticket_hash bytea NOT NULL,
	ticket_until timestamptz NOT NULL,
	cookie_hash bytea, -- set when the ticket is used
	until timestamptz NOT NULL
);
CREATE INDEX preview_expiry ON preview (until);

CREATE TABLE pass_log (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	pass text NOT NULL,
	host text NOT NULL,
	started_at timestamptz NOT NULL,
	ended_at timestamptz,     -- NULL: it crashed, or is still at it
	items int NOT NULL DEFAULT 0,
	failed int NOT NULL DEFAULT 0
);
CREATE INDEX pass_log_recent ON pass_log (pass, started_at DESC);

---------------------------------------------------------------- rights

-- Row-level security keys every table with an account; the customers' roles
-- see the rows of the account that the transaction named, the machinery all.
DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['run', 'run_public', 'message', 'event', 'receipt', 'artifact',
			'provenance', 'preview', 'session'] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
		EXECUTE format('CREATE POLICY tenant ON %I TO bus_fast, bus_slow, bus_stream
			USING (account_id = bus_account()) WITH CHECK (account_id = bus_account())', t);
		EXECUTE format('CREATE POLICY machinery ON %I TO bus_operator, bus_reaper
			USING (true) WITH CHECK (true)', t);
	END LOOP;
END $$;
-- What a web role writes of a run's work follows the run it belongs to.
ALTER TABLE run_work ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON run_work TO bus_fast, bus_slow
	USING (EXISTS (SELECT FROM run WHERE id = run_work.run));
CREATE POLICY machinery ON run_work TO bus_operator, bus_reaper USING (true) WITH CHECK (true);
-- A credential is looked up before anybody is known; its hash tells nothing.
CREATE POLICY lookup ON session FOR SELECT TO bus_fast, bus_slow, bus_stream USING (true);
-- A preview is looked up by its unguessable host, by somebody without a session.
CREATE POLICY by_host ON preview FOR SELECT TO bus_fast
	USING (host = current_setting('bus.preview_host', true));
CREATE POLICY by_host_use ON preview FOR UPDATE TO bus_fast
	USING (host = current_setting('bus.preview_host', true));
CREATE POLICY by_preview ON artifact FOR SELECT TO bus_fast
	USING (run = nullif(current_setting('bus.preview_run', true), '')::bigint);

GRANT SELECT (token_hash, account_id, expires_at) ON session TO bus_fast, bus_slow, bus_stream;
GRANT EXECUTE ON FUNCTION visitor_new TO bus_fast, bus_slow;
GRANT SELECT, INSERT, UPDATE ON idempotency TO bus_fast, bus_slow, bus_operator;

GRANT SELECT ON run_state, run_edge TO bus_fast, bus_slow, bus_stream, bus_operator, bus_reaper;
GRANT SELECT, INSERT ON run TO bus_fast, bus_slow;
GRANT UPDATE (phase, artifact_type, scope, scope_hash, scope_approved_at, payment, question,
	blocked, decision, status_message, last_event_id, last_message_id, updated_at)
	ON run TO bus_fast, bus_slow;
GRANT SELECT (run), INSERT, UPDATE (spec, platforms, due_at) ON run_work TO bus_fast, bus_slow;
GRANT SELECT ON run_public, message, event, receipt, artifact, provenance
	TO bus_fast, bus_slow, bus_stream;
GRANT INSERT ON message, event, receipt TO bus_fast, bus_slow;
GRANT SELECT, INSERT, UPDATE (cookie_hash, until) ON preview TO bus_fast;
GRANT SELECT ON ALL TABLES IN SCHEMA bus TO bus_operator;
GRANT SELECT (id, run_id, phase, account_id, last_event_id) ON run TO bus_stream;

GRANT UPDATE ON run, run_work TO bus_operator, bus_reaper;
GRANT SELECT ON ALL TABLES IN SCHEMA bus TO bus_reaper;
GRANT INSERT ON event, message, task, task_message, worker, repo_branch, evidence, verification,
	verified_file, artifact, provenance, pass_log TO bus_reaper;
GRANT INSERT ON event, message, task_message, evidence TO bus_operator;
GRANT UPDATE ON task, worker, repo_branch, pass_log TO bus_reaper;
GRANT UPDATE (status) ON task TO bus_operator, bus_fast;
GRANT SELECT (run, status) ON task TO bus_fast;
GRANT DELETE ON session, idempotency, preview, pass_log TO bus_reaper;

---------------------------------------------------------------- health

GRANT SELECT (pass, started_at, ended_at) ON pass_log TO bus_fast, bus_slow;

INSERT INTO run_state (phase, status, terminal) VALUES
	('drafting', 'queued', false), ('quoted', 'waiting_for_approval', false),
	('authorized', 'queued', false), ('repo_ready', 'queued', false),
	('worker_running', 'working', false), ('artifact_pending', 'working', false),
	('artifact_ready', 'completed', false), ('delivered', 'completed', true),
	('failed', 'failed', true), ('cancelled', 'cancelled', true);
INSERT INTO run_edge (from_phase, event, to_phase) VALUES
	('drafting', 'quote', 'quoted'), ('quoted', 'reopen', 'drafting'),
	('quoted', 'authorize', 'authorized'),
	('authorized', 'repo_ready', 'repo_ready'), ('repo_ready', 'assign', 'worker_running'),
	('worker_running', 'submit', 'artifact_pending'),
	('artifact_pending', 'repair', 'repo_ready'),
	('artifact_pending', 'verify', 'artifact_ready'),
	('artifact_ready', 'deliver', 'delivered'),
	('drafting', 'cancel', 'cancelled'), ('quoted', 'cancel', 'cancelled'),
	('authorized', 'cancel', 'cancelled'), ('repo_ready', 'cancel', 'cancelled'),
	('worker_running', 'cancel', 'cancelled'), ('artifact_pending', 'cancel', 'cancelled'),
	('drafting', 'expire', 'cancelled'), ('quoted', 'expire', 'cancelled'),
	('authorized', 'fail', 'failed'), ('repo_ready', 'fail', 'failed'),
	('worker_running', 'fail', 'failed'), ('artifact_pending', 'fail', 'failed'),
	('failed', 'retry', 'authorized');

-- verify

SELECT count(*) = 10 FROM bus.run_state;
SELECT count(*) > 20 FROM bus.run_edge;
SELECT bool_and(relrowsecurity) FROM pg_class
	WHERE oid IN ('bus.run'::regclass, 'bus.event'::regclass, 'bus.artifact'::regclass);

-- rollback

DO $$
DECLARE o record;
BEGIN
	FOR o IN SELECT c.oid::regclass AS name FROM pg_class c
		WHERE c.relnamespace = 'bus'::regnamespace AND c.relkind = 'r'
			AND c.relname <> 'schema_migration' LOOP
		EXECUTE format('DROP TABLE %s CASCADE', o.name);
	END LOOP;
	FOR o IN SELECT p.oid::regprocedure AS name FROM pg_proc p
		WHERE p.pronamespace = 'bus'::regnamespace LOOP
		EXECUTE format('DROP FUNCTION %s CASCADE', o.name);
	END LOOP;
END $$;
