/* Any text is an expression or refused; what is taken can be walked. */
#include "config.h"

#include "spec/spec.h"
#include "base/check.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int see(void *ctx, const char *name)
{
	*(size_t *)ctx += strlen(name);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(16u << 20);
	const char *text = arena_strndup(a, (const char *)data, n);
	struct err e = {0};
	const struct spec_expr *x = spec_expr_parse(a, text, &e);
	size_t letters = 0;

	check((x == NULL) == (e.id == E_INVALID));
	if (x != NULL)
		check(spec_expr_names(x, see, &letters) == 0 && letters <= strlen(text));
	arena_free(a);
	return 0;
}
