#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"

/*
 * Images, fonts and sounds, read as far as their end: what stands behind it is
 * nobody's picture. Each reader gets at least its magic and returns the offset
 * after the last byte, or 0 when the thing is damaged.
 */

static size_t png_end(const unsigned char *p, size_t n)
{
	for (size_t at = 8; verify_within(at, 12, n);) {
		uint32_t len = verify_be32(p + at);

		if (!verify_within(at + 12, len, n))
			return 0;
		if (memcmp(p + at + 4, "IEND", 4) == 0)
			return at + 12 + len;
		at += 12 + (size_t)len;
	}
	return 0;
}

/* Sub-blocks: a length byte and so many bytes, up to a length of 0. */
static size_t gif_blocks(const unsigned char *p, size_t n, size_t at)
{
	while (at < n && p[at] != 0)
		at += 1 + (size_t)p[at];
	return at < n ? at + 1 : 0;
}

static size_t gif_palette(unsigned char flags)
{
	return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

static size_t gif_end(const unsigned char *p, size_t n)
{
	size_t at;

	if (n < 14)
		return 0;
	at = 13 + gif_palette(p[10]);
	while (at && at < n) {
		if (p[at] == 0x3b)
			return at + 1;
		if (p[at] == 0x21)
			at = gif_blocks(p, n, at + 2);
		else if (p[at] == 0x2c && verify_within(at, 11, n))
			at = gif_blocks(p, n, at + 11 + gif_palette(p[at + 9]));
		else
			return 0;
	}
	return 0;
}

static size_t jpeg_end(const unsigned char *p, size_t n)
{
	size_t at = 2;

	while (verify_within(at, 4, n)) {
		if (p[at] != 0xff)
			return 0;
		if (p[at + 1] == 0xd9)
			return at + 2;
		if (p[at + 1] != 0xda) { /* a segment with its length */
			at += 2 + (size_t)verify_be16(p + at + 2);
			continue;
		}
		/* the scan: up to a marker that is neither stuffing nor a restart */
		for (at += 2; verify_within(at, 2, n); at++)
			if (p[at] == 0xff && p[at + 1] != 0 && (p[at + 1] & 0xf8) != 0xd0)
				break;
		if (verify_within(at, 2, n) && p[at + 1] == 0xd9)
			return at + 2;
	}
	return 0;
}

/* WebP and WAVE */
static size_t riff_end(const unsigned char *p, size_t n)
{
	uint64_t end;

	if (n < 12 || (memcmp(p + 8, "WEBP", 4) != 0 && memcmp(p + 8, "WAVE", 4) != 0))
		return 0;
	end = 8ull + verify_le32(p + 4);
	end += end & 1;
	return end <= n ? (size_t)end : 0;
}

/* WOFF and WOFF2 carry their length. */
static size_t woff_end(const unsigned char *p, size_t n)
{
	uint32_t end = n < 44 ? 0 : verify_be32(p + 8);

	return end >= 44 && end <= n ? end : 0;
}

/* TrueType and OpenType: the end of the last table, in words. */
static size_t sfnt_end(const unsigned char *p, size_t n)
{
	uint64_t end = 12;
	unsigned tables;

	if (n < 12 || (tables = verify_be16(p + 4)) == 0 || tables > 64 ||
	    !verify_within(12, tables * 16ull, n))
		return 0;
	for (unsigned i = 0; i < tables; i++) {
		const unsigned char *t = p + 12 + i * 16;
		uint64_t last = (verify_be32(t + 8) + (uint64_t)verify_be32(t + 12) + 3) & ~3ull;

		if (last > end)
			end = last;
	}
	return end <= n ? (size_t)end : 0;
}

static size_t ico_end(const unsigned char *p, size_t n)
{
	unsigned images = n < 6 ? 0 : verify_le16(p + 4);
	uint64_t end = 0;

	if (images == 0 || images > 64 || !verify_within(6, images * 16ull, n))
		return 0;
	for (unsigned i = 0; i < images; i++) {
		const unsigned char *d = p + 6 + i * 16;
		uint64_t last = verify_le32(d + 12) + (uint64_t)verify_le32(d + 8);

		if (verify_le32(d + 12) < 6 + images * 16)
			return 0;
		if (last > end)
			end = last;
	}
	return end <= n ? (size_t)end : 0;
}

/* After the last %%EOF and its line end. */
static size_t pdf_end(const unsigned char *p, size_t n)
{
	size_t end = 0;

	for (const unsigned char *at = p; (at = verify_find(at, n - (size_t)(at - p), "%%EOF", 5));)
		end = (size_t)((at += 5) - p);
	while (end && end < n && (p[end] == '\r' || p[end] == '\n'))
		end++;
	return end;
}

static const struct {
	const char *name, *magic;
	size_t len;
	size_t (*end)(const unsigned char *p, size_t n);
} media[] = {
	{"png", "\x89PNG\r\n\x1a\n", 8, png_end},
	{"gif", "GIF87a", 6, gif_end},
	{"gif", "GIF89a", 6, gif_end},
	{"jpeg", "\xff\xd8\xff", 3, jpeg_end},
	{"riff", "RIFF", 4, riff_end},
	{"woff", "wOFF", 4, woff_end},
	{"woff2", "wOF2", 4, woff_end},
	{"font", "\0\1\0\0\0", 5, sfnt_end},
	{"font", "OTTO\0", 5, sfnt_end},
	{"ico", "\0\0\1\0", 4, ico_end},
	{"pdf", "%PDF-1.", 7, pdf_end},
};

const char *verify_media_read(const unsigned char *p, size_t n, size_t *ret_end)
{
	for (size_t i = 0; i < COUNT(media); i++) {
		if (n < media[i].len || memcmp(p, media[i].magic, media[i].len) != 0)
			continue;
		*ret_end = media[i].end(p, n);
		if (*ret_end != 0)
			return media[i].name;
	}
	return NULL;
}
