#!/bin/bash
# A database that stands still: what runs goes on, who has left is charged nothing,
# who waits is served when it moves again, and who has waited too long is told so.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin "db_wait_s = 5"
node "$srcdir/tests/chat/slow.mjs" "$UP" & SLOW=$!
frozen=()
freeze() { mapfile -t frozen < <(pgrep -P "$(head -1 "$VAR/pg/postmaster.pid")"); kill -STOP "${frozen[@]}"; }
thaw() { kill -CONT "${frozen[@]}" 2>/dev/null; frozen=(); }
trap 'thaw; kill $SLOW 2>/dev/null; stack_end' EXIT
ask() { # MODEL STREAM CURL_OPTION…
	local model=$1 stream=$2; shift 2
	curl -sN -H "Authorization: Bearer $(cat "$VAR/demo.token")" -H 'Content-Type: application/json' "$@" \
		-d "{\"model\":\"$model\",\"stream\":$stream,\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" "$BASE/v1/chat/completions"
}
size() { stat -c %s "$VAR/$1" 2>/dev/null || echo 0; }
grows() { # FILE BY: is it that much longer within ten seconds?
	local from; from=$(size "$1")
	for _ in $(seq 200); do [ "$(size "$1")" -ge $((from + $2)) ] && return; read -rt 0.05 <> <(:); done
	return 1
}
settled() { # within ten seconds nothing is reserved
	for _ in $(seq 100); do [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ] && return; read -rt 0.1 <> <(:); done
	return 1
}
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$UP/" && break; read -rt 0.1 <> <(:); done
ok "a first call is answered" contains "$(ask bus-static false -m 20)" '"usage"'
ok "and settled" settled
n=$(sql operator "SELECT max(id) FROM bus.usage_record")

visitor ada
api POST /api/v1/chats '{}'; CHAT=/api/v1/chats/$(field .chat_id)
api POST "$CHAT/messages" '{"text": "Count", "model": "slow"}'
text() { api GET "$CHAT"; field '.items[-1].text // ""'; }
says() { for _ in $(seq 200); do [[ $(text) == *"$1"* ]] && return; read -rt 0.05 <> <(:); done; return 1; }
ok "an answer is kept while it is written" says "line 3 of"
ask slow true -m 60 >"$VAR/stream" & STREAM=$!
ok "a stream runs" grows stream 200
freeze
ok "it goes on while the database stands still" grows stream 1000
ask slow false -m 1 >/dev/null
ok "a client that asks then and leaves gets nothing" equal "$?" 28
ask bus-static false -m 60 >"$VAR/waits" & WAITS=$!
ok "the stream still goes on" grows stream 500
thaw
wait $WAITS
ok "one that has waited is answered" contains "$(cat "$VAR/waits")" '"usage"'
wait $STREAM
ok "the stream came whole" contains "$(tail -3 "$VAR/stream")" '[DONE]'
ok "nothing stays reserved" settled
ok "the kept answer is whole, each line of it once" equal "$(text | grep '^- line' | sort | uniq -c | awk '$1 == 1' | wc -l)" 60
ok "the one that left was charged nothing and never called out" equal "$(sql operator "SELECT state, posted, reason FROM bus.usage_record WHERE id > $n AND state = 'released'")" "released|0|it never left"
ok "the others were charged" equal "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE id > $n AND state = 'posted'")" 3

# Longer than anybody waits.
freeze
STATUS=$(ask bus-static false -m 60 -o "$VAR/long" -w '%{http_code}')
ok "one that has waited too long is told to come again" equal "$STATUS $(jq -r .error.code "$VAR/long")" "503 unavailable"
thaw
for _ in $(seq 40); do [ "$(ask bus-static false -m 20 -o /dev/null -w '%{http_code}')" = 200 ] && break; read -rt 0.25 <> <(:); done
ok "then it goes on" contains "$(ask bus-static false -m 20)" '"usage"'
ok "and nothing stays reserved" settled

# A connection that dies under a statement: the others serve.
exec {HOLD}> >(psql -h "$VAR/run" -U bus_admin -d bus -Xqt >/dev/null 2>&1)
echo "BEGIN; SELECT pg_advisory_xact_lock(7262001);" >&"$HOLD"
for _ in $(seq 100); do [ "$(sql admin "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" -ge 1 ] && break; read -rt 0.1 <> <(:); done
ask bus-static false -m 60 -o "$VAR/cut" -w '%{http_code}' >"$VAR/cut.status" & CUT=$!
for _ in $(seq 100); do [ "$(sql admin "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")" -ge 1 ] && break; read -rt 0.1 <> <(:); done
sql admin "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted" >/dev/null
wait $CUT
ok "a call whose connection is cut is told to come again" equal "$(cat "$VAR/cut.status") $(jq -r .error.code "$VAR/cut")" "503 unavailable"
echo "ROLLBACK; \\q" >&"$HOLD"; exec {HOLD}>&-
ok "the next is answered" contains "$(ask bus-static false -m 20)" '"usage"'
ok "and nothing stays reserved in the end" settled
ok "the invariants hold" silent "$BUS" fsck
done_testing
