#include "config.h"

#include "decide/decide.h"
#include "web/web.h"

static int jwks(struct req *r)
{
	const char *keys = decide_jwks(r->w.a, r->w.conf, &r->w.err);

	if (keys == NULL)
		return -1;
	reply_header(r, "Cache-Control", "public, max-age=300");
	return reply_json(r, 200, keys);
}

static const struct field fields[] = {{"keys", F_LIST, F_REQUIRED, .doc = "RFC 7517"}};
static const struct shape key_set = {"KeySet", fields, COUNT(fields), 0};

const struct route decide_routes[] = {
	{.id = "jwks", .method = METHOD_GET, .pattern = "/.well-known/jwks.json",
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .reply = &key_set, .reply_status = 200,
	 .handle = jwks, .plain = true, .summary = "Public keys that verify receipts, provenance and seals",
	 .proof = "tests/stack/acceptance.sh"},
	{0},
};
