#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALIGN 16u
#define FIRST_BLOCK (16u * 1024)

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char data[];
};

struct defer {
	struct defer *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	size_t cap, used;
	struct block *blocks; /* newest first; the oldest is kept by a reset */
	struct defer *defers;
};

static _Noreturn void out_of_memory(size_t want, size_t used)
{
	char w[24], u[24];

	log_put(LOG_ERROR, "out_of_memory", "want", log_num(w, (long long)want), "used",
		log_num(u, (long long)used), NULL);
	_exit(70);
}

static void *must_malloc(size_t n, size_t used)
{
	void *p = malloc(n);

	if (p == NULL)
		out_of_memory(n, used);
	return p;
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = must_malloc(sizeof(*a), 0);

	memset(a, 0, sizeof(*a));
	a->cap = cap;
	return a;
}

static struct block *block_add(struct arena *a, size_t need)
{
	size_t size = need;
	struct block *b;

#ifndef ARENA_MALLOC
	size_t next = a->blocks == NULL ? FIRST_BLOCK : a->blocks->size * 2;

	if (size < next)
		size = next;
#endif
	b = must_malloc(sizeof(*b) + size, a->used);
	b->size = size;
	b->used = 0;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t want = n;
	struct block *b = a->blocks;
	void *p;

	if (n > a->cap || a->used > a->cap - n)
		out_of_memory(n, a->used);
#ifdef ARENA_MALLOC
	b = block_add(a, want ? want : 1);
#else
	want = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (b == NULL || b->size - b->used < want)
		b = block_add(a, want);
#endif
	p = b->data + b->used;
	b->used += want;
	a->used += n;
	return memset(p, 0, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p;

	if (s == NULL)
		return NULL;
	p = arena_alloc(a, n + 1);
	memcpy(p, s, n);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char first[256]; /* most fit, and are formatted once */
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(first, sizeof(first), fmt, again);
	va_end(again);
	check(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	if ((size_t)n < sizeof(first))
		memcpy(p, first, (size_t)n + 1);
	else
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct defer *d = ARENA_NEW(a, struct defer);

	d->fn = fn;
	d->p = p;
	d->next = a->defers;
	a->defers = d;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

static void run_defers(struct arena *a)
{
	while (a->defers != NULL) {
		struct defer *d = a->defers;

		a->defers = d->next;
		d->fn(d->p);
	}
}

void arena_reset(struct arena *a)
{
	run_defers(a);
#ifdef ARENA_MALLOC
	const struct block *keep = NULL;
#else
	const struct block *keep = a->blocks;

	while (keep != NULL && keep->next != NULL)
		keep = keep->next;
#endif
	while (a->blocks != NULL && a->blocks != keep) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	if (a->blocks != NULL)
		a->blocks->used = 0;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->blocks);
	free(a);
}
