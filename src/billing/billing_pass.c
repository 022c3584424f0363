#include "config.h"

#include "billing/billing_plan_int.h"
#include "reap/reap.h"

const struct pass billing_passes[] = {
	{.name = "billing.inbox", .interval_s = 1, .batch = 1, .deadline_s = 20, .sweep = billing_inbox,
	 .doc = "give the events of the payment provider their effect"},
	{.name = "billing.redact", .interval_s = 10, .batch = 1, .deadline_s = 60, .sweep = billing_redact,
	 .doc = "leave nothing about who pays in events that an earlier program has written down"},
	{.name = "billing.complete", .interval_s = 10, .batch = 1, .deadline_s = 60,
	 .sweep = billing_complete, .doc = "ask again for payment pages that a crash left unanswered"},
	{.name = "billing.refund", .interval_s = 30, .batch = 1, .deadline_s = 60,
	 .sweep = billing_refund, .doc = "give back what was paid for nothing"},
	{.name = "billing.subscriptions", .interval_s = 1, .batch = 1, .deadline_s = 60,
	 .sweep = billing_subscriptions, .doc = "read again what events have spoken of; plans follow, and what left customers have ends"},
	{.name = "billing.plan_complete", .interval_s = 10, .batch = 1, .deadline_s = 60,
	 .sweep = billing_plan_complete, .doc = "the same of payment pages for plans; those of left customers are closed"},
	{.name = "billing.meter", .interval_s = 10, .batch = 50, .deadline_s = 120, .sweep = billing_meter,
	 .doc = "tell the payment provider's meter what was used"},
	{.name = "billing.meter_reports", .interval_s = 10, .batch = 1, .deadline_s = 60,
	 .sweep = billing_meter_reports, .doc = "read what the provider could not count of it afterwards"},
	{0},
};
