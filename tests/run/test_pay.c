#include "config.h"

#include "decide/decide.h"
#include "identity/identity.h"
#include "plan/plan.h"
#include "port/crypto.h"
#include "port/file.h"
#include "run/run_int.h"
#include "run/run_pay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/run/room.h"

static void set_payment(const char *payment)
{
	sql(arena_printf(a, "UPDATE bus.run SET payment = '%s' WHERE id = %lld", payment, (long long)run.id));
}

/* Of the last event: does anything follow it? */
static const char *last_event(void)
{
	return of_run("SELECT type || final FROM bus.event e WHERE e.run = run.id ORDER BY seq DESC LIMIT 1");
}

static void what_is_quoted_and_approved_is_for_sale(void **state)
{
	struct run_sale sale;

	(void)state;
	REFUSED(VISITOR, E_NOT_FOUND, run_for_sale(&w, "run_none", &sale));
	for (enum run_phase p = 0; p < RUN_PHASES; p++) {
		bring(p);
		REFUSED(VISITOR, E_CONFLICT, run_for_sale(&w, run.run_id, &sale));
	}
	bring(RUN_QUOTED);
	approve();
	conf.contact_required = 1;
	REFUSED(VISITOR, E_CONTACT, run_for_sale(&w, run.run_id, &sale));
	conf.contact_required = 0;
	begin(VISITOR);
	assert_int_equal(run_for_sale(&w, run.run_id, &sale), 0);
	assert_string_equal(sale.title, of_run("scope->>'title'"));
	assert_int_equal(sale.amount, strtoll(of_run("scope->'price'->>'amount'"), NULL, 10));
	assert_string_equal(sale.currency, of_run("scope->'price'->>'currency'"));
	commit();
	set_payment("pending"); /* an operator was asked */
	REFUSED(VISITOR, E_CONFLICT, run_for_sale(&w, run.run_id, &sale));
	NOTHING(REAPER, run_lock(&w, run.id));
	NOTHING(REAPER, run_lock(&w, INT64_MAX));
}

/* What a payment does to a run that it finds in this state. */
static void a_payment_moves_a_run_once(void **state)
{
	static const struct {
		enum run_phase phase;
		const char *payment; /* NULL: as it is */
		bool approve, other; /* the scope; it is for another one */
		enum run_paid want;
		const char *phase_then, *payment_then, *said;
	} rows[] = {
		{RUN_QUOTED, NULL, true, false, RUN_PAID_STARTS, "authorized", "paid", "bus.build.run.authorizedfalse"},
		{RUN_QUOTED, "pending", true, false, RUN_PAID_STARTS, "authorized", "paid", "bus.build.run.authorizedfalse"},
		{RUN_QUOTED, NULL, true, true, RUN_PAID_UNUSABLE, "quoted", "none", "bus.build.payment.updatedfalse"},
		{RUN_QUOTED, NULL, false, false, RUN_PAID_UNUSABLE, "quoted", "none", "bus.build.payment.updatedfalse"},
		{RUN_DRAFTING, NULL, false, true, RUN_PAID_UNUSABLE, "drafting", "none", "bus.build.payment.updatedfalse"},
		/* an operator was first */
		{RUN_AUTHORIZED, NULL, false, false, RUN_PAID_STARTED, "authorized", "paid", "bus.build.run.authorizedfalse"},
		{RUN_DELIVERED, NULL, false, false, RUN_PAID_STARTED, "delivered", "paid", "bus.build.progress.updatedfalse"},
		{RUN_AUTHORIZED, NULL, false, true, RUN_PAID_UNUSABLE, "authorized", "approved", "bus.build.payment.updatedfalse"},
		{RUN_AUTHORIZED, "paid", false, false, RUN_PAID_UNUSABLE, "authorized", "paid", "bus.build.payment.updatedfalse"},
		/* it comes too late */
		{RUN_FAILED, NULL, false, false, RUN_PAID_UNUSABLE, "failed", "approved", "bus.build.payment.updatedtrue"},
		{RUN_CANCELLED, "approved", false, false, RUN_PAID_UNUSABLE, "cancelled", "approved", "bus.build.payment.updatedtrue"},
	};
	enum run_paid got;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bring(rows[i].phase);
		if (rows[i].approve)
			approve();
		if (rows[i].payment != NULL)
			set_payment(rows[i].payment);
		DOES(REAPER, run_paid(&w, run.id, rows[i].other ? "other" : run.scope_hash, &got));
		assert_int_equal(got, rows[i].want);
		assert_string_equal(of_run("run.phase"), rows[i].phase_then);
		assert_string_equal(of_run("payment"), rows[i].payment_then);
		assert_string_equal(last_event(), rows[i].said);
	}
	NOTHING(REAPER, run_paid(&w, INT64_MAX, "other", &got));
	assert_int_equal(got, RUN_PAID_UNUSABLE);
}

static void news_of_a_payment_reach_who_waits_for_it(void **state)
{
	(void)state;
	NOTHING(REAPER, run_payment_news(&w, INT64_MAX, "pending", EVENT_PAYMENT_PENDING));
	for (enum run_phase p = 0; p < RUN_PHASES; p++) {
		bring(p);
		if (p != RUN_QUOTED) {
			NOTHING(REAPER, run_payment_news(&w, run.id, "none", EVENT_PAYMENT_FAILED));
			continue;
		}
		DOES(REAPER, run_payment_news(&w, run.id, "pending", EVENT_PAYMENT_PENDING));
		assert_string_equal(of_run("payment"), "pending");
		assert_string_equal(of_run("status_message"), event_text(a, EVENT_PAYMENT_PENDING, NULL));
	}
}

static void what_comes_to_nothing_is_told(void **state)
{
	(void)state;
	NOTHING(REAPER, run_unpaid(&w, INT64_MAX, true, EVENT_REFUNDED, EVENT_REFUNDED_LATE));
	NOTHING(REAPER, run_refund_failed(&w, INT64_MAX, true));
	for (enum run_phase p = RUN_QUOTED; p < RUN_PHASES; p++) {
		bring(p);
		if (p == RUN_QUOTED)
			set_payment("pending");
		DOES(REAPER, run_unpaid(&w, run.id, false, EVENT_PAYMENT_UNUSED, EVENT_PAYMENT_UNUSED_LATE));
		assert_string_equal(last_event(), run_states[p].terminal ? "bus.build.payment.updatedtrue"
									  : "bus.build.payment.updatedfalse");
		assert_string_equal(of_run("payment = 'pending'"), p == RUN_QUOTED ? "true" : "false");
		DOES(REAPER, run_unpaid(&w, run.id, true, EVENT_PAYMENT_UNUSED, EVENT_PAYMENT_UNUSED_LATE));
		if (p == RUN_QUOTED)
			assert_string_equal(of_run("payment"), "none");
		set_payment("refunded");
		DOES(REAPER, run_refund_failed(&w, run.id, false));
		assert_string_equal(of_run("payment"), "refunded");
		DOES(REAPER, run_refund_failed(&w, run.id, true));
		assert_string_equal(of_run("payment"), "paid");
	}
}

static void what_is_given_back_stops_the_work(void **state)
{
	(void)state;
	NOTHING(REAPER, run_refunded(&w, INT64_MAX));
	for (enum run_phase p = RUN_AUTHORIZED; p < RUN_PHASES; p++) {
		bool goes_on = run_edge_find(p, RUN_EV_CANCEL) != NULL;

		bring(p);
		NOTHING(REAPER, run_refunded(&w, run.id)); /* nothing was paid */
		set_payment("paid");
		DOES(REAPER, run_refunded(&w, run.id));
		assert_string_equal(of_run("payment"), "refunded");
		assert_string_equal(of_run("run.phase"),
				    goes_on ? "cancelled" : run_states[p].name);
		assert_string_equal(last_event(), goes_on ? "bus.build.run.cancelledtrue"
					: run_states[p].terminal ? "bus.build.payment.updatedtrue"
								 : "bus.build.payment.updatedfalse");
		NOTHING(REAPER, run_refunded(&w, run.id));
	}
}

/* ---- the database fails */

static int does_sale(void)
{
	struct run_sale sale;

	return run_for_sale(&w, run.run_id, &sale);
}

static int does_lock(void)
{
	return run_lock(&w, run.id);
}

static int does_paid(void)
{
	enum run_paid got;

	return run_paid(&w, run.id, run.scope_hash, &got);
}

static int does_paid_for_another(void)
{
	enum run_paid got;

	return run_paid(&w, run.id, "other", &got);
}

static int does_news(void)
{
	return run_payment_news(&w, run.id, "pending", EVENT_PAYMENT_PENDING);
}

static int does_refunded(void)
{
	return run_refunded(&w, run.id);
}

static void a_statement_that_fails_undoes_all(void **state)
{
	static const struct {
		int (*call)(void);
		enum who who;
		enum run_phase phase;
		const char *payment;
	} rows[] = {
		{does_sale, VISITOR, RUN_QUOTED}, {does_lock, REAPER, RUN_QUOTED},
		{does_paid, REAPER, RUN_QUOTED}, {does_paid, REAPER, RUN_AUTHORIZED},
		{does_paid_for_another, REAPER, RUN_AUTHORIZED}, {does_news, REAPER, RUN_QUOTED},
		{does_refunded, REAPER, RUN_WORKER_RUNNING, "paid"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bring(rows[i].phase);
		if (rows[i].phase == RUN_QUOTED)
			approve();
		if (rows[i].payment != NULL)
			set_payment(rows[i].payment);
		fails_at_each_statement(rows[i].who, rows[i].call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_quoted_and_approved_is_for_sale), T(a_payment_moves_a_run_once),
		T(news_of_a_payment_reach_who_waits_for_it), T(what_is_given_back_stops_the_work), T(what_comes_to_nothing_is_told),
		T(a_statement_that_fails_undoes_all),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
