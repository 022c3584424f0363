# Whole stacks: each test makes a database, a web server and all programs of its
# own, below /tmp. smoke.sh shows the fixture alone.
STACK_TESTS = tests/stack/acceptance.sh tests/stack/apache.sh tests/stack/apache_events.sh \
	tests/stack/billing.sh tests/stack/billing_alerts.sh tests/stack/billing_client.sh tests/stack/billing_leave.sh \
	tests/stack/billing_meters.sh tests/stack/billing_notices.sh tests/stack/billing_pages.sh tests/stack/billing_plans.sh tests/stack/billing_refunds.sh tests/stack/browser.sh \
	tests/stack/browser_account.sh tests/stack/browser_chat.sh tests/stack/budget.sh \
	tests/stack/call_life.sh tests/stack/callers.sh tests/stack/chat.sh tests/stack/chats.sh tests/stack/codex.sh tests/stack/commands.sh tests/stack/events.sh tests/stack/feed.sh tests/stack/forget.sh tests/stack/frozen.sh tests/stack/health.sh \
	tests/stack/identity.sh tests/stack/keys.sh tests/stack/kill.sh tests/stack/limits.sh tests/stack/master.sh tests/stack/matrix.sh \
	tests/stack/operator.sh tests/stack/pooler.sh tests/stack/reapers.sh tests/stack/receipts.sh tests/stack/rights.sh \
	tests/stack/runtimes.sh tests/stack/second.sh tests/stack/silence.sh tests/stack/standstill.sh \
	tests/stack/tenants.sh tests/stack/usage_events.sh tests/stack/usage_moves.sh tests/stack/windows.sh
if BUS_FAULT
STACK_TESTS += tests/stack/torture.sh
endif
TESTS += $(STACK_TESTS)
EXTRA_DIST += $(STACK_TESTS) tests/stack/smoke.sh tests/stack/torture.sh
CLEANDIRS += test-cache test-npm tests/browser-run

# Needs --enable-fault.
torture: all torture-budget
	srcdir=$(srcdir) builddir=. TORTURE_ROUNDS=$${TORTURE_ROUNDS:-3} bash $(srcdir)/tests/stack/torture.sh
	srcdir=$(srcdir) builddir=. BILLING_DELIVERIES=$${BILLING_DELIVERIES:-100000} bash $(srcdir)/tests/stack/billing.sh
# The budgets alone: 64 clients for ten minutes, workers killed all the while.
torture-budget: all
	srcdir=$(srcdir) builddir=. BUDGET_SECONDS=$${BUDGET_SECONDS:-600} BUDGET_SEED=$${BUDGET_SEED:-1} bash $(srcdir)/tests/stack/budget.sh
.PHONY: torture torture-budget
