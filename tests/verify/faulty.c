#include "config.h"

#include "faulty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	const char *call;
	int error, skip;
} armed;

void faulty_arm(const char *call, int error, int skip)
{
	armed.error = error;
	armed.skip = skip;
	armed.call = call;
}

void faulty_disarm(void)
{
	armed.call = NULL;
}

static bool due(const char *call)
{
	if (armed.call == NULL || strcmp(armed.call, call) != 0 || armed.skip-- > 0)
		return false;
	armed.call = NULL;
	errno = armed.error;
	return true;
}

#define WRAP(type, name, params, args) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params { return due(#name) ? (type)-1 : __real_##name args; }

WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
WRAP(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at))
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
WRAP(int, socket, (int domain, int kind, int protocol), (domain, kind, protocol))
WRAP(int, bind, (int fd, const struct sockaddr *at, socklen_t n), (fd, at, n))
WRAP(int, listen, (int fd, int n), (fd, n))
WRAP(int, getsockname, (int fd, struct sockaddr *at, socklen_t *n), (fd, at, n))
WRAP(int, accept4, (int fd, struct sockaddr *at, socklen_t *n, int flags), (fd, at, n, flags))
WRAP(ssize_t, recv, (int fd, void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(ssize_t, send, (int fd, const void *p, size_t n, int flags), (fd, p, n, flags))
WRAP(int, poll, (struct pollfd *at, nfds_t n, int ms), (at, n, ms))
WRAP(pid_t, fork, (void), ())
WRAP(pid_t, getppid, (void), ())
WRAP(pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags))

char *__real_mkdtemp(char *name);
char *__wrap_mkdtemp(char *name);
char *__wrap_mkdtemp(char *name)
{
	return due("mkdtemp") ? NULL : __real_mkdtemp(name);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	if (strstr(path, ".go") != NULL && due("openat"))
		return -1;
	return __real_openat(dir, path, flags, 0600);
}

int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st)
{
	int rc = __real_fstat(fd, st);

	if (!due("fstat"))
		return rc;
	if (armed.error != -1 && armed.error != 1)
		return -1;
	st->st_size += armed.error;
	return rc;
}

/* A server is ended softly, so that what was counted of it is written. */
int __real_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig);
int __wrap_kill(pid_t pid, int sig)
{
	return __real_kill(pid, sig == SIGKILL ? SIGTERM : sig);
}

static void leave(int sig)
{
	(void)sig;
	_exit(0);
}

__attribute__((constructor)) static void begin(void)
{
	signal(SIGTERM, leave);
}
