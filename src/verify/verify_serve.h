/*
 * Inside of the room: a web server for one page test.
 */
#pragma once
#include "verify/verify_int.h"

#include <sys/types.h>

struct verify_site {
	const struct verify_entry *entry;
	const unsigned char *p;
	size_t n;
};

/* Serve the files on 127.0.0.1 from a child process, with the headers of the
 * preview host. Returns its process, with the port, or -1. */
pid_t verify_serve(const struct verify_site *files, size_t n, int *ret_port, struct err *e);

/* End it. */
void verify_serve_end(pid_t pid);
