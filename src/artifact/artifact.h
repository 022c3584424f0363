/*
 * Artifact: what was verified, kept under its checksum, shown and delivered.
 *
 * The store holds files by sha256 (`ab/abcd…`), written once, never changed.
 * Nothing gets in but through artifact_publish(), whose rows the database only
 * takes together with a verification of the same bytes. Downloads and previews
 * are authorized here and sent by the web server.
 */
#pragma once
#include "run/run.h"
#include "verify/verify.h"
#include "work/work.h"

/* Path of a file below the store: "ab/abcd…"; `sha256` is 64 hex digits. */
const char *artifact_store_path(struct arena *a, const char *sha256);

/* Copy a file of a worktree into the store, hashing on the way; E_INVALID when
 * it is not what the verification saw. Synced before it gets its name. */
int artifact_store_add(struct arena *a, const struct conf *c, int tree, const char *path,
		       const char *sha256, int64_t size, struct err *e);

/* Remove a file from the store; one that is not there is gone already. */
int artifact_store_remove(struct arena *a, const struct conf *c, const char *sha256, struct err *e);

/* In the caller's transaction: the verification, the artifacts with their
 * provenance, and the run's step to artifact_ready. The files are in the
 * store already; E_UNAVAILABLE when one was removed meanwhile. */
int artifact_publish(struct work *w, struct run_lease *l, const struct verify_report *report,
		     bool reproducible);

/* In the caller's transaction: a verification that said no. */
int artifact_reject(struct work *w, const struct run_lease *l, const struct verify_report *report);

/* A DSSE envelope over an in-toto statement about one artifact. */
struct artifact_claim {
	const char *name, *sha256, *run_id, *artifact_type, *platform, *scope_hash;
	const char *template_commit, *report_sha256;
	int64_t started, finished;
};
struct key;
const char *artifact_envelope(struct arena *a, const struct key *k, const struct artifact_claim *c);

/* Check an envelope against a public key and the bytes of a file, offline. */
int artifact_check_envelope(struct arena *a, const struct key *k, const char *envelope, size_t n,
			    const char *sha256, const char **ret_statement, struct err *e);

/* Read the signing key; once per process that publishes. */
int artifact_load(const struct conf *c, struct err *e);
