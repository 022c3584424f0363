#!/bin/bash
# What an operator tries first: the demo, the catalogs, what an account may do.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
status_of() { "$BUS" "$@" >"$VAR/out" 2>"$VAR/err"; echo $?; }

# The demo's conversation: once, and found again.
ok "the demo" equal "$(status_of demo)" 0
ok "asks one question" equal "$(grep -c '^  busdk .*?$' "$VAR/out")" 1
ok "and ends with a verified result" contains "$(cat "$VAR/out")" "verified"
of() { sed -n "s/^$1  *//p" "$VAR/out"; }
ARTIFACT=$(of artifact) PREVIEW=$(of preview)
ok "the artifact is where it says" test -s "$ARTIFACT"
ok "and verified by the command it prints" silent eval "$(of verify)"
cp "$ARTIFACT" "$VAR/changed"; echo >>"$VAR/changed"
ok "which refuses other bytes" eval "! silent $(of verify | sed "s|$ARTIFACT |$VAR/changed |")"
ok "the token for models is there" test -s "$(sed -n 's|.*(token in \(.*\))|\1|p' "$VAR/out")"
ok "again" equal "$(status_of demo)" 0
ok "it is the same tool" equal "$(of artifact) $(grep -c visitor "$VAR/out")" "$ARTIFACT 0"
ok "with a preview of its own" equal "$([ "$(of preview)" != "$PREVIEW" ] && echo new)" new
ok "and one run in all" equal "$(sql operator "SELECT count(*) FROM bus.run")" 1
rm "$VAR/demo/session"
sed "s/^listen = .*/listen = 127.0.0.1:$(free_port)/" "$VAR/etc/bus.conf" >"$VAR/away.conf"
ok "without a web server it is unavailable" equal "$(status_of demo --config "$VAR/away.conf")" 69
ok "and says so" test -s "$VAR/err"

# The models on offer, and a catalog that is only looked at.
ok "models" equal "$(status_of models)" 0
ok "names the model, its route and its price" grep -qE '^bus-static +static +static:' "$VAR/out"
"$BUS" models --json >"$VAR/models.list"
ok "as JSON: each of the catalog, once" equal "$(jq -c '[.[].model] | sort' "$VAR/models.list")" "$(jq -c '[.models[].id] | sort' "$srcdir/conf/models.json")"
ok "with the price that is in force" equal \
	"$(jq -r '.[] | select(.model == "bus-static") | "\(.price) \(.input) \(.output)"' "$VAR/models.list")" \
	"$(jq -r '.models[] | select(.id == "bus-static") | .prices | last | "\(.version) \(.input) \(.output)"' "$srcdir/conf/models.json")"
ok "a good catalog" equal "$(status_of models check "$srcdir/conf/models.json") $(grep -c "$(jq '.models | length' "$srcdir/conf/models.json") models, ok" "$VAR/out")" "0 1"
jq '.models[0].context_tokens = -1 | .models[1].max_output_tokens = "many"' "$srcdir/conf/models.json" >"$VAR/bad.json"
ok "a bad one is refused" equal "$(status_of models check "$VAR/bad.json")" 65
ok "with the name of each fault" equal "$(grep -c "$VAR/bad.json: models" "$VAR/err") $(wc -c <"$VAR/out")" "2 0"
echo '{' >"$VAR/bad.json"
ok "what is no JSON, too" equal "$(status_of models check "$VAR/bad.json")" 65
ok "and what is not there" equal "$(status_of models check "$VAR/none.json") $(grep -c none.json "$VAR/err")" "66 1"
ok "good plans" equal "$(status_of plan check "$srcdir/conf/plans.json") $(cat "$VAR/out")" "0 in order"
jq '.plans[0].prices = [{"amount": -1}]' "$srcdir/conf/plans.json" >"$VAR/bad.json"
ok "bad plans" equal "$(status_of plan check "$VAR/bad.json") $(wc -c <"$VAR/out")" "65 0"
for verb in check put; do
	ok "plans that are not there: $verb" equal "$(status_of plan $verb "$VAR/none.json") $(grep -c none.json "$VAR/err")" "66 1"
done
ok "nothing to verify" equal "$(status_of verify "$VAR/none.zip" "$ARTIFACT") $(grep -c none.zip "$VAR/err")" "66 1"
ok "nothing that says who has made it" equal "$(status_of verify "$ARTIFACT" "$VAR/none.json") $(grep -c none.json "$VAR/err")" "66 1"
ok "no key to verify it by" equal "$(status_of verify "$ARTIFACT" "$VAR/bad.json" --key "$VAR/none.pub") $(grep -c none.pub "$VAR/err")" "66 1"
for name in models catalog receipt_public; do
	sed "/^$name = /d" "$VAR/etc/bus.conf" >"$VAR/none.conf"; echo "$name = $VAR/none.file" >>"$VAR/none.conf"
	ok "a configuration whose $name is not there" equal "$(status_of config test --config "$VAR/none.conf") $(grep -c "none.conf.*none.file" "$VAR/err")" "78 1"
done

# May this account use that?
may() {
	BODY=$(curl -s -m 30 -w '\n%{http_code}' -H "Authorization: Bearer ${TOKEN-$(cat "$VAR/etc/operator.token")}" \
		-H 'Content-Type: application/json' -d "$1" "$BASE/api/internal/billing/entitlement-check")
	STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}
}
may '{"account_id":"demo","scope":"llm:proxy"}'; ok "the demo may" equal "$STATUS $(field .allowed) $(field .plan_id)" "200 true demo"
may '{"account_id":"nobody-of-that-name","scope":"llm:proxy"}'; ok "a name that nobody could have" equal "$STATUS $(field .code)" "400 bad_request"
may '{"account_id":"11111111-1111-4111-8111-111111111111","scope":"llm:proxy"}'
ok "nobody may not, and hears what would help" equal "$STATUS $(field .allowed) $(field .reason)" "200 false billing_required"
may '{"account_id":"demo"}'; ok "no scope" equal "$STATUS $(field .code)" "422 validation_failed"
may '{"account_id":"x y","scope":"llm:proxy"}'; ok "no name" equal "$STATUS $(field .code)" "422 validation_failed"
TOKEN=$(cat "$VAR/demo.token") may '{"account_id":"demo","scope":"llm:proxy"}'
ok "customers do not ask that" equal "$((STATUS == 401 || STATUS == 403 || STATUS == 404))" 1
ok "the invariants hold" silent "$BUS" fsck
done_testing
