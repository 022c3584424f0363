#include "config.h"

#include "billing/billing_plan_int.h"
#include "cli/cli.h"

/* `bus billing catalog sync`: our plans and prices at the payment provider. */

static int sync(struct cli *c)
{
	static const char *const columns[] = {"object", "name", "action", "detail", NULL};
	struct billing_sync s = {.apply = cli_option(c, "apply") != NULL};
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 1u << 20);
	jw_init(&j, &b);
	s.out = &j;
	jw_array(&j);
	if (billing_load(&c->conf, &c->w.err) < 0 || billing_catalog_sync(&c->w, &s) < 0)
		return -1;
	jw_end_array(&j);
	if (cli_table(c, buf_str(&b), columns) < 0)
		return -1;
	if (s.changes > 0 && !s.apply && !c->json)
		cli_out("nothing was changed: %d steps with --apply\n", s.changes);
	return 0;
}

static const struct cli_opt sync_options[] = {{"apply", NULL, "do it; without, only what would be done is told"}, {0}};

const struct verb billing_catalog_verbs[] = {
	{.name = "billing catalog sync", .options = sync_options, .db = "operator", .run = sync,
	 .doc = "products, prices and the meter at the payment provider"},
	{0},
};
