#include "config.h"

#include "event/event.h"
#include "event/event_sql.h"
#include "identity/identity.h"
#include "web/web.h"

static const struct field query_fields[] = {
	{"after", F_INT, 0, 0, INT32_MAX, .doc = "number of the last event that is known"},
	{"wait", F_INT, 0, 0, 25, .doc = "seconds to wait for news"},
};
static const struct shape query = {"EventQuery", query_fields, COUNT(query_fields), 0};
static const struct field reply_fields[] = {
	{"events", F_LIST, F_REQUIRED, .doc = "events in order"},
	{"last_id", F_INT, F_REQUIRED, .doc = "number of the last of them"},
};
static const struct shape reply = {"Events", reply_fields, COUNT(reply_fields), 0};

static const struct follow follow = {&event_sql_open, &event_sql_more};

const struct route event_routes[] = {
	{.id = "build_run.events", .method = METHOD_GET,
	 .pattern = "/api/v1/build-runs/{run_id}/events", .pool = POOL_STREAM,
	 .audience = AUD_CUSTOMER, .scope = SCOPE_BUILD_READ, .rate = RATE_STREAM, .query = &query, .reply = &reply,
	 .reply_status = 200, .follow = &follow,
	 .summary = "Follow the progress of a run (server-sent events to `event: end`, or long poll)",
	 .proof = "tests/stack/events.sh"},
	{0},
};
