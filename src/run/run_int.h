/* What the files of the room share. */
#pragma once
#include "run/run.h"

/* run_store.c */
int run_store_create(struct work *w, const char *run_id, const char *wish, int64_t *ret_id);
int run_store_lock(struct work *w, const char *run_id, struct run *ret);
int run_store_lock_id(struct work *w, int64_t id, struct run *ret); /* 1, 0 or -1 */
int run_store_advance(struct work *w, int64_t id, const char *from, const char *event,
		      const char *to); /* 1 moved, 0 somebody was first, -1 */
int run_store_message(struct work *w, int64_t id, const char *author, const char *text,
		      bool queued, const char **ret_json);

/* How much the visitor has said so far. */
int run_store_said(struct work *w, int64_t id, int64_t *ret_messages, int64_t *ret_bytes);

struct run_line {
	bool from_visitor;
	const char *text;
};
/* In order. Of what lies far back, but for the first message, only how a sentence
 * of ours ended is left. */
int run_store_conversation(struct work *w, int64_t id, const struct run_line **ret, size_t *ret_n);
int run_store_open(struct work *w, int64_t id, const char *question, const char *blocked,
		   const char *decision);

struct run_quote {
	const char *artifact_type, *scope, *scope_hash, *decision, *spec, *platforms;
};
int run_store_quote(struct work *w, int64_t id, const struct run_quote *q);
int run_store_scope_approved(struct work *w, int64_t id);
int run_store_payment(struct work *w, int64_t id, const char *payment);
int run_store_kept(struct work *w, int64_t id); /* is a payment of it kept? 1, 0 or -1 */
int run_store_sale(struct work *w, int64_t id, const char **ret_title, int64_t *ret_amount,
		   const char **ret_currency);
int run_store_authorized(struct work *w, int64_t id);
int run_store_public(struct work *w, const char *run_id, const char **ret);
int run_store_candidate(struct work *w, const char *first, const char *second, int64_t *ret_id);
int run_store_lease(struct work *w, struct run_lease *l);
int run_store_hold(struct work *w, const struct run_lease *l);
int run_store_beat(struct work *w, const struct run_lease *l);
int run_store_release(struct work *w, const struct run_lease *l, int64_t seconds);
int run_store_repaired(struct work *w, int64_t id);
int run_store_evidence(struct work *w, int64_t run, const char *kind, const char *text);

/* What a pass has to end, locked; how many, or -1. */
int run_store_silent(struct work *w, int batch, struct run **ret);
int run_store_overdue(struct work *w, int batch, struct run **ret);
int run_store_running(struct work *w, int batch, struct run **ret);

int run_store_kill_reason(struct work *w, const char **ret); /* what the operator gave as the reason */

/* run_talk.c: think about the conversation again and say what follows. */
int run_talk(struct work *w, struct run *r);
