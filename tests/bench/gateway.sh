#!/bin/bash
# What the gateway adds to a call, against a static upstream on loopback and in
# one run with what else could stand there: nothing, nginx, gateways from npm.
# Ours authenticates, reserves and keeps a ledger; the others do nothing of it.
#
# Streams as well: what is added to each chunk over nginx alone, what one costs in memory.
#
#   BENCH_SECONDS (5) length of one round   BENCH_ROUNDS (3)   BENCH_STREAMS (1000) at once
#   BENCH_EVERY_MS (100) between two chunks   BENCH_CONNECTIONS ("1 16 64") of calls; "": none
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/packages.sh"
. "$srcdir/tests/lib/bench.sh"
install_packages wrk $(command -v npm >/dev/null || echo nodejs npm) >/dev/null || exit 69
STREAMS=${BENCH_STREAMS:-1000}
UP=$(free_port) PROXY=$(free_port) PORTKEY=$(free_port) LLMS=$(free_port) CHUNKS=$(free_port) CPROXY=$(free_port)
write_models() {
	jq -n --arg url "http://127.0.0.1:$UP/v1" --arg chunks "http://127.0.0.1:$CHUNKS/v1" '{backends: [
			{id: "up", kind: "openai_api", url: $url}, {id: "streams", kind: "openai_api", url: $chunks, max_parallel: 10000}],
		models: [["m", "up"], ["s", "streams"] | {id: .[0], backend_class: "openai_api", plan_feature: "chat", context_tokens: 100000,
			max_output_tokens: 100, capabilities: [], uses: ["chat"], owned_by: "b",
			routes: [{backend: .[1], model: "m", usage: "openai"}],
			prices: [{version: "b", from: "2026-01-01T00:00:00Z", input: 1, cached_input: 1, cache_write: 1,
				output: 1, reasoning: 1}]}]}' >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin "call_max = 10000" "call_max_caller = 10000"
B=$VAR/bench; mkdir -p "$B"; PIDS=()
ended() { local p; for p in "${PIDS[@]}"; do kill "$p" 2>/dev/null; done; stack_end; }
trap ended EXIT
answer='{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"A static answer of a usual length, which is a few lines of text that nobody reads; it only has to be there.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":30,"total_tokens":50}}'
cat >"$B/nginx.conf" <<C
worker_processes 1; daemon off; pid $B/nginx.pid; error_log stderr warn; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 16384; }
http { access_log off; keepalive_requests 1000000;
client_body_temp_path $B/body; fastcgi_temp_path $B/fcgi; proxy_temp_path $B/proxy;
uwsgi_temp_path $B/uwsgi; scgi_temp_path $B/scgi;
upstream up { server 127.0.0.1:$UP; keepalive 64; }
server { listen 127.0.0.1:$UP; location / { default_type application/json; return 200 '$answer'; } }
server { listen 127.0.0.1:$PROXY; location / { proxy_pass http://up; proxy_http_version 1.1;
	proxy_set_header Connection ""; } }
server { listen 127.0.0.1:$CPROXY; location / { proxy_pass http://127.0.0.1:$CHUNKS; proxy_http_version 1.1;
	proxy_buffering off; } }
}
C
/usr/sbin/nginx -e stderr -c "$B/nginx.conf" -p "$B" 2>"$B/nginx.err" & PIDS+=($!); P_NGINX=$!
"$builddir/tests/bench/chunks" serve "$CHUNKS" 50 "${BENCH_EVERY_MS:-100}" & PIDS+=($!)
peers=$builddir/test-npm-peers
npm install --prefix "$peers" --silent --no-audit --no-fund @portkey-ai/gateway@1.15.2 @musistudio/llms@1.0.53 >/dev/null 2>&1
(cd "$peers" && exec node --import "$srcdir/tests/bench/portkey.mjs" node_modules/@portkey-ai/gateway/build/start-server.js --port=$PORTKEY --headless) >"$B/portkey.log" 2>&1 & PIDS+=($!); P_PORTKEY=$!
cp "$srcdir/tests/bench/llms.cjs" "$peers/" && (cd "$peers" && exec node llms.cjs $LLMS $UP $CHUNKS) >"$B/llms.log" 2>&1 & PIDS+=($!); P_LLMS=$!

cat >"$B/post.lua" <<C
wrk.method = "POST"
wrk.body = '{"model":"m","messages":[{"role":"user","content":"What is the meaning of this? Say it in a few words, please."}],"max_tokens":50}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $(cat "$VAR/demo.token")"
wrk.headers["x-portkey-provider"] = "openai"
wrk.headers["x-portkey-custom-host"] = "http://127.0.0.1:$UP/v1"
C
sed 's/"model":"m"/"model":"up,m"/' "$B/post.lua" >"$B/post.llms.lua"
load() { # NAME CONNECTIONS: requests a second, p50 and p99 in ms
	wrk -t1 -c"$2" -d"${SECONDS_EACH}s" --latency -s "$B/post$([ "$1" != llms ] || echo .llms).lua" "${AT[$1]}/v1/chat/completions" | awk '
		function ms(v, u) { u = v; sub(/[0-9.]+/, "", u); v += 0; return u == "us" ? v / 1000 : u == "s" ? v * 1000 : v }
		$1 == "50%" { a = ms($2) } $1 == "99%" { b = ms($2) }
		/Requests\/sec/ { r = $2 } /Non-2xx/ { bad = $0 }
		END { print r, a, b; if (bad) print bad > "/dev/stderr" }'
}
declare -A AT=([direct]=http://127.0.0.1:$UP [nginx]=http://127.0.0.1:$PROXY [busdk]=$BASE [portkey]=http://127.0.0.1:$PORTKEY [llms]=http://127.0.0.1:$LLMS)
for name in "${!AT[@]}"; do
	for _ in $(seq 40); do
		curl -s -m 5 -o "$B/$name.body" -H 'Content-Type: application/json' -H "Authorization: Bearer $(cat "$VAR/demo.token")" \
			-H 'x-portkey-provider: openai' -H "x-portkey-custom-host: http://127.0.0.1:$UP/v1" \
			-d "{\"model\":\"$([ "$name" != llms ] || echo up,)m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":5}" "${AT[$name]}/v1/chat/completions" &&
			grep -q '"usage"' "$B/$name.body" && continue 2
		read -rt 0.25 <> <(:)
	done
	line "$name" "does not answer: left out"; unset "AT[$name]"
done
# Streams of 50 chunks, each with the time at which it left.
private() { for p in "$@"; do awk '/^Private/ { s += $2 } END { print s + 0 }' "/proc/$p/smaps_rollup" 2>/dev/null; done | awk '{ s += $1 } END { print s + 0 }'; }
processes() { # of what stands between
	case $1 in nginx) pgrep -P "$P_NGINX" ;; busdk) pgrep -f "bus-fcgi $VAR" ;; portkey) echo "$P_PORTKEY" ;; llms) echo "$P_LLMS" ;; esac
}
declare -A SAT=([direct]=$CHUNKS [nginx]=$CPROXY [busdk]=${BASE##*:} [portkey]=$PORTKEY [llms]=$LLMS)
declare -A SMODEL=([busdk]=s [llms]=streams,m)
printf 'Authorization: Bearer %s\r\nx-portkey-provider: openai\r\nx-portkey-custom-host: http://127.0.0.1:%s/v1\r\n' "$(cat "$VAR/demo.token")" "$CHUNKS" >"$B/headers"
stream() { # NAME STREAMS: its numbers into files; says so when streams were lost
	local idle=$(private $(processes "$1")) asked whole chunks p50 p99 max
	"$builddir/tests/bench/chunks" ask "${SAT[$1]}" "$2" 50 "$B/headers" "${SMODEL[$1]:-m}" >"$B/said" & asked=$!
	read -rt $(($2 / 400 + 2)) <> <(:)
	[ "$1" = direct ] || echo $((($(private $(processes "$1")) - idle) / $2)) >>"$B/$1.kib"
	wait $asked || echo lost >>"$B/$1.lost"
	read -r whole chunks p50 p99 max <"$B/said"
	echo "$p50" >>"$B/$1.p50"; echo "$p99" >>"$B/$1.p99"
	[ ! -e "$B/$1.lost" ] || line "$2 streams: $1" "$whole came whole, $chunks chunks: left out"
}
more() { awk -v a="$(median <"$B/$1.$2")" -v b="$(median <"$B/nginx.$2")" 'BEGIN { printf "%.3f", a - b }'; }
goal() { awk -v have="$1" -v want="$2" -v unit="$3" 'BEGIN { printf "%s (goal %s %s: %s)", have, want, unit, have <= want ? "met" : "missed" }'; }
streams() { # HOW_MANY NAME…
	local n=$1 name; shift
	rm -f "$B"/*.p50 "$B"/*.p99 "$B"/*.kib "$B"/*.lost
	for _ in $(seq "$ROUNDS"); do for name; do stream "$name" "$n"; done; done
	for name; do
		[ ! -e "$B/$name.lost" ] || continue
		line "$n streams: $name" "chunk p50 $(median <"$B/$name.p50") ms, p99 $(median <"$B/$name.p99") ms$([ "$name" = direct ] || echo "; over nginx p50 $(more "$name" p50), p99 $(more "$name" p99) ms; $(median <"$B/$name.kib") KiB a stream")"
	done
	for name in portkey llms; do
		[ ! -s "$B/$name.p50" ] || [ -e "$B/$name.lost" ] || line "$n streams: $name to busdk" "$(ratio "$(median <"$B/$name.p50")" "$(median <"$B/busdk.p50")") times the delay p50, $(ratio "$(median <"$B/$name.kib")" "$(median <"$B/busdk.kib")") times the memory"
	done
}
streams "$STREAMS" direct nginx busdk
line "added to a chunk over nginx alone" "p50 $(goal "$(more busdk p50)" 0.3 ms), p99 $(goal "$(more busdk p99)" 5 ms)"
line "memory of a stream" "$(goal "$(median <"$B/busdk.kib")" 32 KiB)"
peers=(); for name in portkey llms; do [ -z "${AT[$name]:-}" ] || peers+=("$name"); done
streams 200 direct nginx busdk "${peers[@]}"

# What the least durable call could cost: one empty commit, flushed, on this disk.
commit() { pgbench -n -h "$VAR/run" -U bus_operator -c 1 -T "$SECONDS_EACH" -f <(echo "SELECT pg_logical_emit_message(true, 'bench', '');") bus 2>/dev/null | awk '/latency average/ { print $4 }'; }
FLOOR=$(commit)

# Calls that are answered at once.
for c in ${BENCH_CONNECTIONS-1 16 64}; do
	rm -f "$B"/*.rate "$B"/*.p50 "$B"/*.p99
	for _ in $(seq "$ROUNDS"); do
		for name in "${!AT[@]}"; do
			read -r rate p50 p99 < <(load "$name" "$c")
			echo "$rate" >>"$B/$name.rate"; echo "$p50" >>"$B/$name.p50"; echo "$p99" >>"$B/$name.p99"
		done
	done
	for name in direct nginx busdk portkey llms; do
		[ -s "$B/$name.rate" ] || continue
		line "$c connections: $name" "$(median <"$B/$name.rate")/s, p50 $(median <"$B/$name.p50") ms, p99 $(median <"$B/$name.p99") ms; added p50 $(awk -v a="$(median <"$B/$name.p50")" -v b="$(median <"$B/direct.p50")" 'BEGIN { printf "%.3f", a - b }') ms"
	done
	for name in portkey llms; do
		[ ! -s "$B/$name.rate" ] || line "$c connections: busdk to $name" "$(ratio "$(median <"$B/busdk.rate")" "$(median <"$B/$name.rate")") times its throughput"
	done
	[ "$c" != 1 ] || ADDED=$(awk -v a="$(median <"$B/busdk.p50")" -v b="$(median <"$B/direct.p50")" 'BEGIN { printf "%.2f", a - b }')
	[ "$c" != 64 ] || BETTER=$(ratio "$(median <"$B/busdk.rate")" "$(for name in portkey llms; do [ ! -s "$B/$name.rate" ] || median <"$B/$name.rate"; done | sort -rn | head -1)")
done
line "added to one call alone, p50" "$(goal "$ADDED" 0.4 ms); an empty commit on this disk takes $FLOOR ms, and a call waits for one"
line "calls at 64 connections to the better peer" "$(awk -v r="$BETTER" 'BEGIN { printf "%s times (goal 4: %s)", r, (r >= 4 ? "met" : "missed") }')"
line "memory of all of bus-fcgi" "$(goal "$(private $(pgrep -f "bus-fcgi $VAR") | awk '{ printf "%.1f", $1 / 1024 }')" 64 MB)"
"$BUS" fsck >/dev/null && line "and the books" "are in order: $(psql -h "$VAR/run" -U bus_operator -d bus -XAtqc "SELECT count(*) FROM bus.usage_record WHERE state = 'posted'") calls posted"
