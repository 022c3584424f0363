/* What the files of the room share. */
#pragma once
#include "base/jw.h"
#include "port/json.h"
#include "port/key_set.h"
#include "usage/usage.h"
#include "usage/usage_merkle.h"

int usage_store_forget(struct work *w, int batch); /* answers after a day; -1 */
int usage_store_expire(struct work *w, int batch); /* reservations ended; -1 */

/* A page of the feed. */
struct usage_page {
	int64_t before;          /* wall clock: what was known by then */
	int64_t after, after_id; /* the cursor, 0: none */
	int64_t page, size;      /* the first is 1; without a cursor */
};
/* Its items as a JSON array, whether there is more, and the cursor behind it (NULL). */
int usage_store_feed(struct work *w, const struct usage_page *p, const char **ret_items, bool *ret_more,
		     const char **ret_cursor);
/* The same page is collected: how many events have left the feed. */
int usage_store_collected(struct work *w, const struct usage_page *p, int64_t *ret_n);

/* What another service says was used; `source` is its name. 1: it is new, 0: it was
 * said before, -1: E_CONFLICT when that name stands for another one. */
struct usage_event {
	const char *event_id, *event_type;
	const char *account_id; /* a UUID, or NULL */
	const char *source;
	const char *data;    /* JSON */
	int64_t occurred_at; /* wall clock; 0: now, by the database */
};
int usage_store_event(struct work *w, const struct usage_event *ev);

/* A batch of the ledger, closed: its tree's root, signed, and the root before.
 * Hashes in hexadecimal, the signature in base64. */
struct usage_seal {
	/* Numbers of entries, both ends included; `first` follows the `last` before it. */
	int64_t id, first, last, entries;
	const char *root, *previous, *signature;
	const char *kid; /* names the key; NULL in seals older than that */
	int64_t at;
};

struct usage_leaves {
	size_t n;
	const char **hex; /* in the order of their numbers */
	int64_t *id;
};

/* usage_seal.c */
const char *usage_seal_text(struct arena *a, const struct usage_seal *s);
void usage_seal_json(struct jw *j, const struct usage_seal *s);
int usage_seal_root(struct work *w, const struct usage_leaves *l, const char **ret);
bool usage_seal_holds(struct arena *a, const struct usage_seal *s, const struct key_set *keys);
/* Does the proof of one entry (parsed JSON) hold, by that key? NULL, or why not. */
const char *usage_proof_wrong(struct arena *a, const struct json *proof, const struct key_set *keys);
int usage_proof_json(struct work *w, const struct usage_seal *s, const struct usage_leaves *l,
		     size_t at, const char *entry, const char **ret);

/* usage_ledger_store.c */
int usage_store_lock_seals(struct work *w);
/* At most `limit` seals after number `after`, oldest first. */
int usage_store_seals(struct work *w, int64_t after, int limit, const struct usage_seal **ret,
		      size_t *ret_n);
/* The newest one; id 0 when there is none. */
int usage_store_last_seal(struct work *w, struct usage_seal *ret);
/* Entries from `first` on, to `last` or (0) to the newest. */
int usage_store_leaves(struct work *w, int64_t first, int64_t last, int limit,
		       struct usage_leaves *ret);
int usage_store_add_seal(struct work *w, const struct usage_seal *s);
/* The proof of each entry of a call that is sealed, as a JSON array. For
 * customers the rows are their own (account), for operators all (0).
 * E_NOT_FOUND: no such call; E_CONFLICT: not sealed yet. */
int usage_store_proof(struct work *w, const char *usage_id, const char **ret);
