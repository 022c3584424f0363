#include "config.h"

#include "verify/verify.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define INPUT_MAX (256u << 10)
#define CHILD_MAX (3ull << 30) /* bytes; a page test holds all files at once */

static int read_input(struct buf *b)
{
	char chunk[8192];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_put(b, chunk, (size_t)n);
	return n < 0 || b->over ? -1 : 0;
}

static int write_output(const char *s, size_t n)
{
	while (n) {
		ssize_t w = write(STDOUT_FILENO, s, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		s += w;
		n -= (size_t)w;
	}
	return 0;
}

int verify_child(void)
{
	struct arena *a = arena_new(CHILD_MAX);
	struct verify_job job;
	struct verify_report report;
	struct err e = {0};
	struct buf in;
	const char *out;
	int rc;

	signal(SIGPIPE, SIG_IGN); /* a reader that left is an exit status here */
	buf_init(&in, a, INPUT_MAX);
	if (read_input(&in) < 0 || verify_job_read(a, buf_str(&in), in.n, &job, &e) < 0) {
		arena_free(a);
		return EX_DATAERR;
	}
	if (strcmp(job.mode, "page") == 0)
		verify_page(a, &job, &report);
	else
		verify_scan(a, &job, &report);
	out = verify_report_write(a, &report);
	rc = write_output(out, strlen(out)) < 0 ? EX_IOERR : EX_OK;
	arena_free(a);
	return rc;
}
