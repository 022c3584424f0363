#!/bin/bash
# Usage that the provider's meter did not count: refused at once, or taken first and
# told of afterwards; what an operator sees of it, and how it is told again.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
jq '(.plans[] | select(.id == "pro") | .trial_days) = 0' "$srcdir/conf/plans.json" >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json"; "$BUS" billing catalog sync --apply >/dev/null
someone eve; bill checkout-session '{"interval":"month"}'; pays; say checkout.session.completed "$PAID"; look
export_row() { sql operator "SELECT row_to_json(m) FROM bus.meter_export m ORDER BY usage DESC LIMIT 1" | jq -r "$1"; }
uses() { ask; settled; meter; NAME=$(export_row .identifier); }
told() { asked "[.[] | select(.url == \"/v1/billing/meter_events\" and .status == 200) | .form.identifier | select(startswith(\"$NAME\"))] | join(\" \")"; }
listed() { "$BUS" billing exports ${1:+--state "$1"} --json | jq -r ".items[] | select(.identifier | startswith(\"$NAME\")) | \"\(.identifier) \(.state) \(.note)\""; }
of_event() { sql operator "SELECT state || ' ' || note FROM bus.stripe_event WHERE event_id = '${1:-$EVENT}'"; }
settle_event() { for _ in $(seq 100); do reap billing.meter_reports "$1"; [[ $(of_event) == new* ]] || return 0; read -rt 0.1 <> <(:); done; return 1; }
until_state() { for _ in $(seq 100); do reap billing.meter "$2"; [ "$(export_row .state)" = "$1" ] && return 0; read -rt 0.1 <> <(:); done; return 1; }
retry() { OUT=$("$BUS" billing exports retry "$@" --json 2>"$VAR/said"); STATUS=$?; BODY=$OUT; }
# thin [TYPE]: such an event comes; what it reports is at the provider as EVENT
thin() { say "v1.billing.meter.${1:-error_report_triggered}" '{"object":"v2.core.event","related_object":{"id":"mtr_1","type":"billing.meter","url":"/v1/billing/meters/mtr_1"}}'; }
# reports CODE COUNT IDENTIFIER…
reports() {
	local code=$1 count=$2; shift 2
	EVENT=evt_p$((EVENTS + 1))
	fake keep "$(jq -nc --arg id "$EVENT" --arg code "$code" --argjson n "$count" '{id: $id, object: "v2.core.event", data: {
		developer_message_summary: "There are invalid events", reason: {error_count: $n, error_types: [{code: $code, error_count: $n,
		sample_errors: [$ARGS.positional[] | {error_message: "as it was asked", request: {identifier: .}}]}]}}}' --args "$@")" >/dev/null
}

uses; ok "what is used is told" equal "$(export_row .state) $(told)" "sent $NAME"
reports meter_event_customer_not_found 3 "$NAME" usage_of_others; thin
ok "the event is taken" equal "$SENT" '200 {"received":true,"duplicate":false}'
ok "and its report asked for" settle_event
ok "what was not counted is refused, and says why" equal "$(listed refused)" "$NAME refused meter_event_customer_not_found: as it was asked"
ok "how many there were, an operator sees by the event" equal "$("$BUS" billing webhooks list --json | jq -r ".items[] | select(.event == \"$EVENT\") | .note")" \
	"3 not counted, 2 told by name, 1 of them ours: bus billing exports"
EVENTS=$((EVENTS - 1)) thin; ok "twice is once" equal "$SENT" '200 {"received":true,"duplicate":true}'
retry --identifier "$NAME" --reason "the customer is there again"
ok "told again it has another name" equal "$STATUS $(field '.items[] | "\(.identifier) \(.account) \(.was)"')" "0 $NAME.1 eve refused"
ok "and arrives" until_state sent
ok "once under each" equal "$(told)" "$NAME $NAME.1"
"$BUS" billing webhooks replay "$EVENT"; settle_event
ok "the report read again takes nothing back" equal "$(listed)" "$NAME.1 sent "
ok "who did it is kept" equal "$(sql operator "SELECT by || ' ' || what || ' ' || reason FROM bus.billing_audit WHERE subject = '$NAME.1'")" "operator refused usage is told to the meter again the customer is there again"
ok "the books agree" sound

uses; reports no_meter 1 "$NAME"; thin no_meter_found; settle_event
ok "a meter that is not there" equal "$(listed refused)" "$NAME refused no_meter: as it was asked"
retry --state refused --account nobody --reason x; ok "of another account there is none" equal "$STATUS$OUT" 66
retry --state refused --account eve --reason x; ok "all of one account" equal "$STATUS $(field '.items | length')" "0 1"
until_state sent; ok "are told" equal "$(told)" "$NAME $NAME.1"

# Refused at once: nothing was taken, the name stays.
control '"refuse"'; uses; ok "a refusal" equal "$(export_row .state)" refused
retry --state refused --reason x; ok "is told again under its name" equal "$STATUS $(field '.items[0].identifier')" "0 $NAME"
until_state sent; ok "and counts" equal "$(told) $(export_row .retries)" "$NAME 0"
control '"503"'; uses; until_state unknown 90000; ok "what nobody knows" equal "$(export_row .state)" unknown
retry --state refused --reason x; ok "is not among the refused" equal "$STATUS" 66
retry --state unknown --reason "not in the meter, I have looked"; until_state sent; ok "an operator decides" equal "$STATUS $(told)" "0 $NAME"
for bad in "" "--state refused" "--identifier $NAME" "--state sent --reason x" "--state too_old --reason x" "--state refused --reason="; do
	# shellcheck disable=SC2086
	retry $bad; ok "not without $bad" equal "$(grep -cE '^(64|65)$' <<<"$STATUS")$OUT" 1
done
retry --identifier "$NAME" --reason x; ok "what was sent is not sent again" equal "$STATUS" 66
ok "--help says how" contains "$("$BUS" billing exports retry --help 2>&1)" "--reason"
control '"refuse"'; uses; sql admin "UPDATE bus.meter_export SET happened_at = now() - interval '35 days' WHERE identifier = '$NAME'" >/dev/null
retry --state refused --reason x; ok "nor what is older than the provider takes" equal "$STATUS" 66
ok "the books agree after that" sound

# A clock that is ahead of the provider's.
ahead() { sql admin "UPDATE bus.usage_record SET settled_at = now() + interval '$1' WHERE id = (SELECT max(id) FROM bus.usage_record)" >/dev/null; }
ask; settled; ahead '9 minutes'; meter; NAME=$(export_row .identifier)
ok "what comes from the future waits" equal "$(export_row .state) $(export_row .note | cut -d: -f1)" "due refused as of the future"
ok "until the provider is there" equal "$(export_row '(.due_at | sub("[.].*"; "Z") | fromdate) - now | . > 200 and . < 260')" true
sql admin "UPDATE bus.meter_export SET happened_at = now() + interval '2 days' WHERE identifier = '$NAME'" >/dev/null
for s in 4000 90000 100000; do reap billing.meter $s; done
ok "however long that takes it is refused for nothing else" equal "$(export_row .state) $(told)" "due "
sql admin "UPDATE bus.meter_export SET happened_at = now(), due_at = now() WHERE identifier = '$NAME'" >/dev/null
until_state sent; ok "then it is told" equal "$(told)$(export_row .note)" "$NAME"
uses; reports timestamp_in_future 1 "$NAME"; thin; settle_event
ok "told afterwards it waits too" equal "$(listed)" "$NAME.1 due timestamp_in_future: as it was asked"
until_state sent 600; ok "and arrives by itself" equal "$(told)" "$NAME $NAME.1"

# Reports that are not to be had.
uses; reports meter_event_invalid_value 1 "$NAME"; control '"503"'; thin; reap billing.meter_reports
settle_event 7200; ok "a provider that is away is asked again" equal "$(of_event) $(export_row .state)" "done 1 not counted, 1 told by name, 1 of them ours: bus billing exports refused"
EVENT=evt_p$((EVENTS + 1)); thin; settle_event
ok "a report that is not there is an operator's matter" equal "$(of_event | cut -c 1-10)" "failed 404"
for doc in '{}' '{"data":{"reason":{"error_count":"x","error_types":7}}}' '{"data":{"reason":{"error_types":[1,{"sample_errors":{"request":1}},{"sample_errors":[1,{"request":{"identifier":5}},{"request":{"identifier":"x"}}]}]}}}'; do
	EVENT=evt_p$((EVENTS + 1)); fake keep "$(jq -c --arg id "$EVENT" '{id: $id, object: "v2.core.event"} + .' <<<"$doc")" >/dev/null; thin; settle_event
	ok "one of another form harms nothing" silent grep -qE '^(failed no report|done 0 not)' <<<"$(of_event)"
done
uses; reports meter_event_invalid_value 1 "$NAME"; arm billing.reported; thin
for _ in 1 2 3; do reap billing.meter_reports 60; done; settle_event 7200
ok "a crash with the report in hand" equal "$(listed refused)" "$NAME refused meter_event_invalid_value: as it was asked"
ok "reports that failed are an alarm" contains "$("$BUS" fsck 2>&1)" "an event has its effect"
sql admin "UPDATE bus.stripe_event SET state = 'ignored' WHERE state = 'failed'" >/dev/null
ok "the invariants hold" sound
done_testing
