#include "config.h"

#include "base/id.h"
#include "task/task_int.h"

int task_open(struct work *w, int64_t run, const char **ret_ref)
{
	return task_store_open(w, run, id_new(w->a, "task_"), ret_ref);
}

int task_say(struct work *w, int64_t run, enum task_author author, const char *text)
{
	static const char *const authors[] = {
		[TASK_ORCHESTRATOR] = "orchestrator", [TASK_WORKER] = "worker",
		[TASK_VERIFIER] = "verifier", [TASK_CUSTOMER] = "customer",
		[TASK_OPERATOR] = "operator",
	};

	return task_store_say(w, run, authors[author], text);
}

int task_status(struct work *w, int64_t run, const char *status)
{
	return task_store_status(w, run, status);
}

int task_repair(struct work *w, int64_t run, const char **ret_text)
{
	return task_store_repair(w, run, ret_text);
}
