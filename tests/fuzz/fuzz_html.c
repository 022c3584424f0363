#include "config.h"

#include "base/check.h"
#include "verify/verify_html.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct verify_text *t = ARENA_NEW(a, struct verify_text);
	const char *name;

	verify_html_read(a, (const char *)data, n, t);
	check(t->visible <= n && t->title != NULL && t->refs_n <= VERIFY_REFS);
	for (size_t i = 0; i < t->refs_n; i++) {
		enum verify_ref_kind kind =
			verify_ref_of(a, "dir/page.html", t->refs[i].url, &name);

		check(kind == VERIFY_REF_LOCAL || name == NULL);
		if (name != NULL)
			check(name[0] != '/' && strncmp(name, "../", 3) != 0);
	}
	arena_free(a);
	return 0;
}
