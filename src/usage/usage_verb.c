#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "cli/cli.h"
#include "usage/usage_int.h"
#include "usage/usage_sql.h"

/* `bus usage`, `bus margin`, `bus kill`: an operator's view of what is spent. */

#define LIST_MAX 10000

static int list(struct cli *c)
{
	static const char *const states[] = {"reserved", "posted", "released", "estimated"};
	static const char *const columns[] = {"at", "account", "model", "backend", "state", "reserved",
					      "posted", "cost", "reason", "usage_id", NULL};

	if (cli_one_of(c, "state", states, COUNT(states)) < 0 || cli_bounded(c, "limit", 1, LIST_MAX) < 0)
		return -1;
	return cli_query(c, &usage_sql_operator_list,
			 (const char *const[]){cli_option(c, "state"), cli_option(c, "limit")}, "items", columns);
}

static int margin(struct cli *c)
{
	static const char *const columns[] = {"model", "backend", "calls", "revenue", "cost", "margin",
					      "estimated", "uncosted", NULL};

	return cli_query(c, &usage_sql_margin, NULL, "items", columns);
}

static int correct(struct cli *c)
{
	struct pg_rows rows;
	int64_t micro;

	if (!str_int(cli_arg(c, 1), 0, INT64_MAX, &micro))
		return fail_field(&c->w, "MICRO", "not_an_integer");
	if (work_begin(&c->w, NULL) < 0 ||
	    DB(&c->w, usage_sql_correct, &rows, cli_arg(c, 0), arg_int(&c->w, micro), "operator",
	       arg_now(&c->w)) < 0)
		return -1;
	if (!pg_bool(&rows, 0, 0))
		return fail(&c->w, E_CONFLICT, "not an estimate, or more than was estimated");
	return work_commit(&c->w, NULL);
}

static int kill_show(struct cli *c)
{
	return cli_query(c, &usage_sql_kill_show, NULL, NULL, NULL);
}

static int kill_level(struct cli *c)
{
	static const char *const levels[] = {"none", "new-runs", "new-spend", "cancel", "destroy"};
	const char *reason = cli_option(c, "reason");

	if (cli_arg(c, 0) == NULL)
		return kill_show(c);
	for (size_t i = 0; i < COUNT(levels); i++)
		if (str_eq(cli_arg(c, 0), levels[i]))
			return work_begin(&c->w, NULL) < 0 ||
			       DB(&c->w, usage_sql_kill, NULL, arg_int(&c->w, (int64_t)i), reason ? reason : "",
				  "operator", arg_now(&c->w)) < 0 ||
			       work_commit(&c->w, NULL) < 0 ? -1 : 0;
	return fail_field(&c->w, "LEVEL", "not_one_of");
}

static const struct cli_opt list_options[] = {
	{"state", "STATE", "reserved, posted, released or estimated"},
	{"limit", "N", "at most so many (50; up to 10000)"}, {0}};
static const struct cli_opt kill_options[] = {{"reason", "TEXT", "why, for the record"}, {0}};

const struct verb usage_verbs[] = {
	{.name = "usage", .options = list_options, .db = "operator", .run = list,
	 .doc = "calls of models, newest first, with what they cost us"},
	{.name = "usage correct", .args = "USAGE_ID MICRO", .db = "operator", .run = correct,
	 .doc = "what an estimate really was; never more than was estimated"},
	{.name = "margin", .db = "operator", .run = margin,
	 .doc = "revenue and cost of each model, the worst first"},
	{.name = "kill", .args = "[LEVEL]", .options = kill_options, .db = "operator", .run = kill_level,
	 .doc = "stop spending: none, new-runs, new-spend, cancel, destroy; without a level as kill show"},
	{.name = "kill show", .db = "operator", .run = kill_show,
	 .doc = "where the switch stands, since when and why"},
	{0},
};
