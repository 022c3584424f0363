#include "config.h"

#include "port/spawn.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int what, int64_t value)
{
	struct rlimit r = {(rlim_t)value, (rlim_t)value}, now;

	if (value <= 0)
		return;
	if (getrlimit((unsigned)what, &now) == 0 && now.rlim_max != RLIM_INFINITY &&
	    r.rlim_max > now.rlim_max)
		r.rlim_max = r.rlim_cur = now.rlim_max;
	if (setrlimit((unsigned)what, &r) < 0)
		_exit(126);
}

static void set_limits(const struct limits *l)
{
	static const struct rlimit no_core = {0, 0};

	setrlimit(RLIMIT_CORE, &no_core);
	limit(RLIMIT_CPU, l->cpu_s);
	limit(RLIMIT_AS, l->mem_mb << 20);
	limit(RLIMIT_NPROC, l->procs);
	limit(RLIMIT_FSIZE, l->file_mb << 20);
}

static void default_signals(const sigset_t *blocked)
{
	struct sigaction dfl = {.sa_handler = SIG_DFL};

	for (int sig = 1; sig < 32; sig++)
		sigaction(sig, &dfl, NULL);
	sigprocmask(SIG_SETMASK, blocked, NULL);
}

/* In the child, between fork and exec: only async-signal-safe calls. */
static _Noreturn void become(const struct spawn *s, pid_t parent, int in, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	default_signals(&none);
	if (!s->kept)
		setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	if (s->extra_fd && dup2(s->extra_fd, SPAWN_EXTRA_FD) < 0)
		_exit(126);
	syscall(SYS_close_range, 3u, (unsigned)SPAWN_EXTRA_FD - 1, 0u);
	syscall(SYS_close_range, (unsigned)SPAWN_EXTRA_FD + (s->extra_fd != 0), ~0u, 0u);
	if (s->cwd != NULL && chdir(s->cwd) < 0)
		_exit(126);
	set_limits(&s->limits);
	execvpe(s->argv[0], (char *const *)(uintptr_t)s->argv, (char *const *)(uintptr_t)s->env);
	_exit(127);
}

/*
 * The keeper stands between us and a program that loses its death signal: the
 * kernel clears it when a process changes its credentials, as bubblewrap does.
 * It shares a session and group with what it keeps, and when we die, or that
 * does not end by itself, all of the group is killed. As become(): calls that
 * are safe after a fork.
 */
static _Noreturn void keep(const struct spawn *s, pid_t parent, int in, int out, int err)
{
	pid_t self = getpid(), pid;
	sigset_t news;
	int status;

	sigemptyset(&news);
	sigaddset(&news, SIGTERM);
	sigaddset(&news, SIGCHLD);
	default_signals(&news);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || (pid = fork()) < 0)
		_exit(126);
	if (pid == 0)
		become(s, self, in, out, err);
	syscall(SYS_close_range, 0u, ~0u, 0u);
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (sigwaitinfo(&news, NULL) == SIGTERM)
			kill(0, SIGKILL);
	if (!WIFEXITED(status))
		kill(0, SIGKILL);
	_exit(WEXITSTATUS(status));
}

/* Standard input as a file in memory: no pipe that somebody must feed. */
static int input_fd(const struct spawn *s)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (s->input_len && (write(fd, s->input, s->input_len) != (ssize_t)s->input_len ||
			     lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int spawn_start(const struct spawn *s, struct child *ret, struct err *e)
{
	int in = input_fd(s), out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t parent = getpid(), pid = -1;

	if (in >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0 && s->kept)
		keep(s, parent, in, out[1], err[1]);
	if (pid == 0)
		become(s, parent, in, out[1], err[1]);
	close_fd(&in);
	close_fd(&out[1]);
	close_fd(&err[1]);
	if (pid < 0) {
		close_fd(&out[0]);
		close_fd(&err[0]);
		return err_set(e, E_UNAVAILABLE, "%s: could not start: %s", s->argv[0],
			       strerror(errno));
	}
	if (!s->kept)
		setpgid(pid, pid); /* both sides: whoever comes first */
	ret->pid = pid;
	ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	ret->out = out[0];
	ret->err = err[0];
	check(ret->pidfd >= 0);
	fcntl(ret->pidfd, F_SETFD, FD_CLOEXEC);
	fcntl(ret->out, F_SETFL, O_NONBLOCK);
	fcntl(ret->err, F_SETFL, O_NONBLOCK);
	return 0;
}

void child_kill(const struct child *c)
{
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL); /* before its setpgid() or setsid() */
	}
}

static void child_close(struct child *c)
{
	close_fd(&c->pidfd);
	close_fd(&c->out);
	close_fd(&c->err);
	c->pid = 0;
}

bool child_ended(struct child *c, int *ret_status)
{
	pid_t got;

	while ((got = waitpid(c->pid, ret_status, WNOHANG)) < 0 && errno == EINTR)
		continue;
	if (got == 0)
		return false;
	if (got < 0)
		*ret_status = 0x7f00; /* reaped by nobody we know: as if it could not be run */
	child_kill(c); /* what it left behind in its group */
	child_close(c);
	return true;
}

int child_wait(struct child *c, int64_t us)
{
	struct pollfd at = {.fd = c->pidfd, .events = POLLIN};
	int64_t end = clock_mono() + us;
	int status;

	for (;;) {
		int64_t left = end - clock_mono();

		if (left <= 0)
			child_kill(c);
		if (poll(&at, 1, left > 0 ? (int)(left / CLOCK_MS) + 1 : 1000) < 0 && errno != EINTR)
			child_kill(c);
		if (child_ended(c, &status))
			return status;
	}
}

/* Move what a pipe holds into b; false at its end. Past the ceiling of b the
 * rest is read and thrown away. */
static bool collect(int fd, struct buf *b)
{
	char chunk[8192];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		size_t room = b->max - b->n;

		buf_put(b, chunk, (size_t)n < room ? (size_t)n : room);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

int spawn_run(struct arena *a, const struct spawn *s, int64_t timeout_us, size_t out_max,
	      struct spawn_result *ret, struct err *e)
{
	struct buf out, err;
	struct child c;
	int64_t end = clock_mono() + timeout_us;
	bool more = true;

	memset(ret, 0, sizeof(*ret));
	buf_init(&out, a, out_max);
	buf_init(&err, a, out_max);
	if (spawn_start(s, &c, e) < 0)
		return -1;
	while (more) {
		struct pollfd at[] = {{c.out, POLLIN, 0}, {c.err, POLLIN, 0}};
		int64_t left = end - clock_mono();

		if (left <= 0 && !ret->timed_out) {
			ret->timed_out = true;
			child_kill(&c);
		}
		poll(at, 2, left > 0 ? (int)(left / CLOCK_MS) + 1 : 1000);
		more = collect(c.out, &out);
		more = collect(c.err, &err) || more;
	}
	ret->status = child_wait(&c, end > clock_mono() ? end - clock_mono() : 0);
	ret->out = arena_strdup(a, buf_str(&out));
	ret->err = arena_strdup(a, buf_str(&err));
	ret->out_len = out.n;
	return 0;
}

const char *spawn_status_text(struct arena *a, int status)
{
	if (WIFSIGNALED(status))
		return arena_printf(a, "signal %d", WTERMSIG(status));
	return arena_printf(a, "exit %d", WEXITSTATUS(status));
}

int spawn_become(const char *user, struct err *e)
{
	struct passwd *pw;

	if (geteuid() != 0 || *user == '\0')
		return 0;
	if ((pw = getpwnam(user)) == NULL)
		return err_set(e, E_INVALID, "the account %s does not exist", user);
	if (initgroups(user, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0)
		return err_set(e, E_INTERNAL, "cannot become %s: %s", user, strerror(errno));
	return 0;
}
