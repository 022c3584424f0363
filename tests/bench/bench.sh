#!/bin/bash
# Everything that is promised about speed, in one run on one stack: medians of
# rounds that alternate, as ratios against a bare limit.
#
#   BENCH_SECONDS (5) length of one round   BENCH_ROUNDS (3)   BENCH_RUNS (10000)
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/packages.sh"
. "$srcdir/tests/lib/bench.sh"
install_packages wrk nodejs golang-github-lib-pq-dev >/dev/null || exit 69
RUNS=${BENCH_RUNS:-10000}

stack_begin "stream_max = 12000" "stream_processes = 1"
B=$VAR/bench; mkdir -p "$B"; PIDS=()
ended() { local p; for p in "${PIDS[@]}"; do kill "$p" 2>/dev/null; done; stack_end; }
trap ended EXIT

private_kb() { awk '/^Private/ { s += $2 } END { print s + 0 }' "/proc/$1/smaps_rollup"; }

visitor ada
converse "A tip calculator that splits the bill" web
TOKEN=$(awk '$6 ~ /bus_session/ { print $7 }' "$V")

bare() { # NAME PROGRAM: behind the same web server, on the same database
	"$builddir/tests/bench/$1" "$B/$1.sock" "host=$VAR/run user=bus_admin dbname=bus" 2 &
	PIDS+=($!)
}
bare bare_plain; bare bare_pipe
for name in bare_plain bare_pipe; do
	for _ in $(seq 100); do [ -S "$B/$name.sock" ] && break; read -rt 0.05 <> <(:); done
	chmod 666 "$B/$name.sock"
done
PLAIN=$(free_port); PIPE=$(free_port); NODE=$(free_port); FILE=$(free_port) GO=$(free_port)
cat >"$B/nginx.conf" <<E
worker_processes auto; daemon off; pid $B/nginx.pid; error_log stderr warn; user root;
events { worker_connections 10000; }
http { access_log off; sendfile on;
client_body_temp_path $B/body; fastcgi_temp_path $B/fcgi; proxy_temp_path $B/proxy;
uwsgi_temp_path $B/uwsgi; scgi_temp_path $B/scgi;
upstream pipe { server unix:$B/bare_pipe.sock; keepalive 64; keepalive_timeout 5s; keepalive_requests 100000; }
upstream node { server 127.0.0.1:$((NODE + 1)); keepalive 64; }
upstream go { server 127.0.0.1:$((GO + 1)); keepalive 64; }
server { listen 127.0.0.1:$PLAIN; location / { fastcgi_pass unix:$B/bare_plain.sock;
	fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri; } }
server { listen 127.0.0.1:$PIPE; location / { fastcgi_keep_conn on; fastcgi_pass pipe;
	fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri; } }
server { listen 127.0.0.1:$NODE; location / { proxy_pass http://node; proxy_http_version 1.1;
	proxy_set_header Connection ""; } }
server { listen 127.0.0.1:$GO; location / { proxy_pass http://go; proxy_http_version 1.1;
	proxy_set_header Connection ""; } }
server { listen 127.0.0.1:$FILE; location / { root $B/files; } }
}
E
[ "$(id -u)" = 0 ] || sed -i 's/ user root;//' "$B/nginx.conf"
/usr/sbin/nginx -e stderr -c "$B/nginx.conf" -p "$B" 2>"$B/nginx.err" & PIDS+=($!)
(cd "$B" && cp "$srcdir/tests/bench/node.mjs" . && npm install --silent --no-audit --no-fund pg >/dev/null 2>&1) &&
	{ node "$B/node.mjs" $((NODE + 1)) "$VAR/run" bus_admin bus & PIDS+=($!); }
(mkdir "$B/go" && cp "$srcdir/tests/bench/bare.go" "$B/go/main.go" && cd "$B/go" &&
	GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$B/go-cache go build -o "$B/bare_go" .) 2>"$B/go.err" &&
	{ "$B/bare_go" $((GO + 1)) "host=$VAR/run user=bus_admin dbname=bus" & PIDS+=($!); }

one=/api/v1/build-runs/$RUN
declare -A AT=([busdk]=$BASE [plain]=http://127.0.0.1:$PLAIN [pipe]=http://127.0.0.1:$PIPE [node]=http://127.0.0.1:$NODE [go]=http://127.0.0.1:$GO)
for name in plain pipe node go; do
	curl -s --retry 20 --retry-delay 1 --retry-all-errors -f -o "$B/$name.body" "${AT[$name]}$one"
	grep -q "$RUN" "$B/$name.body" || { line "$name" "does not answer: left out"; unset "AT[$name]"; }
done

read_at() { # CONNECTIONS
	local c=$1 name round
	rm -f "$B"/*.rate "$B"/*.p99
	for round in $(seq "$ROUNDS"); do
		for name in "${!AT[@]}"; do
			read -r rate p99 < <(load "${AT[$name]}$one" "$c")
			echo "$rate" >>"$B/$name.rate"; echo "$p99" >>"$B/$name.p99"
		done
	done
	OURS=$(median <"$B/busdk.rate") OURS99=$(median <"$B/busdk.p99")
	line "read, $c connections: busdk" "$OURS/s, p99 $OURS99 ms"
	for name in plain pipe node go; do
		[ -s "$B/$name.rate" ] || continue
		line "read, $c connections: $name" "$(median <"$B/$name.rate")/s, p99 $(median <"$B/$name.p99") ms; busdk is $(ratio "$OURS" "$(median <"$B/$name.rate")") times, p99 $(ratio "$OURS99" "$(median <"$B/$name.p99")") times"
	done
}
echo "== (a) GET $one through nginx"
read_at 1; read_at 64
FEW=$OURS

echo "== (b) followers of one run"
followers() {
	local n=$1 before after i
	"$BUS" stack down >/dev/null; "$BUS" stack up >/dev/null # what an earlier round has left is no measure
	before=$(for p in $(pgrep -f "bus-fcgi $VAR"); do private_kb "$p"; done | awk '{ s += $1 } END { print s }')
	coproc F { "$builddir/tests/bench/follow" "$BUS_PORT" "$one/events" "$TOKEN" "$n" 5 2>"$B/follow.err"; }
	read -rt 120 said <&"${F[0]}" || { line "$n followers" "failed: $(cat "$B/follow.err")"; return; }
	after=$(for p in $(pgrep -f "bus-fcgi $VAR"); do private_kb "$p"; done | awk '{ s += $1 } END { print s }')
	: >"$B/p50"; : >"$B/p99"
	for i in 1 2 3 4 5; do
		echo go >&"${F[1]}"
		api POST "$one/messages" "{\"text\":\"Please call it number $i\"}"
		read -rt 60 p50 p99 _ <&"${F[0]}" || break
		echo "$p50" >>"$B/p50"; echo "$p99" >>"$B/p99"
	done
	line "$n followers: memory of bus-fcgi" "$(ratio $((after - before)) "$n") KiB each"
	line "$n followers: one event to all" "p50 $(median <"$B/p50") us, p99 $(median <"$B/p99") us after the POST was read"
	wait "$F_PID" 2>/dev/null
}
followers 1000; followers 10000

echo "== (c) from approval to ready"
# The commands of the build by hand: the same tree, the same cache, no sandbox.
bare_build() { # WORKTREE
	rm -rf "$B/tree" "$B/cache"
	cp -a "$1" "$B/tree"; cp -a "$(sed -n 's/^go_cache = //p' "$VAR/etc/bus.conf")" "$B/cache"; chmod -R u+w "$B/cache"
	rm -rf "$B/tree/dist" "$B/tree/build"; mkdir "$B/tree/dist" "$B/tree/build"
	(cd "$B/tree" || exit
	export GOCACHE=$B/cache GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
	build() { go build -trimpath -buildvcs=false "-ldflags=-s -w -buildid=" -o "$1" "$2"; }
	from=$(date +%s%3N)
	GOOS=js GOARCH=wasm build build/logic.wasm ./cmd/wasm & build build/page ./cmd/page && wait $! &&
		build/page --wasm build/logic.wasm --goroot "$(go env GOROOT)" --out dist/page.html &&
		echo $(($(date +%s%3N) - from)))
}
for i in $(seq "$ROUNDS"); do
	converse "A tip calculator that splits the bill, number $i" web
	from=$(date +%s%3N)
	"$BUS" build approve "$RUN" >/dev/null && wait_phase 'artifact_ready|failed'
	echo $(($(date +%s%3N) - from)) >>"$B/ready"
	jq -rs '.[] | select(.event == "job_done") | "\(.pass) \(.stage) \(.ms)"' "$VAR/log/bus-reaper.log" | tail -n 3 >"$B/jobs"
	bare_build "$(find "$VAR/repo" -maxdepth 3 -type d -name "$RUN" | head -n 1)" >>"$B/bare.build"
done
line "approval to artifact_ready ($PHASE)" "$(median <"$B/ready") ms"
bare=$(median <"$B/bare.build")
line "  go build by hand, as often as busdk builds once" "$bare ms; 1.5 times and a second: $((bare * 3 / 2 + 1000)) ms"
while read -r pass stage ms; do line "  of it: $pass" "$ms ms"; done <"$B/jobs"

echo "== (d) download of 100 MiB"
mkdir -p "$B/files"; head -c 100M /dev/urandom >"$B/files/big"
build_tool "A tip calculator that splits the bill" web
api GET "/api/v1/build-runs/$RUN/artifacts"
url=$(field '.items[0].download_url') sha=$(field '.items[0].sha256')
stored=$(find "$VAR/store" -name "*${sha:4}*" -type f | head -n 1)
chmod u+w "$stored"; cat "$B/files/big" >"$stored"
for i in $(seq $((ROUNDS * 3))); do
	curl -s -b "$V" -o /dev/null -w '%{speed_download}\n' "$BASE$url" >>"$B/ours.down"
	curl -s -o /dev/null -w '%{speed_download}\n' "http://127.0.0.1:$FILE/big" >>"$B/bare.down"
done
line "download" "$(($(median <"$B/ours.down") / 1048576)) MiB/s, $(ratio "$(median <"$B/ours.down")" "$(median <"$B/bare.down")") of nginx alone"

echo "== (e) processes"
for p in $(pgrep -f "bus-fcgi $VAR"); do echo "$(private_kb "$p")"; done >"$B/private"
line "private memory of a bus-fcgi process, median of $(wc -l <"$B/private")" "$(median <"$B/private") KiB"
"$BUS" stack down >/dev/null; from=$(date +%s%3N)
"$BUS" stack up >/dev/null; line "stack down to ready again" "$(($(date +%s%3N) - from)) ms"

echo "== $RUNS runs in the database"
psql -h "$VAR/run" -U bus_admin -d bus -Xqtc "
	INSERT INTO bus.run (run_id, account_id, artifact_wish, created_at, updated_at)
	SELECT 'run_bench' || g, r.account_id, r.artifact_wish, r.created_at, r.updated_at
	FROM bus.run r, generate_series(1, $RUNS) g WHERE r.run_id = '${one##*/}';
	ANALYZE" 2>"$B/fill.err" || line "filling" "failed: $(head -n 1 "$B/fill.err")"
for name in plain pipe node go; do unset "AT[$name]"; done
read_at 64
line "against the nearly empty database" "$(ratio "$OURS" "$FEW")"
TESTS_FAILED=0
