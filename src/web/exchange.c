#include "config.h"

#include "web/web_int.h"
#include "base/check.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "port/fcgi.h"
#include "web/shared.h"

#include <string.h>

/* A request id: unguessable enough to be unique, cheap enough for each request. */
static const char *new_trace(struct arena *a)
{
	static char prefix[32]; /* made after the fork, so each worker has its own */
	static unsigned count;

	if (*prefix == '\0')
		memcpy(prefix, id_new(a, "req_"), 20);
	return arena_printf(a, "%s%08x", prefix, count++);
}

void exchange_init(struct req *r, const struct web *web, struct pg *pg, struct fcgi *f)
{
	struct arena *a = r->w.a ? r->w.a : arena_new(REQ_ARENA);

	arena_reset(a);
	memset(r, 0, sizeof(*r));
	r->w.a = a;
	r->w.pg = pg;
	r->w.conf = web->conf;
	r->w.now = clock_now();
	r->started = clock_mono();
	r->w.trace = new_trace(a);
	r->w.actor.name = "nobody";
	r->web = web;
	r->f = f;
	buf_init(&r->head_lines, a, HEAD_MAX);
}

static int find_route(struct req *r, const char *uri)
{
	size_t n = strcspn(uri, "?");
	const char *site = req_param(r, "BUS_SITE");
	struct match_result m;
	enum match got;

	if (strlen(uri) > PATH_MAX_BYTES || uri[0] != '/')
		return fail(&r->w, E_NOT_FOUND, "path of %zu bytes", strlen(uri));
	got = route_match(r->web->routes, str_eq(site, "preview") ? SITE_PREVIEW : SITE_PORTAL,
			  r->method, uri, n, &m);
	if (got == MATCH_METHOD) {
		reply_header(r, "Allow", "%s", m.allow);
		return fail(&r->w, E_METHOD, "%s %.*s", r->method, (int)n, uri);
	}
	if (got == MATCH_NONE)
		return fail(&r->w, E_NOT_FOUND, "no route for %.*s", (int)n, uri);
	for (size_t i = 0; i < m.args_n; i++)
		if ((r->arg[i] = str_unpercent(r->w.a, m.args[i].p, m.args[i].n, false)) == NULL)
			return fail(&r->w, E_NOT_FOUND, "bad escape in the path");
	r->route = m.route;
	if (m.route->pool != r->web->pool)
		return fail(&r->w, E_NOT_FOUND, "route %s came to the wrong pool", m.route->id);
	return query_read(r, uri[n] == '?' ? uri + n + 1 : "");
}

void exchange_enter(struct req *r)
{
	const char *method = req_param(r, "REQUEST_METHOD"), *uri = req_param(r, "REQUEST_URI");

	atomic_fetch_add_explicit(&r->web->shared->requests, 1, memory_order_relaxed);
	r->method = arena_strdup(r->w.a, method ? method : "");
	r->head = strcmp(r->method, "HEAD") == 0;
	if (find_route(r, uri ? uri : "") < 0 || gate_enter(r) < 0 || body_read(r) < 0)
		r->finished = true;
}

bool exchange_call(struct req *r, struct pg_call *c, const char **args)
{
	const struct route *route = r->route;

	if (r->finished)
		return false;
	memset(c, 0, sizeof(*c));
	c->a = r->w.a;
	c->args = args;
	if (route->read != NULL) {
		read_bind(r, args);
		c->stmt = r->token_hash == NULL && route->read->program ? route->read->program : route->read->stmt;
		return true;
	}
	args[0] = r->token_hash;
	args[1] = r->subject;
	if (route->audience == AUD_AUTH || route->audience == AUD_TOKEN) {
		args[2] = r->sid;
		c->stmt = r->web->auth;
		return r->w.actor.kind != ACTOR_OPERATOR && (route->audience == AUD_AUTH || r->sid != NULL);
	}
	c->stmt = r->token_hash != NULL && route->audience != AUD_API ? r->web->session : r->web->caller;
	if (route->audience == AUD_OPERATOR || route->audience == AUD_INTERNAL)
		return false;
	return r->token_hash != NULL || r->subject != NULL || route->audience == AUD_API;
}

static int run_plain(struct req *r)
{
	int rc = r->idem != NULL ? idem_take(r) : 0;

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (r->route->handle(r) < 0) {
		if (r->idem != NULL)
			idem_free(r);
		return -1;
	}
	return r->idem != NULL ? idem_keep(r) : 0;
}

static int run_handler(struct req *r)
{
	int rc;

	if (r->route->plain)
		return run_plain(r);
	rc = idem_begin(r);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (r->route->handle(r) < 0)
		return -1;
	check(r->status != 0);
	return idem_commit(r);
}

static int answer(struct req *r, const struct pg_call *c)
{
	bool known = c != NULL && c->rc == 0 && c->rows.n == 1;

	if (c != NULL && c->rc < 0)
		return fail(&r->w, c->err.id, "%s", c->err.detail);
	if (second_wanted(r) && second_check(r) < 0)
		return -1;
	if (r->route->read != NULL)
		return read_answer(r, &c->rows);
	if (r->route->audience != AUD_OPERATOR &&
	    gate_caller(r, known ? pg_int(&c->rows, 0, 0) : 0) < 0)
		return -1;
	return run_handler(r);
}

void exchange_finish(struct req *r, const struct pg_call *c)
{
	if (r->w.err.id == E_NONE && answer(r, c) == 0)
		check(r->status != 0);
	work_rollback(&r->w);
	if (!r->begun) {
		if (r->w.err.id != E_NONE)
			reply_problem(r);
		reply_send(r);
	}
	exchange_log(r);
}

void exchange_log(const struct req *r)
{
	bool ok = r->w.err.id == E_NONE;
	char status[24], us[24];

	if (ok && !log_on(LOG_DEBUG)) /* requests that went well are the web server's to log */
		return;
	if (r->status >= 500)
		atomic_fetch_add_explicit(&r->web->shared->errors, 1, memory_order_relaxed);
	log_put(ok ? LOG_DEBUG : r->status >= 500 ? LOG_ERROR : LOG_INFO, "request", "id", r->w.trace, "route", r->route ? r->route->id : "-", "method",
		r->method, "status", log_num(status, r->status), "us",
		log_num(us, clock_mono() - r->started), "code",
		ok ? NULL : err_row(r->w.err.id)->code, "detail", ok ? NULL : r->w.err.detail, NULL);
}

struct web_counters web_counters(const struct req *r)
{
	struct shared *s = r->web->shared;

	return (struct web_counters){atomic_load(&s->requests), atomic_load(&s->errors),
				     atomic_load(&s->streams), atomic_load(&s->streams_refused)};
}
