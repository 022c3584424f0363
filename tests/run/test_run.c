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

/* ---- the table */

static void a_name_is_a_phase_or_none(void **state)
{
	(void)state;
	for (enum run_phase p = 0; p < RUN_PHASES; p++)
		assert_int_equal(run_phase_of(run_states[p].name), p);
	assert_int_equal(run_phase_of("no such phase"), RUN_PHASES);
	assert_int_equal(run_phase_of(""), RUN_PHASES);
}

/* Every event in every phase: along an edge, with its line of history and its
 * sentence, or not at all. */
static void a_run_moves_along_its_edges_alone(void **state)
{
	(void)state;
	for (enum run_phase from = 0; from < RUN_PHASES; from++) {
		bring(from);
		/* what a later phase asks of a row */
		if (from == RUN_DRAFTING || from == RUN_QUOTED)
			sql(arena_printf(a, "UPDATE bus.run SET scope = '{}', payment = 'approved', "
					    "scope_approved_at = now() WHERE id = %lld", (long long)run.id));
		for (enum run_event event = 0; event < RUN_EVENTS; event++) {
			const struct run_edge *edge = run_edge_find(from, event);
			const char *was = everything(), *said;

			begin(REAPER);
			run.phase = from;
			if (edge == NULL) {
				assert_int_equal(move(event), -1);
				assert_int_equal(w.err.id, E_CONFLICT);
				assert_int_equal(run.phase, from);
			} else {
				struct pg_rows rows;
				const struct pg_stmt history = {
					"history",
					"SELECT concat_ws(' ', h.from_phase, h.event, h.to_phase, h.actor, r.phase, r.status_message) "
					"FROM run_history h JOIN run r ON r.id = h.run WHERE r.id = $1::bigint ORDER BY step DESC LIMIT 1",
					1};
				const char *id[] = {arg_int(&w, run.id)};

				if (move(event) != 0)
					fail_msg("%s %d: %s", run_states[from].name, (int)event, w.err.detail);
				assert_int_equal(run.phase, edge->to);
				assert_int_equal(pg_exec(w.pg, w.a, &history, id, &rows, &w.err), 0);
				said = arena_printf(a, "%s %s %s reaper@test %s %s", run_states[from].name,
						    edge->name, run_states[edge->to].name,
						    run_states[edge->to].name, event_text(a, EVENT_WRITING, NULL));
				assert_string_equal(pg_text(&rows, 0, 0), said);
			}
			work_rollback(&w);
			assert_string_equal(everything(), was);
		}
	}
}

/* The database knows the same edges: whoever goes past run_advance() moves
 * nothing. */
static void the_database_refuses_every_other_move(void **state)
{
	static const char *names[RUN_EVENTS + 1] = {[RUN_EVENTS] = ""};

	(void)state;
	for (size_t i = 0; i < run_edge_count; i++)
		names[run_edges[i].event] = run_edges[i].name;
	for (enum run_phase from = 0; from < RUN_PHASES; from++) {
		bring(from);
		for (enum run_phase to = 0; to < RUN_PHASES; to++)
			for (enum run_event event = 0; from != to && event <= RUN_EVENTS; event++) {
				const struct run_edge *edge = run_edge_find(from, event);

				if (edge != NULL && edge->to == to)
					continue;
				begin(REAPER);
				assert_int_equal(run_store_advance(&w, run.id, run_states[from].name,
								   names[event], run_states[to].name),
						 -1);
				assert_int_equal(w.err.id, E_CONFLICT);
				assert_non_null(strstr(w.err.detail, "BUS01"));
				work_rollback(&w);
			}
		look();
		assert_int_equal(run.phase, from);
	}
}

static void the_second_of_two_moves_nothing(void **state)
{
	(void)state;
	bring(RUN_QUOTED);
	DOES(VISITOR, run_cancel(&w, run.run_id));
	REFUSED(VISITOR, E_CONFLICT, move(RUN_EV_EXPIRE)); /* it was quoted when we looked */
	assert_non_null(strstr(w.err.detail, "first"));
}

/* ---- the conversation */

static void a_conversation_begins(void **state)
{
	(void)state;
	ask_for(TOOL);
	assert_int_equal(run.phase, RUN_QUOTED);
	assert_int_equal(run.account, account);
	assert_int_equal(strlen(run.scope_hash), 64);
	assert_false(run.scope_approved);
	assert_string_equal(of_run("SELECT string_agg(type, ' ' ORDER BY seq) FROM bus.event WHERE run = id"),
			    "bus.build.run.requested bus.build.quote.ready");
	assert_string_equal(of_run("SELECT string_agg(author || ' ' || queued, ' ' ORDER BY seq) FROM bus.message WHERE run = id"),
			    "visitor false assistant false");
	ask_for("hello");
	assert_int_equal(run.phase, RUN_DRAFTING);
	assert_null(run.scope_hash);
	sql("UPDATE bus.kill_switch SET level = 1");
	REFUSED(VISITOR, E_UNAVAILABLE, run_create(&w, TOOL, NULL, &run));
	sql("UPDATE bus.kill_switch SET level = 0");
	REFUSED(VISITOR, E_INVALID, run_create(&w, "", NULL, &run));
	REFUSED(VISITOR, E_INVALID, run_create(&w, " \n\t\u00a0\u3000\u200b", NULL, &run));
}

static void what_is_said_is_thought_about_or_kept_for_later(void **state)
{
	const char *message, *hash;

	(void)state;
	bring(RUN_QUOTED);
	hash = run.scope_hash;
	approve();
	DOES(VISITOR, run_say(&w, run.run_id, "Please add a field for the currency.", &message));
	look();
	assert_non_null(strstr(of_run("status_message"), "."));
	DOES(VISITOR, run_say(&w, run.run_id, MORE " for 25 minutes instead.", &message));
	look();
	assert_true(run.scope_hash == NULL || strcmp(run.scope_hash, hash) != 0);
	assert_false(run.scope_approved); /* another scope is approved again */
	bring(RUN_DRAFTING);
	DOES(VISITOR, run_say(&w, run.run_id, TOOL, &message));
	look();
	assert_int_equal(run.phase, RUN_QUOTED);
	for (enum run_phase p = 0; p < RUN_PHASES; p++) {
		bring(p);
		if (run_states[p].terminal) {
			REFUSED(VISITOR, E_CONFLICT, run_say(&w, run.run_id, MORE, &message));
		} else {
			begin(VISITOR);
			assert_int_equal(run_say(&w, run.run_id, MORE, &message), 0);
			assert_int_equal(strstr(message, "\"queued\":true") != NULL, p != RUN_DRAFTING && p != RUN_QUOTED);
			commit();
			if (p == RUN_ARTIFACT_READY) {
				assert_string_equal(of_run("status_message"), "The build worker is writing your tool.");
				assert_string_equal(of_run("SELECT doc::json->>'text' FROM bus.event e WHERE e.run = id "
							   "ORDER BY seq DESC LIMIT 1"),
						    "The result is ready: your message is kept, but it changes nothing.");
			} else if (p != RUN_DRAFTING && p != RUN_QUOTED) {
				assert_string_equal(of_run("status_message"),
						    "The work goes on with the scope that you approved: "
						    "your message is kept, but it changes nothing.");
			}
		}
	}
}

static const char *last_said(void)
{
	return of_run("SELECT text FROM bus.message m WHERE m.run = id ORDER BY seq DESC LIMIT 1");
}

/* Questions and small talk are answered; an approval stays, and so does what an
 * operator was asked. */
static void small_talk_takes_no_approval(void **state)
{
	static const char *const talk[] = {"when will it be ready?", "how long does it take?",
					   "how much does it cost?", "is there a weather report?",
					   "My cat says hello", "thanks!", "wie lange dauert das?"};
	const char *message, *hash;

	(void)state;
	bring(RUN_QUOTED);
	hash = run.scope_hash;
	approve();
	for (size_t i = 0; i < COUNT(talk); i++) {
		DOES(VISITOR, run_say(&w, run.run_id, talk[i], &message));
		look();
		assert_string_equal(run.scope_hash, hash);
		assert_true(run.scope_approved);
		assert_int_equal(run.phase, RUN_QUOTED);
		if (i == 1)
			assert_non_null(strstr(last_said(), "usually ready some minutes"));
		if (i == 4)
			DOES(VISITOR, run_ask_approval(&w, run.run_id));
	}
	assert_string_equal(of_run("payment"), "pending");
	DOES(OPERATOR, run_authorize(&w, run.run_id, false));
}

static void what_cannot_be_made_names_who_could(void **state)
{
	(void)state;
	ask_for("make me a snake game");
	assert_int_equal(run.phase, RUN_DRAFTING);
	assert_non_null(strstr(last_said(), "Games are out of reach"));
	assert_non_null(strstr(last_said(), "A Codex worker could"));
	assert_string_equal(of_run("blocked->>'reason'"), last_said());
	assert_string_equal(of_run("blocked->>'needs'"), "codex_worker");
}

/* The first message and the newest are thought about, all the while that our one
 * question is not asked again; and there is an end to it. */
static void a_conversation_has_an_end(void **state)
{
	const char *message, *id;
	char *emoji = arena_alloc(a, 20001);

	(void)state;
	ask_for("hello");
	id = run.run_id;
	DOES(VISITOR, run_say(&w, id, TOOL, &message));
	for (size_t i = 0; i < 20000; i += 4)
		memcpy(emoji + i, "\xf0\x9f\x98\x80", 4);
	emoji[20000] = '\0';
	for (int i = 0; i < 13; i++)
		DOES(VISITOR, run_say(&w, id, emoji, &message));
	REFUSED(VISITOR, E_LONG, run_say(&w, id, emoji, &message));
	DOES(VISITOR, run_say(&w, id, MORE, &message)); /* there is room for a short one */
	look();
	assert_int_equal(run.phase, RUN_QUOTED); /* and no second question */
	while (strcmp(of_run("SELECT count(*) FROM bus.message m WHERE m.run = id AND author = 'visitor'"), "200") != 0)
		DOES(VISITOR, run_say(&w, id, "thanks", &message));
	REFUSED(VISITOR, E_LONG, run_say(&w, id, "thanks", &message));
	REFUSED(VISITOR, E_INVALID, run_say(&w, id, "  ", &message));
}

/* ---- approval */

static void a_scope_is_approved_as_it_was_shown(void **state)
{
	const char *hash, *other = crypto_sha256_hex(a, "other", 5);

	(void)state;
	bring(RUN_DRAFTING);
	REFUSED(VISITOR, E_CONFLICT, run_approve_scope(&w, run.run_id, other));
	REFUSED(VISITOR, E_CONFLICT, run_ask_approval(&w, run.run_id));
	REFUSED(OPERATOR, E_CONFLICT, run_authorize(&w, run.run_id, false));
	bring(RUN_QUOTED);
	hash = run.scope_hash;
	REFUSED(VISITOR, E_SCOPE_CHANGED, run_approve_scope(&w, run.run_id, other));
	REFUSED(VISITOR, E_CONFLICT, run_ask_approval(&w, run.run_id));
	REFUSED(OPERATOR, E_CONFLICT, run_authorize(&w, run.run_id, false)); /* a person's word is not enough */
	assert_non_null(strstr(w.err.detail, "scope not approved"));
	DOES(VISITOR, run_approve_scope(&w, run.run_id, hash));
	assert_string_equal(of_run("status_message"), "You approved the scope.");
	NOTHING(VISITOR, run_approve_scope(&w, run.run_id, hash));
	DOES(VISITOR, run_ask_approval(&w, run.run_id));
	assert_string_equal(of_run("payment"), "pending");
	NOTHING(VISITOR, run_ask_approval(&w, run.run_id));
	DOES(OPERATOR, run_authorize(&w, run.run_id, false));
	assert_string_equal(of_run("concat_ws(' ', run.phase, payment, approved_by, deadline_at - authorized_at)"),
			    "authorized approved operator 01:00:00");
	REFUSED(OPERATOR, E_CONFLICT, run_authorize(&w, run.run_id, false)); /* exactly one call */
	assert_non_null(strstr(w.err.detail, "is authorized"));
	REFUSED(VISITOR, E_CONFLICT, run_ask_approval(&w, run.run_id));
	NOTHING(VISITOR, run_approve_scope(&w, run.run_id, hash));
	bring(RUN_QUOTED);
	DOES(VISITOR, run_cancel(&w, run.run_id));
	REFUSED(VISITOR, E_CONFLICT, run_approve_scope(&w, run.run_id, run.scope_hash));
}

static void nobody_works_for_somebody_unknown(void **state)
{
	(void)state;
	conf.contact_required = 1;
	bring(RUN_QUOTED);
	approve();
	REFUSED(VISITOR, E_CONTACT, run_ask_approval(&w, run.run_id));
	REFUSED(OPERATOR, E_CONTACT, run_authorize(&w, run.run_id, false));
	sql(arena_printf(a,
			 "INSERT INTO bus.customer (account_id, identity_id, email, email_verified, verified_at, registered_at) "
			 "VALUES (%lld, 'idn_test', 'test@bus.example', true, now(), now())",
			 (long long)account));
	DOES(VISITOR, run_ask_approval(&w, run.run_id));
	DOES(OPERATOR, run_authorize(&w, run.run_id, false));
	sql("DELETE FROM bus.customer WHERE identity_id = 'idn_test'");
}

static void nobody_works_for_who_is_barred(void **state)
{
	(void)state;
	bring(RUN_QUOTED);
	approve();
	sql(arena_printf(a, "UPDATE bus.account SET disabled = true WHERE id = %lld", (long long)account));
	REFUSED(VISITOR, E_DISABLED, run_ask_approval(&w, run.run_id));
	REFUSED(OPERATOR, E_DISABLED, run_authorize(&w, run.run_id, false));
	DOES(OPERATOR, run_authorize(&w, run.run_id, true)); /* who has a reason says so, and it is kept */
	assert_string_equal(of_run("(SELECT string_agg(kind, ' ') FROM bus.evidence e WHERE e.run = run.id)"), "forced");
	sql(arena_printf(a, "UPDATE bus.account SET disabled = false WHERE id = %lld", (long long)account));
}

/* ---- other people's runs */

static void a_run_is_its_customers(void **state)
{
	const char *json, *message;
	int64_t mine = account;

	(void)state;
	bring(RUN_QUOTED);
	approve();
	account = mine + 1;
	REFUSED(VISITOR, E_NOT_FOUND, run_say(&w, run.run_id, MORE, &message));
	REFUSED(VISITOR, E_NOT_FOUND, run_approve_scope(&w, run.run_id, run.scope_hash));
	REFUSED(VISITOR, E_NOT_FOUND, run_ask_approval(&w, run.run_id));
	REFUSED(VISITOR, E_NOT_FOUND, run_cancel(&w, run.run_id));
	REFUSED(VISITOR, E_NOT_FOUND, run_public_json(&w, run.run_id, &json));
	account = mine;
	DOES(VISITOR, run_public_json(&w, run.run_id, &json));
	assert_non_null(strstr(json, "\"phase\":\"quoted\""));
	DOES(OPERATOR, run_public_json(&w, run.run_id, &json));
	REFUSED(OPERATOR, E_NOT_FOUND, run_authorize(&w, "run_none", false));
	REFUSED(OPERATOR, E_NOT_FOUND, run_retry(&w, "run_none"));
}

/* ---- ends */

static void a_run_is_cancelled_or_taken_up_again(void **state)
{
	(void)state;
	for (enum run_phase p = 0; p < RUN_PHASES; p++) {
		bring(p);
		if (p == RUN_CANCELLED) {
			NOTHING(VISITOR, run_cancel(&w, run.run_id)); /* said twice */
		} else if (run_edge_find(p, RUN_EV_CANCEL) == NULL) {
			REFUSED(VISITOR, E_CONFLICT, run_cancel(&w, run.run_id));
		} else {
			DOES(VISITOR, run_cancel(&w, run.run_id));
			assert_string_equal(of_run("run.phase || (ended_at IS NOT NULL)::text"), "cancelledtrue");
		}
		bring(p);
		if (p != RUN_FAILED) {
			REFUSED(OPERATOR, E_CONFLICT, run_retry(&w, run.run_id));
			continue;
		}
		assert_string_equal(of_run("SELECT string_agg(kind || ' ' || text, ' ') FROM bus.evidence e WHERE e.run = run.id"),
				    "failure evidence");
		assert_string_equal(of_run("status_message"),
				    "The build did not succeed. It broke. Nothing is charged.");
		DOES(OPERATOR, run_retry(&w, run.run_id));
		assert_string_equal(of_run("run.phase || (ended_at IS NULL)::text || (deadline_at - authorized_at)"),
				    "authorizedtrue01:00:00");
	}
}

/* Nobody works for money that was given back, or is on its way. */
static void a_run_whose_payment_is_given_back_stays_as_it_is(void **state)
{
	static const struct {
		const char *payment, *refund; /* of its page; NULL: it has none */
		bool may;
	} rows[] = {{"approved", NULL, true}, {"paid", "none", true}, {"paid", "due", false}, {"paid", "asked", false},
		    {"paid", "refused", false}, {"refunded", "done", false}, {"approved", "done", true}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bring(RUN_FAILED);
		sql(arena_printf(a, "UPDATE bus.run SET payment = '%s' WHERE id = %lld", rows[i].payment, (long long)run.id));
		if (rows[i].refund != NULL)
			sql(arena_printf(a, "INSERT INTO bus.checkout (checkout_id, account_id, run, run_id, title, scope_hash,"
				" amount, currency, provider, livemode, idem_key, return_url, state, refund, created_at, expires_at,"
				" due_at, paid_at) SELECT 'chk_' || id, account_id, id, run_id, 'x', 'x', 1900, 'eur', 'stripe', false,"
				" 'key ' || id, 'x', 'paid', '%s', now(), now(), now(), now() FROM bus.run WHERE id = %lld",
				rows[i].refund, (long long)run.id));
		if (rows[i].may)
			DOES(OPERATOR, run_retry(&w, run.run_id));
		else
			REFUSED(OPERATOR, E_CONFLICT, run_retry(&w, run.run_id));
	}
}

static void a_run_is_delivered_once(void **state)
{
	(void)state;
	for (enum run_phase p = 0; p < RUN_PHASES; p++) {
		bring(p);
		if (p == RUN_ARTIFACT_READY) {
			DOES(VISITOR, run_delivered(&w, run.id));
			assert_string_equal(of_run("run.phase"), "delivered");
		}
		NOTHING(VISITOR, run_delivered(&w, run.id));
	}
	NOTHING(VISITOR, run_delivered(&w, INT64_MAX));
}

static void evidence_is_text(void **state)
{
	(void)state;
	bring(RUN_AUTHORIZED);
	DOES(REAPER, run_evidence(&w, run.id, "log", "\xc3\xa4 line\n"));
	DOES(REAPER, run_evidence(&w, run.id, "log", "\xff\xfe"));
	assert_string_equal(of_run("SELECT string_agg(text, '|' ORDER BY e.id) FROM bus.evidence e WHERE e.run = run.id"),
			    "\xc3\xa4 line\n|(not text)");
}

/* ---- passes */

/* How many runs a pass ends at most. */
static void passes_end_what_is_over(void **state)
{
	static const enum run_phase working[] = {RUN_AUTHORIZED, RUN_REPO_READY, RUN_WORKER_RUNNING,
						 RUN_ARTIFACT_PENDING};
	int n;

	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_DRAFTING);
	bring(RUN_QUOTED);
	for (size_t i = 0; i < COUNT(working); i++)
		bring(working[i]);
	bring(RUN_ARTIFACT_READY);
	NOTHING(REAPER, run_expire(&w, 10));
	NOTHING(REAPER, run_overdue(&w, 10));
	now += (conf.run_deadline_s + 1) * CLOCK_S;
	NOTHING(REAPER, run_expire(&w, 10));
	DOES(REAPER, n = run_overdue(&w, 3));
	assert_int_equal(n, 3);
	DOES(REAPER, n = run_overdue(&w, 3));
	assert_int_equal(n, 1);
	NOTHING(REAPER, run_overdue(&w, 3));
	assert_string_equal(sql("SELECT string_agg(DISTINCT text, '') || count(*) FROM bus.evidence"), "absolute deadline4");
	now += conf.draft_ttl_s * CLOCK_S;
	DOES(REAPER, n = run_expire(&w, 1));
	assert_int_equal(n, 1);
	DOES(REAPER, n = run_expire(&w, 10));
	assert_int_equal(n, 1);
	NOTHING(REAPER, run_expire(&w, 10));
	assert_string_equal(sql("SELECT string_agg(phase || n, ' ' ORDER BY phase) FROM (SELECT phase, count(*) n FROM bus.run GROUP BY 1) t"),
			    "artifact_ready1 cancelled2 failed4");
}

/* Somebody is changing it: it is left alone, and nobody waits. */
static void passes_leave_alone_what_is_locked(void **state)
{
	struct work holder;
	int n;

	(void)state;
	sql("DELETE FROM bus.run");
	bring(RUN_DRAFTING);
	bring(RUN_AUTHORIZED);
	now += (conf.run_deadline_s + conf.draft_ttl_s + 1) * CLOCK_S;
	begin(OPERATOR);
	holder = w;
	w = (struct work){0};
	assert_int_equal(pg_exec(holder.pg, holder.a, &(struct pg_stmt){"lock", "SELECT id FROM run FOR NO KEY UPDATE", 0},
				 NULL, NULL, &holder.err),
			 0);
	DOES(REAPER, n = run_overdue(&w, 10));
	assert_int_equal(n, 0);
	DOES(REAPER, n = run_expire(&w, 10));
	assert_int_equal(n, 0);
	work_rollback(&holder);
	arena_free(holder.a);
	DOES(REAPER, n = run_overdue(&w, 10));
	assert_int_equal(n, 1);
	DOES(REAPER, n = run_expire(&w, 10));
	assert_int_equal(n, 1);
}

/* ---- the database fails */

static int does_create(void)
{
	struct run made;

	return run_create(&w, TOOL, NULL, &made);
}

static int does_say(void)
{
	const char *message;

	return run_say(&w, run.run_id, MORE, &message);
}

static int does_approve_scope(void)
{
	return run_approve_scope(&w, run.run_id, run.scope_hash);
}

static int does_ask_approval(void)
{
	return run_ask_approval(&w, run.run_id);
}

static int does_authorize(void)
{
	return run_authorize(&w, run.run_id, false);
}

static int does_retry(void)
{
	return run_retry(&w, run.run_id);
}

static int does_cancel(void)
{
	return run_cancel(&w, run.run_id);
}

static int does_delivered(void)
{
	return run_delivered(&w, run.id);
}

static int does_fail(void)
{
	struct run copy = run;

	return run_fail(&w, &copy, "broken", "It broke.", "evidence");
}

static int does_public(void)
{
	const char *json;

	return run_public_json(&w, run.run_id, &json);
}

static int does_expire(void)
{
	return run_expire(&w, 10);
}

static int does_overdue(void)
{
	return run_overdue(&w, 10);
}

static void a_statement_that_fails_undoes_all(void **state)
{
	static const struct {
		int (*call)(void);
		enum who who;
		enum run_phase phase;
		bool approved;
		int64_t later;
	} rows[] = {
		{does_create, VISITOR, RUN_DRAFTING}, {does_say, VISITOR, RUN_DRAFTING},
		{does_say, VISITOR, RUN_QUOTED}, {does_say, VISITOR, RUN_WORKER_RUNNING},
		{does_approve_scope, VISITOR, RUN_QUOTED}, {does_ask_approval, VISITOR, RUN_QUOTED, true},
		{does_authorize, OPERATOR, RUN_QUOTED, true}, {does_retry, OPERATOR, RUN_FAILED},
		{does_cancel, VISITOR, RUN_QUOTED}, {does_cancel, OPERATOR, RUN_WORKER_RUNNING},
		{does_delivered, VISITOR, RUN_ARTIFACT_READY}, {does_fail, REAPER, RUN_AUTHORIZED},
		{does_public, VISITOR, RUN_QUOTED}, {does_expire, REAPER, RUN_DRAFTING, false, 604801},
		{does_overdue, REAPER, RUN_REPO_READY, false, 3601},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		sql("DELETE FROM bus.run");
		conf.contact_required = 0;
		bring(rows[i].phase);
		if (rows[i].approved)
			approve();
		now += rows[i].later * CLOCK_S;
		fails_at_each_statement(rows[i].who, rows[i].call);
	}
}

static int does_stop(void)
{
	return run_stop_all(&w, 10);
}

static void an_operator_stops_what_is_built(void **state)
{
	int n;

	(void)state;
	sql("DELETE FROM bus.run");
	conf.contact_required = 0;
	bring(RUN_DRAFTING);
	bring(RUN_AUTHORIZED);
	bring(RUN_REPO_READY);
	bring(RUN_WORKER_RUNNING);
	bring(RUN_ARTIFACT_PENDING);
	bring(RUN_ARTIFACT_READY);
	sql("UPDATE bus.kill_switch SET level = 2, reason = 'drill'");
	NOTHING(REAPER, run_stop_all(&w, 10));
	sql("UPDATE bus.kill_switch SET level = 3");
	DOES(REAPER, n = run_stop_all(&w, 3));
	assert_int_equal(n, 3);
	DOES(REAPER, n = run_stop_all(&w, 3));
	assert_int_equal(n, 1);
	NOTHING(REAPER, run_stop_all(&w, 3));
	assert_string_equal(sql("SELECT string_agg(DISTINCT text, '') || count(*) FROM bus.evidence WHERE kind = 'stopped'"),
			    "by an operator: drill4");
	assert_string_equal(sql("SELECT string_agg(phase || n, ' ' ORDER BY phase) FROM (SELECT phase, count(*) n FROM bus.run GROUP BY 1) t"),
			    "artifact_ready1 cancelled4 drafting1");
	sql("UPDATE bus.kill_switch SET level = 0");
	bring(RUN_WORKER_RUNNING);
	sql("UPDATE bus.kill_switch SET level = 3");
	fails_at_each_statement(REAPER, does_stop);
	sql("UPDATE bus.kill_switch SET level = 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_name_is_a_phase_or_none), T(a_run_moves_along_its_edges_alone),
		T(the_database_refuses_every_other_move), T(the_second_of_two_moves_nothing),
		T(a_conversation_begins), T(what_is_said_is_thought_about_or_kept_for_later), T(small_talk_takes_no_approval),
		T(what_cannot_be_made_names_who_could), T(a_conversation_has_an_end),
		T(a_scope_is_approved_as_it_was_shown), T(nobody_works_for_somebody_unknown), T(nobody_works_for_who_is_barred),
		T(a_run_is_its_customers), T(a_run_is_cancelled_or_taken_up_again),
		T(a_run_whose_payment_is_given_back_stays_as_it_is), T(a_run_is_delivered_once), T(evidence_is_text), T(passes_end_what_is_over),
		T(passes_leave_alone_what_is_locked), T(an_operator_stops_what_is_built), T(a_statement_that_fails_undoes_all),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
