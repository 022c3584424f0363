/*
 * Inside of the room verify. The scan reads files (verify_scan.c), asks what
 * they are (verify_form.c, verify_program.c), and hands their bytes to the
 * leak scanner (verify_leak.c): a table of small detectors that run over the
 * file and over every layer that can be opened inside it (verify_unpack.c).
 */
#pragma once
#include "verify/verify.h"

#include <string.h>

/* ---- names (verify_name.c) ---- */

struct verify_type {
	const char *ext, *mime;
	bool text; /* must be UTF-8 */
	const char *const *sniff; /* beginnings of what libmagic may say, NULL at the end */
};

/* The row of a served file by its extension, or NULL. */
const struct verify_type *verify_type_of(const char *name);

/* Is this a name that never goes to a customer (source, lock file, key, …)?
 * Sets the code and returns why, or NULL. */
const char *verify_name_leak(const char *name, enum verify_code *ret);

/* Is `name` below one of the prefixes (whole path components)? */
bool verify_below(const char *path, const char *const *prefixes, size_t n);

bool verify_platform_known(const char *platform);

/* ---- text that goes into a reason ---- */

/* At most 80 bytes, printable ASCII, the rest as \xNN. */
const char *verify_show(struct arena *a, const void *p, size_t n);

/* ---- numbers in foreign formats; the caller has checked the bounds ---- */
bool verify_within(uint64_t at, uint64_t len, size_t n); /* do `len` bytes at `at` lie in n? */
uint32_t verify_le16(const unsigned char *p);
uint32_t verify_le32(const unsigned char *p);
uint64_t verify_le64(const unsigned char *p);
uint32_t verify_be16(const unsigned char *p);
uint32_t verify_be32(const unsigned char *p);
uint32_t verify_crc32(const unsigned char *p, size_t n);
const unsigned char *verify_find(const unsigned char *p, size_t n, const char *what, size_t len);

/* ---- programs and media ---- */

struct verify_program {
	const char *machine; /* "linux-amd64", …, "wasm", or "other" */
	size_t end;          /* where the last thing that its headers describe ends */
	char debug[64];      /* first piece of debug information, "" for none */
};

/* False when it is no whole ELF, Mach-O, PE or WebAssembly file. */
bool verify_program_read(const unsigned char *p, size_t n, struct verify_program *ret);
bool verify_elf_read(const unsigned char *p, size_t n, struct verify_program *ret);
bool verify_macho_read(const unsigned char *p, size_t n, struct verify_program *ret);
bool verify_pe_read(const unsigned char *p, size_t n, struct verify_program *ret);
bool verify_wasm_read(const unsigned char *p, size_t n, struct verify_program *ret);

/* An image, font or sound: its name ("png", …), and where it ends; NULL when
 * it is none or damaged. */
const char *verify_media_read(const unsigned char *p, size_t n, size_t *ret_end);

/* Is the file what its name or platform says? NULL, or why not. */
const char *verify_form_problem(struct arena *a, const struct verify_entry *e,
				const unsigned char *p, size_t n);

/* Well-formed UTF-8 without controls other than blanks? */
bool verify_is_text(const unsigned char *p, size_t n);

/* ---- words: many patterns in one pass (verify_words.c) ---- */

struct verify_word {
	const unsigned char *p;
	size_t n;
	bool fold;        /* ASCII letters match either case */
	unsigned row;     /* detector */
	const void *arg;  /* its own row */
	struct verify_word *next;
};

struct verify_words;
struct verify_words *verify_words_new(struct arena *a);

/* Add a pattern of at least 3 bytes. */
void verify_words_add(struct verify_words *w, const void *p, size_t n, bool fold, unsigned row,
		      const void *arg);

/* Call fn for each place where a word stands; overlaps are all reported. */
void verify_words_scan(const struct verify_words *w, const unsigned char *p, size_t n,
		       void (*fn)(void *ctx, const struct verify_word *word, size_t at), void *ctx);

/* ---- shingles: pieces of the source tree (verify_shingle.c) ---- */

struct verify_shingles;

/* Index the tree of a job without the folder `skip`. What stands in the public
 * prefixes and in string literals is known and does not count. E_UNAVAILABLE
 * when the tree cannot be read whole. */
int verify_source_read(struct arena *a, const struct verify_job *j, const char *skip,
		       struct verify_shingles **ret, struct err *e);

/* Room for so many bytes of source; then the private files, then once more all
 * files for what is allowed: public ones whole, of others the literals. */
struct verify_shingles *verify_shingles_new(struct arena *a, size_t bytes);
void verify_shingles_add(struct verify_shingles *s, const char *path, const unsigned char *p,
			 size_t n);
void verify_shingles_allow(struct verify_shingles *s, const char *path, const unsigned char *p,
			   size_t n, bool public);

/* How many files and windows it holds. */
void verify_shingles_count(const struct verify_shingles *s, size_t *files, size_t *windows);

/* Count new windows of the source in these bytes. Returns the offset where the
 * count reached the limit, or -1; *ret_path is then the source file. */
long verify_shingles_scan(struct verify_shingles *s, const unsigned char *p, size_t n,
			  const char **ret_path);

/* Which bytes of a source file are string literals: 1 in `mask`. */
void verify_literals(const char *path, const unsigned char *p, size_t n, unsigned char *mask);
