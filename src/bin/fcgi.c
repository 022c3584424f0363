#include "config.h"

#include "billing/billing.h"
#include "bin/tables.h"
#include "decide/decide.h"
#include "identity/identity.h"
#include "model/model.h"
#include "plan/plan.h"
#include "web/loop.h"

#include <stdio.h>
#include <string.h>

/* bus-fcgi CONF: the FastCGI application. */

/* Where no receipt is made, the key that signs them is not read. */
static int load(const struct conf *c, enum pool pool, struct err *e)
{
	if (plan_load(c, e) < 0 || model_load(c, e) < 0 || billing_load(c, e) < 0)
		return -1;
	return pool == POOL_FAST ? decide_load(c, e) : 0;
}

int main(int argc, char **argv)
{
	const struct web_app app = {&bus_routes, identity_lookup, identity_caller, identity_auth, load};

	if (argc != 2 || strcmp(argv[1], "--help") == 0) {
		fprintf(argc == 2 ? stdout : stderr,
			"usage: bus-fcgi CONF\n"
			"HUP reads the configuration again, TERM finishes what is open and stops.\n");
		return argc == 2 ? 0 : 64;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("bus-fcgi %s\n", PACKAGE_VERSION);
		return 0;
	}
	return web_master(argv[1], &app);
}
