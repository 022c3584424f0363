/* What the doors of the room share. */
#pragma once
#include "usage/usage_int.h"
#include "web/web.h"

/* usage_feed_api.c: the time of a feed, from RFC 3339 or NULL for now (-1 after
 * fail()); a page of it as JSON that lives as long as the request, NULL after fail(). */
int usage_feed_before(struct req *r, const char *before, struct usage_page *p);
const char *usage_feed_read(struct req *r, const struct usage_page *p);
