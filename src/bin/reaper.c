#include "config.h"

#include "artifact/artifact.h"
#include "base/clock.h"
#include "base/str.h"
#include "billing/billing.h"
#include "bin/tables.h"
#include "decide/decide.h"
#include "model/model.h"
#include "verify/verify.h"
#include "worker/worker.h"

#include <stdio.h>
#include <string.h>

/*
 * bus-reaper CONF [--once] [--pass=NAME] [--now=TIME]: the background passes.
 *
 * "bus-reaper worker" and "bus-reaper verify" are the children that it starts
 * in the sandbox: they read a task from standard input and know no database.
 */

static int usage(FILE *to)
{
	fprintf(to, "usage: bus-reaper CONF [--once] [--pass=NAME] [--now=2026-11-20T10:00:00Z]\n"
		    "Started by cron each minute; waits for work until reaper_stay_s is over.\n"
		    "  --once   run what is due until nothing is left, then end\n"
		    "  --pass   only this pass ('bus passes' lists them)\n"
		    "  --now    a fixed clock\n");
	return to == stdout ? 0 : 64;
}

static int read_options(int argc, char **argv, struct reap_options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--once") == 0)
			o->once = true;
		else if (str_starts(argv[i], "--pass="))
			o->pass = argv[i] + 7;
		else if (str_starts(argv[i], "--now=")) {
			if (!clock_parse(argv[i] + 6, &o->now))
				return -1;
		} else if (argv[i][0] == '-' || o->conf_path != NULL)
			return -1;
		else
			o->conf_path = argv[i];
	}
	return o->conf_path ? 0 : -1;
}

static int load(const struct conf *c, struct err *e)
{
	if (*c->models != '\0' && model_load(c, e) < 0)
		return -1;
	return billing_load(c, e) < 0 ? -1 : artifact_load(c, e);
}

int main(int argc, char **argv)
{
	struct reap_options o = {0};

	if (argc == 2 && strcmp(argv[1], "worker") == 0)
		return worker_child();
	if (argc == 2 && strcmp(argv[1], "verify") == 0)
		return verify_child();
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("bus-reaper %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (read_options(argc, argv, &o) < 0)
		return usage(stderr);
	return reap_main(&o, bus_passes, load);
}
