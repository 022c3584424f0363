#include "config.h"

#include "reap/reap.h"
#include "run/run.h"

const struct pass run_passes[] = {
	{.name = "run.overdue", .interval_s = 10, .batch = 20, .deadline_s = 20, .sweep = run_overdue,
	 .doc = "end runs that are past their absolute deadline"},
	{.name = "run.stop", .interval_s = 1, .batch = 50, .deadline_s = 30, .sweep = run_stop_all,
	 .kill = KILL_CANCEL, .doc = "cancel the builds that run, because an operator says so"},
	{.name = "run.expire", .interval_s = 60, .batch = 50, .deadline_s = 30, .sweep = run_expire,
	 .doc = "close conversations after a long silence"},
	{0},
};
