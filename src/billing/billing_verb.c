#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_int.h"
#include "billing/billing_sql.h"
#include "cli/cli.h"

#include <string.h>

/* `bus billing …`: what the payment provider has sent, and is all in order? */

static int list(struct cli *c)
{
	static const char *const columns[] = {"event", "type", "state", "attempts", "received", "note", NULL};
	const char *args[] = {cli_option(c, "state")};

	return cli_query(c, &billing_sql_events, args, "items", columns);
}

static int show(struct cli *c)
{
	const char *args[] = {cli_arg(c, 0)};

	return cli_query(c, &billing_sql_event, args, NULL, NULL);
}

static int replay(struct cli *c)
{
	int rc = billing_store_replay(&c->w, cli_arg(c, 0));

	if (rc == 0)
		return fail(&c->w, E_NOT_FOUND, "no event %.80s", cli_arg(c, 0));
	return rc < 0 ? -1 : 0;
}

static int has_reason(struct cli *c)
{
	const char *reason = cli_option(c, "reason");

	if (reason == NULL || *reason == '\0' || strlen(reason) > 500)
		return fail_field(&c->w, "--reason", "required");
	return 0;
}

static int exports(struct cli *c)
{
	static const char *const columns[] = {"identifier", "account", "meter", "value", "state", "attempts", "at",
					      "sent", "note", NULL};
	const char *args[] = {cli_option(c, "state")};

	return cli_query(c, &billing_sql_exports, args, "items", columns);
}

static int retry(struct cli *c)
{
	static const char *const columns[] = {"identifier", "account", "value", "was", NULL};
	const char *args[] = {cli_option(c, "identifier"), cli_option(c, "state"), cli_option(c, "account"),
			      cli_option(c, "reason")};

	if (args[0] == NULL && args[1] == NULL)
		return fail_field(&c->w, "--identifier", "required");
	if (args[1] != NULL && !str_eq(args[1], "refused") && !str_eq(args[1], "unknown"))
		return fail_field(&c->w, "--state", "not_refused_or_unknown");
	if (has_reason(c) < 0)
		return -1;
	return cli_query(c, &billing_sql_export_retry, args, "items", columns);
}

static int subscriptions(struct cli *c)
{
	static const char *const columns[] = {"subscription", "account", "plan", "status", "until", "left",
					      "attempts", "problem", NULL};
	const char *args[] = {cli_option(c, "problems")};

	return cli_query(c, &billing_sql_subscriptions, args, "items", columns);
}

static int disputes(struct cli *c)
{
	static const char *const columns[] = {"payment", "dispute", "what", "account", NULL};

	return cli_query(c, &billing_sql_disputes, NULL, "items", columns);
}

static int refunds(struct cli *c)
{
	static const char *const columns[] = {"payment", "refunded", "paid", "currency", "state", "what", "account",
					      "note", NULL};

	return cli_query(c, &billing_sql_refunds, NULL, "items", columns);
}

static int alerts(struct cli *c)
{
	static const char *const columns[] = {"alert", "kind", "subject", "account", "note", "at", "type", "closed", NULL};
	const char *args[] = {cli_option(c, "all")};

	return cli_query(c, &billing_sql_alerts, args, "items", columns);
}

/* What an operator does about one thing, and why. */
static int decide(struct cli *c, int (*rule)(struct work *w, const char *name, const char *reason), const char *what)
{
	int rc;

	if (has_reason(c) < 0)
		return -1;
	rc = rule(&c->w, cli_arg(c, 0), cli_option(c, "reason"));
	if (rc == 0)
		return fail(&c->w, E_NOT_FOUND, "no %s %.80s", what, cli_arg(c, 0));
	return rc < 0 ? -1 : 0;
}

static int lift(struct cli *c)
{
	return decide(c, billing_store_lift, "lost dispute about");
}

static int refund_again(struct cli *c)
{
	return decide(c, billing_store_refund_again, "refused refund of");
}

static int alert_close(struct cli *c)
{
	int64_t id;

	if (!str_int(cli_arg(c, 0), 1, INT64_MAX, &id))
		return fail(&c->w, E_NOT_FOUND, "no alert %.80s", cli_arg(c, 0));
	return decide(c, billing_store_alert_close, "open alert");
}

static void row(struct jw *j, const char *name, bool ok, const char *what, bool *all)
{
	jw_object(j);
	jw_kstr(j, "check", name);
	jw_kstr(j, "result", ok ? "ok" : "failed");
	jw_kstr(j, "what", what);
	jw_end_object(j);
	*all = *all && ok;
}

/* Never prints a key or a secret, nor a part of one. */
static int preflight(struct cli *c)
{
	static const char *const columns[] = {"check", "result", "what", NULL};
	const struct conf *conf = &c->conf;
	struct billing_secrets s = {0};
	bool ok = true, keyed;
	struct err e = {0};
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 16384);
	jw_init(&j, &b);
	jw_array(&j);
	keyed = billing_load(conf, &e) == 0;
	row(&j, "provider", keyed, keyed ? conf->billing_provider : e.detail, &ok);
	row(&j, "mode", true, conf->stripe_live ? "live" : "test", &ok);
	row(&j, "address", true, conf->stripe_url, &ok);
	row(&j, "version", str_only(conf->stripe_version, "0123456789-.abcdefghijklmnopqrstuvwxyz", 10, 60),
	    conf->stripe_version, &ok);
	keyed = str_eq(conf->billing_provider, "manual") || billing_secrets_read(&c->w, &s) == 0;
	row(&j, "signing secrets", keyed,
	    keyed ? arena_printf(c->w.a, "%zu", s.n) : c->w.err.detail, &ok);
	jw_end_array(&j);
	err_clear(&c->w.err);
	return cli_table(c, buf_str(&b), columns) < 0 ? -1 : !ok;
}

static const struct cli_opt list_options[] = {
	{"state", "STATE", "new, waiting, done, ignored, refused or failed"}, {0}};

static const struct cli_opt export_options[] = {
	{"state", "STATE", "due, sent, refused, unknown or too_old"}, {0}};

static const struct cli_opt retry_options[] = {
	{"identifier", "NAME", "this one, as bus billing exports names it"},
	{"state", "STATE", "all that are refused, or all that are unknown: these may have been counted"},
	{"account", "NAME", "of this account alone"},
	{"reason", "TEXT", "why; it is kept with the time"}, {0}};

static const struct cli_opt subscription_options[] = {
	{"problems", NULL, "those that give nothing although they should, or are not ended although their customer left"},
	{0}};

static const struct cli_opt alert_options[] = {
	{"all", NULL, "closed ones too"}, {0}};

static const struct cli_opt reason_options[] = {
	{"reason", "TEXT", "why; it is kept with the time"}, {0}};

const struct verb billing_verbs[] = {
	{.name = "billing webhooks list", .options = list_options, .db = "operator", .run = list,
	 .doc = "events of the payment provider, newest first"},
	{.name = "billing webhooks show", .args = "EVENT_ID", .db = "operator", .run = show,
	 .doc = "one event with what it did; without who paid"},
	{.name = "billing webhooks replay", .args = "EVENT_ID", .db = "operator", .run = replay,
	 .doc = "put an event into the inbox again; what it did is not done twice"},
	{.name = "billing exports", .options = export_options, .db = "operator", .run = exports,
	 .doc = "usage that was told to the provider's meter, newest first"},
	{.name = "billing exports retry", .options = retry_options, .db = "operator", .run = retry,
	 .doc = "tell the meter again what it has refused, or of what nobody knows; not what is older than it takes"},
	{.name = "billing subscriptions", .options = subscription_options, .db = "operator", .run = subscriptions,
	 .doc = "subscriptions as they were last read, newest first, and what is wrong with them"},
	{.name = "billing refunds", .db = "operator", .run = refunds,
	 .doc = "payments of which something was given back, in minor units, and what came of it"},
	{.name = "billing disputes", .db = "operator", .run = disputes,
	 .doc = "payments in dispute, lost or lifted; whose account they stop"},
	{.name = "billing dispute lift", .args = "PAYMENT", .options = reason_options, .db = "operator",
	 .run = lift, .doc = "let an account go on after a lost dispute; who did it and why is kept"},
	{.name = "billing refund retry", .args = "PAYMENT", .options = reason_options, .db = "operator",
	 .run = refund_again, .doc = "ask again for a refund that was refused or failed; who did it and why is kept"},
	{.name = "billing alerts", .options = alert_options, .db = "operator", .run = alerts,
	 .doc = "what events have told that somebody has to look at, newest first"},
	{.name = "billing alert close", .args = "ALERT", .options = reason_options, .db = "operator",
	 .run = alert_close, .doc = "it was looked at; who did it and why is kept"},
	{.name = "billing preflight", .run = preflight,
	 .doc = "provider, mode, key, version and signing secrets, without printing one"},
	{0},
};
