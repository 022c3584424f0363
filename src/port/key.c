#include "config.h"

#include "port/crypto.h"
#include "base/check.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct key {
	EVP_PKEY *pkey;
};

/* The one after `before` others. */
static struct key *read_pem(const char *path, bool private, size_t before, struct err *e)
{
	struct key *k = NULL;
	EVP_PKEY *pkey = NULL;
	FILE *f = fopen(path, "re");

	if (f != NULL) {
		for (size_t i = 0; i <= before && (i == 0 || pkey != NULL); i++) {
			EVP_PKEY_free(pkey);
			pkey = private ? PEM_read_PrivateKey(f, NULL, NULL, NULL)
				       : PEM_read_PUBKEY(f, NULL, NULL, NULL);
		}
		fclose(f);
	}
	if (pkey == NULL || !EVP_PKEY_is_a(pkey, "ED25519")) {
		EVP_PKEY_free(pkey);
		err_set(e, E_UNAVAILABLE, "%s: not a readable Ed25519 key", path);
		return NULL;
	}
	check((k = calloc(1, sizeof(*k))) != NULL);
	k->pkey = pkey;
	return k;
}

struct key *key_read(const char *path, struct err *e)
{
	return read_pem(path, true, 0, e);
}

struct key *key_read_public(const char *path, struct err *e)
{
	return read_pem(path, false, 0, e);
}

struct key *key_read_public_at(const char *path, size_t before, struct err *e)
{
	return read_pem(path, false, before, e);
}

struct key *key_read_pair(const char *private_path, const char *public_path, struct err *e)
{
	struct key *public = key_read_public(public_path, e), *k = NULL;

	if (public != NULL && (k = key_read(private_path, e)) != NULL &&
	    EVP_PKEY_eq(k->pkey, public->pkey) != 1) {
		err_set(e, E_INVALID, "%s is not the public half of %s", public_path, private_path);
		key_free(k);
		k = NULL;
	}
	key_free(public);
	return k;
}

int key_make(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	EVP_PKEY *pkey;
	FILE *f;
	bool ok;

	if (fd < 0)
		return errno == EEXIST ? 0
				       : err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	check((f = fdopen(fd, "w")) != NULL);
	check((pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")) != NULL);
	ok = PEM_write_PKCS8PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL) == 1;
	ok = fflush(f) == 0 && fsync(fd) == 0 && ok;
	fclose(f);
	EVP_PKEY_free(pkey);
	if (!ok) {
		unlink(path);
		return err_set(e, E_UNAVAILABLE, "%s: could not write the key", path);
	}
	return 0;
}

void key_free(struct key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

void key_sign(const struct key *k, const void *p, size_t n, unsigned char sig[ED25519_SIG_BYTES])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t len = ED25519_SIG_BYTES;

	check(c != NULL && EVP_DigestSignInit(c, NULL, NULL, NULL, k->pkey) == 1);
	check(EVP_DigestSign(c, sig, &len, p, n) == 1 && len == ED25519_SIG_BYTES);
	EVP_MD_CTX_free(c);
}

bool key_verify(const struct key *k, const void *p, size_t n, const unsigned char *sig,
		size_t siglen)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok;

	check(c != NULL && EVP_DigestVerifyInit(c, NULL, NULL, NULL, k->pkey) == 1);
	ok = EVP_DigestVerify(c, sig, siglen, p, n) == 1;
	EVP_MD_CTX_free(c);
	return ok;
}

char *key_public_pem(struct arena *a, const struct key *k)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text, *copy;
	long n;

	check(b != NULL && PEM_write_bio_PUBKEY(b, k->pkey) == 1);
	n = BIO_get_mem_data(b, &text);
	copy = arena_strndup(a, text, (size_t)n);
	BIO_free(b);
	return copy;
}

void key_public_raw(const struct key *k, unsigned char to[32])
{
	size_t n = 32;

	check(EVP_PKEY_get_raw_public_key(k->pkey, to, &n) == 1 && n == 32);
}

/* The public half in base64url, the "x" of a JWK. */
static const char *jwk_x(struct arena *a, const struct key *k)
{
	unsigned char raw[32];

	key_public_raw(k, raw);
	return str_base64(a, raw, sizeof(raw), true);
}

const char *key_id(struct arena *a, const struct key *k)
{
	unsigned char hash[32];
	/* The required members alone, in the order of their names, without a space. */
	const char *json = arena_printf(
		a, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", jwk_x(a, k));

	crypto_sha256(json, strlen(json), hash);
	return str_base64(a, hash, sizeof(hash), true);
}

const char *key_jwk(struct arena *a, const struct key *k)
{
	return arena_printf(a,
			    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\","
			    "\"kid\":\"%s\",\"use\":\"sig\",\"alg\":\"EdDSA\"}",
			    jwk_x(a, k), key_id(a, k));
}
