#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/key_set.h"

/* `bus keys …`: which keys strangers see, and one key after another. */

static int list(struct cli *c)
{
	static const char *const columns[] = {"kid", "file", NULL};
	struct key_set s;
	struct buf b;
	struct jw j;

	if (key_set_read(c->w.a, &c->conf, &s, &c->w.err) < 0)
		return -1;
	buf_init(&b, c->w.a, 64 * 1024);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < s.n; i++) {
		jw_object(&j);
		jw_kstr(&j, "kid", s.one[i].kid);
		jw_kstr(&j, "file", s.one[i].file ? s.one[i].file : i == 0 ? "receipt" : "provenance");
		jw_end_object(&j);
	}
	jw_end_array(&j);
	return c->json ? cli_json(c, buf_str(&b)) : cli_table(c, buf_str(&b), columns);
}

static bool role_of(struct cli *c, struct key_role *ret)
{
	if (key_role_of(c->w.a, &c->conf, cli_arg(c, 0), ret))
		return true;
	fail_field(&c->w, "NAME", "not_receipt_or_provenance");
	return false;
}

static int says(struct cli *c, const char *kid, const char *what, const char *at)
{
	if (c->json)
		return cli_json(c, arena_printf(c->w.a, "{\"kid\":\"%s\",\"%s\":\"%s\"}", kid, what, at));
	cli_out("%s %s %s\n", kid, what, at);
	return 0;
}

static int next(struct cli *c)
{
	struct key_role role;
	const char *kid;
	int64_t from;
	char at[25];

	if (!role_of(c, &role) || key_set_next(c->w.a, &c->conf, &role, &kid, &from, &c->w.err) < 0)
		return -1;
	return says(c, kid, "may_sign_from", clock_text(from * CLOCK_S, at));
}

static int change(struct cli *c)
{
	struct key_role role;
	const char *kid;
	char at[25];

	if (!role_of(c, &role) ||
	    key_set_switch(c->w.a, &c->conf, &role, c->w.now / CLOCK_S, &kid, &c->w.err) < 0)
		return -1;
	return says(c, kid, "signs_from", clock_text(c->w.now, at));
}

static int retire(struct cli *c)
{
	return key_set_retire(c->w.a, &c->conf, cli_arg(c, 0), &c->w.err);
}

const struct verb decide_verbs[] = {
	{.name = "keys list", .run = list, .doc = "the public keys that strangers see, and where each lies"},
	{.name = "keys next", .args = "NAME", .run = next,
	 .doc = "make the next key of receipt or provenance, and show it to strangers"},
	{.name = "keys switch", .args = "NAME", .run = change,
	 .doc = "let it sign, once readers know it; then reload bus-fcgi (HUP)"},
	{.name = "keys retire", .args = "FILE", .run = retire,
	 .doc = "take a key out of the set when nothing it has signed is to be checked"},
	{0},
};
