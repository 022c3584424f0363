#include "config.h"

#include "base/check.h"
#include "port/fcgi.h"
#include "web/relay_int.h"
#include "web/shared.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/*
 * The client's side of a relay. Every answer, also one that has a length, is
 * written past libfcgi's buffers: its writes would block on a client that does
 * not read.
 */

#define OUT_MAX (16u << 20)    /* an answer that is not streamed, at most */
#define OUT_KEPT 4096         /* of the buffer, once it is empty */
#define BEHIND (64u * 1024) /* of a stream: stop the upstream */

static const char beat[] = ": keep-alive\n\n";

struct req *relay_req(struct relay *x)
{
	return &x->r;
}

void *relay_state(struct relay *x)
{
	return x->state;
}

bool relay_streaming(const struct relay *x)
{
	return x->streaming;
}

bool relay_gone(const struct relay *x)
{
	return x->gone;
}

bool relay_ended(const struct relay *x)
{
	return x->ended;
}

bool relay_behind(const struct relay *x)
{
	return x->out_n - x->out_at > 0;
}

/* Room in the socket is of interest only while something waits for it. */
static void watch(struct relay *x, bool room)
{
	struct epoll_event ev = {.events = EPOLLRDHUP | (room ? EPOLLOUT : 0u), .data.ptr = x};

	if (x->watched != room)
		check(epoll_ctl(x->in->ep, EPOLL_CTL_MOD, fcgi_fd(x->r.f), &ev) == 0);
	x->watched = room;
}

void relay_client_gone(struct relay *x)
{
	if (x->gone)
		return;
	x->gone = true;
	x->out_at = x->out_n = 0;
	fcgi_stream_end(x->r.f, true); /* closes; a stream or not */
	if (x->ended)
		relay_finished(x);
}

/* Write what fits; false when the client is gone. */
static bool push(struct relay *x, const char *p, size_t n, size_t *ret_taken)
{
	*ret_taken = 0;
	while (*ret_taken < n) {
		size_t piece = n - *ret_taken < FCGI_PIECE ? n - *ret_taken : FCGI_PIECE;
		int rc = fcgi_stream_write(x->r.f, p + *ret_taken, piece);

		if (rc < 0) {
			relay_client_gone(x);
			return false;
		}
		if (rc == 0)
			break;
		*ret_taken += piece;
	}
	return true;
}

static void keep(struct relay *x, const char *p, size_t n)
{
	if (x->out_n + n > x->out_cap) {
		x->out_cap = (x->out_n + n) * 2;
		check((x->out = realloc(x->out, x->out_cap)) != NULL);
	}
	memcpy(x->out + x->out_n, p, n);
	x->out_n += n;
}

bool relay_write(struct relay *x, const char *p, size_t n)
{
	size_t taken = 0;

	if (x->gone || x->detached)
		return true;
	check(x->streaming && x->out_n - x->out_at + n <= OUT_MAX);
	x->beat = clock_mono() + x->r.w.conf->stream_beat_s * CLOCK_S;
	if (!relay_behind(x) && !push(x, p, n, &taken))
		return true;
	if (taken < n)
		keep(x, p + taken, n - taken);
	watch(x, relay_behind(x) || fcgi_stream_pending(x->r.f));
	return x->out_n - x->out_at < BEHIND;
}

void relay_finish(struct relay *x)
{
	if (!x->ended || x->finished || relay_behind(x))
		return;
	if (!x->gone && fcgi_stream_write(x->r.f, "", 0) == 0)
		return; /* a part of the last piece is still to go out */
	if (!x->gone)
		fcgi_stream_end(x->r.f, false);
	x->gone = true;
	relay_finished(x);
}

/* A client that has the whole answer is let go; the relay lives on. */
static void let_go(struct relay *x)
{
	if (x->gone || relay_behind(x) || fcgi_stream_write(x->r.f, "", 0) == 0)
		return;
	fcgi_stream_end(x->r.f, false);
	x->gone = true;
}

void relay_flush(struct relay *x)
{
	size_t taken;

	if (x->gone)
		return;
	if (!push(x, x->out + x->out_at, x->out_n - x->out_at, &taken))
		return;
	x->out_at += taken;
	if (!relay_behind(x)) {
		x->out_at = x->out_n = 0;
		if (x->out_cap > OUT_KEPT) { /* what a burst has left, times a thousand streams */
			free(x->out);
			x->out = NULL;
			x->out_cap = 0;
		}
	}
	relay_finish(x);
	if (x->detached)
		let_go(x);
	if (x->gone)
		return;
	watch(x, relay_behind(x) || fcgi_stream_pending(x->r.f));
	if (x->paused && !relay_behind(x) && x->call != NULL) {
		x->paused = false;
		call_resume(x->call);
	}
}

void relay_beat(struct relay *x, int64_t mono)
{
	if (x->streaming && !x->ended && !x->gone && mono >= x->beat && !relay_behind(x))
		relay_write(x, beat, sizeof(beat) - 1);
}

/* The head leaves; from here on nothing blocks. */
static bool begin_answer(struct relay *x)
{
	if (reply_send(&x->r) < 0 || fcgi_stream(x->r.f) < 0) {
		relay_client_gone(x);
		return false;
	}
	x->streaming = true;
	return true;
}

void relay_stream(struct relay *x, int status, const char *type)
{
	if (x->gone || x->streaming)
		return;
	reply_header(&x->r, "X-Accel-Buffering", "no");
	reply_header(&x->r, "Cache-Control", "no-cache, no-transform");
	x->r.stream = true;
	x->r.status = status;
	x->r.type = type;
	x->r.text = NULL;
	if (begin_answer(x))
		x->beat = clock_mono() + x->r.w.conf->stream_beat_s * CLOCK_S;
}

/* An answer with a length. */
static void answer(struct relay *x)
{
	struct req *r = &x->r;
	const char *text;
	size_t n;

	if (r->w.err.id != E_NONE)
		reply_problem(r);
	check(r->status != 0);
	text = r->text;
	n = r->text_len;
	reply_header(r, "Content-Length", "%zu", n);
	r->stream = true; /* the body goes its own way */
	r->text = NULL;
	if (begin_answer(x))
		relay_write(x, text, n);
}

void relay_detach(struct relay *x)
{
	check(!x->ended && !x->streaming);
	if (!x->gone)
		answer(x);
	x->streaming = true; /* nothing more is answered, gone or not */
	x->detached = true;
	let_go(x);
}

void relay_end(struct relay *x)
{
	check(!x->ended);
	relay_call_stop(x);
	x->ended = true;
	if (!x->gone && !x->streaming)
		answer(x);
	exchange_log(&x->r);
	relay_to_settle(x);
	if (x->gone)
		relay_finished(x);
	else
		relay_finish(x);
}
