#include "config.h"

#include "port/otp.h"
#include "base/check.h"
#include "base/id.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHA1_BYTES 20

void otp_at(const void *key, size_t n, int64_t counter, int digits, char *to)
{
	static const uint32_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
	unsigned char mac[SHA1_BYTES], text[8];
	const unsigned char *p;
	size_t len = 0;
	uint32_t v;

	check(counter >= 0 && digits > 0 && digits < (int)COUNT(powers));
	for (int i = 0; i < 8; i++)
		text[i] = (unsigned char)((uint64_t)counter >> (56 - 8 * i));
	check(EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key, n, text, sizeof(text), mac, sizeof(mac),
			&len) != NULL &&
	      len == SHA1_BYTES);
	p = mac + (mac[SHA1_BYTES - 1] & 0x0f);
	v = ((uint32_t)(p[0] & 0x7f) << 24) | ((uint32_t)p[1] << 16) | ((uint32_t)p[2] << 8) | p[3];
	to[digits] = '\0';
	for (v %= powers[digits]; digits-- > 0; v /= 10)
		to[digits] = (char)('0' + v % 10);
}

int64_t otp_step(const void *key, size_t n, const char *text, int64_t now_s, int64_t last)
{
	int64_t now = now_s / OTP_STEP_S, found = -1;
	char want[OTP_DIGITS + 1];

	if (strlen(text) != OTP_DIGITS)
		return -1;
	for (int64_t step = now - 1; step <= now + 1; step++) {
		otp_at(key, n, step < 0 ? 0 : step, OTP_DIGITS, want);
		if (crypto_equal(want, text, OTP_DIGITS) && step > last)
			found = step;
	}
	return found;
}

char *otp_key_text(struct arena *a, const void *key, size_t n)
{
	char *text = str_base32(a, key, n);

	for (char *p = text; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return text;
}

/* Reserved characters of an address inside an address (RFC 3986, 2.1). */
static const char *escaped(struct arena *a, const char *text)
{
	static const char open[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	char *to = arena_alloc(a, 3 * strlen(text) + 1), *p = to;

	for (; *text; text++) {
		if (strchr(open, *text) != NULL)
			*p++ = *text;
		else
			p += sprintf(p, "%%%02X", (unsigned char)*text);
	}
	*p = '\0';
	return to;
}

char *otp_uri(struct arena *a, const char *issuer, const char *account, const char *key_text)
{
	issuer = escaped(a, issuer);
	return arena_printf(a, "otpauth://totp/%s:%s?secret=%s&issuer=%s&digits=%d&period=%d", issuer,
			    escaped(a, account), key_text, issuer, OTP_DIGITS, OTP_STEP_S);
}

int otp_key_read(struct arena *a, const char *path, unsigned char to[OTP_KEY_MAX], struct err *e)
{
	char *text;
	long got;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if ((text = file_read(a, path, 4096, NULL, e)) == NULL)
		return -1;
	text[strcspn(text, "\r\n")] = '\0';
	got = str_unbase32(text, to, OTP_KEY_MAX);
	if (got < OTP_KEY_BYTES)
		return err_set(e, E_INVALID, "%s: no base32 key of %d bytes or more", path, OTP_KEY_BYTES);
	return (int)got;
}

int otp_key_make(struct arena *a, const char *path, struct err *e)
{
	unsigned char key[OTP_KEY_BYTES];
	const char *text;

	if (file_exists(path))
		return 0;
	id_random(key, sizeof(key));
	text = arena_printf(a, "%s\n", otp_key_text(a, key, sizeof(key)));
	return file_write(path, text, strlen(text), 0600, e);
}
