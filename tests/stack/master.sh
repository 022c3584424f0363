#!/bin/bash
# The master and its workers: a death, a storm of deaths, HUP with a good and a
# bad configuration, retirement and TERM, each while customers keep asking.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "drain_s = 5" "stream_beat_s = 1"
LOG=$VAR/log/bus-fcgi.log
visitor ada
converse "A tip calculator that splits the bill" web
ONE=/api/v1/build-runs/$RUN

MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
workers() { pgrep -P "$MASTER" | sort; }
said() { grep -c "\"event\":\"$1\"" "$LOG"; }
# soon SECONDS CONDITION…: bounded tries of a condition.
soon() {
	local end=$((SECONDS + $1)); shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -rt 0.1 <> <(:)
	done
	return 0
}
said_more() { [ "$(said "$1")" -gt "$2" ]; }

# Three customers who ask without a pause, of the fast, operator and slow pool.
traffic() {
	local n
	touch "$VAR/go"; : >"$VAR/codes"
	for n in 1 2 3; do
		while [ -e "$VAR/go" ]; do
			curl -s -m 20 -o /dev/null -w '%{http_code}\n' -b "$V" "$BASE$ONE" >>"$VAR/codes"
			curl -s -m 20 -o /dev/null -w '%{http_code}\n' "$BASE/readyz" >>"$VAR/codes"
		done &
	done
}
quiet() { # what was answered since traffic
	rm -f "$VAR/go"
	wait $(jobs -p) 2>/dev/null
	ASKED=$(wc -l <"$VAR/codes") ODD=$(grep -cv '^200$' "$VAR/codes")
}

# The listener has a place as well.
PLACES=$("$BUS" config sample | awk '/^#?[a-z]+_processes = / { n += $3 } END { print n + 1 }')
ok "one process for each place" equal "$(workers | wc -l)" "$PLACES"
traffic
before=$(said worker_died) old=$(workers)
kill -9 "$(workers | head -n 1)"
ok "a death is noticed" soon 5 said_more worker_died "$before"
full() { [ "$(workers | wc -l)" = "$PLACES" ]; }
ok "and the place is filled" soon 5 full
quiet
ok "few customers noticed ($ODD of $ASKED)" equal "$((ODD <= 3))" 1

# A worker that dies at once, again and again, is not started again at once.
before=$(said worker_died) from=$(date +%s%3N)
for n in 1 2 3 4 5; do
	new=$(comm -13 <(echo "$old") <(workers) | head -n 1)
	[ -n "$new" ] || { soon 10 eval '[ -n "$(comm -13 <(echo "$old") <(workers))" ]'; new=$(comm -13 <(echo "$old") <(workers) | head -n 1); }
	kill -9 "$new" 2>/dev/null
	soon 15 said_more worker_died $((before + n - 1)) || break
	soon 15 full || break
done
took=$(($(date +%s%3N) - from))
ok "each death in a row waits longer ($took ms for five)" equal "$((took >= 1000))" 1
ok "and all places are filled at the end" soon 15 full

old=$(workers)
cp "$VAR/etc/bus.conf" "$VAR/good.conf"
for bad in 'no_such_setting = 1' 'drain_s = never' 'stream_max = 0' 'drain_s'; do
	before=$(said reload_refused)
	echo "$bad" >>"$VAR/etc/bus.conf"
	kill -HUP "$MASTER"
	ok "'$bad' is refused" soon 5 said_more reload_refused "$before"
	cat "$VAR/good.conf" >"$VAR/etc/bus.conf"
done
# What the configuration names is tried before it is taken.
sed 's/"input": *[0-9]*/"input": -1/' "$(sed -n 's/^models = //p' "$VAR/good.conf")" >"$VAR/bad-models.json"
for bad in "models = $VAR/bad-models.json" "models = $VAR/no-models.json" "token_secret = $VAR/no.secret"; do
	before=$(said reload_refused)
	{ grep -v "^${bad%% *} = " "$VAR/good.conf"; echo "$bad"; } >"$VAR/etc/bus.conf"
	kill -HUP "$MASTER"
	ok "'${bad##*/}' is refused with it" soon 10 said_more reload_refused "$before"
	[ "${bad#token}" != "$bad" ] || ok "and by bus config test" equal "$("$BUS" config test >/dev/null 2>&1; echo $(($? > 0)))" 1
	cat "$VAR/good.conf" >"$VAR/etc/bus.conf"
done
ok "no worker was touched" equal "$(workers)" "$old"

# A poll that is held while all workers are replaced, and steady traffic.
api GET "$ONE/events"; last=$(field .last_id)
curl -s -m 20 -o "$VAR/held" -w '%{http_code}' -b "$V" "$BASE$ONE/events?after=$last&wait=3" >"$VAR/held.code" & held=$!
traffic
before=$(said reloaded)
sed -i 's/^stream_beat_s.*/stream_beat_s = 2/' "$VAR/etc/bus.conf"
kill -HUP "$MASTER"
ok "a good one is read" soon 5 said_more reloaded "$before"
all_new() { [ -z "$(comm -12 <(echo "$old") <(workers))" ] && full; }
ok "every worker is replaced" soon 20 all_new
quiet
ok "no request was dropped ($ASKED asked)" equal "$ODD" 0
ok "there was traffic" equal "$((ASKED > 50))" 1
wait $held 2>/dev/null
ok "the held poll was answered" equal "$(cat "$VAR/held.code")" 200

# Retirement: more requests than a life has.
old=$(workers)
echo 'retire_after = 100' >>"$VAR/etc/bus.conf"
kill -HUP "$MASTER"
ok "a shorter life is read" soon 20 all_new
old=$(workers)
traffic
gone() { [ -n "$(comm -23 <(echo "$old") <(workers))" ]; }
ok "a worker retires" soon 60 gone
quiet
ok "and nobody noticed ($ASKED asked)" equal "$ODD" 0

# TERM with an open stream and requests under way.
curl -sN -m 60 -b "$V" -H 'Accept: text/event-stream' -o "$VAR/stream" -w '%{http_code}' "$BASE$ONE/events" >"$VAR/stream.code" & stream=$!
ok "a stream is open" soon 10 grep -q '^id:' "$VAR/stream"
from=$(date +%s%3N) before=$(said stopped)
kill -TERM "$MASTER"
ok "TERM ends the master" soon 30 said_more stopped "$before"
took=$(($(date +%s%3N) - from))
ok "within its drain time ($took ms)" equal "$((took < 7000))" 1
wait $stream
ok "the stream was ended properly" equal "$? $(cat "$VAR/stream.code")" "0 200"
answers() { [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' -b "$V" "$BASE$ONE")" = 200 ]; }
ok "the supervisor starts it again" soon 20 answers
ok "the invariants hold" silent "$BUS" fsck
done_testing
