#include "config.h"

#include "plan/plan.h"
#include "plan/plan_sql.h"

int plan_put(struct work *w, const char *text)
{
	return DB(w, plan_sql_put, NULL, text);
}

int plan_assign(struct work *w, const char *subject, const char *plan)
{
	struct pg_rows rows;

	if (DB(w, plan_sql_known, &rows, plan) < 0)
		return -1;
	if (!pg_bool(&rows, 0, 0))
		return fail(w, E_NOT_FOUND, "no plan %s", plan);
	return DB(w, plan_sql_assign, NULL, subject, plan, arg_now(w));
}
