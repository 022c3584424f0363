#include "config.h"

#include "base/fault.h"

/* The translation unit is never empty, whatever the build. */
extern const char fault_build[];
const char fault_build[] =
#ifdef BUS_FAULT
	"fault points compiled in";

#include "base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void note(const char *name)
{
	const char *path = getenv("BUS_FAULT_LOG");
	int fd;

	if (path == NULL || (fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0)
		return;
	dprintf(fd, "%s\n", name);
	close(fd);
}

/* Is this the point, the time and the action that was asked for? */
static bool due(const char *name, const char *action, long *count)
{
	const char *want = getenv("BUS_FAULT");
	char point[80], what[8];
	long n;

	if (want == NULL || sscanf(want, "%79[^:]:%ld:%7s", point, &n, what) != 3 ||
	    strcmp(point, name) != 0 || strcmp(what, action) != 0)
		return false;
	return ++*count == n;
}

void fault_point(const char *name)
{
	static long count;

	note(name);
	if (due(name, "kill", &count))
		raise(SIGKILL);
}

bool fault_fails(const char *name)
{
	static long count;

	note(name);
	return due(name, "err", &count);
}
#else
	"";
#endif
