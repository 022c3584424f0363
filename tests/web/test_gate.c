#include "config.h"

#include "port/crypto.h"
#include "port/jwt.h"
#include "web/shared.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/web/asked.h"

#define SESSION "vs_aaaabbbbccccdddd"

static int setup(void **state)
{
	(void)state;
	ask_nothing();
	web.shared = shared_new();
	return 0;
}

/* One call is free for each network: who is the same network is refused. */
static void a_network_is_one_caller(void **state)
{
	static const struct route route = {.id = "x", .rate = RATE_CREATE};
	static const struct {
		const char *first, *second;
		bool same;
	} rows[] = {
		{"10.1.2.3", "10.1.2.200", true}, {"10.1.2.3", "10.1.3.3", false},
		{"2001:db8::1", "2001:db8::2:3:4:5", true}, {"2001:db8::1", "2001:db8:0:1::1", false},
		{"::ffff:10.1.2.3", "10.1.2.4", true}, {"::ffff:10.1.2.3", "::ffff:10.1.9.3", false},
		{"junk", NULL, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		web.shared = shared_new();
		ask("REMOTE_ADDR", rows[i].first);
		assert_int_equal(enter(&route), E_NONE);
		ask("REMOTE_ADDR", rows[i].second);
		assert_int_equal(enter(&route), rows[i].same ? E_RATE : E_NONE);
	}
}

static void only_the_operators_token_is_the_operators(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_OPERATOR};

	(void)state;
	ask("HTTP_AUTHORIZATION", "Bearer operatortoken");
	assert_int_equal(enter(&route), E_SCOPE); /* there is none */
	crypto_sha256("operatortoken", 13, web.operator_hash);
	web.has_operator = true;
	assert_int_equal(enter(&route), E_NONE);
	assert_int_equal(r.w.actor.kind, ACTOR_OPERATOR);
	assert_string_equal(r.w.actor.name, "operator");
	ask("HTTP_AUTHORIZATION", "Bearer operatortokem");
	assert_int_equal(enter(&route), E_SCOPE);
	assert_int_equal(r.w.actor.kind, ACTOR_NOBODY);
	ask("HTTP_AUTHORIZATION", "Bearer short");
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	ask("HTTP_AUTHORIZATION", NULL);
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	ask("HTTP_COOKIE", "bus_session=operatortoken"); /* a browser is no operator */
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	web.has_operator = false; /* whatever the hash is then */
	ask("HTTP_AUTHORIZATION", "Bearer operatortoken");
	assert_int_equal(enter(&route), E_SCOPE);
}

static void a_body_is_bounded(void **state)
{
	static const struct route route = {.id = "x", .method = METHOD_POST, .raw = true, .body_max = 8};

	(void)state;
	ask("CONTENT_TYPE", "application/json");
	body = "12345678";
	assert_int_equal(enter(&route), E_NONE);
	assert_int_equal(r.body_len, 8);
	body = "123456789";
	assert_int_equal(enter(&route), E_TOO_LARGE);
	body = "";
	assert_int_equal(enter(&route), E_NONE);
}

/* Which credential opens which door. What is not `yes` is refused as said. */
static void each_door_has_its_credential(void **state)
{
	static const struct {
		enum audience audience;
		const char *auth, *cookie;
		enum err_id want;
		bool known, by_cookie; /* a session was named */
	} rows[] = {
		{AUD_PUBLIC, "Bearer " SESSION, NULL, E_NONE, false, false},
		{AUD_OPEN, NULL, NULL, E_NONE, false, false},
		{AUD_OPEN, "", NULL, E_NONE, false, false},
		{AUD_OPEN, "", "bus_session=" SESSION, E_NONE, true, true},
		{AUD_OPEN, "bearer " SESSION, NULL, E_NONE, true, false},
		{AUD_OPEN, "Bearer " SESSION, "bus_session=vs_another", E_NONE, true, false},
		{AUD_OPEN, NULL, "a=b; bus_session=" SESSION "; c=d", E_NONE, true, true},
		{AUD_OPEN, NULL, "bus_session=NOT-OURS", E_NONE, false, false},
		{AUD_OPEN, NULL, "xbus_session=" SESSION, E_NONE, false, false},
		{AUD_OPEN, "Basic " SESSION, NULL, E_UNAUTHENTICATED},
		{AUD_OPEN, "Bearer a.b.c", NULL, E_UNAUTHENTICATED}, /* signed ones do not open it */
		{AUD_OPEN, "Bearer NOT-OURS", "bus_session=" SESSION, E_UNAUTHENTICATED},
		{AUD_CUSTOMER, NULL, NULL, E_UNAUTHENTICATED},
		{AUD_CUSTOMER, NULL, "bus_session=short", E_UNAUTHENTICATED},
		{AUD_CUSTOMER, NULL, "bus_session=" SESSION, E_NONE, true, true},
		{AUD_API, NULL, NULL, E_UNAUTHENTICATED},
		{AUD_API, "Bearer " SESSION, NULL, E_NONE, true, false},
		{AUD_API, "Basic a.b.c", NULL, E_UNAUTHENTICATED},
		{AUD_AUTH, NULL, NULL, E_UNAUTHENTICATED},
		{AUD_AUTH, "Bearer " SESSION, NULL, E_NONE, true, false},
		{AUD_TOKEN, NULL, NULL, E_UNAUTHENTICATED},
		{AUD_TOKEN, "Bearer " SESSION, NULL, E_UNAUTHENTICATED}, /* not signed */
		{AUD_INTERNAL, NULL, NULL, E_UNAUTHENTICATED},
		{AUD_INTERNAL, "Bearer " SESSION, NULL, E_UNAUTHENTICATED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route route = {.id = "x", .audience = rows[i].audience};

		ask("HTTP_AUTHORIZATION", rows[i].auth);
		ask("HTTP_COOKIE", rows[i].cookie);
		if (enter(&route) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		if (rows[i].want != E_NONE)
			continue;
		assert_int_equal(r.by_cookie, rows[i].by_cookie);
		if (!rows[i].known)
			assert_null(r.token_hash);
		else
			assert_string_equal(r.token_hash,
					    crypto_sha256_hex(r.w.a, SESSION, strlen(SESSION)));
	}
}

/* Behind https the cookie has the name that only this host can set. */
static void a_secure_cookie_is_ours(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_CUSTOMER};

	(void)state;
	web.secure = true;
	ask("HTTP_COOKIE", "bus_session=" SESSION);
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	ask("HTTP_COOKIE", "__Host-bus_session=" SESSION);
	assert_int_equal(enter(&route), E_NONE);
	web.secure = false;
}

/* Browsers give a cookie to every port of its host. */
static void a_cookie_belongs_to_its_port(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_CUSTOMER};

	(void)state;
	strcpy(web.cookie_tail, "_8080");
	ask("HTTP_COOKIE", "bus_session_9090=" SESSION "; bus_session=" SESSION);
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	ask("HTTP_COOKIE", "bus_session_9090=vs_another; bus_session_8080=" SESSION);
	assert_int_equal(enter(&route), E_NONE);
	web.cookie_tail[0] = '\0';
}

/* A signed token of one hour around noon, as a bearer header. */
static const char *bearer(struct arena *a, const char *prefix, struct jwt t)
{
	t.iat = NOON / CLOCK_S - 1800;
	t.exp = NOON / CLOCK_S + 1800;
	return arena_printf(a, "Bearer %s%s", prefix,
			    jwt_sign(a, web.token_key, sizeof(web.token_key), &t));
}

static void a_signed_token_opens_what_it_was_made_for(void **state)
{
	static const struct {
		enum audience door;
		const char *needs; /* scopes of the route */
		const char *prefix;
		struct jwt token;
		enum err_id want;
	} rows[] = {
		{AUD_API, NULL, "", {"id_1", API_AUDIENCE, ""}, E_NONE},
		{AUD_API, NULL, "", {"id_1", AUTH_AUDIENCE, ""}, E_UNAUTHENTICATED},
		{AUD_API, NULL, "", {"id_1", INTERNAL_AUDIENCE, ""}, E_UNAUTHENTICATED},
		{AUD_API, "chat", "", {"id_1", API_AUDIENCE, "chat"}, E_NONE},
		{AUD_API, "chat all", "", {"id_1", API_AUDIENCE, "other all"}, E_NONE},
		{AUD_API, "chat all", "", {"id_1", API_AUDIENCE, "cha chatter"}, E_SCOPE},
		{AUD_API, "chat", "", {"id_1", API_AUDIENCE, ""}, E_SCOPE},
		/* a key: by its prefix and by its subject, or not at all */
		{AUD_API, "chat", KEY_PREFIX, {KEY_SUBJECT "k", API_AUDIENCE, "chat"}, E_NONE},
		{AUD_API, "chat", "", {KEY_SUBJECT "k", API_AUDIENCE, "chat"}, E_UNAUTHENTICATED},
		{AUD_API, "chat", KEY_PREFIX, {"id_1", API_AUDIENCE, "chat"}, E_UNAUTHENTICATED},
		/* one of a session is known by it, and nobody else by such a name */
		{AUD_API, NULL, "", {"id_1", API_AUDIENCE, "", "ses_1"}, E_NONE},
		{AUD_API, NULL, "", {SESSION_SUBJECT "ses_1", API_AUDIENCE, ""}, E_UNAUTHENTICATED},
		/* with a scope it is a service's, without one a session's */
		{AUD_AUTH, NULL, "", {"id_1", AUTH_AUDIENCE, "", "ses_1"}, E_NONE},
		{AUD_AUTH, NULL, "", {"id_1", AUTH_AUDIENCE, "admin"}, E_SCOPE},
		{AUD_AUTH, NULL, "", {"id_1", API_AUDIENCE, "", "ses_1"}, E_UNAUTHENTICATED},
		{AUD_AUTH, "admin", "", {"svc", AUTH_AUDIENCE, "admin"}, E_NONE},
		{AUD_AUTH, "admin", "", {"svc", AUTH_AUDIENCE, "read"}, E_SCOPE},
		/* anything that we have signed */
		{AUD_TOKEN, NULL, "", {"id_1", API_AUDIENCE, ""}, E_NONE},
		{AUD_TOKEN, NULL, "", {"id_1", AUTH_AUDIENCE, ""}, E_NONE},
		{AUD_TOKEN, NULL, "", {"svc", INTERNAL_AUDIENCE, ""}, E_NONE},
		{AUD_TOKEN, NULL, "", {"id_1", API_AUDIENCE, "", "ses_1"}, E_NONE},
		{AUD_TOKEN, NULL, "", {"svc", "elsewhere", ""}, E_UNAUTHENTICATED},
		/* services among each other */
		{AUD_INTERNAL, "usage", "", {"svc", INTERNAL_AUDIENCE, "usage"}, E_NONE},
		{AUD_INTERNAL, "usage", "", {"svc", INTERNAL_AUDIENCE, "other"}, E_SCOPE},
		{AUD_INTERNAL, "usage", "", {"svc", API_AUDIENCE, "usage"}, E_UNAUTHENTICATED},
		{AUD_INTERNAL, "usage", "", {"svc", AUTH_AUDIENCE, "usage"}, E_UNAUTHENTICATED},
		/* a customer's program: by a scope of the route, or for the session itself */
		{AUD_CUSTOMER, "build", "", {"id_1", API_AUDIENCE, "build"}, E_NONE},
		{AUD_CUSTOMER, "build", "", {"id_1", API_AUDIENCE, "chat"}, E_SCOPE},
		{AUD_CUSTOMER, "build", "", {"id_1", API_AUDIENCE, "build", "ses_1"}, E_NONE},
		{AUD_CUSTOMER, "build", KEY_PREFIX, {KEY_SUBJECT "k", API_AUDIENCE, "build"}, E_NONE},
		{AUD_CUSTOMER, "build", KEY_PREFIX, {KEY_SUBJECT "k", API_AUDIENCE, "chat"}, E_SCOPE},
		{AUD_CUSTOMER, "build", "", {"id_1", AUTH_AUDIENCE, "", "ses_1"}, E_NONE},
		{AUD_CUSTOMER, "build", "", {"svc", AUTH_AUDIENCE, "build"}, E_SCOPE},
		{AUD_CUSTOMER, "build", "", {"svc", INTERNAL_AUDIENCE, "build"}, E_UNAUTHENTICATED},
		{AUD_CUSTOMER, "build", "", {SESSION_SUBJECT "ses_1", AUTH_AUDIENCE, "", "ses_2"}, E_UNAUTHENTICATED},
		{AUD_OPEN, "build", "", {"id_1", API_AUDIENCE, "build"}, E_NONE},
		{AUD_OPEN, "build", "", {"id_1", API_AUDIENCE, ""}, E_SCOPE},
		{AUD_OPEN, NULL, "", {"id_1", AUTH_AUDIENCE, "", "ses_1"}, E_UNAUTHENTICATED},
		/* an operator's door for a service */
		{AUD_OPERATOR, "read", "", {"svc", INTERNAL_AUDIENCE, "read"}, E_NONE},
		{AUD_OPERATOR, "read", "", {"svc", INTERNAL_AUDIENCE, "write"}, E_SCOPE},
		{AUD_OPERATOR, "read", "", {"svc", API_AUDIENCE, "read"}, E_UNAUTHENTICATED},
		{AUD_OPERATOR, "read", "", {"svc", AUTH_AUDIENCE, "read"}, E_UNAUTHENTICATED},
		/* a session's door takes no program */
		{AUD_CUSTOMER, NULL, "", {"id_1", API_AUDIENCE, ""}, E_UNAUTHENTICATED},
		{AUD_OPERATOR, NULL, "", {"id_1", INTERNAL_AUDIENCE, ""}, E_UNAUTHENTICATED},
	};
	struct arena *a = arena_new(1u << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route route = {.id = "x", .audience = rows[i].door, .scope = rows[i].needs};
		const char *text = bearer(a, rows[i].prefix, rows[i].token);
		const char *subject = rows[i].token.sub;

		ask("HTTP_AUTHORIZATION", text);
		if (enter(&route) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		if (rows[i].want != E_NONE)
			continue;
		if (*rows[i].prefix) /* its name is the hash of all of it */
			subject = arena_printf(a, KEY_SUBJECT "%s",
					       crypto_sha256_hex(a, text + 7, strlen(text + 7)));
		else if (rows[i].token.sid && (rows[i].door == AUD_API || rows[i].door <= AUD_CUSTOMER))
			subject = arena_printf(a, SESSION_SUBJECT "%s", rows[i].token.sid);
		assert_string_equal(r.subject, subject);
		assert_string_equal(r.scope, rows[i].token.scope);
		assert_string_equal(r.sid ? r.sid : "", rows[i].token.sid ? rows[i].token.sid : "");
		assert_null(r.token_hash);
		assert_int_equal(r.w.actor.kind,
				 rows[i].door > AUD_API && rows[i].needs ? ACTOR_OPERATOR : ACTOR_NOBODY);
	}
	arena_free(a);
}

/* A session has every right of its account but a service's. */
static void a_session_is_no_service(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_AUTH, .scope = "admin"};

	(void)state;
	ask("HTTP_AUTHORIZATION", "Bearer " SESSION);
	assert_int_equal(enter(&route), E_SCOPE);
	assert_int_equal(r.w.actor.kind, ACTOR_NOBODY);
}

static void a_token_that_was_changed_is_nothing(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_API};
	struct arena *a = arena_new(1u << 20);
	char *text = arena_strdup(a, bearer(a, "", (struct jwt){"id_1", API_AUDIENCE, ""}));

	(void)state;
	ask("HTTP_AUTHORIZATION", text);
	assert_int_equal(enter(&route), E_NONE);
	text[strlen(text) / 2] ^= 1;
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	assert_null(r.subject);
	arena_free(a);
}

/* What a browser says about where it comes from, against a forged write. */
static void a_write_comes_from_our_own_page(void **state)
{
	enum who { NOBODY, COOKIE, BEARER, PROGRAM, ANYBODY /* no credential is looked at */, SIGNED };
	static const struct {
		enum method method;
		enum who who;
		const char *site, *origin, *host;
		const char *csrf; /* "": the right one; "+": that with something behind it */
		enum err_id want;
	} rows[] = {
		{METHOD_GET, COOKIE, "cross-site", "https://evil.example", "bus.example", NULL, E_NONE},
		{METHOD_POST, COOKIE, "same-origin", NULL, NULL, "", E_NONE},
		{METHOD_POST, COOKIE, "same-origin", "https://old.example", "bus.example", "", E_NONE},
		{METHOD_POST, COOKIE, "cross-site", NULL, NULL, "", E_CSRF},
		{METHOD_POST, BEARER, "cross-site", NULL, NULL, NULL, E_CSRF},
		{METHOD_POST, COOKIE, NULL, NULL, NULL, "", E_NONE},
		{METHOD_POST, COOKIE, NULL, "", NULL, "", E_NONE},
		{METHOD_POST, COOKIE, NULL, "https://bus.example", NULL, "", E_NONE},
		{METHOD_POST, COOKIE, NULL, "http://127.0.0.1:8080", "127.0.0.1:8080", "", E_NONE},
		{METHOD_POST, COOKIE, NULL, "https://evil.example", "bus.example", "", E_CSRF},
		{METHOD_POST, COOKIE, NULL, "https://evil.example", NULL, "", E_CSRF},
		{METHOD_POST, COOKIE, NULL, "null", "null", "", E_CSRF}, /* a page without an origin */
		{METHOD_POST, NOBODY, NULL, "https://evil.example", "bus.example", NULL, E_CSRF},
		{METHOD_POST, NOBODY, NULL, "https://bus.example", NULL, NULL, E_NONE},
		{METHOD_POST, NOBODY, "same-site", "https://evil.bus.example", "bus.example", NULL, E_CSRF},
		{METHOD_POST, NOBODY, "same-site", "https://bus.example", NULL, NULL, E_NONE},
		/* a new session would take the place of the browser's own */
		{METHOD_GET, ANYBODY, "cross-site", "https://evil.example", "bus.example", NULL, E_NONE},
		{METHOD_POST, ANYBODY, "cross-site", NULL, NULL, NULL, E_CSRF},
		{METHOD_POST, ANYBODY, "same-site", "https://evil.bus.example", "bus.example", NULL, E_CSRF},
		{METHOD_POST, ANYBODY, NULL, "https://evil.example", "bus.example", NULL, E_CSRF},
		{METHOD_POST, ANYBODY, NULL, "null", "bus.example", NULL, E_CSRF},
		{METHOD_POST, ANYBODY, "same-origin", "https://bus.example", NULL, NULL, E_NONE},
		{METHOD_POST, ANYBODY, "none", NULL, NULL, NULL, E_NONE},
		{METHOD_POST, ANYBODY, NULL, NULL, NULL, NULL, E_NONE}, /* a program */
		{METHOD_POST, SIGNED, "cross-site", "https://evil.example", "bus.example", NULL, E_NONE},
		/* what a page cannot add by itself shows that it is meant */
		{METHOD_POST, BEARER, NULL, "https://evil.example", "bus.example", NULL, E_NONE},
		{METHOD_POST, PROGRAM, NULL, "https://evil.example", "bus.example", NULL, E_NONE},
		{METHOD_POST, COOKIE, "same-origin", NULL, NULL, NULL, E_CSRF},
		{METHOD_POST, COOKIE, "same-origin", NULL, NULL, "short", E_CSRF},
		{METHOD_POST, COOKIE, "same-origin", NULL, NULL, "+", E_CSRF},
		{METHOD_POST, COOKIE, "same-origin", NULL, NULL, "abcdefghijklmnopqrstuvwxyz234567", E_CSRF},
	};
	struct arena *a = arena_new(1u << 20);
	const char *program = bearer(a, "", (struct jwt){"id_1", API_AUDIENCE, ""});

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route route = {.id = "x", .method = rows[i].method,
					    .audience = rows[i].who == PROGRAM   ? AUD_API
							: rows[i].who >= ANYBODY ? AUD_PUBLIC
										 : AUD_OPEN,
					    .signed_body = rows[i].who == SIGNED};
		const char *csrf = rows[i].csrf;

		begin(&route);
		ask("HTTP_COOKIE", rows[i].who == COOKIE ? "bus_session=" SESSION : NULL);
		ask("HTTP_AUTHORIZATION", rows[i].who == BEARER    ? "Bearer " SESSION
					  : rows[i].who == PROGRAM ? program
								   : NULL);
		ask("HTTP_SEC_FETCH_SITE", rows[i].site);
		ask("HTTP_ORIGIN", rows[i].origin);
		ask("HTTP_HOST", rows[i].host);
		if (csrf != NULL && strlen(csrf) < 2)
			csrf = arena_printf(a, "%s%s",
					    csrf_token(&r, crypto_sha256_hex(a, SESSION, strlen(SESSION))),
					    csrf);
		ask("HTTP_X_CSRF_TOKEN", csrf);
		if (enter(&route) != rows[i].want)
			fail_msg("row %zu: %s", i, r.w.err.detail);
	}
	arena_free(a);
}

static void a_key_of_a_request_is_a_token(void **state)
{
	static char long_key[257], longest[256];
	static const struct {
		enum method method;
		const char *sent, *kept, *problem;
	} rows[] = {
		{METHOD_POST, NULL, NULL}, {METHOD_POST, "", NULL}, {METHOD_GET, "abc", NULL},
		{METHOD_POST, "abc", "abc"}, {METHOD_POST, "\"abc\"", "abc"}, {METHOD_POST, "\"", "\""},
		{METHOD_POST, "\"abc", "\"abc"}, {METHOD_POST, "abc\"", "abc\""},
		{METHOD_POST, longest, longest},
		{METHOD_POST, "\"\"", NULL, "too_short"}, {METHOD_POST, long_key, NULL, "too_long"},
		{METHOD_POST, "a b", NULL, "not_a_token"}, {METHOD_POST, "a\x7f", NULL, "not_a_token"},
		{METHOD_POST, "\xc3\xa4", NULL, "not_a_token"},
	};

	(void)state;
	memset(long_key, 'k', 256);
	memset(longest, 'k', 255);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route route = {.id = "x", .method = rows[i].method, .audience = AUD_OPEN};

		ask("HTTP_IDEMPOTENCY_KEY", rows[i].sent);
		if (enter(&route) != (rows[i].problem ? E_INVALID : E_NONE))
			fail_msg("row %zu: %s", i, r.w.err.detail);
		assert_string_equal(r.idem ? r.idem : "-", rows[i].kept ? rows[i].kept : "-");
		assert_refused(rows[i].problem ? "Idempotency-Key" : NULL, rows[i].problem);
	}
}

/* One call is free: whoever is counted as the same is refused the second. */
static void who_is_known_is_counted_by_name(void **state)
{
	static const struct {
		enum rate rate;
		const char *first, *second;
		bool same;
	} rows[] = {
		{RATE_WRITE, "Bearer vs_aaaaaaaa", "Bearer vs_aaaaaaaa", true},
		{RATE_WRITE, "Bearer vs_aaaaaaaa", "Bearer vs_bbbbbbbb", false},
		{RATE_WRITE, "one", "one", true}, {RATE_WRITE, "one", "two", false},
		{RATE_CREATE, "Bearer vs_aaaaaaaa", "Bearer vs_bbbbbbbb", true},
		{RATE_AUTH, "one", "two", true},
	};
	struct arena *a = arena_new(1u << 20);
	const char *names[] = {"one", "two"}, *signed_for[2];

	(void)state;
	conf.rate_percent = 1;
	for (size_t i = 0; i < COUNT(names); i++)
		signed_for[i] = bearer(a, "", (struct jwt){names[i], API_AUDIENCE, ""});
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct route route = {.id = "x", .audience = AUD_API, .rate = rows[i].rate};
		const char *sent[] = {rows[i].first, rows[i].second};

		web.shared = shared_new();
		for (size_t k = 0; k < COUNT(sent); k++) {
			ask("HTTP_AUTHORIZATION", strcmp(sent[k], "one") == 0   ? signed_for[0]
						  : strcmp(sent[k], "two") == 0 ? signed_for[1]
										: sent[k]);
			assert_int_equal(enter(&route), k && rows[i].same ? E_RATE : E_NONE);
		}
	}
	conf.rate_percent = 5;
	arena_free(a);
}

/* Programs are told what is left; everybody is told how long to wait. */
static void what_is_left_is_told(void **state)
{
	static const struct route api = {.id = "x", .audience = AUD_API, .rate = RATE_WRITE};
	static const struct route open = {.id = "x", .audience = AUD_OPEN, .rate = RATE_WRITE};

	(void)state;
	ask("HTTP_AUTHORIZATION", "Bearer " SESSION);
	assert_int_equal(enter(&api), E_NONE);
	assert_string_equal(buf_str(&r.head_lines), "x-ratelimit-limit-requests: 3\r\n"
						    "x-ratelimit-remaining-requests: 2\r\n"
						    "x-ratelimit-reset-requests: 11s\r\n");
	assert_int_equal(enter(&open), E_NONE);
	assert_string_equal(buf_str(&r.head_lines), "");
	assert_int_equal(enter(&open), E_NONE);
	assert_int_equal(enter(&open), E_RATE);
	assert_string_equal(buf_str(&r.head_lines), "Retry-After: 11\r\n");
	assert_int_equal(enter(&api), E_RATE);
	assert_non_null(strstr(buf_str(&r.head_lines), "remaining-requests: 0\r\nx-ratelimit-reset-requests: 31s\r\nRetry-After: 11\r\n"));
	conf.rate_percent = 0; /* no limits, so none are told */
	assert_int_equal(enter(&api), E_NONE);
	assert_string_equal(buf_str(&r.head_lines), "");
	conf.rate_percent = 5;
}

/* What the database said about the credential: nobody is 0. */
static void the_caller_is_whom_the_database_knows(void **state)
{
	enum how { NONE, BY_COOKIE, BY_BEARER, BY_SID, OPERATOR };
	static const struct {
		enum audience audience;
		enum how how;
		enum err_id want;
	} nobody[] = {
		{AUD_OPEN, NONE, E_NONE}, {AUD_OPEN, BY_COOKIE, E_NONE},
		{AUD_OPEN, BY_BEARER, E_UNAUTHENTICATED}, {AUD_CUSTOMER, BY_COOKIE, E_UNAUTHENTICATED},
		{AUD_API, BY_BEARER, E_UNAUTHENTICATED}, {AUD_API, NONE, E_UNAUTHENTICATED},
		{AUD_AUTH, BY_COOKIE, E_UNAUTHENTICATED}, {AUD_AUTH, OPERATOR, E_NONE},
		{AUD_TOKEN, NONE, E_NONE}, {AUD_TOKEN, BY_SID, E_UNAUTHENTICATED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(nobody); i++) {
		const struct route route = {.id = "x", .audience = nobody[i].audience};
		enum how how = nobody[i].how;

		begin(&route);
		r.token_hash = how == BY_COOKIE || how == BY_BEARER ? "hash" : NULL;
		r.by_cookie = how == BY_COOKIE;
		r.sid = how == BY_SID ? "ses_1" : NULL;
		r.w.actor.kind = how == OPERATOR ? ACTOR_OPERATOR : ACTOR_NOBODY;
		assert_int_equal(gate_caller(&r, 0), nobody[i].want == E_NONE ? 0 : -1);
		assert_int_equal(r.w.err.id, nobody[i].want);
		assert_int_equal(r.w.actor.account, 0);
		if (how == OPERATOR)
			continue;
		begin(&route);
		assert_int_equal(gate_caller(&r, 7), 0);
		assert_int_equal(r.w.actor.kind, ACTOR_CUSTOMER);
		assert_int_equal(r.w.actor.account, 7);
		assert_string_equal(r.w.actor.name, "visitor");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup(name, setup)
		T(a_network_is_one_caller), T(only_the_operators_token_is_the_operators),
		T(a_body_is_bounded), T(each_door_has_its_credential), T(a_secure_cookie_is_ours), T(a_cookie_belongs_to_its_port),
		T(a_signed_token_opens_what_it_was_made_for), T(a_session_is_no_service),
		T(a_token_that_was_changed_is_nothing), T(a_write_comes_from_our_own_page),
		T(a_key_of_a_request_is_a_token), T(who_is_known_is_counted_by_name),
		T(what_is_left_is_told), T(the_caller_is_whom_the_database_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
