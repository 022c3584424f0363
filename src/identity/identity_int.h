#pragma once
#include "identity/identity.h"

#define IDENTITY_CODE_TRIES 5 /* a constraint of the table too */

int identity_store_new(struct work *w, const char *token_hash, int64_t expires_at,
		       int64_t *ret_account);
int identity_store_expire(struct work *w, int batch);

struct identity_code_row {
	const char *code_id, *address, *session_hash, *network, *hash; /* hexadecimal */
	bool known;
	const char *mail_id, *mail;                                    /* sealed, hexadecimal */
};

/* NULL for ok, else the limit that said no and when it ends. */
int identity_store_code(struct work *w, const struct identity_code_row *row, const char **ret_limit,
			int64_t *ret_again);

/* *ret_id is NULL when there is no live code. */
int identity_store_try(struct work *w, const char *address, const char *session_hash,
		       const char **ret_id, const char **ret_hash, int64_t *ret_left);

int identity_store_enter(struct work *w, struct identity_entry *e, const char *identity_id,
			 const char *token_hash);
int identity_store_register(struct work *w, const char *email, const char *identity_id);

/* The second factor (RFC 6238) of the acting account: a key for its authenticator,
 * in base32; E_CONFLICT when one is in use. `key` is of the purpose "totp". */
int identity_totp_begin(struct work *w, const unsigned char key[32], const char **ret_secret);

/* One try by a password of it or by a recovery code. 1 when it was right, and this
 * session has shown it; 0 when it was not; E_RATE (*ret_wait_s), E_NOT_FOUND without
 * a key. *ret_codes: recovery codes, when this has confirmed the key; else NULL. */
struct identity_totp {
	unsigned char key[32]; /* of the purpose "totp" */
	const char *code, *sid;
	int64_t wait_s;
	const char *const *codes; /* to a NULL */
};
int identity_totp_show(struct work *w, struct identity_totp *t);
int identity_totp_end(struct work *w);

/* Our name in the list of an authenticator: the host. */
const char *identity_issuer(const struct work *w);

struct identity_totp_row {
	const char *sealed; /* hexadecimal; NULL without a key */
	int64_t last_step, tries, again;
	bool confirmed;
};
int identity_store_totp_begin(struct work *w, const char *sealed, bool *ret_new);
int identity_store_totp_try(struct work *w, struct identity_totp_row *ret);
int identity_store_totp_recover(struct work *w, const char *hash, bool *ret_good);
int identity_store_totp_shown(struct work *w, int64_t step, const char *sid, const char *hashes);
int identity_store_second(struct work *w, int64_t account, bool *ret_has, bool *ret_shown);

/* identity_key.c: made from the server's secret as in req_secret() */
int identity_key(struct work *w, const char *purpose, unsigned char to[32]);
/* Recipient, subject and text, sealed for the pass that sends it; hexadecimal. */
const char *identity_seal_mail(struct work *w, const unsigned char key[32], const char *to, const char *subject,
			       const char *text);
int identity_store_mail(struct work *w, const char *mail_id, const char *sealed); /* a notice */
int identity_store_address(struct work *w, int64_t account, const char **ret); /* confirmed, or NULL */

/* Mail that is due: one row, taken for a while. 1, 0 when there is none, -1. */
struct identity_mail {
	int64_t id, attempts, created_at;
	const char *mail_id, *sealed;
};
int identity_store_mail_claim(struct work *w, struct identity_mail *ret);
int identity_store_mail_done(struct work *w, const struct identity_mail *m, const char *failed,
			     bool give_up);
