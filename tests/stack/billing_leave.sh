#!/bin/bash
# Who leaves is charged no more: subscriptions are ended at the provider, once,
# whatever crashes, fails or comes twice; open payment pages are closed; what
# cannot be ended is an operator's matter.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
trials() { jq --argjson n "$1" '(.plans[] | select(.id == "pro") | .trial_days) = $n' "$srcdir/conf/plans.json" >"$VAR/plans.json"; "$BUS" plan put "$VAR/plans.json"; }
trials 0; "$BUS" billing catalog sync --apply >/dev/null
leave() { ask_code "$NAME@example.com"; code_for "$NAME@example.com"; api POST /api/v1/auth/delete "{\"email\":\"$NAME@example.com\",\"otp\":\"$CODE\"}"; }
subscribes() { bill checkout-session '{"interval":"month"}'; pays; say checkout.session.completed "$PAID"; look; }
# ends: how often its end was asked for, and under which key
ends() { asked "[.[] | select(.method == \"DELETE\" and .url == \"/v1/subscriptions/$(sub .subscription_id)\")] | \"\\(length) \\([.[].idem] | unique | join(\" \"))\""; }
at_provider() { fake all | jq -r --arg s "${1:-$(sub .subscription_id)}" '.[] | select(.id == $s) | .status'; }
once() { echo "canceled canceled 1 cancel:$(sub .subscription_id)"; }
is_so() { echo "$(sub .status) $(at_provider) $(ends)"; }
# tried: its end was asked for and did not happen
tried() { reap billing.subscriptions; for _ in $(seq 100); do [ "$(sub .cancel_note)" = "" ] || return 0; read -rt 0.1 <> <(:); done; return 1; }
problems() { "$BUS" billing subscriptions --problems --json | jq -r "[.items[] | select(.account == \"$WHO\") | .problem] | join(\", \")"; }

member bob; subscribes; BOB=$WHO
member ann; subscribes; ok "somebody subscribes" equal "$(plan) $(sub .status) $(ends)" "pro active 0 "
leave; ok "and leaves" equal "$STATUS $(field .status)" "200 deleted"
look; ok "the subscription is ended, there too" equal "$(is_so)" "$(once)"
ok "what is needed for it was kept, the address was not" equal "$(sql admin "SELECT closed_at IS NOT NULL AND disabled FROM bus.account WHERE subject = '$WHO'") $(pg_dump -h "$VAR/run" -U bus_admin bus | grep -c ann@example.com)" "t 0"
ok "its plan is in force no more" equal "$(plan)" visitor
GONE=$(fake all | jq -c --arg s "$(sub .subscription_id)" '.[] | select(.id == $s)')
say customer.subscription.deleted "$GONE"; ok "what the provider says of it is acknowledged" equal "$SENT" '200 {"received":true,"duplicate":false}'
EVENTS=$((EVENTS - 1)) say customer.subscription.deleted "$GONE"; ok "twice" equal "$SENT" '200 {"received":true,"duplicate":true}'
say customer.subscription.deleted "$GONE"; say customer.subscription.updated "$GONE"; look
ok "without an effect" equal "$(event_state) $(is_so) $(plan)" "done $(once) visitor"
look 90000; ok "nor is it ended again later" equal "$(is_so)" "$(once)"
WHO=$BOB; ok "nobody else has lost anything" equal "$(plan) $(sub .status) $(at_provider) $(ends)" "pro active active 0 "
sql admin "UPDATE bus.account SET disabled = true WHERE subject = '$BOB'" >/dev/null; look 90000
ok "nor who is disabled by an operator" equal "$(at_provider) $(ends)" "active 0 "
sql admin "UPDATE bus.account SET disabled = false WHERE subject = '$BOB'" >/dev/null

# A crash at each point, and answers that are lost.
for point in billing.asked billing.cancelled billing.read; do
	grep -q "^$point" "$BUS_FAULT_LOG" || continue
	member "crash-${point#*.}"; subscribes; arm $point; leave
	for _ in $(seq 20); do [ -e "$BUS_FAULT_FILE" ] || break; reap billing.subscriptions; done
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"; look 60; look 120
	ok "$point: it is ended, once" equal "$(is_so)" "$(once)"
done
member drop; subscribes; control 'null,"drop"'; leave; tried; look 60
ok "an answer that is lost" equal "$(is_so)" "$(once)"
member away; subscribes; control 'null,"503"'; leave; tried
ok "a provider that is away" equal "$(sub .status) $(at_provider)" "active active"
ok "is an operator's to see" contains "$(problems)" "to be ended: "
look 60; ok "and is asked again" equal "$(sub .status) $(at_provider) $(problems)" "canceled canceled "
member ended; subscribes; fake change "{\"id\":\"$(sub .subscription_id)\",\"status\":\"canceled\",\"ended_at\":1}" >/dev/null; leave; look
ok "what has ended already is not ended again" equal "$(sub .status) $(ends)" "canceled 0 "
member owes; subscribes; becomes '{"status":"unpaid"}'; leave; look; ok "what is not paid for is ended too" equal "$(is_so)" "$(once)"

# One that the provider does not end.
member stuck; subscribes; control 'null,"refuse"'; leave; tried
ok "a refusal is told" equal "$(problems)" "to be ended: 400 invalid_request_error parameter_invalid_empty: refused as asked"
ok "among the others without it" equal "$("$BUS" billing subscriptions --json | jq -r --arg a "$WHO" --arg b "$BOB" '[.items[] | select(.account == $a or .account == $b) | .status + " " + (.left != null | tostring)] | join(", ")')" "active true, active false"
ok "for a day it is no alarm" sound
sql admin "UPDATE bus.account SET closed_at = now() - interval '25 hours' WHERE subject = '$WHO'" >/dev/null
ok "then it is" equal "$("$BUS" fsck --json | jq -r '.[] | .invariant + " " + .subject')" "I5 who has left is charged no more $(sub .subscription_id)"
look 4000; ok "it is asked for until it is done" equal "$(sub .status) $(at_provider) $(problems)" "canceled canceled "
ok "the invariants hold" sound

# Pages that are open.
member page; bill checkout-session '{"interval":"month"}'; S=$(plan_page .session_id); leave; reap billing.plan_complete
ok "an open page is closed, there too" equal "$(plan_page '"\(.state) \(.note)"') $(at_provider "$S")" "expired its customer has left expired"
member torn; arm billing.plan_called; bill checkout-session '{"interval":"month"}'
ok "a page whose answer was lost" equal "$(plan_page .state)" intent
leave; for _ in 1 2 3 4; do reap billing.plan_complete 60; [ "$(plan_page .state)" != intent ] && break; done
ok "is closed too" equal "$(plan_page .state) $(at_provider "$(plan_page .session_id)")" "expired expired"
member quick; bill checkout-session '{"interval":"month"}'; pays; leave; reap billing.plan_complete
ok "one that is paid is not closed" equal "$(plan_page .state)" open
say checkout.session.completed "$PAID"; look; look 60
ok "what was paid for at the last moment is ended" equal "$(plan_page .state) $(is_so) $(plan)" "complete $(once) visitor"
member run; converse "A counter of laps" web; PAGE=$(sql operator "SELECT row_to_json(c) FROM bus.checkout c WHERE run_id = '$RUN'")
leave; ok "a run that nobody has paid for holds nobody back" equal "$STATUS" 200
say checkout.session.completed "$(jq -c '{id: .session_id, mode: "payment", payment_status: "paid", amount_total: .amount, currency, payment_intent: "pi_late", metadata: {bus_checkout_id: .checkout_id}}' <<<"$PAGE")"
reap billing.inbox; reap billing.refund 60
ok "paid when its customer has left, it is given back" equal "$(asked '[.[] | select(.url == "/v1/refunds") | .form.payment_intent] | join(" ")') $(sql operator "SELECT phase FROM bus.run WHERE run_id = '$RUN'")" "pi_late quoted"

# A trial is had once, by an account and by an address.
trials 14
trial() { asked '[.[] | select(.form.mode == "subscription")][-1].form["subscription_data[trial_period_days]"] // "none"'; }
ends_it() { becomes '{"status":"canceled","ended_at":1}' customer.subscription.deleted; }
member eve; subscribes; ok "a trial" equal "$(trial) $(sub .status) $(plan)" "14 trialing pro"
ends_it; subscribes; ok "is not had again" equal "$(trial) $(sub .status) $(plan)" "none active pro"
leave; look; member eve; subscribes; ok "nor by who leaves and returns" equal "$(trial) $(sub .status) $(plan)" "none active pro"
ok "of whom no address was kept" equal "$(sql admin "SELECT count(*) = 3 AND count(DISTINCT payer) = 1 FROM bus.plan_checkout WHERE payer = (SELECT payer FROM bus.plan_checkout WHERE subject = '$WHO')")" t
member fay; bill checkout-session '{"interval":"month"}'; ok "who has only looked at the page" equal "$(trial)" 14
sql admin "UPDATE bus.plan_checkout SET expires_at = now() + interval '5 minutes' WHERE subject = '$WHO'" >/dev/null
subscribes; ok "has it still" equal "$(trial) $(sub .status)" "14 trialing"
trials 0
ok "the invariants hold with them" sound

# What the provider has told about who pays is nowhere, before and after they leave.
PERSON='{"email":"zoe@example.com","name":"Zoe Quast","phone":"+49 30 1234567","address":{"line1":"Lindenallee 7","city":"Potsdam"}}'
dumped() { pg_dump -h "$VAR/run" -U bus_admin bus | grep -ciE "${1:-zoe@example|quast|1234567|lindenallee|potsdam}"; }
member zoe; bill checkout-session '{"interval":"month"}'; pays
CUS=$(jq -r .customer <<<"$PAID")
say customer.created "$(jq -c --arg c "$CUS" '{id: $c, object: "customer"} + .' <<<"$PERSON")"
say checkout.session.completed "$(jq -c --argjson p "$PERSON" '. + {customer_details: $p, customer_email: $p.email}' <<<"$PAID")"; look; DONE=evt_p$EVENTS
say charge.succeeded "$(jq -c --arg c "$CUS" '{id: "ch_zoe", object: "charge", amount: 2900, currency: "eur", customer: $c, billing_details: ., receipt_email: .email}' <<<"$PERSON")"
ok "a plan is paid for" equal "$(plan) $(sub .status)" "pro active"
ok "no event says by whom" equal "$(dumped 'quast|1234567|lindenallee|potsdam')" 0
ok "but what and how much" equal "$(sql operator "SELECT body::jsonb #>> '{data,object,id}' || ' ' || (body::jsonb #>> '{data,object,amount}') FROM bus.stripe_event WHERE event_id = 'evt_p$EVENTS'")" "ch_zoe 2900"
api GET /api/v1/account/export
ok "what is exported has the page of the plan" equal "$(field '.plan_checkouts | map("\(.checkout_id) \(.plan_id) \(.amount) \(.currency) \(.state)") | join(", ")')" "$(plan_page '"\(.checkout_id) pro 2900 eur complete"')"
ok "and the subscription with what was paid" equal "$(field '.subscriptions | map("\(.subscription_id) \(.customer_id) \(.plan_id) \(.status) \(.payments | map("\(.paid) \(.refunded)") | join(", "))") | join(", ")')" "$(sub '"\(.subscription_id) \(.customer_id) pro active 2900 0"')"
ok "and nobody else's, and no key of ours" equal "$(grep -c -e "$BOB" -e 'plan:chp_' <<<"$BODY")" 0
# One that an earlier program has written down as it came.
sql admin "INSERT INTO bus.stripe_event (event_id, type, livemode, created, body, state, received_at, due_at)
	SELECT 'evt_raw', 'customer.updated', false, now(), '{\"id\":\"evt_raw\",\"object\":\"event\",\"data\":{\"object\":$PERSON}}', 'ignored', now(), now()" >/dev/null
ok "one of before says it" equal "$(dumped lindenallee)" 1
leave; reap billing.redact
late() { for _ in $(seq 100); do [ "$(dumped)" = 0 ] && return 0; reap billing.redact; read -rt 0.1 <> <(:); done; return 1; }
ok "who leaves is nowhere in the database" late
say customer.subscription.deleted "$(fake all | jq -c --arg s "$(sub .subscription_id)" --argjson p "$PERSON" '.[] | select(.id == $s) | .customer = ($p + {id: .customer})')"
say invoice.paid "$(jq -c --arg c "$CUS" '{id: "in_zoe", object: "invoice", customer: $c, customer_email: .email, customer_name: .name, customer_address: .address}' <<<"$PERSON")"; look
ok "nor after what comes later" equal "$SENT $(dumped)" '200 {"received":true,"duplicate":false} 0'
"$BUS" billing webhooks replay "$DONE"; look
ok "an event is replayed, and has no second effect" equal "$(sql operator "SELECT state FROM bus.stripe_event WHERE event_id = '$DONE'") $(sub .status) $(plan) $(sql operator "SELECT count(*) FROM bus.billing_effect WHERE effect = 'subscribed' AND subject = '$(plan_page .checkout_id)'")" "done canceled visitor 1"
ok "the invariants hold without them" sound

# Without a provider.
switch_local
member gus; for _ in $(seq 40); do bill checkout-session '{"interval":"month"}'; [ "$(field .provider)" = local ] && break; read -rt 0.25 <> <(:); done
path=/api/v1/local-payments/${BODY##*/local-payments/}; path=${path%%\"*}
curl -s -o "$VAR/answer" -X POST "$BASE$path/pay"; look; ok "a local subscription" equal "$(plan) $(sub .status)" "pro active"
leave; look; ok "ends as well" equal "$(sub .status) $(plan)" "canceled visitor"
ok "the invariants hold at the end" sound
done_testing
