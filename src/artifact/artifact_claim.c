#include "config.h"

#include "artifact/artifact.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/json.h"

#include <string.h>

/*
 * in-toto Statement v1 with the SLSA provenance v1 predicate, in a DSSE v1
 * envelope. Claimed is only what holds: our control plane signs, with a key
 * that no worker can reach. No repository address and no branch is named: the
 * template is an opaque urn with its commit.
 */

#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define STATEMENT_MAX 16384

static void digest(struct jw *j, const char *name, const char *value)
{
	jw_key(j, "digest");
	jw_object(j);
	jw_kstr(j, name, value);
	jw_end_object(j);
}

static const char *seconds(struct arena *a, int64_t at)
{
	char text[25];

	return arena_printf(a, "%.19sZ", clock_text(at, text));
}

static void build_definition(struct jw *j, const struct artifact_claim *c)
{
	jw_key(j, "buildDefinition");
	jw_object(j);
	jw_kstr(j, "buildType", "urn:busdk:build:template:v1");
	jw_key(j, "externalParameters");
	jw_object(j);
	jw_kstr(j, "run_id", c->run_id);
	jw_kstr(j, "artifact_type", c->artifact_type);
	jw_kstr(j, "platform", c->platform);
	jw_kstr(j, "scope_hash", c->scope_hash);
	jw_end_object(j);
	jw_key(j, "resolvedDependencies");
	jw_array(j);
	jw_object(j);
	jw_kstr(j, "uri", "urn:busdk:template");
	digest(j, "gitCommit", c->template_commit);
	jw_end_object(j);
	jw_end_array(j);
	jw_end_object(j);
}

static void run_details(struct arena *a, struct jw *j, const struct artifact_claim *c)
{
	jw_key(j, "runDetails");
	jw_object(j);
	jw_key(j, "builder");
	jw_object(j);
	jw_kstr(j, "id", "urn:busdk:builder:template_builder");
	jw_key(j, "version");
	jw_object(j);
	jw_kstr(j, "bus", PACKAGE_VERSION);
	jw_end_object(j);
	jw_end_object(j);
	jw_key(j, "metadata");
	jw_object(j);
	jw_kstr(j, "invocationId", arena_printf(a, "urn:busdk:run:%s", c->run_id));
	jw_kstr(j, "startedOn", seconds(a, c->started));
	jw_kstr(j, "finishedOn", seconds(a, c->finished));
	jw_end_object(j);
	jw_key(j, "byproducts");
	jw_array(j);
	jw_object(j);
	jw_kstr(j, "name", "verification.json");
	digest(j, "sha256", c->report_sha256);
	jw_end_object(j);
	jw_end_array(j);
	jw_end_object(j);
}

static const char *statement(struct arena *a, const struct artifact_claim *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, STATEMENT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "_type", "https://in-toto.io/Statement/v1");
	jw_key(&j, "subject");
	jw_array(&j);
	jw_object(&j);
	jw_kstr(&j, "name", c->name);
	digest(&j, "sha256", c->sha256);
	jw_end_object(&j);
	jw_end_array(&j);
	jw_kstr(&j, "predicateType", "https://slsa.dev/provenance/v1");
	jw_key(&j, "predicate");
	jw_object(&j);
	build_definition(&j, c);
	run_details(a, &j, c);
	jw_end_object(&j);
	jw_end_object(&j);
	return buf_str(&b);
}

/* What is signed (DSSE v1, "pre-authentication encoding"). */
static const char *encoding(struct arena *a, const char *type, const char *body, size_t n,
			    size_t *ret_n)
{
	const char *head = arena_printf(a, "DSSEv1 %zu %s %zu ", strlen(type), type, n);
	char *all = arena_alloc(a, strlen(head) + n + 1);

	memcpy(all, head, strlen(head));
	memcpy(all + strlen(head), body, n);
	*ret_n = strlen(head) + n;
	return all;
}

const char *artifact_envelope(struct arena *a, const struct key *k, const struct artifact_claim *c)
{
	const char *body = statement(a, c), *pae;
	unsigned char sig[ED25519_SIG_BYTES];
	struct buf b;
	struct jw j;
	size_t n;

	pae = encoding(a, PAYLOAD_TYPE, body, strlen(body), &n);
	key_sign(k, pae, n, sig);
	buf_init(&b, a, 4 * STATEMENT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "payload", str_base64(a, body, strlen(body), false));
	jw_kstr(&j, "payloadType", PAYLOAD_TYPE);
	jw_key(&j, "signatures");
	jw_array(&j);
	jw_object(&j);
	jw_kstr(&j, "keyid", key_id(a, k));
	jw_kstr(&j, "sig", str_base64(a, sig, sizeof(sig), false));
	jw_end_object(&j);
	jw_end_array(&j);
	jw_end_object(&j);
	return buf_str(&b);
}

/* Does any of the signatures fit? The key id is only a hint and not looked at. */
static bool signed_by(const struct key *k, const struct json *signatures, const char *pae, size_t n)
{
	unsigned char sig[128];

	for (size_t i = 0; i < json_count(signatures) && i < 16; i++) {
		const char *text = json_get_text(json_at(signatures, i), "sig", "");
		long len = str_unbase64(text, strlen(text), sig, sizeof(sig));

		if (len > 0 && key_verify(k, pae, n, sig, (size_t)len))
			return true;
	}
	return false;
}

int artifact_check_envelope(struct arena *a, const struct key *k, const char *envelope, size_t n,
			    const char *sha256, const char **ret_statement, struct err *e)
{
	const struct json *j = json_parse(a, envelope, n, e), *subjects;
	const char *payload = json_get_text(j, "payload", ""), *pae;
	size_t cap = strlen(payload), pae_n;
	char *body = arena_alloc(a, cap + 1);
	long body_n = str_unbase64(payload, cap, (unsigned char *)body, cap);

	if (j == NULL)
		return -1;
	if (body_n <= 0 || !str_eq(json_get_text(j, "payloadType", ""), PAYLOAD_TYPE))
		return err_set(e, E_INVALID, "not an envelope around an in-toto statement");
	body[body_n] = '\0';
	pae = encoding(a, PAYLOAD_TYPE, body, (size_t)body_n, &pae_n);
	if (!signed_by(k, json_get(j, "signatures"), pae, pae_n))
		return err_set(e, E_INVALID, "no signature by this key");
	if ((j = json_parse(a, body, (size_t)body_n, e)) == NULL)
		return -1;
	subjects = json_get(j, "subject");
	*ret_statement = body;
	for (size_t i = 0; i < json_count(subjects); i++)
		if (str_eq(json_get_text(json_get(json_at(subjects, i), "digest"), "sha256", ""),
			   sha256))
			return 0;
	return err_set(e, E_INVALID, "the statement is about other bytes (this file is %s)", sha256);
}
