#include "config.h"

#include "port/crypto.h"
#include "base/check.h"
#include "base/id.h"
#include "base/str.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

struct sha256 {
	EVP_MD_CTX *ctx;
};

void crypto_sha256(const void *p, size_t n, unsigned char to[SHA256_BYTES])
{
	/* Made once: looking up the method and allocating cost more than a short hash. */
	static EVP_MD *md;
	static EVP_MD_CTX *ctx;

	if (ctx == NULL) {
		check((md = EVP_MD_fetch(NULL, "SHA256", NULL)) != NULL);
		check((ctx = EVP_MD_CTX_new()) != NULL);
	}
	check(EVP_DigestInit_ex2(ctx, md, NULL) == 1 && EVP_DigestUpdate(ctx, p, n) == 1 &&
	      EVP_DigestFinal_ex(ctx, to, NULL) == 1);
}

char *crypto_sha256_hex(struct arena *a, const void *p, size_t n)
{
	unsigned char h[SHA256_BYTES];

	crypto_sha256(p, n, h);
	return str_hex(a, h, sizeof(h));
}

static void free_md(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

struct sha256 *sha256_new(struct arena *a)
{
	struct sha256 *h = ARENA_NEW(a, struct sha256);

	check((h->ctx = EVP_MD_CTX_new()) != NULL);
	arena_defer(a, free_md, h->ctx);
	check(EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL) == 1);
	return h;
}

void sha256_add(struct sha256 *h, const void *p, size_t n)
{
	check(EVP_DigestUpdate(h->ctx, p, n) == 1);
}

void sha256_end(struct sha256 *h, unsigned char to[SHA256_BYTES])
{
	check(EVP_DigestFinal_ex(h->ctx, to, NULL) == 1);
}

void crypto_hmac(const void *key, size_t klen, const void *p, size_t n,
		 unsigned char to[SHA256_BYTES])
{
	size_t len = 0;

	check(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, klen, p, n, to, SHA256_BYTES,
			&len) != NULL &&
	      len == SHA256_BYTES);
}

#define STRETCH_ROUNDS 20000

void crypto_stretch(const char *secret, const unsigned char salt[32],
		    unsigned char to[SHA256_BYTES])
{
	check(PKCS5_PBKDF2_HMAC(secret, (int)strlen(secret), salt, 32, STRETCH_ROUNDS, EVP_sha256(),
				SHA256_BYTES, to) == 1);
}

bool crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void crypto_seal(const unsigned char key[32], const void *p, size_t n, unsigned char *to)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len;

	check(c != NULL && n <= 1u << 30);
	id_random(to, 12);
	check(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, to) == 1);
	check(EVP_EncryptUpdate(c, to + 12, &len, p, (int)n) == 1);
	check(EVP_EncryptFinal_ex(c, to + 12 + len, &len) == 1);
	check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, to + 12 + n) == 1);
	EVP_CIPHER_CTX_free(c);
}

long crypto_open(const unsigned char key[32], const void *p, size_t n, unsigned char *to)
{
	unsigned char sealed_tag[16];
	const unsigned char *from = p;
	EVP_CIPHER_CTX *c;
	int len;
	bool ok;

	if (n < SEAL_EXTRA || n > 1u << 30)
		return -1;
	memcpy(sealed_tag, from + n - 16, 16);
	check((c = EVP_CIPHER_CTX_new()) != NULL);
	ok = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, from) == 1 &&
	     EVP_DecryptUpdate(c, to, &len, from + 12, (int)(n - SEAL_EXTRA)) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, 16, sealed_tag) == 1 &&
	     EVP_DecryptFinal_ex(c, to + len, &len) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok ? (long)(n - SEAL_EXTRA) : -1;
}
