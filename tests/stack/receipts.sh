#!/bin/bash
# The receipt of each call, and calls that are made for the holder of a lease.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
T=$(cat "$VAR/demo.token")
say() { printf '{"model":"%s","messages":[{"role":"user","content":"hi"}]%s}' "$1" "${2:+,$2}"; }
CHAT=/v1/chat/completions
settled() { v1 "/api/v1/receipts/$R"; [ "$(field .state)" != reserved ]; }
# The receipt of the last call, when it is settled.
receipt() {
	R=$(header x-bus-receipt-id)
	for _ in $(seq 100); do settled && return 0; read -rt 0.05 <> <(:); done
	return 1
}

v1 $CHAT "$(say bus-static '"max_tokens":20')" 'Idempotency-Key: one'
ID=$(header x-bus-usage-id)
ok "an answer names its receipt" equal "$(header x-bus-receipt-id)" "rcpt_${ID#usg_}"
ok "which is there" receipt
ok "what was asked" equal "$(field '[.model, .asked.interface, .asked.stream, .asked.max_tokens] | tostring')" '["bus-static","/chat/completions",false,20]'
ok "by what it was answered" equal "$(field '[.answered.backend_class, .answered.fallbacks, .answered.clamped, .answered.max_tokens] | tostring')" '["static",0,false,20]'
ok "what was counted and charged" equal "$(field '[.state, .tokens.output, .price_version, .charged.unit, .charged.amount > 0, .reserved.amount >= .charged.amount] | tostring')" '["posted",14,"2026-11","micro",true,true]'
ok "and when" equal "$(field '[(.decided_at | length), (.settled_at | length)] | tostring')" '[24,24]'
ok "no cost, host or backend of ours is in it" equal "$(field 'keys - ["receipt_id","usage_id","decided_at","settled_at","handled_as","state","model","asked","answered","tokens","price_version","reserved","charged","signature"] | length')" 0
echo "$BODY" >"$VAR/receipt"
ok "it is signed" silent node "$srcdir/tests/chat/receipt.mjs" "$BASE" "$VAR/receipt"
sed 's/"posted"/"releas"/' "$VAR/receipt" >"$VAR/forged"
ok "and no word of it can be changed" equal "$(node "$srcdir/tests/chat/receipt.mjs" "$BASE" "$VAR/forged" >/dev/null 2>&1; echo $?)" 1
v1 "/api/v1/usage"
ok "the ledger names it too" equal "$(field '.items[0].receipt_id')" "$R"
v1 $CHAT "$(say bus-static '"max_tokens":20')" 'Idempotency-Key: one'
ok "a repeated key has the same receipt" equal "$(header x-bus-receipt-id)" "$R"

v1 $CHAT "$(say bus-local '"stream":true')"
ok "a fallback" equal "$STATUS $(header x-bus-fallback)" "200 1"
ok "is on its receipt" receipt
ok "with the reason" equal "$(field '[.answered.backend_class, .answered.fallbacks, .answered.fallback_reason, .asked.stream] | tostring')" '["static",1,"resource_unavailable",true]'
ok "operators see which backend it was" equal "$(sql operator "SELECT backend, served FROM bus.usage_record ORDER BY id DESC LIMIT 1")" "local|static"

sed 's|"micro": 20000000 }|"micro": 300 }|; s|"id": "demo"|"id": "small"|' "$srcdir/conf/plans.json" >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json" && "$BUS" plan assign small small
S=$("$BUS" token issue --subject small)
TOKEN=$S v1 $CHAT "$(say bus-static)" 'x-bus-clamp: allow'
CLAMPED=$(header x-bus-clamped-to)
TOKEN=$S receipt
ok "a clamp is on it" equal "$(field '[.answered.clamped, .answered.max_tokens] | tostring')" "[true,$CLAMPED]"

# Owners only.
v1 "/api/v1/receipts/$R"
ok "somebody else's is not there" equal "$STATUS $(field .code)" "404 not_found"
TOKEN='' v1 "/api/v1/receipts/$R"
ok "nobody's is neither" equal "$STATUS" 401
TOKEN=$("$BUS" token issue --subject small --scope llm:proxy) v1 "/api/v1/receipts/$R"
ok "nor without the scope" equal "$STATUS $(field .code)" "403 insufficient_scope"
for odd in rcpt_ rcpt_none usg_none "rcpt_%27%3B--" "$(printf 'rcpt_%0300d' 0)"; do
	v1 "/api/v1/receipts/$odd"
	ok "no receipt: ${odd:0:20}" equal "$STATUS" 404
done
visitor ada; quote "A counter of laps"
api GET "/api/v1/build-runs/$RUN"; R=$(field .decision.receipt_id); D=$(field .decision.signature)
api GET "/api/v1/receipts/$R"
ok "a run's receipt is read the same way" equal "$STATUS $(field .signature)" "200 $D"

# Calls for a run's holder.
sql admin "WITH r AS (UPDATE bus.run SET account_id = (SELECT id FROM bus.account WHERE subject = 'demo')
		WHERE run_id = '$RUN' RETURNING id, account_id),
	m AS (UPDATE bus.message SET account_id = r.account_id FROM r WHERE run = r.id),
	e AS (UPDATE bus.event SET account_id = r.account_id FROM r WHERE run = r.id)
	UPDATE bus.run_work SET epoch = 5, holder = 'a worker' FROM r WHERE run = r.id;
	INSERT INTO bus.task SELECT id, 'task_of_it', 'assigned', now() FROM bus.run WHERE run_id = '$RUN'" >/dev/null
v1 $CHAT "$(say bus-static)" "x-bus-run-id: $RUN" 'x-bus-lease-epoch: 5'
ok "the holder may call" equal "$STATUS" 200
receipt
ok "its epoch is on the receipt, and the task" equal "$(field '[.run_id, .task_id, .lease_epoch] | tostring')" "[\"$RUN\",\"task_of_it\",5]"
v1 "/api/v1/usage?run_id=$RUN"
ok "and in the ledger" equal "$(field '.items[0] | [.run_id, .task_id] | tostring')" "[\"$RUN\",\"task_of_it\"]"
for epoch in 4 6; do
	v1 $CHAT "$(say bus-static)" "x-bus-run-id: $RUN" "x-bus-lease-epoch: $epoch"
	ok "epoch $epoch is not the holder's" equal "$STATUS $(field .error.code)" "409 stale_lease"
done
sql admin "UPDATE bus.run_work SET holder = NULL WHERE epoch = 5" >/dev/null
v1 $CHAT "$(say bus-static)" "x-bus-run-id: $RUN" 'x-bus-lease-epoch: 5'
ok "a lease that was given back is no lease" equal "$STATUS $(field .error.code)" "409 stale_lease"
n=$(sql operator "SELECT count(*) FROM bus.usage_record")
for odd in 0 -1 x 1.5 99999999999999999999; do
	v1 $CHAT "$(say bus-static)" "x-bus-run-id: $RUN" "x-bus-lease-epoch: $odd"
	ok "no epoch: $odd" equal "$STATUS $(field .error.param)" "422 x-bus-lease-epoch"
done
v1 $CHAT "$(say bus-static)" 'x-bus-lease-epoch: 5'
ok "an epoch of no run" equal "$STATUS $(field .error.param)" "422 x-bus-run-id"
ok "what is refused has cost nothing" equal "$(sql operator "SELECT count(*) FROM bus.usage_record")" "$n"
ok "the invariants hold" silent "$BUS" fsck
done_testing
