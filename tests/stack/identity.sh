#!/bin/bash
# From a visitor to a customer and back: codes by mail, sessions, tokens, keys;
# and everything that must not work.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "code_network_hour = 100000"
SECRET_HEX=$(printf %s "$(cat "$VAR/etc/token.secret")" | sha256sum | cut -d' ' -f1)
INTERNAL=$(cat "$VAR/etc/internal.key")

# bearer TOKEN METHOD PATH [JSON]: without a cookie
bearer() {
	BODY=$(curl -s -m 30 -D "$VAR/head" -X "$2" ${1:+-H "Authorization: Bearer $1"} "$BASE$3" \
		${4:+-H 'Content-Type: application/json' -d "$4"} ${HEADER:+-H "$HEADER"})
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
is() { equal "$STATUS $(field .code)" "$1"; }
cookie() { awk '$6 ~ /^bus_session/ { print $7 }' "$V"; }
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
# forge HEADER CLAIMS [KEY_HEX]: a token signed by that key, ours by default
forge() {
	local in; in=$(printf %s "$1" | b64).$(printf %s "$2" | b64)
	echo "$in.$(printf %s "$in" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:${3:-$SECRET_HEX}" -binary | b64)"
}
NOW=$(date +%s)

# ---- the whole path
visitor ann
converse "A counter of laps"
ANN_RUN=$RUN OLD=$(cookie)
ask_code ann@example.com
ok "a code is on its way" equal "$STATUS $(field '.status + (.digits | tostring)')" "200 sent8"
ok "the stack sends it by itself" code_comes ann@example.com
ok "eight digits" contains "$CODE" "$(grep -oE '^[0-9]{8}$' <<<"$CODE")"
ok "in a file of its owner's" equal "$(stat -c %a "$MAIL")" 600
ok "with what a mail needs" equal "$(grep -cE '^(From|To|Subject|Date|Message-ID|MIME-Version): .' "$MAIL")" 6
ok "the code is not in the database" equal "$(pg_dump -h "$VAR/run" -U bus_admin bus | grep -c "$CODE")" 0
give_code ann@example.com "${CODE:0:4} ${CODE:4}"
ok "the code lets in, however it was pasted" equal "$STATUS $(field '.runs_moved, .email_verified, .status' | tr '\n' ' ')" "200 1 true waitlisted "
ANN=$(field .access_token) ANN_ID=$(field .identity_id) NEW=$(cookie)
ok "by a new session" equal "$([ -n "$NEW" ] && [ "$NEW" != "$OLD" ] && [ "$NEW" = "$(field .session_token)" ] && echo new)" new
ok "an identity that is no address" equal "$(grep -cE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' <<<"$ANN_ID")" 1
api GET "/api/v1/build-runs/$ANN_RUN"
ok "the run came along" equal "$STATUS $(field .run_id)" "200 $ANN_RUN"
for part in messages events; do
	api GET "/api/v1/build-runs/$ANN_RUN/$part"; ok "with its $part" equal "$STATUS" 200
done
api POST "/api/v1/build-runs/$ANN_RUN/cancel" '{}'
ok "and can be changed" equal "$STATUS" 202
bearer "$OLD" GET "/api/v1/build-runs/$ANN_RUN"
ok "the old session is worth nothing" is "401 unauthenticated"
ok "no event holds the address" equal "$(sql admin "SELECT count(*) FROM bus.event WHERE doc LIKE '%ann@%'")" 0
ok "nor does the log" equal "$(grep -l 'ann@example' "$VAR"/log/*.log | wc -l)" 0
dump=$(pg_dump -h "$VAR/run" -U bus_admin bus)
ok "no token is in the database" equal "$(grep -cF -e "$NEW" -e "$ANN" <<<"$dump")" 0
ok "the address is there once" equal "$(grep -cF ann@example.com <<<"$dump")" 1
visitor ann; give_code ann@example.com "$CODE"
ok "a code is good once" is "401 code_refused"

# A second visitor with the same address: both runs are the customer's.
visitor ann2
converse "A timer for tea"
api POST "/api/v1/build-runs/$RUN/messages" '{"text":"and a bell"}'
enter ann@example.com
ok "another device, the same customer" equal "$STATUS $(field '.identity_id, .runs_moved' | tr '\n' ' ')" "200 $ANN_ID 1 "
ANN2=$(field .access_token)
api GET /api/v1/build-runs
ok "with all runs" equal "$(field '.items | length')" 2
ok "a request that comes too late is refused" contains "$(sql admin "INSERT INTO bus.run (run_id, account_id, created_at, updated_at)
	SELECT 'run_late', id, now(), now() FROM bus.account WHERE merged_into IS NOT NULL LIMIT 1")" "has become another"
ok "a late conversation too" contains "$(sql admin "INSERT INTO bus.chat (chat_id, account_id, created_at, updated_at)
	SELECT 'chat_late', id, now(), now() FROM bus.account WHERE merged_into IS NOT NULL LIMIT 1")" "has become another"

# Signing in while an answer is settled: it has its chat, and needs the account for
# a foreign key. Neither waits for the other for ever.
visitor ivy; api POST /api/v1/chats '{}'; CHAT=$(field .chat_id)
ask_code ivy@example.com; code_for ivy@example.com
sql admin "SELECT FROM bus.chat WHERE chat_id = '$CHAT' FOR NO KEY UPDATE; DO \$\$ BEGIN FOR i IN 1..200 LOOP
	EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted); PERFORM pg_sleep(0.05); END LOOP; END \$\$;
	SELECT 'through' FROM bus.account WHERE id = (SELECT account_id FROM bus.chat WHERE chat_id = '$CHAT') FOR KEY SHARE" >"$VAR/settler" & SETTLER=$!
for _ in $(seq 100); do
	[ "$(sql admin "SELECT count(*) FROM pg_locks WHERE relation = 'bus.chat'::regclass AND mode = 'RowShareLock' AND pid <> pg_backend_pid()")" -gt 0 ] && break
	read -rt 0.05 <> <(:)
done
give_code ivy@example.com "$CODE"
wait "$SETTLER"
ok "a sign-in and a settlement at once" equal "$STATUS $(tail -n 1 "$VAR/settler")" "200 through"
visitor other; api POST /api/v1/sessions '{}'
api GET "/api/v1/build-runs/$ANN_RUN"
ok "nobody else reads them" is "404 not_found"

# ---- who one is
bearer "$ANN" GET /api/v1/auth/status
ok "status" equal "$STATUS $(jq -c . <<<"$BODY")" "200 {\"identity_id\":\"$ANN_ID\",\"status\":\"waitlisted\",\"email_verified\":true,\"second_factor\":false}"
bearer "$ANN" GET /api/v1/auth/me
ok "me" equal "$STATUS $(field '[.identity_id, .audience, .scope] | join(" ")')" "200 $ANN_ID ai.hg.fi/auth "
bearer "$ANN" GET /api/v1/auth/check
ok "check" equal "$STATUS $(field '[.sub, .aud, (.exp - .iat | tostring)] | join(" ")')" "200 $ANN_ID ai.hg.fi/auth 43200"
visitor ann; api GET /api/v1/auth/me
ok "by the cookie too" equal "$STATUS $(field .identity_id)" "200 $ANN_ID"
visitor other; api GET /api/v1/auth/me
ok "a visitor is nobody yet" is "401 unauthenticated"
bearer "$ANN" POST /api/v1/auth/token/refresh '{}'
FRESH=$(field .access_token)
bearer "$FRESH" GET /api/v1/auth/status
ok "a refreshed token" equal "$STATUS" 200

# ---- waiting, approval, API tokens
bearer "$ANN" POST /api/v1/auth/token '{"resources":"usage:read"}'
ok "no API token while on the waitlist" is "403 insufficient_scope"
for key in '' 'X-Bus-Internal-Key: wrong' "X-Bus-Internal-Key: ${INTERNAL}x"; do
	HEADER=$key bearer '' POST /api/internal/auth/token '{"resources":"waitlist:read"}'
	ok "no service token by ${key:-no key}" is "403 insufficient_scope"
done
internal() { HEADER="X-Bus-Internal-Key: $INTERNAL" bearer '' POST /api/internal/auth/token "$1"; }
internal '{"resources":"waitlist:read waitlist:approve"}'
ADMIN=$(field .access_token)
ok "a service token" equal "$STATUS $(field '[.token_type, .subject, .audience, .expires_in | tostring] | join(" ")')" "200 Bearer auth-admin ai.hg.fi/auth 600"
internal '{"resources":"a","ttl_seconds":601}'; ok "not for longer" is "422 validation_failed"
internal '{"resources":"a","audience":"elsewhere"}'; ok "not for any audience" is "403 insufficient_scope"
internal '{"resources":"a","subject":"key:x"}'; ok "not for a key" is "403 insufficient_scope"
internal '{"resources":"a"} {}'; ok "not with trailing JSON" equal "$(grep -cE '^(400|422)$' <<<"$STATUS")" 1
bearer "$ADMIN" GET "/api/v1/auth/admin/waitlist?status=waitlisted"
ok "the waitlist" equal "$STATUS $(field '.items[] | select(.email == "ann@example.com") | .email_verified')" "200 true"
bearer "$ANN" GET /api/v1/auth/admin/waitlist; ok "is not a customer's" is "403 insufficient_scope"
visitor ann; api GET /api/v1/auth/admin/waitlist; ok "by cookie neither" is "403 insufficient_scope"
bearer "$ADMIN" GET /api/v1/auth/me; ok "a service is no customer" is "403 insufficient_scope"
internal '{"resources":"waitlist:read"}'
bearer "$(field .access_token)" POST /api/v1/auth/admin/approve '{"email":"ann@example.com"}'
ok "reading is not approving" is "403 insufficient_scope"
bearer '' POST /api/v1/auth/register '{"email":"never@example.com"}'
ok "registered" equal "$STATUS $BODY" '200 {"status":"waitlisted"}'
bearer "$ADMIN" POST /api/v1/auth/admin/approve '{"email":"never@example.com"}'
ok "an address nobody confirmed" is "409 conflict"
bearer "$ADMIN" POST /api/v1/auth/admin/approve '{"email":"none@example.com"}'
ok "an address nobody has" is "404 not_found"
bearer "$ADMIN" POST /api/v1/auth/admin/approve '{"email":"ANN@Example.com"}'
ok "approved" equal "$STATUS $(field .identity_id)" "200 $ANN_ID"
bearer '' POST /api/v1/auth/register '{"email":"ann@example.com"}'
ok "whose registration says what every other does" equal "$STATUS $BODY" '200 {"status":"waitlisted"}'
bearer "$ANN" POST /api/v1/auth/token '{"resources":"usage:read","ttl_seconds":120}'
API=$(field .access_token)
ok "an API token" equal "$STATUS $(field '[.audience, .scope, .expires_in | tostring] | join(" ")')" "200 ai.hg.fi/api usage:read 120"
bearer "$ANN" POST /api/v1/auth/token '{"scope":"usage:read llm:proxy"}'
ok "by the older name" equal "$STATUS $(field .resources)" "200 usage:read llm:proxy"
bearer "$ANN" POST /api/v1/auth/token '{"resources":"usage:read admin:manage"}'
ok "not beyond the list" is "403 insufficient_scope"
bearer "$ANN" POST /api/v1/auth/token '{"resources":"usage:read","ttl_seconds":3601}'
ok "not for longer than allowed" is "422 validation_failed"
bearer "$API" GET /api/v1/usage; ok "it opens the API" equal "$STATUS" 200
bearer "$API" GET /api/v1/auth/check; ok "and can be checked" equal "$(field .aud)" ai.hg.fi/api
bearer "$API" GET /api/v1/auth/me; ok "but is no session" is "401 unauthenticated"
bearer "$ANN" GET /api/v1/usage; ok "a session's token opens no API" is "401 unauthenticated"
"$BUS" auth reject ann@example.com --reason "asked to" >/dev/null
bearer "$ANN" POST /api/v1/auth/token '{"resources":"usage:read"}'
ok "rejected" is "403 insufficient_scope"
ok "and approved again by the command" equal "$("$BUS" auth approve ann@example.com)" "$ANN_ID"

# ---- tokens that are not ours, or not for this
SID=$(cut -d. -f2 <<<"$ANN" | tr '_-' '/+' | base64 -d 2>/dev/null | grep -oE 'ses_[a-z2-7]{32}')
H='{"alg":"HS256","typ":"JWT"}'
claims() { jq -nc --arg s "$ANN_ID" --arg i "$SID" --argjson n "$NOW" '{sub: $s, aud: "ai.hg.fi/auth", scope: "", sid: $i, iat: $n, exp: ($n + 600)} | '"${1:-.}"; }
refused() {
	bearer "$2" GET /api/v1/auth/status; local a=$STATUS
	bearer "$2" GET /api/v1/auth/check
	ok "$1" equal "$a $STATUS" "${3:-401 401}"
}
refused "our own, made by hand" "$(forge "$H" "$(claims)")" "200 200"
refused "no algorithm" "$(forge '{"alg":"none","typ":"JWT"}' "$(claims)")"
refused "no algorithm and no signature" "$(printf %s '{"alg":"none"}' | b64).$(claims | tr -d '\n' | b64)."
refused "another algorithm" "$(forge '{"alg":"HS512"}' "$(claims)")"
refused "no time of issue" "$(forge "$H" "$(claims 'del(.iat)')")"
refused "no expiry" "$(forge "$H" "$(claims 'del(.exp)')")"
refused "expired" "$(forge "$H" "$(claims '.iat -= 700 | .exp -= 700')")"
refused "another key" "$(forge "$H" "$(claims)" "$(printf 00%.0s {1..32})")"
refused "another audience" "$(forge "$H" "$(claims '.aud = "https://elsewhere"')")"
refused "an audience for the API" "$(forge "$H" "$(claims '.aud = "ai.hg.fi/api"')")" "401 200"
refused "a session that never was" "$(forge "$H" "$(claims '.sid = "ses_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"')")"
refused "somebody else's session" "$(forge "$H" "$(claims '.sub = "11111111-1111-4111-8111-111111111111"')")"
refused "no session at all" "$(forge "$H" "$(claims 'del(.sid)')")" "403 200"
refused "trailing JSON in the claims" "$(forge "$H" "$(claims){}")"
refused "a key without being one" "$(forge "$H" "$(claims '.sub = "key:x" | .aud = "ai.hg.fi/api"')")"
FORGED=bk_$(forge "$H" "$(claims '.sub = "key:key_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" | .aud = "ai.hg.fi/api" | .scope = "usage:read" | del(.sid)')")
bearer "$FORGED" GET /api/v1/usage
ok "a key signed by us that was never issued" is "401 unauthenticated"

# ---- keys of programs
bearer "$ANN" POST /api/v1/auth/keys '{"name":"my laptop","resources":"usage:read llm:proxy"}'
KEY=$(field .key) KEY_ID=$(field .key_id)
ok "a key" equal "$STATUS $(cut -c1-3 <<<"$KEY") $(field .scope)" "201 bk_ usage:read llm:proxy"
bearer "$ANN" GET /api/v1/auth/keys
ok "is listed without itself" equal "$(field '.items[0] | [.key_id, .name] | join(" ")') $(grep -cF "${KEY:40:40}" <<<"$BODY")" "$KEY_ID my laptop 0"
ok "and not in the database" equal "$(pg_dump -h "$VAR/run" -U bus_admin bus | grep -cF "${KEY:3}")" 0
bearer "$KEY" GET /api/v1/usage; ok "opens what it is for" equal "$STATUS" 200
bearer "${KEY#bk_}" GET /api/v1/usage; ok "only whole" is "401 unauthenticated"
bearer "$KEY" GET /api/v1/auth/me; ok "but is no session" is "401 unauthenticated"
"$BUS" plan assign "$ANN_ID" demo >"$VAR/assign" 2>&1 || "$BUS" plan assign "$ANN_ID" "$(jq -r '.plans[-1].id' "$srcdir/conf/plans.json")"
CHAT='{"model":"bus-static","messages":[{"role":"user","content":"Hello"}]}'
bearer "$KEY" POST /v1/chat/completions "$CHAT"
ok "calls models" equal "$STATUS $(field .object)" "200 chat.completion"
bearer "$KEY" GET /api/v1/usage
ok "which stand in the customer's ledger" equal "$(field '.items | length')" 1
visitor ann; api GET /api/v1/usage
ok "that he reads himself" equal "$(field '.items | length')" 1
bearer "$ANN" POST /api/v1/auth/keys '{"name":"narrow","resources":"llm:proxy"}'
NARROW=$(field .key)
bearer "$NARROW" GET /api/v1/usage; ok "a key allows what it names" is "403 insufficient_scope"
bearer "$ANN" POST /api/v1/auth/keys '{"name":"wide","resources":"waitlist:approve"}'
ok "and never more than customers may" is "403 insufficient_scope"
visitor bob; api POST /api/v1/sessions '{}'; enter bob@example.com; BOB=$(field .access_token)
bearer "$BOB" POST "/api/v1/auth/keys/$KEY_ID/revoke" '{}'; ok "a key is its owner's" is "404 not_found"
bearer "$ANN" POST "/api/v1/auth/keys/$KEY_ID/revoke" '{}'; ok "who ends it" equal "$STATUS" 200
bearer "$KEY" GET /api/v1/usage; ok "then it opens nothing" is "401 unauthenticated"
bearer "$KEY" POST /v1/chat/completions "$CHAT"; ok "and calls nothing" equal "$STATUS" 401

# ---- sessions
bearer "$ANN" GET /api/v1/auth/sessions
ok "all of them" equal "$STATUS $(field '.items | length') $(field '[.items[] | select(.current)] | length')" "200 2 1"
THIS=$(field '.items[] | select(.current) | .session_id') THAT=$(field '.items[] | select(.current | not) | .session_id')
ok "by no token" lacks "$BODY" vs_
bearer "$BOB" POST "/api/v1/auth/sessions/$THAT/revoke" '{}'; ok "a session is its owner's" is "404 not_found"
bearer "$ANN2" POST /api/v1/auth/token '{"resources":"usage:read llm:proxy"}'; ANN2_API=$(field .access_token)
bearer "$ANN2_API" GET /api/v1/usage; ok "an API token of a session" equal "$STATUS" 200
bearer "$ANN2_API" POST /v1/chat/completions "$CHAT"; ok "calls models too" equal "$(grep -cE '^(200|402|429)$' <<<"$STATUS")" 1
bearer "$ANN2_API" GET /api/v1/auth/check; ok "names the identity" equal "$STATUS $(field .sub)" "200 $ANN_ID"
bearer "$ANN" POST "/api/v1/auth/sessions/$THAT/revoke" '{}'; ok "who ends it" equal "$STATUS" 200
bearer "$ANN2_API" GET /api/v1/usage; ok "its API token is worth nothing at once" is "401 unauthenticated"
bearer "$ANN2_API" POST /v1/chat/completions "$CHAT"; ok "and calls nothing" equal "$STATUS" 401
bearer "$(forge '{"alg":"HS256","typ":"JWT"}' "{\"sub\":\"sid:$THIS\",\"aud\":\"ai.hg.fi/api\",\"scope\":\"usage:read\",\"iat\":$NOW,\"exp\":$((NOW + 600))}")" GET /api/v1/usage
ok "nobody is called like a session" is "401 unauthenticated"
bearer "$ANN2" GET /api/v1/auth/me; ok "its token is worth nothing" is "401 unauthenticated"
bearer "$ANN2" GET /api/v1/auth/check; ok "which check says too" is "401 unauthenticated"
visitor ann2; api GET /api/v1/build-runs; ok "nor its cookie" is "401 unauthenticated"
visitor bob; api POST /api/v1/auth/logout '{}'
ok "signing out" equal "$STATUS $(grep -ciE '^set-cookie: bus_(session|csrf)(_[0-9]+)?=;.* max-age=0' "$VAR/head")" "200 2"
bearer "$BOB" GET /api/v1/auth/me; ok "ends the token too" is "401 unauthenticated"
bearer "$BOB" POST /api/v1/auth/token/refresh '{}'; ok "which is not refreshed" is "401 unauthenticated"

# ---- codes: guessed, late, somewhere else
wrong() { [ "$CODE" = 00000000 ] && echo 11111111 || echo 00000000; }
visitor cat; api POST /api/v1/sessions '{}'; ask_code cat@example.com; code_for cat@example.com
left() { tr -d '\r' <"$VAR/head" | sed -n 's/^x-bus-tries-left: //Ip'; }
for i in 1 2 3 4 5; do
	give_code cat@example.com "$(wrong)"; ok "wrong $i" is "401 code_refused"
	ok "and $((5 - i)) are left" equal "$(left)" $((5 - i))
done
bearer '' POST /api/v1/auth/otp/verify '{"email":"cat@example.com","otp":"12345678"}'
ok "whoever has no session is told nothing" equal "$STATUS $(left)" "401 "
give_code cat@example.com "$CODE"; ok "the sixth is not looked at" is "401 code_refused"
ask_code cat@example.com; code_for cat@example.com
for i in 1 2 3 4 5 6 7 8; do
	curl -s -o /dev/null -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
		-d "{\"email\":\"cat@example.com\",\"otp\":\"$(wrong)\"}" "$BASE/api/v1/auth/otp/verify" & guesses+=($!)
done
wait "${guesses[@]}"
ok "eight at once are five" equal "$(sql admin "SELECT max(tries) FROM bus.code WHERE used_at IS NULL AND created_at = (SELECT max(created_at) FROM bus.code)")" 5
give_code cat@example.com "$CODE"; ok "and then it is over" is "401 code_refused"
ask_code cat@example.com; code_for cat@example.com
sql admin "UPDATE bus.code SET expires_at = now() - interval '1 s' WHERE used_at IS NULL" >/dev/null
give_code cat@example.com "$CODE"; ok "too late" is "401 code_refused"
ask_code cat@example.com; code_for cat@example.com
visitor dog; api POST /api/v1/sessions '{}'; give_code cat@example.com "$CODE"
ok "in another browser" is "401 code_refused"
bearer '' POST /api/v1/auth/otp/verify "{\"email\":\"cat@example.com\",\"otp\":\"$CODE\"}"
ok "without a browser" is "401 code_refused"
visitor cat; give_code dog@example.com "$CODE"; ok "for another address" is "401 code_refused"
HEADER='Idempotency-Key: once-and-again-1' give_code cat@example.com "$(wrong)"
HEADER='Idempotency-Key: once-and-again-1' give_code cat@example.com "$(wrong)"
ok "a repeated guess is one" equal "$(is "401 code_refused" && sql admin "SELECT tries FROM bus.code WHERE used_at IS NULL ORDER BY created_at DESC LIMIT 1")" 1
give_code cat@example.com "$CODE"; ok "where it was asked for it is good" equal "$STATUS" 200
for bad in 1234567 123456789 1234567a '' '１２３４５６７８'; do
	give_code cat@example.com "$bad"; ok "no code: $bad" is "422 validation_failed"
done
bearer '' POST /api/v1/auth/otp/request '{"email":"eve@example.com"}'
code_for eve@example.com
bearer '' POST /api/v1/auth/otp/verify "{\"email\":\"eve@example.com\",\"otp\":\"$CODE\"}"
ok "a program signs in without a cookie" equal "$STATUS $(field '.session_token // "none"') $(grep -ci '^set-cookie' "$VAR/head")" "200 none 0"
bearer "$(field .access_token)" GET /api/v1/auth/status; ok "by its token" equal "$STATUS" 200

# ---- a planted session
visitor mallory; api POST /api/v1/sessions '{}'; PLANTED=$(cookie)
cp "$V" "$VAR/jar.victim"; visitor victim; enter victim@example.com
ok "the victim signs in by it" equal "$STATUS" 200
bearer "$PLANTED" GET /api/v1/build-runs; ok "who planted it has nothing" is "401 unauthenticated"
visitor mallory; api GET /api/v1/auth/me; ok "no identity either" is "401 unauthenticated"

# ---- from other sites
visitor cat
from() { HEADER=$1 ask_code cat@example.com; }
from 'Sec-Fetch-Site: cross-site'; ok "another site, as the browser says" is "403 csrf_failed"
from 'Origin: https://evil.example'; ok "another origin" is "403 csrf_failed"
from 'Origin: null'; ok "an origin that hides" is "403 csrf_failed"
CSRF=wrong from ''; ok "without the page's token" is "403 csrf_failed"
visitor nobody
from 'Origin: https://evil.example'; ok "without a session too" is "403 csrf_failed"
from "Origin: $BASE"; ok "from our own page" equal "$STATUS" 200
HEADER='Content-Type: text/plain' bearer '' POST /api/v1/auth/otp/request
ok "no form" equal "$(grep -cE '^4' <<<"$STATUS")" 1

# ---- bodies
for bad in '{"email":"x@example.com"}x' '{"email":"x@example.com"}{}' '{"email":"x@example.com","email":"y@example.com"}' \
	'{"email":"x@example.com","a":1}' '{"email":"x"}' '{"email":"x@y"}' '{"email":"x@example.com\r\nBcc: y@example.com"}' \
	'{"email":"-@example.com"}' '{"email":"a..b@example.com"}' '{"email":"a@b@example.com"}' '{"email":["x@example.com"]}'; do
	for path in register otp/request; do
		bearer '' POST /api/v1/auth/$path "$bad"; ok "$path: $bad" equal "$(grep -cE '^(400|422)$' <<<"$STATUS")" 1
	done
done

# ---- who is known is nobody's business
visitor probe; api POST /api/v1/sessions '{}'
# in_turn BODY OTHER PATH: the shortest of nine each in KNOWN and UNKNOWN, in ms: what
# else the machine does only adds. The last answers in said and other.
in_turn() {
	local i
	once() {
		curl -s -o "$VAR/$2" -w '%{time_total}\n' -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
			-d "$1" "$BASE/api/v1/auth/$3"
	}
	for i in 1 2 3 4 5 6 7 8 9; do
		once "$1" said "$3" >&3; once "$2" other "$3" >&4
	done 3>"$VAR/known" 4>"$VAR/unknown"
	KNOWN=$(sort -n "$VAR/known" | awk 'NR == 1 { printf "%d", $1 * 1000 }')
	UNKNOWN=$(sort -n "$VAR/unknown" | awk 'NR == 1 { printf "%d", $1 * 1000 }')
}
alike() { [ $(($1 > $2 ? $1 - $2 : $2 - $1)) -le $((($1 + $2) / 3 + 15)) ] || { echo "# $1 ms, $2 ms"; return 1; }; }
for path in register otp/request; do
	in_turn '{"email":"bob@example.com"}' '{"email":"nobody-9@example.com"}' $path
	ok "$path: the same answer" equal "$(cat "$VAR/other")" "$(cat "$VAR/said")"
	ok "$path: in the same time ($KNOWN, $UNKNOWN ms)" alike "$KNOWN" "$UNKNOWN"
done
visitor prober; api POST /api/v1/sessions '{}'
in_turn '{"email":"ann@example.com","otp":"12345678"}' '{"email":"nobody-8@example.com","otp":"12345678"}' otp/verify
ok "verify: the same answer" equal "$(jq -c 'del(.request_id)' "$VAR/other")" "$(jq -c 'del(.request_id)' "$VAR/said")"
ok "verify: in the same time ($KNOWN, $UNKNOWN ms)" alike "$KNOWN" "$UNKNOWN"
ok "a code costs time to try ($KNOWN ms)" equal "$((KNOWN >= 3))" 1
for who in ann nobody-7; do
	for _ in $(seq 11); do bearer '' POST /api/v1/auth/otp/request "{\"email\":\"$who@example.com\"}"; done
	ok "$who: no eleventh code in a day" equal "$(is "429 rate_limited" && tr -d '\r' <"$VAR/head" | grep -ciE '^retry-after: [0-9]+$')" 1
done

# Whoever guesses keeps the processes busy that try codes, and nobody else's.
trier() { for p in $(pgrep -P "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")"); do awk '$19 == 10 { print $1 }' "/proc/$p/stat"; done; }
TRIER=$(trier); ok "one process tries codes, after everybody else" equal "$(wc -w <<<"$TRIER")" 1
kill -STOP $TRIER
curl -s -m 60 -o "$VAR/late" -w '%{http_code}' -H 'Content-Type: application/json' \
	-d '{"email":"ann@example.com","otp":"12345678"}' "$BASE/api/v1/auth/otp/verify" >"$VAR/late.status" & LATE=$!
bearer '' POST /api/v1/auth/register '{"email":"quick@example.com"}'; ok "while it is busy others are served" equal "$STATUS" 200
bearer '' GET /readyz; ok "by all pools" equal "$STATUS" 200
kill -CONT $TRIER; wait $LATE
ok "and the try is answered in its turn" equal "$(cat "$VAR/late.status")" 401

# The owner's browser is no stranger, though nobody else gets a code to the address.
visitor ann; api POST /api/v1/sessions '{}'; ask_code ann@example.com
ok "who has proved the address before is not locked out" equal "$STATUS" 200
code_for ann@example.com; give_code ann@example.com "$CODE"; ok "and comes in" equal "$STATUS" 200
known() { awk '$6 ~ /^bus_known/ { print $7 }' "$V"; }
asks_as() { bearer '' POST /api/v1/auth/otp/request "{\"email\":\"$2\"}"; }
HEADER="Cookie: bus_known_${BASE##*:}=$(known)" asks_as - ann@example.com; ok "by what the browser keeps" equal "$STATUS" 200
HEADER="Cookie: bus_known_${BASE##*:}=$(known)" asks_as - nobody-7@example.com; ok "for that address alone" is "429 rate_limited"
HEADER="Cookie: bus_known_${BASE##*:}=$(known | tr a-f b-fa)" asks_as - ann@example.com; ok "and not when it was made up" is "429 rate_limited"
HEADER="Cookie: bus_known_${BASE##*:}=x." asks_as - ann@example.com; ok "nor by half of it" is "429 rate_limited"
ok "it holds no address and opens nothing" equal "$(known | grep -c ann) $(HEADER="Cookie: bus_known_${BASE##*:}=$(known)" bearer '' GET /api/v1/auth/me; echo "$STATUS")" "0 401"

# ---- registered and never confirmed
bearer '' POST /api/v1/auth/register '{"email":"never@example.com"}'
forget() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=identity.expire --now="$(date -u -d "+$1" +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1; }
registered() { sql admin "SELECT count(*) FROM bus.customer c JOIN bus.account a ON a.id = c.account_id WHERE c.email = '$1@example.com'"; }
forget '6 days'; ok "is kept for a week" equal "$(registered never)" 1
forget '8 days'; ok "and then forgotten" equal "$(registered never)$(sql admin "SELECT count(*) FROM bus.account WHERE kind = 'customer' AND id NOT IN (SELECT account_id FROM bus.customer) AND NOT disabled")" 00
ok "unlike who has confirmed" equal "$(registered ann)" 1

# ---- the support desk
desk() { curl -s -H "X-Bus-Internal-Key: $INTERNAL" -H 'Content-Type: application/json' -d "{\"resources\":\"$1\"}" "$BASE/api/internal/auth/token" | jq -r .access_token; }
DESK=$(desk support:read)
bearer "$DESK" GET "/api/v1/support/accounts/$ANN_ID"
ok "support reads how an account stands" equal "$STATUS $(field '[.account_id, .status, .email_verified, .second_factor, .support.status] | join(" ")')" \
	"200 $ANN_ID $(sql admin "SELECT status FROM bus.customer WHERE identity_id = '$ANN_ID'") true false active"
ok "and nothing else" equal "$(field 'keys_unsorted | join(" ")')" "account_id status email_verified second_factor disabled created_at sessions keys support runs"
bearer "$DESK" GET "/api/v1/support/runs/$ANN_RUN"
ok "and a run" equal "$STATUS $(field '.phase, .account_id' | tr '\n' ' ')" "200 cancelled $ANN_ID "
ok "without a word of it" equal "$(grep -ciE 'laps|ann@|text|price|amount|branch' <<<"$BODY")" 0
bearer "$DESK" GET "/api/v1/support/runs/run_none"; ok "one that there is" is "404 not_found"
for other in GET:/api/v1/auth/admin/waitlist POST:/api/v1/auth/admin/approve GET:/api/v1/auth/sessions GET:/api/v1/account/export; do
	bearer "$DESK" "${other%%:*}" "${other#*:}" ${other:+$([[ $other == POST* ]] && echo '{"email":"ann@example.com"}')}
	ok "support may not: $other" is "403 insufficient_scope"
done
bearer "$DESK" GET "/api/internal/billing/accounts/$ANN_ID/status"
ok "nor what operators may" equal "$(grep -cE '^40[13]$' <<<"$STATUS")" 1
for scope in waitlist:read 'billing:read usage:read'; do
	bearer "$(desk "$scope")" GET "/api/v1/support/accounts/$ANN_ID"; ok "and others may not read it: $scope" is "403 insufficient_scope"
done
visitor ann; api GET "/api/v1/support/accounts/$ANN_ID"; ok "nor a customer about themselves" equal "$(grep -cE '^40[13]$' <<<"$STATUS")" 1

# ---- a contact for a run, where one is asked for
sed -i 's/^contact_required.*//; $a contact_required = 1' "$VAR/etc/bus.conf"
kill -HUP "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")"
next() { api GET "/api/v1/build-runs/$RUN"; equal "$(field .next_action)" "$1"; }
needs_contact() { # until all workers have read it
	local end=$((SECONDS + 60)) n=0
	while [ $SECONDS -lt $end ]; do
		visitor "contact$((n++))"; converse "A counter of laps"
		[ "$STATUS" = 409 ] && SAID=$(field .code) && next give_contact 2>/dev/null && return 0
		read -rt 0.3 <> <(:)
	done
	return 1
}
ok "no work is asked for without a contact" needs_contact
ok "and it says so" equal "$SAID" contact_required
ok "and what to do about it" next give_contact
ok "nor authorized by hand" contains "$("$BUS" build approve "$RUN" 2>&1)" contact_required
api POST "/api/v1/build-runs/$RUN/contact" '{"email":"fay@example.com"}'
ok "an address for it" equal "$STATUS $(field .status)" "202 sent"
code_for fay@example.com
api POST "/api/v1/build-runs/$RUN/contact" "{\"email\":\"fay@example.com\",\"code\":\"$(wrong)\"}"
ok "not by another code" is "401 code_refused"
api POST "/api/v1/build-runs/$RUN/contact" "{\"email\":\"fay@example.com\",\"code\":\"$CODE\"}"
ok "confirmed" equal "$STATUS $(field .runs_moved)" "200 1"
ok "the next thing is the payment" next pay
api POST "/api/v1/build-runs/$RUN/checkout" '{}'
ok "then the work is asked for" equal "$STATUS $(field .approval)" "201 requested"
ok "and authorized" silent "$BUS" build approve "$RUN"

# ---- everything, to take along
visitor ivy; converse "A counter of laps"; IVY_RUN=$RUN
enter ivy@example.com; IVY=$(field .access_token) IVY_TOKEN=$(field .session_token)
"$BUS" auth approve ivy@example.com >/dev/null
bearer "$IVY" POST /api/v1/auth/keys '{"name":"nightly","resources":"usage:read llm:proxy"}'; IVY_KEY=$(field .key)
api POST /api/v1/chats '{"title":"what I said"}'; IVY_CHAT=$(field .chat_id)
ACCOUNT=$(sql admin "SELECT account_id FROM bus.customer WHERE email = 'ivy@example.com'")
# Two megabytes of messages, and answers as long as they may be: more than the
# worker's memory for it holds.
sql admin "INSERT INTO bus.message (run, seq, message_id, account_id, author, text, at)
	SELECT r.id, 1000 + n, 'msg_export' || n, r.account_id, 'visitor', repeat(chr(233), 7990) || n, now()
	FROM bus.run r, generate_series(1, 150) n WHERE r.run_id = '$IVY_RUN';
	INSERT INTO bus.chat_message (chat, seq, message_id, account_id, author, state, text, at, ended_at, usage_id)
	SELECT c.id, 100 + n, 'msg_answer' || n, c.account_id, 'assistant', 'complete', repeat('\"', 1048576), now(), now(), 'use_none' || n
	FROM bus.chat c, generate_series(1, 40) n WHERE c.chat_id = '$IVY_CHAT';
	INSERT INTO bus.usage_record (usage_id, account_id, model, backend, price_version, state, reserved, posted, cost, budgets, created_at, expires_at, settled_at)
	SELECT 'use_export' || n, $ACCOUNT, 'bus-static', 'secret-backend', 'v1', 'posted', 9, n % 9, 5, '{}', now(), now(), now()
	FROM generate_series(1, 3000) n" >/dev/null
export_all() { curl -s -m 60 -o "$VAR/export.json" -D "$VAR/head" -w '%{http_code}' -H "Authorization: Bearer $1" "$BASE/api/v1/account/export"; }
ok "the export" equal "$(export_all "$IVY")" 200
X=$VAR/export.json
ok "is one document" equal "$(jq -r 'keys_unsorted | join(" ")' "$X")" \
	"exported_at account contact sessions keys runs run_messages conversations conversation_messages usage checkouts plan_checkouts subscriptions artifacts"
ok "a file to keep" contains "$(cat "$VAR/head")" 'attachment; filename="busdk-account.json"'
counted() { sql admin "SELECT count(*) FROM bus.$1 WHERE account_id = $ACCOUNT"; }
for pair in runs:run run_messages:message conversations:chat conversation_messages:chat_message usage:usage_record \
	checkouts:checkout plan_checkouts:plan_checkout subscriptions:subscription artifacts:artifact sessions:session keys:api_key contact:customer; do
	ok "all of ${pair%:*}" equal "$(jq ".${pair%:*} | length" "$X")" "$(counted "${pair#*:}")"
done
ok "each message, in order" equal "$(jq -r '.run_messages[].text' "$X" | sha256sum)" \
	"$(sql admin "SELECT text FROM bus.message WHERE account_id = $ACCOUNT ORDER BY run, seq" | sha256sum)"
ok "each answer whole" equal "$(jq -r '.conversation_messages[].text | length' "$X" | sort -u)" 1048576
ok "each call once" equal "$(jq '[.usage[].quantity] | add' "$X") $(jq '[.usage[].usage_id] | unique | length' "$X")" \
	"$(sql admin "SELECT sum(posted) FROM bus.usage_record WHERE account_id = $ACCOUNT") 3000"
ok "the address" equal "$(jq -r '.contact[0].email' "$X")" ivy@example.com
ok "no secret, no hash, no cost, no backend" equal "$(grep -cE -e "$IVY_KEY" -e "$IVY_TOKEN" -e secret-backend -e '"(cost|hash|token_hash|key|backend)"' "$X")" 0
ok "nobody else's" equal "$(grep -c 'ann@example' "$X")$(jq '[.runs[].run_id] | length' "$X")" "01"
curl -s -m 0.2 -o /dev/null -H "Authorization: Bearer $IVY" "$BASE/api/v1/account/export"
ok "one that leaves early harms nothing" equal "$(export_all "$IVY") $(jq '.usage | length' "$X")" "200 3000"
bearer '' GET /api/v1/account/export; ok "for nobody without a session" is "401 unauthenticated"
bearer "$IVY_KEY" GET /api/v1/account/export; ok "nor by a key" equal "$(grep -c '^40[13]' <<<"$STATUS")" 1
visitor stranger; api POST /api/v1/sessions '{}'; api GET /api/v1/account/export
ok "nor for a visitor" is "401 unauthenticated"
# A page that fails in the middle: what has come must not look like all of it.
sql admin "INSERT INTO bus.chat_message (chat, seq, message_id, account_id, author, state, at, beat_at, usage_id)
	SELECT id, 500, 'msg_answerbad', account_id, 'assistant', 'answering', now(), now() + interval '1 hour', 'use_bad' FROM bus.chat WHERE chat_id = '$IVY_CHAT';
	INSERT INTO bus.chat_event (chat, seq, account_id, type, doc, piece_of, at)
	SELECT id, 500, account_id, 'bus.chat.answer.piece', 'no json', 500, now() FROM bus.chat WHERE chat_id = '$IVY_CHAT'" >/dev/null
ok "a failure after the head leaves no document" equal \
	"$(export_all "$IVY") $(jq . "$X" >/dev/null 2>&1; echo $(($? != 0))) $(grep -c '^"checkouts"' "$X")" "200 1 0"
sql admin "DELETE FROM bus.chat_event WHERE doc = 'no json';
	DELETE FROM bus.message WHERE message_id LIKE 'msg_export%'; DELETE FROM bus.chat_message WHERE message_id LIKE 'msg_answer%';
	DELETE FROM bus.usage_record WHERE usage_id LIKE 'use_export%'" >/dev/null

# ---- leaving
sed -i 's/^contact_required = 1$/contact_required = 0/' "$VAR/etc/bus.conf"
visitor hal; api POST /api/v1/build-runs '{"message":"A counter of laps"}'; RUN=$(field .run_id)
enter hal@example.com; HAL=$(field .access_token) HAL_ID=$(field .identity_id)
"$BUS" auth approve hal@example.com >/dev/null
bearer "$HAL" POST /api/v1/auth/keys '{"name":"k","resources":"usage:read"}'; HAL_KEY=$(field .key)
leave() { api POST /api/v1/auth/delete "{\"email\":\"$1\",\"otp\":\"$2\"}"; }
ask_code hal@example.com; code_for hal@example.com
leave hal@example.com "$(wrong)"; ok "a session alone does not delete" is "401 code_refused"
leave bob@example.com "$CODE"; ok "only oneself" is "422 validation_failed"
api POST /api/v1/chats '{"title":"mine"}'
ok "a conversation with a model" equal "$STATUS" 201
leave hal@example.com "$CODE"; ok "by a fresh code" equal "$STATUS $(field .status)" "200 deleted"
ok "takes the conversations along" equal "$(sql admin "SELECT count(*) FROM bus.chat WHERE title = 'mine'")" 0
bearer "$HAL" GET /api/v1/auth/status; ok "no token" is "401 unauthenticated"
bearer "$HAL_KEY" GET /api/v1/usage; ok "no key" is "401 unauthenticated"
visitor hal; api GET /api/v1/build-runs; ok "no session" equal "$STATUS" 401
ok "no address" equal "$(pg_dump -h "$VAR/run" -U bus_admin bus | grep -c hal@example.com)" 0
ok "nothing that was written" equal "$(sql admin "SELECT DISTINCT m.text FROM bus.message m JOIN bus.run r ON r.id = m.run WHERE r.run_id = '$RUN' AND m.author = 'visitor'")" "(deleted)"
visitor hal2; api POST /api/v1/sessions '{}'; enter hal@example.com
ok "and whoever comes back is new" equal "$([ "$(field .identity_id)" != "$HAL_ID" ] && echo "$STATUS $(field .status)")" "200 waitlisted"
api GET /api/v1/build-runs
ok "with nothing" equal "$(field '.items | length')" 0

# ---- all at once
visitor gus; converse "A counter of laps"
ask_code gus@example.com; code_for gus@example.com
GUS_RUN=$RUN said=()
for i in $(seq 12); do
	curl -s -o /dev/null -w '%{http_code}\n' -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
		-d '{"text":"one more thing"}' "$BASE/api/v1/build-runs/$GUS_RUN/messages" >"$VAR/said.$i" & said+=($!)
	[ $((i % 3)) != 0 ] || {
		curl -s -o /dev/null -w '%{http_code}\n' -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
			-d "{\"email\":\"gus@example.com\",\"otp\":\"$CODE\"}" "$BASE/api/v1/auth/otp/verify" >"$VAR/gave.$i" & said+=($!)
	}
done
wait "${said[@]}"
ok "one code, four who bring it: one is in" equal "$(cat "$VAR"/gave.* | grep -c '^200')" 1
sort "$VAR"/said.* | uniq -c | tr "\n" " " | sed "s/^/# /"; echo
ok "whoever still wrote for the visitor was heard or refused" equal "$(cat "$VAR"/said.* | grep -cvE '^(201|401|404|409|503)$')" 0
ok "and everything has one owner" silent "$BUS" fsck
want=$(sql admin "SELECT account_id FROM bus.customer WHERE email = 'gus@example.com'")
ok "the customer" equal "$(sql admin "SELECT account_id FROM bus.run WHERE run_id = '$GUS_RUN'")" "$want"

# ---- a sender that dies: the mail comes once, later
mail_pass() { "${AS[@]}" env BUS_FAULT="$1" "$builddir/bus-reaper" --once --pass=identity.mail --now="$(date -u -d "+$2 seconds" +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1; }
dies_at() { # the stack's own reaper may be faster: then another mail
	local i
	for i in 1 2 3 4 5 6 7 8; do
		WHO=$i-${1#mail.}@example.com
		bearer '' POST /api/v1/auth/otp/request "{\"email\":\"$WHO\"}"
		mail_pass "$1:1:kill" 1; [ $? = 137 ] && return 0
	done
	return 1
}
for point in $(grep -q '^#define BUS_FAULT' "$builddir/config.h" && echo mail.claimed mail.sent); do
	ok "killed at $point" dies_at $point
	mail_pass none:1:kill 20
	ok "sent again" code_comes "$WHO"
	ok "once" equal "$(grep -l "^To: <$WHO>" "$VAR"/spool/mail/*.eml | wc -l)" 1
	bearer '' POST /api/v1/auth/otp/verify "{\"email\":\"$WHO\",\"otp\":\"$CODE\"}"
	ok "and good" equal "$STATUS" 200
done

# ---- limits, as the database counts them
new_code() { # ADDRESS NETWORK PER_ADDRESS PER_NETWORK ALL
	sql slow "SELECT outcome FROM bus.code_new('code_' || gen_random_uuid(), '$(printf %s "$1" | sha256sum | cut -d' ' -f1)', NULL, '$2',
		${6:-false}, repeat('00', 32), 'mail_' || gen_random_uuid(), '00', now(), now() + interval '1 min', $3, ${7:-99}, $4, $5)"
}
ok "by network" equal "$(new_code n1 net 9 1 99999) $(new_code n2 net 9 1 99999) $(new_code n2 net2 9 1 99999)" "ok network ok"
ok "by network and address" equal "$(new_code b1 netb 9 99 99999 false 1) $(new_code b1 netb 9 99 99999 false 1) $(new_code b1 netc 9 99 99999 false 1)" "ok network and address ok"
ok "strangers use up nothing of the owner's" equal "$(new_code o1 neto 1 9 99999) $(new_code o1 neto 1 9 99999) $(new_code o1 neto 1 9 99999 true) $(new_code o1 neto 1 9 99999 true)" "ok address ok address"
ok "by installation" equal "$(new_code n3 net3 9 9 1)" installation
for i in $(seq 12); do new_code storm "net.$i" 5 9 99999 >"$VAR/storm.$i" & storm+=($!); done
wait "${storm[@]}"
ok "twelve at once for five" equal "$(cat "$VAR"/storm.* | sort | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" "7 address 5 ok "

# ---- the database alone
ok "row-level security: no customer without an account" equal "$(sql fast "SELECT count(*) FROM bus.customer")" 0
ok "no key" equal "$(sql fast "SELECT count(key_id) FROM bus.api_key")" 0
ok "no session" equal "$(sql fast "SELECT count(*) FROM bus.session_public")" 0
ok "one's own with one" equal "$(sql slow "SELECT set_config('bus.account', (SELECT set_config('bus.account', '0', false)), false); SELECT count(*) FROM bus.customer" | tail -n 1)" 0
for role in fast slow stream call; do
	ok "$role reads no code" contains "$(sql $role "SELECT * FROM bus.code")" "permission denied"
	ok "$role reads no mail" contains "$(sql $role "SELECT * FROM bus.mail")" "permission denied"
done
ok "fast makes no customer" contains "$(sql fast "SELECT bus.customer_enter('', '', '', 1, '', '', '', '', now(), now(), true)")" "permission denied"
ok "fast reads no hash of a key" contains "$(sql fast "SELECT hash FROM bus.api_key")" "permission denied"
push_mail
ok "what was sent is gone" equal "$(sql admin "SELECT count(*) FROM bus.mail WHERE sealed IS NOT NULL AND sent_at IS NOT NULL")" 0
ok "the invariants hold" silent "$BUS" fsck
done_testing
