/*
 * Id: unguessable public names.
 *
 * A public id is a prefix and 160 random bits in lower-case base32, such as
 * "run_" and 32 characters. It carries no time and no count. Secrets (tokens,
 * tickets) carry 256 bits.
 */
#pragma once
#include "base/arena.h"

#include <stdbool.h>

#define ID_CHARS 32  /* characters after the prefix of a public id */

char *id_new(struct arena *a, const char *prefix);
char *id_secret(struct arena *a, const char *prefix);

/* Has `s` the form of a public id with this prefix? */
bool id_valid(const char *s, const char *prefix);

/* Random bytes from the kernel; exits when it has none. */
void id_random(void *p, size_t n);
