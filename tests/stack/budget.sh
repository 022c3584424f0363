#!/bin/bash
# Budgets that cannot be overspent: scopes that fail last, a storm of callers
# with kill -9, a crash at every point of a call, a database that is away.
# BUDGET_SECONDS (8) is how long the storm may take, BUDGET_CLIENTS (64) how many take
# part, BUDGET_SEED (1) decides what they do and what is killed when.
. "${srcdir:-.}/tests/lib/stack.sh"
BUS_FAULT_DIR=$(mktemp -d /tmp/bus-fault-XXXXXX) && chmod 1777 "$BUS_FAULT_DIR" || exit 99
export BUS_FAULT_FILE=$BUS_FAULT_DIR/armed BUS_FAULT_LOG=$BUS_FAULT_DIR/log
stack_begin
: >"$BUS_FAULT_LOG"; chmod 666 "$BUS_FAULT_LOG"
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
SAY='{"model":"bus-static","max_tokens":14,"messages":[{"role":"user","content":"hi"}]}'
HOUR=$((3600 * 2))
later() { date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ; }
settle_all() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=usage.expire --now="$(later $HOUR)" "$VAR/etc/bus.conf" >/dev/null 2>&1; }
# plan ACCOUNT_MICRO RUN_MICRO BACKEND_MICRO INSTALLATION_MICRO
plan() {
	jq -nc --argjson a "$1" --argjson r "$2" --argjson b "$3" --argjson i "$4" '{version: "t",
		plans: [{id: "p", name: "P", features: ["chat"], support: {level: "none"}, limits: [
			{scope: "account", period: "day", micro: $a}, {scope: "account", period: "total", micro: $a},
			{scope: "run", period: "total", micro: $r}]}],
		limits: [{scope: "backend", subject: "static", period: "day", micro: $b},
			{scope: "installation", period: "day", micro: $i}]}' >"$VAR/plans.json"
	"$BUS" plan put "$VAR/plans.json" && "$BUS" plan assign "$WHO" p
}
call() { # HEADER…: sets STATUS and CODE
	local h more=()
	for h; do more+=(-H "$h"); done
	BODY=$(curl -s -m 20 -D "$VAR/head" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "${more[@]}" -d "$SAY" "$BASE/v1/chat/completions")
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }') CODE=$(jq -r '.error.code // "-"' <<<"$BODY" 2>/dev/null)
}
someone() { WHO=$1; TOKEN=$("$BUS" token issue --subject "$1"); }
budgets() { sql operator "SELECT scope, period, reserved, posted FROM bus.budget WHERE scope IN ('account', 'backend', 'installation', 'run') ORDER BY id"; }

# What one call reserves.
someone first; plan 1000000 1 1000000 1000000; call
RESERVE=$(sql operator "SELECT reserved FROM bus.usage_record ORDER BY id DESC LIMIT 1")
ok "a call reserves ($RESERVE)" equal "$((RESERVE > 10))" 1

# The last scope fails: the others are as they were.
someone scopes
for last in "1000000 1000000 1000000 1" "1000000 1000000 1 1000000" "1 1000000 1000000 1000000"; do
	plan $last
	call; before=$(budgets)
	ok "refused by the last of its scopes ($last)" equal "$STATUS $CODE" "429 insufficient_quota"
	call
	ok "and nothing was kept in any" equal "$(budgets)" "$before"
done
plan 1000000 1 1000000 1000000
visitor v; converse "A counter of laps"
sql admin "WITH r AS (UPDATE bus.run SET account_id = (SELECT id FROM bus.account WHERE subject = 'scopes')
		WHERE run_id = '$RUN' RETURNING id, account_id),
	m AS (UPDATE bus.message SET account_id = r.account_id FROM r WHERE run = r.id)
	UPDATE bus.event SET account_id = r.account_id FROM r WHERE run = r.id" >/dev/null
call "x-bus-run-id: $RUN"
ok "a run's own limit" equal "$STATUS $(tr -d '\r' <"$VAR/head" | sed -n 's/^x-bus-limit: //p')" "429 run total"
plan 1000000 1000 1000000 1000000
call "x-bus-run-id: $RUN"
ok "and its own usage" equal "$STATUS $(sql operator "SELECT count(*) FROM bus.usage_record WHERE run_id = '$RUN'")" "200 1"

# A round with somebody who asks for too much: only that account goes one by one.
someone greedy; plan 250 1 100000000 100000000
"$BUS" plan assign modest p
# ask SUBJECT NAME MICRO [HASH]
ask() { printf '{"usage_id":"usg_%s","subject":"%s","model":"m","backend":"static","feature":"chat","price":"v","micro":%s,"at":"%s","until":"%s"%s}' "$2" "$1" "$3" "$(later 0)" "$(later 60)" "${4:+,\"hash\":\"$4\"}"; }
round() { local IFS=,; sql call "SELECT string_agg(outcome || coalesce(' ' || scope, ''), ', ') FROM bus.usage_reserve_all('[$*]')"; }
KEY=$(printf 'k' | sha256sum | cut -c-64)
ok "of one account what fits, in its order; of the others all" equal "$(round "$(ask greedy g1 100)" "$(ask modest m1 100)" "$(ask greedy g2 100)" "$(ask greedy g3 100)" "$(ask nobody n 1)" "$(ask greedy g4 50)" "$(ask modest m2 100)")" \
	"ok, ok, ok, quota account, unknown, ok, ok"
ok "all of it stands in the books" equal "$(sql operator "SELECT sum(reserved), count(*) FROM bus.usage_record WHERE usage_id LIKE 'usg_g_' OR usage_id LIKE 'usg_m_'")" "450|5"
ok "once in each limit" equal "$(sql operator "SELECT DISTINCT a.subject, b.reserved FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text WHERE a.subject IN ('greedy', 'modest') ORDER BY 1" | tr '\n' ' ')" "greedy|250 modest|200 "
ok "the same key twice in a round: once" equal "$(round "$(ask modest k 10 "$KEY")" "$(ask modest k 10 "$KEY")" "$(ask modest m3 10)")" "ok, busy, ok"
ok "a round in which nobody fits keeps nothing" equal "$(round "$(ask greedy g5 1)" "$(ask greedy g6 1)")" "quota account, quota account"
ok "the invariants hold" silent "$BUS" fsck

# Settled by forty at once, in every way: one of them does it.
someone race; plan 1000000 1 100000000 100000000
sql call "SELECT outcome FROM bus.usage_reserve('usg_race', NULL, 'race', NULL, NULL, 'm', 'static', 'chat', 'v', 100, now(), now() + interval '1 h', NULL)" >"$VAR/race.first"
ok "reserved by hand" equal "$(cat "$VAR/race.first")" ok
pids=()
for i in $(seq 20); do
	sql call "SELECT bus.usage_settle('usg_race', 'posted', 70, 1, NULL, '', now())" >"$VAR/race.p$i" & pids+=($!)
	sql call "SELECT bus.usage_settle('usg_race', 'released', 0, 0, NULL, '', now())" >"$VAR/race.r$i" & pids+=($!)
done
wait "${pids[@]}"
ok "one of forty changes it" equal "$(cat "$VAR"/race.[pr]* | sort | uniq -c | tr -s ' \n' ' ')" " 39 f 1 t "
ok "nothing stays reserved, nothing is posted twice" equal "$(sql operator "SELECT bool_and(b.reserved = 0 AND b.posted IN (0, 70)) FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text WHERE a.subject = 'race'")" t

# Many callers, one budget, workers that are killed.
LIMIT=4000 RANDOM=${BUDGET_SEED:-1}
someone storm; plan $LIMIT 1 100000000 100000000
node "$srcdir/tests/chat/storm.mjs" "$BASE" "$TOKEN" "${BUDGET_CLIENTS:-64}" "$RESERVE" "${BUDGET_SECONDS:-8}" "${BUDGET_SEED:-1}" >"$VAR/storm" & storm=$!
while kill -0 $storm 2>/dev/null; do
	read -rt $((RANDOM % 3 + 1)).$((RANDOM % 10)) <> <(:)
	mapfile -t workers < <(pgrep -P "$MASTER")
	[ ${#workers[@]} -eq 0 ] || [ $((RANDOM % 3)) -eq 0 ] || workers=("${workers[RANDOM % ${#workers[@]}]}")
	[ ${#workers[@]} -eq 0 ] || kill -9 "${workers[@]}" 2>/dev/null
	# In a longer one the limit rises, so that it is met again and again.
	[ "${BUDGET_SECONDS:-8}" -le 30 ] || plan $((LIMIT += 200 + RANDOM % 400)) 1 100000000 100000000
done
wait $storm
echo "# seed ${BUDGET_SEED:-1}: $(cat "$VAR/storm")"
state() { sql operator "SELECT $1 FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text AND b.period = 'total' WHERE a.subject = 'storm'"; }
ok "many were answered" equal "$(($(jq .ok "$VAR/storm") > 100))" 1
ok "nobody was refused what was left" equal "$(jq .false_refusals "$VAR/storm")" 0
ok "a repeated key was told the same" equal "$(jq .differs "$VAR/storm")" 0
ok "nothing was overspent" equal "$(state 'reserved + posted <= hard_limit')" t
settle_all
ok "nothing stays reserved" equal "$(state reserved)" 0
ok "what was answered was paid for" equal "$(($(state posted) >= $(jq .ok "$VAR/storm") * 8))" 1
plan $(($(state posted) + 3 * RESERVE)) 1 100000000 100000000
while call; [ "$STATUS" = 200 ]; do :; done
ok "and the limit is reached exactly, to less than one call" equal "$STATUS $(($(state 'hard_limit - posted') < RESERVE))" "429 1"
ok "the invariants hold" silent "$BUS" fsck

# A crash at every point of a call.
someone crash; plan 1000000 1 100000000 100000000
call
POINTS=$(sort -u "$BUS_FAULT_LOG" | grep -E '^(relay|chat)\.')
[ -z "$POINTS" ] || ok "a call has fault points" equal "$(($(wc -w <<<"$POINTS") >= 4))" 1
streamed=${SAY%\}},\"stream\":true\}
for point in $(printf "%s\n" $POINTS chat.after_head chat.mid_stream chat.after_usage | sort -u); do
	grep -q chat <<<"$POINTS" || break
	sql admin "SELECT count(*) FROM bus.usage_record" >"$VAR/before"
	printf '%s:kill' "$point" >"$BUS_FAULT_DIR/new" && chmod 666 "$BUS_FAULT_DIR/new" &&
		chown --reference="$VAR/pg" "$BUS_FAULT_DIR/new" 2>/dev/null
	mv "$BUS_FAULT_DIR/new" "$BUS_FAULT_FILE"
	case $point in *head | *stream | *after_usage) SAY=$streamed call ;; *) call ;; esac
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"
	[ "$point" = relay.admitted ] || ok "$point: the row exists" equal "$(($(sql admin "SELECT count(*) FROM bus.usage_record") - $(cat "$VAR/before")))" 1
	settle_all
	ok "$point: it is settled, at the reserve or as used" equal "$(sql operator "SELECT state IN ('posted', 'estimated') AND posted > 0 FROM bus.usage_record ORDER BY id DESC LIMIT 1")" t
	for _ in $(seq 40); do call; [ "$STATUS" = 200 ] && break; read -rt 0.25 <> <(:); done
	ok "$point: the next call is answered" equal "$STATUS" 200
	ok "$point: the invariants hold" silent "$BUS" fsck
done

# Without the database nothing is spent.
n=$(sql admin "SELECT count(*) FROM bus.usage_record")
sql admin "ALTER SYSTEM SET default_transaction_read_only = on" >/dev/null; sql admin "SELECT pg_reload_conf()" >/dev/null
for _ in $(seq 40); do call; [ "$STATUS" != 200 ] && break; read -rt 0.1 <> <(:); done
ok "a database that is read-only: refused" equal "$STATUS $CODE" "503 unavailable"
PGOPTIONS='-c default_transaction_read_only=off' sql admin "ALTER SYSTEM RESET default_transaction_read_only" >/dev/null
PGOPTIONS='-c default_transaction_read_only=off' sql admin "SELECT pg_reload_conf()" >/dev/null
for _ in $(seq 40); do call; [ "$STATUS" = 200 ] && break; read -rt 0.1 <> <(:); done
ok "then it goes on" equal "$STATUS" 200
mv "$VAR/run/.s.PGSQL.5432" "$VAR/run/away"
psql -h "$VAR/run" -p 5432 -U bus_admin -d bus -Xc '' >/dev/null 2>&1
ln "$VAR/run/away" "$VAR/run/.s.PGSQL.5433"
PGPORT=5433 psql -h "$VAR/run" -U bus_admin -d bus -Xqtc "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename LIKE 'bus%'" >/dev/null 2>&1
call
ok "a database that is gone: refused" equal "$STATUS $CODE" "503 unavailable"
mv "$VAR/run/away" "$VAR/run/.s.PGSQL.5432"; rm -f "$VAR/run/.s.PGSQL.5433"
for _ in $(seq 40); do call; [ "$STATUS" = 200 ] && break; read -rt 0.25 <> <(:); done
ok "and goes on when it is back" equal "$STATUS" 200
ok "the invariants hold at the end" silent "$BUS" fsck
rm -rf "$BUS_FAULT_DIR"
done_testing
