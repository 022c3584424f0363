#include "config.h"

#include "base/buf.h"
#include "base/str.h"
#include "billing/billing.h"
#include "port/crypto.h"

#include <string.h>

#define HEADER_MAX 4096
#define SIGNATURES_MAX 16
#define SECRET_MIN 16

struct header {
	char t[16]; /* as it stands there: it is a part of what was signed */
	int64_t at;
	bool has_t;
	unsigned char sig[SIGNATURES_MAX][SHA256_BYTES];
	size_t n;
};

/* "t=…" or "v1=…"; everything else (v0, schemes to come) says nothing. No blank
 * is skipped and the last time wins, as in the provider's own library. */
static void take_item(struct header *h, const char *p, size_t n)
{
	char hex[2 * SHA256_BYTES + 1];

	if (n > 2 && memcmp(p, "t=", 2) == 0) {
		h->has_t = false;
		if (n - 2 >= sizeof(h->t))
			return;
		memcpy(h->t, p + 2, n - 2);
		h->t[n - 2] = '\0';
		h->has_t = str_int(h->t, 1, INT64_C(99999999999), &h->at);
	} else if (n == 3 + 2 * SHA256_BYTES && memcmp(p, "v1=", 3) == 0 && h->n < SIGNATURES_MAX) {
		memcpy(hex, p + 3, 2 * SHA256_BYTES);
		hex[2 * SHA256_BYTES] = '\0';
		if (str_only(hex, "0123456789abcdef", 2 * SHA256_BYTES, 2 * SHA256_BYTES) &&
		    str_unhex(hex, h->sig[h->n], SHA256_BYTES) == SHA256_BYTES)
			h->n++;
	}
}

/* What is signed: the time as it stands in the header, and the raw body. */
static void signed_text(struct arena *a, const char *t, const void *body, size_t n, struct buf *ret)
{
	buf_init(ret, a, n + 32);
	buf_puts(ret, t);
	buf_putc(ret, '.');
	buf_put(ret, body, n);
}

enum billing_signed billing_verify(struct arena *a, const char *header, const void *body, size_t n,
				   const struct billing_secrets *secrets, int64_t now_s,
				   int64_t tolerance_s)
{
	struct header h = {0};
	unsigned char mac[SHA256_BYTES];
	struct buf text;
	int good = 0;

	if (header == NULL || strlen(header) > HEADER_MAX)
		return BILLING_MALFORMED;
	for (const char *p = header;; p++) {
		size_t len = strcspn(p, ",");

		take_item(&h, p, len);
		p += len;
		if (*p == '\0')
			break;
	}
	if (!h.has_t || h.n == 0)
		return BILLING_MALFORMED;
	signed_text(a, h.t, body, n, &text);
	for (size_t i = 0; i < secrets->n; i++) {
		crypto_hmac(secrets->one[i], strlen(secrets->one[i]), text.p, text.n, mac);
		for (size_t k = 0; k < h.n; k++)
			good |= crypto_equal(mac, h.sig[k], sizeof(mac));
	}
	if (!good)
		return BILLING_FORGED;
	if (h.at < now_s - tolerance_s)
		return BILLING_OLD;
	return h.at > now_s + tolerance_s ? BILLING_FUTURE : BILLING_SIGNED;
}

const char *billing_sign(struct arena *a, const char *secret, int64_t t, const void *body, size_t n)
{
	unsigned char mac[SHA256_BYTES];
	const char *at = arena_printf(a, "%lld", (long long)t);
	struct buf text;

	signed_text(a, at, body, n, &text);
	crypto_hmac(secret, strlen(secret), text.p, text.n, mac);
	return arena_printf(a, "t=%s,v1=%s", at, str_hex(a, mac, sizeof(mac)));
}

int billing_secrets_parse(struct arena *a, const char *text, struct billing_secrets *ret,
			  struct err *e)
{
	ret->n = 0;
	for (const char *p = text; *p; p += *p == '\n') {
		size_t n = strcspn(p, "\n"), len = n;

		while (len > 0 && (p[len - 1] == '\r' || p[len - 1] == ' '))
			len--;
		if (len > 0 && (len < SECRET_MIN || strncmp(p, "whsec_", 6) != 0 || ret->n == BILLING_SECRETS_MAX))
			return err_set(e, E_INVALID, "signing secrets: one is too short or no whsec_, or too many");
		if (len > 0)
			ret->one[ret->n++] = arena_strndup(a, p, len);
		p += n;
	}
	return ret->n > 0 ? 0 : err_set(e, E_INVALID, "no signing secret");
}
