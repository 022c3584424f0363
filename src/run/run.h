/*
 * Run: a conversation that becomes a piece of software, and its lifecycle.
 *
 * The lifecycle is data (run_state.def). run_advance() is the only door
 * through which a phase changes; the database refuses every other move. A
 * model, a worker or a timer proposes; a person or a payment authorizes.
 *
 * What waits for the reaper is leased: whoever claims a run gets an epoch, and
 * every later write carries it. A new phase, a cancellation or another claim
 * raises the epoch, and the old holder's writes fail.
 */
#pragma once
#include "event/event.h"
#include "work/work.h"

enum run_phase {
#define STATE(id, name, status, terminal) id,
#define EDGE(from, event, name, to, who)
#include "run/run_state.def"
#undef STATE
#undef EDGE
	RUN_PHASES
};

enum run_event {
	RUN_EV_QUOTE, RUN_EV_REOPEN, RUN_EV_AUTHORIZE, RUN_EV_REPO_READY, RUN_EV_ASSIGN,
	RUN_EV_SUBMIT, RUN_EV_REPAIR, RUN_EV_VERIFY, RUN_EV_DELIVER, RUN_EV_FAIL, RUN_EV_CANCEL,
	RUN_EV_EXPIRE, RUN_EV_RETRY, RUN_EVENTS
};

struct run_state {
	const char *name, *status;
	bool terminal;
};
struct run_edge {
	enum run_phase from;
	enum run_event event;
	const char *name;
	enum run_phase to;
	const char *who;
};
extern const struct run_state run_states[RUN_PHASES];
extern const struct run_edge run_edges[];
extern const size_t run_edge_count;

/* The edge that leaves `from` by `event`, or NULL. */
const struct run_edge *run_edge_find(enum run_phase from, enum run_event event);

/* The phase of a name; RUN_PHASES when unknown. */
enum run_phase run_phase_of(const char *name);

struct run {
	int64_t id, account;
	const char *run_id;
	enum run_phase phase;
	const char *artifact_wish, *artifact_type;
	const char *scope_hash;
	bool scope_approved;
	const char *payment;
	const char *spec;      /* JSON, internal; only after run_claim() */
	const char *platforms; /* "linux-amd64 windows-amd64"; the same */
	const char *branch;    /* the same; NULL before there is one */
	const char *head;      /* the commit of the worker; the same */
	int repairs;
};

/* Move a run along an edge and tell its customer (one transaction: the
 * caller's). E_CONFLICT when there is no such edge or somebody was first. */
int run_advance(struct work *w, struct run *r, enum run_event event, enum event_id say,
		const struct event_slot *slots);

/* What a customer does. Each locks the run; E_NOT_FOUND for another's. A text of
 * blanks is E_INVALID, and one too many E_LONG. */
int run_create(struct work *w, const char *text, const char *wish, struct run *ret);
int run_say(struct work *w, const char *run_id, const char *text, const char **ret_message);
int run_approve_scope(struct work *w, const char *run_id, const char *scope_hash);
int run_ask_approval(struct work *w, const char *run_id);
int run_delivered(struct work *w, int64_t run); /* once; later calls change nothing */

/* What customers and operators do. */
int run_cancel(struct work *w, const char *run_id);

/* What an operator does: the second half of authorization. Exactly one call
 * moves a run from quoted to authorized. E_DISABLED, E_DISPUTED for an account that is
 * barred, unless the operator says `force`. */
int run_authorize(struct work *w, const char *run_id, bool force);
int run_retry(struct work *w, const char *run_id);

/* The public projection of a run as JSON. */
int run_public_json(struct work *w, const char *run_id, const char **ret_json);

/* ---- for the passes ---- */

struct run_lease {
	struct run run;
	int64_t epoch;
	int attempts;  /* how often this phase was begun, this time included */
	bool resumed;  /* an earlier holder was lost */
};

/* Claim the run that waits longest in one of two phases; the first phase is
 * left by `event` in the same transaction (RUN_EVENTS: none). 1, 0 or -1. */
int run_claim(struct work *w, enum run_phase first, enum run_event event, enum event_id say,
	      enum run_phase second, struct run_lease *ret);

/* Begin a transaction as the holder of a lease: E_STALE when it was lost. */
int run_hold(struct work *w, const struct run_lease *l);

/* Extend the lease; a transaction of its own. E_STALE when it was lost. */
int run_beat(struct work *w, const struct run_lease *l);

/* Give a lease back so that the run is claimed again after `seconds`. */
int run_release(struct work *w, const struct run_lease *l, int64_t seconds);

/* Count a repair: the verification sends a run back once. */
int run_repaired(struct work *w, int64_t run);

/* End in failure: a sentence for the customer, evidence for operators. */
int run_fail(struct work *w, struct run *r, const char *code, const char *sentence,
	     const char *evidence);

/* Keep internal evidence (cut to 1 MiB). */
int run_evidence(struct work *w, int64_t run, const char *kind, const char *text);

/* Passes: close silent conversations; end what is overdue. */
int run_expire(struct work *w, int batch);
int run_overdue(struct work *w, int batch);

/* Cancel what is being built; its customers read that the operator has stopped it. */
int run_stop_all(struct work *w, int batch);
