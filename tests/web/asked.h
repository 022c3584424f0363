/* A request that no web server sent: what the hallway reads of it is said here.
 * Behind web_int.h and cmocka.h; link with --wrap=fcgi_param and --wrap=fcgi_read. */
#pragma once
#include <string.h>

static struct {
	const char *name, *value;
} asked[8];
static const char *body;
static bool body_is_cut;

static inline void ask(const char *name, const char *value)
{
	size_t i = 0;

	while (asked[i].name != NULL && strcmp(asked[i].name, name) != 0)
		i++;
	assert_true(i < COUNT(asked) - 1);
	asked[i].name = name;
	asked[i].value = value;
}

static void ask_nothing(void)
{
	memset(asked, 0, sizeof(asked));
	body = "";
	body_is_cut = false;
}

const char *__wrap_fcgi_param(const struct fcgi *f, const char *name);
const char *__wrap_fcgi_param(const struct fcgi *f, const char *name)
{
	(void)f;
	for (size_t i = 0; asked[i].name != NULL; i++)
		if (strcmp(asked[i].name, name) == 0)
			return asked[i].value;
	return NULL;
}

long __wrap_fcgi_read(struct fcgi *f, void *to, size_t n);
long __wrap_fcgi_read(struct fcgi *f, void *to, size_t n)
{
	size_t have = strlen(body);

	(void)f;
	if (have == 0 && body_is_cut)
		return -1;
	n = n < have ? n : have;
	memcpy(to, body, n);
	body += n;
	return (long)n;
}

#define NOON (INT64_C(1800000000) * CLOCK_S)

static struct conf conf = {.rate_percent = 5, .public_url = "https://bus.example"};
static struct web web = {.conf = &conf, .token_key = "0123456789abcdef0123456789abcde"};
static struct req r;

/* A fresh request for a route, at noon; the one before is forgotten. */
static void begin(const struct route *route)
{
	arena_free(r.w.a);
	r = (struct req){.w = {.a = arena_new(REQ_ARENA), .now = NOON, .conf = &conf},
			 .web = &web, .route = route};
	buf_init(&r.head_lines, r.w.a, 4096);
}

static inline enum err_id enter(const struct route *route)
{
	begin(route);
	if (gate_enter(&r) == 0)
		body_read(&r);
	return r.w.err.id;
}

/* The first input that was refused, and why; NULL: none. */
static inline void assert_refused(const char *field, const char *code)
{
	assert_int_equal(r.w.err.nfields > 0, field != NULL);
	if (field != NULL) {
		assert_string_equal(r.w.err.fields[0].name, field);
		assert_string_equal(r.w.err.fields[0].code, code);
	}
}
