#include "config.h"

#include "bin/tables.h"

/* The only list of HTTP routes. A room adds its array here. */
extern const struct route identity_routes[], identity_totp_routes[], decide_routes[], run_routes[],
	event_routes[], artifact_routes[], usage_routes[], usage_event_routes[], usage_feed_routes[], chat_routes[],
	chat_row_routes[], chat_thread_routes[], chat_receipt_routes[], chat_model_routes[],
	billing_routes[], billing_local_routes[], billing_status_routes[], billing_plan_routes[],
	billing_catalog_routes[], billing_local_plan_routes[], support_routes[], support_desk_routes[];

static const struct route *const arrays[] = {
	identity_routes, identity_totp_routes, decide_routes, run_routes, event_routes,
	artifact_routes, usage_routes, usage_event_routes, usage_feed_routes, chat_routes, chat_row_routes,
	chat_thread_routes, chat_receipt_routes, chat_model_routes, billing_routes,
	billing_local_routes, billing_status_routes, billing_plan_routes, billing_catalog_routes,
	billing_local_plan_routes, support_routes, support_desk_routes, NULL};

const struct route_table bus_routes = {arrays};
