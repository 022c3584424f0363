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

/* A program's token: signed, so that no database is asked who it is. */
static int hold_program(struct req *r, const char *token)
{
	struct jwt t;

	if (jwt_verify(r->w.a, r->web->token_key, sizeof(r->web->token_key), token, API_AUDIENCE,
		       r->w.now, &t, &r->w.err) < 0)
		return -1;
	if (!jwt_allows(t.scope, r->route->scope ? r->route->scope : ""))
		return fail(&r->w, E_SCOPE, "needs %s, has %.100s", r->route->scope, t.scope);
	r->subject = t.sub;
	r->scope = t.scope;
	return 0;
}

/* The token of the request: a bearer header wins over the cookie. */
static int find_token(struct req *r)
{
	const char *auth = req_param(r, "HTTP_AUTHORIZATION"), *cookie;

	if (auth != NULL && *auth) {
		if (r->route->audience == AUD_API && strncasecmp(auth, "Bearer ", 7) == 0 &&
		    strchr(auth, '.') != NULL)
			return hold_program(r, auth + 7);
		if (strncasecmp(auth, "Bearer ", 7) != 0 || hold_token(r, auth + 7) < 0)
			return fail(&r->w, E_UNAUTHENTICATED, "not a bearer token of ours");
		return 0;
	}
	cookie = cookie_value(r, "bus_session");
	if (cookie != NULL && hold_token(r, cookie) == 0)
		r->by_cookie = true;
	return 0;
}

static int check_operator(struct req *r)
{
	const char *want = str_hex(r->w.a, r->web->operator_hash, sizeof(r->web->operator_hash));

	if (r->token_hash == NULL || r->by_cookie)
		return fail(&r->w, E_UNAUTHENTICATED, "operator route without a token");
	if (!r->web->has_operator || !crypto_equal(r->token_hash, want, strlen(want)))
		return fail(&r->w, E_SCOPE, "not the operator's token");
	r->w.actor.kind = ACTOR_OPERATOR;
	r->w.actor.name = "operator";
	return 0;
}

/* A browser that was sent here by another site says so; one that acts by its
 * cookie must also know the token that only our own page can read. */
static int check_origin(struct req *r)
{
	const char *site = req_param(r, "HTTP_SEC_FETCH_SITE");
	const char *sent = req_param(r, "HTTP_X_CSRF_TOKEN"), *want;

	if (r->route->method == METHOD_GET)
		return 0;
	if (site != NULL && strcmp(site, "cross-site") == 0)
		return fail(&r->w, E_CSRF, "a write from another site");
	if (!r->by_cookie)
		return 0;
	want = csrf_token(r, r->token_hash);
	if (sent == NULL || strlen(sent) != strlen(want) || !crypto_equal(sent, want, strlen(want)))
		return fail(&r->w, E_CSRF, "csrf token missing or wrong");
	return 0;
}

/* The network of an address: a /24, or a /64 whichever way its zeroes are
 * written; an IPv4 address inside IPv6 is what it stands for. */
static const char *network(struct arena *a, const char *addr)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned char ip[16];

	if (addr == NULL)
		return "-";
	if (inet_pton(AF_INET, addr, ip) == 1)
		return str_hex(a, ip, 3);
	if (inet_pton(AF_INET6, addr, ip) != 1)
		return "-";
	if (memcmp(ip, mapped, sizeof(mapped)) == 0)
		return str_hex(a, ip + sizeof(mapped), 3);
	return str_hex(a, ip, 8);
}

/* Who is counted: the session where there is one, else the network, so that a
 * room full of addresses is one caller. */
static const char *counted(struct req *r)
{
	if (r->token_hash != NULL && r->route->rate != RATE_CREATE)
		return r->token_hash;
	if (r->subject != NULL)
		return r->subject;
	return network(r->w.a, req_param(r, "REMOTE_ADDR"));
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

	if (key == NULL || *key == '\0' || r->route->method != METHOD_POST)
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

int gate_enter(struct req *r)
{
	enum audience aud = r->route->audience;

	if (aud == AUD_PUBLIC)
		return check_rate(r);
	if (find_token(r) < 0)
		return -1;
	if (aud == AUD_OPERATOR && check_operator(r) < 0)
		return -1;
	if ((aud == AUD_CUSTOMER || aud == AUD_API) && r->token_hash == NULL && r->subject == NULL)
		return fail(&r->w, E_UNAUTHENTICATED, "no credential");
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
	/* A stale cookie on a route that makes sessions is no credential at all; a
	 * bearer token was put there on purpose. */
	if (r->route->audience == AUD_CUSTOMER || r->route->audience == AUD_API ||
	    (r->token_hash != NULL && !r->by_cookie))
		return fail(&r->w, E_UNAUTHENTICATED, "unknown or expired session");
	return 0;
}

void req_becomes(struct req *r, int64_t account)
{
	r->w.actor.kind = ACTOR_CUSTOMER;
	r->w.actor.account = account;
	r->w.actor.name = "visitor";
}
