#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

/* In the order in which they are reported. */
const struct verify_detector verify_detectors[] = {
	{"source_map", VERIFY_LEAK_MAP, verify_map_words, verify_map_word, NULL},
	{"debug_info", VERIFY_LEAK_DEBUG, verify_debug_words, verify_debug_word,
	 verify_debug_whole},
	{"needles", VERIFY_LEAK_PATH, verify_needle_words, verify_needle_word, NULL},
	{"paths", VERIFY_LEAK_PATH, verify_path_words, verify_path_word, NULL},
	{"archives", VERIFY_LEAK_ARCHIVE, verify_archive_words, verify_archive_word, NULL},
	{"tails", VERIFY_LEAK_ARCHIVE, NULL, NULL, verify_tail_whole},
	{"shingles", VERIFY_LEAK_SOURCE, NULL, NULL, verify_shingle_whole},
	{"language", VERIFY_LEAK_SOURCE, NULL, NULL, verify_language_whole},
	{"secrets", VERIFY_LEAK_SECRET, verify_secret_words, verify_secret_word, NULL},
	{"streams", VERIFY_LEAK_ARCHIVE, verify_stream_words, verify_stream_word,
	 verify_stream_whole},
	{"encodings", VERIFY_LEAK_ARCHIVE, NULL, NULL, verify_encoding_whole},
};
const size_t verify_detectors_n = COUNT(verify_detectors);
_Static_assert(COUNT(verify_detectors) <= VERIFY_DETECTORS, "room for a finding each");

struct verify_leak *verify_leak_new(struct arena *a, const struct verify_job *j,
				    struct verify_shingles *s)
{
	struct verify_leak *l = ARENA_NEW(a, struct verify_leak);
	struct verify_words *w = verify_words_new(a);

	l->a = a;
	l->words = w;
	l->shingles = s;
	for (unsigned row = 0; row < verify_detectors_n; row++)
		if (verify_detectors[row].words != NULL)
			verify_detectors[row].words(a, w, row, j);
	return l;
}

/* "app.html > base64 at 120 > gzip at 0" */
static void put_place(struct buf *b, struct arena *a, const struct verify_layer *y)
{
	const struct verify_layer *chain[VERIFY_DEPTH + 1];
	int n = 0;

	for (; y != NULL && n <= VERIFY_DEPTH; y = y->up)
		chain[n++] = y;
	buf_puts(b, verify_show(a, chain[n - 1]->how, strlen(chain[n - 1]->how)));
	for (n -= 2; n >= 0; n--)
		buf_printf(b, " > %s at %zu", chain[n]->how, chain[n]->at);
}

void verify_leak_found(struct verify_leak *l, unsigned row, const struct verify_layer *y, size_t at,
		       size_t len, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	if (l->found[row] != NULL)
		return;
	buf_init(&b, l->a, 2048);
	put_place(&b, l->a, y);
	buf_printf(&b, ": offset %zu: %s: ", at, verify_detectors[row].name);
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	if (len)
		buf_printf(&b, ": \"%s\"", verify_show(l->a, y->p + at, len));
	l->found[row] = buf_str(&b);
}

struct visit {
	struct verify_leak *l;
	const struct verify_layer *y;
};

static void at_word(void *ctx, const struct verify_word *word, size_t at)
{
	struct visit *v = ctx;

	if (v->l->found[word->row] == NULL)
		verify_detectors[word->row].word(v->l, word->row, v->y, word, at);
}

static void look_at(struct verify_leak *l, const struct verify_layer *y)
{
	struct visit v = {l, y};

	l->layers++;
	l->bytes += y->n;
	verify_words_scan(l->words, y->p, y->n, at_word, &v);
	for (unsigned row = 0; row < verify_detectors_n; row++)
		if (verify_detectors[row].whole != NULL && l->found[row] == NULL)
			verify_detectors[row].whole(l, row, y);
}

void verify_leak_file(struct verify_leak *l, const char *name, const unsigned char *p, size_t n)
{
	struct verify_layer y = {.how = name, .p = p, .n = n};
	size_t end;

	l->opened = 0;
	y.text = verify_is_text(p, n);
	y.served = y.text;
	y.media = verify_media_read(p, n, &end) != NULL;
	look_at(l, &y);
}

const char *verify_leak_known(const unsigned char *p, size_t n)
{
	struct verify_program prog;
	const char *media;
	size_t end;

	if (verify_wasm_read(p, n, &prog))
		return "wasm";
	if ((media = verify_media_read(p, n, &end)) != NULL)
		return media;
	if (n > 18 && memcmp(p, "\x1f\x8b\x08", 3) == 0)
		return "gzip";
	if (n > 6 && p[0] == 0x78 && verify_be16(p) % 31 == 0 && !(p[1] & 0x20))
		return "zlib";
	return verify_is_text(p, n) ? "text" : NULL;
}

bool verify_leak_may_open(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			  size_t at, size_t n)
{
	l->opened += n;
	if (l->opened > VERIFY_OPEN_MAX)
		verify_leak_found(l, row, y, at, 0, "more is packed inside than can be checked");
	return l->opened <= VERIFY_OPEN_MAX;
}

void verify_leak_open(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		      const char *how, size_t at, const unsigned char *p, size_t n, bool whole)
{
	struct verify_layer in = {
		.up = y, .how = how, .at = at, .depth = y->depth + 1, .p = p, .n = n};
	size_t end;

	if (whole && in.depth >= VERIFY_DEPTH)
		verify_leak_found(l, row, y, at, 0, "%s, packed too often", how);
	if (in.depth >= VERIFY_DEPTH)
		return;
	if (whole && !y->media && verify_leak_known(p, n) == NULL)
		verify_leak_found(l, row, y, at, 0, "%s holds %zu bytes of an unknown kind", how,
				  n);
	in.text = verify_is_text(p, n);
	in.served = y->served && in.text;
	in.media = y->media || verify_media_read(p, n, &end) != NULL;
	look_at(l, &in);
}
