#include "config.h"

#include "identity/identity_int.h"
#include "reap/reap.h"

const struct pass identity_passes[] = {
	{.name = "identity.expire", .interval_s = 300, .batch = 500, .deadline_s = 30,
	 .sweep = identity_store_expire, .doc = "remove sessions that have ended"},
	{0},
};
