#include "config.h"

#include "base/check.h"
#include "usage/usage_merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MOST 70

static usage_hash leaves[MOST];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < MOST; i++)
		crypto_sha256(&i, sizeof(i), leaves[i]);
	return 0;
}

static void pair(const unsigned char *l, const unsigned char *r, usage_hash ret)
{
	unsigned char text[65] = {1};

	memcpy(text + 1, l, 32);
	memcpy(text + 33, r, 32);
	crypto_sha256(text, sizeof(text), ret);
}

/* Three and five leaves, put together by hand. */
static void small_trees_are_those_of_the_document(void **state)
{
	usage_hash ab, cd, abcd, want, root;

	(void)state;
	usage_merkle_root(leaves, 1, root);
	assert_memory_equal(root, leaves[0], 32);
	pair(leaves[0], leaves[1], ab);
	pair(ab, leaves[2], want);
	usage_merkle_root(leaves, 3, root);
	assert_memory_equal(root, want, 32);
	pair(leaves[2], leaves[3], cd);
	pair(ab, cd, abcd);
	pair(abcd, leaves[4], want);
	usage_merkle_root(leaves, 5, root);
	assert_memory_equal(root, want, 32);
}

/* The test data of RFC 6962's reference implementation: two leaves, "" and 00. */
static void the_published_tree_comes_out(void **state)
{
	static const unsigned char want[32] = {
		0xfa, 0xc5, 0x42, 0x03, 0xe7, 0xcc, 0x69, 0x6c, 0xf0, 0xdf, 0xcb, 0x42, 0xc9, 0x2a, 0x1d, 0x9d,
		0xba, 0xf7, 0x0a, 0xd9, 0xe6, 0x21, 0xf4, 0xbd, 0x8d, 0x98, 0x66, 0x2f, 0x00, 0xe3, 0xc1, 0x25};
	usage_hash two[2], root;

	(void)state;
	crypto_sha256("", 1, two[0]);         /* the prefix 00 alone */
	crypto_sha256("\0\0", 2, two[1]);
	usage_merkle_root(two, 2, root);
	assert_memory_equal(root, want, 32);
}

static void every_path_leads_to_the_root_and_no_other_does(void **state)
{
	(void)state;
	for (size_t n = 1; n <= MOST; n++) {
		usage_hash root, path[MERKLE_DEPTH];

		usage_merkle_root(leaves, n, root);
		for (size_t m = 0; m < n; m++) {
			size_t k = usage_merkle_path(leaves, n, m, path);

			assert_true(usage_merkle_check(leaves[m], m, n, path, k, root));
			assert_false(usage_merkle_check(leaves[m], m, n, path, k, leaves[(m + 1) % MOST]) && n > 1);
			if (n > 1) {
				assert_false(usage_merkle_check(leaves[m], (m + 1) % n, n, path, k, root));
				assert_false(usage_merkle_check(leaves[(m + 1) % n], m, n, path, k, root));
				assert_false(usage_merkle_check(leaves[m], m, n, path, k - 1, root));
				path[k - 1][7] ^= 1;
				assert_false(usage_merkle_check(leaves[m], m, n, path, k, root));
			}
			assert_false(usage_merkle_check(leaves[m], n, n, path, k, root));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_trees_are_those_of_the_document),
		cmocka_unit_test(the_published_tree_comes_out),
		cmocka_unit_test(every_path_leads_to_the_root_and_no_other_does),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
