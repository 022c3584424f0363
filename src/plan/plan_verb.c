#include "config.h"

#include "cli/cli.h"
#include "model/model.h"
#include "plan/plan.h"
#include "plan/plan_sql.h"

#include <string.h>

/* `bus plan …`: what is sold, and who has it. */

#define FILE_MAX (1u << 20)

static bool is_backend(const char *id)
{
	struct model_catalog *catalog = model_hold();
	bool is = catalog != NULL && model_backend_in(catalog, id) != NULL;

	model_release(catalog);
	return is;
}

static const char *read_checked(struct cli *c)
{
	struct err *e = &c->w.err;
	size_t n;
	char *text = cli_read(c, cli_arg(c, 0), FILE_MAX, &n);

	if (text == NULL || plan_check(c->w.a, text, n, e) < 0)
		return NULL;
	if (*c->conf.models == '\0')
		return text;
	return model_load(&c->conf, e) == 0 && plan_check_backends(c->w.a, text, n, is_backend, e) == 0 ? text : NULL;
}

static int check_file(struct cli *c)
{
	if (read_checked(c) == NULL)
		return -1;
	cli_out("in order\n");
	return 0;
}

static int put(struct cli *c)
{
	const char *text = read_checked(c);

	return text == NULL || work_begin(&c->w, NULL) < 0 || plan_put(&c->w, text) < 0 ||
	       work_commit(&c->w, NULL) < 0 ? -1 : 0;
}

static int list(struct cli *c)
{
	static const char *const columns[] = {"plan", "name", "version", "support", "accounts", "limits",
					      NULL};

	return cli_query(c, &plan_sql_list, NULL, "items", columns);
}

static int assign(struct cli *c)
{
	const char *subject = cli_arg(c, 0);

	if (strlen(subject) < 1 || strlen(subject) > 200)
		return fail_field(&c->w, "SUBJECT", "too_long");
	return work_begin(&c->w, NULL) < 0 || plan_assign(&c->w, subject, cli_arg(c, 1)) < 0 ||
	       work_commit(&c->w, NULL) < 0 ? -1 : 0;
}

const struct verb plan_verbs[] = {
	{.name = "plan list", .db = "operator", .run = list, .doc = "plans with their limits"},
	{.name = "plan check", .args = "FILE", .run = check_file,
	 .doc = "is a plans file in order?"},
	{.name = "plan put", .args = "FILE", .db = "operator", .run = put,
	 .doc = "bring the plans file into force"},
	{.name = "plan assign", .args = "SUBJECT PLAN", .db = "operator", .run = assign,
	 .doc = "a program's account on that plan; made when it is not there"},
	{0},
};
