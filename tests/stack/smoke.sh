#!/bin/bash
# The first acceptance conversation on nginx, and that the fixture works.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
visitor ada
ok "a tool is built" build_tool "I would like a tiny Go web tool." web "A tip calculator that splits the bill"
api GET "/api/v1/build-runs/$RUN/artifacts"
ok "one artifact" equal "$(field '.items | length')" 1
ok "the invariants hold" silent "$BUS" fsck
done_testing
