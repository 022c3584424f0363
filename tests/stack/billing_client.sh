#!/bin/bash
# The customer's side of billing at the shell: `bus billing status`, `setup` and
# `portal` over the public interface, where they take their token from, where they
# send it, and servers that answer badly.
. "${srcdir:-.}/tests/lib/stack.sh"
finish() { local s=$?; [ -z "${BAD_PID:-}" ] || kill "$BAD_PID" 2>/dev/null; (exit $s); stack_end; }
stack_begin "billing_provider = local"
trap finish EXIT
jq '(.plans[] | select(.id == "pro") | .trial_days) = 0' "$srcdir/conf/plans.json" >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json"
token() { (umask 077; "$BUS" token issue --subject "$1" --scope "${2:-billing:read billing:setup}" >"$VAR/$1.token"); }
for who in ann bob; do sql admin "SELECT bus.account_put('$who', NULL, now())" >/dev/null; token $who; done
# Without the stack's own configuration, as on a customer's machine.
client() {
	OUT=$(cd "$VAR" && env -i PATH="$PATH" HOME="$VAR/nobody" ASAN_OPTIONS="${ASAN_OPTIONS:-}" "${WITH[@]}" "$BUS" billing "$@" 2>"$VAR/said"); STATUS=$?
	BODY=$OUT SAID=$(cat "$VAR/said")
}
WITH=("BUS_API_URL=$BASE" "BUS_API_TOKEN_FILE=$VAR/ann.token")
is() { equal "$STATUS $OUT${SAID:+ and words}" "$1"; }

client status --json
ok "who has no plan is told what to do" equal "$STATUS $(field '[.account_id, .status, .setup_required, .command] | map(tostring) | join(" ")')$SAID" "0 ann missing true bus billing setup"
client status; ok "in words" contains "$OUT" "command: bus billing setup"
client portal; ok "there is nothing to change yet" is "77  and words"
client setup --plan none; ok "a plan that is not sold" is "66  and words"
client setup --interval never; ok "an interval that there is not" is "65  and words"
client setup --return-url https://elsewhere.example/; ok "it leads back to nobody else" is "65  and words"
client setup --interval month
ok "the page, and nothing else" equal "$STATUS$SAID $(wc -l <<<"$OUT")" "0 1"
PAGE=/api/v1${OUT##*/api/v1}
client setup --interval month --json; ok "as JSON" equal "$STATUS $(field .provider) /api/v1$(field .url | sed 's|.*/api/v1||')" "0 local $PAGE"
ok "it can be paid on" equal "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$BASE$PAGE/pay")" 303
for _ in $(seq 100); do client status --json; [ "$(field .status)" = active ] && break; read -rt 0.2 <> <(:); done
ok "and then the plan is in force" equal "$(field '.status + " " + .plan_id')" "active pro"
client setup; ok "nobody pays twice" is "65  and words"
client portal; ok "the portal" equal "$STATUS $(grep -c '^http.*/api/v1/local-subscriptions/sub_local_' <<<"$OUT")" "0 1"

# The token.
account() { client status --json "$@"; field .account_id; }
ok "the option comes first" equal "$(account --token-file "$VAR/bob.token")" bob
WITH=("BUS_API_URL=$BASE" "BUS_BILLING_API_TOKEN_FILE=$VAR/bob.token" "BUS_API_TOKEN_FILE=$VAR/ann.token")
ok "then billing's own variable" equal "$(account)" bob
mkdir -p "$VAR/c/auth" "$VAR/x/bus/auth" "$VAR/nobody/.config/bus/auth"
cp "$VAR/bob.token" "$VAR/c/auth/api-token"; cp "$VAR/ann.token" "$VAR/x/bus/auth/api-token"; cp "$VAR/bob.token" "$VAR/nobody/.config/bus/auth/api-token"
WITH=("BUS_API_URL=$BASE" "BUS_CONFIG_DIR=$VAR/c" "XDG_CONFIG_HOME=$VAR/x"); ok "the folder of the user's configuration" equal "$(account)" bob
WITH=("BUS_API_URL=$BASE" "XDG_CONFIG_HOME=$VAR/x"); ok "or the usual one" equal "$(account)" ann
WITH=("BUS_API_URL=$BASE"); ok "or at home" equal "$(account)" bob
rm -r "$VAR/nobody"; WITH=("BUS_API_URL=$BASE" "BUS_API_TOKEN=$(cat "$VAR/ann.token")")
client status; ok "none: and one in a variable is not read" is "77  and words"
client status --token "$(cat "$VAR/ann.token")"; ok "nor in an argument" is "64  and words"
{ cat "$VAR/ann.token"; echo "a note"; } >"$VAR/two"; ok "the first line is the token" equal "$(account --token-file "$VAR/two")" ann
printf 'a b\n' >"$VAR/blank"; client status --token-file "$VAR/blank"; ok "one with a blank is none" is "65  and words"
printf 'x\001y\n' >"$VAR/blank"; client status --token-file "$VAR/blank"; ok "nor one with a control character" is "65  and words"
head -c 9000 /dev/zero | tr '\0' x >"$VAR/long"; client status --token-file "$VAR/long"; ok "nor one without an end" is "77  and words"
echo forged >"$VAR/forged"; client status --token-file "$VAR/forged"; ok "one that is not ours" is "77  and words"
ok "the reason is told" contains "$SAID" unauthenticated
token ann billing:read; client setup --token-file "$VAR/ann.token"; ok "without the scope" is "77  and words"
ok "that reason too" contains "$SAID" insufficient_scope
ok "no token in a log" equal "$(grep -rlF -f "$VAR/ann.token" "$VAR/log")" ""

# Where it is sent.
WITH=("BUS_API_TOKEN_FILE=$VAR/bob.token")
client status; ok "nowhere when nothing says where" is "65  and words"
client status --config "$VAR/etc/bus.conf"; ok "a configuration says it" equal "$STATUS" 0
client status --api-url "$BASE/"; ok "a stroke at its end is no harm" equal "$STATUS" 0
for url in http://elsewhere.example "http://localhost.elsewhere.example:$BUS_PORT" "http://localhost:$BUS_PORT@elsewhere.example" ftp://localhost/ https:// https:///x localhost "http://127.0.0.1:$BUS_PORT?x=" "http://127.0.0.1:$BUS_PORT/a b"; do
	client status --api-url "$url"; ok "not to $url" is "65  and words"
done
client status --api-url "http://127.0.0.1:1"; ok "nobody is there" is "69  and words"
for seconds in 0 -1 3601 x 5x ''; do client status --api-url "$BASE" --timeout "$seconds"; ok "no time: '$seconds'" is "65  and words"; done

# Servers that answer badly.
exec {bad}< <(exec node -e '
	const ways = { go: [302, "{}", { location: "/ok" }], text: [200, "hello"], list: [200, "[]"], none: [200, "{}"], script: [200, `{"url":"javascript:alert(1)"}`],
		escape: [200, `{"url":"http://x/\\u001b[2J"}`], said: [409, `{"code":"conflict","detail":"a\\u001b[2Jb"}`], odd: [418, "tea"], down: [503, "<html>"],
		ok: [200, `{"st\\u001b[2Jatus":"a\\u001b[2J"}`], large: [200, JSON.stringify({ x: "x".repeat(1 << 21) })] };
	require("http").createServer((q, r) => {
		const way = q.url.split("/")[1];
		if (way === "hang") return;
		const [status, text, headers] = ways[way] ?? [500, ""];
		r.writeHead(status, headers); r.end(text);
	}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });'); BAD_PID=$!
read -r BAD <&$bad
for how in "go 69" "text 69" "list 69" "none 69" "script 69" "escape 69" "said 65" "odd 69" "down 69" "large 69" "hang 69"; do
	client setup --timeout 2 --api-url "http://127.0.0.1:$BAD/${how% *}"; ok "it fails: ${how% *}" is "${how#* }  and words"
	ok "no escape sequence comes through: ${how% *}" lacks "$OUT$SAID" $'\033'
done
client status --api-url "http://127.0.0.1:$BAD/ok"; ok "nor in a status" lacks "$OUT$SAID" $'\033'
client status --json --api-url "http://127.0.0.1:$BAD/ok"; ok "nor in JSON" lacks "$OUT$SAID" $'\033'
done_testing
