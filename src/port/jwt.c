#include "config.h"

#include "port/jwt.h"
#include "base/clock.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/json.h"

#include <string.h>

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

struct jwt_key jwt_key(const void *secret, size_t n)
{
	struct jwt_key k;

	crypto_sha256(secret, n, k.bytes);
	return k;
}

char *jwt_sign(struct arena *a, const void *key, size_t key_len, const struct jwt *t)
{
	unsigned char mac[SHA256_BYTES];
	const char *input, *claims;
	struct buf b;
	struct jw j;

	buf_init(&b, a, JWT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "sub", t->sub);
	jw_kstr(&j, "aud", t->aud);
	jw_kstr(&j, "scope", t->scope);
	if (t->sid != NULL)
		jw_kstr(&j, "sid", t->sid);
	jw_kint(&j, "iat", t->iat);
	jw_kint(&j, "exp", t->exp);
	jw_end_object(&j);
	claims = buf_str(&b);
	input = arena_printf(a, "%s.%s", str_base64(a, HEADER, strlen(HEADER), true),
			     str_base64(a, claims, b.n, true));
	crypto_hmac(key, key_len, input, strlen(input), mac);
	return arena_printf(a, "%s.%s", input, str_base64(a, mac, sizeof(mac), true));
}

static int refuse(struct err *e, const char *why)
{
	err_clear(e);
	return err_set(e, E_UNAUTHENTICATED, "token: %s", why);
}

/* The JSON object in a part of the token, or NULL. Only the canonical encoding
 * is taken: the same token must not exist in two spellings. */
static const struct json *part(struct arena *a, const char *p, size_t n)
{
	unsigned char *text = arena_alloc(a, n + 1);
	long len = str_unbase64(p, n, text, n);
	struct err ignored = {0};
	const struct json *j;
	const char *again;

	if (len < 0)
		return NULL;
	again = str_base64(a, text, (size_t)len, true);
	if (strlen(again) != n || memcmp(again, p, n) != 0)
		return NULL;
	j = json_parse(a, (const char *)text, (size_t)len, &ignored);
	return json_kind(j) == JSON_OBJECT ? j : NULL;
}

static bool meant_for(const struct json *aud, const char *want)
{
	for (size_t i = 0; i < json_count(aud); i++)
		if (str_eq(json_text(json_at(aud, i), NULL), want))
			return true;
	return str_eq(json_text(aud, NULL), want);
}

static int check_claims(const struct json *c, const char *aud, int64_t now, struct jwt *ret,
			struct err *e)
{
	const struct json *iat = json_get(c, "iat"), *exp = json_get(c, "exp");
	const struct json *nbf = json_get(c, "nbf");

	ret->sub = json_get_text(c, "sub", "");
	ret->aud = aud;
	ret->scope = json_get_text(c, "scope", json_get_text(c, "resources", ""));
	ret->sid = json_get_text(c, "sid", NULL);
	ret->iat = json_int(iat, 0);
	ret->exp = json_int(exp, 0);
	if (ret->sub[0] == '\0' || strlen(ret->sub) > 200)
		return refuse(e, "no subject");
	if (!meant_for(json_get(c, "aud"), aud))
		return refuse(e, "another audience");
	if (json_kind(iat) != JSON_INT || json_kind(exp) != JSON_INT || ret->exp <= ret->iat)
		return refuse(e, "no time of issue or expiry");
	if (nbf != NULL && (json_kind(nbf) != JSON_INT || json_int(nbf, 0) > now + JWT_LEEWAY_S))
		return refuse(e, "not valid yet");
	if (ret->iat > now + JWT_LEEWAY_S)
		return refuse(e, "issued in the future");
	if (ret->exp <= now)
		return refuse(e, "expired");
	return 0;
}

int jwt_verify(struct arena *a, const void *key, size_t key_len, const char *token,
	       const char *aud, int64_t now, struct jwt *ret, struct err *e)
{
	size_t n = strlen(token), head = strcspn(token, "."), body;
	unsigned char mac[SHA256_BYTES];
	const struct json *header, *claims;
	const char *sent;

	memset(ret, 0, sizeof(*ret));
	if (n > JWT_MAX || token[head] != '.')
		return refuse(e, "not a token");
	body = strcspn(token + head + 1, ".");
	if (token[head + 1 + body] != '.')
		return refuse(e, "not a token");
	sent = token + head + body + 2;
	crypto_hmac(key, key_len, token, head + 1 + body, mac);
	if (strlen(sent) != 43 || !crypto_equal(sent, str_base64(a, mac, sizeof(mac), true), 43))
		return refuse(e, "not signed by us");
	header = part(a, token, head);
	claims = part(a, token + head + 1, body);
	if (header == NULL || claims == NULL)
		return refuse(e, "not JSON");
	if (!str_eq(json_get_text(header, "alg", NULL), "HS256") || json_get(header, "crit") != NULL)
		return refuse(e, "another algorithm");
	if (json_get(header, "typ") != NULL && !str_eq(json_get_text(header, "typ", NULL), "JWT"))
		return refuse(e, "another type"); /* something else that this key has signed */
	return check_claims(claims, aud, now / CLOCK_S, ret, e);
}

bool jwt_allows(const char *scope, const char *want)
{
	size_t n = strlen(want);

	for (const char *p = scope; n > 0; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (*p == '\0')
			return false;
		if (strncmp(p, want, n) == 0 && (p[n] == ' ' || p[n] == '\0'))
			return true;
	}
	return true;
}
