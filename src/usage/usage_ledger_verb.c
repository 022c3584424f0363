#include "config.h"

#include "base/str.h"
#include "cli/cli.h"
#include "port/file.h"
#include "usage/usage_int.h"

#include <stdio.h>
#include <string.h>

/* `bus ledger verify`, `bus ledger prove`: the ledger held against its seals, the
 * seals against the file they were copied to; or a proof against a public key. */

#define SEALS_AT_ONCE 1000
#define SEAL_LINE 4096
#define PROOF_MAX (4u << 20)

struct ledger {
	struct key_set keys;
	struct usage_seal last; /* the one before */
	FILE *copies;           /* seals.jsonl, or NULL */
	int64_t seals, entries, copied;
	const char *why;        /* the first thing that is wrong */
};

/* ---- one seal */

/* All entries since the seal before are below this one: none is missing, changed,
 * or stands beside them. */
static int check_seal(struct cli *c, struct ledger *l, const struct usage_seal *s)
{
	struct usage_leaves leaves;
	const char *root;

	if (usage_store_leaves(&c->w, l->last.last + 1, s->last, INT32_MAX, &leaves) < 0)
		return -1;
	if (s->first <= l->last.last || (int64_t)leaves.n != s->entries || leaves.n == 0)
		l->why = "entries are missing or were added";
	else if (usage_seal_root(&c->w, &leaves, &root) < 0)
		return -1;
	else if (!str_eq(root, s->root))
		l->why = "an entry was changed";
	else if (s->id != l->last.id + 1 || (l->last.id > 0 && !str_eq(l->last.root, s->previous)))
		l->why = "the chain is broken";
	else if (s->kid != NULL && key_set_find(&l->keys, s->kid) == NULL)
		l->why = "its key is not in the set any more";
	else if (!usage_seal_holds(c->w.a, s, &l->keys))
		l->why = "the signature does not hold";
	return 0;
}

/* The copy says the same. Seals of the last minute may have none yet; the name of a
 * key was not always written. */
static void check_copy(struct cli *c, struct ledger *l, const struct usage_seal *s)
{
	char line[SEAL_LINE];
	const char *text;
	struct buf b;
	struct jw j;

	if (l->copies == NULL || fgets(line, sizeof(line), l->copies) == NULL || strchr(line, '\n') == NULL)
		return;
	buf_init(&b, c->w.a, SEAL_LINE);
	jw_init(&j, &b);
	usage_seal_json(&j, s);
	text = buf_str(&b);
	if (strncmp(line, text, (size_t)(strstr(text, ",\"kid\"") - text)) != 0)
		l->why = "its copy in seals.jsonl says otherwise";
	l->copied++;
}

/* ---- all of them */

static int check_page(struct cli *c, struct ledger *l, size_t *ret_n)
{
	const struct usage_seal *seals;

	if (usage_store_seals(&c->w, l->last.id, SEALS_AT_ONCE, &seals, ret_n) < 0)
		return -1;
	for (size_t i = 0; i < *ret_n && l->why == NULL; i++) {
		cli_progress("seal %lld", (long long)seals[i].id);
		if (check_seal(c, l, &seals[i]) < 0)
			return -1;
		if (l->why == NULL)
			check_copy(c, l, &seals[i]);
		l->last = seals[i];
		l->seals++;
		l->entries += seals[i].entries;
	}
	return 0;
}

static int check_all(struct cli *c, struct ledger *l)
{
	struct usage_leaves open;
	char line[SEAL_LINE];
	size_t n;

	do {
		if (check_page(c, l, &n) < 0)
			return -1;
	} while (n > 0 && l->why == NULL);
	if (l->why == NULL && l->copies != NULL && fgets(line, sizeof(line), l->copies) != NULL && strchr(line, '\n') != NULL)
		l->why = "seals.jsonl has a seal behind it that is gone";
	if (usage_store_leaves(&c->w, l->last.last + 1, 0, INT32_MAX, &open) < 0)
		return -1;
	cli_progress_end();
	return cli_json(c, l->why == NULL
		? arena_printf(c->w.a, "{\"ok\":true,\"seals\":%lld,\"entries\":%lld,\"copied\":%lld,\"unsealed\":%zu}",
			       (long long)l->seals, (long long)l->entries, (long long)l->copied, open.n)
		: arena_printf(c->w.a, "{\"ok\":false,\"seal\":%lld,\"why\":\"%s\"}", (long long)l->last.id, l->why));
}

/* ---- a proof, by nothing but a public key */

static int verify_file(struct cli *c)
{
	struct err *e = &c->w.err;
	const char *key_file = cli_option(c, "key"), *text, *why = NULL;
	const struct json *proofs;
	struct key_set keys = {.n = 1};
	struct key *key;
	size_t n, at = 0;

	if (key_file == NULL)
		return fail_field(&c->w, "--key", "required");
	if ((text = file_read(c->w.a, cli_arg(c, 0), PROOF_MAX, &n, e)) == NULL || (key = key_read_public(key_file, e)) == NULL)
		return -1;
	keys.one[0] = (struct key_set_one){.key = key, .kid = key_id(c->w.a, key)};
	proofs = json_get(json_parse(c->w.a, text, n, e), "proofs");
	if (json_count(proofs) == 0)
		why = "it holds no proof";
	for (; why == NULL && at < json_count(proofs); at++)
		why = usage_proof_wrong(c->w.a, json_at(proofs, at), &keys);
	key_free(key);
	if (e->id != E_NONE)
		return -1;
	return cli_json(c, why == NULL ? arena_printf(c->w.a, "{\"ok\":true,\"proofs\":%zu}", at)
				       : arena_printf(c->w.a, "{\"ok\":false,\"proof\":%zu,\"why\":\"%s\"}", at, why)) < 0
		? -1 : why != NULL;
}

static int verify(struct cli *c)
{
	struct ledger l = {.last = {.root = "", .previous = ""}};
	int rc;

	if (cli_arg(c, 0) != NULL)
		return verify_file(c);
	if (key_set_read(c->w.a, &c->conf, &l.keys, &c->w.err) < 0)
		return -1;
	l.copies = fopen(arena_printf(c->w.a, "%s/ledger/seals.jsonl", c->conf.var), "re");
	rc = check_all(c, &l);
	if (l.copies != NULL)
		fclose(l.copies);
	return rc < 0 ? -1 : l.why != NULL;
}

static int prove(struct cli *c)
{
	const char *json;

	if (usage_store_proof(&c->w, cli_arg(c, 0), &json) < 0)
		return -1;
	return cli_json(c, json);
}

static const struct cli_opt verify_options[] = {
	{"key", "PEM", "the public key that a proof's seals are signed with; for FILE"}, {0}};

const struct verb usage_ledger_verbs[] = {
	{.name = "ledger verify", .args = "[FILE]", .options = verify_options, .db = "operator",
	 .args_suffice = true, .run = verify,
	 .doc = "every entry of the ledger against its signed seals; FILE: a proof against a public key, offline"},
	{.name = "ledger prove", .args = "USAGE_ID", .db = "operator", .run = prove,
	 .doc = "the way from a call's entries to the signed roots, for a stranger to check"},
	{0},
};
