#!/bin/bash
# A conversation with a model in a real browser: tests/browser/chat.mjs.
. "${srcdir:-.}/tests/lib/stack.sh"
work=$builddir/tests/browser-run
mkdir -p "$work" || exit 99
cp "$srcdir"/tests/browser/* "$srcdir/tests/browser/.npmrc" "$work/" || exit 99
[ -d "$work/node_modules/playwright-core" ] ||
	(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) || exit 99
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin
node "$srcdir/tests/chat/slow.mjs" "$UP" &
SLOW=$!
trap 'kill $SLOW; stack_end' EXIT
BUS_URL=http://localhost:$BUS_PORT/ timeout 300 node "$work/chat.mjs" >"$VAR/browser.tap"
status=$?
cat "$VAR/browser.tap"
TESTS_FAILED=$status
exit $status
