#!/bin/bash
# The events of a run: polled, waited for, streamed, resumed, and refused.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "stream_beat_s = 1" "stream_max = 3"
[ "${FRONT:-nginx}" = nginx ] || "front_$FRONT"

visitor ada
converse "A tip calculator that splits the bill" web
EVENTS=/api/v1/build-runs/$RUN/events

api GET "$EVENTS"
LAST=$(field .last_id)
ok "the events so far" equal "$STATUS $(field '[.events[].id] == [range(1; .last_id + 1)]')" "200 true"
api GET "$EVENTS?after=$((LAST - 1))"
ok "only what is new" equal "$(field '[.events[].id] | tostring')" "[$LAST]"
api GET "$EVENTS?after=$LAST&wait=1"
ok "a wait without news ends by itself" equal "$STATUS $(field '.events | length') $(field .last_id)" "200 0 $LAST"

for query in after=-1 after=x after=99999999999 wait=26 wait=-1 other=1 'after=1&after=2'; do
	api GET "$EVENTS?$query"
	ok "?$query is refused" equal "$STATUS $(field .code)" "422 validation_failed"
done

# follow FILE [CURL OPTION…]: a stream in the background; its number in FOLLOWER.
follow() {
	curl -sN -m 90 -b "$V" -H 'Accept: text/event-stream' -D "$1.head" -o "$1" "${@:2}" "$BASE$EVENTS" &
	FOLLOWER=$!
}
# until_seen FILE TEXT: bounded by 60 s of tries.
until_seen() {
	timeout 60 tail -n +1 -F "$1" 2>/dev/null | grep -qm1 -- "$2"
}

follow "$VAR/live"; live=$FOLLOWER
follow "$VAR/resumed" -H "Last-Event-ID: $((LAST - 1))"; resumed=$FOLLOWER
follow "$VAR/gzip" -H 'Accept-Encoding: gzip'; packed=$FOLLOWER
ok "a stream starts with what was" until_seen "$VAR/live" "id: $LAST"
ok "a resumed one with what is missing" until_seen "$VAR/resumed" "id: $LAST"
ok "and nothing before" lacks "$(cat "$VAR/resumed")" "id: $((LAST - 1))"
ok "it is an event stream" grep -qi '^content-type: text/event-stream' "$VAR/live.head"
ok "that nobody keeps" grep -qi '^cache-control:.*no-' "$VAR/live.head"
ok "never packed" until_seen "$VAR/gzip" "id: $LAST"
ok "a sign of life on a quiet stream" until_seen "$VAR/live" '^:'

STATUS=$(curl -s -m 10 -b "$V" -H 'Accept: text/event-stream' -o "$VAR/full" -w '%{http_code}' "$BASE$EVENTS")
ok "no place left: said with 503" equal "$STATUS $(jq -r .code "$VAR/full")" "503 busy"
api GET "$EVENTS?after=$((LAST - 1))"
ok "polling still works then" equal "$STATUS" 200

ok "the work is approved" silent "$BUS" build approve "$RUN"
ok "it becomes ready" wait_phase 'artifact_ready|failed'
api GET "$EVENTS"
ALL=$(field .last_id)
ok "the live stream got the last event" until_seen "$VAR/live" "id: $ALL"
ids() { sed -n 's/^id: //p' "$1" | tr '\n' ' '; }
ok "each once, in order" equal "$(ids "$VAR/live")" "$(seq -s ' ' 1 "$ALL") "
ok "also after a resume" equal "$(ids "$VAR/resumed")" "$(seq -s ' ' "$LAST" "$ALL") "
ok "data is one JSON object with its number" equal \
	"$(sed -n 's/^data: //p' "$VAR/live" | jq -s '[.[].id] == [range(1; length + 1)]')" true
ok "which has not ended" lacks "$(cat "$VAR/live")" "event: end"
kill "$live" "$resumed" "$packed" 2>/dev/null
# From each of them on: nothing is missing, nothing comes twice.
for n in $(seq 0 $((ALL - 1))); do
	follow "$VAR/from" -H "Last-Event-ID: $n" --retry 30 --retry-delay 1 # a place is free when the server has seen that its client left
	until_seen "$VAR/from" "id: $ALL"
	kill "$FOLLOWER" 2>/dev/null; wait "$FOLLOWER" 2>/dev/null
	[ "$(ids "$VAR/from")" = "$(seq -s ' ' $((n + 1)) "$ALL") " ] || break
	rm -f "$VAR/from"
done
ok "resumed at each event, the rest comes once" equal "$n $(ls "$VAR/from" 2>/dev/null)" "$((ALL - 1)) "

# What is over says so. A worker that dies does not, though its stream may look whole.
converse "A tip calculator that splits the bill" web
EVENTS=/api/v1/build-runs/$RUN/events
follow "$VAR/whole" --retry 20 --retry-delay 1; whole=$FOLLOWER
ok "one more stream" until_seen "$VAR/whole" "^id: 1$"
api POST "/api/v1/build-runs/$RUN/cancel" '{}'
wait "$whole"
ok "a stream that is over ends by itself" equal "$?" 0
ends() { tail -n 3 "$1" | tr '\n' '|'; }
ok "and says so" equal "$(ends "$VAR/whole")" "event: end|data: {}||"
api GET "$EVENTS"
LAST=$(field .last_id)
follow "$VAR/late" -H "Last-Event-ID: $((LAST - 1))"; wait "$FOLLOWER"
ok "so does one that begins when it is over" equal "$(ids "$VAR/late")$(ends "$VAR/late")" "$LAST event: end|data: {}||"
STATUS=$(curl -s -m 10 -b "$V" -H 'Accept: text/event-stream' -H "Last-Event-ID: $LAST" -o /dev/null -w '%{http_code}' "$BASE$EVENTS")
ok "and nothing more is to come" equal "$STATUS" 204
converse "A tip calculator that splits the bill" web
EVENTS=/api/v1/build-runs/$RUN/events
follow "$VAR/cut"; cut=$FOLLOWER
ok "a stream to be cut" until_seen "$VAR/cut" "^id: 1$"
# Who holds the streams has told that there is no more place.
kill -9 "$(jq -rs '[.[] | select(.code == "busy")][0].pid' "$VAR/log/bus-fcgi.log")"
wait "$cut"
ok "has no end, however it ends ($?)" lacks "$(cat "$VAR/cut")" "event: end"
silent "$BUS" build approve "$RUN"
api POST "/api/v1/build-runs/$RUN/cancel" '{}'
follow "$VAR/rest" --retry 20 --retry-delay 1 -H "Last-Event-ID: $(sed -n 's/^id: //p' "$VAR/cut" | tail -n 1)"; wait "$FOLLOWER"
api GET "$EVENTS"
ok "what was cut is taken up where it stood" equal "$(ids "$VAR/cut")$(ids "$VAR/rest")" "$(seq -s ' ' 1 "$(field .last_id)") "
ok "to its end" equal "$(ends "$VAR/rest")" "event: end|data: {}||"

# A visitor who signs in takes the run along: the old stream ends, the next goes on.
converse "A tip calculator that splits the bill" web
EVENTS=/api/v1/build-runs/$RUN/events
follow "$VAR/before"; before=$FOLLOWER
ok "a visitor's stream" until_seen "$VAR/before" "^id: 2$"
api POST "/api/v1/build-runs/$RUN/contact" '{"email":"ada@example.com"}'
code_for ada@example.com
api POST "/api/v1/build-runs/$RUN/contact" "{\"email\":\"ada@example.com\",\"code\":\"$CODE\"}"
ok "becomes a customer's run" equal "$STATUS" 200
follow "$VAR/after" -H "Last-Event-ID: $(sed -n 's/^id: //p' "$VAR/before" | tail -n 1)"; after=$FOLLOWER
ok "the customer follows" until_seen "$VAR/after" '^:'
api POST "/api/v1/build-runs/$RUN/cancel" '{}'
wait "$before"
ok "the old stream ends" equal "$?" 0
ok "without saying that all is over" lacks "$(cat "$VAR/before")" "event: end"
wait "$after"
ok "the new one has the rest" equal "$(ends "$VAR/after")" "event: end|data: {}||"
api GET "$EVENTS"
ok "each event once" equal "$(ids "$VAR/before")$(ids "$VAR/after")" "$(seq -s ' ' 1 "$(field .last_id)") "

visitor eve
api POST /api/v1/sessions '{}'
api GET "$EVENTS"
ok "another visitor's run is not there" equal "$STATUS" 404
for accept in text/event-stream application/json; do
	STATUS=$(curl -s -m 10 -b "$V" -H "Accept: $accept" -o /dev/null -w '%{http_code}' "$BASE$EVENTS")
	ok "nor as $accept" equal "$STATUS" 404
done
STATUS=$(curl -s -m 10 -H 'Accept: text/event-stream' -o /dev/null -w '%{http_code}' "$BASE$EVENTS")
ok "nobody without a session" equal "$STATUS" 401
done_testing
