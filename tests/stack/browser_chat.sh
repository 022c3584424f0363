#!/bin/bash
# A conversation with a model in a real browser: tests/browser/chat.mjs.
. "${srcdir:-.}/tests/lib/stack.sh"
browser_tools
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
