#include "config.h"

#include "web/web_int.h"
#include "base/check.h"
#include "base/log.h"
#include "base/str.h"
#include "port/crypto.h"
#include "web/web_sql.h"

#include <string.h>

/*
 * Every write may carry an Idempotency-Key. The key's row is inserted in the
 * transaction of the change: a second request with the same key waits for the
 * first, then finds its answer and replays it; a failed one leaves nothing.
 * Answers are sealed under a key made from ours and theirs, because one of
 * them holds a fresh session token.
 */

static const char *principal(struct req *r)
{
	const char *addr = req_param(r, "REMOTE_ADDR");

	if (r->w.actor.kind == ACTOR_CUSTOMER)
		return arg_int(&r->w, r->w.actor.account);
	if (r->claims != NULL) /* a service */
		return arena_printf(r->w.a, "~%s", r->subject);
	if (r->w.actor.kind == ACTOR_OPERATOR)
		return "operator";
	return arena_printf(r->w.a, "@%s", addr ? addr : "-");
}

static void sealing_key(struct req *r, unsigned char key[32])
{
	const char *text =
		arena_printf(r->w.a, "idem\n%s\n%s\n%s", r->idem_who, r->route->id, r->idem);

	crypto_hmac(r->web->secret, sizeof(r->web->secret), text, strlen(text), key);
}

const char *req_keyed_id(struct req *r, const char *prefix)
{
	unsigned char key[32];

	r->idem_who = r->token_hash ? r->token_hash : r->subject;
	sealing_key(r, key);
	return arena_printf(r->w.a, "%s%s", prefix, str_base32(r->w.a, key, 20));
}

const char *req_seal(struct req *r, const char *text, size_t n)
{
	unsigned char key[32], *sealed = arena_alloc(r->w.a, n + SEAL_EXTRA);

	sealing_key(r, key);
	/* The name is made of the same key: what is sealed has one of its own. */
	crypto_hmac(key, sizeof(key), "answer", 6, key);
	crypto_seal(key, text, n, sealed);
	return str_hex(r->w.a, sealed, n + SEAL_EXTRA);
}

char *req_open(struct req *r, const char *hex, size_t *ret_n)
{
	unsigned char key[32], *sealed = arena_alloc(r->w.a, strlen(hex) / 2 + 1);
	long n = str_unhex(hex, sealed, strlen(hex) / 2);
	char *plain = arena_alloc(r->w.a, (size_t)(n > 0 ? n : 0) + 1);

	sealing_key(r, key);
	crypto_hmac(key, sizeof(key), "answer", 6, key);
	n = n < 0 ? -1 : crypto_open(key, sealed, (size_t)n, (unsigned char *)plain);
	if (n < 0)
		return NULL;
	plain[n] = '\0';
	*ret_n = (size_t)n;
	return plain;
}

static const char *body_hash(struct req *r)
{
	const char *arg = r->arg[0] ? r->arg[0] : "";
	struct sha256 *h = sha256_new(r->w.a);
	unsigned char hash[32];

	sha256_add(h, arg, strlen(arg) + 1);
	sha256_add(h, r->arg[1] ? r->arg[1] : "", r->arg[1] ? strlen(r->arg[1]) + 1 : 1);
	sha256_add(h, r->body ? r->body : "", r->body_len);
	sha256_end(h, hash);
	return str_hex(r->w.a, hash, sizeof(hash));
}

/* The first request's answer once more: header lines, an empty line, body. */
static int replay_answer(struct req *r, int status, const char *hex)
{
	unsigned char key[32], *sealed = arena_alloc(r->w.a, strlen(hex) / 2 + 1);
	long n = str_unhex(hex, sealed, strlen(hex) / 2);
	char *plain = arena_alloc(r->w.a, (size_t)n + 1);
	const char *end;

	sealing_key(r, key);
	n = crypto_open(key, sealed, (size_t)n, (unsigned char *)plain);
	if (n < 0)
		return fail(&r->w, E_INTERNAL, "a stored answer does not open");
	plain[n] = '\0';
	end = str_starts(plain, "\r\n") ? plain - 2 : strstr(plain, "\r\n\r\n");
	check(end != NULL);
	if (end > plain)
		buf_put(&r->head_lines, plain, (size_t)(end - plain) + 2);
	reply_header(r, "Idempotency-Replayed", "true");
	return reply_text(r, status, status < 400 ? "application/json" : "application/problem+json",
			  end + 4);
}

static int replay(struct req *r)
{
	struct pg_rows rows;

	if (DB(&r->w, web_sql_idem_find, &rows, r->idem_who, r->route->id, r->idem) < 0)
		return -1;
	if (rows.n == 0) /* the first one has failed in the meantime */
		return fail(&r->w, E_IDEM_BUSY, "the first request with this key is ending");
	if (!str_eq(pg_text(&rows, 0, 0), body_hash(r)))
		return fail(&r->w, E_IDEM_MISMATCH, "key used for another body");
	if (pg_text(&rows, 0, 2) == NULL)
		return fail(&r->w, E_IDEM_BUSY, "the first request with this key is under way, or was cut off");
	return replay_answer(r, (int)pg_int(&rows, 0, 1), pg_text(&rows, 0, 2)) < 0 ? -1 : 1;
}

/* Without a credential the key alone guards the stored answer. */
static int check_length(struct req *r)
{
	if (r->w.actor.kind == ACTOR_NOBODY && r->claims == NULL && strlen(r->idem) < 16)
		return fail_field(&r->w, "Idempotency-Key", "too_short");
	r->idem_who = principal(r);
	return 0;
}

int idem_begin(struct req *r)
{
	const char *args[5];
	struct pg_call insert = {.stmt = &web_sql_idem_insert, .args = args, .a = r->w.a};

	if (r->idem == NULL)
		return work_begin(&r->w, NULL);
	if (check_length(r) < 0)
		return -1;
	args[0] = r->idem_who;
	args[1] = r->route->id;
	args[2] = r->idem;
	args[3] = body_hash(r);
	args[4] = arg_now(&r->w);
	if (work_begin(&r->w, &insert) < 0) {
		/* Waited too long for the first request to end? */
		if (strstr(r->w.err.detail, " 55P03 ") == NULL)
			return -1;
		err_clear(&r->w.err);
		return fail(&r->w, E_IDEM_BUSY, "the first request is still under way");
	}
	return insert.rows.n == 1 ? 0 : replay(r);
}

/* The answer, sealed, in hexadecimal. */
static const char *sealed_answer(struct req *r)
{
	unsigned char key[32], *sealed;
	struct buf b;

	buf_init(&b, r->w.a, ANSWER_MAX);
	buf_put(&b, buf_str(&r->head_lines), r->head_lines.n);
	buf_puts(&b, "\r\n");
	buf_put(&b, r->text ? r->text : "", r->text_len);
	check(!b.over);
	sealed = arena_alloc(r->w.a, b.n + SEAL_EXTRA);
	sealing_key(r, key);
	crypto_seal(key, buf_str(&b), b.n, sealed);
	return str_hex(r->w.a, sealed, b.n + SEAL_EXTRA);
}

int idem_commit(struct req *r)
{
	const char *args[5] = {r->idem_who, r->route->id, r->idem};
	struct pg_call store = {.stmt = &web_sql_idem_store, .args = args, .a = r->w.a};

	if (r->idem == NULL)
		return work_commit(&r->w, NULL);
	args[3] = arg_int(&r->w, r->status);
	args[4] = sealed_answer(r);
	return work_commit(&r->w, &store);
}

/* ---- around a handler that makes its own transactions */

int idem_take(struct req *r)
{
	struct pg_rows rows;

	if (check_length(r) < 0 || DB(&r->w, web_sql_idem_take, &rows, r->idem_who, r->route->id, r->idem,
				      body_hash(r), arg_now(&r->w)) < 0)
		return -1;
	return rows.n == 1 ? 0 : replay(r);
}

int idem_keep(struct req *r)
{
	return DB(&r->w, web_sql_idem_store, NULL, r->idem_who, r->route->id, r->idem,
		  arg_int(&r->w, r->status), sealed_answer(r));
}

void idem_free(struct req *r)
{
	struct err why = r->w.err;

	work_rollback(&r->w);
	err_clear(&r->w.err);
	if (DB(&r->w, web_sql_idem_free, NULL, r->idem_who, r->route->id, r->idem) < 0)
		log_put(LOG_WARN, "a key stays taken", "id", r->w.trace, "detail", r->w.err.detail, NULL);
	r->w.err = why;
}
