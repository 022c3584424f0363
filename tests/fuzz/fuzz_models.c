/* A catalog that is taken can be sold from: every route leads somewhere, every
 * price is within bounds and reserves at least what it costs. */
#include "config.h"

#include "model/model_price.h"
#include "base/check.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int look(void *ctx, const struct model *m)
{
	const struct model_ask ask = {.body_bytes = 1000, .max_tokens = 10,
				      .no_answer = m->max_output_tokens == 0};
	struct arena *a = arena_new(4 << 20);
	struct buf b;
	struct jw j;

	(void)ctx;
	check(m->routes_n > 0 && m->prices_n > 0 && m->max_output_tokens <= m->context_tokens);
	for (size_t i = 0; i < m->routes_n; i++)
		check(m->routes[i].backend != NULL && m->routes[i].usage < MODEL_VENDORS);
	for (size_t i = 0; i < m->prices_n; i++) {
		struct model_usage u = {{[MODEL_INPUT] = 1}};
		struct err e = {0};
		int64_t cost, worst;

		for (int k = 0; k < MODEL_CLASSES; k++)
			check(m->prices[i].rate[k] >= -1 && m->prices[i].rate[k] <= MODEL_RATE_MAX);
		check(model_cost(&m->prices[i], &u, &cost, &e) == 0);
		check(model_worst(m, &m->prices[i], &ask, &worst, &e) == 0);
		check(cost >= 0 && cost <= worst);
		check(model_price_at(m, m->prices[i].tier, m->prices[i].from) == &m->prices[i]);
	}
	buf_init(&b, a, 1 << 20);
	jw_init(&j, &b);
	model_public(&j, m, 0, NULL);
	check(!b.over);
	arena_free(a);
	return 0;
}

static int look_backend(void *ctx, const struct model_backend *b)
{
	(void)ctx;
	check(b->kind < MODEL_KINDS && b->max_parallel > 0);
	check((b->kind == MODEL_STATIC) == (*b->url == '\0'));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = {0};
	struct model_catalog *c = model_read((const char *)data, n, &e);

	if (c == NULL) {
		check(e.id == E_INVALID);
		return 0;
	}
	model_each(c, look, NULL);
	model_each_backend(c, look_backend, NULL);
	model_release(c);
	return 0;
}
