#include "config.h"

#include "port/otp.h"
#include "base/check.h"
#include "port/crypto.h"

#include <openssl/evp.h>
#include <string.h>

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
