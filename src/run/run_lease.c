#include "config.h"

#include "base/fault.h"
#include "run/run_int.h"

int run_claim(struct work *w, enum run_phase first, enum run_event event, enum event_id say,
	      enum run_phase second, struct run_lease *ret)
{
	int64_t id;
	int rc = run_store_candidate(w, run_states[first].name, run_states[second].name, &id);

	if (rc <= 0 || (rc = run_store_lock_id(w, id, &ret->run)) <= 0)
		return rc;
	/* A new phase voids the old lease, so it comes before the new one. */
	if (ret->run.phase == first && event != RUN_EVENTS &&
	    run_advance(w, &ret->run, event, say, NULL) < 0)
		return -1;
	if (run_store_lease(w, ret) < 0)
		return -1;
	if (ret->resumed && event_append(w, ret->run.id, EVENT_RESTARTED, NULL) < 0)
		return -1;
	fault_point("run.claimed");
	return 1;
}

int run_hold(struct work *w, const struct run_lease *l)
{
	if (work_begin(w, NULL) < 0)
		return -1;
	return run_store_hold(w, l);
}

int run_beat(struct work *w, const struct run_lease *l)
{
	return run_store_beat(w, l);
}

int run_release(struct work *w, const struct run_lease *l, int64_t seconds)
{
	return run_store_release(w, l, seconds);
}

int run_repaired(struct work *w, int64_t run)
{
	return run_store_repaired(w, run);
}
