/* A proof of the ledger from anywhere: it is read without harm, and without a key
 * that signed it none holds. */
#include "config.h"

#include "base/check.h"
#include "port/json.h"
#include "port/key_set.h"
#include "usage/usage_int.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct key_set nobody;
	struct arena *a = arena_new(16u << 20);
	struct err e = {0};
	const struct json *proof = json_parse(a, (const char *)data, n, &e);

	if (proof != NULL)
		check(usage_proof_wrong(a, proof, &nobody) != NULL);
	arena_free(a);
	return 0;
}
