#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "usage/usage_int.h"

#include <stdio.h>
#include <string.h>

/* What is signed: one value a line, so that a shell can make it again. */
const char *usage_seal_text(struct arena *a, const struct usage_seal *s)
{
	char at[25];

	return arena_printf(a, "busdk ledger seal 1\n%lld\n%lld\n%lld\n%lld\n%s\n%s\n%s\n",
			    (long long)s->id, (long long)s->first, (long long)s->last,
			    (long long)s->entries, s->root, s->previous, clock_text(s->at, at));
}

void usage_seal_json(struct jw *j, const struct usage_seal *s)
{
	char at[25];

	jw_object(j);
	jw_kint(j, "seal", s->id);
	jw_kint(j, "first", s->first);
	jw_kint(j, "last", s->last);
	jw_kint(j, "entries", s->entries);
	jw_kstr(j, "root", s->root);
	jw_kstr(j, "previous", s->previous);
	jw_kstr(j, "at", clock_text(s->at, at));
	jw_kstr(j, "kid", s->kid);
	jw_kstr(j, "signature", s->signature);
	jw_end_object(j);
}

/* Leaf hashes from hexadecimal; their number, or -1. */
static int unhex_leaves(struct work *w, const struct usage_leaves *l, usage_hash **ret)
{
	*ret = ARENA_ARRAY(w->a, usage_hash, l->n + 1);
	for (size_t i = 0; i < l->n; i++)
		if (str_unhex(l->hex[i], (*ret)[i], SHA256_BYTES) != SHA256_BYTES)
			return fail(w, E_INTERNAL, "a leaf of the ledger is no hash");
	return 0;
}

int usage_seal_root(struct work *w, const struct usage_leaves *l, const char **ret)
{
	usage_hash *leaves, root;

	if (unhex_leaves(w, l, &leaves) < 0)
		return -1;
	usage_merkle_root(leaves, l->n, root);
	*ret = str_hex(w->a, root, sizeof(root));
	return 0;
}

bool usage_seal_holds(struct arena *a, const struct usage_seal *s, const struct key_set *keys)
{
	const char *text = usage_seal_text(a, s);
	unsigned char sig[ED25519_SIG_BYTES + 3];
	long n = str_unbase64(s->signature, strlen(s->signature), sig, sizeof(sig));

	for (size_t i = 0; n == ED25519_SIG_BYTES && i < keys->n; i++)
		if ((s->kid == NULL || str_eq(s->kid, keys->one[i].kid)) && /* older seals name none */
		    key_verify(keys->one[i].key, text, strlen(text), sig, (size_t)n))
			return true;
	return false;
}

static bool unhex(const char *hex, usage_hash ret)
{
	return strlen(hex) == 2 * SHA256_BYTES && str_unhex(hex, ret, SHA256_BYTES) == SHA256_BYTES;
}

const char *usage_proof_wrong(struct arena *a, const struct json *proof, const struct key_set *keys)
{
	const struct json *j = json_get(proof, "seal"), *path = json_get(proof, "path");
	const char *entry = json_get_text(proof, "entry", ""), *at = json_get_text(j, "at", "");
	struct usage_seal s = {
		.id = json_get_int(j, "seal", 0), .first = json_get_int(j, "first", 0),
		.last = json_get_int(j, "last", 0), .entries = json_get_int(j, "entries", 0),
		.root = json_get_text(j, "root", ""), .previous = json_get_text(j, "previous", ""),
		.kid = json_get_text(j, "kid", NULL), .signature = json_get_text(j, "signature", "")};
	int64_t index = json_get_int(proof, "index", -1), id;
	usage_hash hashes[MERKLE_DEPTH], root, leaf;
	size_t n = json_count(path), len = strlen(entry);
	char *text = arena_alloc(a, len + 1);

	if (!str_int(arena_strndup(a, entry, strcspn(entry, "|")), 1, INT64_MAX, &id) || id < s.first || id > s.last)
		return "an entry that is not one of the seal's";
	if (index < 0 || s.entries < 1 || index >= s.entries || n > MERKLE_DEPTH || !unhex(s.root, root))
		return "a place that the tree does not have";
	for (size_t i = 0; i < n; i++)
		if (!unhex(json_text(json_at(path, i), ""), hashes[i]))
			return "a hash that is none";
	text[0] = '\0';
	memcpy(text + 1, entry, len);
	crypto_sha256(text, len + 1, leaf);
	if (!usage_merkle_check(leaf, (size_t)index, (size_t)s.entries, (const usage_hash *)hashes, n, root))
		return "its way does not lead to the root";
	return clock_parse(at, &s.at) && usage_seal_holds(a, &s, keys) ? NULL : "the signature does not hold";
}

/* {"seal":…,"entry":"1|usg_…","leaf":…,"index":…,"path":[…]}: all that a stranger
 * needs beside the public key. */
int usage_proof_json(struct work *w, const struct usage_seal *s, const struct usage_leaves *l,
		     size_t at, const char *entry, const char **ret)
{
	usage_hash *leaves, path[MERKLE_DEPTH];
	struct buf b;
	struct jw j;
	size_t n;

	if (unhex_leaves(w, l, &leaves) < 0)
		return -1;
	n = usage_merkle_path(leaves, l->n, at, path);
	buf_init(&b, w->a, 64 * 1024);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "entry", entry);
	jw_kstr(&j, "leaf", l->hex[at]);
	jw_kint(&j, "index", (int64_t)at);
	jw_key(&j, "path");
	jw_array(&j);
	for (size_t i = 0; i < n; i++)
		jw_str(&j, str_hex(w->a, path[i], SHA256_BYTES));
	jw_end_array(&j);
	jw_key(&j, "seal");
	usage_seal_json(&j, s);
	jw_end_object(&j);
	*ret = buf_str(&b);
	return 0;
}
