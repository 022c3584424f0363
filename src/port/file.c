#include "config.h"

#include "port/file.h"
#include "base/check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail_at(struct err *e, const char *path)
{
	return err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
}

char *file_read(struct arena *a, const char *path, size_t max, size_t *ret_n, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	size_t n = 0;
	ssize_t got = 1;
	char *p = NULL;

	if (fd < 0 || fstat(fd, &st) < 0) {
		fail_at(e, path);
	} else if (!S_ISREG(st.st_mode) || (size_t)st.st_size > max) {
		err_set(e, E_INVALID, "%s: not a file of at most %zu bytes", path, max);
	} else {
		p = arena_alloc(a, (size_t)st.st_size + 1);
		while (n < (size_t)st.st_size && (got = read(fd, p + n, (size_t)st.st_size - n)) > 0)
			n += (size_t)got;
		if (got < 0) {
			fail_at(e, path);
			p = NULL;
		}
	}
	if (fd >= 0)
		close(fd);
	if (ret_n != NULL)
		*ret_n = n;
	return p;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

int file_write(const char *path, const void *p, size_t n, mode_t mode, struct err *e)
{
	char tmp[4096];
	int fd;

	if (snprintf(tmp, sizeof(tmp), "%s.%d.tmp", path, getpid()) >= (int)sizeof(tmp))
		return err_set(e, E_INVALID, "%s: path too long", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return fail_at(e, tmp);
	if (fchmod(fd, mode) < 0 || write_all(fd, p, n) < 0 || fsync(fd) < 0) {
		fail_at(e, tmp);
		close(fd);
		unlink(tmp);
		return -1;
	}
	close(fd);
	if (rename(tmp, path) < 0) {
		fail_at(e, path);
		unlink(tmp);
		return -1;
	}
	return 0;
}

int file_update(const char *path, const char *text, mode_t mode, struct err *e)
{
	struct arena *a = arena_new(16u << 20);
	struct err ignored = {0};
	char *old = file_read(a, path, 8u << 20, NULL, &ignored);
	bool same = old != NULL && strcmp(old, text) == 0;

	arena_free(a);
	return same ? 0 : file_write(path, text, strlen(text), mode, e);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int file_same_owner(const char *path, const char *as, struct err *e)
{
	struct stat st;

	if (stat(as, &st) < 0 || chown(path, st.st_uid, st.st_gid) < 0 || chmod(path, st.st_mode & 07777) < 0)
		return err_set(e, E_UNAVAILABLE, "%s: cannot be given to the owner of %s: %s", path, as,
			       strerror(errno));
	return 0;
}

int file_mkdirs(const char *path, mode_t mode, struct err *e)
{
	char part[4096];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return err_set(e, E_INVALID, "%s: path too long", path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, i == n ? mode : 0755) < 0 &&
		    (errno != EEXIST || !is_folder(part)))
			return fail_at(e, part);
	}
	return 0;
}

bool file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* A tree may be deeper than we may open folders: what lies deeper than this is
 * moved up to the root of the tree first. */
#define DEPTH_MAX 64

struct removal {
	int root;
	unsigned number;
	bool moved; /* something was, in this round */
};

/* Up to the first name that is free. */
static void move_up(struct removal *m, int fd, const char *name)
{
	char to[32];

	for (int tries = 0; tries < 1000; tries++) {
		snprintf(to, sizeof(to), ".deep.%u", ++m->number);
		if (renameat(fd, name, m->root, to) == 0) {
			m->moved = true;
			return;
		}
	}
}

/* Everything below the open folder `fd`, which is closed. What stays is seen
 * when its folder cannot go. */
static void empty_folder(struct removal *m, int fd, int depth)
{
	DIR *d = fdopendir(fd);
	struct dirent *at;

	if (d == NULL) {
		close(fd);
		return;
	}
	while ((at = readdir(d)) != NULL) {
		int sub;

		if (strcmp(at->d_name, ".") == 0 || strcmp(at->d_name, "..") == 0)
			continue;
		sub = openat(fd, at->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* a builder may have locked its folder */
		if (sub < 0 && errno == EACCES && fchmodat(fd, at->d_name, 0700, 0) == 0)
			sub = openat(fd, at->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			fchmod(sub, 0700);
		if (sub >= 0 && depth == DEPTH_MAX) {
			close(sub);
			move_up(m, fd, at->d_name);
			continue;
		}
		if (sub >= 0)
			empty_folder(m, sub, depth + 1);
		unlinkat(fd, at->d_name, sub >= 0 ? AT_REMOVEDIR : 0);
	}
	closedir(d);
}

int file_remove_tree(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct removal m = {.root = fd};

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return unlink(path) < 0 ? fail_at(e, path) : 0;
	do { /* what was moved up was perhaps not seen in this round */
		m.moved = false;
		empty_folder(&m, dup(fd), 0);
		lseek(fd, 0, SEEK_SET);
	} while (m.moved);
	close(fd);
	return rmdir(path) < 0 ? fail_at(e, path) : 0;
}

int file_open_beneath(int dir, const char *path, struct err *e)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	struct stat st;

	if (fd < 0)
		return err_set(e, E_INVALID, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1) {
		close(fd);
		return err_set(e, E_INVALID, "%s: not a regular file with a single name", path);
	}
	return fd;
}

struct walk {
	int (*fn)(void *ctx, const char *path, bool special);
	void *ctx;
	struct err *e;
	size_t left;
	size_t skip; /* of a path: the root and its slash */
};

static int walk_folder(struct walk *w, const char *path, int depth);

static int walk_entry(struct walk *w, const char *path, const char *name, int depth)
{
	char sub[4096];
	struct stat st;

	if (w->left-- == 0 || depth > 32 ||
	    snprintf(sub, sizeof(sub), "%s/%s", path, name) >= (int)sizeof(sub))
		return err_set(w->e, E_INVALID, "%s: too many or too deep entries", path);
	if (lstat(sub, &st) < 0)
		return fail_at(w->e, sub);
	if (S_ISDIR(st.st_mode))
		return walk_folder(w, sub, depth + 1);
	return w->fn(w->ctx, sub + w->skip, !S_ISREG(st.st_mode));
}

static int walk_folder(struct walk *w, const char *path, int depth)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), rc = 0;

	if (n < 0)
		return fail_at(w->e, path);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (rc == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			rc = walk_entry(w, path, name, depth);
		free(names[i]);
	}
	free(names);
	return rc;
}

int file_walk(const char *path, size_t max, int (*fn)(void *ctx, const char *path, bool special),
	      void *ctx, struct err *e)
{
	struct walk w = {fn, ctx, e, max, strlen(path) + 1};

	return walk_folder(&w, path, 0);
}

struct usage {
	const char *root;
	int64_t bytes, max;
};

static int add_usage(void *ctx, const char *path, bool special)
{
	struct usage *u = ctx;
	char full[8192];
	struct stat st;

	(void)special;
	snprintf(full, sizeof(full), "%s/%s", u->root, path);
	if (lstat(full, &st) == 0)
		u->bytes += (int64_t)st.st_blocks * 512;
	return u->bytes > u->max;
}

int64_t file_usage(const char *path, int64_t max)
{
	struct usage u = {path, 0, max};
	struct err e = {0};

	if (file_walk(path, 1000000, add_usage, &u, &e) < 0)
		return max + 1; /* what cannot be counted is too much */
	return u.bytes;
}
