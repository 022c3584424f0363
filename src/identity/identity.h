/*
 * Identity: who is calling. So far: anonymous visitors with a session.
 *
 * A session is a reference token of 256 random bits; only its SHA-256 is
 * stored. The token is the whole credential: there is nothing in it to read.
 */
#pragma once
#include "work/work.h"

#define IDENTITY_TOKEN_PREFIX "vs_"

struct identity_session {
	const char *token; /* shown once, never stored */
	int64_t account;
	int64_t expires_at;
};

/* A new visitor with a session, inside the open transaction; from here on the
 * transaction acts for that account. */
int identity_session_new(struct work *w, struct identity_session *ret);

/* The statement that tells whose a token is ($1: hexadecimal SHA-256). */
extern const struct pg_stmt *const identity_lookup;

/* The same for a program too ($2: the subject of its token). */
extern const struct pg_stmt *const identity_caller;

