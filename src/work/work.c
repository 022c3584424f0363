#include "config.h"

#include "work/work.h"
#include "base/check.h"
#include "base/fault.h"

#include <stdio.h>

static const struct pg_stmt begin_stmt = {"work_begin", "BEGIN", 0};
static const struct pg_stmt commit_stmt = {"work_commit", "COMMIT", 0};
static const struct pg_stmt actor_stmt = {
	"work_actor", "SELECT set_config('bus.account', $1, true)", 1};

int fail(struct work *w, enum err_id id, const char *fmt, ...)
{
	char detail[sizeof(w->err.detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	return err_set(&w->err, id, "%s", detail);
}

int fail_field(struct work *w, const char *name, const char *code)
{
	return err_field(&w->err, name, code);
}

static int take_error(struct work *w, const struct pg_call *c)
{
	if (c->rc < 0)
		err_set(&w->err, c->err.id, "%s", c->err.detail);
	return c->rc;
}

int work_begin(struct work *w, struct pg_call *more)
{
	const char *account[] = {w->actor.account ? arg_int(w, w->actor.account) : ""};
	struct pg_call calls[3] = {
		{.stmt = &begin_stmt, .a = w->a},
		{.stmt = &actor_stmt, .args = account, .a = w->a},
	};
	size_t n = 2;

	check(!w->open);
	if (more != NULL)
		calls[n++] = *more;
	pg_batch(w->pg, PG_SEQUENCE, calls, n);
	w->open = true;
	if (more != NULL)
		*more = calls[2];
	for (size_t i = 0; i < n; i++)
		if (take_error(w, &calls[i]) < 0)
			return -1;
	fault_point("work.begun");
	return 0;
}

int work_commit(struct work *w, struct pg_call *before)
{
	struct pg_call calls[2];
	size_t n = 0;

	check(w->open);
	fault_point("work.before_commit");
	if (before != NULL)
		calls[n++] = *before;
	calls[n++] = (struct pg_call){.stmt = &commit_stmt, .a = w->a};
	pg_batch(w->pg, PG_SEQUENCE, calls, n);
	for (size_t i = 0; i < n; i++)
		if (take_error(w, &calls[i]) < 0)
			return -1;
	w->open = false;
	fault_point("work.committed");
	return 0;
}

void work_rollback(struct work *w)
{
	w->open = false;
	pg_rollback(w->pg);
}

int work_db(struct work *w, const struct pg_stmt *s, struct pg_rows *ret,
	    const char *const *null_and_args, size_t n)
{
	check((size_t)s->params == n);
	return pg_exec(w->pg, w->a, s, null_and_args + 1, ret, &w->err);
}

const char *arg_int(struct work *w, int64_t v)
{
	return arena_printf(w->a, "%lld", (long long)v);
}

const char *arg_time(struct work *w, int64_t us)
{
	char text[25];

	clock_text(us, text);
	text[19] = '\0'; /* whole seconds; the fraction follows in full */
	return arena_printf(w->a, "%s.%06dZ", text,
			    (int)((us % CLOCK_S + CLOCK_S) % CLOCK_S));
}

const char *arg_now(struct work *w)
{
	return arg_time(w, w->now);
}

const char *arg_bool(bool v)
{
	return v ? "t" : "f";
}
