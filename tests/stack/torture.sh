#!/bin/bash
# kill -9 at every fault point of the path and of every program, during a build:
# the run goes on or fails with a reason, the invariants hold, and no run has two
# workers or two artifacts. TORTURE_ROUNDS (1) goes over all of it again.
. "${srcdir:-.}/tests/lib/stack.sh"
BUS_FAULT_DIR=$(mktemp -d /tmp/bus-fault-XXXXXX) && chmod 1777 "$BUS_FAULT_DIR" || exit 99
export BUS_FAULT_FILE=$BUS_FAULT_DIR/armed BUS_FAULT_LOG=$BUS_FAULT_DIR/log
stack_begin "lease_s = 2" "attempts_max = 5"
: >"$BUS_FAULT_LOG"; chmod 666 "$BUS_FAULT_LOG"
N=0

# The tool's ending after a blow, and what must be true then.
whole() {
	local what=$1
	ok "$what: the run ends" wait_phase 'artifact_ready|failed' 90
	[ "$PHASE" = artifact_ready ] || {
		api GET "/api/v1/build-runs/$RUN/events"
		ok "$what: it failed with a reason" contains "$(field '.events[-1].type')" failed
	}
	api GET "/api/v1/build-runs/$RUN/artifacts"
	ok "$what: at most one artifact" equal "$(($(field '.items | length') <= 1))" 1
	api GET "/api/v1/build-runs/$RUN/events"
	ok "$what: events without a gap" equal "$(field '[.events[].id] == [range(1; .last_id + 1)]')" true
	ok "$what: the invariants hold" silent "$BUS" fsck
}
begin() {
	N=$((N + 1))
	visitor "v$N"
	converse "A tip calculator that splits the bill" web
}
approve() { local i; for i in 1 2 3 4 5; do "$BUS" build approve "$RUN" >/dev/null 2>&1 && return; wait_phase 'authorized|.*_.*' 2 && return; done; }

begin; approve
ok "a build without a blow" wait_phase artifact_ready
POINTS=$(sort -u "$BUS_FAULT_LOG")
ok "the path has fault points" equal "$(($(wc -w <<<"$POINTS") >= 5))" 1

new_web_server() { # THE_OLD_ONE
	local end=$((SECONDS + 20)) pid
	while [ $SECONDS -lt $end ]; do
		pid=$(cat "$VAR/run/nginx.pid" 2>/dev/null)
		[ "$pid" != "$1" ] && kill -0 "$pid" 2>/dev/null && ! kill -0 $workers 2>/dev/null && return
		read -rt 0.1 <> <(:)
	done
	return 1
}
pids() { pgrep -f "$1 $VAR/etc/bus.conf"; }
for round in $(seq "${TORTURE_ROUNDS:-1}"); do
	for point in $POINTS; do
		begin
		printf '%s:kill' "$point" >"$BUS_FAULT_DIR/new" && chmod 666 "$BUS_FAULT_DIR/new" &&
			chown --reference="$VAR/pg" "$BUS_FAULT_DIR/new" 2>/dev/null
		mv "$BUS_FAULT_DIR/new" "$BUS_FAULT_FILE"
		approve
		whole "$point"
		rm -f "$BUS_FAULT_FILE"
	done
	for program in bus-reaper keeper bus-fcgi postgres nginx; do
		begin; approve
		wait_phase 'repo_ready|worker_running|artifact_pending|artifact_ready' 20
		case $program in
		postgres) kill -9 "$(head -n 1 "$VAR/pg/postmaster.pid")" ;;
		nginx) old=$(cat "$VAR/run/nginx.pid"); workers=$(pgrep -P "$old"); kill -9 "$old" ;;
		bus-reaper) kill -9 "$(pids bus-reaper | head -n 1)" ;; # behind it: keepers of sandboxes
		keeper) kill -9 $(pgrep -P "$(pids bus-reaper | head -n 1)") 2>/dev/null ;;
		*) kill -9 "$(pids $program | tail -n 1)" ;;
		esac
		whole "$program"
	done
	ok "a new web server has the port" new_web_server "$old"
done
rm -rf "$BUS_FAULT_DIR"
done_testing
