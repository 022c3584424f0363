#!/bin/bash
# The operator's command: exit statuses, JSON on standard output and nothing
# else, migrations there and back, and invariants that are seen to be broken.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
admin() { psql -h "$VAR/run" -U bus_admin -d bus -XAtq -v ON_ERROR_STOP=1 -c "$1" 2>&1; }
# run STATUS WHAT ARGS…: the exit status, and nothing on standard output of a failure.
run() {
	local want=$1 what=$2; shift 2
	OUT=$("$BUS" "$@" 2>"$VAR/cli.err"); local got=$?
	ok "$what" equal "$got" "$want"
	[ "$want" = 0 ] || ok "$what: says so on standard error alone" equal "$OUT$( [ -s "$VAR/cli.err" ] && echo said)" said
}

run 0 "help" --help
run 64 "no such command" frobnicate
run 64 "no such option" build runs --frobnicate
run 64 "a missing argument" build show
run 64 "one argument too many" build show a b
for verb in "build show" "build approve" "build cancel" "build retry" "build events" "build artifacts"; do
	# shellcheck disable=SC2086
	for id in run_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa '../../etc/passwd' "x'; DROP TABLE bus.run; --" ''; do
		OUT=$("$BUS" $verb "$id" 2>/dev/null); got=$?
		ok "$verb '$id' ends with a status of its own ($got)" eval '[ $got -ge 64 ] && [ $got -le 78 ]'
	done
done
run 65 "a list of an odd length" build runs --limit abc
run 65 "of less than one" build runs --limit -1
run 65 "in a phase that there is not" build runs --phase nonsense
run 0 "one that there is" build runs --phase drafting --limit 1
run 65 "odd usage" usage --limit 0
run 65 "usage in no state" usage --state bogus
run 0 "help in short" -h
for verb in "build runs" routes passes states config errors fsck "stack status" doctor; do
	# shellcheck disable=SC2086
	"$BUS" $verb --json 2>"$VAR/cli.err" | jq -e . >"$VAR/cli.json"
	ok "$verb --json is JSON" test -s "$VAR/cli.json"
done
for word in "$(cat "$VAR/etc/operator.token")" "$(sed -n 2p "$VAR/etc/provenance.pem")"; do
	for verb in config doctor "stack status" "config sample" routes; do
		# shellcheck disable=SC2086
		ok "$verb shows no secret" lacks "$("$BUS" $verb 2>&1; "$BUS" $verb --json 2>&1)" "$word"
	done
done
missing() { "$BUS" doctor --json "$@" 2>/dev/null | jq -r '[.[] | select(.state == "FAIL").check] | join(" ")'; }
ok "the doctor misses nothing that this stack does not need" equal "$(missing)" ""
{ grep -vE "^(billing_provider|mail|smtp_user|smtp_url) " "$VAR/etc/bus.conf"; printf "billing_provider = stripe\nmail = smtp\nsmtp_url = smtp://127.0.0.1:25\nsmtp_user = bus\n"; } >"$VAR/paid.conf"
ok "nor hides what another would" equal "$(missing --config "$VAR/paid.conf")" "stripe_key smtp_password"
ps -ww -eo args >"$VAR/args"
ok "no secret in any argument or log" equal "$(grep -rlF -f "$VAR/etc/operator.token" "$VAR/args" "$VAR/log")" ""
echo 'no_such = 1' | cat "$VAR/etc/bus.conf" - >"$VAR/bad.conf"
run 78 "a bad configuration" config test --config "$VAR/bad.conf"
run 0 "the good one" config test
sed '/^receipt_public/d' "$VAR/etc/bus.conf" >"$VAR/bad.conf"; echo "receipt_public = $VAR/etc/provenance.pub" >>"$VAR/bad.conf"
run 65 "receipts are not signed with a key that is not published" config test --config "$VAR/bad.conf"

# The life of a run by the operator's hand.
visitor ada
api POST /api/v1/build-runs '{"message":"A tip calculator that splits the bill"}'
RUN=$(field .run_id)
"$BUS" build approve "$RUN" >/dev/null 2>&1; ok "nothing is approved before its customer did" equal "$((${?} != 0))" 1
ok "a whole run" build_tool "A counter of laps" web
"$BUS" build show "$RUN" --json | jq -e '.internal.branch // .internal' >/dev/null; ok "build show" equal "$?" 0
ok "build events tells what the customer was told" contains "$("$BUS" build events "$RUN")" "verified"
"$BUS" build cancel "$RUN" >/dev/null 2>&1; ok "what is ready is not cancelled" equal "$((${?} != 0))" 1
"$BUS" build retry "$RUN" >/dev/null 2>&1; ok "nor taken up again" equal "$((${?} != 0))" 1
converse "A tip calculator that splits the bill" web
"$BUS" build cancel "$RUN" >/dev/null; ok "a waiting one is cancelled" wait_phase cancelled 5

# Each invariant: broken behind the programs' back, seen, and mended.
run 0 "all invariants hold" fsck
REAPER=$(pgrep -o -f "bus-reaper $VAR/etc/bus.conf")
kill -STOP "$REAPER" # it would mend some before they are seen
ID=$(admin "SELECT id FROM bus.run WHERE phase IN ('artifact_ready', 'delivered')")
broken() { # WHAT BREAK MEND
	local said
	said=$(admin "SET session_replication_role = replica; $2")
	[ -z "$said" ] || echo "# $said"
	OUT=$("$BUS" fsck --json 2>/dev/null); local got=$?
	ok "seen: $1" equal "$got $(grep -c "\"${1%% *} " <<<"$OUT")" "1 1"
	admin "SET session_replication_role = replica; $3" >/dev/null
}
broken "I1 phase" "UPDATE bus.run SET phase = 'failed' WHERE id = $ID" "UPDATE bus.run SET phase = 'artifact_ready' WHERE id = $ID"
broken "I2 epoch" "UPDATE bus.worker SET epoch = epoch + 100 WHERE run = $ID" "UPDATE bus.worker SET epoch = epoch - 100 WHERE run = $ID"
broken "I2 running" "UPDATE bus.worker SET status = 'running' WHERE run = $ID" "UPDATE bus.worker SET status = 'done' WHERE run = $ID"
broken "I6 count" "UPDATE bus.run SET artifacts = 7 WHERE id = $ID" "UPDATE bus.run SET artifacts = 1 WHERE id = $ID"
broken "I6 verified" "UPDATE bus.verification SET ok = false WHERE run = $ID" "UPDATE bus.verification SET ok = true WHERE run = $ID"
broken "I9 gap" "UPDATE bus.run SET last_event_id = last_event_id + 1 WHERE id = $ID" "UPDATE bus.run SET last_event_id = last_event_id - 1 WHERE id = $ID"
broken "I9 messages" "UPDATE bus.run SET last_message_id = last_message_id + 1 WHERE id = $ID" "UPDATE bus.run SET last_message_id = last_message_id - 1 WHERE id = $ID"
broken "I10 branch" "UPDATE bus.run_public SET doc = doc || (SELECT branch FROM bus.repo_branch WHERE run = $ID) WHERE run = $ID" \
	"UPDATE bus.run_public SET doc = replace(doc, (SELECT branch FROM bus.repo_branch WHERE run = $ID), '') WHERE run = $ID"
run 0 "all is mended" fsck
kill -CONT "$REAPER"

# What the roles may not do, whatever a program asks of them.
denied() { contains "$(sql "$1" "$2")" "$3"; }
for role in fast slow stream; do
	ok "$role reads no worker" denied $role "SELECT * FROM bus.worker" "permission denied"
	ok "$role reads no evidence" denied $role "SELECT * FROM bus.evidence" "permission denied"
	ok "$role reads no branch" denied $role "SELECT * FROM bus.repo_branch" "permission denied"
	ok "$role sees no run without an account" equal "$(sql $role "SELECT count(*) FROM bus.run_public" | tail -n 1)" 0
done
for role in fast operator reaper; do
	ok "$role unsays no event" denied $role "DELETE FROM bus.event" "permission denied"
	ok "$role rewrites no event" denied $role "UPDATE bus.event SET doc = doc" "permission denied"
	ok "$role jumps over no edge" denied $role "SET bus.account = '$(admin "SELECT account_id FROM bus.run WHERE phase = 'cancelled' LIMIT 1")';
		UPDATE bus.run SET phase = 'delivered' WHERE phase = 'cancelled'" "no edge"
done

# Another installation on the same server, up to the same number of an account.
admin 'CREATE DATABASE bus_other' >/dev/null
sed 's/^db_name *=.*//' "$VAR/etc/bus.conf" >"$VAR/other.conf"; echo 'db_name = bus_other' >>"$VAR/other.conf"
run 0 "a second installation" db migrate --config "$VAR/other.conf"
support_id() { # DATABASE
	psql -h "$VAR/run" -U bus_admin -d "$1" -XAtq -v ON_ERROR_STOP=1 -c "
		INSERT INTO bus.account (id, kind, created_at) OVERRIDING SYSTEM VALUE VALUES (4711, 'visitor', now());
		SELECT bus.billing_support(4711)->>'support_id'; DELETE FROM bus.account WHERE id = 4711" 2>&1
}
ONE=$(support_id bus) OTHER=$(support_id bus_other)
ok "a support id has a form ($ONE)" silent grep -qE '^sup_[0-9a-f]{32}$' <<<"$ONE"
ok "and another one where the account has the same number ($OTHER)" silent grep -qE '^sup_[0-9a-f]{32}$' <<<"${OTHER/$ONE/}"
admin 'DROP DATABASE bus_other' >/dev/null

# Migrations: nothing to do, back to nothing, and forward again.
run 0 "nothing to plan" db migrate --plan
ok "and nothing is said to be done" lacks "$OUT" apply
run 0 "verified" db verify
sum=$(admin "SELECT checksum FROM bus.schema_migration WHERE version = 1")
admin "UPDATE bus.schema_migration SET checksum = repeat('0', 64) WHERE version = 1" >/dev/null
"$BUS" db verify >/dev/null 2>&1; ok "a changed migration is refused" equal "$((${?} != 0))" 1
"$BUS" db migrate >/dev/null 2>&1; ok "also before another is applied" equal "$((${?} != 0))" 1
admin "UPDATE bus.schema_migration SET checksum = '$sum' WHERE version = 1" >/dev/null
admin "INSERT INTO bus.schema_migration (version, name, checksum) VALUES (9999, 'future', 'x')" >/dev/null
"$BUS" db migrate >/dev/null 2>&1; ok "a database newer than the program is refused" equal "$((${?} != 0))" 1
admin "DELETE FROM bus.schema_migration WHERE version = 9999" >/dev/null
run 0 "back to nothing" db migrate --rollback 0
ok "no table is left" equal "$(admin "SELECT count(*) FROM pg_tables WHERE schemaname = 'bus' AND tablename <> 'schema_migration'")" 0
curl -s -o "$VAR/ready" "$BASE/readyz"
ok "readyz names what is missing" contains "$(cat "$VAR/ready")" '"ok":false'
run 0 "forward again" db migrate
visitor new
ok "and a tool is built" build_tool "A counter of laps" web
done_testing
