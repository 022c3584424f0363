/* What the files of the hallway share. */
#pragma once
#include "port/otp.h"
#include "web/web.h"

#define BATCH_MAX PG_BATCH_MAX
#define REQ_ARENA (8u << 20)
#define HEAD_MAX (16u * 1024) /* of the lines a handler adds to an answer's head */
#define PATH_MAX_BYTES 2048
#define ANSWER_MAX (4u << 20)

struct shared; /* memory that all processes of the host see: shared.h */

/* One process's view; constant after it has started. */
struct web {
	const struct conf *conf;
	const struct route_table *routes;
	const struct pg_stmt *session; /* $1 hash of a token: its account */
	const struct pg_stmt *caller;  /* $1 the same, $2 a program's subject */
	const struct pg_stmt *auth;    /* $1, $2, $3 the session that a token names */
	enum pool pool;
	struct shared *shared;
	int wake_fd; /* eventfd: hints were appended, or (calls) as in struct wakes */
	int listen_fd;
	bool secure; /* https: cookies get the __Host- prefix */
	char cookie_tail[8]; /* without https: "_8080", the port of the portal if it has one */
	unsigned char secret[32];
	unsigned char operator_hash[32];
	unsigned char token_key[32]; /* of programs' tokens */
	bool has_operator;
	unsigned char operator_key[OTP_KEY_MAX]; /* of the operators' authenticator */
	size_t operator_key_n;          /* 0: there is none */
};

/* gate.c: everything that needs no database. 0 to go on, -1 with r->w.err. */
int gate_enter(struct req *r);

/* second.c: the operators' second factor; E_SECOND also where one is required and there is none. For a caller whom the
 * gate has let in. 0 or -1. */
int second_check(struct req *r);

/* Is the caller asked for it: a person who operates? */
bool second_wanted(const struct req *r);

/* gate.c: the caller is `account` (0: nobody was found). 0 or -1. */
int gate_caller(struct req *r, int64_t account);

/* body.c */
int body_read(struct req *r);
int query_read(struct req *r, const char *text);

/* read.c: parameters of a read, and its answer. */
void read_bind(struct req *r, const char **args);
int read_answer(struct req *r, const struct pg_rows *rows);

/* idem.c: 1 when the stored answer was replayed, 0 to go on, -1. */
int idem_begin(struct req *r);
int idem_commit(struct req *r);

/* The same around a handler that makes its own transactions: the key is taken in one
 * before it; its answer is kept in one behind it, or the key is free again. */
int idem_take(struct req *r);
int idem_keep(struct req *r);
void idem_free(struct req *r);

/* rate.c: may this caller go on? What is left of its bucket, which is `limit`
 * when it is full; seconds to wait when nothing is. */
struct rate_left {
	int64_t limit, remaining;
	int64_t reset_s; /* until all of the limit is there again */
	int wait_s;
};
bool rate_take(struct shared *s, enum rate rate, const char *who, int64_t percent, int64_t now,
	       struct rate_left *ret);

/* reply.c */
void reply_problem(struct req *r);
int reply_send(struct req *r);
const char *cookie_name(const struct req *r, const char *name);
char *csrf_token(const struct req *r, const char *token_hash);

/* exchange.c: one request from the accepted connection to its answer. */
void exchange_init(struct req *r, const struct web *web, struct pg *pg, struct fcgi *f);
void exchange_enter(struct req *r);            /* route and gate */
bool exchange_call(struct req *r, struct pg_call *c, const char **args); /* first statement */
void exchange_finish(struct req *r, const struct pg_call *c);
void exchange_log(const struct req *r);
