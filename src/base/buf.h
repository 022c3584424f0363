/*
 * Buf: bytes that grow inside an arena, born with a ceiling.
 *
 * Past the ceiling nothing more is appended and `over` stays set: a caller
 * builds the whole thing and checks once. The bytes are always followed by a
 * NUL that is not counted.
 */
#pragma once
#include "base/arena.h"

#include <stdbool.h>

struct buf {
	struct arena *a;
	char *p;
	size_t n, cap, max;
	bool over;
};

void buf_init(struct buf *b, struct arena *a, size_t max);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Room for `n` more bytes at the end to write into directly, or NULL past the
 * ceiling; buf_added() then says how many were written. */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

/* The content as a string; never NULL. */
const char *buf_str(struct buf *b);
