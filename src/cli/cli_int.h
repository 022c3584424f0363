#pragma once
#include "cli/cli.h"

void cli_help(const struct verb *const *tables, const struct cli_opt *common);
void cli_help_verb(const struct verb *v);
/* The verbs that begin with that word; false: there are none. */
bool cli_help_group(const struct verb *const *tables, const char *word);
