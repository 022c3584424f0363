/*
 * Identity: who is calling.
 *
 * A visitor is anonymous and has a session: a reference token of 256 random
 * bits of which only the SHA-256 is stored. An address confirmed by a one-time
 * code makes a customer of him: his runs move to the customer's account, his
 * sessions end and a new one begins, in one transaction. The address stands in
 * one row and in no event; tokens name an identity that never changes.
 */
#pragma once
#include "work/work.h"

#define IDENTITY_TOKEN_PREFIX "vs_"
#define IDENTITY_CODE_DIGITS 8

/* What a customer's program must be allowed to see, or to change, the own runs. */
#define SCOPE_BUILD_READ "build:read build:write"
#define SCOPE_BUILD_WRITE "build:write"

struct identity_session {
	const char *token; /* shown once, never stored */
	int64_t account;
	int64_t expires_at;
};

/* A new visitor with a session, inside the open transaction; from here on the
 * transaction acts for that account. */
int identity_session_new(struct work *w, struct identity_session *ret);

/* Who asks for a code, or brings one. */
struct identity_asker {
	const char *email;         /* of the shape that mail_address() gives */
	const char *session_hash;  /* hexadecimal; NULL: without a session */
	const char *network;
	bool known; /* a browser that this address has signed in before, or is signed in */
	unsigned char code_key[32], mail_key[32]; /* of the purposes "code" and "mail" */
};

/* A code for the address goes out. E_RATE when it has to wait, *ret_wait_s
 * seconds then. */
int identity_code_send(struct work *w, const struct identity_asker *who, int64_t *ret_wait_s);

/* One try. 1 when it was right, with the code's name; 0 when it was not: the try
 * counts once the transaction is committed; -1. `digits` has eight of them.
 * *ret_left: further tries that this code is good for, 0 without a code. */
int identity_code_try(struct work *w, const struct identity_asker *who, const char *digits,
		      const char **ret_code_id, int64_t *ret_left);

/* A customer who has just shown the right code. */
struct identity_entry {
	const char *code_id, *email;
	const char *old_hash; /* of the session that ends, or NULL */
	int64_t visitor;      /* whose runs come along; 0: nobody's */
	const char *agent;    /* what the session is called in a list; "" */
	/* out */
	const char *token, *session_id, *identity_id, *status;
	int64_t account, expires_at, moved;
};

/* 0; 1 when the code was used in the meantime; -1. */
int identity_enter(struct work *w, struct identity_entry *e);

/* An address, found or made; nothing is said about which. */
int identity_register(struct work *w, const char *email);

/* What the session of the acting customer stands for: by hash or by name. */
struct identity_self {
	const char *identity_id, *email, *status, *session_id;
	bool verified;
	int64_t session_ends;
};
int identity_self(struct work *w, const char *session_hash, const char *sid,
		  struct identity_self *ret);

/* End one of the acting account's sessions. E_NOT_FOUND when there is none. */
int identity_session_end(struct work *w, const char *session_hash, const char *sid);

/* The acting customer leaves, by a code just tried: address, sessions, keys and
 * what was written go; what was ordered and used stays without a name. 0; 1 when
 * the code was used in the meantime; E_CONFLICT while something is being built. */
int identity_close(struct work *w, const char *code_id);

/* An operator's word: status "approved" or "rejected". E_NOT_FOUND, E_CONFLICT
 * for an address that was never confirmed. */
int identity_decide(struct work *w, const char *email, const char *status, const char *reason,
		    const char **ret_identity);

/* An operator's word: an account, by its name or a run of it, is switched off or on
 * again; false when it was so already. E_NOT_FOUND. */
int identity_switch(struct work *w, const char *name, bool off, const char *reason, bool *ret_changed);

/* All that is kept about the acting account: a page of one part. Rows come after
 * place *at, which moves on; 0 at the end of the part. */
extern const char *const identity_export_parts[]; /* to a NULL */
int identity_export(struct work *w, const char *part, int64_t *at, struct pg_rows *ret);

/* Is the run the acting account's? E_NOT_FOUND when it is not. */
int identity_owns(struct work *w, const char *run_id);

/* Is work asked for and authorized only with a contact? E_CONTACT when it is, and the
 * account has confirmed no address. */
bool identity_asks_contact(const struct conf *c);
int identity_need_contact(struct work *w, int64_t account);

/* Whoever has this account's confirmed address, now or later: a name (hexadecimal)
 * that only our key makes. NULL for an account without one. */
int identity_payer(struct work *w, int64_t account, const char **ret);

/* E_DISABLED, E_DISPUTED: nothing is sold to such an account, or built for it. */
int identity_need_standing(struct work *w, int64_t account);

/* E_FRESH unless the acting account has signed in by this session, or shown its
 * second factor in it, within totp_fresh_s. */
int identity_need_fresh(struct work *w, const char *session_hash, const char *sid);

/* A mail to the account's confirmed address, by the queue; nothing for an account
 * without one. `subject` is one line. */
int identity_notice(struct work *w, int64_t account, const char *subject, const char *text);

/* E_SECOND when so much may be spent only by who has shown a second factor. */
int identity_need_second(struct work *w, int64_t account, int64_t amount);

/* E_SECOND for who has a second factor and has not just shown it. */
int identity_need_shown(struct work *w, int64_t account);

/* Keys of the acting account. The key itself is known to the caller only. */
int identity_key_add(struct work *w, const char *key_id, const char *name, const char *scope,
		     const char *hash, int64_t expires_at);
int identity_key_revoke(struct work *w, const char *key_id);

/* The eight digits of a code as somebody typed or pasted it: blanks and hyphens
 * between them are left out. False for anything else. */
bool identity_code_digits(const char *text, char to[IDENTITY_CODE_DIGITS + 1]);

/* Is each word of `want` one of `allowed`, and is there one? Words are separated
 * by single blanks. */
bool identity_scope_within(const char *want, const char *allowed);

/* What a browser keeps to be known for an address again: a name of its own and a
 * proof that only our key makes. It opens nothing; whoever has it is counted
 * apart from strangers. Made in the arena; checked in constant time. */
const char *identity_known(struct work *w, const struct identity_asker *who);
bool identity_is_known(struct work *w, const struct identity_asker *who, const char *text);

/* Has the acting account confirmed this address? */
int identity_is_own(struct work *w, const char *email, bool *ret);

/* The statements that tell whose a token is ($1: hexadecimal SHA-256), a program's
 * too ($2: its subject), a signed-in customer's ($3: the session that a token names). */
extern const struct pg_stmt *const identity_lookup, *const identity_caller, *const identity_auth;
