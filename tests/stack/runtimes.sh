#!/bin/bash
# Local runtimes of all three kinds: their health and what they offer, as operators
# and as customers see it; calls through them.
. "${srcdir:-.}/tests/lib/stack.sh"
PORTS=("$(free_port)" "$(free_port)" "$(free_port)") CONTROL=$(free_port)
write_models() {
	printf 'sk-local-runtime\n' >"$VAR/vllm.key" && chmod 644 "$VAR/vllm.key"
	node "$srcdir/tests/chat/runtimes.mjs" models "${PORTS[@]}" "$VAR/vllm.key" >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
node "$srcdir/tests/chat/runtimes.mjs" "${PORTS[@]}" "$CONTROL" &
RUNTIMES=$!
trap 'kill $RUNTIMES' EXIT
BEFORE_UP=write_models stack_begin
trap 'kill $RUNTIMES; stack_end' EXIT
T=$(cat "$VAR/demo.token")
curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "http://127.0.0.1:$CONTROL/"
be() { curl -s -o /dev/null "http://127.0.0.1:$CONTROL/$1/$2"; }
probe() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=chat.probe "$VAR/etc/bus.conf" >/dev/null 2>&1; }
# shown MODEL: its availability, as customers see it
shown() { v1 /v1/models; field ".data[] | select(.id == \"$1\") | .bus | .availability + (.unavailable_reason // \"\" | if . == \"\" then . else \": \" + . end)"; }
state() { "$BUS" models backends --json | jq -r ".items[] | select(.backend == \"$1\") | \"\(.up) \(.reason)\""; }
call() { v1 /v1/chat/completions "{\"model\":\"$1\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"; }
DOWN='unavailable: The machine that runs this model does not answer at present.'

probe
for name in llama ollama vllm; do
	ok "$name is up" equal "$(state $name)" "true ok"
	ok "$name: its model is offered" equal "$(shown m-$name)" available
	call m-$name
	ok "$name: a call through it" equal "$STATUS $(field '.choices[0].message.content')" "200 hello from $name"
done
ok "its bound has the name that local runtimes know" equal "$(curl -s "http://127.0.0.1:$CONTROL/seen" | jq -c '[.ollama.max_tokens, .ollama.model]')" '[9,"llama3.2"]'
ok "what is not installed is not offered" equal "$(shown m-absent)" "unavailable: This model is not installed at present."
ok "what nobody answers for is not either" equal "$(state nobody), $(shown m-nobody)" "false unreachable, $DOWN"
ok "but a model with another way is" equal "$(shown m-spare)" available
ok "the portal's choice says the same" equal "$(curl -s "$BASE/api/v1/models" | jq -r '.data[] | select(.id == "m-nobody") | .bus.availability')" unavailable
ok "no address of ours is shown" lacks "$BODY" 127.0.0.1
found() { "$BUS" models found --json | jq -c "[.items[] | select(.backend == \"$1\") | [.model, .sold_as]]"; }
ok "operators see what could be sold" equal "$(found ollama)" '[["llama3.2:latest","m-ollama"],["qwen3:4b",null]]'
ok "llama.cpp has one model" equal "$(found llama)" '[["/models/one.gguf",null]]'
call qwen3:4b
ok "what has no price is not sold" equal "$STATUS $(field .error.code)" "404 model_not_found"

since() { sql operator "SELECT since FROM bus.backend_health WHERE backend = 'llama'"; }
was=$(since); probe
ok "what stays so, is so since then" equal "$(since)" "$was"
be llama loading; probe
ok "llama.cpp that loads" equal "$(state llama), $(shown m-llama)" "false loading, unavailable: This model is being loaded. Try again in a moment."
ok "has changed" equal "$([ "$(since)" != "$was" ] && echo yes)" yes
be vllm failing; be ollama dead; probe
ok "vLLM whose engine has died" equal "$(state vllm), $(shown m-vllm)" "false failing, $DOWN"
ok "Ollama that is gone" equal "$(state ollama), $(shown m-ollama)" "false nonsense, $DOWN"
ok "what it had is remembered" equal "$(found ollama)" '[["llama3.2:latest","m-ollama"],["qwen3:4b",null]]'
be llama silent; be vllm nonsense; be ollama huge
from=$SECONDS; probe
ok "one that is silent holds up nothing for long" equal "$((SECONDS - from < 8))" 1
ok "and is not up" equal "$(state llama), $(shown m-llama)" "false silent, $DOWN"
ok "a web page is no runtime" equal "$(state vllm)" "false nonsense"
ok "nor is a list without end" equal "$(state ollama)" "false nonsense"
be ollama odd; be vllm up; be llama up; probe
ok "odd names are left out, and the others are only names" equal "$(found ollama)" "[[\"x'); DROP TABLE chat; --\",null]]"
printf 'sk-wrong\n' >"$VAR/vllm.key"; probe
ok "a wrong key is told" equal "$(state vllm), $(shown m-vllm)" "false refused, $DOWN"
printf 'sk-local-runtime\n' >"$VAR/vllm.key"; be ollama up; probe
for name in llama ollama vllm; do
	ok "$name is back" equal "$(state $name), $(shown m-$name)" "true ok, available"
done
# One statement to the database, as of any read.
sql admin "ALTER SYSTEM SET log_statement = 'all'" >/dev/null; sql admin "SELECT pg_reload_conf()" >/dev/null
statements() { # of the worker that was asked for it
	local mark new pid
	mark=$(wc -l <"$VAR/log/postgres.log")
	v1 "$1"
	new=$(tail -n "+$((mark + 1))" "$VAR/log/postgres.log" | grep 'execute')
	pid=$(grep -m 1 'backend_routes' <<<"$new" | grep -o '\[[0-9]*\]')
	[ -n "$pid" ] && grep -cF "$pid" <<<"$new"
}
one_statement() { [ "$(statements "$1")" = 1 ]; }
until_true() { for _ in $(seq 20); do "$@" && return 0; done; return 1; }
ok "the list is one round trip" until_true one_statement /v1/models
ok "the portal's too" until_true one_statement /api/v1/models
ok "and no more" equal "$(statements /v1/models) $(statements /v1/models) $(statements /api/v1/models)" "1 1 1"
sql admin "ALTER SYSTEM RESET log_statement" >/dev/null; sql admin "SELECT pg_reload_conf()" >/dev/null
ok "a token that is nobody's gets no list" equal "$(TOKEN=$("$BUS" token issue --subject nobody) v1 /v1/models; echo "$STATUS")" 401
ok "an old probe says nothing" equal "$(sql admin "SELECT count(*) FROM bus.backend_routes('[{\"n\":0,\"backend\":\"llama\",\"model\":\"x\",\"listed\":false}]', now() + interval '95 s')")" 0
jq 'del(.backends[] | select(.id == "nobody")) | del(.models[] | select(.id == "m-nobody" or .id == "m-spare"))' "$VAR/models.json" >"$VAR/m" && mv "$VAR/m" "$VAR/models.json"
probe
ok "what left the catalog is forgotten" equal "$(state nobody)" ""
ok "customers' roles read no list of ours" contains "$(sql fast "SELECT * FROM bus.backend_health")" "permission denied"
ok "the invariants hold" silent "$BUS" fsck
done_testing
