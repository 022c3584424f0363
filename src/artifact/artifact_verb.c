#include "config.h"

#include "artifact/artifact.h"
#include "artifact/artifact_sql.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/crypto.h"
#include "port/key_set.h"

#include <string.h>

static int list(struct cli *c)
{
	static const char *const columns[] = {"artifact_id", "kind", "platform", "size_bytes",
					      "reproducible", "sha256", "name", NULL};

	return cli_query(c, &artifact_sql_operator, (const char *const[]){cli_arg(c, 0)}, "items",
			 columns);
}

/* How to do the same without this program. openssl reads the first key of a file. */
static void print_plain(const char *file, const char *envelope, const char *key, size_t before)
{
	cli_out("\nThe same with openssl and jq:\n");
	if (before > 0) {
		cli_out("  awk '/^-----BEGIN/ { n++ } n == %zu' '%s' > key.pem\n", before + 1, key);
		key = "key.pem";
	}
	cli_out(
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

struct checked {
	const char *envelope;
	size_t n;
	const char *sha256, *statement, *path; /* of the key that has signed */
	size_t before; /* so many others in its file */
};

static int check_by(struct cli *c, const struct key *k, const char *path, struct checked *ret)
{
	ret->path = path;
	ret->before = 0;
	err_clear(&c->w.err);
	return artifact_check_envelope(c->w.a, k, ret->envelope, ret->n, ret->sha256, &ret->statement, &c->w.err);
}

/* By one of the keys in a file; 1 when there is none. */
static int check_by_file(struct cli *c, const char *path, struct checked *ret)
{
	struct key *k = key_read_public(path, &c->w.err);
	int rc = k == NULL ? 1 : -1;

	for (size_t i = 0; k != NULL && i < KEY_SET_MAX; i++) {
		struct err end = {0};

		rc = check_by(c, k, path, ret);
		ret->before = i;
		key_free(k);
		k = rc < 0 ? key_read_public_at(path, i + 1, &end) : NULL;
	}
	key_free(k);
	return rc;
}

/* By the keys of this installation: the present one, else one that has signed. */
static int check_by_set(struct cli *c, struct checked *ret)
{
	const char *present = c->conf.provenance_public;
	struct key_set s;
	int rc = check_by_file(c, present, ret);

	if (rc >= 0 || key_set_read(c->w.a, &c->conf, &s, &c->w.err) < 0)
		return rc;
	for (size_t i = 0; rc < 0 && i < s.n; i++)
		if (s.one[i].file != NULL)
			rc = check_by(c, s.one[i].key, arena_printf(c->w.a, "%s/%s", c->conf.keys, s.one[i].file), ret);
	return rc < 0 ? check_by_file(c, present, ret) : rc;
}

static int verify(struct cli *c)
{
	const char *file = cli_arg(c, 0), *envelope = cli_arg(c, 1), *path = cli_option(c, "key");
	struct checked it = {0};
	size_t file_n;
	char *bytes;
	int rc;

	if (path == NULL && conf_read(c->w.a, c->conf_path, &c->conf, &c->w.err) < 0)
		return fail(&c->w, E_INVALID, "--key FILE is needed without a configuration");
	if ((bytes = cli_read(c, file, 200u << 20, &file_n)) == NULL ||
	    (it.envelope = cli_read(c, envelope, 1u << 20, &it.n)) == NULL)
		return -1;
	it.sha256 = crypto_sha256_hex(c->w.a, bytes, file_n);
	rc = path != NULL ? check_by_file(c, path, &it) : check_by_set(c, &it);
	if (rc > 0 && path != NULL)
		cli_no_input(c);
	if (rc > 0)
		return -1; /* a key that cannot be read */
	if (rc < 0) {
		cli_out("NOT verified: %s\n", c->w.err.detail);
		return 1;
	}
	if (c->json)
		return cli_json(c, it.statement);
	cli_out("verified: %s\n  sha256 %s\n  signed by %s\n", file, it.sha256, it.path);
	print_plain(file, envelope, it.path, it.before);
	return 0;
}

static const struct cli_opt verify_options[] = {
	{"key", "FILE", "public keys (PEM), one or several; default: this installation's"}, {0}};

const struct verb artifact_verbs[] = {
	{.name = "build artifacts", .args = "RUN_ID", .db = "operator", .run = list,
	 .doc = "manifests and verification of a run"},
	{.name = "verify", .args = "FILE PROVENANCE", .options = verify_options, .no_conf = true,
	 .run = verify, .doc = "check a download against its provenance, offline"},
	{0},
};
