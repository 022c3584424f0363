#include "config.h"

#include "base/check.h"
#include "verify/verify.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is accepted is written and read back the same. */
static void job_round(struct arena *a, const struct verify_job *j)
{
	const char *text = verify_job_write(a, j);
	struct verify_job back;
	struct err e = {0};

	check(verify_job_read(a, text, strlen(text), &back, &e) == 0);
	check(strcmp(text, verify_job_write(a, &back)) == 0);
}

static void report_round(struct arena *a, const struct verify_report *r)
{
	const char *text = verify_report_write(a, r);
	struct verify_report back;
	struct err e = {0};

	check(verify_report_read(a, text, strlen(text), &back, &e) == 0);
	check(strcmp(text, verify_report_write(a, &back)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct verify_report r;
	struct verify_job j;
	struct err e = {0}, f = {0};

	if (verify_job_read(a, (const char *)data, n, &j, &e) == 0)
		job_round(a, &j);
	if (verify_report_read(a, (const char *)data, n, &r, &f) == 0)
		report_round(a, &r);
	arena_free(a);
	return 0;
}
