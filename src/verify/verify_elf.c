#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"

#include <stdio.h>

/*
 * ELF, as far as it says where its parts are and what they are called. A
 * stripped Go program has .gosymtab and .gopclntab (needed for its panics) but
 * none of the sections below.
 */
static const char *const debug_names[] = {
	".debug", ".zdebug", ".symtab", ".gnu_debuglink", ".gnu_debugaltlink", ".gnu_debugdata",
	".gdb_index", ".stab", ".dwo", ".note.stapsdt", ".rela.debug",
};

#define HEADER 64
#define SEGMENT 56
#define SECTION 64
#define NOBITS 8
#define SYMTAB 2

struct elf {
	const unsigned char *p;
	size_t n;
	uint64_t names, names_n; /* .shstrtab */
	struct verify_program *ret;
};

static void reach(struct verify_program *r, uint64_t end)
{
	if (end > r->end)
		r->end = (size_t)end;
}

static bool read_segments(struct elf *f)
{
	uint64_t at = verify_le64(f->p + 32);
	unsigned count = verify_le16(f->p + 56);

	if (count == 0 || verify_le16(f->p + 54) != SEGMENT ||
	    !verify_within(at, (uint64_t)count * SEGMENT, f->n))
		return false;
	reach(f->ret, at + (uint64_t)count * SEGMENT);
	for (unsigned i = 0; i < count; i++) {
		const unsigned char *s = f->p + at + i * SEGMENT;

		if (!verify_within(verify_le64(s + 8), verify_le64(s + 32), f->n))
			return false;
		reach(f->ret, verify_le64(s + 8) + verify_le64(s + 32));
	}
	return true;
}

static void look_at_name(struct elf *f, uint32_t type, uint64_t name)
{
	const char *s;

	if (f->ret->debug[0] != '\0')
		return;
	if (type == SYMTAB)
		snprintf(f->ret->debug, sizeof(f->ret->debug), "a symbol table");
	if (name >= f->names_n)
		return;
	s = (const char *)f->p + f->names + name;
	for (size_t i = 0; i < COUNT(debug_names); i++)
		if (strnlen(s, f->names_n - name) < f->names_n - name &&
		    strncmp(s, debug_names[i], strlen(debug_names[i])) == 0)
			snprintf(f->ret->debug, sizeof(f->ret->debug), "section %s",
				 debug_names[i]);
}

static bool read_sections(struct elf *f)
{
	uint64_t at = verify_le64(f->p + 40);
	unsigned count = verify_le16(f->p + 60), names = verify_le16(f->p + 62);

	if (count == 0)
		return at == 0;
	if (verify_le16(f->p + 58) != SECTION || names >= count ||
	    !verify_within(at, (uint64_t)count * SECTION, f->n))
		return false;
	reach(f->ret, at + (uint64_t)count * SECTION);
	f->names = verify_le64(f->p + at + names * SECTION + 24);
	f->names_n = verify_le64(f->p + at + names * SECTION + 32);
	if (!verify_within(f->names, f->names_n, f->n))
		return false;
	for (unsigned i = 0; i < count; i++) {
		const unsigned char *s = f->p + at + i * SECTION;
		uint32_t type = verify_le32(s + 4);

		look_at_name(f, type, verify_le32(s));
		if (type == NOBITS || type == 0)
			continue;
		if (!verify_within(verify_le64(s + 24), verify_le64(s + 32), f->n))
			return false;
		reach(f->ret, verify_le64(s + 24) + verify_le64(s + 32));
	}
	return true;
}

bool verify_elf_read(const unsigned char *p, size_t n, struct verify_program *ret)
{
	struct elf f = {.p = p, .n = n, .ret = ret};
	uint32_t type, machine;

	if (n < HEADER || memcmp(p, "\177ELF\2\1\1", 7) != 0)
		return false;
	type = verify_le16(p + 16);
	machine = verify_le16(p + 18);
	*ret = (struct verify_program){.machine = "other", .end = HEADER};
	if (type == 2 || type == 3) /* a program, also position-independent */
		ret->machine = machine == 62    ? "linux-amd64"
			       : machine == 183 ? "linux-arm64"
						: "other";
	return read_segments(&f) && read_sections(&f);
}
