#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"
#include "base/str.h"
#include "port/sniff.h"

bool verify_program_read(const unsigned char *p, size_t n, struct verify_program *ret)
{
	return verify_elf_read(p, n, ret) || verify_macho_read(p, n, ret) ||
	       verify_pe_read(p, n, ret) || verify_wasm_read(p, n, ret);
}

/* Eight bytes between the blank and '}'? (Only a filter: a few more would do.) */
static bool plain(const unsigned char *p)
{
	const uint64_t ones = 0x0101010101010101u;
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return ((v | (v - ones * 0x20) | (v + ones * 2)) & ones * 0x80) == 0;
}

bool verify_is_text(const unsigned char *p, size_t n)
{
	size_t at = 0, end;

	while (at < n) {
		if (n - at >= 8 && plain(p + at)) {
			at += 8;
			continue;
		}
		/* a piece that does not cut a character */
		for (end = n - at < 8 ? n : at + 8; end < n && p[end] >= 0x80; end++)
			continue;
		if (!str_utf8((const char *)p + at, end - at))
			return false;
		at = end;
	}
	return true;
}

static bool begins_with_one(const char *s, const char *const *heads)
{
	for (; *heads != NULL; heads++)
		if (str_starts(s, *heads))
			return true;
	return false;
}

/* What libmagic may say about a program for customers. */
static const char *const as_program[] = {
	"application/x-executable", "application/x-pie-executable", "application/x-sharedlib",
	"application/x-mach-binary", "application/x-dosexec",
	"application/vnd.microsoft.portable-executable", NULL,
};

static const char *binary_problem(struct arena *a, const struct verify_entry *e,
				  const unsigned char *p, size_t n)
{
	struct verify_program prog;

	if (!verify_program_read(p, n, &prog))
		return "not a whole program";
	if (strcmp(prog.machine, e->platform) != 0)
		return arena_printf(a, "a program for %s, not for %s", prog.machine, e->platform);
	if (!begins_with_one(sniff_mime(p, n), as_program))
		return arena_printf(a, "libmagic calls it %s", sniff_mime(p, n));
	return NULL;
}

/* Does a binary web file hold together as what its extension says? */
static bool is_whole(const struct verify_type *t, const unsigned char *p, size_t n)
{
	struct verify_program prog;
	const char *name;
	size_t end;

	if (strcmp(t->ext, ".wasm") == 0)
		return verify_wasm_read(p, n, &prog);
	name = verify_media_read(p, n, &end);
	return name != NULL && strcmp(name, t->ext + 1) == 0;
}

static const char *web_problem(struct arena *a, const struct verify_entry *e,
			       const unsigned char *p, size_t n)
{
	const struct verify_type *t = verify_type_of(e->name);

	if (t == NULL)
		return "a file type that is not served";
	if (t->text && !verify_is_text(p, n))
		return "not text in UTF-8";
	if (!t->text && !is_whole(t, p, n))
		return "not a whole file of its type";
	if (!begins_with_one(sniff_mime(p, n), t->sniff))
		return arena_printf(a, "libmagic calls it %s", sniff_mime(p, n));
	return NULL;
}

const char *verify_form_problem(struct arena *a, const struct verify_entry *e,
				const unsigned char *p, size_t n)
{
	return strcmp(e->kind, "web") == 0 ? web_problem(a, e, p, n) : binary_problem(a, e, p, n);
}
