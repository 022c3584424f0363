#include "config.h"

#include "port/key_set.h"
#include "base/str.h"
#include "port/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void drop(void *key)
{
	key_free(key);
}

static int add(struct arena *a, struct key_set *s, const char *path, const char *file, struct err *e)
{
	struct key *k = key_read_public(path, e);
	const char *kid;

	if (k == NULL)
		return -1;
	arena_defer(a, drop, k);
	kid = key_id(a, k);
	if (key_set_find(s, kid) != NULL)
		return 0;
	if (s->n == KEY_SET_MAX)
		return err_set(e, E_INVALID, "more than %d keys in the set", KEY_SET_MAX);
	s->one[s->n++] = (struct key_set_one){k, kid, file};
	return 0;
}

static int is_public(const struct dirent *d)
{
	return d->d_name[0] != '.' && str_ends(d->d_name, ".pub");
}

int key_set_read(struct arena *a, const struct conf *c, struct key_set *ret, struct err *e)
{
	struct dirent **names = NULL;
	int n, rc;

	*ret = (struct key_set){0};
	if (add(a, ret, c->receipt_public, NULL, e) < 0 || add(a, ret, c->provenance_public, NULL, e) < 0)
		return -1;
	/* After those that sign: one that has just become a successor of these is here still. */
	n = scandir(c->keys, &names, is_public, alphasort);
	if (n < 0)
		return errno == ENOENT ? 0 : err_set(e, E_UNAVAILABLE, "%s: %s", c->keys, strerror(errno));
	rc = 0;
	for (int i = 0; i < n; i++) {
		const char *name = arena_strdup(a, names[i]->d_name);

		if (rc == 0)
			rc = add(a, ret, arena_printf(a, "%s/%s", c->keys, name), name, e);
		free(names[i]);
	}
	free(names);
	return rc;
}

const struct key *key_set_find(const struct key_set *s, const char *kid)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->one[i].kid, kid))
			return s->one[i].key;
	return NULL;
}

const char *key_set_json(struct arena *a, const struct key_set *s)
{
	const char *list = "";

	for (size_t i = 0; i < s->n; i++)
		list = arena_printf(a, "%s%s%s", list, i > 0 ? "," : "", key_jwk(a, s->one[i].key));
	return arena_printf(a, "{\"keys\":[%s]}", list);
}

const char *key_set_pem(struct arena *a, const struct key_set *s)
{
	/* Behind the key of receipts, unless one key does both. */
	size_t first = s->n > 1 && s->one[1].file == NULL;
	const char *all = key_public_pem(a, s->one[first].key);

	for (size_t i = 0; i < s->n; i++)
		if (s->one[i].file != NULL)
			all = arena_printf(a, "%s%s", all, key_public_pem(a, s->one[i].key));
	return all;
}

/* ---- one key after another */

bool key_role_of(struct arena *a, const struct conf *c, const char *name, struct key_role *ret)
{
	if (str_eq(name, "receipt"))
		*ret = (struct key_role){"receipt", c->receipt_key, c->receipt_public, NULL};
	else if (str_eq(name, "provenance"))
		*ret = (struct key_role){"provenance", c->provenance_key, c->provenance_public, NULL};
	else
		return false;
	ret->next = arena_printf(a, "%s.next", ret->private);
	return true;
}

static const char *file_of(struct arena *a, const struct key *k)
{
	return arena_printf(a, "key-%s.pub", key_id(a, k));
}

static const char *path_of(struct arena *a, const struct conf *c, const struct key *k)
{
	return arena_printf(a, "%s/%s", c->keys, file_of(a, k));
}

static int show(struct arena *a, const struct conf *c, const struct key *k, struct err *e)
{
	if (file_mkdirs(c->keys, 0755, e) < 0)
		return -1;
	return file_update(path_of(a, c, k), key_public_pem(a, k), 0644, e);
}

int key_set_next(struct arena *a, const struct conf *c, const struct key_role *role,
		 const char **ret_kid, int64_t *ret_from, struct err *e)
{
	struct stat st;
	struct key *k;
	int rc;

	if (key_make(role->next, e) < 0 || file_same_owner(role->next, role->private, e) < 0 ||
	    (k = key_read(role->next, e)) == NULL)
		return -1;
	rc = show(a, c, k, e);
	if (rc == 0 && stat(path_of(a, c, k), &st) < 0)
		rc = err_set(e, E_UNAVAILABLE, "%s: %s", path_of(a, c, k), strerror(errno));
	*ret_kid = key_id(a, k);
	key_free(k);
	if (rc == 0)
		*ret_from = (int64_t)st.st_mtime + KEY_SET_AGE_S;
	return rc;
}

/* Has the set had it for as long as a reader may keep one without it? */
static int is_known(struct arena *a, const struct conf *c, const struct key *k, int64_t now_s, struct err *e)
{
	struct err unread = {0};
	struct key *shown = key_read_public(path_of(a, c, k), &unread);
	struct stat st;
	bool same = shown != NULL && str_eq(key_id(a, shown), key_id(a, k));

	key_free(shown);
	if (!same || stat(path_of(a, c, k), &st) < 0)
		return err_set(e, E_CONFLICT, "the next key is not in %s", c->keys);
	if ((int64_t)st.st_mtime + KEY_SET_AGE_S > now_s)
		return err_set(e, E_CONFLICT, "readers may keep a set without it for %lld seconds more",
			       (long long)st.st_mtime + KEY_SET_AGE_S - now_s);
	return 0;
}

/* The public half first: a process that starts in between finds a pair that does not
 * fit, signs nothing and is started again. */
static int replace(struct arena *a, const struct conf *c, const struct key_role *role, const struct key *next,
		   struct err *e)
{
	struct key *old = key_read_public(role->public, e);
	int rc = old == NULL ? -1 : show(a, c, old, e);

	key_free(old);
	if (rc < 0 || file_update(role->public, key_public_pem(a, next), 0644, e) < 0)
		return -1;
	if (rename(role->next, role->private) < 0)
		return err_set(e, E_UNAVAILABLE, "%s: %s", role->private, strerror(errno));
	return 0;
}

int key_set_switch(struct arena *a, const struct conf *c, const struct key_role *role, int64_t now_s,
		   const char **ret_kid, struct err *e)
{
	struct key *next;
	int rc;

	if (!file_exists(role->next))
		return err_set(e, E_NOT_FOUND, "%s: there is no next key", role->next);
	if ((next = key_read(role->next, e)) == NULL)
		return -1;
	*ret_kid = key_id(a, next);
	rc = is_known(a, c, next, now_s, e);
	if (rc == 0)
		rc = replace(a, c, role, next, e);
	key_free(next);
	return rc;
}

/* Is it the key of a role, or the one that follows? */
static bool is_needed(struct arena *a, const struct conf *c, const char *kid)
{
	static const char *const roles[] = {"receipt", "provenance"};
	struct key_role role;
	bool needed = false;

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		struct err ignored = {0};
		struct key *k[2];

		key_role_of(a, c, roles[i], &role);
		k[0] = key_read_public(role.public, &ignored);
		k[1] = key_read(role.next, &ignored);
		for (size_t j = 0; j < 2; j++) {
			needed |= k[j] != NULL && str_eq(key_id(a, k[j]), kid);
			key_free(k[j]);
		}
	}
	return needed;
}

int key_set_retire(struct arena *a, const struct conf *c, const char *file, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s", c->keys, file);
	struct key *k;
	bool needed;

	if (strchr(file, '/') != NULL || !str_ends(file, ".pub") || !file_exists(path))
		return err_set(e, E_NOT_FOUND, "no key %.100s in %s", file, c->keys);
	if ((k = key_read_public(path, e)) == NULL)
		return -1;
	needed = is_needed(a, c, key_id(a, k));
	key_free(k);
	if (needed)
		return err_set(e, E_CONFLICT, "%s signs, or is about to", file);
	if (unlink(path) < 0)
		return err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	return 0;
}
