/*
 * Reads a specification as JSON on standard input and writes tool/spec.go to
 * standard output: what build.test.sh feeds to the Go toolchain.
 */
#include "config.h"

#include "worker/worker_int.h"

#include <stdio.h>

int main(void)
{
	static char json[SPEC_JSON_MAX];
	size_t n = fread(json, 1, sizeof(json), stdin);
	struct arena *a = arena_new(16u << 20);
	struct err e = {0};
	struct spec s;
	struct buf go;
	int rc = 1;

	buf_init(&go, a, 1u << 20);
	if (spec_read(a, json, n, &s, &e) == 0 && worker_go(a, &s, &go, &e) == 0) {
		fwrite(go.p, 1, go.n, stdout);
		rc = 0;
	} else {
		fprintf(stderr, "%s %s\n", e.detail, e.nfields > 0 ? e.fields[0].name : "");
	}
	arena_free(a);
	return rc;
}
