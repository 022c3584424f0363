/* The local stack: what `bus stack` and its supervisor share. */
#pragma once
#include "base/conf.h"
#include "work/work.h"

#include <sys/types.h>

struct stack {
	struct arena *a;
	const struct conf *conf;
	const char *conf_path;
	const char *bin;     /* folder of our programs */
	const char *pg_bin;  /* folder of PostgreSQL's */
	const char *invoker; /* account of whoever started it, before it was dropped */
	struct err *e;
};

/* stack_make.c: everything that has to be there before the first start: folders,
 * configuration, secrets, a database cluster. Does nothing twice. */
int stack_make_conf(struct arena *a, const char *var, const char *port, const char **ret_path,
		    struct err *e);
int stack_make(struct stack *s);
const char *stack_find_pg(struct arena *a);

/* stack_run.c: the supervisor. Becomes the unprivileged account, starts and
 * restarts the parts, ends them in order. Writes one line per step to `say_fd`
 * and closes it when all stand. Returns an exit status. */
int stack_supervise(struct stack *s, int say_fd);

/* The supervisor's process id, or 0 when none runs. */
pid_t stack_running(const struct stack *s);
