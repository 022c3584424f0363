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

/* A point armed by a file acts once in all processes: whoever removes it. */
static bool armed(const char *name, const char *action)
{
	const char *path = getenv("BUS_FAULT_FILE");
	char text[96], want[96];
	ssize_t n;
	int fd;

	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	snprintf(want, sizeof(want), "%s:%s", name, action);
	return strcmp(text, want) == 0 && unlink(path) == 0;
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
	if (armed(name, "kill") || due(name, "kill", &count))
		raise(SIGKILL);
}

bool fault_fails(const char *name)
{
	static long count;

	note(name);
	return armed(name, "err") || due(name, "err", &count);
}
#else
	"";
#endif
