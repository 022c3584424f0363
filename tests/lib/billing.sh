# Sourced after stack.sh by the tests about money: a stack whose payment provider
# is a fake on loopback (tests/billing/fake_stripe.mjs), with fault points.
#
#   control '"503"'        what goes wrong with the next calls of the provider
#   asked JQ               its log
#   reap PASS [SECONDS]    run one pass, at a time so far ahead
#   event_state            of the newest event in the inbox
#   arm POINT              the next program that passes there is killed
#   sound                  fsck finds nothing
#   seen                   what the test has provoked is looked at: alerts are closed
#   someone NAME           an account without a plan: sets WHO, and T, its token
#   member NAME            a customer with an address, who may have tokens: NAME, WHO and T
#   bill PATH [JSON]       asks /api/v1/billing/… as T; inside: …/internal/…, as operator
#   fake PATH [JSON]       asks the fake itself
#   plan, sub JQ, plan_page JQ   of WHO: its plan, newest subscription, newest page
#   pays                   the open page of WHO is paid: sets PAID, the session
#   say TYPE OBJECT        a signed event: sets SENT, status and answer
#   becomes JSON [TYPE]    the provider's subscription changes, and it tells
#   look [SECONDS]         all that was told has had its effect
#   ask, settled, meter [SECONDS]   a call of a model as T; none is under way; all of WHO was told
#   switch_local           from now on without a provider
#   page, of_page JQ, tell TYPE   of RUN's newest payment page, or PAGE: the row; an event about it
#   approved, payment, checkout   of RUN
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
BEFORE_UP=write_keys stack_begin "billing_provider = stripe" "stripe_url = http://127.0.0.1:$FAKE" "contact_required = ${CONTACT:-0}"
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

seen() { local n; for n in $("$BUS" billing alerts --json | jq -r '.items[].alert'); do "$BUS" billing alert close "$n" --reason seen; done; }

T=''
bill() { BODY=$(curl -s -w '\n%{http_code}' -H "Authorization: Bearer $T" ${2:+-H 'Content-Type: application/json' -d "$2"} "$BASE/api/v1/billing/$1"); STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}; }
inside() { BODY=$(curl -s -w '\n%{http_code}' -X "${3:-GET}" -H "Authorization: Bearer $(cat "$VAR/etc/operator.token")" ${2:+-H 'Content-Type: application/json' -d "$2"} "$BASE/api/internal/billing/$1"); STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}; }
fake() { curl -s ${2:+-d "$2"} "http://127.0.0.1:$FAKE/$1"; }
someone() { WHO=$1; sql admin "SELECT bus.account_put('$1', NULL, now())" >/dev/null; T=$("$BUS" token issue --subject "$1" --scope "billing:read billing:setup llm:proxy"); }
member() { visitor "$1"; NAME=$1; api POST /api/v1/sessions '{}'; enter "$1@example.com"; WHO=$(field .identity_id); "$BUS" auth approve "$1@example.com" >/dev/null; T=$("$BUS" token issue --subject "$WHO" --scope "billing:read billing:setup"); }
may() { inside entitlement-check "{\"account_id\":\"$WHO\",\"scope\":\"llm:proxy\"}" POST; field '[.allowed, .reason] | join(" ")'; }
plan_page() { sql operator "SELECT row_to_json(c) FROM bus.plan_checkout c WHERE subject = '$WHO' ORDER BY id DESC LIMIT 1" | jq -r "$1"; }
sub() { sql operator "SELECT row_to_json(s) FROM bus.subscription s JOIN bus.account a ON a.id = s.account_id WHERE a.subject = '$WHO' ORDER BY s.id DESC LIMIT 1" | jq -r "$1"; }
plan() { sql operator "SELECT coalesce(plan, '-') FROM bus.account WHERE subject = '$WHO'"; }
EVENTS=0
say() { EVENTS=$((EVENTS + 1)); SENT=$(node "$srcdir/tests/billing/events.mjs" "$BASE" $SECRET "$1" "$(jq -c --arg e "evt_p$EVENTS" '{event_id: $e} + .' <<<"$2")" '' ''); }
# The stack's own reaper may be at it too.
look() {
	reap billing.inbox "$1"; reap billing.subscriptions "$1"
	for _ in $(seq 100); do
		[ "$(sql operator "SELECT (SELECT count(*) FROM bus.stripe_event WHERE state = 'new') + (SELECT count(*) FROM bus.subscription WHERE wanted > seen AND attempts < 2)")" != 0 ] || return 0
		read -rt 0.1 <> <(:)
	done
}
pays() { PAID=$(fake pay "$(plan_page '{session: .session_id}')"); }
becomes() {
	local it type=${2:-customer.subscription.updated}
	S=$(fake change "$(jq -c --arg id "$(sub .subscription_id)" '{id: $id} + .' <<<"$1")") it=$S
	[[ $type != invoice.* ]] || it=$(jq -c '{id: .latest_invoice, object: "invoice", customer, parent: {type: "subscription_details", subscription_details: {subscription: .id, metadata}}}' <<<"$S")
	say "$type" "$it"; look
}
ask() { STATUS=$(curl -s -o "$VAR/answer" -w '%{http_code}' -H "Authorization: Bearer $T" -H 'Content-Type: application/json' -d '{"model":"bus-static","messages":[{"role":"user","content":"Hello"}]}' "$BASE/v1/chat/completions"); BODY=$(cat "$VAR/answer"); }
settled() { for _ in $(seq 100); do [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ] && return; read -rt 0.1 <> <(:); done; }
meter() {
	for _ in $(seq 60); do
		reap billing.meter "$1"
		[ "$(sql operator "SELECT count(*) FROM bus.usage_record u JOIN bus.account a ON a.id = u.account_id LEFT JOIN bus.meter_export m ON m.usage = u.id WHERE a.subject = '$WHO' AND u.posted > 0 AND (m.usage IS NULL OR m.attempts = 0)")" != 0 ] || return 0
	done
}
# The next reaper has read the change.
switch_local() {
	sed -i 's/^billing_provider = .*/billing_provider = local/' "$VAR/etc/bus.conf"
	kill -HUP "$MASTER"; kill $(pgrep -f "bus-reaper $VAR/etc/bus.conf")
}

# Pages of runs: the newest of RUN, or the one named PAGE.
PAGE=''
page() { sql operator "SELECT row_to_json(c) FROM bus.checkout c WHERE run_id = '${1:-$RUN}' AND '$PAGE' IN ('', checkout_id) ORDER BY id DESC LIMIT 1"; }
of_page() { page "${2:-$RUN}" | jq -r "$1"; }
# tell TYPE [JQ [SECRET [T [LIVE]]]]: an event about that page, changed by JQ
tell() {
	local object
	object=$(page | jq -c '{id: .session_id, mode: "payment", payment_status: "paid", amount_total: .amount, currency,
		payment_intent: ("pi_" + .session_id), metadata: {bus_checkout_id: .checkout_id}} | '"${2:-.}")
	SENT=$(node "$srcdir/tests/billing/events.mjs" "$BASE" "${3:-$SECRET}" "$1" "$object" "${4:-}" "${5:-}")
}
DONE=checkout.session.completed
# The charge of that page, of which all was given back.
REFUND='{id: ("ch_" + .id), amount_refunded: .amount_total, currency, payment_intent}'
approved() { sql operator "SELECT count(*) || ' ' || coalesce(min(actor), '-') FROM bus.run_history h JOIN bus.run r ON r.id = h.run WHERE r.run_id = '$RUN' AND h.event = 'authorize'"; }
payment() { api GET "/api/v1/build-runs/$RUN"; field .approval.payment; }
checkout() { api POST "/api/v1/build-runs/$RUN/checkout" "${1:-{\}}"; }
