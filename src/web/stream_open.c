#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "port/fcgi.h"
#include "web/shared.h"
#include "web/stream_int.h"

#include <stdlib.h>
#include <string.h>

/* Columns of an `open` statement. */
enum { COL_ACCOUNT, COL_KNOWN, COL_SUBJECT, COL_LAST, COL_ENDED, COL_ID, COL_TYPE, COL_DOC };

static bool wants_stream(const struct req *r)
{
	const char *accept = req_param(r, "HTTP_ACCEPT");

	return accept != NULL && strstr(accept, "text/event-stream") != NULL;
}

/* After which event? A browser says so in a header when it comes back. */
static int64_t after_of(struct req *r)
{
	int64_t after = req_query_int(r, "after", 0), seen;

	if (str_int(req_param(r, "HTTP_LAST_EVENT_ID"), 0, INT32_MAX, &seen) && seen > after)
		after = seen;
	return after;
}

static void open_call(struct req *r, struct pg_call *c, const char **args)
{
	memset(c, 0, sizeof(*c));
	args[0] = r->token_hash;
	args[1] = r->arg[0];
	args[2] = arg_int(&r->w, after_of(r));
	args[3] = STREAM_ROWS;
	args[4] = arg_now(&r->w);
	args[5] = r->subject;
	c->stmt = r->route->follow->open;
	c->args = args;
	c->a = r->w.a;
}

static int check_open(struct req *r, const struct pg_call *c)
{
	if (c->rc < 0)
		return fail(&r->w, c->err.id, "%s", c->err.detail);
	if (c->rows.n == 0 || pg_text(&c->rows, 0, COL_ACCOUNT) == NULL)
		return fail(&r->w, E_UNAUTHENTICATED, "unknown or expired session");
	if (pg_text(&c->rows, 0, COL_KNOWN) == NULL)
		return fail(&r->w, E_NOT_FOUND, "no such subject, or not the caller's");
	return 0;
}

static int event_count(const struct pg_rows *rows)
{
	return pg_text(rows, 0, COL_ID) == NULL ? 0 : rows->n;
}

static void poll_reply(struct req *r, const struct pg_rows *rows)
{
	int n = event_count(rows);
	struct buf b;

	buf_init(&b, r->w.a, ANSWER_MAX);
	buf_puts(&b, "{\"events\":[");
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", pg_text(rows, i, COL_DOC));
	buf_printf(&b, "],\"last_id\":%lld}",
		   (long long)(n ? pg_int(rows, n - 1, COL_ID) : after_of(r)));
	reply_json(r, 200, buf_str(&b));
}

/* Answer a request of this pool that does not stay open. */
static void answer_now(struct req *r)
{
	if (r->w.err.id != E_NONE)
		reply_problem(r);
	reply_send(r);
	exchange_log(r);
	fcgi_finish(r->f);
	fcgi_free(r->f);
}

/* A held poll looks again. True when it was answered. */
bool stream_poll_answer(struct streams *s, struct follower *fo, bool timeout)
{
	struct req *r = fo->poll;
	const char *args[6];
	struct pg_call c;

	r->w.now = clock_now();
	open_call(r, &c, args);
	pg_batch(s->pg, PG_INDEPENDENT, &c, 1);
	if (check_open(r, &c) == 0) {
		if (event_count(&c.rows) == 0 && !timeout)
			return false;
		poll_reply(r, &c.rows);
	}
	if (r->w.err.id != E_NONE)
		reply_problem(r);
	reply_send(r);
	fcgi_finish(r->f);
	return true;
}

static struct follower *new_follower(struct streams *s, struct req *r, const struct pg_rows *rows,
				     int64_t sent)
{
	struct follower *fo = calloc(1, sizeof(*fo));
	struct channel *ch = channel_of(s, r->route->follow, pg_int(rows, 0, COL_ACCOUNT),
					pg_int(rows, 0, COL_SUBJECT), sent);

	check(fo != NULL);
	fo->f = r->f;
	fo->sent = sent;
	fo->ch = ch;
	return fo;
}

/* Keep a long poll until there is news or its time is up. */
static void hold_poll(struct streams *s, struct req *r, const struct pg_rows *rows, int64_t wait)
{
	struct follower *fo = new_follower(s, r, rows, after_of(r));
	struct channel *ch = fo->ch;

	check((fo->poll = malloc(sizeof(*fo->poll))) != NULL);
	*fo->poll = *r;
	r->w.a = NULL; /* its arena goes along */
	fo->end = clock_mono() + wait * CLOCK_S;
	follower_add(s, ch, fo);
	if (fo->sent < ch->seq)
		channel_dirty(s, ch);
}

/* Headers, a first sign of life large enough to leave every buffer on the
 * way, and the events there are. */
static void start_stream(struct streams *s, struct req *r, const struct pg_rows *rows)
{
	int n = event_count(rows);
	int64_t sent = n ? pg_int(rows, n - 1, COL_ID) : after_of(r);
	bool whole = pg_bool(rows, 0, COL_ENDED) && sent >= pg_int(rows, 0, COL_LAST);
	struct follower *fo;
	struct buf b;

	buf_init(&b, r->w.a, ANSWER_MAX);
	reply_header(r, "Cache-Control", "no-cache, no-transform");
	reply_header(r, "X-Accel-Buffering", "no");
	buf_printf(&b, "retry: 2000\n%s", s->beat);
	for (int i = 0; i < n; i++)
		buf_printf(&b, "id: %s\nevent: %s\ndata: %s\n\n", pg_text(rows, i, COL_ID),
			   pg_text(rows, i, COL_TYPE), pg_text(rows, i, COL_DOC));
	if (whole)
		buf_puts(&b, STREAM_END);
	r->stream = true;
	reply_text(r, 200, "text/event-stream", buf_str(&b));
	if (reply_send(r) < 0 || fcgi_stream(r->f) < 0) {
		fcgi_free(r->f);
		return;
	}
	if (whole) {
		fcgi_stream_end(r->f, false);
		fcgi_free(r->f);
		return;
	}
	fo = new_follower(s, r, rows, sent);
	fo->end = clock_mono() + r->w.conf->stream_life_s * CLOCK_S;
	follower_add(s, fo->ch, fo);
	if (fo->sent > fo->ch->seq || n == atoi(STREAM_ROWS))
		channel_dirty(s, fo->ch);
}

static void opened(struct streams *s, struct req *r, const struct pg_call *c)
{
	const struct pg_rows *rows = &c->rows;
	bool stream = wants_stream(r), full = (int64_t)s->open >= r->w.conf->stream_max, ended;
	const char *front = req_param(r, "BUS_STREAM_MAX");
	int64_t wait = req_query_int(r, "wait", 0), cap;

	/* A web server that needs a thread for each stream says how many it bears. */
	if (str_int(front, 0, INT32_MAX, &cap) && (int64_t)s->open >= cap)
		full = true;
	if (check_open(r, c) < 0) {
		answer_now(r);
		return;
	}
	ended = pg_bool(rows, 0, COL_ENDED) && after_of(r) >= pg_int(rows, 0, COL_LAST);
	if (stream && full) {
		atomic_fetch_add(&s->web->shared->streams_refused, 1);
		fail(&r->w, E_BUSY, "%zu streams are open", s->open);
		answer_now(r);
	} else if (stream && ended) {
		reply_empty(r, 204); /* tells a browser not to come back */
		answer_now(r);
	} else if (stream && !r->head) {
		start_stream(s, r, rows);
	} else if (wait > 0 && event_count(rows) == 0 && !ended && !full && !r->head) {
		hold_poll(s, r, rows, wait);
	} else {
		poll_reply(r, rows);
		answer_now(r);
	}
}

void stream_accept(struct streams *s)
{
	static struct req reqs[PG_BATCH_MAX];
	struct pg_call calls[PG_BATCH_MAX];
	const char *args[PG_BATCH_MAX][6];
	struct req *of[PG_BATCH_MAX];
	size_t n = 0;

	for (size_t i = 0; i < PG_BATCH_MAX; i++) {
		struct fcgi *f = fcgi_new(s->web->listen_fd);
		struct req *r = &reqs[i];

		if (fcgi_accept(f) != 0) {
			fcgi_free(f);
			break;
		}
		exchange_init(r, s->web, s->pg, f);
		exchange_enter(r);
		if (r->finished) {
			answer_now(r);
			continue;
		}
		open_call(r, &calls[n], args[n]);
		of[n++] = r;
	}
	pg_batch(s->pg, PG_INDEPENDENT, calls, n);
	for (size_t i = 0; i < n; i++)
		opened(s, of[i], &calls[i]);
}
