#!/bin/bash
# Limits by way of the gateway and the commands: backends that are fallen back to,
# keys whose first call failed, plans that clamp, accounts with many credentials;
# the ledger against its seals and their copy.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_models() {
	jq '.backends += [{id: "dead", kind: "local_runtime", url: "http://127.0.0.1:1/v1", connect_ms: 500},
			{id: "hang", kind: "local_runtime", url: "http://127.0.0.1:'$UP'/v1", connect_ms: 5000, idle_ms: 60000}]
		| (.models[] | select(.id == "bus-static")) as $m
		| .models += [$m + {id: "fb", routes: [$m.routes[0] + {backend: "dead"}, $m.routes[0]]},
			$m + {id: "hang", routes: [$m.routes[0] + {backend: "hang"}]}, $m + {id: "lost", routes: [$m.routes[0] + {backend: "dead"}]}]' "$srcdir/conf/models.json" >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
	echo 'call_max_caller = 1' >>"$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin
CHAT=/v1/chat/completions
say() { printf '{"model":"%s",%s"messages":[{"role":"user","content":"hi"}]}' "$1" "${2-"\"max_tokens\":14,"}"; }
until_true() { local end=$((SECONDS + 60)); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.1 <> <(:); done; true; }
# plan NAME ACCOUNT_MICRO BACKEND_MICRO MORE
plan() {
	jq -nc --arg n "$1" --argjson a "$2" --argjson b "$3" --argjson more "${4:-{\}}" '{version: "t", plans: [{id: $n, name: "P",
		features: ["chat"], support: {level: "none"}, limits: [{scope: "account", period: "day", micro: $a}]} + $more],
		limits: [{scope: "backend", subject: "static", period: "day", micro: $b}]}' >"$VAR/plans.json"
	"$BUS" plan put "$VAR/plans.json" && "$BUS" plan assign "$1" "$1" && T=$("$BUS" token issue --subject "$1")
}
settled() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ]; }

plan wide 1000000 1000000; TOKEN=$T v1 $CHAT "$(say fb)"
ok "a call falls back" equal "$STATUS $(header x-bus-fallback)" "200 1"
until_true settled
ok "and the backend that served it is charged" equal "$(sql operator "SELECT posted > 0 FROM bus.budget WHERE scope = 'backend' AND subject = 'static'")" t
ok "which operators see" equal "$("$BUS" usage --json | jq -r '.items[0].backend')" static
ok "and in the margins" equal "$("$BUS" margin --json | jq -r '.items[] | select(.model == "fb") | .backend')" static
plan narrow 1000000 "$(sql operator "SELECT posted + 5 FROM bus.budget WHERE scope = 'backend' AND subject = 'static'")"
TOKEN=$T v1 $CHAT "$(say fb)"
ok "its limit holds for calls that would fall back to it" equal "$STATUS $(header x-bus-limit)" "429 backend day"

plan tries 1000000 1000000
for i in 1 2; do
	TOKEN=$T v1 $CHAT "$(say lost)" 'Idempotency-Key: k'
	ok "a key may be tried again ($i)" equal "$STATUS $(header x-should-retry)" "503 true"
done

plan tight 300 1000000; TOKEN=$T v1 $CHAT "$(say bus-static '')"
ok "without the flag a call that does not fit is refused" equal "$STATUS" 429
ok "with what is left in tokens, and until when" equal "$(header x-ratelimit-remaining-tokens) $(header x-ratelimit-reset-tokens | grep -c '^[1-9][0-9]*s$')" "750 1"
plan tight 300 1000000 '{"clamp": true}'; TOKEN=$T v1 $CHAT "$(say bus-static '')"
ok "with it a shorter answer is given" equal "$STATUS $((0$(header x-bus-clamped-to) > 0))" "200 1"
TOKEN=$T v1 $CHAT "$(say bus-static '')" 'x-bus-clamp: never'
ok "or none, for those who want that" equal "$STATUS" 429

# One account, two credentials: a place is held by the account.
plan twice 1000000 1000000
for s in vs_oneoneoneoneone vs_twotwotwotwotwo; do
	sql admin "INSERT INTO bus.session (token_hash, account_id, created_at, expires_at)
		SELECT sha256('$s'), id, now(), now() + interval '1 h' FROM bus.account WHERE subject = 'twice'" >/dev/null
done
node -e 'require("net").createServer(() => {}).listen(+process.argv[1], "127.0.0.1")' "$UP" & up=$!
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$UP") 2>/dev/null; }
until_true listens
curl -s -m 60 -H 'Authorization: Bearer vs_oneoneoneoneone' -H 'Content-Type: application/json' -d "$(say hang)" "$BASE$CHAT" >/dev/null & first=$!
held() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved' AND model = 'hang'")" = 1 ]; }
ok "a call of an account is open" until_true held
TOKEN=vs_twotwotwotwotwo v1 $CHAT "$(say bus-static)"
ok "by another credential it gets no second place" equal "$STATUS $(field .error.code) $(header retry-after)" "429 rate_limited 1"
given_back() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record u JOIN bus.account a ON a.id = u.account_id WHERE a.subject = 'twice' AND u.state = 'released' AND u.model = 'bus-static'")" = 1 ]; }
ok "and what was reserved for it is given back" until_true given_back
TOKEN=$(cat "$VAR/demo.token") v1 $CHAT "$(say bus-static)"
ok "others have theirs" equal "$STATUS" 200
kill "$first" "$up" 2>/dev/null; wait "$first" "$up" 2>/dev/null
until_true settled

TOKEN=$T v1 "/api/v1/usage?task_id=task_x"
ok "usage by task" equal "$STATUS $(field '.items | length')" "200 0"

ok "a limit for a backend that does not exist" equal "$(jq '.limits[0].subject = "none"' "$VAR/plans.json" >"$VAR/bad.json"; "$BUS" plan check "$VAR/bad.json" >/dev/null 2>"$VAR/err"; echo $?) $(grep -c 'no backend none' "$VAR/err")" "65 1"
for o in "--limit abc" "--limit -1" "--limit 0" "--state bogus"; do
	ok "bus usage $o" equal "$("$BUS" usage $o >/dev/null 2>&1; echo $?)" 65
done
for g in ledger plan proof; do
	ok "bus $g names its verbs" equal "$("$BUS" $g --help | grep -c "^  bus $g ") $("$BUS" $g >/dev/null; echo $?)" "$("$BUS" --help | grep -c "^  bus $g ") 64"
done
ok "bus kill shows the switch" equal "$("$BUS" kill --json | jq -r .level)" none

before=$(sql operator "SELECT count(*), (SELECT count(*) FROM bus.account), (SELECT count(*) FROM bus.plan) FROM bus.usage_record")
ok "a proof of the limits" equal "$("$BUS" proof budget --calls 20 --json | jq .ok)" true
ok "leaves nothing behind" equal "$(sql operator "SELECT count(*), (SELECT count(*) FROM bus.account), (SELECT count(*) FROM bus.plan) FROM bus.usage_record")" "$before"
ok "the invariants hold" silent "$BUS" fsck

# The ledger.
pass() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.$1 "$VAR/etc/bus.conf" >/dev/null 2>&1; }
verify() { "$BUS" ledger verify --json >"$VAR/verify"; jq -r '"\(.ok) \(.why // "-")"' "$VAR/verify"; }
entry() { sql admin "INSERT INTO bus.ledger_entry (id, debit, credit, account_id, usage, micro, at) OVERRIDING SYSTEM VALUE
	SELECT $1, 'customer', 'revenue', account_id, id, 1, now() FROM bus.usage_record LIMIT 1" >/dev/null; }
next() { sql admin "SELECT setval('bus.ledger_entry_id_seq', nextval('bus.ledger_entry_id_seq') + 5)" >/dev/null; }
next; pass seal; TOKEN=$(cat "$VAR/demo.token"); plan wide 1000000 1000000; TOKEN=$T v1 $CHAT "$(say bus-static)"; ID=$(header x-bus-usage-id); until_true settled
pass seal; pass export
LINES=$(wc -l <"$VAR/ledger/seals.jsonl")
ok "the ledger holds" equal "$(verify) $(jq '.copied > 0 and .unsealed == 0' "$VAR/verify")" "true - true"
ok "seals leave no number out" equal "$(sql operator "SELECT count(*) FROM bus.ledger_seal s LEFT JOIN bus.ledger_seal p ON p.id = s.id - 1 WHERE s.first <> coalesce(p.last, 0) + 1")" 0
gap=$(sql admin "SELECT max(first) FROM bus.ledger_seal")
entry "$gap"
ok "an entry in a gap is found" equal "$(verify)" "false entries are missing or were added"
sql admin "ALTER TABLE bus.ledger_entry DISABLE TRIGGER USER; DELETE FROM bus.ledger_entry WHERE id = $gap; ALTER TABLE bus.ledger_entry ENABLE TRIGGER USER" >/dev/null
ok "without it it holds" equal "$(verify)" "true -"
cp "$VAR/ledger/seals.jsonl" "$VAR/seals"
sed -i '$ s/"root":"./"root":"x/' "$VAR/ledger/seals.jsonl"
ok "a copy that differs is found" equal "$(verify)" "false its copy in seals.jsonl says otherwise"
{ cat "$VAR/seals"; tail -n 1 "$VAR/seals"; } >"$VAR/ledger/seals.jsonl"
ok "and a copy without its seal" equal "$(verify)" "false seals.jsonl has a seal behind it that is gone"
cp "$VAR/seals" "$VAR/ledger/seals.jsonl"

"$BUS" ledger prove "$ID" --json >"$VAR/proof.json"
KEY=$VAR/etc/provenance.pub
alone() { env -u BUS_VAR -u BUS_CONF "$BUS" ledger verify "$@" --json 2>/dev/null | jq -r .ok; }
ok "a proof by a public key alone" equal "$(alone "$VAR/proof.json" --key "$KEY")" true
jq '.proofs[0].entry |= sub("revenue"; "Revenue")' "$VAR/proof.json" >"$VAR/forged.json"
ok "not when it was changed" equal "$(alone "$VAR/forged.json" --key "$KEY")" false
echo '{"proofs":[]}' >"$VAR/empty.json"
ok "and not when it is empty" equal "$(alone "$VAR/empty.json" --key "$KEY")" false
curl -s "$BASE/.well-known/jwks.json" >"$VAR/jwks.json"
ok "nor by the script" equal "$(node "$srcdir/tests/chat/proof.mjs" "$VAR/empty.json" "$VAR/jwks.json" >/dev/null 2>&1; echo $?)" 1

# A file of any size is followed by its end.
{ yes "$(head -n 1 "$VAR/seals")" | head -c 70000000; echo; cat "$VAR/seals"; } >"$VAR/ledger/seals.jsonl"
chown --reference="$VAR/ledger" "$VAR/ledger/seals.jsonl"
size=$(stat -c %s "$VAR/ledger/seals.jsonl"); printf '{"seal":9' >>"$VAR/ledger/seals.jsonl"
pass export
ok "a long file of seals gets no seal twice" equal "$(stat -c %s "$VAR/ledger/seals.jsonl")" "$size"
done_testing
