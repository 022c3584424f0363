/*
 * Mail: one message on its way out, by the setting `mail`: as a file below
 * mail_spool (an installation that has no mail yet), through sendmail, or by
 * SMTP (libcurl). Never called while a transaction is open or a customer waits.
 */
#pragma once
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"

#include <stdint.h>

struct mail {
	const char *to;      /* one address, of the shape that mail_address() takes */
	const char *subject; /* ASCII, one line */
	const char *text;    /* UTF-8; lines end in '\n' */
	const char *id;      /* unique; the same when it is sent again */
	int64_t at;          /* microseconds: its date */
};

/* Is it an address we write to? ASCII, a dotted local part, a host name of two
 * labels or more. Returns it in lower case, or NULL. */
char *mail_address(struct arena *a, const char *text);

/* Remove mails of the spool that are older than `before` (microseconds), at most
 * `batch` of them; how many, or -1. */
int mail_spool_forget(const struct conf *c, int64_t before, int batch, struct err *e);

/* Hand it over; -1 with E_UNAVAILABLE when a later try may succeed. */
int mail_send(struct arena *a, const struct conf *c, const struct mail *m, struct err *e);
