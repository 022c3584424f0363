#!/bin/bash
# A call that goes on and on is ended before its reservation is, and counts.
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/upstreams.sh"
BEFORE_UP=write_models stack_begin "call_life_s = 2"
T=$(cat "$VAR/demo.token")
serve_upstreams

# It would take twenty seconds, and says something ten times a second.
from=$(date +%s%N)
v1 /v1/chat/completions '{"model":"hang","stream":true,"max_tokens":500,"messages":[{"role":"user","content":"hi"}]}'
took=$((($(date +%s%N) - from) / 1000000))
ok "the client has what came" contains "$BODY" '"content":"b"'
ok "and is told that it is not all" contains "$BODY" answer_unfinished
ok "it was ended by its time, not by its upstream's ($took ms)" test $took -ge 1900 -a $took -lt 15000
row() { [ "$(psql -h "$VAR/run" -U bus_operator -d bus -XAtqc "SELECT state || ' ' || (posted = reserved) FROM bus.usage_record WHERE model = 'hang'")" = "estimated true" ]; }
ok "it counts as the reserve" until_true row
ok "which was kept longer than the call could last" equal "$(psql -h "$VAR/run" -U bus_operator -d bus -XAtqc "SELECT round(extract(epoch FROM expires_at - created_at)) BETWEEN 101 AND 103 FROM bus.usage_record WHERE model = 'hang'")" t
ok "the invariants hold" silent "$BUS" fsck
done_testing
