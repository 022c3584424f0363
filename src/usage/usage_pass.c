#include "config.h"

#include "reap/reap.h"
#include "usage/usage_int.h"

const struct pass usage_passes[] = {
	{.name = "usage.expire", .interval_s = 5, .batch = 200, .deadline_s = 30,
	 .sweep = usage_store_expire,
	 .doc = "settle at the reserve what a crash has left unsettled"},
	{0},
};
