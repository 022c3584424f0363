#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "web/print.h"

#include <stdio.h>
#include <string.h>

/* ---- the catalog */

static int catalog_row(void *ctx, const struct route *r)
{
	struct jw *j = ctx;

	jw_object(j);
	jw_kstr(j, "id", r->id);
	jw_kstr(j, "method", route_method_name(r->method));
	jw_kstr(j, "path", r->pattern);
	jw_kstr(j, "site", r->site == SITE_PREVIEW ? "preview" : "portal");
	jw_kstr(j, "audience", route_audience_name(r->audience));
	jw_kstr(j, "scope", r->scope ? r->scope : "");
	jw_kstr(j, "pool", route_pool_name(r->pool));
	jw_kint(j, "body_max", (int64_t)r->body_max);
	jw_kstr(j, "kind", r->read ? "read" : r->follow ? "stream" : r->relay ? "relay" : "handler");
	jw_kstr(j, "unkeyed", r->unkeyed ? r->unkeyed : "");
	jw_kbool(j, "demo_only", r->demo_only);
	jw_kstr(j, "proof", r->proof);
	jw_kstr(j, "summary", r->summary);
	jw_end_object(j);
	return 0;
}

void print_catalog(struct buf *to, const struct route_table *t)
{
	struct jw j;

	jw_init(&j, to);
	jw_array(&j);
	route_each(t, catalog_row, &j);
	jw_end_array(&j);
}

static int markdown_row(void *ctx, const struct route *r)
{
	buf_printf(ctx, "| %s | `%s` | %s | %s | %s |\n", route_method_name(r->method), r->pattern,
		   route_audience_name(r->audience), route_pool_name(r->pool), r->summary);
	return 0;
}

void print_markdown(struct buf *to, const struct route_table *t)
{
	buf_puts(to, "| method | path | audience | pool | what |\n|---|---|---|---|---|\n");
	route_each(t, markdown_row, to);
}

/* ---- locations of a web server: one regular expression for each route that
 * is not of the fast pool, the fast pool for the rest */

struct locations {
	struct buf *to;
	enum pool pool;
	bool any;
};

/* "/a/{x}/b" as "/a/[^/]+/b"; alternatives are joined with "|". */
static int pattern_of(void *ctx, const struct route *r)
{
	struct locations *l = ctx;

	if (r->pool != l->pool || r->site != SITE_PORTAL)
		return 0;
	buf_puts(l->to, l->any ? "|" : "");
	l->any = true;
	for (const char *p = r->pattern; *p; p++) {
		if (*p == '{') {
			p = strchr(p, '}');
			buf_puts(l->to, "[^/]+");
		} else if (*p == '.') {
			buf_puts(l->to, "\\.");
		} else {
			buf_putc(l->to, *p);
		}
	}
	return 0;
}

static void patterns(struct buf *to, const struct route_table *t, enum pool pool)
{
	struct locations l = {to, pool, false};

	buf_puts(to, "^(");
	route_each(t, pattern_of, &l);
	buf_puts(to, ")$");
}

static const char portal_csp[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	"connect-src 'self'; frame-src %s; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'";

/* Where previews live, as a source of a policy: any host below the preview host. */
static void frame_source(struct buf *to, const struct print_server *s)
{
	buf_printf(to, "%s://*.%s", str_starts(s->public_url, "https") ? "https" : "http",
		   s->preview_host);
}

static void csp(struct buf *to, const struct print_server *s)
{
	const char *at = strstr(portal_csp, "%s");

	buf_put(to, portal_csp, (size_t)(at - portal_csp));
	frame_source(to, s);
	buf_puts(to, at + 2);
}

static void nginx_pass(struct buf *to, const char *upstream, const char *site)
{
	buf_printf(to,
		   "\t\tfastcgi_pass %s;\n"
		   "\t\tfastcgi_param REQUEST_METHOD $request_method;\n"
		   "\t\tfastcgi_param REQUEST_URI $request_uri;\n"
		   "\t\tfastcgi_param CONTENT_TYPE $content_type if_not_empty;\n"
		   "\t\tfastcgi_param CONTENT_LENGTH $content_length if_not_empty;\n"
		   "\t\tfastcgi_param REMOTE_ADDR $remote_addr;\n"
		   "\t\tfastcgi_param HTTP_PROXY \"\";\n"
		   "\t\tfastcgi_param BUS_SENDFILE nginx;\n"
		   "\t\tfastcgi_param BUS_SITE %s;\n",
		   upstream, site);
}

static void nginx_upstreams(struct buf *to, const struct print_server *s)
{
	/* Only the fast pool keeps connections; its keep-alive time is shorter
	 * than the time a worker takes to drain, so the worker never closes first. */
	buf_printf(to,
		   "upstream bus_fast {\n\tserver unix:%s/fast.sock;\n\tkeepalive 64;\n"
		   "\tkeepalive_timeout 5s;\n\tkeepalive_requests 100000;\n}\n",
		   s->run);
	for (enum pool p = POOL_SLOW; p < POOL_COUNT; p++)
		buf_printf(to, "upstream bus_%s {\n\tserver unix:%s/%s.sock;\n}\n",
			   route_pool_name(p), s->run, route_pool_name(p));
}

/* The store is only reached from within; what the application said about a
 * file is said again, because nginx drops it on the way. */
static void nginx_store(struct buf *to, const struct print_server *s)
{
	static const char *const again[] = {
		"ETag", "Repr-Digest", "Content-Security-Policy", "Referrer-Policy",
		"Permissions-Policy", "Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin",
		"X-Robots-Tag", "X-Content-Type-Options", "X-Request-Id",
	};

	buf_printf(to, "\tlocation /_store/ {\n\t\tinternal;\n\t\talias %s/;\n\t\tetag off;\n"
		       "\t\tif_modified_since off;\n\t\tdisable_symlinks on from=%s;\n",
		   s->store, s->store);
	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++) {
		buf_printf(to, "\t\tadd_header %s $upstream_http_", again[i]);
		for (const char *p = again[i]; *p; p++)
			buf_putc(to, *p == '-' ? '_' : (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p));
		buf_puts(to, " always;\n");
	}
	buf_puts(to, "\t}\n");
}

/* Pools whose answers arrive bit by bit, and how long they may be silent. */
static const char *silence(enum pool p)
{
	return p == POOL_STREAM ? "60s" : p == POOL_CALL ? "900s" : NULL;
}

static void nginx_pools(struct buf *to, const struct route_table *t)
{
	for (enum pool p = POOL_SLOW; p < POOL_COUNT; p++) {
		char upstream[32];

		snprintf(upstream, sizeof(upstream), "bus_%s", route_pool_name(p));
		buf_puts(to, "\tlocation ~ \"");
		patterns(to, t, p);
		buf_puts(to, "\" {\n");
		if (silence(p) != NULL)
			buf_printf(to, "\t\tgzip off;\n\t\tfastcgi_buffering off;\n"
				       "\t\tfastcgi_read_timeout %s;\n\t\tsend_timeout 20s;\n",
				   silence(p));
		nginx_pass(to, upstream, "portal");
		buf_puts(to, "\t}\n");
	}
	buf_puts(to, "\tlocation ~ \"^/(api|v1|livez|\\.well-known)(/|$)\" {\n"
		     "\t\tfastcgi_keep_conn on;\n");
	nginx_pass(to, "bus_fast", "portal");
	buf_puts(to, "\t}\n");
}

static void nginx_portal(struct buf *to, const struct route_table *t, const struct print_server *s)
{
	buf_printf(to, "server {\n\tlisten %s default_server;\n\troot %s;\n\tindex index.html;\n"
		       "\tclient_max_body_size 4m;\n\tserver_tokens off;\n"
		       "\terror_page 413 /_413;\n"
		       "\tlocation = /_413 {\n\t\tinternal;\n\t\tdefault_type application/problem+json;\n"
		       "\t\treturn 413 '{\"type\":\"urn:busdk:problem:payload_too_large\",\"title\":"
		       "\"That is more than this address accepts.\",\"status\":413,\"code\":"
		       "\"payload_too_large\",\"request_id\":\"$request_id\"}';\n\t}\n",
		   s->listen, s->htdocs);
	nginx_pools(to, t);
	nginx_store(to, s);
	buf_puts(to, "\tlocation / {\n\t\tlimit_except GET HEAD {\n\t\t\tdeny all;\n\t\t}\n"
		     "\t\tdisable_symlinks off;\n\t\ttry_files $uri $uri/ =404;\n"
		     "\t\tadd_header Content-Security-Policy \"");
	csp(to, s);
	buf_puts(to, "\" always;\n\t\tadd_header X-Content-Type-Options nosniff always;\n"
		     "\t\tadd_header Referrer-Policy same-origin always;\n"
		     "\t\tadd_header Cross-Origin-Opener-Policy same-origin always;\n"
		     "\t\tadd_header Cache-Control no-cache always;\n\t}\n}\n");
}

void print_nginx(struct buf *to, const struct route_table *t, const struct print_server *s)
{
	size_t host = strcspn(s->preview_host, ":");

	buf_puts(to, "# Printed by `bus routes --nginx`; include it in http { }.\n");
	nginx_upstreams(to, s);
	nginx_portal(to, t, s);
	/* Every preview has a host of its own; any other name is nobody's. */
	buf_printf(to, "server {\n\tlisten %s;\n\tserver_name \"~^p[a-z2-7]{32}\\.", s->listen);
	for (size_t i = 0; i < host; i++)
		buf_printf(to, "%s%c", s->preview_host[i] == '.' ? "\\" : "", s->preview_host[i]);
	buf_puts(to, "$\";\n\tclient_max_body_size 1k;\n\tserver_tokens off;\n\tlocation / {\n"
		     "\t\tlimit_except GET HEAD {\n\t\t\tdeny all;\n\t\t}\n"
		     "\t\tfastcgi_keep_conn on;\n");
	nginx_pass(to, "bus_fast", "preview");
	buf_puts(to, "\t}\n");
	nginx_store(to, s);
	buf_puts(to, "}\n");
}

/* ---- Apache: mod_proxy_fcgi, mod_xsendfile, mod_headers, mod_rewrite */

static void apache_proxy(struct buf *to, const struct print_server *s, enum pool p)
{
	/* A name of its own for each socket: workers of one name are shared. */
	buf_printf(to, "<Proxy \"unix:%s/%s.sock|fcgi://bus-%s\">\n\tProxySet disablereuse=on%s\n</Proxy>\n",
		   s->run, route_pool_name(p), route_pool_name(p),
		   p == POOL_STREAM ? " flushpackets=on timeout=60"
		   : p == POOL_CALL ? " flushpackets=on timeout=900" : "");
}

static void apache_match(struct buf *to, const struct route_table *t, const struct print_server *s,
			 enum pool p)
{
	buf_puts(to, "\t<LocationMatch \"");
	patterns(to, t, p);
	buf_puts(to, "\">\n");
	if (silence(p) != NULL) /* a packer would hold back what should arrive at once */
		buf_puts(to, "\t\tRequestHeader unset Accept-Encoding\n");
	buf_printf(to, "\t\tSetHandler \"proxy:unix:%s/%s.sock|fcgi://bus-%s\"\n\t</LocationMatch>\n",
		   s->run, route_pool_name(p), route_pool_name(p));
}

static void apache_common(struct buf *to, const struct print_server *s, const char *site)
{
	buf_printf(to,
		   "\t<Location \"/\">\n\t\tCGIPassAuth On\n\t</Location>\n\tAllowEncodedSlashes NoDecode\n"
		   "\tRequestHeader unset Proxy early\n"
		   "\tProxyFCGISetEnvIf \"true\" BUS_SENDFILE \"apache\"\n"
		   "\tProxyFCGISetEnvIf \"true\" BUS_SITE \"%s\"\n"
		   "\tProxyFCGISetEnvIf \"true\" \"!PATH\"\n",
		   site);
	if (s->stream_max > 0)
		buf_printf(to, "\tProxyFCGISetEnvIf \"true\" BUS_STREAM_MAX \"%lld\"\n",
			   (long long)s->stream_max);
	buf_printf(to, "\tXSendFile On\n\tXSendFilePath %s\n", s->store);
}

void print_apache(struct buf *to, const struct route_table *t, const struct print_server *s)
{
	const char *port = strrchr(s->listen, ':');
	size_t host = strcspn(s->preview_host, ":");

	buf_puts(to, "# Printed by `bus routes --apache`; needs proxy, proxy_fcgi, xsendfile, headers.\n");
	for (enum pool p = 0; p < POOL_COUNT; p++)
		apache_proxy(to, s, p);
	buf_printf(to, "<VirtualHost *:%s>\n\tDocumentRoot %s\n\tLimitRequestBody 4194304\n",
		   port ? port + 1 : s->listen, s->htdocs);
	apache_common(to, s, "portal");
	buf_printf(to, "\t<Directory %s>\n\t\tRequire all granted\n\t\tOptions None\n"
		       "\t\tAllowOverride None\n\t\tDirectoryIndex index.html\n"
		       "\t\tHeader always set Content-Security-Policy \"",
		   s->htdocs);
	csp(to, s);
	buf_puts(to, "\"\n\t\tHeader always set X-Content-Type-Options nosniff\n"
		     "\t\tHeader always set Referrer-Policy same-origin\n\t</Directory>\n"
		     "\t<LocationMatch \"^/(api|v1|livez|\\.well-known)(/|$)\">\n");
	buf_printf(to, "\t\tSetHandler \"proxy:unix:%s/fast.sock|fcgi://bus-fast\"\n\t</LocationMatch>\n",
		   s->run);
	for (enum pool p = POOL_SLOW; p < POOL_COUNT; p++)
		apache_match(to, t, s, p);
	buf_printf(to, "</VirtualHost>\n<VirtualHost *:%s>\n\tServerName previews.invalid\n"
		       "\tServerAlias *.%.*s\n\tLimitRequestBody 1024\n",
		   port ? port + 1 : s->listen, (int)host, s->preview_host);
	apache_common(to, s, "preview");
	buf_printf(to, "\t<Location \"/\">\n\t\tRequire all granted\n"
		       "\t\tSetHandler \"proxy:unix:%s/fast.sock|fcgi://bus-fast\"\n\t</Location>\n"
		       "</VirtualHost>\n",
		   s->run);
}
