/* What the room asks of the database. */
#pragma once
#include "model/model.h"
#include "usage/usage.h"

/* A conversation of the acting account; JSON as its owner may see it. Those of one
 * that is not theirs: E_NOT_FOUND. */
int chat_store_create(struct work *w, const char *chat_id, const char *title, const char **ret_json);
int chat_store_rename(struct work *w, const char *chat_id, const char *title, const char **ret_json);
int chat_store_delete(struct work *w, const char *chat_id);
int chat_store_stop(struct work *w, const char *chat_id, const char **ret_json);

/* What was said so far, for an answer of that name to a request of that hash
 * (hexadecimal); `again` answers the last message once more. As JSON in the unit's
 * arena; the statement that answers an array of them in their order: */
const char *chat_store_context(struct work *w, const char *token_hash, const char *chat_id, bool again,
			       const char *answer_id, const char *hash);
extern const struct pg_stmt *const chat_context_all;

/* and its answer to one of them, copied. 1: the request came before, `history` is
 * what it was told then. -1: E_UNAUTHENTICATED, E_NOT_FOUND, E_CONFLICT (an answer is under way, or there
 * is nothing to answer), E_IDEM_MISMATCH. */
struct chat_context {
	const char *seen; /* number of the last message */
	const char *history;
};
int chat_store_seen(struct work *w, const struct pg_rows *rows, int row, struct chat_context *ret);

/* The message and its answer, with what that may cost reserved: both or neither. As
 * JSON in the unit's arena, *ret_usage is the name of the call; the statement that
 * does an array of them, answered in their order: */
struct chat_post {
	const char *seen;
	const char *message_id, *text; /* NULL: the last message is answered again */
	const char *answer_id, *hash;
	struct usage_ask ask; /* of a session, for a chat */
};
const char *chat_store_posting(struct work *w, const struct chat_post *p, const char **ret_usage);
extern const struct pg_stmt *const chat_post_all;

/* and its answer to one of them; the grant's texts live as long as the rows, the JSON
 * for whoever has sent it as long as the unit. -1: errors as of usage_granted(),
 * E_NOT_FOUND, E_CONFLICT when something was said in between, and E_UNAUTHENTICATED
 * for a visitor to whom nothing is given: sign in. */
int chat_store_posted(struct work *w, const struct pg_rows *rows, int row, struct usage_grant *ret,
		      const char **ret_json);

/* What a round of probes has found, as backend_found() takes it; how many. */
int chat_store_found(struct work *w, const char *json);

/* The routes of the current catalog that lead to runtimes of our own, as a JSON array
 * of {n, backend, model, listed, sold_as}; n counts all routes. */
const char *chat_routes_json(struct arena *a, size_t *ret_all);

/* For a relay: pieces of many answers; ends of many with their settlements. */
extern const struct pg_stmt *const chat_save_all;
extern const struct pg_stmt *const chat_settle_all;

/* The local runtimes that are down; its rows go to chat_backend_probed(). */
extern const struct pg_stmt *const chat_down_all;
void chat_store_down(const struct pg_rows *rows);

/* For the reaper; how many. */
int chat_store_expire(struct work *w, int batch);
int chat_store_forget(struct work *w, int batch);
