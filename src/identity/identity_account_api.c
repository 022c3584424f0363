#include "config.h"

#include "base/id.h"
#include "base/jw.h"
#include "identity/identity.h"
#include "identity/identity_api_int.h"
#include "port/crypto.h"

#include <stddef.h>
#include <string.h>

/* What a customer has: sessions and keys; and who may be one. */

int identity_api_logout(struct req *r)
{
	if (identity_session_end(&r->w, r->token_hash, r->sid) < 0)
		return -1;
	if (r->by_cookie)
		reply_session_end(r);
	return reply_json(r, 200, "{\"status\":\"logged_out\"}");
}

int identity_api_end(struct req *r)
{
	if (identity_session_end(&r->w, NULL, r->arg[0]) < 0)
		return -1;
	return reply_json(r, 200, "{\"status\":\"revoked\"}");
}

struct key_in {
	const char *name, *resources, *scope;
	int64_t ttl_seconds;
};
static const struct field key_fields[] = {
	{"name", F_TEXT, F_REQUIRED, 1, 100, .offset = offsetof(struct key_in, name),
	 .doc = "what it is for"},
	{"resources", F_TEXT, F_NULLABLE, 1, 500, .offset = offsetof(struct key_in, resources),
	 .doc = "what it is to allow, separated by blanks"},
	{"scope", F_TEXT, F_NULLABLE, 1, 500, .offset = offsetof(struct key_in, scope)},
	{"ttl_seconds", F_INT, 0, 60, 34560000, .offset = offsetof(struct key_in, ttl_seconds)},
};
const struct shape identity_key_shape = {"KeyCreate", key_fields, COUNT(key_fields),
					 sizeof(struct key_in)};

static int reply_key(struct req *r, const char *key_id, const char *key, const struct jwt *t,
		     const char *name)
{
	char at[25];
	struct buf b;
	struct jw j;

	buf_init(&b, r->w.a, 8192);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "key_id", key_id);
	jw_kstr(&j, "key", key);
	jw_kstr(&j, "name", name);
	jw_kstr(&j, "scope", t->scope);
	jw_kstr(&j, "expires_at", clock_text(t->exp * CLOCK_S, at));
	jw_end_object(&j);
	return reply_json(r, 201, buf_str(&b));
}

int identity_api_key_new(struct req *r)
{
	const struct key_in *in = r->in;
	int64_t max = r->w.conf->api_key_ttl_s;
	const char *key_id = id_new(r->w.a, "key_"), *key;
	struct jwt t = {.aud = API_AUDIENCE, .iat = r->w.now / CLOCK_S};
	struct identity_self me;

	if (identity_self(&r->w, r->token_hash, r->sid, &me) < 0 ||
	    identity_need_fresh(&r->w, r->token_hash, r->sid) < 0)
		return -1;
	if (!me.verified || strcmp(me.status, "approved") != 0)
		return fail(&r->w, E_SCOPE, "a customer who is %s", me.status);
	if ((t.scope = identity_wanted(r, in->resources, in->scope, r->w.conf->api_scopes)) == NULL)
		return -1;
	if (in->ttl_seconds > max)
		return fail_field(&r->w, "ttl_seconds", "out_of_range");
	t.exp = t.iat + (in->ttl_seconds ? in->ttl_seconds : max);
	t.sub = arena_printf(r->w.a, KEY_SUBJECT "%s", key_id);
	key = arena_printf(r->w.a, KEY_PREFIX "%s", req_sign(r, &t));
	if (identity_key_add(&r->w, key_id, in->name, t.scope,
			     crypto_sha256_hex(r->w.a, key, strlen(key)), t.exp * CLOCK_S) < 0)
		return -1;
	return reply_key(r, key_id, key, &t, in->name);
}

int identity_api_key_revoke(struct req *r)
{
	if (identity_key_revoke(&r->w, r->arg[0]) < 0)
		return -1;
	return reply_json(r, 200, "{\"status\":\"revoked\"}");
}

/* ---- everything, to take along */

/* Holds a page: a megabyte of rows and one more, which has at most a megabyte of
 * text, in libpq and in JSON. */
#define EXPORT_ARENA (32u << 20)

/* One part as an array. Each page is a transaction of its own: the caller may
 * read slowly. */
static int export_part(struct req *r, const char *part)
{
	const char *lead = arena_printf(r->w.a, ",\n\"%s\":[", part);
	struct pg_rows rows;
	int64_t at = 0;
	int n;

	if (reply_piece(r, lead) < 0)
		return fail(&r->w, E_UNAVAILABLE, "the caller has gone");
	for (bool first = true;; arena_reset(r->w.a)) {
		if (work_begin(&r->w, NULL) < 0 || (n = identity_export(&r->w, part, &at, &rows)) < 0 ||
		    work_commit(&r->w, NULL) < 0)
			return -1;
		if (n == 0)
			return reply_piece(r, "]");
		for (int i = 0; i < n; i++, first = false)
			if (reply_piece(r, first ? "\n" : ",\n") < 0 ||
			    reply_piece(r, pg_text(&rows, i, 1)) < 0)
				return fail(&r->w, E_UNAVAILABLE, "the caller has gone");
	}
}

int identity_api_export(struct req *r)
{
	struct arena *mine = r->w.a;
	char at[25];
	int rc;

	reply_header(r, "Content-Disposition", "attachment; filename=\"busdk-account.json\"");
	rc = reply_begin(r, 200, "application/json");
	if (rc == 0)
		rc = reply_piece(r, arena_printf(mine, "{\"exported_at\":\"%s\"",
						 clock_text(r->w.now, at)));
	r->w.a = arena_new(EXPORT_ARENA);
	for (const char *const *part = identity_export_parts; rc == 0 && *part; part++)
		rc = export_part(r, *part);
	arena_free(r->w.a);
	r->w.a = mine;
	return rc == 0 ? reply_piece(r, "\n}\n") : rc;
}

struct reject_in {
	const char *email, *reason;
};
static const struct field reject_fields[] = {
	{"email", F_TOKEN, F_REQUIRED, 3, 254, .offset = offsetof(struct reject_in, email)},
	{"reason", F_TEXT, F_NULLABLE, 1, 500, .offset = offsetof(struct reject_in, reason)},
};
const struct shape identity_reject_shape = {"Rejection", reject_fields, COUNT(reject_fields),
					    sizeof(struct reject_in)};

static int decide(struct req *r, const char *text, const char *status, const char *reason)
{
	const char *email = identity_email(r, text), *identity;

	if (email == NULL || identity_decide(&r->w, email, status, reason, &identity) < 0)
		return -1;
	return reply_json(r, 200, arena_printf(r->w.a, "{\"identity_id\":\"%s\",\"status\":\"%s\"}",
					       identity, status));
}

int identity_api_approve(struct req *r)
{
	const struct identity_email_in *in = r->in;

	return decide(r, in->email, "approved", "");
}

int identity_api_reject(struct req *r)
{
	const struct reject_in *in = r->in;

	return decide(r, in->email, "rejected", in->reason ? in->reason : "");
}

/* ---- switched off, and on again */

struct switch_in {
	const char *reason;
};
static const struct field switch_fields[] = {
	{"reason", F_TEXT, F_REQUIRED, 1, 500, .offset = offsetof(struct switch_in, reason),
	 .doc = "kept with the time"},
};
const struct shape identity_switch_shape = {"AccountSwitch", switch_fields, COUNT(switch_fields),
					    sizeof(struct switch_in)};

static int set(struct req *r, bool off)
{
	const struct switch_in *in = r->in;
	bool changed;

	if (identity_switch(&r->w, r->arg[0], off, in->reason, &changed) < 0)
		return -1;
	return reply_json(r, 200, off ? "{\"status\":\"disabled\"}" : "{\"status\":\"enabled\"}");
}

int identity_api_off(struct req *r)
{
	return set(r, true);
}

int identity_api_on(struct req *r)
{
	return set(r, false);
}
