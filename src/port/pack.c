#include "config.h"

#include "port/pack.h"
#include "base/check.h"

#include <string.h>
#include <zlib.h>

size_t pack_inflate(enum pack_kind kind, const void *p, size_t n, struct buf *to)
{
	static const int window[] = {[PACK_GZIP] = 31, [PACK_ZLIB] = 15, [PACK_DEFLATE] = -15};
	z_stream z = {0};
	const unsigned char *from = p;
	unsigned char chunk[16384];
	size_t used = 0;
	int rc = Z_OK;

	if (n > UINT32_MAX || inflateInit2(&z, window[kind]) != Z_OK)
		return 0;
	memcpy(&z.next_in, &from, sizeof(from));
	z.avail_in = (unsigned)n;
	while (rc == Z_OK && !to->over) {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		rc = inflate(&z, Z_NO_FLUSH);
		buf_put(to, chunk, sizeof(chunk) - z.avail_out);
	}
	if (rc == Z_STREAM_END && !to->over)
		used = n - z.avail_in;
	inflateEnd(&z);
	return used;
}

static void deflate_all(int window, const void *p, size_t n, struct buf *to)
{
	z_stream z = {0};
	unsigned char chunk[16384];

	check(n <= UINT32_MAX);
	check(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	memcpy(&z.next_in, &p, sizeof(p));
	z.avail_in = (unsigned)n;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		deflate(&z, Z_FINISH);
		buf_put(to, chunk, sizeof(chunk) - z.avail_out);
	} while (z.avail_out == 0);
	deflateEnd(&z);
}

void pack_gzip(const void *p, size_t n, struct buf *to)
{
	deflate_all(31, p, n, to);
}

#define ZIP_ENTRIES 1024

struct zip {
	struct buf *to;
	struct arena *a;
	struct entry {
		const char *name;
		uint32_t crc, packed, plain, at;
	} entries[ZIP_ENTRIES];
	size_t count;
};

struct zip *pack_zip_new(struct arena *a, struct buf *to)
{
	struct zip *z = ARENA_NEW(a, struct zip);

	z->a = a;
	z->to = to;
	return z;
}

static void put16(struct buf *b, unsigned v)
{
	buf_putc(b, (char)(v & 255));
	buf_putc(b, (char)(v >> 8 & 255));
}

static void put32(struct buf *b, uint32_t v)
{
	put16(b, v & 0xffff);
	put16(b, v >> 16);
}

/* The fields that the local and the central header share. */
static void put_common(struct buf *b, const struct entry *e)
{
	put16(b, 20);         /* version needed */
	put16(b, 1 << 11);    /* names are UTF-8 */
	put16(b, 8);          /* deflated */
	put16(b, 0);          /* time: 1980-01-01 00:00 */
	put16(b, 1 << 5 | 1);
	put32(b, e->crc);
	put32(b, e->packed);
	put32(b, e->plain);
	put16(b, (unsigned)strlen(e->name));
	put16(b, 0);
}

void pack_zip_add(struct zip *z, const char *name, const void *p, size_t n)
{
	struct entry *e = &z->entries[z->count++];
	struct buf packed;

	check(z->count < ZIP_ENTRIES && n <= UINT32_MAX && strlen(name) < 4096);
	buf_init(&packed, z->a, n + n / 1000 + 64);
	deflate_all(-15, p, n, &packed);
	check(!packed.over);
	e->name = arena_strdup(z->a, name);
	e->crc = (uint32_t)crc32(0, p, (unsigned)n);
	e->packed = (uint32_t)packed.n;
	e->plain = (uint32_t)n;
	e->at = (uint32_t)z->to->n;
	put32(z->to, 0x04034b50);
	put_common(z->to, e);
	buf_puts(z->to, name);
	buf_put(z->to, buf_str(&packed), packed.n);
}

void pack_zip_end(struct zip *z)
{
	uint32_t from = (uint32_t)z->to->n;

	for (size_t i = 0; i < z->count; i++) {
		const struct entry *e = &z->entries[i];

		put32(z->to, 0x02014b50);
		put16(z->to, 20 | 3 << 8); /* made on Unix */
		put_common(z->to, e);
		put16(z->to, 0); /* comment */
		put16(z->to, 0); /* disk */
		put16(z->to, 0);
		put32(z->to, 0100644u << 16);
		put32(z->to, e->at);
		buf_puts(z->to, e->name);
	}
	put32(z->to, 0x06054b50);
	put32(z->to, 0);
	put16(z->to, (unsigned)z->count);
	put16(z->to, (unsigned)z->count);
	put32(z->to, (uint32_t)z->to->n - from - 12);
	put32(z->to, from);
	put16(z->to, 0);
}
