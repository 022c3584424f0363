#!/bin/bash
# The second factor: a key for an authenticator, each password once, recovery
# codes, and what may not be spent without it.
. "${srcdir:-.}/tests/lib/stack.sh"
OPERATOR=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ # the key of RFC 6238's vectors
operator_key() {
	echo $OPERATOR >"$VAR/etc/operator.totp" && chmod 600 "$VAR/etc/operator.totp"
	[ "$(id -u)" != 0 ] || chown _bus "$VAR/etc/operator.totp"
}
BEFORE_UP=operator_key stack_begin "code_network_hour = 100000" "billing_provider = local" "totp_above = 1000"

# totp OFFSET: the password of the authenticator that has $SECRET, so many steps from now
totp() {
	local key mac at
	key=$(printf %s "$SECRET" | base32 -d | od -An -v -tx1 | tr -d ' \n')
	mac=$(printf "$(printf %016x $(($(date +%s) / 30 + $1)) | sed 's/../\\x&/g')" |
		openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -binary | od -An -v -tx1 | tr -d ' \n')
	at=$((0x${mac:39:1} * 2))
	printf '%06d' $(((0x${mac:$at:8} & 0x7fffffff) % 1000000))
}
is() { equal "$STATUS $(field .code)" "$1"; }
show() { api POST /api/v1/auth/totp/verify "{\"code\":\"$1\"}"; }
pay() { api POST "/api/v1/build-runs/$RUN/checkout" '{}'; }
wrong() { for c in 000000 111111 222222 333333; do [[ " $(totp -1) $(totp 0) $(totp 1) " == *" $c "* ]] || { echo $c; return; }; done; }
# The steps must not pass while a password is used up: not in the last seconds of one.
early() { while [ $(($(date +%s) % 30)) -gt 12 ]; do read -rt 0.5 <> <(:); done; }

visitor ann; quote "A counter of laps"; ANN_RUN=$RUN
enter ann@example.com
pay; ok "without a second factor as ever" equal "$STATUS" 201
api GET /api/v1/auth/status; ok "there is none" equal "$(field .second_factor)" false
show 123456; ok "none to show" is "404 not_found"

early
api POST /api/v1/auth/totp '{}'; SECRET=$(field .secret)
ok "a key" equal "$STATUS $(grep -cE '^[A-Z2-7]{32}$' <<<"$SECRET")" "201 1"
ok "for an authenticator" equal "$(field .uri)" "otpauth://totp/localhost:ann%40example.com?secret=$SECRET&issuer=localhost&digits=6&period=30"
api GET /api/v1/auth/status; ok "does not count yet" equal "$(field .second_factor)" false
pay; ok "and bars nothing" equal "$STATUS" 201
OLD=$SECRET; api POST /api/v1/auth/totp '{}'; SECRET=$(field .secret)
ok "another key takes its place" equal "$([ "$SECRET" != "$OLD" ] && echo "$STATUS")" 201
show "$(wrong)"; ok "a wrong password confirms nothing" is "401 code_refused"
show "$(totp -1)"; ok "a right one does, of the step before too" equal "$STATUS $(field .status) $(field '.recovery_codes | length')" "200 confirmed 10"
mapfile -t CODES < <(field '.recovery_codes[]')
api GET /api/v1/auth/status; ok "now there is one" equal "$(field .second_factor)" true
show "$(totp -1)"; ok "the same password again is nothing" is "401 code_refused"
api POST /api/v1/auth/totp '{}'; ok "no other key over this one" is "409 conflict"
pay; ok "this session has just shown it" equal "$STATUS" 201

# Elsewhere it has not been shown.
visitor ann2; api POST /api/v1/sessions '{}'; enter ann@example.com; RUN=$ANN_RUN
pay; ok "another session may not spend so much" is "403 second_factor_required"
subscribe() { api POST /api/v1/billing/checkout-session '{"plan_id":"pro"}'; }
subscribe; ok "on a plan neither" is "403 second_factor_required"
early
code=$(totp 0)
for i in 1 2 3 4; do
	curl -s -o /dev/null -w '%{http_code}\n' -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' \
		-d "{\"code\":\"$code\"}" "$BASE/api/v1/auth/totp/verify" >"$VAR/showed.$i" & said+=($!)
done
wait "${said[@]}"
ok "four who bring one password: one is right" equal "$(cat "$VAR"/showed.* | sort | uniq -c | awk '{ print $1, $2 }' | tr '\n' ' ')" "1 200 3 401 "
pay; ok "then it may" equal "$STATUS" 201
subscribe; ok "and subscribe" equal "$STATUS $(field .provider)" "200 local"
PAGE=$(field .url); PAGE=${PAGE##*/api/}
# What a program holds has shown nothing, whatever it allows and whoever issued it.
"$BUS" auth approve ann@example.com >/dev/null
api POST /api/v1/auth/keys '{"name":"k","resources":"billing:setup billing:read"}'; KEY=$(field .key)
api POST /api/v1/auth/token '{"resources":"billing:setup"}'; API=$(field .access_token)
ISSUED=$("$BUS" token issue --subject "$(sql admin "SELECT identity_id FROM bus.customer WHERE email = 'ann@example.com'")" --scope "billing:setup billing:read admin:manage")
for TOKEN in "$KEY" "$API" "$ISSUED"; do
	v1 /api/v1/billing/checkout-session '{"plan_id":"pro"}'
	ok "a token of a program may not" is "403 second_factor_required"
done
# Means of payment are changed in the provider's portal.
portal() { api POST /api/v1/billing/portal-session '{}'; }
curl -s -o /dev/null -X POST "$BASE/api/$PAGE/pay"
subscribed() { local end=$((SECONDS + 60)); while [ $SECONDS -lt $end ]; do portal; [ "$STATUS" = 402 ] || break; read -rt 0.2 <> <(:); done; equal "$STATUS $(field .provider)" "200 local"; }
ok "the portal opens to who has shown it" subscribed
for TOKEN in "$KEY" "$ISSUED"; do
	v1 /api/v1/billing/portal-session '{}'
	ok "nor open the portal" is "403 second_factor_required"
done
sql admin "UPDATE bus.session SET second_until = now() - interval '1 s'" >/dev/null
pay; ok "for a while" is "403 second_factor_required"
portal; ok "the portal too asks anew" is "403 second_factor_required"
show " ${CODES[0]:0:6}-${CODES[0]:6} "; ok "a recovery code is as good" equal "$STATUS $(field .status)" "200 shown"
pay; ok "so" equal "$STATUS" 201
portal; ok "and the portal" equal "$STATUS" 200
show "${CODES[0]}"; ok "once" is "401 code_refused"

# Guessing.
sql admin "UPDATE bus.totp SET tries = 0" >/dev/null
for i in 1 2 3 4 5; do show "$(wrong)"; ok "wrong $i" is "401 code_refused"; done
show "${CODES[1]}"
ok "the sixth is not looked at" equal "$(is "429 rate_limited" && tr -d '\r' <"$VAR/head" | grep -ciE '^retry-after: [0-9]+$')" 1
sql admin "UPDATE bus.totp SET tries_from = now() - interval '11 min'" >/dev/null
for bad in '' 12345 1234567 abcdef "${CODES[1]}x"; do
	show "$bad"; ok "no password: $bad" equal "$(grep -cE '^(401|422)$' <<<"$STATUS")" 1
	sql admin "UPDATE bus.totp SET tries = 0" >/dev/null
done
visitor bob; quote "A timer for tea"; api POST /api/v1/sessions '{}'; BOB_RUN=$RUN
api POST /api/v1/auth/totp '{}'; ok "visitors have none" is "401 unauthenticated"
enter bob@example.com; api POST /api/v1/auth/totp '{}'
show "${CODES[2]}"; ok "nor is another's recovery code any good" is "401 code_refused"

# Nothing of it can be read.
dump=$(pg_dump -h "$VAR/run" -U bus_admin bus)
key=$(printf %s "$SECRET" | base32 -d | od -An -v -tx1 | tr -d ' \n')
ok "no key and no recovery code is in the database" equal "$(grep -ciF -e "$SECRET" -e "$key" -e "${CODES[1]}" <<<"$dump")" 0
ok "nor in a log" equal "$(grep -lF -e "$SECRET" -e "${CODES[1]}" "$VAR"/log/*.log | wc -l)" 0
for role in fast slow operator; do ok "$role reads no key" contains "$(sql $role 'SELECT sealed FROM bus.totp')" "permission denied"; done
ok "nor anybody's but one's own" equal "$(sql fast 'SELECT count(account_id) FROM bus.totp')" 0

# Doing without.
visitor ann2; RUN=$ANN_RUN
sql admin "UPDATE bus.session SET second_until = NULL; UPDATE bus.totp SET tries = 0" >/dev/null
off() { api POST /api/v1/auth/totp/disable "{\"code\":\"$1\"}"; }
off "$(wrong)"; ok "not by a wrong password" is "401 code_refused"
off "${CODES[3]}"; ok "by a good one" equal "$STATUS $(field .status)" "200 disabled"
pay; ok "and nothing is asked any more" equal "$STATUS" 201
api GET /api/v1/auth/status; ok "there is none" equal "$(field .second_factor)" false
ok "no recovery code is kept" equal "$(sql admin "SELECT count(*) FROM bus.totp_recovery r JOIN bus.customer c USING (account_id) WHERE c.email = 'ann@example.com'")" 0

# Where everybody needs one.
sed -i 's/^totp_required.*//; $a totp_required = 1' "$VAR/etc/bus.conf"
kill -HUP "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")"
refused() { # until the workers have read it
	local end=$((SECONDS + 60))
	while [ $SECONDS -lt $end ]; do pay; [ "$STATUS" = 403 ] && return 0; read -rt 0.3 <> <(:); done
	return 1
}
ok "who has none cannot spend so much" refused
early; api POST /api/v1/auth/totp '{}'; SECRET=$(field .secret); show "$(totp 0)"
ok "until there is one" equal "$STATUS" 200
pay; ok "then it goes on" equal "$STATUS" 201
ask_code ann@example.com; code_for ann@example.com
api POST /api/v1/auth/delete "{\"email\":\"ann@example.com\",\"otp\":\"$CODE\"}"
[ "$STATUS" = 200 ] || { api POST "/api/v1/build-runs/$RUN/cancel" '{}'; ask_code ann@example.com; code_for ann@example.com
	api POST /api/v1/auth/delete "{\"email\":\"ann@example.com\",\"otp\":\"$CODE\"}"; }
ok "who leaves takes it along" equal "$STATUS $(sql admin "SELECT count(*) FROM bus.totp WHERE confirmed_at IS NOT NULL")" "200 0"
# ---- operators
op() { # CODE [PATH]: an operator's request
	BODY=$(curl -s -D "$VAR/head" -H "Authorization: Bearer $(cat "$VAR/etc/operator.token")" ${1:+-H "X-Bus-Totp: $1"} \
		"$BASE${2:-/api/internal/billing/accounts/demo/status}")
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
SECRET=$OPERATOR
op ''; ok "the token alone is not enough" is "403 second_factor_required"
DESK=$(curl -s -H "X-Bus-Internal-Key: $(cat "$VAR/etc/internal.key")" -H 'Content-Type: application/json' \
	-d '{"resources":"support:read waitlist:read waitlist:approve"}' "$BASE/api/internal/auth/token" | jq -r .access_token)
desk() { # METHOD PATH [JSON]: by the token that an operator's service has
	BODY=$(curl -s -D "$VAR/head" -X "$1" -H "Authorization: Bearer $DESK" ${3:+-H 'Content-Type: application/json' -d "$3"} "$BASE$2")
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
for asked in 'POST /api/v1/auth/admin/approve {"email":"ann@example.com"}' 'POST /api/v1/auth/admin/reject {"email":"ann@example.com"}' \
	'GET /api/v1/auth/admin/waitlist' 'GET /api/v1/support/runs/run_none'; do
	desk $asked; ok "nor a token for the desk: ${asked%% \{*}" is "403 second_factor_required"
done
SERVICE=$("$BUS" token issue --subject service --audience ai.hg.fi/internal --scope billing:catalog:read)
ok "a service among services is no person" equal "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $SERVICE" "$BASE/api/internal/billing/catalog")" 200
op '' /metrics; ok "but to look on at the counters" equal "$STATUS" 200
op "$(wrong)"; ok "nor with a wrong password" is "401 code_refused"
early; code=$(totp 0)
op "$code"; ok "a right one lets in" equal "$STATUS" 200
op "$code"; ok "once" is "401 code_refused"
op "$(totp -1)"; ok "an older one no longer" is "401 code_refused"
op ''; ok "and for a while nothing is asked" equal "$STATUS" 200
# Another host, or this one started again: what was used and shown is in the database.
"$BUS" stack down >/dev/null 2>&1; "$BUS" stack up --json >"$VAR/up.json" 2>"$VAR/up.err" || ok "the stack starts again" false
op "$code"; ok "what was used is used after a restart" is "401 code_refused"
op ''; ok "and what was shown is shown" equal "$STATUS" 200
sql admin "UPDATE bus.operator_second SET tries = 0" >/dev/null
guesses=''
for i in 1 2 3 4 5 6 7 8; do op "$(wrong)"; guesses+="$STATUS "; done
ok "guessing ends" contains "$guesses" "429 429"
BODY=$(curl -s -H "Authorization: Bearer wrong_token_wrong_token" -H "X-Bus-Totp: $(totp 1)" "$BASE/api/internal/billing/accounts/demo/status")
ok "without the token no password is looked at" equal "$(field .code)" insufficient_scope
ok "the key is in no log and in no answer" equal "$(grep -lF "$OPERATOR" "$VAR"/log/*.log | wc -l)$("$BUS" config --json | grep -c "$OPERATOR")" 00
# Required, unless somebody has said otherwise.
again() { "$BUS" stack down >/dev/null 2>&1; "$BUS" stack up --json >"$VAR/up.json" 2>"$VAR/up.err" || ok "the stack starts again" false; }
tested() { BODY=$("$BUS" config test 2>&1); STATUS=$?; }
told() { "$BUS" doctor --json | jq -r '.[] | select(.check == "operators'"'"' second factor").state'; }
rm "$VAR/etc/operator.totp"; again
op ''; ok "turned off, the token alone opens" equal "$STATUS" 200
tested; ok "the test of the configuration says so" equal "$STATUS $(grep -c 'warning: operator_totp_required = 0' <<<"$BODY")" "0 1"
ok "and the doctor" equal "$(told)" WARN
sed -i '/^operator_totp_required/d' "$VAR/etc/bus.conf"; again
sql admin "UPDATE bus.operator_second SET tries = 0, last_step = -1, shown_until = '-infinity'" >/dev/null
op ''; ok "by itself a stack has one" is "403 second_factor_required"
ok "a key that nobody else reads" equal "$(stat -c %a "$VAR/etc/operator.totp") $(told)" "600 OK"
OUT=$("$BUS" auth operator --json); SECRET=$(jq -r .secret <<<"$OUT")
ok "for an authenticator" equal "$(jq -r '"\(.uri) \(.new)"' <<<"$OUT")" "otpauth://totp/localhost:operator?secret=$SECRET&issuer=localhost&digits=6&period=30 false"
early; op "$(totp 0)"; ok "its password opens" equal "$STATUS" 200
RUN=$BOB_RUN; visitor bob
ok "the machine's own shell is asked for none" silent "$BUS" build show "$RUN"
mv "$VAR/etc/operator.totp" "$VAR/away"
kill -HUP "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")"
closed() { local end=$((SECONDS + 60)); while [ $SECONDS -lt $end ]; do op ''; [ "$STATUS" = 403 ] && return 0; read -rt 0.3 <> <(:); done; return 1; }
ok "without a key operator routes are closed" closed
op "$(totp 1)"; ok "to a password too" is "403 second_factor_required"
op '' /metrics; ok "but to look on at the counters" equal "$STATUS" 200
tested; ok "the test of the configuration fails" equal "$STATUS $(grep -c 'bus auth operator' <<<"$BODY")" "65 1"
ok "and the doctor says why" equal "$(told)" FAIL
"$BUS" auth operator >"$VAR/made"; ok "another key is made" equal "$(sed -n 1p "$VAR/made" | grep -cE '^[A-Z2-7]{32}$') $(stat -c '%a %U' "$VAR/etc/operator.totp")" "1 $(stat -c '%a %U' "$VAR/etc/operator.token")"
tested; ok "then it is in order" equal "$STATUS $BODY" "0 $VAR/etc/bus.conf: ok"
ok "the invariants hold" silent "$BUS" fsck
done_testing
