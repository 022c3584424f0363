#include "config.h"

#include "verify/verify_html.h"
#include "verify/verify_open.h"
#include "verify/verify_serve.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/file.h"
#include "port/http.h"
#include "port/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The page test: serve what the customer would get as the preview host would,
 * ask for the entry page, read what it shows and asks for; and, with a
 * browser, let it run and look again. Everything runs on the loopback.
 */
#define PAGE_MAX (64u << 20)
#define DOM_MAX (32u << 20)
#define ANSWER_US (10 * CLOCK_S)
#define BROWSER_US (60 * CLOCK_S)
#define VISIBLE_MIN 2 /* characters: an app may write the rest itself */
#define TRIES 3       /* see render() */

/* manifest, files, server or answer, content, references, browser */
_Static_assert(COUNT(((struct verify_report *)0)->checks) >= 6, "room for every check");

struct page {
	struct arena *a;
	const struct verify_job *j;
	struct verify_report *ret;
	struct verify_manifest all, web;
	const struct verify_entry *entry;
	struct verify_site files[VERIFY_ENTRIES];
	int dir, port;
	struct verify_text text;
	int64_t from; /* clock at the beginning of a step */
};

/* Add a check; the one that fails gives code and reason, and is the last. */
static bool step(struct page *g, const char *name, enum verify_code code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static bool step(struct page *g, const char *name, enum verify_code code, const char *fmt, ...)
{
	struct verify_check *c = &g->ret->checks[g->ret->checks_n++];
	va_list ap;

	va_start(ap, fmt);
	c->detail = arena_vprintf(g->a, fmt, ap);
	va_end(ap);
	c->name = name;
	c->ok = code == VERIFY_OK;
	if (!c->ok) {
		g->ret->code = code;
		g->ret->reason = c->detail;
	}
	return c->ok;
}

static const char *shown(struct page *g, const char *text)
{
	return verify_show(g->a, text, strlen(text));
}

static int ms_since(int64_t from)
{
	return (int)((clock_mono() - from) / CLOCK_MS);
}

/* ---- files ---- */

static bool read_manifest(struct page *g)
{
	struct err e = {0};
	enum verify_code code = VERIFY_BROKEN;
	size_t skipped;
	const char *why;

	if (g->dir < 0)
		err_set(&e, E_UNAVAILABLE, "the tree: %s", strerror(errno));
	else
		code = verify_job_manifest(g->a, g->dir, g->j, &g->all, &skipped, &e);
	if (code != VERIFY_OK)
		return step(g, "manifest", code, "%s", shown(g, e.detail));
	g->entry = verify_entry_page(&g->all, &why);
	if (g->entry == NULL)
		return step(g, "manifest", VERIFY_MISSING, "%s", why);
	return step(g, "manifest", VERIFY_OK, "the page is %s", shown(g, g->entry->name));
}

static bool read_files(struct page *g)
{
	size_t left = VERIFY_FILE_MAX;

	for (size_t i = 0; i < g->all.n; i++) {
		struct verify_entry *t = &g->all.entries[i];
		struct verify_file f;
		struct err e = {0};
		enum verify_code code;

		if (strcmp(t->kind, "web") != 0)
			continue;
		if (verify_mime(t->name) == NULL || verify_name_problem(t->name, true) != NULL)
			return step(g, "files", VERIFY_NAME, "%s: not to be served",
				    shown(g, t->name));
		code = verify_entry_read(g->a, g->dir, t, left, &f, &e);
		if (code != VERIFY_OK)
			return step(g, "files", code, "%s: %s", shown(g, t->name),
				    shown(g, e.detail));
		left -= f.n;
		t->mime = verify_mime(t->name);
		g->web.entries[g->web.n] = *t;
		g->files[g->web.n] = (struct verify_site){&g->web.entries[g->web.n], f.p, f.n};
		g->web.n++;
	}
	return step(g, "files", VERIFY_OK, "%zu files", g->web.n);
}

/* ---- the answer ---- */

static const char *url_of(struct page *g)
{
	struct buf b;

	buf_init(&b, g->a, 4096);
	buf_printf(&b, "http://127.0.0.1:%d/", g->port);
	for (const char *s = g->entry->name; *s; s++)
		if (strchr(" @+()", *s) != NULL)
			buf_printf(&b, "%%%02x", (unsigned char)*s);
		else
			buf_putc(&b, *s);
	return buf_str(&b);
}

static bool ask(struct page *g, struct http_answer *ret)
{
	struct http_call call = {.method = "GET", .url = url_of(g), .timeout_us = ANSWER_US,
				 .answer_max = PAGE_MAX};
	int64_t from = clock_mono();
	struct err e = {0};

	if (http_do(g->a, &call, ret, &e) < 0)
		return step(g, "answer", VERIFY_SMOKE_PAGE, "%s", shown(g, e.detail));
	if (ret->status != 200 || !str_starts(ret->type, "text/html"))
		return step(g, "answer", VERIFY_SMOKE_PAGE, "status %d, type %s", ret->status,
			    shown(g, ret->type));
	if (ret->body_len == 0)
		return step(g, "answer", VERIFY_SMOKE_PAGE, "nothing in it");
	return step(g, "answer", VERIFY_OK, "200 with %zu bytes in %d ms", ret->body_len,
		    ms_since(from));
}

static bool look_at_text(struct page *g, const struct http_answer *h)
{
	verify_html_read(g->a, h->body, h->body_len, &g->text);
	if (g->text.title[strspn(g->text.title, " \t\r\n")] == '\0')
		return step(g, "content", VERIFY_SMOKE_PAGE, "no title");
	if (g->text.visible < VISIBLE_MIN)
		return step(g, "content", VERIFY_SMOKE_PAGE, "no visible text");
	return step(g, "content", VERIFY_OK, "%zu visible characters", g->text.visible);
}

static bool is_served(const struct page *g, const char *name)
{
	for (size_t i = 0; name != NULL && i < g->web.n; i++)
		if (strcmp(g->web.entries[i].name, name) == 0)
			return true;
	return false;
}

static bool look_at_refs(struct page *g)
{
	if (g->text.based)
		return step(g, "references", VERIFY_SMOKE_PAGE, "a base element");
	if (g->text.more_refs)
		return step(g, "references", VERIFY_SMOKE_PAGE, "more than %d", VERIFY_REFS);
	for (size_t i = 0; i < g->text.refs_n; i++) {
		const struct verify_ref *r = &g->text.refs[i];
		const char *name;
		enum verify_ref_kind kind = verify_ref_of(g->a, g->entry->name, r->url, &name);

		if (kind == VERIFY_REF_FOREIGN && !r->follows)
			return step(g, "references", VERIFY_SMOKE_PAGE, "%s from elsewhere: %s",
				    r->tag, shown(g, r->url));
		if (kind == VERIFY_REF_LOCAL && !is_served(g, name))
			return step(g, "references", VERIFY_SMOKE_PAGE, "%s is missing: %s", r->tag,
				    shown(g, r->url));
	}
	return step(g, "references", VERIFY_OK, "%zu", g->text.refs_n);
}

/* ---- the browser ---- */

static int run_browser(struct page *g, const char *profile, struct spawn_result *ret, struct err *e)
{
	const char *argv[] = {
		g->j->browser,
		"--headless",
		"--no-sandbox",
		"--disable-gpu",
		"--disable-dev-shm-usage",
		"--no-first-run",
		"--disable-extensions",
		"--disable-sync",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-default-apps",
		"--no-proxy-server",
		"--mute-audio",
		"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
		"--js-flags=--single-threaded",
		"--virtual-time-budget=20000",
		"--dump-dom",
		arena_printf(g->a, "--user-data-dir=%s", profile),
		url_of(g),
		NULL,
	};
	const char *env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
			     arena_printf(g->a, "HOME=%s", profile), NULL};

	return spawn_run(g->a, &(struct spawn){.argv = argv, .env = env, .cwd = profile},
			 BROWSER_US, DOM_MAX, ret, e);
}

static bool look_at_dom(struct page *g, const struct verify_text *dom, int tries, int64_t from)
{
	if (dom->visible < VISIBLE_MIN)
		return step(g, "browser", VERIFY_SMOKE_PAGE, "it shows nothing");
	if (g->text.waits && !dom->ready)
		return step(g, "browser", VERIFY_SMOKE_PAGE, "it never became ready");
	return step(g, "browser", VERIFY_OK, "%zu visible characters in %d ms%s%s", dom->visible,
		    ms_since(from), g->text.waits ? ", ready" : "",
		    tries > 1 ? ", at a further try" : "");
}

/* One run of the browser; false when it could not be done, with a check. */
static bool run_once(struct page *g, struct verify_text *dom)
{
	char profile[] = "/tmp/page-XXXXXX";
	struct spawn_result r = {0};
	struct err e = {0}, ignored = {0};
	bool ok = false;

	if (mkdtemp(profile) == NULL)
		return step(g, "browser", VERIFY_BROKEN, "no folder for it: %s", strerror(errno));
	if (run_browser(g, profile, &r, &e) < 0)
		step(g, "browser", VERIFY_BROKEN, "%s", shown(g, e.detail));
	else if (r.timed_out)
		step(g, "browser", VERIFY_SMOKE_PAGE, "no end within %d s",
		     (int)(BROWSER_US / CLOCK_S));
	else if (r.status != 0)
		step(g, "browser", VERIFY_BROKEN, "%s: %s", spawn_status_text(g->a, r.status),
		     shown(g, r.err));
	else
		ok = true;
	file_remove_tree(profile, &ignored);
	if (ok)
		verify_html_read(g->a, r.out, r.out_len, dom);
	return ok;
}

/* The browser's clock runs ahead while the page only waits for timers. Work on
 * other threads (compiling WebAssembly, reading a blob) does not hold it up, so
 * it may look too early: the engine is kept on one thread, and a page that was
 * not ready gets another try. */
static bool render(struct page *g)
{
	struct verify_text *dom = ARENA_NEW(g->a, struct verify_text);
	int64_t from = clock_mono();
	int tries = 0;

	do
		if (!run_once(g, dom))
			return false;
	while (++tries < TRIES && g->text.waits && !dom->ready);
	return look_at_dom(g, dom, tries, from);
}

void verify_page(struct arena *a, const struct verify_job *j, struct verify_report *ret)
{
	struct page *g = ARENA_NEW(a, struct page);
	struct http_answer answer;
	struct err e = {0};
	pid_t server;

	memset(ret, 0, sizeof(*ret));
	ret->reason = "";
	*g = (struct page){.a = a, .j = j, .ret = ret};
	g->dir = open(j->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (read_manifest(g) && read_files(g)) {
		server = verify_serve(g->files, g->web.n, &g->port, &e);
		if (server < 0) {
			step(g, "server", VERIFY_BROKEN, "%s", e.detail);
		} else {
			if (ask(g, &answer) && look_at_text(g, &answer) && look_at_refs(g) &&
			    j->browser != NULL && *j->browser)
				render(g);
			verify_serve_end(server);
		}
	}
	if (g->dir >= 0)
		close(g->dir);
	if (ret->code == VERIFY_OK)
		ret->manifest = g->web;
}
