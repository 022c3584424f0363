#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

#include <ctype.h>

/*
 * Archives at any offset. A program that can read an archive, or tell file
 * types apart, contains the magic numbers, so each hit is held against the
 * structure behind it: checksums of headers where the format has them, lengths
 * and names that fit where it has none. Go's time/tzdata is a zip file inside a
 * program and is refused as such.
 */

/* A name of `len` bytes at p, and behind `skip` more bytes a record of zip whose
 * third byte is one of `kinds`. */
static bool zip_goes_on(const unsigned char *p, size_t n, size_t at, uint32_t len, uint64_t skip,
			const char *kinds)
{
	if (len == 0 || len > 1024 || !verify_within(at, len, n))
		return false;
	for (uint32_t i = 0; i < len; i++)
		if (p[at + i] < 0x20)
			return false;
	at += len;
	if (!verify_within(at + skip, 4, n) || memcmp(p + at + skip, "PK", 2) != 0)
		return false;
	p += at + skip;
	return memchr(kinds, p[2], strlen(kinds)) != NULL && p[3] - p[2] <= 1 && p[3] >= p[2];
}

/* A local header with a second entry or the directory right behind its data. */
static bool is_zip(const unsigned char *p, size_t n)
{
	return n >= 30 && verify_le16(p + 4) <= 63 && verify_le16(p + 8) <= 99 &&
	       zip_goes_on(p, n, 30, verify_le16(p + 26),
			   verify_le16(p + 28) + (uint64_t)verify_le32(p + 18), "\1\3");
}

/* A row of the directory, with another one or the directory's end behind it. */
static bool is_zip_row(const unsigned char *p, size_t n)
{
	return n >= 46 && verify_le16(p + 6) <= 63 && verify_le16(p + 10) <= 99 &&
	       zip_goes_on(p, n, 46, verify_le16(p + 28),
			   verify_le16(p + 30) + (uint64_t)verify_le16(p + 32), "\1\5\6");
}

static bool is_xz(const unsigned char *p, size_t n)
{
	return n >= 12 && verify_crc32(p + 6, 2) == verify_le32(p + 8);
}

/* Walk the blocks up to the last one. */
static bool is_zstd(const unsigned char *p, size_t n)
{
	static const unsigned char id_bytes[] = {0, 1, 2, 4}, size_bytes[] = {0, 2, 4, 8};
	size_t at;

	if (n < 9 || p[4] & 8)
		return false;
	at = 5 + !(p[4] & 32) + id_bytes[p[4] & 3];
	at += p[4] >> 6 ? size_bytes[p[4] >> 6] : (p[4] & 32) >> 5;
	for (int blocks = 0; blocks < 4096 && verify_within(at, 3, n); blocks++) {
		uint32_t head = verify_le16(p + at) | (uint32_t)p[at + 2] << 16;
		uint32_t kind = head >> 1 & 3, len = kind == 1 ? 1 : head >> 3;

		if (kind == 3 || head >> 3 > 1u << 17)
			return false;
		at += 3 + (size_t)len;
		if (head & 1)
			return at <= n && head >> 3 != 0;
	}
	return false;
}

static bool is_bzip2(const unsigned char *p, size_t n)
{
	return n >= 14 && p[3] >= '1' && p[3] <= '9' && memcmp(p + 4, "1AY&SY", 6) == 0;
}

static bool is_7z(const unsigned char *p, size_t n)
{
	return n >= 32 && p[6] == 0 && verify_crc32(p + 12, 20) == verify_le32(p + 8);
}

static bool is_rar(const unsigned char *p, size_t n)
{
	if (n < 20)
		return false;
	if (p[6] == 0) /* version 4: the archive header with its fixed size */
		return p[9] == 0x73 && verify_le16(p + 12) == 13;
	if (p[6] != 1 || p[7] != 0 || p[12] >= 128 || !verify_within(13, p[12], n))
		return false;
	return verify_crc32(p + 12, p[12] + 1u) == verify_le32(p + 8);
}

/* The checksum of a tar header: its bytes, with blanks for the checksum. */
static bool is_tar(const unsigned char *p, size_t n)
{
	unsigned sum = 8 * ' ', claimed = 0;

	if (n < 512)
		return false;
	for (unsigned i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? 0u : p[i];
	for (unsigned i = 148; i < 156; i++)
		if (p[i] >= '0' && p[i] <= '7')
			claimed = claimed * 8 + (p[i] - '0');
	return sum == claimed;
}

static bool is_cab(const unsigned char *p, size_t n)
{
	return n >= 36 && verify_le32(p + 8) <= n && p[24] == 3 && p[25] == 1;
}

static bool is_ar(const unsigned char *p, size_t n)
{
	return n >= 68 && p[66] == '`' && p[67] == '\n';
}

static bool is_cpio(const unsigned char *p, size_t n)
{
	if (n < 112)
		return false;
	for (size_t i = 6; i < 110; i++)
		if (!isxdigit(p[i]))
			return false;
	return true;
}

static bool is_pack(const unsigned char *p, size_t n)
{
	return n >= 32 && (p[7] == 2 || p[7] == 3) && verify_be32(p + 8) > 0 &&
	       verify_be32(p + 8) < n;
}

static bool is_bundle(const unsigned char *p, size_t n)
{
	if (n < 60 || (p[3] != '2' && p[3] != '3') || memcmp(p + 4, " git bundle\n", 12) != 0)
		return false;
	/* a commit, one that is needed, or a capability */
	return p[16] == '-' || p[16] == '@' ||
	       (isxdigit(p[16]) && isxdigit(p[17]) && isxdigit(p[18]));
}

static bool is_lzip(const unsigned char *p, size_t n)
{
	return n >= 26 && p[4] == 1 && (p[5] & 31) >= 12 && (p[5] & 31) <= 29;
}

static bool is_lz4(const unsigned char *p, size_t n)
{
	size_t at;

	if (n < 11 || p[4] >> 6 != 1 || p[4] & 2 || p[5] & 0x8f || p[5] >> 4 < 4)
		return false;
	at = 7 + (p[4] & 8 ? 8u : 0u) + (p[4] & 1 ? 4u : 0u);
	return verify_within(at, 4, n) && verify_le32(p + at) != 0 &&
	       verify_within(at + 4, verify_le32(p + at) & 0x7fffffff, n);
}

static const struct format {
	const char *name, *magic;
	size_t len, before; /* bytes of the header in front of the magic */
	bool (*is)(const unsigned char *p, size_t n);
} formats[] = {
	{"zip", "PK\3\4", 4, 0, is_zip},
	{"zip", "PK\1\2", 4, 0, is_zip_row},
	{"xz", "\xfd" "7zXZ\0", 6, 0, is_xz},
	{"zstd", "\x28\xb5\x2f\xfd", 4, 0, is_zstd},
	{"bzip2", "BZh", 3, 0, is_bzip2},
	{"7z", "7z\xbc\xaf\x27\x1c", 6, 0, is_7z},
	{"rar", "Rar!\x1a\7", 6, 0, is_rar},
	{"tar", "ustar", 5, 257, is_tar},
	{"tar", "0000644\0", 8, 100, is_tar}, /* the oldest kind has nothing but its modes */
	{"tar", "0000664\0", 8, 100, is_tar},
	{"tar", "0000600\0", 8, 100, is_tar},
	{"tar", "0000755\0", 8, 100, is_tar},
	{"tar", "0000775\0", 8, 100, is_tar},
	{"cab", "MSCF\0\0\0\0", 8, 0, is_cab},
	{"ar", "!<arch>\n", 8, 0, is_ar},
	{"cpio", "070701", 6, 0, is_cpio},
	{"cpio", "070702", 6, 0, is_cpio},
	{"git pack", "PACK\0\0\0", 7, 0, is_pack},
	{"git bundle", "# v", 3, 0, is_bundle},
	{"lzip", "LZIP", 4, 0, is_lzip},
	{"lz4", "\x04\x22\x4d\x18", 4, 0, is_lz4},
};

void verify_archive_words(struct arena *a, struct verify_words *w, unsigned row,
			  const struct verify_job *j)
{
	(void)a;
	(void)j;
	for (size_t i = 0; i < COUNT(formats); i++)
		verify_words_add(w, formats[i].magic, formats[i].len, false, row, &formats[i]);
}

void verify_archive_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			 const struct verify_word *word, size_t at)
{
	const struct format *f = word->arg;
	size_t from = at - f->before;

	if (at < f->before)
		return;
	if (f->is(y->p + from, y->n - from))
		verify_leak_found(l, row, y, from, word->n, "an archive (%s)", f->name);
}
