#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "identity/identity_api_int.h"
#include "identity/identity_int.h"
#include "port/crypto.h"
#include "port/jwt.h"
#include "port/otp.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/web/asked.h"
#include "tests/lib/door.h"

/*
 * The doors of the room on a real database: what a guesser, a thief and whoever
 * is curious meets there. Each test is of a defence in tests/mutants/mutants.txt.
 */

static int statements, stretched; /* of the last call: what it cost, whatever it said */

int __real_pg_exec(struct pg *p, struct arena *at, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e);
int __wrap_pg_exec(struct pg *p, struct arena *at, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e);
int __wrap_pg_exec(struct pg *p, struct arena *at, const struct pg_stmt *s, const char *const *args,
		   struct pg_rows *ret, struct err *e)
{
	statements++;
	return __real_pg_exec(p, at, s, args, ret, e);
}

void __real_crypto_stretch(const char *secret, const unsigned char salt[32], unsigned char to[32]);
void __wrap_crypto_stretch(const char *secret, const unsigned char salt[32], unsigned char to[32]);
void __wrap_crypto_stretch(const char *secret, const unsigned char salt[32], unsigned char to[32])
{
	stretched++;
	__real_crypto_stretch(secret, salt, to);
}

/* The account that a credential stands for by one of the statements of the gate; 0: nobody's. */
static int64_t whose(const struct pg_stmt *stmt, const char *hash, const char *subject, const char *sid)
{
	const char *const args[] = {hash, subject, sid};
	struct err e = {0};
	struct pg_rows rows;

	if (pg_exec(door, a, stmt, args, &rows, &e) < 0)
		fail_msg("%s", e.detail);
	return rows.n && pg_text(&rows, 0, 0) ? pg_int(&rows, 0, 0) : 0;
}

/* ---- one request */

extern const struct route identity_routes[], identity_totp_routes[];
static const struct route route = {.id = "x", .method = METHOD_POST};

/* A request by a session's token, or by nobody (NULL), in an open transaction. */
static void asks(const char *session)
{
	int64_t account = session ? whose(identity_lookup, hash_of(session), NULL, NULL) : 0;

	door_opens(&route);
	r.token_hash = session ? hash_of(session) : NULL;
	if (account != 0)
		req_becomes(&r, account);
	door_begins();
	statements = stretched = 0;
}

static int call(const char *session, int (*handle)(struct req *), void *in)
{
	asks(session);
	r.in = in;
	return door_ends(handle(&r));
}

/* A member of the last answer. */
static const char *member(const char *name)
{
	const char *at = strstr(r.text, arena_printf(a, "\"%s\":\"", name));

	if (at == NULL)
		return NULL;
	at += strlen(name) + 4;
	return arena_strndup(a, at, strcspn(at, "\""));
}

/* ---- people */

static const char *visitor(void)
{
	struct identity_session s;

	asks(NULL);
	if (identity_session_new(&r.w, &s) < 0)
		fail_msg("%s", r.w.err.detail);
	s.token = arena_strdup(a, s.token);
	assert_int_equal(door_ends(reply_empty(&r, 201)), 201);
	return s.token;
}

static int ask_code(const char *session, const char *email)
{
	struct identity_email_in in = {email};

	return call(session, identity_api_code, &in);
}

/* The digits of the newest mail. */
static const char *code(void)
{
	const char *hex = sql("SELECT encode(sealed, 'hex') FROM bus.mail ORDER BY id DESC LIMIT 1"), *at;
	size_t n = strlen(hex) / 2;
	unsigned char key[32], *sealed = arena_alloc(a, n);
	char *plain = arena_alloc(a, n + 1);
	long len;

	req_secret(&r, "mail", key);
	assert_int_equal(str_unhex(hex, sealed, n), n);
	assert_true((len = crypto_open(key, sealed, n, (unsigned char *)plain)) > 0);
	plain[len] = '\0';
	assert_non_null(at = strstr(plain, "Your code: "));
	return arena_strndup(a, at + 11, IDENTITY_CODE_DIGITS);
}

static const char *wrong(const char *digits)
{
	return strcmp(digits, "00000000") == 0 ? "11111111" : "00000000";
}

static int give_code(const char *session, const char *email, const char *digits)
{
	struct {
		const char *email, *otp;
	} in = {email, digits};

	return call(session, identity_api_verify, &in);
}

/* A customer's session. */
static const char *enters(const char *session, const char *email)
{
	assert_int_equal(ask_code(session, email), 200);
	assert_int_equal(give_code(session, email, code()), 200);
	return member("session_token");
}

static int64_t account_of(const char *session)
{
	return whose(identity_lookup, hash_of(session), NULL, NULL);
}

static int group_setup(void **state)
{
	(void)state;
	if (door_setup("slow") < 0)
		return -1;
	conf.waitlist = "auto";
	return 0;
}

static int setup(void **state)
{
	(void)state;
	door_reset();
	ask("REMOTE_ADDR", "192.0.2.1");
	sql("DELETE FROM bus.code");
	conf.code_address_day = conf.code_both_day = conf.code_network_hour = conf.code_hour = 1000;
	return 0;
}

/* ---- codes */

static void a_code_is_good_for_five_tries(void **state)
{
	const char *me = visitor(), *digits;

	(void)state;
	assert_int_equal(ask_code(me, "five@example.com"), 200);
	digits = code();
	for (int i = 1; i < IDENTITY_CODE_TRIES; i++)
		assert_int_equal(give_code(me, "five@example.com", wrong(digits)), 401);
	assert_int_equal(give_code(me, "five@example.com", digits), 200); /* the fifth */
	me = visitor();
	assert_int_equal(ask_code(me, "five@example.com"), 200);
	digits = code();
	for (int i = 1; i <= IDENTITY_CODE_TRIES; i++) {
		assert_int_equal(give_code(me, "five@example.com", wrong(digits)), 401);
		assert_non_null(strstr(buf_str(&r.head_lines),
				       arena_printf(a, "x-bus-tries-left: %d\r\n", IDENTITY_CODE_TRIES - i)));
	}
	assert_int_equal(give_code(me, "five@example.com", digits), 401);
	assert_int_equal(account_of(me) == 0, 0); /* still the visitor */
}

static void a_code_is_good_where_it_was_asked_for(void **state)
{
	const char *me = visitor(), *other = visitor(), *digits;

	(void)state;
	assert_int_equal(ask_code(me, "where@example.com"), 200);
	digits = code();
	assert_int_equal(give_code(other, "where@example.com", digits), 401);
	assert_int_equal(give_code(NULL, "where@example.com", digits), 401);
	assert_int_equal(give_code(me, "elsewhere@example.com", digits), 401);
	assert_int_equal(give_code(me, "where@example.com", digits), 200);
	assert_int_equal(ask_code(NULL, "where@example.com"), 200); /* a program, without a session */
	digits = code();
	assert_int_equal(give_code(other, "where@example.com", digits), 401);
	assert_int_equal(give_code(NULL, "where@example.com", digits), 200);
	assert_null(member("session_token"));
}

static void a_code_lives_for_minutes(void **state)
{
	const char *me = visitor(), *digits;

	(void)state;
	assert_int_equal(ask_code(me, "late@example.com"), 200);
	digits = code();
	now += conf.code_ttl_s * CLOCK_S;
	assert_int_equal(give_code(me, "late@example.com", digits), 401);
	assert_int_equal(ask_code(me, "late@example.com"), 200);
	digits = code();
	now += conf.code_ttl_s * CLOCK_S - CLOCK_S;
	assert_int_equal(give_code(me, "late@example.com", digits), 200);
}

/* Two defences: it is not looked at again, and who looked before enters once. */
static void a_code_is_used_once(void **state)
{
	const char *me = visitor(), *digits, *again;
	struct identity_entry e = {.email = "once@example.com", .agent = ""};
	struct identity_asker who = {.email = "once@example.com", .network = "-"};

	(void)state;
	assert_int_equal(ask_code(me, "once@example.com"), 200);
	digits = code();
	assert_int_equal(give_code(me, "once@example.com", digits), 200);
	e.code_id = sql("SELECT code_id FROM bus.code ORDER BY created_at DESC LIMIT 1");
	asks(NULL);
	req_secret(&r, "code", who.code_key);
	who.session_hash = hash_of(me);
	assert_int_equal(identity_code_try(&r.w, &who, digits, &again, &(int64_t){0}), 0);
	assert_null(again);
	assert_int_equal(identity_enter(&r.w, &e), 1);
	assert_int_equal(door_ends(-1), 500);
	asks(me);
	assert_int_equal(identity_close(&r.w, e.code_id), 1); /* for an end neither */
	door_ends(-1);
}

/* Only the newest code counts: who asks again has not two chances. */
static void a_newer_code_takes_its_place(void **state)
{
	const char *me = visitor(), *older;

	(void)state;
	assert_int_equal(ask_code(me, "newer@example.com"), 200);
	older = code();
	assert_int_equal(ask_code(me, "newer@example.com"), 200);
	assert_int_equal(give_code(me, "newer@example.com", older), strcmp(older, code()) ? 401 : 200);
}

static void codes_are_counted(void **state)
{
	static const struct {
		const char *what;
		int64_t *limit;
		const char *email, *network; /* of the one that is too many; NULL: as those before it */
		int allowed;                 /* others, whom the limit does not touch */
		const char *other_email, *other_network;
	} rows[] = {
		{"network and address", &conf.code_both_day, NULL, NULL, 200, NULL, "198.51.100.1"},
		{"network and address", &conf.code_both_day, NULL, "192.0.2.77", 200, "b@example.com", NULL},
		{"address", &conf.code_address_day, NULL, "198.51.100.1", 200, "b@example.com", NULL},
		{"network", &conf.code_network_hour, "b@example.com", NULL, 200, NULL, "198.51.100.1"},
		{"installation", &conf.code_hour, "b@example.com", "198.51.100.1", 429, "c@example.com", "203.0.113.1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *email = rows[i].other_email;

		setup(NULL);
		*rows[i].limit = 2;
		for (int k = 0; k < 2; k++)
			assert_int_equal(ask_code(NULL, "a@example.com"), 200);
		ask("REMOTE_ADDR", rows[i].network ? rows[i].network : "192.0.2.1");
		assert_int_equal(ask_code(NULL, rows[i].email ? rows[i].email : "a@example.com"), 429);
		if (strcmp(r.w.err.detail, arena_printf(a, "codes by %s", rows[i].what)) != 0)
			fail_msg("row %zu: %s", i, r.w.err.detail);
		assert_non_null(strstr(buf_str(&r.head_lines), "Retry-After: "));
		ask("REMOTE_ADDR", rows[i].other_network ? rows[i].other_network : "192.0.2.1");
		assert_int_equal(ask_code(NULL, email ? email : "a@example.com"), rows[i].allowed);
		now += 86401 * CLOCK_S;
		assert_int_equal(ask_code(NULL, "a@example.com"), 200);
	}
}

/* The value of a cookie that the last answer set. */
static const char *cookie(const char *name)
{
	const char *at = strstr(buf_str(&r.head_lines), arena_printf(a, "Set-Cookie: %s=", name));

	if (at == NULL)
		return NULL;
	at += strlen("Set-Cookie: =") + strlen(name);
	return arena_strndup(a, at, strcspn(at, ";"));
}

/* Whoever asks for codes to an address does not lock its owner out. */
static void the_owner_is_not_locked_out(void **state)
{
	const char *known, *other, *me, *mine;

	(void)state;
	mine = enters(visitor(), "owner@example.com");
	assert_non_null(known = cookie("bus_known"));
	me = enters(visitor(), "other@example.com");
	assert_non_null(other = cookie("bus_known"));
	sql("DELETE FROM bus.code");
	conf.code_address_day = conf.code_both_day = conf.code_network_hour = conf.code_hour = 2;
	for (int i = 0; i < 2; i++)
		assert_int_equal(ask_code(NULL, "owner@example.com"), 200);
	assert_int_equal(ask_code(visitor(), "owner@example.com"), 429);
	ask("HTTP_COOKIE", arena_printf(a, "bus_known=%s", other)); /* of another address */
	assert_int_equal(ask_code(visitor(), "owner@example.com"), 429);
	ask("HTTP_COOKIE", arena_printf(a, "bus_known=%.*s%064d", (int)strcspn(known, ".") + 1, known, 0));
	assert_int_equal(ask_code(visitor(), "owner@example.com"), 429);
	ask("HTTP_COOKIE", arena_printf(a, "bus_known=%s", known));
	assert_int_equal(ask_code(visitor(), "owner@example.com"), 200);
	ask("HTTP_COOKIE", NULL);
	assert_int_equal(ask_code(me, "owner@example.com"), 429); /* of another customer */
	assert_int_equal(ask_code(mine, "owner@example.com"), 200); /* by the session alone */
	assert_int_equal(ask_code(mine, "owner@example.com"), 429); /* bounded too */
}

/* ---- who is known is nobody's business */

static void nobody_learns_who_is_known(void **state)
{
	static const struct {
		int (*handle)(struct req *);
		const char *otp;
		int status;
	} rows[] = {
		{identity_api_register, NULL, 200}, {identity_api_code, NULL, 200},
		{identity_api_verify, "12345678", 401},
	};
	static const char *const emails[] = {"known@example.com", "waiting@example.com", "unknown@example.com"};
	const char *me;
	int cost;

	(void)state;
	enters(visitor(), "known@example.com");
	call(NULL, identity_api_register, &(struct identity_email_in){"waiting@example.com"});
	me = visitor();
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *first = NULL, *lines = NULL;
		int slow = 0;

		cost = 0;
		for (size_t k = 0; k < 2 * COUNT(emails); k++) {
			struct {
				const char *email, *otp;
			} in = {emails[k % COUNT(emails)], rows[i].otp};

			assert_int_equal(call(k < COUNT(emails) ? me : NULL, rows[i].handle, &in), rows[i].status);
			r.w.trace = "";
			if (strstr(r.text, "\"request_id\""))
				*strstr(r.text, "\"request_id\"") = '\0';
			if (k % COUNT(emails) == 0) {
				first = arena_strdup(a, r.text);
				lines = arena_strdup(a, buf_str(&r.head_lines));
				cost = statements;
				slow = stretched;
			}
			assert_string_equal(r.text, first);
			assert_string_equal(buf_str(&r.head_lines), lines);
			assert_int_equal(statements, cost);
			assert_int_equal(stretched, slow);
			assert_int_equal(stretched, rows[i].handle != identity_api_register);
		}
	}
	/* Where a code waits for somebody, a stranger sees no more. */
	assert_int_equal(ask_code(visitor(), "unknown@example.com"), 200);
	assert_int_equal(give_code(NULL, "unknown@example.com", "12345678"), 401);
	assert_null(strstr(buf_str(&r.head_lines), "x-bus-tries-left"));
	assert_int_equal(stretched, 1);
	assert_int_equal(ask_code(NULL, "unknown@example.com"), 200);
	assert_int_equal(give_code(NULL, "unknown@example.com", wrong(code())), 401);
	/* Where none waits a try costs as much. */
	cost = statements;
	assert_int_equal(give_code(NULL, "never-asked@example.com", "12345678"), 401);
	assert_int_equal(statements, cost);
	assert_int_equal(stretched, 1);
	assert_null(strstr(buf_str(&r.head_lines), "x-bus-tries-left"));
}

/* However many guess, so many processes are busy with it, and no others. */
static void what_is_slow_on_purpose_has_its_own_processes(void **state)
{
	static int (*const slow[])(struct req *) = {identity_api_code, identity_api_verify, identity_api_contact,
						    identity_api_delete};
	size_t found = 0;

	(void)state;
	for (const struct route *row = identity_routes; row->id != NULL; row++)
		for (size_t i = 0; i < COUNT(slow); i++)
			if (row->handle == slow[i]) {
				assert_int_equal(row->pool, POOL_CODE);
				found++;
			}
	assert_int_equal(found, COUNT(slow));
}

/* ---- sessions */

static void a_planted_session_is_worth_nothing(void **state)
{
	const char *planted = visitor(), *second, *mine, *again;
	int64_t victim = account_of(planted);

	(void)state;
	/* whoever planted it may have more of them */
	second = id_secret(a, IDENTITY_TOKEN_PREFIX);
	sql(arena_printf(a, "INSERT INTO bus.session (token_hash, account_id, created_at, expires_at) "
			    "VALUES (decode('%s', 'hex'), %lld, now(), now() + interval '1 day')",
			 hash_of(second), (long long)victim));
	mine = enters(planted, "victim@example.com");
	assert_string_not_equal(mine, planted);
	assert_int_equal(account_of(planted), 0);
	assert_int_equal(account_of(second), 0);
	assert_int_not_equal(account_of(mine), 0);
	assert_int_not_equal(account_of(mine), victim);
	assert_string_equal(cookie("bus_session"), mine);
	/* who signs in again has a new one too, and the old one ends */
	again = enters(mine, "victim@example.com");
	assert_string_not_equal(again, mine);
	assert_int_equal(account_of(mine), 0);
	assert_int_not_equal(account_of(again), 0);
}

static void a_session_ends(void **state)
{
	const char *mine = enters(visitor(), "ends@example.com"), *other = enters(visitor(), "ends@example.com");
	const char *stranger = enters(visitor(), "stranger@example.com"), *sid, *subject, *foreign;
	const char *hash = hash_of(mine);

	(void)state;
	sid = sql(arena_printf(a, "SELECT session_id FROM bus.session WHERE token_hash = decode('%s', 'hex')", hash));
	subject = sql("SELECT identity_id FROM bus.customer WHERE email = 'ends@example.com'");
	foreign = sql("SELECT identity_id FROM bus.customer WHERE email = 'stranger@example.com'");
	assert_int_equal(whose(identity_auth, NULL, subject, sid), account_of(mine));
	assert_int_equal(whose(identity_auth, NULL, foreign, sid), 0); /* its name with another's subject */
	assert_int_equal(whose(identity_auth, hash_of(visitor()), NULL, NULL), 0); /* a visitor is nobody yet */
	asks(stranger);
	r.arg[0] = sid;
	assert_int_equal(door_ends(identity_api_end(&r)), 404);
	assert_int_not_equal(account_of(mine), 0);
	asks(other);
	r.arg[0] = sid;
	assert_int_equal(door_ends(identity_api_end(&r)), 200);
	assert_int_equal(account_of(mine), 0);
	assert_int_equal(whose(identity_auth, NULL, subject, sid), 0);
	assert_int_equal(whose(identity_auth, hash, NULL, NULL), 0);
	sql(arena_printf(a, "UPDATE bus.session SET expires_at = now() WHERE token_hash = decode('%s', 'hex')", hash_of(other)));
	assert_int_equal(account_of(other), 0);
	assert_int_equal(whose(identity_auth, hash_of(other), NULL, NULL), 0);
	/* who was switched off is still somebody; who has left is not */
	sql("UPDATE bus.account SET disabled = true WHERE id = (SELECT account_id FROM bus.customer WHERE email = 'stranger@example.com')");
	assert_int_equal(whose(identity_auth, hash_of(stranger), NULL, NULL), account_of(stranger));
	sql("UPDATE bus.account SET closed_at = now() WHERE id = (SELECT account_id FROM bus.customer WHERE email = 'stranger@example.com')");
	assert_int_equal(whose(identity_auth, hash_of(stranger), NULL, NULL), 0);
}

static void an_account_is_closed_by_its_own_code(void **state)
{
	const char *mine = enters(visitor(), "leaves@example.com"), *other = enters(visitor(), "stays@example.com");
	struct {
		const char *email, *otp;
	} in = {"stays@example.com", "12345678"};

	(void)state;
	assert_int_equal(ask_code(mine, "stays@example.com"), 200); /* to another's address */
	in.otp = code();
	assert_int_equal(call(mine, identity_api_delete, &in), 422);
	in.email = "leaves@example.com";
	assert_int_equal(call(mine, identity_api_delete, &in), 401);
	assert_int_equal(ask_code(mine, "leaves@example.com"), 200);
	in.otp = wrong(code());
	assert_int_equal(call(mine, identity_api_delete, &in), 401);
	in.otp = code();
	assert_int_equal(call(other, identity_api_delete, &in), 422);
	assert_int_equal(call(mine, identity_api_delete, &in), 200);
	assert_int_equal(account_of(mine), 0);
	assert_int_not_equal(account_of(other), 0);
}

/* ---- tokens and keys */

struct wants {
	const char *resources, *scope;
	int64_t ttl_seconds;
};
struct key_wants {
	const char *name, *resources, *scope;
	int64_t ttl_seconds;
};

static void a_token_allows_what_customers_may(void **state)
{
	const char *mine = enters(visitor(), "token@example.com");
	struct wants in = {"usage:read", NULL, 0}, wide = {"usage:read admin:manage", NULL, 0},
		     both = {"usage:read", "admin:manage", 0}, lasting = {"usage:read", NULL, conf.api_token_ttl_s + 1};
	struct key_wants key = {"k", "waitlist:approve", NULL, 0}, years = {"k", "usage:read", NULL, conf.api_key_ttl_s + 1};

	(void)state;
	assert_int_equal(call(mine, identity_api_token, &in), 200);
	assert_string_equal(member("scope"), "usage:read");
	assert_int_equal(call(mine, identity_api_token, &wide), 403);
	assert_int_equal(call(mine, identity_api_token, &both), 422);
	assert_int_equal(call(mine, identity_api_token, &lasting), 422);
	assert_int_equal(call(mine, identity_api_key_new, &key), 403);
	assert_int_equal(call(mine, identity_api_key_new, &years), 422);
	assert_int_equal(call(visitor(), identity_api_token, &in), 401);
	key.resources = "usage:read";
	sql("UPDATE bus.customer SET status = 'waitlisted'");
	assert_int_equal(call(mine, identity_api_token, &in), 403);
	assert_int_equal(call(mine, identity_api_key_new, &key), 403);
	sql("UPDATE bus.customer SET status = 'approved'");
}

static void a_key_ends(void **state)
{
	const char *mine = enters(visitor(), "key@example.com"), *other = enters(visitor(), "nokey@example.com");
	struct key_wants in = {"k", "usage:read", NULL, 0};
	const char *key[4], *id[4];

	(void)state;
	for (size_t i = 0; i < COUNT(key); i++) {
		assert_int_equal(call(mine, identity_api_key_new, &in), 201);
		key[i] = arena_printf(a, KEY_SUBJECT "%s", hash_of(member("key")));
		id[i] = member("key_id");
		assert_int_equal(whose(identity_caller, NULL, key[i], NULL), account_of(mine));
	}
	for (int security = 1; security >= 0; security--) { /* by either defence alone */
		asks(other);
		r.arg[0] = id[0];
		assert_int_equal(door_ends(identity_api_key_revoke(&r)), 404);
		sql(security ? "ALTER TABLE bus.api_key DISABLE ROW LEVEL SECURITY"
			     : "ALTER TABLE bus.api_key ENABLE ROW LEVEL SECURITY");
	}
	assert_int_not_equal(whose(identity_caller, NULL, key[0], NULL), 0);
	asks(mine);
	r.arg[0] = id[0];
	assert_int_equal(door_ends(identity_api_key_revoke(&r)), 200);
	assert_int_equal(whose(identity_caller, NULL, key[0], NULL), 0);
	assert_int_not_equal(whose(identity_caller, NULL, key[1], NULL), 0);
	sql(arena_printf(a, "UPDATE bus.api_key SET expires_at = now() WHERE key_id = '%s'", id[1]));
	assert_int_equal(whose(identity_caller, NULL, key[1], NULL), 0);
	/* a name is no key, whoever calls an account so */
	assert_int_equal(whose(identity_caller, NULL, arena_printf(a, KEY_SUBJECT "%s", id[2]), NULL), 0);
	sql(arena_printf(a, "UPDATE bus.account SET disabled = true WHERE id = %lld", (long long)account_of(mine)));
	assert_int_equal(whose(identity_caller, NULL, key[2], NULL), account_of(mine));
	sql(arena_printf(a, "UPDATE bus.account SET closed_at = now() WHERE id = %lld", (long long)account_of(mine)));
	assert_int_equal(whose(identity_caller, NULL, key[2], NULL), 0);
}

static void a_service_has_the_internal_key(void **state)
{
	struct {
		const char *subject, *audience, *resources, *scope;
		int64_t ttl_seconds;
	} in = {.resources = "waitlist:read"};
	static const char key[] = "0123456789abcdef0123456789abcdef";
	const char *path = arena_printf(a, "%s/internal.key", getenv("BUS_VAR"));
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	fprintf(f, "%s\n", key);
	fclose(f);
	conf.internal_key = path;
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	ask("HTTP_X_BUS_INTERNAL_KEY", "0123456789abcdef0123456789abcdeg");
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	ask("HTTP_X_BUS_INTERNAL_KEY", "");
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	ask("HTTP_X_BUS_INTERNAL_KEY", key);
	assert_int_equal(call(NULL, identity_api_internal, &in), 200);
	in.ttl_seconds = conf.internal_token_ttl_s + 1;
	assert_int_equal(call(NULL, identity_api_internal, &in), 422);
	in.ttl_seconds = 0;
	in.audience = "ai.hg.fi/elsewhere";
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	in.audience = NULL;
	in.subject = KEY_SUBJECT "x"; /* nobody is called like a key, or a session */
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	in.subject = SESSION_SUBJECT "x";
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
	in.subject = NULL;
	f = fopen(path, "w");
	fprintf(f, "short\n");
	fclose(f);
	ask("HTTP_X_BUS_INTERNAL_KEY", "short");
	assert_int_equal(call(NULL, identity_api_internal, &in), 403);
}

/* ---- the second factor */

static unsigned char secret[64];
static const char *recovery[2]; /* the first of those that were shown */

/* The password of so many steps from now. */
static const char *password(int steps)
{
	char *to = arena_alloc(a, OTP_DIGITS + 1);

	otp_at(secret, OTP_KEY_BYTES, now / CLOCK_S / OTP_STEP_S + steps, OTP_DIGITS, to);
	return to;
}

static int shows(const char *session, const char *text)
{
	struct identity_totp t = {.code = text};
	int rc;

	asks(session);
	req_secret(&r, "totp", t.key);
	rc = identity_totp_show(&r.w, &t);
	for (size_t i = 0; i < COUNT(recovery); i++)
		recovery[i] = t.codes != NULL ? arena_strdup(a, t.codes[i]) : NULL;
	return door_ends(rc < 0 ? rc : reply_empty(&r, rc > 0 ? 200 : 401));
}

static const char *with_second(const char *email)
{
	const char *mine = enters(visitor(), email);

	now += (OTP_STEP_S - now / CLOCK_S % OTP_STEP_S) * CLOCK_S; /* a step begins */
	assert_int_equal(call(mine, identity_totp_routes[0].handle, NULL), 201);
	assert_int_equal(str_unbase32(member("secret"), secret, sizeof(secret)), OTP_KEY_BYTES);
	assert_int_equal(shows(mine, password(0)), 200);
	assert_non_null(recovery[0]);
	return mine;
}

static bool may_spend(const char *session, int64_t amount)
{
	int rc;

	asks(session);
	rc = identity_need_second(&r.w, r.w.actor.account, amount);
	if (rc < 0)
		assert_int_equal(r.w.err.id, E_SECOND);
	door_ends(-1);
	return rc == 0;
}

static void a_step_is_good_once(void **state)
{
	const char *mine = with_second("totp@example.com"), *codes[2] = {recovery[0], recovery[1]},
		   *other, *hash;
	bool good;

	(void)state;
	assert_int_equal(shows(mine, password(0)), 401);
	assert_int_equal(shows(mine, password(-1)), 401); /* older than what was used */
	assert_int_equal(shows(mine, password(2)), 401);  /* not yet */
	assert_int_equal(shows(mine, password(1)), 200);
	now += 2 * OTP_STEP_S * CLOCK_S;
	assert_int_equal(shows(mine, password(-1)), 401);
	assert_int_equal(shows(mine, password(0)), 200);
	assert_int_equal(shows(mine, codes[0]), 200);
	assert_int_equal(shows(mine, codes[0]), 401);
	other = with_second("totp2@example.com");
	assert_int_equal(shows(other, codes[1]), 401); /* another's; not even by what is kept of it */
	hash = sql("SELECT encode(hash, 'hex') FROM bus.totp_recovery JOIN bus.customer USING (account_id) "
		   "WHERE email = 'totp@example.com' AND used_at IS NULL LIMIT 1");
	asks(other);
	assert_int_equal(identity_store_totp_recover(&r.w, hash, &good), 0);
	assert_false(good);
	door_ends(-1);
}

static void passwords_are_not_guessed(void **state)
{
	const char *mine = with_second("guess@example.com");

	(void)state;
	now += 2 * OTP_STEP_S * CLOCK_S;
	for (int i = 0; i < 5; i++)
		assert_int_equal(shows(mine, "000000"), strcmp(password(0), "000000") ? 401 : 200);
	assert_int_equal(shows(mine, password(0)), 429);
	now += 601 * CLOCK_S;
	assert_int_equal(shows(mine, password(0)), 200);
}

static void who_has_one_shows_it_before_spending_much(void **state)
{
	const char *mine = with_second("spend@example.com"), *elsewhere = enters(visitor(), "spend@example.com"),
		   *none = enters(visitor(), "spends@example.com");

	(void)state;
	assert_true(may_spend(mine, conf.totp_above + 1)); /* just shown */
	assert_true(may_spend(elsewhere, conf.totp_above));
	assert_false(may_spend(elsewhere, conf.totp_above + 1));
	now += conf.totp_fresh_s * CLOCK_S;
	assert_false(may_spend(mine, conf.totp_above + 1));
	assert_true(may_spend(none, conf.totp_above + 1));
	conf.totp_required = 1;
	assert_false(may_spend(none, conf.totp_above + 1));
	conf.totp_required = 0;
	assert_int_equal(call(mine, identity_totp_routes[0].handle, NULL), 403); /* not by a session that is old */
	assert_int_equal(shows(mine, password(0)), 200);
	assert_int_equal(call(mine, identity_totp_routes[0].handle, NULL), 409); /* no other key over it */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(a_code_is_good_for_five_tries), T(a_code_is_good_where_it_was_asked_for),
		T(a_code_lives_for_minutes), T(a_code_is_used_once), T(a_newer_code_takes_its_place),
		T(codes_are_counted), T(the_owner_is_not_locked_out), T(nobody_learns_who_is_known),
		T(what_is_slow_on_purpose_has_its_own_processes),
		T(a_planted_session_is_worth_nothing), T(a_session_ends),
		T(an_account_is_closed_by_its_own_code), T(a_token_allows_what_customers_may), T(a_key_ends),
		T(a_service_has_the_internal_key), T(a_step_is_good_once), T(passwords_are_not_guessed),
		T(who_has_one_shows_it_before_spending_much),
	};

	return cmocka_run_group_tests(tests, group_setup, door_teardown);
}
