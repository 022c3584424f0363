#!/bin/bash
# What an account may no longer do, and what another site may never do for it.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "code_network_hour = 1000" "waitlist = auto"
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

ok "the invariants hold" silent "$BUS" fsck
done_testing
