/* Files an operator writes: backends, models and prices; plans and limits. What
 * is taken must hold its promises. */
#include "config.h"

#include "base/check.h"
#include "model/model.h"
#include "plan/plan.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct model_catalog c;
	struct err e = {0};

	if (model_parse(a, (const char *)data, n, false, &c, &e) == 0)
		for (size_t i = 0; i < c.models_n; i++) {
			const struct model *m = &c.models[i];

			check(m->routes_n > 0 && m->context > 0 && m->max_output > 0);
			check(model_worst(m, n, 3, 0, 2) >= 0);
			for (size_t k = 0; k < MODEL_CLASSES; k++)
				check(m->price.per_million[k] >= 0 &&
				      m->price.per_million[k] <= MODEL_PRICE_MAX);
		}
	err_clear(&e);
	plan_check(a, (const char *)data, n, &e);
	arena_free(a);
	return 0;
}
