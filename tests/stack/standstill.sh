#!/bin/bash
# A database that stands still: what runs goes on, who has left is charged nothing,
# who waits is served when it moves again, and who has waited too long is told so.
# However far the question of a call, or of a message, has come by then. What was done
# and not heard of has one effect, or none.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/slow.mjs" "$UP" models >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
BEFORE_UP=write_models stack_begin "db_wait_s = 5"
node "$srcdir/tests/chat/slow.mjs" "$UP" & SLOW=$!
frozen=()
# freeze [all]: all is the postmaster too (first: it would start what is missing), so that
# no connection can be opened either.
freeze() {
	local master; master=$(head -1 "$VAR/pg/postmaster.pid")
	[ -z "${1-}" ] || kill -STOP "$master"
	mapfile -t frozen < <(pgrep -P "$master")
	kill -STOP "${frozen[@]}"
	[ -z "${1-}" ] || frozen+=("$master")
}
thaw() { kill -CONT "${frozen[@]}" 2>/dev/null; frozen=(); }
trap 'thaw; kill $SLOW 2>/dev/null; stack_end' EXIT
ask() { # MODEL STREAM CURL_OPTION…
	local model=$1 stream=$2; shift 2
	curl -sN -H "Authorization: Bearer $(cat "$VAR/demo.token")" -H 'Content-Type: application/json' "$@" \
		-d "{\"model\":\"$model\",\"stream\":$stream,\"max_tokens\":${TOKENS:-100},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" "$BASE/v1/chat/completions"
}
size() { stat -c %s "$VAR/$1" 2>/dev/null || echo 0; }
until_true() { local end=$((SECONDS + ${WITHIN:-60})); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.05 <> <(:); done; true; }
longer() { [ "$(size "$1")" -ge "$2" ]; }
grows() { WITHIN=10 until_true longer "$1" $(($(size "$1") + $2)); } # FILE BY
reserved() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = "$1" ]; }
settled() { until_true reserved 0; }
for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$UP/" && break; read -rt 0.1 <> <(:); done
ok "a first call is answered" contains "$(ask bus-static false -m 20)" '"usage"'
ok "and settled" settled
n=$(sql operator "SELECT max(id) FROM bus.usage_record")
answers() { [ "$(ask bus-static false -m 20 -o /dev/null -w '%{http_code}')" = 200 ]; }

# Of the call worker's connections the last is left, and no other may be opened.
sql admin "ALTER ROLE bus_call CONNECTION LIMIT 1" >/dev/null
lines() { [ "$(sql admin "SELECT count(*) FROM pg_stat_activity WHERE usename = 'bus_call'")" = "$1" ]; }
sql admin "SELECT pg_terminate_backend(pid) FROM (
	SELECT pid FROM pg_stat_activity WHERE usename = 'bus_call' ORDER BY backend_start DESC OFFSET 1) all_but_one" >/dev/null
ok "one connection is left" until_true lines 1
ok "and serves" until_true answers # once the worker has seen that the others are gone
for _ in 1 2 3 4 5; do answers || break; done
ok "and goes on to" answers
sql admin "ALTER ROLE bus_call CONNECTION LIMIT -1" >/dev/null
n=$(sql operator "SELECT max(id) FROM bus.usage_record")

visitor ada
api POST /api/v1/chats '{}'; CHAT=/api/v1/chats/$(field .chat_id)
api POST "$CHAT/messages" '{"text": "Count", "model": "slow"}'
text() { api GET "$CHAT"; field '.items[-1].text // ""'; }
says() { [[ $(text) == *"$1"* ]]; }
# chat: a new conversation, CHAT. say KEY [MODEL]: sets STATUS and BODY, or leaves them in a file.
chat() { api POST /api/v1/chats '{}'; CHAT=/api/v1/chats/$(field .chat_id); }
say() { HEADER="Idempotency-Key: $1" api POST "$CHAT/messages" "{\"text\": \"Count\", \"model\": \"${2:-bus-static}\"}"; }
said() { say "$@"; echo "$STATUS $(field '.code // .answer.state')" >"$VAR/said"; }
# clamp SUBJECT [CURL_OPTION…]: a call that has a shorter answer or none.
clamp() { curl -s -m 60 -H "Authorization: Bearer $("$BUS" token issue --subject "$1")" -H 'Content-Type: application/json' "${@:2}" \
	-o "$VAR/clamped" -D "$VAR/clamped.head" -w '%{http_code}' -d '{"model":"bus-static","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}' "$BASE/v1/chat/completions"; }
shorter() { # was it clamped, and answered?
	equal "$(cat "$VAR/clamped.status")" 200 && [ "$(sed -n 's/^x-bus-clamped-to: \([0-9]*\).*/\1/Ip' "$VAR/clamped.head")" -lt 100 ]
}
jq '.plans += [.plans[1] | .id = "small" | .limits = [{"scope": "account", "period": "day", "micro": 150}]]' "$srcdir/conf/plans.json" >"$VAR/plans.json"
"$BUS" plan put "$VAR/plans.json"
for who in first second third; do
	"$BUS" plan assign $who small
	ok "what $who asks for is too much" equal "$(clamp $who)" 429
done
ok "an answer is kept while it is written" until_true says "line 3 of"
KEPT=$CHAT; chat
ask slow true -m 60 >"$VAR/stream" & STREAM=$!
ok "a stream runs" grows stream 200
freeze
ok "it goes on while the database stands still" grows stream 1000
ask slow false -m 1 >/dev/null
ok "a client that asks then and leaves gets nothing" equal "$?" 28
ask bus-static false -m 60 >"$VAR/waits" & WAITS=$!
said frozen & WAITS+=" $!"
clamp first -H 'x-bus-clamp: allow' >"$VAR/clamped.status" & WAITS+=" $!"
ok "the stream still goes on" grows stream 500
thaw
wait $WAITS
ok "one that has waited is answered" contains "$(cat "$VAR/waits")" '"usage"'
ok "a message that has waited as well" equal "$(cat "$VAR/said")" "202 answering"
ok "and one that has a shorter answer" shorter
wait $STREAM
ok "the stream came whole" contains "$(tail -3 "$VAR/stream")" '[DONE]'
ok "nothing stays reserved" settled
CHAT=$KEPT
ok "the kept answer is whole, each line of it once" equal "$(text | grep '^- line' | sort | uniq -c | awk '$1 == 1' | wc -l)" 60
# A connection that began after the freeze answers: then it was called out, and counts.
ok "the one that left was charged nothing and never called out, or counts" grep -qE '^(released\|0\|it never left|estimated\|[1-9][0-9]*\|the client left)$' <<<"$(sql operator "SELECT state, posted, reason FROM bus.usage_record WHERE id > $n AND state <> 'posted'")"
ok "the others were charged" equal "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE id > $n AND state = 'posted'")" 5

# Longer than anybody waits, for an answer and then for a connection.
TOKENS=20000 ask endless true -m 120 > >(while read -r line && [ ! -e "$VAR/enough" ]; do [ -z "$line" ] || echo "$EPOCHREALTIME"; done >"$VAR/times") & STREAM=$!
ok "a long stream runs" grows times 200
freeze all
said long & WAITS=$!
STATUS=$(ask bus-static false -m 60 -o "$VAR/long" -w '%{http_code}')
ok "one that has waited too long is told to come again" equal "$STATUS $(jq -r .error.code "$VAR/long")" "503 unavailable"
wait $WAITS
ok "a message that has as well" equal "$(cat "$VAR/said")" "503 unavailable"
for _ in 1 2 3; do STATUS=$(ask bus-static false -m 60 -o "$VAR/long" -w '%{http_code}'); done
ok "and who comes now" equal "$STATUS $(jq -r .error.code "$VAR/long")" "503 unavailable"
ok "the stream still runs" grows times 100
: >"$VAR/enough"
wait $STREAM
ok "and never stood still" test "$(awk 'NR > 1 && $1 - last > most { most = $1 - last } { last = $1 } END { print most < 2.5 }' "$VAR/times")" = 1
thaw
ok "then it goes on" until_true answers
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

# Between the steps of an admission: the second one waits for a row, for as long as
# this test wants it to, and then the database stands still.
sql admin "ALTER ROLE bus_call SET lock_timeout = '30s'; ALTER ROLE bus_call SET statement_timeout = '30s'" >/dev/null
sql admin "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bus_call'" >/dev/null
ok "the call worker has new connections" until_true answers
coproc ROWS { psql -h "$VAR/run" -U bus_admin -d bus -Xqt 2>&1; }
exec {TO}>&"${ROWS[1]}" {FROM}<&"${ROWS[0]}"
hold() { # STATEMENT: it locks rows, says so, and says when somebody waits for them
	echo "BEGIN; $1 \\g /dev/null
\\echo held
DO 'BEGIN FOR i IN 1..6000 LOOP EXIT WHEN EXISTS (SELECT FROM pg_locks
	WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))); PERFORM pg_sleep(0.01); END LOOP; END';
\\echo waits" >&"$TO"
	hears held
}
hears() { local line; while read -rt 60 line <&"$FROM"; do [ "$line" != "$1" ] || return 0; done; return 1; }
let_go() { echo 'ROLLBACK;' >&"$TO"; }
CHAT_ROW="SELECT 1 FROM bus.chat WHERE chat_id ="
LIMIT_ROW="SELECT 1 FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text WHERE a.subject ="
halfway() { # WHAT COMMAND…
	local what=$1 asked; shift
	: >"$VAR/stream"
	ask slow true -m 60 >"$VAR/stream" & STREAM=$!
	ok "$what: a stream runs" grows stream 200
	"$@" & asked=$!
	ok "$what: the database is asked" hears waits
	freeze
	ok "$what: the stream goes on while the database stands still" grows stream 1500
	thaw
	let_go
	wait $asked $STREAM
	ok "$what: the stream came whole" contains "$(tail -3 "$VAR/stream")" '[DONE]'
}
chat
hold "$CHAT_ROW '${CHAT##*/}' FOR UPDATE"
halfway "a message" said halfway
ok "a message: is answered" equal "$(cat "$VAR/said")" "202 answering"
chat
hold "$CHAT_ROW '${CHAT##*/}' FOR UPDATE"
curl -s -m 2 -b "$V" -H "X-CSRF-Token: $CSRF" -H 'Content-Type: application/json' -d '{"text": "Count", "model": "bus-static"}' "$BASE$CHAT/messages" & LEAVES=$!
ok "another is asked for" hears waits
wait $LEAVES
ok "its sender does not wait for it" equal "$?" 28
ok "others are served meanwhile" answers
let_go
ok "it is answered all the same" until_true says "static model"
hold "$LIMIT_ROW 'second' FOR UPDATE OF b"
clamp_second() { clamp second -H 'x-bus-clamp: allow' >"$VAR/clamped.status"; }
halfway "a shorter answer" clamp_second
ok "a shorter answer: is given" shorter
ok "and nothing stays reserved" settled

# What was done and not heard of: commits wait for a standby that is not there, and
# who waits for it is cut off.
standby() { sql admin "ALTER SYSTEM SET synchronous_standby_names = '$1'" >/dev/null; sql admin "SELECT pg_reload_conf()" >/dev/null; }
waiting() { sql admin "SELECT $1 FROM pg_stat_activity WHERE usename = 'bus_$2' AND wait_event = 'SyncRep'"; }
waits() { [ "$(waiting 'count(*)' "$1")" -gt 0 ]; }
unheard() { # from now on; heard: no more
	standby nobody
	sql admin "SELECT pg_logical_emit_message(true, 'test', '')" >/dev/null & PROBE=$!
	until_true waits admin
}
heard() { standby ''; wait $PROBE; }
cut() { waiting 'count(pg_terminate_backend(pid))' call; }
lost() { # WHAT COMMAND…: it is cut off after its last step
	local what=$1 asked; shift
	"$@" & asked=$!
	ok "$what: the database is asked" hears waits
	ok "$what: it will not be heard of" unheard
	let_go
	ok "$what: it is done" until_true reserved 1
	ok "$what: but not known to be" until_true waits call
	cut >/dev/null
	wait $asked
	heard
}
hold "$LIMIT_ROW 'third' FOR UPDATE OF b"
clamp_third() { clamp third -H 'x-bus-clamp: allow' >"$VAR/clamped.status"; }
lost "a shorter answer" clamp_third
ok "a shorter answer: it is to come again" equal "$(cat "$VAR/clamped.status") $(jq -r .error.code "$VAR/clamped")" "503 unavailable"
ok "a shorter answer: what was reserved is given back" settled
ok "a shorter answer: and comes" equal "$(clamp third -H 'x-bus-clamp: allow')" 200
chat
hold "$CHAT_ROW '${CHAT##*/}' FOR UPDATE"
lost "a message" said unheard
ok "a message: it is to come again" equal "$(cat "$VAR/said")" "503 unavailable"
ok "a message: what was reserved is given back" settled
api GET "$CHAT"
ok "a message: it is there, without an answer" equal "$(field '[.items[] | .author, .state, .error] | @csv')" '"visitor","said",,"assistant","interrupted","unavailable"'
say unheard
ok "a message: its key finds it" equal "$STATUS $(field .answer.message_id) $(header Idempotency-Replayed)" "202 $(api GET "$CHAT"; field '.items[-1].message_id') true"
api POST "$CHAT/retry" '{"model": "bus-static"}'
ok "a message: and it can be answered again" until_true says "static model"
ok "the calls that were lost were charged nothing" equal "$(sql operator "SELECT DISTINCT posted, reason FROM bus.usage_record WHERE id > $n AND state = 'released'")" "0|it never left"

# The same for the pieces of an answer, three times from its first one on.
chat
cat >&"$TO" <<'E'
DO 'BEGIN FOR i IN 1..6000 LOOP EXIT WHEN EXISTS (SELECT FROM bus.chat_message WHERE state = ''answering'' AND chars > 0);
	PERFORM pg_sleep(0.01); END LOOP; END';
ALTER SYSTEM SET synchronous_standby_names = 'nobody';
SELECT pg_reload_conf() \g /dev/null
DO 'DECLARE cut int[] := ''{}''; p int;
BEGIN
	WHILE cardinality(cut) < 3 AND EXISTS (SELECT FROM bus.chat_message WHERE state = ''answering'') LOOP
		PERFORM pg_stat_clear_snapshot(), pg_sleep(0.01);
		FOR p IN SELECT pid FROM pg_stat_activity
			WHERE usename = ''bus_call'' AND wait_event = ''SyncRep'' AND pid <> ALL (cut) LOOP
			PERFORM pg_terminate_backend(p);
			cut := cut || p;
		END LOOP;
	END LOOP;
	PERFORM set_config(''test.cut'', cardinality(cut)::text, false);
END';
ALTER SYSTEM RESET synchronous_standby_names;
SELECT pg_reload_conf() \g /dev/null
SELECT 'cut ' || current_setting('test.cut');
E
say pieces slow
ok "pieces of an answer are stored and not heard of" hears "cut 3"
whole() { api GET "$CHAT"; [ "$(field '.items[-1].state')" = complete ]; }
ok "it comes to its end" until_true whole
sed -n 's/^data: {/{/p' "$VAR/stream" | jq -j '.choices[0].delta.content // ""' >"$VAR/sent"
api GET "$CHAT"; jq -j '.items[-1].text' <<<"$BODY" >"$VAR/kept"
ok "what upstream has sent is known" equal "$(grep -c '^- line .* of 1 “€”$' "$VAR/sent")" 60
ok "it is kept as it was sent, byte by byte" cmp "$VAR/sent" "$VAR/kept"
ok "and is as long as it says" equal "$(field '.items[-1] | [.state, .chars == (.text | length)] | @csv')" '"complete",true'
ok "nothing stays reserved at last" settled

# What the worker never says: a piece behind a hole, an end that is another call's.
cat >&"$TO" <<E
BEGIN;
INSERT INTO bus.chat_message (chat, seq, message_id, account_id, author, state, model, usage_id, at)
	SELECT id, 1000, 'msg_test', account_id, 'assistant', 'answering', 'slow', 'usg_test', now() FROM bus.chat WHERE chat_id = '${CHAT##*/}';
CREATE FUNCTION pg_temp.says(at int, words text) RETURNS text LANGUAGE sql AS
	\$\$ SELECT word FROM bus.chat_save_all(json_build_array(json_build_object('n', 0, 'message_id', 'msg_test', 'from', at, 'piece', words, 'at', now()))) \$\$;
CREATE FUNCTION pg_temp.ends(usage text) RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN
	PERFORM bus.chat_settle_all(json_build_array(json_build_object('usage_id', usage, 'state', 'released', 'message_id', 'msg_test',
		'from', 2, 'piece', '€d', 'ended', 'interrupted', 'at', now())));
	RETURN (SELECT state || coalesce(' ' || nullif(text, ''), '') FROM bus.chat_message WHERE message_id = 'msg_test');
END \$\$;
SELECT concat_ws(', ', pg_temp.says(0, 'ab'), pg_temp.says(1, 'b€'), pg_temp.says(4, 'x'), pg_temp.ends('usg_other'), pg_temp.ends('usg_test'));
ROLLBACK;
E
ok "a piece that overlaps, one behind a hole, another's end, its own" hears "ok, ok, gone, answering, interrupted ab€d"
exec {TO}>&- {FROM}<&-
ok "the invariants hold" silent "$BUS" fsck
done_testing
