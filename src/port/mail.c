#include "config.h"

#include "port/mail.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/file.h"
#include "port/spawn.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS_MAX 254
#define LOCAL_MAX 64
#define MESSAGE_MAX (64u * 1024)
#define SEND_US (6 * CLOCK_S) /* shorter than a lease: the pass must beat */

/* ---- addresses */

/* Dotted words of `set`: none empty, none longer than `max`. Gives their number. */
static int words(const char *p, size_t n, const char *set, size_t max)
{
	int count = 0;

	for (size_t i = 0, from = 0; i <= n; i++) {
		if (i < n && p[i] != '.' && (p[i] == '\0' || strchr(set, p[i]) == NULL))
			return 0;
		if (i < n && p[i] != '.')
			continue;
		if (i == from || i - from > max || p[from] == '-' || p[i - 1] == '-')
			return 0;
		from = i + 1;
		count++;
	}
	return count;
}

char *mail_address(struct arena *a, const char *text)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	static const char atext[] = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~";
	size_t n = strlen(text), local = strcspn(text, "@");
	const char *top;
	char *s;

	if (n > ADDRESS_MAX || local > LOCAL_MAX || text[local] != '@')
		return NULL;
	s = arena_strdup(a, text);
	for (size_t i = 0; i < n; i++)
		s[i] = (char)(s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]);
	if (words(s, local, atext, LOCAL_MAX) < 1 ||
	    words(s + local + 1, n - local - 1, name, 63) < 2)
		return NULL;
	top = strrchr(s, '.') + 1;
	return strspn(top, "0123456789") == strlen(top) ? NULL : s;
}

/* ---- the message */

static const char *date_of(struct arena *a, int64_t at)
{
	static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t t = (time_t)(at / CLOCK_S);
	struct tm tm;

	check(gmtime_r(&t, &tm) != NULL);
	return arena_printf(a, "%s, %02d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
			    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* RFC 5322, lines ending as `eol` says. */
static const char *message(struct arena *a, const struct conf *c, const struct mail *m,
			   const char *eol, size_t *ret_n)
{
	const char *host = strchr(c->mail_from, '@');
	struct buf b;

	check(strpbrk(m->to, "\r\n") == NULL && strpbrk(m->subject, "\r\n") == NULL);
	buf_init(&b, a, MESSAGE_MAX);
	buf_printf(&b, "From: <%s>%sTo: <%s>%sSubject: %s%sDate: %s%s", c->mail_from, eol, m->to, eol,
		   m->subject, eol, date_of(a, m->at), eol);
	buf_printf(&b, "Message-ID: <%s%s>%sMIME-Version: 1.0%s", m->id, host ? host : "@localhost", eol,
		   eol);
	buf_printf(&b, "Content-Type: text/plain; charset=utf-8%sContent-Transfer-Encoding: 8bit%s", eol,
		   eol);
	buf_printf(&b, "Auto-Submitted: auto-generated%s%s", eol, eol);
	for (const char *p = m->text; *p; p += *p == '\n') {
		size_t n = strcspn(p, "\n");

		buf_put(&b, p, n);
		buf_puts(&b, eol);
		p += n;
	}
	check(!b.over);
	*ret_n = b.n;
	return buf_str(&b);
}

/* ---- the ways out */

static int to_spool(struct arena *a, const struct conf *c, const struct mail *m, struct err *e)
{
	const char *path = arena_printf(a, "%s/%s.eml", c->mail_spool, m->id), *text;
	size_t n;

	text = message(a, c, m, "\n", &n);
	return file_mkdirs(c->mail_spool, 0700, e) < 0 ? -1 : file_write(path, text, n, 0600, e);
}

int mail_spool_forget(const struct conf *c, int64_t before, int batch, struct err *e)
{
	DIR *d = opendir(c->mail_spool);
	struct dirent *f;
	struct stat st;
	int n = 0;

	if (d == NULL)
		return errno == ENOENT ? 0 : err_set(e, E_UNAVAILABLE, "%s: %s", c->mail_spool, strerror(errno));
	while (n < batch && (f = readdir(d)) != NULL)
		if (str_ends(f->d_name, ".eml") && fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && st.st_mtim.tv_sec * CLOCK_S + st.st_mtim.tv_nsec / 1000 < before) {
			if (unlinkat(dirfd(d), f->d_name, 0) < 0 && errno != ENOENT) {
				err_set(e, E_UNAVAILABLE, "%s/%s: %s", c->mail_spool, f->d_name, strerror(errno));
				n = -1;
				break;
			}
			n++;
		}
	closedir(d);
	return n;
}

static int to_sendmail(struct arena *a, const struct conf *c, const struct mail *m, struct err *e)
{
	const char *const argv[] = {c->sendmail, "-i", "-f", c->mail_from, "--", m->to, NULL};
	const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	struct spawn s = {.argv = argv, .env = env};
	struct spawn_result r;

	s.input = message(a, c, m, "\n", &s.input_len);
	if (spawn_run(a, &s, SEND_US, 4096, &r, e) < 0)
		return -1;
	if (r.timed_out || r.status != 0)
		return err_set(e, E_UNAVAILABLE, "sendmail: %s: %.200s",
			       r.timed_out ? "took too long" : spawn_status_text(a, r.status), r.err);
	return 0;
}

struct reading {
	const char *p;
	size_t left;
};

static size_t give(char *to, size_t size, size_t n, void *ctx)
{
	struct reading *r = ctx;
	size_t take = size * n < r->left ? size * n : r->left;

	memcpy(to, r->p, take);
	r->p += take;
	r->left -= take;
	return take;
}

static const char *password(struct arena *a, const struct conf *c, struct err *e)
{
	size_t n;
	char *text = file_read(a, c->smtp_password, 4096, &n, e);

	while (text != NULL && n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		text[--n] = '\0';
	return text;
}

static int to_smtp(struct arena *a, const struct conf *c, const struct mail *m, struct err *e)
{
	const char *secret = NULL;
	struct reading r;
	struct curl_slist *to;
	CURLcode rc;
	CURL *h;

	if (*c->smtp_user && (secret = password(a, c, e)) == NULL)
		return -1;
	r.p = message(a, c, m, "\r\n", &r.left);
	check((h = curl_easy_init()) != NULL && (to = curl_slist_append(NULL, m->to)) != NULL);
	curl_easy_setopt(h, CURLOPT_URL, c->smtp_url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(h, CURLOPT_USE_SSL, c->smtp_tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)(SEND_US / CLOCK_MS));
	curl_easy_setopt(h, CURLOPT_MAIL_FROM, c->mail_from);
	curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
	if (secret != NULL) {
		curl_easy_setopt(h, CURLOPT_USERNAME, c->smtp_user);
		curl_easy_setopt(h, CURLOPT_PASSWORD, secret);
	}
	curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(h, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(h, CURLOPT_READDATA, &r);
	rc = curl_easy_perform(h);
	curl_slist_free_all(to);
	curl_easy_cleanup(h);
	return rc == CURLE_OK ? 0 : err_set(e, E_UNAVAILABLE, "smtp: %s", curl_easy_strerror(rc));
}

int mail_send(struct arena *a, const struct conf *c, const struct mail *m, struct err *e)
{
	if (strcmp(c->mail, "spool") == 0)
		return to_spool(a, c, m, e);
	if (strcmp(c->mail, "sendmail") == 0)
		return to_sendmail(a, c, m, e);
	if (strcmp(c->mail, "smtp") == 0)
		return to_smtp(a, c, m, e);
	return err_set(e, E_UNAVAILABLE, "mail = %s is none of spool, sendmail, smtp", c->mail);
}
