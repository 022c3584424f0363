#include "config.h"

#include "bin/tables.h"

/* bus: the operator's and the buyer's command. */

int main(int argc, char **argv)
{
	return cli_main(argc, argv, bus_verbs);
}
