#pragma once
#include "port/jwt.h"
#include "web/web.h"

/* Handlers, by the file they are in. */
int identity_api_register(struct req *r);
int identity_api_code(struct req *r);
int identity_api_verify(struct req *r);
int identity_api_contact(struct req *r);
int identity_api_delete(struct req *r);

int identity_api_token(struct req *r);
int identity_api_refresh(struct req *r);
int identity_api_check(struct req *r);
int identity_api_internal(struct req *r);

int identity_api_logout(struct req *r);
int identity_api_end(struct req *r);
int identity_api_key_new(struct req *r);
int identity_api_key_revoke(struct req *r);
int identity_api_export(struct req *r);
int identity_api_approve(struct req *r);
int identity_api_reject(struct req *r);
int identity_api_off(struct req *r);
int identity_api_on(struct req *r);

struct identity_email_in {
	const char *email;
};

/* The shapes of what they take. */
extern const struct shape identity_email_shape, identity_contact_shape, identity_verify_shape, identity_token_shape,
	identity_internal_shape, identity_key_shape, identity_reject_shape, identity_switch_shape;

/* The members of a token's answer, in an object that is open. */
struct jw;
void identity_token_members(struct req *r, struct jw *j, const struct jwt *t);

/* "resources" and its older name "scope" say the same: what was asked for within
 * `allowed`, or NULL after fail(). */
const char *identity_wanted(struct req *r, const char *resources, const char *scope,
			    const char *allowed);

/* An address in a body, as we write to it, or NULL after fail(). */
const char *identity_email(struct req *r, const char *text);
