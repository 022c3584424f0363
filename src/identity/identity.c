#include "config.h"

#include "base/id.h"
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
