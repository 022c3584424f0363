#include "config.h"

#include "base/jw.h"
#include "billing/billing.h"
#include "bin/tables.h"
#include "decide/decide.h"
#include "model/model.h"
#include "plan/plan.h"
#include "port/otp.h"
#include "run/run.h"
#include "web/print.h"

#include <stdio.h>

/* Apache's default is 150 threads and a stream holds one: a third may stream. */
#define APACHE_STREAMS 50

/* `bus routes|passes|states|config|errors`: the tables, printed. */

/* The configuration of a web server, from the routes and the settings. */
static int server(struct cli *c, void (*print)(struct buf *to, const struct route_table *t,
					       const struct print_server *s),
		  int64_t stream_max)
{
	struct print_server s = {.stream_max = stream_max};
	struct buf b;

	if (conf_read(c->w.a, c->conf_path, &c->conf, &c->w.err) < 0)
		return -1;
	s.run = c->conf.run;
	s.store = c->conf.store;
	s.htdocs = c->conf.htdocs;
	s.listen = c->conf.listen;
	s.public_url = c->conf.public_url;
	s.preview_host = c->conf.preview_host;
	buf_init(&b, c->w.a, 1u << 20);
	print(&b, &bus_routes, &s);
	cli_out("%s", buf_str(&b));
	return 0;
}

static int routes(struct cli *c)
{
	static const char *const columns[] = {"method", "path", "audience", "pool", "kind",
					      "summary", NULL};
	struct buf b;

	if (cli_option(c, "nginx") != NULL)
		return server(c, print_nginx, 0);
	if (cli_option(c, "apache") != NULL)
		return server(c, print_apache, APACHE_STREAMS);
	buf_init(&b, c->w.a, 4u << 20);
	if (cli_option(c, "openapi") != NULL)
		print_openapi(&b, &bus_routes);
	else if (cli_option(c, "markdown") != NULL)
		print_markdown(&b, &bus_routes);
	else {
		print_catalog(&b, &bus_routes);
		return cli_table(c, buf_str(&b), columns);
	}
	cli_out("%s", buf_str(&b));
	return 0;
}

static int passes(struct cli *c)
{
	static const char *const columns[] = {"pass", "kind", "interval_s", "batch", "what", NULL};
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 65536);
	jw_init(&j, &b);
	jw_array(&j);
	for (const struct pass *const *t = bus_passes; *t != NULL; t++)
		for (const struct pass *p = *t; p->name != NULL; p++) {
			jw_object(&j);
			jw_kstr(&j, "pass", p->name);
			jw_kstr(&j, "kind", p->job ? "job" : "sweep");
			jw_kint(&j, "interval_s", p->interval_s);
			jw_kint(&j, "batch", p->batch);
			jw_kstr(&j, "what", p->doc);
			jw_end_object(&j);
		}
	jw_end_array(&j);
	return cli_table(c, buf_str(&b), columns);
}

static void dot(void)
{
	cli_out("digraph run {\n\trankdir=LR;\n");
	for (enum run_phase p = 0; p < RUN_PHASES; p++)
		cli_out("\t%s%s;\n", run_states[p].name, run_states[p].terminal ? " [peripheries=2]" : "");
	for (size_t i = 0; i < run_edge_count; i++)
		cli_out("\t%s -> %s [label=\"%s\"];\n", run_states[run_edges[i].from].name,
			run_states[run_edges[i].to].name, run_edges[i].name);
	cli_out("}\n");
}

static int states(struct cli *c)
{
	static const char *const columns[] = {"from", "event", "to", "who", NULL};
	struct buf b;
	struct jw j;

	if (cli_option(c, "dot") != NULL) {
		dot();
		return 0;
	}
	buf_init(&b, c->w.a, 65536);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < run_edge_count; i++) {
		jw_object(&j);
		jw_kstr(&j, "from", run_states[run_edges[i].from].name);
		jw_kstr(&j, "event", run_edges[i].name);
		jw_kstr(&j, "to", run_states[run_edges[i].to].name);
		jw_kstr(&j, "who", run_edges[i].who);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	return cli_table(c, buf_str(&b), columns);
}

static int config(struct cli *c)
{
	static const char *const columns[] = {"name", "value", "default", "reload", "what", NULL};
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 1u << 20);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *r = &conf_rows[i];

		jw_object(&j);
		jw_kstr(&j, "name", r->name);
		jw_kstr(&j, "value", conf_show(c->w.a, &c->conf, r));
		jw_kstr(&j, "default", r->dflt);
		jw_kbool(&j, "reload", (r->flags & C_RELOAD) != 0);
		jw_kstr(&j, "what", r->doc);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	return cli_table(c, buf_str(&b), columns);
}

/* Operators without a second factor are no error where somebody has said so. */
static int test_second(struct cli *c)
{
	unsigned char key[OTP_KEY_MAX];
	int n = otp_key_read(c->w.a, c->conf.operator_totp, key, &c->w.err);

	if (n == 0 && c->conf.operator_totp_required)
		return fail(&c->w, E_INVALID, "operator_totp: no key in %s: bus auth operator makes one",
			    c->conf.operator_totp);
	if (n == 0)
		fprintf(stderr, "bus: warning: operator_totp_required = 0: operator_token alone opens operator routes\n");
	return n < 0 ? -1 : 0;
}

/* A file that is named there and cannot be read is a fault of the configuration. */
static int config_test(struct cli *c)
{
	struct pg *pg;
	bool ok = test_second(c) == 0 && plan_load(&c->conf, &c->w.err) == 0 && decide_load(&c->conf, &c->w.err) == 0 &&
		  billing_load(&c->conf, &c->w.err) == 0 &&
		  (*c->conf.models == '\0' || model_load(&c->conf, &c->w.err) == 0);

	if (!ok && c->w.err.id == E_UNAVAILABLE) {
		fprintf(stderr, "bus: %s: %s\n", c->conf_path, c->w.err.detail);
		return 78;
	}
	if (!ok)
		return -1;
	if (cli_option(c, "deep") != NULL) {
		pg = pg_new(&c->conf, "operator", false);
		if (pg_ready(pg, &c->w.err) < 0) {
			pg_free(pg);
			return -1;
		}
		pg_free(pg);
	}
	cli_out("%s: ok\n", c->conf_path);
	return 0;
}

/* A commented file of all defaults. */
static int sample(struct cli *c)
{
	(void)c;
	cli_out("# busdk: every setting with its default. Printed by `bus config sample`.\n");
	for (size_t i = 0; i < conf_row_count; i++)
		cli_out("\n# %s%s\n#%s = %s\n", conf_rows[i].doc,
			conf_rows[i].flags & C_RELOAD ? " (read again on HUP)" : "",
			conf_rows[i].name, conf_rows[i].dflt);
	return 0;
}

static int errors(struct cli *c)
{
	static const char *const columns[] = {"code", "status", "retryable", "sentence", NULL};
	struct buf b;
	struct jw j;

	buf_init(&b, c->w.a, 65536);
	jw_init(&j, &b);
	jw_array(&j);
	for (enum err_id e = E_NONE + 1; e < E_COUNT; e++) {
		jw_object(&j);
		jw_kstr(&j, "code", err_row(e)->code);
		jw_kint(&j, "status", err_row(e)->status);
		jw_kbool(&j, "retryable", err_row(e)->retryable);
		jw_kstr(&j, "sentence", err_row(e)->sentence);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	return cli_table(c, buf_str(&b), columns);
}

static const struct cli_opt route_options[] = {
	{"openapi", NULL, "OpenAPI 3.1"}, {"markdown", NULL, "a table for documents"},
	{"nginx", NULL, "configuration of nginx, to be included in http { }"},
	{"apache", NULL, "configuration of Apache"}, {0}};
static const struct cli_opt state_options[] = {{"dot", NULL, "as a graph"}, {0}};

static const struct cli_opt test_options[] = {{"deep", NULL, "connect to the database too"}, {0}};

const struct verb table_verbs[] = {
	{.name = "routes", .options = route_options, .no_conf = true, .run = routes,
	 .doc = "every HTTP route: who may, where it runs, what it does"},
	{.name = "passes", .no_conf = true, .run = passes, .doc = "every background pass"},
	{.name = "states", .options = state_options, .no_conf = true, .run = states,
	 .doc = "the life of a run: every edge and who may take it"},
	{.name = "config", .run = config, .doc = "every setting, as it is and as it would be"},
	{.name = "config test", .options = test_options, .run = config_test,
	 .doc = "read the configuration and what it names; says what is wrong with it"},
	{.name = "config sample", .no_conf = true, .run = sample,
	 .doc = "a commented configuration file"},
	{.name = "errors", .no_conf = true, .run = errors, .doc = "every error a caller can meet"},
	{0},
};
