#!/bin/bash
# Budgets at the edges of their windows: a clock that is set forward and back, a
# reservation that is open while its window ends, zones with summer time, leap days.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
jq -n '{version: "w", plans: [{id: "w", name: "W", features: ["chat"], support: {level: "none"}, limits: [
	{scope: "account", period: "day", micro: 100}, {scope: "account", period: "month", micro: 150}]}], limits: []}' >"$VAR/plans.json"
ok "a plan with two windows" silent "$BUS" plan put "$VAR/plans.json"
ok "for one" silent "$BUS" plan assign edge w
# reserve NAME MICRO AT: the outcome; settle NAME MICRO AT
reserve() {
	sql call "SELECT outcome || coalesce(' ' || period || ' until ' || to_char(resets AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), '')
		FROM bus.usage_reserve('usg_$1', NULL, 'edge', NULL, NULL, 'm', 'static', 'chat', 'v', $2, '$3', timestamptz '$3' + interval '1 h', NULL)"
}
settle() { sql call "SELECT bus.usage_settle_all('[{\"usage_id\":\"usg_$1\",\"state\":\"posted\",\"micro\":$2,\"cost\":0,\"reason\":\"\",\"at\":\"$3\"}]')"; }
books() { sql operator "SELECT string_agg(b.period || ' ' || to_char(b.starts AT TIME ZONE 'UTC', 'MM-DD') || ' ' || b.reserved || '+' || b.posted, ', ' ORDER BY b.period, b.starts)
	FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text WHERE a.subject = 'edge'"; }

ok "just before midnight" equal "$(reserve a 80 2028-02-28T23:59:59.999Z)" ok
ok "the day has no more" equal "$(reserve b 30 2028-02-28T23:59:59.999Z)" "quota day until 02-29 00:00"
ok "the next is the leap day" equal "$(reserve b 30 2028-02-29T00:00:00Z)" ok
ok "what was open when its window ended is settled there" equal "$(settle a 50 2028-02-29T00:00:05Z)" 1
ok "and nowhere else" equal "$(books)" "day 02-28 0+50, day 02-29 30+0, month 02-01 30+50"
ok "a clock that is set back meets the day as it was" equal "$(reserve c 60 2028-02-28T23:00:00Z)" "quota day until 02-29 00:00"
ok "with what is left of it" equal "$(reserve c 50 2028-02-28T23:00:00Z)" ok
ok "the month holds across all of them" equal "$(reserve d 60 2028-02-29T12:00:00Z)" "quota month until 03-01 00:00"
ok "a clock that is set forward begins both anew" equal "$(reserve e 100 2028-03-01T00:00:00Z)" ok
ok "and back again takes nothing from there" equal "$(reserve f 20 2028-02-29T13:00:00Z)" ok
ok "a leap second is the next minute's" equal "$(reserve g 1 2028-02-29T23:59:60Z)" "quota day until 03-02 00:00"
for n in b c e f; do settle $n 10 2028-03-05T00:00:00Z; done >/dev/null
ok "settled days later, each in its own" equal "$(books)" "day 02-28 0+60, day 02-29 0+20, day 03-01 0+10, month 02-01 0+80, month 03-01 0+10"
ok "nothing twice" equal "$(settle a 50 2028-03-05T00:00:00Z)" 0
ok "nobody was given more than the limits" equal "$(sql operator "SELECT bool_and(reserved + posted <= hard_limit) FROM bus.budget")" t

# Whatever the server thinks its zone is, and whatever its summer does, a day is a day.
edges="'2026-03-28T23:30Z', '2026-03-29T00:59:59Z', '2026-03-29T01:00Z', '2026-03-29T21:30Z', '2026-10-25T00:30Z', '2026-10-25T01:30Z', '2026-10-24T22:00Z', '2028-02-29T12:00Z', '2026-12-31T23:59:59Z'"
windows() {
	sql operator "SET timezone = '$1'; SELECT string_agg(to_char(bus.period_start(p, t) AT TIME ZONE 'UTC', 'YYMMDDHH24MI') || '-' ||
		extract(epoch FROM bus.period_end(p, bus.period_start(p, t)) - bus.period_start(p, t)), ' ' ORDER BY p, t)
	FROM unnest(ARRAY['minute', 'hour', 'day', 'week', 'month']) p, unnest(ARRAY[$edges]::timestamptz[]) t"
}
UTC=$(windows UTC)
ok "windows are those of the calendar" contains "$UTC" "2603290000-86400"
for zone in Europe/Helsinki America/New_York Pacific/Apia Asia/Kathmandu; do
	ok "also in $zone" equal "$(windows $zone)" "$UTC"
done
ok "a window's begin is in it, its end is not" equal "$(sql operator "SELECT bool_and(bus.period_start(p, t) <= t AND t < bus.period_end(p, bus.period_start(p, t)))
	FROM unnest(ARRAY['minute', 'hour', 'day', 'week', 'month']) p, unnest(ARRAY[$edges]::timestamptz[]) t")" t
ok "the invariants hold" silent "$BUS" fsck
done_testing
