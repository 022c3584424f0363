#!/bin/bash
# The portal in a real browser, against a stack of its own: tests/browser/.
. "${srcdir:-.}/tests/lib/stack.sh"
browser_tools
stack_begin
BUS_URL=http://localhost:$BUS_PORT/ BUS_APPROVE="$BUS build approve" \
	timeout 600 node "$work/portal.mjs" >"$VAR/browser.tap"
status=$?
cat "$VAR/browser.tap"
TESTS_FAILED=$status
exit $status
