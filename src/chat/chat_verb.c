#include "config.h"

#include "chat/chat_sql.h"
#include "chat/chat_store.h"
#include "cli/cli.h"

/* `bus models backends`, `bus models found`: what the probes have seen. */

static int backends(struct cli *c)
{
	static const char *const columns[] = {"backend", "up", "reason", "models", "since", "checked_at",
					      "detail", NULL};

	return cli_query(c, &chat_sql_backends, NULL, "items", columns);
}

static int discovered(struct cli *c)
{
	static const char *const columns[] = {"backend", "model", "sold_as", "first_seen", NULL};

	if (model_load(&c->conf, &c->w.err) < 0)
		return -1;
	return cli_query(c, &chat_sql_discovered, (const char *const[]){chat_routes_json(c->w.a, NULL)},
			 "items", columns);
}

const struct verb chat_verbs[] = {
	{.name = "models backends", .db = "operator", .run = backends,
	 .doc = "local runtimes: which are up, since when, and why not"},
	{.name = "models found", .db = "operator", .run = discovered,
	 .doc = "models that local runtimes offer, and as what the catalog sells them"},
	{0},
};
