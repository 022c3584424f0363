/*
 * Str: small, bounded helpers for text and encodings.
 *
 * Every reader takes the whole input or refuses it: no prefix is accepted, no
 * sign, blank or leading zero is skipped.
 */
#pragma once
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* Decimal integer within [min, max]; "-5" but not "+5", "05" or " 5". */
bool str_int(const char *s, int64_t min, int64_t max, int64_t *ret);

bool str_eq(const char *a, const char *b);       /* NULL equals only NULL */
bool str_starts(const char *s, const char *head);
bool str_ends(const char *s, const char *tail);

/* True when `s` has only characters of `set` and between min and max of them. */
bool str_only(const char *s, const char *set, size_t min, size_t max);

/* Well-formed UTF-8 (RFC 3629) without NUL and without the C0 controls other
 * than tab, line feed and carriage return. */
bool str_utf8(const char *p, size_t n);

/* The number of code points; the input must be well-formed. */
size_t str_chars(const char *s);

/* Lower-case hexadecimal. decode takes either case, needs an even length and
 * returns the number of bytes, or -1. */
char *str_hex(struct arena *a, const void *p, size_t n);
long str_unhex(const char *s, unsigned char *to, size_t cap);

/* RFC 4648 base32, lower case, unpadded: what public ids are made of. */
char *str_base32(struct arena *a, const void *p, size_t n);

/* The reverse, of either case, with padding or without. The number of bytes, or -1
 * for another character, stray bits or more than `cap`. */
long str_unbase32(const char *s, unsigned char *to, size_t cap);

/* RFC 4648 base64; `url` picks the URL alphabet without padding. decode takes
 * either alphabet, padded or not, and refuses stray bits; -1 when malformed.
 * `to` needs 3 bytes for each 4 characters. */
char *str_base64(struct arena *a, const void *p, size_t n, bool url);
long str_unbase64(const char *s, size_t n, unsigned char *to, size_t cap);

/* Undo percent-encoding once; NULL on a bad escape, a NUL byte or bad UTF-8.
 * `plus` turns '+' into a blank (query strings). */
char *str_unpercent(struct arena *a, const char *s, size_t n, bool plus);
