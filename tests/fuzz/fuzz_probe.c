/* A list of models that is taken has names that can be stored and shown, each once.
 * The first byte picks the runtime. */
#include "config.h"

#include "model/model_probe.h"
#include "base/check.h"
#include "base/str.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	struct err e = {0};
	const char **names;
	size_t count;

	if (n == 0 || n > MODEL_PROBE_BYTES)
		return 0;
	a = arena_new(64u << 20);
	if (model_probe_list(a, (enum model_runtime)(data[0] % MODEL_RUNTIMES), (const char *)data + 1, n - 1,
			     &names, &count, &e) == 0) {
		check(count <= MODEL_PROBE_MODELS);
		for (size_t i = 0; i < count; i++) {
			check(strlen(names[i]) >= 1 && strlen(names[i]) <= 200 && str_utf8(names[i], strlen(names[i])));
			for (size_t k = 0; k < i; k++)
				check(strcmp(names[i], names[k]) != 0);
		}
	} else {
		check(e.id == E_INVALID);
	}
	arena_free(a);
	return 0;
}
