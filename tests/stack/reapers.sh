#!/bin/bash
# Several reapers on one database never do one thing twice; each pass by itself
# under a fixed clock.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "lease_s = 3" "attempts_max = 5"
CONF=$VAR/etc/bus.conf
# once PASS TIME: one pass until nothing is left.
once() { "${AS[@]}" "$builddir/bus-reaper" "$CONF" --once --pass="$1" ${2:+--now="$2"} 2>>"$VAR/once.log"; }
later() { date -u -d "+$1" +%Y-%m-%dT%H:%M:%SZ; }
row() { sql operator "$1"; }

OTHERS=()
for n in 1 2; do
	"${AS[@]}" "$builddir/bus-reaper" "$CONF" 2>>"$VAR/other.log" & OTHERS+=($!)
done
RUNS=()
for n in 1 2 3 4 5 6; do
	visitor "v$n"
	converse "A tip calculator that splits the bill, number $n" web
	RUNS+=("$RUN")
done
for r in "${RUNS[@]}"; do "$BUS" build approve "$r" >/dev/null & done
wait $(jobs -p | grep -vxF "$(printf '%s\n' "${OTHERS[@]}")")
kill -9 "${OTHERS[0]}"
n=0
for RUN in "${RUNS[@]}"; do
	n=$((n + 1)); visitor "v$n"
	ok "run $n is ready" wait_phase artifact_ready 120
done
list=$(printf "'%s'," "${RUNS[@]}") list=${list%,}
mine="(SELECT id FROM bus.run WHERE run_id IN ($list))"
ok "one artifact each" equal "$(row "SELECT count(*), count(DISTINCT run) FROM bus.artifact WHERE run IN $mine")" "6|6"
ok "one successful worker each" equal "$(row "SELECT count(*), count(DISTINCT run) FROM bus.worker WHERE status = 'done' AND run IN $mine")" "6|6"
ok "one good verification each" equal "$(row "SELECT count(*), count(DISTINCT run) FROM bus.verification WHERE ok AND run IN $mine")" "6|6"
ok "one step of each kind in the events" equal \
	"$(row "SELECT max(c) FROM (SELECT count(*) c FROM bus.event WHERE type IN ('bus.build.artifact.verified', 'bus.build.run.authorized', 'bus.build.repo.ready') AND run IN $mine GROUP BY run, type) t")" 1
kill "${OTHERS[1]}"; wait "${OTHERS[@]}" 2>/dev/null
ok "the invariants hold" silent "$BUS" fsck

# A workplace that cannot be made: tried again, then the run fails and says so.
visitor shut
converse "A tip calculator that splits the bill, nowhere" web
mv "$VAR/repo/template.git" "$VAR/repo/away"
"$BUS" build approve "$RUN" >/dev/null
ok "the run ends without a workplace" wait_phase failed 60
api GET "/api/v1/build-runs/$RUN/events"
ok "and says why" contains "$(field '.events[-1].text')" "could not be prepared"
mv "$VAR/repo/away" "$VAR/repo/template.git"
# A killed git leaves a locked, half written entry that holds the branch.
converse "A tip calculator that splits the bill, locked" web
entry=$VAR/repo/template.git/worktrees/$RUN
"${AS[@]}" mkdir -p "$entry"
"${AS[@]}" sh -c "echo initializing >'$entry/locked'; echo 'ref: refs/heads/build/$(date -u +%Y%m%d)/$RUN' >'$entry/HEAD'
	echo '$VAR/repo/trees/$RUN/.git' >'$entry/gitdir'; echo ../.. >'$entry/commondir'"
git --git-dir "$VAR/repo/template.git" -c safe.directory='*' branch -q "build/$(date -u +%Y%m%d)/$RUN" stable
[ "$(id -u)" != 0 ] || chown -R _bus "$VAR/repo"
"$BUS" build approve "$RUN" >/dev/null
ok "a half made worktree is made anew" wait_phase artifact_ready 60

# One pass at a time, at a time of the test's choosing; the stack's own reaper sleeps.
REAPER=$(pgrep -o -f "bus-reaper $CONF")
kill -STOP "$REAPER"
trees() { row "SELECT count(*) FROM bus.repo_branch WHERE worktree_gone_at IS NULL"; }
dirs() { find "$VAR/repo/trees" -mindepth 1 -maxdepth 1 -type d | wc -l; }

api GET "/api/v1/build-runs/$RUN/artifacts"
api POST "/api/v1/build-runs/$RUN/artifacts/$(field '.items[0].artifact_id')/preview" '{}'
visitor late
api POST /api/v1/build-runs '{"message":"A counter of laps"}'
DRAFT=$(field .run_id)
converse "A tip calculator that splits the bill, the last" web
"$BUS" build approve "$RUN" >/dev/null
ok "nothing happens while nobody works" equal "$(row "SELECT phase FROM bus.run WHERE run_id = '$RUN'")" authorized
ok "an early look ends nothing" silent once run.overdue "$(later '10 minutes')"
ok "still authorized" equal "$(row "SELECT phase FROM bus.run WHERE run_id = '$RUN'")" authorized
ok "a late one does" silent once run.overdue "$(later '2 hours')"
api GET "/api/v1/build-runs/$RUN"
ok "the run failed" equal "$(field .phase)" failed
api GET "/api/v1/build-runs/$RUN/events"
ok "with a reason, and no charge" contains "$(field '.events[-1].text')" "Nothing is charged"
silent once run.expire "$(later '6 days')"
ok "a conversation may rest" equal "$(row "SELECT phase IN ('drafting', 'quoted') FROM bus.run WHERE run_id = '$DRAFT'")" t
silent once run.expire "$(later '8 days')"
ok "but not for ever" equal "$(row "SELECT phase FROM bus.run WHERE run_id = '$DRAFT'")" cancelled

before=$(trees)
ok "worktrees stand while they are young" equal "$((before > 0))" 1
silent once repo.prune "$(later '2 days')"
ok "old ones go" equal "$(trees) $(dirs)" "0 0"
ok "their branches stay" equal "$(($(git --git-dir "$VAR/repo/template.git" -c safe.directory='*' branch --list 'build/*' | wc -l) > 0))" 1
silent once repo.prune "$(later '31 days')"
ok "until a month is over" equal "$(git --git-dir "$VAR/repo/template.git" -c safe.directory='*' branch --list 'build/*' | wc -l)" 0
silent once artifact.previews "$(later '2 days')"
ok "previews end" equal "$(row "SELECT count(*) FROM bus.preview")" 0
visitor v1
api GET /api/v1/build-runs
ok "a session lives" equal "$STATUS" 200
silent once identity.expire "$(later '31 days')"
api GET /api/v1/build-runs
ok "and ends" equal "$STATUS" 401

once no.such.pass; ok "an unknown pass is refused" equal "$((${?} != 0))" 1
once run.expire yesterday; ok "a time that is none" equal "$?" 64
ok "each pass left its mark" equal "$(row "SELECT count(DISTINCT pass) >= 5 FROM bus.pass_log WHERE ended_at IS NOT NULL")" t
kill -CONT "$REAPER"
ok "the invariants hold at the end" silent "$BUS" fsck
done_testing
