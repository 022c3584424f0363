#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "identity/identity.h"
#include "identity/identity_api_int.h"
#include "port/crypto.h"
#include "port/file.h"

#include <stddef.h>
#include <string.h>

/* Signed tokens: from a session, and for services. */

#define SCOPE_MAX 500

struct token_in {
	const char *resources, *scope;
	int64_t ttl_seconds;
};
static const struct field token_fields[] = {
	{"resources", F_TEXT, F_NULLABLE, 1, SCOPE_MAX, .offset = offsetof(struct token_in, resources),
	 .doc = "what the token is to allow, separated by blanks"},
	{"scope", F_TEXT, F_NULLABLE, 1, SCOPE_MAX, .offset = offsetof(struct token_in, scope),
	 .doc = "the same under its older name"},
	{"ttl_seconds", F_INT, 0, 60, 86400, .offset = offsetof(struct token_in, ttl_seconds)},
};
const struct shape identity_token_shape = {"TokenRequest", token_fields, COUNT(token_fields),
					   sizeof(struct token_in)};

struct internal_in {
	const char *subject, *audience, *resources, *scope;
	int64_t ttl_seconds;
};
static const struct field internal_fields[] = {
	{"subject", F_TOKEN, F_NULLABLE, 1, 200, .offset = offsetof(struct internal_in, subject),
	 .doc = "auth-admin when it is left out"},
	{"audience", F_TOKEN, F_NULLABLE, 1, 100, .offset = offsetof(struct internal_in, audience),
	 .doc = AUTH_AUDIENCE " when it is left out"},
	{"resources", F_TEXT, F_NULLABLE, 1, SCOPE_MAX,
	 .offset = offsetof(struct internal_in, resources)},
	{"scope", F_TEXT, F_NULLABLE, 1, SCOPE_MAX, .offset = offsetof(struct internal_in, scope)},
	{"ttl_seconds", F_INT, 0, 1, 86400, .offset = offsetof(struct internal_in, ttl_seconds)},
};
const struct shape identity_internal_shape = {"InternalTokenRequest", internal_fields,
					      COUNT(internal_fields), sizeof(struct internal_in)};

void identity_token_members(struct req *r, struct jw *j, const struct jwt *t)
{
	char at[25];

	jw_kstr(j, "access_token", req_sign(r, t));
	jw_kstr(j, "token_type", "Bearer");
	jw_kint(j, "expires_in", t->exp - t->iat);
	jw_kstr(j, "expires_at", clock_text(t->exp * CLOCK_S, at));
	jw_kstr(j, "audience", t->aud);
	jw_kstr(j, "subject", t->sub);
	jw_kstr(j, "scope", t->scope);
	jw_kstr(j, "resources", t->scope);
}

static int reply_token(struct req *r, const struct jwt *t)
{
	struct buf b;
	struct jw j;

	buf_init(&b, r->w.a, 8192);
	jw_init(&j, &b);
	jw_object(&j);
	identity_token_members(r, &j, t);
	jw_end_object(&j);
	return reply_json(r, 200, buf_str(&b));
}

const char *identity_wanted(struct req *r, const char *resources, const char *scope,
			    const char *allowed)
{
	const char *want = resources ? resources : scope;

	if (want == NULL)
		fail_field(&r->w, "resources", "required");
	else if (resources != NULL && scope != NULL && strcmp(resources, scope) != 0)
		fail_field(&r->w, "scope", "not_the_same");
	else if (!identity_scope_within(want, allowed ? allowed : want))
		fail(&r->w, E_SCOPE, "%.100s is not within %.200s", want, allowed ? allowed : "words");
	else
		return want;
	return NULL;
}

int identity_api_token(struct req *r)
{
	const struct token_in *in = r->in;
	struct jwt t = {.aud = API_AUDIENCE, .iat = r->w.now / CLOCK_S};
	int64_t max = r->w.conf->api_token_ttl_s;
	struct identity_self me;

	if (identity_self(&r->w, r->token_hash, r->sid, &me) < 0)
		return -1;
	if (!me.verified || strcmp(me.status, "approved") != 0)
		return fail(&r->w, E_SCOPE, "a customer who is %s", me.status);
	t.scope = identity_wanted(r, in->resources, in->scope, r->w.conf->api_scopes);
	if (t.scope == NULL)
		return -1;
	if (in->ttl_seconds > max)
		return fail_field(&r->w, "ttl_seconds", "out_of_range");
	t.sub = me.identity_id;
	t.sid = me.session_id; /* it ends with the session */
	t.exp = t.iat + (in->ttl_seconds ? in->ttl_seconds : max);
	return reply_token(r, &t);
}

int identity_api_refresh(struct req *r)
{
	struct jwt t = {.aud = AUTH_AUDIENCE, .scope = "", .iat = r->w.now / CLOCK_S};
	struct identity_self me;

	if (identity_self(&r->w, r->token_hash, r->sid, &me) < 0)
		return -1;
	t.sub = me.identity_id;
	t.sid = me.session_id;
	t.exp = t.iat + r->w.conf->auth_token_ttl_s;
	if (t.exp > me.session_ends / CLOCK_S)
		t.exp = me.session_ends / CLOCK_S; /* never longer than what it stands for */
	return reply_token(r, &t);
}

int identity_api_check(struct req *r)
{
	const struct jwt *t = r->claims;
	struct buf b;
	struct jw j;

	buf_init(&b, r->w.a, 8192);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "sub", t->sub);
	jw_kstr(&j, "aud", t->aud);
	jw_kstr(&j, "scope", t->scope);
	jw_kint(&j, "iat", t->iat);
	jw_kint(&j, "exp", t->exp);
	jw_end_object(&j);
	return reply_json(r, 200, buf_str(&b));
}

/* The key in the header is that of the file; without a file there is none. */
static bool has_internal_key(struct req *r)
{
	const char *sent = req_param(r, "HTTP_X_BUS_INTERNAL_KEY");
	unsigned char have[SHA256_BYTES], want[SHA256_BYTES];
	struct err ignored = {0};
	char *key;
	size_t n;

	key = file_read(r->w.a, r->w.conf->internal_key, 4096, &n, &ignored);
	while (key != NULL && n > 0 && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		n--;
	if (key == NULL || n < 32 || sent == NULL)
		return false;
	crypto_sha256(key, n, want);
	crypto_sha256(sent, strlen(sent), have);
	return crypto_equal(have, want, sizeof(have));
}

static bool one_of_ours(const char *audience)
{
	return strcmp(audience, AUTH_AUDIENCE) == 0 || strcmp(audience, API_AUDIENCE) == 0 ||
	       strcmp(audience, INTERNAL_AUDIENCE) == 0;
}

int identity_api_internal(struct req *r)
{
	static const char subjects[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
	const struct internal_in *in = r->in;
	int64_t max = r->w.conf->internal_token_ttl_s;
	struct jwt t = {.sub = in->subject ? in->subject : "auth-admin",
			.aud = in->audience ? in->audience : AUTH_AUDIENCE, .iat = r->w.now / CLOCK_S};

	if (!has_internal_key(r))
		return fail(&r->w, E_SCOPE, "no internal key, or another");
	if (!str_only(t.sub, subjects, 1, 200) || !one_of_ours(t.aud))
		return fail(&r->w, E_SCOPE, "subject or audience");
	if ((t.scope = identity_wanted(r, in->resources, in->scope, NULL)) == NULL)
		return -1;
	if (in->ttl_seconds > max)
		return fail_field(&r->w, "ttl_seconds", "out_of_range");
	t.exp = t.iat + (in->ttl_seconds ? in->ttl_seconds : max);
	return reply_token(r, &t);
}
