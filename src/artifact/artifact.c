#include "config.h"

#include "artifact/artifact_int.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"

#include <string.h>

static const struct key *signing_key; /* read-only once it is loaded */

int artifact_load(const struct conf *c, struct err *e)
{
	signing_key = key_read_pair(c->provenance_key, c->provenance_public, e);
	return signing_key ? 0 : -1;
}

/* Only these reach a customer; evidence and logs stay with us. */
static bool deliverable(const struct verify_entry *e)
{
	return str_eq(e->kind, "web") || str_eq(e->kind, "binary");
}

static int publish_one(struct work *w, const struct run *r, int64_t verification,
		       const struct verify_entry *e, bool reproducible,
		       const struct artifact_context *x, const char *report)
{
	struct artifact_claim claim = {
		.name = e->name, .sha256 = e->sha256, .run_id = r->run_id,
		.artifact_type = x->artifact_type, .platform = e->platform,
		.scope_hash = x->scope_hash, .template_commit = x->base_commit,
		.report_sha256 = crypto_sha256_hex(w->a, report, strlen(report)),
		.started = x->started, .finished = w->now,
	};
	int64_t id;

	/* The same bytes may have been an artifact of somebody who has left. */
	if (artifact_store_hold(w, e->sha256) < 0)
		return -1;
	if (!file_exists(arena_printf(w->a, "%s/%s", w->conf->store, artifact_store_path(w->a, e->sha256))))
		return fail(w, E_UNAVAILABLE, "%s was removed from the store", e->name);
	if (artifact_store_verified(w, verification, e->sha256) < 0 ||
	    artifact_store_insert(w, r, verification, e, reproducible, &id) < 0)
		return -1;
	return artifact_store_provenance(w, r, id, artifact_envelope(w->a, signing_key, &claim));
}

int artifact_publish(struct work *w, struct run_lease *l, const struct verify_report *report,
		     bool reproducible)
{
	const struct verify_manifest *m = &report->manifest;
	const char *text = verify_report_write(w->a, report);
	struct artifact_context x;
	int64_t verification;

	check(signing_key != NULL && report->code == VERIFY_OK);
	if (artifact_store_context(w, l->run.id, &x) < 0 ||
	    artifact_store_verification(w, l, report, &verification) < 0)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (deliverable(&m->entries[i]) &&
		    publish_one(w, &l->run, verification, &m->entries[i], reproducible, &x, text) < 0)
			return -1;
	if (artifact_store_count(w, l->run.id) < 0)
		return -1;
	return run_advance(w, &l->run, RUN_EV_VERIFY, EVENT_VERIFIED, NULL);
}

int artifact_reject(struct work *w, const struct run_lease *l, const struct verify_report *report)
{
	int64_t id;

	return artifact_store_verification(w, l, report, &id);
}
