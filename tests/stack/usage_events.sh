#!/bin/bash
# What the feed of usage tells of the life of each call, that a page stays what it was,
# and the door by which other services say what was used.
. "${srcdir:-.}/tests/lib/stack.sh"
PORT=$(free_port) GONE=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$PORT" models | jq --arg gone "http://127.0.0.1:$GONE/v1" '
		(.models[] | select(.id == "bus-static")) as $s | .backends += [{id: "gone", kind: "openai_api", url: $gone}] |
		.models += [$s | .id = "m-gone" | .routes = [{backend: "gone", model: "x", usage: "openai"}],
			(.id = "m-fall" | .routes = [{backend: "gone", model: "x", usage: "openai"}] + $s.routes)]' >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
node "$srcdir/tests/chat/slow.mjs" "$PORT" & SLOW=$!
trap 'kill $SLOW' EXIT
BEFORE_UP=write_models stack_begin
trap 'kill $SLOW; stack_end' EXIT
FEED=/api/internal/usage-events PUBLISH=/api/v1/events CHAT=/v1/chat/completions
DEMO=$(cat "$VAR/demo.token")
issue() { "$BUS" token issue --subject "$1" --audience "ai.hg.fi/$2" --scope "$3"; }
T=$(issue collector internal "usage:read usage:delete")
say() { printf '{"model":"%s","stream":%s,"messages":[{"role":"user","content":"hi"}]}' "$1" "$2"; }
call() { TOKEN=$DEMO v1 $CHAT "$(say "$1" "$2")"; ID=$(header x-bus-usage-id); }
state() { sql operator "SELECT state FROM bus.usage_record WHERE usage_id = '$1'"; }
settled() { [ "$(state "$1")" != reserved ]; }
listed() { v1 "$FEED?page_size=10000"; [ "$(field "[.items[] | select(.data.usage_id == \"$1\")] | length")" != 0 ]; }
of() { field "[.items[] | select(.data.usage_id == \"$1\") | $2] | tostring"; }

# A stream in the background: its name once its head is there.
begin_stream() {
	curl -sN -m 60 -D "$VAR/head.$1" -o /dev/null -H "Authorization: Bearer $DEMO" -H 'Content-Type: application/json' \
		-d "$(say slow true)" "$BASE$CHAT" &
	CURL=$!
	until_true grep -qi '^x-bus-usage-id' "$VAR/head.$1"
	ID=$(tr -d '\r' <"$VAR/head.$1" | sed -n 's/^x-bus-usage-id: //Ip')
}

call bus-static false; PLAIN=$ID
call m-fall false; FALL=$ID
call m-gone false; FAILED=$ID
ok "with no backend there is no answer" equal "$STATUS" 503
call broken true; BROKEN=$ID
begin_stream left; LEFT=$ID; kill $CURL
ok "one is left" until_true settled "$LEFT"
begin_stream crash; CRASH=$ID
kill -9 $(pgrep -P "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")")
wait $CURL
sql admin "UPDATE bus.usage_record SET expires_at = now() WHERE usage_id = '$CRASH'" >/dev/null
expire() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.expire "$VAR/etc/bus.conf" >/dev/null 2>&1; settled "$CRASH"; }
ok "one dies with its process" until_true expire

# A long call, and a short one within it.
begin_stream long; LONG=$ID
call bus-static false; SHORT=$ID
ok "the short one has ended" until_true settled "$SHORT"
B=$(date -u +%FT%T.%3NZ)
ok "while the long one goes on" equal "$(state "$LONG")" reserved
ok "it ends" until_true settled "$LONG"
ok "and both are in the feed" until_true listed "$LONG"

life() { ok "$1" equal "$(of "$2" .event_type)" "$(jq -c 'map(if . == "B" then "backend_request_started" elif . == "b" then "backend_request_finished" else . end)' <<<"$3")"; }
v1 "$FEED?page_size=10000"
life "a call's life" "$PLAIN" '["request_started","B","b","usage_recorded"]'
life "a stream's" "$LONG" '["request_started","B","b","usage_recorded"]'
life "with a fallback" "$FALL" '["request_started","B","b","B","b","usage_recorded"]'
ok "each backend by its class, and how it ended" equal "$(of "$FALL" '[.data.attempt, .data.backend_class, .data.outcome] | map(values)' | jq -c 'map(select(. != []))')" \
	'[[1,"openai_api"],[1,"openai_api","resource_unavailable"],[2,"static"],[2,"static","answered"]]'
life "one that nobody answered" "$FAILED" '["request_started","B","b","request_failed"]'
ok "says why" equal "$(field ".items | map(select(.data.usage_id == \"$FAILED\")) | last.data | [.outcome, .quantity] | tostring")" '["resource_unavailable",0]'
life "a stream that was cut" "$BROKEN" '["request_started","B","b","request_failed","usage_missing"]'
life "one whose client left" "$LEFT" '["request_started","B","b","client_aborted"]'
ok "its backend was told" equal "$(of "$LEFT" '.data.outcome // empty')" '["client_left"]'
life "one that nobody ended" "$CRASH" '["request_started","usage_missing"]'
ok "each event has a name of its own" equal "$(field '[.items[].event_id] | length == (unique | length)')" true
ok "and a number, in their order" equal "$(field '[.items[] | [.occurred_at, .id]] | . == sort')" true
ok "the last has the call's name" equal "$(field "[.items[] | select(.event_id == \"$PLAIN\") | .event_type] | tostring")" '["usage_recorded"]'
ok "only that counts" equal "$(field '[.items[] | select(.event_id | contains(":")) | .data | .quantity, .total_tokens, .tokens] | unique | tostring')" '[null]'
ok "how long it took is told" equal "$(of "$LONG" '.data.duration_ms | values | . > 3000')" '[true]'
ok "no backend of ours is named" lacks "$BODY" "$GONE"
v1 "$FEED?page_size=10000&before=$B"
ok "the feed of a time has what was known then" equal "$(of "$SHORT" .event_type | jq length) $(of "$LONG" .event_type)" '4 []'
delete() { STATUS=$(curl -s -o "$VAR/deleted" -w '%{http_code}' -X DELETE -H "Authorization: Bearer $T" "$BASE$FEED$1"); BODY=$(<"$VAR/deleted"); }
N=$(field '.items | length')
delete "?page_size=10000&before=$B"
ok "that is what is collected" equal "$(field .deleted)" "$N"
v1 $FEED
ok "what was learned later is there" equal "$(of "$LONG" .event_type | jq length) $(field '.items | length')" '4 4'
ok "with the time at which it happened" equal "$(field "(.items[0].occurred_at < \"$B\")")" true
delete "?page_size=2"; v1 $FEED
ok "half of a call is collected" equal "$(field '[.items[].event_type] | tostring')" '["backend_request_finished","usage_recorded"]'
delete; v1 $FEED
ok "and the other half" equal "$(field '.items | length') $(sql operator "SELECT count(*) FROM bus.usage_record WHERE collected_at IS NULL")" "0 0"

# What another service has used.
W=$(issue runner api usage:write)
ACCOUNT=0e5b0a43-54cf-4d0b-9ac4-5b3ed1c2f1aa
# publish NAME PAYLOAD [MORE]: as TOKEN, else the service
publish() { TOKEN=${TOKEN-$W} v1 $PUBLISH "{\"name\":\"bus.usage.$1\",\"payload\":$2${3:+,$3}}"; }
RUN="{\"event_type\":\"container_run_finished\",\"event_id\":\"run-1\",\"account_id\":\"$ACCOUNT\",\"data\":{\"duration_ms\":1500}}"
publish record.request "$RUN" '"correlationId":"c-1"'
ok "it says so" equal "$STATUS $(field '[.accepted, .name, .response.name, .response.correlationId, .response.payload] | tostring')" \
	'200 [true,"bus.usage.record.request","bus.usage.record.response","c-1",{"event_id":"run-1","recorded":true}]'
publish record.request "$RUN"
ok "once" equal "$STATUS $(field .response.payload.recorded)" "200 false"
publish record.request "${RUN/1500/1501}"
ok "under that name nothing else" equal "$STATUS $(field .code)" "409 conflict"
publish record.request '{"event_type":"runtime_ready"}'
ok "a name is made for what has none" equal "$STATUS $(field '.response.payload | .recorded, (.event_id | startswith("evt_"))' | tr '\n' ' ')" "200 true true "
OLD=$(date -u -d '1 hour ago' +%FT%TZ)
publish record.request "{\"event_type\":\"container.run\",\"event_id\":\"old\",\"occurred_at\":\"$OLD\"}"
RACE=()
for n in 1 2 3 4 5 6 7 8; do publish record.request '{"event_type":"container_run_failed","event_id":"race"}' && field .response.payload.recorded >"$VAR/race.$n" & RACE+=($!); done
wait "${RACE[@]}"
ok "eight at once are one" equal "$(cat "$VAR"/race.* | sort | uniq -c | tr -s ' \n' ' ')" " 7 false 1 true "
there() { v1 $FEED; [ "$(field '.items | length')" = 4 ]; }
ok "it comes into the feed" until_true there
ok "each in its place" equal "$(field '[.items[].event_type] | tostring')" '["container.run","container_run_finished","runtime_ready","container_run_failed"]'
ok "as it was said" equal "$(field '.items[1] | [.event_id, .account_id, .data] | tostring')" "[\"run-1\",\"$ACCOUNT\",{\"duration_ms\":1500}]"

refused() { ok "$3: $1 $2" equal "$STATUS $(field .code)" "$1 $2"; }
while read -r what payload; do
	publish record.request "$payload"; refused 422 validation_failed "$what"
done <<-E
	no-type {}
	another-type {"event_type":"usage"}
	no-text {"event_type":7}
	a-call-of-ours {"event_type":"usage_recorded","event_id":"$PLAIN"}
	no-uuid {"event_type":"container.run","account_id":"0e5b0a43-54cf-4d0b-9ac4-5b3ed1c2f1ag"}
	a-short-uuid {"event_type":"container.run","account_id":"0e5b0a43"}
	no-time {"event_type":"container.run","occurred_at":"2026-13-01T00:00:00Z"}
	the-future {"event_type":"container.run","occurred_at":"2199-01-01T00:00:00Z"}
	long-ago {"event_type":"container.run","occurred_at":"1999-01-01T00:00:00Z"}
	data-that-is-a-list {"event_type":"container.run","data":[1]}
	data-without-end {"event_type":"container.run","data":{"x":"$(printf '%02100d' 0)"}}
	a-name-without-end {"event_type":"container.run","event_id":"$(printf '%0129d' 0)"}
	a-blank-name {"event_type":"container.run","event_id":"a b"}
	more-than-that {"event_type":"container.run","surprise":1}
E
publish record.request '{"event_type":"container.run","event_type":"container.run"}'; refused 400 bad_request "a key twice"
publish record.request 7; refused 400 bad_request "no object"
v1 $PUBLISH '{"name":"bus.usage.record.request"}'; refused 403 insufficient_scope "without the scope"
TOKEN=$W v1 $PUBLISH '{"name":"bus.usage.record.request"}'; refused 400 bad_request "without a payload"
for name in record record.response record.request.x list drop.request; do publish $name '{}'; refused 422 validation_failed "$name"; done
TOKEN=$W v1 $PUBLISH '{"name":"bus.vm.start.request"}'; refused 422 validation_failed "an event of another kind"
TOKEN=$W v1 $PUBLISH "{\"name\":\"bus.usage.record.request\",\"payload\":{\"x\":\"$(printf '%020000d' 0)\"}}"; refused 413 payload_too_large "a body without end"
TOKEN='' publish record.request "$RUN"; refused 401 unauthenticated "nobody"
TOKEN=$DEMO publish list.request '{}'; refused 403 insufficient_scope "a customer's program that may read its own"
TOKEN=$(issue runner api "usage:read usage:delete usage:write"); for name in list delete; do publish $name.request '{}'; refused 403 insufficient_scope "$name is for the inside"; done
TOKEN=$(issue x auth usage:write) publish record.request "$RUN"; refused 403 insufficient_scope "another audience"
unset TOKEN
visitor ada; enter ada@example.org
"$BUS" auth approve ada@example.org >/dev/null
api POST $PUBLISH "{\"name\":\"bus.usage.record.request\",\"payload\":$RUN}"; refused 401 unauthenticated "a session"

TOKEN=$T publish list.request '{"page_size":2}'
ok "the feed is read so, too" equal "$STATUS $(field '.response | [.name, (.payload.items | length), .payload.has_more] | tostring')" '200 ["bus.usage.list.response",2,true]'
TOKEN=$T publish list.request '{"page_size":201}'; refused 422 validation_failed "a longer page"
TOKEN=$T publish list.request '{"before":"yesterday, at noon or so"}'; refused 422 validation_failed "a time that is none"
TOKEN=$T publish delete.request '{"page_size":3}'
ok "and collected" equal "$STATUS $(field .response.payload.deleted)" "200 3"
v1 $FEED
ok "what is left is there" equal "$(field '[.items[].event_id] | tostring')" '["race"]'
ok "customers' roles read nothing of it" contains "$(sql fast "SELECT * FROM bus.usage_event")" "permission denied"
ok "the invariants hold" silent "$BUS" fsck
done_testing
