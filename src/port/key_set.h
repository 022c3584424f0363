/*
 * Key set: the public keys by which a stranger checks what is signed here (RFC
 * 7517), and how one key follows another (OpenSSL).
 *
 * The set is the public halves of the keys that sign, and what lies in the folder
 * of the setting `keys`: a key that will sign soon, and those that have signed. A
 * reader may keep a set for KEY_SET_AGE_S. So a key is in it for that long before
 * it signs, and stays for as long as what it has signed is to be checked: whoever
 * keeps a set never meets a signature by a key that is not in it.
 */
#pragma once
#include "base/conf.h"
#include "base/err.h"
#include "port/crypto.h"

#include <stddef.h>
#include <stdint.h>

#define KEY_SET_MAX 32
#define KEY_SET_AGE_S 300

struct key_set {
	struct key_set_one {
		const struct key *key; /* the arena's */
		const char *kid;
		const char *file; /* in the folder; NULL for one that signs */
	} one[KEY_SET_MAX];
	size_t n;
};

/* All of them, each once, read anew: a new one is seen without a restart. -1 with
 * E_UNAVAILABLE when a file cannot be read: a set must not lack one of its keys. */
int key_set_read(struct arena *a, const struct conf *c, struct key_set *ret, struct err *e);

/* The key of that id, or NULL. */
const struct key *key_set_find(const struct key_set *s, const char *kid);

/* {"keys":[…]} */
const char *key_set_json(struct arena *a, const struct key_set *s);

/* The keys by which provenance is checked, as PEM: first the one that signs now, which
 * is all that a reader of one key sees, then those of the folder. */
const char *key_set_pem(struct arena *a, const struct key_set *s);

/* A key that signs: its files, and that of its successor while there is one. */
struct key_role {
	const char *name, *private, *public, *next;
};
/* By the name "receipt" or "provenance"; false for another. */
bool key_role_of(struct arena *a, const struct conf *c, const char *name, struct key_role *ret);

/* Make a successor and show it in the set; one that is there stays. *ret_from: from
 * when on it may sign (seconds since 1970). */
int key_set_next(struct arena *a, const struct conf *c, const struct key_role *role,
		 const char **ret_kid, int64_t *ret_from, struct err *e);

/* From here on the successor signs, in processes that start; the key before it
 * stays in the set. E_CONFLICT before its time, E_NOT_FOUND without one. What a
 * crash has cut short is done by the same call again. */
int key_set_switch(struct arena *a, const struct conf *c, const struct key_role *role, int64_t now_s,
		   const char **ret_kid, struct err *e);

/* Take a key out of the set, by its file in the folder. E_CONFLICT for one that signs
 * or is about to, E_NOT_FOUND. */
int key_set_retire(struct arena *a, const struct conf *c, const char *file, struct err *e);
