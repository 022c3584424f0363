#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/arena.h"

#define KEY "0123456789abcdef0123456789abcdef"
#define NOW (INT64_C(1800000000) * CLOCK_S)

/* Any header and claims, signed with any key. */
static const char *forged(const char *key, const char *header, const char *claims)
{
	unsigned char mac[SHA256_BYTES];
	const char *in = arena_printf(a, "%s.%s", str_base64(a, header, strlen(header), true),
				      str_base64(a, claims, strlen(claims), true));

	crypto_hmac(key, strlen(key), in, strlen(in), mac);
	return arena_printf(a, "%s.%s", in, str_base64(a, mac, sizeof(mac), true));
}

static int verify(const char *token, const char **ret_why)
{
	static struct err e;
	struct jwt t;
	int rc;

	err_clear(&e);
	rc = jwt_verify(a, KEY, strlen(KEY), token, "api", NOW, &t, &e);
	*ret_why = e.detail;
	if (rc < 0)
		assert_int_equal(e.id, E_UNAUTHENTICATED);
	return rc;
}

static void a_token_comes_back_as_it_was_signed(void **state)
{
	struct jwt in = {.sub = "acme", .aud = "api", .scope = "llm:proxy usage:read",
			 .iat = NOW / CLOCK_S, .exp = NOW / CLOCK_S + 60}, out;
	const char *token = jwt_sign(a, KEY, strlen(KEY), &in);
	struct err e = {0};

	(void)state;
	assert_int_equal(jwt_verify(a, KEY, strlen(KEY), token, "api", NOW, &out, &e), 0);
	assert_string_equal(out.sub, "acme");
	assert_string_equal(out.scope, in.scope);
	assert_int_equal(out.iat, in.iat);
	assert_int_equal(out.exp, in.exp);
	assert_true(jwt_allows(out.scope, "usage:read"));
	assert_true(jwt_allows(out.scope, ""));
	assert_false(jwt_allows(out.scope, "usage"));
	assert_false(jwt_allows(out.scope, "usage:read:all"));
	assert_false(jwt_allows("", "usage:read"));
}

#define H "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define GOOD "\"sub\":\"s\",\"aud\":\"api\",\"iat\":1799999990,\"exp\":1800000060"

static void what_is_not_ours_is_refused(void **state)
{
	static const struct {
		const char *key, *header, *claims, *why; /* NULL: taken */
	} rows[] = {
		{KEY, H, "{" GOOD "}", NULL},
		{KEY, H, "{\"sub\":\"s\",\"aud\":[\"x\",\"api\"],\"iat\":1,\"exp\":1800000001}", NULL},
		{KEY, H, "{" GOOD ",\"resources\":\"a b\"}", NULL},
		{"0123456789abcdef0123456789abcdeX", H, "{" GOOD "}", "signed"},
		{KEY, "{\"alg\":\"none\"}", "{" GOOD "}", "algorithm"},
		{KEY, "{\"alg\":\"HS512\"}", "{" GOOD "}", "algorithm"},
		{KEY, "{\"alg\":\"HS256\",\"crit\":[\"x\"]}", "{" GOOD "}", "algorithm"},
		{KEY, "{}", "{" GOOD "}", "algorithm"},
		{KEY, "{\"alg\":\"HS256\"}", "{" GOOD "}", NULL},
		{KEY, "{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}", "{" GOOD "}", "algorithm"},
		{KEY, "{\"alg\":[\"HS256\"]}", "{" GOOD "}", "algorithm"},
		{KEY, "{\"alg\":\"HS256\",\"typ\":\"bus-receipt+jws\"}", "{" GOOD "}", "type"},
		{KEY, "{\"alg\":\"HS256\",\"typ\":\"jwt\"}", "{" GOOD "}", "type"},
		{KEY, "{\"alg\":\"HS256\",\"typ\":1}", "{" GOOD "}", "type"},
		{KEY, H "{}", "{" GOOD "}", "JSON"},
		{KEY, "[]", "{" GOOD "}", "JSON"},
		{KEY, H, "[]", "JSON"},
		{KEY, H, "{" GOOD "} ", NULL},
		{KEY, H, "{" GOOD "}{}", "JSON"},
		{KEY, H, "{" GOOD ",\"sub\":\"t\"}", "JSON"},
		{KEY, H, "{\"aud\":\"api\",\"iat\":1,\"exp\":1800000060}", "subject"},
		{KEY, H, "{\"sub\":\"s\",\"iat\":1,\"exp\":1800000060}", "audience"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"auth\",\"iat\":1,\"exp\":1800000060}", "audience"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":[],\"iat\":1,\"exp\":1800000060}", "audience"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"exp\":1800000060}", "expiry"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"iat\":1}", "expiry"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"iat\":1,\"exp\":\"1800000060\"}", "expiry"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"iat\":1.5,\"exp\":1800000060}", "expiry"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"iat\":1,\"exp\":1800000000}", "expired"},
		{KEY, H, "{\"sub\":\"s\",\"aud\":\"api\",\"iat\":1800000100,\"exp\":1800000160}", "future"},
		{KEY, H, "{" GOOD ",\"nbf\":1800000100}", "yet"},
		{KEY, H, "{" GOOD ",\"nbf\":\"1\"}", "yet"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why, *token = forged(rows[i].key, rows[i].header, rows[i].claims);
		int rc = verify(token, &why);

		if ((rc == 0) != (rows[i].why == NULL) || (rc < 0 && !strstr(why, rows[i].why)))
			fail_msg("%s: %d %s", rows[i].claims, rc, why);
	}
}

/* No second spelling of a good token, and nothing else that looks like one. */
static void every_changed_character_is_refused(void **state)
{
	const char *token = forged(KEY, H, "{" GOOD "}"), *why;
	char *changed = arena_strdup(a, token);

	(void)state;
	for (size_t i = 0; token[i]; i++)
		for (const char *to = "Ab9-_.= "; *to; to++) {
			if (*to == token[i])
				continue;
			changed[i] = *to;
			if (verify(changed, &why) == 0)
				fail_msg("taken with %c at %zu", *to, i);
			changed[i] = token[i];
		}
	assert_int_equal(verify("", &why), -1);
	assert_int_equal(verify(".", &why), -1);
	assert_int_equal(verify("..", &why), -1);
	assert_int_equal(verify(arena_printf(a, "%s=", token), &why), -1);
	assert_int_equal(verify(arena_printf(a, "%s.", token), &why), -1);
	assert_int_equal(verify(arena_printf(a, "%s%5000s", token, ""), &why), -1);
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Signed by us as it stands: not even then is another spelling taken. */
static const char *spelled(const char *head, const char *claims)
{
	const char *in = arena_printf(a, "%s.%s", head, claims);
	unsigned char mac[SHA256_BYTES];

	crypto_hmac(KEY, strlen(KEY), in, strlen(in), mac);
	return arena_printf(a, "%s.%s", in, str_base64(a, mac, sizeof(mac), true));
}

/* The last character of a part, with other bits that belong to no byte. */
static char *other_bits(const char *part, unsigned bits)
{
	char *to = arena_strdup(a, part), *last = to + strlen(to) - 1;

	*last = alphabet[(size_t)(strchr(alphabet, *last) - alphabet) ^ bits];
	return to;
}

static void a_token_has_one_spelling(void **state)
{
	static const char *const claims[] = {"{" GOOD "}", "{" GOOD "} ", "{" GOOD "}  "};
	const char *head = str_base64(a, H, strlen(H), true), *token, *why;
	size_t spare = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(claims); i++) {
		const char *part = str_base64(a, claims[i], strlen(claims[i]), true);
		/* three bytes leave no bit over, two leave two, one leaves four */
		unsigned over = strlen(claims[i]) % 3 == 0 ? 1 : strlen(claims[i]) % 3 == 2 ? 4 : 16;

		assert_int_equal(verify(spelled(head, part), &why), 0);
		for (unsigned bits = 1; bits < over; bits++, spare++)
			assert_int_equal(verify(spelled(head, other_bits(part, bits)), &why), -1);
		for (const char *const *more = (const char *const[]){"=", "==", " ", "\t", "\r\n", NULL}; *more; more++) {
			assert_int_equal(verify(spelled(head, arena_printf(a, "%s%s", part, *more)), &why), -1);
			assert_int_equal(verify(spelled(head, arena_printf(a, "%s%s", *more, part)), &why), -1);
			assert_int_equal(verify(spelled(arena_printf(a, "%s%s", head, *more), part), &why), -1);
			assert_int_equal(verify(arena_printf(a, "%s%s", spelled(head, part), *more), &why), -1);
			assert_int_equal(verify(arena_printf(a, "%s%s", *more, spelled(head, part)), &why), -1);
		}
	}
	assert_int_equal(spare, 3 + 15);
	token = spelled(head, str_base64(a, claims[0], strlen(claims[0]), true));
	for (unsigned bits = 1; bits < 64; bits++) /* two of them belong to no byte of the signature */
		assert_int_equal(verify(other_bits(token, bits), &why), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_has_one_spelling),
		cmocka_unit_test(a_token_comes_back_as_it_was_signed),
		cmocka_unit_test(what_is_not_ours_is_refused),
		cmocka_unit_test(every_changed_character_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
