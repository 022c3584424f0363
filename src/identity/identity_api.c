#include "config.h"

#include "identity/identity.h"
#include "web/web.h"

static const struct field session_fields[] = {
	{"session_token", F_TOKEN, F_REQUIRED, .doc = "shown once; also set as a cookie"},
	{"expires_at", F_TIME, F_REQUIRED, .doc = "when it ends"},
};
static const struct shape session_shape = {"Session", session_fields, COUNT(session_fields), 0};
static const struct shape nothing = {"Empty", NULL, 0, 0};

static int create(struct req *r)
{
	struct identity_session s;
	char at[25];

	if (identity_session_new(&r->w, &s) < 0)
		return -1;
	reply_session(r, s.token);
	return reply_json(r, 201,
			  arena_printf(r->w.a, "{\"session_token\":\"%s\",\"expires_at\":\"%s\"}",
				       s.token, clock_text(s.expires_at, at)));
}

const struct route identity_routes[] = {
	{.id = "session.create", .method = METHOD_POST, .pattern = "/api/v1/sessions",
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .rate = RATE_CREATE, .body_max = 64,
	 .input = &nothing, .reply = &session_shape, .reply_status = 201, .handle = create,
	 .summary = "Start an anonymous visitor session", .proof = "tests/stack/matrix.sh"},
	{0},
};
