#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "identity/identity_int.h"
#include "port/crypto.h"
#include "port/file.h"

#include <string.h>

int identity_key(struct work *w, const char *purpose, unsigned char to[32])
{
	unsigned char secret[SHA256_BYTES];
	size_t n;
	char *text = file_read(w->a, w->conf->server_secret, 4096, &n, &w->err);

	if (text == NULL)
		return -1;
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	crypto_sha256(text, n, secret);
	crypto_hmac(secret, sizeof(secret), purpose, strlen(purpose), to);
	return 0;
}

int identity_payer(struct work *w, int64_t account, const char **ret)
{
	unsigned char key[32], mac[SHA256_BYTES];
	const char *address;

	*ret = NULL;
	if (identity_store_address(w, account, &address) < 0)
		return -1;
	if (address == NULL)
		return 0;
	if (identity_key(w, "payer", key) < 0)
		return -1;
	crypto_hmac(key, sizeof(key), address, strlen(address), mac);
	*ret = str_hex(w->a, mac, sizeof(mac));
	return 0;
}

const char *identity_seal_mail(struct work *w, const unsigned char key[32], const char *to, const char *subject,
			       const char *text)
{
	const char *plain = arena_printf(w->a, "%s\n%s\n%s", to, subject, text);
	size_t n = strlen(plain);
	unsigned char *sealed = arena_alloc(w->a, n + SEAL_EXTRA);

	crypto_seal(key, plain, n, sealed);
	return str_hex(w->a, sealed, n + SEAL_EXTRA);
}

int identity_notice(struct work *w, int64_t account, const char *subject, const char *text)
{
	unsigned char key[32];
	const char *address;

	if (identity_store_address(w, account, &address) < 0)
		return -1;
	if (address == NULL)
		return 0;
	if (identity_key(w, "mail", key) < 0)
		return -1;
	return identity_store_mail(w, id_new(w->a, "mail_"), identity_seal_mail(w, key, address, subject, text));
}
