#include "config.h"

#include "web/web_int.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/fcgi.h"
#include "port/jwt.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *req_param(const struct req *r, const char *name)
{
	return fcgi_param(r->f, name);
}

static int hold_token(struct req *r, const char *token)
{
	/* The prefix tells a token from anything else before it is hashed. */
	if (!str_only(token, "abcdefghijklmnopqrstuvwxyz234567_", 8, 256))
		return -1;
	r->token_hash = crypto_sha256_hex(r->w.a, token, strlen(token));
	return 0;
}

static bool needs_signed(enum audience a)
{
	return a == AUD_API || a == AUD_AUTH || a == AUD_TOKEN || a == AUD_INTERNAL;
}

static bool takes_signed(const struct route *row)
{
	return needs_signed(row->audience) || row->scope != NULL;
}

/* A door of visitors: whoever brings a signed token there is a customer. */
static bool is_visitors(const struct route *row)
{
	return row->audience == AUD_OPEN || row->audience == AUD_CUSTOMER;
}

/* Is it ours, and meant for this kind of route? */
static int verify(struct req *r, const char *token, struct jwt *t)
{
	static const char *const all[] = {API_AUDIENCE, AUTH_AUDIENCE, INTERNAL_AUDIENCE};
	static const struct {
		size_t from, to;
	} of[AUD_COUNT] = {[AUD_OPEN] = {0, 2}, [AUD_CUSTOMER] = {0, 2}, [AUD_API] = {0, 1},
			   [AUD_AUTH] = {1, 2}, [AUD_TOKEN] = {0, 3}, [AUD_OPERATOR] = {2, 3},
			   [AUD_INTERNAL] = {2, 3}};
	enum audience a = r->route->audience;

	for (size_t i = of[a].from; i < of[a].to; i++) {
		err_clear(&r->w.err);
		if (jwt_verify(r->w.a, r->web->token_key, sizeof(r->web->token_key), token, all[i],
			       r->w.now, t, &r->w.err) == 0)
			return 0;
	}
	return -1;
}

static bool allows_one(const char *scope, const char *wanted, struct arena *a)
{
	if (wanted == NULL)
		return true;
	for (const char *p = wanted; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		if (jwt_allows(scope, arena_strndup(a, p, n)))
			return true;
		p += n;
	}
	return false;
}

/* A program's token: signed, so that no database is asked what it may do. A key
 * is such a token too, known by the hash of all of it: who could forge the
 * signature still has no key that was issued. */
static int hold_program(struct req *r, const char *text)
{
	bool key = str_starts(text, KEY_PREFIX);
	struct jwt *t = ARENA_NEW(r->w.a, struct jwt);

	if (verify(r, key ? text + strlen(KEY_PREFIX) : text, t) < 0)
		return -1;
	if (str_starts(t->sub, KEY_SUBJECT) != key || str_starts(t->sub, SESSION_SUBJECT))
		return fail(&r->w, E_UNAUTHENTICATED, "a key without its prefix, or the reverse");
	if (is_visitors(r->route) && strcmp(t->aud, AUTH_AUDIENCE) == 0) {
		if (t->sid == NULL)
			return fail(&r->w, E_SCOPE, "a service's token is no session");
	} else if (!allows_one(t->scope, r->route->scope, r->w.a))
		return fail(&r->w, E_SCOPE, "needs %s, has %.100s", r->route->scope, t->scope);
	r->claims = t;
	r->scope = t->scope;
	r->sid = t->sid;
	r->subject = t->sub;
	if (key)
		r->subject = arena_printf(r->w.a, KEY_SUBJECT "%s",
					  crypto_sha256_hex(r->w.a, text, strlen(text)));
	else if (t->sid != NULL && (r->route->audience == AUD_API || is_visitors(r->route)))
		r->subject = arena_printf(r->w.a, SESSION_SUBJECT "%s", t->sid);
	return 0;
}

/* The token of the request: a bearer header wins over the cookie. */
static int find_token(struct req *r)
{
	const char *auth = req_param(r, "HTTP_AUTHORIZATION"), *cookie;

	if (auth != NULL && *auth) {
		if (takes_signed(r->route) && strncasecmp(auth, "Bearer ", 7) == 0 &&
		    strchr(auth, '.') != NULL)
			return hold_program(r, auth + 7);
		if (strncasecmp(auth, "Bearer ", 7) != 0 || hold_token(r, auth + 7) < 0)
			return fail(&r->w, E_UNAUTHENTICATED, "not a bearer token of ours");
		return 0;
	}
	cookie = req_cookie(r, "bus_session");
	if (cookie != NULL && hold_token(r, cookie) == 0)
		r->by_cookie = true;
	return 0;
}

static int check_operator(struct req *r)
{
	const char *want = str_hex(r->w.a, r->web->operator_hash, sizeof(r->web->operator_hash));

	if (r->claims != NULL) { /* a service, with the route's scope */
		r->w.actor.kind = ACTOR_OPERATOR;
		r->w.actor.name = r->subject;
		return 0;
	}
	if (r->token_hash == NULL || r->by_cookie)
		return fail(&r->w, E_UNAUTHENTICATED, "operator route without a token");
	if (!r->web->has_operator || !crypto_equal(r->token_hash, want, strlen(want)))
		return fail(&r->w, E_SCOPE, "not the operator's token");
	r->w.actor.kind = ACTOR_OPERATOR;
	r->w.actor.name = "operator";
	return 0;
}

/* An older browser says only where the page came from: our address, or the host
 * it was sent to. */
static bool foreign(struct req *r, const char *origin)
{
	const char *host = req_param(r, "HTTP_HOST"), *at;

	if (origin == NULL || *origin == '\0' || str_eq(origin, r->w.conf->public_url))
		return false;
	at = strstr(origin, "://");
	return at == NULL || host == NULL || strcmp(at + 3, host) != 0;
}

/* A browser that was sent here by another site says so; one that acts by its
 * cookie must also know the token that only our own page can read. A write that
 * needs no credential is looked at too: what it answers may be a new session,
 * which takes the place of the browser's own. */
static int check_origin(struct req *r)
{
	const char *site = req_param(r, "HTTP_SEC_FETCH_SITE");
	const char *sent = req_param(r, "HTTP_X_CSRF_TOKEN"), *want;

	if (r->route->method == METHOD_GET || r->route->signed_body)
		return 0;
	if (site != NULL && strcmp(site, "cross-site") == 0)
		return fail(&r->w, E_CSRF, "a write from another site");
	if ((site == NULL || strcmp(site, "same-site") == 0) && r->claims == NULL &&
	    (r->token_hash == NULL || r->by_cookie) &&
	    foreign(r, req_param(r, "HTTP_ORIGIN")))
		return fail(&r->w, E_CSRF, "a write from another origin");
	if (!r->by_cookie)
		return 0;
	want = csrf_token(r, r->token_hash);
	if (sent == NULL || strlen(sent) != strlen(want) || !crypto_equal(sent, want, strlen(want)))
		return fail(&r->w, E_CSRF, "csrf token missing or wrong");
	return 0;
}

/* A /24, or a /64 whichever way its zeroes are written; an IPv4 address inside
 * IPv6 is what it stands for. A room full of addresses is one caller. */
const char *req_network(struct req *r)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	const char *addr = req_param(r, "REMOTE_ADDR");
	unsigned char ip[16];

	if (addr == NULL)
		return "-";
	if (inet_pton(AF_INET, addr, ip) == 1)
		return str_hex(r->w.a, ip, 3);
	if (inet_pton(AF_INET6, addr, ip) != 1)
		return "-";
	if (memcmp(ip, mapped, sizeof(mapped)) == 0)
		return str_hex(r->w.a, ip + sizeof(mapped), 3);
	return str_hex(r->w.a, ip, 8);
}

/* Who is counted: the session where there is one, else the network. */
static const char *counted(struct req *r)
{
	bool by_network = r->route->rate == RATE_CREATE || r->route->rate == RATE_AUTH;

	if (r->token_hash != NULL && !by_network)
		return r->token_hash;
	return r->subject != NULL && !by_network ? r->subject : req_network(r);
}

static int check_rate(struct req *r)
{
	struct rate_left left;
	bool free;

	if (r->route->rate == RATE_NONE)
		return 0;
	free = rate_take(r->web->shared, r->route->rate, counted(r), r->web->conf->rate_percent,
			 r->w.now, &left);
	if (r->route->audience == AUD_API && left.limit > 0) {
		reply_header(r, "x-ratelimit-limit-requests", "%lld", (long long)left.limit);
		reply_header(r, "x-ratelimit-remaining-requests", "%lld", (long long)left.remaining);
		reply_header(r, "x-ratelimit-reset-requests", "%llds", (long long)left.reset_s);
	}
	if (free)
		return 0;
	reply_header(r, "Retry-After", "%d", left.wait_s);
	return fail(&r->w, E_RATE, "rate class %d", (int)r->route->rate);
}

static int check_idem(struct req *r)
{
	const char *key = req_param(r, "HTTP_IDEMPOTENCY_KEY");
	size_t n;

	if (key == NULL || *key == '\0' || r->route->method == METHOD_GET || r->route->unkeyed != NULL)
		return 0;
	n = strlen(key);
	if (n >= 2 && key[0] == '"' && key[n - 1] == '"') { /* a structured-field string */
		key = arena_strndup(r->w.a, key + 1, n - 2);
		n -= 2;
	}
	for (size_t i = 0; i < n; i++)
		if (key[i] < 0x21 || key[i] > 0x7e)
			return fail_field(&r->w, "Idempotency-Key", "not_a_token");
	if (n < 1 || n > 255)
		return fail_field(&r->w, "Idempotency-Key", n ? "too_long" : "too_short");
	r->idem = arena_strdup(r->w.a, key);
	return 0;
}

/* What kind of credential the route wants, beyond one that is good. */
static int check_kind(struct req *r)
{
	const struct route *row = r->route;

	if ((row->audience == AUD_TOKEN || row->audience == AUD_INTERNAL) && r->claims == NULL)
		return fail(&r->w, E_UNAUTHENTICATED, "no token");
	if (row->audience != AUD_AUTH && row->audience != AUD_INTERNAL)
		return 0;
	if (row->scope != NULL && r->claims == NULL)
		return fail(&r->w, E_SCOPE, "a session has no %s", row->scope);
	if (row->scope == NULL && r->claims != NULL && r->sid == NULL)
		return fail(&r->w, E_SCOPE, "a service's token is no session");
	if (row->scope != NULL) {
		r->w.actor.kind = ACTOR_OPERATOR;
		r->w.actor.name = r->subject;
	}
	return 0;
}

int gate_enter(struct req *r)
{
	enum audience aud = r->route->audience;

	if (aud == AUD_PUBLIC)
		return check_origin(r) < 0 || check_rate(r) < 0 ? -1 : check_idem(r);
	if (find_token(r) < 0)
		return -1;
	if (aud == AUD_OPERATOR && check_operator(r) < 0)
		return -1;
	if ((aud == AUD_CUSTOMER || needs_signed(aud)) && r->token_hash == NULL && r->subject == NULL)
		return fail(&r->w, E_UNAUTHENTICATED, "no credential");
	if (check_kind(r) < 0)
		return -1;
	if (check_origin(r) < 0 || check_rate(r) < 0)
		return -1;
	return check_idem(r);
}

int gate_caller(struct req *r, int64_t account)
{
	if (account != 0) {
		req_becomes(r, account);
		return 0;
	}
	if (r->w.actor.kind == ACTOR_OPERATOR)
		return 0;
	if (r->route->audience == AUD_TOKEN)
		return r->sid == NULL ? 0 : fail(&r->w, E_UNAUTHENTICATED, "the session has ended");
	/* A stale cookie on a route that makes sessions is no credential at all; a
	 * bearer token was put there on purpose. */
	if (r->route->audience == AUD_CUSTOMER || needs_signed(r->route->audience) || r->claims != NULL ||
	    (r->token_hash != NULL && !r->by_cookie))
		return fail(&r->w, E_UNAUTHENTICATED, "unknown or expired session");
	return 0;
}

void req_becomes(struct req *r, int64_t account)
{
	r->w.actor.kind = ACTOR_CUSTOMER;
	r->w.actor.account = account;
	r->w.actor.session = r->token_hash;
	r->w.actor.name = "visitor";
}
