/*
 * Usage: what a call of a model may spend, and what it has.
 *
 * Before a call leaves, its worst case is reserved against every limit that
 * applies (the run's, the account's, the backend's, the installation's) or
 * against none, in one statement; the row of the call exists from then on. What
 * was used is settled once; what nobody settles counts in full. Amounts are
 * micro-units. The database does all of it (sql/0002_usage.sql): a limit holds
 * whatever the programs do.
 */
#pragma once
#include "work/work.h"

#define USAGE_ID_PREFIX "usg_"
#define USAGE_RECEIPT_PREFIX "rcpt_" /* a receipt has the name of its call behind it */

struct usage_ask {
	const char *session_hash, *subject; /* one of them: who calls */
	const char *run_id, *chat_id;       /* or NULL */
	int64_t lease_epoch; /* of the run's holder, whose call it is; 0: not one of a holder */
	const char *asked;   /* JSON for its receipt: what is asked, as the caller may read it */
	const char *model, *feature, *price_version;
	const char *backend; /* all that it may go to, a blank between two; the first is meant */
	int64_t micro;    /* the worst case */
	int64_t until_us; /* wall clock: after that nobody will settle it any more */
	/* Of a call with an Idempotency-Key: the name that follows from the key, and
	 * the hexadecimal SHA-256 of the body. Else NULL. */
	const char *keyed_id, *request_hash;
};

struct usage_grant {
	const char *usage_id;
	int64_t account, remaining; /* of the tightest limit, after this and those beside it */
	const char *scope, *period; /* which one that is */
	int64_t resets;             /* wall clock; 0: never */
	bool clamp;                 /* of E_QUOTA: its plan prefers a shorter answer to none */
	const char *answer;         /* of the first call with this key, sealed; else NULL */
	bool answer_stream;
};

/* What is to be reserved, as JSON in the unit's arena. *ret_id is the name of the call. */
const char *usage_asked(struct work *w, const struct usage_ask *ask, const char **ret_id);

/* The statement that reserves for an array of them ($1), answered in their order. */
extern const struct pg_stmt *const usage_reserve_all;

/* Its answer to one of them; the grant's texts live as long as the rows. -1:
 * E_UNAUTHENTICATED, E_DISABLED, E_DISPUTED, E_BILLING (no plan for it), E_NOT_FOUND
 * (no such run), E_STALE (the run has another holder), E_UNAVAILABLE (spending is stopped) or E_QUOTA; with the last the
 * grant says which limit, and what is left of it. With a key also E_IDEM_BUSY,
 * E_IDEM_MISMATCH, E_IDEM_GONE, or 0 with the answer that the first call got: then
 * nothing was reserved. */
int usage_granted(struct work *w, const struct pg_rows *rows, int row, const char *usage_id,
		  struct usage_grant *ret);

/* All of it for one, in a round trip of its own. */
int usage_reserve(struct work *w, const struct usage_ask *ask, struct usage_grant *ret);

enum usage_state { USAGE_POSTED, USAGE_RELEASED, USAGE_ESTIMATED };

/* How it was answered. */
struct usage_answer {
	const char *sealed; /* hexadecimal: kept for a repeated key; NULL: nothing */
	bool stream;
	const char *answered; /* JSON for its receipt, as the caller may read it; or NULL */
	const char *served;   /* the backend, for operators; or NULL */
};

/* A settlement as JSON; a second one of the same call changes nothing. `tokens`
 * is JSON or NULL; `cost` is what it cost us; `reason` is for operators. */
const char *usage_settlement(struct work *w, const char *usage_id, enum usage_state state,
			     int64_t micro, int64_t cost, const char *tokens, const char *reason,
			     const struct usage_answer *answer);

/* The receipt of a call of the acting account as JSON, not signed yet. 1 found, 0
 * there is none of that name, -1. */
int usage_receipt(struct work *w, const char *receipt_id, const char **ret_json);

/* The statement that settles an array of them ($1), all or none. */
extern const struct pg_stmt *const usage_settle_all;
