#include "config.h"

#include "artifact/artifact_api_int.h"
#include "artifact/artifact_int.h"
#include "base/id.h"
#include "base/str.h"
#include "port/crypto.h"
#include "verify/verify.h"

#include <string.h>

/*
 * The preview host. Its name is unguessable and belongs to one preview; a
 * one-time ticket opens it and is exchanged for a cookie of that host. Pages
 * need the cookie. What a page loads does not: it runs in an opaque origin,
 * from which no cookie is ever sent, so there the open host is the capability.
 *
 * The file is found by an exact look-up of its name among the run's verified
 * web artifacts. No path is ever joined to a folder, so none can leave it.
 */

#define COOKIE "bus_preview"

static void safe_headers(struct req *r)
{
	reply_header(r, "Content-Security-Policy",
		     "sandbox allow-scripts allow-forms allow-modals allow-downloads; "
		     "default-src 'self' data: blob:; "
		     "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
		     "style-src 'self' 'unsafe-inline'; connect-src 'self' data:; object-src 'none'; "
		     "base-uri 'none'; form-action 'none'; frame-ancestors %s",
		     r->w.conf->public_url);
	reply_header(r, "Referrer-Policy", "no-referrer");
	reply_header(r, "Permissions-Policy",
		     "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
	reply_header(r, "Cross-Origin-Resource-Policy", "cross-origin");
	reply_header(r, "Access-Control-Allow-Origin", "*");
	reply_header(r, "X-Robots-Tag", "noindex");
	reply_header(r, "Cache-Control", "no-store");
}

/* Said to a person who looks at it, in a frame or a tab. */
static int closed(struct req *r)
{
	safe_headers(r);
	return reply_text(r, 403, "text/plain; charset=utf-8",
			  "This preview is closed. Open it again from the conversation.\n");
}

/* The label in front of the preview host, or NULL. */
static const char *label(struct req *r)
{
	const char *host = req_param(r, "HTTP_HOST");
	size_t n = host ? strcspn(host, ".:") : 0;
	char *lower = arena_strndup(r->w.a, host ? host : "", n);

	for (char *p = lower; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return id_valid(lower, "p") ? lower : NULL;
}

/* A frame is another site to the portal, so the cookie must be allowed there;
 * that needs a secure context, which a *.localhost name is too. */
static void set_cookie(struct req *r, const char *value)
{
	const struct conf *c = r->w.conf;
	bool secure = str_starts(c->public_url, "https://") ||
		      strstr(c->preview_host, "localhost") != NULL;

	reply_header(r, "Set-Cookie", "%s=%s; Path=/; HttpOnly; Max-Age=%lld; %s", COOKIE, value,
		     (long long)c->preview_ttl_s,
		     secure ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax");
}

static bool holds(struct req *r, const char *secret, const char *hash)
{
	const char *mine;

	if (secret == NULL || hash == NULL)
		return false;
	mine = crypto_sha256_hex(r->w.a, secret, strlen(secret));
	return strlen(hash) == strlen(mine) && crypto_equal(mine, hash, strlen(mine));
}

static const char *own_cookie(struct req *r)
{
	const char *p = req_param(r, "HTTP_COOKIE");
	size_t n = strlen(COOKIE);

	for (; p != NULL && *p; p = strchr(p, ';')) {
		p += strspn(p, " ;");
		if (strncmp(p, COOKIE, n) == 0 && p[n] == '=')
			return arena_strndup(r->w.a, p + n + 1, strcspn(p + n + 1, ";"));
	}
	return NULL;
}

static int serve(struct req *r, const struct artifact_preview *p, bool page_allowed)
{
	const char *sha256, *mime;
	int rc = artifact_store_preview_file(&r->w, p, r->arg[0], &sha256, &mime);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return fail(&r->w, E_NOT_FOUND, "no such file in this preview");
	if (!page_allowed && str_starts(mime, "text/html"))
		return closed(r);
	safe_headers(r);
	return reply_file(r, artifact_store_path(r->w.a, sha256), mime);
}

/* The ticket is used up; a tab goes on to an address without it, a frame is
 * served at once, because some browsers keep no cookie for frames. */
static int open_with_ticket(struct req *r, const char *host, const struct artifact_preview *p)
{
	const char *cookie = id_secret(r->w.a, "pc_"), *dest = req_param(r, "HTTP_SEC_FETCH_DEST");
	int64_t until = r->w.now + r->w.conf->preview_ttl_s * CLOCK_S;
	int rc = artifact_store_preview_use(
		&r->w, host, crypto_sha256_hex(r->w.a, cookie, strlen(cookie)), until);

	if (rc <= 0)
		return rc < 0 ? -1 : closed(r);
	set_cookie(r, cookie);
	if (dest != NULL && (strcmp(dest, "iframe") == 0 || strcmp(dest, "frame") == 0))
		return serve(r, p, true);
	safe_headers(r);
	reply_header(r, "Location", "/");
	return reply_empty(r, 303);
}

int artifact_api_preview(struct req *r)
{
	const char *host = label(r);
	struct artifact_preview p;

	if (host == NULL)
		return fail(&r->w, E_NOT_FOUND, "not a preview host");
	if (artifact_store_preview_find(&r->w, host, &p) < 0)
		return -1;
	if (p.cookie_hash != NULL && !p.open)
		return closed(r);
	if (holds(r, own_cookie(r), p.cookie_hash))
		return serve(r, &p, true);
	if (p.ticket_open && holds(r, req_query(r, "ticket"), p.ticket_hash) && !r->head)
		return open_with_ticket(r, host, &p);
	return p.cookie_hash != NULL ? serve(r, &p, false) : closed(r);
}
