#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"

#include <stdio.h>

/*
 * WebAssembly: a row of sections up to the last byte. Custom sections can hold
 * anything, so only those are let pass that say no more than which compiler
 * ran: "producers", "target_features" and Go's build id. All others ("name"
 * with function names, ".debug_…", "sourceMappingURL", …) count as debug
 * information.
 */
static const char *const harmless[] = {"producers", "target_features", "go.buildid"};
#define HARMLESS_MAX 4096

static bool leb(const unsigned char *p, size_t n, size_t *at, uint32_t *ret)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 35; shift += 7) {
		unsigned char c;

		if (*at >= n)
			return false;
		c = p[(*at)++];
		v |= (uint64_t)(c & 127) << shift;
		if (c < 128) {
			*ret = (uint32_t)v;
			return v <= UINT32_MAX;
		}
	}
	return false;
}

static bool read_custom(const unsigned char *p, size_t n, struct verify_program *r)
{
	uint32_t len;
	size_t at = 0;

	if (!leb(p, n, &at, &len) || len > n - at)
		return false;
	for (size_t i = 0; i < COUNT(harmless); i++)
		if (len == strlen(harmless[i]) && memcmp(p + at, harmless[i], len) == 0 &&
		    n <= HARMLESS_MAX)
			return true;
	if (r->debug[0] == '\0')
		snprintf(r->debug, sizeof(r->debug), "custom section '%.*s'",
			 verify_is_text(p + at, len) && len < 40 ? (int)len : 0,
			 (const char *)p + at);
	return true;
}

bool verify_wasm_read(const unsigned char *p, size_t n, struct verify_program *ret)
{
	size_t at = 8;

	if (n < 8 || memcmp(p, "\0asm\1\0\0\0", 8) != 0)
		return false;
	*ret = (struct verify_program){.machine = "wasm", .end = 8};
	while (at < n) {
		unsigned char id = p[at];
		uint32_t len;

		ret->end = at++; /* what is no section is a tail */
		if (id > 13 || !leb(p, n, &at, &len) || len > n - at)
			return true;
		if (id == 0 && !read_custom(p + at, len, ret))
			return false;
		at += len;
		ret->end = at;
	}
	return true;
}
