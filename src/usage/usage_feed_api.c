#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "usage/usage_api_int.h"

#include <string.h>

/*
 * The feed for collectors of usage, in BusDK's shape: what is told of calls that have
 * ended, and what other services have said (usage_event_api.c), in the order in which
 * it happened. A page is read, kept, and then deleted by the `before` that the answer
 * told; the ledger keeps its rows. The feed at a time is what was known by then:
 * what is learned later has its place among the older ones, but not before that time, so
 * that pages stay what they were. What was learned in the last seconds is not in it yet:
 * it could still get company.
 */

#define SETTLING (5 * CLOCK_S)
#define PAGE_MAX 10000
#define FEED_ARENA (64u << 20) /* twice the longest page, of at most 2 KiB an event */

static const struct field page_fields[] = {
	{"before", F_TEXT, 0, 20, 40, .doc = "RFC 3339; what was known by then, now when it is left out"},
	{"page", F_INT, 0, 1, 1000000}, {"page_size", F_INT, 0, 1, PAGE_MAX, .doc = "1000 when it is left out"},
	{"cursor", F_TOKEN, 0, 1, 60, .doc = "next_cursor of the answer before; instead of page"},
};
static const struct shape page = {"UsageFeedPage", page_fields, COUNT(page_fields), 0};
static const struct field feed_fields[] = {
	{"items", F_LIST, F_REQUIRED}, {"page", F_INT, F_REQUIRED}, {"page_size", F_INT, F_REQUIRED},
	{"before", F_TIME, F_REQUIRED}, {"has_more", F_BOOL, F_REQUIRED},
	{"next_cursor", F_TOKEN, F_REQUIRED | F_NULLABLE},
};
static const struct shape feed_shape = {"UsageFeed", feed_fields, COUNT(feed_fields), 0};
static const struct field deleted_fields[] = {{"deleted", F_INT, F_REQUIRED}};
static const struct shape deleted_shape = {"UsageCollected", deleted_fields, COUNT(deleted_fields), 0};

/* "BEFORE-AFTER-ID", times in microseconds: the next page of the same feed. */
static bool read_cursor(struct req *r, const char *text, struct usage_page *p)
{
	const char *dash = strchr(text, '-'), *last = dash ? strchr(dash + 1, '-') : NULL;

	return last != NULL &&
	       str_int(arena_strndup(r->w.a, text, (size_t)(dash - text)), 1, p->before, &p->before) &&
	       str_int(arena_strndup(r->w.a, dash + 1, (size_t)(last - dash - 1)), 1, INT64_MAX, &p->after) &&
	       str_int(last + 1, 1, INT64_MAX, &p->after_id);
}

int usage_feed_before(struct req *r, const char *before, struct usage_page *p)
{
	int64_t newest = r->w.now - SETTLING;

	p->before = newest;
	if (before != NULL && !clock_parse(before, &p->before))
		return fail_field(&r->w, "before", "not_a_time");
	if (p->before > newest)
		p->before = newest;
	p->before -= p->before % CLOCK_MS; /* the answer tells no more of it */
	return 0;
}

static int read_page(struct req *r, struct usage_page *p)
{
	const char *before = req_query(r, "before"), *cursor = req_query(r, "cursor");

	*p = (struct usage_page){.page = req_query_int(r, "page", 1),
				 .size = req_query_int(r, "page_size", 1000)};
	if (cursor != NULL && before != NULL)
		return fail_field(&r->w, "before", "not_with_a_cursor");
	if (usage_feed_before(r, before, p) < 0)
		return -1;
	if (cursor != NULL && !read_cursor(r, cursor, p))
		return fail_field(&r->w, "cursor", "malformed");
	return 0;
}

static void free_page(void *arena)
{
	arena_free(arena);
}

static const char *answer(struct arena *a, const struct usage_page *p, const char *items, bool more,
			  const char *cursor)
{
	const char *next = "null";
	char at[25];

	if (cursor != NULL)
		next = arena_printf(a, "\"%lld-%s\"", (long long)p->before, cursor);
	return arena_printf(a, "{\"items\":%s,\"page\":%lld,\"page_size\":%lld,\"before\":\"%s\","
			    "\"has_more\":%s,\"next_cursor\":%s}", items, (long long)p->page,
			    (long long)p->size, clock_text(p->before, at), more ? "true" : "false", next);
}

/* The longest page is more than a request's arena holds: it has one of its own,
 * which ends with the request's. */
const char *usage_feed_read(struct req *r, const struct usage_page *p)
{
	struct arena *mine = r->w.a, *big = arena_new(FEED_ARENA);
	const char *items, *cursor;
	bool more;
	int rc;

	arena_defer(mine, free_page, big);
	r->w.a = big;
	rc = usage_store_feed(&r->w, p, &items, &more, &cursor);
	r->w.a = mine;
	return rc < 0 ? NULL : answer(big, p, items, more, cursor);
}

static int feed(struct req *r)
{
	struct usage_page p;
	const char *json;

	if (read_page(r, &p) < 0 || (json = usage_feed_read(r, &p)) == NULL)
		return -1;
	return reply_json(r, 200, json);
}

static int collected(struct req *r)
{
	struct usage_page p;
	int64_t n;

	if (req_query(r, "cursor") != NULL)
		return fail_field(&r->w, "cursor", "not_supported");
	if (read_page(r, &p) < 0 || usage_store_collected(&r->w, &p, &n) < 0)
		return -1;
	return reply_json(r, 200, arena_printf(r->w.a, "{\"deleted\":%lld}", (long long)n));
}

#define FEED .pattern = "/api/internal/usage-events", .pool = POOL_OPERATOR, .audience = AUD_INTERNAL, \
	.query = &page, .reply_status = 200, .proof = "tests/stack/feed.sh"

const struct route usage_feed_routes[] = {
	{.id = "usage.feed", .method = METHOD_GET, FEED, .scope = "usage:read", .reply = &feed_shape,
	 .handle = feed, .summary = "What was used: the events of calls that have ended, and of other services"},
	{.id = "usage.collected", .method = METHOD_DELETE, FEED, .scope = "usage:delete",
	 .reply = &deleted_shape, .handle = collected,
	 .summary = "Take a page out of the feed once it is kept; the ledger stays as it is"},
	{0},
};
