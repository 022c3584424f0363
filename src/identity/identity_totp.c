#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "identity/identity_int.h"
#include "port/crypto.h"
#include "port/otp.h"

#include <ctype.h>
#include <string.h>

/* The second factor: a key that only the customer's authenticator has beside us. */

#define TRIES 5 /* in ten minutes: totp_try() */
#define RECOVERY_CODES 10
#define RECOVERY_CHARS 12 /* 60 bits */

int identity_totp_begin(struct work *w, const unsigned char key[32], const char **ret_secret)
{
	unsigned char secret[OTP_KEY_BYTES], sealed[OTP_KEY_BYTES + SEAL_EXTRA];
	bool is_new;

	id_random(secret, sizeof(secret));
	crypto_seal(key, secret, sizeof(secret), sealed);
	if (identity_store_totp_begin(w, str_hex(w->a, sealed, sizeof(sealed)), &is_new) < 0)
		return -1;
	if (!is_new)
		return fail(w, E_CONFLICT, "a second factor is in use");
	*ret_secret = otp_key_text(w->a, secret, sizeof(secret));
	return 0;
}

/* What is kept of a recovery code: long enough to be hashed fast. */
static const char *hash_of(struct work *w, const struct identity_totp *t, const char *code)
{
	const char *text = arena_printf(w->a, "recovery\n%lld\n%s", (long long)w->actor.account, code);
	unsigned char mac[SHA256_BYTES];

	crypto_hmac(t->key, sizeof(t->key), text, strlen(text), mac);
	return str_hex(w->a, mac, sizeof(mac));
}

/* New recovery codes, and their hashes as an array of SQL. */
static const char *recovery_codes(struct work *w, struct identity_totp *t)
{
	const char **codes = ARENA_ARRAY(w->a, const char *, RECOVERY_CODES + 1);
	const char *hashes = "";

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		codes[i] = arena_strndup(w->a, id_new(w->a, ""), RECOVERY_CHARS);
		hashes = arena_printf(w->a, "%s%s%s", hashes, i ? "," : "", hash_of(w, t, codes[i]));
	}
	t->codes = codes;
	return arena_printf(w->a, "{%s}", hashes);
}

/* As it was typed or pasted: blanks and hyphens say nothing, nor does the case. */
static const char *plain(struct work *w, const char *text)
{
	char *to = arena_alloc(w->a, strlen(text) + 1), *p = to;

	for (; *text; text++)
		if (*text != ' ' && *text != '-')
			*p++ = (char)tolower((unsigned char)*text);
	return to;
}

/* The step of a password, or 0 by a recovery code, which uses up none; -1. */
static int64_t is_right(struct work *w, const struct identity_totp *t,
			const struct identity_totp_row *row, const char *code, bool *ret_right)
{
	unsigned char sealed[OTP_KEY_BYTES + SEAL_EXTRA], secret[OTP_KEY_BYTES + SEAL_EXTRA];
	int64_t step;

	if (str_unhex(row->sealed, sealed, sizeof(sealed)) != (long)sizeof(sealed) ||
	    crypto_open(t->key, sealed, sizeof(sealed), secret) != OTP_KEY_BYTES)
		return fail(w, E_INTERNAL, "a second factor that does not open");
	step = otp_step(secret, OTP_KEY_BYTES, code, w->now / CLOCK_S, row->last_step);
	*ret_right = step >= 0;
	if (step < 0 && row->confirmed && strlen(code) == RECOVERY_CHARS &&
	    identity_store_totp_recover(w, hash_of(w, t, code), ret_right) < 0)
		return -1;
	return step < 0 ? 0 : step;
}

int identity_totp_show(struct work *w, struct identity_totp *t)
{
	struct identity_totp_row row;
	const char *hashes = NULL;
	bool right = false;
	int64_t step;

	t->codes = NULL;
	if (identity_store_totp_try(w, &row) < 0)
		return -1;
	if (row.sealed == NULL)
		return fail(w, E_NOT_FOUND, "no second factor");
	if (row.tries > TRIES) {
		t->wait_s = row.again > w->now ? (row.again - w->now) / CLOCK_S + 1 : 1;
		return fail(w, E_RATE, "tries of the second factor");
	}
	step = is_right(w, t, &row, plain(w, t->code), &right);
	if (step < 0 || !right)
		return step < 0 ? -1 : 0;
	if (!row.confirmed)
		hashes = recovery_codes(w, t);
	return identity_store_totp_shown(w, step, t->sid, hashes ? hashes : "{}") < 0 ? -1 : 1;
}

static int need(struct work *w, int64_t account, bool everybody, const char *what)
{
	bool has, shown;

	if (identity_store_second(w, account, &has, &shown) < 0)
		return -1;
	if (shown || (!has && !everybody))
		return 0;
	return fail(w, E_SECOND, "%s without a second factor", what);
}

int identity_need_second(struct work *w, int64_t account, int64_t amount)
{
	if (amount <= w->conf->totp_above)
		return 0;
	return need(w, account, w->conf->totp_required, arena_printf(w->a, "%lld", (long long)amount));
}

int identity_need_shown(struct work *w, int64_t account)
{
	return need(w, account, false, "billing portal");
}

const char *identity_issuer(const struct work *w)
{
	const char *at = strstr(w->conf->public_url, "://");

	at = at ? at + 3 : w->conf->public_url;
	return arena_strndup(w->a, at, strcspn(at, ":/"));
}
