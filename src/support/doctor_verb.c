#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/file.h"
#include "port/otp.h"
#include "port/sandbox.h"
#include "port/spawn.h"
#include "support/stack.h"
#include "support/support_int.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * `bus doctor`: what this host offers. Each check says OK, WARN or FAIL, what
 * it saw, and what to do about it. Nothing is changed, nothing secret shown.
 */

enum verdict { OK, WARN, FAIL };

struct doctor {
	struct cli *c;
	struct jw j;
	bool failed;
};

static void says(struct doctor *d, const char *check, enum verdict v, const char *saw,
		 const char *then)
{
	static const char *const names[] = {"OK", "WARN", "FAIL"};

	jw_object(&d->j);
	jw_kstr(&d->j, "state", names[v]);
	jw_kstr(&d->j, "check", check);
	jw_kstr(&d->j, "saw", saw);
	jw_kstr(&d->j, "next", v == OK ? "" : then);
	jw_end_object(&d->j);
	d->failed = d->failed || v == FAIL;
}

/* The first line that a program prints, or NULL. */
static const char *first_line(struct doctor *d, const char *program, const char *option)
{
	const char *const argv[] = {program, option, NULL};
	const char *const env[] = {"PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
				   "HOME=/nonexistent", "LC_ALL=C", NULL};
	struct spawn_result r;
	struct err e = {0};

	if (spawn_run(d->c->w.a, &(struct spawn){.argv = argv, .env = env}, 10 * CLOCK_S, 4096, &r, &e) < 0 ||
	    r.status != 0)
		return NULL;
	if (r.out_len == 0)
		r.out = r.err; /* nginx -v */
	r.out[strcspn(r.out, "\n")] = '\0';
	return r.out;
}

static void program(struct doctor *d, const char *name, const char *option, const char *package,
		    enum verdict without)
{
	const char *line = first_line(d, name, option);

	says(d, name, line ? OK : without, line ? line : "not found",
	     arena_printf(d->c->w.a, "apt-get install %s", package));
}

static void sandbox(struct doctor *d)
{
	const char *why, *version = first_line(d, "bwrap", "--version"), *at;
	enum sandbox_tier tier = sandbox_tier(&why);
	int major = 0, minor = 0;

	says(d, "sandbox", tier == SANDBOX_NAMESPACES ? OK : FAIL, why,
	     "builds are refused without it: install bubblewrap, allow user namespaces");
	if (version == NULL)
		return;
	at = strpbrk(version, "0123456789");
	if (at != NULL && sscanf(at, "%d.%d", &major, &minor) == 2 && major == 0 && minor < 12)
		says(d, "bubblewrap", WARN, version,
		     "0.12 fixes an escape by planted links; our binds are not below each other");
	else
		says(d, "bubblewrap", OK, version, "");
}

static void limits(struct doctor *d)
{
	struct rlimit r;
	struct statvfs s;
	long long free_mb = 0;

	getrlimit(RLIMIT_NOFILE, &r);
	says(d, "open files", r.rlim_max >= 20000 ? OK : WARN,
	     arena_printf(d->c->w.a, "%llu at most", (unsigned long long)r.rlim_max),
	     "each open stream needs one here and two in nginx: raise the hard limit");
	if (statvfs(d->c->conf.var, &s) == 0)
		free_mb = (long long)(s.f_bavail * s.f_frsize >> 20);
	says(d, "disk", free_mb >= 2048 ? OK : free_mb >= 512 ? WARN : FAIL,
	     arena_printf(d->c->w.a, "%lld MiB free in %s", free_mb, d->c->conf.var), "make room");
	says(d, "socket paths", strlen(d->c->conf.run) <= 80 ? OK : FAIL, d->c->conf.run,
	     "the setting run needs a path of at most 80 bytes");
}

/* Secrets that a stack does not make, when there must be one, and what it is. */
static const struct {
	size_t row;
	const char *advice;
} others[] = {
	{offsetof(struct conf, stripe_key), "the secret key of the payment provider, mode 0600"},
	{offsetof(struct conf, smtp_password), "the password of smtp_user, mode 0600"},
	{offsetof(struct conf, operator_totp), NULL}, /* see second_factor() */
};

static bool needed(const struct conf *c, size_t row)
{
	if (row == offsetof(struct conf, stripe_key))
		return str_eq(c->billing_provider, "stripe");
	if (row == offsetof(struct conf, smtp_password))
		return str_eq(c->mail, "smtp") && *c->smtp_user != '\0';
	return row != offsetof(struct conf, operator_totp);
}

/* A secret belongs to one account and nobody else. */
static void secret(struct doctor *d, const struct conf_row *r, const char *path)
{
	const char *advice = "bus stack up makes it; else 32 random bytes, mode 0600";
	struct stat st;

	for (size_t i = 0; i < COUNT(others); i++)
		if (others[i].row == r->offset)
			advice = others[i].advice;
	if (stat(path, &st) == 0)
		says(d, r->name, st.st_mode & 077 ? FAIL : OK,
		     arena_printf(d->c->w.a, "mode %04o", (unsigned)(st.st_mode & 07777)), "chmod 0600");
	else if (needed(&d->c->conf, r->offset))
		says(d, r->name, FAIL, strerror(errno), advice);
	else if (advice != NULL)
		says(d, r->name, OK, "none, and none is needed as it is configured", "");
}

static void secrets(struct doctor *d)
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const struct conf_row *r = &conf_rows[i];

		if (r->flags & C_SECRET)
			secret(d, r, *(const char *const *)(const void *)((const char *)&d->c->conf + r->offset));
	}
}

static void second_factor(struct doctor *d)
{
	const struct conf *c = &d->c->conf;
	unsigned char key[OTP_KEY_MAX];
	struct err e = {0};
	int n = otp_key_read(d->c->w.a, c->operator_totp, key, &e);

	says(d, "operators' second factor", n > 0 ? OK : n < 0 || c->operator_totp_required ? FAIL : WARN,
	     n > 0 ? "operator routes ask for it" : n < 0 ? e.detail :
	     c->operator_totp_required ? "operator routes are closed: operator_totp names no key"
				       : "turned off: operator_token alone opens operator routes",
	     "bus auth operator, then operator_totp_required = 1 (the default), and reload bus-fcgi");
}

static void folders(struct doctor *d)
{
	const char *const paths[] = {d->c->conf.var, d->c->conf.store, d->c->conf.repo,
				     d->c->conf.go_cache, d->c->conf.run};
	struct stat st;

	for (size_t i = 0; i < COUNT(paths); i++)
		if (stat(paths[i], &st) < 0)
			says(d, "folder", FAIL, arena_printf(d->c->w.a, "%s: %s", paths[i], strerror(errno)),
			     "bus stack up makes it");
		else
			says(d, "folder", st.st_mode & 02 ? FAIL : OK,
			     arena_printf(d->c->w.a, "%s, mode %04o", paths[i],
					  (unsigned)(st.st_mode & 07777)),
			     "others must not write there");
	says(d, "account", getuid() == 0 && *d->c->conf.user == '\0' ? WARN : OK,
	     *d->c->conf.user ? d->c->conf.user : "the one that starts it",
	     "set user: nothing of this needs root");
}

static void database(struct doctor *d)
{
	struct support_health h = {0};
	struct work *w = &d->c->w;
	bool reached;

	w->pg = pg_new(&d->c->conf, "operator", false);
	reached = support_store_health(w, &h) == 0;
	says(d, "database", reached ? OK : FAIL, reached ? "answers" : w->err.detail,
	     "bus stack up, or see db_host");
	err_clear(&w->err);
	pg_free(w->pg);
	w->pg = NULL;
	if (!reached)
		return;
	says(d, "schema", h.schema == support_schema_version() ? OK : FAIL,
	     arena_printf(w->a, "version %lld, this program knows %d", (long long)h.schema,
			  support_schema_version()),
	     "bus db migrate");
	says(d, "clock", h.skew <= 5 && h.skew >= -5 ? OK : WARN,
	     arena_printf(w->a, "%lld s from the database's", (long long)h.skew), "synchronise clocks");
	says(d, "reaper", h.reaper_age >= 0 && h.reaper_age < 180 ? OK : WARN,
	     h.reaper_age < 0 ? "has never run"
			      : arena_printf(w->a, "last pass %lld s ago", (long long)h.reaper_age),
	     "cron has to start bus-reaper each minute (conf/bus.cron)");
}

static int doctor(struct cli *c)
{
	static const char *const columns[] = {"state", "check", "saw", "next", NULL};
	struct doctor d = {.c = c};
	const char *pg = stack_find_pg(c->w.a);
	struct buf b;

	buf_init(&b, c->w.a, 1u << 20);
	jw_init(&d.j, &b);
	jw_array(&d.j);
	sandbox(&d);
	program(&d, "go", "version", "golang-go", FAIL);
	program(&d, "git", "--version", "git", FAIL);
	program(&d, "nginx", "-v", "nginx", WARN);
	says(&d, "postgresql", pg ? OK : WARN, pg ? pg : "not on this host",
	     "apt-get install postgresql, for the local stack");
	if (*c->conf.browser)
		program(&d, c->conf.browser, "--version", "chromium", FAIL);
	else
		says(&d, "browser", OK, "none configured: pages are checked without one", "");
	limits(&d);
	folders(&d);
	secrets(&d);
	second_factor(&d);
	database(&d);
	jw_end_array(&d.j);
	return cli_table(c, buf_str(&b), columns) < 0 ? -1 : d.failed;
}

const struct verb doctor_verbs[] = {
	{.name = "doctor", .run = doctor,
	 .doc = "what this host offers, what is wrong, and what to do about it"},
	{0},
};
