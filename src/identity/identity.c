#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "base/str.h"
#include "identity/identity_int.h"
#include "port/crypto.h"

#include <string.h>

int identity_session_new(struct work *w, struct identity_session *ret)
{
	ret->token = id_secret(w->a, IDENTITY_TOKEN_PREFIX);
	ret->expires_at = w->now + w->conf->session_ttl_s * CLOCK_S;
	return identity_store_new(w, crypto_sha256_hex(w->a, ret->token, strlen(ret->token)),
				  ret->expires_at, &ret->account);
}

bool identity_code_digits(const char *text, char to[IDENTITY_CODE_DIGITS + 1])
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		if (*text < '0' || *text > '9' || n == IDENTITY_CODE_DIGITS)
			return false;
		to[n++] = *text;
	}
	to[n] = '\0';
	return n == IDENTITY_CODE_DIGITS;
}

static bool is_word_of(const char *p, size_t n, const char *list)
{
	for (; *list; list += strspn(list, " ")) {
		size_t len = strcspn(list, " ");

		if (len == n && memcmp(list, p, n) == 0)
			return true;
		list += len;
	}
	return false;
}

bool identity_scope_within(const char *want, const char *allowed)
{
	if (*want == '\0')
		return false;
	for (;;) {
		size_t n = strcspn(want, " ");

		if (n == 0 || !is_word_of(want, n, allowed))
			return false;
		if (want[n] == '\0')
			return true;
		want += n + 1;
	}
}

/* ---- codes */

/* What a code row knows an address by. */
static const char *address_of(struct work *w, const struct identity_asker *who)
{
	const char *text = arena_printf(w->a, "address\n%s", who->email);
	unsigned char mac[SHA256_BYTES];

	crypto_hmac(who->code_key, sizeof(who->code_key), text, strlen(text), mac);
	return str_hex(w->a, mac, sizeof(mac));
}

static const char *known_proof(struct work *w, const struct identity_asker *who, const char *name)
{
	const char *text = arena_printf(w->a, "known\n%s\n%s", name, who->email);
	unsigned char mac[SHA256_BYTES];

	crypto_hmac(who->code_key, sizeof(who->code_key), text, strlen(text), mac);
	return str_hex(w->a, mac, sizeof(mac));
}

const char *identity_known(struct work *w, const struct identity_asker *who)
{
	const char *name = id_new(w->a, "br_");

	return arena_printf(w->a, "%s.%s", name, known_proof(w, who, name));
}

bool identity_is_known(struct work *w, const struct identity_asker *who, const char *text)
{
	const char *dot = text ? strchr(text, '.') : NULL, *want;

	if (dot == NULL || strlen(dot + 1) != 2 * SHA256_BYTES || dot - text > 64)
		return false;
	want = known_proof(w, who, arena_strndup(w->a, text, (size_t)(dot - text)));
	return crypto_equal(want, dot + 1, 2 * SHA256_BYTES);
}

static void hash_of(struct work *w, const struct identity_asker *who, const char *code_id,
		    const char *digits, unsigned char to[SHA256_BYTES])
{
	const char *text = arena_printf(w->a, "%s\n%s", code_id, who->email);
	unsigned char salt[SHA256_BYTES];

	crypto_hmac(who->code_key, sizeof(who->code_key), text, strlen(text), salt);
	crypto_stretch(digits, salt, to);
}

static const char *new_digits(struct work *w)
{
	uint64_t n;

	id_random(&n, sizeof(n));
	return arena_printf(w->a, "%08u", (unsigned)(n % 100000000));
}

static const char *sealed_mail(struct work *w, const struct identity_asker *who, const char *digits)
{
	return identity_seal_mail(w, who->mail_key, who->email, "Your sign-in code", arena_printf(
		w->a,
		"Your code: %s\n\n"
		"It is good for %lld minutes, once, in the browser that asked for it.\n"
		"Give it to nobody: whoever has it can sign in as you. If you did not\n"
		"ask for it, you need not do anything.\n\n%s\n",
		digits, (long long)(w->conf->code_ttl_s + 59) / 60, w->conf->public_url));
}

int identity_code_send(struct work *w, const struct identity_asker *who, int64_t *ret_wait_s)
{
	const char *digits = new_digits(w), *limit = NULL;
	struct identity_code_row row = {.code_id = id_new(w->a, "code_"),
					.mail_id = id_new(w->a, "mail_"),
					.address = address_of(w, who),
					.session_hash = who->session_hash,
					.network = who->network,
					.known = who->known,
					.mail = sealed_mail(w, who, digits)};
	unsigned char hash[SHA256_BYTES];
	int64_t again = 0;

	hash_of(w, who, row.code_id, digits, hash);
	row.hash = str_hex(w->a, hash, sizeof(hash));
	if (identity_store_code(w, &row, &limit, &again) < 0)
		return -1;
	if (limit == NULL)
		return 0;
	*ret_wait_s = again > w->now ? (again - w->now) / CLOCK_S + 1 : 1;
	return fail(w, E_RATE, "codes by %s", limit);
}

int identity_code_try(struct work *w, const struct identity_asker *who, const char *digits,
		      const char **ret_code_id, int64_t *ret_left)
{
	unsigned char want[SHA256_BYTES] = {0}, have[SHA256_BYTES];
	const char *hash = NULL;

	if (identity_store_try(w, address_of(w, who), who->session_hash, ret_code_id, &hash,
			       ret_left) < 0)
		return -1;
	/* Without a code the same work is done: the time tells nothing. */
	hash_of(w, who, *ret_code_id ? *ret_code_id : "code_", digits, have);
	if (*ret_code_id == NULL || str_unhex(hash, want, sizeof(want)) != (long)sizeof(want))
		return 0;
	return crypto_equal(want, have, sizeof(want));
}

/* ---- customers */

/* A random UUID (RFC 9562, version 4): what tokens call an identity. */
static const char *new_identity(struct work *w)
{
	unsigned char b[16];
	const char *h;

	id_random(b, sizeof(b));
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	h = str_hex(w->a, b, sizeof(b));
	return arena_printf(w->a, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

int identity_enter(struct work *w, struct identity_entry *e)
{
	e->token = id_secret(w->a, IDENTITY_TOKEN_PREFIX);
	e->session_id = id_new(w->a, "ses_");
	e->expires_at = w->now + w->conf->session_ttl_s * CLOCK_S;
	return identity_store_enter(w, e, new_identity(w),
				    crypto_sha256_hex(w->a, e->token, strlen(e->token)));
}

int identity_register(struct work *w, const char *email)
{
	return identity_store_register(w, email, new_identity(w));
}
