/* The tables that only the roof sees. */
#pragma once
#include "cli/cli.h"
#include "reap/reap.h"
#include "web/route.h"

extern const struct route_table bus_routes;
extern const struct pass *const bus_passes[];
extern const struct verb *const bus_verbs[];
