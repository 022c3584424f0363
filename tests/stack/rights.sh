#!/bin/bash
# What an account may no longer do, and what another site may never do for it.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
one_of() { case " $2 " in *" $1 "*) return 0 ;; esac; echo "# have: $1, want one of: $2"; return 1; }
is() { equal "$STATUS $(field .code)" "$1"; }
# bearer TOKEN METHOD PATH [JSON]: without a cookie
bearer() {
	BODY=$(curl -s -m 30 -D "$VAR/head" -X "$2" ${1:+-H "Authorization: Bearer $1"} "$BASE$3" \
		${4:+-H 'Content-Type: application/json' -d "$4"} ${HEADER:+-H "$HEADER"})
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}

# ---- a form on another site
visitor victim; converse "A counter of laps"
forged() { # HEADER…: an empty form, as a browser sends it
	local h args=(); for h; do args+=(-H "$h"); done
	curl -s -m 30 -b "$V" -c "$V" -D "$VAR/head" -o "$VAR/forged" -H 'Content-Type: application/x-www-form-urlencoded' \
		"${args[@]}" -d '' "$BASE/api/v1/sessions"
	BODY=$(cat "$VAR/forged") STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
forged 'Sec-Fetch-Site: cross-site'; ok "makes nobody a new session" is "403 csrf_failed"
forged 'Sec-Fetch-Site: same-site' 'Origin: http://evil.localhost'; ok "nor does a neighbour's" is "403 csrf_failed"
forged 'Origin: https://evil.example'; ok "nor one in an older browser" is "403 csrf_failed"
ok "no cookie is set" equal "$(grep -ci '^set-cookie' "$VAR/head")" 0
api GET "/api/v1/build-runs/$RUN"; ok "who was there still has the run" equal "$STATUS $(field .run_id)" "200 $RUN"
visitor fresh; forged "Origin: $BASE"; ok "our own page may" equal "$STATUS" 201
visitor program; forged; ok "and a program" equal "$STATUS" 201

# ---- what was paid for is given while the payment stands
page() { sql operator "SELECT row_to_json(c) FROM bus.checkout c WHERE run_id = '$RUN' ORDER BY id DESC LIMIT 1"; }
tell() { say "$1" "$(page | jq -c "$2")"; reap billing.inbox; } # an event about the run's page
SESSION='{id: .session_id, mode: "payment", payment_status: "paid", amount_total: .amount, currency,
	payment_intent: ("pi_" + .session_id), metadata: {bus_checkout_id: .checkout_id}}'
CHARGE='{id: ("ch_" + .session_id), amount_refunded: .amount, currency, payment_intent: ("pi_" + .session_id)}'
DISPUTE='{id: ("dp_" + .session_id), object: "dispute", payment_intent: ("pi_" + .session_id)}'
has_result() { local end=$((SECONDS + 120)); until wait_phase artifact_ready 5; do [ $SECONDS -lt $end ] && [[ $PHASE != failed ]] || return 1; done; }
bought() { # NAME: a customer of that name buys a tool
	visitor "$1"; quote "A counter of laps" web; enter "$1@example.com"
	ID=$(field .identity_id) AUTH=$(field .access_token)
	api POST "/api/v1/build-runs/$RUN/checkout" '{}'
	tell checkout.session.completed "$SESSION"
	ok "$1 has paid for a tool" has_result
	api GET "/api/v1/build-runs/$RUN/artifacts"; ART=/api/v1/build-runs/$RUN/artifacts/$(field '.items[0].artifact_id')
}
gives() { # all five doors say the same
	local want=$1 said='' door
	for door in "GET ${ART%/*}" "GET $ART" "GET $ART/download" "GET $ART/provenance" "POST $ART/preview {}"; do
		api $door; [ "$STATUS" -ge 400 ] && said+=" $STATUS $(field .code)" || said+=" $STATUS"
	done
	equal "$said" "$want"
}
all() { printf " $1%.0s" 1 2 3 4 5; }
opened() { curl -s -o /dev/null -D "$VAR/opened" -w '%{http_code}' -m 30 --resolve "*:$BUS_PORT:127.0.0.1" ${SEEN:+-H "Cookie: $SEEN"} "$1"; }
bought dora
api POST "$ART/preview" '{}'; URL=$(field .url); SEEN='' opened "$URL" >/dev/null
SEEN=$(tr -d '\r' <"$VAR/opened" | sed -n 's/^set-cookie: \(bus_preview=[^;]*\);.*/\1/Ip')
SITE=${URL%%/\?*}/
ok "a preview is open" equal "$(opened "$SITE")" 200
tell charge.dispute.created "$DISPUTE + {status: \"needs_response\"}"
ok "an open dispute holds it back" gives "$(all '402 payment_disputed')"
ok "the preview too" equal "$(opened "$SITE")" 403
ok "in words for a customer" equal "$(api GET "$ART"; field '.title + .detail' | grep -c 'in dispute')" 1
tell charge.dispute.closed "$DISPUTE + {status: \"won\"}"
ok "one that was won gives it back" gives " 200 200 200 200 201"
ok "and the preview" equal "$(opened "$SITE")" 200
bought emil
tell charge.dispute.created "$DISPUTE + {status: \"needs_response\"}"
tell charge.dispute.closed "$DISPUTE + {status: \"lost\"}"
ok "a lost dispute takes it away" gives "$(all '402 payment_returned')"
"$BUS" billing dispute lift "$(page | jq -r .payment_intent)" --reason "agreed" >/dev/null
ok "unless an operator has lifted it" gives " 200 200 200 200 201"
bought rita
tell charge.refunded "$CHARGE | .amount_refunded = 1"
ok "a part that was given back takes nothing away" equal "$(api GET "$ART"; echo $STATUS)" 200
tell charge.refunded "$CHARGE"
ok "all of it takes everything" gives "$(all '402 payment_returned')"
api GET "/api/v1/build-runs/$RUN"; ok "and the run was not delivered by asking" equal "$STATUS $(field .phase)" "200 artifact_ready"

# ---- an operator's no
bought olaf
"$BUS" auth approve olaf@example.com >/dev/null; "$BUS" plan assign "$ID" demo >/dev/null
bearer "$AUTH" POST /api/v1/auth/keys '{"name":"k","resources":"llm:proxy usage:read"}'; KEY=$(field .key)
CALL='{"model":"bus-static","messages":[{"role":"user","content":"Hello"}]}'
bearer "$KEY" POST /v1/chat/completions "$CALL"; ok "a key calls" equal "$STATUS" 200
ok "a reason is wanted" contains "$("$BUS" account disable "$ID" 2>&1; echo $?)" required
ok "and an account that there is" contains "$("$BUS" account disable nobody --reason x 2>&1)" not_found
ok "switched off" equal "$("$BUS" account disable "$ID" --reason "a stolen card")" disabled
ok "a second time it is so already" equal "$("$BUS" account disable "$ID" --reason "again")" "as it was"
ok "nothing that was made is given" gives "$(all '403 operator_disabled')"
api POST /api/v1/build-runs '{"message":"A timer for tea"}'; ok "no new run" is "403 operator_disabled"
api POST /api/v1/chats '{}'; ok "no new conversation" is "403 operator_disabled"
bearer "$KEY" POST /v1/chat/completions "$CALL"; ok "no call" equal "$STATUS $(field .error.code)" "403 operator_disabled"
bearer "$KEY" GET /api/v1/usage; ok "the ledger is read" equal "$STATUS" 200
bearer "$AUTH" GET /api/v1/auth/status; ok "the account too" equal "$STATUS" 200
bearer "$AUTH" GET /api/v1/account/export; ok "and taken along" equal "$STATUS" 200
"$BUS" plan assign "$ID" demo >/dev/null
api GET "$ART"; ok "a plan switches nobody on" is "403 operator_disabled"
visitor olaf2; enter olaf@example.com; ok "one may still sign in" equal "$STATUS $(field .identity_id)" "200 $ID"
AUTH2=$(field .access_token)
visitor olaf; quote "A timer for tea" web; ok "(no run to approve)" equal "$RUN" null
inside ../accounts/"$ID"/enable '{}' POST; ok "by HTTP a reason is wanted as well" equal "$STATUS" 422
inside ../accounts/"$ID"/enable '{"reason":"his own card after all"}' POST; ok "and switched on" equal "$STATUS $(field .status)" "200 enabled"
api GET "$ART"; ok "then it is all there" equal "$STATUS" 200
quote "A timer for tea" web; ok "and a new run is made" contains "$RUN" run_
ok "switched off by a run" equal "$("$BUS" account disable "$RUN" --reason "once more")" disabled
api POST "/api/v1/build-runs/$RUN/checkout" '{}'; ok "no payment page" is "403 operator_disabled"
ok "nor authorized by hand" contains "$("$BUS" build approve "$RUN" 2>&1)" operator_disabled
ok "unless the operator insists" equal "$("$BUS" build approve "$RUN" --force --json | jq -r .phase)" authorized
ok "who did what and why is kept" equal "$("$BUS" account audit --json | jq -r '.items[] | .what + " " + .reason')" \
	"disabled once more"$'\n'"enabled his own card after all"$'\n'"disabled a stolen card"
ask_code olaf@example.com; code_for olaf@example.com
api POST /api/v1/auth/delete "{\"email\":\"olaf@example.com\",\"otp\":\"$CODE\"}"
ok "who was switched off may leave, once nothing is built" one_of "$STATUS" "200 409"

# ---- rejected
visitor rolf; api POST /api/v1/sessions '{}'; enter rolf@example.com; AUTH=$(field .access_token) ID=$(field .identity_id)
"$BUS" auth approve rolf@example.com >/dev/null; "$BUS" plan assign "$ID" demo >/dev/null
bearer "$AUTH" POST /api/v1/auth/keys '{"name":"k","resources":"llm:proxy usage:read"}'; KEY=$(field .key)
bearer "$AUTH" POST /api/v1/auth/token '{"resources":"llm:proxy usage:read"}'; API=$(field .access_token)
for token in "$KEY" "$API"; do bearer "$token" POST /v1/chat/completions "$CALL"; ok "approved: calls (${token:0:3})" equal "$STATUS" 200; done
"$BUS" auth reject rolf@example.com --reason "asked to" >/dev/null
for token in "$KEY" "$API"; do
	bearer "$token" POST /v1/chat/completions "$CALL"; ok "rejected: calls nothing (${token:0:3})" equal "$STATUS" 401
	bearer "$token" GET /api/v1/usage; ok "rejected: reads nothing (${token:0:3})" is "401 unauthenticated"
done
bearer "$AUTH" GET /api/v1/auth/status; ok "the account is still theirs" equal "$STATUS $(field .status)" "200 rejected"
"$BUS" auth approve rolf@example.com >/dev/null
bearer "$API" GET /api/v1/usage; ok "approved again, a token goes on" equal "$STATUS" 200
bearer "$KEY" GET /api/v1/usage; ok "a key that ended does not" is "401 unauthenticated"

# ---- who is known is nobody's business: pairs in turn, each address unknown asked once
visitor probe; api POST /api/v1/sessions '{}'
once() { curl -s -o "$VAR/$1" -w '%{time_total}\n' -H 'Content-Type: application/json' -d "{\"email\":\"$2\"}" "$BASE/api/v1/auth/register"; }
pairs() {
	local i
	for i in $(seq 60); do echo "$(once known rolf@example.com) $(once unknown "pair-$1-$i@example.com")"; done >"$VAR/pairs"
	KNOWN=$(cut -d' ' -f1 "$VAR/pairs" | sort -n | awk 'NR == 30 { print $1 * 1e6 }')
	UNKNOWN=$(cut -d' ' -f2 "$VAR/pairs" | sort -n | awk 'NR == 30 { print $1 * 1e6 }')
	SLOWER=$(awk '$2 > $1 { n++ } END { print n + 0 }' "$VAR/pairs")
}
# Whatever else the machine does comes to both: one of two that are alike is slower
# about as often as the other, or hardly.
alike() { pairs "$1"; [ "$SLOWER" -ge 16 ] && [ "$SLOWER" -le 44 ] || [ $((UNKNOWN > KNOWN ? UNKNOWN - KNOWN : KNOWN - UNKNOWN)) -le $((KNOWN / 8)) ]; }
ok "registering an address takes as long whether it is known" eval 'alike 1 || alike 2'
echo "# known $KNOWN us, unknown $UNKNOWN us, unknown slower $SLOWER of 60"
ok "and answers the same" equal "$(cat "$VAR/unknown")" "$(cat "$VAR/known")"

ok "the invariants hold" sound
done_testing
