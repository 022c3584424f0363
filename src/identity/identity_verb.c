#include "config.h"

#include "base/str.h"
#include "cli/cli.h"
#include "identity/identity_int.h"
#include "identity/identity_sql.h"
#include "port/file.h"
#include "port/jwt.h"
#include "port/mail.h"
#include "port/otp.h"

#include <string.h>

/* `bus token issue`: a token for a program, on standard output and nowhere else. */

#define TTL_MAX (400 * 86400)

/* "90", "15m", "12h", "30d" in seconds. */
static bool duration(const char *text, int64_t *ret)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t n = strlen(text);
	char digits[16];
	int64_t times = 1;

	for (size_t i = 0; n > 1 && i < COUNT(units); i++)
		if (text[n - 1] == units[i].unit) {
			times = units[i].seconds;
			n--;
			break;
		}
	if (n >= sizeof(digits))
		return false;
	memcpy(digits, text, n);
	digits[n] = '\0';
	if (!str_int(digits, 1, TTL_MAX, ret) || *ret > TTL_MAX / times)
		return false;
	*ret *= times;
	return true;
}

static int token_issue(struct cli *c)
{
	const char *subject = cli_option(c, "subject"), *audience = cli_option(c, "audience");
	const char *scope = cli_option(c, "scope"), *ttl = cli_option(c, "ttl"), *token;
	struct jwt t = {.sub = subject, .aud = audience ? audience : "ai.hg.fi/api",
			.scope = scope ? scope : "llm:proxy usage:read billing:read", .iat = c->w.now / CLOCK_S};
	int64_t seconds;
	size_t n;
	char *key;

	if (subject == NULL || !str_utf8(subject, strlen(subject)) || *subject == '\0' ||
	    strlen(subject) > 200)
		return fail_field(&c->w, "--subject", "required");
	if (!duration(ttl ? ttl : "1h", &seconds))
		return fail_field(&c->w, "--ttl", "out_of_range");
	if ((key = file_read(c->w.a, c->conf.token_secret, 4096, &n, &c->w.err)) == NULL)
		return -1;
	while (n > 0 && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		n--;
	if (n < 32)
		return fail(&c->w, E_INVALID, "%s: a secret of less than 32 bytes", c->conf.token_secret);
	t.exp = t.iat + seconds;
	token = jwt_sign(c->w.a, jwt_key(key, n).bytes, sizeof(struct jwt_key), &t);
	if (c->json)
		return cli_json(c, arena_printf(c->w.a, "{\"token\":\"%s\",\"expires_in\":%lld}", token,
						(long long)seconds));
	cli_out("%s\n", token);
	return 0;
}

/* ---- `bus auth …`: who may have tokens */

static int waitlist(struct cli *c)
{
	static const char *const columns[] = {"email", "email_verified", "status", "registered_at",
					      "identity_id", NULL};
	const char *const args[] = {cli_option(c, "status"), NULL};

	return cli_query(c, &identity_sql_waitlist, args, "items", columns);
}

static int decide(struct cli *c, const char *status)
{
	const char *email = mail_address(c->w.a, cli_arg(c, 0)), *identity;
	const char *reason = cli_option(c, "reason");

	if (email == NULL)
		return fail_field(&c->w, "EMAIL", "not_an_address");
	if (work_begin(&c->w, NULL) < 0 ||
	    identity_decide(&c->w, email, status, reason ? reason : "", &identity) < 0 ||
	    work_commit(&c->w, NULL) < 0)
		return -1;
	cli_out("%s\n", identity);
	return 0;
}

static int approve(struct cli *c)
{
	return decide(c, "approved");
}

static int reject(struct cli *c)
{
	return decide(c, "rejected");
}

/* ---- the operators' own second factor */

static int operator(struct cli *c)
{
	unsigned char key[OTP_KEY_MAX];
	const char *path = c->conf.operator_totp, *text, *uri;
	bool is_new = !file_exists(path);
	int n;

	if (otp_key_make(c->w.a, path, &c->w.err) < 0 ||
	    (is_new && file_same_owner(path, c->conf.operator_token, &c->w.err) < 0) ||
	    (n = otp_key_read(c->w.a, path, key, &c->w.err)) < 0)
		return -1;
	text = otp_key_text(c->w.a, key, (size_t)n);
	uri = otp_uri(c->w.a, identity_issuer(&c->w), "operator", text);
	if (c->json)
		return cli_json(c, arena_printf(c->w.a, "{\"secret\":\"%s\",\"uri\":\"%s\",\"new\":%s}", text, uri,
						is_new ? "true" : "false"));
	cli_out("%s\n%s\n", text, uri);
	return 0;
}

/* ---- `bus account …`: switched off, and on again */

static int set(struct cli *c, bool off)
{
	const char *reason = cli_option(c, "reason");
	bool changed;

	if (reason == NULL || *reason == '\0' || strlen(reason) > 500 || !str_utf8(reason, strlen(reason)))
		return fail_field(&c->w, "--reason", "required");
	if (work_begin(&c->w, NULL) < 0 ||
	    identity_switch(&c->w, cli_arg(c, 0), off, reason, &changed) < 0 || work_commit(&c->w, NULL) < 0)
		return -1;
	if (c->json)
		return cli_json(c, arena_printf(c->w.a, "{\"status\":\"%s\",\"changed\":%s}",
						off ? "disabled" : "enabled", changed ? "true" : "false"));
	cli_out("%s\n", changed ? off ? "disabled" : "enabled" : "as it was");
	return 0;
}

static int disable(struct cli *c)
{
	return set(c, true);
}

static int enable(struct cli *c)
{
	return set(c, false);
}

static int audit(struct cli *c)
{
	static const char *const columns[] = {"at", "what", "account", "by", "reason", NULL};

	return cli_query(c, &identity_sql_audit, (const char *const[]){cli_option(c, "limit")}, "items", columns);
}

static const struct cli_opt set_options[] = {{"reason", "TEXT", "why; it is kept with the time"}, {0}};
static const struct cli_opt audit_options[] = {{"limit", "N", "at most so many (100)"}, {0}};
static const struct cli_opt waitlist_options[] = {
	{"status", "NAME", "only waitlisted, approved or rejected"}, {0}};
static const struct cli_opt reject_options[] = {{"reason", "TEXT", "kept for operators"}, {0}};

static const struct cli_opt issue_options[] = {
	{"subject", "NAME", "whose calls these are: an account"},
	{"audience", "NAME", "what it is good for (ai.hg.fi/api)"},
	{"scope", "WORDS", "what it allows (llm:proxy usage:read billing:read)"},
	{"ttl", "TIME", "how long: 90, 15m, 12h, 30d (1h)"}, {0}};

const struct verb identity_verbs[] = {
	{.name = "token issue", .options = issue_options, .run = token_issue,
	 .doc = "a token for a program that calls models"},
	{.name = "auth waitlist", .options = waitlist_options, .db = "operator", .run = waitlist,
	 .doc = "customers and their standing"},
	{.name = "auth approve", .args = "EMAIL", .db = "operator", .run = approve,
	 .doc = "let a confirmed address have API tokens"},
	{.name = "auth reject", .args = "EMAIL", .options = reject_options, .db = "operator",
	 .run = reject, .doc = "let an address have none"},
	{.name = "auth operator", .run = operator,
	 .doc = "the key of the operators' second factor for an authenticator, made where there is none; bus-fcgi reads it when it starts"},
	{.name = "account disable", .args = "ACCOUNT", .options = set_options, .db = "operator", .run = disable,
	 .doc = "switch an account off, by its name or a run of it: it reads, exports and deletes itself alone"},
	{.name = "account enable", .args = "ACCOUNT", .options = set_options, .db = "operator", .run = enable,
	 .doc = "switch an account on again"},
	{.name = "account audit", .options = audit_options, .db = "operator", .run = audit,
	 .doc = "who was switched off and on, by whom and why, newest first"},
	{0},
};
