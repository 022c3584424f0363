#include "config.h"

#include "verify/verify_open.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is there nothing at all under that name? Only for the choice of the code. */
static bool is_missing(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

/* Read exactly the bytes that the size promised; a byte more or less means that
 * somebody still writes. */
static int read_all(int fd, unsigned char *to, size_t n)
{
	size_t got = 0;
	ssize_t r;

	while (got <= n && (r = read(fd, to + got, n + 1 - got)) > 0)
		got += (size_t)r;
	return got == n ? 0 : -1;
}

static enum verify_code read_open(struct arena *a, int fd, size_t max, struct verify_file *ret,
				  struct err *e)
{
	unsigned char *p;
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_mode & (S_ISUID | S_ISGID | S_ISVTX)) {
		err_set(e, E_INVALID, "set-user-id, set-group-id or sticky");
		return VERIFY_FILE;
	}
	if (st.st_size <= 0 || (uint64_t)st.st_size > max) {
		err_set(e, E_INVALID, "%lld bytes; 1 to %zu may be", (long long)st.st_size, max);
		return VERIFY_FILE;
	}
	p = arena_alloc(a, (size_t)st.st_size + 1);
	if (read_all(fd, p, (size_t)st.st_size) < 0) {
		err_set(e, E_INVALID, "changed while it was read");
		return VERIFY_CHECKSUM;
	}
	ret->p = p;
	ret->n = (size_t)st.st_size;
	ret->sha256 = crypto_sha256_hex(a, p, ret->n);
	return VERIFY_OK;
}

enum verify_code verify_file_read(struct arena *a, int dir, const char *path, size_t max,
				  struct verify_file *ret, struct err *e)
{
	int fd = file_open_beneath(dir, path, e);
	enum verify_code code;

	if (fd < 0)
		return is_missing(dir, path) ? VERIFY_MISSING : VERIFY_FILE;
	code = read_open(a, fd, max, ret, e);
	close(fd);
	return code;
}

enum verify_code verify_entry_read(struct arena *a, int dir, const struct verify_entry *t,
				   size_t max, struct verify_file *ret, struct err *e)
{
	enum verify_code code = verify_file_read(a, dir, t->path, max, ret, e);

	if (code != VERIFY_OK)
		return code;
	if ((int64_t)ret->n != t->size) {
		err_set(e, E_INVALID, "%zu bytes, not the %lld claimed", ret->n,
			(long long)t->size);
		return VERIFY_CHECKSUM;
	}
	if (strcmp(ret->sha256, t->sha256) != 0) {
		err_set(e, E_INVALID, "its SHA-256 is %s", ret->sha256);
		return VERIFY_CHECKSUM;
	}
	return VERIFY_OK;
}

enum verify_code verify_job_manifest(struct arena *a, int dir, const struct verify_job *j,
				     struct verify_manifest *ret, size_t *ret_skipped,
				     struct err *e)
{
	struct verify_manifest all;
	struct verify_file f;
	enum verify_code code = verify_file_read(a, dir, j->manifest, VERIFY_MANIFEST_MAX, &f, e);

	memset(ret, 0, sizeof(*ret));
	*ret_skipped = 0;
	if (code != VERIFY_OK)
		return VERIFY_MANIFEST;
	if (verify_manifest_read(a, (const char *)f.p, f.n, &all, e) < 0)
		return VERIFY_MANIFEST;
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(all.entries[i].kind, "evidence") == 0 ||
		    strcmp(all.entries[i].kind, "log") == 0)
			++*ret_skipped;
		else
			ret->entries[ret->n++] = all.entries[i];
	return VERIFY_OK;
}

const struct verify_entry *verify_entry_page(const struct verify_manifest *m, const char **ret_why)
{
	const struct verify_entry *page = NULL;
	const char *name = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct verify_entry *t = &m->entries[i];

		if (strcmp(t->kind, "web") != 0 || *t->entrypoint == '\0')
			continue;
		if (name != NULL && strcmp(name, t->entrypoint) != 0) {
			*ret_why = "more than one entry page";
			return NULL;
		}
		name = t->entrypoint;
	}
	for (size_t i = 0; i < m->n && name != NULL; i++)
		if (strcmp(m->entries[i].kind, "web") == 0 && strcmp(m->entries[i].name, name) == 0)
			page = &m->entries[i];
	*ret_why = name == NULL ? "no entry page" : "the entry page is not among the files";
	if (page != NULL && !str_ends(page->name, ".html")) {
		*ret_why = "the entry page is no .html";
		page = NULL;
	}
	return page;
}
