#include "config.h"

#include "verify/verify_int.h"

#include <stdio.h>

/*
 * Mach-O for 64 bits, little-endian. Debug information is the segment __DWARF,
 * any section that begins with __debug or __zdebug, and debugger entries
 * (STABS) among the symbols. Plain local symbols are let pass: Go 1.19 writes
 * them even with -s -w, and they name nothing that .gopclntab does not.
 */
#define HEADER 32
#define SEGMENT_64 0x19
#define SYMTAB 0x02
#define SEGMENT_HEAD 72
#define SECTION 80
#define SYMBOL 16
#define N_STAB 0xe0
#define COMMANDS_MAX 256

static void debug_found(struct verify_program *r, const char *what)
{
	if (r->debug[0] == '\0')
		snprintf(r->debug, sizeof(r->debug), "%s", what);
}

static bool is_debug(const unsigned char *name)
{
	return memcmp(name, "__debug", 7) == 0 || memcmp(name, "__zdebug", 8) == 0 ||
	       memcmp(name, "__DWARF", 7) == 0;
}

static bool read_segment(size_t n, const unsigned char *c, uint32_t size, struct verify_program *r)
{
	uint64_t at, len;
	uint32_t sections;

	if (size < SEGMENT_HEAD)
		return false;
	at = verify_le64(c + 40);
	len = verify_le64(c + 48);
	sections = verify_le32(c + 64);
	if (!verify_within(at, len, n) || sections > (size - SEGMENT_HEAD) / SECTION)
		return false;
	if (at + len > r->end)
		r->end = (size_t)(at + len);
	if (is_debug(c + 8))
		debug_found(r, "segment __DWARF");
	for (uint32_t i = 0; i < sections; i++)
		if (is_debug(c + SEGMENT_HEAD + i * SECTION))
			debug_found(r, "a debug section");
	return true;
}

static bool read_symbols(const unsigned char *p, size_t n, const unsigned char *c, uint32_t size,
			 struct verify_program *r)
{
	uint32_t at, count;

	if (size < 24)
		return false;
	at = verify_le32(c + 8);
	count = verify_le32(c + 12);
	if (!verify_within(at, (uint64_t)count * SYMBOL, n))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (p[at + (size_t)i * SYMBOL + 4] & N_STAB)
			debug_found(r, "debugger symbols");
	return true;
}

bool verify_macho_read(const unsigned char *p, size_t n, struct verify_program *ret)
{
	uint32_t count, left, size;
	const unsigned char *c;

	if (n < HEADER || verify_le32(p) != 0xfeedfacf)
		return false;
	c = p + HEADER;
	count = verify_le32(p + 16);
	left = verify_le32(p + 20);
	*ret = (struct verify_program){.machine = "other", .end = HEADER};
	if (verify_le32(p + 4) == 0x0100000c && verify_le32(p + 12) == 2)
		ret->machine = "darwin-arm64";
	if (count > COMMANDS_MAX || left > n - HEADER)
		return false;
	for (; count; count--, c += size, left -= size) {
		uint32_t kind;

		if (left < 8 || (size = verify_le32(c + 4)) < 8 || size > left)
			return false;
		kind = verify_le32(c);
		if (kind == SEGMENT_64 && !read_segment(n, c, size, ret))
			return false;
		if (kind == SYMTAB && !read_symbols(p, n, c, size, ret))
			return false;
	}
	return left == 0;
}
