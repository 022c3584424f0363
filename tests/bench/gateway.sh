#!/bin/bash
# What the gateway adds to a call, against a static upstream on loopback and in
# one run with what else could stand there: nothing, nginx, gateways from npm.
# Ours authenticates, reserves and keeps a ledger; the others do nothing of it.
#
#   BENCH_SECONDS (5) length of one round   BENCH_ROUNDS (3)
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/packages.sh"
. "$srcdir/tests/lib/bench.sh"
install_packages wrk $(command -v npm >/dev/null || echo nodejs npm) >/dev/null || exit 69
UP=$(free_port) PROXY=$(free_port) PORTKEY=$(free_port) LLMS=$(free_port)
write_models() {
	jq -n --arg url "http://127.0.0.1:$UP/v1" '{backends: [{id: "up", kind: "openai_api", url: $url}],
		models: [{id: "m", backend_class: "openai_api", plan_feature: "chat", context_tokens: 100000,
			max_output_tokens: 100, capabilities: [], uses: ["chat"], owned_by: "b",
			routes: [{backend: "up", model: "m", usage: "openai"}],
			prices: [{version: "b", from: "2026-01-01T00:00:00Z", input: 1, cached_input: 1, cache_write: 1,
				output: 1, reasoning: 1}]}]}' >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin
B=$VAR/bench; mkdir -p "$B"; PIDS=()
ended() { local p; for p in "${PIDS[@]}"; do kill "$p" 2>/dev/null; done; stack_end; }
trap ended EXIT
answer='{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"A static answer of a usual length, which is a few lines of text that nobody reads; it only has to be there.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":30,"total_tokens":50}}'
cat >"$B/nginx.conf" <<C
worker_processes 1; daemon off; pid $B/nginx.pid; error_log stderr warn; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000;
client_body_temp_path $B/body; fastcgi_temp_path $B/fcgi; proxy_temp_path $B/proxy;
uwsgi_temp_path $B/uwsgi; scgi_temp_path $B/scgi;
upstream up { server 127.0.0.1:$UP; keepalive 64; }
server { listen 127.0.0.1:$UP; location / { default_type application/json; return 200 '$answer'; } }
server { listen 127.0.0.1:$PROXY; location / { proxy_pass http://up; proxy_http_version 1.1;
	proxy_set_header Connection ""; } }
}
C
/usr/sbin/nginx -e stderr -c "$B/nginx.conf" -p "$B" 2>"$B/nginx.err" & PIDS+=($!)
peers=$builddir/test-npm-peers
npm install --prefix "$peers" --silent --no-audit --no-fund @portkey-ai/gateway@1.15.2 >/dev/null 2>&1
(cd "$peers" && exec node node_modules/@portkey-ai/gateway/build/start-server.js --port=$PORTKEY --headless) >"$B/portkey.log" 2>&1 & PIDS+=($!)

cat >"$B/post.lua" <<C
wrk.method = "POST"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"What is the meaning of this? Say it in a few words, please."}],"max_tokens":50}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $(cat "$VAR/demo.token")"
wrk.headers["x-portkey-provider"] = "openai"
wrk.headers["x-portkey-custom-host"] = "http://127.0.0.1:$UP/v1"
C
load() { # URL CONNECTIONS: requests a second, p50 and p99 in ms
	wrk -t1 -c"$2" -d"${SECONDS_EACH}s" --latency -s "$B/post.lua" "$1" | awk '
		function ms(v, u) { u = v; sub(/[0-9.]+/, "", u); v += 0; return u == "us" ? v / 1000 : u == "s" ? v * 1000 : v }
		$1 == "50%" { a = ms($2) } $1 == "99%" { b = ms($2) }
		/Requests\/sec/ { r = $2 } /Non-2xx/ { bad = $0 }
		END { print r, a, b; if (bad) print bad > "/dev/stderr" }'
}
declare -A AT=([direct]=http://127.0.0.1:$UP [nginx]=http://127.0.0.1:$PROXY [busdk]=$BASE [portkey]=http://127.0.0.1:$PORTKEY)
for name in "${!AT[@]}"; do
	for _ in $(seq 40); do
		curl -s -m 5 -o "$B/$name.body" -H 'Content-Type: application/json' -H "Authorization: Bearer $(cat "$VAR/demo.token")" \
			-H 'x-portkey-provider: openai' -H "x-portkey-custom-host: http://127.0.0.1:$UP/v1" \
			-d '{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5}' "${AT[$name]}/v1/chat/completions" &&
			grep -q '"usage"' "$B/$name.body" && continue 2
		read -rt 0.25 <> <(:)
	done
	line "$name" "does not answer: left out"; unset "AT[$name]"
done
for c in 1 16 64; do
	rm -f "$B"/*.rate "$B"/*.p50 "$B"/*.p99
	for _ in $(seq "$ROUNDS"); do
		for name in "${!AT[@]}"; do
			read -r rate p50 p99 < <(load "${AT[$name]}/v1/chat/completions" "$c")
			echo "$rate" >>"$B/$name.rate"; echo "$p50" >>"$B/$name.p50"; echo "$p99" >>"$B/$name.p99"
		done
	done
	for name in direct nginx busdk portkey; do
		[ -s "$B/$name.rate" ] || continue
		line "$c connections: $name" "$(median <"$B/$name.rate")/s, p50 $(median <"$B/$name.p50") ms, p99 $(median <"$B/$name.p99") ms; added p50 $(awk -v a="$(median <"$B/$name.p50")" -v b="$(median <"$B/direct.p50")" 'BEGIN { printf "%.3f", a - b }') ms"
	done
	[ ! -s "$B/portkey.rate" ] || line "$c connections: busdk to the peer" "$(ratio "$(median <"$B/busdk.rate")" "$(median <"$B/portkey.rate")") times its throughput"
done
line "memory of all of bus-fcgi" "$(for p in $(pgrep -f "bus-fcgi $VAR"); do awk '/^Private/ { s += $2 } END { print s + 0 }' "/proc/$p/smaps_rollup"; done | awk '{ s += $1 } END { printf "%.1f MB\n", s / 1024 }')"
"$BUS" fsck >/dev/null && line "and the books" "are in order: $(psql -h "$VAR/run" -U bus_operator -d bus -XAtqc "SELECT count(*) FROM bus.usage_record WHERE state = 'posted'") calls posted"
