#include "config.h"

#include "base/jw.h"
#include "identity/identity_api_int.h"
#include "identity/identity_int.h"
#include "port/otp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct totp_in {
	const char *code;
};
static const struct field totp_fields[] = {
	{"code", F_TEXT, F_REQUIRED, 1, 40, .offset = offsetof(struct totp_in, code),
	 .doc = "six digits of the authenticator, or a recovery code"},
};
static const struct shape totp_shape = {"SecondFactor", totp_fields, COUNT(totp_fields),
					sizeof(struct totp_in)};
static const struct shape nothing = {"Empty", NULL, 0, 0};
static const struct field begun_fields[] = {
	{"secret", F_TOKEN, F_REQUIRED, .doc = "base32; shown once"},
	{"uri", F_TEXT, F_REQUIRED, .doc = "the same for authenticators (otpauth:)"},
};
static const struct shape begun = {"SecondFactorKey", begun_fields, COUNT(begun_fields), 0};
static const struct field shown_fields[] = {
	{"status", F_TEXT, F_REQUIRED, .doc = "confirmed the first time, then shown"},
	{"until", F_TIME, F_REQUIRED, .doc = "for so long it counts in this session"},
	{"recovery_codes", F_LIST, 0, .doc = "each good once; shown once"},
};
static const struct shape shown = {"SecondFactorShown", shown_fields, COUNT(shown_fields), 0};
static const struct field ended_fields[] = {{"status", F_TEXT, F_REQUIRED}};
static const struct shape ended = {"SecondFactorEnded", ended_fields, COUNT(ended_fields), 0};

static int begin(struct req *r)
{
	unsigned char key[32];
	struct identity_self me;
	const char *secret;
	struct buf b;
	struct jw j;

	req_secret(r, "totp", key);
	if (identity_self(&r->w, r->token_hash, r->sid, &me) < 0 ||
	    identity_need_fresh(&r->w, r->token_hash, r->sid) < 0 ||
	    identity_totp_begin(&r->w, key, &secret) < 0)
		return -1;
	buf_init(&b, r->w.a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "secret", secret);
	jw_kstr(&j, "uri", otp_uri(r->w.a, identity_issuer(&r->w), me.email, secret));
	jw_end_object(&j);
	return reply_json(r, 201, buf_str(&b));
}

/* 1 when it was right; else the answer or the failure is made, in *ret_rc. */
static bool show_it(struct req *r, struct identity_totp *t, int *ret_rc)
{
	const struct totp_in *in = r->in;

	*t = (struct identity_totp){.code = in->code, .sid = r->sid};
	req_secret(r, "totp", t->key);
	*ret_rc = identity_totp_show(&r->w, t);
	if (*ret_rc > 0)
		return true;
	if (t->wait_s > 0)
		reply_header(r, "Retry-After", "%lld", (long long)t->wait_s);
	/* The try is kept: a refusal is committed as an answer. */
	if (*ret_rc == 0)
		*ret_rc = reply_refusal(r, E_CODE, "second factor");
	return false;
}

static int verify(struct req *r)
{
	struct identity_totp t;
	char at[25];
	struct buf b;
	struct jw j;
	int rc;

	if (!show_it(r, &t, &rc))
		return rc;
	buf_init(&b, r->w.a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "status", t.codes ? "confirmed" : "shown");
	jw_kstr(&j, "until", clock_text(r->w.now + r->w.conf->totp_fresh_s * CLOCK_S, at));
	if (t.codes != NULL) {
		jw_key(&j, "recovery_codes");
		jw_array(&j);
		for (const char *const *p = t.codes; *p; p++)
			jw_str(&j, *p);
		jw_end_array(&j);
	}
	jw_end_object(&j);
	return reply_json(r, 200, buf_str(&b));
}

static int disable(struct req *r)
{
	struct identity_totp t;
	int rc;

	if (!show_it(r, &t, &rc))
		return rc;
	if (identity_totp_end(&r->w) < 0)
		return -1;
	return reply_json(r, 200, "{\"status\":\"disabled\"}");
}

#define ROUTE(name, path, in, max, out, status, fn, text)                                      \
	{.id = name, .method = METHOD_POST, .pattern = path, .pool = POOL_SLOW,                 \
	 .audience = AUD_AUTH, .rate = RATE_AUTH, .body_max = max, .input = &in, .reply = &out, \
	 .reply_status = status, .handle = fn, .summary = text, .proof = "tests/stack/second.sh"}

const struct route identity_totp_routes[] = {
	ROUTE("auth.totp_begin", "/api/v1/auth/totp", nothing, 64, begun, 201, begin,
	      "A key for an authenticator; it counts once it was confirmed"),
	ROUTE("auth.totp_verify", "/api/v1/auth/totp/verify", totp_shape, 1024, shown, 200, verify,
	      "Show the second factor; the first time confirms the key"),
	ROUTE("auth.totp_disable", "/api/v1/auth/totp/disable", totp_shape, 1024, ended, 200, disable,
	      "Do without a second factor, by a last code of it"),
	{0},
};
