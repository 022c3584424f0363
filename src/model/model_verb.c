#include "config.h"

#include "cli/cli.h"
#include "model/model.h"

#include <stdio.h>

/* `bus models`: what is offered now, where it leads, at which price and cost. */

struct printing {
	struct arena *a;
	struct jw *j;
	int64_t now;
};

static void put_routes(const struct printing *p, const struct model *m)
{
	struct buf b;

	buf_init(&b, p->a, 8192);
	for (size_t i = 0; i < m->routes_n; i++)
		buf_printf(&b, "%s%s:%s", i > 0 ? " " : "", m->routes[i].backend_id,
			   m->routes[i].model);
	jw_kstr(p->j, "routes", buf_str(&b));
}

/* Null for what is not sold, or whose cost is not known. */
static void put_rate(struct jw *j, const char *name, const struct model_rates *r,
		     enum model_class class)
{
	jw_key(j, name);
	if (r != NULL && r->rate[class] >= 0)
		jw_int(j, r->rate[class]);
	else
		jw_null(j);
}

static int put_model(void *ctx, const struct model *m)
{
	const struct printing *p = ctx;
	const struct model_rates *price = model_price_at(m, NULL, p->now);
	const struct model_rates *cost = model_cost_at(m, NULL, p->now);

	jw_object(p->j);
	jw_kstr(p->j, "model", m->id);
	jw_kstr(p->j, "backend_class", m->backend_class);
	jw_kstr(p->j, "plan_feature", m->plan_feature);
	jw_kint(p->j, "context_tokens", m->context_tokens);
	jw_kint(p->j, "max_output_tokens", m->max_output_tokens);
	put_routes(p, m);
	jw_kstr(p->j, "price", price != NULL ? price->version : NULL);
	put_rate(p->j, "input", price, MODEL_INPUT);
	put_rate(p->j, "output", price, MODEL_OUTPUT);
	put_rate(p->j, "cost_input", cost, MODEL_INPUT);
	put_rate(p->j, "cost_output", cost, MODEL_OUTPUT);
	jw_end_object(p->j);
	return 0;
}

static int models(struct cli *c)
{
	static const char *const columns[] = {"model", "backend_class", "routes", "price", "input",
					      "output", "cost_input", "cost_output", NULL};
	struct printing p = {c->w.a, NULL, c->w.now};
	struct buf b;
	struct jw j;

	if (model_load(&c->conf, &c->w.err) < 0)
		return -1;
	buf_init(&b, c->w.a, 4u << 20);
	jw_init(&j, &b);
	p.j = &j;
	jw_array(&j);
	model_each(NULL, put_model, &p);
	jw_end_array(&j);
	return cli_table(c, buf_str(&b), columns);
}

static int count_model(void *ctx, const struct model *m)
{
	(void)m;
	++*(int *)ctx;
	return 0;
}

static int models_check(struct cli *c)
{
	struct model_catalog *catalog;
	size_t n;
	char *text = cli_read(c, cli_arg(c, 0), MODEL_FILE_MAX, &n);
	int models_n = 0;

	if (text == NULL)
		return -1;
	catalog = model_read(text, n, &c->w.err);
	if (catalog == NULL) {
		for (size_t i = 0; i < c->w.err.nfields; i++)
			fprintf(stderr, "%s: %s: %s\n", cli_arg(c, 0), c->w.err.fields[i].name,
				c->w.err.fields[i].code);
		return -1;
	}
	model_each(catalog, count_model, &models_n);
	model_release(catalog);
	cli_out("%s: %d models, ok\n", cli_arg(c, 0), models_n);
	return 0;
}

const struct verb model_verbs[] = {
	{.name = "models", .run = models,
	 .doc = "the models on offer, their routes, prices and costs per million tokens"},
	{.name = "models check", .args = "FILE", .no_conf = true, .run = models_check,
	 .doc = "read a catalog of models without using it; says all that is wrong with it"},
	{0},
};
