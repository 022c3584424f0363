#!/bin/bash
# Every row of the route table × anonymous, owner, other visitor, operator; ×
# wrong method, type, size, syntax, unknown field. The rows come from the table,
# so a new route is in here by itself.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "internal_token_ttl_s = 86400" # for as long as it takes on a busy machine
OP=$(cat "$VAR/etc/operator.token")

visitor owner
ok "a tool to look at" build_tool "A tip calculator that splits the bill" web
DONE=$RUN
api GET "/api/v1/build-runs/$DONE/artifacts"
ART=$(field '.items[0].artifact_id')
KID=$(curl -s "$BASE/.well-known/jwks.json" | jq -r '.keys[0].kid')
PROGRAM=$(cat "$VAR/demo.token") READER=$("$BUS" token issue --subject demo --scope something:else)
# A customer, and a service that may administer.
visitor customer
api POST /api/v1/sessions '{}'; enter customer@example.com
CUSTOMER=$(field .access_token)
COLLECTOR=$("$BUS" token issue --subject collector --audience ai.hg.fi/internal --scope "usage:read usage:delete")
BUILDER=$("$BUS" token issue --subject "$(field .identity_id)" --scope build:write)
visitor leaver # whose session a route may end
api POST /api/v1/sessions '{}'; enter customer@example.com
ADMIN=$(curl -s -H "X-Bus-Internal-Key: $(cat "$VAR/etc/internal.key")" -H 'Content-Type: application/json' \
	-d '{"resources":"waitlist:read waitlist:approve support:read"}' "$BASE/api/internal/auth/token" | jq -r .access_token)
SERVICE=$("$BUS" token issue --subject service --audience ai.hg.fi/internal --scope usage:write)
visitor owner
api POST /api/v1/chats '{}'; CHAT=$(field .chat_id)
visitor other
api POST /api/v1/sessions '{}'
"$BUS" routes --json | jq -r '.[] | select(.site == "portal") |
	[.id, .method, .path, .audience, .kind, .body_max, .scope, .unkeyed] | map(tostring) | join("\u001f")' >"$VAR/routes"
ok "the table has rows" equal "$(($(wc -l <"$VAR/routes") > 20))" 1

# as WHO METHOD PATH [CURL OPTION…]
as() {
	local who=$1 method=$2 path=$3 auth=(); shift 3; ASKED=$path
	case $who in
	operator) auth=(-H "Authorization: Bearer $OP") ;;
	program) auth=(-H "Authorization: Bearer $PROGRAM") ;;
	reader) auth=(-H "Authorization: Bearer $READER") ;;
	stranger) auth=(-H "Authorization: Bearer vs_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") ;;
	token) auth=(-H "Authorization: Bearer $CUSTOMER") ;;
	admin) auth=(-H "Authorization: Bearer $ADMIN") ;;
	service) auth=(-H "Authorization: Bearer $SERVICE") ;;
	collector) auth=(-H "Authorization: Bearer $COLLECTOR") ;;
	builder) auth=(-H "Authorization: Bearer $BUILDER") ;;
	owner | other | customer | leaver) visitor $who; auth=(-b "$V" -H "X-CSRF-Token: $CSRF") ;;
	esac
	BODY=$(curl -s -m 30 --path-as-is -D "$VAR/head" -X "$method" "${auth[@]}" "$@" "$BASE$path" | tr -d '\0')
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
json=(-H 'Content-Type: application/json' -d)

# An error is a problem document with the request's id, and tells nothing else.
# Below /v1/ the same codes come in OpenAI's shape.
problem() {
	local code=.code type=application/problem+json
	[[ ${ASKED:-} != /v1/* ]] || code=.error.code type=application/json
	equal "$STATUS" "$1" && equal "$(field $code)" "$2" &&
		equal "$(field .request_id)" "$(tr -d '\r' <"$VAR/head" | awk 'tolower($1) == "x-request-id:" { print $2 }')" &&
		grep -qi "^content-type: $type" "$VAR/head" &&
		lacks "$BODY" "$VAR" && lacks "$BODY" SELECT
}
one_of() { case " $2 " in *" $1 "*) return 0 ;; esac; echo "# have: $1, want one of: $2"; return 1; }

fill() { local p=${1//\{run_id\}/$DONE}; p=${p//\{chat_id\}/$CHAT}; p=${p//\{account_id\}/demo}; p=${p//\{kid\}/$KID}; p=${p//\{model\}/bus-static}; echo "${p//\{artifact_id\}/$ART}"; }
# A body that the row would take, so that only the caller is wrong.
send() {
	local body='{}'
	case $2 in
	chat.say) body='{"text":"hi"}' ;;
	chat.rename) body='{"title":"A name"}' ;;
	build_run.say) body='{"text":"and a title"}' ;;
	build_run.contact) body='{"email":"someone@example.com"}' ;;
	auth.delete) body='{"email":"someone@example.com","otp":"12345678"}' ;;
	auth.register | auth.otp_request) body='{"email":"someone@example.com"}' ;;
	auth.otp_verify) body='{"email":"someone@example.com","otp":"12345678"}' ;;
	build_run.create) body='{"message":"A counter of laps"}' ;;
	auth.internal_token) body='{"resources":"usage:read"}' ;;
	operator.account_*) body='{"reason":"a test"}' ;;
	auth.totp_verify | auth.totp_disable) body='{"code":"123456"}' ;;
	auth.key_create) body='{"name":"n","resources":"usage:read"}' ;;
	v1.*) body='{"model":"bus-static","messages":[{"role":"user","content":"hi"}],"input":"hi","prompt":"hi"}' ;;
	build_run.approve_scope) body="{\"scope_hash\":\"$(printf '0%.0s' {1..64})\"}" ;;
	esac
	[[ $1 = P* ]] && args=("${json[@]}" "$body") || args=()
}

callers() {
	local id=$1 method=$2 path=$3 audience=$4 scope=$5 args
	send "$method" "$id"
	case $audience in
	customer)
		for who in anonymous stranger operator; do
			as $who "$method" "$path" "${args[@]}"
			ok "$id: $who" problem 401 unauthenticated
		done
		[[ $path = /api/v1/build-runs || $path = /api/v1/chats ]] || {
			as other "$method" "$path" "${args[@]}"
			ok "$id: another visitor" equal "$STATUS" 404
			ok "$id: and reads nothing of it" lacks "$BODY" "$DONE"
		}
		if [ -n "$scope" ]; then # a program of the customer's, and another's
			as reader "$method" "$path" "${args[@]}"; ok "$id: another scope" problem 403 insufficient_scope
			as admin "$method" "$path" "${args[@]}"; ok "$id: a service" problem 403 insufficient_scope
			for who in token builder; do
				as $who "$method" "$path" "${args[@]}"
				ok "$id: $who" equal "$STATUS" "$([ "$path" = /api/v1/build-runs ] && echo 200 || echo 404)"
				ok "$id: and $who reads nothing of it" lacks "$BODY" "$DONE"
			done
		else
			as token "$method" "$path" "${args[@]}"; ok "$id: token" problem 401 unauthenticated
		fi
		[ "$method" = GET ] && { as owner GET "$path"; ok "$id: the owner" equal "$STATUS" 200; } ;;
	open)
		as stranger "$method" "$path" "${args[@]}"; ok "$id: a session that never was" problem 401 unauthenticated
		as reader "$method" "$path" "${args[@]}"
		ok "$id: a program" equal "$STATUS" "$([ -n "$scope" ] && echo 403 || echo 401)"
		as anonymous "$method" "$path" "${args[@]}"
		ok "$id: anybody" equal "$STATUS" "$(case $id in build_run.create | chat.create) echo 201 ;; auth.otp_verify) echo 401 ;; *) echo 200 ;; esac)"
		as anonymous "$method" "$path" "${args[@]}" -H 'Sec-Fetch-Site: cross-site'; ok "$id: from another site" problem 403 csrf_failed ;;
	internal)
		for who in anonymous stranger operator owner customer token admin program; do
			as $who "$method" "$path" "${args[@]}"; ok "$id: $who" problem 401 unauthenticated
		done
		as service "$method" "$path" "${args[@]}"; ok "$id: another scope" problem 403 insufficient_scope
		as collector "$method" "$path" "${args[@]}"; ok "$id: a collector" equal "$STATUS" 200 ;;
	api)
		for who in anonymous stranger operator; do
			as $who "$method" "$path" "${args[@]}"; ok "$id: $who" problem 401 unauthenticated
		done
		as reader "$method" "$path" "${args[@]}"; ok "$id: another scope" problem 403 insufficient_scope
		[ "$method" = GET ] && for who in owner program; do
			as $who GET "$path" # a name that stands for nothing is found by nobody
			ok "$id: $who" equal "$STATUS" "$([[ $path = *{* ]] && echo 404 || echo 200)"
		done ;;
	auth)
		as anonymous "$method" "$path" "${args[@]}"; ok "$id: anonymous" problem 401 unauthenticated
		for who in program reader; do # signed by us, for something else
			as $who "$method" "$path" "${args[@]}"; ok "$id: $who" problem 401 unauthenticated
		done
		if [ -n "$scope" ]; then
			for who in stranger operator owner customer token; do
				as $who "$method" "$path" "${args[@]}"; ok "$id: $who" problem 403 insufficient_scope
			done
			[ "$method" = GET ] && { as admin GET "$path"; ok "$id: admin" equal "$STATUS" 200; }
		else
			for who in stranger operator; do
				as $who "$method" "$path" "${args[@]}"; ok "$id: $who" problem 401 unauthenticated
			done
			as admin "$method" "$path" "${args[@]}"; ok "$id: admin" problem 403 insufficient_scope
			[ "$method" = GET ] && for who in customer token; do
				as $who GET "$path"; ok "$id: $who" equal "$STATUS" 200
			done
			[[ $method = POST && $path = *{* ]] && {
				as token "$method" "$path" "${args[@]}"; ok "$id: of nobody" problem 404 not_found
			}
			[ "$method" = GET ] && { as owner GET "$path"; ok "$id: a visitor" problem 401 unauthenticated; }
		fi ;;
	token)
		for who in anonymous stranger operator owner customer; do
			as $who "$method" "$path"; ok "$id: $who" problem 401 unauthenticated
		done
		for who in token admin program reader; do
			as $who "$method" "$path"; ok "$id: $who" one_of "$STATUS" "$([ -n "$scope" ] && echo 403 422 || echo 200)"
		done ;;
	operator)
		as anonymous "$method" "$path" "${args[@]}"; ok "$id: anonymous" problem 401 unauthenticated
		as stranger "$method" "$path" "${args[@]}"; ok "$id: stranger" problem 403 insufficient_scope
		as owner "$method" "$path" "${args[@]}"; ok "$id: owner by cookie" problem 401 unauthenticated
		as service "$method" "$path" "${args[@]}"
		ok "$id: a service" problem $([ -n "$scope" ] && echo 403 insufficient_scope || echo 401 unauthenticated)
		[ "$method" = GET ] && { as operator GET "$path"; ok "$id: operator" equal "$STATUS" 200; } ;;
	public)
		[ "$method" = POST ] && { as anonymous POST "$path" "${args[@]}"
			ok "$id: anybody" equal "$STATUS" "$(case $id in session.create) echo 201 ;; stripe.webhook) echo 400 ;; auth.internal_token) echo 403 ;; local_*.press) echo 404 ;; esac)"
			as anonymous POST "$path" "${args[@]}" -H 'Sec-Fetch-Site: cross-site'
			[ "$id" = stripe.webhook ] || ok "$id: from another site" problem 403 csrf_failed; }
		# A page of the local payment provider exists only where that is chosen.
		[ "$method" = GET ] && { as anonymous GET "$path"
			ok "$id: anybody" equal "$STATUS" "$([[ $id = local_*.page ]] && echo 404 || echo 200)"; } ;;
	*) ok "$id: an audience nobody tests: $audience" false ;;
	esac
}

wrong_method() {
	local id=$1 path=$2 pattern=$3 m
	for m in PUT DELETE PATCH TRACE FROB; do
		cut -d $'\x1f' -f 2,3 "$VAR/routes" | grep -qxF "$m"$'\x1f'"$pattern" && continue
		as owner $m "$path"
		ok "$id: $m" one_of "$STATUS" "405 400"
	done
}

# What a row with a body says to a body that is not one.
bodies() {
	local id=$1 method=$2 path=$3 audience=$4 max=$5 who=owner
	[ "$audience" = operator ] && who=operator
	[ "$audience" = token ] && who=service
	[ "$audience" = auth ] && { [ -n "$6" ] && who=admin || who=leaver; }
	as $who "$method" "$path" -H 'Content-Type: text/plain' -d '{}'
	ok "$id: wrong type" problem 415 unsupported_media_type
	head -c $((max + 1)) /dev/zero | tr '\0' ' ' >"$VAR/big"
	as $who "$method" "$path" -H 'Content-Type: application/json' --data-binary "@$VAR/big"
	ok "$id: one byte over the limit" problem 413 payload_too_large
	for bad in '' '{' '[]' 'null' '{}x' '{"a":1,"a":2}' $'{"a":"\xff"}' '{"a":1e999}' '{"a":NaN}' \
		'{"message":null' "$(printf '[%.0s' {1..60})"; do
		[ ${#bad} -le "$max" ] || continue
		as $who "$method" "$path" -H 'Content-Type: application/json' --data-binary "$bad"
		[ -z "$bad" ] || ok "$id: ${bad:0:20}" one_of "$STATUS" "400 422"
		[ -z "$bad" ] || ok "$id: with a problem document" equal "$(field .request_id | cut -c1-4)" req_
	done
	as $who "$method" "$path" "${json[@]}" '{"nobody_knows":1}'
	# OpenAI's callers send what is newer than this program: it is passed on.
	# A payment provider's event is refused for its signature, whatever is in it.
	[[ $path = /v1/* || $id = stripe.webhook ]] || ok "$id: an unknown field is named" equal "$STATUS $(field '.errors[] | select(.field == "nobody_knows") | .code')" "422 unknown"
	as $who "$method" "$path" -H "Idempotency-Key: $(printf 'k%.0s' {1..256})" "${json[@]}" '{}'
	[ -n "$7" ] || ok "$id: an idempotency key too long" equal "$STATUS" 422
	[[ $audience = customer || $audience = api ]] && {
		as owner "$method" "$path" -H 'X-CSRF-Token: wrong' "${json[@]}" '{}' -H 'Sec-Fetch-Site: cross-site'
		ok "$id: from another site" problem 403 csrf_failed
	}
}

while IFS=$'\x1f' read -r id method pattern audience kind max scope unkeyed; do
	path=$(fill "$pattern")
	callers "$id" "$method" "$path" "$audience" "$scope" </dev/null
	wrong_method "$id" "$path" "$pattern" </dev/null
	[ "$max" = 0 ] || bodies "$id" "$method" "$path" "$audience" "$max" "$scope" "$unkeyed" </dev/null
	[ "$method" = GET ] && [ "$audience" = customer ] && {
		as owner GET "$path?nobody_knows=1" </dev/null
		ok "$id: an unknown parameter" problem 422 validation_failed
	}
done <"$VAR/routes"

for path in /api/v1/nothing /api/v1/build-runs/ /api/v1/build-runs/run_x /api/v1/build-runs/%00 \
	"/api/v1/build-runs/$DONE/../$DONE" "/api/v1/build-runs/$DONE/%2e%2e" /api/internal/x /v1/nothing; do
	as owner GET "$path"
	ok "nothing at $path" one_of "$STATUS" "404 400 422"
done

# The same request twice, with a key: one effect, one answer.
visitor owner
HEADER='Idempotency-Key: twice-1' api POST /api/v1/build-runs '{"message":"A counter of laps"}'
first=$BODY
ok "a run with a key" equal "$(grep -c '^HTTP.* 201 ' "$VAR/head")" 1
HEADER='Idempotency-Key: twice-1' api POST /api/v1/build-runs '{"message":"A counter of laps"}'
ok "is answered again" equal "$BODY" "$first"
ok "and says so" grep -qi '^idempotency-replayed: true' "$VAR/head"
HEADER='Idempotency-Key: twice-1' api POST /api/v1/build-runs '{"message":"A counter of cars"}'
ok "another body is not" equal "$(field .code)" idempotency_mismatch
RUN=$(jq -r .run_id <<<"$first")
api POST "/api/v1/build-runs/$RUN/scope-approval" '{"scope_hash":"0000000000000000000000000000000000000000000000000000000000000000"}'
ok "a scope that was not shown" one_of "$(field .code)" "scope_changed conflict validation_failed"
as operator POST "/api/internal/build-runs/$DONE/approve" "${json[@]}" '{}'
ok "nothing is approved twice" problem 409 conflict

for key in title summary price; do
	as other GET "/api/v1/build-runs"
	ok "a visitor's list has only his own ($key)" lacks "$BODY" "$DONE"
done
ok "the invariants hold" silent "$BUS" fsck
done_testing
