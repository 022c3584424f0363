#include "config.h"

#include "verify/verify_int.h"
#include "base/check.h"

#include <endian.h>

/*
 * The first three bytes of every word, in lower case, are hashed into a bitmap
 * of 64 Kbit that stays in the fastest cache; one load, one multiplication and
 * one test per byte let nearly everything pass. Only where the bit is set are
 * the words of that bucket compared.
 */
#define KEY 3
#define BITS 16
#define BUCKETS 1024

struct verify_words {
	struct arena *a;
	uint64_t map[(1u << BITS) / 64];
	struct verify_word *bucket[BUCKETS];
};

struct verify_words *verify_words_new(struct arena *a)
{
	struct verify_words *w = ARENA_NEW(a, struct verify_words);

	w->a = a;
	return w;
}

/* Setting bit 5 makes letters lower-case; what it does to other bytes is the
 * same on both sides. */
static uint32_t hash(uint32_t three)
{
	return ((three | 0x202020u) & 0xffffffu) * 2654435761u >> (32 - BITS);
}

static uint32_t three_bytes(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

void verify_words_add(struct verify_words *w, const void *p, size_t n, bool fold, unsigned row,
		      const void *arg)
{
	struct verify_word *word = ARENA_NEW(w->a, struct verify_word);
	unsigned char *copy = arena_alloc(w->a, n);
	uint32_t h;

	check(n >= KEY);
	memcpy(copy, p, n);
	for (size_t i = 0; fold && i < n; i++)
		copy[i] = lower(copy[i]);
	h = hash(three_bytes(copy));
	*word = (struct verify_word){copy, n, fold, row, arg, w->bucket[h % BUCKETS]};
	w->bucket[h % BUCKETS] = word;
	w->map[h / 64] |= 1ull << h % 64;
}

static bool stands_at(const struct verify_word *word, const unsigned char *p)
{
	if (!word->fold)
		return memcmp(word->p, p, word->n) == 0;
	for (size_t i = 0; i < word->n; i++)
		if (word->p[i] != lower(p[i]))
			return false;
	return true;
}

static void look_up(const struct verify_words *w, uint32_t h, const unsigned char *p, size_t n,
		    size_t at, void (*fn)(void *ctx, const struct verify_word *word, size_t at),
		    void *ctx)
{
	for (const struct verify_word *word = w->bucket[h % BUCKETS]; word; word = word->next)
		if (word->n <= n - at && stands_at(word, p + at))
			fn(ctx, word, at);
}

void verify_words_scan(const struct verify_words *w, const unsigned char *p, size_t n,
		       void (*fn)(void *ctx, const struct verify_word *word, size_t at), void *ctx)
{
	uint32_t four, h;
	size_t i = 0;

	for (; i + 4 <= n; i++) {
		memcpy(&four, p + i, sizeof(four)); /* one load; the fourth is masked away */
		h = hash(le32toh(four));
		if (w->map[h / 64] >> h % 64 & 1)
			look_up(w, h, p, n, i, fn, ctx);
	}
	if (i + KEY <= n)
		look_up(w, hash(three_bytes(p + i)), p, n, i, fn, ctx);
}
