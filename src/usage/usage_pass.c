#include "config.h"

#include "reap/reap.h"
#include "usage/usage_int.h"

const struct pass usage_passes[] = {
	{.name = "usage.expire", .interval_s = 5, .batch = 200, .deadline_s = 30,
	 .sweep = usage_store_expire,
	 .doc = "settle at the reserve what a crash has left unsettled"},
	{.name = "usage.answers", .interval_s = 300, .batch = 500, .deadline_s = 30,
	 .sweep = usage_store_forget, .doc = "forget the answers kept for repeated keys after a day"},
	{0},
};
