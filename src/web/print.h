/*
 * Print: what other programs need to know of the routes, printed from them.
 */
#pragma once
#include "base/buf.h"
#include "web/route.h"

/* OpenAPI 3.1. */
void print_openapi(struct buf *to, const struct route_table *t);

/* One object per route: the catalog. */
void print_catalog(struct buf *to, const struct route_table *t);
void print_markdown(struct buf *to, const struct route_table *t);

/* Locations for a web server, one for each pool. `var` is where the sockets
 * are. */
struct print_server {
	const char *run, *store, *htdocs, *listen, *public_url, *preview_host;
	int64_t stream_max; /* for Apache: open streams it can bear; 0: no cap */
};
void print_nginx(struct buf *to, const struct route_table *t, const struct print_server *s);
void print_apache(struct buf *to, const struct route_table *t, const struct print_server *s);
