#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "port/file.h"
#include "port/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* What a hostile program meets in the sandbox: each line is a shell script that
 * tries something, and what it may print. */

static struct arena *a;
static char dir[] = "/tmp/bus-sand-XXXXXX";
static char said[65536];

static int setup(void **state)
{
	struct err e = {0};

	(void)state;
	a = arena_new(16u << 20);
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (mkdtemp(dir) == NULL || file_mkdirs(arena_printf(a, "%s/work", dir), 0777, &e) < 0 ||
	    file_mkdirs(arena_printf(a, "%s/fixed", dir), 0755, &e) < 0)
		return -1;
	return chmod(dir, 0755) || chmod(arena_printf(a, "%s/work", dir), 0777);
}

static int teardown(void **state)
{
	struct err e = {0};
	int rc = file_remove_tree(dir, &e);

	(void)state;
	arena_free(a);
	return rc;
}

/* Run a script; its output is in `said`. */
static int run_within(const char *script, struct limits limits, int64_t us)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	static const char *const env[] = {"PATH=/usr/bin:/bin", "ONLY=this", NULL};
	struct sandbox s = {.argv = argv, .env = env, .cwd = "/work", .limits = limits, .tmp_mb = 4};
	struct err e = {0};
	struct child c;
	int out, status;
	size_t n = 0;
	ssize_t got;

	sandbox_bind(&s, arena_printf(a, "%s/work", dir), "/work", true);
	sandbox_bind(&s, arena_printf(a, "%s/fixed", dir), "/fixed", false);
	assert_int_equal(sandbox_start(&s, &c, &e), 0);
	out = dup(c.out);
	status = child_wait(&c, us);
	fcntl(out, F_SETFL, 0);
	while (n < sizeof(said) - 1 && (got = read(out, said + n, sizeof(said) - 1 - n)) > 0)
		n += (size_t)got;
	close(out);
	said[n] = '\0';
	return status;
}

static void nothing_of_the_host_is_there(void **state)
{
	static const struct {
		const char *script, *answer;
	} rows[] = {
		{"id -u; id -g", "65534\n65534\n"},
		{"env | grep -v -e ^PWD -e ^SHLVL -e ^_= -e ASAN | sort", "ONLY=this\nPATH=/usr/bin:/bin\n"},
		{"ls -A /etc | grep -v -e ld.so.cache -e alternatives -e fonts", ""},
		{"cat /etc/passwd /etc/shadow /proc/1/environ 2>/dev/null | grep -c root", "0\n"},
		{"ls /root /home /var /run /srv /boot /sys 2>/dev/null", ""},
		{"ls -d /tmp/*", ""}, {"ls /proc | grep -c '^[0-9]*$' | awk '{ print ($1 < 8) }'", "1\n"},
		{"hostname 2>/dev/null || uname -n", "build\n"},
		{"grep -h CapEff /proc/self/status", "CapEff:\t0000000000000000\n"},
		{"grep -h NoNewPrivs /proc/self/status", "NoNewPrivs:\t1\n"},
		{"grep -h Seccomp: /proc/self/status", "Seccomp:\t2\n"},
		{"ls /dev | grep -e sd -e vd -e mem -e kmsg -e kvm", ""},
		{"cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '", "lo\n"},
		{"ls /proc/self/fd | wc -l | awk '{ print ($1 <= 5) }'", "1\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		run_within(rows[i].script, (struct limits){0}, 20 * CLOCK_S);
		if (strcmp(said, rows[i].answer) != 0)
			print_error("%s\n", rows[i].script);
		assert_string_equal(said, rows[i].answer);
	}
}

static void what_is_read_only_stays_so(void **state)
{
	static const char *const tries[] = {
		"touch /usr/x", "touch /fixed/x", "touch /x", "touch /dev/x", "touch /dev/shm/x", "rm -rf /usr/bin/ls && ! test -e /usr/bin/ls",
		"mkdir /lib/x", "mount -t tmpfs none /work", "mount -o remount,rw /usr", "umount /fixed",
		"unshare -U true", "unshare -r true", "chroot / true", "mknod /work/dev b 8 0",
		"ln /usr/bin/env /work/env", "echo x > /proc/sys/kernel/hostname", "hostname other",
		"kill -9 1 && ! kill -0 1", "nice -n -5 true 2>&1 | grep -qv .", "chown 0 /work", "su -c true",
	};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(tries); i++) {
		int status = run_within(arena_printf(a, "{ %s; } 2>/dev/null && echo done", tries[i]),
					(struct limits){0}, 20 * CLOCK_S);

		if (strcmp(said, "") != 0)
			print_error("allowed: %s\n", tries[i]);
		assert_string_equal(said, "");
		assert_int_not_equal(status, 0);
	}
	assert_int_equal(run_within("echo mine > /work/x && cat /work/x", (struct limits){0}, 20 * CLOCK_S), 0);
	assert_string_equal(file_read(a, arena_printf(a, "%s/work/x", dir), 100, NULL, &e), "mine\n");
}

/* A server of this host is out of reach, by address and by socket file. */
static void no_network(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	run_within(arena_printf(a, "bash -c 'exec 3<>/dev/tcp/127.0.0.1/%d' 2>/dev/null && echo in",
				ntohs(at.sin_port)), (struct limits){0}, 20 * CLOCK_S);
	assert_string_equal(said, "");
	run_within("bash -c 'exec 3<>/dev/udp/192.0.2.1/53 && echo x >&3' 2>/dev/null && echo out",
		   (struct limits){0}, 20 * CLOCK_S);
	assert_string_equal(said, "");
	close(fd);
}

static void limits_hold(void **state)
{
	int status;

	(void)state;
	run_within("head -c 3000000 /dev/zero > /work/big 2>/dev/null; stat -c %s /work/big",
		   (struct limits){.file_mb = 1}, 20 * CLOCK_S);
	assert_string_equal(said, "1048576\n");
	run_within("head -c 9000000 /dev/zero > /tmp/big 2>/dev/null; test $(stat -c %s /tmp/big) -le 4194304 && echo held",
		   (struct limits){0}, 20 * CLOCK_S);
	assert_string_equal(said, "held\n");
	run_within("x=$(head -c 200000000 /dev/zero | tr '\\0' x) 2>/dev/null && echo ${#x}",
		   (struct limits){.mem_mb = 64}, 20 * CLOCK_S);
	assert_string_equal(said, "");
	status = run_within("while :; do :; done", (struct limits){.cpu_s = 1}, 20 * CLOCK_S);
	assert_int_not_equal(status, 0);
	if (geteuid() == 0)
		return; /* the kernel counts no processes of root */
	run_within("f() { f | f & }; f 2>/dev/null; n=0; for p in /proc/[0-9]*; do n=$((n+1)); done; echo $n",
		   (struct limits){.procs = 12, .cpu_s = 2}, 10 * CLOCK_S);
	assert_in_range(strtol(said, NULL, 10), 2, 14);
}

/* What a child started does not outlive it, nor the one who started it. */
static void nobody_stays_behind(void **state)
{
	char mark[64];
	int status, left;

	(void)state;
	snprintf(mark, sizeof(mark), "31%d.5", getpid());
	status = run_within(arena_printf(a, "sleep %s & sleep %s", mark, mark), (struct limits){0}, CLOCK_S / 2);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
	run_within(arena_printf(a, "(setsid sleep %s &) ; echo gone", mark), (struct limits){0}, 20 * CLOCK_S);
	assert_string_equal(said, "gone\n");
	for (int i = 0; i < 50; i++) {
		left = system(arena_printf(a, "pgrep -f 'slee[p] %s' >/dev/null", mark));
		if (left != 0)
			break;
		usleep(100000);
	}
	assert_int_not_equal(left, 0);
}

/* Whoever starts a sandbox is ended, or its keeper, `us` after that: have all its
 * descendants ended, too? They become children of this process then. */
static bool all_end_with(bool keeper, int64_t us)
{
	static const struct timespec tick = {.tv_nsec = 100000000};
	static const char *const argv[] = {"/bin/sleep", "3599", NULL};
	struct timespec moment = {.tv_nsec = us * 1000};
	int64_t end = clock_mono() + 20 * CLOCK_S;
	struct child c;
	struct err e = {0};
	sigset_t ended;
	pid_t pid, got;

	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sandbox_tier(NULL); /* or each would try it first */
	pid = fork();
	if (pid == 0) {
		sandbox_start(&(struct sandbox){.argv = argv}, &c, &e);
		nanosleep(&moment, NULL);
		if (keeper) {
			kill(c.pid, SIGKILL);
			child_wait(&c, 10 * CLOCK_S);
		}
		raise(SIGKILL);
	}
	while ((got = waitpid(-1, NULL, WNOHANG)) >= 0 && clock_mono() < end)
		if (got == 0)
			sigtimedwait(&ended, NULL, &tick);
	if (got == 0) /* they would sleep on */
		assert_true(system(arena_printf(a, "pkill -9 -P %d bwrap", getpid())) >= 0);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	sigprocmask(SIG_UNBLOCK, &ended, NULL);
	return got < 0;
}

static void nobody_outlives_who_is_killed(void **state)
{
	(void)state;
	for (int64_t us = 0; us < 30000; us += 250)
		for (int keeper = 0; keeper < 2; keeper++)
			if (!all_end_with(keeper, us))
				fail_msg("left behind by a kill after %lld us", (long long)us);
}

/* Signals to its own group reach nobody outside of the program. */
static void nobody_outside_is_signalled(void **state)
{
	(void)state;
	assert_int_equal(run_within("trap '' TERM; kill -TERM 0; echo here", (struct limits){0},
				    20 * CLOCK_S), 0);
	assert_string_equal(said, "here\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(nothing_of_the_host_is_there), T(what_is_read_only_stays_so), T(no_network),
		T(limits_hold), T(nobody_stays_behind),
		T(nobody_outlives_who_is_killed), T(nobody_outside_is_signalled),
	};

	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	/* Once more as the account the programs drop to: both must hold. */
	if (geteuid() == 0) {
		if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
			return 99;
		rc |= cmocka_run_group_tests(tests, NULL, NULL);
	}
	return rc;
}
