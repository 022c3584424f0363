/*
 * Fcgi: the FastCGI side of a worker (libfcgi).
 *
 * A struct fcgi is one connection from the web server and the request that is
 * being answered on it. With keep-alive the connection outlives the request;
 * a loop that polls it together with the listening socket never blocks.
 *
 * libfcgi's traps are handled here: stdin is drained before the end of a
 * request, a connection that is not kept is closed without the library's two
 * second linger, and streams are written past the library's buffers, because
 * it loses a stream on EAGAIN and leaks with each writer of its own.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct fcgi;

/* Once per process, after its signal handlers are in place. */
void fcgi_init(void);

/* A listening unix socket, close-on-exec and non-blocking, that the owner and
 * the group `gid` may connect to ((gid_t)-1 keeps the group). A stale socket
 * file is replaced. -1 with errno. */
int fcgi_listen(const char *path, gid_t gid);

struct fcgi *fcgi_new(int listen_fd);
void fcgi_free(struct fcgi *f); /* closes the connection */

/* The next request: from the kept connection, else a new one. 0 with a
 * request, 1 when there is none now, -1 when the peer spoke nonsense (the
 * connection is closed). */
int fcgi_accept(struct fcgi *f);

int fcgi_fd(const struct fcgi *f); /* -1 when closed */

/* Parameters, valid until the end of the request. NULL when absent. */
const char *fcgi_param(const struct fcgi *f, const char *name);

/* Up to `n` bytes of the body; 0 at its end, -1 when it was cut short. */
long fcgi_read(struct fcgi *f, void *to, size_t n);

/* Buffered write of the answer; -1 when the peer is gone. */
int fcgi_write(struct fcgi *f, const void *p, size_t n);

/* End the request. True when the connection stays open for another. */
bool fcgi_finish(struct fcgi *f);

/*
 * A stream: a request that stays open. Once its headers are flushed it keeps
 * no buffer at all; each piece is written as one STDOUT record (FastCGI 1.0,
 * 3.3 and 5.3) without blocking. What a full socket did not take of a record
 * is kept, and nothing more is accepted until it has gone out.
 */
int fcgi_stream(struct fcgi *f);

/* 1 taken, 0 no room now (the piece was not taken: try again when the socket is
 * writable), -1 the peer is gone. At most FCGI_PIECE bytes; with n 0 only what
 * is left of the last piece is sent. */
#define FCGI_PIECE 32768
int fcgi_stream_write(struct fcgi *f, const void *p, size_t n);

/* Is a part of the last piece still to go out? */
bool fcgi_stream_pending(const struct fcgi *f);

/* End a stream and close; `gone` when the peer has left already. */
void fcgi_stream_end(struct fcgi *f, bool gone);
