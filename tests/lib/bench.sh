# Sourced by the measurements, after stack.sh.
#
#   median                          of the numbers on standard input
#   ratio A B                       A / B
#   line WHAT RESULT
#   load URL CONNECTIONS [OPTION…]  requests a second and the 99th percentile in ms, as $TOKEN
SECONDS_EACH=${BENCH_SECONDS:-5} ROUNDS=${BENCH_ROUNDS:-3}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "none" }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }
line() { printf '%-62s %s\n' "$1" "$2"; }
load() {
	wrk -t$(($2 > 1 ? 2 : 1)) -c"$2" -d"${SECONDS_EACH}s" --latency -H "Authorization: Bearer $TOKEN" "${@:3}" "$1" | awk '
		/99%/ { v = $2; u = v; sub(/[0-9.]+/, "", u); v += 0
			ms = u == "us" ? v / 1000 : u == "s" ? v * 1000 : v }
		/Requests\/sec/ { r = $2 } /Non-2xx/ { bad = $0 }
		END { print r, ms; if (bad) print bad > "/dev/stderr" }'
}
