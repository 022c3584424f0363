#include "config.h"

#include "port/sandbox.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 160

/* What a build never needs, and an escape often does. */
static const char *const denied_calls[] = {
	"ptrace", "process_vm_readv", "process_vm_writev", "bpf", "perf_event_open",
	"userfaultfd", "keyctl", "add_key", "request_key", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "mount", "umount2", "pivot_root",
	"move_mount", "open_tree", "fsopen", "fsmount", "fsconfig", "fspick",
	"mount_setattr", "chroot", "unshare", "setns", "kexec_load", "kexec_file_load",
	"init_module", "finit_module", "delete_module", "swapon", "swapoff", "reboot",
	"acct", "quotactl", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime",
	"syslog", "iopl", "ioperm", "lookup_dcookie", "open_by_handle_at",
	"name_to_handle_at", "kcmp", "pidfd_getfd", "personality", "vhangup", "nfsservctl",
};

/* The filter as a file that bubblewrap reads; -1 when it cannot be made. */
static int filter_fd(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int fd = memfd_create("seccomp", MFD_CLOEXEC);
	bool ok = f != NULL && fd >= 0;

	for (size_t i = 0; ok && i < COUNT(denied_calls); i++) {
		int nr = seccomp_syscall_resolve_name(denied_calls[i]);

		if (nr != __NR_SCMP_ERROR)
			ok = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), nr, 0) == 0;
	}
	/* New user namespaces by clone(); clone3() hides its flags from a filter,
	 * so it does not exist here and libraries fall back to clone(). */
	ok = ok &&
	     seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
			      SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0 &&
	     seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
	     seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
			      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI)) == 0 &&
	     seccomp_export_bpf(f, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0;
	seccomp_release(f);
	if (!ok && fd >= 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct args {
	const char *v[ARGS_MAX];
	size_t n;
};

static void arg(struct args *a, const char *s)
{
	check(a->n < ARGS_MAX - 1);
	a->v[a->n++] = s;
}

static void arg3(struct args *a, const char *x, const char *y, const char *z)
{
	arg(a, x);
	arg(a, y);
	arg(a, z);
}

/* The bubblewrap command line up to the program. */
static void frame(struct arena *mem, struct args *a, const struct sandbox *s)
{
	static const char *const fixed[] = {
		"bwrap", "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net",
		"--unshare-uts", "--unshare-cgroup-try", "--uid", "65534", "--gid", "65534",
		"--cap-drop", "ALL", "--die-with-parent", "--hostname", "build",
		"--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin",
		"--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib",
		"--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev",
		"--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
		"--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
		"--ro-bind-try", "/etc/fonts", "/etc/fonts", "--clearenv",
	};
	/* The first two are memory of the host without a bound; in the third, one who
	 * is root outside could turn the kernel's knobs, whatever he is in here. */
	static const char *const sealed[] = {"/", "/dev", "/proc"};

	for (size_t i = 0; i < COUNT(fixed); i++)
		arg(a, fixed[i]);
	arg(a, "--size");
	arg(a, arena_printf(mem, "%lld", (long long)(s->tmp_mb ? s->tmp_mb : 64) << 20));
	arg(a, "--tmpfs");
	arg(a, "/tmp");
	arg(a, "--seccomp");
	arg(a, arena_printf(mem, "%d", SPAWN_EXTRA_FD));
	for (const struct sandbox_bind *b = s->binds; b->from != NULL; b++)
		arg3(a, b->writable ? "--bind" : "--ro-bind", b->from, b->to);
	if (s->self != NULL)
		arg3(a, "--ro-bind", s->self, "/bus/self");
#ifdef COVERAGE_DIR
	if (s->self != NULL) /* our own instrumented program writes its counters there */
		arg3(a, "--bind", COVERAGE_DIR, COVERAGE_DIR);
#endif
	for (const char *const *env = s->env; env != NULL && *env != NULL; env++) {
		const char *eq = strchr(*env, '=');

		check(eq != NULL);
		arg3(a, "--setenv", arena_strndup(mem, *env, (size_t)(eq - *env)), eq + 1);
	}
	for (size_t i = 0; i < COUNT(sealed); i++) {
		arg(a, "--remount-ro");
		arg(a, sealed[i]);
	}
	if (s->cwd != NULL) {
		arg(a, "--chdir");
		arg(a, s->cwd);
	}
	arg(a, "--");
}

static int start_framed(const struct sandbox *s, struct child *ret, struct err *e)
{
	static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};
	struct arena *mem = arena_new(256 * 1024);
	struct limits limits = s->limits;
	struct args a = {0};
	int fd = filter_fd(), rc;

	if (fd < 0) {
		arena_free(mem);
		return err_set(e, E_RESOURCE, "sandbox: no system call filter");
	}
	frame(mem, &a, s);
#ifdef __SANITIZE_ADDRESS__
	/* Our own instrumented program reserves terabytes and must not trace itself. */
	if (s->self != NULL) {
		limits.mem_mb = 0;
		a.n--; /* before the "--" of the frame */
		arg3(&a, "--setenv", "ASAN_OPTIONS", "detect_leaks=0");
		arg(&a, "--");
	}
#endif
	/* A session of its own, so that it cannot signal its keeper. Not bubblewrap's,
	 * whose first process would leave the keeper's group with it. */
	arg(&a, "/usr/bin/setsid");
	/* Processes are counted for an account in its namespace and in those above.
	 * Set before the sandbox is made, the limit would count everything else that
	 * our account runs on this host. */
	if (limits.procs > 0)
		arg3(&a, "/usr/bin/prlimit", arena_printf(mem, "--nproc=%lld", (long long)limits.procs), "--");
	limits.procs = 0;
	for (const char *const *p = s->argv; *p != NULL; p++)
		arg(&a, *p);
	rc = spawn_start(&(struct spawn){.argv = a.v, .env = env, .input = s->input,
					 .input_len = s->input_len, .extra_fd = fd,
					 .limits = limits, .kept = true},
			 ret, e);
	close(fd);
	arena_free(mem);
	return rc;
}

/* Run `true` inside once: that is the test of all of it. */
static enum sandbox_tier probe(const char **why)
{
	static const char *const argv[] = {"/usr/bin/true", NULL};
	static char said[200];
	struct sandbox s = {.argv = argv};
	struct err e = {0};
	struct child c;
	ssize_t n;
	int status;

	if (start_framed(&s, &c, &e) < 0) {
		*why = "bubblewrap (package bubblewrap) could not be started";
		return SANDBOX_NONE;
	}
	int err = dup(c.err);

	status = child_wait(&c, 10 * CLOCK_S);
	n = err < 0 ? 0 : read(err, said, sizeof(said) - 1);
	close(err);
	if (status == 0) {
		*why = "user namespaces, seccomp and resource limits by bubblewrap";
		return SANDBOX_NAMESPACES;
	}
	said[n > 0 ? n : 0] = '\0';
	*why = n > 0 ? said : "bubblewrap (package bubblewrap) is missing or not allowed here";
	return SANDBOX_NONE;
}

enum sandbox_tier sandbox_tier(const char **ret_why)
{
	static enum sandbox_tier tier;
	static const char *why;

	if (why == NULL)
		tier = probe(&why);
	if (ret_why != NULL)
		*ret_why = why;
	return tier;
}

int sandbox_start(const struct sandbox *s, struct child *ret, struct err *e)
{
	const char *why;

	if (sandbox_tier(&why) == SANDBOX_NONE)
		return err_set(e, E_RESOURCE, "sandbox: %s", why);
	return start_framed(s, ret, e);
}

void sandbox_bind(struct sandbox *s, const char *from, const char *to, bool writable)
{
	size_t n = 0;

	while (s->binds[n].from != NULL)
		n++;
	check(n < SANDBOX_BINDS - 1);
	s->binds[n].from = from;
	s->binds[n].to = to;
	s->binds[n].writable = writable;
}

const char *sandbox_self(struct arena *a)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path));

	check(n > 0 && n < (ssize_t)sizeof(path));
	return arena_strndup(a, path, (size_t)n);
}

const char *sandbox_beside(struct arena *a, const char *name)
{
	const char *self = sandbox_self(a);

	return arena_printf(a, "%.*s/%s", (int)(strrchr(self, '/') - self), self, name);
}
