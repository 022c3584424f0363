#!/bin/bash
# Conversations that are kept: begun, answered by the server, followed from several
# places, stopped, limited, and whole after a crash.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
FAULTS=$(mktemp -d /tmp/bus-fault-XXXXXX) && chmod 1777 "$FAULTS" || exit 99
export BUS_FAULT_FILE=$FAULTS/armed BUS_FAULT_LOG=$FAULTS/log
BEFORE_UP=write_models stack_begin
: >"$BUS_FAULT_LOG"; chmod 666 "$BUS_FAULT_LOG"
[ "${FRONT:-nginx}" = nginx ] || "front_$FRONT"
node "$srcdir/tests/chat/slow.mjs" "$UP" &
SLOW=$!
trap 'kill $SLOW; rm -rf "$FAULTS"; stack_end' EXIT
curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "http://127.0.0.1:$UP/"
upstream() { curl -s "http://127.0.0.1:$UP/" | jq -r ".$1"; }
CHATS=/api/v1/chats

# until CONDITION…: bounded, and only as fast as the server lets us look.
until_true() { local end=$((SECONDS + 20)); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.05 <> <(:); done; true; }
answer_is() { api GET "$CHATS/$C"; [[ $(field '.items[-1].state') =~ ^($1)$ ]]; }
has_text() { api GET "$CHATS/$C"; contains "$(field '.items[-1].text')" "$1"; }
begin() { api POST $CHATS '{}'; C=$(field .chat_id); }
# say TEXT [MODEL]: sets A, the answer's name
say() {
	api POST "$CHATS/$C/messages" "$(jq -nc --arg t "$1" --arg m "${2:-}" '{text: $t} + if $m == "" then {} else {model: $m} end')"
	A=$(field .answer.message_id 2>/dev/null) # a web server's error is no JSON
}

api_public=$(curl -s "$BASE/api/v1/models" | jq -c '[.data[].id]')
ok "what there is to talk with is public" equal "$api_public" '["bus-static","slow","broken","markup","drained","long"]'

visitor ada
begin
ok "a conversation begins, with a session" equal "$STATUS $([ -n "$CSRF" ] && echo session) $(field .title)" "201 session "
api GET "$CHATS/$C"
ok "with nothing in it" equal "$STATUS $(field '.items | length')" "200 0"
say "What   are
you?"
ok "what was said is kept and an answer begun" equal "$STATUS $(field '.message.text | @json') $(field .answer.state) $(field .answer.model)" '202 "What   are\nyou?" answering bus-static'
ok "its usage has a name" contains "$(header x-bus-usage-id)" usg_
ok "it is answered" until_true answer_is complete
ok "by the model" equal "$(field '.items[1].text')" "This is the static model of busdk. It always answers with this one sentence."
ok "once" equal "$(field '[.items[].author] | tostring')" '["visitor","assistant"]'
ok "with its usage beside it" equal "$(field '.items[1].usage.state') $(field '.items[1].usage.tokens.output')" "posted 14"
ok "the first words are its title" equal "$(field .chat.title)" "What are you?"
api GET "/api/v1/usage?chat_id=$C"
ok "the ledger knows the conversation" equal "$(field '.items | length') $(field '.items[0].state') $(field '.items[0].chat_id')" "1 posted $C"

HEADER="Idempotency-Key: one" say "Again" ; first=$BODY
ok "a second turn" until_true answer_is complete
HEADER="Idempotency-Key: one" say "Again"
ok "a repeated key is told the same" equal "$BODY $(header idempotency-replayed)" "$first true"
HEADER="Idempotency-Key: one" say "Other"
ok "and nothing else" equal "$STATUS $(field .code)" "422 idempotency_mismatch"
api GET "$CHATS/$C?limit=3"
ok "messages come in pages" equal "$(field '.items | length') $(field .next_cursor)" "3 3"
api GET "$CHATS/$C?cursor=3"
ok "to the last" equal "$(field '.items | length') $(field .next_cursor)" "1 null"

for body in '{}' '{"text":""}' '{"text":"x","other":1}' '{"text":1}' "{\"text\":\"$(printf 'x%.0s' $(seq 8001))\"}"; do
	api POST "$CHATS/$C/messages" "$body"
	ok "${body:0:24} is refused" equal "$STATUS $(field .code)" "422 validation_failed"
done
say "x" none; ok "so is an unknown model" equal "$STATUS $(field .code)" "404 model_not_found"
say "x" bus-embed; ok "and one that does not talk" equal "$STATUS $(field .code)" "404 model_not_found"

# An answer that takes its time, a reload in the middle, a second follower.
follow() { # FILE [CURL OPTION…]
	curl -sN -m 60 -b "$V" -H 'Accept: text/event-stream' -o "$1" "${@:2}" "$BASE$CHATS/$C/events" &
}
until_seen() { timeout 30 tail -n +1 -F "$1" 2>/dev/null | grep -qm1 -- "$2"; }
pieces() { sed -n 's/^data: //p' "$1" | jq -rj 'select(.type == "bus.chat.answer.piece") | .data.text'; }
begin
follow "$VAR/early"; early=$!
say "Count" slow; answer=$BODY
ok "a slow answer begins at once" equal "$STATUS $(jq -r .answer.state <<<"$answer")" "202 answering"
ok "pieces arrive while it is written" until_seen "$VAR/early" 'line 9 of'
api GET "$CHATS/$C"; reload=$BODY
ok "a reload finds it under way" equal "$(field '.items[-1].state') $(field .chat.answering)" "answering $A"
ok "with what there is" contains "$(field '.items[-1].text')" "- line 9 of 1 “€”"
say "Me too"
ok "one answer at a time" equal "$STATUS $(field .code)" "409 conflict"
follow "$VAR/late" -H "Last-Event-ID: $(jq .chat.last_event_id <<<"$reload")"; late=$!
ok "the second follower sees its end" until_seen "$VAR/late" 'bus.chat.answer.ended'
ok "the first as well" until_seen "$VAR/early" 'bus.chat.answer.ended'
answer_is complete; whole=$(field '.items[-1].text')
ok "sixty lines" equal "$(grep -c . <<<"$whole")" 60
ok "the first saw all of it" equal "$(pieces "$VAR/early")" "$whole"
ok "the second what was missing" equal "$(jq -rj '.items[-1].text' <<<"$reload"; pieces "$VAR/late")" "$whole"
ok "numbers without a gap" equal "$(sed -n 's/^id: //p' "$VAR/early" | tr '\n' ' ')" "$(seq -s ' ' 1 "$(field .chat.last_event_id)") "
ok "it was paid for what it used" equal "$(field '.items[-1].usage.state') $(field '.items[-1].usage.quantity')" "posted 50"
say "And now" bus-static; until_true answer_is complete

# Stopping, from another tab.
say "Count" slow
ok "an answer is under way" until_seen "$VAR/early" 'line 5 of 5'
before=$(upstream left)
api POST "$CHATS/$C/stop" '{}'
ok "stop is accepted" equal "$STATUS" 202
ok "and happens" until_true answer_is stopped
ok "what there was is kept" contains "$(field '.items[-1].text')" "line 5 of 5"
ok "the model is no longer asked" equal "$(($(upstream left) - before))" 1
ok "its usage is settled" equal "$(field '.items[-1].usage.state')" estimated
api POST "$CHATS/$C/stop" '{}'
ok "stopping what has ended changes nothing" equal "$STATUS $(field .answering)" "202 null"
api POST "$CHATS/$C/retry" '{"model":"bus-static"}'
ok "it can be answered again" equal "$STATUS $(field .message)" "202 null"
ok "which takes the place of the first" until_true answer_is complete
ok "of the conversation" equal "$(field '[.items[-2:][].author] | tostring') $(field '.items | length')" '["visitor","assistant"] 6'
say "Count" drained; until_true has_text "line 1 of"
api POST "$CHATS/$C/stop" '{}'
ok "where the backend is read to its end, stopping is seen at once" until_true answer_is stopped
settled() { api GET "$CHATS/$C"; [ "$(field '.items[-1].usage.state')" = posted ]; }
ok "and the true usage is paid" until_true settled
say "Count" broken
ok "a stream that breaks is a failure" until_true answer_is failed
ok "that says why and keeps what there was" equal "$(field '.items[-1].error') $(grep -c . <<<"$(field '.items[-1].text')")" "answer_unfinished 10"

# Rows.
api PATCH "$CHATS/$C" '{"title":"Counting"}'
ok "renamed" equal "$STATUS $(field .title)" "200 Counting"
ok "which followers are told" until_seen "$VAR/early" bus.chat.renamed
begin; begin
api GET "$CHATS?limit=2"
ok "the list, newest first" equal "$STATUS $(field '.items | length') $(field '.items[0].chat_id')" "200 2 $C"
api GET "$CHATS?limit=2&cursor=$(field .next_cursor)"
ok "goes on" equal "$(field '.items[0].title') $(field '.items[1].title') $(field .next_cursor)" "Counting What are you? null"
COUNTING=$(field '.items[0].chat_id')

# A text that is longer than what is kept does not pass for a whole one.
visitor long; begin; say "Go on" long
ok "too long a text fails" until_true answer_is failed
ok "and what was kept has no hole" equal "$(field '.items[-1] | [.error, .chars == (.text | length), .chars <= 524288] | join(" ")')" "answer_unfinished true true"

# Somebody else.
visitor bob; api POST /api/v1/sessions '{}'
for what in "GET $CHATS/$COUNTING" "GET $CHATS/$COUNTING/events"; do
	api $what; ok "a stranger's $what: 404" equal "$STATUS" 404
done
for what in 'POST /messages {"text":"x"}' 'POST /retry {}' 'POST /stop {}' 'DELETE' 'PATCH  {"title":"x"}'; do
	IFS=' ' read -r method tail body <<<"$what"; [[ $tail != {* ]] || body=$tail tail=''
	api "$method" "$CHATS/$COUNTING$tail" "$body"
	ok "a stranger's $method $tail: 404" equal "$STATUS $(field .code)" "404 not_found"
done
api GET $CHATS; ok "a stranger's list is empty" equal "$(field '.items | length')" 0
visitor nobody; api POST "$CHATS/$COUNTING/messages" '{"text":"x"}'
ok "nobody is asked to sign in" equal "$STATUS $(field .code)" "401 unauthenticated"
ok "nor does a role of the web read others' words" equal "$(sql fast "SELECT count(*) FROM bus.chat_message")" 0
ok "operators read no words at all" contains "$(sql operator "SELECT text FROM bus.chat_message")" "permission denied"
ok "what has ended stays as it is" contains "$(sql admin "UPDATE bus.chat_message SET state = 'answering', ended_at = NULL WHERE state = 'complete'")" "no way from complete"

# The process that writes an answer is killed.
visitor ada; begin; say "Count" slow
ok "an answer is under way" until_true has_text "line 4 of 1"
worker() { # who holds the connection to the model
	local inode
	for inode in $(awk -v port="$(printf ':%04X' "$UP")" '$3 ~ port "$" { print $10 }' /proc/net/tcp); do
		find /proc/[0-9]*/fd -lname "socket:\[$inode\]" 2>/dev/null | sed -n 's,^/proc/\([0-9]*\)/.*,\1,p'
	done | head -n 1
}
W=$(worker)
ok "its process is known" test -n "$W"
kill -9 "$W"
api GET "$CHATS/$C"
ok "what was stored is there" contains "$(field '.items[-1].text')" "line 4 of 1"
"${AS[@]}" "$builddir/bus-reaper" --once --pass=chat.expire --now="$(date -u -d '+30 seconds' +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1
answer_is interrupted
ok "it ends as interrupted, and says so" equal "$(field '.items[-1].state') $(field '.items[-1].error')" "interrupted unavailable"
ok "its reserve is settled" equal "$(field '.items[-1].usage.state') $(field .chat.answering)" "estimated null"
ok "once" equal "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" 0
api POST "$CHATS/$C/retry" '{"model":"bus-static"}'
ok "and it goes on" until_true answer_is complete

# kill -9 at every fault point of an answer (in a build that has them): what is
# there is legal, and the same request under the same key goes on.
expire() {
	"${AS[@]}" "$builddir/bus-reaper" --once --pass=chat.expire --now="$(date -u -d '+30 seconds' +%Y-%m-%dT%H:%M:%SZ)" "$VAR/etc/bus.conf" >/dev/null 2>&1
}
for point in $(grep -E '^(chat|relay)\.' "$BUS_FAULT_LOG" | sort -u); do
	begin
	printf '%s:kill' "$point" >"$FAULTS/new" && chmod 666 "$FAULTS/new" &&
		chown --reference="$VAR/pg" "$FAULTS/new" 2>/dev/null
	mv "$FAULTS/new" "$BUS_FAULT_FILE"
	HEADER="Idempotency-Key: $point" say "x"
	fired() { [ ! -e "$BUS_FAULT_FILE" ]; }
	until_true fired; rm -f "$BUS_FAULT_FILE"
	again() { HEADER="Idempotency-Key: $point" say "x"; [ "$STATUS" = 202 ]; }
	ok "$point: the same key is taken" until_true again
	expire
	ok "$point: the answer has ended" until_true answer_is 'complete|interrupted'
	ok "$point: once" equal "$(field '[.items[].author] | tostring') $(field .chat.answering)" '["visitor","assistant"] null'
	ok "$point: the invariants hold" silent "$BUS" fsck
done
[ ! -s "$BUS_FAULT_LOG" ] || ok "an answer has fault points" equal "$(($(grep -E '^(chat|relay)\.' "$BUS_FAULT_LOG" | sort -u | wc -l) >= 5))" 1

# Deleted means gone, also for those who look on.
follow "$VAR/last"; last=$!
until_seen "$VAR/last" bus.chat.answer.ended
HEADER='Idempotency-Key: away' api DELETE "$CHATS/$C"
ok "deleted" equal "$STATUS $(field .deleted)" "200 true"
HEADER='Idempotency-Key: away' api DELETE "$CHATS/$C"
ok "a repeated key is answered as before" equal "$STATUS $(field .deleted) $(header Idempotency-Replayed)" "200 true true"
api DELETE "$CHATS/$C"
ok "without it there is nothing to delete" equal "$STATUS" 404
ok "followers are told" until_seen "$VAR/last" bus.chat.deleted
wait "$last"; ok "and let go" equal "$?" 0
api GET "$CHATS/$C"; ok "it is not there any more" equal "$STATUS" 404
ok "nor are its words" equal "$(sql admin "SELECT count(*) FROM bus.chat_message m JOIN bus.chat c ON c.id = m.chat WHERE c.chat_id = '$C'")" 0
ok "what it has cost is" equal "$(($(sql operator "SELECT count(*) FROM bus.usage_record WHERE chat_id = '$C'") > 0))" 1
begin; say "Count" slow; until_true has_text "line 4 of 1"; before=$(upstream left)
api DELETE "$CHATS/$C"
gone() { [ "$(upstream left)" -gt "$before" ]; }
ok "deleting stops what is under way" until_true gone

# What is not allowed, and that nothing is kept of it.
begin
"$BUS" kill new-spend --reason test
say "x"; ok "spending is stopped" equal "$STATUS $(field .code)" "503 unavailable"
"$BUS" kill none
sed 's|"micro": 200000 }|"micro": 900 }|' "$srcdir/conf/plans.json" >"$VAR/plans.json" && "$BUS" plan put "$VAR/plans.json"
say "x"
ok "beyond the limit" equal "$STATUS $(field .code)" "402 quota_exceeded"
ok "which one it is, and until when" contains "$(header x-bus-limit), $(header x-bus-resets)" "account day, 20"
api GET "$CHATS/$C"; ok "nothing of it is kept" equal "$(field '.items | length')" 0
sql admin "UPDATE bus.account SET plan = NULL" >/dev/null
say "x"; ok "a visitor to whom nothing is given signs in" equal "$STATUS $(field .code)" "401 unauthenticated"
sql admin "INSERT INTO bus.plan VALUES ('bare', 'v', '{}', '{}'); UPDATE bus.account SET plan = 'bare'" >/dev/null
say "x"; ok "a plan without conversations needs another" equal "$STATUS $(field .code)" "402 billing_required"

kill "$early" "$late" 2>/dev/null
no_open() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ]; }
ok "nothing stays reserved" until_true no_open
ok "the invariants hold" silent "$BUS" fsck
# Nobody holds all the places.
echo 'call_max_caller = 1' >>"$VAR/etc/bus.conf"
kill -HUP "$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")"
"$BUS" plan put "$srcdir/conf/plans.json"
visitor greedy
one_place() { begin; say "Count" slow; begin; say "Count" slow; [ "$STATUS $(field .code)" = "429 rate_limited" ]; }
ok "one call of a credential at a time" until_true one_place
visitor modest; begin; say "Hello" bus-static
ok "while others have theirs" equal "$STATUS" 202

done_testing
