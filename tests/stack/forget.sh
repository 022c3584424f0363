#!/bin/bash
# Who deletes the account leaves no word of what was said, described and made: not in
# the database, not among the artifacts, worktrees and mails. What was paid and used
# stays, without a name. What others have is left alone.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "waitlist = auto" "billing_provider = local" "contact_required = 0" "code_network_hour = 1000"
WORD=Quaggabill
until_true() { local end=$((SECONDS + 240)); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.2 <> <(:); done; true; }
pass() { "${AS[@]}" "$builddir/bus-reaper" --once --pass="$1" ${2:+--now="$2"} "$VAR/etc/bus.conf" >/dev/null 2>&1; }
# Of the present visitor: a tool that is paid for and built.
buy() {
	api POST /api/v1/build-runs "{\"message\":\"A checklist for the journey: $1, tickets, charger\",\"artifact_type\":\"web\"}"
	RUN=$(field .run_id)
	api POST "/api/v1/build-runs/$RUN/messages" "{\"text\":\"Call it $1\"}"
	api GET "/api/v1/build-runs/$RUN"
	api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .scope.scope_hash)\"}"
	api POST "/api/v1/build-runs/$RUN/checkout" '{}'
	PAGE=$(field .url); PAGE=${PAGE##*/}
	curl -s -o /dev/null -X POST "$BASE/api/v1/local-payments/$PAGE/pay"
	until_true wait_phase 'artifact_ready|failed' 5 && [ "$PHASE" = artifact_ready ]
}
# Tables with the word in any of their rows.
tables() { pg_dump -h "$VAR/run" -U bus_admin --data-only --inserts bus | grep -F "$1" | sed -n 's/^INSERT INTO bus\.\([a-z_]*\) .*/\1/p' | sort -u | paste -sd ' '; }
files() { sql operator "SELECT sha256 FROM bus.artifact a JOIN bus.run r ON r.id = a.run WHERE r.run_id = '$1' ORDER BY 1"; }
there() { local f n=0; for f in $1; do [ -f "$VAR/store/${f:0:2}/$f" ] && n=$((n + 1)); done; echo $n; }
mails() { grep -l "^To: <$1>" "$VAR"/spool/mail/*.eml 2>/dev/null | wc -l; }

visitor dan
ok "somebody has a tool made" buy "Pangolin"
DAN=$RUN DAN_FILES=$(files "$RUN")
enter dan@example.com
visitor cam
ok "and another one" buy "$WORD"
CAM=$RUN CAM_FILES=$(files "$RUN") CAM_PAGE=$PAGE
enter cam@example.com; TOKEN=$(field .access_token)
api POST "/api/v1/chats" "{\"title\":\"$WORD\"}"
api POST "/api/v1/chats/$(field .chat_id)/messages" "{\"text\":\"$WORD\"}"
answered() { [ "$(sql operator "SELECT count(*) FROM bus.usage_record WHERE state = 'reserved'")" = 0 ]; }
ok "who also asks a model" until_true answered
HAD=$(tables "$WORD")
ok "whose words are in many places" equal "$(for t in run run_public run_work checkout message task_message; do grep -cw "$t" <<<"$HAD"; done | paste -sd ' ')" "1 1 1 1 1 1"
ok "the files are in the store" equal "$([ "$(there "$CAM_FILES")" -gt 0 ] && echo some) $(there "$DAN_FILES")" "some $(wc -w <<<"$DAN_FILES")"
ok "the worktree too" test -d "$VAR/repo/trees/$CAM"

# What is taken along.
curl -s -H "Authorization: Bearer $TOKEN" "$BASE/api/v1/account/export" >"$VAR/export.json"
ok "the export has what was made" equal "$(jq -r '.artifacts | map(.sha256) | sort | join(" ")' "$VAR/export.json")" "$(paste -sd ' ' <<<"$CAM_FILES")"
ok "of which run" equal "$(jq -r '[.artifacts[].run_id] | unique | join(" ")' "$VAR/export.json")" "$CAM"
ok "and the calls" equal "$(jq '.usage | length' "$VAR/export.json")" 1
ok "nothing of others" equal "$(grep -c -e Pangolin -e "$DAN" "$VAR/export.json")" 0

PAID=$(sql operator "SELECT amount, currency, state, scope_hash FROM bus.checkout WHERE checkout_id = '$CAM_PAGE'")
USED=$(sql operator "SELECT sum(posted) FROM bus.usage_record")
ask_code cam@example.com; code_for cam@example.com
api POST /api/v1/auth/delete "{\"email\":\"cam@example.com\",\"otp\":\"$CODE\"}"
ok "the account is deleted" equal "$STATUS $(field .status)" "200 deleted"
ok "no word of it is in the database" equal "$(tables "$WORD")" ""
ok "nor a word that was answered" equal "$(sql operator "SELECT DISTINCT m.text FROM bus.message m JOIN bus.run r ON r.id = m.run WHERE r.run_id = '$CAM'")" "(deleted)"
ok "nor anything that was made" equal "$(files "$CAM")" ""
ok "the payment stays, without a name" equal "$(sql operator "SELECT amount, currency, state, scope_hash FROM bus.checkout WHERE checkout_id = '$CAM_PAGE'") $(sql operator "SELECT title FROM bus.checkout WHERE checkout_id = '$CAM_PAGE'")" "$PAID (deleted)"
ok "so does the run, with its price" equal "$(sql operator "SELECT phase, payment, scope->'price'->>'currency' FROM bus.run WHERE run_id = '$CAM'")" "artifact_ready|paid|eur"
ok "and what was used" equal "$(sql operator "SELECT sum(posted) FROM bus.usage_record")" "$USED"
ok "the page of the payment has no word" lacks "$(curl -s "$BASE/api/v1/local-payments/$CAM_PAGE")" "$WORD"

# The files go by passes. One that somebody has as well stays.
sql admin "INSERT INTO bus.artifact_gone SELECT DISTINCT a.sha256, now() FROM bus.artifact a JOIN bus.run r ON r.id = a.run WHERE r.run_id = '$DAN' ON CONFLICT DO NOTHING" >/dev/null
ALONE=$(comm -23 <(sort <<<"$CAM_FILES") <(sort <<<"$DAN_FILES"))
pass artifact.forget
ok "the files are gone" equal "$(there "$ALONE") $(sql operator "SELECT count(*) FROM bus.artifact_gone")" "0 0"
ok "there were some of nobody else's" equal "$([ -n "$ALONE" ] && echo some)" some
ok "those that somebody has are not" equal "$(there "$DAN_FILES")" "$(wc -w <<<"$DAN_FILES")"
ok "one that was gone already is no error" equal "$(sql admin "INSERT INTO bus.artifact_gone VALUES (repeat('ab', 32), now())"; pass artifact.forget; sql operator "SELECT count(*) FROM bus.artifact_gone")" 0
# Who publishes the same bytes meanwhile is waited for.
F=$(head -n 1 <<<"$DAN_FILES")
sql admin "INSERT INTO bus.artifact_gone VALUES ('$F', now())" >/dev/null
sql admin "SELECT pg_advisory_xact_lock_shared(hashtextextended('artifact $F', 0)); DO \$\$ BEGIN FOR i IN 1..400 LOOP
	EXIT WHEN EXISTS (SELECT FROM bus.plan WHERE id = 'go-on'); PERFORM pg_sleep(0.05); END LOOP; END \$\$" >/dev/null & HOLDER=$!
until_true eval '[ "$(sql admin "SELECT count(*) FROM pg_locks WHERE locktype = '"'advisory'"' AND mode = '"'ShareLock'"' AND granted")" -gt 0 ]'
pass artifact.forget
ok "a file that is just published is left for later" equal "$(there "$F") $(sql operator "SELECT count(*) FROM bus.artifact_gone")" "1 1"
sql admin "INSERT INTO bus.plan VALUES ('go-on', 't', '{}', '{}')" >/dev/null; wait $HOLDER
sql admin "DELETE FROM bus.plan WHERE id = 'go-on'" >/dev/null
pass artifact.forget
ok "and then it is somebody's" equal "$(there "$F") $(sql operator "SELECT count(*) FROM bus.artifact_gone")" "1 0"
pass repo.prune
ok "the worktree is gone at once" equal "$(ls "$VAR/repo/trees" | grep -c "$CAM") $(sql operator "SELECT worktree_gone_at IS NOT NULL AND branch_gone_at IS NOT NULL FROM bus.repo_branch b JOIN bus.run r ON r.id = b.run WHERE r.run_id = '$CAM'")" "0 t"
ok "that of others stays" test -d "$VAR/repo/trees/$DAN"
ok "no branch of it either" equal "$(git --git-dir="$(ls -d "$VAR"/repo/*.git | head -n 1)" for-each-ref | grep -c "$CAM")" 0

# Mails of the spool last as long as their codes.
pass identity.spool
ok "a code that is good stays" equal "$([ "$(mails cam@example.com)" -gt 0 ] && echo some)" some
pass identity.spool "$(date -u -d '+11 minutes' +%Y-%m-%dT%H:%M:%SZ)"
ok "afterwards no mail has the address" equal "$(mails cam@example.com)" 0
ok "nor is it anywhere below the stack" equal "$(grep -rlF cam@example.com "$VAR" --include='*' --exclude-dir=pg --exclude='jar.*' --exclude=export.json 2>/dev/null | wc -l)" 0

visitor dan; api GET "/api/v1/build-runs/$DAN/artifacts"
A=$(field '.items[0].artifact_id')
ok "others have what they had" equal "$(curl -s -o "$VAR/got" -w '%{http_code}' -b "$V" "$BASE/api/v1/build-runs/$DAN/artifacts/$A/download"; sha256sum <"$VAR/got" | cut -c1-64)" "200$(field '.items[0].sha256')"
ok "the invariants hold" silent "$BUS" fsck
sql admin "UPDATE bus.task_message SET text = 'left' WHERE run = (SELECT id FROM bus.run WHERE run_id = '$CAM')" >/dev/null
ok "a word that stayed is seen" equal "$("$BUS" fsck >"$VAR/fsck" 2>&1; echo "$? $(grep -c 'no word stays' "$VAR/fsck")")" "1 1"
done_testing
