#include "config.h"

#include "forge.h"
#include "base/check.h"
#include "base/jw.h"
#include "base/str.h"

#include <ctype.h>
#include <string.h>
#include <zlib.h>

static void wrap_deflate(struct buf *to, struct bytes b, int window)
{
	uLong room = compressBound(b.n) + 64;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)b.p, .avail_in = (unsigned)b.n};

	check(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_out = (Bytef *)buf_room(to, room);
	z.avail_out = (unsigned)room;
	check(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buf_added(to, room - z.avail_out);
	deflateEnd(&z);
}

static void wrap_base64(struct buf *to, struct bytes b, bool url, size_t line, const char *between)
{
	const char *s = str_base64(to->a, b.p, b.n, url);

	for (size_t n = strlen(s); n; n -= n < line ? n : line, s += line) {
		buf_put(to, s, n < line ? n : line);
		if (n > line)
			buf_puts(to, between);
	}
}

/* Each byte between two texts, written by one of the ways below. */
enum spelling { AS_IS, HEX, DECIMAL };

static void wrap_each(struct buf *to, struct bytes b, const char *before, enum spelling as,
		      const char *after)
{
	for (size_t i = 0; i < b.n; i++) {
		buf_puts(to, before);
		if (as == HEX)
			buf_printf(to, "%02x", b.p[i]);
		else if (as == DECIMAL)
			buf_printf(to, "%d", b.p[i]);
		else
			buf_putc(to, (char)b.p[i]);
		buf_puts(to, after);
	}
}

static void wrap_percent(struct buf *to, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		wrap_each(to, (struct bytes){b.p + i, 1}, isalnum(b.p[i]) ? "" : "%",
			  isalnum(b.p[i]) ? AS_IS : HEX, "");
}

static void wrap_entities(struct buf *to, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		switch (b.p[i]) {
		case '<': buf_puts(to, "&lt;"); break;
		case '>': buf_puts(to, "&gt;"); break;
		case '&': buf_puts(to, "&amp;"); break;
		case '"': buf_puts(to, "&quot;"); break;
		default: buf_putc(to, (char)b.p[i]);
		}
}

static void wrap_letters(struct buf *to, struct bytes b, char how)
{
	for (size_t i = 0; i < b.n; i++)
		if (how == 'c')
			buf_putc(to, (char)toupper(b.p[i]));
		else if (how == 'k')
			buf_putc(to, (char)(b.p[i] ^ 0xa5));
		else if (how == 'r')
			buf_putc(to, (char)b.p[b.n - 1 - i]);
		else
			buf_put(to,
				how == 'w' ? (char[]){(char)b.p[i], 0} : (char[]){0, (char)b.p[i]},
				2);
}

static void wrap_one(struct buf *to, struct bytes b, char how)
{
	switch (how) {
	case 'g': wrap_deflate(to, b, 31); break;
	case 'z': wrap_deflate(to, b, 15); break;
	case 'd': wrap_deflate(to, b, -15); break;
	case 'b': wrap_base64(to, b, false, SIZE_MAX / 2, ""); break;
	case 'u': wrap_base64(to, b, true, SIZE_MAX / 2, ""); break;
	case 'l': wrap_base64(to, b, false, 76, "\n"); break;
	case 's': wrap_base64(to, b, false, 60, "\" +\n  \""); break;
	case 'h': wrap_each(to, b, "", HEX, ""); break;
	case 'x': wrap_each(to, b, "\\x", HEX, ""); break;
	case '0': wrap_each(to, b, "0x", HEX, ","); break;
	case 'n': wrap_each(to, b, "", DECIMAL, ", "); break;
	case 'p': wrap_percent(to, b); break;
	case 'e': wrap_entities(to, b); break;
	case 'j': jw_escape(to, arena_strndup(to->a, (const char *)b.p, b.n)); break;
	default: wrap_letters(to, b, how);
	}
}

struct bytes forge_wrap(struct arena *a, struct bytes b, const char *how)
{
	for (; *how; how++) {
		struct buf to;

		buf_init(&to, a, 128u << 20);
		wrap_one(&to, b, *how);
		check(!to.over);
		b = (struct bytes){(const unsigned char *)buf_str(&to), to.n};
	}
	return b;
}
