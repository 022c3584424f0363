/*
 * Crypto: hashes, message authentication and signatures (OpenSSL).
 *
 * Keys are read from files once; nothing here prints one.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define ED25519_SIG_BYTES 64
#define SEAL_EXTRA 28 /* nonce and tag of a sealed text */

void crypto_sha256(const void *p, size_t n, unsigned char to[SHA256_BYTES]);
char *crypto_sha256_hex(struct arena *a, const void *p, size_t n);

/* SHA-256 piece by piece; the state is tied to the arena. */
struct sha256;
struct sha256 *sha256_new(struct arena *a);
void sha256_add(struct sha256 *h, const void *p, size_t n);
void sha256_end(struct sha256 *h, unsigned char to[SHA256_BYTES]);

/* HMAC-SHA-256 (RFC 2104). */
void crypto_hmac(const void *key, size_t klen, const void *p, size_t n,
		 unsigned char to[SHA256_BYTES]);

/* A slow keyed hash of a short secret (PBKDF2): some milliseconds, so that a stolen
 * hash is not tried through at once. `salt` belongs to this secret alone. */
void crypto_stretch(const char *secret, const unsigned char salt[32],
		    unsigned char to[SHA256_BYTES]);

/* Equal, in a time that does not depend on where they differ? */
bool crypto_equal(const void *a, const void *b, size_t n);

/* AES-256-GCM with a random nonce in front. `to` has room for n + SEAL_EXTRA.
 * open returns the length of the plain text or -1 when it was tampered with. */
void crypto_seal(const unsigned char key[32], const void *p, size_t n, unsigned char *to);
long crypto_open(const unsigned char key[32], const void *p, size_t n, unsigned char *to);

/* Ed25519 (RFC 8032). */
struct key;
struct key *key_read(const char *path, struct err *e);         /* a private key, PEM */
struct key *key_read_public(const char *path, struct err *e);  /* SubjectPublicKeyInfo, PEM */
/* Of several in one file that after `before` others; E_UNAVAILABLE behind the last. */
struct key *key_read_public_at(const char *path, size_t before, struct err *e);
/* The private key, if the other file has its public half; E_INVALID otherwise:
 * nobody could check what is signed with a key that is not published. */
struct key *key_read_pair(const char *private_path, const char *public_path, struct err *e);
int key_make(const char *path, struct err *e); /* new private key, mode 0600; one that is there stays */
void key_free(struct key *k);
void key_sign(const struct key *k, const void *p, size_t n, unsigned char sig[ED25519_SIG_BYTES]);
bool key_verify(const struct key *k, const void *p, size_t n,
		const unsigned char *sig, size_t siglen);

/* The public half: PEM text, the 32 raw bytes, the key id by which everything
 * that is signed names its key (the thumbprint of RFC 7638), and a JWK (RFC 8037). */
char *key_public_pem(struct arena *a, const struct key *k);
void key_public_raw(const struct key *k, unsigned char to[32]);
const char *key_id(struct arena *a, const struct key *k);
const char *key_jwk(struct arena *a, const struct key *k);
