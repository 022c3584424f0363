/* What the files of the room share. */
#pragma once
#include "artifact/artifact.h"

struct artifact_row {
	int64_t id, run, size;
	const char *kind, *name, *sha256, *mime, *entrypoint;
};

struct artifact_context {
	const char *scope_hash, *artifact_type, *base_commit;
	int64_t started;
};

struct artifact_preview {
	int64_t artifact, run;
	const char *ticket_hash, *cookie_hash; /* hexadecimal; the latter NULL before use */
	bool ticket_open, open;
};

int artifact_store_verification(struct work *w, const struct run_lease *l,
				const struct verify_report *report, int64_t *ret_id);
int artifact_store_verified(struct work *w, int64_t verification, const char *sha256);
int artifact_store_insert(struct work *w, const struct run *r, int64_t verification,
			  const struct verify_entry *e, bool reproducible, int64_t *ret_id);
int artifact_store_hold(struct work *w, const char *sha256);
int artifact_store_gone(struct work *w, const char **ret_sha256, bool *ret_shared); /* 1, 0 none, -1 */
int artifact_store_forgotten(struct work *w, const char *sha256);
int artifact_store_provenance(struct work *w, const struct run *r, int64_t artifact,
			      const char *envelope);
int artifact_store_count(struct work *w, int64_t run);
int artifact_store_context(struct work *w, int64_t run, struct artifact_context *ret);
int artifact_store_find(struct work *w, const char *run_id, const char *artifact_id,
			struct artifact_row *ret);
int artifact_store_preview_new(struct work *w, const char *host, const struct artifact_row *row,
			       const char *ticket_hash, int64_t until);
int artifact_store_preview_find(struct work *w, const char *host, struct artifact_preview *ret);
int artifact_store_preview_use(struct work *w, const char *host, const char *cookie_hash,
			       int64_t until); /* 1 used, 0 somebody was first, -1 */
int artifact_store_preview_file(struct work *w, const struct artifact_preview *p, const char *name,
				const char **ret_sha256, const char **ret_mime); /* 1, 0, -1 */
int artifact_store_preview_expire(struct work *w, int batch);
int artifact_store_preview_close(struct work *w, int batch); /* all of them */
int artifact_store_build_log(struct work *w, int64_t run, const char **ret); /* NULL: none */
