#include "config.h"

#include "base/str.h"
#include "billing/billing.h"
#include "port/file.h"

#include <string.h>

#define SECRET_FILE_MAX 4096

/* "sk_" or "rk_", the mode, and what only we know. */
static bool is_key(const char *key, bool live)
{
	return (*key == 's' || *key == 'r') && str_starts(key + 1, live ? "k_live_" : "k_test_") &&
	       str_only(key + 8, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", 10, 247);
}

/* The key goes there: encrypted, or to a provider of tests on this machine. */
static bool is_safe(const char *url, bool live)
{
	static const char *const here[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

	if (strchr(url, '@') != NULL)
		return false;
	for (size_t i = 0; !live && i < COUNT(here); i++)
		if (str_starts(url, here[i]) && strchr(":/", url[strlen(here[i])]) != NULL)
			return true;
	return str_starts(url, "https://");
}

int billing_load(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new(1u << 20);
	char *key;
	int rc = 0;

	if (str_eq(c->billing_provider, "stripe")) {
		key = file_read(a, c->stripe_key, SECRET_FILE_MAX, NULL, e);
		if (key != NULL)
			key[strcspn(key, "\r\n")] = '\0';
		if (key == NULL)
			rc = -1;
		else if (!is_key(key, c->stripe_live))
			rc = err_set(e, E_INVALID, "%s: not a secret key of the mode that stripe_live says",
				     c->stripe_key);
		else if (!is_safe(c->stripe_url, c->stripe_live))
			rc = err_set(e, E_INVALID, "stripe_url: not https, and not this machine in test mode");
	} else if (str_eq(c->billing_provider, "local") && c->stripe_live) {
		rc = err_set(e, E_INVALID, "billing_provider: local moves no money, stripe_live says it does");
	} else if (!str_eq(c->billing_provider, "local") && !str_eq(c->billing_provider, "manual")) {
		rc = err_set(e, E_INVALID, "billing_provider: manual, stripe or local");
	}
	arena_free(a);
	return rc;
}
