#include "config.h"

#include "base/str.h"
#include "port/file.h"
#include "reap/reap.h"
#include "usage/usage_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * Each minute what was written into the ledger is closed: a tree over the
 * entries, its root signed with the key of provenance, chained to the root
 * before. The seals are copied to a file that is only ever appended to, so that
 * a copy of it elsewhere holds the database to its word.
 */

#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define BATCH_LEAVES 20000
#define BATCH_SEALS 5000
#define TAIL 4096 /* of the file: more than a seal takes */

static int sign(struct work *w, struct usage_seal *s)
{
	unsigned char sig[ED25519_SIG_BYTES];
	const char *text = usage_seal_text(w->a, s);
	struct key *k = key_read_pair(w->conf->provenance_key, w->conf->provenance_public, &w->err);

	if (k == NULL)
		return -1;
	key_sign(k, text, strlen(text), sig);
	s->kid = key_id(w->a, k);
	key_free(k);
	s->signature = str_base64(w->a, sig, sizeof(sig), false);
	return 0;
}

static int seal(struct work *w, int batch)
{
	struct usage_leaves leaves;
	struct usage_seal last, next;

	(void)batch;
	if (usage_store_lock_seals(w) < 0 || usage_store_last_seal(w, &last) < 0 ||
	    usage_store_leaves(w, last.last + 1, 0, BATCH_LEAVES, &leaves) < 0)
		return -1;
	if (leaves.n == 0)
		return 0;
	next = (struct usage_seal){.id = last.id + 1, .first = last.last + 1,
				   .last = leaves.id[leaves.n - 1], .entries = (int64_t)leaves.n,
				   .previous = last.id ? last.root : ZERO, .at = w->now};
	if (usage_seal_root(w, &leaves, &next.root) < 0 || sign(w, &next) < 0 ||
	    usage_store_add_seal(w, &next) < 0)
		return -1;
	return 1;
}

/* The number of the last seal in the file, however long that is; what a crash has cut
 * is cut off. */
static int last_line(struct work *w, int fd, int64_t *ret_id)
{
	char tail[TAIL + 1];
	off_t size = lseek(fd, 0, SEEK_END), from = size > TAIL ? size - TAIL : 0;
	ssize_t n = size < 0 ? -1 : pread(fd, tail, TAIL, from);
	const char *line;

	if (n < 0 || n != (ssize_t)(size - from))
		return fail(w, E_UNAVAILABLE, "it cannot be read: %s", strerror(errno));
	while (n > 0 && tail[n - 1] != '\n')
		n--;
	if (n == 0 && from > 0)
		return fail(w, E_INTERNAL, "its last line is no seal");
	if (from + n < size && ftruncate(fd, from + n) < 0)
		return fail(w, E_UNAVAILABLE, "it cannot be cut: %s", strerror(errno));
	if (n == 0)
		return 0;
	tail[n - 1] = '\0';
	line = strrchr(tail, '\n') ? strrchr(tail, '\n') + 1 : tail;
	if (!str_starts(line, "{\"seal\":") ||
	    !str_int(arena_strndup(w->a, line + 8, strspn(line + 8, "0123456789")), 1, INT64_MAX, ret_id))
		return fail(w, E_INTERNAL, "its last line is no seal");
	return 0;
}

static int exported(struct work *w, const char *path, int64_t *ret_id)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), rc;

	*ret_id = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : fail(w, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	rc = last_line(w, fd, ret_id);
	close(fd);
	return rc;
}

static int append(struct work *w, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	size_t n = strlen(text);
	bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;

	if (!ok)
		fail(w, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok ? 0 : -1;
}

static int export(struct work *w, int batch)
{
	const char *dir = arena_printf(w->a, "%s/ledger", w->conf->var);
	const char *path = arena_printf(w->a, "%s/seals.jsonl", dir);
	const struct usage_seal *seals;
	struct buf b;
	struct jw j;
	int64_t id;
	size_t n;

	if (file_mkdirs(dir, 0755, &w->err) < 0 || usage_store_lock_seals(w) < 0 || exported(w, path, &id) < 0 ||
	    usage_store_seals(w, id, batch, &seals, &n) < 0)
		return -1;
	if (n == 0)
		return 0;
	buf_init(&b, w->a, 16u << 20);
	for (size_t i = 0; i < n; i++) {
		jw_init(&j, &b);
		usage_seal_json(&j, &seals[i]);
		buf_putc(&b, '\n');
	}
	if (b.over)
		return fail(w, E_INTERNAL, "%zu seals are more than is written at once", n);
	return append(w, path, buf_str(&b)) < 0 ? -1 : (int)n;
}

const struct pass usage_seal_passes[] = {
	{.name = "usage.seal", .interval_s = 60, .batch = 1, .deadline_s = 30, .sweep = seal,
	 .doc = "close what was written into the ledger, with a signed tree over it"},
	{.name = "usage.export", .interval_s = 60, .batch = BATCH_SEALS, .deadline_s = 30, .sweep = export,
	 .doc = "copy new seals of the ledger to a file"},
	{0},
};
