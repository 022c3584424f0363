/*
 * Model span: JSON as pieces of the text it came in.
 *
 * A gateway passes on what it does not know. A tree that is printed again
 * turns 1.0 into 1 and loses what is beyond 64 bits; here the text is checked
 * once, the few members that matter are found by where they stand, and edits
 * are made in the text itself. Nothing is copied until then.
 *
 * Except for model_span_check() all functions take text that was checked.
 */
#pragma once
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct model_span {
	const char *p; /* in the text that was given; NULL: not there */
	size_t n;
};

#define MODEL_DEPTH 128

/* Is it exactly one value of RFC 8259, in UTF-8, at most MODEL_DEPTH deep?
 * Numbers of any size are taken, and so are escapes of lone surrogates.
 * *ret_at is where it goes wrong. */
bool model_span_check(const char *p, size_t n, size_t *ret_at);

/* The value without the blanks around it. */
struct model_span model_span_of(const char *p, size_t n);

/* The first character: { [ " t f n, or a digit or minus. 0 when not there. */
char model_span_kind(struct model_span v);

/* Go through an object or an array; on anything else there is nothing. */
struct model_walk {
	const char *p, *end;
	char close;
};
void model_walk_start(struct model_walk *w, struct model_span v);
bool model_walk_member(struct model_walk *w, struct model_span *key, struct model_span *value);
bool model_walk_item(struct model_walk *w, struct model_span *value);

/* How many members have that name, escaped or not; *ret is the last of them,
 * the one most parsers keep, or not there. */
size_t model_span_get(struct model_span object, const char *key, struct model_span *ret);

/* Is it a string, and this one, with its escapes undone? */
bool model_span_is(struct model_span v, const char *s);

/* The string with its escapes undone; NULL when it is no string or holds NUL
 * or a lone surrogate. */
const char *model_span_text(struct arena *a, struct model_span v);

/* As much of the string as fits `cap` bytes with its NUL, controls as blanks;
 * "" and false when it is no string. */
bool model_span_copy(struct model_span v, char *to, size_t cap);

/* A whole number without fraction and exponent that fits 64 bits? */
bool model_span_int(struct model_span v, int64_t *ret);

/* Put `text` where `at` stands; at.n may be 0. */
struct model_edit {
	struct model_span at;
	const char *text;
};

/* The text with the edits made, which must not overlap; NUL-terminated, in
 * `a`. The order of the edits is changed. */
const char *model_splice(struct arena *a, const char *text, size_t n, struct model_edit *edits,
			 size_t edits_n, size_t *ret_n);
