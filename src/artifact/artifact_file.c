#include "config.h"

#include "artifact/artifact.h"
#include "base/check.h"
#include "base/fault.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *artifact_store_path(struct arena *a, const char *sha256)
{
	check(str_only(sha256, "0123456789abcdef", 64, 64));
	return arena_printf(a, "%.2s/%s", sha256, sha256);
}

/* Copy while hashing; the size that was copied or -1. */
static int64_t copy(struct arena *a, int from, int to, int64_t max, char **ret_sha)
{
	struct sha256 *h = sha256_new(a);
	unsigned char digest[SHA256_BYTES];
	char *chunk = arena_alloc(a, 1 << 17);
	int64_t size = 0;
	ssize_t n;

	while ((n = read(from, chunk, 1 << 17)) > 0) {
		size += n;
		if (size > max || write(to, chunk, (size_t)n) != n)
			return -1;
		sha256_add(h, chunk, (size_t)n);
	}
	sha256_end(h, digest);
	*ret_sha = str_hex(a, digest, sizeof(digest));
	return n < 0 ? -1 : size;
}

static int sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* Write under a temporary name, then give it its own. */
static int add_from(struct arena *a, const struct conf *c, int from, const char *sha256,
		    int64_t size, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", c->store, artifact_store_path(a, sha256));
	const char *folder = arena_printf(a, "%s/%.2s", c->store, sha256);
	const char *tmp = arena_printf(a, "%s.%d.tmp", path, getpid());
	char *seen = NULL;
	int64_t n;
	int to;

	if (file_mkdirs(folder, 0755, e) < 0)
		return -1;
	to = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return err_set(e, E_UNAVAILABLE, "%s: %s", tmp, strerror(errno));
	n = copy(a, from, to, size, &seen);
	if (n != size || !str_eq(seen, sha256))
		err_set(e, E_INVALID, "the file has changed since it was verified");
	else if (fchmod(to, 0444) < 0 || fsync(to) < 0 || rename(tmp, path) < 0 ||
		 sync_folder(folder) < 0)
		err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	close(to);
	if (e->id != E_NONE) {
		unlink(tmp);
		return -1;
	}
	return 0;
}

int artifact_store_remove(struct arena *a, const struct conf *c, const char *sha256, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", c->store, artifact_store_path(a, sha256));

	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	fault_point("artifact.removed");
	return sync_folder(arena_printf(a, "%s/%.2s", c->store, sha256)) < 0
		       ? err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno)) : 0;
}

int artifact_store_add(struct arena *a, const struct conf *c, int tree, const char *path,
		       const char *sha256, int64_t size, struct err *e)
{
	int from = file_open_beneath(tree, path, e), rc;

	if (from < 0)
		return -1;
	rc = add_from(a, c, from, sha256, size, e);
	close(from);
	fault_point("artifact.stored");
	return rc;
}
