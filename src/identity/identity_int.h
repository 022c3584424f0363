#pragma once
#include "identity/identity.h"

int identity_store_new(struct work *w, const char *token_hash, int64_t expires_at,
		       int64_t *ret_account);
int identity_store_expire(struct work *w, int batch);
