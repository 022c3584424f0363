#include "config.h"

#include "artifact/artifact.h"
#include "artifact/artifact_sql.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/crypto.h"
#include "port/file.h"

#include <string.h>

static int list(struct cli *c)
{
	static const char *const columns[] = {"artifact_id", "kind", "platform", "size_bytes",
					      "reproducible", "sha256", "name", NULL};

	return cli_query(c, &artifact_sql_operator, (const char *const[]){cli_arg(c, 0)}, "items",
			 columns);
}

/* How to do the same without this program. */
static void print_plain(const char *file, const char *envelope, const char *key)
{
	cli_out("\nThe same with openssl and jq:\n"
		"  jq -r .payload '%s' | base64 -d > statement.json\n"
		"  T=$(jq -r .payloadType '%s')\n"
		"  { printf 'DSSEv1 %%d %%s %%d ' ${#T} \"$T\" $(stat -c %%s statement.json); "
		"cat statement.json; } > signed.bin\n"
		"  jq -r '.signatures[0].sig' '%s' | base64 -d > signature.bin\n"
		"  openssl pkeyutl -verify -pubin -inkey '%s' -rawin -in signed.bin "
		"-sigfile signature.bin\n"
		"  jq -e --arg d \"$(sha256sum '%s' | cut -d' ' -f1)\" "
		"'any(.subject[]; .digest.sha256 == $d)' statement.json\n",
		envelope, envelope, envelope, key, file);
}

static int verify(struct cli *c)
{
	const char *file = cli_arg(c, 0), *envelope = cli_arg(c, 1), *path = cli_option(c, "key");
	const char *statement = NULL, *sha256;
	size_t n, file_n;
	char *bytes, *text;
	struct key *k;
	int rc;

	if (path == NULL) {
		if (conf_read(c->w.a, c->conf_path, &c->conf, &c->w.err) < 0)
			return fail(&c->w, E_INVALID, "--key FILE is needed without a configuration");
		path = c->conf.provenance_public;
	}
	if ((k = key_read_public(path, &c->w.err)) == NULL ||
	    (bytes = file_read(c->w.a, file, 200u << 20, &file_n, &c->w.err)) == NULL ||
	    (text = file_read(c->w.a, envelope, 1u << 20, &n, &c->w.err)) == NULL)
		return -1;
	sha256 = crypto_sha256_hex(c->w.a, bytes, file_n);
	rc = artifact_check_envelope(c->w.a, k, text, n, sha256, &statement, &c->w.err);
	key_free(k);
	if (rc < 0) {
		cli_out("NOT verified: %s\n", c->w.err.detail);
		return 1;
	}
	if (c->json)
		return cli_json(c, statement);
	cli_out("verified: %s\n  sha256 %s\n  signed by %s\n", file, sha256, path);
	print_plain(file, envelope, path);
	return 0;
}

static const struct cli_opt verify_options[] = {
	{"key", "FILE", "public key (PEM); default: this installation's"}, {0}};

const struct verb artifact_verbs[] = {
	{.name = "build artifacts", .args = "RUN_ID", .db = "operator", .run = list,
	 .doc = "manifests and verification of a run"},
	{.name = "verify", .args = "FILE PROVENANCE", .options = verify_options, .no_conf = true,
	 .run = verify, .doc = "check a download against its provenance, offline"},
	{0},
};
