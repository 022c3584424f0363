#include "config.h"

#include "base/str.h"
#include "port/crypto.h"
#include "support/support_int.h"

#include <string.h>

/*
 * Each migration is one transaction: forward, its verification, its record.
 * What was applied is remembered with a checksum; a file that has changed
 * since, or a database newer than this program, is refused.
 */

#define TRIES 5

int support_schema_version(void)
{
	return support_migrations[support_migrations_n - 1].version;
}

static const char *checksum(struct work *w, const struct migration *m)
{
	return crypto_sha256_hex(w->a, m->forward, strlen(m->forward));
}

static bool is_applied(const struct support_applied *list, size_t n, int version)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].version == version)
			return true;
	return false;
}

static int check_applied(struct work *w, const struct support_applied *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct migration *m = support_migrations;

		while (m < support_migrations + support_migrations_n && m->version != list[i].version)
			m++;
		if (m == support_migrations + support_migrations_n)
			return fail(w, E_CONFLICT, "the database is at version %d, this program knows %d",
				    list[i].version, support_schema_version());
		if (strcmp(checksum(w, m), list[i].checksum) != 0)
			return fail(w, E_CONFLICT, "%s has changed since it was applied", m->name);
	}
	return 0;
}

/* Each line of a verify part is a statement that must give true. */
static int verify(struct work *w, const struct migration *m)
{
	const char *block = arena_printf(w->a,
					 "DO $v$ DECLARE q text; ok boolean; BEGIN FOREACH q IN ARRAY "
					 "regexp_split_to_array(trim(both E' \\n;' FROM $q$%s$q$), ';') "
					 "LOOP EXECUTE q INTO ok; IF ok IS NOT TRUE THEN RAISE EXCEPTION "
					 "'not so: %%', q; END IF; END LOOP; END $v$",
					 m->verify);

	return pg_script(w->pg, block, &w->err);
}

static int apply(struct work *w, const struct migration *m)
{
	int64_t from = clock_mono();

	if (work_begin(w, NULL) < 0 || support_store_lock(w) < 0 || support_store_own(w) < 0 ||
	    pg_script(w->pg, m->forward, &w->err) < 0 || verify(w, m) < 0 ||
	    support_store_record(w, m, checksum(w, m), (clock_mono() - from) / CLOCK_MS) < 0)
		return -1;
	return work_commit(w, NULL);
}

/* A lock that is held by a long reader is waited for a few times, briefly. */
static int apply_patiently(struct work *w, const struct migration *m, void (*say)(const char *line))
{
	for (int i = 1; i <= TRIES; i++) {
		if (apply(w, m) == 0)
			return 0;
		work_rollback(w);
		if (i == TRIES || strstr(w->err.detail, "55P03") == NULL)
			break;
		say(arena_printf(w->a, "%s: waiting for a lock", m->name));
		err_clear(&w->err);
	}
	return -1;
}

int support_migrate(struct work *w, int target, bool dry, void (*say)(const char *line))
{
	const struct support_applied *list;
	size_t n;

	/* Roles and the migration table; changes nothing when they are there. */
	if (!dry && pg_script(w->pg, support_migrations[0].forward, &w->err) < 0)
		return -1;
	if (support_store_applied(w, &list, &n) < 0 || check_applied(w, list, n) < 0)
		return -1;
	for (size_t i = 1; i < support_migrations_n; i++) {
		const struct migration *m = &support_migrations[i];

		if (m->version > target || is_applied(list, n, m->version))
			continue;
		say(arena_printf(w->a, "%s %s%s", dry ? "would apply" : "applying", m->name,
				 m->rollback ? "" : " (irreversible)"));
		if (!dry && apply_patiently(w, m, say) < 0)
			return -1;
	}
	return 0;
}

int support_rollback(struct work *w, int target, void (*say)(const char *line))
{
	const struct support_applied *list;
	size_t n;

	if (support_store_applied(w, &list, &n) < 0 || check_applied(w, list, n) < 0)
		return -1;
	for (size_t i = support_migrations_n - 1; i > 0 && support_migrations[i].version > target; i--) {
		const struct migration *m = &support_migrations[i];

		if (!is_applied(list, n, m->version))
			continue;
		if (m->rollback == NULL)
			return fail(w, E_CONFLICT, "%s is irreversible: restore a backup", m->name);
		say(arena_printf(w->a, "rolling back %s", m->name));
		if (work_begin(w, NULL) < 0 || support_store_lock(w) < 0 || support_store_own(w) < 0 ||
		    pg_script(w->pg, m->rollback, &w->err) < 0 || support_store_forget(w, m->version) < 0 ||
		    work_commit(w, NULL) < 0)
			return -1;
	}
	return 0;
}
