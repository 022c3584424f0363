#!/bin/bash
# The whole path through PgBouncer in transaction mode, with fewer connections to
# the database than there are processes: no statement may count on a session.
. "${srcdir:-.}/tests/lib/stack.sh"
start_pooler() {
	local dir=$VAR/pool role
	mkdir -p "$dir" "$VAR/run" && chmod 777 "$dir"
	for role in admin fast slow stream operator reaper; do echo "\"bus_$role\" \"\""; done >"$dir/users"
	cat >"$dir/ini" <<-E
	[databases]
	bus = host=$VAR/run dbname=bus
	[pgbouncer]
	listen_addr =
	unix_socket_dir = $dir
	listen_port = 6432
	auth_type = trust
	auth_file = $dir/users
	pool_mode = transaction
	default_pool_size = 1
	max_client_conn = 200
	server_reset_query_always = 1
	E
	[ "$(id -u)" != 0 ] || chown -R _bus "$dir"
	"${AS[@]}" pgbouncer -q "$dir/ini" 2>"$VAR/pooler.log" & POOLER=$!
	sed -i '/^db_host/d; /^db_port/d; /^db_prepare/d' "$VAR/etc/bus.conf"
	printf '%s\n' "db_host = $dir" "db_port = 6432" "db_prepare = 0" >>"$VAR/etc/bus.conf"
}
BEFORE_UP=start_pooler
stack_begin
trap 'kill "$POOLER" 2>/dev/null; stack_end' EXIT

RUNS=()
for n in 1 2 3 4; do
	visitor "v$n"
	converse "A tip calculator that splits the bill, number $n" both
	RUNS+=("$RUN")
	"$BUS" build approve "$RUN" >/dev/null
done
n=0
for RUN in "${RUNS[@]}"; do
	n=$((n + 1)); visitor "v$n"
	ok "run $n is ready" wait_phase artifact_ready 120
	api GET /api/v1/build-runs
	ok "its visitor sees one run" equal "$(field '.items | length') $(field '.items[0].run_id')" "1 $RUN"
done

# Tenants side by side on one connection: each sees only his own.
mkdir -p "$VAR/mixed"
asks() {
	local k
	for k in $(seq 40); do
		curl -s -m 20 -b "$VAR/jar.v$1" "$BASE/api/v1/build-runs" | jq -r '.items[].run_id'
		curl -s -m 20 -o /dev/null -w '%{http_code}\n' -b "$VAR/jar.v$1" "$BASE/api/v1/build-runs/$2"
	done >"$VAR/mixed/$1"
}
for n in 1 2 3 4; do asks $n "${RUNS[$((n % 4))]}" & ASKERS+=($!); done
wait "${ASKERS[@]}"
for n in 1 2 3 4; do
	ok "visitor $n saw only his own" equal "$(sort -u "$VAR/mixed/$n" | tr '\n' ' ')" \
		"$(printf '%s\n' "${RUNS[$((n - 1))]}" 404 | sort | tr '\n' ' ')"
done
ok "the pooler was used" equal "$(($(psql -h "$VAR/pool" -p 6432 -U bus_operator -d bus -XAtc 'SELECT 1') == 1))" 1
ok "the invariants hold" silent "$BUS" fsck
done_testing
