#include "config.h"

#include "cli/cli.h"
#include "run/run.h"
#include "run/run_sql.h"

/* `bus build …`: an operator's view, by the same rules as every other door. */

#define LIST_MAX 10000

static int show_list(struct cli *c)
{
	static const char *const columns[] = {"run_id", "phase", "payment", "artifact_type",
					      "title", "updated_at", NULL};
	const char *phases[RUN_PHASES];

	for (size_t i = 0; i < RUN_PHASES; i++)
		phases[i] = run_states[i].name;
	if (cli_one_of(c, "phase", phases, RUN_PHASES) < 0 || cli_bounded(c, "limit", 1, LIST_MAX) < 0)
		return -1;
	return cli_query(c, &run_sql_operator_list,
			 (const char *const[]){cli_option(c, "phase"), cli_option(c, "limit")},
			 "items", columns);
}

static int show_one(struct cli *c)
{
	return cli_query(c, &run_sql_operator_show, (const char *const[]){cli_arg(c, 0)}, NULL, NULL);
}

static int show_events(struct cli *c)
{
	static const char *const columns[] = {"id", "at", "type", "text", NULL};

	return cli_query(c, &run_sql_operator_events, (const char *const[]){cli_arg(c, 0)}, "events",
			 columns);
}

/* One rule in one transaction, then the run as it is. */
static int change(struct cli *c, int (*rule)(struct work *w, const char *run_id))
{
	const char *doc;

	if (work_begin(&c->w, NULL) < 0 || rule(&c->w, cli_arg(c, 0)) < 0 ||
	    run_public_json(&c->w, cli_arg(c, 0), &doc) < 0 || work_commit(&c->w, NULL) < 0)
		return -1;
	return cli_json(c, doc);
}

static int authorize(struct work *w, const char *run_id)
{
	return run_authorize(w, run_id, false);
}

static int authorize_anyway(struct work *w, const char *run_id)
{
	return run_authorize(w, run_id, true);
}

static int approve(struct cli *c)
{
	return change(c, cli_option(c, "force") ? authorize_anyway : authorize);
}

static int retry(struct cli *c)
{
	return change(c, run_retry);
}

static int cancel(struct cli *c)
{
	return change(c, run_cancel);
}

static const struct cli_opt list_options[] = {
	{"phase", "PHASE", "only runs in this phase"}, {"limit", "N", "at most so many (50; up to 10000)"}, {0}};

static const struct cli_opt approve_options[] = {
	{"force", NULL, "though the account is switched off, or has a payment in dispute"}, {0}};

const struct verb run_verbs[] = {
	{.name = "build runs", .options = list_options, .db = "operator", .run = show_list,
	 .doc = "list build runs, newest first"},
	{.name = "build show", .args = "RUN_ID", .db = "operator", .run = show_one,
	 .doc = "everything about a run: internal state, workers, history, evidence"},
	{.name = "build events", .args = "RUN_ID", .db = "operator", .run = show_events,
	 .doc = "what the customer was told"},
	{.name = "build approve", .args = "RUN_ID", .options = approve_options, .db = "operator", .run = approve,
	 .doc = "authorize a run whose scope the customer has approved"},
	{.name = "build retry", .args = "RUN_ID", .db = "operator", .run = retry,
	 .doc = "take a failed run up again"},
	{.name = "build cancel", .args = "RUN_ID", .db = "operator", .run = cancel,
	 .doc = "stop a run"},
	{0},
};
