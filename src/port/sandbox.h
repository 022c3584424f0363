/*
 * Sandbox: where everything that we did not write runs.
 *
 * A child sees a fresh set of namespaces (user, mount, pid, network, ipc, uts,
 * cgroup) made by bubblewrap, as user 65534 without capabilities: the system's
 * /usr read-only, an empty /etc, a /tmp of bounded size, and the folders that
 * were named. No network but its own loopback, no database, no environment, no
 * new namespaces. A seccomp filter takes away what a build never needs
 * (ptrace, bpf, mount, keyctl, io_uring, …), resource limits bound the rest.
 * It dies with the process that started it.
 *
 * Where the host offers no user namespaces there is no sandbox, and nothing
 * untrusted is run.
 */
#pragma once
#include "base/arena.h"
#include "port/spawn.h"

enum sandbox_tier { SANDBOX_NONE, SANDBOX_NAMESPACES };

#define SANDBOX_BINDS 16

struct sandbox {
	const char *const *argv;
	const char *const *env;
	const char *cwd; /* inside */
	const void *input;
	size_t input_len;
	struct sandbox_bind {
		const char *from, *to;
		bool writable;
	} binds[SANDBOX_BINDS]; /* ends at the first without `from` */
	struct limits limits;
	int64_t tmp_mb;
	const char *self; /* program of ours to be seen as /bus/self, or NULL */
};

/* What this host offers, tried once per process; why it is not more. */
enum sandbox_tier sandbox_tier(const char **ret_why);

/* Start a sandboxed child; E_RESOURCE when there is no sandbox. */
int sandbox_start(const struct sandbox *s, struct child *ret, struct err *e);

/* Add a folder or file. */
void sandbox_bind(struct sandbox *s, const char *from, const char *to, bool writable);

/* Path of the running program, and of another one of ours beside it. */
const char *sandbox_self(struct arena *a);
const char *sandbox_beside(struct arena *a, const char *name);
