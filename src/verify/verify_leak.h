/*
 * The leak scanner: detectors over a file and over the layers inside it.
 *
 * A layer is a run of bytes with a way how it was found: the file itself, what
 * a gzip stream in it inflates to, what a base64 run decodes to, and so on, at
 * most VERIFY_DEPTH deep and bounded in bytes.
 */
#pragma once
#include "verify/verify_int.h"

#define VERIFY_DEPTH 5                  /* the file and four layers */
#define VERIFY_LAYER_MAX (64u << 20)    /* bytes of one opened layer */
#define VERIFY_OPEN_MAX (256ull << 20)  /* bytes opened in one file, failed attempts too */
#define VERIFY_DETECTORS 16

struct verify_layer {
	const struct verify_layer *up; /* NULL: the file */
	const char *how;               /* name of the file, or "gzip", "base64", … */
	size_t at;                     /* offset in `up` */
	int depth;
	const unsigned char *p;
	size_t n;
	bool text;   /* well-formed text */
	bool served; /* every layer above is text: a browser shows it as it is */
	bool media;  /* stands in an image, font or sound: need not be a known format */
};

struct verify_leak {
	struct arena *a; /* findings */
	const struct verify_words *words;
	struct verify_shingles *shingles; /* NULL: no source to compare with */
	uint64_t opened;                  /* bytes of layers of this file */
	size_t layers;                    /* in all files */
	uint64_t bytes;                   /* looked at in all files */
	const char *found[VERIFY_DETECTORS]; /* first finding of each detector */
};

/*
 * One row per detector. `words` adds its patterns to the one pass over a layer,
 * `word` judges a place where one stands, `whole` looks at a layer.
 */
struct verify_detector {
	const char *name;
	enum verify_code code;
	void (*words)(struct arena *a, struct verify_words *w, unsigned row,
		      const struct verify_job *j);
	void (*word)(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		     const struct verify_word *word, size_t at);
	void (*whole)(struct verify_leak *l, unsigned row, const struct verify_layer *y);
};

extern const struct verify_detector verify_detectors[];
extern const size_t verify_detectors_n;

struct verify_leak *verify_leak_new(struct arena *a, const struct verify_job *j,
				    struct verify_shingles *s);

/* Look at one file; findings are kept in l->found. */
void verify_leak_file(struct verify_leak *l, const char *name, const unsigned char *p, size_t n);

/* Keep the first finding of a detector: what, where, and up to 80 bytes. */
void verify_leak_found(struct verify_leak *l, unsigned row, const struct verify_layer *y, size_t at,
		       size_t len, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Open bytes found in `y` as a layer. `whole` says that they are surely what
 * `how` names (a checksum held, a long run in served text): then unknown
 * content is a finding by itself. */
void verify_leak_open(struct verify_leak *l, unsigned row, const struct verify_layer *y,
		      const char *how, size_t at, const unsigned char *p, size_t n, bool whole);

/* Account for bytes about to be opened or decoded; false, with a finding, when
 * the file holds more than VERIFY_OPEN_MAX of them. */
bool verify_leak_may_open(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			  size_t at, size_t n);

/* What a layer may be without more ado: "text", "wasm", "png", "gzip", …;
 * NULL for anything else. */
const char *verify_leak_known(const unsigned char *p, size_t n);

/* The detectors' functions; each file says what it looks for and lets pass. */
typedef void verify_words_fn(struct arena *a, struct verify_words *w, unsigned row,
			     const struct verify_job *j);
typedef void verify_word_fn(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			    const struct verify_word *word, size_t at);
typedef void verify_whole_fn(struct verify_leak *l, unsigned row, const struct verify_layer *y);

verify_words_fn verify_map_words, verify_debug_words, verify_needle_words, verify_path_words,
	verify_archive_words, verify_secret_words, verify_stream_words;
verify_word_fn verify_map_word, verify_debug_word, verify_needle_word, verify_path_word,
	verify_archive_word, verify_secret_word, verify_stream_word;
verify_whole_fn verify_debug_whole, verify_tail_whole, verify_shingle_whole,
	verify_language_whole, verify_stream_whole, verify_encoding_whole;
