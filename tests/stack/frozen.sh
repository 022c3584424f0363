#!/bin/bash
# A database that neither answers nor goes away, for a few seconds: every pool says so
# within its time, nothing ends, and all is well again when it answers.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "db_wait_s = 2"
T=$(cat "$VAR/demo.token")
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
POSTMASTER=$(head -n 1 "$VAR/pg/postmaster.pid")
thaw() { [ -z "${FROZEN:-}" ] || kill -CONT $FROZEN 2>/dev/null; FROZEN=''; }
# The postmaster first: it would start what is missing.
freeze() {
	kill -STOP "$POSTMASTER"
	FROZEN="$POSTMASTER $(pgrep -P "$POSTMASTER")"
	kill -STOP $FROZEN
}
trap 'thaw; stack_end' EXIT
until_true() { local end=$((SECONDS + ${WITHIN:-20})); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.05 <> <(:); done; true; }
# ask NAME CURL-ARGUMENTS…: the answer, its status and its seconds to a file each
ask() { curl -s -m 60 -o "$VAR/$1.body" -w '%{http_code} %{time_total}' "${@:2}" >"$VAR/$1.how"; }
refused() { # NAME MOST_SECONDS
	local status time
	read -r status time <"$VAR/$1.how"
	ok "$1: 503, soon" equal "$status $(awk "BEGIN { print ($time <= $2) }")" "503 1"
	ok "$1: and why" contains "$(cat "$VAR/$1.body")" '"unavailable"'
}
lives() { [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$BASE/livez")" = 200 ]; }
reads() { api GET "/api/v1/build-runs/$RUN"; [ "$STATUS" = 200 ]; }
calls() { v1 /v1/chat/completions "$CALL"; [ "$STATUS" = 200 ]; }
connections() { sql operator "SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'bus_%' AND pid = ANY('{$1}')"; }

visitor ada
ok "a tool is built" build_tool "A tip calculator that splits the bill"
CALL='{"model":"bus-static","messages":[{"role":"user","content":"hi"}]}'
ok "a model answers" calls
ok "the programs run" lives
pgrep -P "$MASTER" | sort >"$VAR/workers"
# The call worker has several, of which one is enough for a call.
of() { sql operator "SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE usename = '$1' AND query NOT LIKE 'LISTEN%'"; }
reading=$(of bus_fast) calling=$(of bus_call) lines=$(connections "$(of bus_call)")

freeze
# A statement's own timeout (at most 2 s in these pools) and db_wait_s, or the three
# seconds of an attempt to connect; twice that for one that stood behind another.
ask read -b "$V" "$BASE/api/v1/build-runs/$RUN" & asked=($!)
ask change -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' -d '{}' "$BASE/api/v1/chats" & asked+=($!)
ask call -H "Authorization: Bearer $T" -H 'Content-Type: application/json' -d "$CALL" "$BASE/v1/chat/completions" & asked+=($!)
ask stream -N -b "$V" -H 'Accept: text/event-stream' "$BASE/api/v1/build-runs/$RUN/events" & asked+=($!)
ok "the programs live meanwhile" lives
wait "${asked[@]}"
refused read 9
refused change 9
refused call 12
refused stream 12
ask again -b "$V" "$BASE/api/v1/build-runs/$RUN"
refused again 9
thaw

ok "reads are answered again" until_true reads
ok "calls are answered again" until_true calls
ok "no process has ended" equal "$(pgrep -P "$MASTER" | sort)" "$(cat "$VAR/workers")"
ok "the frozen connections were given up" equal "$(connections "$reading") $(($(connections "$calling") < lines))" "0 1"
ok "a tool is built again" build_tool "A counter of laps"
ok "the invariants hold" silent "$BUS" fsck
done_testing
