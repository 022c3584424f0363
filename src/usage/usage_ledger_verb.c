#include "config.h"

#include "base/str.h"
#include "cli/cli.h"
#include "usage/usage_int.h"

/* `bus ledger verify`, `bus ledger prove`: the ledger held against its seals. */

static int check_seal(struct cli *c, const struct usage_seal *s, const char *previous,
		      const struct key_set *keys, const char **ret_why)
{
	struct usage_leaves leaves;
	const char *root;

	*ret_why = NULL;
	if (usage_store_leaves(&c->w, s->first, s->last, INT32_MAX, &leaves) < 0)
		return -1;
	if ((int64_t)leaves.n != s->entries || leaves.n == 0)
		*ret_why = "entries are missing or were added";
	else if (usage_seal_root(&c->w, &leaves, &root) < 0)
		return -1;
	else if (!str_eq(root, s->root))
		*ret_why = "an entry was changed";
	else if (previous != NULL && !str_eq(previous, s->previous))
		*ret_why = "the chain is broken";
	else if (s->kid != NULL && key_set_find(keys, s->kid) == NULL)
		*ret_why = "its key is not in the set any more";
	else if (!usage_seal_holds(&c->w, s, keys))
		*ret_why = "the signature does not hold";
	return 0;
}

static int verify(struct cli *c)
{
	const struct usage_seal *seals;
	struct key_set keys;
	const char *previous = NULL, *why = NULL;
	int64_t entries = 0;
	size_t n, i;
	int rc = key_set_read(c->w.a, &c->conf, &keys, &c->w.err);

	if (rc == 0)
		rc = usage_store_seals(&c->w, 0, &seals, &n);

	for (i = 0; rc == 0 && i < n && why == NULL; i++) {
		cli_progress("seal %zu of %zu", i + 1, n);
		rc = check_seal(c, &seals[i], previous, &keys, &why);
		previous = seals[i].root;
		entries += seals[i].entries;
	}
	cli_progress_end();
	if (rc < 0)
		return -1;
	if (cli_json(c, why == NULL ? arena_printf(c->w.a, "{\"ok\":true,\"seals\":%zu,\"entries\":%lld}",
						   n, (long long)entries)
				    : arena_printf(c->w.a, "{\"ok\":false,\"seal\":%lld,\"why\":\"%s\"}",
						   (long long)seals[i - 1].id, why)) < 0)
		return -1;
	return why == NULL ? 0 : 1;
}

static int prove(struct cli *c)
{
	const char *json;

	if (usage_store_proof(&c->w, cli_arg(c, 0), &json) < 0)
		return -1;
	return cli_json(c, json);
}

const struct verb usage_ledger_verbs[] = {
	{.name = "ledger verify", .db = "operator", .run = verify,
	 .doc = "every entry of the ledger against its signed seals"},
	{.name = "ledger prove", .args = "USAGE_ID", .db = "operator", .run = prove,
	 .doc = "the way from a call's entries to the signed roots, for a stranger to check"},
	{0},
};
