#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "base/str.h"
#include "port/json.h"
#include "port/jwt.h"
#include "usage/usage_api_int.h"

#include <stddef.h>
#include <string.h>

/*
 * The door of BusDK's events for usage, and for nothing else: a service publishes a
 * request, and its response is in the answer. What another service has used is
 * recorded so; the feed is read and collected so, too. Customers' credentials open
 * nothing here, whatever scopes they carry.
 */

#define DATA_MAX 2048
#define SKEW (5 * 60 * CLOCK_S)           /* what a service's clock may be ahead */
#define OLDEST (366 * 24 * 3600 * CLOCK_S)
#define LIST_MAX 200 /* longer pages are the feed's own */

struct event_in {
	const char *name, *correlation;
	const struct json *payload;
};
static const struct field event_fields[] = {
	{"name", F_TOKEN, F_REQUIRED, 1, 128, .offset = offsetof(struct event_in, name),
	 .doc = "bus.usage.record.request, bus.usage.list.request or bus.usage.delete.request"},
	{"correlationId", F_TOKEN, F_NULLABLE, 1, 128, .offset = offsetof(struct event_in, correlation)},
	{"payload", F_ANY, F_NULLABLE, .offset = offsetof(struct event_in, payload)},
};
static const struct shape event_shape = {"EventPublish", event_fields, COUNT(event_fields), sizeof(struct event_in)};
static const struct field published_fields[] = {
	{"accepted", F_BOOL, F_REQUIRED}, {"id", F_TOKEN, F_REQUIRED}, {"name", F_TOKEN, F_REQUIRED},
	{"response", F_ANY, F_REQUIRED, .doc = "the event that answers it"},
};
static const struct shape published_shape = {"EventPublished", published_fields, COUNT(published_fields), 0};

static const char *const types[] = {
	"request_started", "runtime_ready", "backend_request_started", "backend_request_finished",
	"usage_recorded", "usage_missing", "request_failed", "client_aborted", "container_run_requested",
	"container_run_finished", "container_run_failed", "runtime_start_requested", "runtime_start_finished",
	"runtime_start_failed", "runtime_stop_requested", "runtime_stop_finished", "runtime_stop_failed",
	"container.run", NULL};

struct record_in {
	const char *type, *event_id, *account_id, *occurred_at;
	const struct json *data;
};
static const struct field record_fields[] = {
	{"event_type", F_ENUM, F_REQUIRED, .values = types, .offset = offsetof(struct record_in, type)},
	{"event_id", F_TOKEN, F_NULLABLE, 1, 128, .offset = offsetof(struct record_in, event_id)},
	{"account_id", F_TOKEN, F_NULLABLE, 36, 36, .offset = offsetof(struct record_in, account_id)},
	{"occurred_at", F_TOKEN, F_NULLABLE, 20, 40, .offset = offsetof(struct record_in, occurred_at)},
	{"data", F_ANY, F_NULLABLE, .offset = offsetof(struct record_in, data)},
};
static const struct shape record_shape = {"UsageRecord", record_fields, COUNT(record_fields), sizeof(struct record_in)};

struct page_in {
	const char *before;
	int64_t page, size;
};
static const struct field page_fields[] = {
	{"before", F_TOKEN, F_NULLABLE, 20, 40, .offset = offsetof(struct page_in, before)},
	{"page", F_INT, F_NULLABLE, 1, 1000000, .offset = offsetof(struct page_in, page)},
	{"page_size", F_INT, F_NULLABLE, 1, LIST_MAX, .offset = offsetof(struct page_in, size)},
};
static const struct shape page_shape = {"UsagePage", page_fields, COUNT(page_fields), sizeof(struct page_in)};

static bool is_uuid(const char *s)
{
	for (size_t i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : strchr("0123456789abcdefABCDEF", s[i]) == NULL)
			return false;
	return true;
}

static int read_record(struct req *r, const struct json *payload, struct usage_event *ev)
{
	struct record_in in = {0};

	if (json_fill(r->w.a, payload, &record_shape, &in, &r->w.err) < 0)
		return -1;
	*ev = (struct usage_event){.event_type = in.type, .event_id = in.event_id, .account_id = in.account_id,
				   .source = r->subject, .data = "{}"};
	if (ev->event_id == NULL)
		ev->event_id = id_new(r->w.a, "evt_");
	else if (str_starts(ev->event_id, USAGE_ID_PREFIX))
		return fail_field(&r->w, "event_id", "reserved"); /* a call of our own */
	if (ev->account_id != NULL && !is_uuid(ev->account_id))
		return fail_field(&r->w, "account_id", "not_a_uuid");
	if (in.occurred_at != NULL && !clock_parse(in.occurred_at, &ev->occurred_at))
		return fail_field(&r->w, "occurred_at", "not_a_time");
	if (in.occurred_at != NULL && (ev->occurred_at > r->w.now + SKEW || ev->occurred_at < r->w.now - OLDEST))
		return fail_field(&r->w, "occurred_at", "out_of_range");
	if (in.data == NULL)
		return 0;
	if (json_kind(in.data) != JSON_OBJECT)
		return fail_field(&r->w, "data", "not_an_object");
	ev->data = json_print(r->w.a, in.data);
	return strlen(ev->data) <= DATA_MAX ? 0 : fail_field(&r->w, "data", "too_long");
}

static const char *record(struct req *r, const struct json *payload)
{
	struct usage_event ev;
	struct buf b;
	struct jw j;
	int rc;

	if (read_record(r, payload, &ev) < 0 || (rc = usage_store_event(&r->w, &ev)) < 0)
		return NULL;
	buf_init(&b, r->w.a, 1024);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "event_id", ev.event_id);
	jw_kbool(&j, "recorded", rc == 1);
	jw_end_object(&j);
	return buf_str(&b);
}

static int read_page(struct req *r, const struct json *payload, struct usage_page *p)
{
	struct page_in in = {.page = 1, .size = LIST_MAX};

	if (payload != NULL && json_fill(r->w.a, payload, &page_shape, &in, &r->w.err) < 0)
		return -1;
	*p = (struct usage_page){.page = in.page, .size = in.size};
	return usage_feed_before(r, in.before, p);
}

static const char *list(struct req *r, const struct json *payload)
{
	struct usage_page p;

	return read_page(r, payload, &p) < 0 ? NULL : usage_feed_read(r, &p);
}

static const char *collect(struct req *r, const struct json *payload)
{
	struct usage_page p;
	int64_t n;

	if (read_page(r, payload, &p) < 0 || usage_store_collected(&r->w, &p, &n) < 0)
		return NULL;
	return arena_printf(r->w.a, "{\"deleted\":%lld}", (long long)n);
}

/* Who may read the feed reads of all customers: only a token for the inside. */
static const struct request {
	const char *name, *scope;
	bool inside;
	const char *(*handle)(struct req *r, const struct json *payload); /* JSON; NULL after fail() */
} requests[] = {
	{"bus.usage.record", "usage:write", false, record},
	{"bus.usage.list", "usage:read", true, list},
	{"bus.usage.delete", "usage:delete", true, collect},
};

static const struct request *find(struct req *r, const char *name)
{
	for (const struct request *q = requests; q < requests + COUNT(requests); q++)
		if (str_starts(name, q->name) && str_eq(name + strlen(q->name), ".request"))
			return q;
	fail_field(&r->w, "name", "not_one_of");
	return NULL;
}

/* A service's own token, with the scope of this request. */
static int check_caller(struct req *r, const struct request *q)
{
	const char *aud = r->claims->aud;

	if (r->sid != NULL || str_starts(r->subject, KEY_SUBJECT))
		return fail(&r->w, E_SCOPE, "a customer's credential");
	if (!str_eq(aud, INTERNAL_AUDIENCE) && (q->inside || !str_eq(aud, API_AUDIENCE)))
		return fail(&r->w, E_SCOPE, "%s by a token for %s", q->name, aud);
	return jwt_allows(r->scope, q->scope) ? 0 : fail(&r->w, E_SCOPE, "needs %s", q->scope);
}

static int publish(struct req *r)
{
	const struct event_in *in = r->in;
	const struct request *q = find(r, in->name);
	const char *payload, *id = id_new(r->w.a, "evt_");
	char at[25];
	struct buf b;
	struct jw j;

	if (q == NULL || check_caller(r, q) < 0 || (payload = q->handle(r, in->payload)) == NULL)
		return -1;
	buf_init(&b, r->w.a, strlen(payload) + 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kbool(&j, "accepted", true);
	jw_kstr(&j, "id", id);
	jw_kstr(&j, "name", in->name);
	jw_key(&j, "response");
	jw_object(&j);
	jw_kstr(&j, "version", "v1");
	jw_kstr(&j, "id", id_new(r->w.a, "evt_"));
	jw_kstr(&j, "name", arena_printf(r->w.a, "%s.response", q->name));
	if (in->correlation != NULL)
		jw_kstr(&j, "correlationId", in->correlation);
	jw_kstr(&j, "source", "bus");
	jw_kstr(&j, "timestamp", clock_text(r->w.now, at));
	jw_key(&j, "payload");
	jw_raw(&j, payload);
	jw_end_object(&j);
	jw_end_object(&j);
	return reply_json(r, 200, buf_str(&b));
}

const struct route usage_event_routes[] = {
	{.id = "usage.event", .method = METHOD_POST, .pattern = "/api/v1/events", .pool = POOL_OPERATOR,
	 .audience = AUD_TOKEN, .scope = "usage:write usage:read usage:delete", .body_max = 16384,
	 .input = &event_shape, .reply = &published_shape, .reply_status = 200, .handle = publish,
	 .summary = "Say what was used, or read and collect the feed, as a request that is answered at once",
	 .proof = "tests/stack/usage_events.sh"},
	{0},
};
