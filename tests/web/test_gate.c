#include "config.h"

#include "port/crypto.h"
#include "web/shared.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *address, *auth, *body;

const char *__wrap_fcgi_param(const struct fcgi *f, const char *name);
const char *__wrap_fcgi_param(const struct fcgi *f, const char *name)
{
	(void)f;
	return strcmp(name, "REMOTE_ADDR") == 0 ? address
	       : strcmp(name, "HTTP_AUTHORIZATION") == 0 ? auth
	       : strcmp(name, "CONTENT_TYPE") == 0 ? "application/json" : NULL;
}

long __wrap_fcgi_read(struct fcgi *f, void *to, size_t n);
long __wrap_fcgi_read(struct fcgi *f, void *to, size_t n)
{
	size_t have = strlen(body);

	(void)f;
	n = n < have ? n : have;
	memcpy(to, body, n);
	body += n;
	return (long)n;
}

static struct conf conf = {.rate_percent = 5};
static struct web web = {.conf = &conf};
static struct req r;

static enum err_id enter(const struct route *route)
{
	r = (struct req){.w = {.a = arena_new(1u << 20), .now = INT64_C(1800000000) * CLOCK_S},
			 .web = &web, .route = route};
	buf_init(&r.head_lines, r.w.a, 4096);
	if (gate_enter(&r) == 0)
		body_read(&r);
	arena_free(r.w.a);
	return r.w.err.id;
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
		address = rows[i].first;
		assert_int_equal(enter(&route), E_NONE);
		address = rows[i].second;
		assert_int_equal(enter(&route), rows[i].same ? E_RATE : E_NONE);
	}
}

static void only_the_operators_token_is_the_operators(void **state)
{
	static const struct route route = {.id = "x", .audience = AUD_OPERATOR};

	(void)state;
	auth = "Bearer operatortoken";
	assert_int_equal(enter(&route), E_SCOPE); /* there is none */
	crypto_sha256("operatortoken", 13, web.operator_hash);
	web.has_operator = true;
	assert_int_equal(enter(&route), E_NONE);
	auth = "Bearer operatortokem";
	assert_int_equal(enter(&route), E_SCOPE);
	auth = "Bearer short";
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
	auth = NULL;
	assert_int_equal(enter(&route), E_UNAUTHENTICATED);
}

static void a_body_is_bounded(void **state)
{
	static const struct route route = {.id = "x", .method = METHOD_POST, .raw = true, .body_max = 8};

	(void)state;
	body = "12345678";
	assert_int_equal(enter(&route), E_NONE);
	assert_int_equal(r.body_len, 8);
	body = "123456789";
	assert_int_equal(enter(&route), E_TOO_LARGE);
	body = "";
	assert_int_equal(enter(&route), E_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_is_one_caller),
		cmocka_unit_test(only_the_operators_token_is_the_operators),
		cmocka_unit_test(a_body_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
