#!/bin/bash
# What the provider tells besides payments: refunds that fail afterwards, warnings,
# a catalog that was changed there, invoices that need an operator or a customer.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
TOOL="A counter of laps"
trials() { jq --argjson n "$1" '(.plans[] | select(.id == "pro") | .trial_days) = $n' "$srcdir/conf/plans.json" >"$VAR/plans.json"; "$BUS" plan put "$VAR/plans.json"; }
trials 0; "$BUS" billing catalog sync --apply >/dev/null
alerts() { "$BUS" billing alerts --json | jq -r '[.items[] | .kind + " " + .note] | sort | join(", ")'; }
found() { "$BUS" fsck --json | jq -r '[.[] | .invariant | select(startswith("I5"))] | unique | join(", ")'; } # of money: a worker that is being stopped is no matter here
metric() { curl -s -H "Authorization: Bearer $(cat "$VAR/etc/operator.token")" "$BASE/metrics" | sed -n "s/^bus_billing{what=\"$1\"} //p"; }
told() { api GET "/api/v1/build-runs/$RUN/events"; jq -r '[.events[].text] | last' <<<"$BODY"; }
gives() { for _ in $(seq 80); do reap billing.refund "${1:-60}"; [[ $(of_page .refund) =~ ^(due|none)$ ]] || break; read -rt 0.25 <> <(:); done; of_page '.state + " " + .refund'; }
# returned: a run that was paid for and cancelled; its money is on its way back
returned() { converse "$TOOL" web; tell $DONE; reap billing.inbox; api POST "/api/v1/build-runs/$RUN/cancel" '{}'; BACK=$(gives 400); }
# refund_of STATUS: the refund itself, as the provider tells it
refund_of() { echo "{id: (\"re_\" + .id), amount: .amount_total, currency, payment_intent, status: \"$1\", failure_reason: \"lost_or_stolen_card\"}"; }

# A refund that fails afterwards.
visitor v
returned; ok "a payment is on its way back" equal "$BACK" "paid asked"
tell refund.created "$(refund_of pending)"; reap billing.inbox; ok "a refund under way changes nothing" equal "$(event_state) $(of_page .refund) $(payment)" "done asked paid"
tell charge.refunded "$REFUND"; reap billing.inbox; ok "it was given back" equal "$(of_page .refund) $(payment)" "done refunded"
tell refund.failed "$(refund_of failed) | .event_later = 1000"; reap billing.inbox
ok "and was not: the run says so" equal "$(of_page '.refund + " " + (.refunded | tostring)') $(payment)" "refused 0 paid"
ok "and the customer is told" equal "$(told)" "Your payment could not be given back yet. Somebody looks into it."
ok "operators see it" equal "$(alerts) $(metric alerts_refund) $(metric refunds_refused)" "refund re_$(of_page .session_id) failed: lost_or_stolen_card 1 1"
ok "as an alarm" equal "$(found)" "I5 an alert is looked at, I5 what is due back is given back"
tell refund.updated "$(refund_of failed) | .event_later = 1001"; tell charge.refunded "$REFUND | .event_id = \"evt_old_word\""; reap billing.inbox; reap billing.inbox
ok "told again, and what was told before, changes nothing" equal "$(of_page '.refund + " " + (.refunded | tostring)') $(payment) $(metric alerts_refund)" "refused 0 paid 1"
fake change "$(fake all | jq -c --arg p "$(of_page .payment_intent)" '.[] | select(.object == "refund" and .payment_intent == $p) | {id, status: "failed"}')" >/dev/null
"$BUS" billing refund retry "$(of_page .payment_intent)" --reason "another card"; ok "asked for again" equal "$(gives)" "paid asked"
tell charge.refunded "$REFUND | .event_id = \"evt_second\" | .event_later = 2000"; reap billing.inbox
ok "it is given back after all" equal "$(of_page '.refund + " " + (.refunded | tostring)') $(payment)" "done 1900 refunded"
seen; ok "the invariants hold" sound
returned; ok "of another" equal "$BACK" "paid asked"
tell refund.failed "$(refund_of failed) | .event_later = 1000"; reap billing.inbox; tell charge.refunded "$REFUND"; reap billing.inbox
ok "the failure comes first: the same" equal "$(of_page '.refund + " " + (.refunded | tostring)') $(payment)" "refused 0 paid"
"$BUS" billing refund retry "$(of_page .payment_intent)" --reason again; seen
returned; ok "of a third" equal "$BACK" "paid asked"
tell refund.created "$(refund_of succeeded)"; reap billing.inbox; ok "the refund alone says that it is done" equal "$(of_page .refund) $(payment)" "done refunded"
converse "$TOOL" web; tell refund.failed "$(refund_of failed)"; reap billing.inbox; ok "of a payment that is not known it waits" equal "$(event_state)" waiting
tell $DONE; reap billing.inbox; reap billing.inbox; ok "and takes nothing from the run" equal "$(approved) $(of_page .refund) $(payment)" "1 payment none paid"
seen

# A warning of fraud.
tell radar.early_fraud_warning.created '{id: ("issfr_" + .id), payment_intent, fraud_type: "made_with_stolen_card", actionable: true}'; reap billing.inbox
ok "a warning of fraud is an operator's to see" equal "$(event_state) $(alerts) $(metric alerts_fraud) $("$BUS" billing alerts --json | jq -r '.items[].account')" "done fraud made_with_stolen_card 1 visitor $(sql operator "SELECT account_id FROM bus.run WHERE run_id = '$RUN'")"
ok "and takes nothing from the run" equal "$(payment)" paid
seen; ok "the invariants hold" sound

# Subscriptions.
subscribes() { bill checkout-session '{"interval":"month"}'; pays; SUB=$(jq -r .subscription <<<"$PAID"); say $DONE "$PAID"; look; }
# invoice JQ: of the subscription
invoice() { fake all | jq -c --arg s "$SUB" '.[] | select(.id == $s) | {id: .latest_invoice, object: "invoice", customer, currency: "eur", amount_due: 2900, attempt_count: 1, parent: {type: "subscription_details", subscription_details: {subscription: .id, metadata}}} | '"${1:-.}"; }
charge() { jq -nc --arg p "pi_$SUB" '{id: ("ch_" + $p), object: "charge", amount: 2900, amount_refunded: 2900, currency: "eur", payment_intent: $p}'; }
member ann; subscribes; ok "somebody subscribes" equal "$(plan)" pro
say charge.refunded "$(charge)"; look; ok "all of it is given back" equal "$(plan)" visitor
say refund.failed "{\"id\":\"re_ann\",\"amount\":2900,\"currency\":\"eur\",\"payment_intent\":\"pi_$SUB\",\"status\":\"failed\",\"event_later\":1000}"; look
ok "and was not: the plan is in force again" equal "$(plan) $(alerts) $("$BUS" billing alerts --json | jq -r '.items[].account')" "pro refund re_ann failed: no reason told $WHO"
say charge.refunded "$(charge)"; look; ok "whatever was told before" equal "$(plan)" pro
say refund.updated "{\"id\":\"re_ann\",\"amount\":2900,\"currency\":\"eur\",\"payment_intent\":\"pi_$SUB\",\"status\":\"failed\",\"event_later\":1001}"; look; seen
ok "told again it is not alarmed again" equal "$(plan) $(alerts)" "pro "
say radar.early_fraud_warning.created "{\"id\":\"issfr_ann\",\"payment_intent\":\"pi_$SUB\",\"fraud_type\":\"misc\"}"; look; ok "a warning of fraud" equal "$(alerts) $(plan)" "fraud misc pro"; seen
for type in finalization_failed marked_uncollectible voided; do
	wanted=$(sub .wanted); say invoice.$type "$(invoice)"; look
	ok "invoice.$type is told, and read again" equal "$(alerts) $(($(sub .wanted) - wanted))" "invoice invoice.$type 1"; seen
done

# What a customer is written.
no_mail() { push_mail; [ "$(sql admin "SELECT count(*) FROM bus.mail WHERE kind = 'notice'")" = "$1" ]; }
say invoice.payment_failed "$(invoice '.next_payment_attempt = 1893456000')"; look; code_for ann@example.com
ok "a payment that did not succeed" contains "$(cat "$MAIL")" "The payment of 29.00 eur for your plan did not succeed."
ok "when it is tried again, and where to change it" contains "$(tr -d '\r' <"$MAIL")" "It is tried again on 2030-01-01.

Where you can change how you pay: http://localhost:$BUS_PORT/account.html"
"$BUS" billing webhooks replay "$(sql operator "SELECT event_id FROM bus.stripe_event ORDER BY id DESC LIMIT 1")"; look
ok "replayed it is not written again" no_mail 1
say invoice.payment_action_required "$(invoice '.hosted_invoice_url = "https://invoice.stripe.com/i/acct_1/test_2?s=ap"')"; look; code_for ann@example.com
ok "a payment that wants confirmation, with the place for it" contains "$(cat "$MAIL")" "https://invoice.stripe.com/i/acct_1/test_2?s"
ok "under its subject" contains "$(cat "$MAIL")" "Subject: Please confirm a payment"
for link in 'javascript:alert(1)' 'https://x.example/ a' 'http://x.example/'; do
	say invoice.payment_action_required "$(invoice ".hosted_invoice_url = \"$link\"")"; look; code_for ann@example.com
	ok "no link to $link" equal "$(grep -c "x.example/\|alert" "$MAIL") $(grep -c "/account.html" "$MAIL")" "0 1"
done
trial() { fake all | jq -c --arg s "$SUB" ".[] | select(.id == \$s) | $1"; }
say customer.subscription.trial_will_end "$(trial '.status = "active" | .trial_end = 1893456000')"; look
say customer.subscription.trial_will_end "$(trial '.status = "trialing" | .trial_end = 1')"; look
ok "a trial that is over says nothing" no_mail 5
say customer.subscription.trial_will_end "$(trial '.status = "trialing" | .trial_end = 1893456000')"; look; code_for ann@example.com
ok "one that ends" contains "$(cat "$MAIL")" "Your trial ends on 2030-01-01."
ok "no address stands in the queue" equal "$(pg_dump -h "$VAR/run" -U bus_admin -t bus.mail bus | grep -c ann@example.com)" 0
someone bot; subscribes; say invoice.payment_failed "$(invoice)"; look
ok "an account without an address is not written to" equal "$(event_state) $(no_mail 6; echo $?)" "done 0"

# The catalog there.
product() { fake all | jq -c ".[] | select(.object == \"product\" and .id == \"bus_prod_pro\") | $1"; }
price() { fake all | jq -c --arg p "$(sql operator "SELECT price_id FROM bus.plan_price WHERE plan = 'pro' AND active AND interval = 'month'")" ".[] | select(.id == \$p) | $1"; }
says() { say "$1" "$2"; reap billing.inbox; reap billing.inbox 200; }
KEYED=bus_pro_month_eur
says product.updated "$(product .)"; ok "as we know it" equal "$(event_state) $(alerts)" "done "
says product.updated "$(product '.active = false')"; ok "a product that is not active" equal "$(event_state) $(alerts | grep -o 'is not active.*')" "done is not active at the provider"; seen
says product.deleted "$(product .)"; ok "one that was deleted" contains "$(alerts)" "catalog $KEYED was deleted at the provider"; seen
for change in '.active = false is not active' '.unit_amount = 1 has another price' '.currency = "usd" has another price' '.recurring.interval = "year" has another price' '.lookup_key = null has another lookup key'; do
	jq=${change%% has*}; jq=${jq%% is not*}
	says price.updated "$(price "$jq")"; ok "a price: $change" equal "$(alerts) $(metric alerts_catalog)" "catalog $KEYED ${change#"$jq "} at the provider 1"; seen
done
says price.deleted "$(price .)"; ok "a price that was deleted" equal "$(alerts)" "catalog $KEYED was deleted at the provider"; seen
says price.updated "$(price '.id = "price_of_others" | .active = false')"; ok "others' prices are theirs" equal "$(event_state) $(alerts)" "done "
OLD=$(price .); jq '(.plans[] | select(.id == "pro") | .prices[] | select(.interval == "month") | .unit_amount) = 3900' "$srcdir/conf/plans.json" >"$VAR/plans.json"; "$BUS" plan put "$VAR/plans.json"
say price.updated "$(jq -c '.active = false' <<<"$OLD")"; reap billing.inbox; ok "what may be our own change waits" equal "$(event_state)" waiting
"$BUS" billing catalog sync --apply >/dev/null; reap billing.inbox 200; ok "and is known then" equal "$(event_state) $(alerts)" "done "
ok "the invariants hold" sound

# What operators are shown of an event.
say invoice.updated "$(invoice '.customer_name = "CANARY-1" | .customer_phone = "CANARY-2" | .customer_address = {line1: "CANARY-3"} | .customer_tax_ids = [{value: "CANARY-4"}] | .customer_email = "CANARY-5" | .hosted_invoice_url = "https://CANARY-6" | .metadata = {note: "CANARY-7"} | .customer = {id: "cus_x", name: "CANARY-8"}')"
first=evt_p$EVENTS
say charge.dispute.created '{"id":"du_x","amount":1,"reason":"fraudulent","payment_intent":"pi_x","evidence":{"customer_email_address":"CANARY-9","customer_name":"CANARY-10","customer_purchase_ip":"CANARY-11"},"status":"needs_response"}'
shown="$("$BUS" billing webhooks show "$first" --json)$("$BUS" billing webhooks show "evt_p$EVENTS" --json)"
ok "an event is shown without who paid" lacks "$shown" CANARY
ok "with what it is about" equal "$(jq -rs 'map(.object | .id, .amount_due // .amount, .reason) | map(tostring) | join(" ")' <<<"$shown")" "$(invoice .id | tr -d '"') 2900 null du_x 1 fraudulent"
ok "the invariants hold at the end" sound
done_testing
