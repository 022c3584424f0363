#include "config.h"

#include "decide/decide.h"
#include "identity/identity.h"
#include "plan/plan.h"
#include "port/crypto.h"
#include "port/file.h"
#include "run/run_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/run/room.h"

static struct run_lease lease;

/* What the worker's pass claims: the first phase is left at once. */
static int claim(struct run_lease *l)
{
	return run_claim(&w, RUN_REPO_READY, RUN_EV_ASSIGN, EVENT_ASSIGNED, RUN_WORKER_RUNNING, l);
}

/* As a pass keeps it: longer than the unit of work. */
static int claimed(void)
{
	int rc;

	begin(REAPER);
	rc = claim(&lease);
	if (rc < 0)
		fail_msg("%s", w.err.detail);
	commit();
	lease.run.run_id = run.run_id;
	return rc;
}

/* run_hold() begins by itself. */
static enum err_id held(void)
{
	enum err_id id;

	begin(REAPER);
	work_rollback(&w);
	run_hold(&w, &lease);
	id = w.err.id;
	work_rollback(&w);
	return id;
}

static void what_waits_longest_is_claimed(void **state)
{
	const char *first, *second;

	(void)state;
	sql("DELETE FROM bus.run");
	assert_int_equal(claimed(), 0);
	bring(RUN_AUTHORIZED); /* another's */
	bring(RUN_ARTIFACT_PENDING);
	assert_int_equal(claimed(), 0);
	bring(RUN_REPO_READY);
	first = run.run_id;
	bring(RUN_WORKER_RUNNING); /* its worker never began */
	second = run.run_id;
	assert_int_equal(claimed(), 1);
	assert_int_equal(lease.run.phase, RUN_WORKER_RUNNING);
	assert_int_equal(lease.attempts, 1);
	assert_false(lease.resumed);
	assert_string_equal(sql(arena_printf(a, "SELECT phase || ' ' || status_message FROM bus.run WHERE run_id = '%s'", first)),
			    "worker_running A build worker has taken the task.");
	assert_int_equal(claimed(), 1);
	assert_int_equal(lease.run.id, run.id);
	assert_string_equal(run.run_id, second);
	assert_string_equal(of_run("concat_ws(' ', run_work.phase, holder, epoch, attempts)"),
			    arena_printf(a, "worker_running reaper@test %lld 1", (long long)lease.epoch));
	assert_int_equal(claimed(), 0); /* both have a holder */
}

/* Some phases are worked on and left when the work is done. */
static void a_claim_may_stay_in_its_phase(void **state)
{
	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_AUTHORIZED);
	begin(REAPER);
	assert_int_equal(run_claim(&w, RUN_AUTHORIZED, RUN_EVENTS, EVENT_REPO_READY, RUN_AUTHORIZED, &lease), 1);
	assert_int_equal(lease.run.phase, RUN_AUTHORIZED);
	commit();
	assert_string_equal(of_run("run.phase || (holder IS NOT NULL)"), "authorizedtrue");
	assert_string_equal(of_run("status_message"), event_text(a, EVENT_AUTHORIZED, NULL));
}

static void a_lease_that_was_lost_writes_nothing(void **state)
{
	struct run_lease old;

	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_REPO_READY);
	assert_int_equal(claimed(), 1);
	assert_int_equal(held(), E_NONE);
	now += (conf.lease_s - 1) * CLOCK_S;
	DOES(REAPER, run_beat(&w, &lease));
	now += (conf.lease_s - 1) * CLOCK_S;
	assert_int_equal(claimed(), 0); /* a sign of life was heard */
	old = lease;
	now += 2 * CLOCK_S;
	assert_int_equal(claimed(), 1);
	assert_true(lease.resumed);
	assert_int_equal(lease.attempts, 2);
	assert_true(lease.epoch > old.epoch);
	assert_string_equal(of_run("status_message"), "A step was interrupted and has started again.");
	assert_int_equal(held(), E_NONE);
	lease.epoch--;
	assert_int_equal(held(), E_STALE);
	REFUSED(REAPER, E_STALE, run_beat(&w, &old));
	NOTHING(REAPER, run_release(&w, &old, 0));
	lease.epoch++;
	DOES(VISITOR, run_cancel(&w, run.run_id)); /* the work is void, whoever is at it */
	assert_int_equal(held(), E_STALE);
	REFUSED(REAPER, E_STALE, run_beat(&w, &lease));
}

static void a_lease_ends_at_the_deadline(void **state)
{
	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_REPO_READY);
	assert_int_equal(claimed(), 1);
	now += (conf.run_deadline_s + 1) * CLOCK_S;
	REFUSED(REAPER, E_STALE, run_beat(&w, &lease));
}

static void a_lease_is_given_back(void **state)
{
	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_REPO_READY);
	assert_int_equal(claimed(), 1);
	DOES(REAPER, run_release(&w, &lease, 60));
	assert_int_equal(held(), E_STALE);
	assert_int_equal(claimed(), 0);
	now += 61 * CLOCK_S;
	assert_int_equal(claimed(), 1);
	assert_false(lease.resumed); /* it was not lost */
	assert_int_equal(lease.attempts, 2);
	assert_int_equal(lease.run.repairs, 0);
	DOES(REAPER, run_repaired(&w, run.id));
	DOES(REAPER, run_release(&w, &lease, 0));
	assert_int_equal(claimed(), 1);
	assert_int_equal(lease.run.repairs, 1);
}

/* ---- the database fails */

static int does_claim(void)
{
	struct run_lease l;

	return claim(&l) < 0 ? -1 : 0;
}

static int does_beat(void)
{
	return run_beat(&w, &lease);
}

static int does_release(void)
{
	return run_release(&w, &lease, 0);
}

static int does_repaired(void)
{
	return run_repaired(&w, run.id);
}

static void a_statement_that_fails_undoes_all(void **state)
{
	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_REPO_READY);
	fails_at_each_statement(REAPER, does_claim);
	now += (conf.lease_s + 1) * CLOCK_S;
	fails_at_each_statement(REAPER, does_claim); /* of a holder that was lost */
	now += (conf.lease_s + 1) * CLOCK_S;
	assert_int_equal(claimed(), 1);
	fails_at_each_statement(REAPER, does_beat);
	fails_at_each_statement(REAPER, does_repaired);
	fails_at_each_statement(REAPER, does_release);
	fails_at = 1;
	assert_int_equal(held(), E_UNAVAILABLE);
}

static void nothing_is_held_without_a_database(void **state)
{
	struct err ended = {0};

	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_REPO_READY);
	assert_int_equal(claimed(), 1);
	sql("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE usename = 'bus_reaper'");
	begin(OPERATOR);
	work_rollback(&w);
	w.pg = doors[REAPER];
	assert_int_equal(run_hold(&w, &lease), -1);
	assert_int_equal(w.err.id, E_UNAVAILABLE);
	work_rollback(&w);
	while (pg_ready(doors[REAPER], &ended) < 0) /* at most five times a second */
		err_clear(&ended);
	assert_int_equal(held(), E_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_waits_longest_is_claimed), T(a_claim_may_stay_in_its_phase), T(a_lease_that_was_lost_writes_nothing),
		T(a_lease_ends_at_the_deadline), T(a_lease_is_given_back),
		T(a_statement_that_fails_undoes_all), T(nothing_is_held_without_a_database),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
