#!/bin/bash
# Money for runs: payment pages through a provider on loopback that fails as the
# real one does, signed events in every order, crashes in between, the race of
# payment and approval, a storm. BILLING_DELIVERIES (5000), BILLING_SEED (1).
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
TOOL="A counter of laps"

# The page.
visitor v; converse "$TOOL" web
ok "a payment page is opened" equal "$STATUS $(field .provider) $(field .url)" "201 stripe $(of_page .url)"
ok "for the price that was shown" equal "$(asked '.[-1].form | [.["line_items[0][price_data][unit_amount]"], .["line_items[0][price_data][currency]"], .mode] | join(" ")')" "1900 eur payment"
ok "with the run in the metadata of session and payment" equal "$(asked '.[-1].form | [.["metadata[run_id]"], .["payment_intent_data[metadata][run_id]"]] | join(" ")')" "$RUN $RUN"
URL=$(field .url)
checkout
ok "asked again it is the same page" equal "$STATUS $(field .url) $(asked length)" "201 $URL 1"
checkout '{"return_url":"https://elsewhere.example/"}'
ok "it returns to nobody else" equal "$STATUS" 422
checkout "{\"return_url\":\"http://localhost:$BUS_PORT.elsewhere.example/\"}"
ok "nor to one that begins like us" equal "$STATUS" 422
V=$VAR/jar.other CSRF='' api POST "/api/v1/build-runs/$RUN/checkout" '{}'
ok "another's run cannot be paid for" equal "$((STATUS == 401 || STATUS == 404))" 1

# What the hook refuses.
tell $DONE . whsec_somebody_elses_secret; ok "a forged signature" contains "$SENT" "400 "
tell $DONE . $SECRET $(($(date +%s) - 400)); ok "an old one" contains "$SENT" "400 "
tell $DONE . $SECRET $(($(date +%s) + 400)); ok "one of the future" contains "$SENT" "400 "
tell $DONE . $SECRET '' true; ok "the other mode" contains "$SENT" "400 "
ok "no reason is told" lacks "$SENT" signature
raw() { STATUS=$(curl -s -o "$VAR/raw" -w '%{http_code}' "$@" "$BASE/api/internal/stripe/webhook"); }
raw -H 'Content-Type: application/json' -d '{}'; ok "no signature" equal "$STATUS" 400
raw -X GET; ok "another method" equal "$STATUS" 405
raw -d '{}'; ok "another type" equal "$STATUS" 415
head -c 1048577 /dev/zero | tr '\0' ' ' >"$VAR/large"
raw -H 'Content-Type: application/json' --data-binary "@$VAR/large"; ok "more than 1 MiB" equal "$STATUS" 413
ok "nothing of it was kept" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event")" 0
ok "the hook's role reads nothing" contains "$(sql hook "SELECT body FROM bus.stripe_event")" "permission denied"
for wish in "UPDATE bus.stripe_event SET state = 'done'" "DELETE FROM bus.stripe_event" "INSERT INTO bus.stripe_event (attempts) VALUES (1)"; do
	ok "nor may it: ${wish%% *}" contains "$(sql hook "$wish")" "permission denied"
done
ok "and moves no run" contains "$(sql hook "UPDATE bus.run SET payment = 'paid'")" "permission denied"

# Another kind of payment, another session, nothing that could be given back.
for change in '.amount_total = 0' '.payment_intent = null | .currency = "usd"' '.mode = "subscription"' '.id = "cs_test_other"'; do
	tell $DONE "$change | .event_id = \"evt_wrong_$RANDOM$RANDOM\""
	reap billing.inbox
	ok "refused: $change" equal "${SENT:0:3} $(event_state) $(approved)" "200 refused 0 -"
done
tell a.type.to.come .
ok "an unknown type is kept, and done with at once" equal "${SENT:0:3} $(sql operator "SELECT state || ' ' || attempts || ' ' || (processed_at = received_at) FROM bus.stripe_event ORDER BY id DESC LIMIT 1")" "200 ignored 0 true"
tell a.type.to.come .
ok "a second time it is known" equal "$SENT" '200 {"received":true,"duplicate":true}'

# Whoever waits for the inbox hears of each that has something for it, however
# many come at once.
coproc EAR { psql -h "$VAR/run" -U bus_operator -d bus -XAtq; }
hears() { local line n=0; for _ in $(seq 100); do echo "SELECT 'turn'" ';' >&"${EAR[1]}"; while read -rt 2 line <&"${EAR[0]}" && [ "$line" != turn ]; do [[ $line != *'payload "billing"'* ]] || n=1; done; [ $n = 0 ] || return 0; read -rt 0.05 <> <(:); done; return 1; }
echo "LISTEN bus_work; SELECT 'turn';" >&"${EAR[1]}"; read -rt 10 ready <&"${EAR[0]}"
tell $DONE '.event_id = "evt_wrong_heard" | .mode = "subscription"'; ok "a delivery wakes who waits for it ($ready)" hears
for n in 1 2 3 4 5 6 7 8; do (tell $DONE ".event_id = \"evt_wrong_many_$n\" | .mode = \"subscription\"") & many+=($!); done; wait "${many[@]}"
ok "so do many" hears
eval "exec ${EAR[1]}>&-"; wait "$EAR_PID" 2>/dev/null
reap billing.inbox
ok "who was to be refused is an operator's to look at" equal "$("$BUS" billing alerts --json | jq -r '[.items[].note] | unique | join(", ")')" "another amount than was shown, another currency than was shown, another kind of payment, another session"
ok "until somebody has" contains "$("$BUS" fsck)" "an alert is looked at"; seen

# Paid.
tell $DONE '.payment_status = "unpaid"'
reap billing.inbox
ok "complete is not paid" equal "$(approved) $(payment)" "0 - pending"
checkout; ok "and no second page is opened meanwhile" equal "$STATUS $(field .code)" "409 conflict"
tell checkout.session.async_payment_succeeded . $OLD_SECRET
ok "the secret before the rotation holds" equal "$SENT" '200 {"received":true,"duplicate":false}'
tell checkout.session.async_payment_succeeded .
ok "a duplicate is acknowledged" equal "$SENT" '200 {"received":true,"duplicate":true}'
reap billing.inbox
ok "the payment moves the run" equal "$(approved) $(payment)" "1 payment paid"
tell checkout.session.async_payment_succeeded '.event_id = "evt_another_of_the_same"'
tell checkout.session.expired '.payment_status = "unpaid"'
reap billing.inbox
ok "once, whatever comes later" equal "$(approved) $(payment)" "1 payment paid"
checkout; ok "what is paid is not sold again" equal "$STATUS" 409
ok "it is built and verified" wait_phase 'artifact_ready|failed'
ok "indeed" equal "$PHASE" artifact_ready
api GET "/api/v1/build-runs/$RUN/events"
ok "the customer was told" contains "$BODY" "The payment has arrived"
ok "nothing of the payer is public" lacks "$BODY$(page)" example.org
out=$("$BUS" billing webhooks list --json)
ok "operators see the events" equal "$(jq '[.items[] | select(.type | startswith("checkout"))] | length > 3' <<<"$out")" true
ok "each with what it did" contains "$("$BUS" billing webhooks show "$(sql operator "SELECT event_id FROM bus.stripe_event WHERE note = 'the run starts'")" --json)" authorized
"$BUS" billing webhooks replay "$(sql operator "SELECT event_id FROM bus.stripe_event WHERE note = 'the run starts'")"
reap billing.inbox
ok "replayed it does nothing more" equal "$(approved)" "1 payment"
ok "no such event" equal "$("$BUS" billing webhooks replay evt_none 2>/dev/null; echo $?)" 66
out=$("$BUS" billing preflight --json)
ok "preflight" equal "$? $(jq -r '[.[] | .result] | unique | join(" ")' <<<"$out")" "0 ok"
ok "prints no secret" lacks "$out$(cat "$VAR"/log/*)" "${KEY:8}"

# The provider that fails.
converse "$TOOL" web
n=$(asked length)
"$BUS" build approve "$RUN" >/dev/null
checkout; ok "approved by hand: nothing to pay" equal "$STATUS" 409
for _ in $(seq 80); do reap billing.complete 60; [ "$(of_page .state)" = open ] || break; read -rt 0.25 <> <(:); done
ok "and its page is closed" equal "$(of_page .state)" expired # or what goes wrong next would go wrong there
for how in 503 409 drop; do
	control "\"$how\""; converse "$TOOL" web
	ok "$how: the customer is asked to try again" equal "$STATUS $(field .code)" "503 unavailable"
	checkout
	ok "$how: and then it is there, once" equal "$STATUS $(asked "[.[] | select(.form[\"metadata[run_id]\"] == \"$RUN\" and .id) | .id] | unique | length")" "201 1"
done
control '"refuse"'; converse "$TOOL" web
ok "a refusal" equal "$STATUS $(field .code) $(of_page .state)" "503 resource_unavailable failed"
checkout; ok "is asked anew under another key" equal "$STATUS $(asked '[.[-2, -1].idem] | unique | length')" "201 2"
control '"live"'; converse "$TOOL" web
ok "a page of the other mode is none" equal "$STATUS $(of_page .state)" "503 failed"

# A crash before and after the provider has answered: a pass goes on.
for point in billing.intended billing.called; do
	grep -q "^$point" "$BUS_FAULT_LOG" || continue
	RUN=; api POST /api/v1/build-runs "{\"message\":\"$TOOL\",\"artifact_type\":\"web\"}"; RUN=$(field .run_id)
	[ "$(field .next_action)" != answer ] || api POST "/api/v1/build-runs/$RUN/messages" '{"text":"Use the suggested default."}'
	api GET "/api/v1/build-runs/$RUN"
	api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .scope.scope_hash)\"}"
	arm $point; checkout
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?) $(of_page .state)" "1 intent"
	reap billing.complete 60
	ok "$point: the pass completes it" equal "$(of_page .state) $(asked "[.[] | select(.form[\"metadata[run_id]\"] == \"$RUN\" and .id) | .id] | unique | length")" "open 1"
done
# A crash of the inbox at each of its points.
for point in billing.received billing.paid run.paid run.advanced billing.applied work.before_commit; do
	[ -s "$BUS_FAULT_LOG" ] || break
	converse "$TOOL" web
	arm $point; tell $DONE .
	for _ in 1 2 3 4 5 6; do [ -e "$BUS_FAULT_FILE" ] || break; reap billing.inbox; done
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"; tell $DONE .; reap billing.inbox
	ok "$point: one effect" equal "${SENT:0:3} $(approved)" "200 1 payment"
done

# Orders, and money that goes back.
converse "$TOOL" web
tell charge.refunded "$REFUND"; reap billing.inbox
ok "a refund that comes first waits" equal "$(event_state) $(approved)" "waiting 0 -"
tell $DONE .; reap billing.inbox; reap billing.inbox
ok "and both have their effect" equal "$(of_page .refund) $(payment)" "done refunded"
converse "$TOOL" web
api POST "/api/v1/build-runs/$RUN/cancel" '{}'; tell $DONE .; reap billing.inbox
ok "a payment for a run that was cancelled is due back" equal "$(of_page '.state + " " + .refund')" "paid due"
reap billing.refund
ok "and given back" equal "$(of_page .refund) $(asked '[.[] | select(.url == "/v1/refunds")][-1] | .url + " " + .idem')" "asked /v1/refunds refund:$(of_page .checkout_id)"
tell charge.refunded "$REFUND"; reap billing.inbox
ok "which the provider confirms" equal "$(of_page .refund)" "done"
converse "$TOOL" web
tell $DONE .; reap billing.inbox; api POST "/api/v1/build-runs/$RUN/cancel" '{}'
reap billing.refund
ok "a paid run that is cancelled is not given back at once" equal "$(of_page .refund)" none
reap billing.refund 400
ok "but soon" equal "$(of_page .refund)" asked
tell charge.refunded "$REFUND"; reap billing.inbox
ok "and the customer sees it" equal "$(payment)" refunded
converse "$TOOL" web; tell $DONE .; reap billing.inbox
tell charge.dispute.created '{id: ("du_" + .id), payment_intent, status: "needs_response"}'; reap billing.inbox
disputed=$RUN; converse "$TOOL" web
ok "a dispute stops further sales" equal "$STATUS $(field .code)" "402 payment_disputed"
ask() { api POST /v1/chat/completions '{"model":"bus-static","messages":[{"role":"user","content":"Hello"}]}'; }
ask; ok "and calls of models" equal "$STATUS $(field .error.code)" "402 payment_disputed"
last=$RUN RUN=$disputed; tell charge.dispute.closed '{id: ("du_" + .id), payment_intent, status: "won"}'; reap billing.inbox
RUN=$last; checkout; ok "until it is won" equal "$STATUS" 201
ask; ok "then models answer too" equal "$STATUS" 200
converse "$TOOL" web; tell $DONE .; reap billing.inbox
tell charge.dispute.closed '{id: ("du_" + .id), payment_intent, status: "lost"}'; reap billing.inbox
ask; ok "a lost one stops them for good" equal "$STATUS $(field .error.code)" "402 payment_disputed"
ok "operators see it" equal "$("$BUS" billing disputes --json | jq -r '.items[] | .payment + " " + .dispute')" "$(of_page .payment_intent) lost"
ok "nobody lifts one without a reason" equal "$("$BUS" billing dispute lift "$(of_page .payment_intent)" 2>/dev/null; echo $?)" 65
ok "nor one that was not lost" equal "$("$BUS" billing dispute lift pi_none --reason x 2>/dev/null; echo $?)" 66
"$BUS" billing dispute lift "$(of_page .payment_intent)" --reason "settled by letter"
ask; ok "lifted, they answer" equal "$STATUS $(of_page .dispute)" "200 lifted"
ok "and it is written down" equal "$(sql operator "SELECT by || ' ' || what || ' ' || reason FROM bus.billing_audit WHERE what LIKE 'lost%'")" "operator lost dispute lifted settled by letter"
tell charge.dispute.closed '{event_id: "evt_late", id: ("du_" + .id), payment_intent, status: "lost"}'; reap billing.inbox
ask; ok "a late word of it changes nothing" equal "$STATUS $(of_page .dispute)" "200 lifted"
sql admin "UPDATE bus.account SET disabled = true WHERE id = (SELECT account_id FROM bus.run WHERE run_id = '$RUN')" >/dev/null
ask; ok "an account that is switched off" equal "$STATUS $(field .error.code)" "403 operator_disabled"
sql admin "UPDATE bus.account SET disabled = false WHERE id = (SELECT account_id FROM bus.run WHERE run_id = '$RUN')" >/dev/null
ok "the invariants hold" sound

# Who may use what.
T=$("$BUS" token issue --subject demo --scope billing:read)
bill() { BODY=$(curl -s -w '\n%{http_code}' -H "Authorization: Bearer ${TOKEN-$T}" ${2:+-H 'Content-Type: application/json' -d "$2"} "$BASE/api/v1/billing/$1"); STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}; }
inside() { BODY=$(curl -s -w '\n%{http_code}' -H "Authorization: Bearer $(cat "$VAR/etc/operator.token")" ${2:+-H 'Content-Type: application/json' -d "$2"} "$BASE/api/internal/billing/$1"); STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}; }
may() { inside entitlement-check "{\"account_id\":\"$1\",\"scope\":\"$2\"}"; }
bill status
ok "the status of a plan" equal "$STATUS $(field '[.account_id, .status, .plan_id, .trial, .blocked] | join(" ")')" "200 demo active demo false false"
ok "with its meters" equal "$(field '[.usage[] | .window] | sort | join(" ")')" "day month"
TOKEN=$("$BUS" token issue --subject demo --scope usage:read) bill status
ok "which needs its scope" equal "$STATUS $(field .code)" "403 insufficient_scope"
api GET /api/v1/billing/status
ok "a visitor is on trial" equal "$STATUS $(field '[.status, .plan_id, .trial] | join(" ")')" "200 active visitor true"
may demo llm:proxy; ok "a plan's feature" equal "$STATUS $(field '[.allowed, .reason] | join(" ")')" "200 true billing_active"
may demo vm:run; ok "one that it has not" equal "$(field '[.allowed, .reason, .command] | join(" ")')" "false billing_required bus billing setup"
NOBODY=11111111-1111-4111-8111-111111111111
may $NOBODY llm:proxy; ok "nobody, and what would help" equal "$(field '[.allowed, .reason, .recommended_plan] | join(" ")')" "false billing_required visitor"
inside accounts/$NOBODY/status; ok "an unknown account has no billing" equal "$STATUS $(field '[.status, .setup_required, .next_action] | join(" ")')" "200 missing true setup_billing"
jq -nc '{version: "t", plans: [{id: "small", name: "S", features: ["chat"], support: {level: "none"}, limits: [
	{scope: "account", period: "day", micro: 0}]}, {id: "large", name: "L", features: ["chat"], support: {level: "priority"},
	limits: [{scope: "account", period: "day", micro: 1000000}]}], limits: []}' >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json" && "$BUS" plan assign acme small
may acme llm:proxy; ok "a limit that is reached" equal "$(field '[.allowed, .reason, .usage.window, .usage.exceeded] | join(" ")')" "false quota_exceeded day true"
inside accounts/acme/status; ok "asks for an upgrade, not for setup" equal "$(field '[.upgrade_required, .setup_required, .next_action] | join(" ")')" "true false upgrade_plan"
inside accounts/acme/support; ok "no support" equal "$(field .status)" none
"$BUS" plan assign acme large; inside accounts/acme/support
ok "support, without a word of money or terms" equal "$(field '.status + " " + (keys | join(" "))')" "active status support_id"
inside accounts/nobody/support; ok "nobody's support" equal "$STATUS $(field '[.status, .support_id] | map(tostring) | join(" ")')" "200 none null"
inside accounts/acme/status; ok "nor more in an operator's status" equal "$(field '.support | keys | join(" ")')" "status support_id"
standing() { BODY=$(curl -s -H "Authorization: Bearer $("$BUS" token issue --subject acme --scope billing:read)" "$BASE/api/v1/billing/status"); }
# When support answers, and whether it is such a time.
window() {
	jq --argjson w "$1" '(.plans[] | select(.id == "large") | .support.window) = $w' "$VAR/plans.json" >"$VAR/window.json"
	"$BUS" plan put "$VAR/window.json"; standing; field '.support | [.level, .window.from, .open] | map(tostring) | join(" ")'
}
DAY=$(LC_ALL=C date -u +%a | tr A-Z a-z)
ok "a window of today is open" equal "$(window "{\"days\":[\"$DAY\",\"$(LC_ALL=C date -u -d tomorrow +%a | tr A-Z a-z)\"],\"from\":\"00:00\",\"to\":\"24:00\"}")" "priority 00:00 true"
ok "one of another day is not" equal "$(window "{\"days\":[\"$(LC_ALL=C date -u -d '3 days' +%a | tr A-Z a-z)\"],\"from\":\"00:00\",\"to\":\"24:00\"}")" "priority 00:00 false"
[ "$(date -u +%H)" -lt 12 ] && HOURS=18:00 UNTIL=19:00 || HOURS=02:00 UNTIL=03:00
ok "nor one of other hours" equal "$(window "{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"$HOURS\",\"to\":\"$UNTIL\"}")" "priority $HOURS false"
ok "plans are listed with it" contains "$("$BUS" plan list)" "priority mon,tue,wed,thu,fri,sat,sun $HOURS-$UNTIL UTC"
standing; ok "and the customer is told" equal "$(field '[.support.level, .support.window.to, .support.open] | map(tostring) | join(" ")')" "priority $UNTIL false"
sql admin "UPDATE bus.account SET disabled = true WHERE subject = 'acme'" >/dev/null
may acme llm:proxy; ok "an operator's no" equal "$(field '[.allowed, .reason, .command] | join(" ")')" "false operator_disabled "
inside accounts/acme/status; ok "leaves no feature" equal "$(field '[.operator_disabled, .blocked, (.features | length)] | join(" ")')" "true true 0"
quote "$TOOL" web
sql admin "UPDATE bus.account SET disabled = true WHERE id = (SELECT account_id FROM bus.run WHERE run_id = '$RUN')" >/dev/null
checkout; ok "and no sale" equal "$STATUS $(field .code)" "403 operator_disabled"
sql admin "UPDATE bus.account SET disabled = false WHERE id = (SELECT account_id FROM bus.run WHERE run_id = '$RUN')" >/dev/null

# Payment and approval at the same moment: one of them moves the run.
for i in 1 2 3 4 5 6; do
	converse "$TOOL" web; tell a.type.to.come ".event_id = \"evt_warm_$i\""
	tell $DONE . & pids=($!)
	"$BUS" build approve "$RUN" >/dev/null 2>&1 & pids+=($!)
	reap billing.inbox & pids+=($!)
	wait "${pids[@]}"
	reap billing.inbox
	ok "race $i: one authorization ($(approved))" equal "$(approved | cut -d' ' -f1)" 1
done
ok "the invariants hold" sound

# Who signs in keeps the page that is open.
before=$RUN; visitor guest; converse "$TOOL" web; URL=$(field .url)
enter guest@example.com; visitor guest; checkout
ok "a visitor's page is the customer's" equal "$STATUS $(field .url)" "201 $URL"
RUN=$before; visitor v

# The provider's own library.
if npm_package stripe@23.1.0; then
	cp -u "$srcdir"/tests/billing/*.mjs "$builddir/test-npm/"
	ok "Stripe's library signs what the hook accepts" silent node "$builddir/test-npm/sdk.mjs" "$BASE" $SECRET
else
	echo "# npm is not reachable: Stripe's library was not tried"
fi

# The storm: of each fate as many runs as its events have orders, and each comes in
# one of them first.
for fate in paid twice{1..2} async{1..2} failed{1..2} refunded{1..6} disputed{1..6} both{1..6} expired amount currency; do
	converse "$TOOL" web
	[[ $fate != both* ]] || { api POST "/api/v1/build-runs/$RUN/messages" '{"text":"Call it Dinner Splitter"}'; api GET "/api/v1/build-runs/$RUN"
		api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .scope.scope_hash)\"}"; checkout; }
	sql operator "SELECT row_to_json(c) FROM bus.checkout c WHERE run_id = '$RUN' ORDER BY id" |
		jq -cs --arg f ${fate%[0-9]} --arg n "${fate//[a-z]/}" 'map({checkout_id, session_id, run_id, amount, currency}) | last + {fate: $f, order: (($n | tonumber? // 1) - 1), first: .[0]}'
done | jq -s . >"$VAR/pages.json"
node "$srcdir/tests/billing/storm.mjs" "$BASE" $SECRET "$VAR/pages.json" "${BILLING_DELIVERIES:-5000}" 16 "${BILLING_SEED:-1}" >"$VAR/storm" & storm=$!
while kill -0 $storm 2>/dev/null; do
	"${AS[@]}" "$builddir/bus-reaper" --once --pass=billing.inbox "$VAR/etc/bus.conf" >/dev/null 2>&1 & one=$!
	read -rt 0.7 <> <(:)
	kill -9 $one $(pgrep -P "$MASTER" | shuf -n 3) 2>/dev/null
done
wait $storm; ok "every delivery was answered as it should be" equal $? 0
echo "# $(cat "$VAR/storm")"
for _ in 1 2 3; do reap billing.inbox 3; done
reap billing.inbox 7200
ok "nothing is left in the inbox" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event WHERE state IN ('new', 'waiting', 'failed')")" 0
jq -r '.[] | .run_id + " " + .fate' "$VAR/pages.json" >"$VAR/fates"
while read -r RUN fate; do
	have="$(approved | cut -d' ' -f1) $(of_page '.state + " " + .refund + " " + .dispute')"
	case $fate in
	paid | twice | async | both) want="1 paid none none" ;;
	refunded) want="[01] paid done none" ;;
	disputed) want="1 paid none won" ;;
	failed) want="0 failed none none" ;;
	expired) want="0 expired none none" ;;
	*) want="0 paid (due|asked) none" ;; # another amount, another currency
	esac
	[[ $have =~ ^$want$ ]] || { echo "# $fate: have $have, want $want"; false; }
	ok "$fate: exactly its effect" equal $? 0
	[ $fate != both ] || ok "$fate: one is kept, the other given back, and the run goes on" equal "$(sql operator "SELECT string_agg(refund, ' ' ORDER BY id) FROM bus.checkout WHERE run_id = '$RUN'") $(payment)" "done none paid"
done <"$VAR/fates"
ok "no run was authorized twice" equal "$(sql operator "SELECT count(*) FROM (SELECT run FROM bus.run_history WHERE event = 'authorize' GROUP BY run HAVING count(*) > 1) s")" 0
ok "no two workers at once" equal "$(sql operator "SELECT count(*) FROM (SELECT run FROM bus.worker WHERE status = 'running' GROUP BY run HAVING count(*) > 1) s")" 0
ok "no forged, stale or wrong-mode event was kept" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event WHERE event_id ~ '_(live|forged|old|changed)$'")" 0
ok "the invariants hold" sound

# Without a provider: the local page.
sed -i 's/^billing_provider = .*/billing_provider = local/' "$VAR/etc/bus.conf"
kill -HUP "$MASTER"
for _ in $(seq 40); do converse "$TOOL" web; [ "$(field .provider)" = local ] && break; read -rt 0.25 <> <(:); done
ok "a local page" contains "$(field .url)" "/api/v1/local-payments/chk_"
path=/api/v1/local-payments/${BODY##*/local-payments/}; path=${path%%\"*}
page=$(curl -s "$BASE$path")
ok "says what it is" contains "$page" "No money moves here"
ok "and what it is for" contains "$page" "19.00 eur"
ok "an unknown name" equal "$(curl -s -o /dev/null -w '%{http_code}' "$BASE${path%????}aaaa")" 404
ok "paying returns to the conversation" contains "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -X POST "$BASE$path/pay")" "303 http://localhost:$BUS_PORT/?run=$RUN"
reap billing.inbox
ok "and moves the run" equal "$(approved) $(payment)" "1 payment paid"
api POST "/api/v1/build-runs/$RUN/cancel" '{}'; reap billing.refund 400; reap billing.inbox
ok "cancelled, the test money comes back" equal "$(of_page .refund) $(payment)" "done refunded"
ok "the invariants hold at the end" sound
done_testing
