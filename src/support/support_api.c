#include "config.h"

#include "base/jw.h"
#include "support/support_int.h"
#include "web/web.h"

#include <sys/statvfs.h>

#define REAPER_AGE_MAX 180 /* seconds: three of cron's minutes */
#define DISK_MIN (512ll << 20)
#define SKEW_MAX 5

static int livez(struct req *r)
{
	return reply_json(r, 200, "{\"ok\":true,\"checks\":{\"process\":\"ok\"}}");
}

struct checks {
	struct jw *j;
	bool ok;
};

static void one(struct checks *c, const char *name, bool ok, const char *why_not)
{
	jw_kstr(c->j, name, ok ? "ok" : why_not);
	c->ok = c->ok && ok;
}

static bool disk_free(const struct conf *c)
{
	struct statvfs s;

	return statvfs(c->var, &s) == 0 && (int64_t)(s.f_bavail * s.f_frsize) >= DISK_MIN;
}

/* Never calls anything outside; never says more than which part is not well. */
static int readyz(struct req *r)
{
	struct support_health h = {0};
	bool db = support_store_health(&r->w, &h) == 0;
	struct buf b;
	struct jw j;
	struct checks c = {&j, true};

	err_clear(&r->w.err);
	buf_init(&b, r->w.a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	one(&c, "database", db, "unavailable");
	one(&c, "writable", db && !h.read_only, db ? "read-only" : "unknown");
	one(&c, "schema", db && h.schema == support_schema_version(), db ? "other version" : "unknown");
	one(&c, "clock", db && h.skew <= SKEW_MAX && h.skew >= -SKEW_MAX, db ? "skewed" : "unknown");
	one(&c, "reaper", db && h.reaper_age >= 0 && h.reaper_age <= REAPER_AGE_MAX,
	    db ? "has not run" : "unknown");
	one(&c, "disk", disk_free(r->w.conf), "full");
	jw_end_object(&j);
	return reply_json(r, c.ok ? 200 : 503,
			  arena_printf(r->w.a, "{\"ok\":%s,\"checks\":%s}", c.ok ? "true" : "false",
				       buf_str(&b)));
}

/* OpenMetrics 1.0; no label carries an id. */
static int metrics(struct req *r)
{
	struct web_counters n = web_counters(r);
	struct buf b;

	buf_init(&b, r->w.a, 65536);
	buf_printf(&b, "# TYPE bus_http_requests counter\nbus_http_requests_total %llu\n",
		   (unsigned long long)n.requests);
	buf_printf(&b, "# TYPE bus_http_errors counter\nbus_http_errors_total %llu\n",
		   (unsigned long long)n.errors);
	buf_printf(&b, "# TYPE bus_stream_open gauge\nbus_stream_open %llu\n",
		   (unsigned long long)n.streams);
	buf_printf(&b, "# TYPE bus_stream_refused counter\nbus_stream_refused_total %llu\n",
		   (unsigned long long)n.streams_refused);
	if (support_store_metrics(&r->w, &b) < 0)
		return -1;
	buf_puts(&b, "# EOF\n");
	return reply_text(r, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
			  buf_str(&b));
}

static const struct field health_fields[] = {
	{"ok", F_BOOL, F_REQUIRED}, {"checks", F_ANY, F_REQUIRED, .doc = "ok, or what is wrong"}};
static const struct shape health = {"Health", health_fields, COUNT(health_fields), 0};

const struct route support_routes[] = {
	{.id = "livez", .method = METHOD_GET, .pattern = "/livez", .pool = POOL_FAST,
	 .audience = AUD_PUBLIC, .reply = &health, .reply_status = 200, .handle = livez, .plain = true,
	 .summary = "The process answers", .proof = "tests/stack/matrix.sh"},
	{.id = "readyz", .method = METHOD_GET, .pattern = "/readyz", .pool = POOL_SLOW,
	 .audience = AUD_PUBLIC, .reply = &health, .reply_status = 200, .handle = readyz, .plain = true,
	 .summary = "Every part that a request needs is well", .proof = "tests/stack/matrix.sh"},
	{.id = "metrics", .method = METHOD_GET, .pattern = "/metrics", .pool = POOL_OPERATOR,
	 .audience = AUD_OPERATOR, .reply_status = 200, .handle = metrics, .plain = true,
	 .unattended = true,
	 .summary = "Counters in OpenMetrics text", .proof = "tests/stack/matrix.sh"},
	{0},
};
