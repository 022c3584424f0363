#!/bin/bash
# Money that is not what was asked for goes back; what the provider does not give
# back, and what it warns of, is listed until an operator has looked at it.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
TOOL="A counter of laps"
visitor v
field_of() { "$BUS" "${@:2}" --json | jq -r "$1"; }
alerts() { field_of '[.items[] | .kind + " " + .note] | sort | join(", ")' billing alerts; }
listed() { field_of ".items[] | select(.what == \"$RUN\") | \"\\(.refunded)/\\(.paid) \\(.currency) \\(.state) \\(.note)\"" billing refunds; }
found() { "$BUS" fsck --json | jq -r '[.[] | .invariant | select(startswith("I5"))] | unique | join(", ")'; } # of money: a worker that is being stopped is no matter here
metric() { curl -s -H "Authorization: Bearer $(cat "$VAR/etc/operator.token")" "$BASE/metrics" | sed -n "s/^bus_billing{what=\"$1\"} //p"; }
told() { api GET "/api/v1/build-runs/$RUN/events"; jq -r '[.events[].text] | last' <<<"$BODY"; }
# gives [STATE]: the pass has asked for what is due
gives() { for _ in $(seq 80); do reap billing.refund "${1:-60}"; [ "$(of_page .refund)" != due ] && break; read -rt 0.25 <> <(:); done; of_page '.state + " " + .refund'; }

# Another total than was shown, as a tax makes it; another currency.
for change in '.amount_total = 2356' '.currency = "usd"' '.payment_status = "paid" | .amount_total = 1'; do
	converse "$TOOL" web; tell $DONE "$change"; reap billing.inbox
	ok "$change: remembered, not taken for what was asked" equal "$(event_state) $(approved) $(payment) $(of_page .state)" "done 0 - none paid"
	ok "and given back" equal "$(gives) $(asked '[.[] | select(.url == "/v1/refunds")][-1].form.payment_intent')" "paid asked $(of_page .payment_intent)"
done
ok "the customer was told" equal "$(told)" "A payment has arrived that has no use here. It is given back."
checkout; ok "who may pay what was asked for" equal "$STATUS $(of_page .state)" "201 open"
tell $DONE; reap billing.inbox; ok "and has it" equal "$(approved) $(payment)" "1 payment paid"
converse "$TOOL" web; tell $DONE '.payment_status = "unpaid" | .amount_total = 2356'; reap billing.inbox
ok "so has a payment that takes days" equal "$(of_page .state) $(payment)" "pending pending"
tell checkout.session.async_payment_succeeded '.amount_total = 2356'; reap billing.inbox
ok "when it has come" equal "$(gives) $(payment)" "paid asked none"
ok "operators see what was paid" equal "$(listed)" "0/2356 eur asked "
tell charge.refunded "$REFUND | .amount_refunded = 1900"; reap billing.inbox
ok "a part of it is a part" equal "$(of_page .refund)" asked
tell charge.refunded "$REFUND | .amount_refunded = 2356 | .event_id = \"evt_whole\""; reap billing.inbox
ok "the whole of it is the whole" equal "$(of_page .refund) $(listed)" "done 2356/2356 eur done "
ok "the invariants hold" sound

# A refund that is refused, and one that nobody answers.
converse "$TOOL" web; tell $DONE '.amount_total = 2000'; control '"refuse"'
ok "refused" equal "$(reap billing.inbox; gives)" "paid refused"
ok "it is listed with the reason" equal "$(listed)" "0/2000 eur refused refund refused: 400 invalid_request_error parameter_invalid_empty: refused as asked"
ok "and an alarm" equal "$(found) $(metric refunds_refused)" "I5 what is due back is given back 1"
ok "nobody asks again without a reason" equal "$("$BUS" billing refund retry "$(of_page .payment_intent)" 2>/dev/null; echo $?)" 65
ok "nor for what was not refused" equal "$("$BUS" billing refund retry pi_none --reason x 2>/dev/null; echo $?)" 66
"$BUS" billing refund retry "$(of_page .payment_intent)" --reason "the balance was empty"
ok "it is asked for again, under another key" equal "$(gives) $(asked '[.[] | select(.url == "/v1/refunds")][-1] | [.idem, .form.payment_intent] | join(" ")')" "paid asked refund:$(of_page .checkout_id):1 $(of_page .payment_intent)"
ok "who did it is kept" equal "$(sql operator "SELECT by || ' ' || what || ' ' || reason FROM bus.billing_audit")" "operator refund asked for again the balance was empty"
ok "the invariants hold then" sound
sql admin "UPDATE bus.checkout SET refund_at = now() - interval '4 days' WHERE run_id = '$RUN'" >/dev/null
ok "one that nobody confirms for days is an alarm" equal "$(found) $([ "$(metric refunds_asked)" -gt 0 ] && echo asked)" "I5 what is due back is given back asked"
tell charge.refunded "$REFUND | .amount_refunded = 2000"; reap billing.inbox; ok "until it is confirmed" sound
converse "$TOOL" web; tell $DONE '.amount_total = 2000'; reap billing.inbox
ok "somebody gives it back by hand" equal "$(curl -s -d "payment_intent=$(of_page .payment_intent)" -H "Authorization: Bearer $KEY" -H "Stripe-Version: 2026-10-28.endive" -H "Idempotency-Key: by-hand" "http://127.0.0.1:$FAKE/v1/refunds" | jq -r .object)" refund
ok "one that somebody has given back already is not refused" equal "$(gives)" "paid asked"

# Of a run that has ended.
converse "$TOOL" web; tell $DONE; reap billing.inbox; api POST "/api/v1/build-runs/$RUN/cancel" '{}'
sql admin "UPDATE bus.run_work SET ended_at = now() - interval '1 hour' WHERE run = (SELECT id FROM bus.run WHERE run_id = '$RUN')" >/dev/null
ok "what was paid for a run that ended is given back" equal "$(gives)" "paid asked"
tell charge.refunded "$REFUND"; reap billing.inbox
ok "and the run says so" equal "$(payment)" refunded

# An event that fails.
sql admin "UPDATE bus.stripe_event SET state = 'failed', note = 'as asked' WHERE id = (SELECT max(id) FROM bus.stripe_event)" >/dev/null
ok "an event that fails is an alarm" equal "$(found) $(metric events_failed)" "I5 an event has its effect 1"
"$BUS" billing webhooks replay "$(sql operator "SELECT event_id FROM bus.stripe_event ORDER BY id DESC LIMIT 1")"; reap billing.inbox
ok "until it is replayed" sound

# What cannot be given back was not taken.
tell $DONE '.event_id = "evt_other" | .id = "cs_test_other"'; reap billing.inbox
ok "a payment on a page that is not ours is refused" equal "$(event_state) $(alerts) $(metric alerts_payment)" "refused payment another session 1"
ok "which is an alarm" equal "$(found)" "I5 an alert is looked at"
n=$(field_of '.items[0].alert' billing alerts)
ok "nobody closes it without a reason" equal "$("$BUS" billing alert close "$n" 2>/dev/null; echo $?)" 65
ok "nor one that is not there" equal "$("$BUS" billing alert close 99999 --reason x 2>/dev/null; echo $?) $("$BUS" billing alert close x --reason x 2>/dev/null; echo $?)" "66 66"
"$BUS" billing alert close "$n" --reason "given back by hand"
ok "closed, it is among all" equal "$(alerts) $(field_of '.items[] | select(.closed) | .event' billing alerts --all)" " evt_other"
"$BUS" billing webhooks replay evt_other; reap billing.inbox
ok "and stays closed" equal "$(event_state) $(alerts)" "refused "
ok "the invariants hold at the end" sound
done_testing
