#include "config.h"

#include "base/fault.h"
#include "base/log.h"
#include "base/str.h"
#include "identity/identity_int.h"
#include "port/crypto.h"
#include "port/mail.h"
#include "reap/reap.h"

#include <string.h>

#define MAIL_ATTEMPTS 6

/* Recipient, subject and text are lines of one sealed piece. */
static int open_mail(struct work *w, const struct identity_mail *row, struct mail *ret)
{
	size_t cap = strlen(row->sealed) / 2;
	unsigned char key[32], *sealed = arena_alloc(w->a, cap + 1);
	char *plain = arena_alloc(w->a, cap + 1), *line, *end;
	long n = str_unhex(row->sealed, sealed, cap);

	if (identity_key(w, "mail", key) < 0)
		return -1;
	n = n < 0 ? -1 : crypto_open(key, sealed, (size_t)n, (unsigned char *)plain);
	if (n < 0 || (line = strchr(plain, '\n')) == NULL || (end = strchr(line + 1, '\n')) == NULL)
		return fail(w, E_INTERNAL, "mail %s does not open", row->mail_id);
	*line = *end = '\0';
	*ret = (struct mail){.to = plain, .subject = line + 1, .text = end + 1, .id = row->mail_id,
			     .at = row->created_at};
	return 0;
}

/* One message: taken in a transaction, sent in none, noted in another. What a
 * crash leaves in between is sent again, under the same Message-ID. */
static int send_one(struct work *w, int batch)
{
	struct identity_mail row;
	struct mail m;
	int rc = identity_store_mail_claim(w, &row);
	const char *why = NULL;
	bool lasting;

	(void)batch;
	if (rc <= 0 || work_commit(w, NULL) < 0)
		return rc > 0 ? -1 : rc;
	fault_point("mail.claimed");
	if (open_mail(w, &row, &m) < 0 || mail_send(w->a, w->conf, &m, &w->err) < 0)
		why = arena_strdup(w->a, w->err.detail);
	fault_point("mail.sent");
	lasting = w->err.id == E_INTERNAL || row.attempts >= MAIL_ATTEMPTS;
	if (why != NULL)
		log_put(LOG_WARN, "mail", "id", row.mail_id, "detail", why, NULL);
	err_clear(&w->err);
	return work_begin(w, NULL) < 0 || identity_store_mail_done(w, &row, why, lasting) < 0 ? -1 : 1;
}

/* A code that is of no use any more stays in no file. */
static int empty_spool(struct work *w, int batch)
{
	return mail_spool_forget(w->conf, w->now - w->conf->code_ttl_s * CLOCK_S, batch, &w->err);
}

const struct pass identity_passes[] = {
	{.name = "identity.expire", .interval_s = 300, .batch = 500, .deadline_s = 30,
	 .sweep = identity_store_expire, .doc = "remove sessions, codes and mail that have ended, and addresses never confirmed"},
	{.name = "identity.spool", .interval_s = 60, .batch = 500, .deadline_s = 20, .sweep = empty_spool,
	 .doc = "remove mails of the spool whose code has ended"},
	{.name = "identity.mail", .interval_s = 2, .batch = 1, .deadline_s = 4, .sweep = send_one,
	 .doc = "send mail that waits"},
	{0},
};
