/*
 * Decide: which backend handles a request, and the receipt that says so.
 *
 * So far there is one backend that can build, the template builder, and the
 * names of those that could do more. A receipt is customer-safe by its shape:
 * classes, labels and reasons from tables, never a host or a cost. It is
 * signed as a compact JWS (EdDSA, RFC 8037) over exactly the receipt's JSON
 * without its signature, by a key that is published at /.well-known/jwks.json.
 */
#pragma once
#include "work/work.h"

enum decide_backend {
	DECIDE_TEMPLATE_BUILDER,
	DECIDE_CODEX_WORKER,
	DECIDE_OPENAI_API,
	DECIDE_LOCAL_RUNTIME,
	DECIDE_CONTAINER_RUNTIME,
	DECIDE_VM_RUNTIME,
	DECIDE_UPCLOUD_GPU,
	DECIDE_BACKENDS
};

struct decision {
	bool blocked;
	enum decide_backend backend;
	const char *reason;         /* a sentence of ours */
	const char *blocked_reason; /* "needs_codex_worker", or NULL */
};

/* Read the signing key; once in each process that makes receipts. */
int decide_load(const struct conf *c, struct err *e);

/* What a customer reads for a backend: "Codex worker". */
const char *decide_label(enum decide_backend backend);

/* The receipt of a decision, signed and stored for the run; its JSON. */
int decide_receipt(struct work *w, int64_t run, int64_t account, const struct decision *d,
		   const char **ret_json);

/* A receipt's JSON with its signature as a further member. */
const char *decide_sign(struct arena *a, const char *receipt_json);

/* The stored receipt of a run of the acting account. 1 found, 0 there is none, -1. */
int decide_find(struct work *w, const char *receipt_id, const char **ret_json);

/* The public keys of all that is signed here, receipts and provenance, as JSON
 * (port/key_set.h). NULL and E_UNAVAILABLE: a file cannot be read. */
const char *decide_jwks(struct arena *a, const struct conf *c, struct err *e);
