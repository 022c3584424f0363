#include "config.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "base/jw.h"
#include "base/shape.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(1u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* ---- arena */

static char order[8];

static void note(void *p)
{
	strncat(order, p, 1);
}

static void pieces_are_zeroed_aligned_and_counted(void **state)
{
	(void)state;
	for (size_t n = 1; n < 5000; n = n * 3 + 1) {
		unsigned char *p = arena_alloc(a, n);

		assert_int_equal((uintptr_t)p % sizeof(max_align_t) % 8, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
	}
	assert_true(arena_used(a) > 4900);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_int_equal(*(unsigned char *)arena_alloc(a, 100), 0);
	assert_null(arena_strdup(a, NULL));
	assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
}

static void deferred_calls_run_newest_first_and_once(void **state)
{
	static char names[] = "123";

	(void)state;
	order[0] = '\0';
	for (char *p = names; *p; p++)
		arena_defer(a, note, p);
	arena_reset(a);
	arena_reset(a);
	assert_string_equal(order, "321");
	arena_free(NULL);
}

/* Past its ceiling the process ends, it does not return NULL. */
static void a_full_arena_ends_the_process(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct arena *small = arena_new(4096);

		close(STDERR_FILENO);
		for (int i = 0; i < 100; i++)
			arena_alloc(small, 1000);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- buf */

static void a_buf_stops_at_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, a, 10);
	assert_string_equal(buf_str(&b), "");
	buf_puts(&b, "12345");
	buf_printf(&b, "%s", "67890");
	assert_false(b.over);
	assert_string_equal(buf_str(&b), "1234567890");
	buf_putc(&b, 'x');
	assert_true(b.over);
	assert_string_equal(buf_str(&b), "1234567890");
	buf_put(&b, "", 0);
	assert_true(b.over);
}

static void room_is_within_the_ceiling(void **state)
{
	struct buf b;
	char *p;

	(void)state;
	buf_init(&b, a, 100);
	p = buf_room(&b, 60);
	assert_non_null(p);
	memset(p, 'a', 60);
	buf_added(&b, 40);
	assert_int_equal(b.n, 40);
	assert_non_null(buf_room(&b, 60));
	assert_null(buf_room(&b, 61));
	assert_true(b.over);
	assert_int_equal(strlen(buf_str(&b)), 40);
}

/* ---- clock */

static void times_are_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *text;
		const char *back; /* NULL: refused */
	} rows[] = {
		{"2026-11-20T10:12:00Z", "2026-11-20T10:12:00.000Z"},
		{"2026-11-20T10:12:00.123456Z", "2026-11-20T10:12:00.123Z"},
		{"2024-02-29T00:00:00.5Z", "2024-02-29T00:00:00.500Z"},
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
		{"2023-02-29T00:00:00Z", NULL}, {"2026-13-01T00:00:00Z", NULL},
		{"2026-00-01T00:00:00Z", NULL}, {"2026-11-31T00:00:00Z", NULL},
		{"2026-11-20T24:00:00Z", NULL}, {"2026-11-20T10:60:00Z", NULL},
		{"2026-11-20 10:12:00Z", NULL}, {"2026-11-20T10:12:00", NULL},
		{"2026-11-20T10:12:00+00:00", NULL}, {"2026-11-20T10:12:00.1234567Z", NULL},
		{"2026-11-20T10:12:00.Z", NULL}, {"2026-11-20T10:12:00ZZ", NULL},
		{"26-11-20T10:12:00Z", NULL}, {"", NULL}, {"-026-11-20T10:12:00Z", NULL},
		{"2026-11-20T1 :12:00Z", NULL}, {"2026-11-20T+1:12:00Z", NULL},
	};
	char to[25];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool good = clock_parse(rows[i].text, &t);

		if (good != (rows[i].back != NULL))
			print_error("%s\n", rows[i].text);
		assert_int_equal(good, rows[i].back != NULL);
		if (good)
			assert_string_equal(clock_text(t, to), rows[i].back);
	}
	assert_string_equal(clock_day(INT64_C(1763597520000000), to), "20251120");
}

/* ---- id */

static void ids_have_a_form(void **state)
{
	const char *one = id_new(a, "run_"), *two = id_new(a, "run_");

	(void)state;
	assert_true(id_valid(one, "run_"));
	assert_false(id_valid(one, "art_"));
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 4 + ID_CHARS);
	assert_false(id_valid(arena_strndup(a, one, strlen(one) - 1), "run_"));
	assert_false(id_valid(arena_printf(a, "%sa", one), "run_"));
	assert_false(id_valid("run_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "run_"));
	assert_false(id_valid("run_11111111111111111111111111111111", "run_"));
	assert_false(id_valid("", "run_"));
	assert_true(strlen(id_secret(a, "vs_")) >= 3 + 51);
}

/* ---- jw */

static void json_is_written_with_its_commas_and_escapes(void **state)
{
	struct buf b;
	struct jw j;

	(void)state;
	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "a\"b", "x\n\t\\\"\x01\x7f\xc3\xa9");
	jw_kstr(&j, "none", NULL);
	jw_kint(&j, "least", INT64_MIN);
	jw_key(&j, "list");
	jw_array(&j);
	jw_bool(&j, true);
	jw_null(&j);
	jw_raw(&j, "{}");
	jw_end_array(&j);
	jw_key(&j, "empty");
	jw_object(&j);
	jw_end_object(&j);
	jw_end_object(&j);
	assert_string_equal(buf_str(&b),
			    "{\"a\\\"b\":\"x\\n\\u0009\\\\\\\"\\u0001\\u007f\xc3\xa9\",\"none\":null,"
			    "\"least\":-9223372036854775808,\"list\":[true,null,{}],\"empty\":{}}");
}

/* ---- err */

static void the_first_failure_is_kept(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, E_NOT_FOUND, "row %d", 7), -1);
	assert_int_equal(err_set(&e, E_INTERNAL, "later"), -1);
	assert_int_equal(e.id, E_NOT_FOUND);
	assert_string_equal(e.detail, "row 7");
	err_clear(&e);
	assert_int_equal(e.id, E_NONE);
	for (int i = 0; i < ERR_FIELDS + 5; i++)
		assert_int_equal(err_field(&e, "name", "required"), -1);
	assert_int_equal(e.id, E_INVALID);
	assert_int_equal(e.nfields, ERR_FIELDS);
}

static void every_error_has_a_row(void **state)
{
	(void)state;
	for (enum err_id id = E_NONE + 1; id < E_COUNT; id++) {
		const struct err_row *r = err_row(id);

		assert_true(r->status >= 400 && r->status < 600);
		assert_true(strlen(r->sentence) > 10 && strchr(r->sentence, '%') == NULL);
		for (enum err_id other = id + 1; other < E_COUNT; other++)
			assert_string_not_equal(r->code, err_row(other)->code);
	}
	assert_ptr_equal(err_row(E_NONE), err_row(E_INTERNAL));
	assert_ptr_equal(err_row((enum err_id)9999), err_row(E_INTERNAL));
}

/* ---- shape */

static void values_are_held_to_their_field(void **state)
{
	static const char *const colours[] = {"red", "blue", NULL};
	static const char *const prefix[] = {"run_", NULL};
	const struct field text = {"t", F_TEXT, 0, 1, 3}, token = {"k", F_TOKEN, 0, 2, 4};
	const struct field one = {"c", F_ENUM, .values = colours}, id = {"i", F_ID, .values = prefix};
	const struct field number = {"n", F_INT, 0, -2, 5};
	const char *good = id_new(a, "run_");

	(void)state;
	assert_null(shape_text_problem(&text, "äöü", 6));
	assert_string_equal(shape_text_problem(&text, "äöüx", 7), "too_long");
	assert_string_equal(shape_text_problem(&text, "", 0), "too_short");
	assert_string_equal(shape_text_problem(&text, "\xff", 1), "not_utf8");
	assert_null(shape_text_problem(&token, "ab~!", 4));
	assert_non_null(shape_text_problem(&token, "a b", 3));
	assert_non_null(shape_text_problem(&token, "abcde", 5));
	assert_null(shape_text_problem(&one, "blue", 4));
	assert_string_equal(shape_text_problem(&one, "Blue", 4), "not_one_of");
	assert_null(shape_text_problem(&id, good, strlen(good)));
	assert_string_equal(shape_text_problem(&id, "run_x", 5), "not_an_id");
	assert_null(shape_int_problem(&number, -2));
	assert_null(shape_int_problem(&number, 5));
	assert_string_equal(shape_int_problem(&number, 6), "out_of_range");
	assert_string_equal(shape_int_problem(&number, INT64_MIN), "out_of_range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(pieces_are_zeroed_aligned_and_counted), T(deferred_calls_run_newest_first_and_once),
		T(a_full_arena_ends_the_process), T(a_buf_stops_at_its_ceiling),
		T(room_is_within_the_ceiling), T(times_are_read_whole_or_not_at_all),
		T(ids_have_a_form), T(json_is_written_with_its_commas_and_escapes),
		T(the_first_failure_is_kept), T(every_error_has_a_row),
		T(values_are_held_to_their_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
