/* Runs on a real database, and what may be done to them. Behind the room's
 * headers and cmocka.h; needs tests/lib/database.sh and --wrap=pg_exec. */
#pragma once
#define TOOL "A tip calculator"
#define MORE "A timer"

/* The n-th statement from here on fails; 0: none. */
static int fails_at;

int __real_pg_exec(struct pg *p, struct arena *a, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e);
int __wrap_pg_exec(struct pg *p, struct arena *a, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e);
int __wrap_pg_exec(struct pg *p, struct arena *a, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e)
{
	if (fails_at > 0 && --fails_at == 0)
		return err_set(e, E_UNAVAILABLE, "%s: the database is gone", s->name);
	return __real_pg_exec(p, a, s, args, ret, e);
}

enum who { VISITOR, OPERATOR, REAPER, WHO };
static struct pg *doors[WHO], *admin;
static struct arena *a; /* of a test; that of a unit of work is w.a */
static struct conf conf;
static struct work w;
static int64_t now = INT64_C(1800000000) * CLOCK_S, account;
static struct run run; /* what a test is about */

/* What the administrator reads, or changes behind everybody's back. */
static const char *sql(const char *text)
{
	const struct pg_stmt s = {"sql", text, 0};
	struct err e = {0};
	struct pg_rows rows;

	if (__real_pg_exec(admin, a, &s, NULL, &rows, &e) < 0)
		fail_msg("%s", e.detail);
	return rows.n ? pg_text(&rows, 0, 0) : NULL;
}

static const char *of_run(const char *column)
{
	return sql(arena_printf(a, "SELECT (%s)::text FROM bus.run JOIN bus.run_work ON run = id WHERE id = %lld",
				column, (long long)run.id));
}

/* All that a run may leave behind. */
static const char *everything(void)
{
	return sql("SELECT md5(concat("
		   "(SELECT string_agg(t::text, '' ORDER BY t.id) FROM bus.run t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.run) FROM bus.run_work t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.run, t.step) FROM bus.run_history t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.run, t.seq) FROM bus.message t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.run, t.seq) FROM bus.event t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.receipt_id) FROM bus.receipt t),"
		   "(SELECT string_agg(t::text, '' ORDER BY t.id) FROM bus.evidence t)))");
}

static void begin(enum who who)
{
	static const char *const names[] = {"visitor", "operator", "reaper@test"};
	static const enum actor_kind kinds[] = {ACTOR_CUSTOMER, ACTOR_OPERATOR, ACTOR_SYSTEM};

	arena_free(w.a);
	w = (struct work){.a = arena_new(8u << 20), .pg = doors[who], .conf = &conf, .now = now += CLOCK_MS,
			  .actor = {.kind = kinds[who], .account = who == VISITOR ? account : 0, .name = names[who]}, .trace = "test"};
	if (work_begin(&w, NULL) < 0)
		fail_msg("%s", w.err.detail);
}

static void commit(void)
{
	if (w.err.id != E_NONE || work_commit(&w, NULL) < 0)
		fail_msg("%s", w.err.detail);
}

/* As a door does it: one transaction, committed when the call went well. */
#define DOES(who, call)                                                                        \
	do {                                                                                   \
		begin(who);                                                                    \
		if ((call) < 0)                                                                \
			fail_msg("%s: %s", #call, w.err.detail);                               \
		commit();                                                                      \
	} while (0)

/* Refused with this error, and nothing is left of the attempt. */
#define REFUSED(who, want, call)                                                               \
	do {                                                                                   \
		const char *was = everything();                                                \
                                                                                               \
		begin(who);                                                                    \
		assert_int_equal(call, -1);                                                    \
		if (w.err.id != (want))                                                        \
			fail_msg("%s: %s", #call, w.err.detail);                               \
		work_rollback(&w);                                                             \
		assert_string_equal(everything(), was);                                        \
	} while (0)

/* Goes well without doing anything. */
#define NOTHING(who, call)                                                                     \
	do {                                                                                   \
		const char *was = everything();                                                \
                                                                                               \
		DOES(who, call);                                                               \
		assert_string_equal(everything(), was);                                        \
	} while (0)

static int take_run(void)
{
	const char *id = arena_strdup(a, run.run_id);

	if (run_store_lock(&w, id, &run) < 0)
		return -1;
	run.run_id = id;
	run.scope_hash = arena_strdup(a, run.scope_hash);
	run.payment = arena_strdup(a, run.payment);
	return 0;
}

static void look(void)
{
	DOES(OPERATOR, take_run());
}

static void ask_for(const char *text)
{
	DOES(VISITOR, run_create(&w, text, NULL, &run));
	run.run_id = arena_strdup(a, run.run_id);
	look();
}

static int move(enum run_event event)
{
	return run_advance(&w, &run, event, EVENT_WRITING, NULL);
}

static void approve(void)
{
	DOES(VISITOR, run_approve_scope(&w, run.run_id, run.scope_hash));
	look();
}

/* A run of that phase, by the way that runs take. */
static void bring(enum run_phase phase)
{
	static const enum run_event way[] = {RUN_EV_REPO_READY, RUN_EV_ASSIGN, RUN_EV_SUBMIT,
					     RUN_EV_VERIFY, RUN_EV_DELIVER};

	ask_for(phase == RUN_DRAFTING ? "hello" : TOOL);
	if (phase != RUN_DRAFTING && phase != RUN_QUOTED) {
		approve();
		if (phase == RUN_CANCELLED) {
			DOES(VISITOR, run_cancel(&w, run.run_id));
		} else {
			DOES(OPERATOR, run_authorize(&w, run.run_id, false));
			look();
			if (phase == RUN_FAILED)
				DOES(REAPER, run_fail(&w, &run, "broken", "It broke.", "evidence"));
			for (size_t i = 0; run.phase != phase && i < COUNT(way); i++)
				DOES(REAPER, move(way[i]));
		}
	}
	look();
	assert_string_equal(run_states[run.phase].name, run_states[phase].name);
}

static int make_keys(struct err *e)
{
	struct key *k;
	char *pem;

	if (key_make(conf.receipt_key, e) < 0 || (k = key_read(conf.receipt_key, e)) == NULL)
		return -1;
	pem = key_public_pem(a, k);
	key_free(k);
	return file_write(conf.receipt_public, pem, strlen(pem), 0644, e);
}

static int group_setup(void **state)
{
	static const char *const roles[] = {"fast", "operator", "reaper"};
	const char *dir = getenv("BUS_VAR");
	struct identity_session s;
	struct err e = {0};

	(void)state;
	a = arena_new(64u << 20);
	if (dir == NULL || conf_read(a, arena_printf(a, "%s/etc/bus.conf", dir), &conf, &e) < 0 ||
	    make_keys(&e) < 0 || decide_load(&conf, &e) < 0 || plan_load(&conf, &e) < 0) {
		print_error("%s\n", dir ? e.detail : "BUS_VAR is not set");
		return -1;
	}
	for (size_t i = 0; i < COUNT(roles); i++)
		doors[i] = pg_new(&conf, roles[i], false);
	admin = pg_new(&conf, "admin", false);
	begin(VISITOR);
	if (identity_session_new(&w, &s) < 0)
		return -1;
	commit();
	account = s.account;
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	arena_free(w.a);
	arena_free(a);
	for (size_t i = 0; i < COUNT(doors); i++)
		pg_free(doors[i]);
	pg_free(admin);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	if (w.open)
		work_rollback(&w); /* of a test that has failed */
	conf.contact_required = 0;
	fails_at = 0;
	return 0;
}

/* Each statement of a call fails once: it is told as it is, nothing of the
 * transaction is left, and the same call then succeeds. */
static void fails_at_each_statement(enum who who, int (*call)(void))
{
	int n = 0, rc;

	do {
		const char *was = everything();

		begin(who);
		fails_at = ++n;
		rc = call();
		if (fails_at > 0)
			break; /* it has fewer */
		assert_int_equal(rc, -1);
		assert_int_equal(w.err.id, E_UNAVAILABLE);
		work_rollback(&w);
		assert_string_equal(everything(), was);
	} while (n < 50);
	fails_at = 0;
	if (rc < 0)
		fail_msg("%s", w.err.detail);
	commit();
	assert_true(n > 1);
}

#define T(name) cmocka_unit_test_setup(name, setup)
