#!/bin/bash
# What is given back of a subscription's payments: all that was paid for the
# period that runs ends the plan, a part of it or of an earlier period is kept,
# whatever the order and the number of events. BILLING_ORDERS (8).
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
jq '(.plans[] | select(.id == "pro") | .trial_days) = 0' "$srcdir/conf/plans.json" >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json"; "$BUS" billing catalog sync --apply >/dev/null
subscribes() { bill checkout-session '{"interval":"month"}'; pays; SUB=$(jq -r .subscription <<<"$PAID"); say checkout.session.completed "$PAID"; look; }
# paid: the payment of the newest invoice
paid() { fake all | jq -r --arg s "$SUB" '. as $all | .[] | select(.id == $s) | .latest_invoice as $i | $all[] | select(.id == $i) | .payments.data[0].payment.payment_intent'; }
# refund AMOUNT [PAYMENT [CURRENCY]]: so much of it was given back in all
charge() { jq -nc --arg p "${2:-$(paid)}" --arg c "${3:-eur}" '{id: ("ch_" + $p), object: "charge", amount: 2900, amount_refunded: '"$1"', refunded: ('"$1"' == 2900), currency: $c, payment_intent: $p}'; }
refund() { say charge.refunded "$(charge "$@")"; look; }
# invoice AMOUNT [DAYS]: another one is paid, of the next period with DAYS; it is told
invoice() { fake bill "{\"id\":\"$SUB\",\"amount\":$1${2:+,\"days\":$2}}" >/dev/null; becomes '{}' invoice.paid; }
listed() { "$BUS" billing refunds --json | jq -r --arg a "$WHO" '[.items[] | select(.account == $a)] | sort_by(-.refunded) | map("\(.refunded)/\(.paid) \(.state)") | join(", ")'; }
told() { bill status; field '[.subscription.status, (.subscription.refunded | tostring), (.subscription_inactive | tostring), .command // "-"] | join(" ")'; }

someone ann; subscribes; FIRST=$(paid)
ok "a plan is in force" equal "$(plan) $(told) $(listed)" "pro active false false - "
refund 1000
ok "a part that is given back is recorded and leaves it" equal "$(event_state) $(plan) $(told) $(listed)" "done pro active false false - 1000/2900 part"
refund 500; ok "a word that comes late takes nothing of it away" equal "$(plan) $(listed)" "pro 1000/2900 part"
refund 2900 "" usd; ok "another currency is refused" equal "$(event_state) $(plan) $(listed)" "refused pro 1000/2900 part"
refund -1; ok "and less than nothing" equal "$(event_state) $(plan)" "refused pro"
refund 2900
ok "the whole ends the plan" equal "$(plan) $(told) $(listed)" "- active true true bus billing portal 2900/2900 plan ended"
ok "operators see why" equal "$("$BUS" billing subscriptions --problems --json | jq -r '.items[] | .account + " " + .problem')" "ann what was paid for its period was given back"
ok "models are not to be had by it" equal "$(may)" "false billing_required"
refund 2900; refund 1000; becomes '{}'
ok "told again, and read again, it is as it was" equal "$(plan) $(listed)" "- 2900/2900 plan ended"
seen; ok "the invariants hold" sound
invoice 2900 30
ok "the next period is paid for: in force again" equal "$(plan) $(told) $(listed)" "pro active false false - 2900/2900 an earlier period"
refund 2900 "$FIRST"; ok "whatever is told of the one before" equal "$(plan)" pro
someone bea; subscribes; FIRST=$(paid); invoice 2900 30; refund 2900 "$FIRST"
ok "the whole of an earlier period is kept and leaves the plan" equal "$(plan) $(listed)" "pro 2900/2900 an earlier period"

# More than one invoice of a period.
someone cid; subscribes; FIRST=$(paid); invoice 700; refund 700
ok "the whole of one of two is a part" equal "$(plan) $(listed)" "pro 700/700 part"
refund 2900 "$FIRST"; ok "the whole of both is the whole" equal "$(plan) $(listed)" "- 2900/2900 plan ended, 700/700 plan ended"

# Before anything else is known.
someone dan; bill checkout-session '{"interval":"month"}'; pays; SUB=$(jq -r .subscription <<<"$PAID"); refund 2900
ok "money given back of what is not known yet waits" equal "$(event_state) $(plan)" "waiting -"
say checkout.session.completed "$PAID"; look; look
ok "and counts when it is" equal "$(plan) $(sub .status) $(listed)" "- active 2900/2900 plan ended"

# Any order, each twice.
for ((order = 1; order <= ${BILLING_ORDERS:-8}; order++)); do
	someone "order-$order"; bill checkout-session '{"interval":"month"}'; pays; SUB=$(jq -r .subscription <<<"$PAID")
	S=$(fake all | jq -c --arg s "$SUB" '.[] | select(.id == $s)')
	{
		printf 'checkout.session.completed %s\n' "$PAID"; printf 'customer.subscription.created %s\n' "$S"
		jq -r '"invoice.paid " + ({id: .latest_invoice, object: "invoice", customer, parent: {type: "subscription_details", subscription_details: {subscription: .id, metadata}}} | tojson)' <<<"$S"
		printf 'charge.refunded %s\n' "$(charge 100)" "$(charge $((order % 2 ? 2900 : 2800)))"
	} >"$VAR/events"
	cat "$VAR/events" "$VAR/events" | shuf --random-source=<(yes $order) >"$VAR/order"
	while read -r type object; do say "$type" "$object"; [ $((RANDOM % 3)) != 0 ] || look; done <"$VAR/order"
	look; look 400
	ok "order $order" equal "$(plan) $(listed)" "$([ $((order % 2)) = 1 ] && echo "- 2900/2900 plan ended" || echo "pro 2800/2900 part")"
done
ok "nothing is left waiting" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event WHERE state IN ('new', 'waiting', 'failed')")" 0
ok "the invariants hold with them" sound

# A crash between the event and what it does, and in between.
for point in billing.applied billing.asked billing.read; do
	grep -q "^$point" "$BUS_FAULT_LOG" || continue
	someone "crash-${point#*.}"; subscribes; arm $point; say charge.refunded "$(charge 2900)"
	for _ in $(seq 20); do [ -e "$BUS_FAULT_FILE" ] || break; reap billing.inbox; reap billing.subscriptions; done
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"; look; look 60
	ok "$point: the plan has ended" equal "$(plan) $(listed)" "- 2900/2900 plan ended"
done

# Without a provider.
switch_local
someone gus; for _ in $(seq 40); do bill checkout-session '{"interval":"month"}'; [ "$(field .provider)" = local ] && break; read -rt 0.25 <> <(:); done
path=/api/v1/local-payments/${BODY##*/local-payments/}; path=${path%%\"*}
press() { curl -s -o /dev/null -w '%{http_code}' -X POST "$BASE/api/v1/local-subscriptions/$(sub .subscription_id)/$1"; }
curl -s -o /dev/null -X POST "$BASE$path/pay"; look; ok "a local subscription" equal "$(plan) $(told)" "pro active false false -"
ok "its payment is given back" equal "$(press refund)" 303; look; ok "it has ended" equal "$(plan) $(told)" "- active true true bus billing portal"
press pay >/dev/null; look; ok "and is in force with the next" equal "$(plan) $(told)" "pro active false false -"
press fail >/dev/null; ok "what was not paid is not given back" equal "$(press refund)" 409
ok "the invariants hold at the end" sound
done_testing
