#include "config.h"

#include "port/fcgi.h"
#include "base/check.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { RECORD_END = 3, RECORD_STDOUT = 6 };

struct fcgi {
	FCGX_Request r;
	bool open;   /* a request is being answered */
	bool stream; /* … as a stream */
	unsigned char *rest; /* of a record that a full socket cut */
	size_t rest_len;
};

void fcgi_init(void)
{
	/* How long the library waits for the first byte of a new connection. */
	setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "200", 1);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1);
	check(FCGX_Init() == 0);
}

int fcgi_listen(const char *path, gid_t gid)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(addr.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (unlink(path) < 0 && errno != ENOENT)
		goto fail;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    chown(path, (uid_t)-1, gid) < 0 || chmod(path, 0660) < 0 || listen(fd, 4096) < 0)
		goto fail;
	return fd;
fail:
	close(fd);
	return -1;
}

struct fcgi *fcgi_new(int listen_fd)
{
	struct fcgi *f = calloc(1, sizeof(*f));

	check(f != NULL && FCGX_InitRequest(&f->r, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR) == 0);
	f->r.ipcFd = -1;
	return f;
}

void fcgi_free(struct fcgi *f)
{
	if (f == NULL)
		return;
	if (f->stream)
		fcgi_stream_end(f, true);
	FCGX_Free(&f->r, 0);
	if (f->r.ipcFd >= 0)
		close(f->r.ipcFd);
	free(f);
}

int fcgi_accept(struct fcgi *f)
{
	int was = f->r.ipcFd, rc = FCGX_Accept_r(&f->r);

	f->open = rc == 0;
	if (rc == 0 && f->r.ipcFd != was) /* a new connection */
		fcntl(f->r.ipcFd, F_SETFD, FD_CLOEXEC);
	if (rc == 0)
		return 0;
	return rc == -EAGAIN || rc == -EINTR || rc == -ECONNABORTED ? 1 : -1;
}

int fcgi_fd(const struct fcgi *f)
{
	return f->r.ipcFd;
}

const char *fcgi_param(const struct fcgi *f, const char *name)
{
	return FCGX_GetParam(name, f->r.envp);
}

long fcgi_read(struct fcgi *f, void *to, size_t n)
{
	int got = FCGX_GetStr(to, n > 1 << 20 ? 1 << 20 : (int)n, f->r.in);

	return got == 0 && FCGX_GetError(f->r.in) ? -1 : got;
}

int fcgi_write(struct fcgi *f, const void *p, size_t n)
{
	return FCGX_PutStr(p, (int)n, f->r.out) == (int)n ? 0 : -1;
}

static void drain(struct fcgi *f)
{
	char rest[4096];

	while (FCGX_GetStr(rest, sizeof(rest), f->r.in) == (int)sizeof(rest))
		continue;
}

bool fcgi_finish(struct fcgi *f)
{
	if (!f->open)
		return f->r.ipcFd >= 0;
	f->open = false;
	drain(f);
	if (!f->r.keepConnection)
		FCGX_Detach(&f->r);
	FCGX_Finish_r(&f->r);
	return f->r.ipcFd >= 0;
}

int fcgi_stream(struct fcgi *f)
{
	/* First all of the body: a web server that has our answer sends no more of it. */
	drain(f);
	if (FCGX_FFlush(f->r.out) < 0)
		return -1;
	FCGX_Free(&f->r, 0); /* buffers and parameters go, the connection stays */
	f->stream = true;
	return 0;
}

/* Keep what the socket did not take of a record. */
static void keep_rest(struct fcgi *f, const struct iovec *part, size_t parts, size_t sent)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < parts; i++)
		total += part[i].iov_len;
	f->rest_len = total - sent;
	check((f->rest = malloc(f->rest_len)) != NULL);
	for (size_t i = 0; i < parts; i++) {
		size_t skip = sent < part[i].iov_len ? sent : part[i].iov_len;

		sent -= skip;
		memcpy(f->rest + at, (char *)part[i].iov_base + skip, part[i].iov_len - skip);
		at += part[i].iov_len - skip;
	}
}

static ssize_t send_parts(struct fcgi *f, struct iovec *part, size_t parts)
{
	struct msghdr m = {.msg_iov = part, .msg_iovlen = parts};
	ssize_t n = sendmsg(f->r.ipcFd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return n;
}

/* 1 nothing is left over, 0 some is, -1 gone. */
static int send_rest(struct fcgi *f)
{
	struct iovec part = {.iov_base = f->rest, .iov_len = f->rest_len};
	ssize_t n;

	if (f->rest == NULL)
		return 1;
	n = send_parts(f, &part, 1);
	if (n < 0)
		return -1;
	f->rest_len -= (size_t)n;
	memmove(f->rest, f->rest + n, f->rest_len);
	if (f->rest_len)
		return 0;
	free(f->rest);
	f->rest = NULL;
	return 1;
}

static void record_head(unsigned char head[8], int type, int id, size_t n)
{
	memset(head, 0, 8);
	head[0] = 1; /* FCGI_VERSION_1 */
	head[1] = (unsigned char)type;
	head[2] = (unsigned char)(id >> 8);
	head[3] = (unsigned char)id;
	head[4] = (unsigned char)(n >> 8);
	head[5] = (unsigned char)n;
}

int fcgi_stream_write(struct fcgi *f, const void *p, size_t n)
{
	unsigned char head[8];
	struct iovec part[2] = {{.iov_base = head, .iov_len = sizeof(head)}, {.iov_len = n}};
	int rc = send_rest(f);
	ssize_t sent;

	check(n <= FCGI_PIECE);
	if (rc != 1 || n == 0)
		return rc;
	memcpy(&part[1].iov_base, &p, sizeof(p)); /* sendmsg() only reads it */
	record_head(head, RECORD_STDOUT, f->r.requestId, n);
	sent = send_parts(f, part, 2);
	if (sent <= 0)
		return (int)sent;
	if ((size_t)sent < sizeof(head) + n)
		keep_rest(f, part, 2, (size_t)sent);
	return 1;
}

bool fcgi_stream_pending(const struct fcgi *f)
{
	return f->rest != NULL;
}

void fcgi_stream_end(struct fcgi *f, bool gone)
{
	unsigned char end[24]; /* empty STDOUT, then END_REQUEST with its body of zeroes */
	struct iovec part = {.iov_base = end, .iov_len = sizeof(end)};

	if (!gone && send_rest(f) == 1) {
		memset(end, 0, sizeof(end));
		record_head(end, RECORD_STDOUT, f->r.requestId, 0);
		record_head(end + 8, RECORD_END, f->r.requestId, 8);
		send_parts(f, &part, 1);
	}
	free(f->rest);
	f->rest = NULL;
	f->open = f->stream = false;
	close(f->r.ipcFd);
	f->r.ipcFd = -1;
}
