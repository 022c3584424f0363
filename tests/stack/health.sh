#!/bin/bash
# Calls go where the probes say that somebody lives: two local runtimes in processes of
# their own, which are killed, sick, and back.
. "${srcdir:-.}/tests/lib/stack.sh"
ONE=$(free_port) TWO=$(free_port)
declare -A PID=()
write_models() {
	node "$srcdir/tests/chat/runtime.mjs" models "$ONE" "$TWO" >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
# start NAME PORT [sick]; stop NAME
start() {
	node "$srcdir/tests/chat/runtime.mjs" "$1" "$2" "$VAR/calls" ${3:-} &
	PID[$1]=$!
	curl -s -o /dev/null --retry 100 --retry-delay 1 --retry-connrefused --retry-max-time 30 "http://127.0.0.1:$2/health"
}
stop() { kill -9 "${PID[$1]}" && wait "${PID[$1]}" 2>/dev/null; unset "PID[$1]"; }
finish() { [ ${#PID[@]} -eq 0 ] || kill -9 "${PID[@]}"; stack_end; }
BEFORE_UP=write_models stack_begin
trap finish EXIT
T=$(cat "$VAR/demo.token") LOG=$VAR/log/bus-fcgi.log
# heard N WORD NAME: how often the call worker has learned that
heard() { [ "$(grep -c "\"event\":\"backend_$2\",\"backend\":\"$3\"" "$LOG")" -ge "$1" ]; }
probe() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=chat.probe "$VAR/etc/bus.conf" >/dev/null 2>&1; }
call() { v1 /v1/chat/completions "{\"model\":\"$1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"; }
said() { field '.choices[0].message.content'; }
settled() { v1 "/api/v1/receipts/$R"; [ "$(field .state)" != reserved ]; }
receipt() { R=$(header x-bus-receipt-id); until_true settled; }
count() { grep -c "^$1\$" "$VAR/calls" 2>/dev/null; }

start one "$ONE"; start two "$TWO"; probe
call pair
ok "the first route is taken" equal "$STATUS $(said) $(header x-bus-fallback)" "200 one "

stop one; probe
ok "the call worker hears of it by itself" until_true heard 1 down one
call pair
ok "a call goes to the other" equal "$STATUS $(said) $(header x-bus-fallback)" "200 two 1"
receipt
ok "the receipt says that there was a fallback" equal "$(field '.answered | [.fallbacks, .fallback_reason] | tostring')" '[1,"resource_unavailable"]'
ok "and that the dead one was not tried" equal "$(field '.answered.attempts | map(.outcome) | tostring')" '["answered"]'
call rest
ok "also where the other is of another kind" equal "$STATUS $(header x-bus-fallback)" "200 1"

start one "$ONE"; probe
ok "it is back" until_true heard 1 up one
call pair
ok "and has its calls" equal "$STATUS $(said) $(header x-bus-fallback)" "200 one "
receipt
ok "the receipt knows of no fallback" equal "$(field '.answered | [.fallbacks, .fallback_reason] | tostring')" '[0,null]'

# One that says it is sick gets nothing while another lives.
stop one; start one "$ONE" sick; probe
ok "a sick one is heard of" until_true heard 2 down one
N=$(count one)
for n in 1 2 3; do call pair; done
ok "and spared" equal "$(said) $(($(count one) - N))" "two 0"
stop two; probe
ok "the other dies" until_true heard 1 down two
call pair
ok "the sick one is the last resort" equal "$STATUS $(said)" "200 one"
ok "by its answer it is well" until_true heard 2 up one
stop one
call pair
ok "with both dead there is a clear error" equal "$STATUS $(field .error.code) $(header x-should-retry)" "503 resource_unavailable true"
receipt
ok "which costs nothing" equal "$(field '[.state, .charged.amount] | tostring')" '["released",0]'
ok "and tells what was tried" equal "$(field '.answered.attempts | map(.outcome) | unique | tostring')" '["resource_unavailable"]'
probe
ok "both are down" until_true heard 3 down one
call pair
ok "as clear as before" equal "$STATUS $(field .error.code)" "503 resource_unavailable"
call rest
ok "where another way is left it is taken" equal "$STATUS $(header x-bus-fallback)" "200 1"

# A new process knows it before its first call.
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
start one "$ONE" sick; start two "$TWO"; probe
ok "the other is back" until_true heard 1 up two
N=$(count one) KNOWN=$(grep -c '"backend_down","backend":"one"' "$LOG")
kill -9 $(pgrep -P "$MASTER")
ok "a new worker has heard" until_true heard $((KNOWN + 1)) down one
call pair
ok "and spares the sick one" equal "$STATUS $(said) $(($(count one) - N))" "200 two 0"

# What was seen long ago says nothing.
down() { sql admin "BEGIN; UPDATE bus.backend_health SET checked_at = now() - interval '$1'; SELECT count(*) FROM bus.backend_down(); ROLLBACK"; }
ok "an old probe is forgotten" equal "$(down '89 s') $(down '91 s')" "1 0"
ok "the invariants hold" silent "$BUS" fsck
done_testing
