#include "config.h"

#include "usage/usage_merkle.h"
#include "base/check.h"

#include <string.h>

static void node(const unsigned char *left, const unsigned char *right, usage_hash ret)
{
	unsigned char text[1 + 2 * SHA256_BYTES] = {1};

	memcpy(text + 1, left, SHA256_BYTES);
	memcpy(text + 1 + SHA256_BYTES, right, SHA256_BYTES);
	crypto_sha256(text, sizeof(text), ret);
}

/* The largest power of two below n. */
static size_t split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

void usage_merkle_root(usage_hash *leaves, size_t n, usage_hash ret)
{
	usage_hash left, right;
	size_t k;

	check(n > 0);
	if (n == 1) {
		memcpy(ret, leaves[0], SHA256_BYTES);
		return;
	}
	k = split(n);
	usage_merkle_root(leaves, k, left);
	usage_merkle_root(leaves + k, n - k, right);
	node(left, right, ret);
}

size_t usage_merkle_path(usage_hash *leaves, size_t n, size_t m, usage_hash ret[MERKLE_DEPTH])
{
	size_t k, depth;

	if (n == 1)
		return 0;
	k = split(n);
	if (m < k) {
		depth = usage_merkle_path(leaves, k, m, ret);
		usage_merkle_root(leaves + k, n - k, ret[depth]);
	} else {
		depth = usage_merkle_path(leaves + k, n - k, m - k, ret);
		usage_merkle_root(leaves, k, ret[depth]);
	}
	check(depth + 1 < MERKLE_DEPTH);
	return depth + 1;
}

bool usage_merkle_check(const usage_hash leaf, size_t m, size_t n, const usage_hash *path,
			size_t path_n, const usage_hash root)
{
	size_t last = n - 1;
	usage_hash at;

	if (m >= n)
		return false;
	memcpy(at, leaf, SHA256_BYTES);
	for (size_t i = 0; i < path_n; i++) {
		if (last == 0)
			return false;
		if (m % 2 == 1 || m == last) {
			node(path[i], at, at);
			for (; m % 2 == 0 && m != 0; m /= 2)
				last /= 2;
		} else {
			node(at, path[i], at);
		}
		m /= 2;
		last /= 2;
	}
	return last == 0 && memcmp(at, root, SHA256_BYTES) == 0;
}
