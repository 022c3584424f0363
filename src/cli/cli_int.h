#pragma once
#include "cli/cli.h"

void cli_help(const struct verb *const *tables, const struct cli_opt *common);
void cli_help_verb(const struct verb *v);
