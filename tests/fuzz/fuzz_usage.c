/* A usage that is taken has counts within bounds and a price; one that is
 * refused says why. The first byte picks the vendor. */
#include "config.h"

#include "model/model_price.h"
#include "base/check.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct model_rates rates = {"v", 0, {1, 2, 3, 4, 5, 6, 7, 8}};
	struct model_usage u;
	struct err e = {0};
	int64_t micro;

	if (n == 0)
		return 0;
	if (model_usage_read((enum model_vendor)(data[0] % MODEL_VENDORS), (const char *)data + 1,
			     n - 1, &u, &e) != 0) {
		check(e.id == E_INVALID && e.nfields > 0);
		return 0;
	}
	for (int i = 0; i < MODEL_CLASSES; i++)
		check(u.of[i] >= 0 && u.of[i] <= MODEL_COUNT_MAX);
	check(model_usage_tokens(&u) >= 0);
	check(model_cost(&rates, &u, &micro, &e) == 0 && micro >= 0);
	return 0;
}
