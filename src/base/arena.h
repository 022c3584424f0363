/*
 * Arena: the memory of one unit of work.
 *
 * Everything a request, a batch or a command needs comes from its arena and
 * goes back at once. Nothing in it is freed alone. Foreign objects (results,
 * handles, descriptors) are tied to it with arena_defer().
 *
 * The arena never returns NULL: past its ceiling, or when the system has no
 * memory, the process logs one line and exits; the transaction rolls back and
 * the supervisor forks a fresh process. What a customer can make us allocate
 * is limited before that, by the route's body limit and the input's shape.
 *
 * With --enable-arena-malloc every piece is a malloc of its own, so that the
 * sanitizers see an overrun between two pieces.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

struct arena;

/* New arena that may hold at most `cap` bytes. Exits when out of memory. */
struct arena *arena_new(size_t cap);

/* Run the deferred functions, newest first, and forget all pieces. The first
 * block is kept, so that a steady request costs no malloc. */
void arena_reset(struct arena *a);

/* arena_reset() and give everything back. NULL is allowed. */
void arena_free(struct arena *a);

/* `n` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);

/* Copies; a NULL source gives NULL. arena_strndup() reads all `n` bytes. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);

char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Call fn(p) when the arena is reset or freed. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

/* A zeroed object or array of a type. */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))
