#include "config.h"

#include "reap/reap.h"
#include "support/support_int.h"

const struct pass support_passes[] = {
	{.name = "support.idempotency", .interval_s = 300, .batch = 1000, .deadline_s = 30,
	 .sweep = support_store_idem_expire, .doc = "forget idempotency keys after a day"},
	{.name = "support.pass_log", .interval_s = 600, .batch = 1000, .deadline_s = 30,
	 .sweep = support_store_log_prune, .doc = "forget the log of passes after two days"},
	{0},
};
