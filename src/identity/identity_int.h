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

/* Mail that is due: one row, taken for a while. 1, 0 when there is none, -1. */
struct identity_mail {
	int64_t id, attempts, created_at;
	const char *mail_id, *sealed;
};
int identity_store_mail_claim(struct work *w, struct identity_mail *ret);
int identity_store_mail_done(struct work *w, const struct identity_mail *m, const char *failed,
			     bool give_up);
