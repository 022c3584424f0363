/*
 * Usage_merkle: the tree over a batch of the ledger (RFC 6962, section 2.1).
 *
 * A leaf is SHA-256 of 0x00 and the entry's text, a node SHA-256 of 0x01 and its
 * two children; a tree of n leaves is split at the largest power of two below n.
 */
#pragma once
#include "port/crypto.h"

#include <stddef.h>

#define MERKLE_DEPTH 40

typedef unsigned char usage_hash[SHA256_BYTES];

/* The root of n leaves, n > 0. */
void usage_merkle_root(usage_hash *leaves, size_t n, usage_hash ret);

/* The hashes beside the way from leaf m to the root, the lowest first. Returns
 * how many there are. */
size_t usage_merkle_path(usage_hash *leaves, size_t n, size_t m, usage_hash ret[MERKLE_DEPTH]);

/* Does the way lead from the leaf to the root (RFC 9162, 2.1.3.2)? */
bool usage_merkle_check(const usage_hash leaf, size_t m, size_t n, const usage_hash *path,
			size_t path_n, const usage_hash root);
