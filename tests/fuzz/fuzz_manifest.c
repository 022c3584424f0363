#include "config.h"

#include "base/check.h"
#include "verify/verify.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A manifest that is accepted keeps the rules that others rely on. */
static void hold_rules(const struct verify_manifest *m)
{
	check(m->n >= 1 && m->n <= VERIFY_ENTRIES);
	for (size_t i = 0; i < m->n; i++) {
		const struct verify_entry *t = &m->entries[i];

		check(t->path[0] != '/' && strstr(t->path, "/../") == NULL &&
		      strncmp(t->path, "../", 3) != 0);
		check(strlen(t->sha256) == 64 && t->size >= 0 && t->size <= VERIFY_FILE_MAX);
		check(t->platform != NULL && t->entrypoint != NULL && t->mime != NULL);
		for (size_t k = 0; k < i; k++)
			check(strcmp(t->artifact_id, m->entries[k].artifact_id) != 0);
		(void)verify_name_problem(t->name, strcmp(t->kind, "web") == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct verify_manifest m;
	struct err e = {0};

	if (verify_manifest_read(a, (const char *)data, n, &m, &e) == 0)
		hold_rules(&m);
	else
		check(e.id == E_INVALID && e.detail[0] != '\0');
	arena_free(a);
	return 0;
}
