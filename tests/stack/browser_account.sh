#!/bin/bash
# Signing in and the account page in a real browser: tests/browser/account.mjs.
. "${srcdir:-.}/tests/lib/stack.sh"
browser_tools
stack_begin "code_network_hour = 100000" "billing_provider = local" "totp_above = 1000" \
	"contact_required = 1"
BUS_URL=http://localhost:$BUS_PORT/ BUS_MAIL=$VAR/spool/mail BUS=$BUS \
	BUS_SQL="psql -h $VAR/run -U bus_admin -d bus -XAtqc" \
	timeout 600 node "$work/account.mjs" >"$VAR/browser.tap"
status=$?
cat "$VAR/browser.tap"
TESTS_FAILED=$status
exit $status
