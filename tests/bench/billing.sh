#!/bin/bash
# What a signed delivery costs against a program that only keeps it, what a
# session costs, and what a code that is tried costs everybody else. Medians of
# rounds that alternate, in one run on one stack; nobody is refused for being quick.
#
#   BENCH_SECONDS (5) length of one round   BENCH_ROUNDS (3)
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/packages.sh"
. "$srcdir/tests/lib/bench.sh"
install_packages wrk nodejs >/dev/null || exit 69
write_key() {
	(umask 077; echo sk_test_bench0000000000000000 >"$VAR/etc/stripe.key")
	[ "$(id -u)" != 0 ] || chown _bus "$VAR/etc/stripe.key"
}
BEFORE_UP=write_key stack_begin "billing_provider = stripe"
B=$VAR/bench; mkdir -p "$B"; PIDS=()
ended() { local p; for p in "${PIDS[@]}"; do kill "$p" 2>/dev/null; done; stack_end; }
trap ended EXIT

sql admin "CREATE TABLE bus.bench (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL)"
"$builddir/tests/bench/bare_plain" "$B/bare.sock" "host=$VAR/run user=bus_admin dbname=bus" 2 \
	'INSERT INTO bus.bench (body) VALUES ($1)' & PIDS+=($!)
for _ in $(seq 100); do [ -S "$B/bare.sock" ] && break; read -rt 0.05 <> <(:); done
chmod 666 "$B/bare.sock"
PORT=$(free_port)
cat >"$B/nginx.conf" <<C
worker_processes auto; daemon off; pid $B/nginx.pid; error_log stderr warn; $([ "$(id -u)" = 0 ] && echo 'user root;')
events { worker_connections 4096; }
http { access_log off;
client_body_temp_path $B/body; fastcgi_temp_path $B/fcgi; proxy_temp_path $B/proxy;
uwsgi_temp_path $B/uwsgi; scgi_temp_path $B/scgi;
server { listen 127.0.0.1:$PORT; location / { fastcgi_pass unix:$B/bare.sock;
	fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri;
	fastcgi_param CONTENT_LENGTH \$content_length; } }
}
C
/usr/sbin/nginx -e stderr -c "$B/nginx.conf" -p "$B" 2>"$B/nginx.err" & PIDS+=($!)

echo "== (f) a signed delivery, 16 connections: verified and committed"
SECRET=$(head -n 1 "$VAR/etc/stripe.webhook") TOKEN=none HOOK=/api/internal/stripe/webhook
deliver() { # NAME BASE ROUND
	node "$srcdir/tests/bench/deliveries.mjs" "$SECRET" $((SECONDS_EACH * 6000)) "$1_$3" >"$B/deliveries"
	DELIVERIES=$B/deliveries load "$2$HOOK" 16 -s "$srcdir/tests/bench/deliver.lua" >"$B/rate"
	cut -d' ' -f1 "$B/rate" >>"$B/$1.rate"; cut -d' ' -f2 "$B/rate" >>"$B/$1.p99"
}
for round in $(seq "$ROUNDS"); do
	deliver busdk "$BASE" "$round"; deliver bare "http://127.0.0.1:$PORT" "$round"
done
for name in busdk bare; do line "delivery: $name" "$(median <"$B/$name.rate")/s, p99 $(median <"$B/$name.p99") ms"; done
line "kept by busdk, by the bare program" "$(sql operator 'SELECT count(*) FROM bus.stripe_event'), $(sql admin 'SELECT count(*) FROM bus.bench')"
goal() { awk -v r="$1" -v g="$2" 'BEGIN { print (r >= g ? "reached" : "MISSED") }'; }
r=$(ratio "$(median <"$B/busdk.rate")" "$(median <"$B/bare.rate")")
line "delivery: busdk against one INSERT and commit" "$r times, goal 0.7: $(goal "$r" 0.7)"

echo "== (g) a session: the list of models for anybody and for a session, 64 connections"
visitor ada; converse "A tip calculator that splits the bill" web
TOKEN=$(awk '$6 ~ /bus_session/ { print $7 }' "$V")
for round in $(seq "$ROUNDS"); do
	load "$BASE/api/v1/models" 64 >>"$B/open"; load "$BASE/v1/models" 64 >>"$B/session"
done
open=$(cut -d' ' -f1 "$B/open" | median) session=$(cut -d' ' -f1 "$B/session" | median)
line "without a session" "$open/s"
line "with one" "$session/s, $(ratio "$session" "$open") times; $(awk -v a="$open" -v b="$session" 'BEGIN { printf "%.0f", 1e6 / b - 1e6 / a }') us more of the machine for a request"

echo "== (h) a code that is tried"
guess='{"email":"nobody@example.com","otp":"00000000"}'
printf 'wrk.method = "POST"\nwrk.body = [[%s]]\nwrk.headers["Content-Type"] = "application/json"\n' "$guess" >"$B/guess.lua"
for _ in $(seq 21); do
	curl -s -o "$B/said" -w '%{time_total}\n' -H 'Content-Type: application/json' -d "$guess" "$BASE/api/v1/auth/otp/verify" >>"$B/try"
done
line "one try alone ($(jq -r .code "$B/said"))" "$(awk -v t="$(median <"$B/try")" 'BEGIN { printf "%.1f", t * 1000 }') ms"
one=/api/v1/build-runs/$RUN
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
# Time of the processes that try codes; their nice value tells them from others.
code_ticks() { for p in $(pgrep -P "$MASTER"); do cut -d' ' -f14,15,19 "/proc/$p/stat"; done | awk '$3 == 10 { s += $1 + $2 } END { print s + 0 }'; }
before=$(code_ticks)
for round in $(seq "$ROUNDS"); do
	load "$BASE$one" 4 >>"$B/quiet"
	load "$BASE/api/v1/auth/otp/verify" 16 -s "$B/guess.lua" >>"$B/guesses" 2>/dev/null & pid=$!
	load "$BASE$one" 4 >>"$B/beside"
	wait $pid
done
line "processors that tries keep busy (code_processes)" "$(awk -v a="$before" -v b="$(code_ticks)" -v t="$(getconf CLK_TCK)" -v s=$((SECONDS_EACH * ROUNDS)) 'BEGIN { printf "%.2f of ", (b - a) / t / s }')$(nproc), bound 1"
line "tries by 16 at once" "$(cut -d' ' -f1 "$B/guesses" | median)/s"
line "reads by 4 alone" "$(cut -d' ' -f1 "$B/quiet" | median)/s, p99 $(cut -d' ' -f2 "$B/quiet" | median) ms"
beside=$(cut -d' ' -f1 "$B/beside" | median)
line "reads by 4 beside them, without the limits of production" "$beside/s, p99 $(cut -d' ' -f2 "$B/beside" | median) ms; $(ratio "$beside" "$(cut -d' ' -f1 "$B/quiet" | median)") times"
TESTS_FAILED=0
