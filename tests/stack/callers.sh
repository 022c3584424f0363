#!/bin/bash
# By which credential a customer, a service and an operator are known, and what a
# repeated request is answered.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "billing_provider = local" "waitlist = auto" "code_network_hour = 1000"
is() { equal "$STATUS $(field .code)" "$1"; }
# bearer TOKEN METHOD PATH [JSON]: without a cookie
bearer() {
	BODY=$(curl -s -m 30 -D "$VAR/head" -X "$2" ${1:+-H "Authorization: Bearer $1"} "$BASE$3" \
		${4:+-H 'Content-Type: application/json' -d "$4"} ${HEADER:+-H "$HEADER"} ${FORM:+-H "$FORM"})
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
internal() { # SCOPE [AUDIENCE]: a service's token
	curl -s -H "X-Bus-Internal-Key: $(cat "$VAR/etc/internal.key")" -H 'Content-Type: application/json' \
		-d "{\"resources\":\"$1\",\"audience\":\"${2:-ai.hg.fi/internal}\"}" "$BASE/api/internal/auth/token" | jq -r .access_token
}
replayed() { [ "$(header idempotency-replayed)" = true ]; }

# ---- the own runs, by any credential
visitor ann; quote "A counter of laps" web; MINE=$RUN
ok "a payment page wants a contact first" equal "$(api POST "/api/v1/build-runs/$RUN/checkout" '{}'; echo "$STATUS $(field .code)")" "409 contact_required"
api GET "/api/v1/build-runs/$RUN"; ok "and the run says so" equal "$(field .next_action)" give_contact
ask_code ann@example.com; code_for ann@example.com
api POST "/api/v1/build-runs/$RUN/contact" "{\"email\":\"ann@example.com\",\"code\":\"$CODE\"}"
AUTH=$(field .access_token) ID=$(field .identity_id) COOKIE=$(awk '$6 ~ /^bus_session/ { print $7 }' "$V")
bearer "$AUTH" POST /api/v1/auth/token '{"resources":"build:read billing:read"}'; READ=$(field .access_token)
bearer "$AUTH" POST /api/v1/auth/keys '{"name":"k","resources":"build:write billing:read billing:setup"}'; KEY=$(field .key)
bearer "$AUTH" POST /api/v1/auth/token '{"resources":"usage:read"}'; OTHER=$(field .access_token)
visitor bob; quote "A timer for tea" web; HIS=$RUN
for by in AUTH READ KEY COOKIE; do
	bearer "${!by}" GET /api/v1/build-runs
	ok "$by lists the own runs alone" equal "$STATUS $(field '[.items[].run_id] | join(" ")')" "200 $MINE"
	for part in '' /messages /events /artifacts; do
		bearer "${!by}" GET "/api/v1/build-runs/$MINE$part"; ok "$by reads ${part:-the run}" equal "$STATUS" 200
		bearer "${!by}" GET "/api/v1/build-runs/$HIS$part"; ok "$by: nothing of another's${part:+ ($part)}" is "404 not_found"
	done
	bearer "${!by}" POST "/api/v1/build-runs/$HIS/cancel" '{}'
	[ $by = READ ] && want="403 insufficient_scope" || want="404 not_found"
	ok "$by changes nothing of another's" is "$want"
done
curl -sN -m 20 -H "Authorization: Bearer $KEY" -H 'Accept: text/event-stream' "$BASE/api/v1/build-runs/$MINE/events" 2>/dev/null | sed -n '/^event: bus/{p;q}' >"$VAR/stream"
ok "a key follows the events" contains "$(cat "$VAR/stream")" "event: bus.build."
bearer "$OTHER" GET "/api/v1/build-runs/$MINE"; ok "another scope opens none" is "403 insufficient_scope"
bearer "$READ" POST "/api/v1/build-runs/$MINE/messages" '{"text":"and a bell"}'; ok "who may read does not write" is "403 insufficient_scope"
bearer "$(internal build:read ai.hg.fi/auth)" GET /api/v1/build-runs; ok "a service has no runs" is "403 insufficient_scope"
bearer "$(internal build:read)" GET /api/v1/build-runs; ok "of no kind" is "401 unauthenticated"
bearer "$KEY" POST /api/v1/build-runs '{"message":"A counter of laps"}'; ok "a key begins a run" equal "$STATUS $(field '.session_token // "-"')" "201 -"
bearer "$AUTH" GET /api/v1/build-runs; ok "which is its customer's" equal "$(field '.items | length')" 2
bearer "$READ" POST /api/v1/build-runs '{"message":"A counter of laps"}'; ok "not by another scope" is "403 insufficient_scope"

# ---- a repeated request
twice() { # NAME TOKEN PATH BODY OTHER_BODY STATUS
	local first
	HEADER="Idempotency-Key: twice-of-$1-0123456789"
	bearer "$2" POST "$3" "$4"; first=$BODY; ok "$1: done" equal "$STATUS" "$6"
	bearer "$2" POST "$3" "$4"; ok "$1: again, the same answer" equal "$STATUS $BODY" "$6 $first"; ok "$1: and it says so" replayed
	bearer "$2" POST "$3" "$5"; ok "$1: another body is refused" is "422 idempotency_mismatch"
	HEADER=''
}
twice checkout "$KEY" "/api/v1/build-runs/$MINE/checkout" '{}' "{\"return_url\":\"http://localhost:$BUS_PORT/x\"}" 201
twice plan "$KEY" /api/v1/billing/checkout-session '{"plan_id":"pro"}' '{}' 200
twice session '' /api/v1/sessions '{}' '{ }' 201
HEADER='Idempotency-Key: short' bearer '' POST /api/v1/sessions '{}'; ok "a key that guards a token is long" is "422 validation_failed"
HEADER='Idempotency-Key: refused-0123456789' bearer "$KEY" POST /api/v1/billing/checkout-session '{"plan_id":"none"}'; ok "what fails" equal "$STATUS" 404
HEADER='Idempotency-Key: refused-0123456789' bearer "$KEY" POST /api/v1/billing/checkout-session '{"plan_id":"pro"}'; ok "leaves the key free" equal "$STATUS" 200
taken() { sql admin "INSERT INTO bus.idempotency (principal, route, key, body_hash, created_at) SELECT principal, route, 'taken', body_hash, now() - interval '$1' FROM bus.idempotency WHERE route = 'billing.checkout' AND key = 'twice-of-plan-0123456789' ON CONFLICT (principal, route, key) DO UPDATE SET created_at = excluded.created_at" >/dev/null; }
taken '1 second'
HEADER='Idempotency-Key: taken' bearer "$KEY" POST /api/v1/billing/checkout-session '{"plan_id":"pro"}'; ok "one that is under way" is "409 idempotency_in_progress"
HEADER='Idempotency-Key: taken' bearer "$KEY" POST /api/v1/billing/checkout-session '{}'; ok "with another body" is "422 idempotency_mismatch"
taken '3 minutes'
HEADER='Idempotency-Key: taken' bearer "$KEY" POST /api/v1/billing/checkout-session '{"plan_id":"pro"}'; ok "one that was cut off is done again" equal "$STATUS" 200
ok "each write takes a key, or says why not" equal "$("$BUS" routes --openapi | jq -r '.paths[] | to_entries[] | select(.key != "get") | .value
	| select(([.parameters[]?["$ref"] // "" | endswith("IdempotencyKey")] | any | not) and (.description // "" | startswith("Takes no Idempotency-Key: ") | not)) | .operationId')" ""

# ---- what the account is called
for by in READ KEY; do bearer "${!by}" GET /api/v1/billing/status; ok "the status by $by" equal "$STATUS $(field .account_id)" "200 $ID"; done
visitor ann; api GET /api/v1/billing/status; ok "by the cookie" equal "$STATUS $(field .account_id)" "200 $ID"
visitor bob; api GET /api/v1/billing/status; ok "a visitor's has no name" equal "$STATUS $(field .account_id)" "200 null"

# ---- services among each other
B=/api/internal/billing
ALL=$(internal "billing:read billing:catalog:read billing:entitlement:check")
bearer "$ALL" GET $B/accounts/"$ID"/status; ok "a service reads a status" equal "$STATUS $(field .account_id)" "200 $ID"
bearer "$ALL" GET $B/catalog; ok "and the catalog" equal "$STATUS" 200
bearer "$ALL" PUT $B/catalog "$BODY"; ok "which it may not change" is "403 insufficient_scope"
bearer "$(internal usage:read)" GET $B/catalog; ok "nor read without the scope" is "403 insufficient_scope"
bearer "$(internal billing:catalog:read ai.hg.fi/auth)" GET $B/catalog; ok "nor by another audience" is "401 unauthenticated"
bearer "$ALL" GET $B/accounts/"$ID"/support; ok "what has no scope is the operator's" is "401 unauthenticated"
bearer "$ALL" GET $B/accounts/11111111-1111-4111-8111-111111111111/status; ok "who is not there has no billing" equal "$STATUS $(field .status)" "200 missing"
bearer "$ALL" GET $B/accounts/not-a-uuid/status; ok "what could be nobody is a mistake" is "400 bad_request"
check() { bearer "$ALL" POST $B/entitlement-check "$1"; }
"$BUS" plan assign "$ID" demo >/dev/null
check "{\"account_id\":\"$ID\",\"scope\":\"llm:proxy\",\"usage\":{\"meter_event_name\":\"bus_llm_micro\",\"quantity\":1}}"
ok "so much more may be used" equal "$STATUS $(field '[.allowed, .reason] | join(" ")')" "200 true billing_active"
check "{\"account_id\":\"$ID\",\"scope\":\"llm:proxy\",\"usage\":{\"meter_event_name\":\"bus_llm_micro\",\"quantity\":9000000000000000000}}"
ok "more than is left may not" equal "$STATUS $(field '[.allowed, .reason, .usage.meter_event_name, .command] | join(" ")')" "200 false quota_exceeded bus_llm_micro bus billing setup"
check "{\"account_id\":\"$ID\",\"scope\":\"llm:proxy\"}"; ok "without a quantity as before" equal "$(field .allowed)" true
check "{\"account_id\":\"$ID\",\"scope\":\"llm:proxy\",\"usage\":1}"; ok "what is no object is not read" is "400 bad_request"
for bad in '"usage":{}' '"usage":{"meter_event_name":"other","quantity":1}' '"usage":{"meter_event_name":"bus_llm_micro","quantity":-1}' \
	'"usage":{"meter_event_name":"bus_llm_micro","quantity":1,"more":1}' '"usage":{"meter_event_name":"bus_llm_micro","quantity":1.5}'; do
	check "{\"account_id\":\"$ID\",\"scope\":\"llm:proxy\",$bad}"; ok "refused: $bad" is "422 validation_failed"
done
check '{"account_id":"not-a-uuid","scope":"llm:proxy"}'; ok "nobody is checked" is "400 bad_request"

# ---- what a session alone does not open
sql admin "UPDATE bus.session SET created_at = now() - interval '1 hour' WHERE account_id = (SELECT account_id FROM bus.customer WHERE email = 'ann@example.com')" >/dev/null
visitor ann
api POST /api/v1/auth/keys '{"name":"later","resources":"usage:read"}'; ok "no key by an old session" is "403 fresh_sign_in_required"
api POST /api/v1/auth/totp '{}'; ok "no second factor either" is "403 fresh_sign_in_required"
bearer "$AUTH" POST /api/v1/auth/keys '{"name":"later","resources":"usage:read"}'; ok "nor by its token" is "403 fresh_sign_in_required"
enter ann@example.com
api POST /api/v1/auth/keys '{"name":"now","resources":"usage:read"}'; ok "after a fresh code there is one" equal "$STATUS" 201
api POST /api/v1/auth/totp '{}'; ok "and the other" equal "$STATUS" 201
ok "the invariants hold" silent "$BUS" fsck
done_testing
