#include "config.h"

#include "forge.h"
#include "base/check.h"
#include "port/pack.h"

#include <string.h>
#include <zlib.h>

struct bytes forge_text(const char *s)
{
	return (struct bytes){(const unsigned char *)s, strlen(s)};
}

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_putc(b, (char)(v & 255));
}

static void put_be32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(b, (char)(v >> shift & 255));
}

/* A name in a field of fixed width. */
static void put_name(struct buf *b, const char *s, size_t width)
{
	for (size_t i = 0; i < width; i++)
		buf_putc(b, i < strlen(s) ? s[i] : '\0');
}

static struct bytes done(struct buf *b)
{
	check(!b->over);
	return (struct bytes){(const unsigned char *)buf_str(b), b->n};
}

static struct buf start(struct arena *a)
{
	struct buf b;

	buf_init(&b, a, 128u << 20);
	return b;
}

struct bytes forge_join(struct arena *a, struct bytes x, struct bytes y)
{
	struct buf b = start(a);

	buf_put(&b, x.p, x.n);
	buf_put(&b, y.p, y.n);
	return done(&b);
}

/* ---- programs ---- */

static void elf_section(struct buf *b, uint32_t name, uint32_t type, uint64_t at, uint64_t n)
{
	put(b, name, 4);
	put(b, type, 4);
	put(b, 0, 16);
	put(b, at, 8);
	put(b, n, 8);
	put(b, 0, 24);
}

/* header, one segment, content, names, section headers */
struct bytes forge_elf(struct arena *a, int machine, struct bytes content, const char *section)
{
	struct buf b = start(a);
	uint64_t data = 64 + 56, names = data + content.n, names_n = 20 + strlen(section) + 1;
	uint64_t heads = names + names_n;

	buf_put(&b, "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16);
	put(&b, 2, 2);
	put(&b, (uint64_t)machine, 2);
	put(&b, 1, 4);
	put(&b, 0x400000 + data, 8);
	put(&b, 64, 8);
	put(&b, heads, 8);
	put(&b, 0, 4);
	put(&b, 64, 2);
	put(&b, 56, 2);
	put(&b, 1, 2);
	put(&b, 64, 2);
	put(&b, 4, 2);
	put(&b, 2, 2);
	put(&b, 1 | 5ull << 32, 8);
	put(&b, 0, 8);
	put(&b, 0x400000, 8);
	put(&b, 0x400000, 8);
	put(&b, names, 8);
	put(&b, names, 8);
	put(&b, 4096, 8);
	buf_put(&b, content.p, content.n);
	buf_put(&b, "\0.rodata\0.shstrtab\0", 20);
	buf_put(&b, section, strlen(section) + 1);
	elf_section(&b, 0, 0, 0, 0);
	elf_section(&b, 1, 1, data, content.n);
	elf_section(&b, 9, 3, names, names_n);
	elf_section(&b, 20, strcmp(section, "(symbols)") == 0 ? 2 : 1, data, *section ? 4 : 0);
	return done(&b);
}

struct bytes forge_macho(struct arena *a, struct bytes content, const char *segment)
{
	struct buf b = start(a);
	bool stabs = strcmp(segment, "(stabs)") == 0;
	uint32_t commands = *segment ? 2 : 1, size = *segment == '\0' ? 72 : stabs ? 96 : 144;

	put(&b, 0xfeedfacf, 4);
	put(&b, 0x0100000c, 4);
	put(&b, 0, 4);
	put(&b, 2, 4);
	put(&b, commands, 4);
	put(&b, size, 4);
	put(&b, 0, 8);
	for (uint32_t i = 0; i < (stabs ? 1 : commands); i++) {
		put(&b, 0x19, 4);
		put(&b, 72, 4);
		put_name(&b, i ? segment : "__TEXT", 16);
		put(&b, 0x100000000, 8);
		put(&b, 4096, 8);
		put(&b, 0, 8);
		put(&b, 32 + size + content.n + 16, 8);
		put(&b, 7 | 5ull << 32, 8);
		put(&b, 0, 8);
	}
	if (stabs) {
		put(&b, 2, 4);
		put(&b, 24, 4);
		put(&b, 32 + size + content.n, 4);
		put(&b, 1, 4);
		put(&b, 0, 8);
	}
	buf_put(&b, content.p, content.n);
	put(&b, stabs ? 0x24ull << 32 : 0x0eull << 32, 8); /* a symbol: N_FUN, or a local one */
	put(&b, 0, 8);
	return done(&b);
}

/* One section .rdata with the content, perhaps a second one of no size. */
struct bytes forge_pe(struct arena *a, struct bytes content, const char *section)
{
	struct buf b = start(a);
	bool symbols = strcmp(section, "(symbols)") == 0, dir = strcmp(section, "(directory)") == 0;
	uint32_t sections = *section && !symbols && !dir ? 2 : 1;
	uint32_t at = 128 + 24 + 240 + sections * 40;

	put_name(&b, "MZ", 60);
	put(&b, 128, 4);
	put_name(&b, "", 64);
	put_name(&b, "PE", 4);
	put(&b, 0x8664, 2);
	put(&b, sections, 2);
	put(&b, 0, 8);
	put(&b, symbols ? 7 : 0, 4);
	put(&b, 240, 2);
	put(&b, 0x22, 2);
	put(&b, 0x20b, 2);
	put_name(&b, "", 66);
	put(&b, 3, 2); /* a console program */
	put_name(&b, "", 38);
	put(&b, 16, 4);
	for (int i = 0; i < 16; i++)
		put(&b, i == 6 && dir ? 28ull << 32 | 0x1000 : 0, 8);
	for (uint32_t i = 0; i < sections; i++) {
		put_name(&b, i ? section : ".rdata", 8);
		put(&b, i ? 4096 : content.n, 4);
		put(&b, 0x1000, 4);
		put(&b, i ? 0 : content.n, 4);
		put(&b, at, 4);
		put(&b, 0, 16);
	}
	buf_put(&b, content.p, content.n);
	return done(&b);
}

static void put_leb(struct buf *b, size_t v)
{
	for (; v > 127; v >>= 7)
		buf_putc(b, (char)((v & 127) | 128));
	buf_putc(b, (char)v);
}

struct bytes forge_wasm(struct arena *a, struct bytes content, const char *custom)
{
	struct buf b = start(a), data = start(a);

	buf_put(&b, "\0asm\1\0\0\0", 8);
	buf_put(&b, "\5\3\1\0\1", 5); /* one page of memory */
	buf_put(&data, "\1\0\x41\0\x0b", 5);
	put_leb(&data, content.n);
	buf_put(&data, content.p, content.n);
	buf_putc(&b, 11);
	put_leb(&b, data.n);
	buf_put(&b, data.p, data.n);
	if (*custom) {
		buf_putc(&b, 0);
		put_leb(&b, strlen(custom) + 9);
		put_leb(&b, strlen(custom));
		buf_puts(&b, custom);
		buf_put(&b, "\1\6\0\0\0\0\0\0", 8);
	}
	return done(&b);
}

/* ---- media ---- */

static void chunk(struct buf *b, const char *type, struct bytes content)
{
	struct buf c = start(b->a);

	buf_put(&c, type, 4);
	buf_put(&c, content.p, content.n);
	put_be32(b, (uint32_t)content.n);
	buf_put(b, c.p, c.n);
	put_be32(b, (uint32_t)crc32(0, (const Bytef *)c.p, (unsigned)c.n));
}

struct bytes forge_png(struct arena *a, struct bytes content)
{
	static const unsigned char head[] = {0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0};
	struct buf b = start(a);

	buf_put(&b, "\x89PNG\r\n\x1a\n", 8);
	chunk(&b, "IHDR", (struct bytes){head, sizeof(head)});
	if (content.n)
		chunk(&b, "tEXt", content);
	chunk(&b, "IDAT", forge_wrap(a, (struct bytes){(const unsigned char *)"\0\1\2\3", 4}, "z"));
	chunk(&b, "IEND", forge_text(""));
	return done(&b);
}

struct bytes forge_gif(struct arena *a)
{
	static const unsigned char gif[] =
		"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,"
		"\0\0\0\0\1\0\1\0\0\2\2D\1\0;";
	struct buf b = start(a);

	buf_put(&b, gif, sizeof(gif) - 1);
	return done(&b);
}

struct bytes forge_jpeg(struct arena *a)
{
	static const unsigned char jpeg[] =
		"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
		"\xff\xda\0\x08\1\1\0\0?\0\x12\xff\0\x34\xff\xd0\x56\xff\xd9";
	struct buf b = start(a);

	buf_put(&b, jpeg, sizeof(jpeg) - 1);
	return done(&b);
}

struct bytes forge_ico(struct arena *a)
{
	struct bytes png = forge_png(a, forge_text(""));
	struct buf b = start(a);

	buf_put(&b, "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0", 14);
	put(&b, png.n, 4);
	put(&b, 22, 4);
	buf_put(&b, png.p, png.n);
	return done(&b);
}

struct bytes forge_woff2(struct arena *a)
{
	struct buf b = start(a);

	buf_put(&b, "wOF2\0\1\0\0", 8);
	put_be32(&b, 64);
	put_name(&b, "\0\1", 52);
	return done(&b);
}

/* ---- archives ---- */

struct bytes forge_zip(struct arena *a, const char *name, struct bytes content)
{
	struct buf b = start(a);
	struct zip *z = pack_zip_new(a, &b);

	pack_zip_add(z, name, content.p, content.n);
	pack_zip_end(z);
	return done(&b);
}

/* The oldest kind has no magic. */
struct bytes forge_tar(struct arena *a, const char *name, struct bytes content, bool old)
{
	struct buf b = start(a);
	unsigned sum = 0;
	char *text;

	put_name(&b, name, 100);
	buf_printf(&b, "0000644%c0000000%c0000000%c%011zo%c14000000000%c        0", 0, 0, 0,
		   content.n, 0, 0);
	put_name(&b, "", 100);
	if (!old)
		buf_put(&b, "ustar\0" "00", 8);
	put_name(&b, "", 512 - b.n);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)b.p[i];
	text = arena_printf(a, "%06o", sum);
	memcpy(b.p + 148, text, 7);
	buf_put(&b, content.p, content.n);
	put_name(&b, "", 1024 + (512 - content.n % 512) % 512);
	return done(&b);
}
