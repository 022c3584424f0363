#!/bin/bash
# Who signs in takes the own calls along: budgets, the view of usage, proof, receipt
# and export. Nobody has a fresh quota by it, and the books stay as they were written.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_files() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	# "small" allows little in a week, which visitors have no limit for, and nothing less in a day.
	jq '.plans += [{id: "small", name: "Small", features: ["chat"], support: {level: "none"}, limits: [
		{scope: "account", period: "week", micro: 1000}, {scope: "account", period: "day", micro: 1000000}]}]' \
		"$srcdir/conf/plans.json" >"$VAR/plans.json"
	sed -i "s|^models = .*|models = $VAR/models.json|; s|^plans = .*|plans = $VAR/plans.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_files stack_begin "waitlist = auto" "code_network_hour = 1000"
node "$srcdir/tests/chat/slow.mjs" "$UP" &
SLOW=$!
trap 'kill $SLOW; stack_end' EXIT
curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "http://127.0.0.1:$UP/"

until_true() { local end=$((SECONDS + 30)); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.05 <> <(:); done; true; }
answer_is() { api GET "/api/v1/chats/$C"; [ "$(field '.items[-1].state')" = "$1" ]; }
say() { api POST "/api/v1/chats/$C/messages" "$(jq -nc --arg t "$1" --arg m "${2:-bus-static}" '{text: $t, model: $m}')"; }
# A conversation of the present visitor, with N answers.
talk() {
	local i
	api POST /api/v1/chats '{}'; C=$(field .chat_id)
	for i in $(seq "$1"); do say "Turn $i"; until_true answer_is complete || return 1; done
}
calls() { api GET /api/v1/usage; field '[.items[].usage_id] | sort | join(" ")'; }
used() { api GET /api/v1/usage/summary; field '[.limits[] | .used + .reserved] | map(tostring) | join(" ")'; }
limit() { api GET /api/v1/usage/summary; field ".limits[] | select(.period == \"$1\") | [.hard_limit, .used, .reserved, .remaining] | map(tostring) | join(\" \")"; }
leaves() { sql operator "SELECT md5(string_agg(l::text, ',' ORDER BY l.id)) FROM bus.ledger_leaves(1, 9223372036854775807, 1000, now()) l"; }
seal() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.seal --now="$(date -u -d '+60 seconds' +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1; }
proof() { api GET "/api/v1/usage/$1/proof"; echo "$BODY" >"$VAR/proof.json"; curl -s "$BASE/.well-known/jwks.json" >"$VAR/jwks.json"; node "$srcdir/tests/chat/proof.mjs" "$VAR/proof.json" "$VAR/jwks.json" >/dev/null 2>&1; }

# ---- a new account
visitor ada
ok "a visitor talks" talk 3
HERS=$(calls) USED=$(used) ONE=${HERS%% *}
ok "and has used some" equal "$(wc -w <<<"$HERS") $([ "${USED%% *}" -gt 0 ] && echo some)" "3 some"
seal; BEFORE=$(leaves)
ok "with a proof" proof "$ONE"
PROOF=$(jq -c .proofs "$VAR/proof.json")
enter ada@example.com; ADA=$(field .access_token)
ok "signed in" equal "$STATUS" 200
ok "the calls came along" equal "$(calls)" "$HERS"
ok "the limits know them" equal "$(used)" "$USED"
api GET /api/v1/billing/status
ok "and billing" equal "$(field '[.usage[].used] | sort | unique | map(tostring) | join(" ")')" "${USED%% *}"
ok "the proof holds" proof "$ONE"
ok "and is the same" equal "$(jq -c .proofs "$VAR/proof.json")" "$PROOF"
api GET "/api/v1/receipts/rcpt_${ONE#usg_}"
ok "the receipt is there" equal "$STATUS $(field .usage_id)" "200 $ONE"
curl -s -H "Authorization: Bearer $ADA" "$BASE/api/v1/account/export" >"$VAR/export.json"
ok "the export has them" equal "$(jq -r '[.usage[].usage_id] | sort | join(" ")' "$VAR/export.json")" "$HERS"
ok "no entry was written anew" equal "$(leaves)" "$BEFORE"
ok "all seals hold" equal "$("$BUS" ledger verify --json | jq -c '[.ok, .seals > 0]')" '[true,true]'

# ---- an account that is there: a second device
visitor ada2
ok "on another device" talk 2
MORE=$(calls) LESS=$(used)
enter ada@example.com
ok "there too they come along" equal "$(calls)" "$(tr ' ' '\n' <<<"$HERS $MORE" | sort | paste -sd ' ')"
ok "and count beside those before" equal "$(used)" "$(paste -d ' ' <(tr ' ' '\n' <<<"$USED") <(tr ' ' '\n' <<<"$LESS") | awk '{ printf "%s%d", n++ ? " " : "", $1 + $2 }')"
visitor other; api POST /api/v1/sessions '{}'
api GET "/api/v1/usage/$ONE/proof"; ok "nobody else has the proof" equal "$STATUS" 404
api GET "/api/v1/receipts/rcpt_${ONE#usg_}"; ok "or the receipt" equal "$STATUS" 404
ok "or the calls" equal "$(calls)" ""

# ---- no fresh quota: more than the plan allows, and a call under way
visitor bea; enter bea@example.com
"$BUS" plan assign "$(field .identity_id)" small
visitor bea2
ok "a visitor talks much" talk 1
say "Count" slow
ok "and is being answered" equal "$STATUS" 202
HELD=$(sql operator "SELECT reserved FROM bus.usage_record ORDER BY id DESC LIMIT 1")
DONE=$(sql operator "SELECT posted FROM bus.usage_record ORDER BY id DESC OFFSET 1 LIMIT 1")
ok "which may cost more than the plan has" equal "$([ "$HELD" -gt 1000 ] && echo more)" more
enter bea@example.com
ok "it counts in the week, which visitors know nothing of" equal "$(limit week)" "1000 $DONE $HELD 0"
ok "and in the day" equal "$(limit day)" "1000000 $DONE $HELD $((1000000 - DONE - HELD))"
api POST /api/v1/chats '{}'; C=$(field .chat_id)
say "More"
ok "nothing is left" equal "$STATUS $(field '.code // .error.code')" "402 quota_exceeded"
ended() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ]; }
ok "the answer ends" until_true ended
DONE=$((DONE + $(sql operator "SELECT posted FROM bus.usage_record WHERE model = 'slow' ORDER BY id DESC LIMIT 1")))
ok "what it did not cost is free again, and no more" equal "$(limit week)" "1000 $DONE 0 $((1000 - DONE))"
ok "the invariants hold" silent "$BUS" fsck

# A call for a visitor who is no visitor any more is seen, and one that another owns.
sql admin "UPDATE bus.usage_record SET account_id = (SELECT max(id) FROM bus.account WHERE merged_into IS NOT NULL)
	WHERE usage_id = '$ONE'" >/dev/null
ok "a call that was left behind is seen" equal "$("$BUS" fsck >"$VAR/fsck" 2>&1; echo "$? $(grep -c 'I10 who became' "$VAR/fsck") $(grep -c 'I4 an entry' "$VAR/fsck")")" "1 1 1"
done_testing
