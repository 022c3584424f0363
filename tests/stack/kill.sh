#!/bin/bash
# The operator's switch: at `cancel` what runs is cut and settled, at `destroy` what
# it holds is given back; lowered, new work is let in again.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin
node "$srcdir/tests/chat/slow.mjs" "$UP" &
SLOW=$!
trap 'kill $SLOW; stack_end' EXIT
curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "http://127.0.0.1:$UP/"
T=$(cat "$VAR/demo.token")
until_true() { local end=$((SECONDS + ${WITHIN:-20})); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.05 <> <(:); done; true; }
upstream() { curl -s "http://127.0.0.1:$UP/" | jq -r ".$1"; }
open_is() { [ "$(upstream open)" = "$1" ]; }
# call FILE MODEL STREAM: the answer to a file, its status behind it
call() {
	curl -s -N -m 60 -w '\n%{http_code}\n' -H "Authorization: Bearer $T" -H 'Content-Type: application/json' \
		-d "{\"model\":\"$2\",\"stream\":$3,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" "$BASE/v1/chat/completions" >"$VAR/$1"
}
status_of() { tail -n 1 "$VAR/$1"; }
answered() { call again bus-static false; [ "$(status_of again)" = 200 ]; }
reserved() { sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'"; }
nothing_reserved() { [ "$(reserved)" = 0 ]; }
answer_is() { api GET "/api/v1/chats/$C"; [[ $(field '.items[-1].state') =~ ^($1)$ ]]; }
# Everything that can be under way at once: two calls, an answer that is kept.
begin_calls() {
	call stream slow true & STREAM=$!
	call whole silent false & WHOLE=$!
	api POST /api/v1/chats '{}'; C=$(field .chat_id)
	api POST "/api/v1/chats/$C/messages" '{"text":"hi","model":"slow"}'
	until_true open_is 3
}
# Whoever was cut has an honest end, within two seconds of the switch.
all_cut() {
	ok "$1: every upstream is closed within two seconds" eval 'WITHIN=2 until_true open_is 0'
	wait $STREAM $WHOLE
	ok "$1: a stream ends with an error" contains "$(tail -n 5 "$VAR/stream")" '"code":"unavailable"'
	ok "$1: a call that waits gets its status" equal "$(status_of whole)" 503
	ok "$1: a kept answer is interrupted" until_true answer_is interrupted
	ok "$1: all are settled" until_true nothing_reserved
}

visitor ada
build_tool "A counter of laps" || exit 99
DONE=$RUN; api GET "/api/v1/build-runs/$RUN/artifacts"; ARTIFACT=$(field '.items[0].artifact_id')
converse "A checklist for travel"
ok "calls are under way" begin_calls
"$BUS" build approve "$RUN" >/dev/null
ok "and a build" wait_phase 'repo_ready|worker_running|artifact_pending'
"$BUS" kill cancel --reason "a drill"
all_cut cancel
ok "the switch can be looked at" equal "$("$BUS" kill show --json | jq -c '[.level, .reason, .by]')" '["cancel","a drill","operator"]'
ok "their reason is kept" equal "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE reason = 'an operator has stopped all calls'")" 3
ok "the build is cancelled" wait_phase cancelled 10
api GET "/api/v1/build-runs/$RUN/events?after=0"
ok "its customer is told why" contains "$BODY" "The operator of this service has stopped all work for now. Nothing is charged."
ok "and operators read the reason" contains "$("$BUS" build show "$RUN" --json)" "by an operator: a drill"
ok "its history names the pass" contains "$(sql operator "SELECT actor FROM bus.run_history h JOIN bus.run r ON r.id = h.run WHERE r.run_id = '$RUN' AND to_phase = 'cancelled'")" reaper
call again bus-static false
ok "no call is let in" equal "$(status_of again)" 503
api GET "/api/v1/build-runs/$DONE"
ok "what is ready stays ready" equal "$(field .phase)" artifact_ready
PREVIEW=/api/v1/build-runs/$DONE/artifacts/$ARTIFACT/preview
api POST "$PREVIEW" '{}'
ok "and can be looked at" equal "$STATUS $(sql operator "SELECT count(*) FROM bus.preview")" "201 1"

no_previews() { [ "$(sql operator "SELECT count(*) FROM bus.preview")" = 0 ]; }
"$BUS" kill destroy
ok "destroy: previews are closed" until_true no_previews
ok "no worker is left" equal "$(sql operator "SELECT count(*) FROM bus.worker WHERE status = 'running'")" 0
api POST "$PREVIEW" '{}'
ok "none is opened" equal "$STATUS $(field .code)" "503 unavailable"
"$BUS" kill none
ok "lowered, calls are answered" until_true answered
api POST "$PREVIEW" '{}'
ok "previews are opened" equal "$STATUS" 201
ok "and tools are built" build_tool "A counter of pages"

# A switch that is moved while the listener is away is read when it is back.
ok "calls again" begin_calls
sql admin "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bus_stream'" >/dev/null
"$BUS" kill cancel
WITHIN=5 until_true open_is 0
all_cut "unheard"
"$BUS" kill none
ok "and lowered again" until_true answered
# A worker that only finishes what it has shares its wake with its successor.
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
call one silent true & call two silent false &
ok "two calls that say nothing" until_true open_is 2
pgrep -P "$MASTER" | sort >"$VAR/old"
all_new() { [ "$(pgrep -P "$MASTER" | sort | comm -13 "$VAR/old" - | wc -l)" -ge "$(wc -l <"$VAR/old")" ]; }
kill -HUP "$MASTER"
ok "every worker has a successor" until_true all_new
ok "while they go on" open_is 2
"$BUS" kill cancel
ok "the old worker hears the switch" eval 'WITHIN=2 until_true open_is 0'
ok "and settles" until_true nothing_reserved
"$BUS" kill none
ok "its successor answers" until_true answered
ok "what is not a level is refused" equal "$("$BUS" kill everything >/dev/null 2>&1; echo $?)" 65
ok "the invariants hold" silent "$BUS" fsck
done_testing
