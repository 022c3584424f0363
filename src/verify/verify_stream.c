#include "config.h"

#include "verify/verify_leak.h"
#include "port/pack.h"

/*
 * Compressed streams at any offset: gzip by its magic, zlib by its two header
 * bytes. What inflates to a right checksum is surely one, and must hold
 * something known; a gzip stream that breaks off is still looked at as far as
 * it went.
 */

#define PARTIAL_MIN 256      /* bytes before a broken stream is worth a look */
#define ARENA_MAX (8ull * VERIFY_LAYER_MAX) /* a buf doubles, and keeps the halves */

static void open_stream(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			size_t at, enum pack_kind kind, bool must_be_known)
{
	/* two bytes of zlib are met by chance, and then nothing but noise follows */
	bool partly = kind == PACK_GZIP || at == 0;
	const char *how = kind == PACK_GZIP ? "gzip" : "zlib";
	struct arena *a = arena_new(ARENA_MAX);
	struct buf b;
	size_t used;

	buf_init(&b, a, VERIFY_LAYER_MAX);
	if (kind == PACK_GZIP && at == 0 && verify_le32(y->p + y->n - 4) / 1100 < y->n)
		buf_room(&b,
			 verify_le32(y->p + y->n - 4) % VERIFY_LAYER_MAX); /* it says its size */
	used = pack_inflate(kind, y->p + at, y->n - at, &b);
	if (b.over)
		verify_leak_found(l, row, y, at, 0, "%s unpacks to more than can be checked", how);
	else if (verify_leak_may_open(l, row, y, at, b.n) &&
		 (used || (partly && b.n >= PARTIAL_MIN)))
		verify_leak_open(l, row, y, how, at, (const unsigned char *)buf_str(&b), b.n,
				 used && must_be_known);
	arena_free(a);
}

void verify_stream_words(struct arena *a, struct verify_words *w, unsigned row,
			 const struct verify_job *j)
{
	(void)a;
	(void)j;
	verify_words_add(w, "\x1f\x8b\x08", 3, false, row, NULL);
}

void verify_stream_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			const struct verify_word *word, size_t at)
{
	(void)word;
	if (y->n - at >= 18 && y->p[at + 3] < 0x20) /* header and trailer; known flags */
		open_stream(l, row, y, at, PACK_GZIP, true);
}

/* Can a deflate stream begin so? Spares most of the tries. */
static bool deflate_begins(const unsigned char *p)
{
	switch (p[0] >> 1 & 3) {
	case 0: /* stored: a length and its complement */
		return (verify_le16(p + 1) ^ verify_le16(p + 3)) == 0xffff;
	case 1:
		return true;
	case 2: /* at most 286 literal and 30 distance codes */
		return p[0] >> 3 <= 29 && (p[1] & 31) <= 29;
	default:
		return false;
	}
}

void verify_stream_whole(struct verify_leak *l, unsigned row, const struct verify_layer *y)
{
	const unsigned char *p = y->p, *end = y->p + y->n;

	if (y->text)
		return;
	while (l->found[row] == NULL && end - p > 8 &&
	       (p = memchr(p, 0x78, (size_t)(end - p) - 8)) != NULL) {
		size_t at = (size_t)(p - y->p);
		/* the pixels of a picture are compressed, and of no known kind */
		bool pixels = at >= 4 && memcmp(p - 4, "IDAT", 4) == 0;

		if (verify_be16(p) % 31 == 0 && !(p[1] & 0x20) && deflate_begins(p + 2))
			open_stream(l, row, y, at, PACK_ZLIB, !pixels);
		p++;
	}
}
