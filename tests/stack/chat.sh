#!/bin/bash
# The chat gateway: who may call, what is refused and how, scripted upstreams,
# OpenAI's own client, budgets under a storm.
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/upstreams.sh"
BEFORE_UP=write_models stack_begin
T=$(cat "$VAR/demo.token")
ok "the demo's token is for its owner alone" equal "$(stat -c %a "$VAR/demo.token")" 600

CHAT=/v1/chat/completions
say() { printf '{"model":"bus-static","messages":[{"role":"user","content":"hi"}]%s}' "${1:+,$1}"; }

v1 /v1/models
ok "models are listed" equal "$STATUS $(field '.data[-2].id') $(field '.data[-2].bus.availability')" "200 bus-static available"
v1 $CHAT "$(say)"
ok "a call is answered" equal "$STATUS $(field .object) $(field .usage.completion_tokens)" "200 chat.completion 14"
ok "and names its usage" contains "$(header x-bus-usage-id)" usg_
ID=$(header x-bus-usage-id)
v1 /api/v1/usage
ok "which is posted" equal "$(field ".items[] | select(.usage_id == \"$ID\") | .state")" posted
v1 /v1/models/bus-static
ok "one model" equal "$STATUS $(field .id) $(field .object) $(field .bus.availability)" "200 bus-static model available"
ONE=$(jq -cS . <<<"$BODY"); v1 /v1/models
ok "as the list has it" equal "$(jq -cS '.data[] | select(.id == "bus-static")' <<<"$BODY")" "$ONE"
v1 /v1/models/vendor%2Fnone
ok "none of that name" equal "$STATUS $(field .error.code) $(header x-should-retry)" "404 model_not_found false"
v1 /v1/responses '{"model":"bus-static","input":"hi"}'
ok "responses" equal "$STATUS $(field .status)" "200 completed"
v1 /v1/responses '{"model":"bus-static","input":"hi","stream":true}'
ok "responses streamed" contains "$BODY" "event: response.completed"
v1 /v1/completions '{"model":"bus-static","prompt":"hi"}'
ok "completions" equal "$STATUS $(field .object)" "200 text_completion"
v1 /v1/embeddings '{"model":"bus-embed","input":"hi"}'
ok "embeddings" equal "$STATUS $(field '.data[0].object')" "200 embedding"
v1 $CHAT "$(say '"max_tokens":2')"
ok "a limit of the caller's is kept" equal "$(field '.choices[0].finish_reason') $(field .usage.completion_tokens)" "length 2"

# What is refused, and how.
refused() { # STATUS CODE WHAT
	ok "$3: $1 $2" equal "$STATUS $(field .error.code) $(header x-should-retry)" "$1 $2 ${4:-false}"
}
TOKEN=nonsense v1 $CHAT "$(say)"; refused 401 unauthenticated "no token"
TOKEN=${T%??????????}AAAAAAAAAA v1 $CHAT "$(say)"; refused 401 unauthenticated "a forged one"
TOKEN=$("$BUS" token issue --subject nobody) v1 $CHAT "$(say)"; refused 401 unauthenticated "an unknown account"
TOKEN=$("$BUS" token issue --subject demo --audience other) v1 $CHAT "$(say)"; refused 401 unauthenticated "another audience"
TOKEN=$("$BUS" token issue --subject demo --scope usage:read) v1 $CHAT "$(say)"; refused 403 insufficient_scope "another scope"
TOKEN=$("$BUS" token issue --subject demo --scope llm:proxy) v1 /api/v1/usage
ok "usage needs its own scope" equal "$STATUS $(field .code)" "403 insufficient_scope"
v1 $CHAT '{"model":"gpt-x","messages":[{"role":"user","content":"hi"}]}'; refused 404 model_not_found "an unknown model"
v1 $CHAT '{"messages":[{"role":"user","content":"hi"}]}'; refused 422 validation_failed "no model"
ok "and the parameter is named" equal "$(field .error.param)" model
v1 $CHAT '{"model":"bus-static"}'; refused 422 validation_failed "no messages"
v1 $CHAT "$(say '"max_tokens":-1')"; refused 422 validation_failed "a negative limit"
v1 $CHAT "$(say '"n":0')"; refused 422 validation_failed "no choice"
v1 $CHAT '{"mod\u0065l":"bus-static","model":"bus-static","messages":[{"role":"user","content":"hi"}]}'; refused 422 validation_failed "a name in two spellings"
v1 $CHAT '{"model":'; refused 400 bad_request "half a body"
v1 $CHAT '[]'; refused 400 bad_request "a list"
v1 $CHAT "$(say)" 'Content-Type: text/plain'; refused 415 unsupported_media_type "no JSON"
head -c 2200000 /dev/zero | tr '\0' ' ' >"$VAR/large"
v1 $CHAT "@$VAR/large"; refused 413 payload_too_large "more than 2 MiB"
v1 $CHAT "$(say)" 'x-bus-run-id: run_of_somebody_else'; refused 404 not_found "another's run"

# A key: one effect, one answer.
v1 $CHAT "$(say)" 'Idempotency-Key: k1'
first=$BODY ID=$(header x-bus-usage-id)
v1 $CHAT "$(say)" 'Idempotency-Key: k1'
ok "a repeated key gets the same answer" equal "$BODY" "$first"
ok "says so, and is the same call" equal "$(header idempotency-replayed) $(header x-bus-usage-id)" "true $ID"
v1 $CHAT "$(say '"max_tokens":3')" 'Idempotency-Key: k1'; refused 422 idempotency_mismatch "another body under it"
v1 $CHAT "$(say '"stream":true')" 'Idempotency-Key: k2'; first=$BODY
v1 $CHAT "$(say '"stream":true')" 'Idempotency-Key: k2'
ok "a repeated stream too" equal "$BODY" "$first"
ok "which ends as it did" contains "$BODY" "data: [DONE]"
"$BUS" plan assign other demo
TOKEN=$("$BUS" token issue --subject other) v1 $CHAT "$(say)" 'Idempotency-Key: k1'
ok "somebody else's key is another" equal "$STATUS $(header idempotency-replayed)" "200 "
ok "one call was charged" equal "$(sql operator "SELECT count(*) FROM bus.ledger_entry l JOIN bus.usage_record u ON u.id = l.usage WHERE u.usage_id = '$ID'")" 1
ok "no key and no answer is kept in the clear" equal "$(sql admin "SELECT count(*) FROM bus.call_answer WHERE position('static'::bytea IN sealed) > 0")" 0

# Limits: a plan for one call exactly. Body and prices are known: so is the reserve.
sed 's|"micro": 20000000 }|"micro": 300 }|; s|"id": "demo"|"id": "small"|' "$srcdir/conf/plans.json" >"$VAR/plans.json"
jq '.plans += [.plans[1] | .id = "nothing" | .features = []]' "$VAR/plans.json" >"$VAR/p" && mv "$VAR/p" "$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json" && "$BUS" plan assign small small && "$BUS" plan assign nothing nothing
S=$("$BUS" token issue --subject small)
TOKEN=$("$BUS" token issue --subject nothing) v1 $CHAT "$(say)"; refused 402 billing_required "a plan without the feature"
TOKEN=$S v1 $CHAT "$(say)"
ok "beyond the limit: 429 insufficient_quota" equal "$STATUS $(field .error.code) $(header x-should-retry)" "429 insufficient_quota false"
ok "with the limit and what is left" equal "$(header x-bus-limit), $(header x-bus-remaining-micro)" "account day, 300"
TOKEN=$S v1 $CHAT "$(say)" 'x-bus-clamp: allow'
ok "or a shorter answer where that is allowed" equal "$STATUS $((${x:-$(header x-bus-clamped-to)} < 1000))" "200 1"

"$BUS" kill new-runs
visitor killed; api POST /api/v1/build-runs '{"message":"A counter of laps"}'
ok "new runs are stopped" equal "$STATUS $(field .code)" "503 unavailable"
v1 $CHAT "$(say)"
ok "while models answer" equal "$STATUS" 200
"$BUS" kill new-spend --reason test
v1 $CHAT "$(say)"; refused 503 unavailable "spending is stopped" true
"$BUS" kill none
visitor killed; api POST /api/v1/build-runs '{"message":"A counter of laps"}'
ok "new runs go on" equal "$STATUS" 201
v1 $CHAT "$(say)"
ok "and goes on" equal "$STATUS" 200

node "$srcdir/tests/chat/upstreams.mjs" run "$UP" "$BASE" "$T" >"$VAR/upstreams.tap"
ok "scripted upstreams ($(grep -c '^ok' "$VAR/upstreams.tap") of $(grep -c '^\(not \)\?ok' "$VAR/upstreams.tap"))" equal "$?-$(grep -c '^not ok' "$VAR/upstreams.tap")" 0-0
grep '^not ok' "$VAR/upstreams.tap" | sed 's/^/# /'
"$BUS" margin --json >"$VAR/margin"
ok "margins are known" equal "$(jq '[.items[] | select(.model == "stream")][0].margin' "$VAR/margin")" 10

# One budget, many callers: exactly one is admitted.
"$BUS" proof budget --json >"$VAR/proof"
ok "a thousand calls, one budget" equal "$(jq -c '[.admitted, .refused, .overspent, .ok]' "$VAR/proof")" '[1,999,0,true]'

if npm_package openai@4.104.0; then
	serve_upstreams
	(cd "$builddir/test-npm" && cp "$srcdir/tests/chat/sdk.mjs" chat-sdk.mjs && node chat-sdk.mjs "$BASE/v1" "$T" "$UP") >"$VAR/sdk.tap"
	ok "OpenAI's client ($(grep -c '^ok' "$VAR/sdk.tap") checks)" equal "$?" 0
	grep '^not ok' "$VAR/sdk.tap" | sed 's/^/# /'
	end_upstreams
else
	ok "OpenAI's client can be installed" false
fi

# The ledger is sealed, and each call can be proved to a stranger.
seal() { local p; for p in seal export; do "${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.$p --now="$(date -u -d '+60 seconds' +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1; done; }
v1 $CHAT "$(say)"; ID=$(header x-bus-usage-id)
for _ in $(seq 40); do [ "$(sql operator "SELECT state FROM bus.usage_record WHERE usage_id = '$ID'")" = posted ] && break; read -rt 0.05 <> <(:); done
v1 "/api/v1/usage/$ID/proof"
ok "not proved before it is sealed" equal "$STATUS $(field .code)" "409 conflict"
seal
v1 "/api/v1/usage/$ID/proof"; echo "$BODY" >"$VAR/proof.json"
ok "a proof" equal "$STATUS $(field '.proofs | length')" "200 1"
curl -s "$BASE/.well-known/jwks.json" >"$VAR/jwks.json"
ok "which a stranger can check" silent node "$srcdir/tests/chat/proof.mjs" "$VAR/proof.json" "$VAR/jwks.json"
jq -c '.proofs[0].entry |= sub("revenue"; "Revenue")' "$VAR/proof.json" >"$VAR/forged.json"
ok "and not when it was changed" equal "$(node "$srcdir/tests/chat/proof.mjs" "$VAR/forged.json" "$VAR/jwks.json" >/dev/null 2>&1; echo $?)" 1
ok "the same from the command" equal "$("$BUS" ledger prove "$ID" --json | jq -c .proofs[0].path)" "$(jq -c .proofs[0].path "$VAR/proof.json")"
TOKEN=$("$BUS" token issue --subject other) v1 "/api/v1/usage/$ID/proof"
ok "nobody else is shown it" equal "$STATUS $(field .code)" "404 not_found"
ok "all seals hold" equal "$("$BUS" ledger verify --json | jq -c '[.ok, .seals > 0]')" '[true,true]'
ok "and stand in a file" equal "$(tail -n 1 "$VAR/ledger/seals.jsonl" | jq .seal)" "$(sql operator "SELECT max(id) FROM bus.ledger_seal")"
sql admin "UPDATE bus.ledger_entry SET micro = micro + 1 WHERE id = (SELECT max(first) FROM bus.ledger_seal)" >/dev/null
ok "a changed entry is seen" equal "$("$BUS" ledger verify --json | jq -r .why)" "an entry was changed"
sql admin "UPDATE bus.ledger_entry SET micro = micro - 1 WHERE id = (SELECT max(first) FROM bus.ledger_seal)" >/dev/null
ok "roles of the programs change none" contains "$(sql reaper "UPDATE bus.ledger_entry SET micro = 1")" "permission denied"

# What a crash leaves is settled by the reaper, at the reserve.
stop_fcgi() { kill -9 $(pgrep -f "bus-fcgi $VAR/etc/bus.conf"); }
sql admin "INSERT INTO bus.usage_record (usage_id, account_id, model, backend, price_version, reserved, budgets, created_at, expires_at)
	SELECT 'usg_left', id, 'm', 'b', 'v', 50, '{}', now() - interval '2 hours', now() - interval '1 hour' FROM bus.account WHERE subject = 'demo'" >/dev/null
"${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.expire "$VAR/etc/bus.conf" >/dev/null 2>&1
ok "what nobody settled counts in full" equal "$(sql operator "SELECT state, posted FROM bus.usage_record WHERE usage_id = 'usg_left'")" "estimated|50"
"$BUS" usage correct usg_left 20
ok "until it is corrected" equal "$(sql operator "SELECT state, posted FROM bus.usage_record WHERE usage_id = 'usg_left'")" "posted|20"
ok "never upwards" equal "$("$BUS" usage correct usg_left 30 >/dev/null 2>&1; echo $?)" 65
sql admin "DELETE FROM bus.ledger_entry WHERE usage = (SELECT id FROM bus.usage_record WHERE usage_id = 'usg_left')" >/dev/null
ok "a ledger that was changed is seen" equal "$("$BUS" fsck >"$VAR/fsck" 2>&1; echo "$? $(grep -c I4 "$VAR/fsck")")" "1 1"
sql admin "DELETE FROM bus.usage_record WHERE usage_id = 'usg_left'" >/dev/null
ok "the invariants hold" silent "$BUS" fsck
done_testing
