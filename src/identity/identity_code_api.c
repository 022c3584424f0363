#include "config.h"

#include "base/jw.h"
#include "identity/identity.h"
#include "identity/identity_api_int.h"
#include "port/mail.h"

#include <stddef.h>
#include <string.h>

/*
 * A code has eight digits, lives for minutes, is good for five tries and for
 * the session that asked for it (or for none). It is stored as a slow keyed
 * hash, and leaves only by mail, which a pass sends. Whoever asks gets the same
 * answer by the same work, whether the address is known or not.
 */
#define KNOWN_COOKIE "bus_known"
#define KNOWN_TTL_S 31536000

/* From an address to a session: register, ask for a code, bring it. */

static const struct field email_fields[] = {
	{"email", F_TOKEN, F_REQUIRED, 3, 254, .offset = offsetof(struct identity_email_in, email)},
};
const struct shape identity_email_shape = {"Email", email_fields, COUNT(email_fields),
					   sizeof(struct identity_email_in)};

struct verify_in {
	const char *email, *otp;
};
static const struct field verify_fields[] = {
	{"email", F_TOKEN, F_REQUIRED, 3, 254, .offset = offsetof(struct verify_in, email)},
	{"otp", F_TEXT, F_REQUIRED, 1, 40, .offset = offsetof(struct verify_in, otp),
	 .doc = "the eight digits; blanks and hyphens do not matter"},
};
const struct shape identity_verify_shape = {"OtpVerify", verify_fields, COUNT(verify_fields),
					    sizeof(struct verify_in)};

struct contact_in {
	const char *email, *code;
};
static const struct field contact_fields[] = {
	{"email", F_TOKEN, F_REQUIRED, 3, 254, .offset = offsetof(struct contact_in, email)},
	{"code", F_TEXT, F_NULLABLE, 1, 40, .offset = offsetof(struct contact_in, code),
	 .doc = "left out to have one sent"},
};
const struct shape identity_contact_shape = {"Contact", contact_fields, COUNT(contact_fields),
					     sizeof(struct contact_in)};

const char *identity_email(struct req *r, const char *text)
{
	const char *email = mail_address(r->w.a, text);

	if (email == NULL)
		fail_field(&r->w, "email", "not_an_address");
	return email;
}

static int asker(struct req *r, const char *text, struct identity_asker *ret)
{
	*ret = (struct identity_asker){
		.email = identity_email(r, text),
		.network = req_network(r),
		/* A cookie that stands for nothing any more is no session. */
		.session_hash = r->w.actor.account ? r->token_hash : NULL,
	};
	req_secret(r, "code", ret->code_key);
	req_secret(r, "mail", ret->mail_key);
	if (ret->email == NULL)
		return -1;
	ret->known = identity_is_known(&r->w, ret, req_cookie(r, KNOWN_COOKIE));
	return ret->known || r->w.actor.account == 0 ? 0 : identity_is_own(&r->w, ret->email, &ret->known);
}

/* Always the same answer: who is known here is nobody's business. */
int identity_api_register(struct req *r)
{
	const struct identity_email_in *in = r->in;
	const char *email = identity_email(r, in->email);

	if (email == NULL || identity_register(&r->w, email) < 0)
		return -1;
	return reply_json(r, 200, "{\"status\":\"waitlisted\"}");
}

static int send_code(struct req *r, const char *email, int status)
{
	struct identity_asker who;
	int64_t wait = 0;

	if (asker(r, email, &who) < 0)
		return -1;
	if (identity_code_send(&r->w, &who, &wait) < 0) {
		if (wait > 0)
			reply_header(r, "Retry-After", "%lld", (long long)wait);
		return -1;
	}
	return reply_json(r, status,
			  arena_printf(r->w.a, "{\"status\":\"sent\",\"expires_in\":%lld,\"digits\":%d}",
				       (long long)r->w.conf->code_ttl_s, IDENTITY_CODE_DIGITS));
}

int identity_api_code(struct req *r)
{
	const struct identity_email_in *in = r->in;

	return send_code(r, in->email, 200);
}

/* What a browser calls itself, as far as it is plain text. */
static const char *agent(struct req *r)
{
	const char *said = req_param(r, "HTTP_USER_AGENT");
	char *s = arena_strndup(r->w.a, said ? said : "", strnlen(said ? said : "", 120));

	for (char *p = s; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			*p = '?';
	return s;
}

static int reply_entry(struct req *r, const struct identity_entry *e,
		       const struct identity_asker *who)
{
	struct jwt t = {.sub = e->identity_id, .aud = AUTH_AUDIENCE, .scope = "", .sid = e->session_id,
			.iat = r->w.now / CLOCK_S};
	char at[25];
	struct buf b;
	struct jw j;

	t.exp = t.iat + r->w.conf->auth_token_ttl_s;
	buf_init(&b, r->w.a, 8192);
	jw_init(&j, &b);
	jw_object(&j);
	identity_token_members(r, &j, &t);
	jw_kstr(&j, "identity_id", e->identity_id);
	jw_kbool(&j, "email_verified", true);
	jw_kstr(&j, "status", e->status);
	jw_kint(&j, "runs_moved", e->moved);
	/* Who asked without a session gets tokens only. */
	if (who->session_hash != NULL) {
		jw_kstr(&j, "session_token", e->token);
		jw_kstr(&j, "session_expires_at", clock_text(e->expires_at, at));
		reply_session(r, e->token);
		reply_cookie(r, KNOWN_COOKIE, identity_known(&r->w, who), KNOWN_TTL_S);
	}
	jw_end_object(&j);
	return reply_json(r, 200, buf_str(&b));
}

/* Without a session nothing is said: a stranger could ask about an address. */
static int refuse_code(struct req *r, const struct identity_asker *who, int64_t left)
{
	if (who->session_hash != NULL)
		reply_header(r, "x-bus-tries-left", "%lld", (long long)left);
	return reply_refusal(r, E_CODE, "wrong, used, too old or none");
}

static int bring_code(struct req *r, const char *field, const char *email, const char *text)
{
	struct identity_entry e = {.visitor = r->w.actor.account, .agent = agent(r)};
	char digits[IDENTITY_CODE_DIGITS + 1];
	struct identity_asker who;
	int64_t left;
	int rc;

	if (asker(r, email, &who) < 0)
		return -1;
	if (!identity_code_digits(text, digits))
		return fail_field(&r->w, field, "not_a_code");
	rc = identity_code_try(&r->w, &who, digits, &e.code_id, &left);
	/* The try is kept: a refusal is committed as an answer. */
	if (rc <= 0)
		return rc < 0 ? -1 : refuse_code(r, &who, left);
	e.email = who.email;
	e.old_hash = who.session_hash;
	rc = identity_enter(&r->w, &e);
	if (rc != 0)
		return rc < 0 ? -1 : reply_refusal(r, E_CODE, "used in the meantime");
	return reply_entry(r, &e, &who);
}

int identity_api_verify(struct req *r)
{
	const struct verify_in *in = r->in;

	return bring_code(r, "otp", in->email, in->otp);
}

/* The same two steps in the conversation about a run. */
int identity_api_contact(struct req *r)
{
	const struct contact_in *in = r->in;

	if (identity_owns(&r->w, r->arg[0]) < 0)
		return -1;
	return in->code == NULL ? send_code(r, in->email, 202)
				: bring_code(r, "code", in->email, in->code);
}

/* Leaving takes a fresh code to the own address: a session alone is not enough. */
int identity_api_delete(struct req *r)
{
	const struct verify_in *in = r->in;
	char digits[IDENTITY_CODE_DIGITS + 1];
	struct identity_asker who;
	struct identity_self me;
	const char *code_id;
	int64_t left;
	int rc;

	if (asker(r, in->email, &who) < 0 || identity_self(&r->w, r->token_hash, r->sid, &me) < 0)
		return -1;
	if (strcmp(me.email, who.email) != 0)
		return fail_field(&r->w, "email", "not_the_own");
	if (!identity_code_digits(in->otp, digits))
		return fail_field(&r->w, "otp", "not_a_code");
	rc = identity_code_try(&r->w, &who, digits, &code_id, &left);
	if (rc > 0)
		rc = identity_close(&r->w, code_id) == 0 ? 1 : r->w.err.id != E_NONE ? -1 : 0;
	if (rc <= 0)
		return rc < 0 ? -1 : refuse_code(r, &who, left);
	if (r->by_cookie)
		reply_session_end(r);
	return reply_json(r, 200, "{\"status\":\"deleted\"}");
}
