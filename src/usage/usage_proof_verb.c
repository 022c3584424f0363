#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "cli/cli.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"

#include <sys/wait.h>
#include <unistd.h>

/*
 * `bus proof budget`: that a limit cannot be overspent, on the real database.
 * A fresh account has a budget for exactly one call; many processes ask for it
 * at the same time. Exactly one may be admitted. Then account, plan and reservation are
 * taken away again.
 */

#define CALL_MICRO 1000
#define PROCESSES 16

struct proof {
	int64_t admitted, refused, failed;
};

static void ask_many(struct cli *c, const char *subject, int calls, int to)
{
	struct proof p = {0};
	struct work w = {.a = arena_new(64u << 20), .conf = &c->conf, .now = clock_now(),
			 .pg = pg_new(&c->conf, "operator", true), .trace = "proof"};
	const struct usage_ask ask = {.subject = subject, .model = "proof", .backend = "proof",
				      .feature = "proof", .price_version = "proof", .micro = CALL_MICRO,
				      .until_us = clock_now() + 3600 * CLOCK_S};

	for (int i = 0; i < calls; i++) {
		struct usage_grant g;

		err_clear(&w.err);
		if (usage_reserve(&w, &ask, &g) == 0)
			p.admitted++;
		else if (w.err.id == E_QUOTA)
			p.refused++;
		else
			p.failed++;
	}
	_exit(write(to, &p, sizeof(p)) == (ssize_t)sizeof(p) ? 0 : 1);
}

static int run_all(struct cli *c, const char *subject, int64_t calls, struct proof *ret)
{
	int ends[2];

	if (pipe(ends) < 0)
		return fail(&c->w, E_INTERNAL, "pipe");
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		if (pid == 0)
			ask_many(c, subject, (int)(calls / PROCESSES + (i < calls % PROCESSES)), ends[1]);
		if (pid < 0)
			return fail(&c->w, E_INTERNAL, "fork");
	}
	close(ends[1]);
	for (struct proof p; read(ends[0], &p, sizeof(p)) == (ssize_t)sizeof(p);) {
		ret->admitted += p.admitted;
		ret->refused += p.refused;
		ret->failed += p.failed;
	}
	close(ends[0]);
	while (wait(NULL) > 0)
		continue;
	return 0;
}

static int budget(struct cli *c)
{
	const char *name = arena_printf(c->w.a, "proof-%s", id_new(c->w.a, "") + 12);
	const char *given = cli_option(c, "calls");
	struct proof p = {0};
	struct pg_rows rows;
	int64_t calls = 1000, spent;
	bool ok;

	if (given != NULL && !str_int(given, 1, 100000, &calls))
		return fail_field(&c->w, "--calls", "out_of_range");
	if (work_begin(&c->w, NULL) < 0 ||
	    DB(&c->w, usage_sql_proof_plan, NULL, name, arg_int(&c->w, CALL_MICRO)) < 0 ||
	    DB(&c->w, usage_sql_proof_account, NULL, name, arg_now(&c->w)) < 0 ||
	    work_commit(&c->w, NULL) < 0)
		return -1;
	cli_progress("%lld calls for a budget of one", (long long)calls);
	if (run_all(c, name, calls, &p) < 0 || DB(&c->w, usage_sql_proof_state, &rows, name) < 0 ||
	    work_begin(&c->w, NULL) < 0 || DB(&c->w, usage_sql_proof_remove, NULL, name, arg_now(&c->w)) < 0 ||
	    work_commit(&c->w, NULL) < 0)
		return -1;
	cli_progress_end();
	if (rows.n != 1)
		return fail(&c->w, E_UNAVAILABLE, "none of %lld was admitted", (long long)calls);
	spent = pg_int(&rows, 0, 1) + pg_int(&rows, 0, 2);
	ok = p.admitted == 1 && p.failed == 0 && spent <= pg_int(&rows, 0, 0);
	if (cli_json(c, arena_printf(c->w.a,
				     "{\"calls\":%lld,\"admitted\":%lld,\"refused\":%lld,\"failed\":%lld,"
				     "\"limit\":%lld,\"held\":%lld,\"overspent\":%lld,\"ok\":%s}",
				     (long long)calls, (long long)p.admitted, (long long)p.refused,
				     (long long)p.failed, (long long)pg_int(&rows, 0, 0), (long long)spent,
				     (long long)(spent > pg_int(&rows, 0, 0) ? spent - pg_int(&rows, 0, 0) : 0),
				     ok ? "true" : "false")) < 0)
		return -1;
	return ok ? 0 : 1;
}

static const struct cli_opt budget_options[] = {{"calls", "N", "how many at once (1000)"}, {0}};

const struct verb usage_proof_verbs[] = {
	{.name = "proof budget", .options = budget_options, .db = "operator", .run = budget,
	 .doc = "many calls at once for a budget of one: exactly one is admitted"},
	{0},
};
