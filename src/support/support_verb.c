#include "config.h"

#include "cli/cli.h"
#include "base/jw.h"
#include "base/str.h"
#include "support/support_int.h"

/* ---- bus db */

static void say(const char *line)
{
	cli_progress("%s", line);
	cli_out("%s\n", line);
}

static int migrate(struct cli *c)
{
	const char *to = cli_option(c, "to"), *back = cli_option(c, "rollback");
	int64_t target = support_schema_version(), down;

	if (to != NULL && !str_int(to, 1, target, &target))
		return fail(&c->w, E_INVALID, "--to: no version %s", to);
	if (back != NULL && !str_int(back, 0, support_schema_version(), &down))
		return fail(&c->w, E_INVALID, "--rollback: no version %s", back);
	if (back != NULL)
		return support_rollback(&c->w, (int)down, say);
	if (support_migrate(&c->w, (int)target, cli_option(c, "plan") != NULL, say) < 0)
		return -1;
	cli_progress_end();
	if (cli_option(c, "plan") == NULL)
		cli_out("schema version %lld\n", (long long)target);
	return 0;
}

static int verify(struct cli *c)
{
	const struct support_applied *list;
	size_t n;

	if (support_store_applied(&c->w, &list, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		cli_out("%04d %s\n", list[i].version, list[i].checksum);
	if (n == 0 || list[n - 1].version != support_schema_version()) {
		cli_out("not at version %d\n", support_schema_version());
		return 1;
	}
	return support_migrate(&c->w, support_schema_version(), true, say);
}

/* ---- bus fsck */

static int fsck(struct cli *c)
{
	static const char *const columns[] = {"invariant", "subject", "detail", NULL};
	const struct support_finding *f;
	struct buf b;
	struct jw j;
	size_t n;

	if (support_store_fsck(&c->w, &f, &n) < 0)
		return -1;
	buf_init(&b, c->w.a, 16u << 20);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < n; i++) {
		jw_object(&j);
		jw_kstr(&j, "invariant", f[i].invariant);
		jw_kstr(&j, "subject", f[i].subject);
		jw_kstr(&j, "detail", f[i].detail);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	if (n == 0 && !c->json) {
		cli_out("all invariants hold\n");
		return 0;
	}
	return cli_table(c, buf_str(&b), columns) < 0 ? -1 : n > 0;
}

static const struct cli_opt migrate_options[] = {
	{"plan", NULL, "only say what would be done"},
	{"to", "VERSION", "stop at this version"},
	{"rollback", "VERSION", "undo everything after this version"},
	{0},
};

const struct verb support_verbs[] = {
	{.name = "db migrate", .options = migrate_options, .db = "admin", .run = migrate,
	 .doc = "bring the database to this program's schema"},
	{.name = "db verify", .db = "admin", .run = verify,
	 .doc = "compare the database's migrations with this program's"},
	{.name = "fsck", .db = "operator", .run = fsck,
	 .doc = "check the invariants of runs, leases, artifacts and events"},
	{0},
};
