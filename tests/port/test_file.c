#include "config.h"

#include "base/check.h"
#include "port/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The n-th call of one system call fails, or (with no error) does nothing. */
static struct {
	const char *name;
	int at, error;
} broken;
static const char *broken_too; /* every call of another one */

static bool breaks(const char *name)
{
	bool too = broken_too != NULL && strcmp(broken_too, name) == 0;

	if (!too && (broken.name == NULL || strcmp(broken.name, name) != 0 || --broken.at != 0))
		return false;
	errno = broken.error;
	return true;
}

#define WRAP(type, name, params, args)                                                         \
	type __real_##name params;                                                             \
	type __wrap_##name params;                                                             \
	type __wrap_##name params                                                              \
	{                                                                                      \
		if (breaks(#name))                                                             \
			return errno ? (type)-1 : 0;                                           \
		return __real_##name args;                                                     \
	}
WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(int, fstat, (int fd, struct stat *st), (fd, st))
WRAP(int, lstat, (const char *path, struct stat *st), (path, st))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, fchmodat, (int fd, const char *path, mode_t mode, int flags), (fd, path, mode, flags))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, openat, (int fd, const char *path, int flags), (fd, path, flags))

WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))

static bool broken_renames;
DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd)
{
	return breaks("fdopendir") ? NULL : __real_fdopendir(fd);
}

int __real_renameat(int from, const char *name, int to, const char *other);
int __wrap_renameat(int from, const char *name, int to, const char *other);
int __wrap_renameat(int from, const char *name, int to, const char *other)
{
	return broken_renames ? -1 : __real_renameat(from, name, to, other);
}

static void break_call(const char *name, int at, int error)
{
	broken.name = name;
	broken.at = at;
	broken.error = error;
}

static struct arena *a;
static struct err e;
static char root[64];

static int setup(void **state)
{
	(void)state;
	a = arena_new(8u << 20);
	memset(&e, 0, sizeof(e));
	strcpy(root, "/tmp/bus-file-XXXXXX");
	return mkdtemp(root) == NULL;
}

static int teardown(void **state)
{
	struct err ignored = {0};

	(void)state;
	broken.name = broken_too = NULL;
	file_remove_tree(root, &ignored);
	arena_free(a);
	return file_exists(root);
}

static const char *at(const char *name)
{
	return arena_printf(a, "%s/%s", root, name);
}

static void put(const char *name, const char *text)
{
	assert_int_equal(file_write(at(name), text, strlen(text), 0644, &e), 0);
}

/* The call is refused with this error, and nothing is left open of it. */
#define REFUSED(id_wanted, call)                                                               \
	do {                                                                                   \
		err_clear(&e);                                                                 \
		assert_true((call) == -1);                                                     \
		assert_int_equal(e.id, id_wanted);                                             \
		err_clear(&e);                                                                 \
		broken.name = broken_too = NULL;                                               \
	} while (0)
#define NO_TEXT(id_wanted, call) REFUSED(id_wanted, (call) == NULL ? -1 : 0)

static void a_file_is_read_whole_or_refused(void **state)
{
	size_t n = 7;

	(void)state;
	put("f", "hello");
	assert_string_equal(file_read(a, at("f"), 5, &n, &e), "hello");
	assert_int_equal(n, 5);
	assert_string_equal(file_read(a, at("f"), 5, NULL, &e), "hello");
	NO_TEXT(E_INVALID, file_read(a, at("f"), 4, &n, &e));
	assert_int_equal(n, 0);
	NO_TEXT(E_UNAVAILABLE, file_read(a, at("none"), 4, &n, &e));
	NO_TEXT(E_INVALID, file_read(a, root, 1u << 20, &n, &e));
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	NO_TEXT(E_INVALID, file_read(a, at("fifo"), 4, &n, &e)); /* at once: nobody writes */
	break_call("fstat", 1, EIO);
	NO_TEXT(E_UNAVAILABLE, file_read(a, at("f"), 5, &n, &e));
	break_call("read", 1, EIO);
	NO_TEXT(E_UNAVAILABLE, file_read(a, at("f"), 5, &n, &e));
	break_call("read", 1, 0); /* it was cut after we asked for its size */
	assert_string_equal(file_read(a, at("f"), 5, &n, &e), "");
	assert_int_equal(n, 0);
}

static size_t entries(void);

static void a_write_is_whole_or_leaves_the_old(void **state)
{
	static const struct {
		const char *call;
		int at, error;
	} rows[] = {{"fchmod", 1, EPERM}, {"write", 1, ENOSPC}, {"fsync", 1, EIO}};
	char *longest = arena_alloc(a, 5000);
	struct stat st;

	(void)state;
	put("f", "old");
	for (size_t i = 0; i < COUNT(rows); i++) {
		break_call(rows[i].call, rows[i].at, rows[i].error);
		REFUSED(E_UNAVAILABLE, file_write(at("f"), "new", 3, 0644, &e));
		assert_string_equal(file_read(a, at("f"), 99, NULL, &e), "old");
		assert_int_equal(entries(), 1);
	}
	break_call("write", 1, EINTR); /* a signal is no failure */
	assert_int_equal(file_write(at("f"), "new", 3, 0600, &e), 0);
	assert_string_equal(file_read(a, at("f"), 99, NULL, &e), "new");
	assert_int_equal(stat(at("f"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	memset(longest, 'a', 4999);
	REFUSED(E_INVALID, file_write(longest, "", 0, 0644, &e));
	REFUSED(E_UNAVAILABLE, file_write(at("none/f"), "", 0, 0644, &e));
	assert_int_equal(mkdir(at("folder"), 0755), 0);
	put("folder/f", "x");
	REFUSED(E_UNAVAILABLE, file_write(at("folder"), "", 0, 0644, &e));
	assert_int_equal(entries(), 2);
}

static void only_what_differs_is_written(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(file_update(at("f"), "one", 0644, &e), 0);
	assert_int_equal(stat(at("f"), &before), 0);
	assert_int_equal(file_update(at("f"), "one", 0644, &e), 0);
	assert_int_equal(stat(at("f"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(file_update(at("f"), "two", 0644, &e), 0);
	assert_string_equal(file_read(a, at("f"), 99, NULL, &e), "two");
}

static void folders_are_made_with_those_above(void **state)
{
	char *longest = arena_alloc(a, 5000);
	struct stat st;

	(void)state;
	assert_int_equal(file_mkdirs(at("a/b/c"), 0700, &e), 0);
	assert_int_equal(file_mkdirs(at("a/b/c"), 0700, &e), 0);
	assert_int_equal(stat(at("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(symlink(at("a"), at("link")), 0);
	assert_int_equal(file_mkdirs(at("link/d"), 0700, &e), 0);
	memset(longest, 'a', 4999);
	REFUSED(E_INVALID, file_mkdirs(longest, 0700, &e));
	put("f", "x");
	REFUSED(E_UNAVAILABLE, file_mkdirs(at("f"), 0700, &e)); /* a file is no folder */
	REFUSED(E_UNAVAILABLE, file_mkdirs(at("f/x"), 0700, &e));
	assert_int_equal(symlink("nowhere", at("dangling")), 0);
	REFUSED(E_UNAVAILABLE, file_mkdirs(at("dangling"), 0700, &e));
	REFUSED(E_UNAVAILABLE, file_mkdirs("/proc/self/x", 0700, &e));
}

static void a_tree_goes_and_links_are_not_followed(void **state)
{
	(void)state;
	assert_int_equal(file_mkdirs(at("t/a/b"), 0755, &e), 0);
	assert_int_equal(file_mkdirs(at("kept"), 0755, &e), 0);
	put("kept/f", "x");
	put("t/a/f", "x");
	assert_int_equal(symlink(at("kept"), at("t/link")), 0);
	assert_int_equal(chmod(at("t/a"), 0), 0); /* a builder may have locked it */
	assert_int_equal(file_remove_tree(at("t"), &e), 0);
	assert_false(file_exists(at("t")));
	assert_true(file_exists(at("kept/f")));
	assert_int_equal(file_remove_tree(at("t"), &e), 0); /* gone already */
	assert_int_equal(symlink(at("kept"), at("link")), 0);
	assert_int_equal(file_remove_tree(at("link"), &e), 0); /* the link alone */
	assert_true(file_exists(at("kept/f")));
	REFUSED(E_UNAVAILABLE, file_remove_tree(at("kept/f/x"), &e));
}

/* Whatever fails below, the failure is told, and a second try ends it. */
static void a_tree_that_cannot_go_is_told(void **state)
{
	static const struct {
		const char *call;
		int error;
	} rows[] = {{"openat", EMFILE}, {"fdopendir", ENOMEM}, {"unlinkat", EBUSY}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(file_mkdirs(at("t/a"), 0755, &e), 0);
		put("t/a/f", "x");
		break_call(rows[i].call, 1, rows[i].error);
		REFUSED(E_UNAVAILABLE, file_remove_tree(at("t"), &e));
		assert_true(file_exists(at("t")));
		assert_int_equal(file_remove_tree(at("t"), &e), 0);
	}
	/* A locked folder is opened, whoever runs this test. */
	assert_int_equal(file_mkdirs(at("t/a"), 0755, &e), 0);
	break_call("openat", 1, EACCES);
	assert_int_equal(file_remove_tree(at("t"), &e), 0);
	/* Nor can it be unlocked: what is in it stays, and that is told. */
	assert_int_equal(file_mkdirs(at("t/a"), 0755, &e), 0);
	put("t/a/f", "x");
	break_call("openat", 1, EACCES);
	broken_too = "fchmodat";
	REFUSED(E_UNAVAILABLE, file_remove_tree(at("t"), &e));
	assert_true(file_exists(at("t/a/f")));
}

static void deep(const char *name, int levels, const char *step)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;

	assert_int_equal(mkdirat(fd, name, 0755), 0);
	for (const char *part = name; levels-- > 0; part = step) {
		next = openat(fd, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
		assert_int_equal(mkdirat(fd, step, 0755), 0);
	}
	close(fd);
}

static void a_tree_may_be_deeper_than_paths_and_descriptors(void **state)
{
	(void)state;
	deep("t", 3000, "d");
	put("t/.deep.1", "a name we would have used");
	assert_int_equal(file_remove_tree(at("t"), &e), 0);
	assert_false(file_exists(at("t")));
	deep("t", 100, "d");
	broken_renames = true;
	REFUSED(E_UNAVAILABLE, file_remove_tree(at("t"), &e));
	broken_renames = false;
	assert_int_equal(file_remove_tree(at("t"), &e), 0);
}

static void only_a_plain_file_below_is_opened(void **state)
{
	static const char *const bad[] = {"../x", "/etc/passwd", "link", "folder", "fifo", "twice",
					  "linked/f", "none", "", ".", "loop"};
	int dir, fd;

	(void)state;
	put("f", "x");
	put("twice", "x");
	assert_int_equal(link(at("twice"), at("again")), 0);
	assert_int_equal(symlink("f", at("link")), 0);
	assert_int_equal(symlink("loop", at("loop")), 0);
	assert_int_equal(mkdir(at("folder"), 0755), 0);
	put("folder/f", "x");
	assert_int_equal(symlink("folder", at("linked")), 0);
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < COUNT(bad); i++)
		REFUSED(E_INVALID, file_open_beneath(dir, bad[i], &e));
	break_call("fstat", 1, EIO);
	REFUSED(E_INVALID, file_open_beneath(dir, "f", &e));
	fd = file_open_beneath(dir, "folder/f", &e);
	assert_true(fd >= 0);
	close(fd);
	close(dir);
}

static int collect(void *to, const char *path, bool special)
{
	strcat(strcat(to, path), special ? "! " : " ");
	return strcmp(path, "stop") == 0 ? 7 : 0;
}

static int count(void *to, const char *path, bool special)
{
	(void)path, (void)special;
	++*(size_t *)to;
	return 0;
}

static size_t entries(void)
{
	size_t n = 0;

	assert_int_equal(file_walk(root, 1000, count, &n, &e), 0);
	return n;
}

static void a_walk_is_sorted_and_bounded(void **state)
{
	char all[400] = "";

	(void)state;
	assert_int_equal(file_mkdirs(at("b/c"), 0755, &e), 0);
	put("z", "x");
	put("a", "x");
	put("b/c/f", "x");
	assert_int_equal(symlink("z", at("b/link")), 0);
	assert_int_equal(file_walk(root, 100, collect, all, &e), 0);
	assert_string_equal(all, "a b/c/f b/link! z ");
	put("stop", "x");
	assert_int_equal(file_walk(root, 100, collect, all, &e), 7);
	REFUSED(E_INVALID, file_walk(root, 3, collect, all, &e));
	REFUSED(E_UNAVAILABLE, file_walk(at("none"), 3, collect, all, &e));
	break_call("lstat", 1, EIO);
	REFUSED(E_UNAVAILABLE, file_walk(root, 100, collect, all, &e));
	deep("deep", 40, "d");
	REFUSED(E_INVALID, file_walk(root, 1000, count, &(size_t){0}, &e));
	assert_int_equal(file_remove_tree(at("deep"), &e), 0);
	deep("long", 20, memset(arena_alloc(a, 251), 'd', 250));
	REFUSED(E_INVALID, file_walk(root, 1000, count, &(size_t){0}, &e));
}

static void what_cannot_be_counted_is_too_much(void **state)
{
	int64_t n;

	(void)state;
	put("f", "some bytes");
	n = file_usage(root, 1 << 20);
	assert_true(n > 0 && n <= 1 << 20);
	assert_true(file_usage(root, 0) > 0);
	assert_int_equal(file_usage(at("none"), 10), 11);
	break_call("lstat", 2, EIO); /* gone while we counted */
	assert_int_equal(file_usage(root, 1 << 20), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(a_file_is_read_whole_or_refused), T(a_write_is_whole_or_leaves_the_old),
		T(only_what_differs_is_written), T(folders_are_made_with_those_above),
		T(a_tree_goes_and_links_are_not_followed), T(a_tree_that_cannot_go_is_told),
		T(a_tree_may_be_deeper_than_paths_and_descriptors),
		T(only_a_plain_file_below_is_opened), T(a_walk_is_sorted_and_bounded),
		T(what_cannot_be_counted_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
