#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "port/file.h"
#include "port/key_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/arena.h"

static struct conf conf;
static char dir[] = "/tmp/bus-keys-XXXXXX";

static const char *in_dir(const char *name)
{
	return arena_printf(a, "%s/%s", dir, name);
}

static const char *make(const char *private, const char *public)
{
	struct err e = {0};
	struct key *k;
	const char *kid, *pem;

	assert_int_equal(key_make(private, &e), 0);
	assert_non_null(k = key_read(private, &e));
	pem = key_public_pem(a, k);
	kid = key_id(a, k);
	key_free(k);
	assert_int_equal(file_write(public, pem, strlen(pem), 0644, &e), 0);
	return kid;
}

static const char *receipt, *provenance; /* the ids of the keys that sign */

static int with_keys(void **state)
{
	setup(state);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	conf = (struct conf){.receipt_key = in_dir("receipt.pem"), .receipt_public = in_dir("receipt.pub"),
			     .provenance_key = in_dir("provenance.pem"),
			     .provenance_public = in_dir("provenance.pub"), .keys = in_dir("keys")};
	receipt = make(conf.receipt_key, conf.receipt_public);
	provenance = make(conf.provenance_key, conf.provenance_public);
	return 0;
}

static int without_keys(void **state)
{
	struct err e = {0};

	file_remove_tree(dir, &e);
	return teardown(state);
}

/* The set has so many keys, and these. */
static void assert_set(size_t n, const char *one, const char *other)
{
	struct err e = {0};
	struct key_set s;

	if (key_set_read(a, &conf, &s, &e) < 0)
		fail_msg("%s", e.detail);
	assert_int_equal(s.n, n);
	assert_non_null(key_set_find(&s, one));
	assert_non_null(key_set_find(&s, other));
	assert_null(key_set_find(&s, "none"));
}

static const char *next_of(const char *name, int64_t *ret_from)
{
	struct key_role role;
	struct err e = {0};
	const char *kid;

	assert_true(key_role_of(a, &conf, name, &role));
	assert_int_equal(key_set_next(a, &conf, &role, &kid, ret_from, &e), 0);
	return kid;
}

/* The key that signs from then on; NULL and why not. */
static const char *switched(const char *name, int64_t now, enum err_id want)
{
	struct key_role role;
	struct err e = {0};
	const char *kid;

	assert_true(key_role_of(a, &conf, name, &role));
	assert_int_equal(key_set_switch(a, &conf, &role, now, &kid, &e), want == E_NONE ? 0 : -1);
	assert_int_equal(e.id, want);
	return want == E_NONE ? kid : NULL;
}

static enum err_id retired(const char *file)
{
	struct err e = {0};
	int rc = key_set_retire(a, &conf, file, &e);

	assert_int_equal(rc, e.id == E_NONE ? 0 : -1);
	return e.id;
}

/* The id of the private key that is there. */
static const char *signs(const char *path)
{
	struct err e = {0};
	struct key *k = key_read(path, &e);
	const char *kid;

	assert_non_null(k);
	kid = key_id(a, k);
	key_free(k);
	return kid;
}

static void a_key_is_shown_before_it_signs(void **state)
{
	const char *next, *file;
	int64_t from, again;
	struct stat st;

	(void)state;
	assert_set(2, receipt, provenance);
	switched("receipt", INT64_MAX, E_NOT_FOUND);
	next = next_of("receipt", &from);
	assert_true(from >= (int64_t)time(NULL) + KEY_SET_AGE_S - 5);
	assert_string_equal(next_of("receipt", &again), next);
	assert_int_equal(again, from); /* it was shown since */
	assert_int_equal(stat(in_dir("receipt.pem.next"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_set(3, next, receipt);
	switched("receipt", from - 1, E_CONFLICT);
	assert_string_equal(signs(conf.receipt_key), receipt);
	file = arena_printf(a, "key-%s.pub", next);
	assert_int_equal(retired(file), E_CONFLICT);
	rename(in_dir(arena_printf(a, "keys/%s", file)), in_dir("away"));
	switched("receipt", from, E_CONFLICT);
	make(in_dir("other.pem"), in_dir(arena_printf(a, "keys/%s", file))); /* another under its name */
	switched("receipt", INT64_MAX / 2, E_CONFLICT);
	rename(in_dir("away"), in_dir(arena_printf(a, "keys/%s", file)));
	assert_string_equal(switched("receipt", from, E_NONE), next);
	assert_string_equal(signs(conf.receipt_key), next);
	assert_string_equal(signs(conf.provenance_key), provenance);
	assert_set(3, next, receipt); /* who has kept the set loses nothing, who reads it now neither */
	switched("receipt", from, E_NOT_FOUND);
}

static void a_key_goes_when_nobody_needs_it(void **state)
{
	const char *next;
	int64_t from;

	(void)state;
	next = next_of("provenance", &from);
	switched("provenance", from, E_NONE);
	assert_set(3, next, provenance);
	assert_int_equal(retired(arena_printf(a, "key-%s.pub", next)), E_CONFLICT);
	assert_int_equal(retired("key-none.pub"), E_NOT_FOUND);
	assert_int_equal(retired("../receipt.pub"), E_NOT_FOUND);
	assert_int_equal(retired(arena_printf(a, "../keys/key-%s.pub", provenance)), E_NOT_FOUND);
	assert_int_equal(retired(arena_printf(a, "key-%s.pub", provenance)), E_NONE);
	assert_set(2, next, receipt);
}

/* After each half of a switch the same call does the rest. */
static void what_a_crash_cut_short_goes_on(void **state)
{
	struct err e = {0};
	const char *next;
	struct key *k;
	int64_t from;

	(void)state;
	next = next_of("receipt", &from);
	assert_non_null(k = key_read(in_dir("receipt.pem.next"), &e));
	assert_int_equal(file_update(conf.receipt_public, key_public_pem(a, k), 0644, &e), 0);
	key_free(k);
	assert_null(key_read_pair(conf.receipt_key, conf.receipt_public, &e)); /* nothing signs meanwhile */
	assert_string_equal(switched("receipt", from, E_NONE), next);
	err_clear(&e);
	assert_non_null(k = key_read_pair(conf.receipt_key, conf.receipt_public, &e));
	key_free(k);
}

/* A set must not lack one of its keys: one that cannot be read is none. */
static void a_set_is_whole_or_none(void **state)
{
	struct err e = {0};
	struct key_set s;
	int64_t from;

	(void)state;
	next_of("receipt", &from);
	assert_int_equal(file_write(in_dir("keys/notes.txt"), "junk", 4, 0644, &e), 0);
	assert_int_equal(file_write(in_dir("keys/.hidden.pub"), "junk", 4, 0644, &e), 0);
	assert_int_equal(key_set_read(a, &conf, &s, &e), 0);
	assert_int_equal(file_write(in_dir("keys/junk.pub"), "junk", 4, 0644, &e), 0);
	assert_int_equal(key_set_read(a, &conf, &s, &e), -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	err_clear(&e);
	assert_int_equal(unlink(in_dir("keys/junk.pub")), 0);
	for (int i = 0; i < KEY_SET_MAX; i++)
		make(in_dir(arena_printf(a, "%d.pem", i)), in_dir(arena_printf(a, "keys/%d.pub", i)));
	assert_int_equal(key_set_read(a, &conf, &s, &e), -1);
	assert_int_equal(e.id, E_INVALID);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, with_keys, without_keys)
	const struct CMUnitTest tests[] = {
		T(a_key_is_shown_before_it_signs), T(a_key_goes_when_nobody_needs_it),
		T(what_a_crash_cut_short_goes_on), T(a_set_is_whole_or_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
