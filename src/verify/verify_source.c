#include "config.h"

#include "verify/verify_int.h"
#include "port/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The source tree, read whole: every text file except in the folder of the
 * results and in .git. What cannot be read or is too much makes the check
 * fail, since nobody could then say that the results hold none of it.
 */
#define ENTRIES_MAX 50000
#define FILE_MAX (4u << 20) /* of a larger file the beginning is enough to know it */
#define SOURCE_MAX (24u << 20)
#define SNIFFED 4096        /* a NUL in there: not text */

struct source {
	const char *path;
	unsigned char *p;
	size_t n;
	bool public;
	struct source *next;
};

struct tree {
	struct arena *a;
	const struct verify_job *j;
	const char *skip;
	int dir;
	size_t bytes;
	struct source *first, **last;
	struct err *e;
};

/* Up to `n` bytes from the beginning; -1 on failure. */
static ssize_t read_head(int fd, unsigned char *to, size_t n)
{
	size_t got = 0;
	ssize_t r = 0;

	while (got < n && (r = pread(fd, to + got, n - got, (off_t)got)) > 0)
		got += (size_t)r;
	return r < 0 ? -1 : (ssize_t)got;
}

static int read_file(struct tree *t, const char *path, int fd)
{
	unsigned char head[SNIFFED];
	ssize_t n = read_head(fd, head, sizeof(head));
	struct source *s;
	struct stat st;

	if (n < 0 || fstat(fd, &st) < 0)
		return err_set(t->e, E_UNAVAILABLE, "source cannot be read: %s", strerror(errno));
	if (memchr(head, '\0', (size_t)n) != NULL)
		return 0;
	s = ARENA_NEW(t->a, struct source);
	s->n = st.st_size < FILE_MAX ? (size_t)st.st_size : FILE_MAX;
	t->bytes += s->n;
	if (t->bytes > SOURCE_MAX)
		return err_set(t->e, E_UNAVAILABLE, "more source than can be compared");
	s->p = arena_alloc(t->a, s->n + 1);
	n = read_head(fd, s->p, s->n);
	if (n != (ssize_t)s->n)
		return err_set(t->e, E_UNAVAILABLE, "source cannot be read whole");
	s->path = arena_strdup(t->a, path);
	s->public = verify_below(path, t->j->public, t->j->public_n);
	*t->last = s;
	t->last = &s->next;
	return 0;
}

static int visit(void *ctx, const char *path, bool special)
{
	static const char *const git[] = {".git"};
	struct tree *t = ctx;
	int fd, rc;

	if (special || verify_below(path, &t->skip, 1) || verify_below(path, git, 1))
		return 0;
	fd = openat(t->dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_set(t->e, E_UNAVAILABLE, "source cannot be opened: %s", strerror(errno));
	rc = read_file(t, path, fd);
	close(fd);
	return rc;
}

static struct verify_shingles *index_of(struct arena *a, const struct tree *t)
{
	struct verify_shingles *s = verify_shingles_new(a, t->bytes);

	for (const struct source *f = t->first; f != NULL; f = f->next)
		if (!f->public)
			verify_shingles_add(s, f->path, f->p, f->n);
	for (const struct source *f = t->first; f != NULL; f = f->next)
		verify_shingles_allow(s, f->path, f->p, f->n, f->public);
	return s;
}

int verify_source_read(struct arena *a, const struct verify_job *j, const char *skip,
		       struct verify_shingles **ret, struct err *e)
{
	struct tree t = {.a = arena_new(SOURCE_MAX + (32u << 20)), .j = j, .skip = skip, .e = e};
	int rc = -1;

	t.last = &t.first;
	t.dir = open(j->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t.dir < 0)
		err_set(e, E_UNAVAILABLE, "the tree cannot be opened: %s", strerror(errno));
	else
		rc = file_walk(j->tree, ENTRIES_MAX, visit, &t, e);
	if (rc == 0)
		*ret = index_of(a, &t);
	if (t.dir >= 0)
		close(t.dir);
	arena_free(t.a);
	return rc;
}
