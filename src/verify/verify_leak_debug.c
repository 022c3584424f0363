#include "config.h"

#include "verify/verify_leak.h"

/*
 * Debug information of programs (the readers know their sections), and the
 * facts of version control that Go writes into a program unless told not to.
 * The tail of a program or picture is what its headers do not account for.
 */
#define PADDING_MAX 65536 /* zeros up to the end of a page */
#define SLIP_MAX 8        /* stray bytes behind pictures that some tools leave */

void verify_debug_words(struct arena *a, struct verify_words *w, unsigned row,
			const struct verify_job *j)
{
	(void)a;
	(void)j;
	verify_words_add(w, "build\tvcs", 9, false, row, NULL);
}

void verify_debug_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		       const struct verify_word *word, size_t at)
{
	size_t n = y->n - at;

	(void)word;
	if (n > 9 && (y->p[at + 9] == '.' || y->p[at + 9] == '='))
		verify_leak_found(l, row, y, at, n < 60 ? n : 60, "version control of the build");
}

void verify_debug_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	struct verify_program prog;

	if (verify_program_read(y->p, y->n, &prog) && prog.debug[0] != '\0')
		verify_leak_found(l, row, y, 0, 0, "%s",
				  verify_show(l->a, prog.debug, strlen(prog.debug)));
}

/* Of at least one byte. */
static bool is_padding(const unsigned char *p, size_t n)
{
	return n <= PADDING_MAX && p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

void verify_tail_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	struct verify_program prog;
	size_t end, slip = 0;

	if (verify_program_read(y->p, y->n, &prog))
		end = prog.end;
	else if (verify_media_read(y->p, y->n, &end) != NULL)
		slip = SLIP_MAX;
	else
		return;
	if (y->n - end > slip && !is_padding(y->p + end, y->n - end))
		verify_leak_found(l, row, y, end, y->n - end, "%zu bytes behind its end",
				  y->n - end);
}
