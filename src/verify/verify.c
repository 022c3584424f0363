#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"

static const struct {
	const char *name, *sentence;
} codes[] = {
	[VERIFY_OK] = {"ok", "The result was checked and accepted."},
#define VERIFY(id, name, sentence) [id] = {name, sentence},
#include "verify/verify.def"
#undef VERIFY
};
_Static_assert(COUNT(codes) == VERIFY_CODES, "a code without a row");

static enum verify_code known(enum verify_code c)
{
	return c < VERIFY_CODES ? c : VERIFY_BROKEN;
}

const char *verify_code_name(enum verify_code c)
{
	return codes[known(c)].name;
}

const char *verify_code_sentence(enum verify_code c)
{
	return codes[known(c)].sentence;
}

enum verify_code verify_code_of(const char *name)
{
	for (unsigned i = 0; i < VERIFY_CODES; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum verify_code)i;
	return VERIFY_BROKEN;
}

#define SHOWN 80

const char *verify_show(struct arena *a, const void *from, size_t n)
{
	const unsigned char *p = from;
	struct buf b;

	buf_init(&b, a, 4 * SHOWN + 4);
	for (size_t i = 0; i < n && i < SHOWN; i++)
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\' && p[i] != '"')
			buf_putc(&b, (char)p[i]);
		else
			buf_printf(&b, "\\x%02x", p[i]);
	if (n > SHOWN)
		buf_puts(&b, "...");
	return buf_str(&b);
}

bool verify_within(uint64_t at, uint64_t len, size_t n)
{
	return at <= n && len <= n - at;
}

uint32_t verify_le16(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

uint32_t verify_le32(const unsigned char *p)
{
	return verify_le16(p) | verify_le16(p + 2) << 16;
}

uint64_t verify_le64(const unsigned char *p)
{
	return verify_le32(p) | (uint64_t)verify_le32(p + 4) << 32;
}

uint32_t verify_be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

uint32_t verify_be32(const unsigned char *p)
{
	return verify_be16(p) << 16 | verify_be16(p + 2);
}

/* The one of zip, gzip, xz, 7z and PNG; only ever over a few header bytes. */
uint32_t verify_crc32(const unsigned char *p, size_t n)
{
	uint32_t c = ~0u;

	for (size_t i = 0; i < n; i++) {
		c ^= p[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

const unsigned char *verify_find(const unsigned char *p, size_t n, const char *what, size_t len)
{
	return n < len ? NULL : memmem(p, n, what, len);
}
