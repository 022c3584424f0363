#!/bin/bash
# The portal in a real browser, against a stack of its own: tests/browser/.
. "${srcdir:-.}/tests/lib/stack.sh"
work=$builddir/tests/browser-run
mkdir -p "$work" || exit 99
cp "$srcdir"/tests/browser/* "$srcdir/tests/browser/.npmrc" "$work/" || exit 99
[ -d "$work/node_modules/playwright-core" ] ||
	(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) || exit 99
stack_begin
BUS_URL=http://localhost:$BUS_PORT/ BUS_APPROVE="$BUS build approve" \
	timeout 600 node "$work/portal.mjs" >"$VAR/browser.tap"
status=$?
cat "$VAR/browser.tap"
TESTS_FAILED=$status
exit $status
