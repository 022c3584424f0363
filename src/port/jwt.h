/*
 * Jose: JSON Web Tokens signed with HMAC-SHA-256 (RFC 7515, 7519).
 *
 * Only what is issued here is taken: algorithm HS256, type JWT where one is said,
 * a subject, an audience, the times of issue and expiry. Anything else, "none"
 * first of all, is refused before a claim is looked at. A token has one spelling:
 * no padding, no blank, no bits that say nothing (RFC 7515, 2; RFC 4648, 3.5).
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

#define JWT_MAX 4096
#define JWT_LEEWAY_S 60

struct jwt {
	const char *sub, *aud;
	const char *scope;  /* separated by spaces; "" for none */
	const char *sid;    /* the session it stands for, or NULL */
	int64_t iat, exp; /* seconds since 1970 */
};

/* The key is the digest of the secret file's text, so that it may be written in
 * any alphabet. */
struct jwt_key {
	unsigned char bytes[32];
};
struct jwt_key jwt_key(const void *secret, size_t n);

/* A signed token in the arena. `key` has at least 32 bytes. */
char *jwt_sign(struct arena *a, const void *key, size_t key_len, const struct jwt *t);

/* Is it ours, meant for `aud` and valid at `now` (microseconds)? Fills *ret; 0,
 * or -1 with E_UNAUTHENTICATED and the reason in the detail. The claim
 * "resources" is another name of "scope". */
int jwt_verify(struct arena *a, const void *key, size_t key_len, const char *token,
	       const char *aud, int64_t now, struct jwt *ret, struct err *e);

/* Is `want` one of the words of `scope`? "" is always there. */
bool jwt_allows(const char *scope, const char *want);
