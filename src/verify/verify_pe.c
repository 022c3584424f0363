#include "config.h"

#include "verify/verify_int.h"

#include <stdio.h>

/*
 * PE (Windows) for 64 bits. A stripped Go program still has a section .symtab
 * that holds nothing but the length of an empty string table; symbols, a debug
 * directory and sections named .debug… or by number (their long names begin
 * with .zdebug) are debug information. A certificate table would be bytes that
 * no header bounds well; programs are not signed here, so it counts as a tail.
 */
#define DOS 64
#define COFF 24
#define OPTIONAL 112
#define SECTION 40
#define SECTIONS_MAX 96

static void debug_found(struct verify_program *r, const char *what)
{
	if (r->debug[0] == '\0')
		snprintf(r->debug, sizeof(r->debug), "%s", what);
}

static bool read_section(const unsigned char *s, size_t n, struct verify_program *r)
{
	uint32_t len = verify_le32(s + 16), at = verify_le32(s + 20);

	if (memcmp(s, ".debug", 6) == 0 || memcmp(s, ".zdebug", 7) == 0 || s[0] == '/')
		debug_found(r, "a debug section");
	if (memcmp(s, ".symtab", 8) == 0 && verify_le32(s + 8) > 4)
		debug_found(r, "section .symtab");
	if (len == 0)
		return true;
	if (!verify_within(at, len, n))
		return false;
	if ((size_t)at + len > r->end)
		r->end = (size_t)at + len;
	return true;
}

bool verify_pe_read(const unsigned char *p, size_t n, struct verify_program *ret)
{
	uint32_t at, sections, optional, flags;

	if (n < DOS || memcmp(p, "MZ", 2) != 0)
		return false;
	at = verify_le32(p + 60);
	if (!verify_within(at, COFF + OPTIONAL, n) || memcmp(p + at, "PE\0\0", 4) != 0)
		return false;
	sections = verify_le16(p + at + 6);
	optional = verify_le16(p + at + 20);
	flags = verify_le16(p + at + 22);
	*ret = (struct verify_program){.machine = "other"};
	if (verify_le16(p + at + 4) == 0x8664 && verify_le16(p + at + COFF) == 0x20b &&
	    flags & 0x0002 && !(flags & 0x2000)) /* a program, not a library */
		ret->machine = "windows-amd64";
	ret->end = (size_t)at + COFF + optional + (size_t)sections * SECTION;
	if (sections > SECTIONS_MAX || optional < OPTIONAL || ret->end > n)
		return false;
	if (verify_le32(p + at + 16) != 0)
		debug_found(ret, "a symbol table");
	/* data directory 6, when there are so many */
	if (verify_le32(p + at + COFF + 108) > 6 && optional >= OPTIONAL + 7 * 8 &&
	    verify_le32(p + at + COFF + OPTIONAL + 6 * 8 + 4) != 0)
		debug_found(ret, "a debug directory");
	for (uint32_t i = 0; i < sections; i++)
		if (!read_section(p + at + COFF + optional + i * SECTION, n, ret))
			return false;
	return true;
}
