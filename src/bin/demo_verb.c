#include "config.h"

#include "base/id.h"
#include "base/str.h"
#include "cli/cli.h"
#include "port/file.h"
#include "port/http.h"
#include "port/json.h"
#include "port/sandbox.h"
#include "run/run.h"

#include <dirent.h>
#include <string.h>
#include <time.h>

/*
 * `bus demo`: the first acceptance conversation, as a visitor and an operator
 * would have it: everything over HTTP but the operator's approval. The visitor's
 * session and run are kept in $BUS_VAR/demo, so a second call finds them.
 */

#define ASK "I would like a tiny Go web tool."
#define ANSWER "It should split a restaurant bill with a tip between friends."

struct visitor {
	struct cli *c;
	struct arena *a;
	const char *token, *run_id, *email;
};

static const struct json *call(struct visitor *v, const char *method, const char *path,
			       const char *body, struct http_answer *ret)
{
	const char *headers[5] = {"Content-Type: application/json"};
	struct http_call h = {.method = method, .headers = headers, .body = body,
			      .body_len = body ? strlen(body) : 0, .timeout_us = 40 * CLOCK_S,
			      .answer_max = 64u << 20};
	size_t n = 1;

	h.url = arena_printf(v->a, "http://%s%s", v->c->conf.listen, path);
	if (v->token != NULL)
		headers[n++] = arena_printf(v->a, "Authorization: Bearer %s", v->token);
	if (body != NULL)
		headers[n++] = arena_printf(v->a, "Idempotency-Key: %s", id_new(v->a, "demo_"));
	headers[n] = NULL;
	if (http_do(v->a, &h, ret, &v->c->w.err) < 0)
		return NULL;
	if (ret->status >= 300) {
		fail(&v->c->w, ret->status == 404 ? E_NOT_FOUND : E_UNAVAILABLE, "%s %s: %d %.200s", method,
		     path, ret->status, ret->body);
		return NULL;
	}
	if (!str_starts(ret->type, "application/json"))
		return NULL;
	return json_parse(v->a, ret->body, ret->body_len, &v->c->w.err);
}

static const char *run_path(struct visitor *v, const char *rest)
{
	return arena_printf(v->a, "/api/v1/build-runs/%s%s", v->run_id, rest);
}

static void step(const char *who, const char *text)
{
	cli_progress_end();
	cli_out("  %-9s %s\n", who, text);
}

/* The code of a mail to the visitor in that file, or NULL. */
static const char *code_in(struct visitor *v, const char *name)
{
	static const char lead[] = "\nYour code: ";
	struct err e = {0};
	char *text = file_read(v->a, arena_printf(v->a, "%s/%s", v->c->conf.mail_spool, name), 65536, NULL, &e);
	const char *at = text ? strstr(text, lead) : NULL;

	if (at == NULL || strstr(text, arena_printf(v->a, "To: <%s>", v->email)) == NULL)
		return NULL;
	at += sizeof(lead) - 1;
	return arena_strndup(v->a, at, strcspn(at, "\r\n"));
}

static const char *code_of(struct visitor *v)
{
	DIR *spool = opendir(v->c->conf.mail_spool); /* made with the first mail */
	const char *code = NULL;
	struct dirent *d;

	while (code == NULL && spool != NULL && (d = readdir(spool)) != NULL)
		if (strstr(d->d_name, ".eml") != NULL)
			code = code_in(v, d->d_name);
	if (spool != NULL)
		closedir(spool);
	return code;
}

/* An address, and the code that comes there, as a customer gives them. Where mail
 * really leaves nobody reads it here: then the address has to be wanted. */
static int give_contact(struct visitor *v)
{
	static const struct timespec tick = {.tv_nsec = 100 * 1000 * 1000};
	int64_t end = clock_mono() + 60 * CLOCK_S;
	struct http_answer h;
	const struct json *j;
	const char *code;

	if (!str_eq(v->c->conf.mail, "spool"))
		return 0;
	v->email = arena_printf(v->a, "%s@example.com", id_new(v->a, "demo-"));
	if (call(v, "POST", run_path(v, "/contact"), arena_printf(v->a, "{\"email\":\"%s\"}", v->email), &h) == NULL)
		return -1;
	while ((code = code_of(v)) == NULL && clock_mono() < end)
		nanosleep(&tick, NULL);
	if (code == NULL)
		return fail(&v->c->w, E_UNAVAILABLE, "no mail in %s", v->c->conf.mail_spool);
	j = call(v, "POST", run_path(v, "/contact"),
		 arena_printf(v->a, "{\"email\":\"%s\",\"code\":\"%s\"}", v->email, code), &h);
	if (j == NULL)
		return -1;
	v->token = json_get_text(j, "session_token", v->token);
	step("visitor", "(gives an address, and the code that was sent there)");
	return 0;
}

/* Ask, answer the one question, approve the scope, give a contact, ask for the approval. */
static int converse(struct visitor *v)
{
	struct http_answer h;
	const struct json *j = call(v, "POST", "/api/v1/build-runs", "{\"message\":\"" ASK "\"}", &h);
	const char *question, *hash;

	if (j == NULL)
		return -1;
	v->token = json_get_text(j, "session_token", NULL);
	v->run_id = json_get_text(j, "run_id", "");
	question = json_get_text(j, "question", NULL);
	step("visitor", ASK);
	if (question == NULL)
		return fail(&v->c->w, E_INTERNAL, "no question was asked");
	step("busdk", question);
	step("visitor", ANSWER);
	j = call(v, "POST", run_path(v, "/messages"), "{\"text\":\"" ANSWER "\"}", &h);
	if (j == NULL)
		return -1;
	hash = json_get_text(json_get(json_get(j, "run"), "scope"), "scope_hash", NULL);
	if (hash == NULL)
		return fail(&v->c->w, E_INTERNAL, "no scope was offered");
	step("busdk", json_get_text(json_get(json_get(j, "run"), "scope"), "summary", ""));
	j = call(v, "POST", run_path(v, "/scope-approval"),
		 arena_printf(v->a, "{\"scope_hash\":\"%s\"}", hash), &h);
	step("visitor", "(approves the scope)");
	return j && give_contact(v) == 0 && call(v, "POST", run_path(v, "/checkout"), "{}", &h) ? 0 : -1;
}

/* The operator's half, by the same command an operator uses. */
static int approve(struct visitor *v)
{
	struct cli *c = v->c;

	if (work_begin(&c->w, NULL) < 0 || run_authorize(&c->w, v->run_id, false) < 0 ||
	    work_commit(&c->w, NULL) < 0)
		return -1;
	step("operator", "(approves the work)");
	return 0;
}

static bool ended(const char *phase)
{
	return strcmp(phase, "artifact_ready") == 0 || strcmp(phase, "delivered") == 0 ||
	       strcmp(phase, "failed") == 0 || strcmp(phase, "cancelled") == 0;
}

/* Follow the events until the run has a result. */
static int follow(struct visitor *v)
{
	struct http_answer h;
	const struct json *j, *events;
	int64_t last = 0, end = clock_mono() + 120 * CLOCK_S;
	const char *phase;

	while (clock_mono() < end) {
		j = call(v, "GET", run_path(v, arena_printf(v->a, "/events?after=%lld&wait=10",
							     (long long)last)), NULL, &h);
		if (j == NULL)
			return -1;
		events = json_get(j, "events");
		for (size_t i = 0; i < json_count(events); i++)
			if (json_get_int(json_at(events, i), "id", 0) > 6)
				step("busdk", json_get_text(json_at(events, i), "text", ""));
		last = json_get_int(j, "last_id", last);
		if ((j = call(v, "GET", run_path(v, ""), NULL, &h)) == NULL)
			return -1;
		phase = json_get_text(j, "phase", "");
		if (!ended(phase))
			continue;
		if (phase[0] == 'f' || phase[0] == 'c')
			return fail(&v->c->w, E_INTERNAL, "the run ended as %s", phase);
		return 0;
	}
	return fail(&v->c->w, E_UNAVAILABLE, "no result after two minutes");
}

static int save(struct visitor *v, const char *name, const char *path, const char **ret_path)
{
	struct http_answer h;

	call(v, "GET", path, NULL, &h);
	if (v->c->w.err.id != E_NONE)
		return -1;
	*ret_path = arena_printf(v->a, "%s/demo/%s", v->c->conf.var, name);
	return file_write(*ret_path, h.body, h.body_len, 0644, &v->c->w.err);
}

/* Download, keep beside its provenance, open a preview, and say where all is. */
static int deliver(struct visitor *v)
{
	struct http_answer h;
	const struct json *j = call(v, "GET", run_path(v, "/artifacts"), NULL, &h), *art, *preview;
	const char *name, *id, *file, *envelope, *self = sandbox_self(v->a);

	art = json_at(json_get(j, "items"), 0);
	if (art == NULL)
		return v->c->w.err.id ? -1 : fail(&v->c->w, E_NOT_FOUND, "no artifact");
	name = json_get_text(art, "name", "");
	id = json_get_text(art, "artifact_id", "");
	if (strchr(name, '/') != NULL ||
	    save(v, name, json_get_text(art, "download_url", ""), &file) < 0 ||
	    save(v, arena_printf(v->a, "%s.provenance.json", name),
		 run_path(v, arena_printf(v->a, "/artifacts/%s/provenance", id)), &envelope) < 0)
		return -1;
	preview = call(v, "POST", run_path(v, arena_printf(v->a, "/artifacts/%s/preview", id)), "{}", &h);
	if (preview == NULL)
		return -1;
	cli_out("\nchat      %s/\npreview   %s\n          (opens once; every call of this command makes a new one)\n"
		"artifact  %s\nverify    %s verify %s %s --key %s\n"
		"models    %s/v1 (token in %s/demo.token)\nstop      BUS_VAR=%s %s stack down\n",
		v->c->conf.public_url, json_get_text(preview, "url", ""), file, self, file, envelope,
		v->c->conf.provenance_public, v->c->conf.public_url, v->c->conf.var, v->c->conf.var, self);
	return 0;
}

/* A run of an earlier call, if it still stands. */
static bool resume(struct visitor *v, const char *path)
{
	struct err e = {0};
	struct http_answer h;
	char *text = file_read(v->a, path, 4096, NULL, &e), *space;
	const struct json *j;

	if (text == NULL || (space = strchr(text, ' ')) == NULL)
		return false;
	*space = '\0';
	v->token = text;
	v->run_id = space + 1;
	j = call(v, "GET", run_path(v, ""), NULL, &h);
	err_clear(&v->c->w.err);
	if (j != NULL && json_get_int(j, "artifacts", 0) > 0)
		return true;
	v->token = NULL;
	return false;
}

static int demo(struct cli *c)
{
	struct visitor v = {.c = c, .a = c->w.a};
	const char *dir = arena_printf(c->w.a, "%s/demo", c->conf.var);
	const char *path = arena_printf(c->w.a, "%s/session", dir), *text;

	if (file_mkdirs(dir, 0755, &c->w.err) < 0)
		return -1;
	if (resume(&v, path))
		return deliver(&v);
	cli_out("The first acceptance conversation:\n");
	if (converse(&v) < 0 || approve(&v) < 0 || follow(&v) < 0)
		return -1;
	text = arena_printf(c->w.a, "%s %s", v.token, v.run_id);
	if (file_write(path, text, strlen(text), 0600, &c->w.err) < 0)
		return -1;
	return deliver(&v);
}

const struct verb demo_verbs[] = {
	{.name = "demo", .db = "operator", .run = demo,
	 .doc = "the first acceptance conversation, to a verified artifact"},
	{0},
};
