#include "config.h"

#include "base/check.h"
#include "base/log.h"

#include <stdlib.h>

void check_failed(const char *what, const char *file, int line)
{
	char n[24];

	log_put(LOG_ERROR, "check_failed", "what", what, "file", file, "line", log_num(n, line),
		NULL);
	abort();
}
