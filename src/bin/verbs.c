#include "config.h"

#include "bin/tables.h"

/* The only list of commands. A room adds its array here. */
extern const struct verb run_verbs[], worker_verbs[], identity_verbs[], model_verbs[], chat_verbs[], plan_verbs[], usage_verbs[],
	usage_proof_verbs[], usage_ledger_verbs[], decide_verbs[],
	artifact_verbs[], billing_verbs[], billing_catalog_verbs[], billing_client_verbs[], billing_proof_verbs[], support_verbs[], stack_verbs[],
	table_verbs[],
	demo_verbs[], doctor_verbs[];

const struct verb *const bus_verbs[] = {
	stack_verbs, demo_verbs, doctor_verbs, identity_verbs, model_verbs, chat_verbs, plan_verbs, usage_verbs,
	usage_proof_verbs, usage_ledger_verbs, decide_verbs, run_verbs, artifact_verbs, worker_verbs, billing_verbs,
	billing_client_verbs, billing_catalog_verbs, billing_proof_verbs,
	support_verbs, table_verbs, NULL};
