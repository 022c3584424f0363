#!/bin/bash
# One key after another: the set shows the next key before it signs, so that whoever
# keeps a set for as long as it may be kept never meets a key that is not in it.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
kids() { jq -r '[.keys[].kid] | join(" ")' "${1:-$VAR/jwks}"; }
fetch() { curl -s -D "$VAR/head" "$BASE/.well-known/jwks.json" >"${1:-$VAR/jwks}"; }
signs() { openssl pkey -in "$VAR/etc/$1.pem" -pubout -outform DER | tail -c 32 | openssl base64 -A | tr '+/' '-_' | tr -d '='; }
shows() { jq -e --arg x "$1" 'any(.keys[]; .x == $x)' "$VAR/jwks" >/dev/null; }
# receipt FILE: of a new run; its kid in KID
receipt() {
	api POST /api/v1/build-runs '{"message":"A counter of laps"}'; RUN=$(field .run_id)
	api GET "/api/v1/build-runs/$RUN"; echo "$BODY" >"$1"
	KID=$(jq -r '.decision.signature | split(".")[0]' "$1" | tr '_-' '/+' | base64 -d 2>/dev/null | jq -r .kid)
}
stranger() { node "$srcdir/tests/verify/stranger.mjs" "$1" receipt "$2"; }
keys() { BODY=$("$BUS" keys "$@" --json 2>"$VAR/err"); STATUS=$?; }
exits() { equal "$STATUS" "$1"; }
in_set() { echo "$VAR/etc/keys/key-$1.pub"; }

visitor ann; receipt "$VAR/first"; FIRST=$KID
fetch
ok "two keys sign" equal "$(kids | wc -w)" 2
ok "a receipt by one of them" silent stranger "$VAR/jwks" "$VAR/first"
keys list; ok "the command shows the same" equal "$(jq -r '[.[].kid] | join(" ")' <<<"$BODY")" "$(kids)"
keys switch receipt; ok "there is no next one yet" exits 66

# The next one is shown, and does not sign.
keys next receipt; NEXT=$(field .kid)
ok "a next key" equal "$STATUS $([ ${#NEXT} = 43 ] && [ "$NEXT" != "$FIRST" ] && echo new)" "0 new"
keys next receipt; ok "asked again it is the same" equal "$(field .kid)" "$NEXT"
ok "as private as the present one" equal "$(stat -c '%a %U' "$VAR/etc/receipt.pem.next")" "$(stat -c '%a %U' "$VAR/etc/receipt.pem")"
fetch
ok "in the set at once" contains "$(kids)" "$NEXT"
ok "which may be kept for as long as that takes" equal "$(header cache-control)" "public, max-age=300"
cp "$VAR/jwks" "$VAR/kept"
keys switch receipt; ok "too early: a reader may have kept the set before" equal "$STATUS $(grep -c 'for [0-9]* seconds more' "$VAR/err")" "65 1"
mv "$(in_set "$NEXT")" "$VAR/away"
keys switch receipt; ok "nor does it sign when the set lacks it" exits 65
mv "$VAR/away" "$(in_set "$NEXT")"
kill -HUP "$MASTER"; receipt "$VAR/second"
ok "whoever starts meanwhile signs as before" equal "$KID" "$FIRST"
keys retire "key-$NEXT.pub"; ok "it cannot be taken away" exits 65

# It signs.
touch -d '-301 seconds' "$(in_set "$NEXT")"
keys switch receipt; ok "then it signs" equal "$STATUS $(field .kid)" "0 $NEXT"
fetch; ok "all are shown still" equal "$(kids | tr ' ' '\n' | sort)" "$(kids "$VAR/kept" | tr ' ' '\n' | sort)"
kill -HUP "$MASTER"
by_next() { # until the workers have read it; what they sign meanwhile is known too
	local end=$((SECONDS + 60)) i=0
	while [ $SECONDS -lt $end ]; do
		receipt "$VAR/receipt.$((i++))"
		[ "$KID" != "$NEXT" ] || return 0
		read -rt 0.2 <> <(:)
	done
	return 1
}
ok "in all that starts" by_next
known=0; all=0
for f in "$VAR"/first "$VAR"/second "$VAR"/receipt.*; do
	all=$((all + 1)); ! stranger "$VAR/kept" "$f" >/dev/null 2>&1 || known=$((known + 1))
done
ok "who has kept the set knows the key of every receipt ($all)" equal "$known" "$all"

# Retired.
keys retire "key-$NEXT.pub"; ok "the key that signs stays" exits 65
for bad in "key-none.pub" "../receipt.pub" "../keys/key-$FIRST.pub" "receipt.pem"; do
	keys retire "$bad"; ok "no such key: $bad" exits 66
done
keys retire "key-$FIRST.pub"; ok "the one before it goes" exits 0
fetch; ok "out of the set" equal "$(kids | grep -c -- "$FIRST") $(kids | wc -w)" "0 2"
ok "then its receipts are nobody's" equal "$(stranger "$VAR/jwks" "$VAR/first" >/dev/null 2>&1; echo $?)" 1
receipt "$VAR/third"; ok "those of the new one hold" silent stranger "$VAR/jwks" "$VAR/third"
keys next nobody; ok "no other keys" exits 65

# The key of provenance, of seals and downloads.
T=$(cat "$VAR/demo.token")
seal() {
	v1 /v1/chat/completions '{"model":"bus-static","messages":[{"role":"user","content":"Hello"}]}'
	local id; id=$(header x-bus-usage-id)
	for _ in $(seq 100); do [ "$(sql operator "SELECT state FROM bus.usage_record WHERE usage_id = '$id'")" = posted ] && break; read -rt 0.1 <> <(:); done
	"${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.seal --now="$(date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1
}
ledger() { "$BUS" ledger verify --json | jq -r '[.ok, .why // "-"] | join(" ")'; }
visitor bea; ok "a tool is built" build_tool "A counter of laps" web
api GET "/api/v1/build-runs/$RUN/artifacts"
curl -s -b "$V" -o "$VAR/tool" "$BASE$(field '.items[0].download_url')"
curl -s -b "$V" -o "$VAR/dsse" "$BASE/api/v1/build-runs/$RUN/artifacts/$(field '.items[0].artifact_id')/provenance"
SIGNER=$(jq -r '.signatures[0].keyid' "$VAR/dsse")
pem() { curl -s -D "$VAR/head" -o "$1" -w '%{http_code}' "$BASE/.well-known/$2"; }
# checked KEYS: the command, and what it prints for who has openssl and jq alone
checked() { "$BUS" verify "$VAR/tool" "$VAR/dsse" --key "$1" >"$VAR/said" && sed -n '/^  /p' "$VAR/said" | sed -n '/\(jq -r .payload \|awk\)/,$p' >"$VAR/plain.sh" && plain; }
plain() { (mkdir -p "$VAR/plain" && cd "$VAR/plain" && rm -f -- * && sh -e "$VAR/plain.sh") >/dev/null 2>&1; }
ok "one key of provenance" equal "$(pem "$VAR/before.pem" busdk-provenance.pem) $(grep -c BEGIN "$VAR/before.pem")" "200 1"
ok "checks it" checked "$VAR/before.pem"
seal 60; OLD=$(signs provenance)
keys next provenance; NEXT=$(field .kid); touch -d '-301 seconds' "$(in_set "$NEXT")"; keys switch provenance
ok "a key of provenance follows" equal "$STATUS $([ "$(signs provenance)" != "$OLD" ] && echo another)" "0 another"
ok "then the PEM has both" equal "$(pem "$VAR/after.pem" busdk-provenance.pem) $(grep -c BEGIN "$VAR/after.pem")" "200 2"
ok "first the one that signs now" equal "$(openssl pkey -pubin -in "$VAR/after.pem" -pubout)" "$(cat "$VAR/etc/provenance.pub")"
ok "and what the one before has signed is checked with it" checked "$VAR/after.pem"
ok "with the one of that id too" equal "$(pem "$VAR/one.pem" "busdk-keys/$SIGNER") $(header cache-control) $(checked "$VAR/one.pem"; echo $?)" "200 public, max-age=300 0"
ok "not with the present one alone" equal "$("$BUS" verify "$VAR/tool" "$VAR/dsse" --key "$VAR/etc/provenance.pub" >/dev/null; echo $?)" 1
ok "nor with a receipt's" equal "$("$BUS" verify "$VAR/tool" "$VAR/dsse" --key "$VAR/etc/receipt.pub" >/dev/null; echo $?)" 1
sed -i '1d' "$VAR/one.pem"; ok "a file without a key is no answer" equal "$("$BUS" verify "$VAR/tool" "$VAR/dsse" --key "$VAR/one.pem" >/dev/null 2>&1; echo $?)" 66
for bad in none "$SIGNER.pem" ..; do ok "no such id: $bad" equal "$(pem "$VAR/none" "busdk-keys/$bad" | grep -c '^40[04]$')" 1; done
seal 120
ok "seals by both" equal "$(sql operator "SELECT count(DISTINCT kid) FROM bus.ledger_seal")" 2
ok "all hold" equal "$(ledger)" "true -"
FIRST=$(sql operator "SELECT kid FROM bus.ledger_seal ORDER BY id LIMIT 1")
mv "$(in_set "$FIRST")" "$VAR/away"
ok "not without the key of the first" equal "$(ledger)" "false its key is not in the set any more"
mv "$VAR/away" "$(in_set "$FIRST")"
echo junk >"$VAR/etc/keys/junk.pub"
curl -s -o "$VAR/said" -w '%{http_code}' "$BASE/.well-known/jwks.json" >"$VAR/code"
ok "a set that cannot be read is none" equal "$(cat "$VAR/code") $(jq -r .code "$VAR/said")" "503 unavailable"
rm "$VAR/etc/keys/junk.pub"
ok "the invariants hold" silent "$BUS" fsck
done_testing
