#include "config.h"

#include "identity/identity.h"
#include "artifact/artifact_api_int.h"
#include "artifact/artifact_int.h"
#include "artifact/artifact_sql.h"
#include "base/id.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/key_set.h"

#include <stddef.h>
#include <string.h>

/* attachment; filename="…"; filename*=UTF-8''… (RFC 6266, RFC 8187). The names
 * of artifacts are portable ASCII already; a folder in a web file's name is
 * not a part of the name it is saved under. */
static void disposition(struct req *r, const char *name)
{
	const char *base = strrchr(name, '/');

	base = base ? base + 1 : name;
	reply_header(r, "Content-Disposition", "attachment; filename=\"%s\"; filename*=UTF-8''%s",
		     base, base);
}

static const char *digest_base64(struct req *r, const char *sha256)
{
	unsigned char raw[32];

	str_unhex(sha256, raw, sizeof(raw));
	return str_base64(r->w.a, raw, sizeof(raw), false);
}

/* Does If-None-Match name this tag? Weak comparison, lists and * (RFC 9110). */
static bool none_match(struct req *r, const char *tag)
{
	const char *p = req_param(r, "HTTP_IF_NONE_MATCH");

	if (p == NULL || *p == '\0')
		return false;
	return strcmp(p, "*") == 0 || strstr(p, tag) != NULL;
}

static int download(struct req *r)
{
	struct artifact_row row;
	const char *tag;

	if (artifact_store_find(&r->w, r->arg[0], r->arg[1], &row) < 0)
		return -1;
	tag = arena_printf(r->w.a, "\"sha256-%s\"", row.sha256);
	reply_header(r, "ETag", "%s", tag);
	reply_header(r, "Cache-Control", "private, max-age=31536000, immutable");
	if (none_match(r, tag))
		return reply_empty(r, 304);
	reply_header(r, "Repr-Digest", "sha-256=:%s:", digest_base64(r, row.sha256));
	disposition(r, row.name);
	if (!r->head && run_delivered(&r->w, row.run) < 0)
		return -1;
	/* Always saved, never shown on our own origin. */
	return reply_file(r, artifact_store_path(r->w.a, row.sha256), "application/octet-stream");
}

struct preview_in {
	bool inside;
};

static int preview(struct req *r)
{
	const struct preview_in *in = r->in;
	const char *ticket = id_secret(r->w.a, "pt_"), *host = id_new(r->w.a, "p");
	bool secure = str_starts(r->w.conf->public_url, "https://");
	int64_t until = r->w.now + r->w.conf->ticket_ttl_s * CLOCK_S;
	struct artifact_row row;
	char at[25];

	if (artifact_store_find(&r->w, r->arg[0], r->arg[1], &row) < 0)
		return -1;
	if (strcmp(row.kind, "web") != 0 || *row.entrypoint == '\0')
		return fail(&r->w, E_CONFLICT, "%s has no preview", row.name);
	if (artifact_store_preview_new(&r->w, host, &row,
				       crypto_sha256_hex(r->w.a, ticket, strlen(ticket)), until) < 0 ||
	    (!in->inside && run_delivered(&r->w, row.run) < 0))
		return -1;
	return reply_json(r, 201,
			  arena_printf(r->w.a, "{\"url\":\"%s://%s.%s/?ticket=%s\",\"expires_at\":\"%s\"}",
				       secure ? "https" : "http", host, r->w.conf->preview_host,
				       ticket, clock_text(until, at)));
}

static int reply_pem(struct req *r, const char *pem)
{
	reply_header(r, "Cache-Control", "public, max-age=%d", KEY_SET_AGE_S);
	return reply_text(r, 200, "application/x-pem-file", pem);
}

static int public_keys(struct req *r)
{
	struct key_set s;

	return key_set_read(r->w.a, r->w.conf, &s, &r->w.err) < 0 ? -1 : reply_pem(r, key_set_pem(r->w.a, &s));
}

static int public_key(struct req *r)
{
	struct key_set s;
	const struct key *k;

	if (key_set_read(r->w.a, r->w.conf, &s, &r->w.err) < 0)
		return -1;
	if ((k = key_set_find(&s, r->arg[0])) == NULL)
		return fail(&r->w, E_NOT_FOUND, "no key %.60s", r->arg[0]);
	return reply_pem(r, key_public_pem(r->w.a, k));
}

static const struct field artifact_fields[] = {
	{"artifact_id", F_TEXT, F_REQUIRED}, {"kind", F_TEXT, F_REQUIRED},
	{"name", F_TEXT, F_REQUIRED}, {"sha256", F_TEXT, F_REQUIRED},
	{"size_bytes", F_INT, F_REQUIRED}, {"platform", F_TEXT, F_REQUIRED},
	{"entrypoint", F_TEXT, F_REQUIRED}, {"verified_at", F_TIME, F_REQUIRED},
	{"download_url", F_TEXT, F_REQUIRED}, {"preview_available", F_BOOL, F_REQUIRED},
	{"reproducible", F_BOOL, F_REQUIRED, .doc = "a second build gave the same bytes"},
	{"source_included", F_BOOL, F_REQUIRED, .doc = "always false"},
};
static const struct shape artifact_shape = {"Artifact", artifact_fields, COUNT(artifact_fields), 0};
static const struct field list_fields[] = {
	{"items", F_LIST, F_REQUIRED, .of = &artifact_shape},
	{"next_cursor", F_ANY, F_REQUIRED | F_NULLABLE},
};
static const struct shape list_shape = {"ArtifactList", list_fields, COUNT(list_fields), 0};
static const struct field envelope_fields[] = {
	{"payload", F_TEXT, F_REQUIRED}, {"payloadType", F_TEXT, F_REQUIRED},
	{"signatures", F_LIST, F_REQUIRED},
};
static const struct shape envelope_shape = {"Envelope", envelope_fields, COUNT(envelope_fields), 0};
static const struct field preview_in_fields[] = {
	{"inside", F_BOOL, 0, .offset = offsetof(struct preview_in, inside),
	 .doc = "to be shown beside the conversation, unasked: the run is not delivered by it"},
};
static const struct shape preview_in_shape = {"PreviewRequest", preview_in_fields, COUNT(preview_in_fields),
					      sizeof(struct preview_in)};
static const struct field preview_fields[] = {
	{"url", F_TEXT, F_REQUIRED, .doc = "opens once"}, {"expires_at", F_TIME, F_REQUIRED},
};
static const struct shape preview_shape = {"Preview", preview_fields, COUNT(preview_fields), 0};
static const struct field ticket_fields[] = {{"ticket", F_TOKEN, 0, 8, 200}};
static const struct shape ticket_query = {"Ticket", ticket_fields, COUNT(ticket_fields), 0};

static const struct read read_list = {&artifact_sql_list, {BIND_TOKEN, BIND_ARG0, BIND_SUBJECT}, .held = true};
static const struct read read_show = {
	&artifact_sql_show, {BIND_TOKEN, BIND_ARG0, BIND_ARG1, BIND_SUBJECT}, .held = true};
static const struct read read_envelope = {
	&artifact_sql_envelope, {BIND_TOKEN, BIND_ARG0, BIND_ARG1, BIND_SUBJECT}, .held = true};
static const struct read read_operator = {&artifact_sql_operator, {BIND_ARG0}, NULL};

#define BASE "/api/v1/build-runs/{run_id}/artifacts"
#define ONE BASE "/{artifact_id}"
#define CUSTOMER .pool = POOL_FAST, .audience = AUD_CUSTOMER, .scope = SCOPE_BUILD_READ

const struct route artifact_routes[] = {
	{.id = "artifact.list", .method = METHOD_GET, .pattern = BASE, CUSTOMER, .reply = &list_shape,
	 .reply_status = 200, .read = &read_list, .summary = "Verified artifacts of a run",
	 .proof = "tests/stack/acceptance.sh"},
	{.id = "artifact.show", .method = METHOD_GET, .pattern = ONE, CUSTOMER,
	 .reply = &artifact_shape, .reply_status = 200, .read = &read_show,
	 .summary = "One artifact", .proof = "tests/stack/acceptance.sh"},
	{.id = "artifact.download", .method = METHOD_GET, .pattern = ONE "/download", CUSTOMER,
	 .reply_status = 200, .handle = download,
	 .summary = "The bytes, with digest and entity tag; ranges are served",
	 .proof = "tests/stack/acceptance.sh"},
	{.id = "artifact.provenance", .method = METHOD_GET, .pattern = ONE "/provenance", CUSTOMER,
	 .reply = &envelope_shape, .reply_status = 200, .read = &read_envelope,
	 .summary = "Signed statement of how it was built (DSSE)",
	 .proof = "tests/stack/acceptance.sh"},
	{.id = "artifact.preview", .method = METHOD_POST, .pattern = ONE "/preview", CUSTOMER,
	 .rate = RATE_WRITE, .body_max = 64, .input = &preview_in_shape, .reply = &preview_shape,
	 .reply_status = 201, .handle = preview, .summary = "A one-time ticket to the preview host",
	 .proof = "tests/stack/acceptance.sh"},
	{.id = "provenance.key", .method = METHOD_GET, .pattern = "/.well-known/busdk-provenance.pem",
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .reply_status = 200, .handle = public_keys,
	 .plain = true, .summary = "Public keys that verify provenance; first the one that signs now",
	 .proof = "tests/stack/keys.sh"},
	{.id = "key.pem", .method = METHOD_GET, .pattern = "/.well-known/busdk-keys/{kid}",
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .reply_status = 200, .handle = public_key,
	 .plain = true, .summary = "The public key of that id, of whatever it signs or has signed",
	 .proof = "tests/stack/keys.sh"},
	{.id = "preview.file", .method = METHOD_GET, .pattern = "/{path*}", .site = SITE_PREVIEW,
	 .pool = POOL_FAST, .audience = AUD_PUBLIC, .query = &ticket_query, .any_query = true,
	 .reply_status = 200, .handle = artifact_api_preview,
	 .summary = "A file of a previewed artifact, on a host name of its own",
	 .proof = "tests/stack/acceptance.sh"},
	{.id = "operator.artifacts", .method = METHOD_GET,
	 .pattern = "/api/internal/build-runs/{run_id}/artifacts", .pool = POOL_OPERATOR,
	 .audience = AUD_OPERATOR, .reply = &list_shape, .reply_status = 200, .read = &read_operator,
	 .summary = "Manifests and verification of a run", .proof = "tests/stack/matrix.sh"},
	{0},
};
