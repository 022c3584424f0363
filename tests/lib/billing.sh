# Sourced after stack.sh by the tests about money: a stack whose payment provider
# is a fake on loopback (tests/billing/fake_stripe.mjs), with fault points.
#
#   control '"503"'        what goes wrong with the next calls of the provider
#   asked JQ               its log
#   reap PASS [SECONDS]    run one pass, at a time so far ahead
#   event_state            of the newest event in the inbox
#   arm POINT              the next program that passes there is killed
#   sound                  fsck finds nothing
KEY=sk_test_4eC39HqLyjWDarjtT1zdp7dc
OLD_SECRET=whsec_the_one_before_rotation SECRET=whsec_0123456789abcdef0123456789abcdef
BUS_FAULT_DIR=$(mktemp -d /tmp/bus-fault-XXXXXX) && chmod 1777 "$BUS_FAULT_DIR" || exit 99
export BUS_FAULT_FILE=$BUS_FAULT_DIR/armed BUS_FAULT_LOG=$BUS_FAULT_DIR/log
: >"$BUS_FAULT_LOG"; chmod 666 "$BUS_FAULT_LOG"
exec {fake}< <(exec node "$srcdir/tests/billing/fake_stripe.mjs" $KEY); FAKE_PID=$!
read -r FAKE <&$fake || exit 99
finish() { local s=$?; kill $FAKE_PID 2>/dev/null; rm -rf "$BUS_FAULT_DIR"; (exit $s); stack_end; }
write_keys() {
	(umask 077; echo $KEY >"$VAR/etc/stripe.key"; printf '%s\n' $SECRET $OLD_SECRET >"$VAR/etc/stripe.webhook")
	[ "$(id -u)" != 0 ] || chown _bus "$VAR/etc/stripe.key" "$VAR/etc/stripe.webhook"
	trap finish EXIT
}
BEFORE_UP=write_keys stack_begin "billing_provider = stripe" "stripe_url = http://127.0.0.1:$FAKE"
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
control() { curl -s -d "{\"fail\":[$1]}" "http://127.0.0.1:$FAKE/control" >/dev/null; }
asked() { curl -s "http://127.0.0.1:$FAKE/log" | jq -rc "$1"; }
later() { date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ; }
reap() { "${AS[@]}" "$builddir/bus-reaper" --once --pass="$1" ${2:+--now="$(later "$2")"} "$VAR/etc/bus.conf" >/dev/null 2>&1; }
event_state() { sql operator "SELECT state FROM bus.stripe_event ORDER BY id DESC LIMIT 1"; }
arm() { printf '%s:kill' "$1" >"$BUS_FAULT_DIR/new"; chmod 666 "$BUS_FAULT_DIR/new"; chown --reference="$VAR/pg" "$BUS_FAULT_DIR/new" 2>/dev/null; mv "$BUS_FAULT_DIR/new" "$BUS_FAULT_FILE"; }
# A worker of a run that was just cancelled may still be on its way out.
sound() {
	local found
	for _ in $(seq 40); do found=$("$BUS" fsck) && return 0; read -rt 0.25 <> <(:); done
	echo "# $found"; return 1
}
