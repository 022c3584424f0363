#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "billing/billing.h"
#include "cli/cli.h"
#include "port/file.h"
#include "port/http.h"
#include "port/json.h"

#include <stdlib.h>
#include <string.h>

/*
 * `bus billing status`, `setup` and `portal`: a customer's side, by the public
 * interface alone, without a database. Names and their order are BusDK's. The
 * token is in a file and goes to its own server, over TLS or to this machine.
 */

#define TOKEN_MAX 8192
#define URL_MAX 4096
#define ANSWER_MAX (1u << 20)
#define TIMEOUT_S 30
#define VISIBLE "!#$%&()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz~'"

/* An option, else the first of these variables that says something, else NULL. */
static const char *given(struct cli *c, const char *option, const char *const *names)
{
	const char *s = cli_option(c, option);

	for (; (s == NULL || *s == '\0') && *names != NULL; names++)
		s = getenv(*names);
	return s != NULL && *s ? s : NULL;
}

static const char *token_file(struct cli *c)
{
	static const char *const names[] = {"BUS_BILLING_API_TOKEN_FILE", "BUS_API_TOKEN_FILE", NULL};
	static const struct {
		const char *name, *below;
	} homes[] = {{"BUS_CONFIG_DIR", ""}, {"XDG_CONFIG_HOME", "/bus"}, {"HOME", "/.config/bus"}};
	const char *path = given(c, "token-file", names), *home;

	for (size_t i = 0; path == NULL && i < COUNT(homes); i++)
		if ((home = getenv(homes[i].name)) != NULL && *home)
			path = arena_printf(c->w.a, "%s%s/auth/api-token", home, homes[i].below);
	return path;
}

static int read_token(struct cli *c, const char **ret)
{
	const char *path = token_file(c);
	char *text = path != NULL ? file_read(c->w.a, path, TOKEN_MAX, NULL, &c->w.err) : NULL;

	if (text == NULL) {
		err_clear(&c->w.err);
		return fail(&c->w, E_UNAUTHENTICATED, "no token in %.200s: --token-file, BUS_API_TOKEN_FILE",
			    path ? path : "a file");
	}
	text[strcspn(text, "\r\n")] = '\0';
	*ret = text;
	return str_only(text, VISIBLE, 1, TOKEN_MAX)
		       ? 0 : fail(&c->w, E_INVALID, "%.200s does not begin with a line that is a token", path);
}

/* Below which the interface lies. A token is not sent in the clear over a network. */
static int read_base(struct cli *c, const char **ret)
{
	static const char *const names[] = {"BUS_BILLING_API_URL", "BUS_API_URL", NULL};
	static const char *const here[] = {"http://localhost", "http://127.0.0.1", "http://[::1]"};
	const char *url = given(c, "api-url", names);
	struct err e = {0};
	bool safe;
	size_t n;

	if (url == NULL && conf_read(c->w.a, c->conf_path, &c->conf, &e) == 0)
		url = c->conf.public_url;
	if (url == NULL)
		return fail_field(&c->w, "--api-url", "required");
	safe = str_starts(url, "https://") && url[8] != '\0' && url[8] != '/';
	for (size_t i = 0; i < COUNT(here); i++) {
		n = strlen(here[i]);
		safe = safe || (strncmp(url, here[i], n) == 0 && strchr(":/", url[n]) != NULL);
	}
	if (!safe || !str_only(url, VISIBLE, 1, URL_MAX) || strpbrk(url, "@?#") != NULL)
		return fail(&c->w, E_INVALID, "--api-url: https://…, or http:// of this machine");
	n = strlen(url);
	while (url[n - 1] == '/')
		n--;
	*ret = arena_printf(c->w.a, "%.*s", (int)n, url);
	return 0;
}

/* What the other side says is wrong, as one of our own errors. */
static int refused(struct cli *c, const struct http_answer *h, const struct json *j)
{
	const char *code = json_get_text(j, "code", ""), *detail = json_get_text(j, "detail", "");
	enum err_id id = h->status == 401 ? E_UNAUTHENTICATED : h->status == 403 ? E_SCOPE
		       : h->status == 404 ? E_NOT_FOUND : h->status >= 500 ? E_UNAVAILABLE : E_UPSTREAM;
	char shown[200];
	size_t n = 0;

	for (int i = E_NONE + 1; i < E_COUNT; i++)
		if (str_eq(err_row((enum err_id)i)->code, code))
			id = (enum err_id)i;
	for (; *detail && n + 1 < sizeof(shown); detail++)
		shown[n++] = (unsigned char)*detail < 0x20 || *detail == 0x7f ? ' ' : *detail;
	shown[n] = '\0';
	return fail(&c->w, id, "%d %s", h->status, shown);
}

static int ask(struct cli *c, const char *method, const char *path, const char *body, const struct json **ret)
{
	const char *seconds = cli_option(c, "timeout"), *token = NULL, *base = NULL, *headers[4];
	struct http_call call = {.method = method, .answer_max = ANSWER_MAX, .body = body,
				 .body_len = body ? strlen(body) : 0, .headers = headers};
	char *end = NULL;
	long timeout = seconds ? strtol(seconds, &end, 10) : TIMEOUT_S;
	struct err e = {0};
	struct http_answer h;

	if (timeout < 1 || timeout > 3600 || (end != NULL && *end != '\0'))
		return fail_field(&c->w, "--timeout", "out_of_range");
	if (read_base(c, &base) < 0 || read_token(c, &token) < 0)
		return -1;
	headers[0] = arena_printf(c->w.a, "Authorization: Bearer %s", token);
	headers[1] = "Accept: application/json";
	headers[2] = body ? "Content-Type: application/json" : NULL;
	headers[3] = NULL;
	call.url = arena_printf(c->w.a, "%s/api/v1/billing/%s", base, path);
	call.timeout_us = timeout * CLOCK_S;
	if (http_do(c->w.a, &call, &h, &c->w.err) < 0)
		return -1;
	*ret = json_parse(c->w.a, h.body, h.body_len, &e);
	if (h.status != 200)
		return refused(c, &h, *ret);
	return json_kind(*ret) == JSON_OBJECT ? 0 : fail(&c->w, E_UPSTREAM, "%s: an answer that is not JSON", path);
}

static int status(struct cli *c)
{
	const struct json *j;

	return ask(c, "GET", "status", NULL, &j) < 0 ? -1 : cli_json(c, json_print(c->w.a, j));
}

/* A page is opened, and where it is goes to standard output. */
static int page(struct cli *c, const char *path)
{
	static const char *const wishes[][2] = {{"plan", "plan_id"}, {"feature", "feature"},
						{"interval", "interval"}, {"return-url", "return_url"}};
	const struct json *j;
	const char *url;
	struct buf b;
	struct jw w;

	buf_init(&b, c->w.a, 32768);
	jw_init(&w, &b);
	jw_object(&w);
	for (size_t i = 0; i < COUNT(wishes); i++)
		if (cli_option(c, wishes[i][0]) != NULL)
			jw_kstr(&w, wishes[i][1], cli_option(c, wishes[i][0]));
	jw_end_object(&w);
	if (b.over)
		return fail(&c->w, E_TOO_LARGE, "the options are too long");
	if (ask(c, "POST", path, buf_str(&b), &j) < 0)
		return -1;
	url = json_get_text(j, "url", "");
	if (!str_starts(url, "http") || !str_only(url, VISIBLE, 1, URL_MAX))
		return fail(&c->w, E_UPSTREAM, "%s: an answer without an address", path);
	if (c->json)
		return cli_json(c, json_print(c->w.a, j));
	cli_out("%s\n", url);
	return 0;
}

static int setup(struct cli *c)
{
	return page(c, "checkout-session");
}

static int portal(struct cli *c)
{
	return page(c, "portal-session");
}

#define CLIENT_OPTIONS \
	{"api-url", "URL", "where busdk is ($BUS_BILLING_API_URL, $BUS_API_URL, public_url of the configuration)"}, \
	{"token-file", "FILE", "holds the token ($BUS_BILLING_API_TOKEN_FILE, $BUS_API_TOKEN_FILE, auth/api-token " \
			       "in $BUS_CONFIG_DIR or ~/.config/bus)"}, \
	{"timeout", "SECONDS", "how long to wait (30)"}
#define RETURN_OPTION {"return-url", "URL", "where the page leads back to"}

static const struct cli_opt status_options[] = {CLIENT_OPTIONS, {0}};
static const struct cli_opt portal_options[] = {CLIENT_OPTIONS, RETURN_OPTION, {0}};
static const struct cli_opt setup_options[] = {
	CLIENT_OPTIONS, RETURN_OPTION,
	{"plan", "PLAN", "which plan; without one the cheapest other"},
	{"feature", "FEATURE", "that the plan must have"},
	{"interval", "INTERVAL", "day, week, month or year"},
	{0}};

const struct verb billing_client_verbs[] = {
	{.name = "billing status", .options = status_options, .no_conf = true, .run = status,
	 .doc = "the own plan, what is left of it and what blocks, as a customer"},
	{.name = "billing setup", .options = setup_options, .no_conf = true, .run = setup,
	 .doc = "open the payment page of a plan, as a customer; prints its address"},
	{.name = "billing portal", .options = portal_options, .no_conf = true, .run = portal,
	 .doc = "where the own subscription is changed or ended; prints the address"},
	{0},
};
