/* What the files of the room share. */
#pragma once
#include "base/buf.h"
#include "support/support.h"

struct migration {
	int version; /* 0: bootstrap.sql, run each time */
	const char *name, *forward, *verify, *rollback; /* rollback NULL: irreversible */
};
extern const struct migration support_migrations[];
extern const size_t support_migrations_n;

/* The health of the parts, for /readyz. */
struct support_health {
	int64_t schema, reaper_age, skew;
	bool read_only;
};
int support_store_health(struct work *w, struct support_health *ret);

/* One row of fsck: an invariant and what breaks it. */
struct support_finding {
	const char *invariant, *subject, *detail;
};
int support_store_fsck(struct work *w, const struct support_finding **ret, size_t *ret_n);

struct support_applied {
	int version;
	const char *checksum;
};
int support_store_applied(struct work *w, const struct support_applied **ret, size_t *ret_n);
int support_store_record(struct work *w, const struct migration *m, const char *checksum,
			 int64_t took_ms);
int support_store_forget(struct work *w, int version);
struct buf;
int support_store_metrics(struct work *w, struct buf *to);

/* Passes. */
int support_store_idem_expire(struct work *w, int batch);
int support_store_log_prune(struct work *w, int batch);

/* In a migration: as the owner, not waiting long for a lock; one at a time. */
int support_store_own(struct work *w);
int support_store_lock(struct work *w);

/* support_migrate.c */
int support_migrate(struct work *w, int target, bool dry, void (*say)(const char *line));
int support_rollback(struct work *w, int target, void (*say)(const char *line));
