#include "config.h"

#include "base/check.h"
#include "verify/verify_leak.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char source[] =
	"package calc\n\nfunc Compound(amount, rate float64, perYear, years int) float64 {\n"
	"\tsteps := float64(perYear * years)\n\treturn amount * math.Pow(1+rate/float64(perYear), "
	"steps)\n}\n";

static const char *const paths[] = {"a.go", "a.js", "a.json", "a.py", "a.txt", "a.sql", "a.c", "a"};

/* All detectors over any bytes, which are a part of the source tree too. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct verify_job job = {
		.needles_n = 2,
		.needles = {{"tree", "/srv/work/tree-7f3a"}, {"host", "db7.internal"}}};
	struct arena *a = arena_new(512u << 20);
	const char *path = paths[n ? data[0] % COUNT(paths) : 0];
	struct verify_shingles *s = verify_shingles_new(a, sizeof(source) + n);
	struct verify_program p;
	struct verify_leak *l;
	size_t end;

	verify_shingles_add(s, "calc.go", (const unsigned char *)source, sizeof(source) - 1);
	verify_shingles_add(s, path, data, n / 2);
	verify_shingles_allow(s, path, data, n / 3, n & 1);
	l = verify_leak_new(a, &job, s);
	verify_leak_file(l, "file", data, n);
	for (size_t i = 0; i < verify_detectors_n; i++)
		for (const char *c = l->found[i]; c != NULL && *c; c++)
			check(*c >= 0x20 && *c < 0x7f);
	if (verify_program_read(data, n, &p))
		check(p.end <= n);
	if (verify_media_read(data, n, &end) != NULL)
		check(end <= n);
	arena_free(a);
	return 0;
}
